//! Sheets by chance, read by us and by pyxform: what it accepts we import, what it refuses we
//! refuse, and its XForm read back gives the same questionnaire.
//!
//! Always: equal numbers of cases give equal sheets; a difference without a reason fails the run.
//! Never: compares rows and lines.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Map, Value};
use shared::questionnaire::model::{ChoiceList, Kind, Node, Questionnaire};
use shared::questionnaire::sheet::{Imported, Severity, Sheets, import};
use shared::questionnaire::xform;

use crate::generate::{Form, form};

/// Answers each line of JSON with a line of JSON.
const SERVANT: &str = r#"
import json, sys
from pyxform.xls2xform import convert
for line in sys.stdin:
    try:
        answer = {"xform": convert(json.loads(line), validate=False, file_type=".csv").xform}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:400]}
    print(json.dumps(answer), flush=True)
"#;

/// Where we refuse what pyxform accepts, or the other way round, and why.
const REASONS: [(&str, &str); 2] = [
    (
        "cycle",
        "what waits for itself has no value; pyxform does not look",
    ),
    (
        "last_saved_not_kept",
        "what reads last saved answers again and again differs between phone and server",
    ),
];

/// Where we refuse the XForm of a sheet that we accept, and why.
const REASONS_BACK: [(&str, &str); 1] = [(
    "save_to_without_entity",
    "pyxform leaves out an entity whose formulas read deeper rows than those it saves",
)];

