//! What a person types and reads, with Indonesian separators: `1.240,5`.
//!
//! Always: `parse_typed` reads back what `format_value` writes for numbers.
//! Never: guesses what a full stop in a decimal meant; the person is asked.

use crate::answers::{DateTime, Decimal, TEXT_BYTES_MAX, Value, WHOLE_MAX};
use crate::time::{DAY_MS, Date, MINUTE_MS};

use super::model::{Kind, Node};

/// The most choices or points of one answer that a message carries.
const LIST_MAX: usize = 2_000;

/// Why a typed text is not yet a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedProblem {
    /// Nothing was typed.
    Empty,
    /// Not a number; `1,5` in a question for whole numbers is not one either.
    NotANumber,
    NotWhole,
    /// A full stop in a decimal: thousands or decimals? `None` where one reading is no number.
    AskFullStop {
        as_thousands: Option<Decimal>,
        as_decimal: Option<Decimal>,
    },
    /// More digits than an answer can hold.
    TooLarge,
    TooLong,
    NotADate,
    NotATime,
    /// This kind of question is not typed.
    NotTyped,
}

/// Reads what a person typed for a question of this kind.
pub fn parse_typed(kind: Kind, text: &str) -> Result<Value, TypedProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TypedProblem::Empty);
    }
    match kind {
        Kind::Integer => integer(text).map(Value::Integer),
        Kind::Decimal | Kind::Range => decimal(text),
        Kind::Text | Kind::Barcode | Kind::Hidden if TEXT_BYTES_MAX < text.len() => {
            Err(TypedProblem::TooLong)
        }
        Kind::Text | Kind::Barcode | Kind::Hidden => Ok(Value::Text(text.to_owned())),
        Kind::Date => date(text).map(Value::Date).ok_or(TypedProblem::NotADate),
        Kind::Time => time(text).map(Value::Time).ok_or(TypedProblem::NotATime),
        Kind::SelectOne | Kind::Acknowledge => Ok(Value::Choice(text.to_owned())),
        Kind::Group
        | Kind::Repeat
        | Kind::SelectMultiple
        | Kind::Rank
        | Kind::DateTime
        | Kind::Geopoint
        | Kind::Geotrace
        | Kind::Geoshape
        | Kind::Image
        | Kind::Audio
        | Kind::Video
        | Kind::File
        | Kind::Note
        | Kind::Calculate
        | Kind::Metadata => Err(TypedProblem::NotTyped),
    }
}

/// A whole number; full stops and blanks between groups of three are separators.
fn integer(text: &str) -> Result<i64, TypedProblem> {
    if let Some((whole, fraction)) = text.split_once(',') {
        let zeros = !fraction.is_empty() && fraction.bytes().all(|b| b == b'0');
        return if zeros {
            integer(whole)
        } else {
            Err(TypedProblem::NotWhole)
        };
    }
    let digits = without_separators(text).ok_or(TypedProblem::NotANumber)?;
    whole(&digits).ok_or(TypedProblem::TooLarge)
}

/// Digits within what every reader takes exactly.
fn whole(digits: &str) -> Option<i64> {
    let number: i64 = digits.parse().ok()?;
    (number.unsigned_abs() <= WHOLE_MAX.unsigned_abs()).then_some(number)
}

fn decimal(text: &str) -> Result<Value, TypedProblem> {
    let value = |text: &str| Decimal::parse(text).map(Value::Decimal);
    if let Some((whole, fraction)) = text.split_once(',') {
        let whole = if whole.is_empty() || whole == "-" {
            format!("{whole}0")
        } else {
            without_separators(whole).ok_or(TypedProblem::NotANumber)?
        };
        let fraction = if fraction.is_empty() { "0" } else { fraction };
        return value(&format!("{whole}.{fraction}")).ok_or(TypedProblem::NotANumber);
    }
    match text.matches('.').count() {
        0 => {
            let digits = without_separators(text).ok_or(TypedProblem::NotANumber)?;
            value(&digits).ok_or(TypedProblem::TooLarge)
        }
        1 => {
            let as_thousands = without_separators(text).and_then(|digits| Decimal::parse(&digits));
            let as_decimal = Decimal::parse(text);
            match (&as_thousands, &as_decimal) {
                (None, None) => Err(TypedProblem::NotANumber),
                _ => Err(TypedProblem::AskFullStop {
                    as_thousands,
                    as_decimal,
                }),
            }
        }
        // Several full stops can only separate thousands.
        _ => {
            let digits = without_separators(text).ok_or(TypedProblem::NotANumber)?;
            value(&digits).ok_or(TypedProblem::TooLarge)
        }
    }
}

