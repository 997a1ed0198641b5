//! Predicates that only ask which texts the children of a node hold: `kecamatan = ${kecamatan}`.
//!
//! Always: a node passes exactly when evaluation would say so.
//! Never: takes an `=` that could mean more than equal texts, such as one between numbers or moments.

use super::evaluate::Evaluator;
use super::tree::Tree;
use super::{Axis, Operator, Part, PartId, Start, Step, Test, dates};

impl<'a, T: Tree> Evaluator<'a, T> {
    /// The children that must hold a text for the expression to be true at a node, wherever it is
    /// asked; nothing when it asks anything else.
    pub fn equalities(&self) -> Option<Vec<(&'a str, String)>> {
        let last = self.expression.parts.len().checked_sub(1)?;
        self.equalities_of(last as PartId)
    }

    pub(super) fn equalities_of(&self, id: PartId) -> Option<Vec<(&'a str, String)>> {
        let mut wanted = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            match self.expression.parts[usize::from(id)] {
                Part::Binary(Operator::And, left, right) => open.extend([right, left]),
                Part::Binary(Operator::Equal, left, right) => {
                    let (name, value) = match (self.child_name(left), self.child_name(right)) {
                        (Some(name), None) => (name, right),
                        (None, Some(name)) => (name, left),
                        _ => return None,
                    };
                    wanted.push((name, self.fixed_text(value)?));
                }
                _ => return None,
            }
        }
        Some(wanted)
    }

    /// The name, when the part is a child of the node that is asked about.
    fn child_name(&self, id: PartId) -> Option<&'a str> {
        let Part::Path(Start::Here, steps) = &self.expression.parts[usize::from(id)] else {
            return None;
        };
        match &steps[..] {
            [
                Step {
                    axis: Axis::Child,
                    test: Test::Name(name),
                    predicates,
                },
            ] if predicates.is_empty() => Some(name),
            _ => None,
        }
    }

    /// The text of a part that is the same at every node.
    fn fixed_text(&self, id: PartId) -> Option<String> {
        let text = match &self.expression.parts[usize::from(id)] {
            Part::Text(text) => text.clone(),
            Part::Linked(link) => {
                let mut nodes = Vec::new();
                self.tree.linked(*link, self.current, &mut nodes);
                let [node] = nodes[..] else {
                    return None;
                };
                self.tree.text(node).into_owned()
            }
            _ => return None,
        };
        // Evaluation takes note of empty answers in predicates, and finds equal what is the same
        // moment in two spellings.
        let is_noted = text.is_empty() && self.in_predicate.get();
        let is_moment = dates::days_of_text(&text, self.zone()).is_some();
        (!is_noted && !is_moment).then_some(text)
    }
}