/// Compares so many cases; what was found in words, as an error where there is a difference
/// without a reason.
pub(crate) fn hold(python: &str, cases: u64) -> Result<String, String> {
    let servant = Command::new(python)
        .args(["-c", SERVANT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut servant = servant.map_err(|error| format!("cannot run {python}: {error}"))?;
    let mut tally = Tally::default();
    let told = compare_all(&mut servant, cases, &mut tally);
    drop(servant.stdin.take());
    let _ = servant.wait();
    told.map_err(|error| format!("pyxform broke off: {error}"))?;
    let mut report = tally.differences.clone();
    report.push(format!(
        "passed {} of {cases}: {} accepted by both with equal questionnaires, {} refused by both",
        tally.equal + tally.refused,
        tally.equal,
        tally.refused
    ));
    for (reason, count) in &tally.reasons {
        report.push(format!("{count} differ on purpose: {reason}"));
    }
    let report = report.join("\n");
    if tally.differences.is_empty() && 0 < tally.equal {
        Ok(report)
    } else {
        Err(report)
    }
}

#[derive(Default)]
struct Tally {
    equal: u64,
    refused: u64,
    differences: Vec<String>,
    reasons: BTreeMap<&'static str, u64>,
}

fn compare_all(servant: &mut Child, cases: u64, tally: &mut Tally) -> std::io::Result<()> {
    let broken = || std::io::Error::other("no pipe");
    let mut ask = servant.stdin.take().ok_or_else(broken)?;
    let mut answers = BufReader::new(servant.stdout.take().ok_or_else(broken)?);
    for seed in 0..cases {
        let form = form(seed);
        let question = Value::String(one_csv(&form));
        writeln!(ask, "{question}")?;
        let mut line = String::new();
        answers.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line).map_err(std::io::Error::other)?;
        compare(seed, &form, &answer, tally);
    }
    Ok(())
}

fn compare(seed: u64, form: &Form, answer: &Value, tally: &mut Tally) {
    let ours = import(&sheets(form));
    let theirs = answer["xform"].as_str();
    let difference = match (&ours.questionnaire, theirs) {
        (None, None) => {
            tally.refused += 1;
            return;
        }
        (Some(_), None) => format!("pyxform refuses: {}", answer["error"]),
        (None, Some(_)) => {
            if let Some(reason) = known(&ours, &REASONS) {
                *tally.reasons.entry(reason).or_default() += 1;
                return;
            }
            format!("we refuse: {}", problems(&ours))
        }
        (Some(questionnaire), Some(xml)) => {
            let back = xform::import(xml, &BTreeMap::new(), &BTreeMap::new());
            match &back.questionnaire {
                None if known(&back, &REASONS_BACK).is_some() => {
                    let reason = REASONS_BACK[0].1;
                    *tally.reasons.entry(reason).or_default() += 1;
                    return;
                }
                None => format!("its XForm is refused: {}\n{xml}", problems(&back)),
                Some(back) => match first_difference(questionnaire, back) {
                    None => {
                        tally.equal += 1;
                        return;
                    }
                    Some(difference) => format!("read back: {difference}\n{xml}"),
                },
            }
        }
    };
    let survey = [sheets(form).survey, sheets(form).entities].join("\n");
    tally
        .differences
        .push(format!("differs: seed {seed}: {difference}\n{survey}"));
}

fn known(imported: &Imported, reasons: &[(&str, &'static str)]) -> Option<&'static str> {
    let mut errors = imported.problems.iter();
    let first = errors.find(|problem| problem.severity == Severity::Error)?;
    let found = reasons.iter().find(|(code, _)| *code == first.code);
    found.map(|(_, why)| *why)
}

fn problems(imported: &Imported) -> String {
    let lines: Vec<String> = imported.problems.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

fn sheets(form: &Form) -> Sheets {
    Sheets {
        survey: csv_of(&form.survey),
        choices: csv_of(&form.choices),
        settings: csv_of(&form.settings),
        entities: match form.entities.is_empty() {
            true => String::new(),
            false => csv_of(&form.entities),
        },
        ..Sheets::default()
    }
}

/// All sheets in one text, as pyxform reads them: the name of a sheet, then its rows indented.
fn one_csv(form: &Form) -> String {
    let mut out = String::new();
    for (name, rows) in [
        ("survey", &form.survey),
        ("choices", &form.choices),
        ("settings", &form.settings),
        ("entities", &form.entities),
    ] {
        if rows.is_empty() {
            continue;
        }
        out.push_str(&format!("{name}\n"));
        let text = csv_of(rows);
        out.extend(text.lines().map(|line| format!(",{line}\n")));
    }
    out
}

fn csv_of(rows: &[Map<String, Value>]) -> String {
    let mut headers: Vec<&String> = Vec::new();
    for header in rows.iter().flat_map(Map::keys) {
        if !headers.contains(&header) {
            headers.push(header);
        }
    }
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut out = headers
        .iter()
        .map(|each| quoted(each))
        .collect::<Vec<_>>()
        .join(",");
    for row in rows {
        let cell = |header: &&String| row.get(*header).and_then(Value::as_str).unwrap_or("");
        let cells: Vec<String> = headers.iter().map(|header| quoted(cell(header))).collect();
        out.push('\n');
        out.push_str(&cells.join(","));
    }
    out.push('\n');
    out
}

/// The first thing in which two questionnaires are not the same; rows and lines do not count.
fn first_difference(ours: &Questionnaire, back: &Questionnaire) -> Option<String> {
    let differ = |what: &str, left: &dyn std::fmt::Debug, right: &dyn std::fmt::Debug| {
        Some(format!("{what}\n  sheet {left:?}\n  xform {right:?}"))
    };
    let heads = |form: &Questionnaire| {
        (
            form.form_id.clone(),
            form.title.clone(),
            form.version.clone(),
            form.languages.clone(),
        )
    };
    if heads(ours) != heads(back) {
        return differ("head", &heads(ours), &heads(back));
    }
    let names = |form: &Questionnaire| -> Vec<String> {
        form.nodes.iter().map(|node| node.name.clone()).collect()
    };
    if names(ours) != names(back) {
        return differ("names", &names(ours), &names(back));
    }
    for (left, right) in ours.nodes.iter().zip(&back.nodes) {
        let (left, right) = (plain_node(ours, left), plain_node(back, right));
        if left != right {
            return differ(&left.1.name.clone(), &left, &right);
        }
    }
    for list in &ours.lists {
        let other = back.lists.iter().find(|each| each.name == list.name);
        let is_used = ours.nodes.iter().any(|node| {
            node.list
                .is_some_and(|place| ours.lists[place as usize].name == list.name)
        });
        let (left, right) = (plain_list(list), other.map(plain_list));
        if is_used && Some(&left) != right.as_ref() {
            return differ(&list.name, &left, &right);
        }
    }
    if ours.entities != back.entities {
        return differ("entities", &ours.entities, &back.entities);
    }
    (ours.graph != back.graph).then(|| "the graphs".to_owned())
}

/// A node without its row, with its list by name and its parameters in order.
fn plain_node(form: &Questionnaire, node: &Node) -> (Option<String>, Node) {
    let mut node = node.clone();
    let list = node
        .list
        .take()
        .map(|list| form.lists[list as usize].name.clone());
    node.sheet_row = 0;
    node.parameters.sort();
    node.source_note.clear();
    if node.kind == Kind::Note {
        node.read_only = None;
    }
    // What stands for "other" is in Indonesian with us.
    if node.name.ends_with("_other") {
        node.label.0.clear();
    }
    (list, node)
}

type PlainChoice = (
    String,
    shared::questionnaire::model::Texts,
    Vec<(String, String)>,
);

/// A list with the cells that are filled, by column.
fn plain_list(list: &ChoiceList) -> Vec<PlainChoice> {
    let choices = list.choices.iter().map(|choice| {
        let cells = list
            .columns
            .iter()
            .cloned()
            .zip(choice.cells.iter().cloned());
        let mut cells: Vec<(String, String)> = cells.filter(|(_, text)| !text.is_empty()).collect();
        cells.sort();
        let label = match choice.name.as_str() {
            "other" => shared::questionnaire::model::Texts::default(),
            _ => choice.label.clone(),
        };
        (choice.name.clone(), label, cells)
    });
    choices.collect()
}
