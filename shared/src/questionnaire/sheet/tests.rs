mod entities;
mod media;

use super::*;
use crate::questionnaire::model::Unit;

fn potensi_desa() -> Sheets {
    Sheets {
        survey: include_str!("../../../data/potensi-desa/survey.csv").to_owned(),
        choices: include_str!("../../../data/potensi-desa/choices.csv").to_owned(),
        settings: include_str!("../../../data/potensi-desa/settings.csv").to_owned(),
        ..Sheets::default()
    }
}

#[test]
fn the_projects_questionnaire_is_read_without_a_problem() {
    let imported = import(&potensi_desa());
    assert_eq!(imported.problems, Vec::new());
    let questionnaire = imported.questionnaire.unwrap();
    assert_eq!(questionnaire.title, "Potensi Desa");
    assert_eq!(questionnaire.version, "2026112801");
    assert_eq!(questionnaire.modules().count(), 9);
    let codes: Vec<&str> = questionnaire
        .languages
        .iter()
        .map(|language| language.code.as_str())
        .collect();
    assert_eq!(codes, ["id", "en"]);
    let questions = questionnaire
        .nodes
        .iter()
        .filter(|node| node.kind.is_question())
        .count();
    let calculates = |node: &&Node| node.kind == Kind::Calculate;
    // 175 questions, 26 texts for "other", 3 that the system fills in.
    assert_eq!(questions, 175 + 26 + 3);
    assert_eq!(questionnaire.nodes.iter().filter(calculates).count(), 24);
    let doubts = questionnaire
        .nodes
        .iter()
        .filter(|node| node.doubt.is_some())
        .count();
    assert_eq!(doubts, 44);
    let capacity = questionnaire
        .find("/f_fasilitas_modul/f_fasilitas/f_kapasitas")
        .unwrap();
    let unit = questionnaire
        .find("/f_fasilitas_modul/f_fasilitas/f_satuan")
        .unwrap();
    assert_eq!(questionnaire.node(capacity).unit, Some(Unit::LabelOf(unit)));
    assert_eq!(questionnaire.outcome.as_ref().unwrap().excusing.len(), 3);
}

#[test]
fn the_compiled_form_reads_back_and_has_one_name() {
    let questionnaire = import(&potensi_desa()).questionnaire.unwrap();
    let bytes = questionnaire.to_bytes();
    let again = Questionnaire::from_bytes(&bytes).unwrap();
    assert_eq!(again, questionnaire);
    assert_eq!(again.fingerprint(), questionnaire.fingerprint());
    assert!(bytes.len() < 150_000, "{} bytes", bytes.len());
}

#[test]
fn bytes_of_another_format_are_told_apart_from_damaged_ones() {
    use crate::questionnaire::model::{DecodeError, QUESTIONNAIRE_FORMAT, QUESTIONNAIRE_MAGIC};
    let mut bytes = import(&potensi_desa()).questionnaire.unwrap().to_bytes();
    let place = QUESTIONNAIRE_MAGIC.len();
    assert_eq!(bytes[place], QUESTIONNAIRE_FORMAT);
    bytes[place] = 200;
    let error = Questionnaire::from_bytes(&bytes).unwrap_err();
    assert_eq!(error, DecodeError::OtherFormat { format: 200 });
    assert!(error.to_string().contains("update the app"), "{error}");
    assert_eq!(
        Questionnaire::from_bytes(&bytes[1..]),
        Err(DecodeError::Malformed)
    );
    assert_eq!(Questionnaire::from_bytes(&[]), Err(DecodeError::Malformed));
}

#[test]
fn a_name_is_one_step_of_a_path() {
    let row = "0123456789abcdef".repeat(2);
    let good = import(&potensi_desa()).questionnaire.unwrap();
    for name in ["a/b".to_owned(), format!("a[{row}]"), String::new()] {
        let mut damaged = good.clone();
        damaged.nodes[1].name.clone_from(&name);
        let read = Questionnaire::from_bytes(&damaged.to_bytes());
        assert!(read.is_err(), "{name}");
        if !name.is_empty() {
            let survey = format!("type,name,label\ntext,{name},A\ncsv-external,{name},\n");
            let expected = [(2, "name", "name_invalid"), (3, "name", "name_invalid")];
            check(&survey, "", &expected);
        }
    }
    let sheets = Sheets {
        survey: "type,name,label\ntext,a,A\n".to_owned(),
        settings: "form_id,name\nuji,a/b\n".to_owned(),
        ..Sheets::default()
    };
    assert_eq!(import(&sheets).problems[0].code, "name_invalid");
}

