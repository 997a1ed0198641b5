//! Rules of a quota beside its counts: mixes and spacing, which cross those; villages fixed by a decision, which do not.
//!
//! Always: plain data of a method document; whoever needs a value of a village names an indicator, whose
//! weight may be zero.
//! Never: chooses; `crossing` does, in whole numbers.

use serde::{Deserialize, Serialize};

use super::method::{Method, Programme, Quota};
use super::text::Text;

/// How many of the chosen must, or may, be of one kind, wherever they lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    pub label: Text,
    #[serde(default)]
    pub at_least: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// Dotted codes of any level; a village below one of them is of this kind. Empty: everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    /// Only villages whose raw value of this indicator is known and lies in the bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
}

/// Which villages are neighbours: as a rule of a quota, not both of two may be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spacing {
    /// Nearer than this, as the crow flies; needs both indicators of the position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub km: Option<f64>,
    /// Indicators in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// Neighbours: each line is a code and the codes that it borders on, with spaces between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub borders: Vec<String>,
}

/// A village whose place is decided before anything is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub code: String,
    pub place: Locked,
    /// Who answers for it.
    pub by: String,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locked {
    In,
    Out,
}

impl Quota {
    /// Whether sorting does not suffice: greed may be wrong once rules cross.
    ///
    /// Caps of kecamatan lie within the quotas of areas, and a village that is locked in or out only takes places or
    /// itself away: greed stays right, wherever each kecamatan lies in one area.
    pub fn crosses(&self) -> bool {
        !self.mixes.is_empty() || self.spacing.is_some()
    }

    /// Whether it caps kecamatan or fixes villages. Such a choice carries its proof too, as it did when it was an
    /// integer programme.
    pub fn is_narrowed(&self) -> bool {
        self.per_subdistrict.is_some() || !self.locks.is_empty()
    }

    /// Indicators whose raw values the rules read, each once.
    pub fn figures(&self) -> Vec<&str> {
        let of_mixes = self.mixes.iter().filter_map(|it| it.indicator.as_deref());
        let spacing = self.spacing.iter();
        let of_spacing = spacing.flat_map(|it| [it.latitude.as_deref(), it.longitude.as_deref()]);
        let mut figures: Vec<&str> = Vec::new();
        for figure in of_mixes.chain(of_spacing.flatten()) {
            if !figures.contains(&figure) {
                figures.push(figure);
            }
        }
        figures
    }
}

impl Programme {
    /// Indicators whose raw values the rules and the kawasan read, each once.
    pub fn figures(&self) -> Vec<&str> {
        let mut figures = self.quota.figures();
        let kawasan = self.kawasan.iter();
        let own = kawasan.flat_map(|it| {
            let degrees = [&it.neighbours.latitude, &it.neighbours.longitude];
            let degrees = degrees.into_iter().filter_map(|it| it.as_deref());
            let totals = it.totals.iter().map(|it| it.indicator.as_str());
            degrees.chain(totals)
        });
        for figure in own {
            if !figures.contains(&figure) {
                figures.push(figure);
            }
        }
        figures
    }
}

impl Method {
    /// The indicators in which the rules, or distances, have latitude and longitude of a village, where they have them.
    pub fn degrees(&self) -> Option<(&str, &str)> {
        let programme = self.programme.iter();
        let mut rules = programme.flat_map(|it| {
            let kawasan = it.kawasan.iter().map(|it| &it.neighbours);
            it.quota.spacing.iter().chain(kawasan)
        });
        let of_rules =
            rules.find_map(|it| Some((it.latitude.as_deref()?, it.longitude.as_deref()?)));
        let mut measured = self.indicators.iter().filter_map(|it| it.nearest.as_ref());
        of_rules.or_else(|| {
            let nearest = measured.next()?;
            Some((nearest.latitude.as_str(), nearest.longitude.as_str()))
        })
    }
}

impl Spacing {
    /// Pairs of codes that border on each other.
    pub fn border_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.borders.iter().flat_map(|line| {
            let mut codes = line.split_whitespace();
            let first = codes.next();
            codes.filter_map(move |it| Some((first?, it)))
        })
    }
}