/// The digits with a minus, when separators stand only between groups of three.
fn without_separators(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest.trim_start()),
        None => ("", text),
    };
    let is_separator = |letter: char| matches!(letter, '.' | ' ' | '\u{a0}' | '\u{202f}');
    let groups: Vec<&str> = rest.split(is_separator).collect();
    let digits = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let (first, more) = groups.split_first()?;
    let grouped = more.is_empty() || first.len() <= 3 && more.iter().all(|group| group.len() == 3);
    let valid = groups.iter().all(digits) && grouped;
    valid.then(|| format!("{sign}{}", groups.concat()))
}

/// Reads `21-11-2026`, `21/11/2026`, `21.11.2026` or `2026-11-21`.
fn date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).collect();
    let [day, month, year] = parts[..] else {
        return None;
    };
    let year = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    Date::from_calendar(year, month.parse().ok()?, day.parse().ok()?)
}

/// Reads `07.30`, `7:30` or `07:30:15`: milliseconds since midnight.
fn time(text: &str) -> Option<u32> {
    let mut numbers = Vec::new();
    for part in text.split([':', '.']) {
        let short = !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        numbers.push(short.then(|| part.parse::<u32>().ok()).flatten()?);
    }
    let (hours, minutes, seconds) = match numbers[..] {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let valid = hours < 24 && minutes < 60 && seconds < 60;
    valid.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000)
}

/// Reads `2026-11-21T07:30`, a date and a time at the place of the person: in the zone that is told, in
/// minutes east of UTC.
pub fn date_time_typed(text: &str, zone_minutes: i16) -> Result<DateTime, TypedProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TypedProblem::Empty);
    }
    let (day, of_day) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let day = date(day).ok_or(TypedProblem::NotADate)?;
    let of_day_ms = time(of_day).ok_or(TypedProblem::NotATime)?;
    let local_ms = day.days() * DAY_MS + i64::from(of_day_ms);
    Ok(DateTime {
        wall_ms: local_ms - i64::from(zone_minutes) * MINUTE_MS,
        zone_minutes,
    })
}

/// A value as people read it: numbers with full stops and a comma, dates as day-month-year.
pub fn format_value(value: &Value) -> String {
    match value {
        Value::Integer(_) | Value::Decimal(_) => number_for_people(&value.lexical()),
        Value::Date(date) => {
            let (year, month, day) = date.calendar();
            format!("{day:02}-{month:02}-{year:04}")
        }
        Value::Time(ms) => {
            let minutes = u64::from(*ms) / MINUTE_MS as u64;
            format!("{:02}.{:02}", minutes / 60, minutes % 60)
        }
        Value::DateTime(at) => {
            let moment = crate::time::Moment {
                wall: crate::time::Millis(at.wall_ms),
                zone_minutes: at.zone_minutes,
            };
            let date = format_value(&Value::Date(moment.date()));
            let time = format_value(&Value::Time(moment.of_day_ms() as u32));
            format!("{date} {time}")
        }
        Value::Text(_)
        | Value::Choice(_)
        | Value::Choices(_)
        | Value::Point(_)
        | Value::Points(_)
        | Value::File(_) => value.lexical(),
    }
}

/// `-1240.5` becomes `-1.240,5`; what is not a plain number stays as it is.
pub fn number_for_people(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return text.to_owned();
    }
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if 0 < index && (whole.len() - index).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(',');
        out.push_str(fraction);
    }
    out
}