#[test]
fn what_an_answer_sets_is_not_filled_in_by_the_system() {
    let survey = |trigger: &str| {
        format!(
            "type,name,label,calculation,read_only,trigger\n\
             integer,a,A,,,\ntext,kode_desa,K,,yes,{trigger}\n"
        )
    };
    let fed = |trigger: &str| {
        let sheets = Sheets {
            survey: survey(trigger),
            ..Sheets::default()
        };
        import(&sheets).questionnaire.unwrap().nodes[2].fed
    };
    assert_eq!(fed(""), Some(Fed::VillageCode));
    assert_eq!(fed("${a}"), None);
}

#[test]
fn once_in_what_is_computed_again_is_warned_of() {
    let with = |calculation: &str, trigger: &str| {
        let rows = "integer,a,A,,\n";
        let survey = format!(
            "type,name,label,calculation,trigger\n{rows}text,b,B,\"{calculation}\",{trigger}\n"
        );
        let sheets = Sheets {
            survey,
            settings: "form_id\nuji\n".to_owned(),
            ..Sheets::default()
        };
        let problems = import(&sheets).problems.into_iter();
        problems.map(|each| each.code).collect::<Vec<_>>().join(" ")
    };
    for changing in [
        "random()",
        "concat('a', now())",
        "${a} + 1",
        "../a",
        "uuid()",
    ] {
        let formula = format!("once({changing})");
        assert_eq!(with(&formula, ""), "once_not_kept", "{formula}");
        assert_eq!(with(&formula, "${a}"), "", "{formula}");
    }
    assert_eq!(with("once(1 + 1)", ""), "");
}

#[test]
fn problems_of_choices_and_files_have_the_row_that_they_stand_in() {
    let found = |survey: &str, choices: &str, file: &str| {
        let sheets = Sheets {
            survey: format!("type,name,label,calculation\n{survey}"),
            choices: format!("list_name,name,label,image\n{choices}"),
            settings: "form_id\nuji\n".to_owned(),
            files: [("f.csv".to_owned(), file.to_owned())].into(),
            ..Sheets::default()
        };
        let problems = import(&sheets).problems.into_iter();
        let line = problems.map(|each| format!("{} {} {}", each.sheet, each.row, each.code));
        line.collect::<Vec<_>>()
    };
    let select = "text,t,T,\nselect_one l,a,A,\n";
    let choices = "m,x,X,\nl,x,X,\nl,y,Y ${tidak},\nm,z,Z,z.png\n";
    let expected = ["choices 4 reference_unknown", "choices 5 media_missing"];
    assert_eq!(found(select, choices, ""), expected);
    let from_file = "text,t,T,\nselect_one_from_file f.csv,a,A,\n";
    let unreadable = found(from_file, "", "kode,nama\n1,A\n");
    assert_eq!(unreadable, ["survey 3 file_unreadable"]);
    let label = found(from_file, "", "name,label\n1,A\n2,${tidak}\n");
    assert_eq!(label, ["survey 3 reference_unknown"]);
    let endless = format!("name,label\n1,A\n2,${{{}}}\n", "x".repeat(32_000));
    let label = found(from_file, "", &endless);
    assert_eq!(label, ["survey 3 file_label_unreadable"]);
    let many: String = (0..200_001).map(|row| format!("{row},A\n")).collect();
    let many = format!("name,label\n{many}");
    assert_eq!(found(from_file, "", &many), ["survey 3 file_too_large"]);
    let pulled = "text,t,T,\ncalculate,a,,\"pulldata('f', 'label', 'name', ${t})\"\n";
    assert_eq!(found(pulled, "", &many), ["survey 3 file_too_large"]);
}

