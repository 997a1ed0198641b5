//! Reading a questionnaire from the three sheets of an XLSForm.
//!
//! Always: every problem of all sheets is returned at once, each with its place, in plain words,
//! and with what to do; equal sheets give equal questionnaires.
//! Never: guesses; panics, whatever the text.

mod choices;
mod dated;
mod entities;
mod geojson;
mod media;
mod once;
mod parameters;
mod problem;
mod saved;
mod survey;
mod table;
mod trigger;
mod types;
mod words;

use std::collections::BTreeMap;

use super::compile;
use super::model::{
    ChoiceList, Entity, Fed, Graph, Kind, Language, Node, NodeIndex, Outcome,
    QUESTIONNAIRE_BYTES_MAX, Questionnaire, Texts,
};

use super::xpath::Expression;
pub use problem::{Problem, Severity, Sheet};

pub(super) use choices::{ChoiceRows, file_list, looked_up};
pub(super) use entities::Draft as EntityDraft;
pub(super) use media::{COLUMNS as MEDIA_COLUMNS, sorted as sorted_media};
pub(super) use problem::Problems;
pub(super) use survey::{empty_node, is_yes, quoted};
use table::Table;
pub(super) use trigger::PARAMETER as TRIGGER;
pub(super) use words::in_two_languages;

/// The sheets as UTF-8 CSV, and the files that questions take choices from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheets {
    pub survey: String,
    pub choices: String,
    pub settings: String,
    pub entities: String,
    /// By file name, such as `wilayah.csv`.
    pub files: BTreeMap<String, String>,
    /// Files that stand beside texts, by the name that the sheets give them, such as `padi.png`.
    pub attachments: BTreeMap<String, Vec<u8>>,
}

/// What reading gave. There is a questionnaire exactly when no problem is an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub questionnaire: Option<Questionnaire>,
    /// By sheet and row.
    pub problems: Vec<Problem>,
    /// The expressions as their author wrote them, by row.
    pub sources: Vec<Source>,
    /// Lists that are too long to carry along, by `ChoiceList::name`; `PackedList` reads them.
    pub lists: Vec<(String, Vec<u8>)>,
}

/// An expression as it was written; the compiled form does not carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As `Node::sheet_row`.
    pub row: u32,
    pub column: String,
    pub text: String,
}

/// The outcomes of a visit after which the answers are expected to be complete, or partly so.
const OUTCOMES_WITH_ANSWERS: [&str; 2] = ["selesai", "sebagian"];
const OUTCOME_SUFFIX: &str = "hasil_kunjungan";

/// What the system fills in, by the end of the question's name.
const FED_SUFFIXES: [(&str, Fed); 3] = [
    ("kode_desa", Fed::VillageCode),
    ("nama_desa", Fed::VillageName),
    ("status_pemerintahan", Fed::VillageStatus),
];

/// Reads and checks the sheets.
pub fn import(sheets: &Sheets) -> Imported {
    let mut problems = Problems::default();
    let survey = Table::read(Sheet::Survey, &sheets.survey, &mut problems);
    let choices = Table::read(Sheet::Choices, &sheets.choices, &mut problems);
    let settings = Table::read(Sheet::Settings, &sheets.settings, &mut problems);
    let settings = Settings::read(&settings, &mut problems);
    let languages = words::languages(&settings.default_language, &[&survey, &choices]);
    let (mut lists, choice_rows) = choices::read(
        &choices,
        &languages,
        settings.choices_may_repeat,
        &mut problems,
    );
    let nodes = survey::read(
        &survey,
        &languages,
        &mut lists,
        &sheets.files,
        &settings,
        &mut problems,
    );
    let sources = survey::sources(&survey);
    let table = Table::read(Sheet::Entities, &sheets.entities, &mut problems);
    let entities = entities::read(&table, &survey, &nodes, &mut problems);
    let read = Read {
        entities,
        languages,
        texts: survey::texts_by_id(&nodes, &lists, &sheets.survey),
        lists,
        choice_rows,
        sources,
        nodes,
    };
    finish(settings, read, &sheets.attachments, problems)
}

