//! Tables for anybody: what they leave out, and that nothing in them tells it.

use std::collections::BTreeSet;

use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::super::{
    COUNT_SHOWN_MIN, Method, Observation, Observed, Places, SHIPPED, Scored, Table, Unit,
    VillageCell, VillageTable, list, parse, select,
};
use super::{method, method_text, unit};

/// People `a`, what is about them `b`, something else `c`, families `e` on a scale that the table makes, `f` about
/// both, and people `g` whose gaps are filled from the group.
const TREE: &str = "decimals = 3\nscale = [0, 100]\n\
    [[dimension]]\nid = \"d\"\nlabel = { id = \"D\", en = \"D\" }\n\
    [[dimension]]\nid = \"orang\"\nparent = \"d\"\nlabel = { id = \"O\", en = \"O\" }\n\
    [[dimension]]\nid = \"lain\"\nparent = \"d\"\nlabel = { id = \"L\", en = \"L\" }\n\
    [[dimension]]\nid = \"keluarga\"\nparent = \"lain\"\nlabel = { id = \"K\", en = \"K\" }\n";

const INDICATORS: [(&str, &str); 6] = [
    (
        "orang",
        "counts = \"people\"\nunit = { id = \"penenun\", en = \"weavers\" }\nnormalise = { kind = \"percentile\" }",
    ),
    (
        "orang",
        "about = [\"a\"]\nnormalise = { kind = \"min_max\", min = 0, max = 20 }",
    ),
    (
        "lain",
        "normalise = { kind = \"min_max\", min = 0, max = 20 }",
    ),
    (
        "keluarga",
        "counts = \"families\"\nnormalise = { kind = \"min_max\" }",
    ),
    (
        "lain",
        "about = [\"a\", \"d1\"]\nnormalise = { kind = \"rank\" }",
    ),
    (
        "orang",
        "counts = \"people\"\nmissing = \"group_mean\"\nnormalise = { kind = \"min_max\", min = 0, max = 20 }",
    ),
];
const COUNTING: [usize; 3] = [0, 3, 5];

fn tree() -> Method {
    let mut document = method_text(TREE, &[]);
    for (index, (dimension, body)) in INDICATORS.iter().enumerate() {
        let id = ["a", "b", "c", "d1", "f", "g"][index];
        document.push_str(&format!(
            "[[indicator]]\nid = \"{id}\"\ndimension = \"{dimension}\"\nlabel = {{ id = \"I\", en = \"I\" }}\n\
             expression = \"x\"\n{body}\n"
        ));
    }
    parse(&document).unwrap_or_else(|problems| panic!("{problems:?}\n{document}"))
}

