//! Rules that cross: worked examples, and every choice there is of up to fourteen villages.

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::priority::exact::Failure;
use crate::priority::proof::Next;
use crate::priority::tests::{ONE_DIMENSION, method, ranked, unit};
use crate::priority::{
    Earmark, Lock, Locked, Method, Mix, Observed, Quota, Selection, Spacing, Text, Unit, Verdict,
    parse, select,
};

/// Indicator `a` is the score; `b` a kind, `c` both degrees of a position.
fn profile(quota: Quota) -> Method {
    let head = format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n\
         [programme.quota]\nper_area = 2\n"
    );
    let free = "weight = 0\nnormalise = { kind = \"as_is\" }";
    let mut method = method(&head, &["normalise = { kind = \"as_is\" }", free, free]);
    method.programme.as_mut().unwrap().quota = quota;
    method
}

fn quota(per_area: u32, total: Option<u32>) -> Quota {
    Quota {
        per_area,
        total,
        earmarks: Vec::new(),
        reserves: 1,
        per_subdistrict: None,
        mixes: Vec::new(),
        spacing: None,
        locks: Vec::new(),
    }
}

/// Villages as (code, score, kind), placed on a diagonal, 1.4 kilometres apart.
fn villages(rows: &[(&str, f64, f64)]) -> Vec<Unit> {
    let place = |index: usize| index as f64 / 111.195;
    (0..)
        .zip(rows)
        .map(|(index, (region, score, kind))| {
            let values = [*score, *kind, place(index)];
            unit(region, &values.map(Observed::Number))
        })
        .collect()
}

