//! That the suite leaves no verb of the store out.

use std::fs;
use std::path::{Path, PathBuf};

/// Rust files of a folder and those below it.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn text_of(folder: &str) -> String {
    let mut paths = Vec::new();
    files(&tests::harness::workspace().join(folder), &mut paths);
    let texts = paths.iter().map(|path| fs::read_to_string(path).unwrap());
    texts.collect()
}

#[test]
fn every_verb_of_the_store_has_a_story() {
    let face = tests::harness::workspace().join("server/src/store.rs");
    let store = text_of("server/src/store") + &fs::read_to_string(face).unwrap();
    let stories = text_of("tests/store");
    let verbs = store.split("pub async fn ").skip(1).map(|rest| {
        let is_name = |letter: &char| letter.is_alphanumeric() || *letter == '_';
        rest.chars().take_while(is_name).collect::<String>()
    });
    let untold: Vec<String> = verbs
        .filter(|verb| {
            let called = [".", "::", " "].map(|before| format!("{before}{verb}("));
            !called.iter().any(|call| stories.contains(call))
        })
        .collect();
    assert_eq!(
        untold,
        Vec::<String>::new(),
        "tell what they do in tests/store"
    );
}
