use super::super::{
    CellKind, Method, Observed, Places, Scored, Table, Unit, VillageCell, VillageTable, cell, list,
    number_text, select, selection_csv, selection_dictionary,
};
use super::{ONE_DIMENSION, method, ranked, unit};

#[test]
fn formulas_are_made_harmless_and_quotes_kept() {
    for (text, expected) in [
        ("Sukajaya", "Sukajaya"),
        ("=1+1", "'=1+1"),
        ("+62", "'+62"),
        ("-x", "'-x"),
        ("@cmd", "'@cmd"),
        ("\tx", "'\tx"),
        ("\rx", "\"'\rx\""),
        ("a,b", "\"a,b\""),
        ("=\"a\"", "\"'=\"\"a\"\"\""),
        ("", ""),
    ] {
        assert_eq!(cell(text), expected);
    }
}

#[test]
fn numbers_in_words_have_the_separators_of_the_language() {
    for (value, decimals, id, en) in [
        (1_234_567.0, 0, "1.234.567", "1,234,567"),
        (1234.5, 2, "1.234,5", "1,234.5"),
        (-0.001, 2, "0", "0"),
        (-12.25, 1, "-12,2", "-12.2"),
        (100.0, 3, "100", "100"),
    ] {
        let text = number_text(value, decimals);
        assert_eq!((text.id.as_str(), text.en.as_str()), (id, en));
    }
}

#[test]
fn a_ranking_is_exported_with_plain_numbers_and_no_free_text() {
    let ladder = "normalise = { kind = \"ladder\", top = 5, rungs = [{ score = 5, is = [\"kuat\"], label = { id = \"Kuat\", en = \"Strong\" }, source = \"s\", verified = true }] }";
    let method = method(ONE_DIMENSION, &["normalise = { kind = \"as_is\" }", ladder]);
    let text = |word: &str| Observed::Text(word.to_owned());
    let mut units = vec![
        unit("53.01.01.2001", &[Observed::Number(-0.5), text("kuat")]),
        unit(
            "53.01.01.2002",
            &[Observed::Number(1e-7), text("Ibu Maria")],
        ),
    ];
    units[0].name = "=HYPERLINK(1)".to_owned();
    let csv = with_table(&method, &units, &Places::new(), |table| {
        let rows = (0..table.len()).map(|place| table.csv_row(place));
        let rows: String = rows.collect();
        assert_eq!(
            table.dictionary_csv().lines().count() - 1,
            table.columns().len()
        );
        format!("{}{rows}", table.csv_head())
    });
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "region,name,area,area_name,latitude,longitude,status,rank,area_rank,score,lower,upper,class,class_lower,class_upper,\
         dimension_d,raw_a,norm_a,raw_b,norm_b,unknown,reason_id,reason_en"
    );
    assert!(lines[1].starts_with(
        "53.01.01.2002,Desa 53.01.01.2002,53.01,Kab. 53.01,,,ranked,1,1,0.5000,0.5000,0.5000,,,,0.5000,0.0000001,0.0000001,,1,b,"
    ), "{}", lines[1]);
    assert!(lines[2].starts_with(
        "53.01.01.2001,'=HYPERLINK(1),53.01,Kab. 53.01,,,ranked,2,2,0.2500,0.2500,0.2500,,,,0.2500,-0.5,-0.5,kuat,1,,"
    ), "{}", lines[2]);
    assert!(!csv.contains("Maria"));
}

/// The table of a method and its villages, with the selection where it has a programme.
fn with_table<T>(
    method: &Method,
    units: &[Unit],
    places: &Places,
    look: impl FnOnce(&VillageTable) -> T,
) -> T {
    let gathered = Table::gather(method, units).unwrap();
    let scored = Scored::new(method, &gathered, "benih");
    let selection = method.programme.as_ref();
    let selection = selection
        .map(|programme| select(method, &list(&scored, "benih"), &programme.quota).unwrap());
    look(&VillageTable::new(
        &scored,
        units,
        selection.as_ref(),
        places,
    ))
}