fn chosen(rows: &[(&str, f64, f64)], quota: &Quota) -> Selection {
    let method = profile(quota.clone());
    let ranking = ranked(&method, &villages(rows));
    select(&method, &ranking, quota).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn borders(lines: &[&str]) -> Option<Spacing> {
    Some(Spacing {
        km: None,
        latitude: None,
        longitude: None,
        borders: lines.iter().map(|it| (*it).to_owned()).collect(),
    })
}

fn coastal(at_least: u32, at_most: Option<u32>) -> Mix {
    Mix {
        label: Text::same("pesisir"),
        at_least,
        at_most,
        areas: Vec::new(),
        indicator: Some("b".to_owned()),
        from: Some(1.0),
        to: None,
    }
}

fn lock(code: &str, place: Locked) -> Lock {
    Lock {
        code: code.to_owned(),
        place,
        by: "Kepala Dinas".to_owned(),
        reason: "hasil rapat".to_owned(),
    }
}

const ROWS: [(&str, f64, f64); 5] = [
    ("53.01.01.2001", 0.9, 0.0),
    ("53.01.01.2002", 0.8, 0.0),
    ("53.01.02.2003", 0.7, 1.0),
    ("53.02.01.2001", 0.6, 0.0),
    ("53.02.01.2002", 0.2, 1.0),
];

#[test]
fn a_neighbour_of_two_good_villages_gives_way_to_both() {
    let mut quota = quota(2, Some(2));
    quota.spacing = borders(&["53.01.01.2001 53.01.01.2002 53.01.02.2003"]);
    let selection = chosen(&ROWS, &quota);
    // 0.8 + 0.7 is less than 0.9 + 0.6.
    assert_eq!(selection.chosen, ["53.01.01.2001", "53.02.01.2001"]);
    assert_eq!(
        selection.exactness.id,
        "Eksak di antara 5 calon: program bilangan bulat; jumlah skor 1,5 sama dengan batas atasnya; \
         ada pilihan lain dengan jumlah yang sama; urutan peringkat yang menentukan"
    );
    let next = selection.proof.as_ref().unwrap().next.as_ref().unwrap();
    assert_eq!(next.gap, 0.0);
    assert_eq!(next.entering, ["53.01.01.2002", "53.01.02.2003"]);
    let second = &selection.decisions[1];
    assert_eq!(
        second.reasons[1].id,
        "Tidak terpilih: terlalu dekat dengan Desa 53.01.01.2001 yang terpilih"
    );
    // It could stand in for its neighbour only.
    assert_eq!(second.verdict, Verdict::Reserve);
}

#[test]
fn a_minimum_crosses_the_areas() {
    let mut quota = quota(1, Some(2));
    quota.mixes = vec![coastal(1, None)];
    let selection = chosen(&ROWS, &quota);
    // Greed takes 0.9 and then has only 0.2 on the coast: 1.1. Better: 0.7 and 0.6.
    assert_eq!(selection.chosen, ["53.01.02.2003", "53.02.01.2001"]);
    assert_eq!(selection.mixes[0].chosen, 1);
    assert_eq!(selection.proof.unwrap().next.unwrap().gap, 0.2);
}

#[test]
fn a_search_without_an_answer_is_not_one_that_found_none() {
    let mut quota = quota(2, Some(2));
    quota.spacing = borders(&["53.01.01.2001 53.01.01.2002"]);
    let selection = chosen(&ROWS[..2], &quota);
    let mut proof = selection.proof.unwrap();
    proof.next = None;
    assert!(!proof.next_unsolved);
    assert!(
        proof
            .words(4)
            .en
            .ends_with("no other choice fills as many places")
    );
    proof.next_unsolved = true;
    assert!(proof.words(4).id.ends_with(
        "pilihan lain yang mengisi tempat sebanyak ini tidak ditemukan dalam batas langkah"
    ));
    assert!(Next::from(Err(Failure::Unsolved)).is_unsolved());
    assert!(!Next::from(Err(Failure::Impossible)).is_unsolved());
}

#[test]
fn a_minimum_that_nobody_can_meet_is_printed() {
    let mut quota = quota(2, None);
    quota.mixes = vec![coastal(3, None)];
    let selection = chosen(&ROWS, &quota);
    assert_eq!(selection.mixes[0].chosen, 2);
    assert!(selection.chosen.contains(&"53.02.01.2002".to_owned()));
    assert_eq!(
        selection.shortfalls[0].text.id,
        "pesisir: hanya 2 dari 3 tempat terisi; sisanya tidak dipindahkan"
    );
    assert!(selection.proof.unwrap().proved);
}

#[test]
fn distance_counts_in_metres_and_needs_a_position() {
    let mut quota = quota(5, None);
    quota.spacing = Some(Spacing {
        km: Some(1.5),
        latitude: Some("c".to_owned()),
        longitude: Some("c".to_owned()),
        borders: Vec::new(),
    });
    let method = profile(quota.clone());
    let mut units = villages(&ROWS);
    units[4].indicators[2].value = Observed::Missing;
    let selection = select(&method, &ranked(&method, &units), &quota).unwrap();
    // The first, third and fifth would stand far enough apart, but nobody knows where the fifth is.
    assert_eq!(selection.chosen, ["53.01.01.2001", "53.01.02.2003"]);
    let last = selection.decisions.last().unwrap();
    assert_eq!(
        last.reasons[0].id,
        "Tidak terpilih: posisinya belum diketahui, padahal jarak dihitung"
    );
}

#[test]
fn what_is_locked_stays_and_says_why() {
    let mut quota = quota(1, None);
    quota.locks = vec![
        lock("53.01.01.2002", Locked::In),
        lock("53.02.01.2001", Locked::Out),
    ];
    let selection = chosen(&ROWS, &quota);
    assert_eq!(selection.chosen, ["53.01.01.2002", "53.02.01.2002"]);
    let said = |code: &str| {
        let mut decisions = selection.decisions.iter();
        let decision = decisions.find(|it| it.region == code).unwrap();
        decision.reasons[0].id.clone()
    };
    assert_eq!(
        said("53.01.01.2002"),
        "Terpilih, ditetapkan oleh Kepala Dinas: hasil rapat"
    );
    assert_eq!(
        said("53.02.01.2001"),
        "Tidak terpilih: dikeluarkan oleh Kepala Dinas: hasil rapat"
    );
}

#[test]
fn locks_that_break_the_quota_or_name_nobody_are_refused() {
    let mut both = quota(1, None);
    both.locks = vec![
        lock("53.01.01.2001", Locked::In),
        lock("53.01.01.2002", Locked::In),
    ];
    let method = profile(both.clone());
    let ranking = ranked(&method, &villages(&ROWS));
    let problems = select(&method, &ranking, &both).unwrap_err();
    assert!(
        problems[0].text.en.contains("contradict each other"),
        "{problems:?}"
    );

    let mut nobody = quota(1, None);
    nobody.locks = vec![lock("99.01.01.2001", Locked::In)];
    let method = profile(nobody.clone());
    let ranking = ranked(&method, &villages(&ROWS));
    let problems = select(&method, &ranking, &nobody).unwrap_err();
    assert_eq!(problems[0].place, "programme.quota.lock 99.01.01.2001");
}

#[test]
fn at_most_one_of_a_kecamatan() {
    let mut quota = quota(2, None);
    quota.per_subdistrict = Some(1);
    let selection = chosen(&ROWS, &quota);
    assert_eq!(
        selection.chosen,
        ["53.01.01.2001", "53.01.02.2003", "53.02.01.2001"]
    );
    // The second of 53.02 could only come from the same kecamatan.
    assert_eq!(selection.shortfalls[0].area, "53.02");
}

#[test]
fn faulty_rules_are_told_all_at_once() {
    let document = "format = 1\nid = \"m\"\nversion = \"1\"\nlabel = { id = \"M\", en = \"M\" }\ndecimals = 2\n\
        [[dimension]]\nid = \"d\"\nlabel = { id = \"D\", en = \"D\" }\n\
        [[indicator]]\nid = \"a\"\ndimension = \"d\"\nlabel = { id = \"A\", en = \"A\" }\nexpression = \"x\"\n\
        normalise = { kind = \"as_is\" }\n\
        [programme]\nid = \"p\"\nlabel = { id = \"P\", en = \"P\" }\n\
        [programme.quota]\nper_area = 1\nper_subdistrict = 0\n\
        spacing = { km = -1, latitude = \"lintang\", borders = [\"53.01.01.2001\"] }\n\
        [[programme.quota.mix]]\nlabel = { id = \"x\", en = \"x\" }\nat_least = 3\nat_most = 2\n\
        [[programme.quota.mix]]\nlabel = { id = \"y\", en = \"y\" }\nindicator = \"pesisir\"\nareas = [\"5321\"]\n\
        [[programme.quota.lock]]\ncode = \"53.01.01.2001\"\nplace = \"in\"\nby = \"\"\nreason = \"\"\n\
        [[programme.quota.lock]]\ncode = \"53.01.01.2001\"\nplace = \"out\"\nby = \"x\"\nreason = \"y\"\n";
    let problems = parse(document).unwrap_err();
    let places: Vec<&str> = problems.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "programme.quota.per_subdistrict",
            "programme.quota.mix[0]",
            "programme.quota.mix[0]",
            "programme.quota.mix[1]",
            "programme.quota.mix[1]",
            "programme.quota.mix[1]",
            "programme.quota.spacing.km",
            "programme.quota.spacing",
            "programme.quota.spacing.borders[0]",
            "programme.quota.lock 53.01.01.2001",
            "programme.quota.lock 53.01.01.2001",
            "programme, indicator pesisir",
            "programme, indicator lintang",
        ]
    );
}

