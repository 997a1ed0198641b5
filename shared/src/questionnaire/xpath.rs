//! XPath 1.0 as ODK XForms uses it: compiled expressions and their evaluation.
//!
//! Always: an expression is a flat list in which each part stands after the parts that it uses,
//! so that neither reading nor evaluating one can recurse without bound; evaluation is total and
//! gives the same on phone and server.
//! Never: parses text on the phone (`parse` exists with feature `authoring` only); reads a clock.

pub mod automaton;
mod convert;
mod dates;
mod digest;
mod equality;
mod evaluate;
mod function;
mod functions;
mod geo;
#[cfg(feature = "authoring")]
mod lex;
#[cfg(feature = "authoring")]
mod parse;
#[cfg(feature = "authoring")]
mod pattern;
mod tree;

use serde::{Deserialize, Serialize};

use automaton::Automaton;

pub use convert::{number_of_text, text_of_number};
pub use dates::moment_of_text;
pub use evaluate::{Computed, Evaluator, Surround};
pub use function::Function;
pub(in crate::questionnaire) use functions::shuffled;
#[cfg(feature = "authoring")]
pub use parse::{ParseError, parse};
pub use tree::{Link, NodeSort, Tree};

/// The deepest nesting of brackets in one expression.
pub const NESTING_MAX: u16 = 60;
/// The deepest that evaluation can go; a chain of `or` goes one deeper with each link.
pub const DEPTH_MAX: usize = 500;
/// The most parts of one expression.
pub const PARTS_MAX: usize = 4_000;

/// The place of a part in its expression; parts refer to smaller places only.
pub type PartId = u16;

/// A compiled expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    /// The last one is the whole.
    pub(crate) parts: Vec<Part>,
    pub(crate) patterns: Vec<Automaton>,
    /// The nodes of the questionnaire that it reads.
    pub(crate) reads: Vec<Link>,
}

#[cfg(feature = "authoring")]
impl Expression {
    /// The functions that it calls, once for each call.
    pub fn functions(&self) -> impl Iterator<Item = Function> {
        self.parts.iter().filter_map(|part| match part {
            Part::Call(function, _) => Some(*function),
            _ => None,
        })
    }

    /// True where this one is not, or where `other` is. None where that is more than an expression may hold.
    pub(crate) fn broken_or(mut self, other: Option<Expression>) -> Option<Expression> {
        let whole = |parts: &[Part]| PartId::try_from(parts.len() - 1).ok();
        let broken = vec![whole(&self.parts)?];
        self.parts.push(Part::Call(Function::Not, broken));
        if let Some(other) = other {
            let (left, shift) = (whole(&self.parts)?, self.parts.len());
            let places = shift..shift + other.parts.len();
            let places: Option<Vec<PartId>> =
                places.map(|place| PartId::try_from(place).ok()).collect();
            let patterns = u16::try_from(self.patterns.len()).ok()?;
            for mut part in other.parts {
                part.renumber(places.as_ref()?);
                if let Part::Matches(_, pattern) = &mut part {
                    *pattern = pattern.checked_add(patterns)?;
                }
                self.parts.push(part);
            }
            let right = whole(&self.parts)?;
            self.parts.push(Part::Binary(Operator::Or, left, right));
            self.patterns.extend(other.patterns);
            self.reads.extend(other.reads);
            self.reads.sort();
            self.reads.dedup();
        }
        let fits = self.parts.len() <= PARTS_MAX && self.check_depth().is_ok();
        fits.then_some(self)
    }
}

