//! The body of a form: controls, groups and repeats by path, and the values that actions set.
//!
//! Always: each path has one control; a repeat has the label of the group around it.
//! Never: loses an action without a word.

use std::collections::BTreeMap;

use roxmltree::Node as Element;

use super::Form;
use crate::questionnaire::sheet::{Problems, Sheet};

const QUESTIONS: [&str; 9] = [
    "input", "secret", "select1", "select", "rank", "range", "trigger", "upload", "odk:rank",
];

pub(super) struct Control<'x> {
    pub(super) element: Element<'x, 'x>,
    pub(super) tag: &'x str,
    /// What holds label and hint: of a repeat, the group around it.
    pub(super) labelled: Element<'x, 'x>,
}

/// A value that an action sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) value: String,
    pub(super) line: u32,
    /// The paths of the questions whose answer triggers it.
    pub(super) triggers: Vec<String>,
}

pub(super) struct Controls<'x> {
    by_path: BTreeMap<String, Control<'x>>,
    /// The elements that repeat.
    pub(super) repeats: BTreeMap<String, Element<'x, 'x>>,
    /// By path and event.
    sets: BTreeMap<(String, String), Set>,
}

impl<'x> Controls<'x> {
    pub(super) fn read(form: &Form<'x>, problems: &mut Problems) -> Controls<'x> {
        let mut controls = Controls {
            by_path: BTreeMap::new(),
            repeats: BTreeMap::new(),
            sets: BTreeMap::new(),
        };
        for element in form.model.children().filter(Element::is_element) {
            controls.action(form, element, problems);
        }
        for element in form.body.descendants().filter(Element::is_element) {
            let tag = element.tag_name().name();
            match tag {
                "repeat" => controls.repeat(form, element, problems),
                "group" => controls.group(form, element, problems),
                _ if QUESTIONS.contains(&tag) => controls.add(form, element, element, problems),
                _ => controls.action(form, element, problems),
            }
        }
        controls
    }

    pub(super) fn at(&self, path: &str) -> Option<&Control<'x>> {
        self.by_path.get(path)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Control<'x>)> {
        self.by_path.iter()
    }

    pub(super) fn is_group(&self, path: &str) -> bool {
        self.at(path).is_some_and(|control| control.tag == "group")
    }

    pub(super) fn sets(&self, path: &str, event: &str) -> Option<&Set> {
        self.sets.get(&(path.to_owned(), event.to_owned()))
    }

    fn add(
        &mut self,
        form: &Form<'x>,
        element: Element<'x, 'x>,
        labelled: Element<'x, 'x>,
        problems: &mut Problems,
    ) {
        let tag = element.tag_name().name();
        let line = form.line(element);
        let Some(path) = path_of(element) else {
            return problems.error(Sheet::Xform, line, tag, "path_unknown", "");
        };
        let control = Control {
            element,
            tag,
            labelled,
        };
        if self.by_path.insert(path.clone(), control).is_some() {
            problems.error(Sheet::Xform, line, tag, "name_repeated", &path);
        }
    }

    fn repeat(&mut self, form: &Form<'x>, element: Element<'x, 'x>, problems: &mut Problems) {
        let path = path_of(element);
        let around = element.parent_element();
        let is_wrapped = around.is_some_and(|around| {
            around.tag_name().name() == "group"
                && (path_of(around) == path || path_of(around).is_none())
        });
        let labelled = around.filter(|_| is_wrapped).unwrap_or(element);
        if let Some(path) = path {
            self.repeats.insert(path, element);
        }
        self.add(form, element, labelled, problems);
    }

    /// A group around a repeat only holds its label; one without a path is only layout.
    fn group(&mut self, form: &Form<'x>, element: Element<'x, 'x>, problems: &mut Problems) {
        let path = path_of(element);
        let wraps = element.children().any(|each| {
            each.tag_name().name() == "repeat" && (path.is_none() || path_of(each) == path)
        });
        if wraps {
            return;
        }
        if path.is_none() {
            let line = form.line(element);
            return problems.warn(Sheet::Xform, line, "group", "group_without_path", "");
        }
        self.add(form, element, element, problems);
    }

    fn action(&mut self, form: &Form<'x>, element: Element<'x, 'x>, problems: &mut Problems) {
        let tag = element.tag_name().name();
        let line = form.line(element);
        if ["setgeopoint", "recordaudio"].contains(&tag) {
            return problems.warn(Sheet::Xform, line, tag, "type_not_recorded", tag);
        }
        if tag != "setvalue" {
            return;
        }
        let Some(path) = path_of(element) else {
            return problems.error(Sheet::Xform, line, tag, "path_unknown", "");
        };
        let inner = super::text_of(element);
        let value = element.attribute("value").map(str::to_owned);
        let value = value.unwrap_or_else(|| match inner.trim() {
            "" => String::new(),
            text => crate::questionnaire::sheet::quoted(text),
        });
        let trigger = element.parent_element().and_then(path_of);
        for event in element.attribute("event").unwrap_or("").split_whitespace() {
            let set = self
                .sets
                .entry((path.clone(), event.to_owned()))
                .or_insert_with(|| Set {
                    value: value.clone(),
                    line,
                    triggers: Vec::new(),
                });
            if trigger.is_some() && set.value.trim() != value.trim() {
                problems.error(Sheet::Xform, line, tag, "trigger_invalid", &path);
            }
            set.triggers.extend(trigger.clone());
        }
    }
}

/// The path of an element of the body.
fn path_of(element: Element<'_, '_>) -> Option<String> {
    let path = element.attribute("ref").or(element.attribute("nodeset"))?;
    Some(path.trim().to_owned()).filter(|path| !path.is_empty())
}

impl<'x> Control<'x> {
    /// An attribute of this local name.
    pub(super) fn get(&self, name: &str) -> Option<&'x str> {
        let own = self.element.attributes().find(|each| each.name() == name);
        let around = || {
            let mut of_group = self.labelled.attributes();
            of_group.find(|each| each.name() == name)
        };
        let found = own.or_else(around);
        found
            .map(|each| each.value())
            .filter(|value| !value.trim().is_empty())
    }

    /// Attributes that the `parameters` column or a `body::` column would hold.
    pub(super) fn parameters(&self) -> Vec<(String, String)> {
        let read = [
            "ref",
            "nodeset",
            "appearance",
            "mediatype",
            "count",
            "class",
            "noAddRemove",
        ];
        let mut out = Vec::new();
        for attribute in self.element.attributes() {
            let name = match attribute.name() {
                "accuracyThreshold" => "capture-accuracy",
                "unacceptableAccuracyThreshold" => "warning-accuracy",
                name @ ("start" | "end" | "step" | "rows" | "incremental" | "intent"
                | "autoplay") => name,
                name if read.contains(&name) => continue,
                name => &format!("body::{name}"),
            };
            out.push((name.to_owned(), attribute.value().to_owned()));
        }
        out
    }
}
