//! Two rows of a repeat that mean one thing, made one.
//!
//! Always: what the row that goes says was carried over, or a person chose against it, before it goes.
//! Never: decides between two answers.

use super::{Case, Kind, Merged, answer_of};
use crate::answers::{Answer, Change};
use crate::ids::{OpId, Path};

/// How a row goes into another row of the same repeat. All paths are those of the row that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining {
    /// The row that goes.
    pub from: Path,
    /// The row that stays.
    pub into: Path,
    /// Where a person must choose first.
    pub differing: Vec<Differing>,
    /// What only the row that goes says; a row within it stands before what it holds.
    carried: Vec<(Path, Change)>,
}

/// A question that the two rows answer differently, or whose answers are in conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    pub path: Path,
    /// An op for each answer; what the row that stays shows is first.
    pub answers: Vec<OpId>,
    /// What brings back what the row that stays shows now.
    before: Change,
    /// What the row that goes shows, and what was noted at it.
    answer: Option<Answer>,
    notes: Vec<(Path, Change)>,
}

impl Case {
    /// How the row of the key question `key` goes into the first row of its repeat that has the same answer there.
    ///
    /// None where no such row stands before it, or where the key is nobody's answer.
    pub fn joining(&self, key: &Path) -> Option<Joining> {
        let from = key.rows().pop()?;
        let (repeat, own) = from.as_row()?;
        let answer = Some(self.answer(key)?);
        let rows = self.rows(&repeat);
        let before = rows.iter().take_while(|row| **row != own);
        let mut before = before.map(|row| repeat.row(*row));
        let into = before.find(|into| self.answer(&key.moved(&from, into)) == answer)?;
        let mut joining = Joining {
            from,
            into,
            differing: Vec::new(),
            carried: Vec::new(),
        };
        for (path, kind) in self.registers.keys() {
            if path.is_below(&joining.from) && self.is_standing(path) {
                match kind {
                    Kind::Value => self.join_answer(path, &mut joining),
                    Kind::Row if path.as_row().is_none() => {
                        let rows = self.rows(path).into_iter();
                        let added = rows.map(|row| (path.row(row), Change::AddRow));
                        joining.carried.extend(added);
                    }
                    Kind::Row | Kind::Review => {}
                }
            }
        }
        Some(joining)
    }

    fn join_answer(&self, path: &Path, joining: &mut Joining) {
        let theirs = self.merged(path);
        if theirs == Merged::Empty {
            return;
        }
        // A row within the row that goes is added anew, so nothing stands in it yet.
        let ours = self.merged(&path.moved(&joining.from, &joining.into));
        let before = match &ours {
            Merged::Empty => Change::Unset,
            Merged::One(op) => op.change.clone(),
            Merged::Conflict(heads) => heads[0].change.clone(),
        };
        let answer = self.answer(path);
        let notes = self.notes(path).into_iter();
        let notes = notes.map(|note| (path.clone(), Change::Comment(note)));
        if let Merged::One(op) = theirs {
            let is_same = answer == answer_of(&before) && matches!(ours, Merged::One(_));
            if is_same || ours == Merged::Empty {
                if !is_same {
                    joining.carried.push((path.clone(), op.change.clone()));
                }
                joining.carried.extend(notes);
                return;
            }
        }
        let mut answers: Vec<OpId> = Vec::new();
        for merged in [ours, theirs] {
            let heads = match merged {
                Merged::Empty => Vec::new(),
                Merged::One(op) => vec![op],
                Merged::Conflict(heads) => heads,
            };
            for op in heads {
                let answer = answer_of(&op.change);
                let is_known = |id: &OpId| answer_of(&self.ops[id].change) == answer;
                if answer.is_some() && !answers.iter().any(is_known) {
                    answers.push(op.id());
                }
            }
        }
        joining.differing.push(Differing {
            path: path.clone(),
            answers,
            before,
            answer,
            notes: notes.collect(),
        });
    }
}

impl Joining {
    /// Writes the row that stays, then removes the other. `chosen` answers every question of [`Joining::differing`].
    ///
    /// Gives what takes all of it back, to be written in order; None, with the row left where it is, when something
    /// could not be written. Of a conflict in the row that stays, its provisional answer comes back.
    ///
    /// # Panics
    /// When `chosen` leaves a question out.
    pub fn write(
        &self,
        chosen: &[(Path, Change)],
        write: &mut dyn FnMut(&Path, Change) -> Option<OpId>,
    ) -> Option<Vec<(Path, Change)>> {
        let mut back = vec![(self.from.clone(), Change::AddRow)];
        let mut rows = vec![(self.from.clone(), self.into.clone())];
        for (path, change) in &self.carried {
            if let (Change::AddRow, Some((repeat, _))) = (change, path.as_row()) {
                let repeat = moved(&rows, &repeat);
                let row = repeat.row(write(&repeat, Change::AddRow)?);
                back.push((row.clone(), Change::RemoveRow));
                rows.push((path.clone(), row));
            } else {
                let path = moved(&rows, path);
                write(&path, change.clone())?;
                if Kind::of(change).is_some() {
                    back.push((path, Change::Unset));
                }
            }
        }
        for differing in &self.differing {
            let choice = chosen.iter().find(|(path, _)| *path == differing.path);
            let (_, change) = choice.expect("every differing question was chosen");
            let path = moved(&rows, &differing.path);
            write(&path, change.clone())?;
            if answer_of(change) == differing.answer {
                for (_, note) in &differing.notes {
                    write(&path, note.clone())?;
                }
            }
            back.push((path, differing.before.clone()));
        }
        write(&self.from, Change::RemoveRow)?;
        // What stands in a row goes before the row does, or it would keep the row.
        back.reverse();
        Some(back)
    }
}

/// Where a path lies after the rows above it went elsewhere; the innermost row is last.
fn moved(rows: &[(Path, Path)], path: &Path) -> Path {
    let mut above = rows.iter().rev();
    let found = above.find(|(from, _)| path.is_below(from));
    found.map_or_else(|| path.clone(), |(from, into)| path.moved(from, into))
}
