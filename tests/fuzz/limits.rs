//! Inputs that are made to break a reader: each is refused, and the message names the limit.
//!
//! Always: with the stack of a phone's browser, and within a stated bound of memory.
//! Never: measures time; an input without its limit would never end.

use std::collections::BTreeMap;

use server::import::{read_form, read_workbook};
use shared::answers::AnswerSet;
use shared::questionnaire::interview::{Interview, ROWS_MAX};
use shared::questionnaire::model::QUESTIONNAIRE_BYTES_MAX;
use shared::questionnaire::sheet::{Imported, Severity, Sheets, import};
use shared::questionnaire::xform;
use shared::questionnaire::xpath::parse;

use crate::engine::within_bounds;
use crate::interview::{explore, surroundings};
use crate::zip;

/// Runs within the bounds of a case; what comes back names every word.
fn says(words: &[&str], run: impl FnOnce() -> String + Send + 'static) {
    let said = within_bounds(run);
    for word in words {
        assert!(
            said.contains(word),
            "no `{word}` in: {}",
            said.chars().take(600).collect::<String>()
        );
    }
}

/// The errors, as the office reads them.
fn errors(imported: &Imported) -> String {
    let errors = imported.problems.iter();
    let errors = errors.filter(|problem| problem.severity == Severity::Error);
    let lines: Vec<String> = errors.map(ToString::to_string).collect();
    assert_eq!(imported.questionnaire.is_none(), !lines.is_empty());
    lines.join("\n")
}

fn survey(survey: String) -> String {
    errors(&import(&Sheets {
        survey,
        ..Sheets::default()
    }))
}

