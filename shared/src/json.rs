//! JSON text of what is stored and sent.
//!
//! Always: the same text that the usual libraries write and read, for the types that this project stores and sends.
//! Never: panics or recurses without bound on any text; reads a number that it cannot hold exactly as a whole one.
//!
//! Why not a library: a phone loads this. Reading through JavaScript values took one call across the border for each
//! field. The office's types are read by serde (`from_text`), what phones read by `read`, which weighs fifteen
//! kilobytes less in their app. The tests hold both against `serde_json`.

mod read;
mod tree;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use tree::{Faults, Fields, FromJson, Json, kind, read};
pub(crate) use tree::{fields, kinds, texts};

/// A text that does not say what was expected, and where. Boxed: it is part of every result of reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(Box<Fault>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    /// Bytes before the fault.
    at: usize,
    what: String,
}

impl Unreadable {
    #[inline(never)]
    fn new(what: String) -> Unreadable {
        Unreadable(Box::new(Fault { at: 0, what }))
    }

    fn at(mut self, place: usize) -> Unreadable {
        self.0.at = place;
        self
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}", self.0.what, self.0.at)
    }
}

impl std::error::Error for Unreadable {}

/// The value as JSON text.
///
/// # Panics
/// For a type that JSON cannot hold, such as a map whose keys are neither texts nor numbers; none is stored or sent.
pub fn to_text<T: Serialize + ?Sized>(value: &T) -> String {
    let mut writer = write::Writer::default();
    value
        .serialize(&mut writer)
        .expect("stored and sent types are plain JSON");
    writer.text
}

/// The value that a JSON text stands for.
///
/// # Errors
/// What was expected, and where the text says otherwise.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let mut reader = read::Reader::new(text);
    let read = T::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| error.at(reader.place()))
}

#[cfg(test)]
mod tests;
