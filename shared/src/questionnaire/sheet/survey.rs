//! The survey sheet: rows become nodes, expressions are read and then linked.
//!
//! Always: goes on after a fault, so that all faults of the sheet are reported together.
//! Never: keeps a row whose type or name is not understood.

use std::collections::BTreeMap;

use super::choices::ChoiceRows;
use super::problem::{Problems, Sheet};
use super::table::{Row, Table};
use super::types::{RowType, row_type};
use super::{Settings, Source, choices, media, parameters, trigger, words};
use crate::ids::Path;
use crate::questionnaire::compile::{Linker, Scope};
use crate::questionnaire::model::{
    ChoiceList, DEPTH_MAX, Kind, Language, ListIndex, MediaKind, NODES_MAX, Node, NodeIndex, Part,
    Text, Texts, Unit,
};
use crate::questionnaire::xpath::{Expression, parse};

/// Columns that are known; those with `::` before a language too.
const COLUMNS: [&str; 29] = [
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "required",
    "required_message",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "appearance",
    "parameters",
    "read_only",
    "default",
    "choice_filter",
    "repeat_count",
    "trigger",
    "save_to",
    "disabled",
    "bind::lumbung:unit",
    "bind::lumbung:doubt",
    "bind::lumbung:doubt_message",
    "bind::lumbung:personal",
    "bind::lumbung:source_note",
    "bind::lumbung:key",
    "note",
    "rows",
    "#",
];

/// Columns that are kept with the question though no screen uses them.
const KEPT: [&str; 4] = ["autoplay", "intent", "query", "compact_tag"];

/// The first part of columns that speak to other tools; they are carried along.
const CARRIED: [&str; 4] = ["bind", "body", "instance", "control"];

/// Columns that hold an expression.
const EXPRESSIONS: [&str; 9] = [
    "required",
    "read_only",
    "relevant",
    "constraint",
    "calculation",
    "default",
    "repeat_count",
    "choice_filter",
    "bind::lumbung:doubt",
];

#[cfg(test)]
pub(super) fn known_columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.into_iter().chain(KEPT)
}

/// The expressions of the sheet as they were written.
pub(super) fn sources(table: &Table) -> Vec<Source> {
    let of_row = |row: &Row| {
        let cells = EXPRESSIONS.map(|column| (column, row.get(column).to_owned()));
        let number = row.number;
        let filled = cells.into_iter().filter(|(_, text)| !text.is_empty());
        filled
            .map(|(column, text)| Source {
                row: number,
                column: column.to_owned(),
                text,
            })
            .collect::<Vec<_>>()
    };
    table.rows.iter().flat_map(of_row).collect()
}

pub(super) fn read(
    table: &Table,
    languages: &[Language],
    lists: &mut Vec<ChoiceList>,
    files: &BTreeMap<String, String>,
    settings: &Settings,
    problems: &mut Problems,
) -> Vec<Node> {
    let mut reader = Reader {
        table,
        languages,
        lists,
        files,
        problems,
        nodes: vec![empty_node(&settings.root, Kind::Group, 0, 0)],
        open: vec![0],
    };
    reader.check_columns();
    for row in &table.rows {
        if !is_yes(row.get("disabled")) {
            reader.row(row);
        }
    }
    reader.close_all();
    reader.pulled();
    reader.ends();
    reader.keys();
    reader.nodes
}

struct Reader<'a> {
    table: &'a Table,
    languages: &'a [Language],
    lists: &'a mut Vec<ChoiceList>,
    files: &'a BTreeMap<String, String>,
    problems: &'a mut Problems,
    nodes: Vec<Node>,
    /// The groups and repeats that are not closed yet; the case itself is the first.
    open: Vec<NodeIndex>,
}

