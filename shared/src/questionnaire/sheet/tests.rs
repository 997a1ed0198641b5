use super::*;
use crate::questionnaire::model::Unit;

fn potensi_desa() -> Sheets {
    Sheets {
        survey: include_str!("../../../data/potensi-desa/survey.csv").to_owned(),
        choices: include_str!("../../../data/potensi-desa/choices.csv").to_owned(),
        settings: include_str!("../../../data/potensi-desa/settings.csv").to_owned(),
        files: BTreeMap::new(),
    }
}

#[test]
fn the_projects_questionnaire_is_read_without_a_problem() {
    let imported = import(&potensi_desa());
    assert_eq!(imported.problems, Vec::new());
    let questionnaire = imported.questionnaire.unwrap();
    assert_eq!(questionnaire.title, "Potensi Desa");
    assert_eq!(questionnaire.version, "2026112101");
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
    // 174 questions, 26 texts for "other", 3 that the system fills in.
    assert_eq!(questions, 174 + 26 + 3);
    assert_eq!(questionnaire.nodes.iter().filter(calculates).count(), 23);
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

#[test]
fn every_code_with_words_is_used() {
    let sources = [
        include_str!("../sheet.rs"),
        include_str!("problem.rs"),
        include_str!("choices.rs"),
        include_str!("survey.rs"),
        include_str!("table.rs"),
        include_str!("../compile/link.rs"),
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
