//! Means in blocks against the plainest reading of their definition; methods against chance.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::super::{Aggregation, Method, Observed, Problem, SHIPPED, Unit, parse};
use super::{method_text, ranked, unit};

/// What a dimension is below, as the document says it.
#[derive(Debug, Clone)]
struct Tree {
    /// One per dimension but the root `d`; its parent is the root or one that stands before it.
    dimensions: Vec<(usize, u32)>,
    means: Vec<Aggregation>,
    thresholds: Vec<f64>,
    /// The dimension of each indicator, and its weight.
    indicators: Vec<(usize, u32)>,
}

fn mean() -> impl Strategy<Value = Aggregation> {
    prop_oneof![
        Just(Aggregation::Arithmetic),
        Just(Aggregation::Geometric),
        Just(Aggregation::Harmonic),
        Just(Aggregation::Generalised { power: 0.5 }),
        Just(Aggregation::Generalised { power: -2.0 }),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let dimensions = vec((0_usize..100, 1_u32..9), 0..4);
    let thresholds = proptest::sample::select(vec![0.0, 0.4, 1.0]);
    let indicators = vec((0_usize..100, 1_u32..9), 2..7);
    let parts = (dimensions, vec(mean(), 5), vec(thresholds, 5), indicators);
    parts.prop_map(|(mut dimensions, means, thresholds, mut indicators)| {
        for (index, (parent, _)) in dimensions.iter_mut().enumerate() {
            *parent %= index + 1;
        }
        for (dimension, _) in &mut indicators {
            *dimension %= dimensions.len() + 1;
        }
        // A dimension without children is refused.
        for index in 0..=dimensions.len() {
            let inner = dimensions.iter().any(|(parent, _)| *parent == index);
            if !inner && indicators.iter().all(|(dimension, _)| *dimension != index) {
                indicators.push((index, 1));
            }
        }
        Tree {
            dimensions,
            means,
            thresholds,
            indicators,
        }
    })
}

fn document(tree: &Tree) -> String {
    let mut text = String::from(
        "format = 1\nid = \"m\"\nversion = \"1\"\nlabel = { id = \"M\", en = \"M\" }\ndecimals = 9\n",
    );
    for index in 0..=tree.dimensions.len() {
        let mean = match tree.means[index] {
            Aggregation::Arithmetic | Aggregation::Copeland => "\"arithmetic\"".to_owned(),
            Aggregation::Geometric => "\"geometric\"".to_owned(),
            Aggregation::Harmonic => "\"harmonic\"".to_owned(),
            Aggregation::Generalised { power } => {
                format!("{{ generalised = {{ power = {power:?} }} }}")
            }
        };
        text.push_str(&format!(
            "[[dimension]]\nid = \"d{index}\"\nlabel = {{ id = \"D\", en = \"D\" }}\naggregation = {mean}\nthreshold = {:?}\n",
            tree.thresholds[index]
        ));
        if let Some((parent, weight)) = index.checked_sub(1).map(|it| tree.dimensions[it]) {
            text.push_str(&format!("parent = \"d{parent}\"\nweight = {weight}\n"));
        }
    }
    for (index, (dimension, weight)) in tree.indicators.iter().enumerate() {
        text.push_str(&format!(
            "[[indicator]]\nid = \"i{index}\"\ndimension = \"d{dimension}\"\nlabel = {{ id = \"I\", en = \"I\" }}\n\
             expression = \"${{i{index}}}\"\nweight = {weight}\nmissing = \"drop\"\nnormalise = {{ kind = \"as_is\" }}\n"
        ));
    }
    text
}

/// `Err` has no meaning, `None` no value.
fn naive(tree: &Tree, dimension: usize, values: &[Option<f64>]) -> Result<Option<f64>, ()> {
    let inner = tree.dimensions.iter().enumerate();
    let inner = inner.filter(|(_, (parent, _))| *parent == dimension);
    let mut children: Vec<(Option<f64>, f64)> = Vec::new();
    for (index, (_, weight)) in inner {
        children.push((naive(tree, index + 1, values)?, f64::from(*weight)));
    }
    for ((of, weight), value) in tree.indicators.iter().zip(values) {
        if *of == dimension {
            children.push((*value, f64::from(*weight)));
        }
    }
    let all: f64 = children.iter().map(|(_, weight)| weight).sum();
    let known: Vec<(f64, f64)> = children
        .iter()
        .filter_map(|(value, weight)| value.map(|value| (value, *weight)))
        .collect();
    let mean = tree.means[dimension];
    if mean != Aggregation::Arithmetic && known.iter().any(|(value, _)| *value < 0.0) {
        return Err(());
    }
    let present: f64 = known.iter().map(|(_, weight)| weight).sum();
    if known.is_empty() || present / all < tree.thresholds[dimension] - 1e-9 {
        return Ok(None);
    }
    let sum = |of: &dyn Fn(f64) -> f64| {
        known
            .iter()
            .map(|(value, weight)| weight * of(*value))
            .sum::<f64>()
            / present
    };
    let zero = known.iter().any(|(value, _)| *value == 0.0);
    Ok(Some(match mean {
        Aggregation::Arithmetic | Aggregation::Copeland => sum(&|it| it),
        Aggregation::Geometric if zero => 0.0,
        Aggregation::Geometric => sum(&f64::ln).exp(),
        Aggregation::Harmonic if zero => 0.0,
        Aggregation::Harmonic => 1.0 / sum(&f64::recip),
        Aggregation::Generalised { power } if zero && power < 0.0 => 0.0,
        Aggregation::Generalised { power } => sum(&|it| it.powf(power)).powf(1.0 / power),
    }))
}

fn faults(document: &str) -> Vec<Problem> {
    parse(document).expect_err("the document is faulty")
}

proptest! {
    #[test]
    fn every_score_is_what_the_definition_says(
        tree in tree(),
        // More rows than one block holds.
        rows in vec(vec(option::weighted(0.8, -1_i32..40), 11), 1..150),
    ) {
        let method: Method = parse(&document(&tree)).unwrap();
        let count = tree.indicators.len();
        let rows: Vec<Vec<Option<f64>>> = rows
            .iter()
            .map(|row| row[..count].iter().map(|it| it.map(|it| f64::from(it) / 4.0)).collect())
            .collect();
        let units: Vec<Unit> = rows
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let observed = |it: &Option<f64>| it.map_or(Observed::Missing, Observed::Number);
                let values: Vec<Observed> = row.iter().map(observed).collect();
                unit(&format!("u{index:03}"), &values)
            })
            .collect();
        let ranking = ranked(&method, &units);
        for (unit, row) in units.iter().zip(&rows) {
            let found = ranking.unit(&unit.region).unwrap().score;
            let expected = naive(&tree, 0, row).unwrap_or(None);
            match (found, expected) {
                (Some(found), Some(expected)) => {
                    let near = (found - expected).abs() <= 1e-9 * (1.0 + expected.abs());
                    prop_assert!(near, "{} {} {:?}", found, expected, row);
                }
                (found, expected) => prop_assert_eq!(found, expected, "{:?}", row),
            }
        }
    }

    #[test]
    fn any_bytes_are_a_method_or_faults_with_places(bytes in vec(0_u8..=255, 0..200)) {
        for problem in faults(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(!problem.place.is_empty() && problem.line.is_some());
        }
    }

    #[test]
    fn a_damaged_method_is_read_or_told_in_both_languages(
        which in 0_usize..SHIPPED.len(),
        at in 0_usize..100_000,
        length in 0_usize..40,
        word in "(0|-1|1e308|nan|inf|\"x\"|\\[\\]|\\{\\}|=|\n|é|weight = 9\n|\\[\\[indicator\\]\\]\n)",
    ) {
        let document = SHIPPED[which].document;
        let boundary = |at: usize| (0..=at.min(document.len())).rev().find(|it| document.is_char_boundary(*it)).unwrap_or(0);
        let (from, to) = (boundary(at % document.len()), boundary(at % document.len() + length));
        let damaged = format!("{}{word}{}", &document[..from], &document[to..]);
        if let Err(problems) = parse(&damaged) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                let words = [&problem.place, &problem.text.id, &problem.text.en];
                prop_assert!(words.iter().all(|it| !it.is_empty()), "{:?}", problem);
            }
        }
    }

    #[test]
    fn as_many_faults_as_were_made_are_told_each_at_its_place(broken in vec(proptest::bool::ANY, 1..4)) {
        let bodies: Vec<String> = broken
            .iter()
            .map(|broken| {
                let weight = if *broken { -1 } else { 10 };
                format!("weight = {weight}\nnormalise = {{ kind = \"as_is\" }}")
            })
            .collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let document = method_text(super::ONE_DIMENSION, &bodies);
        let expected: Vec<String> = broken
            .iter()
            .enumerate()
            .filter(|(_, broken)| **broken)
            .map(|(index, _)| format!("indicator {}.weight", char::from(b'a' + index as u8)))
            .collect();
        let told = parse(&document).err().unwrap_or_default();
        let places: Vec<String> = told.iter().map(|it| it.place.clone()).collect();
        prop_assert_eq!(places, expected);
        let lines: Vec<&str> = document.lines().collect();
        for problem in told {
            let id = &problem.place["indicator ".len()..][..1];
            prop_assert_eq!(lines[problem.line.unwrap() - 1], format!("id = \"{id}\""));
        }
    }
}