/// A small case, and the rules written down once more, without columns or rows.
struct Case {
    rows: Vec<(String, i64, bool)>,
    quota: Quota,
    pairs: Vec<(usize, usize)>,
}

impl Case {
    fn is_lawful(&self, picked: &[usize]) -> bool {
        let count = |of: &dyn Fn(usize) -> bool| picked.iter().filter(|it| of(**it)).count() as u32;
        let code = |index: usize| self.rows[index].0.as_str();
        let alike = |length: usize, most: u32| {
            let same = |one: usize| count(&|two| code(two)[..length] == code(one)[..length]);
            picked.iter().all(|it| same(*it) <= most)
        };
        let quota = &self.quota;
        let mut open_used = picked.len() as u32;
        let mut kept = 0;
        for earmark in &quota.earmarks {
            let inside = count(&|it| code(it).starts_with(&earmark.area));
            open_used -= inside.min(earmark.places);
            kept += earmark.places;
        }
        let locked = |place: Locked| quota.locks.iter().filter(move |it| it.place == place);
        let is_picked = |wanted: &str| picked.iter().any(|it| code(*it) == wanted);
        alike(5, quota.per_area)
            && alike(8, quota.per_subdistrict.unwrap_or(u32::MAX))
            && quota.total.is_none_or(|total| open_used <= total - kept)
            && (self.pairs.iter()).all(|(one, two)| !(picked.contains(one) && picked.contains(two)))
            && (quota.mixes.iter())
                .all(|mix| self.of_kind(picked) <= mix.at_most.unwrap_or(u32::MAX))
            && locked(Locked::In).all(|it| is_picked(&it.code))
            && !locked(Locked::Out).any(|it| is_picked(&it.code))
    }

    fn of_kind(&self, picked: &[usize]) -> u32 {
        picked.iter().filter(|it| self.rows[**it].2).count() as u32
    }

    /// Minimum, places, sum, then the better villages in the order of the ranking.
    fn best(&self, order: &[usize]) -> Option<Vec<usize>> {
        let at_least = self.quota.mixes.first().map_or(0, |it| it.at_least);
        let mut best: Option<((u32, usize, i64), Vec<usize>)> = None;
        for mask in (0_u32..1 << order.len()).rev() {
            let taken = |place: &usize| mask >> (order.len() - 1 - place) & 1 == 1;
            let picked: Vec<usize> = (0..order.len())
                .filter(taken)
                .map(|place| order[place])
                .collect();
            if !self.is_lawful(&picked) {
                continue;
            }
            let sum = picked.iter().map(|it| self.rows[*it].1).sum();
            let worth = (self.of_kind(&picked).min(at_least), picked.len(), sum);
            if best.as_ref().is_none_or(|(held, _)| *held < worth) {
                best = Some((worth, picked));
            }
        }
        best.map(|(_, picked)| picked)
    }
}

