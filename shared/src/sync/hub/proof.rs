//! A phone that was told that its lane is here asks for the hub's word on it, without sending the ops again.
//!
//! Happens when an answer was lost, and when somebody else brought a bundle of the phone's.
//! Always: the phone shows that it has the very ops, position by position, before it is told anything.

use std::collections::BTreeMap;

use super::{Accepted, MacKey, NO_MAC, PushDecision, Stretch};
use crate::ids::{Digest, OpId, Seq};
use crate::sync::bundle::stretch_digest;
use crate::wire::v1::QuarantineCode;

/// What the store says about the place.
#[derive(Debug, Clone, Copy)]
pub struct ProofView<'a> {
    /// How many positions the hub has of this lane.
    pub lane_length: Seq,
    /// The ids that the hub has from position `from - 1` (or 1) on; `count + 1` of them are enough.
    pub lane_tail: &'a [OpId],
    /// Which of them are kept aside and not merged.
    pub aside: &'a BTreeMap<OpId, QuarantineCode>,
    pub key: &'a MacKey,
}

/// Decides about a proof of `count` positions. What is accepted merges nothing.
pub fn decide_proof(
    stretch: Stretch,
    count: usize,
    digest: Digest,
    view: ProofView<'_>,
) -> PushDecision<'static> {
    let before = stretch.from.0.saturating_sub(1);
    let (previous, rest) = match before {
        0 => (None, view.lane_tail),
        _ => match view.lane_tail.split_first() {
            Some((first, rest)) => (Some(*first), rest),
            None => (None, view.lane_tail),
        },
    };
    let Some(ids) = rest.get(..count).filter(|_| stretch.from != Seq::ZERO) else {
        return PushDecision::Gap {
            length: view.lane_length,
        };
    };
    if previous != stretch.previous || stretch_digest(ids) != digest {
        return PushDecision::Fork;
    }
    let of = |id: &OpId| match view.aside.contains_key(id) {
        true => NO_MAC,
        false => view.key.mac(*id),
    };
    let placed = ids.iter().enumerate();
    let aside = placed.filter_map(|(index, id)| {
        let code = view.aside.get(id)?;
        Some((stretch.from.plus(index), *code))
    });
    PushDecision::Accept(Accepted {
        lane_appends: Vec::new(),
        merges: Vec::new(),
        quarantines: Vec::new(),
        verified: Seq(before).plus(count),
        macs: ids.iter().map(of).collect(),
        quarantined: aside.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> OpId {
        OpId([n; 16])
    }

    fn decide(from: u64, previous: Option<OpId>, ids: &[OpId]) -> PushDecision<'static> {
        let lane: Vec<OpId> = (1..=5).map(id).collect();
        let tail = (from as usize).saturating_sub(2).min(lane.len());
        let stretch = Stretch {
            from: Seq(from),
            previous,
        };
        let view = ProofView {
            lane_length: Seq(5),
            lane_tail: &lane[tail..],
            aside: &BTreeMap::from([(id(4), QuarantineCode::RoundClosed)]),
            key: &MacKey::new([3; 32]),
        };
        decide_proof(stretch, ids.len(), stretch_digest(ids), view)
    }

    #[test]
    fn the_hub_says_of_each_op_what_a_push_would_have_been_told() {
        let key = MacKey::new([3; 32]);
        let PushDecision::Accept(accepted) = decide(3, Some(id(2)), &[id(3), id(4), id(5)]) else {
            panic!("the phone has what the hub has");
        };
        assert_eq!(accepted.verified, Seq(5));
        assert_eq!(accepted.macs, [key.mac(id(3)), NO_MAC, key.mac(id(5))]);
        let aside = [(Seq(4), QuarantineCode::RoundClosed)];
        assert_eq!(accepted.quarantined, aside);
        assert!(accepted.merges.is_empty() && accepted.lane_appends.is_empty());
    }

    #[test]
    fn whoever_has_other_ops_learns_nothing() {
        let gap = PushDecision::Gap { length: Seq(5) };
        assert_eq!(decide(3, Some(id(2)), &[id(3), id(9)]), PushDecision::Fork);
        assert_eq!(decide(3, Some(id(9)), &[id(3)]), PushDecision::Fork);
        assert_eq!(decide(1, Some(id(9)), &[id(1)]), PushDecision::Fork);
        assert_eq!(decide(5, Some(id(4)), &[id(5), id(6)]), gap);
        assert_eq!(decide(9, Some(id(8)), &[id(9)]), gap);
        assert_eq!(decide(0, None, &[id(1)]), gap);
    }
}
