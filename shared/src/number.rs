//! Numbers as people in Indonesia write them, and as they type them.
//!
//! Always: a full stop groups thousands and a comma begins the fraction; what can be read in two ways is handed back
//! as a question.
//! Never: guesses, or passes a number through floating point.

use crate::answers::Decimal;

/// What a field expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    Integer,
    Decimal,
}

/// What a person typed into a number field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    Empty,
    Number(Decimal),
    /// A full stop that may group thousands or begin a fraction: ask which was meant.
    Ambiguous {
        thousands: Decimal,
        fraction: Decimal,
    },
    Wrong,
}

/// Reads typed text.
///
/// `1.240` in an integer field is 1240; in a decimal field it is [`Typed::Ambiguous`]; `1.240,5` and `1240,5` are
/// 1240.5 in a decimal field and wrong in an integer field.
pub fn parse_typed(text: &str, kind: NumberKind) -> Typed {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() {
        return Typed::Empty;
    }
    let (whole, fraction) = match text.split_once(',') {
        Some((_, fraction)) if fraction.contains(',') => return Typed::Wrong,
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text.as_str(), None),
    };
    match (kind, fraction) {
        (NumberKind::Integer, None) => grouped(whole).map_or(Typed::Wrong, Typed::Number),
        (NumberKind::Integer, Some(_)) => Typed::Wrong,
        (NumberKind::Decimal, Some(fraction)) => with_fraction(whole, fraction),
        (NumberKind::Decimal, None) => without_comma(whole),
    }
}

fn with_fraction(whole: &str, fraction: &str) -> Typed {
    let digits_only = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    match grouped(whole) {
        Some(whole) if digits_only => Decimal::parse(&format!("{}.{fraction}", whole.as_str()))
            .map_or(Typed::Wrong, Typed::Number),
        _ => Typed::Wrong,
    }
}

fn without_comma(whole: &str) -> Typed {
    let one_stop = whole.matches('.').count() == 1;
    let thousands = grouped(whole);
    match (one_stop, thousands, Decimal::parse(whole)) {
        (true, Some(thousands), Some(fraction)) => Typed::Ambiguous {
            thousands,
            fraction,
        },
        // `12.5` cannot be grouped thousands, but the habit of another keyboard is a guess all the same.
        (true, None, Some(fraction)) => Typed::Ambiguous {
            thousands: Decimal::parse(&whole.replace('.', "")).unwrap_or_else(|| fraction.clone()),
            fraction,
        },
        (_, Some(number), _) => Typed::Number(number),
        _ => Typed::Wrong,
    }
}

/// Reads `1240`, `1.240` and `-1.240.000`; nothing where the groups are not of three.
fn grouped(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.contains('.') {
        let mut groups = digits.split('.');
        let first = groups.next().map_or(0, str::len);
        let regular = (1..=3).contains(&first) && groups.all(|group| group.len() == 3);
        if !regular {
            return None;
        }
    }
    let plain = text.replace('.', "");
    let whole = plain.strip_prefix('-').unwrap_or(&plain);
    if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Decimal::parse(&plain)
}

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