impl Reader<'_> {
    fn check_columns(&mut self) {
        for header in self
            .table
            .headers
            .iter()
            .filter(|header| !header.is_empty())
        {
            let first = header.split("::").next().unwrap_or("");
            let carried = CARRIED.contains(&first);
            let known = COLUMNS.contains(&header.as_str()) || COLUMNS.contains(&first);
            if KEPT.contains(&first) {
                self.problems
                    .warn(Sheet::Survey, 1, header, "column_kept", header);
                continue;
            }
            let known = known || media::is_column(header);
            let misspelt = header.starts_with("bind::lumbung:") && !known;
            if misspelt || !(known || carried) {
                self.problems
                    .warn(Sheet::Survey, 1, header, "column_unknown", header);
            }
        }
    }

    fn row(&mut self, row: &Row) {
        let cell = row.get("type");
        if cell.is_empty() {
            let about = [row.get("name"), row.get("label")].concat();
            return self.error(row, "type", "type_missing", &about);
        }
        match row_type(cell) {
            RowType::Begin(kind) => self.begin(row, kind),
            RowType::End(kind) => self.end(row, kind),
            RowType::Question(kind) => {
                self.question(row, kind, None);
            }
            RowType::Metadata(word) => {
                if let Some(index) = self.question(row, Kind::Metadata, None) {
                    let node = &mut self.nodes[index as usize];
                    node.parameters.push(("metadata".to_owned(), word));
                }
            }
            RowType::NotRecorded(word) => {
                if word == "background-geopoint" && row.get("trigger").is_empty() {
                    self.error(row, "trigger", "trigger_invalid", cell);
                }
                if let Some(index) = self.question(row, Kind::Metadata, None) {
                    let node = &mut self.nodes[index as usize];
                    node.parameters.push(("metadata".to_owned(), word));
                    self.problems.warn(
                        Sheet::Survey,
                        row.number,
                        "type",
                        "type_not_recorded",
                        cell,
                    );
                }
            }
            RowType::ExternalFile => self.external(row),
            RowType::Select {
                kind,
                list,
                or_other,
            } => self.select(row, kind, &list, or_other),
            RowType::FromFile { kind, file } => self.select_in_file(row, kind, &file),
            RowType::ListMissing => self.error(row, "type", "list_missing", cell),
            RowType::Unsupported => self.error(row, "type", "type_unsupported", cell),
            RowType::Unknown => self.error(row, "type", "type_unknown", cell),
        }
    }

    fn error(&mut self, row: &Row, column: &str, code: &'static str, offending: &str) {
        self.problems
            .error(Sheet::Survey, row.number, column, code, offending);
    }

    fn begin(&mut self, row: &Row, kind: Kind) {
        let index = self.question(row, kind, None);
        if DEPTH_MAX <= self.open.len() {
            let limit = format!("{}, limit {DEPTH_MAX}", row.get("name"));
            self.error(row, "type", "too_deep", &limit);
        }
        // A group whose name is wrong is still open, or its end would be a second fault.
        let index = index.unwrap_or_else(|| {
            let name = format!("tanpa_nama_{}", row.number);
            self.push(empty_node(&name, kind, 0, row.number))
        });
        self.open.push(index);
    }

    fn end(&mut self, row: &Row, kind: Kind) {
        if self.open.len() == 1 {
            return self.error(row, "type", "end_without_begin", row.get("type"));
        }
        let Some(index) = self.open.pop() else {
            return;
        };
        let end = self.nodes.len() as NodeIndex;
        let node = &mut self.nodes[index as usize];
        node.end = end;
        let (name, begun) = (node.name.clone(), node.sheet_row);
        if node.kind != kind {
            self.error(row, "type", "end_mismatch", &name);
        }
        if end == index + 1 {
            self.problems
                .warn(Sheet::Survey, begun, "type", "group_empty", &name);
        }
    }

    fn close_all(&mut self) {
        let end = self.nodes.len() as NodeIndex;
        while let Some(index) = self.open.pop() {
            let node = &mut self.nodes[index as usize];
            node.end = end;
            if index != 0 {
                let (row, name) = (node.sheet_row, node.name.clone());
                self.problems
                    .error(Sheet::Survey, row, "type", "begin_without_end", &name);
            }
        }
    }

    fn select(&mut self, row: &Row, kind: Kind, list: &str, or_other: bool) {
        let found = self.lists.iter().position(|each| each.name == list);
        let Some(place) = found else {
            return self.error(row, "type", "list_unknown", list);
        };
        if or_other {
            if !row.get("choice_filter").is_empty() {
                let filter = row.get("choice_filter").to_owned();
                self.error(row, "choice_filter", "or_other_filtered", &filter);
            }
            choices::add_other(&mut self.lists[place], self.languages.len());
        }
        let place = place as ListIndex;
        let Some(index) = self.question(row, kind, Some(place)) else {
            return;
        };
        if or_other {
            let name = self.nodes[index as usize].name.clone();
            let mut other = empty_node(&format!("{name}_other"), Kind::Text, 0, row.number);
            let words = words::text("Sebutkan yang lain / Specify other").unwrap_or_default();
            other.label = Texts(vec![words; self.languages.len()]);
            other.relevant = parse(&format!("selected(${{{name}}}, 'other')")).ok();
            self.push(other);
        }
    }

    fn select_in_file(&mut self, row: &Row, kind: Kind, file: &str) {
        if !file.ends_with(".csv") && !file.ends_with(".geojson") {
            return self.error(row, "type", "file_kind_unsupported", file);
        }
        let is_map = file.ends_with(".geojson");
        let parameters = parameters_of(row);
        let column = |key: &str, usual: &str| {
            let found = parameters.iter().find(|(name, _)| name == key);
            found.map_or_else(|| usual.to_owned(), |(_, value)| value.clone())
        };
        let name = column("value", if is_map { "id" } else { "name" });
        let label = column("label", if is_map { "title" } else { "label" });
        let usual = (name.as_str(), label.as_str()) == ("name", "label");
        // The same file read by other columns is another list.
        let list_name = match usual || is_map {
            true => file.to_owned(),
            false => format!("{file}?{name}&{label}"),
        };
        let found = self.lists.iter().position(|list| list.name == list_name);
        let place = found.unwrap_or_else(|| {
            let columns = choices::Columns {
                name: &name,
                label: &label,
                row: row.number,
            };
            let text = self.files.get(file);
            let mut list = choices::from_file(file, text, columns, self.languages, self.problems);
            list.name = list_name;
            self.lists.push(list);
            self.lists.len() - 1
        });
        // What the system fills in needs no list to choose from.
        let asked = row.get("read_only").is_empty();
        if asked && !self.files.contains_key(file) {
            self.error(row, "type", "file_missing", file);
        }
        self.question(row, kind, Some(place as ListIndex));
    }

    /// A file that expressions read by the name of the row.
    fn external(&mut self, row: &Row) {
        let name = row.get("name");
        if !Path::is_name(name) {
            return self.error(row, "name", "name_invalid", name);
        }
        if self.lists.iter().any(|list| list.name == name) {
            return self.error(row, "name", "name_repeated", name);
        }
        let file = format!("{name}.csv");
        match self.files.get(&file) {
            Some(text) => self.lists.push(choices::looked_up(
                name,
                &file,
                text,
                row.number,
                self.problems,
            )),
            None => self.error(row, "name", "file_missing", &file),
        }
    }

    /// What stands in the row of an end means nothing, but its names must be there.
    fn ends(&mut self) {
        for row in &self.table.rows {
            if !matches!(row_type(row.get("type")), RowType::End(_)) {
                continue;
            }
            for column in EXPRESSIONS.into_iter().chain(["trigger"]) {
                let references = row.get(column).split("${").skip(1);
                let names = references.filter_map(|rest| rest.split_once('}'));
                for (name, _) in names {
                    if self.nodes.iter().all(|node| node.name != name.trim()) {
                        let offending = format!("${{{name}}}");
                        self.problems.error(
                            Sheet::Survey,
                            row.number,
                            column,
                            "reference_unknown",
                            &offending,
                        );
                    }
                }
            }
        }
    }

    /// Files that `pulldata('name', …)` reads need no row of their own.
    fn pulled(&mut self) {
        for row in &self.table.rows {
            for column in EXPRESSIONS {
                for name in pulled_names(row.get(column)) {
                    let file = format!("{name}.csv");
                    let is_it = |list: &ChoiceList| list.name == name || list.name == file;
                    if self.lists.iter().any(is_it) {
                        continue;
                    }
                    match self.files.get(&file) {
                        Some(text) => {
                            let at = row.number;
                            let list = choices::looked_up(&name, &file, text, at, self.problems);
                            self.lists.push(list);
                        }
                        None => self.problems.error(
                            Sheet::Survey,
                            row.number,
                            column,
                            "file_missing",
                            &file,
                        ),
                    }
                }
            }
        }
    }

    /// Adds the node of a row; nothing when its name cannot be used.
    fn question(&mut self, row: &Row, kind: Kind, list: Option<ListIndex>) -> Option<NodeIndex> {
        // Nothing is stored for a note, so it needs no name of its author.
        let generated = format!("generated_note_name_{}", row.number);
        let name = match row.get("name") {
            "" if kind == Kind::Note => &generated,
            name => name,
        };
        if name.is_empty() {
            self.error(row, "name", "name_missing", row.get("type"));
            return None;
        }
        if !Path::is_name(name) {
            self.error(row, "name", "name_invalid", name);
            return None;
        }
        let parent = *self.open.last()?;
        let twin = |node: &Node| node.parent == parent && node.name == name && node.sheet_row != 0;
        if self.nodes.iter().skip(1).any(twin) {
            self.error(row, "name", "name_repeated", name);
            return None;
        }
        if NODES_MAX <= self.nodes.len() {
            let limit = format!("{name}, limit {NODES_MAX}");
            self.error(row, "", "too_many_rows", &limit);
            return None;
        }
        let mut node = empty_node(name, kind, parent, row.number);
        node.list = list;
        self.fill(&mut node, row);
        self.check(&node, row);
        Some(self.push(node))
    }

    fn push(&mut self, mut node: Node) -> NodeIndex {
        let index = self.nodes.len() as NodeIndex;
        let parent = self.open.last().copied().unwrap_or(0);
        node.parent = parent;
        node.end = index + 1;
        node.repeat = match self.nodes[parent as usize].kind {
            Kind::Repeat => Some(parent),
            _ => self.nodes[parent as usize].repeat,
        };
        self.nodes.push(node);
        index
    }

    fn fill(&mut self, node: &mut Node, row: &Row) {
        node.label = self.texts(row, "label");
        node.hint = self.texts(row, "hint");
        node.guidance = self.texts(row, "guidance_hint");
        node.media = media::names(self.table, row, self.languages);
        node.required_message = self.texts(row, "required_message");
        node.constraint_message = self.texts(row, "constraint_message");
        node.required = self.condition(row, "required");
        node.read_only = self.condition(row, "read_only");
        node.relevant = self.expression(row, "relevant");
        node.constraint = self.expression(row, "constraint");
        node.calculation = self.expression(row, "calculation");
        node.choice_filter = self.expression(row, "choice_filter");
        node.count = match node.kind {
            Kind::Repeat => self.expression(row, "repeat_count"),
            _ => self.seed(row),
        };
        node.doubt = self.expression(row, "bind::lumbung:doubt");
        node.default = self.default(node.kind, row);
        node.doubt_message = self.doubt_message(row);
        node.appearance = row
            .get("appearance")
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        node.parameters = self.parameters(node, row);
        self.trigger(node, row);
        node.personal = is_yes(row.get("bind::lumbung:personal"));
        node.source_note = row.get("bind::lumbung:source_note").to_owned();
        let unit = row.get("bind::lumbung:unit");
        node.unit = (!unit.is_empty()).then(|| Unit::Text(unit.to_owned()));
    }

    fn check(&mut self, node: &Node, row: &Row) {
        let spoken = node.kind.is_question() || node.kind == Kind::Note;
        if node
            .media
            .iter()
            .any(|name| name.kind == MediaKind::BigImage)
            && node.media.iter().all(|name| name.kind != MediaKind::Image)
        {
            self.error(row, "big-image", "big_image_alone", &node.name);
        }
        if spoken && node.label.is_empty() && node.hint.is_empty() && node.media.is_empty() {
            let name = &node.name;
            self.problems
                .warn(Sheet::Survey, row.number, "label", "label_missing", name);
        }
        if node.kind == Kind::Calculate && node.calculation.is_none() && node.default.is_none() {
            let broken = !row.get("calculation").is_empty();
            if !broken {
                self.error(row, "calculation", "calculation_missing", &node.name);
            }
        }
    }

    fn texts(&mut self, row: &Row, column: &str) -> Texts {
        let (texts, faults) = words::texts(self.table, row, column, self.languages);
        for (header, cell, error) in faults {
            self.problems
                .expression((row.number, &header), &cell, &error);
        }
        texts
    }

    fn expression(&mut self, row: &Row, column: &str) -> Option<Expression> {
        let cell = row.get(column);
        if cell.is_empty() {
            return None;
        }
        match parse(cell) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.problems.expression((row.number, column), cell, &error);
                None
            }
        }
    }

    /// `yes`, `no`, or an expression.
    fn condition(&mut self, row: &Row, column: &str) -> Option<Expression> {
        match row.get(column).to_lowercase().as_str() {
            "" | "no" | "false" | "false()" => None,
            "yes" | "true" | "true()" => parse("true()").ok(),
            _ => self.expression(row, column),
        }
    }

    /// A default is a text, unless it looks like an expression, as pyxform has it.
    fn default(&mut self, kind: Kind, row: &Row) -> Option<Expression> {
        let cell = row.get("default");
        if cell.is_empty() {
            return None;
        }
        let is_file = matches!(kind, Kind::Image | Kind::Audio | Kind::Video);
        if !is_file && looks_dynamic(kind, cell) {
            return self.expression(row, "default");
        }
        parse(&quoted(cell)).ok()
    }

    /// The seed of a select whose choices stand in a random order.
    fn seed(&mut self, row: &Row) -> Option<Expression> {
        let parameters = parameters_of(row);
        let (_, seed) = parameters.iter().find(|(key, _)| key == "seed")?;
        match parse(seed) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.problems
                    .expression((row.number, "parameters"), seed, &error);
                None
            }
        }
    }

    /// A trigger is kept with the parameters until all names are known.
    fn trigger(&mut self, node: &mut Node, row: &Row) {
        let cell = row.get("trigger");
        if cell.is_empty() {
            return;
        }
        let mut names = cell.split(',').map(str::trim);
        let is_reference = |name: &str| name.starts_with("${") && name.ends_with('}');
        if !names.all(is_reference) {
            return self.error(row, "trigger", "trigger_invalid", cell);
        }
        let key = trigger::PARAMETER.to_owned();
        node.parameters.push((key, cell.to_owned()));
    }

    fn doubt_message(&mut self, row: &Row) -> Texts {
        let column = "bind::lumbung:doubt_message";
        let cell = row.get(column);
        if cell.is_empty() {
            return Texts::default();
        }
        match words::in_two_languages(cell, self.languages) {
            Ok(texts) => texts,
            Err(error) => {
                self.problems.expression((row.number, column), cell, &error);
                Texts::default()
            }
        }
    }

    fn parameters(&mut self, node: &Node, row: &Row) -> Vec<(String, String)> {
        let from_file = node.list.is_some_and(|list| {
            let list = &self.lists[list as usize];
            list.file.is_some() || list.name.contains('.')
        });
        let mut out = parameters_of(row);
        for (key, value) in &out {
            let code = match key.is_empty() || value.is_empty() {
                true => Some("parameter_invalid"),
                false => parameters::fault(node.kind, from_file, key, value),
            };
            if let Some(code) = code {
                let both = format!("{key}={value}");
                self.error(row, "parameters", code, &both);
            }
        }
        let is_carried = |header: &&String| {
            let first = header.split("::").next().unwrap_or("");
            let kept = CARRIED.contains(&first) || KEPT.contains(&first);
            kept && !COLUMNS.contains(&header.as_str()) && !row.get(header).is_empty()
        };
        for header in self.table.headers.iter().filter(is_carried) {
            out.push((header.clone(), row.get(header).to_owned()));
        }
        out
    }

    /// Keys of repeats: marked at the question, or named at the repeat.
    fn keys(&mut self) {
        for row in &self.table.rows {
            let key = row.get("bind::lumbung:key");
            let at = self
                .nodes
                .iter()
                .position(|node| node.sheet_row == row.number);
            let Some(at) = at.filter(|_| !key.is_empty()) else {
                continue;
            };
            let node = &self.nodes[at];
            let (repeat, question) = match node.kind {
                Kind::Repeat => {
                    let inside = at + 1..node.end as usize;
                    let named = |&index: &usize| self.nodes[index].name == key;
                    (Some(at as NodeIndex), inside.into_iter().find(named))
                }
                _ if is_yes(key) => (node.repeat, Some(at)),
                _ => (None, None),
            };
            match (repeat, question) {
                (Some(repeat), Some(question)) => {
                    self.nodes[repeat as usize].key = Some(question as NodeIndex);
                }
                _ => self.error(row, "bind::lumbung:key", "reference_unknown", key),
            }
        }
    }
}

