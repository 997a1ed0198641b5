//! What people really did and saw: the naive reference that the shipped code is held against.
//!
//! Always: causality is the full set of what stood on the author's screen, never the short list in the op.
//! Never: asks the shipped merge for anything.

use std::collections::BTreeMap;

use shared::answers::{Answer, Change, Op};
use shared::ids::{BlobId, CaseId, OpId, Path};
use shared::merge::{Case, Kind, Merged, answer_of};

/// A set of ops by their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn insert(&mut self, number: usize) {
        let word = number / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (number % 64);
    }

    pub(crate) fn remove(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    pub(crate) fn contains(&self, number: usize) -> bool {
        let word = self.0.get(number / 64);
        word.is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    fn extend(&mut self, other: &Bits) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.0.iter().enumerate();
        words.flat_map(|(place, word)| {
            (0..64)
                .filter(move |bit| word & (1 << bit) != 0)
                .map(move |bit| place * 64 + bit)
        })
    }
}

/// One op that somebody typed, and its fate.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) op: Op,
    /// What its author had seen of what it replaces.
    past: Bits,
    /// What its author had seen in the row that it takes away or keeps.
    beneath: Bits,
    /// The phone said "saved".
    pub(crate) saved: bool,
    /// Its author typed something else before anybody had it.
    pub(crate) withdrawn: bool,
    /// The hub had it durably once.
    pub(crate) received: bool,
    /// Disks and hub states that hold it.
    pub(crate) copies: usize,
    /// A disk that held it was destroyed.
    pub(crate) exposed: bool,
}

/// A photo that somebody took, and its fate.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Place of its author among the accounts.
    pub(crate) account: usize,
    /// The hub had it whole and durably once.
    pub(crate) received: bool,
    /// Disks and hub states that hold its bytes.
    pub(crate) copies: usize,
    /// A disk that held it was destroyed.
    pub(crate) exposed: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Truth {
    pub(crate) typed: Vec<Typed>,
    pub(crate) photos: BTreeMap<BlobId, Taken>,
    numbers: BTreeMap<OpId, usize>,
}

impl Truth {
    pub(crate) fn number(&self, id: OpId) -> Option<usize> {
        self.numbers.get(&id).copied()
    }

    pub(crate) fn of(&mut self, id: OpId) -> Option<&mut Typed> {
        let number = self.number(id)?;
        Some(&mut self.typed[number])
    }

    pub(crate) fn photo(&mut self, blob: BlobId) -> &mut Taken {
        let taken = self.photos.get_mut(&blob);
        taken.expect("somebody took it")
    }

    /// Somebody typed an op with `shown` before their eyes.
    pub(crate) fn type_in(&mut self, op: Op, shown: &Bits) -> usize {
        let (mut past, mut beneath) = (Bits::default(), Bits::default());
        let takes_row = Kind::of(&op.change) == Some(Kind::Row) && op.path.as_row().is_some();
        for number in shown.iter() {
            let other = &self.typed[number];
            if is_replaced_by(&other.op, &op) {
                past.extend(&other.past);
                past.insert(number);
            }
            if takes_row && other.op.path.is_below(&op.path) {
                beneath.extend(&other.past);
                beneath.insert(number);
            }
        }
        let number = self.typed.len();
        self.numbers.insert(op.id(), number);
        self.typed.push(Typed {
            op,
            past,
            beneath,
            saved: false,
            withdrawn: false,
            received: false,
            copies: 0,
            exposed: false,
        });
        number
    }

    /// Compares a merged case with what should have come out of the same ops.
    pub(crate) fn compare(&self, case: &Case) -> Result<(), String> {
        let reference = Reference::of(self, case);
        for ((path, kind), ops) in &reference.registers {
            // Rows are added side by side: nothing at the repeat itself replaces anything.
            if *kind == Kind::Row && path.as_row().is_none() {
                continue;
            }
            let heads: Vec<OpId> = case.heads(path, *kind).iter().map(|op| op.id()).collect();
            let mut expected = reference.ids(&reference.heads(ops));
            expected.sort();
            if heads != expected {
                return Err(format!(
                    "{kind:?} at {path} of {}: heads are {heads:?}, by what people saw {expected:?}",
                    case.id().region
                ));
            }
        }
        reference.compare_answers(case)?;
        reference.compare_rows(case)?;
        reference.compare_conflicts(case)
    }
}

/// Whether an op of somebody who saw `old` puts `new` in its place. Rows are added side by side.
fn is_replaced_by(old: &Op, new: &Op) -> bool {
    let (Some(kind), Some(old_kind)) = (Kind::of(&new.change), Kind::of(&old.change)) else {
        return false;
    };
    let competes = kind != Kind::Row || new.path.as_row().is_some();
    competes && kind == old_kind && new.path == old.path
}

/// One case by the book: every register with the numbers of its ops.
struct Reference<'a> {
    truth: &'a Truth,
    registers: BTreeMap<(Path, Kind), Vec<usize>>,
}

