//! Words on screens, in each language, and how numbers and dates are written.
//!
//! Always: a language is chosen only once all its words are here, so no screen lacks one; numbers have Indonesian
//! separators whatever the language, since they are typed that way.
//! Never: forgets what a person chose because its words cannot be had now.
//!
//! The words themselves are in the crate `texts`. The chosen language is a signal in the context; the root of each app
//! is built again when it changes, so components read plain texts with [`texts`].

mod date;
#[cfg(feature = "collector")]
mod fetched;

use leptos::prelude::*;

use crate::platform;

pub use ::texts::{FIRST, NAMES, Texts, keys};
pub use date::{date_text, date_time_text, time_text};
pub use shared::number::{decimal_text, integer_text, share_text};

#[cfg(feature = "collector")]
use fetched::whole;

/// All words of the language at that place, if they are here.
#[cfg(not(feature = "collector"))]
fn whole(position: usize) -> Option<&'static Texts> {
    ::texts::LANGUAGES.get(position).copied()
}

const LANGUAGE_KEY: &str = "lumbung.language";

/// The chosen language; copy it freely.
#[derive(Debug, Clone, Copy)]
pub struct Language {
    position: RwSignal<usize>,
    /// The last one that was wished and could not be had.
    #[cfg(feature = "collector")]
    missing: RwSignal<usize>,
}

impl Language {
    /// Puts the language that this person chose last into the context of an app.
    pub fn provide() -> Language {
        let chosen = platform::kept(LANGUAGE_KEY);
        let wished = chosen.as_deref().and_then(position_of).unwrap_or(0);
        #[cfg(feature = "collector")]
        fetched::take_early(wished);
        let found = whole(wished).map_or(0, |_| wished);
        let language = Language {
            position: RwSignal::new(found),
            #[cfg(feature = "collector")]
            missing: RwSignal::new(if found == wished { 0 } else { wished }),
        };
        #[cfg(feature = "collector")]
        platform::on_window("lumbung:words", move |_| language.take_words());
        provide_context(language);
        language.announce();
        language
    }

    /// The texts of the chosen language; a reader inside an effect or view follows the choice.
    pub fn texts(self) -> &'static Texts {
        whole_or_first(self.position.get())
    }

    /// Chooses the language with that code and remembers it; an unknown code changes nothing. On a phone its words may
    /// have to come first; [`Language::missing`] says if they do not.
    pub fn choose(self, code: &str) {
        let Some(position) = position_of(code) else {
            return;
        };
        #[cfg(feature = "collector")]
        if !fetched::wish(position) {
            return;
        }
        self.speak(position);
    }

    /// Words came, or do not come.
    #[cfg(feature = "collector")]
    fn take_words(self) {
        match fetched::came() {
            // Wished again meanwhile.
            (wished, _) if wished == self.position.get_untracked() => {}
            (wished, true) => self.speak(wished),
            (wished, false) => {
                self.missing.set(wished);
                // A list of languages shows what was chosen in it; now it is to show what is spoken.
                self.announce_again();
            }
        }
    }

    fn speak(self, position: usize) {
        platform::keep(LANGUAGE_KEY, NAMES[position].code);
        self.position.set(position);
        self.announce();
    }

    /// What to tell a person whose language cannot be had, in both; a reader inside an effect hears of each time.
    #[cfg(feature = "collector")]
    pub fn missing(self) -> Option<String> {
        let wished = self.missing.get();
        let name = &NAMES[wished];
        let told = || texts().collector.language_missing(name.name);
        (0 < wished).then(|| format!("{} / {}", told(), name.missing))
    }

    /// Builds the screens again, since what they say has changed beside the app's own words.
    #[cfg(feature = "collector")]
    pub fn announce_again(self) {
        self.position.notify();
    }

    /// Tells screen readers which language the page speaks.
    fn announce(self) {
        let code = NAMES[self.position.get_untracked()].code;
        if let Some(root) = platform::document().document_element() {
            let _ = root.set_attribute("lang", code);
        }
    }
}

/// The texts of the chosen language, read once.
pub fn texts() -> &'static Texts {
    let chosen = use_context::<Language>().map(|language| language.position.get_untracked());
    whole_or_first(chosen.unwrap_or(0))
}

fn whole_or_first(position: usize) -> &'static Texts {
    whole(position).unwrap_or(FIRST)
}

fn position_of(code: &str) -> Option<usize> {
    NAMES.iter().position(|name| name.code == code)
}
