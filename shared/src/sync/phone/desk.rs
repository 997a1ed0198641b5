//! What a desk takes in: it reads no log, but opens one case after the other.
//!
//! Always: the cursor stands on something that the hub had together with all that this desk was given of the partition,
//! so that the next hello tells whether the hub still has it.
//! Never: believes that two answers come from one life of the hub, unless the later one was asked where the first stood.

use super::record::{OpRecord, PartitionRecord, Write};
use super::session::Stage;
use super::{Action, OpenCommit, Phone, Reach};
use crate::answers::Op;
use crate::ids::{CaseId, Epoch, OpId, PartitionId, Seq};
use crate::mutants::{Mutant, is_on};
use crate::sorted::Set;
use crate::wire::v1::{Cursor, Mac, PARTITIONS_MAX};

/// What a desk was given and has still to store.
#[derive(Debug, Default)]
pub(super) struct Given {
    writes: Vec<Write>,
    partitions: Set<PartitionId>,
    /// Which partition the next hello begins with, where there are more than the hub takes at once.
    asked: usize,
}

/// A life that no hub had: whoever believes in it offers everything at the next hello, also after a crash.
const NO_LIFE: Epoch = Epoch([0xff; 16]);

/// What a desk has when it asks for a case.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Goes along with the question: the hub says whether it has that.
    pub cursor: Option<Cursor>,
    /// What the hub had received of the case.
    merged: Set<OpId>,
}

/// Where the hub stood when it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Whether it had what stood at the asked cursor, read after `last`.
    pub stands: bool,
    /// The last op of the case in the log; none where the case has none.
    pub last: Option<Cursor>,
}

impl Phone {
    /// Where things stand before somebody opens a case.
    pub fn asks(&self, case: &CaseId) -> Asked {
        let held = self.held.get(case).into_iter().flatten();
        let merged = held.filter(|(_, held)| held.quarantined.is_none());
        Asked {
            cursor: self
                .partitions
                .get(&case.partition())
                .and_then(|it| it.cursor),
            merged: merged.map(|(id, _)| *id).collect(),
        }
    }

    /// Whether the cursor is where it was; if not, the answer to another question moved it, and one asks again.
    pub fn still_asks(&self, case: &CaseId, asked: &Asked) -> bool {
        self.asks(case).cursor == asked.cursor
    }

    /// Takes in all that the hub had of a case when it answered.
    ///
    /// A desk reads no log, so this is where it learns that the hub forgot something of the case; of all others, the
    /// cursor tells the hub's forgetting at the next hello.
    pub fn learn_whole(
        &mut self,
        case: &CaseId,
        ops: Vec<(Op, Mac)>,
        asked: &Asked,
        opened: Opened,
    ) -> Vec<Action> {
        let given: Set<OpId> = ops.iter().map(|(op, _)| op.id()).collect();
        let is_missing = asked.merged.iter().any(|id| !given.contains(id));
        let writes = self.ops_given(ops);
        self.given.writes.extend(writes);
        if self.reach == Reach::OpenedCases {
            self.move_desk(case.partition(), is_missing, asked.cursor, opened);
        }
        self.store_given()
    }

    fn move_desk(
        &mut self,
        id: PartitionId,
        is_missing: bool,
        asked: Option<Cursor>,
        opened: Opened,
    ) {
        self.know_partitions();
        let Some(record) = self.partitions.get_mut(&id) else {
            // The hub has nothing of the case, nor has this desk.
            return;
        };
        let before = (record.cursor, record.epoch);
        if is_missing || !opened.stands || record.cursor != asked {
            record.epoch = Some(NO_LIFE);
        } else if let Some(last) = opened.last
            && !is_on(Mutant::DeskWithoutCursor)
            && record.cursor.map_or(Seq::ZERO, |cursor| cursor.position) < last.position
        {
            record.cursor = Some(last);
        }
        if before != (record.cursor, record.epoch) {
            self.given.partitions.insert(id);
        }
    }

