//! Questionnaires: from sheets to what is stored and sent to phones.
//!
//! Always: sheets with an error give no questionnaire, and every problem with its place.
//! Never: changes the sheets; they are kept as they came.

use std::collections::BTreeMap;

use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::sheet::{Imported, Problem, Severity, Sheets, import};
use shared::questionnaire::xform;
use shared::wire::office::{Fault, QuestionnaireSheets};

use crate::store::QuestionnaireDraft;

/// A questionnaire without errors, and its warnings.
#[derive(Debug)]
pub struct Compiled {
    pub draft: QuestionnaireDraft,
    pub warnings: Vec<Fault>,
}

/// Questions take villages from this file; the list of regions stands for its content.
const REGION_FILE: &str = "wilayah.csv";
const REGION_FILE_HEADER: &str = "name,label\n";

/// The questionnaire that comes with the program.
pub fn builtin_sheets() -> QuestionnaireSheets {
    QuestionnaireSheets {
        survey: include_str!("../../../shared/data/potensi-desa/survey.csv").to_owned(),
        choices: include_str!("../../../shared/data/potensi-desa/choices.csv").to_owned(),
        settings: include_str!("../../../shared/data/potensi-desa/settings.csv").to_owned(),
        entities: String::new(),
    }
}

/// Compiles sheets, or names everything that is wrong with them.
pub fn compile(sheets: QuestionnaireSheets) -> Result<Compiled, Vec<Fault>> {
    let imported = read_form(&sheets, Beside::default());
    let Some(questionnaire) = imported.questionnaire else {
        return Err(imported.problems.iter().map(fault_of).collect());
    };
    let warnings = imported.problems.iter();
    let warnings = warnings.filter(|problem| problem.severity == Severity::Warning);
    Ok(Compiled {
        warnings: warnings.map(fault_of).collect(),
        draft: draft_of(&questionnaire, sheets, imported.lists),
    })
}

/// Files beside a form, by the names that it gives them.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Lists of choices, such as `wilayah.csv`.
    pub texts: BTreeMap<String, String>,
    /// Pictures, sounds and films.
    pub attachments: BTreeMap<String, Vec<u8>>,
}

/// Reads and checks a form with the files beside it.
pub fn read_form(sheets: &QuestionnaireSheets, beside: Beside) -> Imported {
    let Beside {
        texts: mut files,
        attachments,
    } = beside;
    files
        .entry(REGION_FILE.to_owned())
        .or_insert_with(|| REGION_FILE_HEADER.to_owned());
    if is_xform(&sheets.survey) {
        return xform::import(&sheets.survey, &files, &attachments);
    }
    import(&Sheets {
        survey: sheets.survey.clone(),
        choices: sheets.choices.clone(),
        settings: sheets.settings.clone(),
        entities: sheets.entities.clone(),
        files,
        attachments,
    })
}

/// Whether this is a form as XML, which has no sheets and is kept where the survey sheet would be.
pub fn is_xform(text: &str) -> bool {
    text.trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('<')
}

/// A form as XML in the place of its sheets.
pub fn xform_sheets(xml: String) -> QuestionnaireSheets {
    QuestionnaireSheets {
        survey: xml,
        choices: String::new(),
        settings: String::new(),
        entities: String::new(),
    }
}

fn draft_of(
    questionnaire: &Questionnaire,
    sheets: QuestionnaireSheets,
    lists: Vec<(String, Vec<u8>)>,
) -> QuestionnaireDraft {
    let questions = questionnaire.nodes.iter();
    let questions = questions.filter(|node| node.kind.is_question()).count();
    QuestionnaireDraft {
        id: questionnaire.fingerprint(),
        form_id: questionnaire.form_id.clone(),
        title: questionnaire.title.clone(),
        version: questionnaire.version.clone(),
        questions: u32::try_from(questions).unwrap_or(u32::MAX),
        compiled: questionnaire.to_bytes(),
        sheets,
        lists,
    }
}

fn fault_of(problem: &Problem) -> Fault {
    let mut place = problem.sheet.to_string();
    if 0 < problem.row {
        place.push_str(&format!(" baris {}", problem.row));
    }
    if !problem.column.is_empty() {
        place.push_str(&format!(" kolom {}", problem.column));
    }
    let with = |text: &str| {
        if problem.offending.is_empty() {
            text.to_owned()
        } else {
            format!("{text}: {}", problem.offending)
        }
    };
    let mut text = with(&problem.text);
    if !problem.advice.is_empty() {
        text.push_str("; ");
        text.push_str(&problem.advice);
    }
    Fault {
        place,
        row: problem.row,
        code: problem.code.clone(),
        text,
        text_en: with(&problem.text_en),
    }
}
