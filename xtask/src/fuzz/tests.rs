//! How the words of a person are understood, and that no target is forgotten.

use super::*;

fn words(text: &str) -> Result<Wish> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    read(&words)
}

#[test]
fn without_words_every_target_runs_for_two_minutes() {
    let wish = words("").unwrap();
    assert_eq!((wish.targets.len(), wish.minutes), (TARGETS.len(), 2));
}

#[test]
fn a_target_minutes_and_a_seed_can_be_named() {
    let wish = words("xform --minutes 5 --seed 7").unwrap();
    assert_eq!(
        (wish.targets, wish.minutes, wish.seed),
        (vec!["xform"], 5, Some(7))
    );
}

#[test]
fn what_is_not_known_is_refused_in_words() {
    for (text, said) in [
        ("angin", "no target `angin`"),
        ("--minutes", "--minutes needs a value"),
        ("--minutes lima", "usage"),
        ("--input berkas", "needs the target"),
    ] {
        let error = words(text).unwrap_err();
        assert!(format!("{error:#}").contains(said), "{text}: {error:#}");
    }
}

#[test]
fn every_target_has_a_test_and_a_corpus() {
    let main = fs::read_to_string(root().join("tests/fuzz/main.rs")).unwrap();
    assert_eq!(main.matches("\ntarget!(").count(), TARGETS.len());
    for target in TARGETS {
        assert!(main.contains(&format!("target!({target}, ")), "{target}");
        assert!(
            root().join("tests/fuzz/corpus").join(target).is_dir(),
            "{target}"
        );
    }
}