/// What was read of a form, whichever way it was written.
pub(super) struct Read {
    pub(super) languages: Vec<Language>,
    pub(super) nodes: Vec<Node>,
    pub(super) lists: Vec<ChoiceList>,
    pub(super) choice_rows: ChoiceRows,
    pub(super) sources: Vec<Source>,
    /// What `jr:itext('id')` can name.
    pub(super) texts: BTreeMap<String, Texts>,
    pub(super) entities: Vec<EntityDraft>,
}

/// Links what was read, and orders it for computing.
pub(super) fn finish(
    settings: Settings,
    read: Read,
    attachments: &BTreeMap<String, Vec<u8>>,
    mut problems: Problems,
) -> Imported {
    let (mut nodes, mut lists) = (read.nodes, read.lists);
    let media = media::collect(
        (&nodes, &lists, &read.choice_rows),
        attachments,
        &mut problems,
    );
    choices::check_use(&nodes, &lists, &mut problems);
    let rows = &read.choice_rows;
    let texts = survey::link((&mut nodes, &mut lists, rows), read.texts, &mut problems);
    let entities = entities::link(read.entities, (&nodes, &lists), &mut problems);
    once::check(&nodes, &mut problems);
    dated::soften(&mut nodes, &mut problems);
    saved::check((&nodes, &lists, rows), &mut problems);
    saved::check_others(&entities, &texts, &mut problems);
    mark_fed(&mut nodes);
    let outcome = outcome(&nodes, &lists);
    let expressions = expressions((&nodes, &lists), &texts, &entities);
    let unread = choices::unread(&lists, &nodes, &expressions);
    choices::drop_files(&mut lists, &unread);
    let packed = choices::pack(&mut lists, &nodes, &mut problems);
    let graph = match compile::graph(&nodes) {
        Ok(graph) => graph,
        Err(cycle) => {
            report_cycle(&cycle, &nodes, &mut problems);
            Graph::default()
        }
    };
    let questionnaire = Questionnaire {
        form_id: settings.form_id,
        title: settings.title,
        version: settings.version,
        languages: read.languages,
        nodes,
        lists,
        graph,
        outcome,
        media,
        texts,
        entities,
    };
    if !problems.refuse() {
        let bytes = questionnaire.to_bytes().len();
        if QUESTIONNAIRE_BYTES_MAX < bytes {
            let bytes = format!("{bytes} bytes, limit {QUESTIONNAIRE_BYTES_MAX}");
            problems.error(Sheet::Survey, 0, "", "form_too_large", &bytes);
        }
    }
    Imported {
        questionnaire: (!problems.refuse()).then_some(questionnaire),
        problems: problems.sorted(),
        sources: read.sources,
        lists: packed,
    }
}

/// All expressions of a form.
fn expressions<'f>(
    (nodes, lists): (&'f [Node], &'f [ChoiceList]),
    texts: &'f [Texts],
    entities: &'f [Entity],
) -> Vec<&'f Expression> {
    let of_entities = entities.iter().flat_map(|entity| {
        let all = [
            &entity.label,
            &entity.id,
            &entity.create_if,
            &entity.update_if,
        ];
        all.into_iter().flatten()
    });
    let of_nodes = nodes.iter().flat_map(Node::expressions);
    let labels = lists.iter().flat_map(|list| &list.choices);
    let labels = labels.map(|choice| &choice.label);
    let of_texts = texts.iter().chain(labels).flat_map(Texts::expressions);
    of_nodes.chain(of_texts).chain(of_entities).collect()
}

/// What reading gave when it could not even begin.
pub(super) fn refused(problems: Problems) -> Imported {
    Imported {
        questionnaire: None,
        problems: problems.sorted(),
        sources: Vec::new(),
        lists: Vec::new(),
    }
}

/// The settings sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) form_id: String,
    pub(super) title: String,
    pub(super) version: String,
    pub(super) default_language: Option<String>,
    /// The name of the first node; `data` unless the sheet says otherwise.
    pub(super) root: String,
    pub(super) choices_may_repeat: bool,
}

