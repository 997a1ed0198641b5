//! The `parameters` column.
//!
//! Always: a key that its type does not know is refused, as pyxform does.
//! Never: passes a number that a control cannot work with.

use crate::questionnaire::model::Kind;

/// What may stand behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Any,
    Number,
    /// A number that is not 0.
    Step,
    Truth,
}

/// The keys that a type knows; nothing for types whose keys nobody checks.
fn keys(kind: Kind, from_file: bool) -> Option<&'static [(&'static str, Wanted)]> {
    use Wanted::{Any, Number, Step, Truth};
    const SELECT: [(&str, Wanted); 2] = [("randomize", Truth), ("seed", Any)];
    const FILE: [(&str, Wanted); 4] = [
        ("randomize", Truth),
        ("seed", Any),
        ("value", Any),
        ("label", Any),
    ];
    const RANGE: [(&str, Wanted); 6] = [
        ("start", Number),
        ("end", Number),
        ("step", Step),
        ("tick_interval", Step),
        ("placeholder", Number),
        ("tick_labelset", Any),
    ];
    const IMAGE: [(&str, Wanted); 2] = [("max-pixels", Step), ("app", Any)];
    const POINT: [(&str, Wanted); 3] = [
        ("capture-accuracy", Number),
        ("warning-accuracy", Number),
        ("allow-mock-accuracy", Truth),
    ];
    const LINE: [(&str, Wanted); 3] = [
        ("allow-mock-accuracy", Truth),
        ("incremental", Truth),
        ("reference-geometry", Any),
    ];
    Some(match kind {
        Kind::SelectOne | Kind::SelectMultiple | Kind::Rank if from_file => &FILE,
        Kind::SelectOne | Kind::SelectMultiple | Kind::Rank => &SELECT,
        Kind::Range => &RANGE,
        Kind::Image => &IMAGE,
        Kind::Audio => &[("quality", Any)],
        Kind::Text => &[("rows", Step)],
        Kind::Geopoint => &POINT,
        Kind::Geotrace | Kind::Geoshape => &LINE,
        _ => return None,
    })
}

/// What is wrong with a parameter: the code of the problem.
pub(super) fn fault(kind: Kind, from_file: bool, key: &str, value: &str) -> Option<&'static str> {
    let known = keys(kind, from_file)?;
    let Some((_, wanted)) = known.iter().find(|(name, _)| *name == key) else {
        return Some("parameter_unknown");
    };
    let number = value
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite());
    let fits = match wanted {
        Wanted::Any => true,
        Wanted::Number => number.is_some(),
        Wanted::Step => number.is_some_and(|number| number != 0.0),
        Wanted::Truth => ["true", "false"].contains(&value.to_lowercase().as_str()),
    };
    (!fits).then_some("parameter_value")
}
