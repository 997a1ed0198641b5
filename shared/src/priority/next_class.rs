//! How far a village is from the next class of a shipped index, as the value of an indicator.
//!
//! Always: the index is named by id and version, so that a method keeps its meaning; what was not answered counts its
//! worst, and where it could change the class, the distance is missing.
//! Never: an index whose score of one village depends on others.

use super::compiled::CompiledMethod;
use super::document::{Problem, parse};
use super::method::{Method, Missing, Normalise, Treatment, Weights};
use super::observe::Village;
use super::rank::{RankedUnit, class_of, rank};
use super::rungs::gap;
use super::shipped::SHIPPED;
use super::text::Text;
use super::unit::{Observation, Observed, Unit};
use crate::questionnaire::interview::Interview;
use crate::questionnaire::model::Questionnaire;

/// What stands before the name of the index, and after its version.
const OPENING: &str = "next-class-gap('";
const CLOSING: &str = "')";

/// Versions with every number of the one that ships: methods that name them keep their meaning.
const SAME_NUMBERS: [[&str; 3]; 1] = [["idm", "2024.1", "2024.2"]];

/// The distance to the next class of one index, ready to observe cases of one questionnaire.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NextClass {
    index: Method,
    compiled: CompiledMethod,
}

impl NextClass {
    /// Reads `next-class-gap('idm', '2024.2')`; none where the expression is another one.
    ///
    /// Errors: no such index, or one that does not fit the questionnaire.
    pub(super) fn read(
        text: &str,
        questionnaire: &Questionnaire,
    ) -> Option<Result<NextClass, Text>> {
        let named = text.trim().strip_prefix(OPENING)?;
        let named = named.strip_suffix(CLOSING)?;
        let (id, version) = named.split_once("', '")?;
        Some(Self::of(id, version, questionnaire))
    }

    fn of(id: &str, version: &str, questionnaire: &Questionnaire) -> Result<NextClass, Text> {
        let index = index(id, version)?;
        let compiled = CompiledMethod::new(&index, questionnaire).map_err(|problems| {
            let first = problems.into_iter().next();
            let Problem { place, text, .. } = first.expect("a refusal says why");
            Text::new(
                format!("{id}: {place}: {}", text.id),
                format!("{id}: {place}: {}", text.en),
            )
        })?;
        Ok(NextClass { index, compiled })
    }

    /// Templates of the questions that the index reads.
    pub(super) fn questions(&self) -> impl Iterator<Item = String> {
        self.compiled.questions().into_iter()
    }

    pub(super) fn observe(&self, interview: &Interview) -> Observation {
        let unit = (self.compiled).observe(&self.index, interview, Village::default());
        let mut source: Vec<String> = Vec::new();
        for observation in &unit.indicators {
            source.extend(observation.source.iter().cloned());
        }
        source.sort();
        source.dedup();
        Observation {
            value: self.distance(unit),
            source,
            ..Observation::default()
        }
    }

    /// What is missing to the next class; irrelevant in the highest.
    fn distance(&self, unit: Unit) -> Observed {
        let units = [unit];
        let Some(found) = alone(&self.index, &units) else {
            return Observed::Missing;
        };
        let Some(score) = found.score else {
            return Observed::Missing;
        };
        if self.is_open(&units, &found) {
            return Observed::Missing;
        }
        match gap(&self.index, Some(score)) {
            Some(gap) => Observed::Number(gap.missing),
            None => Observed::Irrelevant,
        }
    }

    /// Whether what was not answered could lift the village into another class. What nothing scores is the same gap in
    /// every village, and so is a rung that is known only between two scores: both count as the index counts them.
    fn is_open(&self, units: &[Unit], found: &RankedUnit) -> bool {
        let mut best = self.index.clone();
        let mut is_answered = true;
        for (indicator, detail) in best.indicators.iter_mut().zip(&found.indicators) {
            if indicator.expression.is_some() && !detail.observed {
                indicator.missing = Missing::Best;
                is_answered = false;
            }
        }
        if is_answered {
            return false;
        }
        let high = alone(&best, units).and_then(|it| it.score);
        let class = |score: Option<f64>| score.and_then(|score| class_of(&self.index, score));
        class(high) != class(found.score)
    }
}

/// A village ranked by itself.
fn alone(method: &Method, units: &[Unit]) -> Option<RankedUnit> {
    let ranking = rank(method, units, "").ok()?;
    ranking.units.into_iter().next()
}

/// A shipped index with classes, in which every village stands alone.
fn index(id: &str, version: &str) -> Result<Method, Text> {
    let shipped = SHIPPED.iter().filter_map(|it| parse(it.document).ok());
    let usable: Vec<Method> = shipped.filter(stands_alone).collect();
    let known: Vec<String> = usable
        .iter()
        .map(|it| format!("'{}', '{}'", it.id, it.version))
        .collect();
    let same = SAME_NUMBERS.iter().find(|it| it[..2] == [id, version]);
    let ships = same.map_or(version, |it| it[2]);
    let mut usable = usable.into_iter();
    let found = usable.find(|it| it.id == id && it.version == ships);
    found.ok_or_else(|| {
        let known = known.join("; ");
        Text::new(
            format!("tidak ada indeks berkelas '{id}', '{version}'; yang ada: {known}"),
            format!("there is no index with classes '{id}', '{version}'; there is: {known}"),
        )
    })
}

/// Whether the score of a village is the same whoever else is ranked, and lowest where something was not answered.
fn stands_alone(method: &Method) -> bool {
    let of_data = |it: &super::method::Dimension| it.weights == Weights::Pca;
    !method.classes.is_empty()
        && method.screening.is_none()
        && !method.dimensions.iter().any(of_data)
        && method.indicators.iter().all(|it| {
            matches!(it.normalise, Normalise::Ladder { .. })
                && it.nearest.is_none()
                && it.treatment == Treatment::Off
                && it.missing == Missing::Worst
        })
}
