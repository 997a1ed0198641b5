//! A case: a set of ops, and what follows from it.
//!
//! Always: everything shown is a pure function of the set; the order of arrival never matters.
//! Always: no value typed by a person leaves the record without an op by a person that saw it.
//! Never: looks at a wall clock, a lane or a position.

mod joining;
mod review;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::answers::{Answer, AnswerSet, Change, Op};
use crate::ids::{CaseId, Digest, OpId, Path, QuestionnaireId, Role, RowId};
use crate::mutants::{Mutant, is_on};
use crate::sorted::{Map, Set, sort_by};
use crate::time::Moment;

pub use joining::{Back, Joining};
pub use review::{CaseState, Decision, ReturnedQuestion, Status};

/// No honest history of one case comes near: a bound against an author that wants the last word.
pub const LAMPORT_MAX: u64 = 1_000_000;

/// What an op competes with: only ops of one path and kind can replace each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Value,
    Row,
    Review,
}

impl Kind {
    /// The kind of a change; comments compete with nothing.
    pub fn of(change: &Change) -> Option<Kind> {
        match change {
            Change::Set(_) | Change::Unset | Change::Unknown | Change::Refused => Some(Kind::Value),
            Change::AddRow | Change::RemoveRow => Some(Kind::Row),
            Change::Review(_) => Some(Kind::Review),
            Change::Comment(_) => None,
        }
    }
}

/// All ops of one village in one round that this replica knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    id: CaseId,
    /// Boxed, since inserting moves what stands behind.
    ops: Map<OpId, Box<Op>>,
    registers: Map<(Path, Kind), Register>,
    comments: Map<Path, Set<OpId>>,
}

/// The ops of one path and kind, and what they have seen of each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Register {
    ops: Set<OpId>,
    seen: Set<OpId>,
}

impl Register {
    fn heads(&self) -> impl Iterator<Item = OpId> + '_ {
        self.ops.difference(&self.seen).copied()
    }
}

/// What stands at one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged<'a> {
    /// Nobody answered, or whoever did took it back.
    Empty,
    One(&'a Op),
    /// Several answers that differ, none of whose authors had seen the other.
    /// The provisional one is first; the others follow by ascending id.
    Conflict(Vec<&'a Op>),
}

/// Where persons must decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    pub path: Path,
    pub kind: Kind,
    /// The competing ops, the provisional one first.
    pub heads: Vec<OpId>,
}

/// The exact causal context of a new op.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub seen: Vec<OpId>,
    pub lamport: u64,
}

impl Case {
    pub fn new(id: CaseId) -> Case {
        Case {
            id,
            ops: Map::new(),
            registers: Map::new(),
            comments: Map::new(),
        }
    }

    pub fn id(&self) -> &CaseId {
        &self.id
    }

    /// Takes an op in; `false` when it was there already.
    ///
    /// # Panics
    /// When the op belongs to another case.
    pub fn insert(&mut self, op: Op) -> bool {
        assert!(op.case == self.id, "an op of another case");
        if self.ops.contains_key(&op.id()) {
            return false;
        }
        match Kind::of(&op.change) {
            Some(kind) => {
                let register = self.register_mut(&op.path, kind);
                register.ops.insert(op.id());
                register.seen.extend(op.seen.iter().copied());
            }
            None => {
                self.comments
                    .get_or_insert_with(op.path.clone(), Set::new)
                    .insert(op.id());
            }
        }
        self.ops.insert(op.id(), Box::new(op));
        true
    }

    /// Takes back an op that no other op has seen: an unsealed one that is being squashed.
    pub fn withdraw(&mut self, id: OpId) -> Option<Op> {
        let op = self.ops.remove(&id)?;
        match Kind::of(&op.change) {
            Some(kind) => {
                let key = (op.path.clone(), kind);
                let left: Vec<OpId> = self
                    .registers
                    .remove(&key)
                    .into_iter()
                    .flat_map(|r| r.ops)
                    .collect();
                for other in left.into_iter().filter(|other| *other != id) {
                    let seen = self.ops[&other].seen.clone();
                    let register = self.register_mut(&op.path, kind);
                    register.seen.extend(seen);
                    register.ops.insert(other);
                }
            }
            None => {
                if let Some(comments) = self.comments.get_mut(&op.path) {
                    comments.remove(&id);
                    if comments.is_empty() {
                        self.comments.remove(&op.path);
                    }
                }
            }
        }
        Some(*op)
    }

    fn register_mut(&mut self, path: &Path, kind: Kind) -> &mut Register {
        self.registers
            .get_or_insert_with((path.clone(), kind), Register::default)
    }

