//! Two rows with one key made one: nothing that either says is lost, and all of it can be taken back.

use proptest::prelude::*;

use super::*;
use crate::answers::AnswerSet;

const REPEAT: &str = "/e/tanaman";

fn text(value: &str) -> Change {
    Change::Set(Value::Text(value.to_owned()))
}

/// Two rows "jagung" of one person.
fn two_rows() -> (Author, Path, Path) {
    let mut budi = Author::new(1, Role::Enumerator);
    let repeat = path(REPEAT);
    let rows = [0, 1].map(|_| {
        let row = repeat.row(budi.write(&repeat, Change::AddRow).id());
        budi.write(&row.child("komoditas"), text("jagung"));
        row
    });
    let [first, second] = rows;
    (budi, first, second)
}

fn join(author: &mut Author, joining: &Joining, chosen: &[(Path, Change)]) -> Vec<Back> {
    let mut whole = joining.clone();
    for (path, change) in chosen {
        author.case.choose(&mut whole, path, change.clone());
    }
    let mut write = |path: &Path, change: Change| Some(author.write(path, change).id());
    whole.write(&mut write).unwrap()
}

fn take_back(author: &mut Author, back: &[Back]) {
    for step in back {
        if author.case.takes_back(step) {
            author.write(&step.0, step.1.clone());
        }
    }
}

#[test]
fn what_was_typed_since_is_not_taken_back() {
    let (mut budi, first, second) = two_rows();
    budi.set(&second.child("luas"), 3);
    budi.set(&second.child("hasil"), 7);
    let joining = budi.case.joining(&second.child("komoditas")).unwrap();
    let back = join(&mut budi, &joining, &[]);
    budi.set(&first.child("luas"), 4);
    take_back(&mut budi, &back);
    let four = Some(Answer::Value(Value::Integer(4)));
    assert_eq!(budi.case.answer(&first.child("luas")), four);
    assert_eq!(budi.case.answer(&first.child("hasil")), None);
    assert!(budi.case.is_standing(&second));
}

#[test]
fn what_only_the_later_row_says_is_carried_with_its_note() {
    let (mut budi, first, second) = two_rows();
    budi.set(&first.child("luas"), 3);
    budi.set(&second.child("produksi"), 7);
    budi.write(
        &second.child("produksi"),
        Change::Comment("dua kali panen".to_owned()),
    );
    budi.write(&second.child("harga"), Change::Unknown);
    let before = budi.case.answers();
    let joining = budi.case.joining(&second.child("komoditas")).unwrap();
    assert_eq!((&joining.from, &joining.into), (&second, &first));
    assert!(joining.differing.is_empty());
    let back = join(&mut budi, &joining, &[]);
    let after = budi.case.answers();
    assert_eq!(after.rows[&path(REPEAT)].len(), 1);
    assert_eq!(
        budi.case.answer(&first.child("luas")),
        Some(Answer::Value(Value::Integer(3)))
    );
    assert_eq!(
        budi.case.answer(&first.child("produksi")),
        Some(Answer::Value(Value::Integer(7)))
    );
    assert_eq!(
        budi.case.answer(&first.child("harga")),
        Some(Answer::Unknown)
    );
    assert_eq!(after.notes[&first.child("produksi")], ["dua kali panen"]);
    assert!(budi.case.conflicts().is_empty());
    take_back(&mut budi, &back);
    let again = budi.case.answers();
    assert_eq!((again.answers, again.rows), (before.answers, before.rows));
}

