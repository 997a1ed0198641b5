//! Distances that can be looked up, and groups.

use super::{Position, cliques, near_pairs};

fn at(latitude: f64, longitude: f64) -> Position {
    Position::new(Some(latitude), Some(longitude)).expect("degrees")
}

#[test]
fn a_degree_of_the_equator_is_111_195_metres() {
    assert_eq!(at(0.0, 106.0).metres_to(at(0.0, 107.0)), 111_195);
    // Jakarta (Monas) to Bandung (Gedung Sate): 117 km as the crow flies.
    let apart = at(-6.175_4, 106.827_2).metres_to(at(-6.902_5, 107.618_8));
    assert!((117_000..120_000).contains(&apart), "{apart}");
}

#[test]
fn pairs_nearer_than_the_limit_and_not_one_metre_more() {
    let positions = [at(0.0, 0.0), at(0.0, 0.01), at(0.01, 0.0), at(0.5, 0.5)];
    let apart = positions[0].metres_to(positions[1]);
    assert_eq!(near_pairs(&positions, apart), []);
    assert_eq!(near_pairs(&positions, apart + 1), [(0, 1), (0, 2)]);
}

#[test]
fn no_position_is_told_apart_from_a_wrong_one() {
    assert_eq!(Position::new(Some(1.0), None), None);
    assert_eq!(Position::new(Some(91.0), Some(0.0)), None);
}

#[test]
fn three_that_touch_each_other_are_one_group() {
    assert_eq!(
        cliques(&[(0, 1), (0, 2), (1, 2), (2, 3)]),
        [vec![0, 1, 2], vec![2, 3]]
    );
}
