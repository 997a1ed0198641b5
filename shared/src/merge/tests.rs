use super::*;
use crate::answers::{Evidence, OpBody, Review, Submission, Value};
use crate::ids::{AccountId, BootId, DeviceId, QuestionnaireId, RoundId, VisitId};
use crate::time::Millis;

mod joining;
mod laws;

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
fn a_row_in_a_row_that_was_edited_unseen_keeps_both() {
    let new = |number| Author::new(number, Role::Enumerator);
    let (mut ani, mut budi) = (new(1), new(2));
    let repeat = path("/e/tanaman");
    let outer = repeat.row(ani.write(&repeat, Change::AddRow).id());
    let harvests = outer.child("panen");
    let inner = harvests.row(ani.write(&harvests, Change::AddRow).id());
    let weight = inner.child("berat");
    ani.set(&weight, 10);
    budi.learn(&ani);

    // Ani takes the harvest away, then the plant; Budi weighs again meanwhile.
    ani.write(&inner, Change::RemoveRow);
    assert!(ani.case.is_standing(&outer));
    assert!(!ani.case.is_standing(&weight));
    ani.write(&outer, Change::RemoveRow);
    assert!(!ani.case.is_standing(&outer));
    budi.set(&weight, 12);
    ani.learn(&budi);
    assert!(ani.case.edited_unseen(&outer) && ani.case.edited_unseen(&inner));
    assert!(ani.case.is_standing(&weight));
    assert_eq!(ani.case.answer(&weight), integer(12));
    assert_eq!(ani.case.answers().rows[&harvests].len(), 1);
    assert_eq!(ani.case.conflicts().len(), 2, "one for each row");

    // Who has seen it and removes the plant removes all that is in it, and settles nothing of the harvest.
    ani.write(&outer, Change::RemoveRow);
    assert!(!ani.case.edited_unseen(&outer) && ani.case.edited_unseen(&inner));
    assert!(!ani.case.is_standing(&weight));
    assert_eq!(ani.case.conflicts(), vec![]);

    // The plant is kept after all: so is the harvest, which nobody removed who knew its weight.
    ani.write(&outer, Change::AddRow);
    assert!(ani.case.is_standing(&weight));
    assert_eq!(ani.case.conflicts().len(), 1, "the harvest is asked about");
    ani.write(&inner, Change::AddRow);
    assert_eq!(ani.case.conflicts(), vec![]);
    assert_eq!(ani.case.answers().answers[&weight], integer(12).unwrap());
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
fn a_return_stands_until_somebody_who_knew_of_it_finishes_again() {
    let assigned = modules(&["a", "c"]);
    let (mut ani, mut citra) = (
        Author::new(1, Role::Enumerator),
        Author::new(3, Role::Supervisor),
    );
    let place = path("/c/penenun");
    ani.set(&place, 840);
    submit(&mut ani, &["a", "c"]);
    citra.learn(&ani);
    let digest = citra.case.content_digest();
    let questions = vec![place.clone()];
    let reason = String::new();
    citra.write(
        &Path::root(),
        Change::Review(Review::Return {
            digest,
            questions,
            reason,
        }),
    );
    // Without signal, something else is mended and the work finished once more.
    ani.set(&path("/a/x"), 1);
    submit(&mut ani, &["a", "c"]);
    ani.learn(&citra);
    let state = ani.case.state(&assigned);
    assert_eq!(state.status, Status::Returned);
    assert_eq!(state.submitted_modules, modules(&["a"]));
    assert_eq!(state.returned[0].path, place);
    ani.set(&place, 84);
    submit(&mut ani, &["c"]);
    assert_eq!(ani.case.state(&assigned).status, Status::Submitted);
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
