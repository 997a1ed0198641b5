//! Taking the values of a method's expressions from one case.
//!
//! Always: one observation per indicator, rule and tie key, in document order; an indicator that
//! nothing scores is missing.
//! Never: knows how an expression is evaluated.

use super::method::Method;
use super::unit::{Area, Hold, Observation, Unit};

/// Observes one village. `evaluate` is asked for every expression of the method once, in order.
pub fn observe_with(
    method: &Method,
    village: Village,
    mut evaluate: impl FnMut(&str) -> Observation,
) -> Unit {
    let mut take = |expression: Option<&String>| match expression {
        Some(expression) => evaluate(expression),
        None => Observation::missing(),
    };
    let indicators = method.indicators.iter();
    let indicators = indicators.map(|it| take(it.expression.as_ref())).collect();
    let denominators = method.denominators();
    let denominators = denominators
        .map(|(_, it)| take(Some(&it.expression)))
        .collect();
    let rules = method.programme.iter().flat_map(|it| &it.eligibility);
    let eligibility = rules.map(|it| take(Some(&it.expression))).collect();
    let keys = method.programme.iter().flat_map(|it| &it.tie_break);
    let tie_break = keys.map(|it| take(Some(&it.expression))).collect();
    Unit {
        region: village.region,
        name: village.name,
        group: village.group,
        indicators,
        denominators,
        eligibility,
        tie_break,
        holds: village.holds,
    }
}

/// What is known of a village beside its answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Village {
    /// Kemendagri code with dots.
    pub region: String,
    pub name: String,
    /// The area whose quota it competes for.
    pub group: Area,
    /// Why it is "belum layak dinilai"; empty where it is fit.
    pub holds: Vec<Hold>,
}
