//! The shape of files: headers, length, names, and the words that hide an unfinished thing.
//!
//! Always: looks at every Rust file of the repository, this one too.
//! Never: counts the lines of a function; clippy and the reader do.

use crate::sources::{report, sources};

const LINES_MAX: usize = 1_000;

/// Shorter modules are leaves; their first line is enough.
const HEADER_FROM_LINES: usize = 150;

#[test]
fn every_module_opens_with_what_it_is() {
    let broken: Vec<String> = sources(".rs")
        .iter()
        // A module below a `tests` says by its place what it is.
        .filter(|source| !source.path.contains("/tests"))
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path.clone())
        .collect();
    report(
        "a module opens with `//!`: what it is, Always, Never",
        &broken,
    );
}

#[test]
fn a_long_module_says_what_one_can_rely_on() {
    let broken: Vec<String> = sources(".rs")
        .iter()
        .filter(|source| !source.is_test() && HEADER_FROM_LINES < source.text.lines().count())
        .filter(|source| {
            let mut header = source
                .text
                .lines()
                .take_while(|line| line.starts_with("//!"));
            !header.any(|line| {
                ["Always:", "Never:", "Frozen:"]
                    .iter()
                    .any(|word| line.contains(word))
            })
        })
        .map(|source| source.path.clone())
        .collect();
    report(
        "the header of a long module says what holds Always: and what it does Never:",
        &broken,
    );
}

#[test]
fn a_module_lies_in_foo_rs_and_not_in_mod_rs() {
    let broken: Vec<String> = sources(".rs")
        .iter()
        .filter(|source| source.path.ends_with("/mod.rs"))
        .map(|source| source.path.clone())
        .collect();
    report(
        "use foo.rs with foo/, never mod.rs: an editor's tabs then have names",
        &broken,
    );
}

#[test]
fn files_stay_readable_in_one_sitting() {
    let broken: Vec<String> = sources(".rs")
        .iter()
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| LINES_MAX < *lines)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    report("a file holds one idea and at most 1000 lines", &broken);
}

#[test]
fn nothing_is_skipped_slept_over_or_left_undone() {
    // Written in two parts, so that this file does not find itself.
    let words = [
        (
            concat!("#[ign", "ore"),
            "a skipped test that reports success is a defect",
        ),
        (
            concat!("should_", "panic"),
            "assert the error value instead",
        ),
        (concat!("thread::", "sleep"), "wait for a condition"),
        (
            concat!("time::", "sleep(Duration::from_secs"),
            "wait for a condition",
        ),
        (concat!("to", "do!("), "finish it or leave it out"),
        (concat!("unimpl", "emented!("), "finish it or leave it out"),
    ];
    let mut broken = Vec::new();
    for source in sources(".rs") {
        for (number, line) in source.code() {
            for (word, why) in words {
                if line.contains(word) {
                    broken.push(format!("{}:{number}: {word}: {why}", source.path));
                }
            }
        }
    }
    report("these words have no place in the repository", &broken);
}

#[test]
fn the_apps_hold_no_test_that_nothing_would_run() {
    let broken: Vec<String> = sources(".rs")
        .iter()
        // The words on screens need no browser, and are a crate of their own.
        .filter(|source| {
            source.path.starts_with("client/") && !source.path.starts_with("client/texts/")
        })
        .filter(|source| source.code().any(|(_, line)| line.contains("#[test]")))
        .map(|source| source.path.clone())
        .collect();
    report(
        "test pure code in shared, and apps in a browser from tests/e2e",
        &broken,
    );
}

#[test]
fn no_text_names_a_machine() {
    let words = [
        concat!("/ro", "ot/"),
        concat!("/tm", "p/wt"),
        concat!("/wo", "rk/"),
        concat!("art", "ifactory"),
    ];
    let mut broken = Vec::new();
    for ending in [
        ".rs", ".md", ".toml", ".lock", ".json", ".js", ".html", ".csv",
    ] {
        for source in sources(ending) {
            for (index, line) in source.text.lines().enumerate() {
                // XForms calls the top of a list of choices so; it is no folder.
                let line = line.replace(concat!("/ro", "ot/item"), "");
                if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                    broken.push(format!("{}:{}: {word}", source.path, index + 1));
                }
            }
        }
    }
    report(
        "the repository names no path or host of one machine",
        &broken,
    );
}

#[test]
fn the_npm_lock_names_no_registry() {
    let broken: Vec<String> = sources("package-lock.json")
        .iter()
        .filter(|source| source.text.contains("\"resolved\""))
        .map(|source| source.path.clone())
        .collect();
    report(
        "install with --omit-lockfile-registry-resolved: any registry will do",
        &broken,
    );
}
