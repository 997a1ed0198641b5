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

const SAVED: &str = "type,name,label::id,default,calculation,trigger,bind::lumbung:personal\n\
    text,nama,Nama,${last-saved#nama},,,\n\
    begin_group,g,G,,,,\n\
    integer,umur,Umur,,,,\n\
    end_group,,,,,,\n\
    calculate,beda,,,\"${umur} - coalesce(${last-saved#umur}, 0)\",${umur},\n\
    text,telepon,Telepon,${last-saved#telepon},,,yes\n\
    begin_group,p,P,,,,yes\n\
    text,alamat,Alamat,${last-saved#alamat},,,\n\
    end_group,,,,,,\n\
    text,baru,Baru,,,,\n";

#[test]
fn last_saved_answers_are_read_by_the_next_form() {
    let mut first = interview(SAVED, &[]);
    assert_eq!(first.defaults_to_take(), Vec::new());
    let answer = |form: &mut Interview, at: &str, text: &str| {
        let answer = Answer::Value(Value::Text(text.to_owned()));
        form.answer(&path(at), Some(answer));
    };
    integer(&mut first, "/g/umur", 20);
    answer(&mut first, "/nama", "Ani");
    answer(&mut first, "/telepon", "0812");
    answer(&mut first, "/p/alamat", "RT 2");
    answer(&mut first, "/baru", "x");
    // Only what the form asks for is kept, and nothing personal.
    let saved = first.saved_texts();
    let saved: Vec<(&str, &str)> = saved
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    assert_eq!(saved, [("/g/umur", "20"), ("/nama", "Ani")]);

    let mut second = interview(SAVED, &saved);
    let name = Value::Text("Ani".to_owned());
    assert_eq!(second.defaults_to_take(), [(path("/nama"), name)]);
    integer(&mut second, "/g/umur", 25);
    let five = Value::Text("5".to_owned());
    let set = second.triggered_by(&path("/g/umur"));
    assert_eq!(set, [(path("/beda"), Some(five))]);
    assert_eq!(second.saved_texts().get("/nama"), None);
}

#[test]
fn a_form_that_asks_for_no_last_saved_answer_keeps_none() {
    let mut form = interview("type,name,label::id\ninteger,a,A\n", &[]);
    integer(&mut form, "/a", 1);
    assert!(form.questionnaire().saved_nodes().iter().next().is_none());
    assert!(form.saved_texts().is_empty());
}

#[test]
fn what_is_computed_again_does_not_read_last_saved_answers() {
    let with = |column: &str, cell: &str| {
        first_code(&format!(
            "type,name,label::id,{column}\ninteger,a,A,\ninteger,b,B,\"{cell}\"\n"
        ))
    };
    for column in [
        "calculation",
        "relevant",
        "constraint",
        "required",
        "hint::id",
        "bind::lumbung:doubt",
    ] {
        let code = with(column, "${last-saved#a} = 1");
        assert_eq!(code, "last_saved_not_kept", "{column}");
    }
    assert_eq!(with("default", "${last-saved#a} + 1"), "");
    let personal =
        "type,name,label::id,default,bind::lumbung:personal\ntext,a,A,${last-saved#a},yes\n";
    assert_eq!(first_code(personal), "last_saved_personal");
    let group = "type,name,label::id,default,bind::lumbung:personal\n\
        begin_group,g,G,,yes\ntext,a,A,${last-saved#a},\nend_group,,,,\n";
    assert_eq!(first_code(group), "last_saved_personal");
}

#[test]
fn last_saved_rows_are_empty_and_said_to_be() {
    let survey = "type,name,label::id,default\nbegin_repeat,r,R,\ninteger,a,A,\nend_repeat,,,\n\
         text,b,B,${last-saved#a}\n";
    assert_eq!(first_code(survey), "last_saved_in_repeat");
    assert_eq!(
        first_code("type,name,label::id,default\ntext,b,B,${last-saved#x}\n"),
        "reference_unknown"
    );
    let form = interview(survey, &[("/r/a", "7")]);
    assert_eq!(form.defaults_to_take(), []);
}

#[test]
fn an_xform_reads_the_last_saved_instance_as_sheets_do() {
    let xml = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>U</h:title><model><instance><data id="uji"><g><a/></g><b/></data></instance>
<instance id="__last-saved" src="jr://instance/last-saved"/>
<bind nodeset="/data/g/a" type="int"/>
<bind nodeset="/data/b" type="string"/>
<setvalue event="odk-instance-first-load" ref="/data/b" value=" instance('__last-saved')/data/g/a  + 1"/></model></h:head>
<h:body><group ref="/data/g"><input ref="/data/g/a"><label>A</label></input></group></h:body></h:html>"#;
    let none = std::collections::BTreeMap::new();
    let read = |xml: &str| {
        crate::questionnaire::xform::import(xml, &none, &std::collections::BTreeMap::new())
    };
    let form = read(xml).questionnaire.unwrap();
    assert!(form.lists.is_empty());
    let sheet = import(&Sheets {
        survey: "type,name,label,default\nbegin_group,g,G,\ninteger,a,A,\nend_group,,,\n\
                 text,b,B,${last-saved#a} + 1\n"
            .to_owned(),
        ..Sheets::default()
    });
    let sheet = sheet.questionnaire.unwrap();
    assert!(form.nodes[3].default.is_some());
    assert_eq!(form.nodes[3].default, sheet.nodes[3].default);
    let wrong = read(&xml.replace("/data/g/a  +", "/data/g/x  +"));
    assert_eq!(wrong.problems[0].code, "path_unknown");
}
