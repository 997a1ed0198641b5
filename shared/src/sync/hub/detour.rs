//! Where the pushes of a bundle go when the hub has another lane under their name.
//!
//! Happens when the hub was restored since, or the phone has a new lane since.
//! Always: the same bundle takes the same detour whenever it is opened, so that opening twice changes nothing.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::ids::{LaneId, PartitionId, Seq};
use crate::wire::v1::PushRequest;

/// The detours of one bundle.
#[derive(Debug)]
pub struct Detours {
    /// Of the bundle.
    digest: [u8; 32],
    taken: BTreeMap<PartitionId, Detour>,
}

#[derive(Debug, Clone, Copy)]
struct Detour {
    lane: LaneId,
    /// Positions of the phone's lane before the first that takes it.
    before: u64,
}

impl Detours {
    pub fn of(digest: [u8; 32]) -> Detours {
        Detours {
            digest,
            taken: BTreeMap::new(),
        }
    }

    /// The push as the hub is to take it.
    pub fn placed(&self, mut push: PushRequest) -> PushRequest {
        if let Some(detour) = self.taken.get(&push.partition) {
            push.lane = detour.lane;
            push.from = Seq(push.from.0.saturating_sub(detour.before));
            push.previous = push.previous.filter(|_| push.from != Seq(1));
        }
        push
    }

    /// This push and those after it in its partition take a lane of this bundle alone.
    pub fn take(&mut self, push: &PushRequest) {
        let before = push.from.0.saturating_sub(1);
        let hash = Sha256::new_with_prefix(b"lumbung-bundle-lane-1\n");
        let hash = hash.chain_update(self.digest).chain_update(push.lane.0);
        let hash = hash.chain_update(before.to_be_bytes()).finalize();
        let mut lane = [0; 16];
        lane.copy_from_slice(&hash[..16]);
        let lane = LaneId(lane);
        self.taken
            .insert(push.partition.clone(), Detour { lane, before });
    }

    /// Whether pushes of this partition take one: then the answer says nothing about the phone's own lane.
    pub fn has(&self, partition: &PartitionId) -> bool {
        self.taken.contains_key(partition)
    }
}