/// The rows of the public table by code, each cell with the name of its column.
fn rows(method: &Method, units: &[Unit]) -> Vec<(String, Vec<(String, VillageCell<'static>)>)> {
    let gathered = Table::gather(method, units).unwrap();
    let scored = Scored::new(method, &gathered, "benih");
    let selection = method.programme.as_ref();
    let selection = selection.map(|it| select(method, &list(&scored, "benih"), &it.quota).unwrap());
    let places = Places::new();
    let table = VillageTable::new(&scored, units, selection.as_ref(), &places).public();
    let mut rows: Vec<_> = (0..table.len())
        .map(|place| {
            let cells = table.row(place);
            assert_eq!(cells.len(), table.columns().len());
            let named = cells.into_iter().zip(table.columns());
            let named = named.map(|(cell, column)| {
                let owned = match cell {
                    VillageCell::Empty => VillageCell::Empty,
                    VillageCell::Text(text) => VillageCell::Text(text.into_owned().into()),
                    VillageCell::Whole(whole) => VillageCell::Whole(whole),
                    VillageCell::Number(number) => VillageCell::Number(number),
                };
                (column.name.clone(), owned)
            });
            let named: Vec<_> = named.collect();
            (word(&named, "region"), named)
        })
        .collect();
    rows.sort_by(|one, two| one.0.cmp(&two.0));
    rows
}

fn cell<'r>(row: &'r [(String, VillageCell<'static>)], name: &str) -> &'r VillageCell<'static> {
    let found = row.iter().find(|(it, _)| it == name);
    &found.unwrap_or_else(|| panic!("no column {name}")).1
}

fn word(row: &[(String, VillageCell)], name: &str) -> String {
    let found = row.iter().find(|(it, _)| it == name).unwrap();
    match &found.1 {
        VillageCell::Text(text) => text.to_string(),
        VillageCell::Empty => String::new(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn only_numbers_from_one_to_four_are_left_out_and_named() {
    assert_eq!(COUNT_SHOWN_MIN, 5);
    let method = method(
        super::ONE_DIMENSION,
        &[
            "counts = \"people\"\nnormalise = { kind = \"min_max\", min = 0, max = 10 }",
            "normalise = { kind = \"min_max\", min = 0, max = 10 }",
        ],
    );
    for (value, shown) in [
        (0.0, true),
        (0.5, false),
        (1.0, false),
        (4.0, false),
        (4.9, false),
        (5.0, true),
        (120.0, true),
    ] {
        let units = [unit(
            "53.01.01.2001",
            &[Observed::Number(value), Observed::Number(3.0)],
        )];
        let (_, row) = &rows(&method, &units)[0];
        assert_eq!(*cell(row, "raw_a") != VillageCell::Empty, shown, "{value}");
        assert_eq!(*cell(row, "norm_a") != VillageCell::Empty, shown, "{value}");
        assert_eq!(*cell(row, "raw_b"), VillageCell::Number(3.0));
        let named = if shown { "" } else { "raw_a norm_a" };
        assert_eq!(word(row, "suppressed"), named, "{value}");
    }
    // What was never answered is no number of people.
    let units = [unit(
        "53.01.01.2001",
        &[Observed::Unknown, Observed::Number(3.0)],
    )];
    let (_, row) = &rows(&method, &units)[0];
    assert_eq!(word(row, "suppressed"), "");
    assert_eq!(word(row, "unknown"), "a");
}

#[test]
fn a_score_with_nothing_else_in_it_is_left_out_with_its_class_gap_and_words() {
    let head = format!(
        "{}\n[[class]]\nid = \"r\"\nlabel = {{ id = \"R\", en = \"R\" }}\nup_to = 0.2\n\
         [[class]]\nid = \"t\"\nlabel = {{ id = \"T\", en = \"T\" }}\n\
         [programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\nper_area = 1",
        super::ONE_DIMENSION
    );
    let method = method(
        &head,
        &["counts = \"people\"\nnormalise = { kind = \"min_max\", min = 0, max = 10 }"],
    );
    let number = |value| [Observed::Number(value)];
    let units = [
        unit("53.01.01.2001", &number(9.0)),
        unit("53.01.01.2002", &number(3.0)),
    ];
    let rows = rows(&method, &units);
    let (_, row) = &rows[1];
    for name in [
        "score",
        "lower",
        "upper",
        "class",
        "class_lower",
        "class_upper",
        "dimension_d",
        "raw_a",
        "norm_a",
        "gap",
        "verdict_reason_id",
        "verdict_reason_en",
    ] {
        assert_eq!(*cell(row, name), VillageCell::Empty, "{name}");
    }
    assert_eq!(
        word(row, "suppressed"),
        "score lower upper class class_lower class_upper dimension_d raw_a norm_a gap verdict_reason_id \
         verdict_reason_en"
    );
    assert_eq!(*cell(row, "rank"), VillageCell::Whole(2));
    assert_eq!(word(row, "verdict"), "below_cut");
    assert_eq!(word(row, "reason_id"), "Peringkat 2 dari 2 di Kab. 53.01");
    let (_, row) = &rows[0];
    assert_eq!(
        word(row, "suppressed"),
        "verdict_reason_id verdict_reason_en"
    );
    assert_eq!(*cell(row, "score"), VillageCell::Number(0.9));
    // Nor does another village's distance to a score that is left out tell it.
    let units = [
        unit("53.01.01.2001", &number(0.0)),
        unit("53.01.01.2002", &number(3.0)),
    ];
    let rows = self::rows(&method, &units);
    let (_, row) = &rows[0];
    assert_eq!(*cell(row, "score"), VillageCell::Number(0.0));
    assert_eq!(*cell(row, "gap"), VillageCell::Empty);
    assert_eq!(word(row, "verdict_reason_id"), "");
    assert_eq!(
        word(row, "suppressed"),
        "gap verdict_reason_id verdict_reason_en"
    );
    // Words of a decision were made from the whole.
    assert_eq!(word(&rows[1].1, "verdict_reason_id"), "");
    assert_eq!(word(&rows[1].1, "verdict"), "chosen");
}

#[test]
fn a_public_table_does_not_say_by_which_numbers_a_tie_was_broken() {
    let head = format!(
        "{}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\nper_area = 1\n\
         [[programme.tie_break]]\nid = \"pmi\"\nexpression = \"x\"\nlabel = {{ id = \"jumlah PMI\", en = \"migrants\" }}",
        super::ONE_DIMENSION
    );
    let method = method(&head, &["normalise = { kind = \"as_is\" }"]);
    let units = [("53.01.01.2001", 4.0), ("53.01.01.2002", 9.0)].map(|(code, migrants)| Unit {
        tie_break: vec![Observation::number(migrants)],
        ..unit(code, &[Observed::Number(0.5)])
    });
    for (_, row) in &rows(&method, &units) {
        let told = format!("{row:?}");
        assert!(!told.contains("lawan"), "{told}");
        assert!(word(row, "suppressed").contains("verdict_reason_id"));
    }
}

#[test]
fn a_public_table_names_nobody_who_locked_a_village() {
    let head = format!(
        "{}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\nper_area = 1\n\
         [[programme.quota.lock]]\ncode = \"53.01.01.2002\"\nplace = \"in\"\nby = \"Ibu Maria\"\nreason = \"rapat\"",
        super::ONE_DIMENSION
    );
    let method = method(&head, &["normalise = { kind = \"as_is\" }"]);
    let units = [
        unit("53.01.01.2001", &[Observed::Number(0.9)]),
        unit("53.01.01.2002", &[Observed::Number(0.3)]),
    ];
    let rows = rows(&method, &units);
    assert_eq!(word(&rows[1].1, "verdict"), "chosen");
    for (_, row) in &rows {
        let told = format!("{row:?}");
        assert!(!told.contains("Maria"), "{told}");
    }
}

#[test]
fn the_dictionary_marks_what_may_be_left_out() {
    let method = tree();
    let units = [unit("53.01.01.2001", &vec![Observed::Number(7.0); 6])];
    let gathered = Table::gather(&method, &units).unwrap();
    let scored = Scored::new(&method, &gathered, "benih");
    let places = Places::new();
    let table = VillageTable::new(&scored, &units, None, &places).public();
    let marked = table.columns().iter();
    let marked = marked.filter(|it| it.meaning.en.contains("see suppressed"));
    let marked: Vec<&str> = marked.map(|it| it.name.as_str()).collect();
    assert_eq!(
        marked,
        [
            "raw_a", "norm_a", "raw_b", "norm_b", "raw_d1", "norm_d1", "raw_f", "norm_f", "raw_g",
            "norm_g"
        ]
    );
    assert_eq!(table.columns().last().unwrap().name, "suppressed");
    let plain = VillageTable::new(&scored, &units, None, &places);
    assert!(!plain.dictionary_csv().contains("suppressed"));
}

#[test]
fn about_and_counts_are_checked() {
    let text = method_text(
        super::ONE_DIMENSION,
        &[
            "counts = \"people\"\nnormalise = { kind = \"ladder\", top = 5, rungs = [{ score = 5, is = [\"ada\"], label = { id = \"a\", en = \"a\" }, source = \"s\", verified = true }] }",
            "about = [\"b\", \"tidak_ada\", \"c\"]\nnormalise = { kind = \"as_is\" }",
            "normalise = { kind = \"as_is\" }",
        ],
    );
    let problems = parse(&text).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let wanted = [
        "indicator a.counts: what counts people or families is a number",
        "indicator b.about: `b` is no other indicator with `counts`",
        "indicator b.about: `tidak_ada` is no other indicator",
        "indicator b.about: `c` is no other indicator",
    ];
    assert_eq!(told.len(), wanted.len(), "{told:?}");
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.contains(wanted), "{told}");
    }
}

/// A share of people tells their number as soon as the whole is known, so it goes with them.
#[test]
fn shipped_methods_say_what_counts_people_and_what_is_about_them() {
    let mut found = Vec::new();
    for shipped in SHIPPED {
        let method = parse(shipped.document).unwrap();
        let marked = method.indicators.iter();
        let marked = marked.filter(|it| it.counts.is_some() || !it.about.is_empty());
        let words = marked.map(|it| match it.about.as_slice() {
            [] => it.id.clone(),
            about => format!("{} of {}", it.id, about.join(" and ")),
        });
        let words: Vec<String> = words.collect();
        if !words.is_empty() {
            found.push(format!("{}: {}", method.id, words.join(", ")));
        }
    }
    let craft = "nilai_tahun of pelaku, per_1000 of pelaku, pelaku, muda of pelaku and pelaku_muda, pelaku_muda";
    assert_eq!(
        found,
        [
            "idm: iks_26".to_owned(),
            "desmigratif: pmi_per_1000 of pmi_orang, pmi_nonprosedural of pmi_orang and nonprosedural_orang, \
             anak_pmi of anak_orang, remitansi_kk of remitansi_keluarga, nilai_tenun of penenun, nilai_gerabah of \
             perajin, pmi_orang, nonprosedural_orang, anak_orang, remitansi_keluarga, penenun, perajin"
                .to_owned(),
            "ktm: keluarga".to_owned(),
            format!("potensi_tenun: {craft}"),
            format!("potensi_gerabah: {craft}"),
            "potensi_tanaman: nilai_produksi of keluarga_tani, kk_pertanian of keluarga_tani, muda of keluarga_tani \
             and keluarga_muda, lahan_per_kk of keluarga_tani, keluarga_tani, keluarga_muda"
                .to_owned(),
        ]
    );
}

fn value() -> impl Strategy<Value = Observed> {
    prop_oneof![
        Just(Observed::Missing),
        Just(Observed::Unknown),
        (0_u32..9).prop_map(|it| Observed::Number(f64::from(it))),
        (0_u32..9).prop_map(|it| Observed::Number(f64::from(it))),
        (0_u32..20).prop_map(|it| Observed::Number(f64::from(it))),
    ]
}

fn is_small(value: &Observed) -> bool {
    matches!(value, Observed::Number(it) if 0.0 < *it && *it < f64::from(COUNT_SHOWN_MIN))
}

proptest! {
    /// Another small number in its place leaves every cell of every village as it was, but for the scores over several
    /// indicators; so no cell of one indicator tells it.
    #[test]
    fn no_cell_of_one_indicator_tells_a_number_that_was_left_out(
        table in proptest::collection::vec(proptest::collection::vec(value(), 6), 2..8),
        other in 1_u32..5,
    ) {
        let method = tree();
        let units: Vec<Unit> = (1..).zip(&table).map(|(number, values)| {
            unit(&format!("53.0{}.01.200{number}", 1 + number % 2), values)
        }).collect();
        let before = rows(&method, &units);
        for (village, values) in table.iter().enumerate() {
            for counting in COUNTING {
                if !is_small(&values[counting]) {
                    continue;
                }
                let mut changed = units.clone();
                changed[village].indicators[counting].value = Observed::Number(f64::from(other));
                let after = rows(&method, &changed);
                let mut sorted: Vec<&Unit> = units.iter().collect();
                sorted.sort_by(|one, two| one.region.cmp(&two.region));
                for ((_, before), (_, after)) in before.iter().zip(&after) {
                    for ((name, before), (_, after)) in before.iter().zip(after) {
                        let of_one = name.starts_with("raw_") || name.starts_with("norm_")
                            || ["suppressed", "unknown", "dimension_keluarga"].contains(&name.as_str());
                        if of_one {
                            prop_assert_eq!(before, after, "{}", name);
                        }
                    }
                }
            }
        }
    }

    /// A score or dimension that is shown has something in it that is shown too; words repeat no number that is not.
    #[test]
    fn what_is_left_out_stands_nowhere_alone(
        table in proptest::collection::vec(proptest::collection::vec(value(), 6), 1..8),
    ) {
        let method = tree();
        let units: Vec<Unit> = (1..).zip(&table).map(|(number, values)| {
            unit(&format!("53.01.01.200{number}"), values)
        }).collect();
        for ((_, row), values) in rows(&method, &units).iter().zip(&table) {
            let suppressed = word(row, "suppressed");
            let suppressed: BTreeSet<&str> = suppressed.split_whitespace().collect();
            for name in &suppressed {
                prop_assert_eq!(cell(row, name), &VillageCell::Empty, "{}", name);
            }
            let shown = |id: &&str| *cell(row, &format!("norm_{id}")) != VillageCell::Empty;
            for (name, leaves) in [
                ("score", &["a", "b", "c", "d1", "f", "g"][..]),
                ("dimension_orang", &["a", "b", "g"]),
                ("dimension_lain", &["c", "d1", "f"]),
                ("dimension_keluarga", &["d1"]),
            ] {
                let is_shown = *cell(row, name) != VillageCell::Empty;
                prop_assert!(!is_shown || leaves.iter().any(shown), "{} {:?}", name, values);
            }
            if is_small(&values[0]) {
                prop_assert!(suppressed.contains("raw_a") && suppressed.contains("norm_a"));
                for reason in ["reason_id", "reason_en"] {
                    let words = word(row, reason);
                    prop_assert!(!words.contains("penenun") && !words.contains("weavers"), "{}", words);
                }
            }
        }
    }
}
