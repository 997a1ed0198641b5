//! What only a desk does: it takes in single cases.

use shared::answers::Op;
use shared::ids::{CaseId, OpId};
use shared::sync::phone::{Asked, Opened};
use shared::wire::v1::Mac;

use super::Driver;

impl Driver {
    /// Takes in ops that were fetched some time ago, or by a tab that only shows; that one stores nothing, since nothing
    /// would guard it.
    pub fn learn(&self, ops: Vec<(Op, Mac)>) {
        let actions = self.inner.phone.borrow_mut().learn(ops);
        if !self.reads_only() {
            self.perform(actions);
        }
        self.tell();
    }

    /// Forgets what the hub has erased of a case.
    pub fn erase(&self, case: &CaseId, ops: &[OpId]) {
        let actions = self.inner.phone.borrow_mut().erase(case, ops);
        self.perform(actions);
    }

    /// Takes in all that the hub has of a case that was opened just now.
    pub fn learn_whole(&self, case: &CaseId, ops: Vec<(Op, Mac)>, asked: &Asked, opened: Opened) {
        let mut phone = self.inner.phone.borrow_mut();
        let actions = phone.learn_whole(case, ops, asked, opened);
        drop(phone);
        self.perform(actions);
        self.tell();
    }
}
