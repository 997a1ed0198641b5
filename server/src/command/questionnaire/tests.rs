use tempfile::TempDir;

use super::*;

const SURVEY: &str = "\
type,name,label::Bahasa Indonesia (id),label::English (en),relevant,constraint,calculation,default
integer,umur,Umur,Age,,. < 120,,
select_one ya_tidak,bekerja,Bekerja?,Works?,${umur} >= 15,,,
begin_repeat,kebun,Kebun,Garden,${bekerja} = 'ya',,,
decimal,luas,Luas,Area,,,,0.5
end_repeat,,,,,,,
calculate,jumlah,,,,,sum(${luas}),
date,tanggal,Tanggal,Date,,. <= today(),,
";
const CHOICES: &str = "\
list_name,name,label::Bahasa Indonesia (id),label::English (en)
ya_tidak,ya,Ya,Yes
ya_tidak,tidak,Tidak,No
";

fn folder(survey: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("survey.csv", survey);
    write("choices.csv", CHOICES);
    write("settings.csv", "form_id,form_title,version\nuji,Uji,3\n");
    folder
}

fn filled(script: &str) -> Result<Vec<serde_json::Value>> {
    let imported = read(folder(SURVEY).path()).unwrap();
    let mut lines = Vec::new();
    let form = Form::of(&imported).unwrap();
    fill::fill(&form, script, |line| lines.push(line))?;
    Ok(lines)
}

#[test]
fn check_prints_every_problem_and_fails() {
    let good = folder(SURVEY);
    let clean = folder("type,name,label\ntext,a,A\n");
    assert_eq!(report(&read(clean.path()).unwrap(), false), "no problems\n");
    let warned = report(&read(good.path()).unwrap(), false);
    assert!(warned.contains("[constraint_dated] today()"), "{warned}");
    assert_eq!(warned.matches("warning:").count(), 1, "{warned}");
    assert!(check(good.path(), false).is_ok());

    let bad = folder("type,name,label,relevant\nintegr,a,A,\ntext,b,B,${c} = 1\ntext,d,,\n");
    let error = check(bad.path(), true).unwrap_err().to_string();
    assert!(error.ends_with("is refused for 2 problems"), "{error}");
    let imported = read(bad.path()).unwrap();
    let text = report(&imported, false);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("    "))
        .collect();
    assert_eq!(
        lines,
        [
            "error: survey 2 type: This type is not known. [type_unknown] integr",
            "error: survey 3 relevant: The expression names something that is not in the survey \
             sheet. [reference_unknown] ${c}",
            "warning: survey 4 label: The label is missing. [label_missing] d",
        ]
    );
    let json: serde_json::Value = serde_json::from_str(&report(&imported, true)).unwrap();
    assert_eq!(json["refused"], true);
    assert_eq!(json["problems"][0]["row"], 2);
    assert_eq!(json["problems"][0]["offending"], "integr");
}

#[test]
fn a_workbook_that_cannot_be_read_is_a_problem_too() {
    let folder = TempDir::new().unwrap();
    let form = folder.path().join("form.xlsx");
    std::fs::write(&form, b"PK\x03\x04 cut off").unwrap();
    let imported = read(&form).unwrap();
    assert_eq!(imported.problems[0].code, "workbook_unreadable");
    std::fs::write(&form, crate::import::small_workbook()).unwrap();
    assert!(check(&form, false).is_ok());
}

#[test]
fn a_form_as_xml_is_checked_described_and_filled() {
    let folder = TempDir::new().unwrap();
    let form = folder.path().join("form.xml");
    let xml = r#"<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Uji</h:title><model><instance><data id="uji"><umur/><tua/></data></instance>
<bind nodeset="/data/umur" type="int"/>
<bind nodeset="/data/tua" type="string" calculate=" /data/umur  &gt; 60"/></model></h:head>
<h:body><input ref="/data/umur"><label>Umur</label></input></h:body></h:html>"#;
    std::fs::write(&form, xml).unwrap();
    assert!(check(&form, false).is_ok());
    let imported = read(&form).unwrap();
    let text = describe::describe(&accepted(&imported).unwrap(), false);
    assert!(
        text.contains("/tua calculate\n    calculate: /data/umur  > 60\n"),
        "{text}"
    );
    let mut lines = Vec::new();
    let whole = Form::of(&imported).unwrap();
    fill::fill(&whole, r#"{"answer": "/umur", "value": 61}"#, |line| {
        lines.push(line)
    })
    .unwrap();
    assert_eq!(lines[1]["calculated"]["/tua"], "true");
    std::fs::write(
        &form,
        xml.replace("/data/umur\" type", "/data/tiada\" type"),
    )
    .unwrap();
    let error = check(&form, false).unwrap_err().to_string();
    assert!(error.contains("is refused for 1 problems"), "{error}");
}

#[test]
fn files_of_choices_are_read_from_beside_the_form() {
    let folder = folder("type,name,label\nselect_one_from_file desa.csv,a,A\n");
    let imported = read(folder.path()).unwrap();
    assert_eq!(imported.problems[0].code, "file_missing");
    std::fs::write(folder.path().join("desa.csv"), "name,label\n1,Satu\n").unwrap();
    let imported = read(folder.path()).unwrap();
    assert_eq!(imported.questionnaire.unwrap().lists[1].choices.len(), 1);
    assert_eq!(beside(folder.path(), "../survey.csv").unwrap(), None);
}

#[test]
fn media_is_read_from_beside_the_form() {
    let folder = folder("type,name,label,image\ntext,a,A,padi.png\n");
    let imported = read(folder.path()).unwrap();
    assert_eq!(imported.problems[0].code, "media_missing");
    std::fs::write(folder.path().join("padi.png"), [0x89, b'P']).unwrap();
    let form = read(folder.path()).unwrap().questionnaire.unwrap();
    assert_eq!(form.media[0].bytes, [0x89, b'P']);
}

