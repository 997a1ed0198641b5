//! From a regular expression to a table of states.
//!
//! Always: `\d`, `\w` and `\s` mean ASCII, as in the engines that questionnaires were made for.
//! Never: accepts what a table cannot hold (looking ahead or behind, back references).

use std::collections::BTreeMap;

use regex_automata::dfa::Automaton as _;
use regex_automata::dfa::{StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, util::start};

use super::automaton::{Automaton, STATES_MAX};

const TABLE_BYTES_MAX: usize = 4_000_000;
/// Of what stands between a pattern and its table; `(a{1000}){1000}` would be a million states.
const STEPS_BYTES_MAX: usize = 1_000_000;

/// Compiles a pattern that the whole text must match; the error says what was expected.
pub(super) fn compile(pattern: &str) -> Result<Automaton, String> {
    let whole = format!(r"\A(?:{})\z", ascii_classes(pattern));
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .minimize(false)
        .dfa_size_limit(Some(TABLE_BYTES_MAX))
        .determinize_size_limit(Some(TABLE_BYTES_MAX));
    let dfa = dense::Builder::new()
        .configure(config)
        .thompson(thompson::Config::new().nfa_size_limit(Some(STEPS_BYTES_MAX)))
        .build(&whole)
        .map_err(|_| "a pattern without look-around or back references".to_owned())?;
    table(&dfa).ok_or_else(|| format!("a pattern of at most {STATES_MAX} states"))
}

fn table(dfa: &dense::DFA<Vec<u32>>) -> Option<Automaton> {
    let start = dfa
        .start_state(&start::Config::new().anchored(Anchored::Yes))
        .ok()?;
    let (classes, samples) = byte_classes(dfa);
    let mut numbers: BTreeMap<StateID, u16> = BTreeMap::new();
    let mut order = vec![start];
    numbers.insert(start, 1);
    // Row 0 is the dead state.
    let mut next = vec![0_u16; samples.len()];
    let mut at = 0;
    while let Some(&state) = order.get(at) {
        at += 1;
        for &byte in &samples {
            let target = dfa.next_state(state, byte);
            if dfa.is_dead_state(target) || dfa.is_quit_state(target) {
                next.push(0);
                continue;
            }
            let fresh = order.len() as u16 + 1;
            let number = *numbers.entry(target).or_insert(fresh);
            if number == fresh {
                order.push(target);
                if STATES_MAX <= order.len() {
                    return None;
                }
            }
            next.push(number);
        }
    }
    let accepts = |state: &StateID| dfa.is_match_state(dfa.next_eoi_state(*state));
    let accepting = order
        .iter()
        .enumerate()
        .filter(|(_, state)| accepts(state))
        .map(|(index, _)| index as u16 + 1)
        .collect();
    Some(Automaton {
        classes,
        class_count: samples.len() as u16,
        next,
        accepting,
    })
}

/// Runs of bytes that no state tells apart, and one byte of each class.
fn byte_classes(dfa: &dense::DFA<Vec<u32>>) -> (Vec<(u8, u8)>, Vec<u8>) {
    let mut classes = Vec::new();
    let mut samples: Vec<u8> = Vec::new();
    let mut seen: BTreeMap<u8, u8> = BTreeMap::new();
    for byte in 0..=255_u8 {
        let theirs = dfa.byte_classes().get(byte);
        let class = *seen.entry(theirs).or_insert_with(|| {
            samples.push(byte);
            (samples.len() - 1) as u8
        });
        match classes.last_mut() {
            Some((last, same)) if *same == class => *last = byte,
            _ => classes.push((byte, class)),
        }
    }
    (classes, samples)
}

/// Replaces `\d`, `\w`, `\s` and their opposites by ASCII classes.
fn ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    let mut inside = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let Some(escaped) = letters.next() else {
                    out.push('\\');
                    break;
                };
                let (set, negated) = match escaped {
                    'd' => ("0-9", false),
                    'D' => ("0-9", true),
                    'w' => ("A-Za-z0-9_", false),
                    'W' => ("A-Za-z0-9_", true),
                    's' => (r" \t\r\n\x0b\x0c", false),
                    'S' => (r" \t\r\n\x0b\x0c", true),
                    _ => {
                        out.push('\\');
                        out.push(escaped);
                        continue;
                    }
                };
                match (inside, negated) {
                    (true, false) => out.push_str(set),
                    (_, true) => out.push_str(&format!("[^{set}]")),
                    (false, false) => out.push_str(&format!("[{set}]")),
                }
            }
            '[' if inside => out.push_str(r"\["),
            '[' => {
                inside = true;
                out.push('[');
            }
            ']' => {
                inside = false;
                out.push(']');
            }
            // In a class these mean themselves here, but are operators to the builder.
            '&' | '~' if inside => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}
