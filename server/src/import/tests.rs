use std::collections::BTreeSet;

use proptest::prelude::*;

use shared::questionnaire::model::Questionnaire;
use shared::wire::office::QuestionnaireSheets;

use super::*;
use crate::store::RegionRow;

/// One line per good row or fault.
fn regions(text: &str) -> Vec<String> {
    match parse_regions(text.as_bytes(), &BTreeSet::new()) {
        Ok(file) => {
            assert_eq!(file.rows, file.good.len() as u64 + file.refused);
            let good = file
                .good
                .iter()
                .map(|row| format!("{} {}", row.code, row.name));
            let faults = file
                .faults
                .iter()
                .map(|fault| format!("{} {}", fault.row, fault.code));
            good.chain(faults).collect()
        }
        Err(fault) => vec![format!("{} {}", fault.row, fault.code)],
    }
}

#[test]
fn a_list_of_regions_is_read_row_by_row() {
    let check = |text: &str, expect: &[&str]| assert_eq!(regions(text), expect, "{text}");
    check("code,name\n11,Aceh\n", &["11 Aceh"]);
    check(
        "# dari mana\ncode,name\n11,\"Aceh, Nanggroe\"\n",
        &["11 Aceh, Nanggroe"],
    );
    check("\u{feff}kode;nama\r\n11;Aceh\r\n", &["11 Aceh"]);
    check("nama,kode\nAceh,11\n", &["11 Aceh"]);
    check(
        "code,name\n11.01,Aceh Selatan\n11,Aceh\n",
        &["11 Aceh", "11.01 Aceh Selatan"],
    );
    check("code,name\n1101,Aceh Selatan\n", &["2 region_code"]);
    check(
        "code,name\n11,Aceh\n11,Aceh\n12,\n",
        &["11 Aceh", "3 region_twice", "4 region_name"],
    );
    check(
        "code,name\n11.01,A\n11.01.02,B\n",
        &["2 region_parent", "3 region_parent"],
    );
    check("code,judul\n11,Aceh\n", &["1 column_missing"]);
    check("", &["1 column_missing"]);
}

#[test]
fn bytes_that_are_no_text_are_named_by_line() {
    let file = parse_regions(b"code,name\n11,Aceh\n12,\xff\n", &BTreeSet::new()).unwrap();
    assert_eq!(file.good.len(), 1);
    assert_eq!(
        (file.faults[0].row, file.faults[0].code.as_str()),
        (3, "not_utf8")
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(file) = parse_regions(&bytes, &BTreeSet::new()) {
            prop_assert_eq!(file.rows, file.good.len() as u64 + file.refused);
        }
        let _ = parse_accounts(&bytes);
    }

    #[test]
    fn any_rows_are_counted(cells in prop::collection::vec("[0-9.]{0,13},[a-z\";,]{0,9}", 0..20)) {
        let text = format!("code,name\n{}\n", cells.join("\n"));
        if let Ok(file) = parse_regions(text.as_bytes(), &BTreeSet::new()) {
            prop_assert_eq!(file.rows, file.good.len() as u64 + file.refused);
        }
    }

    #[test]
    fn any_accounts_are_accepted_or_named(
        rows in prop::collection::vec("[a-zA-Z0-9. -]{0,9},[a-z]{0,4},(pencacah|pengawas|x),[0-9. ]{0,9}", 0..20)
    ) {
        let text = format!("username,name,role,regions\n{}\n", rows.join("\n"));
        match parse_accounts(text.as_bytes()) {
            Ok(accounts) => prop_assert!(!accounts.is_empty()),
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }
}

#[test]
fn the_built_in_questionnaire_compiles_without_a_problem() {
    let compiled = compile(builtin_sheets(), Beside::default()).unwrap();
    assert_eq!(compiled.draft.form_id, "potensi_desa");
    assert_eq!(compiled.warnings, []);
    assert!(
        150 < compiled.draft.questions,
        "{}",
        compiled.draft.questions
    );
}

#[test]
fn a_question_for_a_region_is_offered_the_regions_of_the_server() {
    let region = |(code, name): (&str, &str)| RegionRow {
        code: code.parse().unwrap(),
        name: name.to_owned(),
    };
    let regions = [
        ("53", "Nusa Tenggara Timur"),
        ("53.21", "Malaka"),
        ("53.21.03", "Io \"Kufeu\", Timur"),
        ("53.21.03.2003", "Fafinesu"),
    ]
    .map(region);
    let sheets = |read_only: &str| QuestionnaireSheets {
        entities: String::new(),
        survey: format!(
            "type,name,label,choice_filter,read_only\n\
             text,kab,Kab,,\n\
             select_one_from_file wilayah.csv,desa,Desa,\
             level = 'village' and regency = ${{kab}},{read_only}\n"
        ),
        choices: String::new(),
        settings: "form_id\nuji\n".to_owned(),
    };
    assert!(
        !compile(sheets("yes"), Beside::default())
            .unwrap()
            .asks_for_regions
    );
    assert!(
        !compile(builtin_sheets(), Beside::default())
            .unwrap()
            .asks_for_regions
    );
    assert!(
        compile(sheets(""), Beside::default())
            .unwrap()
            .asks_for_regions
    );
    let compiled = compile(sheets(""), Beside::default().with_regions(&regions)).unwrap();
    let form = Questionnaire::from_bytes(&compiled.draft.compiled).unwrap();
    let village = &form.lists[0].choices[3];
    assert_eq!(village.name, "53.21.03.2003");
    assert_eq!(village.label.plain(0), "Fafinesu");
    assert_eq!(
        village.cells.join("|"),
        "village|53|53.21|53.21.03|Nusa Tenggara Timur|Malaka|Io \"Kufeu\", Timur"
    );
}

#[test]
fn a_faulty_sheet_is_named_by_sheet_row_and_column() {
    let mut sheets = builtin_sheets();
    let row = sheets.survey.lines().count() + 1;
    sheets
        .survey
        .push_str("integer,z_baru,Baru,New,,,,${tidak_ada} > 1\n");
    let faults = compile(sheets, Beside::default()).unwrap_err();
    let place = format!("survey baris {row} kolom relevant");
    assert_eq!(faults[0].place, place, "{faults:?}");
}
