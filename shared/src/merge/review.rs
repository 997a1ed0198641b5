//! Where a case stands, from its submissions and reviews.
//!
//! Always: of decisions made without seeing each other, return weighs more than reopen, reopen
//! more than reject, reject more than approve.
//! Always: a return stands until somebody who knew of it finishes again.
//! Always: an answer that changes after an approval shows; it never changes the approval.

use serde::{Deserialize, Serialize};

use super::{Case, Kind};
use crate::answers::{Change, Op, Review};
use crate::ids::{OpId, Path};
use crate::sorted::{Map, Set};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Ditugaskan: nobody has written anything.
    Assigned,
    /// Dimulai.
    Started,
    /// Dikirim: every assigned module has a submission.
    Submitted,
    /// Dikembalikan.
    Returned,
    /// Disetujui.
    Approved,
    /// Not usable this round, kept.
    Rejected,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseState {
    pub status: Status,
    /// Modules with a standing submission.
    pub submitted_modules: Set<String>,
    /// The decision that counts.
    pub decision: Option<Decision>,
    /// The answers are not those that the approval was pinned to.
    pub changed_since_approval: bool,
    /// What is to be mended, when the status is `Returned`.
    pub returned: Vec<ReturnedQuestion>,
}

/// The review op that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub op: OpId,
    pub review: Review,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedQuestion {
    pub path: Path,
    /// The newest comment of a reviewer at that question.
    pub comment: Option<OpId>,
}

pub(super) fn state(case: &Case, assigned_modules: &Set<String>) -> CaseState {
    let root = Path::root();
    let acts: Map<OpId, &Op> = case
        .history(&root)
        .into_iter()
        .filter(|op| Kind::of(&op.change) == Some(Kind::Review))
        .map(|op| (op.id(), op))
        .collect();
    let winner = winner(&acts);
    // What was finished without knowing of a return does not mend what was returned.
    let mut after: Set<OpId> = Set::new();
    for op in case.history(&root) {
        let knows = |id: &OpId| winner.is_some_and(|it| it.id() == *id) || after.contains(id);
        if op.seen.iter().any(knows) {
            after.insert(op.id());
        }
    }
    let modules_of = |fresh_only: bool| -> Set<String> {
        acts.values()
            .filter(|op| !fresh_only || winner.is_none() || after.contains(&op.id()))
            .filter_map(|op| match &op.change {
                Change::Review(Review::Submit(submission)) => Some(submission.modules.clone()),
                _ => None,
            })
            .flatten()
            .collect()
    };
    let all = modules_of(false);
    let fresh = modules_of(true);
    let mut state = CaseState {
        status: Status::Assigned,
        submitted_modules: all.clone(),
        decision: winner.and_then(decision),
        changed_since_approval: false,
        returned: Vec::new(),
    };
    let started = if case.is_empty() {
        Status::Assigned
    } else {
        Status::Started
    };
    let covers = |have: &Set<String>, need: &Set<String>| !have.is_empty() && need.is_subset(have);
    state.status = match winner.map(|op| &op.change) {
        Some(Change::Review(Review::Approve { digest })) => {
            state.changed_since_approval = *digest != case.content_digest();
            Status::Approved
        }
        Some(Change::Review(Review::Reject { .. })) => Status::Rejected,
        Some(Change::Review(Review::Return { questions, .. })) => {
            let needed = modules_to_mend(questions, assigned_modules);
            if covers(&fresh, &needed) {
                Status::Submitted
            } else {
                state.submitted_modules = all.difference(&needed).cloned().chain(fresh).collect();
                state.returned = returned(case, questions);
                Status::Returned
            }
        }
        Some(Change::Review(Review::Reopen { .. })) => {
            state.submitted_modules = fresh.clone();
            if covers(&fresh, assigned_modules) {
                Status::Submitted
            } else {
                Status::Started
            }
        }
        _ if covers(&all, assigned_modules) => Status::Submitted,
        _ => started,
    };
    state
}

/// The weightiest of the decisions that no other decision has seen.
fn winner<'a>(acts: &Map<OpId, &'a Op>) -> Option<&'a Op> {
    let decisions: Vec<&Op> = acts
        .values()
        .copied()
        .filter(|op| decision_weight(op) != 0)
        .collect();
    let mut superseded: Set<OpId> = Set::new();
    for op in &decisions {
        superseded.extend(past_of(op, acts));
    }
    decisions
        .into_iter()
        .filter(|op| !superseded.contains(&op.id()))
        .max_by_key(|op| (decision_weight(op), op.role.rank(), op.lamport, op.id()))
}

/// 0 for what is not a decision.
fn decision_weight(op: &Op) -> u8 {
    match &op.change {
        Change::Review(Review::Return { .. }) => 4,
        Change::Review(Review::Reopen { .. }) => 3,
        Change::Review(Review::Reject { .. }) => 2,
        Change::Review(Review::Approve { .. }) => 1,
        _ => 0,
    }
}

/// All review acts that `op` comes after, through any number of steps; itself left out.
fn past_of(op: &Op, acts: &Map<OpId, &Op>) -> Set<OpId> {
    let mut past = Set::new();
    let mut open: Vec<OpId> = op.seen.clone();
    while let Some(id) = open.pop() {
        if past.insert(id)
            && let Some(act) = acts.get(&id)
        {
            open.extend(act.seen.iter().copied());
        }
    }
    past
}

fn decision(op: &Op) -> Option<Decision> {
    match &op.change {
        Change::Review(review) => Some(Decision {
            op: op.id(),
            review: review.clone(),
        }),
        _ => None,
    }
}

/// The modules of the returned questions; all assigned ones when none is named.
fn modules_to_mend(questions: &[Path], assigned_modules: &Set<String>) -> Set<String> {
    let named: Set<String> = questions
        .iter()
        .filter_map(|path| {
            path.segments()
                .next()
                .map(|segment| segment.name.to_owned())
        })
        .collect();
    if named.is_empty() {
        assigned_modules.clone()
    } else {
        named
    }
}

fn returned(case: &Case, questions: &[Path]) -> Vec<ReturnedQuestion> {
    questions
        .iter()
        .map(|path| {
            let comment = case
                .comments(path)
                .into_iter()
                .rev()
                .find(|op| op.role.reviews())
                .map(Op::id);
            ReturnedQuestion {
                path: path.clone(),
                comment,
            }
        })
        .collect()
}
