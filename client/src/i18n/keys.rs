//! The keys: one field per text, grouped by who needs it.
//!
//! Always: a key that takes a value is a function, so that each language orders its own sentence.
//! Never: holds a text.

/// Everything that one language says.
#[derive(Debug)]
pub struct Texts {
    /// BCP 47 code: what `lang` on the page becomes.
    pub code: &'static str,
    /// The language's own name.
    pub name: &'static str,
    pub common: Common,
    #[cfg(feature = "collector")]
    pub collector: Collector,
    #[cfg(feature = "console")]
    pub console: Console,
}

/// Words of the design system and of both apps.
#[derive(Debug)]
pub struct Common {
    pub app: &'static str,
    pub back: &'static str,
    pub next: &'static str,
    pub cancel: &'static str,
    pub close: &'static str,
    pub save: &'static str,
    pub retry: &'static str,
    pub undo: &'static str,
    pub search: &'static str,
    pub menu: &'static str,
    pub language: &'static str,
    pub text_size: &'static str,
    pub text_size_names: [&'static str; 3],
    pub required: &'static str,
    pub loading: &'static str,
    pub on_phone: &'static str,
    pub received: &'static str,
    pub waiting: &'static str,
    pub three_numbers: &'static str,
    pub online: &'static str,
    pub offline: &'static str,
    pub nothing_found: &'static str,
    pub nothing_found_hint: &'static str,
    pub export_csv: &'static str,
    pub rows_shown: fn(from: usize, to: usize, of: usize) -> String,
    pub previous_page: &'static str,
    pub next_page: &'static str,
    pub days_short: [&'static str; 7],
    pub months_short: [&'static str; 12],
    pub crashed: &'static str,
    pub net: Net,
    pub store: Store,
}

/// What went wrong on the way to the server: what happened, what is safe, what to do.
#[derive(Debug)]
pub struct Net {
    pub offline: &'static str,
    pub timeout: &'static str,
    pub stranger: &'static str,
    pub malformed: &'static str,
    pub too_large: &'static str,
    pub refused: fn(code: &str) -> String,
}

/// What went wrong in the phone's own storage.
#[derive(Debug)]
pub struct Store {
    pub quota: &'static str,
    pub closed: &'static str,
    pub blocked: &'static str,
    pub newer: &'static str,
    pub emptied: &'static str,
    pub unavailable: &'static str,
    pub failed: fn(cause: &str) -> String,
}

/// Words of the phone.
#[cfg(feature = "collector")]
#[derive(Debug)]
pub struct Collector {
    pub not_enrolled: &'static str,
    pub not_enrolled_body: &'static str,
    pub open_link: &'static str,
    pub link_label: &'static str,
    pub link_hint: &'static str,
    pub link_wrong: &'static str,
    pub already_safe: &'static str,
}

/// Words of the office.
#[cfg(feature = "console")]
#[derive(Debug)]
pub struct Console {
    pub sign_in: &'static str,
    pub sign_in_body: &'static str,
    pub username: &'static str,
    pub password: &'static str,
    pub sign_in_failed: &'static str,
    pub fill_both: &'static str,
    pub signed_in_as: fn(name: &str) -> String,
    pub sign_out: &'static str,
    pub role_name: fn(role: shared::ids::Role) -> &'static str,
    pub phone_only: &'static str,
    pub phone_only_body: &'static str,
    pub unknown_place: &'static str,
    pub unknown_place_body: &'static str,
    pub overview: &'static str,
    pub priority_title: &'static str,
    pub questionnaires_title: &'static str,
    pub rounds_title: &'static str,
    pub accounts_title: &'static str,
    pub regions_title: &'static str,
    pub set_up: SetUp,
    pub review: Review,
}

/// Words of the screen that makes the first administrator.
#[cfg(feature = "console")]
#[derive(Debug)]
pub struct SetUp {
    pub title: &'static str,
    pub body: &'static str,
    pub name: &'static str,
    pub password_again: &'static str,
    pub password_hint: fn(least: usize) -> String,
    pub fill_all: &'static str,
    pub too_short: fn(least: usize) -> String,
    pub not_equal: &'static str,
    pub make: &'static str,
}

/// Words of a supervisor's screens.
#[cfg(feature = "console")]
#[derive(Debug)]
pub struct Review {
    pub title: &'static str,
}
