//! Values that answers set: when, where, in which order.

use super::*;

fn text(value: &str) -> Option<Value> {
    Some(Value::Text(value.to_owned()))
}

/// Answers, and stores what the answer sets; tells what was set.
fn answered(form: &mut Interview, at: &str, value: i64) -> Vec<(String, Option<Value>)> {
    integer(form, at, value);
    let set = form.triggered_by(&path(at));
    for (place, value) in &set {
        form.answer(place, value.clone().map(Answer::Value));
    }
    let plain = set.into_iter();
    plain
        .map(|(place, value)| (place.as_str().to_owned(), value))
        .collect()
}

#[test]
fn a_triggered_calculation_runs_only_when_its_trigger_is_answered() {
    let mut form = form(
        "type,name,label,calculation,trigger\n\
         integer,a,A,,\n\
         integer,b,B,,\n\
         calculate,c,,${a} + ${b},${a}\n\
         calculate,d,,${c} * 10,\n",
        "",
    );
    assert_eq!(answered(&mut form, "/a", 1), [("/c".to_owned(), None)][..0]);
    integer(&mut form, "/b", 2);
    assert_eq!(calculated(&form, "/d"), "");
    assert_eq!(answered(&mut form, "/a", 4), [("/c".to_owned(), text("6"))]);
    assert_eq!(calculated(&form, "/d"), "60");
    // What it reads may change; it stays.
    assert_eq!(answered(&mut form, "/b", 5), []);
    assert_eq!(calculated(&form, "/d"), "60");
    assert!(form.findings().is_empty());
    assert!(form.counted_answers().contains_key(&path("/c")));
    assert_eq!(
        form.item(&path("/c"), "id").unwrap().calculated.as_deref(),
        Some("6")
    );
}

#[test]
fn a_value_has_the_kind_of_its_question_and_none_takes_it_away() {
    let mut form = form(
        "type,name,label,calculation,trigger\n\
         integer,a,A,,\n\
         date,tanggal,T,\"if(${a} > 1, '2026-01-02', 'besok')\",${a}\n\
         decimal,luas,L,${a} div 2,${a}\n\
         text,catatan,C,,${a}\n",
        "",
    );
    form.answer(&path("/catatan"), Some(Answer::Value(text("x").unwrap())));
    let set = answered(&mut form, "/a", 3);
    let date = Value::Date("2026-01-02".parse().unwrap());
    let half = Value::Decimal(Decimal::parse("1.5").unwrap());
    assert_eq!(
        set,
        [
            ("/tanggal".to_owned(), Some(date)),
            ("/luas".to_owned(), Some(half)),
            ("/catatan".to_owned(), None),
        ]
    );
    // What does not fit its question is kept, and found.
    answered(&mut form, "/a", 1);
    assert_eq!(codes(&form, "/tanggal"), ["type"]);
    form.answer(&path("/a"), Some(Answer::Refused));
    assert!(
        form.triggered_by(&path("/a"))
            .iter()
            .any(|(_, value)| value.is_none())
    );
}

#[test]
fn triggers_chain_and_circles_end() {
    let mut form = form(
        "type,name,label,calculation,trigger\n\
         integer,a,A,${c} + 100,${c}\n\
         integer,b,B,${a} + 1,${a}\n\
         integer,c,C,${b} + 1,\"${b}, ${a}\"\n",
        "",
    );
    let set = answered(&mut form, "/a", 1);
    let number = |number| Some(Value::Integer(number));
    assert_eq!(
        set,
        [("/b".to_owned(), number(2)), ("/c".to_owned(), number(3))]
    );
    let set = answered(&mut form, "/c", 7);
    assert_eq!(
        set,
        [
            ("/a".to_owned(), number(107)),
            ("/b".to_owned(), number(108))
        ]
    );
}

