//! Evaluation of an expression over a tree.
//!
//! Always: total; what has no value is an empty text, NaN or no nodes.
//! Never: recurses deeper than the expression's checked depth.

use std::cell::Cell;
use std::cmp::Ordering;

use super::tree::{NodeSort, Tree};
use super::{Axis, Expression, Operator, Part, PartId, Start, Step, Test};
use crate::sorted::sort_by;
use crate::time::Moment;

/// What an expression learns from outside the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surround {
    pub moment: Moment,
}

/// The result of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Computed<N> {
    /// In document order, each once.
    Nodes(Vec<N>),
    Text(String),
    Number(f64),
    Boolean(bool),
    /// Days since 1970-01-01T00:00Z.
    Date(f64),
}

/// An expression at a place of a tree: the ways to read its result.
#[derive(Debug)]
pub struct Evaluator<'a, T: Tree> {
    pub(super) expression: &'a Expression,
    pub(super) tree: &'a T,
    /// The node that the expression belongs to: what `current()` and links mean.
    pub(super) current: T::Node,
    pub(super) surround: Surround,
    pub(super) in_predicate: Cell<bool>,
    /// Operations and nodes that are left of `EFFORT_MAX`.
    left: Cell<usize>,
}

/// Predicates in predicates multiply: after so many operations and nodes, what is left has no value.
/// A filter over the longest list takes a fifth of it.
const EFFORT_MAX: usize = 5_000_000;

/// The node that a path starts from, and its place among its fellows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<N> {
    pub(super) node: N,
    pub(super) position: usize,
    pub(super) size: usize,
}

