//! Quotas, earmarks, reserves, ties, and the words that go with them.

use proptest::prelude::{prop_assert, proptest};

use super::super::{
    DESMIGRATIF, Earmark, Hold, HoldKind, Method, Observation, Observed, Quota, Ranking, Selection,
    Text, Unit, Verdict, lottery, parse, select,
};
use super::{ONE_DIMENSION, method, ranked, unit};

fn profile() -> Method {
    let head = format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n\
         [programme.quota]\nper_area = 2\nreserves = 1\n\
         [[programme.tie_break]]\nid = \"pmi\"\nexpression = \"${{pmi}}\"\nlabel = {{ id = \"jumlah PMI\", en = \"number of migrants\" }}"
    );
    method(&head, &["normalise = { kind = \"as_is\" }"])
}

/// Villages as (code, score, tie key).
fn villages(rows: &[(&str, f64, f64)]) -> Vec<Unit> {
    rows.iter()
        .map(|(region, score, key)| Unit {
            tie_break: vec![Observation::number(*key)],
            ..unit(region, &[Observed::Number(*score)])
        })
        .collect()
}

fn quota(per_area: u32, total: Option<u32>, earmarks: &[(&str, u32)]) -> Quota {
    Quota {
        per_area,
        total,
        reserves: 1,
        per_subdistrict: None,
        mixes: Vec::new(),
        spacing: None,
        locks: Vec::new(),
        earmarks: earmarks
            .iter()
            .map(|(area, places)| Earmark {
                area: (*area).to_owned(),
                label: Text::same(area),
                places: *places,
            })
            .collect(),
    }
}

fn chosen(rows: &[(&str, f64, f64)], quota: &Quota) -> Selection {
    let method = profile();
    let ranking = ranked(&method, &villages(rows));
    select(&method, &ranking, quota).unwrap_or_else(|problems| panic!("{problems:?}"))
}

const ROWS: [(&str, f64, f64); 7] = [
    ("53.01.01.2001", 0.9, 1.0),
    ("53.01.01.2002", 0.8, 1.0),
    ("53.01.01.2003", 0.7, 1.0),
    ("53.01.01.2004", 0.6, 1.0),
    ("53.02.01.2001", 0.3, 1.0),
    ("19.03.01.2001", 0.5, 1.0),
    ("19.03.01.2002", 0.4, 1.0),
];

#[test]
fn two_per_area_with_reserves_in_order() {
    let selection = chosen(&ROWS, &quota(2, None, &[]));
    assert_eq!(
        selection.chosen,
        [
            "19.03.01.2001",
            "19.03.01.2002",
            "53.01.01.2001",
            "53.01.01.2002",
            "53.02.01.2001"
        ]
    );
    assert_eq!(selection.reserve, ["53.01.01.2003"]);
    let short: Vec<&str> = selection
        .shortfalls
        .iter()
        .map(|it| it.text.id.as_str())
        .collect();
    assert_eq!(
        short,
        ["Kab. 53.02: hanya 1 dari 2 tempat terisi; sisanya tidak dipindahkan"]
    );
    let third = selection
        .decisions
        .iter()
        .find(|it| it.region == "53.01.01.2003")
        .unwrap();
    assert_eq!(third.gap, Some(0.1));
    assert_eq!(third.reasons[0].id, "Cadangan ke-1 di Kab. 53.01");
    assert_eq!(
        third.reasons[1].id,
        "Tidak terpilih: 2 tempat di Kab. 53.01 sudah terisi; kurang 0,1 dari Desa 53.01.01.2002"
    );
    assert!(selection.exactness.en.starts_with("Exact"));
    let area = &selection.areas[1];
    assert_eq!(
        (area.area.code.as_str(), area.candidates, area.gap),
        ("53.01", 4, Some(0.1))
    );
}