/// Links every expression; all faults at once.
///
/// Returns the texts that expressions take by `jr:itext`, out of those that are known by an id.
pub(super) fn link(
    (nodes, lists, rows): (&mut [Node], &mut [ChoiceList], &ChoiceRows),
    texts: BTreeMap<String, Texts>,
    problems: &mut Problems,
) -> Vec<Texts> {
    let frozen_nodes = nodes.to_vec();
    let frozen_lists = lists.to_vec();
    let linker = Linker::new(&frozen_nodes, &frozen_lists).with_texts(texts);
    for (index, node) in nodes.iter_mut().enumerate() {
        let own = Scope::Node(index as NodeIndex);
        let row = node.sheet_row;
        let filter = node
            .list
            .map_or(own, |list| Scope::Choices(index as NodeIndex, list));
        let count_column = match node.kind {
            Kind::Repeat => "repeat_count",
            _ => "parameters",
        };
        for (column, expression, scope) in [
            ("required", &mut node.required, own),
            ("read_only", &mut node.read_only, own),
            ("relevant", &mut node.relevant, own),
            ("constraint", &mut node.constraint, own),
            ("calculation", &mut node.calculation, own),
            ("default", &mut node.default, own),
            (count_column, &mut node.count, own),
            ("bind::lumbung:doubt", &mut node.doubt, own),
            ("choice_filter", &mut node.choice_filter, filter),
        ] {
            if let Some(unlinked) = expression.take() {
                *expression = Some(link_one(
                    &linker,
                    unlinked,
                    scope,
                    (Sheet::Survey, row, column),
                    problems,
                ));
            }
        }
        for (column, texts) in [
            ("label", &mut node.label),
            ("hint", &mut node.hint),
            ("guidance_hint", &mut node.guidance),
            ("required_message", &mut node.required_message),
            ("constraint_message", &mut node.constraint_message),
            ("bind::lumbung:doubt_message", &mut node.doubt_message),
        ] {
            link_texts(&linker, texts, own, (Sheet::Survey, row, column), problems);
        }
        unit(&linker, node, problems);
        trigger::link(&linker, (index as NodeIndex, node), problems);
        let seeds = node.kind != Kind::Repeat && node.parameter("seed").is_some();
        if seeds && node.parameter("randomize").is_none() {
            node.count = None;
        }
    }
    for (list_at, list) in lists.iter_mut().enumerate() {
        let asked = choices::asked_at(&frozen_nodes, list_at);
        for (at, choice) in list.choices.iter_mut().enumerate() {
            // A label in a list that several questions share stands outside all repeats.
            let own = Scope::Node(0);
            let place = match rows.of(list_at, at) {
                0 => (Sheet::Survey, asked, "type"),
                row => (Sheet::Choices, row, "label"),
            };
            link_texts(&linker, &mut choice.label, own, place, problems);
        }
    }
    linker.taken_texts()
}

