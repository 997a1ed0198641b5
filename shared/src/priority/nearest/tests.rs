use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::super::tests::{ONE_DIMENSION, method_text, unit};
use super::super::{Method, Observed, Unit, parse, rank};
use super::{mean_distances_km, metres, point, square};
use crate::priority::spacing::Position;

fn at(latitude: f64, longitude: f64) -> Position {
    Position {
        latitude,
        longitude,
    }
}

/// Every pair, sorted.
fn naive(positions: &[Position], count: usize) -> Vec<Option<f64>> {
    let points: Vec<_> = positions.iter().map(point).collect();
    (0..points.len())
        .map(|from| {
            let others = (0..points.len()).filter(|it| *it != from);
            let mut far: Vec<u64> = others
                .map(|it| metres(square(points[from], points[it])))
                .collect();
            far.sort_unstable();
            far.truncate(count);
            let sum: u64 = far.iter().sum();
            (far.len() == count).then(|| sum as f64 / far.len() as f64 / 1000.0)
        })
        .collect()
}

proptest! {
    #[test]
    fn the_tree_finds_whom_all_pairs_find(
        places in proptest::collection::vec((-40_i32..40, -40_i32..40), 0..60),
        count in 1_usize..8,
        step in proptest::sample::select(vec![0.0, 0.01, 0.5, 4.4]),
    ) {
        let positions: Vec<Position> = places
            .iter()
            .map(|(up, along)| at(f64::from(*up) * step, f64::from(*along) * step))
            .collect();
        prop_assert_eq!(mean_distances_km(&positions, count), naive(&positions, count));
    }

    /// The straight line through the sphere tells the same metres as the haversine.
    #[test]
    fn distances_are_those_of_the_rules_of_spacing(
        (up, along) in (-90.0_f64..90.0, -180.0_f64..180.0),
        (two_up, two_along) in (-90.0_f64..90.0, -180.0_f64..180.0),
    ) {
        let (one, two) = (at(up, along), at(two_up, two_along));
        let own = metres(square(point(&one), point(&two)));
        prop_assert!(own.abs_diff(one.metres_to(two)) <= 1, "{own} {}", one.metres_to(two));
    }
}

#[test]
fn the_date_line_is_crossed_and_equal_places_are_at_hand() {
    let positions = [at(0.0, 179.99), at(0.0, -179.99), at(0.0, 179.99)];
    assert_eq!(
        mean_distances_km(&positions, 1),
        [Some(0.0), Some(2.224), Some(0.0)]
    );
    // Nobody else, and fewer than were asked for.
    assert_eq!(mean_distances_km(&positions[..1], 1), [None]);
    assert_eq!(mean_distances_km(&positions, 3), [None; 3]);
}

/// A nation in one place, and one on a meridian: no part of the tree degenerates.
#[test]
fn many_villages_in_one_place_or_on_one_line_end() {
    let heap = vec![at(-7.0, 110.0); 84_000];
    assert!(
        mean_distances_km(&heap, 5)
            .iter()
            .all(|it| *it == Some(0.0))
    );
    let line: Vec<Position> = (0..84_000)
        .map(|it| at(f64::from(it) / 10_000.0, 110.0))
        .collect();
    let distances = mean_distances_km(&line, 2);
    assert_eq!(distances[40_000], Some(0.011));
}

