//! The shipped methods over live interviews of the project's questionnaire.

use crate::sorted::Map;
use std::sync::{Arc, OnceLock};

use super::super::{
    Area, CompiledMethod, DESA_PERCONTOHAN, DESMIGRATIF, HeldRule, Hold, HoldKind, IDM, Method,
    Note, Observed, SHIPPED, Status, Text, Unit, Village, gap, parse, select,
};
use super::{ONE_DIMENSION, method, ranked};
use crate::answers::{Answer, AnswerSet, Decimal, Point, Value};
use crate::ids::{OpId, Path};
use crate::questionnaire::interview::{self, Interview, Surroundings};
use crate::questionnaire::model::{Kind, NodeIndex, Questionnaire};
use crate::questionnaire::sheet::{Sheets, import};
use crate::time::{Millis, Moment};

pub(super) fn potensi_desa() -> Arc<Questionnaire> {
    static ONCE: OnceLock<Arc<Questionnaire>> = OnceLock::new();
    let read = || {
        let sheets = Sheets {
            survey: include_str!("../../../data/potensi-desa/survey.csv").to_owned(),
            choices: include_str!("../../../data/potensi-desa/choices.csv").to_owned(),
            settings: include_str!("../../../data/potensi-desa/settings.csv").to_owned(),
            ..Sheets::default()
        };
        Arc::new(import(&sheets).questionnaire.expect("the sheets are clean"))
    };
    ONCE.get_or_init(read).clone()
}

fn interview(answers: AnswerSet) -> Interview {
    let surroundings = Surroundings {
        moment: Moment {
            wall: Millis(1_795_305_600_000),
            zone_minutes: 480,
        },
        village: interview::Village {
            code: "53.21.03.2003".to_owned(),
            name: "Fafinesu".to_owned(),
            kind: None,
        },
        facts: Map::new(),
        last_saved: Map::new(),
    };
    Interview::new(potensi_desa(), answers, surroundings)
}

/// Every question answered: the first choice, 3, or 2.5; one row in each repeat.
fn filled() -> AnswerSet {
    let questionnaire = potensi_desa();
    let mut answers = AnswerSet::default();
    fill(&questionnaire, 0, &Path::root(), &mut answers);
    let no = Value::Choice("tidak".to_owned());
    answers
        .answers
        .insert(at("a_sengketa_lahan"), Answer::Value(no));
    answers
}

fn fill(questionnaire: &Questionnaire, group: NodeIndex, at: &Path, answers: &mut AnswerSet) {
    for index in questionnaire.children(group) {
        let node = questionnaire.node(index);
        let path = at.child(&node.name);
        match node.kind {
            Kind::Group => fill(questionnaire, index, &path, answers),
            Kind::Repeat => {
                let row = OpId([7; 16]);
                answers
                    .rows
                    .get_or_insert_with(path.clone(), Vec::new)
                    .push(row);
                fill(questionnaire, index, &path.row(row), answers);
            }
            kind => {
                if let Some(value) = value(questionnaire, index, kind) {
                    answers.answers.insert(path, Answer::Value(value));
                }
            }
        }
    }
}

fn value(questionnaire: &Questionnaire, index: NodeIndex, kind: Kind) -> Option<Value> {
    let list = questionnaire.node(index).list;
    let first = list.and_then(|list| questionnaire.lists[list as usize].choices.first());
    match kind {
        Kind::Integer => Some(Value::Integer(3)),
        Kind::Decimal => Decimal::parse("2.5").map(Value::Decimal),
        Kind::Text => Some(Value::Text("rahasia".to_owned())),
        Kind::SelectOne => first.map(|it| Value::Choice(it.name.clone())),
        Kind::Geopoint => Some(Value::Point(Point {
            latitude_e7: -95_712_345,
            longitude_e7: 1_249_000_000,
            altitude_cm: 0,
            accuracy_cm: 500,
        })),
        Kind::SelectMultiple => first.map(|it| Value::Choices(vec![it.name.clone()])),
        _ => None,
    }
}

fn at(name: &str) -> Path {
    let questionnaire = potensi_desa();
    let nodes = 0..questionnaire.nodes.len() as NodeIndex;
    let mut found = nodes.filter(|index| questionnaire.node(*index).name == name);
    let mut node = found.next().unwrap_or_else(|| panic!("no question {name}"));
    let mut names = Vec::new();
    while node != 0 {
        names.push(questionnaire.node(node).name.clone());
        node = questionnaire.node(node).parent;
    }
    names
        .iter()
        .rev()
        .fold(Path::root(), |path, name| path.child(name))
}