/// The texts of a sheet by the ids that an XForm made of it gives them.
pub(super) fn texts_by_id(
    nodes: &[Node],
    lists: &[ChoiceList],
    survey: &str,
) -> BTreeMap<String, Texts> {
    let mut texts = BTreeMap::new();
    if !survey.contains("jr:itext") {
        return texts;
    }
    let mut paths: Vec<String> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let above = paths.get(node.parent as usize).filter(|_| index != 0);
        let path = format!("{}/{}", above.map_or("", String::as_str), node.name);
        for (end, text) in [
            ("label", &node.label),
            ("hint", &node.hint),
            ("jr:constraintMsg", &node.constraint_message),
            ("jr:requiredMsg", &node.required_message),
        ] {
            texts.insert(format!("{path}:{end}"), text.clone());
        }
        paths.push(path);
    }
    for list in lists {
        for (place, choice) in list.choices.iter().enumerate() {
            texts.insert(format!("{}-{place}", list.name), choice.label.clone());
        }
    }
    texts.retain(|_, text| !text.is_empty());
    texts
}

fn link_texts(
    linker: &Linker<'_>,
    texts: &mut Texts,
    scope: Scope,
    place: (Sheet, u32, &str),
    problems: &mut Problems,
) {
    let parts = texts.0.iter_mut().flat_map(|text: &mut Text| &mut text.0);
    for part in parts {
        if let Part::Output(expression) = part {
            *expression = link_one(linker, expression.clone(), scope, place, problems);
        }
    }
}

