//! The simulator as a test: some worlds, every mutant, and that a seed is a seed.
//!
//! Always: the same worlds each time; `cargo xtask sim` lives through as many as one likes.
//! Never: passes when a rule that was left out went unnoticed.

mod chance;
mod device;
mod hub;
mod mutants;
mod options;
mod places;
mod truth;
mod wire;
mod world;

use world::{Life, live};

/// Worlds in each run of the tests.
const WORLDS: u64 = 1_500;

#[test]
fn no_world_loses_what_a_person_typed() {
    for seed in 1..=WORLDS {
        let report = live(seed, Life::default());
        assert_eq!(
            report.verdict,
            Ok(()),
            "cargo xtask sim --seeds 1 --seed {}",
            report.seed
        );
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