fn observed(method: &Method, answers: AnswerSet) -> Unit {
    let compiled = CompiledMethod::new(method, &potensi_desa())
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    let village = Village {
        region: "53.21.03.2003".to_owned(),
        name: "Fafinesu".to_owned(),
        group: Area {
            code: "53.21".to_owned(),
            name: "Malaka".to_owned(),
        },
        holds: Vec::new(),
    };
    compiled.observe(method, &interview(answers), village)
}

fn value_of(method: &Method, answers: &AnswerSet, id: &str) -> Observed {
    let index = method.indicators.iter().position(|it| it.id == id).unwrap();
    observed(method, answers.clone()).indicators[index]
        .value
        .clone()
}

#[test]
fn every_shipped_expression_runs_over_a_filled_case() {
    for shipped in SHIPPED {
        let method = parse(shipped.document).unwrap();
        let ranking = ranked(&method, &[observed(&method, filled())]);
        let unit = &ranking.units[0];
        assert_eq!(unit.status, Status::Ranked, "{:?}", unit.failed_rules);
        for (indicator, detail) in method.indicators.iter().zip(&unit.indicators) {
            let scorable = indicator.expression.is_some();
            // A village alone has no neighbours, but answered where it is.
            assert_eq!(detail.observed, scorable, "{}: {detail:?}", indicator.id);
            let told = indicator.is_scorable();
            assert_eq!(detail.source.is_empty(), !told, "{}", indicator.id);
        }
        assert!(unit.tie_keys.iter().all(Option::is_some));
        assert!(!serde_json::to_string(&ranking).unwrap().contains("rahasia"));
    }
}

#[test]
fn an_empty_case_is_missing_throughout_and_never_scored() {
    for shipped in SHIPPED {
        let method = parse(shipped.document).unwrap();
        let unit = observed(&method, AnswerSet::default());
        for (indicator, observation) in method.indicators.iter().zip(&unit.indicators) {
            assert_eq!(observation.value, Observed::Missing, "{}", indicator.id);
        }
        let status = ranked(&method, &[unit]).units[0].status;
        assert!(status == Status::NotScored || status == Status::EligibilityUnknown);
    }
}

#[test]
fn unknown_refused_irrelevant_and_zero_denominators_are_told_apart() {
    let method = parse(DESMIGRATIF.document).unwrap();
    let mut answers = filled();
    assert_eq!(
        value_of(&method, &answers, "pmi_nonprosedural"),
        Observed::Number(50.0)
    );
    answers
        .answers
        .insert(at("b_pmi_nonprosedural"), Answer::Unknown);
    assert_eq!(
        value_of(&method, &answers, "pmi_nonprosedural"),
        Observed::Unknown
    );
    answers
        .answers
        .insert(at("b_pmi_nonprosedural"), Answer::Refused);
    assert_eq!(
        value_of(&method, &answers, "pmi_nonprosedural"),
        Observed::Refused
    );
    let no = Answer::Value(Value::Choice("tidak".to_owned()));
    answers.answers.insert(at("b_pmi_ada"), no.clone());
    assert_eq!(
        value_of(&method, &answers, "pmi_nonprosedural"),
        Observed::Irrelevant
    );
    answers.answers.insert(at("c_tenun_ada"), no.clone());
    assert_eq!(
        value_of(&method, &answers, "nilai_tenun"),
        Observed::Number(0.0)
    );
    answers.answers.remove(&at("c_tenun_ada"));
    assert_eq!(
        value_of(&method, &answers, "nilai_tenun"),
        Observed::Missing
    );
    answers.answers.insert(at("e_tanaman_ada"), no);
    assert_eq!(
        value_of(&method, &answers, "komoditas_pembeli"),
        Observed::Number(0.0)
    );

    let zero = Answer::Value(Value::Integer(0));
    for question in ["b_penduduk_l", "b_penduduk_p", "h_peserta_jkn"] {
        answers.answers.insert(at(question), zero.clone());
    }
    let idm = parse(IDM.document).unwrap();
    let ranking = ranked(&idm, &[observed(&idm, answers)]);
    let index = idm
        .indicators
        .iter()
        .position(|it| it.id == "iks_05")
        .unwrap();
    assert_eq!(
        ranking.units[0].indicators[index].note,
        Some(Note::NotANumber)
    );
}

