//! Answering a form step by step, so that a survey team can keep tests of its skip logic.
//!
//! Always: equal forms and scripts give equal lines; rows are written by their numbers, and the
//! clock stands still until the script moves it.
//! Never: goes on after a step that cannot be done.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value as Json, json};
use shared::answers::{Answer, AnswerSet, Value};
use shared::ids::{OpId, Path, RowId};
use shared::questionnaire::interview::{
    Changes, Finding, FindingKind, Interview, ItemView, Surroundings, Village,
};
use shared::questionnaire::model::Kind;
use shared::questionnaire::typed::value_of_text;
use shared::questionnaire::xpath::moment_of_text;
use shared::time::{Millis, Moment};

use super::describe::kind_name;
use crate::forms::Form;

const STEPS_MAX: usize = 10_000;

/// 2026-01-01 08:00 in Jakarta, until a step says otherwise.
const CLOCK_FIRST: Moment = Moment {
    wall: Millis(1_767_229_200_000),
    zone_minutes: 420,
};

/// Does the steps and tells the state after each, the state before the first included.
pub(super) fn fill(form: &Form, script: &str, mut tell: impl FnMut(Json)) -> Result<()> {
    let steps = steps_of(script)?;
    let mut session = Session::new(form);
    tell(session.state(0, &Json::Null, &Changes::default()));
    for (index, step) in steps.iter().enumerate() {
        let number = index + 1;
        let changes = session
            .step(step)
            .with_context(|| format!("step {number}, {step}"))?;
        tell(session.state(number, step, &changes));
    }
    Ok(())
}

/// Steps that follow each other, or that stand in lists.
fn steps_of(script: &str) -> Result<Vec<Json>> {
    let mut steps = Vec::new();
    for value in serde_json::Deserializer::from_str(script).into_iter::<Json>() {
        match value.context("the script is not JSON")? {
            Json::Array(more) => steps.extend(more),
            one => steps.push(one),
        }
        ensure!(
            steps.len() <= STEPS_MAX,
            "the script has more than {STEPS_MAX} steps; split it"
        );
    }
    Ok(steps)
}

struct Session<'a> {
    form: &'a Form,
    interview: Interview,
    language: String,
    rows_made: u64,
    /// Paths whose default was taken or passed by.
    begun: BTreeSet<Path>,
}

