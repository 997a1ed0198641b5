//! What was observed in one village: the values of a method's expressions, and where they came from.
//!
//! Always: one observation per indicator, rule and tie key, in the order of the method document.
//! Never: an answer's author, a photo or anything personal; `source` leads there.

use serde::{Deserialize, Serialize};

use super::method::Method;
use super::text::Text;

/// The value of an expression over the frozen case of one village.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// NaN and infinity (a denominator of zero) count as missing, and the result says so.
    Number(f64),
    /// A choice's name or another text.
    Text(String),
    #[default]
    Missing,
    /// "Tidak tahu".
    Unknown,
    /// "Menolak".
    Refused,
    /// Not to be asked here.
    Irrelevant,
}

/// A value with what is known beside it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Observation {
    pub value: Observed,
    /// What the value is at least, where a sum has unknown members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower: Option<f64>,
    /// The value of the round before, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_round: Option<f64>,
    /// Paths of the answers it was computed from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
}

impl Observation {
    pub fn number(value: f64) -> Observation {
        Observation {
            value: Observed::Number(value),
            ..Observation::default()
        }
    }

    pub fn text(word: &str) -> Observation {
        Observation {
            value: Observed::Text(word.to_owned()),
            ..Observation::default()
        }
    }

    pub fn missing() -> Observation {
        Observation::default()
    }

    pub fn irrelevant() -> Observation {
        Observation {
            value: Observed::Irrelevant,
            ..Observation::default()
        }
    }
}

/// An area that groups villages, such as a kabupaten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Area {
    pub code: String,
    pub name: String,
}

/// Why a village is "belum layak dinilai".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub kind: HoldKind,
    /// Paths of the answers concerned.
    #[serde(default)]
    pub paths: Vec<String>,
    pub text: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// An open finding of kind error.
    Finding,
    /// Several answers at a path that an indicator reads.
    Conflict,
    /// Not approved at the round's final level.
    NotApproved,
    /// No answers of it were ever approved: nobody was there, or nobody reviewed it yet.
    Unvisited,
}

impl Hold {
    /// That nothing is known of a village yet.
    pub fn unvisited() -> Hold {
        Hold {
            kind: HoldKind::Unvisited,
            paths: Vec::new(),
            text: Text::new(
                "belum ada isian yang disetujui",
                "no answers are approved yet",
            ),
        }
    }
}

/// One village as the priority core sees it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Unit {
    /// Kemendagri code with dots, or any unique code of a table from elsewhere.
    pub region: String,
    pub name: String,
    /// The area whose quota it competes for.
    pub group: Area,
    /// One per indicator.
    pub indicators: Vec<Observation>,
    /// One per indicator that has a denominator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denominators: Vec<Observation>,
    /// One per rule of eligibility.
    #[serde(default)]
    pub eligibility: Vec<Observation>,
    /// One per tie key.
    #[serde(default)]
    pub tie_break: Vec<Observation>,
    #[serde(default)]
    pub holds: Vec<Hold>,
}

impl Unit {
    /// A village of which nothing was observed.
    pub fn without_values(method: &Method) -> Unit {
        let many = |count: usize| vec![Observation::missing(); count];
        let programme = method.programme.as_ref();
        Unit {
            indicators: many(method.indicators.len()),
            denominators: many(method.denominators().count()),
            eligibility: many(programme.map_or(0, |it| it.eligibility.len())),
            tie_break: many(programme.map_or(0, |it| it.tie_break.len())),
            ..Unit::default()
        }
    }

    /// Whether no answers of it were approved, so that only draws can count it.
    pub fn is_unvisited(&self) -> bool {
        self.holds.iter().any(|it| it.kind == HoldKind::Unvisited)
    }

    /// Takes over the numbers of the round before, for methods that fill gaps from it. `before` was
    /// observed by the same method, whatever questionnaire it was asked by; a text has no value there.
    pub fn remember(&mut self, before: &Unit) {
        let indicators = self.indicators.iter_mut().zip(&before.indicators);
        // A ratio of then is divided by the denominator of then.
        let denominators = self.denominators.iter_mut().zip(&before.denominators);
        for (now, before) in indicators.chain(denominators) {
            now.last_round = match before.value {
                Observed::Number(number) if number.is_finite() => Some(number),
                _ => None,
            };
        }
    }
}
