//! What the `type` column says.
//!
//! Always: every spelling that pyxform takes for a type we know.
//! Never: guesses a type from another column.

use crate::questionnaire::model::Kind;

/// One row's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowType {
    Begin(Kind),
    End(Kind),
    Question(Kind),
    /// A list of the choices sheet; `or_other` adds a choice and a text.
    Select {
        kind: Kind,
        list: String,
        or_other: bool,
    },
    FromFile {
        kind: Kind,
        file: String,
    },
    Metadata(String),
    ListMissing,
    Unsupported,
    Unknown,
}

pub(super) fn row_type(cell: &str) -> RowType {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let lower = words.join(" ").to_lowercase();
    if let Some(begin) = begin_or_end(&lower) {
        return begin;
    }
    if let Some(select) = select(&words) {
        return select;
    }
    let kind = match lower.as_str() {
        "text" | "string" => Kind::Text,
        "integer" | "int" => Kind::Integer,
        "decimal" => Kind::Decimal,
        "range" => Kind::Range,
        "date" => Kind::Date,
        "time" => Kind::Time,
        "datetime" | "date time" => Kind::DateTime,
        "geopoint" | "gps" | "location" => Kind::Geopoint,
        "geotrace" => Kind::Geotrace,
        "geoshape" => Kind::Geoshape,
        "image" | "photo" | "picture" => Kind::Image,
        "audio" => Kind::Audio,
        "video" => Kind::Video,
        "file" => Kind::File,
        "barcode" => Kind::Barcode,
        "note" => Kind::Note,
        "calculate" => Kind::Calculate,
        "acknowledge" | "trigger" => Kind::Acknowledge,
        "hidden" => Kind::Hidden,
        "start" | "end" | "today" | "deviceid" | "username" | "phonenumber" | "email" => {
            return RowType::Metadata(lower);
        }
        "audit"
        | "start-geopoint"
        | "background-audio"
        | "background-geopoint"
        | "xml-external"
        | "csv-external"
        | "entity"
        | "simserial"
        | "subscriberid" => {
            return RowType::Unsupported;
        }
        _ => return RowType::Unknown,
    };
    RowType::Question(kind)
}

fn begin_or_end(lower: &str) -> Option<RowType> {
    let (verb, what) = lower.split_once([' ', '_'])?;
    let kind = match what {
        "group" => Kind::Group,
        "repeat" | "loop" => Kind::Repeat,
        _ => return None,
    };
    match verb {
        "begin" => Some(RowType::Begin(kind)),
        "end" => Some(RowType::End(kind)),
        _ => None,
    }
}

fn select(words: &[&str]) -> Option<RowType> {
    let (first, rest) = words.split_first()?;
    let first = first.to_lowercase();
    let (first, rest) = match (first.as_str(), rest.split_first()) {
        // `select one LIST` and `select multiple LIST`.
        ("select", Some((second, rest))) => (format!("select_{}", second.to_lowercase()), rest),
        _ => (first, rest),
    };
    let (kind, from_file) = match first.as_str() {
        "select_one" => (Kind::SelectOne, false),
        "select_multiple" => (Kind::SelectMultiple, false),
        "rank" => (Kind::Rank, false),
        "select_one_from_file" => (Kind::SelectOne, true),
        "select_multiple_from_file" => (Kind::SelectMultiple, true),
        "select_one_external" => return Some(RowType::Unsupported),
        _ => return None,
    };
    let Some(list) = rest.first() else {
        return Some(RowType::ListMissing);
    };
    if from_file {
        let file = rest.join(" ");
        return Some(RowType::FromFile { kind, file });
    }
    let or_other = match &rest[1..] {
        [] => false,
        [word] if *word == "or_other" => true,
        [first, second] if *first == "or" && *second == "other" => true,
        _ => return Some(RowType::Unknown),
    };
    Some(RowType::Select {
        kind,
        list: (*list).to_owned(),
        or_other,
    })
}
