//! Reading a questionnaire from an ODK XForm.
//!
//! Always: the same model as from a sheet; every problem of the document at once, with its line;
//! equal documents give equal questionnaires.
//! Never: follows an entity or a reference out of the document; panics, whatever the text.

mod binds;
mod controls;
mod lists;
mod texts;

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node as Element, ParsingOptions};

use super::model::{
    ChoiceList, DEPTH_MAX, Entity, Kind, ListIndex, NODES_MAX, Node, NodeIndex, Unit,
};
use super::sheet::{self, Imported, Problems, Settings, Sheet, Source};
use super::xpath::{Expression, parse};
use crate::ids::Path;

use binds::{Bind, Binds};
use controls::{Control, Controls};
use texts::Words;

/// The largest document that is read.
pub const XFORM_BYTES_MAX: usize = 20_000_000;
const ELEMENTS_MAX: u32 = 2_000_000;
/// The deepest nesting of elements; the reader of XML would go down any depth.
const ELEMENT_DEPTH_MAX: usize = 60;
/// The reader of XML compares every attribute of an element with all others.
const ATTRIBUTES_MAX: usize = 200;
/// The reader of XML lists, for each element with a namespace of its own, all that are around it.
const NAMESPACES_MAX: usize = 1_000;

/// Reads and checks a form; `files` are those that its instances name.
///
/// `attachments` are the pictures, sounds and films that texts name, by file name.
pub fn import(
    xml: &str,
    files: &BTreeMap<String, String>,
    attachments: &BTreeMap<String, Vec<u8>>,
) -> Imported {
    let mut problems = Problems::of(Sheet::Xform);
    let refused = |problems: Problems| Imported {
        questionnaire: None,
        problems: problems.sorted(),
        sources: Vec::new(),
        lists: Vec::new(),
    };
    if XFORM_BYTES_MAX < xml.len() {
        let bytes = format!("{} bytes, limit {XFORM_BYTES_MAX}", xml.len());
        problems.error(Sheet::Xform, 0, "", "sheet_too_large", &bytes);
        return refused(problems);
    }
    if let Some((line, code, limit)) = beyond_limits(xml) {
        problems.error(Sheet::Xform, line, "", code, &limit);
        return refused(problems);
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: ELEMENTS_MAX,
        ..ParsingOptions::default()
    };
    let document = match Document::parse_with_options(xml, options) {
        Ok(document) => document,
        Err(error) => {
            let line = error.pos().row;
            problems.error(Sheet::Xform, line, "", "xml_unreadable", &error.to_string());
            return refused(problems);
        }
    };
    match Form::of(&document, &mut problems) {
        Some(form) => form.read(files, attachments, problems),
        None => refused(problems),
    }
}

/// The line at which elements nest too deeply or hold too much, with the code of the problem and
/// the limit. By counting in tags: quick, and without recursion.
fn beyond_limits(xml: &str) -> Option<(u32, &'static str, String)> {
    if xml.matches("xmlns").count() > NAMESPACES_MAX {
        let limit = format!("limit {NAMESPACES_MAX} namespaces");
        return Some((0, "sheet_too_large", limit));
    }
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(found) = xml[at..].find('<') {
        let start = at + found;
        let rest = &xml[start..];
        let skip = |open: &str, close: &str| {
            rest.starts_with(open)
                .then(|| rest.find(close).map_or(rest.len(), |end| end + close.len()))
        };
        if let Some(length) = skip("<!--", "-->").or_else(|| skip("<![CDATA[", "]]>")) {
            at = start + length;
            continue;
        }
        let (end, attributes) = tag_end(rest);
        let line = || xml[..start].matches('\n').count() as u32 + 1;
        if ATTRIBUTES_MAX < attributes {
            let limit = format!("limit {ATTRIBUTES_MAX} attributes");
            return Some((line(), "sheet_too_large", limit));
        }
        let tag = &rest[..end];
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.starts_with("<?") && !tag.starts_with("<!") && !tag.ends_with("/>") {
            depth += 1;
        }
        if ELEMENT_DEPTH_MAX < depth {
            return Some((line(), "too_deep", format!("limit {ELEMENT_DEPTH_MAX}")));
        }
        at = start + end;
    }
    None
}

