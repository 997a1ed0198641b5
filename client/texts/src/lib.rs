//! What the screens say, in each language; no browser is needed to read it, so the build and tests do too.
//!
//! Always: Indonesian is first; every language has every key, because the keys are fields.
//! Never: builds a sentence from pieces that another language would order differently; such keys take values.
//!
//! A further language is one file like `id.rs` with its place in [`LANGUAGES`] and [`NAMES`]. A program that only names
//! a language does not contain its words: a phone gets them from a file, by [`read`].

#[macro_use]
mod define;
mod en;
mod id;
pub mod keys;
#[cfg(feature = "collector")]
mod packed;
mod sentence;

pub use keys::Texts;
#[cfg(feature = "collector")]
pub use packed::{packed, read};

/// How many languages there are.
pub const COUNT: usize = 2;

/// All languages with all their words, the first one being the one of a new phone.
pub static LANGUAGES: [&Texts; COUNT] = [&id::TEXTS, &en::TEXTS];

/// The language of a new phone, for a program that contains no other.
pub static FIRST: &Texts = &id::TEXTS;

/// What is known of each language without its words.
pub static NAMES: [Name; COUNT] = [Name::of(&id::TEXTS), Name::of(&en::TEXTS)];

/// How a language is chosen.
#[derive(Debug)]
pub struct Name {
    /// As in [`Texts`].
    pub code: &'static str,
    /// As in [`Texts`].
    pub name: &'static str,
    /// As in [`Texts`].
    pub missing: &'static str,
}

impl Name {
    const fn of(texts: &Texts) -> Name {
        Name {
            code: texts.code,
            name: texts.name,
            missing: texts.missing,
        }
    }
}

#[cfg(all(test, feature = "collector"))]
mod tests;
