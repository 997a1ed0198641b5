//! What only a desk does: it takes in single cases.

use shared::answers::Op;
use shared::ids::{CaseId, OpId};
use shared::sync::phone::Opened;
use shared::wire::v1::Mac;

use super::Driver;

impl Driver {
    /// Takes in ops that a desk fetched some time ago.
    pub fn learn(&self, ops: Vec<(Op, Mac)>) {
        let actions = self.inner.phone.borrow_mut().learn(ops);
        self.perform(actions);
        self.tell();
    }

    /// Forgets what the hub has erased of a case.
    pub fn erase(&self, case: &CaseId, ops: &[OpId]) {
        let actions = self.inner.phone.borrow_mut().erase(case, ops);
        self.perform(actions);
    }

    /// Takes in all that the hub has of a case that was opened just now.
    pub fn learn_whole(&self, case: &CaseId, ops: Vec<(Op, Mac)>, opened: Opened) {
        let mut phone = self.inner.phone.borrow_mut();
        let actions = phone.learn_whole(case, ops, opened);
        drop(phone);
        self.perform(actions);
        self.tell();
    }
}