    pub fn ops(&self) -> impl Iterator<Item = &Op> {
        self.ops.values().map(Box::as_ref)
    }

    pub fn get(&self, id: OpId) -> Option<&Op> {
        self.ops.get(&id).map(Box::as_ref)
    }

    pub fn len(&self) -> usize {
        self.ops.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// The ops of (path, kind) that no other op of it has seen, by ascending id.
    pub fn heads(&self, path: &Path, kind: Kind) -> Vec<&Op> {
        self.registers
            .get(&(path.clone(), kind))
            .map(|register| register.heads().map(|id| self.ops[&id].as_ref()).collect())
            .unwrap_or_default()
    }

    /// What stands at the path of a question.
    pub fn merged(&self, path: &Path) -> Merged<'_> {
        let mut heads = self.heads(path, Kind::Value);
        // The greatest first, the others by ascending id as they are.
        if let Some(first) = (0..heads.len()).max_by_key(|&place| weight(heads[place])) {
            heads[..=first].rotate_right(1);
        }
        let Some(first) = heads.first() else {
            return Merged::Empty;
        };
        let differs = heads
            .iter()
            .any(|op| answer_of(&op.change) != answer_of(&first.change));
        if differs {
            return Merged::Conflict(heads);
        }
        match answer_of(&first.change) {
            None => Merged::Empty,
            Some(_) => Merged::One(first),
        }
    }

    /// The answer that everybody shows: the one there is, or the provisional one of a conflict.
    pub fn answer(&self, path: &Path) -> Option<Answer> {
        match self.merged(path) {
            Merged::Empty => None,
            Merged::One(op) => answer_of(&op.change),
            Merged::Conflict(heads) => answer_of(&heads[0].change),
        }
    }

    /// The rows of a repeat that stand, in the order of (lamport, id).
    pub fn rows(&self, repeat: &Path) -> Vec<RowId> {
        let Some(register) = self.registers.get(&(repeat.clone(), Kind::Row)) else {
            return Vec::new();
        };
        let mut rows: Vec<&Op> = register
            .ops
            .iter()
            .map(|id| self.ops[id].as_ref())
            .filter(|op| op.change == Change::AddRow && self.row_stands(&repeat.row(op.id())))
            .collect();
        in_order(&mut rows);
        rows.iter().map(|op| op.id()).collect()
    }

    /// Whether every row that the path lies in was added and stands.
    pub fn is_standing(&self, path: &Path) -> bool {
        path.rows().iter().all(|row| {
            let (repeat, id) = row.as_row().expect("rows() gives rows");
            let added = self
                .registers
                .get(&(repeat, Kind::Row))
                .is_some_and(|register| register.ops.contains(&id));
            added && self.row_stands(row)
        })
    }

    fn row_stands(&self, row: &Path) -> bool {
        let removals = self.heads(row, Kind::Row);
        if removals.is_empty() || removals.iter().any(|op| op.change == Change::AddRow) {
            return true;
        }
        self.edited_unseen(row)
    }

    /// Whether something beneath the row was written that no removal had seen, nor one that a later removal agrees with.
    fn edited_unseen(&self, row: &Path) -> bool {
        let mut removals: Vec<&Op> = Vec::new();
        if let Some(acts) = self.registers.get(&(row.clone(), Kind::Row)) {
            for id in &acts.ops {
                let op = &self.ops[id];
                if op.change == Change::RemoveRow {
                    removals.push(op);
                }
            }
        }
        let seen = |id: OpId| removals.iter().any(|op| op.seen.binary_search(&id).is_ok());
        for ((path, _), register) in &self.registers {
            if path.is_below(row) && register.heads().any(|id| !seen(id)) {
                return true;
            }
        }
        false
    }

    /// Everything that stands, for the questionnaire engine.
    ///
    /// A note counts for the answer it was written at: when the answer changes, so does the doubt.
    pub fn answers(&self) -> AnswerSet {
        let mut set = AnswerSet::default();
        for (path, kind) in self.registers.keys() {
            match kind {
                Kind::Value if self.is_standing(path) => {
                    if let Some(answer) = self.answer(path) {
                        set.answers.insert(path.clone(), answer);
                    }
                }
                Kind::Row if path.as_row().is_none() && self.is_standing(path) => {
                    set.rows.insert(path.clone(), self.rows(path));
                }
                Kind::Value | Kind::Row | Kind::Review => {}
            }
        }
        for path in self.comments.keys() {
            let notes = self.notes(path);
            if !notes.is_empty() {
                set.notes.insert(path.clone(), notes);
            }
        }
        set
    }

