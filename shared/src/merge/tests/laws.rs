//! Laws that generated histories hold, against a model that knows who really knew what.
//!
//! Always: the model asks full pasts and whole lists, never `seen` or the merge itself.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// What a generated history writes at a question.
#[derive(Debug, Clone)]
enum Entry {
    Number(i64),
    Unset,
    Unknown,
    Refused,
    Comment,
}

/// A question: on its own, in a row, or in a row of a row; rows by their place on the author's screen.
#[derive(Debug, Clone)]
enum Spot {
    Plain(u8),
    InRow(u8),
    InInnerRow(u8, u8),
}

#[derive(Debug, Clone)]
enum Act {
    Submit(Vec<&'static str>),
    Approve,
    Return(Vec<&'static str>),
    Reopen,
    Reject,
}

/// What a generated history does next.
#[derive(Debug, Clone)]
enum Step {
    Write {
        author: usize,
        spot: Spot,
        entry: Entry,
    },
    AddRow {
        author: usize,
        /// In this row, or in none.
        within: Option<u8>,
    },
    RemoveRow {
        author: usize,
        row: u8,
        inner: Option<u8>,
    },
    /// Of the rows of whose removal the author knows.
    KeepRow {
        author: usize,
        row: u8,
    },
    Review {
        author: usize,
        act: Act,
    },
    Learn {
        author: usize,
        from: usize,
    },
}

const AUTHORS: usize = 4;
const REPEAT: &str = "/e/tanaman";
const MODULES: [&str; 2] = ["a", "e"];

fn step() -> impl Strategy<Value = Step> {
    let author = 0..AUTHORS;
    let entry = prop_oneof![
        5 => (0..3_i64).prop_map(Entry::Number),
        1 => Just(Entry::Unset),
        1 => Just(Entry::Unknown),
        1 => Just(Entry::Refused),
        2 => Just(Entry::Comment),
    ];
    let spot = prop_oneof![
        4 => (0..2_u8).prop_map(Spot::Plain),
        3 => (0..2_u8).prop_map(Spot::InRow),
        3 => (0..2_u8, 0..2_u8).prop_map(|(row, inner)| Spot::InInnerRow(row, inner)),
    ];
    let some = || prop::sample::subsequence(&MODULES[..], 0..=2);
    let act = prop_oneof![
        3 => some().prop_map(Act::Submit),
        2 => Just(Act::Approve),
        2 => some().prop_map(Act::Return),
        1 => Just(Act::Reopen),
        1 => Just(Act::Reject),
    ];
    prop_oneof![
        6 => (author.clone(), spot, entry)
            .prop_map(|(author, spot, entry)| Step::Write { author, spot, entry }),
        2 => (author.clone(), prop::option::of(0..2_u8))
            .prop_map(|(author, within)| Step::AddRow { author, within }),
        2 => (author.clone(), 0..2_u8, prop::option::of(0..2_u8))
            .prop_map(|(author, row, inner)| Step::RemoveRow { author, row, inner }),
        1 => (author.clone(), 0..3_u8).prop_map(|(author, row)| Step::KeepRow { author, row }),
        2 => (author.clone(), act).prop_map(|(author, act)| Step::Review { author, act }),
        4 => (author.clone(), author).prop_map(|(author, from)| Step::Learn { author, from }),
    ]
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 0..most)
}

/// The row at that place of the author's screen, and a row in it.
fn row_on_screen(case: &Case, row: u8, inner: Option<u8>) -> Option<Path> {
    let nth = |repeat: Path, place: u8| {
        let id = *case.rows(&repeat).get(usize::from(place))?;
        Some(repeat.row(id))
    };
    let outer = nth(path(REPEAT), row)?;
    match inner {
        None => Some(outer),
        Some(inner) => nth(outer.child("panen"), inner),
    }
}

/// What the step writes, as the author sees the case; nothing where there is no such row.
fn written(case: &Case, step: &Step) -> Option<(Path, Change)> {
    Some(match step {
        Step::Write { spot, entry, .. } => {
            let place = match *spot {
                Spot::Plain(question) => path(&format!("/a/q{question}")),
                Spot::InRow(row) => row_on_screen(case, row, None)?.child("luas"),
                Spot::InInnerRow(row, inner) => {
                    row_on_screen(case, row, Some(inner))?.child("berat")
                }
            };
            let change = match entry {
                Entry::Number(number) => Change::Set(Value::Integer(*number)),
                Entry::Unset => Change::Unset,
                Entry::Unknown => Change::Unknown,
                Entry::Refused => Change::Refused,
                Entry::Comment => Change::Comment("catatan".to_owned()),
            };
            (place, change)
        }
        Step::AddRow { within: None, .. } => (path(REPEAT), Change::AddRow),
        Step::AddRow {
            within: Some(row), ..
        } => (
            row_on_screen(case, *row, None)?.child("panen"),
            Change::AddRow,
        ),
        Step::RemoveRow { row, inner, .. } => {
            (row_on_screen(case, *row, *inner)?, Change::RemoveRow)
        }
        Step::KeepRow { row, .. } => {
            let removed = case.ops().filter(|op| op.change == Change::RemoveRow);
            let removed: BTreeSet<&Path> = removed.map(|op| &op.path).collect();
            let place = (*removed.iter().nth(usize::from(*row))?).clone();
            (place, Change::AddRow)
        }
        Step::Review { act, .. } => {
            let digest = case.content_digest();
            let reason = String::new();
            let review = match act {
                Act::Submit(names) => Review::Submit(Submission {
                    digest,
                    modules: names.iter().map(|name| (*name).to_owned()).collect(),
                }),
                Act::Approve => Review::Approve { digest },
                Act::Return(names) => Review::Return {
                    digest,
                    questions: names
                        .iter()
                        .map(|name| path(&format!("/{name}/q0")))
                        .collect(),
                    reason,
                },
                Act::Reopen => Review::Reopen { digest, reason },
                Act::Reject => Review::Reject { digest, reason },
            };
            (Path::root(), Change::Review(review))
        }
        Step::Learn { .. } => return None,
    })
}

/// Everything that was written, and what each author knew when writing.
struct History {
    ops: Vec<Op>,
    past: BTreeMap<OpId, BTreeSet<OpId>>,
    authors: Vec<Author>,
}

fn play(steps: &[Step]) -> History {
    let roles = [
        Role::Enumerator,
        Role::Enumerator,
        Role::Supervisor,
        Role::Regency,
    ];
    let mut authors: Vec<Author> = roles
        .iter()
        .zip(1..)
        .map(|(role, number)| Author::new(number, *role))
        .collect();
    let mut past = BTreeMap::new();
    for step in steps {
        let author = match *step {
            Step::Learn { author, from } => {
                let known: Vec<Op> = authors[from].case.ops().cloned().collect();
                for op in known {
                    authors[author].case.insert(op);
                }
                continue;
            }
            Step::Write { author, .. }
            | Step::AddRow { author, .. }
            | Step::RemoveRow { author, .. }
            | Step::KeepRow { author, .. }
            | Step::Review { author, .. } => author,
        };
        let Some((place, change)) = written(&authors[author].case, step) else {
            continue;
        };
        let before = authors[author].case.ops().map(Op::id).collect();
        let op = authors[author].write(&place, change);
        past.insert(op.id(), before);
    }
    let mut ops: BTreeMap<OpId, Op> = BTreeMap::new();
    for author in &authors {
        ops.extend(author.case.ops().map(|op| (op.id(), op.clone())));
    }
    History {
        ops: ops.into_values().collect(),
        past,
        authors,
    }
}

impl History {
    fn knew(&self, later: &Op, earlier: &Op) -> bool {
        self.past[&later.id()].contains(&earlier.id())
    }

