//! Two rows of a repeat that mean one thing, made one.
//!
//! Always: what the row that goes says was carried over, or a person chose against it, before it goes.
//! Never: decides between two answers, but where neither row asks any more; all of them stay in the record.

use super::{Case, Kind, Merged, answer_of};
use crate::answers::Change;
use crate::ids::{OpId, Path};

/// How a row goes into another row of the same repeat. All paths are those of the row that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining {
    /// The row that goes.
    pub from: Path,
    /// The row that stays.
    pub into: Path,
    /// Questions that the two rows answer differently, or whose answers are in conflict: a person must choose first.
    pub differing: Vec<Path>,
    /// What is to be written, each with what brings back what stands there now; a row stands before what it holds.
    steps: Vec<(Path, Change, Change)>,
}

impl Case {
    /// How the row of the key question `key` goes into the first row of its repeat that has the same answer there.
    ///
    /// None where no such row stands before it, or where the key is nobody's answer.
    #[inline(never)]
    pub fn joining(&self, key: &Path) -> Option<Joining> {
        let from = key.rows().pop()?;
        let (repeat, own) = from.as_row()?;
        let answer = Some(self.answer(key)?);
        let mut into = None;
        for row in self.rows(&repeat) {
            let other = repeat.row(row);
            if row == own {
                break;
            }
            if into.is_none() && self.answer(&key.moved(&from, &other)) == answer {
                into = Some(other);
            }
        }
        let mut joining = Joining {
            into: into?,
            from,
            differing: Vec::new(),
            steps: Vec::new(),
        };
        for (path, kind) in self.registers.keys() {
            if !path.is_below(&joining.from) || !self.is_standing(path) {
                continue;
            }
            if *kind == Kind::Value {
                self.join_answer(path, &mut joining);
            } else if *kind == Kind::Row && path.as_row().is_none() {
                for row in self.rows(path) {
                    let row = path.row(row);
                    joining.steps.push((row, Change::AddRow, Change::Unset));
                }
            }
        }
        // Also where nothing was answered, or where the answer is computed.
        for path in self.comments.keys() {
            let is_in = path.is_below(&joining.from) && self.is_standing(path);
            if is_in && self.merged(path) == Merged::Empty {
                self.join_notes(path, &mut joining);
            }
        }
        Some(joining)
    }

    fn join_answer(&self, path: &Path, joining: &mut Joining) {
        // A row within the row that goes is added anew, so nothing stands in it yet.
        let ours = self.merged(&path.moved(&joining.from, &joining.into));
        let is_equal = match (ours, self.merged(path)) {
            (_, Merged::Empty) => return,
            (Merged::Empty, Merged::One(op)) => {
                let step = (path.clone(), op.change.clone(), Change::Unset);
                joining.steps.push(step);
                true
            }
            (Merged::One(ours), Merged::One(op)) => {
                answer_of(&ours.change) == answer_of(&op.change)
            }
            _ => false,
        };
        if is_equal {
            self.join_notes(path, joining);
        } else {
            joining.differing.push(path.clone());
        }
    }

    fn join_notes(&self, path: &Path, joining: &mut Joining) {
        for note in self.notes(path) {
            let note = Change::Comment(note);
            joining.steps.push((path.clone(), note, Change::Unset));
        }
    }

    /// An op for each answer that one of the two rows gives to a question; what the row that stays shows is first.
    pub fn rivals(&self, joining: &Joining, path: &Path) -> Vec<OpId> {
        let mut rivals: Vec<OpId> = Vec::new();
        for place in [&path.moved(&joining.from, &joining.into), path] {
            let heads = match self.merged(place) {
                Merged::Empty => Vec::new(),
                Merged::One(op) => vec![op],
                Merged::Conflict(heads) => heads,
            };
            for op in heads {
                let answer = answer_of(&op.change);
                let is_known = |id: &OpId| answer_of(&self.ops[id].change) == answer;
                if answer.is_some() && !rivals.iter().any(is_known) {
                    rivals.push(op.id());
                }
            }
        }
        rivals
    }

