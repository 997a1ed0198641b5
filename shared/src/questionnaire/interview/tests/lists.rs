use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::questionnaire::sheet::Imported;

/// A list over the bound of what is carried along: `k7-3` is called `Désa 3 di 7`.
fn villages(rows: usize) -> String {
    let mut text = "name,label,kec,nilai\n".to_owned();
    for row in 0..rows {
        let (district, number) = (row / 100, row % 100);
        writeln!(
            text,
            "k{district}-{number},Désa {number} di {district},k{district},{row}"
        )
        .unwrap();
    }
    text
}

fn imported(rows: usize) -> Imported {
    import(&Sheets {
        survey: "type,name,label,choice_filter,calculation\n\
             text,kec,Kec,,\n\
             select_one_from_file desa.csv,desa,Desa,kec = ${kec},\n\
             select_one_from_file desa.csv,lain,Lain,number(nilai) mod 100 = 5,\n\
             calculate,ditarik,,,\"pulldata('desa', 'nilai', 'name', ${desa})\"\n\
             calculate,dicari,,,instance('desa')/root/item[name = ${desa}]/nilai\n\
             calculate,nama,,,\"jr:choice-name(${desa}, '${desa}')\"\n"
            .to_owned(),
        settings: "form_id\nuji\n".to_owned(),
        files: BTreeMap::from([("desa.csv".to_owned(), villages(rows))]),
        ..Sheets::default()
    })
}

fn long() -> (Interview, Arc<PackedList>) {
    let imported = imported(20_001);
    assert_eq!(imported.problems, Vec::new());
    let [(name, bytes)] = &imported.lists[..] else {
        panic!("one list");
    };
    assert_eq!(name, "desa.csv");
    let packed = Arc::new(PackedList::from_bytes(bytes).unwrap());
    let questionnaire = Arc::new(imported.questionnaire.unwrap());
    let interview = Interview::new(questionnaire, AnswerSet::default(), surroundings());
    (interview, packed)
}

fn choose(interview: &mut Interview, at: &str, name: &str) {
    let value = Value::Choice(name.to_owned());
    interview.answer(&path(at), Some(Answer::Value(value)));
}

fn calculated(interview: &Interview, at: &str) -> String {
    let values = interview.calculated_values();
    values.get(&path(at)).cloned().unwrap_or_default()
}

fn found(interview: &Interview, at: &str, words: &str) -> String {
    let (choices, more) = interview.search_choices(&path(at), words, 3, "");
    let names = choices.iter().map(|choice| choice.name.as_str());
    let names: Vec<&str> = names.chain(more.then_some("more")).collect();
    names.join(" ")
}

#[test]
fn a_long_list_is_packed_and_its_content_is_part_of_the_version() {
    let form = |rows| imported(rows).questionnaire.unwrap();
    assert_eq!(form(20_000).lists[0].file, None);
    assert_eq!(imported(20_000).lists, Vec::new());
    let (one, other) = (form(20_001), form(20_002));
    assert!(one.lists[0].choices.is_empty());
    assert!(one.lists[0].file.as_ref().unwrap().starts_with("desa.csv#"));
    assert_eq!(one.lists[0].columns, ["kec", "nilai"]);
    assert_eq!(one.fingerprint(), form(20_001).fingerprint());
    assert_ne!(one.fingerprint(), other.fingerprint());
    let again = Questionnaire::from_bytes(&one.to_bytes());
    assert_eq!(again, Ok(one));
}

#[test]
fn a_file_over_the_bounds_is_refused_and_not_cut() {
    let imported = imported(crate::questionnaire::packed::ROWS_MAX + 1);
    let codes: Vec<&str> = imported.problems.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(codes[0], "file_too_large");
    assert_eq!(imported.questionnaire, None);
}

#[test]
fn without_its_list_an_answer_counts_and_shows_its_name() {
    let (mut interview, packed) = long();
    choose(&mut interview, "/desa", "nowhere");
    assert_eq!(interview.findings(), Vec::new());
    assert_eq!(interview.lists_wanted().collect::<Vec<_>>(), ["desa.csv"]);
    let item = interview.item(&path("/desa"), "").unwrap();
    assert!(item.is_searched);
    assert_eq!(item.choices[0].label, "nowhere");
    assert_eq!(found(&interview, "/desa", "désa"), "");

    let changes = interview.supply("desa.csv", &packed);
    assert!(changes.paths.contains(&path("/desa")));
    assert_eq!(interview.lists_wanted().count(), 0);
    let codes: Vec<&str> = interview.findings().iter().map(|f| f.code).collect();
    assert_eq!(codes, ["type"]);
}

#[test]
fn expressions_read_a_long_list() {
    let (mut interview, packed) = long();
    choose(&mut interview, "/desa", "k7-3");
    assert_eq!(calculated(&interview, "/ditarik"), "");
    interview.supply("desa.csv", &packed);
    assert_eq!(calculated(&interview, "/ditarik"), "703");
    assert_eq!(calculated(&interview, "/dicari"), "703");
    assert_eq!(calculated(&interview, "/nama"), "Désa 3 di 7");
    choose(&mut interview, "/desa", "k200-0");
    assert_eq!(calculated(&interview, "/ditarik"), "20000");
    let item = interview.item(&path("/desa"), "").unwrap();
    assert_eq!(item.choices.len(), 1);
    assert_eq!(item.choices[0].label, "Désa 0 di 200");
    assert_eq!(interview.findings(), Vec::new());
}

