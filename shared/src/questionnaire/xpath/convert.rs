//! Conversions between the types of XPath, and text forms of numbers.
//!
//! Always: `number_of_text` reads what `text_of_number` writes.
//! Never: knows an exponent or a locale.

use super::dates;
use super::evaluate::{Computed, Evaluator};
use super::tree::Tree;
use crate::number::{double_of, double_text};

/// Reads a number as XPath does: blanks around it, a minus, digits and one full stop.
pub fn number_of_text(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    double_of(text).unwrap_or(f64::NAN)
}

/// Writes a number as XPath does: no exponent, no trailing `.0`.
pub fn text_of_number(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        let sign = if number < 0.0 { "-" } else { "" };
        format!("{sign}Infinity")
    } else {
        double_text(number)
    }
}

impl<'a, T: Tree> Evaluator<'a, T> {
    pub(super) fn text_of(&self, node: T::Node) -> std::borrow::Cow<'a, str> {
        let text = self.tree.text(node);
        if text.is_empty() && self.in_predicate.get() {
            self.tree.missed(node);
        }
        text
    }

    pub(super) fn to_text(&self, value: &Computed<T::Node>) -> String {
        match value {
            Computed::Text(text) => text.clone(),
            Computed::Number(number) => text_of_number(*number),
            Computed::Boolean(truth) => truth.to_string(),
            Computed::Date(days) => dates::text(*days, self.zone()),
            Computed::Nodes(nodes) => nodes
                .first()
                .map_or_else(String::new, |&node| self.text_of(node).into_owned()),
        }
    }

    pub(super) fn to_number(&self, value: &Computed<T::Node>) -> f64 {
        match value {
            Computed::Text(text) => self.number_of(text),
            Computed::Number(number) | Computed::Date(number) => *number,
            Computed::Boolean(truth) => f64::from(u8::from(*truth)),
            Computed::Nodes(nodes) => match nodes.first() {
                Some(&node) => self.number_of(&self.text_of(node)),
                None => f64::NAN,
            },
        }
    }

    /// A number, or a date as days since 1970 in UTC.
    pub(super) fn number_of(&self, text: &str) -> f64 {
        let number = number_of_text(text);
        if number.is_nan() {
            dates::days_of_text(text, self.zone()).unwrap_or(f64::NAN)
        } else {
            number
        }
    }

    pub(super) fn to_boolean(&self, value: &Computed<T::Node>) -> bool {
        match value {
            Computed::Text(text) => !text.is_empty(),
            Computed::Number(number) | Computed::Date(number) => *number != 0.0 && !number.is_nan(),
            Computed::Boolean(truth) => *truth,
            Computed::Nodes(nodes) => !nodes.is_empty(),
        }
    }
}