/// One past the `>` of a tag, and how many texts in quotation marks are in it; a `>` in one does
/// not end the tag.
fn tag_end(tag: &str) -> (usize, usize) {
    let mut quote = None;
    let mut quoted = 0;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => {
                quote = None;
                quoted += 1;
            }
            (None, b'>') => return (at + 1, quoted),
            _ => {}
        }
    }
    (tag.len(), quoted)
}

/// Where the lines of a document begin: found once, because thousands of elements are placed.
#[derive(Debug, Clone)]
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines(std::iter::once(0).chain(ends).collect())
    }

    fn line(&self, element: Element<'_, '_>) -> u32 {
        let start = element.range().start;
        self.0.partition_point(|&line| line <= start) as u32
    }
}

/// The parts of a document that are needed.
struct Form<'x> {
    lines: Lines,
    title: String,
    model: Element<'x, 'x>,
    /// The first element of the primary instance.
    root: Element<'x, 'x>,
    body: Element<'x, 'x>,
}

impl<'x> Form<'x> {
    fn of(document: &'x Document<'x>, problems: &mut Problems) -> Option<Form<'x>> {
        let named = |name: &str| {
            let mut all = document.descendants();
            all.find(|each| each.is_element() && each.tag_name().name() == name)
        };
        let model = named("model");
        let instance = model.and_then(|model| child(model, "instance"));
        let root = instance.and_then(|instance| instance.first_element_child());
        for (part, found) in [
            ("model", model.is_some()),
            ("instance", root.is_some()),
            ("body", named("body").is_some()),
        ] {
            if !found {
                problems.error(Sheet::Xform, 0, part, "xml_part_missing", part);
            }
        }
        Some(Form {
            lines: Lines::of(document.input_text()),
            title: named("title").map_or_else(String::new, text_of),
            model: model?,
            root: root?,
            body: named("body")?,
        })
    }

    fn read(
        self,
        files: &BTreeMap<String, String>,
        attachments: &BTreeMap<String, Vec<u8>>,
        mut problems: Problems,
    ) -> Imported {
        let root_name = self.root.tag_name().name();
        if !Path::is_name(root_name) {
            let line = self.line(self.root);
            problems.error(Sheet::Xform, line, "instance", "name_invalid", root_name);
            return sheet::refused(problems);
        }
        let form_id = self.root.attribute("id").unwrap_or("").trim().to_owned();
        if form_id.is_empty() {
            let line = self.line(self.root);
            problems.warn(Sheet::Xform, line, "id", "setting_missing", "id");
        }
        let or = |text: &str, other: &str| {
            let given = !text.trim().is_empty();
            (if given { text.trim() } else { other }).to_owned()
        };
        let form_id = or(&form_id, "data");
        let settings = Settings {
            title: or(&self.title, &form_id),
            form_id,
            version: self.root.attribute("version").unwrap_or("").to_owned(),
            default_language: None,
            root: root_name.to_owned(),
            choices_may_repeat: true,
        };
        let words = Words::read(&self, &mut problems);
        let (mut lists, choice_rows) = lists::read(&self, &words, files, &mut problems);
        let binds = Binds::read(&self, &mut problems);
        let controls = Controls::read(&self, &mut problems);
        let mut reader = Reader {
            form: &self,
            words: &words,
            lists: &mut lists,
            binds: &binds,
            controls: &controls,
            problems: &mut problems,
            nodes: vec![sheet::empty_node(root_name, Kind::Group, 0, 0)],
            open: vec![0],
            sources: Vec::new(),
            saves: Vec::new(),
            entities: Vec::new(),
            used: BTreeSet::new(),
        };
        reader.children(self.root, &format!("/{root_name}"));
        reader.nodes[0].end = reader.nodes.len() as NodeIndex;
        reader.unused();
        reader.keys();
        reader.saved();
        let (nodes, sources, entities) = (reader.nodes, reader.sources, reader.entities);
        let entities = entities.into_iter().map(|(_, draft)| draft).collect();
        let texts = words.by_id();
        let read = sheet::Read {
            languages: words.languages,
            nodes,
            lists,
            choice_rows,
            sources,
            texts,
            entities,
        };
        sheet::finish(settings, read, attachments, problems)
    }

    fn line(&self, element: Element<'_, '_>) -> u32 {
        self.lines.line(element)
    }
}