/// Settings that change nothing here and need not: other tools read them.
const SETTINGS_OF_OTHERS: [&str; 5] = [
    "namespaces",
    "style",
    "prefix",
    "delimiter",
    "clean_text_values",
];
const SETTINGS_READ: [&str; 6] = [
    "form_id",
    "form_title",
    "version",
    "default_language",
    "name",
    "allow_choice_duplicates",
];

impl Settings {
    fn read(table: &Table, problems: &mut Problems) -> Settings {
        let cell = |name: &str| {
            let row = table.rows.first();
            row.map(|row| row.get(name).trim().to_owned())
                .unwrap_or_default()
        };
        let or = |text: String, other: &str| {
            if text.is_empty() {
                other.to_owned()
            } else {
                text
            }
        };
        let form_id = cell("form_id");
        if form_id.is_empty() {
            problems.warn(table.sheet, 2, "form_id", "setting_missing", "form_id");
        }
        let default_language = cell("default_language");
        let root = or(cell("name"), "data");
        if !crate::ids::Path::is_name(&root) {
            problems.error(table.sheet, 2, "name", "name_invalid", &root);
        }
        for header in table.headers.iter().filter(|header| !header.is_empty()) {
            let known = [&SETTINGS_OF_OTHERS[..], &SETTINGS_READ[..]].concat();
            if !known.contains(&header.as_str()) && !cell(header).is_empty() {
                problems.warn(table.sheet, 2, header, "setting_unused", header);
            }
        }
        let may_repeat = cell("allow_choice_duplicates").to_lowercase();
        Settings {
            choices_may_repeat: ["yes", "true", "true()"].contains(&may_repeat.as_str()),
            title: or(cell("form_title"), &or(form_id.clone(), "data")),
            form_id: or(form_id, "data"),
            version: cell("version"),
            default_language: (!default_language.is_empty()).then_some(default_language),
            root,
        }
    }
}

/// Read-only questions without a calculation that bear the names of what the system knows.
fn mark_fed(nodes: &mut [Node]) {
    for node in nodes {
        let is_set = node.calculation.is_some() || node.triggered.is_some();
        let alone = !is_set && node.default.is_none();
        if node.read_only.is_none() || !alone || !node.kind.is_question() {
            continue;
        }
        let found = FED_SUFFIXES.iter().find(|(suffix, _)| {
            let before = node.name.strip_suffix(suffix);
            before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
        });
        node.fed = found.map(|&(_, fed)| fed);
    }
}

fn outcome(nodes: &[Node], lists: &[ChoiceList]) -> Option<Outcome> {
    let is_it = |node: &Node| node.kind == Kind::SelectOne && node.name.ends_with(OUTCOME_SUFFIX);
    let question = nodes.iter().position(is_it)?;
    let list = &lists[nodes[question].list? as usize];
    let names = list.choices.iter().map(|choice| choice.name.clone());
    Some(Outcome {
        question: question as NodeIndex,
        excusing: names
            .filter(|name| !OUTCOMES_WITH_ANSWERS.contains(&name.as_str()))
            .collect(),
    })
}

fn report_cycle(cycle: &compile::Cycle, nodes: &[Node], problems: &mut Problems) {
    let names = cycle.names(nodes).join(" → ");
    let row = cycle
        .0
        .iter()
        .map(|&index| nodes[index as usize].sheet_row)
        .min();
    problems.error(Sheet::Survey, row.unwrap_or(0), "", "cycle", &names);
}

/// A language as the sheet writes it, such as `English (en)`.
pub(super) fn language(name: &str) -> Language {
    let name = name.trim();
    let code = name
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
        .map_or(name, |(_, code)| code.trim());
    Language {
        name: name.to_owned(),
        code: code.to_owned(),
    }
}

/// The columns of the survey sheet that mean something, without those `bind::` and the like.
#[cfg(test)]
pub(super) fn survey_columns() -> impl Iterator<Item = &'static str> {
    survey::known_columns().chain(media::COLUMNS.into_iter().map(|(name, _)| name))
}

#[cfg(test)]
pub(super) fn known_settings() -> impl Iterator<Item = &'static str> {
    SETTINGS_OF_OTHERS.into_iter().chain(SETTINGS_READ)
}

#[cfg(test)]
mod tests;
