//! Answers and acts in words, with Indonesian numbers.
//!
//! Always: unknown and refused are words of their own, never a number or an empty place.
//! Never: rounds a number.

use shared::answers::{Answer, Point, Review, Value};
use shared::number::{decimal_text, integer_text};
use shared::questionnaire::interview::ItemView;
use shared::time::{Millis, Moment};

use crate::i18n::{date_text, date_time_text, texts};

/// An answer with the labels of its choices and its unit.
pub(super) fn answer_text(answer: Option<&Answer>, item: Option<&ItemView>) -> String {
    let words = &texts().console.review;
    match answer {
        None => words.empty.to_owned(),
        Some(Answer::Unknown) => words.unknown.to_owned(),
        Some(Answer::Refused) => words.refused.to_owned(),
        Some(Answer::Value(value)) => {
            let text = value_text(value, item);
            match item.map(|item| item.unit.as_str()) {
                Some(unit) if !unit.is_empty() => format!("{text} {unit}"),
                _ => text,
            }
        }
    }
}

fn value_text(value: &Value, item: Option<&ItemView>) -> String {
    let label = |name: &String| {
        let found = item.and_then(|item| item.choices.iter().find(|choice| choice.name == *name));
        found.map_or_else(|| name.clone(), |choice| choice.label.clone())
    };
    match value {
        Value::Text(text) => text.clone(),
        // A year has no thousands.
        Value::Integer(year) if item.is_some_and(|item| item.unit == "tahun") && *year < 10_000 => {
            year.to_string()
        }
        Value::Integer(number) => integer_text(*number),
        Value::Decimal(number) => decimal_text(number),
        Value::Date(date) => date_text(*date, texts()),
        Value::Time(ms) => format!("{:02}.{:02}", ms / 3_600_000, ms / 60_000 % 60),
        Value::DateTime(at) => date_time_text(
            Moment {
                wall: Millis(at.wall_ms),
                zone_minutes: at.zone_minutes,
            },
            texts(),
        ),
        Value::Choice(name) => label(name),
        Value::Choices(names) => names.iter().map(label).collect::<Vec<_>>().join(", "),
        Value::Point(point) => point_text(*point),
        Value::Points(points) => (texts().console.review.points)(points.len()),
        Value::File(file) => format!(
            "{} ({} KB)",
            file.name,
            integer_text((file.bytes / 1024) as i64)
        ),
    }
}

/// `9,571235 LS 124,810000 BT, ±6,5 m`.
pub(super) fn point_text(point: Point) -> String {
    let words = &texts().console.review;
    let degrees = |e7: i64| {
        let micro = (e7.unsigned_abs() + 5) / 10;
        format!("{},{:06}", micro / 1_000_000, micro % 1_000_000)
    };
    let [north, south, east, west] = words.compass;
    let latitude = if point.latitude_e7 < 0 { south } else { north };
    let longitude = if point.longitude_e7 < 0 { west } else { east };
    format!(
        "{} {latitude} {} {longitude}, {}",
        degrees(point.latitude_e7),
        degrees(point.longitude_e7),
        accuracy_text(point)
    )
}

/// `±6,5 m`.
pub(super) fn accuracy_text(point: Point) -> String {
    let decimetres = point.accuracy_cm.max(0) / 10;
    format!("±{},{} m", decimetres / 10, decimetres % 10)
}

/// What a review act says.
pub(super) fn review_text(review: &Review) -> String {
    let words = &texts().console.review;
    let with_reason = |act: &str, reason: &str| {
        if reason.is_empty() {
            act.to_owned()
        } else {
            format!("{act}: {reason}")
        }
    };
    match review {
        Review::Submit(submission) => (words.submitted_modules)(submission.modules.len()),
        Review::Approve { .. } => words.act_approved.to_owned(),
        Review::Return {
            questions, reason, ..
        } => with_reason(&(words.act_returned)(questions.len()), reason),
        Review::Reopen { reason, .. } => with_reason(words.act_reopened, reason),
        Review::Reject { reason, .. } => with_reason(words.act_rejected, reason),
    }
}