/// The first child element of this local name.
fn child<'x>(element: Element<'x, 'x>, name: &str) -> Option<Element<'x, 'x>> {
    element
        .children()
        .find(|each| each.is_element() && each.tag_name().name() == name)
}

fn text_of(element: Element<'_, '_>) -> String {
    let texts = element.descendants().filter(|each| each.is_text());
    texts.filter_map(|each| each.text()).collect()
}

/// A formula of an entity as one that stands beside the questions: two levels less far down, which each of its paths
/// goes up once.
fn from_beside(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("../../../") {
        out.push_str(before);
        out.push_str("../");
        rest = after;
        while let Some(further) = rest.strip_prefix("../") {
            out.push_str("../");
            rest = further;
        }
    }
    out.push_str(rest);
    out
}

/// Walks the primary instance and makes the nodes.
struct Reader<'r, 'x> {
    form: &'r Form<'x>,
    words: &'r Words,
    lists: &'r mut Vec<ChoiceList>,
    binds: &'r Binds<'x>,
    controls: &'r Controls<'x>,
    problems: &'r mut Problems,
    nodes: Vec<Node>,
    open: Vec<NodeIndex>,
    sources: Vec<Source>,
    /// Questions and the properties of an entity that take their answers.
    saves: Vec<(NodeIndex, String)>,
    /// By the group or repeat that each stands in.
    entities: Vec<(NodeIndex, sheet::EntityDraft)>,
    /// The paths that the instance has.
    used: BTreeSet<String>,
}