    /// When the newest answer or row was written, by the clock of its device: what `today()` means for the case.
    ///
    /// What reviewers do and what anybody remarks changes no answer, so it moves no calculation either.
    pub fn last_answered(&self) -> Option<Moment> {
        let counts = |op: &&Op| matches!(Kind::of(&op.change), Some(Kind::Value | Kind::Row));
        let newest = self.ops().filter(counts).max_by_key(|op| op.written.wall);
        newest.map(|op| op.written.moment())
    }

    /// The version of the questionnaire that the case stands on: the last of the round's `versions` that
    /// somebody has written under. A case that nobody began stands on the newest.
    ///
    /// # Panics
    /// When `versions` is empty; a round has at least one.
    pub fn version(&self, versions: &[QuestionnaireId]) -> QuestionnaireId {
        let used =
            |version: &&QuestionnaireId| self.ops.values().any(|op| op.questionnaire == **version);
        let newest = versions.last().expect("a round has a questionnaire");
        *versions.iter().rev().find(used).unwrap_or(newest)
    }

    /// What explains the answer that stands: by an enumerator, or by whoever gave that answer.
    fn notes(&self, path: &Path) -> Vec<String> {
        let heads = self.heads(path, Kind::Value);
        let mut notes = Vec::new();
        for op in self.comments(path) {
            let is_own = !heads.is_empty() && heads.iter().all(|head| head.author == op.author);
            let explains = op.role == Role::Enumerator || is_own;
            let saw_all = |head: &&Op| op.seen.binary_search(&head.id()).is_ok();
            if let Change::Comment(text) = &op.change
                && explains
                && heads.iter().all(saw_all)
            {
                notes.push(text.clone());
            }
        }
        notes
    }

    /// The comments at a path, in the order of (lamport, id).
    pub fn comments(&self, path: &Path) -> Vec<&Op> {
        let mut comments: Vec<&Op> = Vec::new();
        if let Some(here) = self.comments.get(path) {
            for id in here {
                comments.push(&self.ops[id]);
            }
        }
        in_order(&mut comments);
        comments
    }

    /// Paths that carry comments.
    pub fn commented(&self) -> impl Iterator<Item = &Path> {
        self.comments.keys()
    }

