//! Kawasan of few villages, against every set there is, and the published case of Batu Betumpang.

use std::collections::BTreeSet;

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::grow::{Found, Land};
use super::{Effort, Possible, pack};
use crate::priority::tests::{method, ranked, unit};
use crate::priority::{Method, Observed, Ranking, Selection, Unit, Verdict, select};

fn profile(neighbours: &str, quota: &str) -> Method {
    let head = format!(
        "decimals = 2\n[[dimension]]\nid = \"d\"\nlabel = {{ id = \"D\", en = \"D\" }}\n\
         [programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n\
         [programme.quota]\n{quota}\n\
         [programme.kawasan]\nmembers_max = 10\ncentre = \"d\"\nfunctions = [\"d\"]\n{neighbours}\n\
         [[programme.kawasan.total]]\nlabel = {{ id = \"luas\", en = \"area\" }}\nindicator = \"b\"\nat_least = 18000\n\
         [[programme.kawasan.total]]\nlabel = {{ id = \"KK\", en = \"families\" }}\nindicator = \"c\"\nat_least = 9000\n"
    );
    let free = "weight = 0\nnormalise = { kind = \"as_is\" }";
    method(&head, &["normalise = { kind = \"as_is\" }", free, free])
}

fn villages(rows: &[(&str, f64, f64, f64)]) -> Vec<Unit> {
    let each = rows.iter();
    each.map(|(code, score, hectares, families)| {
        unit(code, &[*score, *hectares, *families].map(Observed::Number))
    })
    .collect()
}

fn chosen(method: &Method, units: &[Unit]) -> (Ranking, Selection) {
    let ranking = ranked(method, units);
    let quota = &method.programme.as_ref().unwrap().quota;
    let selection = select(method, &ranking, quota).unwrap_or_else(|it| panic!("{it:?}"));
    (ranking, selection)
}

const ROWS: [(&str, f64, f64, f64); 5] = [
    ("19.03.08.2001", 60.0, 9_000.0, 4_000.0),
    ("19.03.08.2002", 80.0, 6_000.0, 3_000.0),
    ("19.03.08.2003", 40.0, 6_000.0, 3_000.0),
    ("19.03.08.2004", 20.0, 3_000.0, 2_500.0),
    ("19.03.08.2005", 95.0, 30_000.0, 20_000.0),
];

#[test]
fn neighbours_that_reach_both_totals_have_one_centre() {
    // The best village alone would reach both, but it is a candidate as any other: a kawasan of one.
    let borders = "neighbours = { borders = [\"19.03.08.2001 19.03.08.2002\", \"19.03.08.2002 19.03.08.2003\", \
                   \"19.03.08.2003 19.03.08.2004\"] }";
    let method = profile(borders, "per_area = 2\ntotal = 2");
    let (_, selection) = chosen(&method, &villages(&ROWS));
    assert_eq!(
        selection.exactness.id,
        "Eksak: semua 2 kawasan yang mungkin dibandingkan; tidak ada pilihan lain yang mengisi tempat sebanyak ini"
    );
    let [alone, three] = &selection.kawasan[..] else {
        panic!("{:?}", selection.kawasan);
    };
    assert_eq!(alone.members, ["19.03.08.2005"]);
    assert_eq!(
        three.members,
        ["19.03.08.2002", "19.03.08.2001", "19.03.08.2003"]
    );
    assert_eq!(
        (three.score, three.sums.as_slice()),
        (60.0, &[21_000.0, 10_000.0][..])
    );
    let said: Vec<&str> = selection
        .decisions
        .iter()
        .map(|it| it.reasons[0].id.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "Terpilih sebagai pusat kawasan 1 desa",
            "Terpilih sebagai pusat kawasan 3 desa",
            "Terpilih dalam kawasan 3 desa dengan pusat Desa 19.03.08.2002",
            "Terpilih dalam kawasan 3 desa dengan pusat Desa 19.03.08.2002",
            "Tidak terpilih: tidak termasuk kawasan terbaik yang mencapai semua syarat jumlah",
        ]
    );
}

#[test]
fn the_next_best_kawasan_is_told_by_its_villages() {
    let borders = "neighbours = { borders = [\"19.03.08.2001 19.03.08.2002\", \"19.03.08.2002 19.03.08.2003\", \
                   \"19.03.08.2003 19.03.08.2004\"] }";
    let method = profile(borders, "per_area = 1\ntotal = 1");
    let (_, selection) = chosen(&method, &villages(&ROWS));
    let proof = selection.proof.as_ref().unwrap();
    assert!(proof.proved && proof.first && proof.of_kawasan);
    assert_eq!(
        (proof.candidates, proof.total, proof.bound),
        (2, 95.0, Some(95.0))
    );
    let next = proof.next.as_ref().unwrap();
    assert_eq!((next.total, next.gap, next.proved), (60.0, 35.0, true));
    assert_eq!(next.leaving, ["19.03.08.2005"]);
    assert_eq!(next.entering.len(), 3);
    assert!(
        selection
            .exactness
            .en
            .ends_with("; the next best choice has 35 less")
    );
}

