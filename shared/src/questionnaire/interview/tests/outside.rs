//! What expressions read beside the answers of the case: texts, and the last saved form.

use super::*;
use crate::questionnaire::sheet::Imported;

fn imported(survey: &str) -> Imported {
    import(&Sheets {
        survey: survey.to_owned(),
        choices: "list_name,name,label::id,label::en\nl,x,Satu,One\n".to_owned(),
        settings: "form_id,default_language\nuji,id\n".to_owned(),
        ..Sheets::default()
    })
}

fn interview(survey: &str, last_saved: &[(&str, &str)]) -> Interview {
    let imported = imported(survey);
    let problems: Vec<String> = imported.problems.iter().map(ToString::to_string).collect();
    let form = imported.questionnaire;
    let form = form.unwrap_or_else(|| panic!("{problems:#?}"));
    let bytes = form.to_bytes();
    assert_eq!(Questionnaire::from_bytes(&bytes).as_ref(), Ok(&form));
    let pairs = last_saved.iter();
    let surroundings = Surroundings {
        last_saved: pairs
            .map(|&(path, text)| (path.to_owned(), text.to_owned()))
            .collect(),
        ..surroundings()
    };
    Interview::new(Arc::new(form), AnswerSet::default(), surroundings)
}

fn first_code(survey: &str) -> String {
    let problems = imported(survey).problems.into_iter();
    problems
        .map(|problem| problem.code)
        .next()
        .unwrap_or_default()
}

#[test]
fn a_text_by_its_id_speaks_the_language_of_the_view() {
    let mut form = interview(
        "type,name,label::id,label::en,calculation\n\
         integer,umur,Umur ${nama},Age of ${nama},\n\
         text,nama,Nama,Name,\n\
         select_one l,pilih,Pilih,Choose,\n\
         calculate,judul,,,\"concat(jr:itext('/data/umur:label'), '!')\"\n\
         note,catatan,Ini ${judul},This,\n\
         text,lagi,Lagi,\"Again\",jr:itext('l-0')\n",
        &[],
    );
    let name = Answer::Value(Value::Text("Ani".to_owned()));
    let changes = form.answer(&path("/nama"), Some(name));
    assert!(changes.paths.contains(&path("/judul")), "{changes:?}");
    // What is calculated is the same on every screen: it speaks the default language.
    assert_eq!(calculated(&form, "/judul"), "Umur Ani!");
    assert_eq!(form.item(&path("/catatan"), "en").unwrap().label, "This");
    assert_eq!(calculated(&form, "/lagi"), "Satu");
    let survey = "type,name,label::id,label::en\n\
         note,a,Halo,Hello\n\
         note,b,B,B\n";
    let mut form = imported(survey).questionnaire.unwrap();
    let other = imported(
        "type,name,label::id,label::en,calculation\nnote,a,Halo,Hello,\ncalculate,b,,,jr:itext('/data/a:label')\n",
    );
    let expression = other.questionnaire.as_ref().unwrap().nodes[2]
        .calculation
        .clone();
    form.texts = other.questionnaire.unwrap().texts;
    form.nodes[2].label.0[0].0 = vec![crate::questionnaire::model::Part::Output(
        expression.unwrap(),
    )];
    form.nodes[2].label.0[1] = form.nodes[2].label.0[0].clone();
    let form = Interview::new(Arc::new(form), AnswerSet::default(), surroundings());
    assert_eq!(form.item(&path("/b"), "id").unwrap().label, "Halo");
    assert_eq!(form.item(&path("/b"), "en").unwrap().label, "Hello");
}

#[test]
fn a_text_that_is_not_there_or_is_computed_is_refused_by_name() {
    let with = |formula: &str, label: &str| {
        first_code(&format!(
            "type,name,label::id,calculation\nnote,a,{label},\ncalculate,b,,\"{formula}\"\n"
        ))
    };
    assert_eq!(with("jr:itext('/data/a:label')", "A"), "");
    assert_eq!(with("jr:itext('/data/x:label')", "A"), "itext_unknown");
    assert_eq!(with("jr:itext(concat('a', 'b'))", "A"), "itext_computed");
}