#[test]
fn plain_quotas_name_the_cheapest_exchange() {
    let next = |selection: &Selection| selection.proof.as_ref().unwrap().next.clone();
    let selection = chosen(&ROWS, &quota(2, None, &[]));
    let best = next(&selection).unwrap();
    assert_eq!(best.entering, ["53.01.01.2003"]);
    assert_eq!(best.leaving, ["53.01.01.2002"]);
    assert_eq!(best.gap, 0.1);
    assert!(selection.is_plain());
    let end =
        "pilihan terbaik berikutnya kurang 0,1: Desa 53.01.01.2003 menggantikan Desa 53.01.01.2002";
    assert!(
        selection.exactness.id.ends_with(end),
        "{}",
        selection.exactness.id
    );
    // Whoever has a score is chosen: there is no other choice.
    let all = chosen(&ROWS, &quota(9, None, &[]));
    assert_eq!(next(&all), None);
    assert!(!all.proof.unwrap().next_unsolved);
}

#[test]
fn a_total_takes_the_best_under_the_caps() {
    let selection = chosen(&ROWS, &quota(2, Some(3), &[]));
    assert_eq!(
        selection.chosen,
        ["19.03.01.2001", "53.01.01.2001", "53.01.01.2002"]
    );
    assert_eq!(selection.shortfalls, []);
    let next = selection
        .decisions
        .iter()
        .find(|it| it.region == "19.03.01.2002")
        .unwrap();
    assert_eq!(next.verdict, Verdict::Reserve);
    assert!(
        next.reasons[1]
            .id
            .contains("kuota seluruhnya sudah terisi; kurang 0,1")
    );
}

#[test]
fn earmarked_places_are_kept_and_never_moved() {
    let kept = chosen(&ROWS, &quota(1, Some(2), &[("19", 1)]));
    assert_eq!(kept.chosen, ["19.03.01.2001", "53.01.01.2001"]);
    let decision = kept
        .decisions
        .iter()
        .find(|it| it.region == "19.03.01.2001")
        .unwrap();
    assert_eq!(decision.earmark.as_deref(), Some("19"));

    let unfilled = chosen(&ROWS, &quota(1, Some(4), &[("19", 2)]));
    assert_eq!(
        unfilled.chosen,
        ["19.03.01.2001", "53.01.01.2001", "53.02.01.2001"]
    );
    let short: Vec<(&str, u32)> = unfilled
        .shortfalls
        .iter()
        .map(|it| (it.area.as_str(), it.filled))
        .collect();
    assert_eq!(short, [("19", 1), ("", 3)]);
}

#[test]
fn ties_go_to_the_declared_key_and_then_to_the_lottery() {
    let rows = [
        ("53.01.01.2001", 0.5, 10.0),
        ("53.01.01.2002", 0.500_01, 12.0),
        ("53.01.01.2003", 0.5, 10.0),
    ];
    let selection = chosen(&rows, &quota(1, None, &[]));
    assert_eq!(selection.chosen, ["53.01.01.2002"]);
    assert_eq!(selection.ties.len(), 2);
    assert!(selection.ties[0].at_cut && !selection.ties[1].at_cut);
    assert_eq!(selection.ties[0].decided_by.id, "jumlah PMI (12 lawan 10)");
    assert_eq!(
        selection.ties[1].decided_by.en,
        "the lottery SHA-256(seed|code)"
    );
    let first = lottery("benih", "53.01.01.2001") < lottery("benih", "53.01.01.2003");
    let winner = if first {
        "53.01.01.2001"
    } else {
        "53.01.01.2003"
    };
    assert_eq!(selection.reserve, [winner]);
    assert_eq!(
        selection.tie_rule.id,
        "skor dibulatkan 4 desimal, lalu jumlah PMI terbesar, lalu undian SHA-256(benih|kode) terkecil"
    );
}

#[test]
fn the_lottery_can_be_repeated_with_any_sha256_tool() {
    // printf '%s' 'x|y' | sha256sum
    assert_eq!(
        lottery("x", "y"),
        "791a886d455a84781e210fdcef62b8be992cd8d73a79e8d25ce62656a0e41c15"
    );
}

