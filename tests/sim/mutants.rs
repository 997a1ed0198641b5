//! Every rule left out once: shows that the checks bite.
//!
//! Always: each is caught within `SEEDS_MAX` worlds, or the check that should have caught it is missing.
//! Never: a fault that no shipped line could have.

use std::panic::{AssertUnwindSafe, catch_unwind};

use shared::mutants::Mutant;

use crate::hub::StoreMutant;
use crate::world::{Broken, Life, live};

pub(crate) const SEEDS_MAX: u64 = 1_000;

pub(crate) const ALL: [Broken; 31] = [
    Broken::Store(StoreMutant::AcknowledgedBeforeCommit),
    Broken::Store(StoreMutant::PlainSequence),
    Broken::Store(StoreMutant::TornCommit),
    Broken::Store(StoreMutant::PhotoOffsetIgnored),
    Broken::Machine(Mutant::FrontierAcknowledged),
    Broken::Machine(Mutant::NoOverlapCheck),
    Broken::Machine(Mutant::NoEpoch),
    Broken::Machine(Mutant::NoShortfallGuard),
    Broken::Machine(Mutant::NoDedupe),
    Broken::Machine(Mutant::AsideDropped),
    Broken::Machine(Mutant::EverythingSeen),
    Broken::Machine(Mutant::RegionsIgnored),
    Broken::Machine(Mutant::VillagesIgnored),
    Broken::Machine(Mutant::SeenForgotten),
    Broken::Machine(Mutant::UnseenClaimed),
    Broken::Machine(Mutant::SquashedAfterSend),
    Broken::Machine(Mutant::SentBeforeCommit),
    Broken::Machine(Mutant::SealedBeforeSaved),
    Broken::Machine(Mutant::LaneKeptAfterFork),
    Broken::Machine(Mutant::NothingOfferedAfterReset),
    Broken::Machine(Mutant::OthersNotOffered),
    Broken::Machine(Mutant::ForgottenBeforeReceipt),
    Broken::Machine(Mutant::ForgottenUnsafe),
    Broken::Machine(Mutant::ForgottenTooEarly),
    Broken::Machine(Mutant::ForgottenWhileAssigned),
    Broken::Machine(Mutant::PhotosForgotten),
    Broken::Machine(Mutant::PhotosOfOneCase),
    Broken::Machine(Mutant::ReceiptUnread),
    Broken::Machine(Mutant::NeverWoken),
    Broken::Machine(Mutant::DeskWithoutCursor),
    Broken::Machine(Mutant::RolesIgnored),
];

/// In which world a fault was noticed, and how many were broken by it.
#[derive(Debug)]
pub(crate) struct Caught {
    pub(crate) seed: u64,
    pub(crate) rule: String,
    pub(crate) worlds: u64,
}

/// Looks for a fault in the worlds from seed 1 on; `counts` goes on after the first.
///
/// Without comparing, since that mends most of what a broken rule breaks; and only where nothing is wrong with the rule.
pub(crate) fn catch(broken: Broken, counts: bool) -> Option<Caught> {
    let mut caught: Option<Caught> = None;
    for seed in 1..=SEEDS_MAX {
        let Some(rule) = broken_rule(seed, Some(broken)) else {
            continue;
        };
        if broken_rule(seed, None).is_some() {
            continue;
        }
        match &mut caught {
            Some(caught) => caught.worlds += 1,
            None => {
                let worlds = 1;
                caught = Some(Caught { seed, rule, worlds });
            }
        }
        if !counts {
            break;
        }
    }
    caught
}

fn broken_rule(seed: u64, broken: Option<Broken>) -> Option<String> {
    let life = Life {
        broken,
        compares_not: true,
        tells: false,
        beside: None,
    };
    match catch_unwind(AssertUnwindSafe(|| live(seed, life))) {
        Ok(report) => report.verdict.err(),
        Err(_) => Some("a machine stopped".to_owned()),
    }
}
