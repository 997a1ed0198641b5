//! What a desk takes in: it reads no log, but opens one case after the other.

use super::record::{OpRecord, Write};
use super::{Action, Phone};
use crate::answers::Op;
use crate::ids::{CaseId, OpId};
use crate::sorted::Set;
use crate::wire::v1::Mac;

impl Phone {
    /// Takes in all that the hub has of a case at this moment.
    ///
    /// A desk reads no log, so this is where it learns that the hub forgot something.
    pub fn learn_whole(&mut self, case: &CaseId, ops: Vec<(Op, Mac)>) -> Vec<Action> {
        let given: Set<OpId> = ops.iter().map(|(op, _)| op.id()).collect();
        let held = self.held.get(case).into_iter().flatten();
        let mut merged = held.filter(|(_, held)| held.quarantined.is_none());
        if merged.any(|(id, _)| !given.contains(id)) {
            self.doubted.insert(case.partition());
        }
        self.learn(ops)
    }

    /// The hub erased what these ops of a case said. This device forgets those that the hub had received.
    pub fn erase(&mut self, case: &CaseId, ops: &[OpId]) -> Vec<Action> {
        let (Some(here), Some(held)) = (self.cases.get_mut(case), self.held.get_mut(case)) else {
            return Vec::new();
        };
        let mut writes = Vec::new();
        for id in ops {
            if held.remove(id).is_some() {
                here.withdraw(*id);
                writes.push(Write::DeleteOp(*id));
            }
        }
        if writes.is_empty() {
            return Vec::new();
        }
        vec![self.commit(writes, Vec::new())]
    }

    /// Takes in ops that the hub gave outside a pull, such as a case opened at a desk.
    pub fn learn(&mut self, ops: Vec<(Op, Mac)>) -> Vec<Action> {
        let mut writes = Vec::new();
        for (op, mac) in ops {
            if self.hold(&op.case, op.id(), mac, None) {
                writes.push(Write::PutOp(OpRecord::new(&op, Some(mac), None)));
            }
            self.take_arrival(op);
        }
        if writes.is_empty() {
            return Vec::new();
        }
        vec![self.commit(writes, Vec::new())]
    }
}