fn check(survey: &str, choices: &str, expected: &[(u32, &str, &str)]) {
    let sheets = Sheets {
        survey: survey.to_owned(),
        choices: format!("list_name,name,label,kelas\n{choices}"),
        settings: "form_id,form_title\nuji,Uji\n".to_owned(),
        ..Sheets::default()
    };
    let imported = import(&sheets);
    let found: Vec<(u32, &str, &str)> = imported
        .problems
        .iter()
        .map(|problem| (problem.row, problem.column.as_str(), problem.code.as_str()))
        .collect();
    assert_eq!(found, expected, "{survey}");
    for problem in &imported.problems {
        assert!(
            !problem.text.is_empty() && !problem.text_en.is_empty(),
            "{problem}"
        );
        assert!(!problem.advice.is_empty(), "{problem}");
    }
    let refused = imported
        .problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    assert_eq!(imported.questionnaire.is_none(), refused);
}

#[test]
fn all_problems_are_reported_at_once_with_their_places() {
    check(
        "type,name,label,relevant,calculation\n\
         integer,a,A,,\n\
         integr,b,B,,\n\
         select_one tidak_ada,c,C,,\n\
         select_one,d,D,,\n\
         integer,a,A lagi,,\n\
         integer,2e,E,,\n\
         integer,,F,,\n\
         integer,g,G,${tiada} > 1,\n\
         integer,h,H,${a} >,\n\
         calculate,i,,,\n\
         calculate,j,,,entah(1)\n\
         calculate,k,,,../../x\n\
         begin_group,l,L,,\n\
         integer,m,M,,\n\
         end_repeat,,,,\n\
         end_group,,,,\n\
         begin_repeat,n,N,,\n\
         integer,o,O,,\n",
        "",
        &[
            (3, "type", "type_unknown"),
            (4, "type", "list_unknown"),
            (5, "type", "list_missing"),
            (6, "name", "name_repeated"),
            (7, "name", "name_invalid"),
            (8, "name", "name_missing"),
            (9, "relevant", "reference_unknown"),
            (10, "relevant", "expression_invalid"),
            (11, "calculation", "calculation_missing"),
            (12, "calculation", "function_unknown"),
            (13, "calculation", "path_unknown"),
            (16, "type", "end_mismatch"),
            (17, "type", "end_without_begin"),
            (18, "type", "begin_without_end"),
        ],
    );
}

#[test]
fn choices_are_checked() {
    check(
        "type,name,label,choice_filter\nselect_multiple satu,a,A,tiada = 1\n",
        "satu,x,X,\nsatu,x,X lagi,\nsatu,y z,Y,\n,w,W,\nsatu,,V,\n",
        &[
            (2, "type", "choice_has_blank"),
            (2, "choice_filter", "filter_column_unknown"),
            (3, "name", "choice_repeated"),
            (5, "list_name", "choice_list_missing"),
            (6, "name", "choice_name_missing"),
        ],
    );
}

#[test]
fn cycles_are_found_and_named() {
    let survey = "type,name,label,calculation,relevant\n\
         calculate,a,,${c} + 1,\n\
         calculate,b,,${a} + 1,\n\
         calculate,c,,${b} + 1,\n\
         integer,d,D,,${d} > 1\n";
    check(survey, "", &[(5, "", "cycle")]);
    check(&survey.replace(",${d} > 1", ","), "", &[(2, "", "cycle")]);
}

/// The kind and list of the second row of a survey with this type.
fn kind_of(row_type: &str) -> String {
    let sheets = Sheets {
        survey: format!("type,name,label\n\"{row_type}\",a,A\n"),
        choices: "list_name,name,label\nl,x,X\n".to_owned(),
        settings: "form_id\nuji\n".to_owned(),
        files: BTreeMap::from([("f.csv".to_owned(), "name,label\ny,Y\n".to_owned())]),
        ..Sheets::default()
    };
    let imported = import(&sheets);
    match imported.questionnaire {
        Some(form) => match form.nodes.get(1) {
            Some(node) => {
                let list = node.list.map(|list| form.lists[list as usize].name.clone());
                format!("{:?} {}", node.kind, list.unwrap_or_default())
                    .trim()
                    .to_owned()
            }
            None => "nothing".to_owned(),
        },
        None => imported.problems[0].code.clone(),
    }
}