    /// The partitions of a hello: those that wait first, and all others one after the other.
    pub(super) fn partitions_to_ask(&mut self) -> Vec<&PartitionRecord> {
        let count = self.partitions.len();
        let from = self.given.asked;
        if PARTITIONS_MAX < count {
            self.given.asked = (from + PARTITIONS_MAX / 2) % count;
        }
        let mut all: Vec<&PartitionRecord> = self.partitions.values().collect();
        all.rotate_left(from % count.max(1));
        let waits = |record: &&PartitionRecord| !record.out.is_empty();
        let (mut asked, mut others): (Vec<_>, Vec<_>) = all.into_iter().partition(waits);
        // Half of the places are left to the others, whatever waits.
        others.extend(asked.split_off(asked.len().min(PARTITIONS_MAX / 2)));
        asked.append(&mut others);
        asked.truncate(PARTITIONS_MAX);
        asked
    }

    /// A lane may offer what was given: it is not stored without that, nor that without the cursors that guard it.
    pub(super) fn with_given(&mut self, writes: Vec<Write>) -> Vec<Write> {
        // First: what is deleted may have been given before.
        let mut all = std::mem::take(&mut self.given.writes);
        all.extend(writes);
        let moved = std::mem::take(&mut self.given.partitions);
        let moved = moved.iter().filter_map(|id| self.partitions.get(id));
        all.extend(moved.cloned().map(Write::PutPartition));
        all
    }

    pub(super) fn and_given(&mut self, mut actions: Vec<Action>) -> Vec<Action> {
        actions.extend(self.store_given());
        actions
    }

    /// Stores what was given along with where the hub stood, as soon as no other commit might put back an older lane.
    fn store_given(&mut self) -> Vec<Action> {
        let holds_lane = |commit: &OpenCommit| !commit.is_of_answers();
        let is_busy = self.open_commits.values().any(holds_lane);
        let is_free = !is_busy && matches!(self.stage, Stage::Idle);
        if !is_free || self.given.writes.is_empty() && self.given.partitions.is_empty() {
            return Vec::new();
        }
        let writes = self.with_given(Vec::new());
        vec![self.commit(writes, Vec::new())]
    }

    /// The hub erased what these ops of a case said. This device forgets those that the hub had received.
    pub fn erase(&mut self, case: &CaseId, ops: &[OpId]) -> Vec<Action> {
        // What a lane carries stays until it was taken or refused; the next opening erases it.
        let offered = self.offered();
        let (Some(here), Some(held)) = (self.cases.get_mut(case), self.held.get_mut(case)) else {
            return Vec::new();
        };
        let mut writes = Vec::new();
        for id in ops.iter().filter(|id| !offered.contains(id)) {
            if held.remove(id).is_some() {
                here.withdraw(*id);
                writes.push(Write::DeleteOp(*id));
            }
        }
        // What was given before and is not stored yet would come after it.
        let is_erased = |write: &Write| matches!(write, Write::PutOp(record) if writes.contains(&Write::DeleteOp(record.id)));
        self.given.writes.retain(|write| !is_erased(write));
        self.commit_given(writes)
    }

    /// Takes in ops that the hub gave some time ago, such as a case that a desk kept.
    pub fn learn(&mut self, ops: Vec<(Op, Mac)>) -> Vec<Action> {
        let writes = self.ops_given(ops);
        self.commit_given(writes)
    }

    fn ops_given(&mut self, ops: Vec<(Op, Mac)>) -> Vec<Write> {
        let mut writes = Vec::new();
        for (op, mac) in ops {
            if self.hold(&op.case, op.id(), mac, None) {
                writes.push(Write::PutOp(OpRecord::new(&op, Some(mac), None)));
            }
            // A copy of this desk brought it: others may have seen it, so it is replaced and no more taken back.
            self.unsealed.remove(&op.id());
            self.take_arrival(op);
        }
        writes
    }

    fn commit_given(&mut self, writes: Vec<Write>) -> Vec<Action> {
        match writes.is_empty() {
            true => Vec::new(),
            false => vec![self.commit(writes, Vec::new())],
        }
    }
}
