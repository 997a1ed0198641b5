//! Numbers as people in Indonesia write them; how they are read is in `questionnaire::typed`.
//!
//! Always: a full stop groups thousands and a comma begins the fraction.
//! Never: passes a number that is shown through floating point.

mod double;

use crate::answers::Decimal;

pub use double::{double_of, double_of_digits, double_text};

/// `1240` as `1.240`.
pub fn integer_text(number: i64) -> String {
    decimal_parts(&number.to_string())
}

/// `1240.5` as `1.240,5`.
pub fn decimal_text(number: &Decimal) -> String {
    decimal_parts(number.as_str())
}

/// Thousandths as a percentage: `684` as `68,4%`.
pub fn share_text(permille: u32) -> String {
    let (whole, tenth) = (permille / 10, permille % 10);
    match tenth {
        0 => format!("{whole}%"),
        _ => format!("{whole},{tenth}%"),
    }
}

fn decimal_parts(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("−", digits),
        None => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut shown = String::from(sign);
    for (position, digit) in whole.chars().enumerate() {
        if 0 < position && (whole.len() - position).is_multiple_of(3) {
            shown.push('.');
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push(',');
        shown.push_str(fraction);
    }
    shown
}

#[cfg(test)]
mod tests;
