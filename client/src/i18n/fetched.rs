//! Languages whose words are no part of the phone's app: they come from a file of the same build.
//!
//! Always: a file is asked for by the name that the page has for it, which says its content; words that came stay until
//! the page ends, once for each language.
//! Never: lets a slow file overrule what the person wished later.

use std::cell::Cell;

use ::texts::{COUNT, FIRST, NAMES, read};

use super::Texts;
use crate::platform;

thread_local! {
    static HERE: [Cell<Option<&'static Texts>>; COUNT] = const { [const { Cell::new(None) }; COUNT] };
    /// The place of the language that was wished last.
    static WISHED: Cell<usize> = const { Cell::new(0) };
}

/// All words of the language at that place, if they are here.
pub(super) fn whole(position: usize) -> Option<&'static Texts> {
    match position {
        0 => Some(FIRST),
        _ => HERE.with(|here| here.get(position)?.get()),
    }
}

/// Is that language here at once? Else [`came`] is to be asked once the page says so.
pub(super) fn wish(position: usize) -> bool {
    WISHED.set(position);
    let is_here = whole(position).is_some();
    if !is_here {
        platform::fetch_words(NAMES[position].code);
    }
    is_here
}

/// Takes what the boot script has fetched: the place of the language that is wished, and whether its words are here.
pub(super) fn came() -> (usize, bool) {
    let wished = WISHED.get();
    if whole(wished).is_none() {
        take(wished);
    }
    (wished, whole(wished).is_some())
}

/// Takes what the boot script fetched beside the app, so that the first screen speaks the language already.
pub(super) fn take_early(position: usize) {
    if 0 < position {
        take(position);
    }
}

fn take(position: usize) {
    let file = platform::fetched_words();
    if let Some(texts) = file.and_then(|file| read(position, file)) {
        let texts: &'static Texts = Box::leak(Box::new(texts));
        HERE.with(|here| here[position].set(Some(texts)));
    }
}
