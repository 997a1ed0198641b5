//! Villages without approved answers in draws: a case that can be counted by hand, laws, and the plainest reading
//! of what the documents say.

use std::collections::BTreeMap;

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use sha2::{Digest as _, Sha256};

use super::super::{
    Columns, DONORS_MIN, Donors, Draws, Hold, Interval, Method, Observation, Observed, Record,
    Scored, Status, Table, Unit, intervals_csv, lottery, method_hash, parse, read_units,
};
use super::draws::{POSTS, intervals, programme, quota, shown};
use super::{method, method_text, ranked, unit};

const COUNTED: &str = "[uncertainty]\ndraws = 600\nunvisited = \"donor\"";

fn visited(region: &str, value: f64) -> Unit {
    unit(region, &[Observed::Number(value)])
}

fn unvisited(method: &Method, region: &str) -> Unit {
    let like = unit(region, &[]);
    Unit {
        region: like.region,
        name: like.name,
        group: like.group,
        holds: vec![Hold::unvisited()],
        ..Unit::without_values(method)
    }
}

fn of<'a>(found: &'a [Interval], region: &str) -> &'a Interval {
    found.iter().find(|it| it.region == region).unwrap()
}

/// The example of `docs/method.md`: a 9, b 5, c 1, and d, where nobody was.
#[test]
fn four_villages_can_be_counted_by_hand() {
    let method = method(&programme(1, COUNTED), &[POSTS]);
    let units = [
        visited("53.01.01.2001", 9.0),
        visited("53.01.01.2002", 5.0),
        visited("53.01.01.2003", 1.0),
        unvisited(&method, "53.01.01.2004"),
    ];
    let found = intervals(&method, &units, 1);
    let [a, b, c, d] = &found[..] else {
        panic!("{found:?}");
    };
    // As a, d shares the first rank; as b the second; as c the third.
    assert_eq!((a.rank, a.low, a.high), (Some(1), 1.0, 1.0));
    assert_eq!((b.rank, b.low, b.high), (Some(2), 2.0, 3.0));
    assert_eq!((c.rank, c.low, c.high), (Some(3), 3.0, 4.0));
    assert_eq!((d.rank, d.low, d.median, d.high), (None, 1.0, 2.0, 3.0));
    // One draw of three makes d a twin of a, and then each is chosen in one of two.
    let share = |it: &Interval| it.chosen_share.unwrap();
    assert_eq!((share(b), share(c)), (0.0, 0.0));
    assert!((share(a) - 5.0 / 6.0).abs() < 0.05, "{}", share(a));
    assert!((share(d) - 1.0 / 6.0).abs() < 0.05, "{}", share(d));
    assert!((share(a) + share(d) - 1.0).abs() < 1e-12);
    let lent = Donors {
        count: 3,
        own_group: false,
    };
    assert_eq!((a.donors, d.donors), (None, Some(lent)));
}

#[test]
fn a_group_with_enough_donors_lends_to_its_own() {
    let method = method(&programme(1, COUNTED), &[POSTS]);
    let group = |regency: u32, count: u32, value: f64| {
        (0..count).map(move |it| visited(&format!("53.0{regency}.01.200{it}"), value))
    };
    let mut units: Vec<Unit> = group(1, DONORS_MIN, 2.0).chain(group(2, 4, 8.0)).collect();
    units.push(unvisited(&method, "53.01.01.3001"));
    units.push(unvisited(&method, "53.02.01.3001"));
    units.push(unvisited(&method, "53.03.01.3001"));
    let found = intervals(&method, &units, 1);
    let donors = |region: &str| of(&found, region).donors.unwrap();
    let all = Donors {
        count: DONORS_MIN + 4,
        own_group: false,
    };
    assert_eq!(donors("53.02.01.3001"), all);
    assert_eq!(donors("53.03.01.3001"), all);
    let own = donors("53.01.01.3001");
    assert_eq!((own.count, own.own_group), (DONORS_MIN, true));
    // All of its group are equal, and behind the four: it can stand nowhere else but behind them.
    assert!(5.0 <= of(&found, "53.01.01.3001").low);
    // Alone in its kabupaten it is chosen whatever it is.
    assert_eq!(of(&found, "53.03.01.3001").chosen_share, Some(1.0));
}