    /// Paths with their kinds, but for lists of rows, which stand side by side.
    fn registers(&self) -> BTreeSet<(Path, Kind)> {
        let kinds = self
            .ops
            .iter()
            .filter_map(|op| Some((op.path.clone(), Kind::of(&op.change)?)));
        kinds
            .filter(|(place, kind)| *kind != Kind::Row || place.as_row().is_some())
            .collect()
    }

    fn of(&self, place: &Path, kind: Kind) -> Vec<&Op> {
        let ops = self.ops.iter();
        ops.filter(|op| op.path == *place && Kind::of(&op.change) == Some(kind))
            .collect()
    }

    /// Those that nobody who wrote there later knew.
    fn maximal(&self, place: &Path, kind: Kind) -> Vec<&Op> {
        let ops = self.of(place, kind);
        let is_last = |op: &&&Op| !ops.iter().any(|other| self.knew(other, op));
        let last: Vec<&Op> = ops.iter().filter(is_last).copied().collect();
        match kind == Kind::Row && place.as_row().is_none() {
            true => ops,
            false => last,
        }
    }

    /// A row goes by removals only, all of what stands in it known to one of them; whoever kept it has the last word.
    fn row_stands(&self, row: &Path) -> bool {
        let last = self.maximal(row, Kind::Row);
        if last.is_empty() || last.iter().any(|op| op.change == Change::AddRow) {
            return true;
        }
        let acts = self.of(row, Kind::Row);
        let removals: Vec<&Op> = acts
            .into_iter()
            .filter(|op| op.change == Change::RemoveRow)
            .collect();
        let places: BTreeSet<(Path, Kind)> = self
            .ops
            .iter()
            .filter(|op| op.path.is_below(row))
            .filter_map(|op| Some((op.path.clone(), Kind::of(&op.change)?)))
            .collect();
        places
            .iter()
            .flat_map(|(place, kind)| self.maximal(place, *kind))
            .any(|op| !removals.iter().any(|removal| self.knew(removal, op)))
    }

