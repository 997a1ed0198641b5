//! A regular expression as a table of states: what a phone has instead of a parser of patterns.
//!
//! Always: a match is a match of the whole text; walking costs one step per byte.
//! Never: built on the phone.

use serde::{Deserialize, Serialize};

/// The most states of one pattern.
pub const STATES_MAX: usize = 2_000;

/// State 0 is dead: nothing leads out of it. State 1 is where a text begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Automaton {
    /// The class of each byte, by the last byte of each run of equal classes.
    pub(super) classes: Vec<(u8, u8)>,
    pub(super) class_count: u16,
    /// The next state for each state and class, state after state.
    pub(super) next: Vec<u16>,
    /// The states in which a text may end, in ascending order.
    pub(super) accepting: Vec<u16>,
}

impl Automaton {
    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let mut state = 1_u16;
        for byte in text.bytes() {
            let class = self.class(byte);
            let place = usize::from(state) * usize::from(self.class_count) + usize::from(class);
            state = self.next[place];
            if state == 0 {
                return false;
            }
        }
        self.accepting.binary_search(&state).is_ok()
    }

    fn class(&self, byte: u8) -> u8 {
        let run = self.classes.partition_point(|&(last, _)| last < byte);
        self.classes[run].1
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        let width = usize::from(self.class_count);
        let states = self.next.len().checked_div(width).unwrap_or(0);
        let sound = (2..=STATES_MAX).contains(&states)
            && states * width == self.next.len()
            && self.next.iter().all(|&next| usize::from(next) < states)
            && self.classes.last().is_some_and(|&(last, _)| last == 255)
            && self.classes.is_sorted_by(|a, b| a.0 < b.0)
            && self
                .classes
                .iter()
                .all(|&(_, class)| usize::from(class) < width)
            && self.accepting.is_sorted();
        if sound { Ok(()) } else { Err("pattern") }
    }
}
