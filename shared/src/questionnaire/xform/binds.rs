//! The binds of a form: what is computed and checked, by path.

use std::collections::BTreeMap;

use roxmltree::Node as Element;

use super::Form;
use crate::questionnaire::sheet::{Problems, Sheet};

/// What the phone fills in by itself.
pub(super) const RECORDED: [&str; 7] = [
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "phonenumber",
    "email",
];

/// The namespace of the project's own attributes.
const OWN_NAMESPACE: &str = "https://lumbung.id/xforms";

pub(super) struct Bind<'x> {
    element: Element<'x, 'x>,
    pub(super) line: u32,
}

pub(super) struct Binds<'x> {
    by_path: BTreeMap<String, Bind<'x>>,
}

impl<'x> Binds<'x> {
    pub(super) fn read(form: &Form<'x>, problems: &mut Problems) -> Binds<'x> {
        let mut by_path = BTreeMap::new();
        let all = form.model.children();
        for element in all.filter(|each| each.is_element() && each.tag_name().name() == "bind") {
            let line = form.line(element);
            let path = element.attribute("nodeset").or(element.attribute("ref"));
            let Some(path) = path.map(|path| path.trim().to_owned()) else {
                problems.error(Sheet::Xform, line, "bind", "path_unknown", "");
                continue;
            };
            if by_path
                .insert(path.clone(), Bind { element, line })
                .is_some()
            {
                problems.error(Sheet::Xform, line, "bind", "name_repeated", &path);
            }
        }
        Binds { by_path }
    }

    pub(super) fn at(&self, path: &str) -> Option<&Bind<'x>> {
        self.by_path.get(path)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Bind<'x>)> {
        self.by_path.iter()
    }
}

impl<'x> Bind<'x> {
    /// An attribute of this local name; the namespaces of ODK have no name twice.
    pub(super) fn get(&self, name: &str) -> Option<&'x str> {
        let found = self
            .element
            .attributes()
            .find(|each| each.name() == name && each.namespace() != Some(OWN_NAMESPACE));
        found
            .map(|each| each.value())
            .filter(|value| !value.trim().is_empty())
    }

    /// An attribute of the project's namespace.
    pub(super) fn own(&self, name: &str) -> Option<&'x str> {
        let value = self.element.attribute((OWN_NAMESPACE, name));
        value.filter(|value| !value.trim().is_empty())
    }

    /// The data type without the prefix of its namespace.
    pub(super) fn data_type(&self) -> &'x str {
        let name = self.get("type").unwrap_or("string").trim();
        name.rsplit(':').next().unwrap_or(name)
    }

    /// The word under which the device knows the value.
    pub(super) fn preload(&self) -> Option<&'x str> {
        let parameter = self.get("preloadParams").unwrap_or("");
        match self.get("preload")? {
            "timestamp" => Some(parameter),
            "date" => Some("today"),
            "property" => Some(parameter),
            _ => None,
        }
    }

    /// Attributes that the `parameters` column or a `bind::` column would hold.
    pub(super) fn parameters(&self) -> Vec<(String, String)> {
        let read = [
            "nodeset",
            "ref",
            "type",
            "relevant",
            "constraint",
            "required",
            "readonly",
            "calculate",
            "constraintMsg",
            "requiredMsg",
            "preload",
            "preloadParams",
            "saveto",
        ];
        let mut out = Vec::new();
        for attribute in self.element.attributes() {
            let (name, value) = (attribute.name(), attribute.value().to_owned());
            let is_own = attribute.namespace() == Some(OWN_NAMESPACE);
            match name {
                "max-pixels" | "quality" | "allow-mock-accuracy" => {
                    out.push((name.to_owned(), value))
                }
                "key" if is_own => out.push(("lumbung:key".to_owned(), value)),
                _ if is_own || read.contains(&name) => {}
                _ => {
                    let prefix = attribute
                        .namespace()
                        .and_then(|uri| self.element.lookup_prefix(uri));
                    let prefix = prefix.map_or_else(String::new, |prefix| format!("{prefix}:"));
                    out.push((format!("bind::{prefix}{name}"), value));
                }
            }
        }
        out
    }
}
