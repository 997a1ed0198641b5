use super::super::tests::{ONE_DIMENSION, method, table};
use super::super::{Method, Observed, Scored, Table, Unit};
use super::{Related, related_dimensions, related_indicators};

const POSTS: &str = "normalise = { kind = \"min_max\", min = 0, max = 10 }";

/// Pairs below the diagonal with four decimals and the villages that have both; `-` for none.
fn shown(related: &Related) -> String {
    let mut rows = Vec::new();
    for (one, id) in related.columns.iter().enumerate() {
        for (two, other) in related.columns[..one].iter().enumerate() {
            let pair = related.pair(two, one).unwrap();
            assert_eq!(related.pair(one, two), Some(pair));
            let text = pair
                .correlation
                .map_or("-".to_owned(), |it| format!("{it:.4}"));
            rows.push(format!("{id}{other} {text} {}", pair.villages));
        }
        assert_eq!(related.pair(one, one), None);
    }
    rows.join(", ")
}

fn of(method: &Method, units: &[Unit], take: fn(&Scored) -> Related) -> String {
    let table = Table::gather(method, units).unwrap();
    shown(&take(&Scored::new(method, &table, "s")))
}

#[test]
fn correlations_are_those_of_the_textbooks() {
    // The fourth would have the id of the dimension.
    let three = method(ONE_DIMENSION, &[POSTS, POSTS, POSTS]);
    // numpy.corrcoef of [1,2,3,4], [2,4,6,8] and [4,1,3,2].
    let units = table(&[
        &[1.0, 2.0, 4.0],
        &[2.0, 4.0, 1.0],
        &[3.0, 6.0, 3.0],
        &[4.0, 8.0, 2.0],
    ]);
    assert_eq!(
        of(&three, &units, related_indicators),
        "ba 1.0000 4, ca -0.4000 4, cb -0.4000 4"
    );
    let units = table(&[&[1.0, 5.0], &[2.0, 5.0], &[4.0, 5.0]]);
    let two = method(ONE_DIMENSION, &[POSTS, POSTS]);
    assert_eq!(of(&two, &units, related_indicators), "ba - 3");
}

#[test]
fn what_is_missing_or_too_little_tells_nothing() {
    let method = method(ONE_DIMENSION, &[POSTS, POSTS, POSTS]);
    let mut units = table(&[
        &[1.0, 2.0, 1.0],
        &[2.0, 1.0, 2.0],
        &[3.0, 3.0, 3.0],
        &[4.0, 9.0, 1.0],
    ]);
    units[3].indicators[1].value = Observed::Unknown;
    units[0].indicators[2].value = Observed::Missing;
    assert_eq!(
        of(&method, &units, related_indicators),
        "ba 0.5000 3, ca -0.5000 3, cb - 2"
    );
}

#[test]
fn a_dimension_goes_together_with_the_whole() {
    let head = "decimals = 4\n[[dimension]]\nid = \"whole\"\nlabel = { id = \"W\", en = \"W\" }\n\
                [[dimension]]\nid = \"d\"\nparent = \"whole\"\nlabel = { id = \"D\", en = \"D\" }";
    let method = method(head, &[POSTS]);
    let units = table(&[&[1.0], &[5.0], &[7.0]]);
    let found = of(&method, &units, related_dimensions);
    assert_eq!(found, "dwhole 1.0000 3");
}