#[test]
fn a_missing_tie_key_loses() {
    let method = profile();
    let mut units = villages(&[("53.01.01.2001", 0.5, 0.0), ("53.01.01.2002", 0.5, -3.0)]);
    units[0].tie_break[0] = Observation::missing();
    let ranking = ranked(&method, &units);
    let selection = select(&method, &ranking, &quota(1, None, &[])).unwrap();
    assert_eq!(selection.chosen, ["53.01.01.2002"]);
    assert_eq!(
        selection.ties[0].decided_by.id,
        "jumlah PMI (-3 lawan tidak diketahui)"
    );
}

#[test]
fn rankings_of_another_method_and_methods_without_programme_are_refused() {
    let other = method(ONE_DIMENSION, &["normalise = { kind = \"as_is\" }"]);
    let ranking = ranked(&profile(), &villages(&ROWS));
    assert_eq!(
        select(&other, &ranking, &quota(1, None, &[])).unwrap_err()[0].place,
        "programme"
    );
    let mut changed = profile();
    changed.version = "2".to_owned();
    assert_eq!(
        select(&changed, &ranking, &quota(1, None, &[])).unwrap_err()[0].place,
        "ranking"
    );
    assert_eq!(
        select(&profile(), &ranking, &quota(0, None, &[])).unwrap_err()[0].place,
        "programme.quota"
    );
}

fn desmigratif() -> Method {
    parse(DESMIGRATIF.document).expect("the shipped method reads")
}

/// A village with the given migrants per 1,000, everything else middling, eligible.
fn migrants(region: &str, per_1000: f64) -> Unit {
    let values = [per_1000, 50.0, 20.0, 25.0, 1_200_000.0, 0.0, 2.0];
    // The numbers of people behind them have no weight.
    let values = values.into_iter().chain([9.0; 6]);
    let values: Vec<Observed> = values.map(Observed::Number).collect();
    Unit {
        eligibility: vec![Observation::number(1.0); 3],
        tie_break: vec![Observation::number(per_1000), Observation::number(1000.0)],
        ..unit(region, &values)
    }
}

fn desmigratif_selection() -> (Ranking, Selection) {
    let mut units = vec![
        migrants("53.21.01.2001", 70.0),
        migrants("53.21.01.2002", 45.0),
        migrants("53.21.01.2003", 30.0),
        migrants("53.21.01.2004", 90.0),
        migrants("53.21.01.2005", 80.0),
        migrants("53.21.01.2006", 20.0),
        migrants("53.21.01.2007", 0.0),
    ];
    units[3].holds.push(Hold {
        kind: HoldKind::Finding,
        paths: vec!["/data/b_penduduk/b_keluarga/b_penduduk_l".to_owned()],
        text: Text::new("jumlah penduduk tidak mungkin", "impossible population"),
    });
    units[4].eligibility[1] = Observation::number(0.0);
    units[5].eligibility[0] = Observation::missing();
    units[2].indicators[1] = Observation {
        value: Observed::Unknown,
        ..Observation::default()
    };
    units[6].indicators[4] = Observation::missing();
    let method = desmigratif();
    let ranking = ranked(&method, &units);
    let quota = method.programme.as_ref().unwrap().quota.clone();
    let selection = select(&method, &ranking, &quota).unwrap();
    (ranking, selection)
}