    /// All open conflicts, by path.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        for (path, kind) in self.registers.keys() {
            let heads = match kind {
                Kind::Value if self.is_standing(path) => match self.merged(path) {
                    Merged::Conflict(heads) => heads,
                    Merged::Empty | Merged::One(_) => continue,
                },
                Kind::Row if path.as_row().is_some() && self.is_kept_by_conflict(path) => {
                    self.heads(path, Kind::Row)
                }
                Kind::Value | Kind::Row | Kind::Review => continue,
            };
            let heads = heads.iter().map(|op| op.id()).collect();
            conflicts.push(Conflict {
                path: path.clone(),
                kind: *kind,
                heads,
            });
        }
        conflicts
    }

    fn is_kept_by_conflict(&self, row: &Path) -> bool {
        let heads = self.heads(row, Kind::Row);
        let removed = heads.iter().any(|op| op.change == Change::RemoveRow);
        let outer_stands = row.parent().is_some_and(|parent| self.is_standing(&parent));
        removed && outer_stands && self.row_stands(row)
    }

    /// All ops that a reader of this path's story wants: values, rows and comments, oldest first.
    pub fn history(&self, path: &Path) -> Vec<&Op> {
        let mut story: Vec<&Op> = self.comments(path);
        for kind in [Kind::Value, Kind::Row, Kind::Review] {
            if let Some(register) = self.registers.get(&(path.clone(), kind)) {
                for id in &register.ops {
                    story.push(&self.ops[id]);
                }
            }
        }
        in_order(&mut story);
        story
    }

    /// The causal context of a new change at `path`, by somebody who has seen all ops but `unseen`.
    pub fn context(&self, path: &Path, change: &Change, unseen: &[OpId]) -> Context {
        let seen: Vec<OpId> = match Kind::of(change) {
            // Rows are added side by side; only keeping a removed row answers somebody.
            Some(Kind::Row) if *change == Change::AddRow && path.as_row().is_none() => Vec::new(),
            Some(Kind::Row) => self.row_context(path, unseen),
            Some(kind) => self.heads_seen(path, kind, unseen),
            None => self.heads_seen(path, Kind::Value, unseen),
        };
        let seen: Set<OpId> = seen.into_iter().collect();
        let newest = match Kind::of(change) {
            // New rows and comments stand after those that the author saw, though they replace none.
            Some(Kind::Row) if seen.is_empty() => self.newest(path, Kind::Row),
            None => self
                .comments(path)
                .iter()
                .map(|op| op.lamport)
                .max()
                .unwrap_or(0),
            Some(_) => 0,
        };
        let greatest = self.lamport_after(&seen) - 1;
        // A number that only orders rows or comments stops at the bound; what decides is checked by the hub.
        let newest = newest.min(LAMPORT_MAX - 1);
        Context {
            seen: seen.into_iter().collect(),
            lamport: 1 + greatest.max(newest),
        }
    }

    /// 1 + the greatest of ops that are here.
    pub fn lamport_after<'s>(&self, seen: impl IntoIterator<Item = &'s OpId>) -> u64 {
        let seen = seen.into_iter().filter_map(|id| self.ops.get(id));
        1 + seen.map(|op| op.lamport).max().unwrap_or(0)
    }

    /// The heads for somebody who does not know the ops of `unseen`: what those replaced still stands there.
    fn heads_seen(&self, path: &Path, kind: Kind, unseen: &[OpId]) -> Vec<OpId> {
        let register = self.registers.get(&(path.clone(), kind));
        register.map_or_else(Vec::new, |register| self.heads_among(register, unseen))
    }

    fn heads_among(&self, register: &Register, unseen: &[OpId]) -> Vec<OpId> {
        if unseen.is_empty() {
            return register.heads().collect();
        }
        let ops = register.ops.iter().filter(|id| !unseen.contains(id));
        let ops: Vec<&Op> = ops.map(|id| self.ops[id].as_ref()).collect();
        let is_replaced = |id: OpId| ops.iter().any(|op| op.seen.binary_search(&id).is_ok());
        let heads = ops.iter().map(|op| op.id());
        heads.filter(|id| !is_replaced(*id)).collect()
    }

    fn newest(&self, path: &Path, kind: Kind) -> u64 {
        let register = self.registers.get(&(path.clone(), kind));
        register.map_or(0, |register| self.lamport_after(&register.ops) - 1)
    }

    /// The row's own heads, the op that added it, and every head beneath it.
    fn row_context(&self, row: &Path, unseen: &[OpId]) -> Vec<OpId> {
        let mut seen = self.heads_seen(row, Kind::Row, unseen);
        seen.extend(
            row.as_row()
                .map(|(_, id)| id)
                .filter(|id| self.ops.contains_key(id)),
        );
        for ((path, _), register) in &self.registers {
            if path.is_below(row) {
                seen.append(&mut self.heads_among(register, unseen));
            }
        }
        seen
    }

    /// What a submission or review is pinned to: the heads of all answers and rows.
    pub fn content_digest(&self) -> Digest {
        let mut heads: Vec<OpId> = Vec::new();
        for ((_, kind), register) in &self.registers {
            if *kind != Kind::Review {
                heads.extend(register.heads());
            }
        }
        digest(&heads.into_iter().collect())
    }

    /// Names the set of all ops of the case.
    pub fn sync_digest(&self) -> Digest {
        digest(&self.ops.keys().copied().collect())
    }

    /// Where the case stands, given the modules that somebody is to fill.
    pub fn state(&self, assigned_modules: &Set<String>) -> CaseState {
        review::state(self, assigned_modules)
    }
}

/// The answer that a change leaves behind; none for taking one back.
pub fn answer_of(change: &Change) -> Option<Answer> {
    match change {
        Change::Set(value) => Some(Answer::Value(value.clone())),
        Change::Unknown => Some(Answer::Unknown),
        Change::Refused => Some(Answer::Refused),
        Change::Unset
        | Change::AddRow
        | Change::RemoveRow
        | Change::Comment(_)
        | Change::Review(_) => None,
    }
}

/// Sorts by Lamport number and id: the same everywhere.
pub(crate) fn in_order(ops: &mut Vec<&Op>) {
    sort_by(ops, |one, other| {
        (one.lamport, one.id()).cmp(&(other.lamport, other.id()))
    });
}

/// The provisional answer is the greatest by role, Lamport number and id: the same everywhere.
fn weight(op: &Op) -> (u8, u64, OpId) {
    let rank = match is_on(Mutant::RolesIgnored) {
        true => 0,
        false => op.role.rank(),
    };
    (rank, op.lamport, op.id())
}

/// One number for a set of ops.
pub fn digest(ids: &Set<OpId>) -> Digest {
    let mut hash = Sha256::new();
    for id in ids {
        hash.update(id.0);
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    Digest(half)
}

#[cfg(test)]
mod tests;