#[test]
fn expressions_that_read_nothing_or_what_is_personal_are_refused_together() {
    let mut method = method(
        ONE_DIMENSION,
        &[
            "normalise = { kind = \"as_is\" }",
            "normalise = { kind = \"as_is\" }",
        ],
    );
    method.indicators[1].expression = Some("string-length(${a_narasumber_hp})".to_owned());
    let problems = CompiledMethod::new(&method, &potensi_desa()).unwrap_err();
    let places: Vec<&str> = problems.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["indicator a.expression", "indicator b.expression"]);
    assert_eq!(
        problems[1].text.en,
        "`a_narasumber_hp` is personal and must not be scored"
    );
}

#[test]
fn the_questions_of_a_method_reach_through_calculations() {
    let method = parse(DESMIGRATIF.document).unwrap();
    let compiled = CompiledMethod::new(&method, &potensi_desa()).unwrap();
    let questions = compiled.questions();
    assert!(questions.contains(&at("b_penduduk_l").template()));
    assert!(questions.contains(&at("e_pembeli").template()));
    assert!(!questions.contains(&at("h_dokter").template()));
}

/// What is observed of a filled village that a hold at `path` keeps from being judged.
fn observed_held(rule: HeldRule, path: Option<&str>) -> Vec<Observed> {
    let mut method = parse(DESMIGRATIF.document).unwrap();
    method.held.rule = rule;
    let compiled = CompiledMethod::new(&method, &potensi_desa()).unwrap();
    let village = Village {
        holds: vec![Hold {
            kind: HoldKind::Conflict,
            paths: path.into_iter().map(|it| at(it).to_string()).collect(),
            text: Text::same("x"),
        }],
        ..Village::default()
    };
    let unit = compiled.observe(&method, &interview(filled()), village);
    let every = unit.indicators.into_iter().chain(unit.eligibility);
    every.map(|it| it.value).collect()
}

#[test]
fn only_a_method_that_waits_takes_what_is_in_conflict_as_unknown() {
    let still = observed_held(HeldRule::LeaveOut, Some("b_penduduk_l"));
    assert_eq!(still, observed_held(HeldRule::Wait, Some("h_dokter")));
    let open = observed_held(HeldRule::Wait, Some("b_penduduk_l"));
    let changed: Vec<&Observed> = (still.iter().zip(&open))
        .filter(|(one, two)| one != two)
        .map(|(_, open)| open)
        .collect();
    assert!(!changed.is_empty() && changed.len() < open.len());
    assert!(changed.iter().all(|it| **it == Observed::Unknown));
    // A hold that names no answer leaves everything open.
    let whole = observed_held(HeldRule::Wait, None);
    assert!(whole.iter().all(|it| *it == Observed::Unknown));
}

#[test]
fn a_filled_village_is_chosen() {
    let method = parse(DESMIGRATIF.document).unwrap();
    let ranking = ranked(&method, &[observed(&method, filled())]);
    let quota = &method.programme.as_ref().unwrap().quota;
    let selection = select(&method, &ranking, quota).unwrap();
    assert_eq!(selection.chosen, ["53.21.03.2003"]);
    assert_eq!(selection.shortfalls.len(), 1);
}

#[test]
fn a_gap_is_filled_from_the_interview_of_the_round_before() {
    let mut method = method(
        ONE_DIMENSION,
        &[
            "missing = \"last_round\"\nnormalise = { kind = \"min_max\", min = 0, max = 10 }",
            "normalise = { kind = \"as_is\" }",
        ],
    );
    method.indicators[0].expression = Some("${h_dokter}".to_owned());
    method.indicators[1].expression = Some("${b_penduduk_l}".to_owned());
    let before = observed(&method, filled());
    let mut answers = filled();
    answers.answers.remove(&at("h_dokter"));
    let mut now = observed(&method, answers);
    assert_eq!(now.indicators[0].last_round, None);
    now.remember(&before);
    assert_eq!(now.indicators[0].last_round, Some(3.0));
    let ranking = ranked(&method, &[now]);
    let detail = &ranking.units[0].indicators[0];
    assert_eq!((detail.normalised, detail.observed), (Some(0.3), false));
}

/// The index among the observations of the shipped method that asks for it.
fn next_class(answers: AnswerSet) -> Observed {
    let method = parse(DESA_PERCONTOHAN.document).unwrap();
    let place = method
        .indicators
        .iter()
        .position(|it| it.id == "jarak_kelas");
    observed(&method, answers).indicators[place.unwrap()]
        .value
        .clone()
}

