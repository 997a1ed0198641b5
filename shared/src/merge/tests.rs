use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::answers::{Evidence, OpBody, Review, Submission, Value};
use crate::ids::{AccountId, BootId, DeviceId, QuestionnaireId, RoundId, VisitId};
use crate::time::Millis;

fn case_id() -> CaseId {
    CaseId {
        round: RoundId([1; 16]),
        region: "53.21.03.2003".parse().unwrap(),
    }
}

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

/// One author with an own replica.
struct Author {
    number: u8,
    role: Role,
    counter: u64,
    case: Case,
}

impl Author {
    fn new(number: u8, role: Role) -> Author {
        Author {
            number,
            role,
            counter: 0,
            case: Case::new(case_id()),
        }
    }

    fn write(&mut self, path: &Path, change: Change) -> Op {
        self.counter += 1;
        let context = self.case.context(path, &change, &[]);
        let op = Op::new(OpBody {
            case: case_id(),
            path: path.clone(),
            change,
            source: None,
            seen: context.seen,
            lamport: context.lamport,
            written: Evidence {
                wall: Millis(0),
                zone_minutes: 420,
                monotonic_ms: 0,
                boot: BootId([0; 16]),
                visit: VisitId([0; 16]),
            },
            author: AccountId([self.number; 16]),
            role: self.role,
            device: DeviceId([self.number; 16]),
            counter: self.counter,
            questionnaire: QuestionnaireId([0; 16]),
            app_version: "0.1.0".to_owned(),
        });
        assert!(self.case.insert(op.clone()));
        op
    }

    fn set(&mut self, path: &Path, number: i64) -> Op {
        self.write(path, Change::Set(Value::Integer(number)))
    }

    fn learn(&mut self, from: &Author) {
        from.case
            .ops()
            .cloned()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|op| {
                self.case.insert(op);
            });
    }
}

fn integer(number: i64) -> Option<Answer> {
    Some(Answer::Value(Value::Integer(number)))
}

#[test]
fn later_answer_replaces_the_one_it_saw() {
    let mut ani = Author::new(1, Role::Enumerator);
    let place = path("/c/penenun");
    ani.set(&place, 48);
    ani.set(&place, 84);
    assert_eq!(ani.case.answer(&place), integer(84));
    assert_eq!(ani.case.conflicts(), vec![]);
    assert_eq!(ani.case.history(&place).len(), 2);
}

#[test]
fn answers_unseen_by_each_other_conflict_until_one_saw_both() {
    let (mut ani, mut budi) = (
        Author::new(1, Role::Enumerator),
        Author::new(2, Role::Enumerator),
    );
    let place = path("/c/penenun");
    ani.set(&place, 84);
    budi.set(&place, 48);
    ani.learn(&budi);
    budi.learn(&ani);
    assert_eq!(ani.case, budi.case);
    assert_eq!(ani.case.conflicts().len(), 1);
    let mut citra = Author::new(3, Role::Supervisor);
    citra.learn(&ani);
    citra.set(&place, 84);
    assert_eq!(citra.case.conflicts(), vec![]);
    // An edit made at the same time reopens it; the supervisor's answer is the provisional one.
    budi.set(&place, 50);
    citra.learn(&budi);
    assert_eq!(citra.case.conflicts().len(), 1);
    assert_eq!(citra.case.answer(&place), integer(84));
}

#[test]
fn equal_answers_of_two_people_are_no_conflict() {
    let (mut ani, mut budi) = (
        Author::new(1, Role::Enumerator),
        Author::new(2, Role::Enumerator),
    );
    let place = path("/c/penenun");
    ani.set(&place, 84);
    budi.set(&place, 84);
    ani.learn(&budi);
    assert_eq!(ani.case.conflicts(), vec![]);
    assert_eq!(ani.case.answer(&place), integer(84));
}

#[test]
fn unknown_against_a_number_is_a_conflict() {
    let (mut ani, mut budi) = (
        Author::new(1, Role::Enumerator),
        Author::new(2, Role::Enumerator),
    );
    let place = path("/c/penenun");
    ani.set(&place, 84);
    budi.write(&place, Change::Unknown);
    ani.learn(&budi);
    assert_eq!(ani.case.conflicts().len(), 1);
}

