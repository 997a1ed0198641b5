//! What becomes of villages that are "belum layak dinilai" when others are chosen.
//!
//! Always: the method's document says it, and every result repeats it; a village that is waited for is named, with
//! what it could reach at most; what was not computed counts as possible.
//! Never: chooses a held village, ranks it by an answer that is open, or fills such an answer in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::allot::Places;
use super::method::Method;
use super::order::steps;
use super::rank::{RankedUnit, Status};
use super::rules::Locked;
use super::select::{Choice, Field, places};
use super::text::{Text, number_text};
use super::unit::{Area, Hold, Observation, Observed};
use crate::ids::Path;

/// The rule for held villages, as a method states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    pub rule: HeldRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldRule {
    /// Others are chosen as if it did not take part.
    #[default]
    LeaveOut,
    /// Its interval is widened by what is open; no decision is final while it could be chosen.
    Wait,
}

impl Held {
    /// Whether the document need not say it.
    pub fn is_default(&self) -> bool {
        *self == Held::default()
    }

    /// The rule in words, for screen, paper and command line.
    pub fn words(self) -> Text {
        match self.rule {
            HeldRule::LeaveOut => Text::new(
                "desa yang belum layak dinilai tidak ikut dipilih",
                "villages that are not fit to be judged are left out of the choice",
            ),
            HeldRule::Wait => Text::new(
                "desa yang belum layak dinilai ditunggu selama masih dapat terpilih; keputusan tanpa menunggunya \
                 dicatat dengan nama dan alasan",
                "villages that are not fit to be judged are waited for while they could be chosen; to decide without \
                 one takes a name and a reason on record",
            ),
        }
    }
}

/// A held village that could be chosen once its answers are settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Awaited {
    pub region: String,
    pub name: String,
    pub group: Area,
    /// Its score if everything open were at its best; none where that is not known either.
    pub upper: Option<f64>,
    /// Whether it was found by choosing once more with it; else it only could not be ruled out.
    pub computed: bool,
    pub text: Text,
}

impl Awaited {
    fn new(unit: &RankedUnit, computed: bool, decimals: u8) -> Awaited {
        let best = match unit.upper {
            Some(upper) => number_text(upper, decimals),
            None => Text::new("belum diketahui", "not known yet"),
        };
        let text = match computed {
            true => Text::new(
                format!(
                    "Ditunggu: dapat terpilih begitu isiannya beres (skor terbaik {})",
                    best.id
                ),
                format!(
                    "Waited for: could be chosen once its answers are settled (best score {})",
                    best.en
                ),
            ),
            false => Text::new(
                format!(
                    "Ditunggu: dengan aturan ini tidak dihitung apakah ia dapat terpilih (skor terbaik {})",
                    best.id
                ),
                format!(
                    "Waited for: under these rules it is not computed whether it could be chosen (best score {})",
                    best.en
                ),
            ),
        };
        Awaited {
            region: unit.region.clone(),
            name: unit.name.clone(),
            group: unit.group.clone(),
            upper: unit.upper,
            computed,
            text,
        }
    }
}

impl Hold {
    /// Whether it leaves open what is computed from questions of these templates. A hold that names no answer leaves
    /// everything open.
    pub(super) fn opens(&self, questions: &BTreeSet<String>) -> bool {
        let beneath = |outer: &str, inner: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || outer == "/")
        };
        let opens = |path: &String| {
            let template = path.parse::<Path>().map(|it| it.template());
            let template = template.unwrap_or_default();
            questions.iter().any(|it| beneath(&template, it))
        };
        self.paths.is_empty() || self.paths.iter().any(opens)
    }
}

/// The same observation without the value that is open: its interval runs from the worst to the best.
pub(super) fn opened(observation: Observation) -> Observation {
    Observation {
        value: Observed::Unknown,
        lower: None,
        ..observation
    }
}

/// Whom a choice waits for where kecamatan have a cap or villages are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    ForWhoCouldEnter,
    /// For every held village, as a program did for which such rules crossed. What it froze says so.
    ForAll,
}

/// Held villages that could be chosen, where the method waits for them; by code.
pub(super) fn awaited(field: &Field, choice: &Choice, waiting: Waiting) -> Vec<Awaited> {
    let method = field.method;
    if method.held.rule == HeldRule::LeaveOut {
        return Vec::new();
    }
    let open: Vec<&RankedUnit> = field.all.iter().filter(|it| may_enter(field, it)).collect();
    let asks = waiting == Waiting::ForWhoCouldEnter || !field.quota.is_narrowed();
    let able = match choice.is_sorted() && asks {
        true => able(field, choice, &open),
        false => None,
    };
    let computed = able.is_some();
    // Another village may complete a kawasan or meet a minimum: only choosing anew for each could tell.
    let able = able.unwrap_or_else(|| vec![true; open.len()]);
    let able = open.into_iter().zip(able).filter(|(_, able)| *able);
    let mut awaited: Vec<Awaited> = able
        .map(|(unit, _)| Awaited::new(unit, computed, method.decimals))
        .collect();
    awaited.sort_by(|one, two| one.region.cmp(&two.region));
    awaited
}

/// Whether nothing but its open answers keeps it out.
fn may_enter(field: &Field, unit: &RankedUnit) -> bool {
    let Field { method, quota, .. } = *field;
    let excluded = |method: &Method| {
        let screening = method.screening.as_ref();
        screening.is_some_and(|it| it.exclude.contains(&unit.region))
    };
    let mut locks = quota.locks.iter();
    let locked_out = locks.any(|it| it.code == unit.region && it.place == Locked::Out);
    unit.status == Status::Held && unit.failed_rules.is_empty() && !excluded(method) && !locked_out
}

/// Of each, whether it would be chosen with its best score, the others as they are. None where its area does not nest.
///
/// Nested quotas are a matroid: whoever was not chosen stands behind chosen ones who take its places, and another
/// village does not bring it back. So each is held against the chosen alone.
fn able(field: &Field, choice: &Choice, open: &[&RankedUnit]) -> Option<Vec<bool>> {
    let decimals = field.method.decimals;
    let candidates = field.candidates.iter().enumerate();
    let mut rivals: Vec<&RankedUnit> = candidates
        .filter(|(index, _)| choice.is_chosen(*index))
        .map(|(_, unit)| *unit)
        .collect();
    let chosen = rivals.len();
    let scores: Vec<i64> = rivals
        .iter()
        .map(|it| steps(it.score.unwrap_or_default(), decimals))
        .collect();
    rivals.extend(open);
    let places: Places = places(&rivals, field.quota)?;
    let (mut taken, mut placed) = (Vec::new(), Vec::new());
    let could = |(index, unit): (usize, &&RankedUnit)| {
        // Ahead of its equals, since what decides between them may be open as well.
        let ahead = unit.upper.map_or(0, |upper| {
            let best = steps(upper, decimals);
            scores.partition_point(|score| best < *score)
        });
        let own = chosen + index;
        let order = (0..ahead).chain([own]).chain(ahead..chosen);
        let mut enters = false;
        places.allot(order, &mut taken, &mut placed, |candidate, _| {
            enters |= candidate == own;
        });
        enters
    };
    Some(open.iter().enumerate().map(could).collect())
}

#[cfg(test)]
mod tests;
