//! A live form: answers in, what a screen shows and what is wrong out.
//!
//! Always: the state after any sequence of changes equals the state computed from nothing.
//! Never: changes what a person typed. An answer that became irrelevant is kept, and counts as
//! empty; calculated values are never answers, except those that an answer triggers: the device
//! stores what `triggered_by` gives.

mod compute;
mod findings;
mod indicator;
mod instances;
mod lists;
mod pages;
mod progress;
mod tree;
mod trigger;
mod view;

use std::sync::Arc;

use super::model::{Fed, Questionnaire};
use super::packed::PackedList;
use crate::answers::{Answer, AnswerSet, Value};
use crate::ids::{Path, RowId};
use crate::sorted::Map;
use crate::time::Moment;

use compute::State;
use instances::Instances;

#[cfg(feature = "authoring")]
pub use indicator::compile_indicator;
pub use indicator::{Evaluated, Missing};
pub use view::{
    Changes, ChoiceView, Finding, FindingKind, ItemView, MediaView, ModuleProgress, ModuleState,
    PageId, PageKind, PageView, RowView,
};

/// The most rows of one repeat.
pub const ROWS_MAX: usize = 500;
/// Groups, rows and questions of one case after which no further row of a repeat is there.
pub const INSTANCES_MAX: usize = 60_000;
/// The longest calculated text, in bytes: a longer one has no value.
pub const CALCULATED_BYTES_MAX: usize = 16_000;
/// The most results of one search.
pub const SEARCH_RESULTS_MAX: usize = 50;

/// What an interview learns from outside the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// What `now()` and `today()` give.
    pub moment: Moment,
    pub village: Village,
    /// Device facts for metadata questions, such as `deviceid` or `username`.
    pub facts: Map<String, String>,
    /// What `Interview::saved_texts` gave when a form of this kind was last saved on this device:
    /// by path, such as `/a/b`, the text. `${last-saved#…}` reads it; empty where there is none.
    pub last_saved: Map<String, String>,
}

/// The village of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// Kemendagri code with dots, or a local id.
    pub code: String,
    pub name: String,
    /// The status as a choice name when the region list knows better than the code's digit.
    pub kind: Option<String>,
}

impl Village {
    /// The status that the first digit of the village's part tells: 1 kelurahan, 2 desa, 3 desa
    /// adat. Nothing for codes without that part.
    pub fn status(&self) -> Option<&str> {
        if let Some(kind) = &self.kind {
            return Some(kind);
        }
        let village = self.code.split('.').nth(3)?;
        match village.chars().next()? {
            '1' => Some("kelurahan"),
            '2' => Some("desa"),
            '3' => Some("desa_adat"),
            _ => None,
        }
    }
}

/// One case being answered.
#[derive(Debug, Clone)]
pub struct Interview {
    questionnaire: Arc<Questionnaire>,
    surroundings: Surroundings,
    /// The long lists that are here; by the place of the list.
    packed: Vec<Option<Arc<PackedList>>>,
    answers: AnswerSet,
    instances: Instances,
    /// One for each instance.
    states: Vec<State>,
}

impl Interview {
    pub fn new(
        questionnaire: Arc<Questionnaire>,
        answers: AnswerSet,
        surroundings: Surroundings,
    ) -> Interview {
        let mut interview = Interview {
            questionnaire,
            surroundings,
            packed: Vec::new(),
            answers,
            instances: Instances::default(),
            states: Vec::new(),
        };
        interview.rebuild();
        interview
    }

    pub fn questionnaire(&self) -> &Arc<Questionnaire> {
        &self.questionnaire
    }

    pub fn answers(&self) -> &AnswerSet {
        &self.answers
    }

    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// Sets or clears the answer of one question. A path without a question changes nothing.
    pub fn answer(&mut self, path: &Path, answer: Option<Answer>) -> Changes {
        match answer {
            Some(answer) => self.answers.answers.insert(path.clone(), answer),
            None => self.answers.answers.remove(path),
        };
        match self.instances.find(path) {
            Some(instance) => self.changed(instance),
            None => Changes::default(),
        }
    }

    /// Adds a row, named by the op that added it; nothing where there are too many rows already.
    pub fn add_row(&mut self, repeat: &Path, row: RowId) -> Changes {
        if self.is_full() {
            return Changes::default();
        }
        let rows = self
            .answers
            .rows
            .get_or_insert_with(repeat.clone(), Vec::new);
        if ROWS_MAX <= rows.len() || rows.contains(&row) {
            return Changes::default();
        }
        rows.push(row);
        self.rebuilt()
    }