proptest! {
    #[test]
    fn no_lawful_choice_is_better(
        values in proptest::collection::vec((0_i64..40, 0_u32..4, 0_u32..2, proptest::bool::ANY), 1..15),
        near in proptest::collection::vec((0_usize..14, 0_usize..14), 0..10),
        limits in (1_u32..4, 1_u32..8, 0_u32..3, 0_u32..4, 0_u32..5),
        uses in 0_u32..64,
        locked in (0_usize..14, 0_usize..14),
    ) {
        let areas = ["53.01", "53.02", "19.03", "19.04"];
        let rows: Vec<(String, i64, bool)> = (0..)
            .zip(&values)
            .map(|(index, (score, area, subdistrict, kind))| {
                let code = format!("{}.0{}.{}", areas[*area as usize], 1 + subdistrict, 2001 + index);
                // Scores in whole ten-thousandths, some below zero.
                (code, score - 10, *kind)
            })
            .collect();
        let on = |bit: u32| uses >> bit & 1 == 1;
        let (per_area, total, places, at_least, at_most) = limits;
        let mut quota = quota(per_area, (on(0) || on(1)).then_some(total));
        if on(1) {
            quota.earmarks.push(Earmark {
                area: "19".to_owned(),
                label: Text::same("19"),
                places: places.min(total),
            });
        }
        if on(2) {
            quota.mixes.push(coastal(at_least, Some(at_most.max(at_least))));
        }
        quota.per_subdistrict = on(3).then_some(1);
        let mut pairs = Vec::new();
        if on(4) {
            let inside = |it: &&(usize, usize)| it.0 != it.1 && it.0.max(it.1) < rows.len();
            pairs.extend(near.iter().filter(inside).copied());
            let line = |(one, two): &(usize, usize)| format!("{} {}", rows[*one].0, rows[*two].0);
            let lines: Vec<String> = pairs.iter().map(line).collect();
            quota.spacing = (!lines.is_empty()).then_some(Spacing {
                km: None,
                latitude: None,
                longitude: None,
                borders: lines,
            });
        }
        if on(5) {
            let (one, two) = (locked.0 % rows.len(), locked.1 % rows.len());
            quota.locks.push(lock(&rows[one].0, Locked::In));
            if one != two {
                quota.locks.push(lock(&rows[two].0, Locked::Out));
            }
        }
        let method = profile(quota.clone());
        let listed: Vec<(&str, f64, f64)> = rows
            .iter()
            .map(|(code, steps, kind)| {
                (code.as_str(), *steps as f64 / 10_000.0, f64::from(u8::from(*kind)))
            })
            .collect();
        let ranking = ranked(&method, &villages(&listed));
        let case = Case { rows, quota, pairs };
        let place = |code: &str| case.rows.iter().position(|it| it.0 == code).unwrap();
        let order: Vec<usize> = ranking.units.iter().map(|it| place(&it.region)).collect();
        let found = select(&method, &ranking, &case.quota);
        match (found, case.best(&order)) {
            (Ok(selection), Some(best)) => {
                let mut picked: Vec<usize> = selection.chosen.iter().map(|it| place(it)).collect();
                picked.sort_by_key(|it| order.iter().position(|other| other == it));
                if let Some(proof) = &selection.proof {
                    prop_assert!(proof.proved && proof.first, "{:?}", proof);
                    prop_assert_eq!(picked, best);
                }
                // Where quotas nest, a reserve waits for its area whatever the total leaves.
                let ruled = selection.reserve.iter().filter(|_| !selection.is_plain());
                for reserve in ruled {
                    let enters = place(reserve);
                    let swapped = |leaves: &usize| -> Vec<usize> {
                        let kept = picked_without(&selection, *leaves, &place);
                        kept.into_iter().chain([enters]).collect()
                    };
                    let mut leaving = selection.chosen.iter().map(|it| place(it));
                    prop_assert!(leaving.any(|it| case.is_lawful(&swapped(&it))));
                }
            }
            (Err(_), None) => {}
            (found, best) => prop_assert!(false, "{:?} against {:?}", found.is_ok(), best),
        }
    }
}

fn picked_without(
    selection: &Selection,
    leaves: usize,
    place: &dyn Fn(&str) -> usize,
) -> Vec<usize> {
    let each = selection.chosen.iter().map(|it| place(it));
    each.filter(|it| *it != leaves).collect()
}
