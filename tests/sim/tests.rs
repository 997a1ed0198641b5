//! The simulator as a test: some worlds, every mutant, and that a seed is a seed.
//!
//! Always: the same worlds each time; `cargo xtask sim` lives through as many as one likes.
//! Never: passes when a rule that was left out went unnoticed.

mod chance;
mod device;
mod hub;
mod mutants;
mod options;
mod photo;
mod places;
mod real;
mod truth;
mod wire;
mod world;

use world::{Life, live};

/// Worlds in each run of the tests.
const WORLDS: u64 = 3_000;
/// Worlds with the real store; `LUMBUNG_STORE_WORLDS` and `LUMBUNG_STORE_SEED` ask for others, as `cargo xtask sim
/// --store` does.
const STORE_WORLDS: u64 = 24;

#[test]
fn no_world_loses_what_a_person_typed() {
    let mut sent_full = 0;
    for seed in 1..=WORLDS {
        let report = live(seed, Life::default());
        sent_full += report.tally.sent_full;
        assert_eq!(
            report.verdict,
            Ok(()),
            "cargo xtask sim --seeds 1 --seed {}",
            report.seed
        );
    }
    // What a full phone has stored with its place goes all the same.
    assert_ne!(sent_full, 0);
}

#[test]
fn the_real_store_says_in_each_world_what_the_model_says() {
    let number =
        |name: &str, usual: u64| std::env::var(name).map_or(Ok(usual), |text| text.parse::<u64>());
    let first = number("LUMBUNG_STORE_SEED", 1).expect("a seed is a number");
    let worlds = number("LUMBUNG_STORE_WORLDS", STORE_WORLDS).expect("how many is a number");
    for seed in first..first + worlds {
        let life = Life {
            beside: Some(real::beside),
            ..Life::default()
        };
        println!("seed {seed}");
        assert_eq!(live(seed, life).verdict, Ok(()), "seed {seed}");
    }
}

#[test]
fn a_seed_is_lived_through_twice_alike() {
    for seed in [3, 14, 159] {
        let life = Life {
            tells: true,
            ..Life::default()
        };
        let (one, other) = (live(seed, life), live(seed, life));
        assert!(!one.story.is_empty());
        assert_eq!(one.story, other.story, "seed {seed}");
        assert_eq!(one.tally, other.tally, "seed {seed}");
        assert_eq!(one.options, other.options, "seed {seed}");
    }
}

#[test]
fn every_rule_that_is_left_out_is_noticed() {
    for broken in mutants::ALL {
        let Some(caught) = mutants::catch(broken, false) else {
            panic!("{broken:?} goes unnoticed in {} worlds", mutants::SEEDS_MAX);
        };
        assert!(
            caught.seed <= mutants::SEEDS_MAX && !caught.rule.is_empty(),
            "{broken:?}: {caught:?}"
        );
    }
}
