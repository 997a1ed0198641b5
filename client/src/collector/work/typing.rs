//! Keys on their way to the journal.
//!
//! Always: a typed text is journalled at most `TYPING_REST_MS` after its last key, and at once when the field is left
//! or the page is hidden.
//! Never: two fields at a time; one has the keyboard.

use leptos::prelude::*;
use shared::answers::{Change, Value};
use shared::ids::Path;
use shared::questionnaire::model::Kind;
use shared::questionnaire::typed::{TypedProblem, date_time_typed, parse_typed};

use super::Work;
use crate::platform::{self, Timer};

/// Rest after the last key; with the commit it stays below 150 ms.
const TYPING_REST_MS: u32 = 120;

#[derive(Debug)]
pub(super) struct Typing {
    path: Path,
    kind: Kind,
    text: String,
    _timer: Timer,
}

impl Work {
    /// A key was typed in the field of a question.
    pub(in crate::collector) fn type_text(self, path: &Path, kind: Kind, text: String) {
        let other = self
            .typing
            .with_value(|typing| typing.as_ref().is_some_and(|typing| typing.path != *path));
        if other {
            self.flush();
        }
        let timer = platform::after(TYPING_REST_MS, move || self.flush());
        self.typing.set_value(Some(Typing {
            path: path.clone(),
            kind,
            text,
            _timer: timer,
        }));
        self.is_typing.set(true);
    }

    /// Journals what was typed and not journalled yet.
    pub(in crate::collector) fn flush(self) {
        let typing = self.typing.try_update_value(Option::take).flatten();
        let Some(typing) = typing else { return };
        match read(typing.kind, &platform::nfc(&typing.text)) {
            Ok(value) => self.answer(&typing.path, value.map_or(Change::Unset, Change::Set)),
            // What cannot be read takes nothing away: the answer before it stands, and the line says what does not.
            Err(_) => self.unread.update(|unread| {
                unread.insert(typing.path);
            }),
        }
        self.is_typing.set(false);
    }

    /// Is something typed in this field that is not journalled yet?
    pub(in crate::collector) fn is_typing_at(self, path: &Path) -> bool {
        self.typing
            .with_value(|typing| typing.as_ref().is_some_and(|typing| typing.path == *path))
    }
}

/// Reads a field; `None` where it is empty.
pub(in crate::collector) fn read(kind: Kind, text: &str) -> Result<Option<Value>, TypedProblem> {
    let read = match kind {
        Kind::DateTime => {
            date_time_typed(text, platform::clock().moment.zone_minutes).map(Value::DateTime)
        }
        _ => parse_typed(kind, text),
    };
    match read {
        Ok(value) => Ok(Some(value)),
        Err(TypedProblem::Empty) => Ok(None),
        Err(problem) => Err(problem),
    }
}
