use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// A workbook with these sheets; the cells are XML, such as `<c r="A1" t="str"><v>type</v></c>`.
fn packed(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut add = |name: &str, text: &str| {
        zip.start_file(name, deflated).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let numbers = 1..=sheets.len();
    let listed: String = numbers
        .clone()
        .map(|n| {
            format!(
                r#"<sheet name="{}" sheetId="{n}" r:id="rId{n}"/>"#,
                sheets[n - 1].0
            )
        })
        .collect();
    let related: String = numbers
        .map(|n| {
            format!(
                r#"<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#
            )
        })
        .collect();
    add(
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
    );
    add(
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    );
    add(
        "xl/workbook.xml",
        &format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>"#
        ),
    );
    add(
        "xl/_rels/workbook.xml.rels",
        &format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>"#
        ),
    );
    for (index, (_, rows)) in sheets.iter().enumerate() {
        let text = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        );
        add(&format!("xl/worksheets/sheet{}.xml", index + 1), &text);
    }
    zip.finish().unwrap().into_inner()
}

/// Rows as XML, each cell a text.
fn rows(table: &[&[&str]]) -> String {
    let mut out = String::new();
    for (number, row) in table.iter().enumerate() {
        let number = number + 1;
        out.push_str(&format!(r#"<row r="{number}">"#));
        for (column, text) in row.iter().enumerate() {
            let name = column_name(column as u32);
            if !text.is_empty() {
                out.push_str(&format!(
                    r#"<c r="{name}{number}" t="str"><v>{text}</v></c>"#
                ));
            }
        }
        out.push_str("</row>");
    }
    out
}

/// Two questions and a list, as a spreadsheet would save them.
pub(crate) fn small() -> Vec<u8> {
    let survey = rows(&[
        &["type", "name", "label"],
        &["integer", "umur", "Umur, dalam tahun"],
        &[],
        &["select_one ya", "setuju", "Setuju?"],
    ]);
    let choices = rows(&[&["list_name", "name", "label"], &["ya", "ya", "Ya"]]);
    packed(&[("Survey", &survey), ("choices", &choices), ("catatan", "")])
}

/// The codes of the faults, with their places.
fn refused(bytes: &[u8]) -> Vec<String> {
    let faults = read_workbook(bytes).unwrap_err();
    let each = faults.iter();
    each.map(|fault| format!("{} {}", fault.place, fault.code).trim().to_owned())
        .collect()
}

#[test]
fn rows_keep_their_numbers() {
    let sheets = read_workbook(&small()).unwrap().sheets;
    assert_eq!(
        sheets.survey,
        "type,name,label\ninteger,umur,\"Umur, dalam tahun\"\n,,\nselect_one ya,setuju,Setuju?\n"
    );
    assert_eq!(sheets.choices, "list_name,name,label\nya,ya,Ya\n");
    assert_eq!(sheets.settings, "");
}

#[test]
fn a_sheet_that_is_not_used_is_said() {
    let survey = rows(&[&["type", "name", "label"], &["text", "a", "A"]]);
    let book = read_workbook(&packed(&[("survey", &survey), ("entities", "")])).unwrap();
    assert_eq!(book.warnings.len(), 1);
    assert_eq!(book.warnings[0].code, "sheet_unused");
}

#[test]
fn numbers_truths_and_dates_read_as_a_form_means_them() {
    for (cell, text) in [
        (r#"<c r="A1"><v>3</v></c>"#, "3"),
        (r#"<c r="A1"><v>0.25</v></c>"#, "0.25"),
        (r#"<c r="A1" t="b"><v>1</v></c>"#, "TRUE"),
        (
            r#"<c r="A1" t="inlineStr"><is><t>satu</t></is></c>"#,
            "satu",
        ),
        (r#"<c r="A1" t="str"><f>B1</f><v>dua</v></c>"#, "dua"),
    ] {
        let bytes = packed(&[("survey", &format!("<row>{cell}</row>"))]);
        assert_eq!(
            read_workbook(&bytes).unwrap().sheets.survey,
            format!("{text}\n"),
            "{cell}"
        );
    }
    assert_eq!(date_text(46_348.0), "2026-11-22");
    assert_eq!(date_text(46_348.5), "2026-11-22T12:00:00");
    assert_eq!(date_text(0.25), "06:00:00");
}

#[test]
fn what_is_no_questionnaire_is_refused_in_words() {
    let check = |bytes: &[u8], expect: &[&str]| assert_eq!(refused(bytes), expect);
    check(b"PK\x03\x04", &["workbook_unreadable"]);
    check(&packed(&[("daftar", "")]), &["sheet_missing"]);
    check(
        &packed(&[("survey", r#"<row><c r="B3" t="e"><v>#REF!</v></c></row>"#)]),
        &["survey baris 3 kolom B cell_error"],
    );
    check(
        &packed(&[("survey", &rows(&[&["type"]])), ("external_choices", "")]),
        &["external_choices sheet_unsupported"],
    );
    check(&vec![0; WORKBOOK_BYTES_MAX + 1], &["workbook_too_large"]);
}

#[test]
fn a_workbook_that_claims_to_be_huge_is_refused_within_bounds() {
    let far = r#"<row><c r="A1" t="str"><v>type</v></c><c r="XFD1048576"><v>1</v></c></row>"#;
    assert_eq!(
        refused(&packed(&[("survey", far)])),
        ["survey workbook_too_large"]
    );
    let bomb = " ".repeat(UNPACKED_BYTES_MAX as usize + 1);
    let bytes = packed(&[("survey", &bomb)]);
    assert!(bytes.len() < 200_000, "{} bytes", bytes.len());
    assert_eq!(refused(&bytes), ["workbook_too_large"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn broken_workbooks_are_refused_without_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = small();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Err(faults) = read_workbook(&bytes) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn any_sheet_is_read_or_refused(
        sheet in "(<row>|<row r=\"[0-9]{0,9}\">|</row>|<c r=\"[A-Z]{0,3}[0-9]{0,8}\" t=\"(s|str|b|e|d|n|inlineStr)\">|<v>|</v>|</c>|<is><t>|</t></is>|[0-9a-z&;.-]{0,4}|\\PC){0,40}",
    ) {
        let _ = read_workbook(&packed(&[("survey", &sheet)]));
    }
}
