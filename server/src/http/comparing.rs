//! Whether a phone may have what it says it has of a village.
//!
//! Always: where nothing was erased there is one answer; else each set that a phone can hold is tried, within a bound.
//! Never: says that something is missing where nobody can know.

use std::collections::{BTreeMap, BTreeSet};

use shared::answers::Op;
use shared::ids::{CaseId, DeviceId, Digest, OpId, Seq};
use shared::merge::digest;
use shared::sync::hub::Sight;
use shared::time::Millis;
use shared::wire::v1::CaseDigest;

use super::App;
use super::sync::{forms_of, is_personal};
use crate::error::Problem;

/// Ids that are hashed for one village, at most: a tenth of a second of a slow machine. A thousand answers of which
/// three hundred were erased at once need half of it.
const HASHED_IDS_MAX: usize = 1_000_000;

/// How what a phone says of a village stands beside what is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Same,
    Different,
    /// So much was erased, or by so many, that the phone may hold too many sets.
    Unknown,
}

/// Compares what a phone says of a village with what is here below the phone's cursor.
pub(super) async fn compared(
    app: &App,
    case: &CaseId,
    sight: &Sight,
    end: Seq,
    theirs: &CaseDigest,
) -> Result<Fit, Problem> {
    let ops = app.store.case_log_until(case, end).await?;
    let known = forms_of(app, ops.iter()).await?;
    let seen: Vec<&Op> = ops
        .iter()
        .filter(|op| sight.sees(op, || is_personal(op, &known)))
        .collect();
    if digest(&seen.iter().map(|op| op.id()).collect()) == theirs.digest {
        return Ok(Fit::Same);
    }
    let erased = app.store.erased_of(case).await?;
    if erased.is_empty() {
        return Ok(Fit::Different);
    }
    let mut sets = Sets::default();
    for op in seen {
        match erased.get(&op.id()) {
            None => sets.kept.push(op.id()),
            Some(at) => sets.gone.push(Gone {
                id: op.id(),
                own: (op.author == sight.account).then_some(op.device),
                at: *at,
            }),
        }
    }
    let here: BTreeSet<OpId> = ops.iter().map(Op::id).collect();
    sets.beyond = erased.into_keys().filter(|id| !here.contains(id)).collect();
    Ok(sets.compare(theirs.digest, HASHED_IDS_MAX))
}

/// What a phone may hold of a village of which something was erased.
///
/// What stays it has read, all of it. What is erased is sent to nobody any more; so of each erasure a phone holds what
/// stood in the log up to where it had read by then: any beginning, none and all included. What it wrote itself it
/// holds in any case, whoever read it before; an account may have written on several phones, and a phone that was
/// enrolled anew may go on with what an earlier one wrote. What was erased and never came here, as after a restore, it
/// may have offered and been told that it is here: any of it.
#[derive(Debug, Default)]
struct Sets {
    kept: Vec<OpId>,
    /// In the order of the log.
    gone: Vec<Gone>,
    beyond: Vec<OpId>,
}

#[derive(Debug, Clone, Copy)]
struct Gone {
    id: OpId,
    /// The phone on which the asking account wrote it, if it did.
    own: Option<DeviceId>,
    at: Millis,
}

impl Sets {
    fn compare(&self, theirs: Digest, hashed_ids_max: usize) -> Fit {
        let mut erasures: BTreeMap<Millis, Vec<OpId>> = BTreeMap::new();
        let mut own: BTreeMap<DeviceId, Vec<OpId>> = BTreeMap::new();
        for gone in &self.gone {
            erasures.entry(gone.at).or_default().push(gone.id);
            if let Some(device) = gone.own {
                own.entry(device).or_default().push(gone.id);
            }
        }
        let erasures: Vec<Vec<OpId>> = erasures.into_values().collect();
        let mut written = vec![Vec::new()];
        if 1 < own.len() {
            written.push(own.values().flatten().copied().collect());
        }
        written.extend(own.into_values());

        let all = self.kept.len() + self.gone.len() + self.beyond.len();
        let count = erasures
            .iter()
            .map(|erasure| erasure.len() + 1)
            .chain([written.len()])
            .chain(self.beyond.iter().map(|_| 2))
            .fold(1, usize::saturating_mul);
        if hashed_ids_max < count.saturating_mul(all) {
            return Fit::Unknown;
        }
        // Each number below the count names one set, digit by digit.
        for number in 0..count {
            let mut rest = number;
            let mut digit = |base: usize| {
                let digit = rest % base;
                rest /= base;
                digit
            };
            let own = &written[digit(written.len())];
            let mut held = self.kept.clone();
            held.extend(own);
            for erasure in &erasures {
                held.extend(&erasure[..digit(erasure.len() + 1)]);
            }
            for id in &self.beyond {
                if digit(2) == 1 {
                    held.push(*id);
                }
            }
            if digest(&held.into_iter().collect()) == theirs {
                return Fit::Same;
            }
        }
        Fit::Different
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[u8]) -> Vec<OpId> {
        numbers.iter().map(|number| OpId([*number; 16])).collect()
    }

    fn check(sets: &Sets, held: &[u8], expect: Fit) {
        let theirs = digest(&ids(held).into_iter().collect());
        assert_eq!(sets.compare(theirs, 10_000), expect, "{held:?}");
    }

    #[test]
    fn a_phone_holds_the_beginning_of_each_erasure_and_what_it_wrote_itself() {
        let gone = |number, device: u8, at| Gone {
            id: OpId([number; 16]),
            own: (device != 0).then_some(DeviceId([device; 16])),
            at: Millis(at),
        };
        let sets = Sets {
            kept: ids(&[1, 2]),
            // The first of two erasures took 3, 4 and 5, the second 6 and 7; 4 and 7 are of one's own phones.
            gone: vec![
                gone(3, 0, 10),
                gone(4, 8, 10),
                gone(5, 0, 10),
                gone(6, 0, 20),
                gone(7, 9, 20),
            ],
            beyond: ids(&[30]),
        };
        for held in [
            &[1, 2][..],
            &[1, 2, 3],
            &[1, 2, 3, 4, 5, 6, 7],
            // New at the first erasure, and there at the second.
            &[1, 2, 6],
            &[1, 2, 3, 6],
            // Written here, and never read.
            &[1, 2, 4],
            &[1, 2, 7],
            &[1, 2, 4, 7],
            &[1, 2, 3, 4, 7],
            &[1, 2, 30],
            &[1, 2, 4, 30],
        ] {
            check(&sets, held, Fit::Same);
        }
        for held in [
            &[][..],
            &[1],
            &[1, 3, 4, 5, 6, 7],
            &[1, 2, 5],
            &[1, 2, 40],
            &[1, 2, 3, 4, 5, 6, 7, 40],
        ] {
            check(&sets, held, Fit::Different);
        }
        // 4 × 3 ways to read, 4 to have written, 2 to have offered.
        let theirs = digest(&ids(&[1]).into_iter().collect());
        assert_eq!(sets.compare(theirs, 96 * 8 - 1), Fit::Unknown);
        assert_eq!(sets.compare(theirs, 96 * 8), Fit::Different);
    }
}
