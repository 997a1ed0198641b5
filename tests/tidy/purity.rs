//! What `shared` may not touch, and where vendor crates may be named.
//!
//! Always: tests are free; the rule is for what ships.
//! Never: trusts a comment.

use crate::sources::{Source, report, sources};

/// A word that makes `shared` impure, and why.
const IMPURE: [(&str, &str); 14] = [
    ("std::fs", "files are the caller's"),
    ("std::net", "the network is the caller's"),
    ("std::env", "configuration is an argument"),
    ("std::thread", "no threads"),
    ("std::process", "no processes"),
    ("std::io", "bytes are arguments"),
    ("SystemTime", "time is an argument"),
    ("Instant::now", "time is an argument"),
    ("HashMap", "equal input gives equal output; use BTreeMap"),
    ("HashSet", "equal input gives equal output; use BTreeSet"),
    ("async fn", "state machines, not futures"),
    ("println!", "no output"),
    ("getrandom", "randomness is an argument"),
    ("RandomState", "equal input gives equal output"),
];

/// A crate and the paths in which it may be named.
const VENDORS: [(&str, &[&str]); 7] = [
    ("sqlx::", &["server/src/store"]),
    (
        "axum::",
        &[
            "server/src/http",
            "server/src/error.rs",
            "server/src/command/serve.rs",
            "server/src/main.rs",
            "server/src/lib.rs",
            "server/tests/",
        ],
    ),
    ("microlp::", &["shared/src/priority/exact"]),
    ("rexie::", &["client/src/store"]),
    ("leptos::", &["client/"]),
    ("wasm_bindgen_cli_support::", &["xtask/"]),
    ("brotli::", &["xtask/"]),
];

#[test]
fn shared_is_pure() {
    let mut broken = Vec::new();
    for source in sources(".rs").iter().filter(|source| is_shared(source)) {
        for (number, line) in shipped(source) {
            for (word, why) in IMPURE {
                if line.contains(word) {
                    broken.push(format!("{}:{number}: {word}: {why}", source.path));
                }
            }
        }
    }
    report(
        "shared is pure: no clock, randomness, I/O, threads, unordered maps",
        &broken,
    );
}

#[test]
fn vendor_crates_stay_put() {
    let mut broken = Vec::new();
    for source in sources(".rs")
        .iter()
        .filter(|source| !source.path.starts_with("tests/"))
    {
        for (number, line) in source.code() {
            for (vendor, places) in VENDORS {
                let allowed = places.iter().any(|place| source.path.starts_with(place));
                if names_crate(line, vendor) && !allowed {
                    broken.push(format!(
                        "{}:{number}: {vendor} belongs to {places:?}",
                        source.path
                    ));
                }
            }
        }
    }
    report(
        "a vendor's crate is named in one place, so that it can be replaced",
        &broken,
    );
}

fn is_shared(source: &Source) -> bool {
    source.path.starts_with("shared/src/") && !source.is_test()
}

/// Code before a `#[cfg(test)]` that opens a module in the file itself.
fn shipped(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source
        .code()
        .take_while(|(_, line)| !line.trim_start().starts_with("mod tests {"))
}

/// `sqlx::` counts, `my_sqlx::` does not.
fn names_crate(line: &str, vendor: &str) -> bool {
    let word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(vendor)
        .any(|(at, _)| !line[..at].ends_with(word))
}

#[test]
fn a_crate_is_recognised_by_its_whole_name() {
    assert!(names_crate("use sqlx::Row;", "sqlx::"));
    assert!(names_crate("    (sqlx::query(text))", "sqlx::"));
    assert!(!names_crate("use my_sqlx::Row;", "sqlx::"));
}