impl<'x> Reader<'_, 'x> {
    /// Depth is bounded by `model::DEPTH_MAX`.
    fn children(&mut self, parent: Element<'x, 'x>, path: &str) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for element in parent.children().filter(Element::is_element) {
            let name = element.tag_name().name();
            let path = format!("{path}/{name}");
            if name == "meta" && self.open.len() == 1 {
                self.meta(element, &path);
                continue;
            }
            if name == "meta" && child(element, "entity").is_some() {
                // The first row of a repeat follows its template.
                if seen.insert(name) {
                    self.meta(element, &path);
                }
                continue;
            }
            let is_repeat = self.controls.repeats.contains_key(&path);
            if !seen.insert(name) {
                if !is_repeat {
                    self.error(element, "instance", "name_repeated", name);
                }
                continue;
            }
            if !self.is_folded_count(&path) {
                self.element(element, path, is_repeat);
            }
        }
    }

    fn element(&mut self, element: Element<'x, 'x>, path: String, is_repeat: bool) {
        let name = element.tag_name().name();
        if !Path::is_name(name) {
            return self.error(element, "instance", "name_invalid", name);
        }
        if NODES_MAX <= self.nodes.len() {
            let limit = format!("{name}, limit {NODES_MAX}");
            return self.error(element, "instance", "too_many_rows", &limit);
        }
        let holds =
            is_repeat || element.first_element_child().is_some() || self.controls.is_group(&path);
        if holds && DEPTH_MAX <= self.open.len() {
            let limit = format!("{name}, limit {DEPTH_MAX}");
            return self.error(element, "instance", "too_deep", &limit);
        }
        let kind = match (is_repeat, holds) {
            (true, _) => Kind::Repeat,
            (_, true) => Kind::Group,
            _ => match self.kind(element, &path) {
                Some(kind) => kind,
                None => return,
            },
        };
        let index = self.push(element, &path, kind);
        self.used.insert(path.clone());
        if holds {
            self.open.push(index);
            self.children(element, &path);
            self.open.pop();
            let end = self.nodes.len() as NodeIndex;
            self.nodes[index as usize].end = end;
        }
    }

    fn error(&mut self, at: Element<'_, '_>, column: &str, code: &'static str, offending: &str) {
        let line = self.form.line(at);
        self.problems
            .error(Sheet::Xform, line, column, code, offending);
    }

    /// What stands in `meta` is of the submission; only what authors add there is told.
    fn meta(&mut self, meta: Element<'x, 'x>, path: &str) {
        for element in meta.children().filter(Element::is_element) {
            let name = element.tag_name().name();
            self.used.insert(format!("{path}/{name}"));
            if name == "entity" {
                self.entity(element, &format!("{path}/{name}"));
                continue;
            }
            let own = [
                "instanceID",
                "instanceName",
                "deprecatedID",
                "timeStart",
                "timeEnd",
            ];
            if !own.contains(&name) {
                let line = self.form.line(element);
                self.problems
                    .warn(Sheet::Xform, line, "meta", "setting_unused", name);
            }
        }
    }

    /// The data type of a leaf, from its control and its bind.
    fn kind(&mut self, element: Element<'x, 'x>, path: &str) -> Option<Kind> {
        let bind = self.binds.at(path);
        let data_type = bind.map_or("string", |bind| bind.data_type());
        let Some(control) = self.controls.at(path) else {
            return Some(match bind {
                Some(bind) if bind.preload().is_some() => Kind::Metadata,
                Some(bind) if bind.get("calculate").is_some() => Kind::Calculate,
                _ if self.controls.sets(path, "xforms-value-changed").is_some() => Kind::Calculate,
                _ => Kind::Hidden,
            });
        };
        let is_note = || {
            let readonly = bind.and_then(|bind| bind.get("readonly")) == Some("true()");
            readonly && bind.is_some_and(|bind| bind.get("calculate").is_none())
        };
        let kind = match (control.tag, data_type) {
            ("input" | "secret", "string" | "text") if is_note() => Kind::Note,
            ("input" | "secret", "string" | "text") => Kind::Text,
            ("input", "int" | "integer" | "long") => Kind::Integer,
            ("input", "decimal" | "double" | "float") => Kind::Decimal,
            ("input", "date") => Kind::Date,
            ("input", "time") => Kind::Time,
            ("input", "dateTime") => Kind::DateTime,
            ("input", "geopoint") => Kind::Geopoint,
            ("input", "geotrace") => Kind::Geotrace,
            ("input", "geoshape") => Kind::Geoshape,
            ("input", "barcode") => Kind::Barcode,
            ("range", _) => Kind::Range,
            ("select1", _) => Kind::SelectOne,
            ("select", _) => Kind::SelectMultiple,
            ("rank", _) => Kind::Rank,
            ("trigger", _) => Kind::Acknowledge,
            ("upload", _) => match control.get("mediatype").unwrap_or("").split('/').next() {
                Some("image") => Kind::Image,
                Some("audio") => Kind::Audio,
                Some("video") => Kind::Video,
                _ => Kind::File,
            },
            (tag, data_type) => {
                let both = format!("{tag}, {data_type}");
                self.error(control.element, tag, "type_unsupported", &both);
                return None;
            }
        };
        let _ = element;
        Some(kind)
    }

    fn push(&mut self, element: Element<'x, 'x>, path: &str, kind: Kind) -> NodeIndex {
        let index = self.nodes.len() as NodeIndex;
        let parent = self.open.last().copied().unwrap_or(0);
        let bind = self.binds.at(path);
        let control = self.controls.at(path);
        let line = bind.map_or_else(|| self.form.line(element), |bind| bind.line);
        let mut node = sheet::empty_node(element.tag_name().name(), kind, parent, line);
        node.end = index + 1;
        node.repeat = match self.nodes[parent as usize].kind {
            Kind::Repeat => Some(parent),
            _ => self.nodes[parent as usize].repeat,
        };
        if let Some(bind) = bind {
            self.bound(&mut node, bind);
        }
        if let Some(control) = control {
            self.controlled(&mut node, control);
        }
        self.given(&mut node, element, path);
        self.check(&node);
        self.nodes.push(node);
        index
    }

    /// An entity of the group or repeat that is open.
    fn entity(&mut self, entity: Element<'x, 'x>, path: &str) {
        let line = self.form.line(entity);
        for part in [
            "@id",
            "@create",
            "@update",
            "@baseVersion",
            "@trunkVersion",
            "@branchId",
        ] {
            self.used.insert(format!("{path}/{part}"));
        }
        self.used.insert(format!("{path}/label"));
        let container = self.open.last().copied().unwrap_or(0);
        let mut expression = |part: &str, column: &str| {
            let bind = self.binds.at(&format!("{path}/{part}"))?;
            let text = from_beside(bind.get("calculate")?);
            self.expression(bind.line, column, Some(&text))
        };
        let (label, id) = (expression("label", "label"), expression("@id", "entity_id"));
        let create_if = expression("@create", "create_if");
        let update_if = expression("@update", "update_if");
        let (create_if, update_if) = self.entity_actions(entity, &id, (create_if, update_if));
        let list = entity.attribute("dataset").unwrap_or("").trim();
        if list.is_empty() {
            self.error(entity, "dataset", "entity_dataset_missing", "");
        }
        let is_repeat = self.nodes[container as usize].kind == Kind::Repeat;
        let around = self.nodes[container as usize].repeat;
        let entity = Entity {
            list: list.to_owned(),
            label,
            id,
            create_if,
            update_if,
            repeat: if is_repeat { Some(container) } else { around },
            saves: Vec::new(),
        };
        let draft = sheet::EntityDraft {
            entity,
            own: if container == 0 { 0 } else { container + 1 },
            sheet: Sheet::Xform,
            row: line,
        };
        self.entities.push((container, draft));
    }

    /// When an entity is created and updated, where `create="1"` and `update="1"` say it without a formula.
    fn entity_actions(
        &mut self,
        entity: Element<'x, 'x>,
        id: &Option<Expression>,
        (create_if, update_if): (Option<Expression>, Option<Expression>),
    ) -> (Option<Expression>, Option<Expression>) {
        let says = |name: &str| matches!(entity.attribute(name), Some("1" | "true"));
        let (creates, updates) = (says("create"), says("update"));
        if id.is_none() {
            if !creates && create_if.is_none() && (updates || update_if.is_some()) {
                self.error(entity, "update", "entity_id_missing", "update");
            }
            return (create_if, update_if);
        }
        // With an id it is only updated unless the form says more.
        if !creates || create_if.is_some() {
            return (create_if, update_if);
        }
        let truth = if updates { "true()" } else { "false()" };
        let update_if = update_if.or_else(|| parse(truth).ok());
        (parse("true()").ok(), update_if)
    }

    /// Gives each property to the entity of the nearest group or repeat around its question.
    fn saved(&mut self) {
        for (node, property) in std::mem::take(&mut self.saves) {
            let mut at = self.nodes[node as usize].parent;
            let found = loop {
                let found = self
                    .entities
                    .iter_mut()
                    .find(|(container, _)| *container == at);
                if found.is_some() || at == 0 {
                    break found;
                }
                at = self.nodes[at as usize].parent;
            };
            match found {
                Some((_, draft)) => draft.entity.saves.push((node, property)),
                None => {
                    let line = self.nodes[node as usize].sheet_row;
                    let code = "save_to_without_entity";
                    self.problems
                        .error(Sheet::Xform, line, "saveto", code, &property);
                }
            }
        }
    }

    /// What the bind says.
    fn bound(&mut self, node: &mut Node, bind: &Bind<'x>) {
        node.relevant = self.expression(bind.line, "relevant", bind.get("relevant"));
        node.constraint = self.expression(bind.line, "constraint", bind.get("constraint"));
        node.required = self.condition(bind, "required");
        if node.kind != Kind::Note {
            node.read_only = self.condition(bind, "readonly");
        }
        node.calculation = self.expression(bind.line, "calculate", bind.get("calculate"));
        node.constraint_message = self.words.message(bind.get("constraintMsg"));
        node.required_message = self.words.message(bind.get("requiredMsg"));
        node.doubt = self.expression(bind.line, "doubt", bind.own("doubt"));
        if let Some(message) = bind.own("doubt_message") {
            node.doubt_message =
                sheet::in_two_languages(message, &self.words.languages).unwrap_or_default();
        }
        node.unit = bind.own("unit").map(|unit| Unit::Text(unit.to_owned()));
        node.personal = bind.own("personal").is_some_and(sheet::is_yes);
        node.source_note = bind.own("source_note").unwrap_or("").to_owned();
        node.parameters = bind.parameters();
        if let Some(property) = bind.get("saveto") {
            let index = self.nodes.len() as NodeIndex;
            self.saves.push((index, property.to_owned()));
        }
        if let Some(word) = bind.preload() {
            node.parameters
                .push(("metadata".to_owned(), word.to_owned()));
            if node.kind == Kind::Metadata && !binds::RECORDED.contains(&word) {
                self.problems.warn(
                    Sheet::Xform,
                    bind.line,
                    "preload",
                    "type_not_recorded",
                    word,
                );
            }
        }
    }

    /// What the control says.
    fn controlled(&mut self, node: &mut Node, control: &Control<'x>) {
        node.label = self.words.beside(control.labelled, "label", self.problems);
        node.media = self.words.media_beside(control.labelled);
        node.hint = self.words.beside(control.labelled, "hint", self.problems);
        node.guidance = self.words.guidance(control.labelled);
        let appearance = control.get("appearance").unwrap_or("");
        node.appearance = appearance.split_whitespace().map(str::to_owned).collect();
        node.parameters.extend(control.parameters());
        let line = self.form.line(control.element);
        if let Some(count) = control.get("count") {
            let folded = self.folded_count(count, control.element);
            node.count = self.expression(line, "count", Some(folded.as_deref().unwrap_or(count)));
        }
        if !matches!(
            node.kind,
            Kind::SelectOne | Kind::SelectMultiple | Kind::Rank
        ) {
            return;
        }
        let chosen = lists::of_control(
            self.form,
            control.element,
            self.words,
            self.lists,
            self.problems,
        );
        let Some(chosen) = chosen else {
            return;
        };
        node.list = Some(chosen.list);
        node.choice_filter = self.expression(line, "itemset", chosen.filter.as_deref());
        if chosen.is_random {
            node.parameters
                .push(("randomize".to_owned(), "true".to_owned()));
        }
        if let Some(seed) = chosen.seed {
            node.count = self.expression(line, "itemset", Some(&seed));
            node.parameters.push(("seed".to_owned(), seed));
        }
    }

    /// Defaults in the instance, and values that actions set.
    fn given(&mut self, node: &mut Node, element: Element<'x, 'x>, path: &str) {
        if node.kind.is_container() {
            return;
        }
        let events = ["odk-instance-first-load", "odk-new-repeat"];
        let set = events
            .iter()
            .find_map(|event| self.controls.sets(path, event));
        if let Some(set) = set {
            node.default = self.expression(set.line, "setvalue", Some(&set.value));
        } else {
            let text = text_of(element);
            if !text.trim().is_empty() {
                node.default = parse(&sheet::quoted(text.trim())).ok();
            }
        }
        if let Some(set) = self.controls.sets(path, "xforms-value-changed") {
            if node.calculation.is_some() {
                // What is always computed would replace what was set.
                return self.problems.warn(
                    Sheet::Xform,
                    set.line,
                    "setvalue",
                    "setting_unused",
                    path,
                );
            }
            node.calculation = self.expression(set.line, "calculation", Some(&set.value));
            node.parameters
                .push((sheet::TRIGGER.to_owned(), set.triggers.join(", ")));
        }
    }

    fn check(&mut self, node: &Node) {
        let spoken = node.kind.is_question() || node.kind == Kind::Note;
        if spoken && node.label.0.is_empty() && node.hint.0.is_empty() && node.media.is_empty() {
            self.problems.warn(
                Sheet::Xform,
                node.sheet_row,
                "label",
                "label_missing",
                &node.name,
            );
        }
    }

    fn condition(&mut self, bind: &Bind<'x>, name: &str) -> Option<Expression> {
        match bind.get(name).map(str::trim) {
            None | Some("" | "false()") => None,
            text => self.expression(bind.line, name, text),
        }
    }

    fn expression(&mut self, line: u32, column: &str, text: Option<&str>) -> Option<Expression> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        self.sources.push(Source {
            row: line,
            column: column.to_owned(),
            text: text.to_owned(),
        });
        match parse(text) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.problems.expression((line, column), text, &error);
                None
            }
        }
    }

    /// pyxform puts the number of rows into a calculation of its own beside the repeat; the count
    /// reads better where the repeat is.
    fn is_folded_count(&self, path: &str) -> bool {
        let Some(repeat) = path.strip_suffix("_count") else {
            return false;
        };
        let counted = self
            .controls
            .at(repeat)
            .and_then(|control| control.get("count"));
        let name = path.rsplit('/').next().unwrap_or("");
        let bind = self.binds.at(path);
        counted.is_some_and(|count| count.trim().rsplit('/').next() == Some(name))
            && bind.is_some_and(|bind| {
                bind.get("readonly") == Some("true()") && bind.get("calculate").is_some()
            })
            && self.controls.at(path).is_none()
    }

    fn folded_count(&self, count: &str, repeat: Element<'x, 'x>) -> Option<String> {
        let path = repeat.attribute("nodeset").or(repeat.attribute("ref"))?;
        let path = format!("{}_count", path.trim());
        let is_it = count.trim().rsplit('/').next() == path.rsplit('/').next();
        if !is_it || !self.is_folded_count(&path) {
            return None;
        }
        self.binds.at(&path)?.get("calculate").map(str::to_owned)
    }

    /// Binds and controls of what the instance does not have.
    fn unused(&mut self) {
        let root = format!("/{}", self.form.root.tag_name().name());
        for (path, bind) in self.binds.all() {
            let known = self.used.contains(path) || self.is_folded_count(path) || *path == root;
            if !known && self.form_has_not(path) {
                self.problems
                    .error(Sheet::Xform, bind.line, "bind", "path_unknown", path);
            }
        }
        for (path, control) in self.controls.all() {
            if !self.used.contains(path) && self.form_has_not(path) {
                let line = self.form.line(control.element);
                self.problems
                    .error(Sheet::Xform, line, control.tag, "path_unknown", path);
            }
        }
    }

    /// Whether the instance itself lacks a path; what was refused there was told already.
    fn form_has_not(&self, path: &str) -> bool {
        let mut names = path.split('/').skip(2);
        let start = Some(self.form.root);
        names
            .try_fold(start, |at, name| at.map(|at| child(at, name)))
            .flatten()
            .is_none()
    }

    fn keys(&mut self) {
        let marked: Vec<(usize, String)> = self
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| {
                let key = node.parameter("lumbung:key")?;
                Some((index, key.to_owned()))
            })
            .collect();
        for (index, key) in marked {
            let node = &self.nodes[index];
            let inside = index + 1..node.end as usize;
            let (repeat, question) = match node.kind {
                Kind::Repeat => (
                    Some(index as NodeIndex),
                    inside
                        .into_iter()
                        .find(|&each| self.nodes[each].name == key),
                ),
                _ => (node.repeat, Some(index)),
            };
            self.nodes[index]
                .parameters
                .retain(|(name, _)| name != "lumbung:key");
            match (repeat, question) {
                (Some(repeat), Some(question)) => {
                    self.nodes[repeat as usize].key = Some(question as NodeIndex);
                }
                _ => {
                    let line = self.nodes[index].sheet_row;
                    self.problems
                        .error(Sheet::Xform, line, "key", "reference_unknown", &key);
                }
            }
        }
    }
}

/// The place of a list by its name.
fn list_named(lists: &[ChoiceList], name: &str) -> Option<ListIndex> {
    let place = lists.iter().position(|list| list.name == name)?;
    Some(place as ListIndex)
}

#[cfg(test)]
mod tests;
