use proptest::prelude::*;

use super::{Filter, Found, PackedList};
use crate::questionnaire::model::{Choice, ChoiceList, Part, Text, Texts};
use crate::text::folded;

/// `name|label|cell|cell`, one choice per line, under the columns `a` and `b`.
fn choices(lines: &str) -> ChoiceList {
    let choice = |line: &str| {
        let mut cells = line.split('|').map(str::to_owned);
        let name = cells.next().unwrap_or_default();
        let label = vec![Part::Words(cells.next().unwrap_or_default())];
        Choice {
            name,
            label: Texts(vec![Text(label)]),
            cells: cells.collect(),
            media: Vec::new(),
        }
    };
    ChoiceList {
        name: "desa.csv".to_owned(),
        columns: vec!["a".to_owned(), "b".to_owned()],
        choices: lines.lines().map(choice).collect(),
        file: None,
    }
}

fn packed(list: &ChoiceList) -> PackedList {
    let bytes = PackedList::build(list).expect("it is within the bounds");
    PackedList::from_bytes(&bytes).expect("what was built is read")
}

const VILLAGES: &str = "\
11.01|Désa Suka Maju|Aceh|
11.02|Sukamaju|Aceh|x
11.09|Air Putih|Aceh
11.10|Muka Air|Riau|x
12.01|AIR|Riau|x
9|Maju Suka|Riau|y";

fn check(words: &str, filter: &Filter, expect: &str) {
    let list = packed(&choices(VILLAGES));
    let found = list.search(words, filter, 4);
    let mut names: Vec<&str> = found.rows.iter().map(|&row| list.name(row)).collect();
    if found.more {
        names.push("more");
    }
    assert_eq!(names.join(" "), expect, "{words}");
}

#[test]
fn a_word_is_found_in_any_part_of_name_and_label() {
    let all = Filter::default();
    check("kamaju", &all, "11.02");
    check("DESA", &all, "11.01");
    check("désa", &all, "11.01");
    check(".1", &all, "11.10");
    check("zz", &all, "");
    check("putihx", &all, "");
    check("Maju11", &all, "");
}

#[test]
fn every_word_must_occur_in_any_order() {
    let all = Filter::default();
    check("maju suka", &all, "9 11.01 11.02");
    check("air 12", &all, "12.01");
    check("  air   PUTIH ", &all, "11.09");
    check("air riau", &all, "");
}

#[test]
fn wholes_come_first_then_beginnings_then_inner_hits() {
    let all = Filter::default();
    check("air", &all, "12.01 11.09 11.10");
    check("11.10", &all, "11.10");
    check("uka", &all, "11.01 11.02 11.10 9");
    check("suka", &all, "11.01 11.02 9");
    check("", &all, "11.01 11.02 11.09 11.10 more");
    check("a", &all, "11.09 11.10 12.01 11.01 more");
}

#[test]
fn a_filter_wants_all_its_cells() {
    let aceh = Filter::default().with("a", "Aceh");
    check("", &aceh, "11.01 11.02 11.09");
    check("suka", &aceh, "11.01 11.02");
    check("", &aceh.clone().with("b", "x"), "11.02");
    check("", &aceh.clone().with("b", ""), "11.01 11.09");
    check("", &aceh.clone().with("a", "Riau"), "");
    check("", &Filter::default().with("nowhere", "x"), "");
    check("", &aceh.with("name", "11.09"), "11.09");
    check("", &Filter::default().with("label", "AIR"), "12.01");
}

#[test]
fn a_choice_reads_as_it_was_written() {
    let written = choices(VILLAGES);
    let list = packed(&written);
    assert_eq!(list.len(), 6);
    assert_eq!(list.columns().collect::<Vec<_>>(), ["a", "b"]);
    for (row, choice) in written.choices.iter().enumerate() {
        assert_eq!(list.name(row), choice.name);
        assert_eq!(list.label(row, 0), choice.label.plain(0));
        assert_eq!(
            list.label(row, 7),
            choice.label.plain(0),
            "no such language"
        );
        assert_eq!(list.cell(row, 0), choice.cells[0]);
        assert_eq!(
            list.cell(row, 1),
            choice.cells.get(1).map_or("", String::as_str)
        );
        assert_eq!(list.find(&choice.name), Some(row));
    }
    assert_eq!(
        (list.name(6), list.cell(6, 0), list.cell(0, 2)),
        ("", "", "")
    );
    assert_eq!(list.find("11.03"), None);
    assert_eq!(list.find(""), None);
}

#[test]
fn labels_of_other_languages_are_kept_only_where_they_differ() {
    let mut list = choices("a|satu\nb|dua");
    let one = PackedList::build(&list).expect("small").len();
    for choice in &mut list.choices {
        choice.label.0.push(choice.label.0[0].clone());
    }
    assert_eq!(PackedList::build(&list).expect("small").len(), one);
    list.choices[1].label.0[1] = Text(vec![Part::Words("two".to_owned())]);
    let list = packed(&list);
    assert_eq!([list.label(1, 0), list.label(1, 1)], ["dua", "two"]);
    assert_eq!(
        list.search("TWO", &Filter::default(), 9).rows,
        [1],
        "any language"
    );
}

#[test]
fn a_list_over_a_bound_is_not_built() {
    let long = "x".repeat(super::NAME_BYTES_MAX);
    assert!(PackedList::build(&choices(&long)).is_some());
    assert!(PackedList::build(&choices(&format!("{long}x"))).is_none());
    assert!(PackedList::build(&choices(&"x\n".repeat(super::ROWS_MAX))).is_some());
    assert!(PackedList::build(&choices(&"x\n".repeat(super::ROWS_MAX + 1))).is_none());
}