#[test]
fn without_a_ranked_village_nobody_has_an_interval() {
    let method = method(&programme(1, COUNTED), &[POSTS]);
    let units = [
        unvisited(&method, "53.01.01.2001"),
        unit("53.01.01.2002", &[Observed::Missing]),
    ];
    assert_eq!(intervals(&method, &units, 1), []);
    let ranking = ranked(&method, &units);
    let standing: Vec<Status> = ranking.units.iter().map(|it| it.status).collect();
    assert_eq!(standing, [Status::Unvisited, Status::NotScored]);
    let first = &ranking.units[0];
    // What nobody asked is neither the worst nor the best.
    assert_eq!((first.score, first.lower, first.upper), (None, None, None));
    assert_eq!(first.dimensions[0].score, None);
    assert_eq!(first.indicators[0].normalised, None);
    assert_eq!(first.reasons.len(), 1);
}

#[test]
fn a_donor_that_may_not_be_chosen_lends_that_too() {
    let head = format!(
        "{}\n[[programme.eligible]]\nid = \"r\"\nlabel = {{ id = \"R\", en = \"R\" }}\notherwise = {{ id = \"r\", en = \"r\" }}\nexpression = \"${{r}}\"",
        programme(2, COUNTED)
    );
    let method = method(&head, &[POSTS]);
    let ruled = |region: &str, value: f64, rule: f64| Unit {
        eligibility: vec![Observation::number(rule)],
        ..visited(region, value)
    };
    let units = [
        ruled("53.01.01.2001", 9.0, 0.0),
        ruled("53.01.01.2002", 5.0, 1.0),
        unvisited(&method, "53.01.01.2003"),
    ];
    let found = intervals(&method, &units, 1);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].low, found[0].high), (1.0, 1.0));
    // In half of the draws it is not eligible, and has the last rank there.
    let share = f64::from(found[1].unscored) / 600.0;
    assert!((share - 0.5).abs() < 0.07, "{share}");
    assert_eq!(found[1].chosen_share, Some(1.0 - share));
    assert_eq!((found[1].low, found[1].high), (1.0, 2.0));
}

#[test]
fn an_excluded_village_takes_no_part_unvisited_either() {
    let exclude = "[screening]\nmin_available = 0.5\nexclude = [\"53.01.01.2002\"]";
    let head = programme(1, &format!("{COUNTED}\n{exclude}"));
    let method = method(&head, &[POSTS]);
    let units = [
        visited("53.01.01.2001", 9.0),
        unvisited(&method, "53.01.01.2002"),
        unvisited(&method, "53.01.01.2003"),
    ];
    let found = intervals(&method, &units, 1);
    assert_eq!(
        shown(&found)
            .lines()
            .map(|it| &it[..13])
            .collect::<Vec<_>>(),
        ["53.01.01.2001", "53.01.01.2003"]
    );
    let ranking = ranked(&method, &units);
    assert_eq!(
        ranking.unit("53.01.01.2002").unwrap().status,
        Status::Screened
    );
}

#[test]
fn how_much_the_unvisited_move_the_ranking_is_told() {
    let method = method(&programme(1, COUNTED), &[POSTS]);
    let mut units: Vec<Unit> = (0..6)
        .map(|it| visited(&format!("53.01.01.200{it}"), f64::from(it)))
        .collect();
    units.extend((0..4).map(|it| unvisited(&method, &format!("53.01.01.300{it}"))));
    let table = Table::gather(&method, &units).unwrap();
    let scored = Scored::new(&method, &table, "s");
    let draws = Draws::new(&scored, quota(&method), "s").unwrap();
    let found = draws.sensitivity(&[draws.sensitivity_part(0..64)]);
    assert_eq!(found.factors.len(), 1);
    assert_eq!(found.factors[0].factor, "unvisited");
    assert!(0.5 < found.factors[0].total.unwrap());
}

#[test]
fn duels_lend_no_score() {
    let head = "decimals = 4\n[[dimension]]\nid = \"d\"\nlabel = { id = \"D\", en = \"D\" }\naggregation = \"copeland\"";
    let text = method_text(&format!("{head}\n{COUNTED}"), &[POSTS]);
    let problems = parse(&text).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().contains("cannot be borrowed"));
    let off = text.replace("unvisited = \"donor\"", "unvisited = \"off\"");
    assert!(parse(&off).is_ok());
}

#[test]
fn the_option_is_off_until_it_is_named() {
    let plain = method(&programme(1, "[uncertainty]\ndraws = 600"), &[POSTS]);
    let off = method(
        &programme(1, "[uncertainty]\ndraws = 600\nunvisited = \"off\""),
        &[POSTS],
    );
    let on = method(&programme(1, COUNTED), &[POSTS]);
    assert_eq!(method_hash(&plain), method_hash(&off));
    assert_ne!(method_hash(&plain), method_hash(&on));
    assert!(!plain.counts_unvisited() && on.counts_unvisited());
}