#[test]
fn desmigratif_chooses_two_and_gives_every_village_its_reason() {
    let (_, selection) = desmigratif_selection();
    assert_eq!(selection.chosen, ["53.21.01.2001", "53.21.01.2002"]);
    assert_eq!(selection.held, ["53.21.01.2004"]);
    let said = |region: &str| {
        let found = selection.decisions.iter().find(|it| it.region == region);
        let decision = found.expect("every village has a decision");
        let reasons: Vec<&str> = decision.reasons.iter().map(|it| it.id.as_str()).collect();
        reasons.join(" | ")
    };
    assert_eq!(
        said("53.21.01.2001"),
        "Terpilih | Skor 51,2, peringkat 1 dari 4 di Kab. 53.21 | Terkuat: Pekerja migran 70 per 1.000 penduduk \
         (menyumbang 16,8); Komoditas dengan pembeli 2 komoditas (menyumbang 10); Berangkat tidak prosedural 50 % \
         dari pekerja migran (menyumbang 7,5)"
    );
    assert_eq!(
        said("53.21.01.2004"),
        "Belum layak dinilai: jumlah penduduk tidak mungkin"
    );
    assert_eq!(
        said("53.21.01.2005"),
        "Tidak memenuhi syarat: tidak ada ruang layanan"
    );
    assert_eq!(
        said("53.21.01.2006"),
        "Syarat belum diketahui: Ada pekerja migran dari desa ini"
    );
    let third = said("53.21.01.2003");
    assert!(
        third.contains("Belum diketahui: Berangkat tidak prosedural"),
        "{third}"
    );
    assert!(third.contains("Di ambang"), "{third}");
}

#[test]
fn a_village_with_missing_answers_carries_lower_and_upper_scores() {
    let (ranking, _) = desmigratif_selection();
    let unit = ranking
        .units
        .iter()
        .find(|it| it.region == "53.21.01.2003")
        .unwrap();
    assert_eq!(unit.lower, unit.score);
    // The unknown share of non-procedural migrants weighs 0.6 * 0.25 of 100 points.
    assert!((unit.upper.unwrap() - unit.score.unwrap() - 15.0).abs() < 1e-9);
}

proptest! {
    /// Against every choice there is, of up to nine villages in three areas of two provinces.
    #[test]
    fn no_lawful_choice_has_a_higher_sum(
        scores in proptest::collection::vec(0_u32..30, 1..9),
        per_area in 1_u32..3, total in 1_u32..6, places in 0_u32..3,
    ) {
        let areas = ["53.01", "53.02", "19.03"];
        let rows: Vec<(String, f64)> = scores
            .iter()
            .enumerate()
            .map(|(index, score)| {
                (format!("{}.01.{:04}", areas[index % 3], 2001 + index), f64::from(*score))
            })
            .collect();
        let earmarked = places.min(total);
        let quota = quota(per_area, Some(total), &[("19", earmarked)]);
        let listed: Vec<(&str, f64, f64)> =
            rows.iter().map(|(code, score)| (code.as_str(), *score, 0.0)).collect();
        let selection = chosen(&listed, &quota);
        let sum = |codes: &[&str]| -> f64 {
            rows.iter().filter(|row| codes.contains(&row.0.as_str())).map(|row| row.1).sum()
        };
        let count = |codes: &[&str], area: &str| -> u32 {
            codes.iter().filter(|code| code.starts_with(area)).count() as u32
        };
        let reserved = count(&listed.iter().map(|row| row.0).collect::<Vec<_>>(), "19")
            .min(per_area).min(earmarked);
        let codes: Vec<&str> = selection.chosen.iter().map(String::as_str).collect();
        let lawful = |codes: &[&str]| {
            let inside = count(codes, "19");
            areas.iter().all(|area| count(codes, area) <= per_area)
                && reserved <= inside
                && codes.len() as u32 + (earmarked - reserved) <= total
        };
        prop_assert!(lawful(&codes));
        for mask in 0_u32..1 << rows.len() {
            let picked: Vec<&str> = (0..rows.len())
                .filter(|index| mask >> index & 1 == 1)
                .map(|index| rows[index].0.as_str())
                .collect();
            if lawful(&picked) {
                prop_assert!(sum(&picked) <= sum(&codes), "{picked:?} beats {codes:?}");
            }
        }
    }
}
