//! What the phone tells its person, counted in cases.
//!
//! Always: the three numbers are counts of what is stored, never estimates.

use super::Phone;
use crate::answers::Op;
use crate::ids::{CaseId, OpId};
use crate::sorted::Set;
use crate::time::Millis;
use crate::wire::v1::QuarantineCode;

/// Cases on this phone, received by the hub with everything, and waiting; photos below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    pub on_phone: usize,
    pub received: usize,
    pub waiting: usize,
    pub photos_waiting: usize,
    pub ops_waiting: usize,
}

/// How one case stands between phone and hub.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseStatus {
    pub own_ops: usize,
    pub ops_waiting: usize,
    pub photos_waiting: usize,
    /// Own ops that the hub keeps aside, with the reasons.
    pub quarantined: Set<QuarantineCode>,
}

impl CaseStatus {
    pub fn is_received(&self) -> bool {
        0 < self.own_ops && self.ops_waiting == 0 && self.photos_waiting == 0
    }
}

impl Phone {
    /// The three numbers that are always visible.
    pub fn numbers(&self) -> Numbers {
        let mut numbers = Numbers::default();
        let offered = self.offered();
        for id in self.cases.keys() {
            let status = self.status_among(id, &offered);
            if status.own_ops == 0 {
                continue;
            }
            numbers.on_phone += 1;
            if status.is_received() {
                numbers.received += 1;
            } else {
                numbers.waiting += 1;
            }
            numbers.ops_waiting += status.ops_waiting;
        }
        numbers.photos_waiting = self.blobs.values().filter(|blob| !blob.complete).count();
        numbers
    }

    pub fn case_status(&self, id: &CaseId) -> CaseStatus {
        self.status_among(id, &self.offered())
    }

    fn status_among(&self, id: &CaseId, offered: &Set<OpId>) -> CaseStatus {
        let mut status = CaseStatus::default();
        let Some(case) = self.cases.get(id) else {
            return status;
        };
        for op in case.ops().filter(|op| op.author == self.me.account.id) {
            status.own_ops += 1;
            if self.is_waiting(op, offered) {
                status.ops_waiting += 1;
            }
            status
                .quarantined
                .extend(self.held(op).and_then(|held| held.quarantined));
        }
        let photos = self.photos_of(id).into_iter();
        status.photos_waiting = photos.filter(|photo| !self.blobs[photo].complete).count();
        status
    }

    /// The wall clock of the oldest op that the hub has not received.
    pub fn oldest_unsent(&self) -> Option<Millis> {
        let offered = self.offered();
        let mut oldest = None;
        for case in self.cases.values() {
            for op in case.ops() {
                if self.is_waiting(op, &offered) && oldest.is_none_or(|it| op.written.wall < it) {
                    oldest = Some(op.written.wall);
                }
            }
        }
        oldest
    }

    /// All ops that the hub is still to be brought, those of others that a restored hub may lack included.
    pub fn ops_to_bring(&self) -> usize {
        let lanes = self.partitions.values();
        self.unsealed.len() + lanes.map(|record| record.out.len()).sum::<usize>()
    }

    /// What lies in a lane and has no proof of this hub yet.
    #[inline(never)]
    pub(super) fn offered(&self) -> Set<OpId> {
        let mut offered: Vec<OpId> = Vec::new();
        for record in self.partitions.values() {
            offered.extend_from_slice(&record.out);
        }
        offered.into_iter().collect()
    }

    fn is_waiting(&self, op: &Op, offered: &Set<OpId>) -> bool {
        self.held(op).is_none() || offered.contains(&op.id())
    }
}