fn link_one(
    linker: &Linker<'_>,
    expression: Expression,
    scope: Scope,
    (sheet, row, column): (Sheet, u32, &str),
    problems: &mut Problems,
) -> Expression {
    let (linked, faults) = linker.link(expression, scope);
    for fault in faults {
        let (code, offending) = fault.words();
        problems.error(sheet, row, column, code, &offending);
    }
    if linker.reads_saved_rows(&linked) {
        problems.warn(sheet, row, column, "last_saved_in_repeat", "last-saved");
    }
    linked
}

/// `lihat f_satuan` is the label of what that question holds.
fn unit(linker: &Linker<'_>, node: &mut Node, problems: &mut Problems) {
    let Some(Unit::Text(text)) = &node.unit else {
        return;
    };
    let Some(name) = text.strip_prefix("lihat ") else {
        return;
    };
    match linker.named(name.trim()) {
        Ok(question) => node.unit = Some(Unit::LabelOf(question)),
        Err(_) => {
            let column = "bind::lumbung:unit";
            problems.error(
                Sheet::Survey,
                node.sheet_row,
                column,
                "reference_unknown",
                name,
            );
        }
    }
}

/// `key=value` with blanks, commas or semicolons between; what is no such pair has an empty value.
fn parameters_of(row: &Row) -> Vec<(String, String)> {
    let cell = row.get("parameters").replace(" =", "=").replace("= ", "=");
    let words = cell.split([' ', ',', ';', '\n', '\t']);
    let pair = |word: &str| {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        (key.to_lowercase(), value.to_owned())
    };
    words.filter(|word| !word.is_empty()).map(pair).collect()
}