#[test]
fn every_cell_is_of_the_kind_of_its_column() {
    let ladder = "normalise = { kind = \"ladder\", top = 5, rungs = [{ score = 5, is = [\"kuat\"], label = { id = \"Kuat\", en = \"Strong\" }, source = \"s\", verified = true }, { score = 1, at_least = 3, label = { id = \"Tiga\", en = \"Three\" }, source = \"s\", verified = true }] }";
    let head = format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\nper_area = 1\nreserves = 1"
    );
    let method = method(&head, &["normalise = { kind = \"min_max\" }", ladder]);
    let number = Observed::Number;
    let mut units = vec![
        unit(
            "53.01.01.2001",
            &[number(0.1), Observed::Text("kuat".to_owned())],
        ),
        unit("53.01.01.2002", &[number(0.3), number(7.0)]),
        unit("53.01.01.2003", &[Observed::Unknown, Observed::Refused]),
        unit("53.01.01.2004", &[number(0.2), Observed::Missing]),
    ];
    units[0].name = "Dua\nbaris".to_owned();
    let places = Places::from([
        ("53.01.01.2002".to_owned(), (-9.5712345, 124.25)),
        ("53.01.01.2001".to_owned(), (95.0, 124.25)),
    ]);
    let rows = with_table(&method, &units, &places, |table| {
        let mut rows = Vec::new();
        for place in 0..table.len() {
            let row = table.row(place);
            assert_eq!(row.len(), table.columns().len());
            for (cell, column) in row.iter().zip(table.columns()) {
                let fits = match cell {
                    VillageCell::Empty => true,
                    VillageCell::Text(text) => {
                        column.kind == CellKind::Text
                            && !text.is_empty()
                            && !text.contains(char::is_control)
                    }
                    VillageCell::Whole(_) => column.kind == CellKind::Whole,
                    VillageCell::Number(value) => {
                        matches!(column.kind, CellKind::Number(_)) && value.is_finite()
                    }
                };
                assert!(fits, "{}: {cell:?}", column.name);
            }
            rows.push((table.csv_row(place), table.place(place)));
        }
        rows
    });
    let of = |code: &str| rows.iter().find(|(row, _)| row.starts_with(code)).unwrap();
    assert!(of("53.01.01.2001").0.contains(",Dua baris,"));
    assert_eq!(of("53.01.01.2001").1, None, "no such latitude");
    assert_eq!(of("53.01.01.2002").1, Some((-9.5712345, 124.25)));
    assert!(of("53.01.01.2002").0.contains(",-9.5712345,124.25,ranked,"));
    let count = |word: &str| rows.iter().filter(|(row, _)| row.contains(word)).count();
    assert_eq!(count(",chosen,chosen,,"), 1);
    assert_eq!(count(",reserve,reserve,1,"), 1);
}

#[test]
fn a_selection_is_exported_with_its_dictionary() {
    let head = format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\nper_area = 1"
    );
    let method = method(&head, &["normalise = { kind = \"as_is\" }"]);
    let units = [
        unit("53.01.01.2001", &[Observed::Number(0.5)]),
        unit("53.01.01.2002", &[Observed::Number(0.25)]),
    ];
    let ranking = ranked(&method, &units);
    let quota = &method.programme.as_ref().unwrap().quota;
    let csv = selection_csv(&select(&method, &ranking, quota).unwrap(), ranking.decimals);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0].split(',').count(), selection_dictionary().len());
    assert!(lines[1].starts_with(
        "53.01.01.2001,Desa 53.01.01.2001,53.01,Kab. 53.01,chosen,,,1,1,0.5000,0.5000,0.5000,,0,"
    ));
    assert!(lines[2].contains(",below_cut,,,2,2,0.2500,0.2500,0.2500,0.2500,0,"));
}