#[test]
fn a_person_chooses_where_they_differ_and_in_a_conflict() {
    let (mut budi, first, second) = two_rows();
    budi.set(&first.child("luas"), 3);
    budi.set(&second.child("luas"), 4);
    let mut sari = Author::new(2, Role::Enumerator);
    sari.learn(&budi);
    let ones = budi.set(&second.child("harga"), 10);
    let others = sari.set(&second.child("harga"), 20);
    budi.learn(&sari);
    let joining = budi.case.joining(&second.child("komoditas")).unwrap();
    let (harga, luas) = (second.child("harga"), second.child("luas"));
    assert_eq!(joining.differing, [harga.clone(), luas.clone()]);
    let mut prices = budi.case.rivals(&joining, &harga);
    prices.sort();
    let mut both = vec![ones.id(), others.id()];
    both.sort();
    assert_eq!(prices, both);
    let sizes = budi.case.rivals(&joining, &luas);
    assert_eq!(budi.case.get(sizes[0]).unwrap().path, first.child("luas"));
    let chosen = [
        (second.child("luas"), Change::Set(Value::Integer(4))),
        (second.child("harga"), Change::Set(Value::Integer(20))),
    ];
    join(&mut budi, &joining, &chosen);
    assert!(budi.case.conflicts().is_empty());
    assert_eq!(
        budi.case.answer(&first.child("luas")),
        Some(Answer::Value(Value::Integer(4)))
    );
    assert_eq!(
        budi.case.answer(&first.child("harga")),
        Some(Answer::Value(Value::Integer(20)))
    );
    assert!(!budi.case.is_standing(&second));
}

#[test]
fn notes_keep_settling_what_they_were_written_at_whoever_joins() {
    let (mut budi, first, second) = two_rows();
    let (panen, kosong, hp) = ("produksi", "harga", "hp");
    budi.set(&second.child(panen), 7);
    budi.set(&second.child(hp), 8);
    for (question, note) in [
        (panen, "dua kali"),
        (kosong, "tidak di rumah"),
        (hp, "milik Ani"),
    ] {
        budi.write(&second.child(question), Change::Comment(note.to_owned()));
    }
    let mut citra = Author::new(3, Role::Supervisor);
    citra.learn(&budi);
    let mut joining = citra.case.joining(&second.child("komoditas")).unwrap();
    joining.leave_out_notes(&|path| path.name() == hp);
    join(&mut citra, &joining, &[]);
    let notes = citra.case.answers().notes;
    assert_eq!(notes[&first.child(panen)], ["dua kali"]);
    assert_eq!(notes.get(&first.child(hp)), None, "others would read it");
    let carried = citra.case.comments(&first.child(kosong));
    assert_eq!(carried.len(), 1, "it explains why nothing is there");
    // What a reviewer says of another's answer is no note.
    let place = first.child("luas");
    budi.set(&place, 3);
    citra.learn(&budi);
    citra.write(&place, Change::Comment("periksa".to_owned()));
    assert_eq!(citra.case.answers().notes.get(&place), None);
}

#[test]
fn what_neither_row_asks_any_more_needs_no_choice() {
    let (mut budi, first, second) = two_rows();
    for (row, price, size) in [(&first, 10, 3), (&second, 20, 4)] {
        budi.set(&row.child("harga"), price);
        budi.set(&row.child("luas"), size);
    }
    let mut joining = budi.case.joining(&second.child("komoditas")).unwrap();
    let luas = first.child("luas");
    joining.settle_hidden(&|path| *path == luas);
    assert_eq!(joining.differing, [second.child("luas")]);
}

#[test]
fn what_another_wrote_meanwhile_keeps_the_row() {
    let (mut budi, _, second) = two_rows();
    let mut sari = Author::new(2, Role::Enumerator);
    sari.learn(&budi);
    sari.set(&second.child("luas"), 9);
    let joining = budi.case.joining(&second.child("komoditas")).unwrap();
    join(&mut budi, &joining, &[]);
    budi.learn(&sari);
    assert!(budi.case.is_standing(&second));
    assert_eq!(budi.case.conflicts().len(), 1);
}

#[test]
fn a_key_of_its_own_and_an_empty_one_join_nothing() {
    let (mut budi, first, second) = two_rows();
    assert_eq!(budi.case.joining(&first.child("komoditas")), None);
    budi.write(&second.child("komoditas"), text("padi"));
    assert_eq!(budi.case.joining(&second.child("komoditas")), None);
    budi.write(&second.child("komoditas"), Change::Unset);
    budi.write(&first.child("komoditas"), Change::Unset);
    assert_eq!(budi.case.joining(&second.child("komoditas")), None);
    assert_eq!(budi.case.joining(&path("/e/lain")), None);
}