impl Session<'_> {
    fn new(form: &Form) -> Session<'_> {
        let surroundings = Surroundings {
            moment: CLOCK_FIRST,
            village: Village {
                code: String::new(),
                name: String::new(),
                kind: None,
            },
            facts: shared::sorted::Map::new(),
            last_saved: shared::sorted::Map::new(),
        };
        let language = form.questionnaire.languages.first();
        let language = language.map_or_else(String::new, |language| language.code.clone());
        let mut session = Session {
            form,
            interview: form.interview(AnswerSet::default(), surroundings),
            language,
            rows_made: 0,
            begun: BTreeSet::new(),
        };
        session.take_defaults();
        session
    }

    /// A default is taken once, when its question first exists.
    fn take_defaults(&mut self) -> Vec<Path> {
        let mut taken = Vec::new();
        for (path, value) in self.interview.defaults_to_take() {
            if self.begun.insert(path.clone()) {
                let changes = self.interview.answer(&path, Some(Answer::Value(value)));
                taken.extend(changes.paths);
            }
        }
        taken
    }

    fn step(&mut self, step: &Json) -> Result<Changes> {
        let step = step.as_object().context("a step is an object")?;
        let mut fields = Fields(step.clone());
        let verbs = [
            "answer",
            "unknown",
            "refuse",
            "add_row",
            "remove_row",
            "note",
            "language",
            "clock",
            "village",
        ];
        let verb = verbs.into_iter().find(|verb| step.contains_key(*verb));
        let Some(verb) = verb else {
            bail!("a step has one of {}", verbs.join(", "));
        };
        let object = fields.text(verb)?;
        let changes = match verb {
            "answer" => {
                let (path, kind) = self.question(&object)?;
                let value = fields.0.remove("value").unwrap_or(Json::Null);
                let answer = value_of(kind, &value)?.map(Answer::Value);
                self.answer(&path, answer)
            }
            "unknown" => {
                let (path, _) = self.question(&object)?;
                self.answer(&path, Some(Answer::Unknown))
            }
            "refuse" => {
                let (path, _) = self.question(&object)?;
                self.answer(&path, Some(Answer::Refused))
            }
            "add_row" => self.add_row(&object)?,
            "remove_row" => {
                let row = self.path(&object)?;
                ensure!(
                    row.as_row().is_some(),
                    "{object} is not a row; write {object}[1]"
                );
                self.interview.remove_row(&row)
            }
            "note" => {
                let path = self.path(&object)?;
                let text = fields.text("text")?;
                self.interview.set_note(&path, &text)
            }
            "clock" => {
                let moment = moment_of_text(&object);
                let moment = moment.context("write the clock as 2026-11-22T08:00:00+08:00")?;
                self.interview.set_moment(moment)
            }
            "village" => self.set_village(object, &mut fields)?,
            _ => {
                let languages = &self.interview.questionnaire().languages;
                let known = |wanted: &str| {
                    languages
                        .iter()
                        .any(|each| each.code == wanted || each.name == wanted)
                };
                ensure!(known(&object), "the form has no language {object}");
                self.language = object;
                Changes::default()
            }
        };
        fields.must_be_empty()?;
        Ok(changes)
    }

    /// Answers, and stores what the answer sets.
    fn answer(&mut self, path: &Path, answer: Option<Answer>) -> Changes {
        let mut changes = self.interview.answer(path, answer);
        for (place, value) in self.interview.triggered_by(path) {
            let more = self.interview.answer(&place, value.map(Answer::Value));
            let new = more.paths.into_iter();
            let new: Vec<Path> = new.filter(|each| !changes.paths.contains(each)).collect();
            changes.paths.extend(new);
            changes.pages |= more.pages;
        }
        changes
    }

    fn set_village(&mut self, code: String, fields: &mut Fields) -> Result<Changes> {
        let mut surroundings = self.interview.surroundings().clone();
        surroundings.village = Village {
            code,
            name: fields.text("name").unwrap_or_default(),
            kind: None,
        };
        let answers = self.interview.answers().clone();
        self.interview = self.form.interview(answers, surroundings);
        Ok(Changes {
            paths: Vec::new(),
            pages: true,
        })
    }

    fn add_row(&mut self, object: &str) -> Result<Changes> {
        let repeat = self.path(object)?;
        let form = self.interview.questionnaire().clone();
        let node = form.find(&repeat.template()).map(|index| form.node(index));
        let is_repeat = node.is_some_and(|node| node.kind == Kind::Repeat);
        ensure!(is_repeat, "{object} is not a repeat");
        let is_counted = node.is_some_and(|node| node.count.is_some());
        ensure!(!is_counted, "an expression counts the rows of {object}");
        self.rows_made += 1;
        let mut id = [0; 16];
        id[0] = 1;
        id[8..].copy_from_slice(&self.rows_made.to_be_bytes());
        let mut changes = self.interview.add_row(&repeat, OpId(id));
        changes.paths.extend(self.take_defaults());
        Ok(changes)
    }

    fn question(&self, text: &str) -> Result<(Path, Kind)> {
        let path = self.path(text)?;
        let item = self.interview.item(&path, &self.language);
        let item = item.with_context(|| format!("{text} is not a question now"))?;
        let is_answered = item.kind.is_question() || item.kind == Kind::Hidden;
        ensure!(
            is_answered,
            "{text} is {}, nobody answers it",
            kind_name(item.kind)
        );
        Ok((path, item.kind))
    }

    /// `/toko[2]/nama`: rows by their numbers.
    fn path(&self, text: &str) -> Result<Path> {
        let steps = text.strip_prefix('/');
        let steps = steps.with_context(|| format!("write {text} from the top, as /group/name"))?;
        let mut path = Path::root();
        for step in steps.split('/') {
            let (name, number) = match step.split_once('[') {
                Some((name, number)) => (name, number.strip_suffix(']')),
                None => (step, None),
            };
            let valid: std::result::Result<Path, _> = format!("/{name}").parse();
            ensure!(valid.is_ok(), "{step} is not a name");
            path = path.child(name);
            if let Some(number) = number {
                let number: usize = number.parse().context("a row is a number, as in [2]")?;
                let row = self.row(&path, number);
                let row = row.with_context(|| format!("{path} has no row {number}"))?;
                path = path.row(row);
            }
        }
        let template = path.template();
        let known = self.interview.questionnaire().find(&template).is_some();
        ensure!(known, "the form has no {template}");
        Ok(path)
    }

    fn row(&self, repeat: &Path, number: usize) -> Option<RowId> {
        let place = number.checked_sub(1)?;
        let form = self.interview.questionnaire();
        let node = form.node(form.find(&repeat.template())?);
        if node.count.is_some() {
            let mut id = [0; 16];
            id[8..].copy_from_slice(&(number as u64).to_be_bytes());
            return Some(OpId(id));
        }
        self.interview
            .answers()
            .rows
            .get(repeat)?
            .get(place)
            .copied()
    }

    /// A path as scripts write it.
    fn numbered(&self, path: &Path) -> String {
        let mut out = String::new();
        let mut above = Path::root();
        for segment in path.segments() {
            above = above.child(segment.name);
            out.push_str(&format!("/{}", segment.name));
            if let Some(row) = segment.row {
                let rows = self.interview.answers().rows.get(&above);
                let place = rows.and_then(|rows| rows.iter().position(|each| *each == row));
                let counted = || u64::from_be_bytes(row.0[8..].try_into().unwrap_or_default());
                let number = place.map_or_else(counted, |place| place as u64 + 1);
                out.push_str(&format!("[{number}]"));
                above = above.row(row);
            }
        }
        if out.is_empty() { "/".to_owned() } else { out }
    }

    fn state(&self, number: usize, step: &Json, changes: &Changes) -> Json {
        let pages = self.interview.pages(&self.language);
        let pages = pages.iter().map(|page| {
            let items = self.interview.page(&page.id, &self.language);
            let items: Vec<Json> = items.iter().map(|item| self.item(item)).collect();
            let rows = page.rows.iter();
            let rows: Vec<Json> = rows
                .map(|row| json!({"path": self.numbered(&row.path), "title": row.title}))
                .collect();
            json!({
                "page": self.numbered(&page.id.0),
                "title": page.title,
                "items": items,
                "rows": rows,
            })
        });
        let findings = self.interview.findings();
        let calculated = self.interview.calculated_values();
        let calculated: Map<String, Json> = calculated
            .into_iter()
            .chain(self.set_values())
            .map(|(path, text)| (self.numbered(&path), text.into()))
            .collect();
        let modules: Vec<String> = {
            let form = self.interview.questionnaire();
            form.children(0)
                .map(|index| form.node(index).name.clone())
                .collect()
        };
        json!({
            "step": number,
            "did": step,
            "language": self.language,
            "changed": changes.paths.iter().map(|path| self.numbered(path)).collect::<Vec<_>>(),
            "pages": pages.collect::<Vec<_>>(),
            "calculated": calculated,
            "findings": findings.iter().map(|each| self.finding(each)).collect::<Vec<_>>(),
            "can_finish": self.interview.can_finish(&modules).is_ok(),
        })
    }

    /// Answers that were set by others and that nobody sees.
    fn set_values(&self) -> impl Iterator<Item = (Path, String)> {
        let form = self.interview.questionnaire();
        let counted = self.interview.counted_answers();
        let mut set = Vec::new();
        for (path, answer) in &counted {
            let node = form.find(&path.template()).map(|index| form.node(index));
            let is_set = node.is_some_and(|node| node.kind == Kind::Calculate);
            if let Some(value) = answer.value().filter(|_| is_set) {
                set.push((path.clone(), value.lexical()));
            }
        }
        set.into_iter()
    }

    fn item(&self, item: &ItemView) -> Json {
        let choices = item.choices.iter();
        let choices: Vec<&str> = choices.map(|choice| choice.name.as_str()).collect();
        json!({
            "path": self.numbered(&item.path),
            "type": item.kind,
            "label": item.label,
            "required": item.required,
            "read_only": item.read_only,
            "answer": match &item.answer {
                None => Json::Null,
                Some(Answer::Value(value)) => value.lexical().into(),
                Some(Answer::Unknown) => json!({"state": "unknown"}),
                Some(Answer::Refused) => json!({"state": "refused"}),
            },
            "calculated": item.calculated,
            "choices": choices,
        })
    }

    fn finding(&self, finding: &Finding) -> Json {
        let message = match self.language.as_str() {
            "en" => &finding.message_en,
            _ => &finding.message_id,
        };
        json!({
            "path": self.numbered(&finding.path),
            "kind": match finding.kind {
                FindingKind::Error => "error",
                FindingKind::Doubt => "doubt",
            },
            "code": finding.code,
            "message": message,
        })
    }
}

/// What of a step was not read yet.
struct Fields(Map<String, Json>);

impl Fields {
    fn text(&mut self, name: &str) -> Result<String> {
        match self.0.remove(name) {
            Some(Json::String(text)) => Ok(text),
            _ => bail!("`{name}` wants a text"),
        }
    }

    fn must_be_empty(&self) -> Result<()> {
        match self.0.keys().next() {
            Some(name) => bail!("`{name}` means nothing in this step"),
            None => Ok(()),
        }
    }
}

/// A value as JSON: a number, a text as exports write it, a list of choices, or null for none.
fn value_of(kind: Kind, value: &Json) -> Result<Option<Value>> {
    let text = match value {
        Json::Null => return Ok(None),
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Array(names) => {
            let names: Option<Vec<&str>> = names.iter().map(Json::as_str).collect();
            names
                .context("a list of choices is a list of texts")?
                .join(" ")
        }
        Json::Bool(_) | Json::Object(_) => bail!("{value} is no answer; write a text or a number"),
    };
    let read = value_of_text(kind, &text);
    let kind = kind_name(kind);
    read.map(Some)
        .with_context(|| format!("{text:?} is no {kind}"))
}