#[test]
fn describe_tells_fields_types_expressions_and_languages() {
    let imported = read(folder(SURVEY).path()).unwrap();
    let form = accepted(&imported).unwrap();
    let text = describe::describe(&form, false);
    assert!(
        text.starts_with("Uji (uji), version 3\nlanguages: Bahasa Indonesia (id), English (en)\n")
    );
    assert!(
        text.contains("/kebun/luas decimal \"Luas\"\n    default: 0.5\n"),
        "{text}"
    );
    assert!(
        text.contains("/jumlah calculate\n    calculation: sum(${luas})\n"),
        "{text}"
    );
    assert!(text.ends_with("list ya_tidak: 2 choices\n"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&describe::describe(&form, true)).unwrap();
    assert_eq!(json["fields"][1]["label"]["en"], "Works?");
    assert_eq!(
        json["fields"][1]["expressions"]["relevant"],
        "${umur} >= 15"
    );
    assert_eq!(json["lists"][0]["choices"][0]["name"], "ya");
}

#[test]
fn describe_tells_what_is_saved_to_which_entity() {
    let folder = folder("type,name,label,save_to\ntext,a,A,nama\n");
    let entities = "list_name,label\norang,${a}\n";
    std::fs::write(folder.path().join("entities.csv"), entities).unwrap();
    let imported = read(folder.path()).unwrap();
    let text = describe::describe(&accepted(&imported).unwrap(), false);
    assert!(text.contains("\nentity orang\n    nama: /a\n"), "{text}");
}

#[test]
fn fill_sets_what_an_answer_triggers() {
    let folder = folder(
        "type,name,label,calculation,trigger\ninteger,a,A,,\ninteger,b,B,,\n\
         calculate,c,,${a} + ${b},${a}\n",
    );
    let imported = read(folder.path()).unwrap();
    let script = r#"{"answer": "/b", "value": 2} {"answer": "/a", "value": 1}
        {"answer": "/b", "value": 9}"#;
    let mut lines = Vec::new();
    let form = Form::of(&imported).unwrap();
    fill::fill(&form, script, |line| lines.push(line)).unwrap();
    let set = lines.iter().map(|line| line["calculated"]["/c"].clone());
    let set: Vec<serde_json::Value> = set.collect();
    assert_eq!(set, [json!(null), json!(null), json!("3"), json!("3")]);
}

#[test]
fn fill_shows_the_state_after_each_step() {
    let lines = filled(
        r#"
        {"answer": "/umur", "value": 17}
        {"answer": "/bekerja", "value": "ya"}
        {"add_row": "/kebun"}
        [{"add_row": "/kebun"}, {"answer": "/kebun[2]/luas", "value": 2.25}]
        {"remove_row": "/kebun[1]"}
        {"language": "en"}
        {"answer": "/tanggal", "value": "2026-01-02"}
        {"clock": "2026-01-02T09:00:00+07:00"}
        {"answer": "/umur", "value": null}
        {"unknown": "/umur"}
        "#,
    )
    .unwrap();
    let shown = |step: usize| {
        let pages = lines[step]["pages"].as_array().unwrap();
        let items = pages
            .iter()
            .flat_map(|page| page["items"].as_array().unwrap());
        items
            .map(|item| item["path"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(0), ["/umur", "/tanggal"]);
    assert_eq!(shown(1), ["/umur", "/bekerja", "/tanggal"]);
    assert_eq!(lines[3]["calculated"]["/jumlah"], "0.5");
    assert_eq!(lines[5]["calculated"]["/jumlah"], "2.75");
    assert_eq!(lines[6]["calculated"]["/jumlah"], "2.25");
    assert!(
        shown(6).contains(&"/kebun[1]/luas".to_owned()),
        "{:?}",
        shown(6)
    );
    assert_eq!(lines[7]["pages"][0]["items"][0]["label"], "Age");
    assert_eq!(lines[8]["findings"][0]["code"], "doubt");
    assert_eq!(lines[8]["can_finish"], false);
    assert_eq!(lines[9]["findings"].as_array().unwrap().len(), 0);
    assert_eq!(shown(10), ["/umur", "/tanggal"]);
    assert_eq!(
        lines[11]["pages"][0]["items"][0]["answer"]["state"],
        "unknown"
    );
}

#[test]
fn a_step_that_cannot_be_done_ends_the_run_with_its_number() {
    let check = |script: &str, expect: &str| {
        let error = format!("{:#}", filled(script).unwrap_err());
        assert!(error.contains(expect), "{error}");
    };
    check(r#"{"answer": "/tiada", "value": 1}"#, "step 1");
    check(
        r#"{"answer": "/tiada", "value": 1}"#,
        "the form has no /tiada",
    );
    check(
        r#"{"answer": "/umur", "value": "tua"}"#,
        "\"tua\" is no integer",
    );
    check(r#"{"answer": "/jumlah", "value": 1}"#, "nobody answers it");
    check(
        r#"{"answer": "/kebun[1]/luas", "value": 1}"#,
        "/kebun has no row 1",
    );
    check(r#"{"add_row": "/umur"}"#, "/umur is not a repeat");
    check(r#"{"language": "fr"}"#, "no language fr");
    check(r#"{"clock": "besok"}"#, "write the clock as");
    check(r#"{"anser": "/umur"}"#, "a step has one of answer");
    check(
        r#"{"add_row": "/kebun", "value": 1}"#,
        "`value` means nothing",
    );
    check("{", "the script is not JSON");
}