#[test]
fn what_was_not_solved_to_the_end_is_not_called_exact() {
    // Three that exclude each other in pairs, and one that is much worse: the relaxation takes half of each.
    let borders = "neighbours = { borders = [\"19.03.08.2001 19.03.08.2002 19.03.08.2003\"] }";
    let method = profile(borders, "per_area = 2\ntotal = 2");
    let units = villages(&ROWS[..3]);
    let ranking = ranked(&method, &units);
    let candidates: Vec<_> = ranking.units.iter().collect();
    let option = |members: &[u32], mean: i64| Possible {
        members: members.to_vec(),
        centre: members[0],
        mean,
    };
    let options = [
        option(&[0, 1], 90_000),
        option(&[0, 2], 90_000),
        option(&[1, 2], 90_000),
        option(&[0, 1, 2], 1_000),
    ];
    let quota = &method.programme.as_ref().unwrap().quota;
    let proof = |steps_max: u64, all: bool| {
        let effort = Effort {
            steps_max,
            next_best: true,
        };
        let packed = pack(&options, &candidates, quota, effort).unwrap();
        let found = Found {
            sets: Vec::new(),
            all,
        };
        packed.proof(&options, &candidates, &found, 2)
    };
    let whole = proof(1_000, true);
    assert!(whole.proved && whole.first, "{whole:?}");
    assert_eq!(whole.bound, Some(0.9));
    assert_eq!(whole.next.as_ref().map(|it| it.gap), Some(0.0));
    let short = proof(0, true);
    assert!(
        !short.proved && short.bound.unwrap() > short.total,
        "{short:?}"
    );
    let said = short.words(2).en;
    assert!(
        said.starts_with(
            "The best found among all 4 possible kawasan: sum of scores 0.9, upper bound 1.3"
        ),
        "{said}"
    );
    let tried = proof(1_000, false);
    assert_eq!((tried.proved, tried.bound), (false, None));
    assert!(
        tried
            .words(2)
            .id
            .starts_with("Terbaik yang ditemukan di antara 4 kawasan yang dicoba")
    );
}

#[test]
fn a_centre_is_not_made_by_the_last_bit() {
    let borders = "neighbours = { borders = [\"19.03.08.2001 19.03.08.2002\"] }";
    let method = profile(borders, "per_area = 1\ntotal = 1");
    // Equal scores of two decimals: the lottery orders them, and so does the centre.
    let rows = [
        ("19.03.08.2001", 0.3, 9_000.0, 5_000.0),
        ("19.03.08.2002", 0.1 + 0.2, 9_000.0, 5_000.0),
    ];
    let (ranking, selection) = chosen(&method, &villages(&rows));
    assert_eq!(selection.kawasan[0].centre, ranking.units[0].region);
    let swapped = [
        ("19.03.08.2001", 0.1 + 0.2, 9_000.0, 5_000.0),
        ("19.03.08.2002", 0.3, 9_000.0, 5_000.0),
    ];
    let (_, other) = chosen(&method, &villages(&swapped));
    assert_eq!(selection.kawasan[0].centre, other.kawasan[0].centre);
}

#[test]
fn what_is_not_known_adds_nothing_and_is_named() {
    let borders =
        "neighbours = { borders = [\"19.03.08.2001 19.03.08.2002 19.03.08.2003 19.03.08.2004\"] }";
    let method = profile(borders, "per_area = 1\ntotal = 1");
    let mut units = villages(&ROWS[..4]);
    units[3].indicators[1].value = Observed::Unknown;
    let (_, selection) = chosen(&method, &units);
    let kawasan = &selection.kawasan[0];
    assert_eq!(kawasan.members.len(), 3);
    assert!(kawasan.unknown.is_empty());
    units[0].indicators[1].value = Observed::Unknown;
    let (_, selection) = chosen(&method, &units);
    assert_eq!(selection.kawasan, []);
    assert_eq!(
        selection.shortfalls[0].text.id,
        "kawasan: hanya 0 dari 1 tempat terisi; sisanya tidak dipindahkan"
    );
}

