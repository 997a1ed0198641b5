//! The tree that an expression is evaluated over.
//!
//! Always: `order` is document order; nodes are small copies.
//! Never: changes while an expression is evaluated.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

/// Instances of one node of a questionnaire, seen from the place of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    pub node: u32,
    /// The innermost repeat around both: only its row is meant. None: everywhere.
    pub within: Option<u32>,
}

impl Link {
    pub(in crate::questionnaire) fn check(&self, nodes: usize) -> Result<(), &'static str> {
        let within = self.within.unwrap_or(0);
        if nodes <= self.node as usize || nodes <= within as usize {
            return Err("link of an expression");
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeSort {
    Root,
    Element,
    Attribute,
    Text,
    Comment,
    Instruction,
}

/// A document: the live interview, or an XML text in the conformance tests.
pub trait Tree {
    type Node: Copy + Eq + Debug;

    fn root(&self) -> Self::Node;
    fn parent(&self, node: Self::Node) -> Option<Self::Node>;
    /// Adds the children in document order.
    fn children(&self, node: Self::Node, out: &mut Vec<Self::Node>);
    fn attributes(&self, node: Self::Node, out: &mut Vec<Self::Node>);
    fn sort(&self, node: Self::Node) -> NodeSort;
    /// The name with its prefix; empty for what has none.
    fn name(&self, node: Self::Node) -> &str;
    fn text(&self, node: Self::Node) -> Cow<'_, str>;
    fn order(&self, left: Self::Node, right: Self::Node) -> Ordering;

    /// Whether the node takes part in sums and counts: irrelevant ones do not.
    fn counts(&self, _node: Self::Node) -> bool {
        true
    }
    /// Adds the instances that a link means for an expression at `at`.
    fn linked(&self, _link: Link, _at: Self::Node, _out: &mut Vec<Self::Node>) {}
    /// The document of a secondary instance.
    fn instance(&self, _id: &str) -> Option<Self::Node> {
        None
    }
    /// The children of this name whose own children hold these texts, when the tree can tell
    /// without looking at each.
    fn children_where(
        &self,
        _node: Self::Node,
        _name: &str,
        _wanted: &[(&str, String)],
    ) -> Option<Vec<Self::Node>> {
        None
    }
    /// The label of the choice `name` of the question at `node`.
    fn choice_label(&self, _node: Self::Node, _name: &str) -> Option<String> {
        None
    }
    /// The text with this place in the questionnaire, in the language of evaluation.
    fn itext(&self, _place: usize, _at: Self::Node) -> String {
        String::new()
    }
    /// The answer to this node of the questionnaire when a form was last saved.
    fn saved(&self, _node: u32) -> Option<Self::Node> {
        None
    }
    /// The state of an answer: `answered`, `unknown`, `refused`, `empty` or `irrelevant`.
    fn state(&self, node: Self::Node) -> &'static str {
        if self.text(node).is_empty() {
            "empty"
        } else {
            "answered"
        }
    }
    /// The version of the questionnaire.
    fn version(&self) -> &str {
        ""
    }
    /// What the device knows under this name, such as `deviceid`.
    fn fact(&self, _name: &str) -> Option<String> {
        None
    }
    /// What tells this node from all others, in all cases: chance is made of it.
    fn identity(&self, _node: Self::Node) -> String {
        String::new()
    }
    /// Takes note that an empty answer went into a sum or a filter; true: go on without it.
    fn missed(&self, _node: Self::Node) -> bool {
        false
    }
}
