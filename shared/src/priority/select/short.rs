//! Places that could not be given, and quotas that ask for more than there is.
//!
//! Always: each with how many could have been given at most.
//! Never: moves a place from one area to another.

use serde::{Deserialize, Serialize};

use super::{Chooser, Selection};
use crate::priority::crossing::lies_in;
use crate::priority::document::Problem;
use crate::priority::method::Method;
use crate::priority::table::Table;
use crate::priority::text::Text;

/// Places that could not be given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shortfall {
    #[serde(default)]
    pub part: QuotaPart,
    /// Code of the area or earmark; empty for the others.
    pub area: String,
    /// What the text calls it.
    #[serde(default)]
    pub label: Text,
    pub places: u32,
    pub filled: u32,
    /// How many could have been given at most, whatever else the rules say: with fewer than `places` the quota asks
    /// for more than there are.
    #[serde(default)]
    pub able: u32,
    pub text: Text,
}

/// Which number of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaPart {
    #[default]
    Total,
    Area,
    Earmark,
    Mix,
    /// The total, of a programme that chooses kawasan.
    Kawasan,
}

impl Selection {
    /// Where the quota asks for more than could be chosen at all: of the whole, of an earmark, of a kind, of kawasan. An
    /// area with fewer candidates than it may get is no fault of the quota.
    pub fn oversized(&self) -> Vec<Problem> {
        let oversized = self.shortfalls.iter().filter(|it| it.able < it.places);
        let problem = |it: &Shortfall| {
            let place = match it.part {
                QuotaPart::Total => "programme.quota.total".to_owned(),
                QuotaPart::Kawasan => self
                    .quota
                    .total
                    .map(|_| "programme.quota.total".to_owned())?,
                QuotaPart::Earmark => format!("programme.quota.earmark {}", it.area),
                QuotaPart::Area | QuotaPart::Mix => return None,
            };
            Some(too_large(place, &it.label, it.places, it.able))
        };
        let mixes = (0..).zip(&self.mixes);
        let mixes = mixes.filter(|(_, mix)| mix.candidates < mix.at_least);
        let mixes = mixes.map(|(index, mix): (usize, _)| {
            let place = format!("programme.quota.mix[{index}]");
            too_large(place, &mix.label, mix.at_least, mix.candidates)
        });
        oversized.filter_map(problem).chain(mixes).collect()
    }
}

/// Where a quota asks for more than there are villages at all, whatever is known of them: what can be said of a table
/// in which not every cell could be read.
pub fn beyond_villages(method: &Method, table: &Table) -> Vec<Problem> {
    let Some(programme) = method.programme.as_ref().filter(|it| it.kawasan.is_none()) else {
        return Vec::new();
    };
    let quota = &programme.quota;
    let able = |outer: Option<&str>| -> u32 {
        let mut in_areas = vec![0_u32; table.areas.len()];
        for (row, area) in table.rows.iter().zip(&table.group) {
            let inside = outer.is_none_or(|outer| lies_in(&row.region, outer));
            in_areas[*area as usize] += u32::from(inside);
        }
        in_areas.into_iter().map(|it| it.min(quota.per_area)).sum()
    };
    let mut problems = Vec::new();
    for earmark in &quota.earmarks {
        let able = able(Some(&earmark.area));
        if able < earmark.places {
            let place = format!("programme.quota.earmark {}", earmark.area);
            problems.push(too_large(place, &earmark.label, earmark.places, able));
        }
    }
    if let Some(total) = quota.total.filter(|total| able(None) < *total) {
        let place = "programme.quota.total".to_owned();
        problems.push(too_large(place, &whole_quota(), total, able(None)));
    }
    problems
}

fn whole_quota() -> Text {
    Text::new("kuota seluruhnya", "the whole quota")
}

/// That a number of a quota at `place` asks for more than there is.
pub(in crate::priority) fn too_large(
    place: String,
    label: &Text,
    places: u32,
    able: u32,
) -> Problem {
    Problem {
        place,
        line: None,
        text: Text::new(
            format!(
                "{}: ada {places} tempat, tetapi hanya {able} yang dapat dipilih; kecilkan kuota",
                label.id
            ),
            format!(
                "{}: {places} places, but only {able} can be chosen; lower the quota",
                label.en
            ),
        ),
    }
}

impl Chooser<'_> {
    pub(super) fn shortfalls(&self) -> Vec<Shortfall> {
        let mut shortfalls = Vec::new();
        if let Some(taken) = &self.kawasan {
            let found = taken.kawasan.len() as u32;
            let wanted = self.quota.total.unwrap_or(1);
            if found < wanted {
                let label = Text::new("kawasan", "kawasan");
                let able = if taken.proof.proved { found } else { wanted };
                let part = QuotaPart::Kawasan;
                shortfalls.push(shortfall(part, "", &label, [wanted, found, able]));
            }
            return shortfalls;
        }
        for (earmark, filled) in self.quota.earmarks.iter().zip(&self.allotment.earmarked) {
            if *filled < earmark.places {
                let able = self.able(Some(&earmark.area));
                let numbers = [earmark.places, *filled, able];
                let (part, label) = (QuotaPart::Earmark, &earmark.label);
                shortfalls.push(shortfall(part, &earmark.area, label, numbers));
            }
        }
        for mix in self.crossed.iter().flat_map(|it| &it.mixes) {
            if mix.chosen < mix.at_least {
                let numbers = [mix.at_least, mix.chosen, mix.candidates];
                shortfalls.push(shortfall(QuotaPart::Mix, "", &mix.label, numbers));
            }
        }
        let chosen = self.allotment.place.iter().flatten().count() as u32;
        let short = self.quota.total.is_none_or(|total| chosen < total);
        let ruled = self.crossed.is_some() || self.quota.is_narrowed();
        for area in self.areas() {
            let exhausted = ruled || area.candidates == area.chosen;
            if short && area.chosen < self.quota.per_area && exhausted {
                let label = Text::same(&area.area.name);
                let numbers = [self.quota.per_area, area.chosen, area.candidates];
                shortfalls.push(shortfall(QuotaPart::Area, &area.area.code, &label, numbers));
            }
        }
        if let Some(total) = self.quota.total.filter(|total| chosen < *total) {
            let numbers = [total, chosen, self.able(None)];
            shortfalls.push(shortfall(QuotaPart::Total, "", &whole_quota(), numbers));
        }
        shortfalls
    }

    /// How many of all, or of those that lie in `outer`, could be chosen if nothing but the quotas of areas counted.
    fn able(&self, outer: Option<&str>) -> u32 {
        let lists = self.lists.values().map(|list| {
            let members = list.members.iter();
            let inside = members.filter(|it| {
                outer.is_none_or(|outer| lies_in(&self.candidates[**it].region, outer))
            });
            (inside.count() as u32).min(self.quota.per_area)
        });
        lists.sum()
    }
}

/// The numbers are the places, those that were filled, and those that could have been at most.
fn shortfall(part: QuotaPart, area: &str, label: &Text, numbers: [u32; 3]) -> Shortfall {
    let [places, filled, able] = numbers;
    Shortfall {
        part,
        area: area.to_owned(),
        label: label.clone(),
        places,
        filled,
        able,
        text: Text::new(
            format!(
                "{}: hanya {filled} dari {places} tempat terisi; sisanya tidak dipindahkan",
                label.id
            ),
            format!(
                "{}: only {filled} of {places} places are filled; the rest is not moved",
                label.en
            ),
        ),
    }
}
