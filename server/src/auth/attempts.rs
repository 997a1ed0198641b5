//! How often a secret may be guessed.
//!
//! Always: counted per account, apart for each browser that signed in to it before; in the memory
//! of this process, with a bound on what is remembered.
//! Never: locks an account for good; a wait ends by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use shared::time::Millis;

/// Wrong guesses before waiting begins.
const FREE_FAILURES: u32 = 5;
const WAIT_MS_FIRST: i64 = 30_000;
const WAIT_MS_MAX: i64 = 15 * 60_000;
/// A key is forgotten after this much quiet.
const FORGET_MS: i64 = 60 * 60_000;
const KEYS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub struct Attempts {
    keys: Mutex<BTreeMap<String, Failures>>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Millis,
}

impl Attempts {
    /// Seconds that `key` must still wait, or none if it may try now.
    pub fn wait_seconds(&self, key: &str, now: Millis) -> Option<u32> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = keys.get(key)?;
        let left = failures.last.0 + failures.wait_ms() - now.0;
        (0 < left).then(|| u32::try_from((left + 999) / 1000).unwrap_or(u32::MAX))
    }

    /// Counts a wrong guess.
    pub fn failed(&self, key: &str, now: Millis) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if KEYS_MAX <= keys.len() && !keys.contains_key(key) {
            make_room(&mut keys, now);
        }
        let failures = keys.entry(key.to_owned()).or_insert(Failures {
            count: 0,
            last: now,
        });
        if FORGET_MS < now.0 - failures.last.0 {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
    }

    /// Forgets the wrong guesses after a right one.
    pub fn succeeded(&self, key: &str) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.remove(key);
    }
}

impl Failures {
    fn wait_ms(self) -> i64 {
        match self.count.checked_sub(FREE_FAILURES) {
            None => 0,
            Some(beyond) => (WAIT_MS_FIRST << beyond.min(10)).min(WAIT_MS_MAX),
        }
    }
}

fn make_room(keys: &mut BTreeMap<String, Failures>, now: Millis) {
    keys.retain(|_, failures| now.0 - failures.last.0 <= FORGET_MS);
    // All recent: an attack on many names. The quietest is given up.
    if KEYS_MAX <= keys.len() {
        let quietest = keys
            .iter()
            .min_by_key(|(_, failures)| failures.last)
            .map(|(key, _)| key.clone());
        if let Some(key) = quietest {
            keys.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(failures: u32, after_ms: i64, expect: Option<u32>) {
        let attempts = Attempts::default();
        for _ in 0..failures {
            attempts.failed("ani", Millis(0));
        }
        let wait = attempts.wait_seconds("ani", Millis(after_ms));
        assert_eq!(wait, expect, "{failures} failures, {after_ms} ms later");
        assert_eq!(attempts.wait_seconds("budi", Millis(after_ms)), None);
    }

    #[test]
    fn waiting_begins_after_five_and_doubles_to_a_cap() {
        check(0, 0, None);
        check(4, 0, None);
        check(5, 0, Some(30));
        check(5, 29_001, Some(1));
        check(5, 30_000, None);
        check(6, 0, Some(60));
        check(1000, 0, Some(900));
        check(1000, 900_000, None);
    }

    #[test]
    fn success_forgets_and_memory_is_bounded() {
        let attempts = Attempts::default();
        for _ in 0..9 {
            attempts.failed("ani", Millis(1));
        }
        attempts.succeeded("ani");
        assert_eq!(attempts.wait_seconds("ani", Millis(1)), None);
        for index in 0..KEYS_MAX + 10 {
            attempts.failed(&index.to_string(), Millis(2));
        }
        assert_eq!(attempts.keys.lock().unwrap().len(), KEYS_MAX);
    }
}