/// Batu Betumpang and who lies around it (domain.md 4.2): villages of 7,640 ha on average (183,379 ha over 24)
/// in the distances that were measured there; families are made up.
#[test]
fn batu_betumpang_gathers_the_nearest_until_nine_thousand_families() {
    let km = [
        ("19.03.08.2001", "Batu Betumpang", 0.0, 90.0),
        ("19.03.08.2002", "Panca Tunggal", 4.9, 70.0),
        ("19.03.08.2003", "Fajar Indah", -4.9, 65.0),
        ("19.03.08.2004", "Sukajaya", 9.0, 60.0),
        ("19.03.08.2005", "Sumber Jaya Permai", -9.7, 55.0),
        ("19.03.02.2006", "Sidoharjo", 10.8, 50.0),
        ("19.03.05.2007", "Bedengung", -12.8, 45.0),
        ("19.03.05.2008", "Irat", 17.3, 40.0),
        ("19.03.02.2009", "Nyelanding", -17.6, 35.0),
    ];
    let neighbours = "neighbours = { km = 5.5, latitude = \"d_lat\", longitude = \"d_lon\" }";
    let mut method = profile(
        neighbours
            .replace("d_lat", "b")
            .replace("d_lon", "b")
            .as_str(),
        "per_area = 1\ntotal = 1",
    );
    // Positions on the equator, in two indicators of their own.
    let mut place = method.indicators[1].clone();
    for id in ["lintang", "bujur"] {
        id.clone_into(&mut place.id);
        method.indicators.push(place.clone());
    }
    let kawasan = method.programme.as_mut().unwrap().kawasan.as_mut().unwrap();
    kawasan.neighbours.latitude = Some("lintang".to_owned());
    kawasan.neighbours.longitude = Some("bujur".to_owned());
    let units: Vec<Unit> = km
        .iter()
        .map(|(code, name, km, score)| {
            let values = [*score, 7_640.0, 1_700.0, 0.0, *km / 111.195];
            let mut unit = unit(code, &values.map(Observed::Number));
            (*name).clone_into(&mut unit.name);
            unit
        })
        .collect();
    let (_, selection) = chosen(&method, &units);
    let kawasan = &selection.kawasan[0];
    // 9,000 families need six villages; 18,000 ha are reached by three.
    assert_eq!(kawasan.members.len(), 6);
    assert_eq!(kawasan.centre, "19.03.08.2001");
    assert_eq!(kawasan.sums, [45_840.0, 10_200.0]);
    let chosen: Vec<&str> = selection
        .decisions
        .iter()
        .filter(|it| it.verdict == Verdict::Chosen)
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(
        chosen,
        [
            "Batu Betumpang",
            "Panca Tunggal",
            "Fajar Indah",
            "Sukajaya",
            "Sumber Jaya Permai",
            "Sidoharjo"
        ]
    );
}

proptest! {
    #[test]
    fn every_tight_set_is_found_once(
        pairs in proptest::collection::vec((0_u32..9, 0_u32..9), 0..16),
        adds in proptest::collection::vec(0_u32..6, 9..10),
        wanted in 1_u32..14,
        members_max in 1_usize..8,
    ) {
        let known: Vec<Vec<Option<f64>>> = adds.iter().map(|it| vec![Some(f64::from(*it))]).collect();
        let land = Land::new(pairs.clone(), known, vec![f64::from(wanted)]);
        let found = land.kawasan(members_max);
        prop_assert!(found.all);
        let beside = |one: u32, two: u32| pairs.contains(&(one, two)) || pairs.contains(&(two, one));
        let connected = |set: u32| {
            if set == 0 {
                return false;
            }
            let mut reached = 1 << set.trailing_zeros();
            for _ in 0..9 {
                for one in 0..9 {
                    if reached >> one & 1 == 0 {
                        continue;
                    }
                    let near = (0..9).filter(|two| set >> two & 1 == 1 && beside(one, *two));
                    reached |= near.fold(0, |bits, two| bits | 1 << two);
                }
            }
            reached == set
        };
        let sum = |set: u32| (0..9).filter(|it| set >> it & 1 == 1).map(|it| adds[it as usize]).sum::<u32>();
        let reaches = |set: u32| connected(set) && wanted <= sum(set);
        let tight = |set: &u32| {
            set.count_ones() as usize <= members_max
                && reaches(*set)
                && (0..9).filter(|it| set >> it & 1 == 1).all(|it| !reaches(set & !(1 << it)))
        };
        let every: BTreeSet<Vec<u32>> = (0_u32..1 << 9)
            .filter(tight)
            .map(|set| (0..9).filter(|it| set >> it & 1 == 1).collect())
            .collect();
        let many = found.sets.len();
        let mine: BTreeSet<Vec<u32>> = found.sets.into_iter().collect();
        prop_assert_eq!(many, mine.len());
        prop_assert_eq!(mine, every);
    }
}
