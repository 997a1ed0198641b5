//! Questionnaires: from sheets to what is stored and sent to phones.
//!
//! Always: sheets with an error give no questionnaire, and every problem with its place.
//! Never: changes the sheets; they are kept as they came.

use std::collections::BTreeMap;

use shared::ids::{RegionId, RegionLevel};
use shared::questionnaire::model::{Node, Questionnaire};
use shared::questionnaire::sheet::{Imported, Problem, Severity, Sheets, import};
use shared::questionnaire::xform;
use shared::wire::office::{Fault, QuestionnaireSheets};

use crate::store::{QuestionnaireDraft, RegionRow};

/// A questionnaire without errors, and its warnings.
#[derive(Debug)]
pub struct Compiled {
    pub draft: QuestionnaireDraft,
    pub warnings: Vec<Fault>,
    /// Whether a person chooses from the list of regions, which is long.
    pub asks_for_regions: bool,
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

/// Compiles a form with the files beside it, or names everything that is wrong.
pub fn compile(sheets: QuestionnaireSheets, beside: Beside) -> Result<Compiled, Vec<Fault>> {
    let imported = read_form(&sheets, beside);
    let Some(questionnaire) = imported.questionnaire else {
        return Err(imported.problems.iter().map(fault_of).collect());
    };
    let warnings = imported.problems.iter();
    let warnings = warnings.filter(|problem| problem.severity == Severity::Warning);
    Ok(Compiled {
        warnings: warnings.map(fault_of).collect(),
        asks_for_regions: asks_for_regions(&questionnaire),
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

impl Beside {
    /// With the regions of this server as the file of choices that has their name, unless one was given.
    #[must_use]
    pub fn with_regions(mut self, regions: &[RegionRow]) -> Beside {
        self.texts
            .entry(REGION_FILE.to_owned())
            .or_insert_with(|| region_file(regions));
        self
    }
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

/// What the system fills in needs no list to choose from.
fn asks_for_regions(questionnaire: &Questionnaire) -> bool {
    let is_asked = |node: &Node| {
        let list = node.list.map(|list| &questionnaire.lists[list as usize]);
        node.read_only.is_none() && list.is_some_and(|list| list.name.starts_with(REGION_FILE))
    };
    questionnaire.nodes.iter().any(is_asked)
}

/// The regions as a file of choices: code and name, then the level and the regions around it.
fn region_file(regions: &[RegionRow]) -> String {
    let names: BTreeMap<&RegionId, &str> = regions
        .iter()
        .map(|region| (&region.code, region.name.as_str()))
        .collect();
    let mut text = "name,label,level,province,regency,district,\
                    province_name,regency_name,district_name\n"
        .to_owned();
    for region in regions {
        let mut around = vec![region.code.clone()];
        while let Some(parent) = around.last().and_then(RegionId::parent) {
            around.push(parent);
        }
        let at = |level: RegionLevel| around.iter().find(|code| code.level() == level);
        let levels = [
            RegionLevel::Province,
            RegionLevel::Regency,
            RegionLevel::District,
        ];
        let codes = levels.map(|level| at(level).map_or("", RegionId::as_str));
        let names = levels.map(|level| at(level).and_then(|code| names.get(code)));
        let level = match region.code.level() {
            RegionLevel::Province => "province",
            RegionLevel::Regency => "regency",
            RegionLevel::District => "district",
            RegionLevel::Village => "village",
        };
        let cells = [region.code.as_str(), &region.name, level].into_iter();
        let names = names.map(|name| name.copied().unwrap_or(""));
        let cells = cells.chain(codes).chain(names).map(quoted);
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
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
