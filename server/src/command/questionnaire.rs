//! Questionnaires on the command line: import, and the tools of their designers.
//!
//! Always: `check`, `describe` and `fill` need no data folder and no server; equal files give equal
//! output.
//! Never: reads a file that the form does not name.

mod describe;
mod fill;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use serde_json::json;
use shared::questionnaire::sheet::{Imported, Problem, Severity, Sheet};
use shared::wire::office::{Fault, QuestionnaireSheets};

use super::plain;
use crate::clock::Clock;
use crate::forms::Form;
use crate::http::{import_questionnaire, refused};
use crate::import::{
    Beside, Workbook, builtin_sheets, is_workbook, is_xform, read_form, read_workbook, xform_sheets,
};
use crate::store::{Act, Store};

/// The largest file that is read from beside a form.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Import a form; without one, the built-in questionnaire
    Import {
        /// A workbook (.xlsx), an XForm (.xml), or a folder with survey.csv, choices.csv, settings.csv
        form: Option<PathBuf>,
    },
    #[command(flatten)]
    Tool(Tool),
}

/// What a designer asks of a form before anybody imports it.
#[derive(Debug, Subcommand)]
pub(super) enum Tool {
    /// Print every problem of a form; fails where the form is refused
    Check {
        /// A workbook (.xlsx), an XForm (.xml), or a folder with survey.csv, choices.csv, settings.csv
        form: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the questions of a form with types, expressions and languages
    Describe {
        form: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Answer a form step by step and print the state after each step as a line of JSON
    Fill {
        form: PathBuf,
        /// JSON steps, one after the other or in one list, such as {"answer": "/umur", "value": 7}
        #[arg(long)]
        script: PathBuf,
    },
}

/// Runs a verb that changes the store.
pub(super) async fn import(store: &Store, clock: &Clock, form: Option<PathBuf>) -> Result<()> {
    let (book, beside) = match form {
        Some(form) => {
            let book = sheets_at(&form)?.map_err(|faults| plain(refused(faults)))?;
            let beside = files_beside(&form, &book.sheets)?;
            (book, beside)
        }
        None => (without_warnings(builtin_sheets()), Beside::default()),
    };
    let act = Act::by_program(clock.now());
    let imported = import_questionnaire(store, book.sheets, beside, act)
        .await
        .map_err(plain)?;
    for warning in book.warnings.iter().chain(&imported.warnings) {
        println!("{}: {}", warning.place, warning.text_en);
    }
    let taken = imported.questionnaire;
    println!(
        "{} version {}: {} questions, {} bytes for phones, id {}",
        taken.title, taken.version, taken.questions, taken.compiled_bytes, taken.id
    );
    Ok(())
}

/// Runs a verb that needs no store.
pub(super) fn tool(verb: Tool) -> Result<()> {
    match verb {
        Tool::Check { form, json } => check(&form, json),
        Tool::Describe { form, json } => {
            let imported = read(&form)?;
            print!("{}", describe::describe(&accepted(&imported)?, json));
            Ok(())
        }
        Tool::Fill { form, script } => {
            let imported = read(&form)?;
            let steps = std::fs::read_to_string(&script)
                .with_context(|| format!("cannot read {}", script.display()))?;
            accepted(&imported)?;
            let form = Form::of(&imported).context("the form was refused")?;
            fill::fill(&form, &steps, |line| println!("{line}"))
        }
    }
}

fn check(form: &Path, as_json: bool) -> Result<()> {
    let imported = read(form)?;
    print!("{}", report(&imported, as_json));
    let count = errors(&imported.problems);
    if 0 < count {
        bail!("{} is refused for {count} problems", form.display());
    }
    Ok(())
}

fn errors(problems: &[Problem]) -> usize {
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    problems.iter().filter(is_error).count()
}

/// Every problem: as a line each, or as JSON.
fn report(imported: &Imported, as_json: bool) -> String {
    if as_json {
        let report = json!({
            "refused": imported.questionnaire.is_none(),
            "problems": imported.problems,
        });
        return format!("{report:#}\n");
    }
    let line = |problem: &Problem| {
        let kind = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!("{kind}: {problem}\n    {}\n", problem.advice)
    };
    let mut text: String = imported.problems.iter().map(line).collect();
    if text.is_empty() {
        text.push_str("no problems\n");
    }
    text
}

/// A form that was not refused.
#[derive(Debug)]
struct Accepted<'a> {
    questionnaire: &'a shared::questionnaire::model::Questionnaire,
    sources: &'a [shared::questionnaire::sheet::Source],
}

fn accepted(imported: &Imported) -> Result<Accepted<'_>> {
    let Some(questionnaire) = &imported.questionnaire else {
        eprint!("{}", report(imported, false));
        let count = errors(&imported.problems);
        bail!("the form is refused for {count} problems; see `lumbung questionnaire check`");
    };
    Ok(Accepted {
        questionnaire,
        sources: &imported.sources,
    })
}