    fn is_full(&self) -> bool {
        INSTANCES_MAX <= self.instances.all.len()
    }

    /// Removes a row with everything beneath it.
    pub fn remove_row(&mut self, row: &Path) -> Changes {
        let Some((repeat, id)) = row.as_row() else {
            return Changes::default();
        };
        if let Some(rows) = self.answers.rows.get_mut(&repeat) {
            rows.retain(|&each| each != id);
        }
        let kept = |path: &Path| path != row && !path.is_below(row);
        self.answers.answers.retain(|path, _| kept(path));
        self.answers.rows.retain(|path, _| kept(path));
        self.answers.notes.retain(|path, _| kept(path));
        self.rebuilt()
    }

    /// Adds a note; an empty text takes all notes at this path away.
    pub fn set_note(&mut self, path: &Path, note: &str) -> Changes {
        if note.trim().is_empty() {
            self.answers.notes.remove(path);
        } else {
            let notes = self
                .answers
                .notes
                .get_or_insert_with(path.clone(), Vec::new);
            notes.push(note.to_owned());
        }
        Changes {
            paths: vec![path.clone()],
            pages: false,
        }
    }

    /// Takes merged answers, such as news from others.
    pub fn replace(&mut self, answers: AnswerSet) -> Changes {
        self.answers = answers;
        self.rebuilt()
    }

    /// Moves the clock.
    pub fn set_moment(&mut self, moment: Moment) -> Changes {
        self.surroundings.moment = moment;
        self.rebuilt()
    }

    /// The answers that count: relevant ones, with what the system fed.
    pub fn counted_answers(&self) -> Map<Path, Answer> {
        let mut counted = Map::new();
        for (index, instance) in self.instances.all.iter().enumerate() {
            if !self.states[index].relevant {
                continue;
            }
            let node = self.questionnaire.node(instance.node);
            let fed = if node.fed.is_some() {
                self.fed_answer(index)
            } else {
                None
            };
            if let Some(answer) = fed.or_else(|| self.given(index)) {
                counted.insert(instance.path.clone(), answer);
            }
        }
        counted
    }

    /// Every calculated value that is not empty, by path.
    pub fn calculated_values(&self) -> Map<Path, String> {
        let calculated = |&(index, _): &(usize, &State)| {
            let node = self.questionnaire.node(self.instances.all[index].node);
            node.calculation.is_some()
        };
        self.states
            .iter()
            .enumerate()
            .filter(calculated)
            .filter(|(_, state)| state.relevant && !state.text.is_empty())
            .map(|(index, state)| (self.instances.all[index].path.clone(), state.text.clone()))
            .collect()
    }

    /// What the next form of this kind reads as last saved: the texts of the relevant questions outside
    /// repeats that it asks for, by path; none of a personal one.
    pub fn saved_texts(&self) -> Map<String, String> {
        let asked = self.questionnaire.saved_nodes();
        let all = self.instances.all.iter().zip(&self.states);
        let kept = all.filter(|(instance, state)| {
            let is_there = instance.row.is_none() && state.relevant && !state.text.is_empty();
            is_there && asked.contains(&instance.node)
        });
        kept.map(|(instance, state)| (instance.path.as_str().to_owned(), state.text.clone()))
            .collect()
    }

    /// Defaults that nobody has taken yet: taking one is an op of the person's device.
    pub fn defaults_to_take(&self) -> Vec<(Path, Value)> {
        let mut out = Vec::new();
        for (index, instance) in self.instances.all.iter().enumerate() {
            let node = self.questionnaire.node(instance.node);
            let Some(default) = &node.default else {
                continue;
            };
            if self.answers.answers.contains_key(&instance.path) || node.fed.is_some() {
                continue;
            }
            let text = self.text_of(default, index);
            if let Some(value) = super::typed::value_of_text(node.kind, &text) {
                out.push((instance.path.clone(), value));
            }
        }
        out
    }

    /// The answer of a person at an instance.
    fn given(&self, instance: usize) -> Option<Answer> {
        let path = &self.instances.all[instance].path;
        self.answers.answers.get(path).cloned()
    }

    /// What the system knows for a node, if anything.
    fn fed(&self, fed: Fed) -> Option<&str> {
        let village = &self.surroundings.village;
        let text = match fed {
            Fed::VillageCode => village.code.as_str(),
            Fed::VillageName => village.name.as_str(),
            Fed::VillageStatus => village.status()?,
        };
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
#[cfg(feature = "authoring")]
mod tests;