fn measured() -> Method {
    let indicators = [
        "nearest = { villages = 5, latitude = \"b\", longitude = \"c\" }\ndirection = \"lower\"\n\
         normalise = { kind = \"min_max\", min = 0, max = 20 }",
        "weight = 0\nnormalise = { kind = \"as_is\" }",
        "weight = 0\nnormalise = { kind = \"as_is\" }",
    ];
    let document = method_text(ONE_DIMENSION, &indicators);
    let document = document.replacen("expression = \"${a}\"\n", "", 1);
    parse(&document).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn village(number: u32, degrees: Option<(f64, f64)>) -> Unit {
    let value = |it: Option<f64>| it.map_or(Observed::Missing, Observed::Number);
    let mut unit = unit(
        &format!("19.03.08.{}", 2000 + number),
        &[
            Observed::Missing,
            value(degrees.map(|it| it.0)),
            value(degrees.map(|it| it.1)),
        ],
    );
    unit.indicators[1].source = vec!["/data/a_koordinat_kantor".to_owned()];
    unit.indicators[2].source = vec!["/data/a_koordinat_kantor".to_owned()];
    unit
}

/// Batu Betumpang and its neighbours at the distances of domain.md 4.2, laid on the equator.
#[test]
fn batu_betumpang_has_its_five_nearest_within_eight_kilometres() {
    let method = measured();
    let kilometre = 360.0 / (2.0 * std::f64::consts::PI * 6371.0088);
    let lying = [0.0, 4.9, -4.9, 9.0, -9.7, 10.8, -12.8, 17.3, -17.6];
    let mut units: Vec<Unit> = (1..)
        .zip(lying)
        .map(|(number, km)| village(number, Some((0.0, km * kilometre))))
        .collect();
    units.push(village(90, None));
    units.push(village(91, Some((95.0, 0.0))));
    units.reverse();
    let ranking = rank(&method, &units, "").unwrap();
    let detail = |code: &str| ranking.unit(code).unwrap().indicators[0].clone();
    let first = detail("19.03.08.2001");
    // (4.9 + 4.9 + 9.0 + 9.7 + 10.8) / 5
    assert_eq!(first.raw, Observed::Number(7.86));
    assert!(first.observed && first.note.is_none());
    assert_eq!(
        first.normalised.map(|it| format!("{it:.6}")).as_deref(),
        Some("0.607000")
    );
    assert_eq!(first.source, ["/data/a_koordinat_kantor"]);
    for code in ["19.03.08.2090", "19.03.08.2091"] {
        let nowhere = detail(code);
        assert_eq!(nowhere.raw, Observed::Missing);
        assert_eq!((nowhere.lowest, nowhere.highest), (0.0, 1.0));
        assert!(!nowhere.observed);
    }
    assert!(ranking.indicators[0].scorable);
}

/// Whoever comes changes the distance of its neighbours, as a table gathered anew tells; it only gets shorter.
#[test]
fn a_village_that_comes_nearer_shortens_the_way_of_others() {
    let mut method = measured();
    method.indicators[0].nearest.as_mut().unwrap().villages = 2;
    let two = [
        village(1, Some((0.0, 0.0))),
        village(2, Some((0.0, 0.1))),
        village(3, None),
        village(4, Some((0.0, 0.3))),
    ];
    let raw = |units: &[Unit]| {
        let ranking = rank(&method, units, "").unwrap();
        ranking.unit("19.03.08.2001").unwrap().indicators[0]
            .raw
            .clone()
    };
    // A degree is 111.195 km here.
    assert_eq!(raw(&two), Observed::Number(22.2395));
    let mut three = two.clone();
    three[2] = village(3, Some((0.0, 0.01)));
    assert_eq!(raw(&three), Observed::Number(6.116));
    assert_eq!(raw(&two[..3]), Observed::Missing);
}

#[test]
fn faults_of_a_distance_are_told_together() {
    let indicators = [
        "nearest = { villages = 0, latitude = \"b\", longitude = \"tidak_ada\" }\nnormalise = { kind = \"as_is\" }",
        "nearest = { villages = 101, latitude = \"a\", longitude = \"b\" }\nnormalise = { kind = \"as_is\" }",
    ];
    let problems = parse(&method_text(ONE_DIMENSION, &indicators)).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let wanted = [
        "indicator a.nearest: `villages` lies between 1 and 100",
        "indicator a.nearest: choose one",
        "indicator a.nearest: `tidak_ada` is no indicator",
        "indicator b.nearest: `villages` lies",
        "indicator b.nearest: choose one",
    ];
    assert_eq!(told.len(), wanted.len(), "{told:?}");
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.contains(wanted), "{told}");
    }
}