/// Reads a form, and from beside it the lists and media that it names.
fn read(form: &Path) -> Result<Imported> {
    let of = |severity| move |fault| of_workbook(fault, severity);
    let book = match sheets_at(form)? {
        Ok(book) => book,
        Err(faults) => {
            return Ok(Imported {
                questionnaire: None,
                problems: faults.into_iter().map(of(Severity::Error)).collect(),
                sources: Vec::new(),
                lists: Vec::new(),
            });
        }
    };
    let mut imported = read_form(&book.sheets, files_beside(form, &book.sheets)?);
    let warnings = book.warnings.into_iter().map(of(Severity::Warning));
    imported.problems.extend(warnings);
    Ok(imported)
}

/// The lists and media that a form names and that lie beside it.
fn files_beside(form: &Path, sheets: &QuestionnaireSheets) -> Result<Beside> {
    let imported = read_form(sheets, Beside::default());
    let mut found = Beside::default();
    for problem in &imported.problems {
        let name = &problem.offending;
        let is_text = problem.code == "file_missing";
        if !is_text && problem.code != "media_missing" {
            continue;
        }
        let Some(bytes) = beside(form, name)? else {
            continue;
        };
        if is_text {
            let text = String::from_utf8(bytes);
            let text = text.with_context(|| format!("{name} is not UTF-8 text"))?;
            found.texts.insert(name.clone(), text);
        } else {
            found.attachments.insert(name.clone(), bytes);
        }
    }
    Ok(found)
}

/// A file in the folder of the form; nothing where there is none, or where the name leads away.
fn beside(form: &Path, name: &str) -> Result<Option<Vec<u8>>> {
    let folder = if form.is_dir() {
        form
    } else {
        form.parent().unwrap_or(form)
    };
    let path = folder.join(name);
    let is_plain = Path::new(name).file_name().is_some_and(|own| own == name);
    if !is_plain || !path.is_file() {
        return Ok(None);
    }
    let bytes = path.metadata()?.len();
    if FILE_BYTES_MAX < bytes {
        let path = path.display();
        bail!("{path} has {bytes} bytes, more than {FILE_BYTES_MAX}; shorten it");
    }
    let bytes = std::fs::read(&path);
    bytes
        .map(Some)
        .with_context(|| format!("cannot read {}", path.display()))
}

fn sheets_at(form: &Path) -> Result<Result<Workbook, Vec<Fault>>> {
    if form.is_dir() {
        return Ok(Ok(without_warnings(QuestionnaireSheets {
            survey: sheet(form, "survey.csv")?,
            choices: optional_sheet(form, "choices.csv")?,
            settings: optional_sheet(form, "settings.csv")?,
            entities: optional_sheet(form, "entities.csv")?,
        })));
    }
    let bytes = std::fs::read(form).with_context(|| format!("cannot read {}", form.display()))?;
    if is_workbook(&bytes) {
        return Ok(read_workbook(&bytes));
    }
    let text = String::from_utf8(bytes).ok().filter(|text| is_xform(text));
    let form = form.display();
    let xml = text.with_context(|| {
        format!("{form} is no form; name an .xlsx, an XForm or a folder with survey.csv")
    })?;
    Ok(Ok(without_warnings(xform_sheets(xml))))
}

fn optional_sheet(folder: &Path, name: &str) -> Result<String> {
    if folder.join(name).exists() {
        sheet(folder, name)
    } else {
        Ok(String::new())
    }
}

fn sheet(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

fn without_warnings(sheets: QuestionnaireSheets) -> Workbook {
    Workbook {
        sheets,
        warnings: Vec::new(),
    }
}

/// What is wrong with a workbook beside what its sheets say.
fn of_workbook(fault: Fault, severity: Severity) -> Problem {
    Problem {
        sheet: Sheet::Workbook,
        row: fault.row,
        column: String::new(),
        severity,
        code: fault.code,
        text: fault.text,
        text_en: fault.text_en,
        offending: fault.place,
        advice: String::new(),
    }
}

#[cfg(test)]
mod tests;
