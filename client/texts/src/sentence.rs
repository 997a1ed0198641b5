//! Sentences that take values: texts with the name of each value where it belongs.
//!
//! Always: each language orders its own sentence.
//! Never: a sentence that cannot be said; a name that is no value says nothing, and tests find it.

use std::fmt::{Display, Write as _};

/// Such as `{done} of {of} done`. It is no text, so that nobody shows it without its values.
#[derive(Debug, Clone, Copy)]
pub struct Sentence(pub(crate) &'static str);

impl Sentence {
    /// With its values; `names` are theirs, each followed by a blank.
    pub(crate) fn said(self, names: &str, values: &[&dyn Display]) -> String {
        let mut said = String::new();
        for piece in self.0.split('{') {
            let Some((name, after)) = piece.split_once('}') else {
                said.push_str(piece);
                continue;
            };
            let mut named = names.split(' ').zip(values);
            if let Some((_, value)) = named.find(|(each, _)| *each == name) {
                let _ = write!(said, "{value}");
            }
            said.push_str(after);
        }
        said
    }
}