/// Where a question lies in a row: by itself, or in one of the rows within.
type Place = (u8, Option<u8>);

/// What stands at questions of a row and of its inner rows, with the inner rows in their order.
fn told(set: &AnswerSet, row: &Path) -> (Vec<(String, Answer)>, usize) {
    let inner = set
        .rows
        .get(&row.child("panen"))
        .cloned()
        .unwrap_or_default();
    let mut lines = Vec::new();
    for (path, answer) in &set.answers {
        if path.is_below(row) {
            let mut text = path.as_str()[row.as_str().len()..].to_owned();
            for (at, id) in inner.iter().enumerate() {
                text = text.replace(&format!("[{id}]"), &format!("#{at}"));
            }
            lines.push((text, answer.clone()));
        }
    }
    lines.sort_by(|one, other| one.0.cmp(&other.0));
    (lines, inner.len())
}

proptest! {
    #[test]
    fn nothing_is_lost_and_all_of_it_comes_back(
        entries in prop::collection::vec((any::<bool>(), (0..3_u8, prop::option::of(0..2_u8)), 0..3_i64), 0..12),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 12),
    ) {
        let (mut budi, first, second) = two_rows();
        for (is_second, (question, inner), number) in entries {
            let _: Place = (question, inner);
            let row = if is_second { &second } else { &first };
            let place = match inner {
                None => row.clone(),
                Some(at) => {
                    let repeat = row.child("panen");
                    while budi.case.rows(&repeat).len() <= usize::from(at) {
                        budi.write(&repeat, Change::AddRow);
                    }
                    repeat.row(budi.case.rows(&repeat)[usize::from(at)])
                }
            };
            budi.set(&place.child(&format!("q{question}")), number);
        }
        let before = budi.case.answers();
        let (stays, goes) = (told(&before, &first), told(&before, &second));
        let joining = budi.case.joining(&second.child("komoditas")).unwrap();
        let chosen: Vec<(Path, Change)> = joining.differing.iter().zip(&picks).map(|(it, pick)| {
            let rivals = budi.case.rivals(&joining, it);
            let op = rivals[pick.index(rivals.len())];
            (it.clone(), budi.case.get(op).unwrap().change.clone())
        }).collect();
        let back = join(&mut budi, &joining, &chosen);
        let after = budi.case.answers();
        prop_assert!(budi.case.conflicts().is_empty());
        prop_assert_eq!(after.rows[&path(REPEAT)].len(), 1);
        let (whole, inner) = told(&after, &first);
        prop_assert_eq!(inner, stays.1 + goes.1);
        // Plain questions: the answer of one of the two, and the chosen one where they differ.
        for (question, answer) in stays.0.iter().chain(&goes.0).filter(|(q, _)| !q.contains('#')) {
            let now = &whole.iter().find(|(q, _)| q == question).unwrap().1;
            let at = second.as_str().to_owned() + question;
            match chosen.iter().find(|(path, _)| path.as_str() == at) {
                Some((_, change)) => prop_assert_eq!(Some(now.clone()), answer_of(change)),
                None => prop_assert_eq!(now, answer),
            }
        }
        // Rows within the row that went stand behind those that were there, as they were.
        for (question, answer) in goes.0.iter().filter(|(q, _)| q.contains('#')) {
            let at: usize = question.split('#').nth(1).unwrap()[..1].parse().unwrap();
            let moved = question.replace(&format!("#{at}"), &format!("#{}", at + stays.1));
            prop_assert!(whole.contains(&(moved, answer.clone())));
        }
        take_back(&mut budi, &back);
        let again = budi.case.answers();
        prop_assert_eq!(told(&again, &first), stays);
        prop_assert_eq!(told(&again, &second), goes);
    }
}
