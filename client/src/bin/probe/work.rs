//! What a phone does with a form, for benches: the same code natively and in a browser.
//!
//! Always: through the calls that the app makes, and nothing else.
//! Never: reads a clock; whoever calls does.

use std::sync::Arc;

use shared::answers::{Answer, AnswerSet, Value};
use shared::ids::Path;
use shared::questionnaire::interview::{Interview, PageId, PageKind, Surroundings, Village};
use shared::questionnaire::model::{DecodeError, Questionnaire};
use shared::sorted::Map;
use shared::time::{Millis, Moment};

/// An open form.
#[derive(Debug)]
pub(crate) struct Work {
    interview: Interview,
}

impl Work {
    /// Reads a form, computes everything, and shows the first page with questions.
    pub(crate) fn open(bytes: &[u8]) -> Result<Work, DecodeError> {
        let questionnaire = Arc::new(Questionnaire::from_bytes(bytes)?);
        let interview = Interview::new(questionnaire, AnswerSet::default(), surroundings());
        let pages = interview.pages("id");
        let first = pages.iter().find(|page| page.kind == PageKind::Questions);
        let work = Work { interview };
        if let Some(page) = first {
            work.show(&page.id);
        }
        Ok(work)
    }

    /// Takes an answer and shows its page again; returns how many views changed.
    pub(crate) fn answer(&mut self, path: &Path, value: Value) -> usize {
        let changes = self.interview.answer(path, Some(Answer::Value(value)));
        if let Some(page) = self.interview.locate(path) {
            self.show(&page);
        }
        changes.paths.len()
    }

    /// Everything that is wrong or doubtful.
    pub(crate) fn validate(&self) -> usize {
        self.interview.findings().len()
    }

    fn show(&self, page: &PageId) -> usize {
        self.interview.page(page, "id").len()
    }
}

/// A number as it stands, and any other word as the name of a choice.
pub(crate) fn value_of(text: &str) -> Value {
    match text.parse() {
        Ok(number) => Value::Integer(number),
        Err(_) => Value::Choice(text.to_owned()),
    }
}

fn surroundings() -> Surroundings {
    Surroundings {
        // 2026-11-22 08:00 WITA.
        moment: Moment {
            wall: Millis(1_795_305_600_000),
            zone_minutes: 480,
        },
        village: Village {
            code: "53.21.03.2003".to_owned(),
            name: "Fafinesu".to_owned(),
            kind: None,
        },
        facts: Map::new(),
        last_saved: Map::new(),
    }
}