    /// A person chose what is to stand at a question where the two rows differ.
    ///
    /// Of a conflict in the row that stays, its provisional answer comes back when all is taken back.
    pub fn choose(&self, joining: &mut Joining, path: &Path, change: Change) {
        joining.differing.retain(|differing| differing != path);
        let before = match self.merged(&path.moved(&joining.from, &joining.into)) {
            Merged::Empty => Change::Unset,
            Merged::One(op) => op.change.clone(),
            Merged::Conflict(heads) => heads[0].change.clone(),
        };
        let is_theirs = answer_of(&change) == self.answer(path);
        joining.steps.push((path.clone(), change, before));
        if is_theirs {
            self.join_notes(path, joining);
        }
    }
}

impl Case {
    /// Whether a step of taking back meets what it was made for: nothing that was typed since goes with it.
    pub fn takes_back(&self, (path, change, written): &Back) -> bool {
        match change {
            Change::AddRow => true,
            Change::RemoveRow => {
                let paths = self.registers.keys().filter(|(at, _)| at.is_below(path));
                let mut paths = paths.filter(|(at, _)| self.is_standing(at));
                !paths.any(|(at, _)| self.answer(at).is_some())
            }
            _ => {
                let heads = self.heads(path, Kind::Value);
                heads.len() == 1 && heads[0].id() == *written
            }
        }
    }
}

impl Joining {
    /// Where both rows answer what neither asks any more, the row that stays keeps its own.
    pub fn settle_hidden(&mut self, is_relevant: &dyn Fn(&Path) -> bool) {
        let (from, into) = (&self.from, &self.into);
        let is_asked = |path: &Path| is_relevant(path) || is_relevant(&path.moved(from, into));
        self.differing.retain(is_asked);
    }

    /// Leaves out what was noted at personal questions: whoever joins the rows is not the one who noted it, and what
    /// others remark there is read by more people.
    pub fn leave_out_notes(&mut self, is_personal: &dyn Fn(&Path) -> bool) {
        let is_left = |path: &Path, change: &Change| {
            !matches!(change, Change::Comment(_)) || !is_personal(path)
        };
        self.steps.retain(|(path, change, _)| is_left(path, change));
    }

    /// Writes the row that stays, then removes the other.
    ///
    /// Gives what takes all of it back, to be written in order; None, with the row left where it is, when something
    /// could not be written.
    ///
    /// # Panics
    /// When a person has still to choose.
    pub fn write(&self, write: &mut dyn FnMut(&Path, Change) -> Option<OpId>) -> Option<Vec<Back>> {
        assert!(self.differing.is_empty(), "somebody has to choose first");
        let mut back = Vec::new();
        let mut rows = vec![(self.from.clone(), self.into.clone())];
        for (path, change, before) in &self.steps {
            if *change == Change::AddRow {
                let (repeat, _) = path.as_row()?;
                let repeat = moved(&rows, &repeat);
                let id = write(&repeat, Change::AddRow)?;
                let row = repeat.row(id);
                back.push((row.clone(), Change::RemoveRow, id));
                rows.push((path.clone(), row));
            } else {
                let path = moved(&rows, path);
                let id = write(&path, change.clone())?;
                if Kind::of(change).is_some() {
                    back.push((path, before.clone(), id));
                }
            }
        }
        let id = write(&self.from, Change::RemoveRow)?;
        back.insert(0, (self.from.clone(), Change::AddRow, id));
        // What stands in a row goes before the row does, or it would keep the row.
        back.reverse();
        Some(back)
    }
}

/// Where something was written, what takes it back, and the op that it was.
pub type Back = (Path, Change, OpId);

/// Where a path lies after the rows above it went elsewhere; the innermost row is last.
fn moved(rows: &[(Path, Path)], path: &Path) -> Path {
    for (from, into) in rows.iter().rev() {
        if path.is_below(from) {
            return path.moved(from, into);
        }
    }
    path.clone()
}
