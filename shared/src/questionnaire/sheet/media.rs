//! Columns of media: which file stands beside which text, and the files themselves.
//!
//! Always: a file that was not supplied is a warning; one that is too large is an error.
//! Never: opens a file; the importer is given their bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::choices::ChoiceRows;
use super::language;
use super::problem::{Problems, Sheet};
use super::table::{Row, Table};
use crate::questionnaire::model::{
    ChoiceList, Language, MEDIA_BYTES_MAX, MEDIA_FILE_BYTES_MAX, MediaFile, MediaKind, MediaName,
    Node, media_type_of,
};

/// The columns, each also with `::` and a language.
pub(in crate::questionnaire) const COLUMNS: [(&str, MediaKind); 4] = [
    ("image", MediaKind::Image),
    ("big-image", MediaKind::BigImage),
    ("audio", MediaKind::Audio),
    ("video", MediaKind::Video),
];

/// Whether a column is one of media, in whatever language.
pub(super) fn is_column(header: &str) -> bool {
    let first = header.split("::").next().unwrap_or("");
    COLUMNS.iter().any(|(name, _)| *name == first)
}

/// The files that a row names.
pub(super) fn names(table: &Table, row: &Row, languages: &[Language]) -> Vec<MediaName> {
    let mut names: BTreeMap<(MediaKind, u16), String> = BTreeMap::new();
    for (column, kind) in COLUMNS {
        for (header, name) in table.translations(column) {
            let cell = row.get(header);
            if cell.is_empty() {
                continue;
            }
            let wanted = name.map(language);
            let place = languages
                .iter()
                .position(|each| Some(each) == wanted.as_ref());
            names.insert((kind, place.unwrap_or(0) as u16), cell.to_owned());
        }
    }
    sorted(names)
}

/// Names in the order of the model.
pub(in crate::questionnaire) fn sorted(
    names: BTreeMap<(MediaKind, u16), String>,
) -> Vec<MediaName> {
    let name = |((kind, language), file)| MediaName {
        kind,
        language,
        file,
    };
    names.into_iter().map(name).collect()
}

/// The files that nodes and choices name, each once, in the order of their names.
pub(super) fn collect(
    (nodes, lists, rows): (&[Node], &[ChoiceList], &ChoiceRows),
    attachments: &BTreeMap<String, Vec<u8>>,
    problems: &mut Problems,
) -> Vec<MediaFile> {
    let of_nodes = nodes.iter().flat_map(|node| {
        let place = (Sheet::Survey, node.sheet_row);
        node.media.iter().map(move |name| (name, place))
    });
    let of_choices = lists.iter().enumerate().flat_map(|(list_at, list)| {
        list.choices
            .iter()
            .enumerate()
            .flat_map(move |(at, choice)| {
                let place = (Sheet::Choices, rows.of(list_at, at));
                choice.media.iter().map(move |name| (name, place))
            })
    });
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    let mut total = 0;
    for (name, place) in of_nodes.chain(of_choices) {
        if !seen.insert(name.file.as_str()) {
            continue;
        }
        if let Some(file) = supplied(name, place, attachments, problems) {
            let before = total;
            total += file.bytes.len();
            if before <= MEDIA_BYTES_MAX && MEDIA_BYTES_MAX < total {
                let limit = format!("{}, limit {MEDIA_BYTES_MAX} bytes", file.name);
                problems.error(
                    place.0,
                    place.1,
                    column(name.kind),
                    "media_too_large",
                    &limit,
                );
            }
            files.push(file);
        }
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    files
}

fn supplied(
    name: &MediaName,
    (sheet, row): (Sheet, u32),
    attachments: &BTreeMap<String, Vec<u8>>,
    problems: &mut Problems,
) -> Option<MediaFile> {
    let column = column(name.kind);
    let Some(media_type) = media_type_of(&name.file) else {
        problems.warn(sheet, row, column, "media_kind_unsupported", &name.file);
        return None;
    };
    let Some(bytes) = attachments.get(&name.file) else {
        problems.warn(sheet, row, column, "media_missing", &name.file);
        return None;
    };
    if MEDIA_FILE_BYTES_MAX < bytes.len() {
        let size = format!(
            "{}, {} bytes, limit {MEDIA_FILE_BYTES_MAX}",
            name.file,
            bytes.len()
        );
        problems.error(sheet, row, column, "media_too_large", &size);
        return None;
    }
    Some(MediaFile {
        name: name.file.clone(),
        media_type: media_type.to_owned(),
        bytes: bytes.clone(),
    })
}

fn column(kind: MediaKind) -> &'static str {
    let found = COLUMNS.iter().find(|(_, each)| *each == kind);
    found.map_or("", |(name, _)| name)
}