#[test]
fn removed_row_stays_while_an_unseen_edit_lives_in_it() {
    let (mut ani, mut budi) = (
        Author::new(1, Role::Enumerator),
        Author::new(2, Role::Enumerator),
    );
    let repeat = path("/e/tanaman");
    let row = repeat.row(ani.write(&repeat, Change::AddRow).id());
    ani.set(&row.child("luas"), 10);
    budi.learn(&ani);
    ani.write(&row, Change::RemoveRow);
    assert_eq!(ani.case.rows(&repeat), vec![]);
    assert!(ani.case.answers().answers.is_empty());
    budi.set(&row.child("luas"), 12);
    budi.learn(&ani);
    assert_eq!(
        budi.case.rows(&repeat).len(),
        1,
        "the unseen edit keeps the row"
    );
    assert_eq!(budi.case.conflicts().len(), 1);
    assert_eq!(budi.case.answer(&row.child("luas")), integer(12));
    ani.learn(&budi);
    ani.write(&row, Change::RemoveRow);
    assert_eq!(
        ani.case.rows(&repeat),
        vec![],
        "now the removal has seen all"
    );
    assert_eq!(ani.case.conflicts(), vec![]);
    // Undo: the row comes back with what was in it.
    ani.write(&row, Change::AddRow);
    assert_eq!(ani.case.rows(&repeat).len(), 1);
    assert_eq!(ani.case.answer(&row.child("luas")), integer(12));
    assert_eq!(ani.case.conflicts(), vec![]);
}

#[test]
fn a_removal_that_another_one_agrees_with_still_counts() {
    let new = |number| Author::new(number, Role::Enumerator);
    let (mut ani, mut budi, mut citra) = (new(1), new(2), new(3));
    let repeat = path("/e/tanaman");
    let row = repeat.row(ani.write(&repeat, Change::AddRow).id());
    citra.learn(&ani);
    budi.learn(&ani);
    // Ani takes the row away with Budi's number in it, which never reaches Citra.
    budi.set(&row.child("luas"), 12);
    ani.learn(&budi);
    let removal = ani.write(&row, Change::RemoveRow);
    citra.set(&row.child("harga"), 5);
    citra.case.insert(removal);
    assert_eq!(
        citra.case.rows(&repeat).len(),
        1,
        "Ani had not seen the price"
    );
    citra.write(&row, Change::RemoveRow);
    citra.learn(&ani);
    assert_eq!(citra.case.rows(&repeat), vec![]);
    assert_eq!(citra.case.conflicts(), vec![]);
}

#[test]
fn rows_added_by_two_phones_both_stand() {
    let (mut ani, mut budi) = (
        Author::new(1, Role::Enumerator),
        Author::new(2, Role::Enumerator),
    );
    let repeat = path("/e/tanaman");
    let first = ani.write(&repeat, Change::AddRow).id();
    let second = ani.write(&repeat, Change::AddRow).id();
    let other = budi.write(&repeat, Change::AddRow).id();
    ani.learn(&budi);
    let rows = ani.case.rows(&repeat);
    assert_eq!(rows.len(), 3);
    assert!(rows.contains(&other));
    let place = |id| rows.iter().position(|row| *row == id);
    assert!(
        place(first) < place(second),
        "rows of one author keep their order"
    );
}

#[test]
fn note_counts_for_the_answer_it_was_written_at() {
    let mut ani = Author::new(1, Role::Enumerator);
    let place = path("/c/penenun");
    ani.set(&place, 840);
    ani.write(
        &place,
        Change::Comment("termasuk pembuat batu bata".to_owned()),
    );
    assert_eq!(
        ani.case.answers().notes[&place],
        vec!["termasuk pembuat batu bata"]
    );
    ani.set(&place, 900);
    assert!(ani.case.answers().notes.is_empty());
    assert_eq!(
        ani.case.comments(&place).len(),
        1,
        "the comment itself stays"
    );
}

fn modules(names: &[&str]) -> Set<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn submit(author: &mut Author, names: &[&str]) {
    let digest = author.case.content_digest();
    let modules = names.iter().map(|name| (*name).to_owned()).collect();
    let review = Review::Submit(Submission { digest, modules });
    author.write(&Path::root(), Change::Review(review));
}