#[test]
fn types_are_known_by_all_their_names() {
    for (row_type, expect) in [
        ("text", "Text"),
        ("q string", "Text"),
        ("add integer prompt", "Integer"),
        ("dateTime", "DateTime"),
        ("photo", "Image"),
        ("get device id", "Metadata"),
        ("audit", "Metadata"),
        ("start-geopoint", "Metadata"),
        ("select one l", "SelectOne l"),
        ("select1 l", "SelectOne l"),
        ("select one from l", "SelectOne l"),
        ("Select All That Apply from l", "SelectMultiple l"),
        ("add select multiple prompt using l", "SelectMultiple l"),
        ("rank l", "Rank l"),
        ("select_one l or specify other", "SelectOne l"),
        ("select one from file f.csv", "SelectOne f.csv"),
        ("select_multiple_from_file f.csv", "SelectMultiple f.csv"),
        ("select_one_from_file f.xml", "file_kind_unsupported"),
        ("select_one_external l", "type_unsupported"),
        ("begin loop over l", "type_unknown"),
        ("begin loop", "type_unsupported"),
        ("xml-external", "type_unsupported"),
        ("select_one l or_else", "type_unknown"),
        ("angka", "type_unknown"),
    ] {
        assert_eq!(kind_of(row_type), expect, "{row_type}");
    }
}

#[test]
fn parameters_are_checked_by_type() {
    check(
        "type,name,label,parameters\n\
         range,a,A,start=0 end=10 step=2\n\
         range,b,B,step=0\n\
         range,c,C,from=1\n\
         select_one l,d,D,randomize=true;seed=${a}\n\
         select_one l,e,E,randomize=maybe\n\
         select_one l,f,F,seed=${tiada}\n\
         image,g,G,max-pixels=kecil\n\
         text,h,H,rows\n",
        "l,x,X,\n",
        &[
            (3, "parameters", "parameter_value"),
            (4, "parameters", "parameter_unknown"),
            (6, "parameters", "parameter_value"),
            (7, "parameters", "reference_unknown"),
            (8, "parameters", "parameter_value"),
            (9, "parameters", "parameter_invalid"),
        ],
    );
}

#[test]
fn what_no_screen_uses_is_kept_and_said() {
    let survey = "type,name,label,image::Indonesia,query,bind::orx:max-pixels,trigger,calculation\n\
         integer,a,A,gambar.png,umur,100,,\n\
         text,b,B,,,,${a},now()\n\
         text,c,C,,,,a,\n\
         text,d,D,,,,${e},\n";
    let settings =
        "form_id,form_title,public_key,style,allow_choice_duplicates\nuji,Uji,abc,pages,yes\n";
    let sheets = Sheets {
        survey: survey.to_owned(),
        choices: "list_name,name,label,image\nl,x,X,x.png\nl,x,X2,\n".to_owned(),
        settings: settings.to_owned(),
        ..Sheets::default()
    };
    let codes: Vec<String> = import(&sheets)
        .problems
        .iter()
        .map(|each| format!("{} {} {} {}", each.sheet, each.row, each.column, each.code))
        .collect();
    assert_eq!(
        codes,
        [
            "survey 1 query column_kept",
            "survey 2 image media_missing",
            "survey 4 trigger trigger_invalid",
            "survey 5 trigger reference_unknown",
            "choices 2 image media_missing",
            "settings 2 public_key setting_unused",
        ]
    );
    let good = survey
        .replace("text,c,C,,,,a,\n", "")
        .replace("text,d,D,,,,${e},\n", "");
    let form = import(&Sheets {
        survey: good,
        ..sheets
    })
    .questionnaire
    .unwrap();
    assert_eq!(form.nodes[1].parameter("query"), Some("umur"));
    assert_eq!(form.nodes[1].parameter("bind::orx:max-pixels"), Some("100"));
    assert_eq!(form.lists[0].choices.len(), 2);
}

#[test]
fn other_joins_its_list_and_asks_what() {
    check(
        "type,name,label,choice_filter\n\
         select_one l or_other,a,A,\n\
         select_one l or_other,b,B,kelas=1\n",
        "l,x,X,\n",
        &[(3, "choice_filter", "or_other_filtered")],
    );
}