/// The names of files in `pulldata('name', …)`.
fn pulled_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (_, after) in text
        .match_indices("pulldata")
        .map(|(at, word)| text.split_at(at + word.len()))
    {
        let Some(inside) = after.trim_start().strip_prefix('(') else {
            continue;
        };
        let inside = inside.trim_start();
        let quote = inside
            .chars()
            .next()
            .filter(|letter| ['\'', '"'].contains(letter));
        let name = quote.and_then(|quote| inside[1..].split_once(quote));
        if let Some((name, _)) = name {
            names.push(name.trim().to_owned());
        }
    }
    names
}

/// Whether a default is an expression: it names, calls, filters or reckons.
fn looks_dynamic(kind: Kind, cell: &str) -> bool {
    let mut plain = String::new();
    let mut quote = None;
    for letter in cell.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, _) => plain.push(letter),
            (Some(_), _) => {}
        }
    }
    if quote.is_some() {
        plain = cell.to_owned();
    }
    // A name directly before a bracket is a call.
    let before_bracket = plain.split('(').rev().skip(1);
    let calls = before_bracket.into_iter().any(|before| {
        before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_')
    });
    if calls || plain.contains("${") || plain.contains('|') {
        return true;
    }
    let dashed = [
        Kind::Date,
        Kind::DateTime,
        Kind::Geopoint,
        Kind::Geotrace,
        Kind::Geoshape,
    ];
    let minus = |word: &str| word == "-";
    let reckons = plain.contains(['*', '+']) || plain.contains(" div ") || plain.contains(" mod ");
    reckons || !dashed.contains(&kind) && plain.split_whitespace().any(minus)
}

/// A text as a literal of an expression.
pub(in crate::questionnaire) fn quoted(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}

pub(in crate::questionnaire) fn is_yes(cell: &str) -> bool {
    matches!(
        cell.to_lowercase().as_str(),
        "yes" | "ya" | "true" | "true()" | "1"
    )
}

pub(in crate::questionnaire) fn empty_node(
    name: &str,
    kind: Kind,
    parent: NodeIndex,
    sheet_row: u32,
) -> Node {
    Node {
        name: name.to_owned(),
        parent,
        end: 1,
        repeat: None,
        kind,
        list: None,
        label: Texts::default(),
        hint: Texts::default(),
        guidance: Texts::default(),
        media: Vec::new(),
        required: None,
        required_message: Texts::default(),
        relevant: None,
        constraint: None,
        constraint_message: Texts::default(),
        calculation: None,
        triggered: None,
        default: None,
        read_only: None,
        choice_filter: None,
        count: None,
        key: None,
        doubt: None,
        doubt_message: Texts::default(),
        appearance: Vec::new(),
        parameters: Vec::new(),
        unit: None,
        fed: None,
        personal: false,
        source_note: String::new(),
        sheet_row,
    }
}