#[test]
fn case_goes_from_assigned_to_approved() {
    let assigned = modules(&["a", "c"]);
    let status = |author: &Author| author.case.state(&modules(&["a", "c"])).status;
    let (mut ani, mut citra) = (
        Author::new(1, Role::Enumerator),
        Author::new(3, Role::Supervisor),
    );
    assert_eq!(status(&ani), Status::Assigned);
    let place = path("/c/penenun");
    ani.set(&place, 840);
    assert_eq!(status(&ani), Status::Started);
    submit(&mut ani, &["a"]);
    assert_eq!(status(&ani), Status::Started, "module c is missing");
    submit(&mut ani, &["c"]);
    assert_eq!(status(&ani), Status::Submitted);
    citra.learn(&ani);
    citra.write(&place, Change::Comment("periksa lagi".to_owned()));
    let digest = citra.case.content_digest();
    let questions = vec![place.clone()];
    citra.write(
        &Path::root(),
        Change::Review(Review::Return {
            digest,
            questions,
            reason: String::new(),
        }),
    );
    let state = citra.case.state(&assigned);
    assert_eq!(state.status, Status::Returned);
    assert_eq!(state.submitted_modules, modules(&["a"]));
    assert!(state.returned[0].comment.is_some());
    ani.learn(&citra);
    ani.set(&place, 84);
    submit(&mut ani, &["c"]);
    assert_eq!(status(&ani), Status::Submitted);
    citra.learn(&ani);
    let digest = citra.case.content_digest();
    citra.write(&Path::root(), Change::Review(Review::Approve { digest }));
    assert_eq!(status(&citra), Status::Approved);
    assert!(!citra.case.state(&assigned).changed_since_approval);
    ani.learn(&citra);
    ani.set(&place, 85);
    let late = ani.case.state(&assigned);
    assert_eq!(
        (late.status, late.changed_since_approval),
        (Status::Approved, true)
    );
}

#[test]
fn return_weighs_more_than_an_approval_made_at_the_same_time() {
    let (mut citra, mut dedi) = (
        Author::new(3, Role::Supervisor),
        Author::new(4, Role::Regency),
    );
    citra.set(&path("/a/x"), 1);
    submit(&mut citra, &["a"]);
    dedi.learn(&citra);
    let digest = citra.case.content_digest();
    let review = Review::Return {
        digest,
        questions: vec![],
        reason: "ulang".to_owned(),
    };
    citra.write(&Path::root(), Change::Review(review));
    dedi.write(&Path::root(), Change::Review(Review::Approve { digest }));
    dedi.learn(&citra);
    assert_eq!(dedi.case.state(&modules(&["a"])).status, Status::Returned);
}

/// What a generated history does next.
#[derive(Debug, Clone)]
enum Step {
    Set {
        author: usize,
        question: u8,
        number: i64,
    },
    Unset {
        author: usize,
        question: u8,
    },
    AddRow {
        author: usize,
    },
    SetInRow {
        author: usize,
        row: u8,
        number: i64,
    },
    RemoveRow {
        author: usize,
        row: u8,
    },
    Learn {
        author: usize,
        from: usize,
    },
}

const AUTHORS: usize = 4;

fn step() -> impl Strategy<Value = Step> {
    let author = 0..AUTHORS;
    prop_oneof![
        3 => (author.clone(), 0..3_u8, 0..3_i64)
            .prop_map(|(author, question, number)| Step::Set { author, question, number }),
        1 => (author.clone(), 0..3_u8).prop_map(|(author, question)| Step::Unset { author, question }),
        1 => author.clone().prop_map(|author| Step::AddRow { author }),
        2 => (author.clone(), 0..3_u8, 0..3_i64)
            .prop_map(|(author, row, number)| Step::SetInRow { author, row, number }),
        1 => (author.clone(), 0..3_u8).prop_map(|(author, row)| Step::RemoveRow { author, row }),
        3 => (author.clone(), author).prop_map(|(author, from)| Step::Learn { author, from }),
    ]
}

/// Plays a history; gives all ops and each op's full past as the author knew it.
fn play(steps: &[Step]) -> (Vec<Op>, BTreeMap<OpId, BTreeSet<OpId>>) {
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
    let repeat = path("/e/tanaman");
    for step in steps {
        let (author, place, change) = match *step {
            Step::Set {
                author,
                question,
                number,
            } => (
                author,
                path(&format!("/a/q{question}")),
                Change::Set(Value::Integer(number)),
            ),
            Step::Unset { author, question } => {
                (author, path(&format!("/a/q{question}")), Change::Unset)
            }
            Step::AddRow { author } => (author, repeat.clone(), Change::AddRow),
            Step::SetInRow { author, row, .. } | Step::RemoveRow { author, row } => {
                let rows = authors[author].case.rows(&repeat);
                let Some(id) = rows.get(usize::from(row)) else {
                    continue;
                };
                match *step {
                    Step::SetInRow { number, .. } => (
                        author,
                        repeat.row(*id).child("luas"),
                        Change::Set(Value::Integer(number)),
                    ),
                    _ => (author, repeat.row(*id), Change::RemoveRow),
                }
            }
            Step::Learn { author, from } => {
                let known: Vec<Op> = authors[from].case.ops().cloned().collect();
                for op in known {
                    authors[author].case.insert(op);
                }
                continue;
            }
        };
        let before = authors[author].case.ops().map(Op::id).collect();
        let op = authors[author].write(&place, change);
        past.insert(op.id(), before);
    }
    let mut ops: BTreeMap<OpId, Op> = BTreeMap::new();
    for author in &authors {
        ops.extend(author.case.ops().map(|op| (op.id(), op.clone())));
    }
    (ops.into_values().collect(), past)
}

