//! Texts of a form: translations, labels and messages.
//!
//! Always: the default language stands first; a text that pyxform filled in with a dash is none.
//! Never: translates.

use std::collections::BTreeMap;

use roxmltree::Node as Element;

use super::{Form, Lines, child};
use crate::questionnaire::model::{Language, MediaName, Part, Text, Texts};
use crate::questionnaire::sheet::{self, Problems, Sheet};
use crate::questionnaire::xpath::parse;

/// pyxform writes this where a language has no text.
const NO_TEXT: &str = "-";

/// One text in one language, by its form: empty for the plain one, `guidance`, `image` and so on.
type Forms = BTreeMap<String, Text>;

pub(super) struct Words {
    /// The default one first.
    pub(super) languages: Vec<Language>,
    /// By id, in the order of the languages.
    texts: BTreeMap<String, Vec<Forms>>,
    lines: Lines,
}

impl Words {
    pub(super) fn read(form: &Form<'_>, problems: &mut Problems) -> Words {
        let mut words = Words {
            languages: Vec::new(),
            texts: BTreeMap::new(),
            lines: form.lines.clone(),
        };
        let itext = child(form.model, "itext");
        let mut translations: Vec<Element<'_, '_>> = match itext {
            Some(itext) => itext.children().filter(Element::is_element).collect(),
            None => Vec::new(),
        };
        translations.sort_by_key(|each| each.attribute("default").is_none());
        for translation in &translations {
            let name = translation.attribute("lang").unwrap_or("default");
            words.languages.push(sheet::language(name));
        }
        let count = words.languages.len();
        for (place, translation) in translations.iter().enumerate() {
            for text in translation.children().filter(Element::is_element) {
                let id = text.attribute("id").unwrap_or("").trim().to_owned();
                let forms = words
                    .texts
                    .entry(id)
                    .or_insert_with(|| vec![Forms::new(); count]);
                for value in text.children().filter(Element::is_element) {
                    let kind = value.attribute("form").unwrap_or("").to_owned();
                    let text = read_text(form, value, problems);
                    forms[place].insert(kind, text);
                }
            }
        }
        if words.languages.is_empty() {
            words.languages.push(sheet::language("default"));
        }
        words
    }

    /// Every text in its plain form.
    pub(super) fn by_id(&self) -> BTreeMap<String, Texts> {
        let ids = self.texts.keys();
        ids.map(|id| (id.clone(), self.get(id, ""))).collect()
    }

    /// The text with this id, in the plain form or another.
    pub(super) fn get(&self, id: &str, form: &str) -> Texts {
        let Some(languages) = self.texts.get(id) else {
            return Texts::default();
        };
        let is_blank =
            |text: &Text| text.0.is_empty() || text.0 == [Part::Words(NO_TEXT.to_owned())];
        let all: Vec<Text> = languages
            .iter()
            .map(|forms| forms.get(form).cloned().unwrap_or_default())
            .map(|text| {
                if is_blank(&text) {
                    Text::default()
                } else {
                    text
                }
            })
            .collect();
        trimmed(all)
    }

    /// A text that is the same whatever the language, or `jr:itext('…')`.
    pub(super) fn message(&self, text: Option<&str>) -> Texts {
        match text.map(|text| (text, itext_id(text))) {
            None => Texts::default(),
            Some((_, Some(id))) => self.get(id, ""),
            Some((text, None)) => Texts(vec![Text(vec![Part::Words(text.trim().to_owned())])]),
        }
    }

    /// The label or hint of a control.
    pub(super) fn beside(
        &self,
        control: Element<'_, '_>,
        name: &str,
        problems: &mut Problems,
    ) -> Texts {
        let mut all = control.children();
        let Some(element) = all.find(|each| each.is_element() && each.tag_name().name() == name)
        else {
            return Texts::default();
        };
        match element.attribute("ref").map(itext_id) {
            Some(Some(id)) => self.get(id, ""),
            _ => {
                let line = self.lines.line(element);
                trimmed(vec![text_at(element, line, problems)])
            }
        }
    }

    /// The files beside the text with this id: `jr://images/padi.png` in a form of its own.
    pub(super) fn media(&self, id: &str) -> Vec<MediaName> {
        let mut names = BTreeMap::new();
        let languages = self.texts.get(id).into_iter().flatten().enumerate();
        for (language, forms) in languages {
            for (column, kind) in sheet::MEDIA_COLUMNS {
                let Some([Part::Words(place)]) = forms.get(column).map(|text| &text.0[..]) else {
                    continue;
                };
                let file = place.rsplit('/').next().unwrap_or("");
                if !file.is_empty() && file != NO_TEXT {
                    names.insert((kind, language as u16), file.to_owned());
                }
            }
        }
        sheet::sorted_media(names)
    }

    /// The files beside the label of a control or an item.
    pub(super) fn media_beside(&self, control: Element<'_, '_>) -> Vec<MediaName> {
        let mut all = control.children();
        let label = all.find(|each| each.is_element() && each.tag_name().name() == "label");
        let id = label
            .and_then(|label| label.attribute("ref"))
            .and_then(itext_id);
        id.map_or_else(Vec::new, |id| self.media(id))
    }

    /// The guidance of a control: a form of its hint.
    pub(super) fn guidance(&self, control: Element<'_, '_>) -> Texts {
        let mut all = control.children();
        let hint = all.find(|each| each.is_element() && each.tag_name().name() == "hint");
        let id = hint
            .and_then(|hint| hint.attribute("ref"))
            .and_then(itext_id);
        id.map_or_else(Texts::default, |id| self.get(id, "guidance"))
    }
}

/// Languages at the end that have no text are left out, as sheets do.
fn trimmed(mut texts: Vec<Text>) -> Texts {
    while texts.last().is_some_and(|text| text.0.is_empty()) {
        texts.pop();
    }
    Texts(texts)
}

/// The id in `jr:itext('id')`.
pub(super) fn itext_id(text: &str) -> Option<&str> {
    let inside = text
        .trim()
        .strip_prefix("jr:itext(")?
        .strip_suffix(')')?
        .trim();
    let quoted = |quote: char| inside.strip_prefix(quote)?.strip_suffix(quote);
    quoted('\'').or_else(|| quoted('"'))
}

fn read_text(form: &Form<'_>, element: Element<'_, '_>, problems: &mut Problems) -> Text {
    text_at(element, form.line(element), problems)
}

/// Words and outputs, without the blanks at the ends.
fn text_at(element: Element<'_, '_>, line: u32, problems: &mut Problems) -> Text {
    let mut parts: Vec<Part> = Vec::new();
    for node in element.children() {
        if node.is_text() {
            parts.push(Part::Words(node.text().unwrap_or("").to_owned()));
        } else if node.tag_name().name() == "output" {
            let value = node
                .attribute("value")
                .or(node.attribute("ref"))
                .unwrap_or("");
            match parse(value) {
                Ok(expression) => parts.push(Part::Output(expression)),
                Err(error) => problems.unreadable(Sheet::Xform, (line, "output"), value, &error),
            }
        }
    }
    if let Some(Part::Words(first)) = parts.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some(Part::Words(last)) = parts.last_mut() {
        *last = last.trim_end().to_owned();
    }
    parts.retain(|part| !matches!(part, Part::Words(words) if words.is_empty()));
    Text(parts)
}
