//! Words on screens, in each language, and how numbers and dates are written.
//!
//! Always: Indonesian is first; every language has every key, because the keys are fields; numbers have Indonesian
//! separators whatever the language, since they are typed that way.
//! Never: builds a sentence from pieces that another language would order differently; such keys are functions.
//!
//! A further language is one file like `id.rs` and its line in `LANGUAGES`. The chosen language is a signal in the
//! context; the root of each app is built again when it changes, so components read plain texts with [`texts`].

mod date;
mod en;
mod id;
mod keys;

use leptos::prelude::*;

use crate::platform;

pub use date::{date_text, date_time_text, time_text};
#[cfg(feature = "collector")]
pub use keys::Collector;
#[cfg(feature = "console")]
pub use keys::Console;
pub use keys::{Common, Texts};
pub use shared::number::{decimal_text, integer_text, share_text};

/// All languages, the first one being the one of a new phone.
pub static LANGUAGES: &[&Texts] = &[&id::TEXTS, &en::TEXTS];

const LANGUAGE_KEY: &str = "lumbung.language";

/// The chosen language; copy it freely.
#[derive(Debug, Clone, Copy)]
pub struct Language(RwSignal<usize>);

impl Language {
    /// Puts the language that this person chose last into the context of an app.
    pub fn provide() -> Language {
        let chosen = platform::kept(LANGUAGE_KEY);
        let found = LANGUAGES
            .iter()
            .position(|texts| Some(texts.code) == chosen.as_deref());
        let language = Language(RwSignal::new(found.unwrap_or(0)));
        provide_context(language);
        language.announce();
        language
    }

    /// The texts of the chosen language; a reader inside an effect or view follows the choice.
    pub fn texts(self) -> &'static Texts {
        LANGUAGES[self.0.get()]
    }

    /// Chooses the language with that code and remembers it; an unknown code changes nothing.
    pub fn choose(self, code: &str) {
        let Some(position) = LANGUAGES.iter().position(|texts| texts.code == code) else {
            return;
        };
        platform::keep(LANGUAGE_KEY, code);
        self.0.set(position);
        self.announce();
    }

    /// Builds the screens again, since what they say has changed beside the app's own words.
    #[cfg(feature = "collector")]
    pub fn announce_again(self) {
        self.0.notify();
    }

    /// Tells screen readers which language the page speaks.
    fn announce(self) {
        let code = LANGUAGES[self.0.get_untracked()].code;
        if let Some(root) = platform::document().document_element() {
            let _ = root.set_attribute("lang", code);
        }
    }
}

/// The texts of the chosen language, read once.
pub fn texts() -> &'static Texts {
    match use_context::<Language>() {
        Some(language) => LANGUAGES[language.0.get_untracked()],
        None => LANGUAGES[0],
    }
}