/// One operation of an expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Part {
    Number(f64),
    Text(String),
    Negate(PartId),
    Binary(Operator, PartId, PartId),
    Call(Function, Vec<PartId>),
    /// A function that nobody knows: refused at import, empty if evaluated.
    Unknown(String),
    /// Whether the text matches the pattern with this place in `patterns`.
    Matches(PartId, u16),
    Path(Start, Vec<Step>),
    /// A node-set, filtered, and steps from it.
    Filter(PartId, Vec<PartId>, Vec<Step>),
    /// `${name}` before it is linked.
    Reference(String),
    /// Instances of a node of the questionnaire.
    Linked(Link),
    /// The answer to a node of the questionnaire when a form was last saved.
    Saved(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Union,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Start {
    Root,
    Here,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) axis: Axis,
    pub(crate) test: Test,
    pub(crate) predicates: Vec<PartId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Axis {
    Child,
    Descendant,
    DescendantOrSelf,
    Parent,
    Ancestor,
    AncestorOrSelf,
    Own,
    Attribute,
    FollowingSibling,
    PrecedingSibling,
    Following,
    Preceding,
    Namespace,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Test {
    Any,
    Name(String),
    /// All names with this prefix.
    Prefix(String),
    Node,
    Text,
    Comment,
    Instruction(Option<String>),
}

impl Expression {
    /// The nodes that it reads, each once, in ascending order.
    pub fn reads(&self) -> &[Link] {
        &self.reads
    }

    /// The link, when the expression is nothing but one.
    pub(crate) fn only_link(&self) -> Option<Link> {
        match self.parts[..] {
            [Part::Linked(link)] => Some(link),
            _ => None,
        }
    }

    /// Whether it calls `jr:itext(…)`.
    pub(crate) fn takes_texts(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part, Part::Call(Function::Itext, _)))
    }

    /// Leaves out the parts that the whole does not need, and keeps the order of the others.
    #[cfg(feature = "authoring")]
    pub(crate) fn drop_unused(&mut self) {
        let mut is_used = vec![false; self.parts.len()];
        if let Some(last) = is_used.last_mut() {
            *last = true;
        }
        for index in (0..self.parts.len()).rev() {
            if is_used[index] {
                for used in self.parts[index].uses() {
                    is_used[usize::from(used)] = true;
                }
            }
        }
        let mut place = 0;
        let places: Vec<PartId> = is_used
            .iter()
            .map(|&used| {
                let own = place;
                place += PartId::from(used);
                own
            })
            .collect();
        let mut is_kept = is_used.iter().copied();
        self.parts.retain(|_| is_kept.next().unwrap_or(true));
        for part in &mut self.parts {
            part.renumber(&places);
        }
    }

    /// Whether every number in it points somewhere; `nodes` is the size of the questionnaire.
    pub(crate) fn check(&self, nodes: usize) -> Result<(), &'static str> {
        if self.parts.is_empty() || PARTS_MAX < self.parts.len() {
            return Err("size of an expression");
        }
        self.check_depth()?;
        for part in &self.parts {
            self.check_part(part, nodes)?;
        }
        self.patterns.iter().try_for_each(Automaton::check)?;
        self.reads.iter().try_for_each(|link| link.check(nodes))
    }

    fn check_depth(&self) -> Result<(), &'static str> {
        let mut depth = Vec::with_capacity(self.parts.len());
        for (index, part) in self.parts.iter().enumerate() {
            let mut deepest = 0;
            for used in part.uses() {
                let used = usize::from(used);
                if index <= used {
                    return Err("order in an expression");
                }
                deepest = deepest.max(depth[used]);
            }
            if DEPTH_MAX <= deepest {
                return Err("depth of an expression");
            }
            depth.push(deepest + 1);
        }
        Ok(())
    }

    /// The lists that it reads by `instance('id')` and `pulldata('id', …)`; nothing for a computed id.
    #[cfg(feature = "authoring")]
    pub(crate) fn instances(&self) -> impl Iterator<Item = Option<&str>> {
        self.parts.iter().filter_map(|part| match part {
            Part::Call(Function::Instance | Function::Pulldata, arguments) => {
                let name = &self.parts[usize::from(*arguments.first()?)];
                Some(match name {
                    Part::Text(name) => Some(name.trim()),
                    _ => None,
                })
            }
            _ => None,
        })
    }

    /// The nodes whose answers in the last saved form it reads.
    pub(crate) fn saved(&self) -> impl Iterator<Item = u32> {
        let saved = |part: &Part| match part {
            Part::Saved(node) => Some(*node),
            _ => None,
        };
        self.parts.iter().filter_map(saved)
    }

    fn check_part(&self, part: &Part, nodes: usize) -> Result<(), &'static str> {
        match part {
            Part::Matches(_, pattern) if self.patterns.len() <= usize::from(*pattern) => {
                Err("pattern of an expression")
            }
            Part::Call(function, arguments) if !function.takes(arguments.len()) => {
                Err("arguments of a function")
            }
            Part::Linked(link) => link.check(nodes),
            Part::Saved(node) if nodes <= *node as usize => Err("link of an expression"),
            Part::Unknown(_) | Part::Reference(_) => Err("name in an expression"),
            Part::Number(_)
            | Part::Text(_)
            | Part::Negate(_)
            | Part::Binary(..)
            | Part::Call(..)
            | Part::Matches(..)
            | Part::Path(..)
            | Part::Filter(..)
            | Part::Saved(_) => Ok(()),
        }
    }
}

impl Part {
    #[cfg(feature = "authoring")]
    fn renumber(&mut self, places: &[PartId]) {
        let renew = |id: &mut PartId| *id = places[usize::from(*id)];
        let in_steps = |steps: &mut [Step]| {
            for step in steps {
                step.predicates.iter_mut().for_each(renew);
            }
        };
        match self {
            Part::Number(_)
            | Part::Text(_)
            | Part::Unknown(_)
            | Part::Reference(_)
            | Part::Linked(_)
            | Part::Saved(_) => {}
            Part::Negate(inner) | Part::Matches(inner, _) => renew(inner),
            Part::Binary(_, left, right) => {
                renew(left);
                renew(right);
            }
            Part::Call(_, arguments) => arguments.iter_mut().for_each(renew),
            Part::Path(_, steps) => in_steps(steps),
            Part::Filter(base, predicates, steps) => {
                renew(base);
                predicates.iter_mut().for_each(renew);
                in_steps(steps);
            }
        }
    }

    /// The parts that this one evaluates.
    pub(crate) fn uses(&self) -> Vec<PartId> {
        let in_steps = |steps: &[Step]| {
            steps
                .iter()
                .flat_map(|step| step.predicates.clone())
                .collect::<Vec<_>>()
        };
        match self {
            Part::Number(_)
            | Part::Text(_)
            | Part::Unknown(_)
            | Part::Reference(_)
            | Part::Linked(_)
            | Part::Saved(_) => Vec::new(),
            Part::Negate(inner) | Part::Matches(inner, _) => vec![*inner],
            Part::Binary(_, left, right) => vec![*left, *right],
            Part::Call(_, arguments) => arguments.clone(),
            Part::Path(_, steps) => in_steps(steps),
            Part::Filter(base, predicates, steps) => {
                let mut all = vec![*base];
                all.extend(predicates);
                all.extend(in_steps(steps));
                all
            }
        }
    }
}

#[cfg(test)]
#[cfg(feature = "authoring")]
mod tests;