impl<'a> Reference<'a> {
    fn of(truth: &'a Truth, case: &Case) -> Reference<'a> {
        let mut registers: BTreeMap<(Path, Kind), Vec<usize>> = BTreeMap::new();
        for op in case.ops() {
            let number = truth.number(op.id()).expect("somebody typed it");
            if let Some(kind) = Kind::of(&op.change) {
                let of_kind = registers.entry((op.path.clone(), kind)).or_default();
                of_kind.push(number);
            }
        }
        Reference { truth, registers }
    }

    fn op(&self, number: usize) -> &Op {
        &self.truth.typed[number].op
    }

    fn ids(&self, numbers: &[usize]) -> Vec<OpId> {
        numbers.iter().map(|number| self.op(*number).id()).collect()
    }

    /// Those that no author of another of them had seen.
    fn heads(&self, ops: &[usize]) -> Vec<usize> {
        let is_seen = |number: usize| {
            let mut others = ops.iter();
            others.any(|other| self.truth.typed[*other].past.contains(number))
        };
        let heads = ops.iter().copied();
        heads.filter(|number| !is_seen(*number)).collect()
    }

    fn heads_at(&self, path: &Path, kind: Kind) -> Vec<usize> {
        let ops = self.registers.get(&(path.clone(), kind));
        ops.map_or_else(Vec::new, |ops| self.heads(ops))
    }

    /// The distinct answers of a register, and the one to show.
    fn answers(&self, ops: &[usize]) -> (Vec<Option<Answer>>, Option<Answer>) {
        let heads = self.heads(ops);
        let mut answers: Vec<Option<Answer>> = Vec::new();
        for head in &heads {
            let answer = answer_of(&self.op(*head).change);
            if !answers.contains(&answer) {
                answers.push(answer);
            }
        }
        let weight = |number: &&usize| {
            let op = self.op(**number);
            (op.role.rank(), op.lamport, op.id())
        };
        let first = heads.iter().max_by_key(weight);
        let shown = first.and_then(|number| answer_of(&self.op(*number).change));
        (answers, shown)
    }

    fn compare_answers(&self, case: &Case) -> Result<(), String> {
        for ((path, kind), ops) in &self.registers {
            if *kind != Kind::Value {
                continue;
            }
            let (answers, shown) = self.answers(ops);
            let is_conflict = matches!(case.merged(path), Merged::Conflict(_));
            if case.answer(path) != shown || is_conflict != (1 < answers.len()) {
                return Err(format!(
                    "{path} of {} shows {:?} (conflict: {is_conflict}), expected {shown:?} of {answers:?}",
                    case.id().region,
                    case.answer(path),
                ));
            }
        }
        Ok(())
    }

    fn row_stands(&self, row: &Path) -> bool {
        let acts = self.heads_at(row, Kind::Row);
        let is_kept = |number: &usize| self.op(*number).change == Change::AddRow;
        if acts.is_empty() || acts.iter().any(is_kept) {
            return true;
        }
        let beneath = self
            .registers
            .iter()
            .filter(|((path, _), _)| path.is_below(row));
        let mut heads = beneath.flat_map(|(_, ops)| self.heads(ops));
        // A removal that another one agreed with still stands for what its author had seen.
        let acts = &self.registers[&(row.clone(), Kind::Row)];
        let is_removal = |number: &&usize| self.op(**number).change == Change::RemoveRow;
        let removals: Vec<&usize> = acts.iter().filter(is_removal).collect();
        heads.any(|head| {
            let mut removals = removals.iter();
            removals.all(|removal| !self.truth.typed[**removal].beneath.contains(head))
        })
    }

    fn compare_rows(&self, case: &Case) -> Result<(), String> {
        for ((path, kind), ops) in &self.registers {
            if *kind != Kind::Row || path.as_row().is_some() {
                continue;
            }
            let stands = |number: &&usize| self.row_stands(&path.row(self.op(**number).id()));
            let mut rows: Vec<&Op> = ops.iter().filter(stands).map(|row| self.op(*row)).collect();
            rows.sort_by_key(|op| (op.lamport, op.id()));
            let rows: Vec<OpId> = rows.iter().map(|op| op.id()).collect();
            if case.rows(path) != rows {
                return Err(format!(
                    "rows of {path} in {} are {:?}, expected {rows:?}",
                    case.id().region,
                    case.rows(path)
                ));
            }
        }
        Ok(())
    }

    fn compare_conflicts(&self, case: &Case) -> Result<(), String> {
        let is_added = |row: &Path| {
            let Some((repeat, id)) = row.as_row() else {
                return false;
            };
            let adds = self.registers.get(&(repeat, Kind::Row));
            adds.is_some_and(|adds| self.ids(adds).contains(&id))
        };
        let stands = |path: &Path| {
            let rows = path.rows();
            rows.iter().all(|row| is_added(row) && self.row_stands(row))
        };
        let mut expected = Vec::new();
        for ((path, kind), ops) in &self.registers {
            let is_open = match kind {
                Kind::Value => stands(path) && 1 < self.answers(ops).0.len(),
                Kind::Row if path.as_row().is_some() => {
                    let heads = self.heads(ops);
                    let is_removal = |head: &usize| self.op(*head).change == Change::RemoveRow;
                    heads.iter().any(is_removal) && self.row_stands(path)
                }
                Kind::Row | Kind::Review => false,
            };
            if is_open {
                expected.push((path.clone(), *kind));
            }
        }
        let found = case.conflicts().into_iter();
        let found: Vec<(Path, Kind)> = found.map(|open| (open.path, open.kind)).collect();
        match found == expected {
            true => Ok(()),
            false => Err(format!(
                "conflicts of {} are {found:?}, expected {expected:?}",
                case.id().region
            )),
        }
    }
}

/// Everything of a case that a person at this phone can see now.
pub(crate) fn shown(truth: &Truth, case: Option<&Case>) -> Bits {
    let mut bits = Bits::default();
    for op in case.into_iter().flat_map(Case::ops) {
        if let Some(number) = truth.number(op.id()) {
            bits.insert(number);
        }
    }
    bits
}

/// A case built from the same ops in another order.
pub(crate) fn rebuilt(case: &Case, id: CaseId) -> Case {
    let mut other = Case::new(id);
    let mut ops: Vec<&Op> = case.ops().collect();
    ops.sort_by_key(|op| std::cmp::Reverse((op.counter, op.id())));
    for op in ops {
        other.insert(op.clone());
    }
    other
}