#[test]
fn a_trigger_in_a_row_sets_that_row_and_one_outside_sets_all() {
    let mut form = form(
        "type,name,label,calculation,trigger\n\
         integer,a,A,,\n\
         begin_repeat,r,R,,\n\
         integer,b,B,,\n\
         calculate,c,,${b} + position(..),${b}\n\
         calculate,d,,${a} + position(..),${a}\n\
         end_repeat,,,,\n\
         calculate,e,,count(${b}),${b}\n",
        "",
    );
    let rows = [OpId([1; 16]), OpId([2; 16])];
    for row in rows {
        form.add_row(&path("/r"), row);
    }
    let inside = |row: OpId, name: &str| path("/r").row(row).child(name).as_str().to_owned();
    assert_eq!(
        answered(&mut form, &inside(rows[1], "b"), 10),
        [
            (inside(rows[1], "c"), text("12")),
            ("/e".to_owned(), text("2")),
        ]
    );
    assert_eq!(
        answered(&mut form, "/a", 5),
        [
            (inside(rows[0], "d"), text("6")),
            (inside(rows[1], "d"), text("7")),
        ]
    );
}

#[test]
fn only_what_a_person_sees_is_a_trigger() {
    let code = |row: &str| {
        let imported = import(&Sheets {
            survey: format!(
                "type,name,label,calculation,trigger\ninteger,a,A,,\ncalculate,b,,1,\n\
                 begin_group,g,G,,\ninteger,s,,1,${{a}}\nend_group,,,,\n{row}\n"
            ),
            ..Sheets::default()
        });
        let problems = imported.problems.into_iter();
        let codes = problems.map(|problem| problem.code);
        codes
            .filter(|code| code.starts_with("trigger") || code.starts_with("ref"))
            .collect::<Vec<_>>()
    };
    assert_eq!(code("calculate,c,,2,${a}"), Vec::<String>::new());
    for hidden in ["${b}", "${g}", "${s}"] {
        assert_eq!(
            code(&format!("calculate,c,,2,{hidden}")),
            ["trigger_unseen"]
        );
    }
    assert_eq!(code("calculate,c,,2,${x}"), ["reference_unknown"]);
    assert_eq!(code("background-geopoint,c,,,"), ["trigger_invalid"]);
}

#[test]
fn a_setvalue_in_a_control_is_a_trigger_of_a_sheet() {
    let xml = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:odk="http://www.opendatakit.org/xforms">
<h:head><h:title>U</h:title><model><instance><data id="uji"><a/><c/></data></instance>
<bind nodeset="/data/a" type="int"/><bind nodeset="/data/c" type="string"/></model></h:head>
<h:body><input ref="/data/a"><label>A</label>
<setvalue event="xforms-value-changed" ref="/data/c" value=" /data/a  + 1"/>
<odk:setgeopoint event="xforms-value-changed" ref="/data/a"/></input></h:body></h:html>"#;
    let none = std::collections::BTreeMap::new();
    let read = crate::questionnaire::xform::import(xml, &none, &std::collections::BTreeMap::new());
    let warned: Vec<&str> = read
        .problems
        .iter()
        .map(|each| each.code.as_str())
        .collect();
    assert_eq!(warned, ["type_not_recorded"]);
    let read = read.questionnaire.unwrap();
    let sheet = import(&Sheets {
        survey: "type,name,label,calculation,trigger\ninteger,a,A,,\ncalculate,c,,${a} + 1,${a}\n"
            .to_owned(),
        ..Sheets::default()
    });
    let sheet = sheet.questionnaire.unwrap();
    assert_eq!(read.nodes[2].triggered, sheet.nodes[2].triggered);
    assert_eq!(read.nodes[2].calculation, None);
    assert!(read.nodes[2].parameters.is_empty());
    assert_eq!(Questionnaire::from_bytes(&sheet.to_bytes()), Ok(sheet));
}

#[test]
fn a_value_too_long_for_a_message_is_none() {
    let mut form = form(
        "type,name,label,calculation,trigger\n\
         text,a,A,,\n\
         text,b,B,\"concat(${a}, ${a})\",${a}\n",
        "",
    );
    let mut set = |letters: usize| {
        let value = text(&"a".repeat(letters)).unwrap();
        form.answer(&path("/a"), Some(Answer::Value(value)));
        let set = form.triggered_by(&path("/a"));
        for (place, value) in &set {
            form.answer(place, value.clone().map(Answer::Value));
        }
        set
    };
    assert_eq!(set(8_000), [(path("/b"), text(&"a".repeat(16_000)))]);
    assert_eq!(set(15_000), [(path("/b"), None)]);
}