#[test]
fn a_row_without_values_is_unvisited_where_the_method_counts_those() {
    let table = "code,a\n53.01.01.2001,5\n53.01.01.2002,\n53.01.01.2003,NA\n";
    let read = |uncertainty: &str| {
        let method = method(&programme(1, uncertainty), &[POSTS]);
        let units = read_units(&method, &Columns::default(), table.as_bytes(), None).unwrap();
        units.iter().filter(|it| it.is_unvisited()).count()
    };
    assert_eq!(read(COUNTED), 2);
    assert_eq!(read("[uncertainty]\ndraws = 600"), 0);
}

#[test]
fn a_record_names_them_where_the_method_counts_them_and_nowhere_else() {
    let decide = |uncertainty: &str| {
        let text = method_text(&programme(1, uncertainty), &[POSTS]);
        let method = parse(&text).unwrap();
        let units = [
            visited("53.01.01.2001", 9.0),
            unvisited(&method, "53.01.01.2002"),
        ];
        Record::decide("lumbung 0", "benih", &text, &units, &[]).unwrap()
    };
    let record = decide(COUNTED);
    let text = record.write();
    assert!(text.contains("53.01.01.2002,Desa 53.01.01.2002,53.01,Kab. 53.01,unvisited,\n"));
    assert!(text.contains("53.01.01.2002,unvisited,,,,,,unvisited,,,,unvisited\n"));
    let read = Record::read(text.as_bytes()).unwrap();
    assert_eq!(read, record);
    assert_eq!(read.recompute().unwrap().write(), text);
    let silent = decide("[uncertainty]\ndraws = 600");
    assert!(!silent.write().contains("53.01.01.2002"));
    assert_eq!(silent.units().len(), 1);
}

/// SplitMix64 and SHA-256 as the document describes them.
#[derive(Clone, Copy)]
struct Numbers(u64);

impl Numbers {
    fn named(name: &str) -> Numbers {
        let digest = Sha256::digest(format!("benih|{name}").as_bytes());
        Numbers(u64::from_be_bytes(digest[..8].try_into().unwrap()))
    }

