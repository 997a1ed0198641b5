//! Texts of a sheet in all their languages.
//!
//! Always: the default language stands first; a column without a language is the default's.
//! Never: translates.

use super::language;
use super::table::{Row, Table};
use crate::questionnaire::model::{Language, Part, Text, Texts};
use crate::questionnaire::xpath::{ParseError, parse};

const TRANSLATED: [&str; 9] = [
    "label",
    "hint",
    "guidance_hint",
    "constraint_message",
    "required_message",
    "image",
    "big-image",
    "audio",
    "video",
];

/// All languages of the sheets.
pub(super) fn languages(default: &Option<String>, tables: &[&Table]) -> Vec<Language> {
    let mut all: Vec<Language> = default.iter().map(|name| language(name)).collect();
    for table in tables {
        for column in TRANSLATED {
            for (_, name) in table.translations(column) {
                let found = name.map(language);
                if let Some(found) = found.filter(|found| !all.contains(found)) {
                    all.push(found);
                }
            }
        }
    }
    if all.is_empty() {
        all.push(language("default"));
    }
    all
}

/// The texts of one column in one row, and the faults in them by column.
pub(super) fn texts(
    table: &Table,
    row: &Row,
    column: &str,
    languages: &[Language],
) -> (Texts, Vec<(String, String, ParseError)>) {
    let mut texts = vec![Text::default(); languages.len()];
    let mut faults = Vec::new();
    for (header, name) in table.translations(column) {
        let cell = row.get(header);
        if cell.is_empty() {
            continue;
        }
        let wanted = name.map(language);
        let place = languages
            .iter()
            .position(|each| Some(each) == wanted.as_ref());
        match text(cell) {
            Ok(text) => texts[place.unwrap_or(0)] = text,
            Err(error) => faults.push((header.to_owned(), cell.to_owned(), error)),
        }
    }
    while texts.last().is_some_and(|text| text.0.is_empty()) {
        texts.pop();
    }
    (Texts(texts), faults)
}

/// A text with `${name}` in it.
pub(super) fn text(cell: &str) -> Result<Text, ParseError> {
    let mut parts = Vec::new();
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        if !before.is_empty() {
            parts.push(Part::Words(before.to_owned()));
        }
        parts.push(Part::Output(parse(&format!("${{{}}}", name.trim()))?));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest.to_owned()));
    }
    Ok(Text(parts))
}

/// `Indonesian | English`, by language code; a text without a bar is the default's.
pub(in crate::questionnaire) fn in_two_languages(
    cell: &str,
    languages: &[Language],
) -> Result<Texts, ParseError> {
    let mut texts = vec![Text::default(); languages.len()];
    let place = |code: &str| languages.iter().position(|language| language.code == code);
    match cell.split_once(" | ") {
        Some((first, second)) => {
            texts[place("id").unwrap_or(0)] = text(first.trim())?;
            if let Some(place) = place("en") {
                texts[place] = text(second.trim())?;
            }
        }
        None => texts[0] = text(cell)?,
    }
    Ok(Texts(texts))
}
