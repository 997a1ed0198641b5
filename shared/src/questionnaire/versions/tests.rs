use proptest::prelude::*;

use super::*;
use crate::ids::OpId;
use crate::questionnaire::sheet::{Sheets, import};

const CHOICES: &str = "l,x,Satu\nl,y,Dua\nm,x,Satu\nm,z,Tiga\n";

fn form(survey: &str) -> Questionnaire {
    let imported = import(&Sheets {
        survey: format!("type,name,label,relevant,calculation\n{survey}"),
        choices: format!("list_name,name,label\n{CHOICES}"),
        ..Sheets::default()
    });
    let problems: Vec<String> = imported.problems.iter().map(ToString::to_string).collect();
    let form = imported.questionnaire;
    form.unwrap_or_else(|| panic!("{problems:#?}"))
}

fn check(old: &str, new: &str, expected: &[(&str, Change)]) {
    let found = compare(&form(old), &form(new));
    let found: Vec<(&str, Change)> = found
        .iter()
        .map(|each| (each.path.as_str(), each.change.clone()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn each_difference_has_its_place() {
    let same = "integer,a,A,,\ncalculate,b,,,${a} + 1\n";
    check(same, same, &[]);
    // Expressions name nodes by number; those that only stand further down are the same.
    check(
        same,
        &format!("text,c,C,,\n{same}"),
        &[("/c", Change::Added)],
    );
    check(
        "text,c,C,,\ninteger,a,A,,\n",
        "integer,a,A,,\n",
        &[("/c", Change::Removed)],
    );
    let from = "/a".to_owned();
    check(
        "integer,a,A,,\n",
        "begin_group,g,G,,\ninteger,a,A,,\nend_group,,,,\n",
        &[("/g", Change::Added), ("/g/a", Change::Moved { from })],
    );
    let (from, to) = (Kind::Integer, Kind::Decimal);
    check(
        "integer,a,A,,\n",
        "decimal,a,A,,\n",
        &[("/a", Change::OtherKind { from, to })],
    );
    check(
        "select_one l,a,A,,\n",
        "select_one m,a,A,,\n",
        &[
            ("/a", Change::ChoicesCame(vec!["z".to_owned()])),
            ("/a", Change::ChoicesVanished(vec!["y".to_owned()])),
        ],
    );
    check(
        "integer,a,A,,\n",
        "integer,a,B,,\n",
        &[("/a", Change::OtherTexts)],
    );
    check(
        same,
        "integer,a,A,,\ncalculate,b,,,${a} + 2\n",
        &[("/b", Change::OtherExpressions)],
    );
    check(
        "integer,a,A,,\ninteger,b,B,${a} = 1,\n",
        "integer,a,A,,\ninteger,b,B,,${a} = 1\n",
        &[("/b", Change::OtherExpressions)],
    );
    check(
        "integer,a,A,,\ninteger,b,B,,\nnote,n,N ${a},,\n",
        "integer,a,A,,\ninteger,b,B,,\nnote,n,N ${b},,\n",
        &[("/n", Change::OtherExpressions)],
    );
}

#[test]
fn an_outline_tells_what_came_went_and_moved() {
    let old = form("begin_group,g,G,,\ntext,a,A,,\ninteger,b,B,,\nend_group,,,,\n");
    let new = form("text,a,Lain,,\nbegin_group,g,G,,\ninteger,c,C,,\nend_group,,,,\n");
    let found: Vec<(String, Change)> = outline(&old, &new)
        .into_iter()
        .map(|each| (each.path, each.change))
        .collect();
    let moved = Change::Moved {
        from: "/g/a".to_owned(),
    };
    let expected = [
        ("/a", moved),
        ("/g/c", Change::Added),
        ("/g/b", Change::Removed),
    ];
    assert_eq!(
        found,
        expected.map(|(path, change)| (path.to_owned(), change))
    );
    // What changed within a question is told by `compare` alone.
    let all = compare(&old, &new);
    assert!(all.iter().any(|each| each.change == Change::OtherTexts));
}

fn answers(pairs: &[(&str, Value)]) -> AnswerSet {
    let mut set = AnswerSet::default();
    for (at, value) in pairs {
        set.answers
            .insert(at.parse().unwrap(), Answer::Value(value.clone()));
    }
    set
}

fn carried(old: &str, new: &str, at: &str, value: Value) -> String {
    let carried = carry(&form(old), &form(new), &answers(&[(at, value)]));
    let lexical = |answer: &Answer| answer.value().map(Value::lexical).unwrap_or_default();
    let stays = carried.stays.iter();
    let moves = carried.moves.iter();
    let parked = carried.parked.iter();
    let all = stays
        .map(|(_, answer)| format!("stays {}", lexical(answer)))
        .chain(moves.map(|(_, to, answer)| format!("moves {to} {}", lexical(answer))))
        .chain(parked.map(|(_, answer, reason)| format!("parked {} {reason:?}", lexical(answer))));
    all.collect::<Vec<_>>().join("; ")
}

#[test]
fn an_answer_stays_moves_or_is_parked_with_a_reason() {
    let number = Value::Integer(5);
    let choice = |name: &str| Value::Choice(name.to_owned());
    let check = |old: &str, new: &str, value: &Value, expected: &str| {
        assert_eq!(carried(old, new, "/a", value.clone()), expected, "{new}");
    };
    let integer = "integer,a,A,,\n";
    check(integer, integer, &number, "stays 5");
    check(integer, "decimal,a,A,,\n", &number, "stays 5");
    check(integer, "text,a,A,,\n", &number, "moves /a 5");
    check(integer, "date,a,A,,\n", &number, "parked 5 OtherKind");
    check(integer, "note,a,A,,\n", &number, "parked 5 OtherKind");
    check(integer, "text,b,B,,\n", &number, "parked 5 QuestionRemoved");
    let deeper = "begin_group,g,G,,\ninteger,a,A,,\nend_group,,,,\n";
    check(integer, deeper, &number, "moves /g/a 5");
    let rows = "begin_repeat,g,G,,\ninteger,a,A,,\nend_repeat,,,,\n";
    check(integer, rows, &number, "parked 5 MovedAcrossRows");
    let twice = format!("{deeper}begin_group,h,H,,\ninteger,a,A,,\nend_group,,,,\n");
    check(integer, &twice, &number, "parked 5 QuestionRemoved");
    let select = "select_one l,a,A,,\n";
    check(select, "select_one m,a,A,,\n", &choice("x"), "stays x");
    check(
        select,
        "select_one m,a,A,,\n",
        &choice("y"),
        "parked y ChoiceVanished",
    );
    check(
        select,
        "select_multiple m,a,A,,\n",
        &choice("x"),
        "moves /a x",
    );
    check(
        select,
        "select_multiple m,a,A,,\n",
        &choice("y"),
        "parked y ChoiceVanished",
    );
    check(select, "text,a,A,,\n", &choice("y"), "moves /a y");
    check(select, integer, &choice("y"), "parked y OtherKind");
}

#[test]
fn rows_stay_only_where_the_repeat_is_one_still() {
    let rows = "begin_repeat,g,G,,\ninteger,a,A,,\nend_repeat,,,,\n";
    let group = "begin_group,g,G,,\ninteger,a,A,,\nend_group,,,,\n";
    let row: Path = "/g".parse().unwrap();
    let at = row.row(OpId([7; 16])).child("a");
    let value = Value::Integer(1);
    assert_eq!(carried(rows, rows, at.as_str(), value.clone()), "stays 1");
    let parked = "parked 1 MovedAcrossRows";
    assert_eq!(carried(rows, group, at.as_str(), value.clone()), parked);
    assert_eq!(carried(group, rows, "/g/a", value), parked);
}

#[test]
fn unknown_and_refused_go_where_their_question_goes() {
    let mut set = AnswerSet::default();
    set.answers.insert("/a".parse().unwrap(), Answer::Unknown);
    let old = form("integer,a,A,,\n");
    let carried = carry(&old, &form("select_one l,a,A,,\n"), &set);
    assert_eq!(carried.stays.len(), 1);
    let carried = carry(
        &old,
        &form("begin_group,g,G,,\ndate,a,A,,\nend_group,,,,\n"),
        &set,
    );
    assert_eq!(carried.moves[0].2, Answer::Unknown);
}

/// A survey of a few questions by chance, some in groups and repeats.
fn sketch() -> impl Strategy<Value = String> {
    let kinds = [
        "integer",
        "decimal",
        "text",
        "select_one l",
        "select_one m",
        "date",
        "note",
    ];
    let row = (proptest::sample::select(kinds.to_vec()), 0..5_u8, 0..4_u8);
    proptest::collection::vec(row, 1..7).prop_map(|rows| {
        let mut seen = Vec::new();
        let mut text = String::new();
        for (kind, name, around) in rows {
            if seen.contains(&(name, around)) {
                continue;
            }
            seen.push((name, around));
            let row = format!("{kind},q{name},Q,,\n");
            let place = seen.len();
            text.push_str(&match around {
                0 => format!("begin_group,g{name},G,,\n{row}end_group,,,,\n"),
                1 => format!("begin_repeat,r{name},R,,\n{row}end_repeat,,,,\n"),
                2 => format!("begin_group,h{place},G,,\n{row}end_group,,,,\n"),
                _ => row,
            });
        }
        text
    })
}

/// An answer at every question, in two rows of repeats, by turns of some kinds.
fn filled(form: &Questionnaire, turn: u8) -> AnswerSet {
    let mut set = AnswerSet::default();
    let choice = |name: &str| Answer::Value(Value::Choice(name.to_owned()));
    let kinds = [
        Answer::Unknown,
        Answer::Value(Value::Integer(3)),
        Answer::Value(Value::Text("tiga".to_owned())),
        choice("x"),
        choice("y"),
        choice("z"),
    ];
    for index in 1..form.nodes.len() as NodeIndex {
        let node = form.node(index);
        if node.kind.is_container() {
            continue;
        }
        let answer = &kinds[(usize::from(turn) + index as usize) % kinds.len()];
        let path: Path = path_of(form, index).parse().unwrap();
        match node.repeat {
            None => {
                set.answers.insert(path, answer.clone());
            }
            Some(repeat) => {
                let repeat: Path = path_of(form, repeat).parse().unwrap();
                for row in [OpId([1; 16]), OpId([2; 16])] {
                    let path = repeat.row(row).child(&node.name);
                    set.answers.insert(path, answer.clone());
                }
            }
        }
    }
    set
}

#[test]
fn notes_go_with_their_question_and_rows_of_no_repeat_are_named() {
    let mut set = answers(&[("/a", Value::Integer(5))]);
    let row = OpId([7; 16]);
    set.rows.insert("/r".parse().unwrap(), vec![row]);
    for at in ["/a", "/b", "/c", "/r", "/"] {
        set.notes
            .insert(at.parse().unwrap(), vec![format!("note {at}")]);
    }
    let repeat = "begin_repeat,r,R,,\ninteger,x,X,,\nend_repeat,,,,\n";
    let old = format!("integer,a,A,,\ninteger,b,B,,\ninteger,c,C,,\n{repeat}");
    let deeper = "begin_group,g,G,,\ninteger,a,A,,\ninteger,b,B,,\nend_group,,,,\ninteger,c,C,,\n";
    let named = |new: &str| {
        let carried = carry(&form(&old), &form(new), &set);
        let notes = carried.notes.into_iter();
        let notes = notes.map(|(from, to, note)| format!("{from} {to} {note}"));
        (notes.collect::<Vec<_>>(), carried.rows)
    };
    assert_eq!(named(&old), (vec![], vec![]));
    let moved = vec!["/a /g/a note /a".to_owned(), "/b /g/b note /b".to_owned()];
    assert_eq!(named(&format!("{deeper}{repeat}")), (moved.clone(), vec![]));
    assert_eq!(named(deeper), (moved, vec![("/r".parse().unwrap(), row)]));
}

fn compared(old: &Sheets, new: &Sheets) -> Vec<(String, Change)> {
    let read = |sheets: &Sheets| import(sheets).questionnaire.unwrap();
    let found = compare(&read(old), &read(new)).into_iter();
    found.map(|each| (each.path, each.change)).collect()
}

fn sheets(survey: &str, choices: &str) -> Sheets {
    Sheets {
        survey: survey.to_owned(),
        choices: choices.to_owned(),
        ..Sheets::default()
    }
}

#[test]
fn triggers_cells_files_and_texts_by_id_are_compared() {
    let expressions = |at: &str| vec![(at.to_owned(), Change::OtherExpressions)];
    let trigger = |by: &str| {
        let rows = "integer,a,A,,\ninteger,b,B,,\n";
        sheets(
            &format!("type,name,label,calculation,trigger\n{rows}text,c,C,1,{by}\n"),
            "",
        )
    };
    assert_eq!(compared(&trigger("${a}"), &trigger("${a}")), []);
    assert_eq!(
        compared(&trigger("${a}"), &trigger("${b}")),
        expressions("/c")
    );

    let cells = |cell: &str, more: &str| {
        let choices = format!("list_name,name,label,k{more}\nl,x,X,{cell}\n");
        sheets("type,name,label\nselect_one l,a,A\n", &choices)
    };
    assert_eq!(compared(&cells("1", ""), &cells("1", ",m")), []);
    assert_eq!(
        compared(&cells("1", ""), &cells("2", "")),
        expressions("/a")
    );

    let file = |last: &str| {
        let rows: String = (0..20_001).map(|row| format!("{row},{row}\n")).collect();
        Sheets {
            files: [("d.csv".to_owned(), format!("name,label\n{rows}{last},L\n"))].into(),
            ..sheets("type,name,label\nselect_one_from_file d.csv,a,A\n", "")
        }
    };
    assert_eq!(compared(&file("x"), &file("x")), []);
    let came = vec![("/a".to_owned(), Change::ChoicesCame(Vec::new()))];
    assert_eq!(compared(&file("x"), &file("y")), came);

    let taken = |above: &str, label: &str| {
        sheets(
            &format!(
                "type,name,label,calculation\nnote,z,Z,\n{above}note,a,{label},\n\
                 calculate,b,,jr:itext('/data/a:label')\n"
            ),
            "",
        )
    };
    let above = "calculate,c,,jr:itext('/data/z:label')\n";
    let added = vec![("/c".to_owned(), Change::Added)];
    assert_eq!(compared(&taken("", "A"), &taken(above, "A")), added);
    let other = vec![
        ("/a".to_owned(), Change::OtherTexts),
        ("/b".to_owned(), Change::OtherExpressions),
    ];
    assert_eq!(compared(&taken("", "A"), &taken("", "B")), other);
}

#[test]
fn a_new_language_changes_nothing_that_was_there() {
    let old = sheets("type,name,label::id\ninteger,a,A\nnote,n,N ${a}\n", "");
    let new = sheets(
        "type,name,label::id,label::en\ninteger,a,A,A\nnote,n,N ${a},N ${a}\n",
        "",
    );
    assert_eq!(compared(&old, &new), []);
}

#[test]
fn long_lists_are_compared_by_looking_names_up() {
    let list = |from: usize| {
        let rows = (from..from + 30_000).map(|row| format!("l,{row},L\n"));
        let choices = rows.collect::<String>();
        sheets(
            "type,name,label\nselect_one l,a,A\n",
            &format!("list_name,name,label\n{choices}"),
        )
    };
    let came = Change::ChoicesCame(vec!["30000".to_owned()]);
    let vanished = Change::ChoicesVanished(vec!["0".to_owned()]);
    let both = vec![("/a".to_owned(), came), ("/a".to_owned(), vanished)];
    assert_eq!(compared(&list(0), &list(1)), both);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_answer_is_carried_once_and_fits_where_it_goes(
        old in sketch(), new in sketch(), turn in any::<u8>(),
    ) {
        let (old, new) = (form(&old), form(&new));
        let all = filled(&old, turn);
        let carried = carry(&old, &new, &all);
        let stays = carried.stays.iter().map(|(path, _)| path);
        let moves = carried.moves.iter().map(|(path, ..)| path);
        let parked = carried.parked.iter().map(|(path, ..)| path);
        let mut from: Vec<&Path> = stays.chain(moves).chain(parked).collect();
        from.sort();
        prop_assert!(from.iter().copied().eq(all.answers.keys()), "{from:?}");
        let stays = carried.stays.iter().map(|(path, answer)| (path, answer));
        let moves = carried.moves.iter().map(|(_, to, answer)| (to, answer));
        let mut to: Vec<(&Path, &Answer)> = stays.chain(moves).collect();
        for (path, answer) in &to {
            let index = place(&new, path).unwrap();
            let fits = |value| fits(&new, new.node(index), value);
            prop_assert!(answer.value().is_none_or(fits), "{path}");
        }
        let count = to.len();
        to.dedup_by_key(|(path, _)| path.as_str().to_owned());
        to.sort();
        to.dedup_by_key(|(path, _)| path.as_str().to_owned());
        prop_assert_eq!(to.len(), count);
        prop_assert!(compare(&old, &old).is_empty());
    }
}