impl<'a, T: Tree> Evaluator<'a, T> {
    pub fn new(
        expression: &'a Expression,
        tree: &'a T,
        current: T::Node,
        surround: Surround,
    ) -> Evaluator<'a, T> {
        Evaluator {
            expression,
            tree,
            current,
            surround,
            in_predicate: Cell::new(false),
            left: Cell::new(EFFORT_MAX),
        }
    }

    pub fn value(&self) -> Computed<T::Node> {
        self.value_at(self.current)
    }

    /// The value with another context node, such as a choice that a filter looks at.
    pub fn value_at(&self, node: T::Node) -> Computed<T::Node> {
        let place = Place {
            node,
            position: 1,
            size: 1,
        };
        self.left.set(EFFORT_MAX);
        match self.expression.parts.len() {
            0 => Computed::Text(String::new()),
            count => self.part((count - 1) as PartId, place),
        }
    }

    pub fn text(&self) -> String {
        self.to_text(&self.value())
    }

    pub fn number(&self) -> f64 {
        self.to_number(&self.value())
    }

    pub fn truth(&self) -> bool {
        self.to_boolean(&self.value())
    }

    pub fn truth_at(&self, node: T::Node) -> bool {
        self.to_boolean(&self.value_at(node))
    }

    pub(super) fn zone(&self) -> i16 {
        self.surround.moment.zone_minutes
    }

    /// Takes effort; false when there is none left.
    pub(super) fn spend(&self, effort: usize) -> bool {
        let left = self.left.get().saturating_sub(effort);
        self.left.set(left);
        left != 0
    }

    pub(super) fn part(&self, id: PartId, place: Place<T::Node>) -> Computed<T::Node> {
        if !self.spend(1) {
            return Computed::Text(String::new());
        }
        match &self.expression.parts[usize::from(id)] {
            Part::Number(number) => Computed::Number(*number),
            Part::Text(text) => Computed::Text(text.clone()),
            Part::Negate(inner) => Computed::Number(-self.to_number(&self.part(*inner, place))),
            Part::Binary(operator, left, right) => self.binary(*operator, *left, *right, place),
            Part::Call(function, arguments) => self.call(*function, arguments, place),
            Part::Unknown(_) | Part::Reference(_) => Computed::Text(String::new()),
            Part::Matches(inner, pattern) => {
                let text = self.to_text(&self.part(*inner, place));
                let pattern = &self.expression.patterns[usize::from(*pattern)];
                Computed::Boolean(pattern.matches(&text))
            }
            Part::Path(start, steps) => {
                let start = match start {
                    Start::Root => self.tree.root(),
                    Start::Here => place.node,
                };
                Computed::Nodes(self.walk(vec![start], steps))
            }
            Part::Filter(base, predicates, steps) => {
                let mut nodes = self.nodes(*base, place);
                for &predicate in predicates {
                    nodes = self.filtered(nodes, predicate);
                }
                Computed::Nodes(self.walk(nodes, steps))
            }
            Part::Linked(link) => {
                let mut nodes = Vec::new();
                self.tree.linked(*link, self.current, &mut nodes);
                if !self.spend(nodes.len()) {
                    nodes.clear();
                }
                Computed::Nodes(nodes)
            }
            Part::Saved(node) => Computed::Nodes(self.tree.saved(*node).into_iter().collect()),
        }
    }

    /// The nodes of a part; none where it is something else.
    pub(super) fn nodes(&self, id: PartId, place: Place<T::Node>) -> Vec<T::Node> {
        match self.part(id, place) {
            Computed::Nodes(nodes) => nodes,
            Computed::Text(_) | Computed::Number(_) | Computed::Boolean(_) | Computed::Date(_) => {
                Vec::new()
            }
        }
    }

    fn binary(
        &self,
        operator: Operator,
        left: PartId,
        right: PartId,
        place: Place<T::Node>,
    ) -> Computed<T::Node> {
        let truth = |id| self.to_boolean(&self.part(id, place));
        let number = |id| self.to_number(&self.part(id, place));
        match operator {
            Operator::Or => Computed::Boolean(truth(left) || truth(right)),
            Operator::And => Computed::Boolean(truth(left) && truth(right)),
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessEqual
            | Operator::Greater
            | Operator::GreaterEqual => {
                let (left, right) = (self.part(left, place), self.part(right, place));
                Computed::Boolean(self.compare(operator, &left, &right))
            }
            Operator::Add => Computed::Number(number(left) + number(right)),
            Operator::Subtract => Computed::Number(number(left) - number(right)),
            Operator::Multiply => Computed::Number(number(left) * number(right)),
            Operator::Divide => Computed::Number(number(left) / number(right)),
            Operator::Modulo => Computed::Number(number(left) % number(right)),
            Operator::Union => {
                let mut nodes = self.nodes(left, place);
                nodes.extend(self.nodes(right, place));
                self.in_order(&mut nodes);
                Computed::Nodes(nodes)
            }
        }
    }

    fn compare(
        &self,
        operator: Operator,
        left: &Computed<T::Node>,
        right: &Computed<T::Node>,
    ) -> bool {
        let by_truth = matches!(operator, Operator::Equal | Operator::NotEqual);
        match (left, right) {
            // A node-set is as true as it is not empty; but it is less than something by its nodes.
            (Computed::Boolean(_), _) | (_, Computed::Boolean(_)) if by_truth => {
                self.compare_simple(operator, left, right)
            }
            (Computed::Nodes(nodes), _) => nodes.iter().any(|&node| {
                let text = Computed::Text(self.text_of(node).into_owned());
                self.compare(operator, &text, right)
            }),
            (_, Computed::Nodes(nodes)) => nodes.iter().any(|&node| {
                let text = Computed::Text(self.text_of(node).into_owned());
                self.compare(operator, left, &text)
            }),
            _ => self.compare_simple(operator, left, right),
        }
    }

    fn compare_simple(
        &self,
        operator: Operator,
        left: &Computed<T::Node>,
        right: &Computed<T::Node>,
    ) -> bool {
        let numbers = || (self.to_number(left), self.to_number(right));
        match operator {
            Operator::Equal => self.equal(left, right),
            Operator::NotEqual => !self.equal(left, right),
            Operator::Less => numbers().0 < numbers().1,
            Operator::LessEqual => numbers().0 <= numbers().1,
            Operator::Greater => numbers().0 > numbers().1,
            Operator::GreaterEqual => numbers().0 >= numbers().1,
            Operator::Or
            | Operator::And
            | Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Modulo
            | Operator::Union => false,
        }
    }

    fn equal(&self, left: &Computed<T::Node>, right: &Computed<T::Node>) -> bool {
        match (left, right) {
            (Computed::Boolean(_), _) | (_, Computed::Boolean(_)) => {
                self.to_boolean(left) == self.to_boolean(right)
            }
            (Computed::Number(_) | Computed::Date(_), _)
            | (_, Computed::Number(_) | Computed::Date(_)) => {
                self.to_number(left) == self.to_number(right)
            }
            _ => {
                let (left, right) = (self.to_text(left), self.to_text(right));
                left == right || self.same_date(&left, &right)
            }
        }
    }

    /// Two texts that are written differently but are the same moment.
    fn same_date(&self, left: &str, right: &str) -> bool {
        let days = |text| super::dates::days_of_text(text, self.zone());
        days(left).is_some_and(|left| days(right) == Some(left))
    }

    fn walk(&self, mut nodes: Vec<T::Node>, steps: &[Step]) -> Vec<T::Node> {
        for step in steps {
            let mut found = Vec::new();
            for &node in &nodes {
                let (mut reached, asked) = match self.picked(step, node) {
                    Some(picked) => (picked, 1),
                    None => (self.reached(step, node), 0),
                };
                for &predicate in &step.predicates[asked..] {
                    reached = self.filtered(reached, predicate);
                }
                found.extend(reached);
            }
            // Children of distinct nodes in order stay in order and distinct; reverse axes do not.
            let ordered = nodes.len() < 2 && !step.axis.is_reverse();
            if !ordered {
                self.in_order(&mut found);
            }
            nodes = found;
        }
        nodes
    }

    fn reached(&self, step: &Step, node: T::Node) -> Vec<T::Node> {
        let mut reached = Vec::new();
        self.axis(step.axis, node, &mut reached);
        if !self.spend(reached.len()) {
            return Vec::new();
        }
        reached.retain(|&node| self.passes(step, node));
        reached
    }

    /// What the step reaches and its first predicate leaves, where the tree has an index for it.
    fn picked(&self, step: &Step, node: T::Node) -> Option<Vec<T::Node>> {
        let (Axis::Child, Test::Name(name), Some(&first)) =
            (step.axis, &step.test, step.predicates.first())
        else {
            return None;
        };
        let outer = self.in_predicate.replace(true);
        let wanted = self.equalities_of(first);
        self.in_predicate.set(outer);
        self.tree.children_where(node, name, &wanted?)
    }

    fn filtered(&self, nodes: Vec<T::Node>, predicate: PartId) -> Vec<T::Node> {
        let size = nodes.len();
        let outer = self.in_predicate.replace(true);
        let kept = nodes
            .into_iter()
            .enumerate()
            .filter(|&(index, node)| {
                let position = index + 1;
                let place = Place {
                    node,
                    position,
                    size,
                };
                match self.part(predicate, place) {
                    Computed::Number(number) => number == position as f64,
                    value => self.to_boolean(&value),
                }
            })
            .map(|(_, node)| node)
            .collect();
        self.in_predicate.set(outer);
        kept
    }

    pub(super) fn in_order(&self, nodes: &mut Vec<T::Node>) {
        sort_by(nodes, |&left, &right| self.tree.order(left, right));
        nodes.dedup();
    }

    fn passes(&self, step: &Step, node: T::Node) -> bool {
        let sort = self.tree.sort(node);
        let principal = match step.axis {
            Axis::Attribute => sort == NodeSort::Attribute,
            _ => sort == NodeSort::Element,
        };
        match &step.test {
            Test::Any => principal,
            Test::Name(name) => principal && self.tree.name(node) == name,
            Test::Prefix(prefix) => {
                let parts = self.tree.name(node).split_once(':');
                principal && parts.is_some_and(|(its, _)| its == prefix)
            }
            Test::Node => true,
            Test::Text => sort == NodeSort::Text,
            Test::Comment => sort == NodeSort::Comment,
            Test::Instruction(name) => {
                let named = name
                    .as_ref()
                    .is_none_or(|name| self.tree.name(node) == name);
                sort == NodeSort::Instruction && named
            }
        }
    }

    fn axis(&self, axis: Axis, node: T::Node, out: &mut Vec<T::Node>) {
        match axis {
            Axis::Child => self.tree.children(node, out),
            Axis::Attribute => self.tree.attributes(node, out),
            Axis::Own => out.push(node),
            Axis::Parent => out.extend(self.tree.parent(node)),
            Axis::Descendant => self.descend(node, out),
            Axis::DescendantOrSelf => {
                out.push(node);
                self.descend(node, out);
            }
            Axis::Ancestor => self.ascend(node, out),
            Axis::AncestorOrSelf => {
                out.push(node);
                self.ascend(node, out);
            }
            Axis::FollowingSibling => out.extend(self.siblings(node, Ordering::Greater)),
            Axis::PrecedingSibling => {
                out.extend(self.siblings(node, Ordering::Less).into_iter().rev());
            }
            Axis::Following => self.beyond(node, Ordering::Greater, out),
            Axis::Preceding => {
                self.beyond(node, Ordering::Less, out);
                out.reverse();
            }
            Axis::Namespace => {}
        }
    }

    /// Walks without recursion: documents may be deep.
    pub(super) fn descend(&self, node: T::Node, out: &mut Vec<T::Node>) {
        let mut open = Vec::new();
        self.tree.children(node, &mut open);
        open.reverse();
        while let Some(next) = open.pop() {
            if !self.spend(1) {
                return;
            }
            out.push(next);
            let start = open.len();
            self.tree.children(next, &mut open);
            open[start..].reverse();
        }
    }

    fn ascend(&self, node: T::Node, out: &mut Vec<T::Node>) {
        let mut at = node;
        while let Some(parent) = self.tree.parent(at) {
            out.push(parent);
            at = parent;
        }
    }

    /// The siblings before or after a node; an attribute has none.
    pub(super) fn siblings(&self, node: T::Node, side: Ordering) -> Vec<T::Node> {
        let mut all = Vec::new();
        if self.tree.sort(node) != NodeSort::Attribute
            && let Some(parent) = self.tree.parent(node)
        {
            self.tree.children(parent, &mut all);
        }
        if !self.spend(all.len()) {
            all.clear();
        }
        all.retain(|&other| self.tree.order(other, node) == side);
        all
    }

    /// All nodes wholly before or after a node, in document order.
    fn beyond(&self, node: T::Node, side: Ordering, out: &mut Vec<T::Node>) {
        let mut around = vec![node];
        self.ascend(node, &mut around);
        for at in around {
            for sibling in self.siblings(at, side) {
                out.push(sibling);
                self.descend(sibling, out);
            }
        }
        self.in_order(out);
    }
}

impl Axis {
    /// Whether nodes come nearest first, against document order.
    fn is_reverse(self) -> bool {
        matches!(
            self,
            Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling
        )
    }
}