    fn bits(self, place: u64) -> u64 {
        let steps = (place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0.wrapping_add(steps);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn at(self, place: u64) -> Numbers {
        Numbers(self.bits(place))
    }

    fn unit(self, place: u64) -> f64 {
        (self.bits(place) >> 11) as f64 / 2_f64.powi(53)
    }
}

/// Ranks of one draw and who is chosen, by code, where nothing else varies.
fn naive(
    seen: &[(String, i32)],
    unseen: &[String],
    draw: u64,
    per_area: usize,
) -> BTreeMap<String, (u32, bool)> {
    let factor = Numbers::named("draws").at(draw).unit(5).to_bits();
    let group = |code: &str| code[..5].to_owned();
    let mut all: Vec<(i32, String, u64, usize, String)> = Vec::new();
    for (place, (code, score)) in seen.iter().enumerate() {
        let ticket = Numbers::named("unvisited").at(factor).bits(place as u64);
        let drawn = lottery("benih", code);
        all.push((-score, drawn, ticket, place, code.clone()));
    }
    for (place, code) in unseen.iter().enumerate() {
        let near = seen.iter().filter(|it| group(&it.0) == group(code));
        let near: Vec<&(String, i32)> = near.collect();
        let pool = match DONORS_MIN as usize <= near.len() {
            true => near,
            false => seen.iter().collect(),
        };
        let own = Numbers::named(&format!("unvisited|{code}")).at(factor);
        let donor = pool[(own.unit(0) * pool.len() as f64) as usize];
        let drawn = lottery("benih", &donor.0);
        all.push((
            -donor.1,
            drawn,
            own.bits(1),
            seen.len() + place,
            code.clone(),
        ));
    }
    all.sort();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let scores: Vec<i32> = all.iter().map(|it| it.0).collect();
    let each = all.into_iter().map(|(score, _, _, _, code)| {
        let better = scores.iter().filter(|it| **it < score).count();
        let taken = taken.entry(group(&code)).or_default();
        *taken += 1;
        (code, (better as u32 + 1, *taken <= per_area))
    });
    each.collect()
}

fn codes(groups: &[usize], first: usize) -> Vec<String> {
    let code =
        |(index, group): (usize, &usize)| format!("53.0{}.01.{:04}", group + 1, first + index);
    let mut codes: Vec<String> = groups.iter().enumerate().map(code).collect();
    codes.sort();
    codes
}

proptest! {
    #[test]
    fn draws_are_those_of_the_plainest_reading(
        seen in proptest::collection::vec((0_usize..3, 0_i32..10), 1..24),
        unseen in proptest::collection::vec(0_usize..4, 1..12), per_area in 1_u32..4,
    ) {
        const DRAWS: u64 = 21;
        let method = method(&programme(per_area, "[uncertainty]\ndraws = 21\nunvisited = \"donor\""), &[POSTS]);
        let groups: Vec<usize> = seen.iter().map(|it| it.0).collect();
        let unseen = codes(&unseen, 5000);
        let seen: Vec<(String, i32)> = codes(&groups, 2000).into_iter().zip(seen.iter().map(|it| it.1)).collect();
        let mut units: Vec<Unit> = seen.iter().map(|it| visited(&it.0, f64::from(it.1))).collect();
        units.extend(unseen.iter().map(|code| unvisited(&method, code)));
        let found = intervals(&method, &units, 2);
        let draws: Vec<_> = (0..DRAWS).map(|draw| naive(&seen, &unseen, draw, per_area as usize)).collect();
        prop_assert_eq!(found.len(), seen.len() + unseen.len());
        for one in &found {
            let mut ranks: Vec<u32> = draws.iter().map(|it| it[&one.region].0).collect();
            let chosen = draws.iter().filter(|it| it[&one.region].1).count();
            ranks.sort();
            // 21 draws: the quantiles are ranks themselves.
            let [low, median, high] = [1, 10, 19].map(|place| f64::from(ranks[place]));
            prop_assert_eq!((one.low, one.median, one.high), (low, median, high), "{}", one.region);
            prop_assert_eq!(one.chosen_share, Some(chosen as f64 / DRAWS as f64));
        }
    }

    #[test]
    fn laws_of_draws_with_unvisited_villages(
        seen in proptest::collection::vec((0_i32..10, proptest::option::of(0_i32..10)), 1..40),
        unseen in 0_usize..40, top in any::<bool>(), parts in 1_u32..5, turn in 0_usize..80,
    ) {
        let level = if top { "top" } else { "all" };
        let plain = format!("[uncertainty]\ndraws = 40\nweight_spread = 0.5\nweight_level = \"{level}\"\nunknown_values = true\nmissing = [\"mean\", \"worst\"]");
        let counted = method(&programme(2, &format!("{plain}\nunvisited = \"donor\"")), &[POSTS, POSTS]);
        let plain = method(&programme(2, &plain), &[POSTS, POSTS]);
        let observed = |it: Option<i32>| it.map_or(Observed::Missing, |it| Observed::Number(it.into()));
        let code = |index: usize| format!("53.{:02}.01.{:04}", 1 + index % 3, 2000 + index);
        let seen: Vec<Unit> = seen.iter().enumerate()
            .map(|(index, (one, two))| unit(&code(2 * index), &[observed(Some(*one)), observed(*two)]))
            .collect();
        // Nobody is unvisited: the option changes no byte.
        let (mut with, mut without) = (intervals(&counted, &seen, 1), intervals(&plain, &seen, 1));
        prop_assert_eq!(intervals_csv(&mut with, None), intervals_csv(&mut without, None));
        let mut units = seen.clone();
        units.extend((0..unseen).map(|index| unvisited(&counted, &code(2 * index + 1))));
        let whole = intervals(&counted, &units, 1);
        prop_assert_eq!(whole.len(), units.len());
        // Rows in another order, and draws in parts.
        let turned = turn % units.len();
        units.rotate_left(turned);
        prop_assert_eq!(&whole, &intervals(&counted, &units, parts));
        units.reverse();
        prop_assert_eq!(&whole, &intervals(&counted, &units, parts));
        // The visited ones are ranked as if they were alone.
        let (alone, among) = (ranked(&plain, &seen), ranked(&counted, &units));
        for one in &alone.units {
            let same = among.unit(&one.region).unwrap();
            prop_assert_eq!((one.rank, one.score, one.lower, one.upper), (same.rank, same.score, same.lower, same.upper));
        }
        for found in &whole {
            prop_assert!(1.0 <= found.low && found.low <= found.median && found.median <= found.high);
            prop_assert!(found.high <= whole.len() as f64);
            prop_assert_eq!(found.rank.is_none(), found.donors.is_some());
        }
        let chosen: f64 = whole.iter().filter_map(|it| it.chosen_share).sum();
        let mut areas: BTreeMap<&str, usize> = BTreeMap::new();
        units.iter().for_each(|it| *areas.entry(&it.group.code).or_default() += 1);
        let places: usize = areas.values().map(|it| *it.min(&2)).sum();
        prop_assert!((chosen - places as f64).abs() < 1e-9, "{} of {}", chosen, places);
    }
}