#[test]
fn a_long_list_is_searched_within_its_filter() {
    let (mut interview, packed) = long();
    interview.supply("desa.csv", &packed);
    assert_eq!(found(&interview, "/desa", "desa"), "", "no district yet");
    let text = |text: &str| Some(Answer::Value(Value::Text(text.to_owned())));
    interview.answer(&path("/kec"), text("k8"));
    assert_eq!(found(&interview, "/desa", ""), "k8-0 k8-1 k8-2 more");
    assert_eq!(found(&interview, "/desa", "99"), "k8-99");
    assert_eq!(found(&interview, "/desa", "DESA 17"), "k8-17");
    // Any other filter is asked for each hit.
    assert_eq!(found(&interview, "/lain", "k8-"), "k8-5");
    assert_eq!(found(&interview, "/lain", ""), "k0-5 k1-5 k2-5 more");
    assert_eq!(found(&interview, "/kec", "k8"), "");
    assert_eq!(found(&interview, "/tiada", "k8"), "");
}

/// Texts that are equal as numbers or as moments, and not as texts.
fn any_text() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "1",
        "01",
        "1.0",
        " 1",
        "x",
        "X",
        "2026-1-2",
        "2026-01-02",
        "true",
    ])
}

fn any_condition() -> impl Strategy<Value = String> {
    let column = prop::sample::select(vec!["name", "label", "a", "b", "tiada"]);
    let value = prop::sample::select(vec![
        "${q}",
        "${n}",
        "'1'",
        "1",
        "'2026-01-02'",
        "'x'",
        "''",
    ]);
    let one = (column, value, any::<bool>()).prop_map(|(column, value, turned)| match turned {
        true => format!("{value} = {column}"),
        false => format!("{column} = {value}"),
    });
    prop::collection::vec(one, 1..4).prop_map(|all| all.join(" and "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn choices_by_column_are_those_by_evaluation(
        rows in prop::collection::vec((any_text(), any_text(), any_text(), any_text()), 0..12),
        condition in any_condition(),
        text in prop::option::of(any_text()),
        number in prop::option::of(0..3_i64),
    ) {
        let mut file = "name,label,a,b\n".to_owned();
        for (name, label, a, b) in &rows {
            writeln!(file, "\"n{name}\",\"{label}\",\"{a}\",\"{b}\"").unwrap();
        }
        let survey = format!(
            "type,name,label,choice_filter,calculation\n\
             text,q,Q,,\n\
             integer,n,N,,\n\
             select_one_from_file l.csv,cepat,C,\"{condition}\",\n\
             select_one_from_file l.csv,lambat,L,\"boolean({condition})\",\n\
             calculate,c,,,\"join(' ', instance('l')/root/item[{condition}]/name)\"\n\
             calculate,d,,,\"join(' ', instance('l')/root/item[boolean({condition})]/name)\"\n\
             calculate,e,,,\"string(instance('l')/root/item[{condition}][2]/label)\"\n\
             calculate,f,,,\"string(instance('l')/root/item[boolean({condition})][2]/label)\"\n",
        );
        // A list without the column is refused at import, so only its evaluation could tell.
        let imported = import(&Sheets {
            survey,
            settings: "form_id\nuji\n".to_owned(),
            files: BTreeMap::from([("l.csv".to_owned(), file)]),
            ..Sheets::default()
        });
        let Some(questionnaire) = imported.questionnaire else {
            return Ok(());
        };
        let mut interview =
            Interview::new(Arc::new(questionnaire), AnswerSet::default(), surroundings());
        let text = text.map(|text| Answer::Value(Value::Text(text.to_owned())));
        interview.answer(&path("/q"), text);
        interview.answer(&path("/n"), number.map(|number| Answer::Value(Value::Integer(number))));
        let choices = |at: &str| interview.item(&path(at), "").unwrap().choices;
        prop_assert_eq!(choices("/cepat"), choices("/lambat"));
        prop_assert_eq!(calculated(&interview, "/c"), calculated(&interview, "/d"));
        prop_assert_eq!(calculated(&interview, "/e"), calculated(&interview, "/f"));
    }
}

#[test]
fn which_choices_there_are_does_not_depend_on_the_language_of_the_view() {
    let imported = import(&Sheets {
        survey: "type,name,label::Indonesia (id),label::English (en),choice_filter\n\
             select_one l,a,A,A,label = 'Satu'\n"
            .to_owned(),
        choices:
            "list_name,name,label::Indonesia (id),label::English (en)\nl,x,Satu,One\nl,y,Dua,Two\n"
                .to_owned(),
        settings: "form_id\nuji\n".to_owned(),
        ..Sheets::default()
    });
    let questionnaire = Arc::new(imported.questionnaire.unwrap());
    let form = Interview::new(questionnaire, AnswerSet::default(), surroundings());
    let labels = |language| {
        let choices = form
            .item(&path("/a"), language)
            .unwrap()
            .choices
            .into_iter();
        choices.map(|choice| choice.label).collect::<Vec<_>>()
    };
    assert_eq!(labels("id"), ["Satu"]);
    assert_eq!(labels("en"), ["One"]);
}

#[test]
fn a_choice_of_one_with_a_blank_in_its_name_is_one_choice() {
    let (mut interview, _) = long();
    choose(&mut interview, "/desa", "k1 2");
    let chosen = interview.item(&path("/desa"), "").unwrap().choices;
    let names: Vec<&str> = chosen.iter().map(|choice| choice.name.as_str()).collect();
    assert_eq!(names, ["k1 2"]);
}