    fn stands(&self, place: &Path) -> bool {
        place.rows().iter().all(|row| self.row_stands(row))
    }

    fn merged(&self) -> Case {
        merged(&self.ops)
    }
}

fn merged(ops: &[Op]) -> Case {
    let mut case = Case::new(case_id());
    for op in ops {
        case.insert(op.clone());
    }
    case
}

fn ids(ops: &[&Op]) -> BTreeSet<OpId> {
    ops.iter().map(|op| op.id()).collect()
}

/// Of the review acts, the decisions.
fn decision_weight(op: &Op) -> u8 {
    match &op.change {
        Change::Review(Review::Approve { .. }) => 1,
        Change::Review(Review::Reject { .. }) => 2,
        Change::Review(Review::Reopen { .. }) => 3,
        Change::Review(Review::Return { .. }) => 4,
        _ => 0,
    }
}

proptest! {
    #[test]
    fn any_order_and_repetition_gives_the_same_case(steps in steps(40), order in any::<u64>()) {
        let history = play(&steps);
        let straight = history.merged();
        let mut shuffled: Vec<Op> = history.ops.iter().chain(&history.ops).cloned().collect();
        shuffled.sort_by_key(|op| {
            u64::from_be_bytes(op.id().0[..8].try_into().unwrap()).wrapping_mul(order | 1)
        });
        let other = merged(&shuffled);
        prop_assert_eq!(straight.answers(), other.answers());
        prop_assert_eq!(straight.conflicts(), other.conflicts());
        prop_assert_eq!(straight.sync_digest(), other.sync_digest());
        prop_assert_eq!(straight.content_digest(), other.content_digest());
        prop_assert_eq!(straight.state(&modules(&MODULES)), other.state(&modules(&MODULES)));
        prop_assert_eq!(straight, other);
    }

    #[test]
    fn merging_commutes_and_associates(
        steps in steps(40), cut in 0..40_usize, second in 0..40_usize,
    ) {
        let ops = play(&steps).ops;
        let (left, rest) = ops.split_at(cut.min(ops.len()));
        let (middle, right) = rest.split_at(second.min(rest.len()));
        let forward = merged(&[left, middle, right].concat());
        let backward = merged(&[right, left, middle].concat());
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn whoever_has_learned_all_sees_the_same(steps in steps(60)) {
        let mut history = play(&steps);
        let whole = history.merged();
        for author in &mut history.authors {
            for op in &history.ops {
                author.case.insert(op.clone());
            }
            prop_assert_eq!(author.case.answers(), whole.answers());
            prop_assert_eq!(&author.case, &whole);
        }
    }

    #[test]
    fn heads_are_the_maximal_elements_of_true_causality(steps in steps(60)) {
        let history = play(&steps);
        let case = history.merged();
        for (place, kind) in history.registers() {
            let heads = ids(&case.heads(&place, kind));
            prop_assert_eq!(heads, ids(&history.maximal(&place, kind)), "{} {:?}", place, kind);
        }
    }

    #[test]
    fn answers_conflict_if_and_only_if_they_differ_unseen_by_each_other(steps in steps(60)) {
        let history = play(&steps);
        let case = history.merged();
        let conflicts = case.conflicts();
        let is_conflict = |place: &Path, kind: Kind| {
            conflicts.iter().any(|it| it.path == *place && it.kind == kind)
        };
        let mut answers = BTreeMap::new();
        for (place, kind) in history.registers() {
            let last = history.maximal(&place, kind);
            match kind {
                Kind::Value => {
                    let first = answer_of(&last[0].change);
                    let differ = last.iter().any(|op| answer_of(&op.change) != first);
                    let expected = differ && history.stands(&place);
                    prop_assert_eq!(is_conflict(&place, kind), expected, "{}", place);
                    let provisional = last
                        .iter()
                        .max_by_key(|op| (op.role.rank(), op.lamport, op.id()))
                        .and_then(|op| answer_of(&op.change));
                    prop_assert_eq!(case.answer(&place), provisional.clone(), "{}", place);
                    if let Some(answer) = provisional.filter(|_| history.stands(&place)) {
                        answers.insert(place, answer);
                    }
                }
                Kind::Row => {
                    let is_removed = last.iter().any(|op| op.change == Change::RemoveRow);
                    let expected = is_removed && history.stands(&place);
                    prop_assert_eq!(is_conflict(&place, kind), expected, "{}", place);
                }
                Kind::Review => prop_assert!(!is_conflict(&place, kind)),
            }
        }
        prop_assert_eq!(case.answers().answers.into_iter().collect::<BTreeMap<_, _>>(), answers);
    }

    #[test]
    fn rows_stand_until_somebody_who_knew_all_in_them_removes_them(steps in steps(60)) {
        let history = play(&steps);
        let case = history.merged();
        let lists: BTreeSet<&Path> = history
            .ops
            .iter()
            .filter(|op| op.change == Change::AddRow && op.path.as_row().is_none())
            .map(|op| &op.path)
            .collect();
        for repeat in lists {
            let added = history.of(repeat, Kind::Row);
            let rows = case.rows(repeat);
            for op in &added {
                let row = repeat.row(op.id());
                prop_assert_eq!(rows.contains(&op.id()), history.row_stands(&row), "{}", row);
                prop_assert_eq!(case.is_standing(&row), history.stands(&row), "{}", row);
            }
            // Whoever added a row to others saw it behind them.
            let place = |op: &Op| rows.iter().position(|row| *row == op.id());
            for (one, other) in added.iter().flat_map(|one| added.iter().map(move |other| (one, other))) {
                if let (Some(first), Some(second), true) = (place(one), place(other), history.knew(other, one)) {
                    prop_assert!(first < second);
                }
            }
            let shown = case.answers().rows.get(repeat).cloned();
            prop_assert_eq!(shown, history.stands(repeat).then_some(rows));
        }
    }

    #[test]
    fn no_typed_value_leaves_without_an_op_that_saw_it(steps in steps(60)) {
        let history = play(&steps);
        let case = history.merged();
        for op in history.ops.iter().filter(|op| answer_of(&op.change).is_some()) {
            let shown = case.is_standing(&op.path)
                && case.heads(&op.path, Kind::Value).iter().any(|head| head.id() == op.id());
            let replaced = history.ops.iter().filter(|other| history.knew(other, op)).any(|other| {
                let is_same = other.path == op.path && Kind::of(&other.change) == Some(Kind::Value);
                is_same || (other.change == Change::RemoveRow && op.path.is_below(&other.path))
            });
            prop_assert!(shown || replaced, "{:?} vanished", op);
        }
    }

    #[test]
    fn comments_stay_in_order_and_count_for_the_answer_they_were_written_at(steps in steps(60)) {
        let history = play(&steps);
        let case = history.merged();
        let notes = case.answers().notes;
        let written: Vec<&Op> = history
            .ops
            .iter()
            .filter(|op| matches!(op.change, Change::Comment(_)))
            .collect();
        let places: BTreeSet<&Path> = written.iter().map(|op| &op.path).collect();
        for place in places {
            let here: Vec<&Op> = written.iter().filter(|op| op.path == *place).copied().collect();
            let shown = case.comments(place);
            prop_assert_eq!(ids(&shown), ids(&here));
            for (at, one) in shown.iter().enumerate() {
                prop_assert!(!shown[at..].iter().any(|other| history.knew(one, other)));
            }
            let answers = history.maximal(place, Kind::Value);
            let counting = here
                .iter()
                .filter(|op| {
                    let is_own = answers.iter().all(|answer| answer.author == op.author);
                    op.role == Role::Enumerator || !answers.is_empty() && is_own
                })
                .filter(|op| answers.iter().all(|answer| history.knew(op, answer)))
                .count();
            let counted = notes.get(place).map_or(0, Vec::len);
            prop_assert_eq!(counted, counting, "{}", place);
        }
    }

    #[test]
    fn the_decision_that_counts_is_the_weightiest_that_no_other_knew(steps in steps(60)) {
        let history = play(&steps);
        let case = history.merged();
        let state = case.state(&modules(&MODULES));
        let acts = history.of(&Path::root(), Kind::Review);
        let decisions: Vec<&&Op> = acts.iter().filter(|op| decision_weight(op) != 0).collect();
        let winner = decisions
            .iter()
            .filter(|op| !decisions.iter().any(|other| history.knew(other, op)))
            .max_by_key(|op| (decision_weight(op), op.role.rank(), op.lamport, op.id()));
        prop_assert_eq!(state.decision.map(|decision| decision.op), winner.map(|op| op.id()));
        // What was submitted by somebody who knew the decision.
        let submitted = |is_fresh: bool| -> Set<String> {
            let counts = |op: &&&Op| !is_fresh || winner.is_none_or(|it| history.knew(op, it));
            let modules = acts.iter().filter(counts).filter_map(|op| match &op.change {
                Change::Review(Review::Submit(submission)) => Some(submission.modules.clone()),
                _ => None,
            });
            modules.flatten().collect()
        };
        let covers = |have: &Set<String>, need: &[&str]| {
            !have.is_empty() && modules(need).is_subset(have)
        };
        let expected = match winner.map(|op| &op.change) {
            Some(Change::Review(Review::Approve { digest })) => {
                let content: Set<OpId> = history
                    .ops
                    .iter()
                    .filter_map(|op| Some((op.path.clone(), Kind::of(&op.change)?)))
                    .filter(|(_, kind)| *kind != Kind::Review)
                    .flat_map(|(place, kind)| ids(&history.maximal(&place, kind)))
                    .collect();
                prop_assert_eq!(state.changed_since_approval, *digest != super::digest(&content));
                Status::Approved
            }
            Some(Change::Review(Review::Reject { .. })) => Status::Rejected,
            Some(Change::Review(Review::Return { questions, .. })) => {
                let named = |name: &&str| {
                    questions.is_empty() || questions.contains(&path(&format!("/{name}/q0")))
                };
                let needed: Vec<&str> = MODULES.into_iter().filter(named).collect();
                match covers(&submitted(true), &needed) {
                    true => Status::Submitted,
                    false => Status::Returned,
                }
            }
            Some(Change::Review(Review::Reopen { .. })) => match covers(&submitted(true), &MODULES) {
                true => Status::Submitted,
                false => Status::Started,
            },
            _ if covers(&submitted(false), &MODULES) => Status::Submitted,
            _ if history.ops.is_empty() => Status::Assigned,
            _ => Status::Started,
        };
        prop_assert_eq!(state.status, expected);
    }

    #[test]
    fn withdrawing_an_op_is_as_if_it_never_came(steps in steps(30)) {
        let ops = play(&steps).ops;
        let seen: BTreeSet<OpId> = ops.iter().flat_map(|op| op.seen.clone()).collect();
        for unseen in ops.iter().filter(|op| !seen.contains(&op.id())) {
            let mut case = merged(&ops);
            case.withdraw(unseen.id());
            let without: Vec<Op> = ops.iter().filter(|op| op.id() != unseen.id()).cloned().collect();
            prop_assert_eq!(case, merged(&without));
        }
    }
}