fn merged(ops: &[Op]) -> Case {
    let mut case = Case::new(case_id());
    for op in ops {
        case.insert(op.clone());
    }
    case
}

proptest! {
    #[test]
    fn any_order_and_repetition_gives_the_same_case(
        steps in prop::collection::vec(step(), 0..40),
        order in any::<u64>(),
    ) {
        let (ops, _) = play(&steps);
        let straight = merged(&ops);
        let mut shuffled: Vec<Op> = ops.iter().chain(&ops).cloned().collect();
        shuffled.sort_by_key(|op| {
            u64::from_be_bytes(op.id().0[..8].try_into().unwrap()).wrapping_mul(order | 1)
        });
        let other = merged(&shuffled);
        prop_assert_eq!(straight.answers(), other.answers());
        prop_assert_eq!(straight.conflicts(), other.conflicts());
        prop_assert_eq!(straight.sync_digest(), other.sync_digest());
        prop_assert_eq!(straight, other);
    }

    #[test]
    fn merging_commutes_and_associates(
        steps in prop::collection::vec(step(), 0..40), cut in 0..40_usize, second in 0..40_usize,
    ) {
        let (ops, _) = play(&steps);
        let (left, rest) = ops.split_at(cut.min(ops.len()));
        let (middle, right) = rest.split_at(second.min(rest.len()));
        let forward = merged(&[left, middle, right].concat());
        let backward = merged(&[right, left, middle].concat());
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn heads_are_the_maximal_elements_of_true_causality(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let (ops, past) = play(&steps);
        let case = merged(&ops);
        let mut registers: BTreeMap<(Path, Kind), Vec<OpId>> = BTreeMap::new();
        for op in &ops {
            let kind = Kind::of(&op.change).unwrap();
            registers.entry((op.path.clone(), kind)).or_default().push(op.id());
        }
        for ((place, kind), ids) in registers {
            if place.as_str() == "/e/tanaman" {
                continue; // rows stand side by side: each is its own head
            }
            let maximal: BTreeSet<OpId> = ids
                .iter()
                .filter(|id| !ids.iter().any(|other| past[other].contains(id)))
                .copied()
                .collect();
            let heads: BTreeSet<OpId> = case.heads(&place, kind).iter().map(|op| op.id()).collect();
            prop_assert_eq!(heads, maximal, "{} {:?}", place, kind);
        }
    }

    #[test]
    fn no_typed_value_leaves_without_an_op_that_saw_it(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let (ops, past) = play(&steps);
        let case = merged(&ops);
        for op in ops.iter().filter(|op| matches!(op.change, Change::Set(_))) {
            let shown = case.is_standing(&op.path)
                && case.heads(&op.path, Kind::Value).iter().any(|head| head.id() == op.id());
            let replaced = ops.iter().any(|other| {
                past[&other.id()].contains(&op.id())
                    && (other.path == op.path || op.path.is_below(&other.path))
            });
            prop_assert!(shown || replaced, "{:?} vanished", op);
        }
    }

    #[test]
    fn withdrawing_an_op_is_as_if_it_never_came(steps in prop::collection::vec(step(), 1..30)) {
        let (ops, _) = play(&steps);
        let seen: BTreeSet<OpId> = ops.iter().flat_map(|op| op.seen.clone()).collect();
        let Some(unseen) = ops.iter().find(|op| !seen.contains(&op.id())) else { return Ok(()) };
        let mut case = merged(&ops);
        case.withdraw(unseen.id());
        let without: Vec<Op> = ops.iter().filter(|op| op.id() != unseen.id()).cloned().collect();
        prop_assert_eq!(case, merged(&without));
    }
}

#[test]
fn a_case_stands_on_the_last_version_that_somebody_wrote_under() {
    let version = |number| QuestionnaireId([number; 16]);
    let mut author = Author::new(1, Role::Enumerator);
    // Nobody began: the newest.
    assert_eq!(author.case.version(&[version(0), version(9)]), version(9));
    author.write(&path("/a"), Change::Set(Value::Integer(1)));
    assert_eq!(author.case.version(&[version(0), version(9)]), version(0));
    // What was written under a version that the round does not have counts for the newest.
    assert_eq!(author.case.version(&[version(8), version(9)]), version(9));
}