#[test]
fn a_text_of_texts_is_refused() {
    let model = |output: &str| {
        format!(
            r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>U</h:title><model><itext><translation lang="id">
<text id="one"><value>Satu <output value="{output}"/></value></text></translation></itext>
<instance><data id="u"><a/></data></instance>
<bind nodeset="/data/a" type="string" calculate="jr:itext('one')"/></model></h:head><h:body/></h:html>"#
        )
    };
    let none = std::collections::BTreeMap::new();
    let read = |output: &str| {
        let imported = crate::questionnaire::xform::import(
            &model(output),
            &none,
            &std::collections::BTreeMap::new(),
        );
        let codes = imported.problems.iter().map(|problem| problem.code.clone());
        (codes.collect::<Vec<_>>(), imported.questionnaire)
    };
    assert_eq!(read("jr:itext('one')").0, ["itext_nested"]);
    let (codes, form) = read("1 + 1");
    assert_eq!(codes, Vec::<String>::new());
    let mut form = form.unwrap();
    let expression = form.nodes[1].calculation.clone().unwrap();
    let here = Interview::new(Arc::new(form.clone()), AnswerSet::default(), surroundings());
    assert_eq!(calculated(&here, "/a"), "Satu 2");
    form.texts[0].0[0].0[1] = crate::questionnaire::model::Part::Output(expression);
    let read = Questionnaire::from_bytes(&form.to_bytes());
    assert_eq!(
        read,
        Err(crate::questionnaire::model::DecodeError::Inconsistent(
            "text in a text"
        ))
    );
}

const SAVED: &str = "type,name,label::id,default,calculation,relevant,constraint\n\
    text,nama,Nama,${last-saved#nama},,,\n\
    begin_group,g,G,,,,\n\
    integer,umur,Umur,,,,. >= ${last-saved#umur}\n\
    end_group,,,,,,\n\
    calculate,beda,,,${umur} - coalesce(${last-saved#umur}\u{1} 0),,\n\
    text,baru,Baru,,,${last-saved#nama} = '',\n";

fn saved_form() -> String {
    let quoted = "\"${umur} - coalesce(${last-saved#umur}, 0)\"";
    SAVED.replace("${umur} - coalesce(${last-saved#umur}\u{1} 0)", quoted)
}

#[test]
fn last_saved_answers_are_read_by_the_next_form() {
    let mut first = interview(&saved_form(), &[]);
    assert_eq!(first.defaults_to_take(), Vec::new());
    assert!(first.item(&path("/baru"), "id").is_some());
    integer(&mut first, "/g/umur", 20);
    let name = Answer::Value(Value::Text("Ani".to_owned()));
    first.answer(&path("/nama"), Some(name));
    assert_eq!(codes(&first, "/g/umur"), ["constraint"]);
    let saved = first.saved_texts();
    let saved: Vec<(&str, &str)> = saved
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    assert_eq!(
        saved,
        [("/beda", "20"), ("/g/umur", "20"), ("/nama", "Ani")]
    );

    let mut second = interview(&saved_form(), &saved);
    let name = Value::Text("Ani".to_owned());
    assert_eq!(second.defaults_to_take(), [(path("/nama"), name)]);
    integer(&mut second, "/g/umur", 25);
    assert_eq!(calculated(&second, "/beda"), "5");
    assert!(codes(&second, "/g/umur").is_empty());
    assert!(!second.pages("id").is_empty());
    assert_eq!(second.saved_texts().get("/nama"), None);
}

#[test]
fn last_saved_rows_are_empty_and_said_to_be() {
    let survey = "type,name,label::id,calculation\nbegin_repeat,r,R,\ninteger,a,A,\nend_repeat,,,\n\
         calculate,b,,${last-saved#a}\n";
    assert_eq!(first_code(survey), "last_saved_in_repeat");
    assert_eq!(
        first_code("type,name,label::id,calculation\ncalculate,b,,${last-saved#x}\n"),
        "reference_unknown"
    );
    let form = interview(survey, &[("/r/a", "7")]);
    assert_eq!(calculated(&form, "/b"), "");
}

#[test]
fn an_xform_reads_the_last_saved_instance_as_sheets_do() {
    let xml = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>U</h:title><model><instance><data id="uji"><g><a/></g><b/></data></instance>
<instance id="__last-saved" src="jr://instance/last-saved"/>
<bind nodeset="/data/g/a" type="int"/>
<bind nodeset="/data/b" type="string" calculate=" instance('__last-saved')/data/g/a  + 1"/></model></h:head>
<h:body><group ref="/data/g"><input ref="/data/g/a"><label>A</label></input></group></h:body></h:html>"#;
    let none = std::collections::BTreeMap::new();
    let read = |xml: &str| {
        crate::questionnaire::xform::import(xml, &none, &std::collections::BTreeMap::new())
    };
    let form = read(xml).questionnaire.unwrap();
    assert!(form.lists.is_empty());
    let sheet = import(&Sheets {
        survey: "type,name,label,calculation\nbegin_group,g,G,\ninteger,a,A,\nend_group,,,\n\
                 calculate,b,,${last-saved#a} + 1\n"
            .to_owned(),
        ..Sheets::default()
    });
    let sheet = sheet.questionnaire.unwrap();
    assert_eq!(form.nodes[3].calculation, sheet.nodes[3].calculation);
    let wrong = read(&xml.replace("/data/g/a  +", "/data/g/x  +"));
    assert_eq!(wrong.problems[0].code, "path_unknown");
}
