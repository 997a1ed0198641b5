//! Values that a person can give.
//!
//! Always: a value has one canonical form, so that equal answers are equal bytes.
//! Never: holds text that is longer than `TEXT_BYTES_MAX`; the makers check.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::BlobId;
use crate::time::{Date, Moment};

/// The greatest whole number that JSON carries exactly to every reader: 2^53 - 1.
pub const WHOLE_MAX: i64 = (1 << 53) - 1;

/// A typed answer. `lexical` gives the form that expressions read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Unicode NFC; whoever takes the text from a person normalises it.
    Text(String),
    Integer(i64),
    Decimal(Decimal),
    Date(Date),
    /// Milliseconds since midnight, local.
    Time(u32),
    DateTime(DateTime),
    /// The name of one choice.
    Choice(String),
    /// Names of choices in the order of the choice list (for a ranking: in the order given).
    Choices(Vec<String>),
    Point(Point),
    /// A walked line or the border of an area.
    Points(Vec<Point>),
    File(File),
}

/// A date and time with the zone it was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DateTime {
    pub wall_ms: i64,
    pub zone_minutes: i16,
}

/// A position: degrees times 10^7, altitude and accuracy in centimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Point {
    pub latitude_e7: i64,
    pub longitude_e7: i64,
    pub altitude_cm: i64,
    /// Radius that holds the true place with 95 % confidence.
    pub accuracy_cm: i64,
}

/// A photo, recording or other file, by its content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct File {
    pub blob: BlobId,
    pub bytes: u64,
    pub media_type: String,
    pub name: String,
}

/// A decimal number without exponent: optional minus, digits, optional point and digits.
///
/// Normalised: no leading zero before another digit, no trailing zero after the point, no `-0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(String);

const DECIMAL_DIGITS_MAX: usize = 30;

impl Decimal {
    /// Reads `-12.50` as `-12.5`; `None` for anything that is not a plain decimal number.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) || DECIMAL_DIGITS_MAX < digits.len() {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let mut normal = String::with_capacity(text.len());
        if !(whole.is_empty() && fraction.is_empty()) {
            normal.push_str(sign);
        }
        normal.push_str(if whole.is_empty() { "0" } else { whole });
        if !fraction.is_empty() {
            normal.push('.');
            normal.push_str(fraction);
        }
        Some(Decimal(normal))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn to_f64(&self) -> f64 {
        crate::number::double_of(&self.0).expect("a normalised decimal is digits")
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let decimal = Decimal::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(ValueError { text: text.clone() }))?;
        if decimal.0 != text {
            return Err(serde::de::Error::custom(ValueError { text }));
        }
        Ok(decimal)
    }
}

/// A text that is not a value of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    pub text: String,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a value of this type", self.text)
    }
}

impl std::error::Error for ValueError {}

impl Value {
    /// The text that XPath expressions and exports read, as ODK XForms writes it.
    pub fn lexical(&self) -> String {
        match self {
            Value::Text(text) | Value::Choice(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Decimal(number) => number.0.clone(),
            Value::Date(date) => date.to_string(),
            Value::Time(ms) => time_text(*ms),
            Value::DateTime(at) => at.lexical(),
            Value::Choices(names) => names.join(" "),
            Value::Point(point) => point.lexical(),
            Value::Points(points) => points
                .iter()
                .map(Point::lexical)
                .collect::<Vec<_>>()
                .join("; "),
            Value::File(file) => file.name.clone(),
        }
    }
}

impl Value {
    /// Whether every number in it reaches all readers as it was given.
    pub fn is_exact(&self) -> bool {
        let exact = |number: i64| number.unsigned_abs() <= WHOLE_MAX.unsigned_abs();
        let point = |point: &Point| {
            exact(point.latitude_e7)
                && exact(point.longitude_e7)
                && exact(point.altitude_cm)
                && exact(point.accuracy_cm)
        };
        match self {
            Value::Integer(number) => exact(*number),
            Value::DateTime(at) => exact(at.wall_ms),
            Value::Point(one) => point(one),
            Value::Points(all) => all.iter().all(point),
            Value::File(file) => file.bytes <= WHOLE_MAX.unsigned_abs(),
            Value::Text(_)
            | Value::Decimal(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Choice(_)
            | Value::Choices(_) => true,
        }
    }
}

impl DateTime {
    fn lexical(self) -> String {
        let moment = Moment {
            wall: crate::time::Millis(self.wall_ms),
            zone_minutes: self.zone_minutes,
        };
        let sign = if self.zone_minutes < 0 { '-' } else { '+' };
        let zone = self.zone_minutes.unsigned_abs();
        format!(
            "{}T{}{sign}{:02}:{:02}",
            moment.date(),
            time_text(moment.of_day_ms() as u32),
            zone / 60,
            zone % 60
        )
    }
}

impl Point {
    /// Latitude, longitude, altitude and accuracy with blanks between: degrees and metres.
    pub fn lexical(&self) -> String {
        format!(
            "{} {} {} {}",
            scaled_text(self.latitude_e7, 7),
            scaled_text(self.longitude_e7, 7),
            scaled_text(self.altitude_cm, 2),
            scaled_text(self.accuracy_cm, 2)
        )
    }
}

fn time_text(ms: u32) -> String {
    let seconds = ms / 1000;
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        ms % 1000
    )
}

/// `12345` with scale 2 is `123.45`; trailing zeros are left out.
fn scaled_text(scaled: i64, scale: u32) -> String {
    let unit = 10_u64.pow(scale);
    let sign = if scaled < 0 { "-" } else { "" };
    let whole = scaled.unsigned_abs() / unit;
    let fraction = scaled.unsigned_abs() % unit;
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{fraction:0width$}", width = scale as usize);
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}