/// The same search, written down as its rule.
fn slow(list: &ChoiceList, words: &str, cells: &[(usize, String)], limit: usize) -> Found {
    let parts = |choice: &Choice| [folded(&choice.name), folded(&choice.label.plain(0))];
    let kind = |choice: &Choice| {
        let holds = |(column, value): &(usize, String)| {
            choice.cells.get(*column).map_or("", String::as_str) == value
        };
        let words = folded(words);
        let has = |word: &str| parts(choice).iter().any(|part| part.contains(word));
        let begins = |word: &str| {
            let at_a_word = |part: &String| {
                part.match_indices(word).any(|(at, _)| {
                    let before = part[..at].chars().next_back();
                    before.is_none_or(|c| c.is_ascii() && !c.is_ascii_alphanumeric())
                })
            };
            parts(choice).iter().any(at_a_word)
        };
        if !cells.iter().all(holds) || !words.split_whitespace().all(has) {
            None
        } else if words.trim().is_empty() || parts(choice).iter().any(|part| part == words.trim()) {
            Some(0)
        } else if words.split_whitespace().all(begins) {
            Some(1)
        } else {
            Some(2)
        }
    };
    let rows = list.choices.iter().map(kind).enumerate();
    let mut rows: Vec<(usize, usize)> = rows.filter_map(|(row, kind)| Some((kind?, row))).collect();
    rows.sort();
    Found {
        more: limit < rows.len(),
        rows: rows.into_iter().take(limit).map(|(_, row)| row).collect(),
    }
}

fn any_list() -> impl Strategy<Value = ChoiceList> {
    let line = (
        "[0-2]{0,3}(\\.[a9]{1,2})?",
        "[abAé ]{0,12}",
        "[xy]?",
        "[xyz]?",
    );
    let line = line.prop_map(|(name, label, a, b)| format!("{name}|{label}|{a}|{b}"));
    prop::collection::vec(line, 0..120).prop_map(|lines| choices(&lines.join("\n")))
}

proptest! {
    #[test]
    fn a_search_finds_what_the_rule_says(
        list in any_list(),
        words in "[abAé019. ]{0,4}",
        a in prop::option::of("[xyz]?"),
        b in prop::option::of("[xyz]?"),
        limit in 1..9_usize,
    ) {
        let cells = [(0, a), (1, b)];
        let cells: Vec<(usize, String)> = cells
            .into_iter()
            .filter_map(|(column, value)| Some((column, value?)))
            .collect();
        let filter = cells.iter().fold(Filter::default(), |filter, (column, value)| {
            filter.with(["a", "b"][*column], value)
        });
        let found = packed(&list).search(&words, &filter, limit);
        prop_assert_eq!(found, slow(&list, &words, &cells, limit));
    }

    #[test]
    fn whatever_is_built_reads_as_it_was_written(list in any_list()) {
        let read = packed(&list);
        prop_assert_eq!(read.len(), list.choices.len());
        for (row, choice) in list.choices.iter().enumerate() {
            prop_assert_eq!(read.name(row), &choice.name);
            prop_assert_eq!(read.label(row, 0), choice.label.plain(0));
            for column in 0..2 {
                let cell = choice.cells.get(column).map_or("", String::as_str);
                prop_assert_eq!(read.cell(row, column), cell);
            }
            let first = list.choices.iter().position(|each| each.name == choice.name);
            prop_assert_eq!(read.find(&choice.name), first);
        }
    }

    #[test]
    fn damaged_bytes_never_panic(
        list in any_list(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = PackedList::build(&list).expect("it is within the bounds");
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(list) = PackedList::from_bytes(&bytes) {
            let filter = Filter::default().with("a", "x");
            for words in ["", "a", "1 b"] {
                for row in list.search(words, &filter, 5).rows {
                    let _ = (list.name(row), list.label(row, 0), list.cell(row, 1));
                }
            }
            list.find("1.a");
        }
    }

    #[test]
    fn other_bytes_are_no_list(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut with_magic = super::MAGIC.to_vec();
        with_magic.extend(&bytes);
        let _ = PackedList::from_bytes(&with_magic);
        prop_assert!(PackedList::from_bytes(&bytes).is_err());
    }
}

#[test]
fn an_order_that_is_not_that_of_the_names_is_damage() {
    let read = |rows: &[usize]| {
        let mut bytes = super::MAGIC.to_vec();
        // Names `b`, `a`, `a`, each written out; empty labels; no column; an order follows.
        bytes.extend([3, 1, 0, 1, 9]);
        bytes.extend(b"\x01b\xff\x01a\xff\x01a\xff");
        bytes.extend([3, 0xff, 0xff, 0xff]);
        bytes.extend(rows.iter().map(|&row| row as u8));
        PackedList::from_bytes(&bytes)
    };
    let list = read(&[1, 2, 0]).unwrap();
    let named = list.search("", &Filter::default().with("name", "a"), 4);
    assert_eq!(named.rows, [1, 2]);
    for order in [[2, 1, 0], [1, 1, 0], [0, 1, 2]] {
        assert!(read(&order).is_err(), "{order:?}");
    }
    // Without an order the file has it.
    let mut bytes = PackedList::build(&choices("a|A\nb|B")).unwrap();
    assert!(PackedList::from_bytes(&bytes).is_ok());
    let place = bytes.iter().position(|&byte| byte == b'a').unwrap();
    bytes[place] = b'c';
    assert!(PackedList::from_bytes(&bytes).is_err());
}
