//! Words in both languages of the screens, and numbers as people write them.
//!
//! Always: Bahasa Indonesia stands first; a number in words has a fixed number of decimals.
//! Never: formats a number for a machine; `export` does that.

use serde::{Deserialize, Serialize};

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub id: String,
    pub en: String,
}

impl Text {
    pub fn new(id: impl Into<String>, en: impl Into<String>) -> Text {
        Text {
            id: id.into(),
            en: en.into(),
        }
    }

    /// The same word in both languages, such as a name or a code.
    pub fn same(word: &str) -> Text {
        Text::new(word, word)
    }

    pub fn is_empty(&self) -> bool {
        self.id.is_empty() && self.en.is_empty()
    }
}

/// `value` with at most `decimals` decimals: `1.234,5` in Indonesian, `1,234.5` in English.
pub fn number_text(value: f64, decimals: u8) -> Text {
    let plain = format!("{:.*}", usize::from(decimals), value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let fraction = fraction.trim_end_matches('0');
    let zero = whole == "0" && fraction.is_empty();
    let sign = if value < 0.0 && !zero { "-" } else { "" };
    let write = |thousands: char, point: char| {
        let mut text = sign.to_owned();
        for (place, digit) in whole.chars().enumerate() {
            if 0 < place && (whole.len() - place).is_multiple_of(3) {
                text.push(thousands);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(point);
            text.push_str(fraction);
        }
        text
    };
    Text::new(write('.', ','), write(',', '.'))
}