fn expression(text: &str) -> String {
    match parse(text) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn xml(text: &str) -> String {
    errors(&xform::import(text, &BTreeMap::new(), &BTreeMap::new()))
}

fn file(name: &'static str, text: String) -> String {
    let imported = import(&Sheets {
        survey: format!("type,name,label\nselect_one_from_file {name},a,A\n"),
        files: BTreeMap::from([(name.to_owned(), text)]),
        ..Sheets::default()
    });
    let taken = imported.questionnaire.iter().flat_map(|form| &form.lists);
    let taken: usize = taken.map(|list| list.choices.len()).sum();
    format!("{taken} choices taken\n{}", errors(&imported))
}

#[test]
fn an_expression_that_nests_or_grows_without_end_is_refused() {
    let nested = |count: usize| format!("{}1{}", "(".repeat(count), ")".repeat(count));
    says(&["at most 32000 bytes"], move || {
        expression(&nested(100_000))
    });
    says(&["at most 60 levels of nesting"], move || {
        expression(&nested(15_000))
    });
    says(&["at most 60 levels of nesting"], || {
        expression(&"a[".repeat(15_000))
    });
    says(&["at most 60 levels of nesting"], || {
        expression(&"not(".repeat(8_000))
    });
    says(&["at most 32000 bytes"], || {
        expression(&"1 + ".repeat(250_000))
    });
    says(&["at most 4000 parts"], || expression(&"1+".repeat(15_999)));
    says(&["at most"], || {
        expression(&format!("1{}", " or 1".repeat(3_000)))
    });
    let in_sheet = "type,name,label,calculation\ncalculate,a,,";
    says(&["32000"], move || {
        survey(format!("{in_sheet}{}\n", "-".repeat(1_000_000)))
    });
}

#[test]
fn the_deepest_expressions_that_are_accepted_fit_the_stack() {
    for text in [
        format!("{}1{}", "(".repeat(60), ")".repeat(60)),
        format!("{}1{}", "concat(1, ".repeat(60), ")".repeat(60)),
        format!("1{}", " or 1".repeat(249)),
        format!("{}1", "- ".repeat(15_000)),
        format!(".{}", "[. ".repeat(60) + &"]".repeat(60)),
        format!("1{}", " - 1 div 2".repeat(249)),
    ] {
        says(&["accepted"], move || {
            let said = expression(&text);
            let form = import(&Sheets {
                survey: format!("type,name,calculation\ncalculate,a,\"{text}\"\n"),
                ..Sheets::default()
            });
            if let Some(form) = form.questionnaire {
                Interview::new(form.into(), AnswerSet::default(), surroundings());
            }
            said
        });
    }
}

#[test]
fn a_sheet_of_a_million_rows_is_refused() {
    let rows = "text,a,A\n".repeat(1_000_000);
    says(&["100000"], move || {
        survey(format!("type,name,label\n{rows}"))
    });
    let rows = "\n".repeat(20_000_001);
    says(&["20000000"], move || {
        survey(format!("type,name,label\n{rows}"))
    });
}

#[test]
fn a_sheet_of_ten_thousand_columns_is_refused() {
    let headers: String = (0..10_000).map(|number| format!(",k{number}")).collect();
    says(&["400"], move || {
        survey(format!("type,name,label{headers}\ntext,a,A\n"))
    });
}

#[test]
fn a_sheet_of_ten_million_cells_is_refused() {
    let headers: String = (0..390).map(|number| format!(",k{number}")).collect();
    let row = format!("text,a,A{}\n", ",1".repeat(390));
    let rows = row.repeat(25_000);
    says(&["1000000 cells"], move || {
        survey(format!("type,name,label{headers}\n{rows}"))
    });
}

#[test]
fn ten_thousand_nested_groups_are_refused() {
    let open: String = (0..10_000)
        .map(|number| format!("begin_group,g{number},G\n"))
        .collect();
    let close = "end_group,,\n".repeat(10_000);
    says(&["14"], move || {
        survey(format!("type,name,label\n{open}text,a,A\n{close}"))
    });
}

#[test]
fn twenty_thousand_questions_are_the_most() {
    let rows: String = (0..20_001)
        .map(|number| format!("text,q{number},Q\n"))
        .collect();
    says(&["20000"], move || {
        survey(format!("type,name,label\n{rows}"))
    });
}

#[test]
fn a_list_of_a_million_choices_is_refused() {
    let rows: String = (0..1_000_000)
        .map(|number| format!("l,{number},X\n"))
        .collect();
    let sheets = Sheets {
        survey: "type,name,label\nselect_one l,a,A\n".to_owned(),
        choices: format!("list_name,name,label\n{rows}"),
        ..Sheets::default()
    };
    says(&["100000"], move || errors(&import(&sheets)));
}

#[test]
fn as_many_choices_as_a_sheet_may_hold_are_read() {
    for list in ["l", "l{}"] {
        let rows: String = (0..99_000)
            .map(|number| format!("{},{number},X\n", list.replace("{}", &number.to_string())))
            .collect();
        let sheets = Sheets {
            survey: "type,name,label\nselect_one l,a,A\nselect_one l1,b,B\n".to_owned(),
            choices: format!("list_name,name,label\n{rows}l,x,X\nl1,x,X\n"),
            ..Sheets::default()
        };
        says(&["read"], move || {
            format!("read {}", errors(&import(&sheets)))
        });
    }
}

#[test]
fn a_form_that_no_phone_would_take_is_refused() {
    let label = "x".repeat(190);
    let rows: String = (0..90_000)
        .map(|number| format!("l,{number},{label}\n"))
        .collect();
    let sheets = Sheets {
        survey: "type,name,label\nselect_one l,a,A\n".to_owned(),
        choices: format!("list_name,name,label\n{rows}"),
        ..Sheets::default()
    };
    let limit: &'static str = QUESTIONNAIRE_BYTES_MAX.to_string().leak();
    says(&[limit], move || errors(&import(&sheets)));
}

#[test]
fn a_file_of_a_million_choices_is_not_carried_along() {
    for name in ["desa.csv", "desa.geojson"] {
        let text: String = match name {
            "desa.csv" => (0..1_000_000)
                .map(|number| format!("{number},X\n"))
                .collect(),
            _ => (0..1_000_000).map(|_| r#"{"properties":{}},"#).collect(),
        };
        let text = match name {
            "desa.csv" => format!("name,label\n{text}"),
            _ => format!(r#"{{"features":[{}]}}"#, text.trim_end_matches(',')),
        };
        says(&["0 choices taken"], move || file(name, text));
    }
}

#[test]
fn geojson_that_nests_or_spreads_without_end_is_refused() {
    let deep = "[".repeat(100_000);
    says(&["recursion limit"], move || file("desa.geojson", deep));
    let spread: String = (0..100_000)
        .map(|number| format!(r#"{{"properties":{{"k{number}":1}}}},"#))
        .collect();
    let spread = format!(r#"{{"features":[{}{{}}]}}"#, spread);
    says(&["400"], move || file("desa.geojson", spread));
    let long = format!(r#"{{"features":[{}0]}}"#, "0,".repeat(9_000_000));
    says(&["4000000"], move || file("desa.geojson", long));
}

#[test]
fn a_pattern_that_explodes_is_refused() {
    for pattern in [
        "(a{1000}){1000}",
        "((((a{100}){100}){100}){100}){100}",
        "(x+x+)+y{2000,}",
        "[01]*1[01]{30}",
        r"(\w|\d|é){1000}",
    ] {
        says(&["a pattern"], move || {
            expression(&format!("regex(., '{pattern}')"))
        });
    }
    let deep = format!("regex(., '{}a{}')", "(".repeat(15_000), ")".repeat(15_000));
    says(&["a pattern"], move || expression(&deep));
}

fn form(model: &str) -> String {
    format!(
        r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Uji</h:title>
<model><instance><data id="uji"><a/></data></instance>{model}</model></h:head><h:body><input ref="/data/a"><label>A</label></input></h:body></h:html>"#
    )
}

#[test]
fn xml_that_nests_without_end_is_refused() {
    let deep = form(&format!(
        "{}{}",
        "<x>".repeat(100_000),
        "</x>".repeat(100_000)
    ));
    says(&["limit 60"], move || xml(&deep));
    let unclosed = "<x a='>".repeat(100_000);
    says(&["Xform"], move || format!("Xform {}", xml(&unclosed)));
}

#[test]
fn xml_with_entities_is_refused() {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let outside = "<!DOCTYPE x [<!ENTITY c SYSTEM \"file:///etc/hostname\">]>";
    for (start, rest) in [(laughs, "&c;"), (outside, "&c;"), ("", "&c;")] {
        let text = format!(
            "{start}{}",
            form(&format!("<bind nodeset=\"/data/a\" relevant=\"{rest}\"/>"))
        );
        says(&["xml_unreadable"], move || {
            let read = xform::import(&text, &BTreeMap::new(), &BTreeMap::new());
            assert!(read.questionnaire.is_none());
            read.problems
                .into_iter()
                .map(|problem| problem.code)
                .collect()
        });
    }
}

#[test]
fn xml_with_two_million_attributes_is_refused() {
    let names: String = (0..1_400_000)
        .map(|number| format!(" a{number}=''"))
        .collect();
    let one = form(&format!("<x{names}/>"));
    says(&["limit 200 attributes"], move || xml(&one));
    let many = form(&"<x a='' b=''/>".repeat(1_000_000));
    says(&["attributes"], move || {
        format!("attributes {}", xml(&many))
    });
}

#[test]
fn xml_with_a_namespace_for_each_element_is_refused() {
    let spaces = form(&"<x xmlns:a='u' xmlns:b='v'/>".repeat(200_000));
    says(&["limit 1000 namespaces"], move || xml(&spaces));
}

/// The parts of a workbook whose sheets, named so, all are its first one.
fn parts(names: impl Iterator<Item = String>, rows: &str) -> Vec<(String, Vec<u8>)> {
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let sheets: String = names
        .enumerate()
        .map(|(number, name)| {
            format!(
                r#"<sheet name="{name}" sheetId="{}" r:id="rId1"/>"#,
                number + 1
            )
        })
        .collect();
    let part = |name: &str, text: String| (name.to_owned(), text.into_bytes());
    vec![
        part("[Content_Types].xml", "<Types/>".to_owned()),
        part(
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        part(
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{sheets}</sheets></workbook>"#
            ),
        ),
        part(
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
        part(
            "xl/worksheets/sheet1.xml",
            format!(
                r#"<worksheet xmlns="{main}"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#
            ),
        ),
    ]
}

fn survey_parts(rows: &str) -> Vec<(String, Vec<u8>)> {
    parts(std::iter::once("survey".to_owned()), rows)
}

const ROWS: &str = r#"<row r="1"><c r="A1" t="str"><v>type</v></c><c r="B1" t="str"><v>name</v></c></row><row r="2"><c r="A2" t="str"><v>hidden</v></c><c r="B2" t="str"><v>a</v></c></row>"#;

fn workbook(bytes: &[u8]) -> String {
    match read_workbook(bytes) {
        Ok(workbook) => format!(
            "accepted {}",
            errors(&read_form(
                &workbook.sheets,
                server::import::Beside::default()
            ))
        ),
        Err(faults) => faults.into_iter().map(|fault| fault.text_en).collect(),
    }
}

#[test]
fn an_archive_that_unpacks_to_gigabytes_is_refused() {
    for (claim, said) in [
        (1_000, "declared uncompressed size"),
        (u32::MAX - 1, "67108864 bytes unpacked"),
    ] {
        let bytes = zip::bomb(&survey_parts(ROWS), "xl/styles.xml", 1_000_000_000, claim);
        says(&[said], move || workbook(&bytes));
    }
    // Archives in archives are not opened.
    let mut inner = survey_parts(ROWS);
    inner.push(("xl/inner.zip".to_owned(), zip::stored(&survey_parts(ROWS))));
    says(&["accepted"], move || workbook(&zip::stored(&inner)));
    let many = (0..501).map(|number| (format!("xl/{number}.xml"), Vec::new()));
    let many: Vec<(String, Vec<u8>)> = many.collect();
    says(&["500 parts"], move || workbook(&zip::stored(&many)));
}

#[test]
fn a_sheet_that_claims_a_million_rows_is_read_by_its_cells() {
    let empty = r#"<row r="9"/>"#.repeat(600_000);
    let bytes = zip::stored(&survey_parts(&format!("{ROWS}{empty}")));
    says(&["accepted"], move || workbook(&bytes));
    let far = r#"<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>"#;
    let bytes = zip::stored(&survey_parts(&format!("{ROWS}{far}")));
    says(&["100000 rows, 400 columns"], move || workbook(&bytes));
}

#[test]
fn ten_thousand_sheets_are_refused() {
    for name in ["survey", "lembar{}"] {
        let names = (0..10_000).map(|number| name.replace("{}", &number.to_string()));
        let bytes = zip::stored(&parts(names, ROWS));
        says(&["100 sheets"], move || workbook(&bytes));
    }
    let twice = ["survey", "Survey"].map(str::to_owned).into_iter();
    let bytes = zip::stored(&parts(twice, ROWS));
    says(&["two sheets"], move || workbook(&bytes));
}

/// Computes a form of one calculation after the other, with nothing answered.
fn calculated(survey: &str) -> String {
    let form = import(&Sheets {
        survey: survey.to_owned(),
        ..Sheets::default()
    });
    let said = errors(&form);
    let Some(form) = form.questionnaire else {
        return said;
    };
    let interview = Interview::new(form.into(), AnswerSet::default(), surroundings());
    let longest = interview.calculated_values();
    let longest = longest.iter().map(|(_, text)| text.len()).max();
    format!("longest text {longest:?}")
}

#[test]
fn rows_in_rows_that_are_counted_by_expressions_have_an_end() {
    let mut survey = "type,name,label,repeat_count\n".to_owned();
    for depth in 0..4 {
        survey.push_str(&format!(
            "begin_repeat,r{depth},R,{ROWS_MAX}\ntext,q{depth},Q,\n"
        ));
    }
    survey.push_str(&"end_repeat,,,\n".repeat(4));
    says(&["longest text"], move || calculated(&survey));
}

#[test]
fn calculations_that_double_a_text_have_an_end() {
    let mut survey = "type,name,calculation\ncalculate,c0,'panjang'\n".to_owned();
    for number in 1..60 {
        let before = number - 1;
        survey.push_str(&format!(
            "calculate,c{number},\"concat(${{c{before}}}, ${{c{before}}})\"\n"
        ));
    }
    says(&["longest text"], move || calculated(&survey));
}

#[test]
fn totals_that_read_themselves_in_other_rows_have_an_end() {
    let survey = "type,name,label,calculation\n\
        begin_repeat,r,Kebun,\ndecimal,luas,Luas,\n\
        calculate,semua,,\"coalesce(indexed-repeat(${semua}, ${r}, 3 - position(..)), 0) + coalesce(${luas}, 1)\"\nend_repeat,,,\n";
    let form = import(&Sheets {
        survey: survey.to_owned(),
        ..Sheets::default()
    });
    let form = form
        .questionnaire
        .expect("rows that read earlier rows are no cycle");
    // What is computed step by step equals what is computed from nothing.
    says(&[], move || explore(form, true));
}

#[test]
fn predicates_in_predicates_have_an_end() {
    let mut survey = "type,name,calculation\nbegin_group,g,\n".to_owned();
    for number in 0..200 {
        survey.push_str(&format!("calculate,k{number},1\n"));
    }
    survey.push_str("end_group,,\n");
    let nested = format!("{}1{}", "../*[".repeat(30), "]".repeat(30));
    survey.push_str(&format!("calculate,c,count(/data/g/*[{nested}])\n"));
    says(&["longest text"], move || calculated(&survey));
}
