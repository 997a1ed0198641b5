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
    /// Known, kept, and nothing on the phone fills it.
    NotRecorded(String),
    /// A file that expressions read by the name of the row.
    ExternalFile,
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
    if let Some(word) = metadata(&lower) {
        return RowType::Metadata(word.to_owned());
    }
    // The oldest sheets say `q text` and `add text prompt`.
    let asked = lower
        .strip_prefix("add ")
        .and_then(|rest| rest.strip_suffix(" prompt"));
    let plain = asked.or(lower.strip_prefix("q ")).unwrap_or(&lower);
    let kind = match plain {
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
        "audit"
        | "start-geopoint"
        | "background-audio"
        | "background-geopoint"
        | "simserial"
        | "subscriberid" => return RowType::NotRecorded(lower),
        "csv-external" => return RowType::ExternalFile,
        "xml-external" | "entity" | "osm" | "percentage" => return RowType::Unsupported,
        _ => return RowType::Unknown,
    };
    RowType::Question(kind)
}

/// What the device tells: the word under which it does.
fn metadata(lower: &str) -> Option<&'static str> {
    Some(match lower {
        "start" | "start time" | "get start time" => "start",
        "end" | "end time" | "get end time" => "end",
        "today" | "get today" => "today",
        "deviceid" | "device id" | "get device id" | "imei" | "uri:deviceid" => "deviceid",
        "username" | "uri:username" => "username",
        "phonenumber" | "phone number" | "get phone number" | "uri:phonenumber" => "phonenumber",
        "email" | "uri:email" => "email",
        _ => return None,
    })
}

fn begin_or_end(lower: &str) -> Option<RowType> {
    let (verb, what) = lower.split_once([' ', '_'])?;
    let kind = match what {
        "group" => Kind::Group,
        "repeat" | "lgroup" | "looped group" => Kind::Repeat,
        "loop" => return Some(RowType::Unsupported),
        _ => return None,
    };
    match verb {
        "begin" => Some(RowType::Begin(kind)),
        "end" => Some(RowType::End(kind)),
        _ => None,
    }
}

/// Every way in which sheets have written a select; longer ones before those they begin with.
const SELECTS: [(&str, Kind, bool); 16] = [
    (
        "add select multiple prompt using",
        Kind::SelectMultiple,
        false,
    ),
    ("add select one prompt using", Kind::SelectOne, false),
    ("select all that apply from", Kind::SelectMultiple, false),
    ("select all that apply", Kind::SelectMultiple, false),
    ("select multiple from file", Kind::SelectMultiple, true),
    ("select multiple from", Kind::SelectMultiple, false),
    ("select multiple", Kind::SelectMultiple, false),
    ("select one from file", Kind::SelectOne, true),
    ("select one from", Kind::SelectOne, false),
    ("select one", Kind::SelectOne, false),
    ("select_multiple_from_file", Kind::SelectMultiple, true),
    ("select_multiple", Kind::SelectMultiple, false),
    ("select_one_from_file", Kind::SelectOne, true),
    ("select_one", Kind::SelectOne, false),
    ("select1", Kind::SelectOne, false),
    ("rank", Kind::Rank, false),
];

fn select(words: &[&str]) -> Option<RowType> {
    if words.first()?.eq_ignore_ascii_case("select_one_external") {
        return Some(RowType::Unsupported);
    }
    let begins = |phrase: &str| {
        let mut all = words.iter();
        phrase
            .split(' ')
            .all(|word| all.next().is_some_and(|own| own.eq_ignore_ascii_case(word)))
    };
    let &(phrase, kind, from_file) = SELECTS.iter().find(|(phrase, ..)| begins(phrase))?;
    let rest = &words[phrase.split(' ').count()..];
    let Some(list) = rest.first() else {
        return Some(RowType::ListMissing);
    };
    if from_file {
        let file = rest.join(" ");
        return Some(RowType::FromFile { kind, file });
    }
    let or_other = match rest[1..].join(" ").as_str() {
        "" => false,
        "or_other" | "or other" | "or specify other" => true,
        _ => return Some(RowType::Unknown),
    };
    Some(RowType::Select {
        kind,
        list: (*list).to_owned(),
        or_other,
    })
}