#[test]
fn the_distance_to_the_next_class_is_that_of_the_index_itself() {
    let index = parse(IDM.document).unwrap();
    let ranking = ranked(&index, &[observed(&index, filled())]);
    let unit = &ranking.units[0];
    let gap = gap(&index, unit.score).unwrap();
    assert_eq!(next_class(filled()), Observed::Number(gap.missing));

    let method = parse(DESA_PERCONTOHAN.document).unwrap();
    let compiled = CompiledMethod::new(&method, &potensi_desa()).unwrap();
    // Whoever disagrees about what the index reads holds the village, also here.
    assert!(compiled.questions().contains(&at("h_dokter").template()));
    let unit = observed(&method, filled());
    let source = &unit.indicators[0].source;
    assert!(source.contains(&at("h_dokter").to_string()), "{source:?}");
}

#[test]
fn the_distance_is_missing_where_what_is_not_known_could_change_the_class() {
    assert_eq!(next_class(AnswerSet::default()), Observed::Missing);
    // A doctor more or less changes no class here, and counts as none.
    let mut answers = filled();
    answers.answers.insert(at("h_dokter"), Answer::Unknown);
    let index = parse(IDM.document).unwrap();
    let known = ranked(&index, &[observed(&index, filled())]).units[0].score;
    let less = ranked(&index, &[observed(&index, answers.clone())]).units[0].score;
    assert!(less < known);
    let missing = gap(&index, less).unwrap().missing;
    assert_eq!(next_class(answers), Observed::Number(missing));
}

#[test]
fn an_index_that_does_not_ship_is_refused_by_name() {
    let mut method = method(ONE_DIMENSION, &["normalise = { kind = \"as_is\" }"]);
    for (expression, why) in [
        (
            "next-class-gap('idm', '2019')",
            "there is no index with classes 'idm', '2019'; there is: 'idm', '2024.2'",
        ),
        // It has no classes.
        ("next-class-gap('ktm', '2026.1')", "'ktm', '2026.1'"),
        // Only as a whole.
        ("1 - next-class-gap('idm', '2024.2')", "next-class-gap"),
    ] {
        method.indicators[0].expression = Some(expression.to_owned());
        let problems = CompiledMethod::new(&method, &potensi_desa()).unwrap_err();
        assert_eq!(problems[0].place, "indicator a.expression");
        assert!(problems[0].text.en.contains(why), "{problems:?}");
    }
}

#[test]
fn the_value_of_production_is_that_of_every_row_and_missing_with_one_price() {
    let tanaman = SHIPPED.iter().find(|it| it.file == "potensi_tanaman.toml");
    let tanaman = parse(tanaman.unwrap().document).unwrap();
    let repeat = at("e_tanaman");
    let mut answers = filled();
    let rows: Vec<OpId> = (1..=3).map(|it| OpId([it; 16])).collect();
    answers.rows.insert(repeat.clone(), rows.clone());
    let mut row = |place: usize, name: &str, answer: Answer| {
        let path = repeat.row(rows[place]).child(name);
        answers.answers.insert(path, answer);
    };
    let tonnes = |text: &str| Answer::Value(Value::Decimal(Decimal::parse(text).unwrap()));
    let whole = |number: i64| Answer::Value(Value::Integer(number));
    for (place, (produced, sold, price)) in [("2.5", 60, 5_000), ("10", 1, 2_000), ("7", 0, 0)]
        .into_iter()
        .enumerate()
    {
        let crop = Value::Choice("jagung".to_owned());
        row(place, "e_komoditas", Answer::Value(crop));
        row(place, "e_produksi_ton", tonnes(produced));
        row(place, "e_persen_dijual", whole(sold));
        if 0 < sold {
            row(place, "e_harga_kg", whole(price));
        }
    }
    // 2.5 t at 5,000 a kilogram and 10 t at 2,000; what is not sold has no price.
    let value = |answers: &AnswerSet| value_of(&tanaman, answers, "nilai_produksi");
    assert_eq!(
        value(&answers),
        Observed::Number(12_500_000.0 + 20_000_000.0)
    );

    let mut unknown = answers.clone();
    let price = repeat.row(rows[1]).child("e_harga_kg");
    unknown.answers.insert(price, Answer::Unknown);
    let unit = observed(&tanaman, unknown);
    let place = tanaman
        .indicators
        .iter()
        .position(|it| it.id == "nilai_produksi");
    let observation = &unit.indicators[place.unwrap()];
    assert_eq!(observation.value, Observed::Unknown);
    assert_eq!(observation.lower, Some(12_500_000.0));

    answers.answers.insert(
        at("e_tanaman_ada"),
        Answer::Value(Value::Choice("tidak".to_owned())),
    );
    assert_eq!(value(&answers), Observed::Number(0.0));
    // Three of three families.
    assert_eq!(
        value_of(&tanaman, &filled(), "muda"),
        Observed::Number(100.0)
    );
}