/// Whether a value is of the type that a question wants, and one of its choices: those are `known`.
pub(super) fn fits(node: &Node, value: &Value, known: &dyn Fn(&str) -> bool) -> bool {
    match (node.kind, value) {
        (
            Kind::Text | Kind::Barcode | Kind::Hidden | Kind::Metadata | Kind::Calculate,
            Value::Text(_),
        )
        | (Kind::Integer | Kind::Range, Value::Integer(_))
        | (Kind::Decimal | Kind::Range, Value::Decimal(_) | Value::Integer(_))
        | (Kind::Date, Value::Date(_))
        | (Kind::Time, Value::Time(_))
        | (Kind::DateTime | Kind::Metadata, Value::DateTime(_))
        | (Kind::Geopoint, Value::Point(_))
        | (Kind::Geotrace | Kind::Geoshape, Value::Points(_))
        | (Kind::Image | Kind::Audio | Kind::Video | Kind::File, Value::File(_))
        | (Kind::Acknowledge, Value::Choice(_)) => true,
        (Kind::SelectOne, Value::Choice(name)) => known(name),
        (Kind::SelectMultiple | Kind::Rank, Value::Choices(names)) => {
            names.iter().all(|name| known(name))
        }
        _ => false,
    }
}

/// The value that a text means for a kind of question: what expressions give, what exports write.
///
/// Nothing where it is none of that kind, or one that no message carries: longer, or less exact.
pub fn value_of_text(kind: Kind, text: &str) -> Option<Value> {
    let is_line = matches!(kind, Kind::Geotrace | Kind::Geoshape);
    if text.is_empty() || !is_line && TEXT_BYTES_MAX < text.len() {
        return None;
    }
    let value = match kind {
        Kind::Integer => whole(text).map(Value::Integer),
        Kind::Range if !text.contains('.') => whole(text).map(Value::Integer),
        Kind::Decimal | Kind::Range => Decimal::parse(text).map(Value::Decimal),
        Kind::Date => text.get(..10)?.parse().ok().map(Value::Date),
        Kind::Time => time(text).map(Value::Time),
        Kind::DateTime => {
            let moment = super::xpath::moment_of_text(text)?;
            Some(Value::DateTime(crate::answers::DateTime {
                wall_ms: moment.wall.0,
                zone_minutes: moment.zone_minutes,
            }))
        }
        Kind::SelectOne | Kind::Acknowledge => Some(Value::Choice(text.to_owned())),
        Kind::SelectMultiple | Kind::Rank => {
            let names: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            (names.len() <= LIST_MAX).then_some(Value::Choices(names))
        }
        Kind::Geopoint => point(text).map(Value::Point),
        Kind::Geotrace | Kind::Geoshape => {
            let mut points = Vec::new();
            for part in text.split(';') {
                if !part.trim().is_empty() {
                    points.push(point(part)?);
                }
            }
            (points.len() <= LIST_MAX).then_some(Value::Points(points))
        }
        Kind::Text | Kind::Hidden | Kind::Barcode | Kind::Calculate => {
            Some(Value::Text(text.to_owned()))
        }
        _ => None,
    };
    value.filter(Value::is_exact)
}

/// Latitude and longitude in degrees, altitude and accuracy in metres; the last two may be left out.
fn point(text: &str) -> Option<crate::answers::Point> {
    let scaled = |text: &str, scale: f64| {
        let number: f64 = Decimal::parse(text)?.to_f64() * scale;
        Some(number.round() as i64)
    };
    let mut parts = text.split_whitespace();
    let point = crate::answers::Point {
        latitude_e7: scaled(parts.next()?, 1e7)?,
        longitude_e7: scaled(parts.next()?, 1e7)?,
        altitude_cm: scaled(parts.next().unwrap_or("0"), 100.0)?,
        accuracy_cm: scaled(parts.next().unwrap_or("0"), 100.0)?,
    };
    parts.next().is_none().then_some(point)
}

#[cfg(test)]
mod tests;