#[test]
fn files_of_choices_come_as_csv_and_as_geojson() {
    let survey = "type,name,label,parameters,choice_filter,calculation\n\
         csv-external,harga,,,,\n\
         select_one_from_file desa.csv,a,A,value=kode label=nama,kec = 'k1',\n\
         select_one_from_file titik.geojson,b,B,,,\n\
         calculate,c,,,,\"pulldata('buah', 'nilai', 'kunci', ${a})\"\n\
         calculate,d,,,,count(instance('harga')/root/item[count > 3])\n";
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let sheets = Sheets {
        survey: survey.to_owned(),
        settings: "form_id\nuji\n".to_owned(),
        files: BTreeMap::from([
            file("desa.csv", "kode,nama,kec\n1,Satu,k1\n2,Dua,k2\n"),
            file("harga.csv", "barang,count\npadi,4\n"),
            file("buah.csv", "kunci,nilai\n1,manis\n"),
            file(
                "titik.geojson",
                r#"{"type":"FeatureCollection","features":[
                {"type":"Feature","id":"t1","geometry":{"type":"Point","coordinates":[124.5,-9.5]},
                 "properties":{"title":"Balai desa","kelas":2}},
                {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[1,2],[3,4],[1,2]]]},
                 "properties":{"id":"t2","title":"Pasar"}}]}"#,
            ),
        ]),
        ..Sheets::default()
    };
    let imported = import(&sheets);
    assert_eq!(imported.problems, Vec::new());
    let form = imported.questionnaire.unwrap();
    let list = |name: &str| form.lists.iter().find(|list| list.name == name).unwrap();
    let desa = list("desa.csv?kode&nama");
    assert_eq!(desa.choices[0].name, "1");
    assert_eq!(desa.choices[0].label.plain(0), "Satu");
    assert_eq!(desa.columns, ["kode", "nama", "kec"]);
    let titik = list("titik.geojson");
    let names: Vec<&str> = titik
        .choices
        .iter()
        .map(|each| each.name.as_str())
        .collect();
    assert_eq!(names, ["t1", "t2"]);
    let geometry = titik
        .columns
        .iter()
        .position(|name| name == "geometry")
        .unwrap();
    assert_eq!(titik.choices[0].cells[geometry], "-9.5 124.5 0 0");
    assert_eq!(
        titik.choices[1].cells[geometry],
        "2 1 0 0; 4 3 0 0; 2 1 0 0"
    );
    assert_eq!(list("harga").columns, ["barang", "count"]);
    assert_eq!(list("buah").choices.len(), 1);

    let without = import(&Sheets {
        files: BTreeMap::new(),
        ..sheets
    });
    let missing: Vec<&str> = without
        .problems
        .iter()
        .filter(|each| each.code == "file_missing")
        .map(|each| each.offending.as_str())
        .collect();
    assert_eq!(
        missing,
        ["harga.csv", "desa.csv", "titik.geojson", "buah.csv"]
    );
}

#[test]
fn defaults_are_texts_until_they_reckon() {
    let sheets = |default: &str| Sheets {
        survey: format!("type,name,label,default\ntext,a,A,\"{default}\"\n"),
        settings: "form_id\nuji\n".to_owned(),
        ..Sheets::default()
    };
    let text = |default: &str| {
        let form = import(&sheets(default)).questionnaire.unwrap();
        let parts = form.nodes[1].default.clone().unwrap().parts;
        matches!(parts[..], [crate::questionnaire::xpath::Part::Text(_)])
    };
    for (default, is_text) in [
        ("Jl. Sudirman 1-2", true),
        ("it's (so)", true),
        ("concat('a', 'b')", false),
        ("1 + 2", false),
        ("5 - 2", false),
        ("setengah-jadi", true),
        ("x 'a | b'", true),
    ] {
        assert_eq!(text(default), is_text, "{default}");
    }
}

#[test]
fn a_note_needs_no_name() {
    check("type,name,label\nnote,,Terima kasih\n", "", &[]);
    check(
        "type,name,label\ntext,,Nama\n",
        "",
        &[(2, "name", "name_missing")],
    );
}

