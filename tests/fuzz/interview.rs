//! A person by chance at a form that a reader accepted.
//!
//! Always: the same form is answered the same way; everything that a screen or an office asks for
//! is asked for.
//! Never: judges a value; only that there is one, and that the way to it does not matter.

use std::sync::Arc;

use shared::answers::{Answer, AnswerSet, Value};
use shared::ids::{OpId, Path};
use shared::questionnaire::interview::{Interview, ItemView, PageKind, Surroundings, Village};
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::typed::value_of_text;
use shared::sorted::Map;
use shared::time::{Millis, Moment};

/// Answers that one interview takes.
const ANSWERS_MAX: usize = 30;
/// Rows that are added.
const ROWS_ADDED_MAX: u8 = 4;
/// Pages that are read with all that stands on them.
const PAGES_MAX: usize = 30;

const TEXTS: [&str; 12] = [
    "3",
    "0",
    "-1",
    "12.5",
    "ya",
    "2024-02-29",
    "07:30:00.000+08:00",
    "2024-02-29T07:30:00+08:00",
    "-8.5 124.1 0 5",
    "-8.5 124.1 0 5; -8.6 124.2 0 5; -8.7 124.0 0 5",
    "é𝄞\u{301} 'x' \"y\"",
    "9007199254740993",
];

/// Where and when every interview of ours takes place.
pub(crate) fn surroundings() -> Surroundings {
    Surroundings {
        // 2026-11-22 08:00 WITA.
        moment: Moment {
            wall: Millis(1_795_305_600_000),
            zone_minutes: 480,
        },
        village: Village {
            code: "53.21.03.2003".to_owned(),
            name: "Fafinesu".to_owned(),
            kind: None,
        },
        facts: Map::new(),
        last_saved: Map::new(),
    }
}

/// Answers a form. `is_ours` tells that the form was compiled here, so that its graph is right and
/// what is computed step by step must equal what is computed from nothing.
pub(crate) fn explore(questionnaire: Questionnaire, is_ours: bool) -> String {
    let questionnaire = Arc::new(questionnaire);
    let mut interview = Interview::new(questionnaire, AnswerSet::default(), surroundings());
    look(&interview);
    for (path, value) in interview.defaults_to_take().into_iter().take(ANSWERS_MAX) {
        interview.answer(&path, Some(Answer::Value(value)));
    }
    for page in interview.pages("id") {
        if page.kind == PageKind::Rows && page.can_add {
            for row in 1..=ROWS_ADDED_MAX {
                interview.add_row(&page.id.0, OpId([row; 16]));
            }
        }
    }
    let mut answered = 0;
    for round in 0..2 {
        for (number, item) in items(&interview).into_iter().enumerate() {
            if ANSWERS_MAX * (round + 1) <= answered {
                break;
            }
            answered += 1;
            let changes = interview.answer(&item.path, answer(&item, number + round));
            for path in changes.paths.iter().take(3) {
                interview.item(path, "en");
                interview.locate(path);
            }
        }
    }
    interview.set_note(&Path::root(), "catatan");
    look(&interview);
    let again = interview.replace(interview.answers().clone());
    assert!(
        !is_ours || again.paths.is_empty(),
        "computed from nothing these differ: {:?}",
        again.paths
    );
    let found = interview.findings().into_iter().map(|finding| finding.code);
    let found: std::collections::BTreeSet<&str> = found.collect();
    format!("{found:?}")
}

fn items(interview: &Interview) -> Vec<ItemView> {
    let pages = interview.pages("id").into_iter().take(PAGES_MAX);
    let items = pages.flat_map(|page| interview.page(&page.id, "id"));
    items.filter(|item| item.kind.is_question()).collect()
}

fn answer(item: &ItemView, number: usize) -> Option<Answer> {
    match number % 9 {
        7 => return Some(Answer::Unknown),
        8 => return None,
        _ => {}
    }
    if let Some(choice) = item.choices.get(number % item.choices.len().max(1)) {
        let value = value_of_text(item.kind, &choice.name);
        return value.map(Answer::Value);
    }
    let texts = TEXTS.iter().cycle().skip(number).take(TEXTS.len());
    let mut values = texts.filter_map(|text| value_of_text(item.kind, text));
    let value = values.next().unwrap_or(Value::Integer(3));
    Some(Answer::Value(value))
}

/// Everything that is shown, checked or sent.
fn look(interview: &Interview) {
    for language in ["id", "en"] {
        for page in interview.pages(language).iter().take(PAGES_MAX) {
            interview.page(&page.id, language);
        }
    }
    let modules: Vec<String> = interview
        .questionnaire()
        .modules()
        .map(|node| node.name.clone())
        .collect();
    let _ = interview.can_finish(&modules);
    interview.progress("id");
    interview.counted_answers();
    interview.calculated_values();
}