#[test]
fn headers_have_one_spelling() {
    let survey = "Type,Name,label:Indonesia,label : English,media::image::English,Bind::Relevant,bind::jr:constraintMsg\n\
         integer,a,A,A,a.png,1 = 1,Salah\n";
    let sheets = Sheets {
        survey: survey.to_owned(),
        settings: "id_string,title\nuji,Uji\n".to_owned(),
        ..Sheets::default()
    };
    let form = import(&sheets).questionnaire.unwrap();
    let languages: Vec<&str> = form
        .languages
        .iter()
        .map(|each| each.name.as_str())
        .collect();
    assert_eq!(languages, ["Indonesia", "English"]);
    assert_eq!(form.title, "Uji");
    assert_eq!(form.nodes[1].media[0].file, "a.png");
    assert_eq!(form.nodes[1].media[0].language, 1);
    assert_eq!(form.nodes[1].constraint_message.plain(0), "Salah");
}

#[test]
fn every_code_with_words_is_used() {
    let sources = [
        include_str!("../sheet.rs"),
        include_str!("once.rs"),
        include_str!("problem.rs"),
        include_str!("saved.rs"),
        include_str!("choices.rs"),
        include_str!("dated.rs"),
        include_str!("entities.rs"),
        include_str!("media.rs"),
        include_str!("parameters.rs"),
        include_str!("survey.rs"),
        include_str!("table.rs"),
        include_str!("trigger.rs"),
        include_str!("../compile/link.rs"),
        include_str!("../xform.rs"),
        include_str!("../xform/controls.rs"),
        include_str!("../xform/lists.rs"),
    ];
    for code in problem::codes() {
        let quoted = format!("\"{code}\"");
        let uses: usize = sources
            .iter()
            .map(|text| text.matches(&quoted).count())
            .sum();
        // Once in the table of words, and at least once where it is found.
        assert!(2 <= uses, "{code}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(300))]

    #[test]
    fn any_text_is_read_or_refused(
        survey in "(type|name|label|relevant|,|\n|begin_repeat|begin group|end group|integer|select_one x|\\$\\{a\\}|a|\\(|\\)|'|\"|[ -~]|\\PC){0,80}",
        choices in "(list_name|name|,|\n|x|\\PC){0,30}",
        settings in "\\PC{0,30}",
    ) {
        let sheets = Sheets { survey, choices, settings, ..Sheets::default() };
        let imported = import(&sheets);
        let refused = imported.problems.iter().any(|each| each.severity == Severity::Error);
        proptest::prop_assert_eq!(imported.questionnaire.is_none(), refused);
    }

    #[test]
    fn any_row_is_read_or_refused(
        rows in proptest::collection::vec(
            ("(text|integer|calculate|note|begin_group|end_group|begin_repeat|end_repeat|select_one l)",
             "(a|b|c|d|)",
             "(\\$\\{(a|b|c|d)\\}|[-+*/.()\\[\\]',=<>| a-d0-9]|count|sum|position|\\.\\.){0,8}",
             "(\\$\\{(a|b|c|d)\\}|[-+*/.()',=<> a-d0-9]){0,6}"),
            0..12),
    ) {
        let mut survey = "type,name,calculation,relevant\n".to_owned();
        for (kind, name, calculation, relevant) in rows {
            survey.push_str(&format!("{kind},{name},\"{calculation}\",\"{relevant}\"\n"));
        }
        let choices = "list_name,name,label\nl,a,A\n".to_owned();
        let imported = import(&Sheets { survey, choices, ..Sheets::default() });
        if let Some(questionnaire) = imported.questionnaire {
            let again = Questionnaire::from_bytes(&questionnaire.to_bytes());
            proptest::prop_assert_eq!(again, Ok(questionnaire));
        }
    }

    #[test]
    fn any_bytes_are_a_questionnaire_or_an_error(
        cut in 0_usize..70_000, at in 0_usize..70_000, byte in 0_u8..=255,
    ) {
        static BYTES: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let bytes =
            BYTES.get_or_init(|| import(&potensi_desa()).questionnaire.unwrap().to_bytes());
        let mut broken = bytes[..bytes.len().min(bytes.len() / 2 + cut)].to_vec();
        let place = at % broken.len();
        broken[place] = byte;
        let _ = Questionnaire::from_bytes(&broken);
    }
}
