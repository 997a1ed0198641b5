//! Names in expressions become numbers of nodes, relative to repeats as pyxform does it.
//!
//! Always: after linking, an expression lists every node that it can read.
//! Never: guesses between two nodes of one name.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::questionnaire::model::{
    self, ChoiceList, Kind, Node, NodeIndex, QUESTIONNAIRE_BYTES_MAX, Texts,
};
use crate::questionnaire::xpath::{
    Axis, Expression, Function, Link, Part, PartId, Start, Step, Test,
};

/// What is wrong with a name in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::questionnaire) enum LinkFault {
    UnknownName(String),
    /// Several nodes have this name.
    AmbiguousName(String),
    UnknownFunction(String),
    /// A path that leads nowhere.
    UnknownPath(String),
    /// A choice filter names a column that the list does not have.
    UnknownColumn(String),
    /// `instance('…')` of a list that is not there.
    UnknownInstance(String),
    /// `jr:itext('…')` of a text that is not there.
    UnknownText(String),
    /// `jr:itext(…)` of something that is computed.
    ComputedText,
    /// `jr:itext('…')` of a text that has another `jr:itext` in it.
    NestedText(String),
    TooLarge,
}

impl LinkFault {
    /// The code of the problem, and the text at fault.
    pub(in crate::questionnaire) fn words(self) -> (&'static str, String) {
        match self {
            LinkFault::UnknownName(name) => ("reference_unknown", format!("${{{name}}}")),
            LinkFault::AmbiguousName(name) => ("reference_ambiguous", format!("${{{name}}}")),
            LinkFault::UnknownFunction(name) => ("function_unknown", format!("{name}()")),
            LinkFault::UnknownPath(path) => ("path_unknown", path),
            LinkFault::UnknownColumn(name) => ("filter_column_unknown", name),
            LinkFault::UnknownInstance(name) => ("list_unknown", name),
            LinkFault::UnknownText(id) => ("itext_unknown", id),
            LinkFault::ComputedText => ("itext_computed", "jr:itext()".to_owned()),
            LinkFault::NestedText(id) => ("itext_nested", id),
            LinkFault::TooLarge => ("expression_too_large", String::new()),
        }
    }
}

/// What relative paths of an expression start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::questionnaire) enum Scope {
    Node(NodeIndex),
    /// The choices of a list, in the filter of the question.
    Choices(NodeIndex, u32),
}

/// Where a part is evaluated.
#[derive(Debug, Clone)]
enum Place {
    /// At the expression's own node.
    Own,
    /// At one of these nodes.
    Among(BTreeSet<NodeIndex>),
    /// At a choice of this list, or somewhere in it.
    List(u32),
}

#[derive(Debug)]
pub(in crate::questionnaire) struct Linker<'a> {
    nodes: &'a [Node],
    lists: &'a [ChoiceList],
    names: BTreeMap<&'a str, Vec<NodeIndex>>,
    /// What `jr:itext('id')` can name, not yet linked.
    known: BTreeMap<String, Texts>,
    taken: RefCell<Taken>,
}

/// The texts that expressions take.
#[derive(Debug, Default)]
struct Taken {
    texts: Vec<Texts>,
    /// By id, and by the node that takes it where the text reads answers.
    places: BTreeMap<(String, Option<NodeIndex>), usize>,
    bytes: usize,
}

/// The id of the answers of the last saved form, among the secondary instances.
pub(in crate::questionnaire) const LAST_SAVED: &str = "__last-saved";
const LAST_SAVED_PREFIX: &str = "last-saved#";

impl<'a> Linker<'a> {
    pub(in crate::questionnaire) fn new(nodes: &'a [Node], lists: &'a [ChoiceList]) -> Linker<'a> {
        let mut names: BTreeMap<&str, Vec<NodeIndex>> = BTreeMap::new();
        for (index, node) in nodes.iter().enumerate().skip(1) {
            names
                .entry(&node.name)
                .or_default()
                .push(index as NodeIndex);
        }
        Linker {
            nodes,
            lists,
            names,
            known: BTreeMap::new(),
            taken: RefCell::default(),
        }
    }

    /// Lets expressions take these texts by their ids.
    pub(in crate::questionnaire) fn with_texts(
        mut self,
        known: BTreeMap<String, Texts>,
    ) -> Linker<'a> {
        self.known = known;
        self
    }

    /// The texts that expressions took; their places are in the expressions.
    pub(in crate::questionnaire) fn taken_texts(self) -> Vec<Texts> {
        self.taken.into_inner().texts
    }

    /// The node of this path from the top, the name of the form included.
    pub(in crate::questionnaire) fn at_path(&self, path: &str) -> Result<NodeIndex, LinkFault> {
        let mut names = path.split('/').skip(1);
        let is_form = names.next() == Some(&self.nodes[0].name);
        let below = |at: NodeIndex, name: &str| {
            let mut children = self.children(at).into_iter();
            children.find(|&child| self.nodes[child as usize].name == name)
        };
        let found = names.try_fold(0, below).filter(|_| is_form);
        found.ok_or_else(|| LinkFault::UnknownPath(path.to_owned()))
    }

    /// Whether the device or nobody gives the value.
    pub(in crate::questionnaire) fn is_recorded(&self, node: NodeIndex) -> bool {
        matches!(
            self.nodes[node as usize].kind,
            Kind::Metadata | Kind::Hidden
        )
    }

    /// Whether a person sees the question, so that its answer can set another value.
    pub(in crate::questionnaire) fn is_seen(&self, node: NodeIndex) -> bool {
        let node = &self.nodes[node as usize];
        let is_set = node.calculation.is_some() || node.parameter("trigger").is_some();
        let is_silent = node.label.is_empty() && node.hint.is_empty();
        let is_container = node.kind.is_container();
        !is_container && node.kind != Kind::Calculate && !(is_set && is_silent)
    }

    /// Whether it reads last saved answers of rows, which are not kept.
    pub(in crate::questionnaire) fn reads_saved_rows(&self, expression: &Expression) -> bool {
        let mut saved = expression.saved();
        saved.any(|node| self.nodes[node as usize].repeat.is_some())
    }

    /// Links an expression; returns all faults, and the expression as far as it could be linked.
    pub(in crate::questionnaire) fn link(
        &self,
        mut expression: Expression,
        scope: Scope,
    ) -> (Expression, Vec<LinkFault>) {
        let (own, place) = match scope {
            Scope::Node(node) => (node, Place::Own),
            Scope::Choices(node, list) => (node, Place::List(list)),
        };
        let mut pass = Pass {
            linker: self,
            own,
            expression: &mut expression,
            reads: BTreeSet::new(),
            faults: Vec::new(),
            is_shortened: false,
        };
        let root = pass.expression.parts.len() - 1;
        pass.part(root as PartId, &place);
        let (reads, mut faults) = (pass.reads, pass.faults);
        if pass.is_shortened {
            expression.drop_unused();
        }
        expression.reads = reads.into_iter().collect();
        if faults.is_empty() && expression.check(self.nodes.len()).is_err() {
            faults.push(LinkFault::TooLarge);
        }
        (expression, faults)
    }

    /// The only node of this name.
    pub(in crate::questionnaire) fn named(&self, name: &str) -> Result<NodeIndex, LinkFault> {
        match self.names.get(name).map_or(&[][..], Vec::as_slice) {
            [] => Err(LinkFault::UnknownName(name.to_owned())),
            [only] => Ok(*only),
            _ => Err(LinkFault::AmbiguousName(name.to_owned())),
        }
    }

    /// The innermost repeat around both nodes.
    pub(in crate::questionnaire) fn common_repeat(
        &self,
        own: NodeIndex,
        target: NodeIndex,
    ) -> Option<NodeIndex> {
        let around = |node: NodeIndex| {
            std::iter::successors(self.nodes[node as usize].repeat, |&repeat| {
                self.nodes[repeat as usize].repeat
            })
        };
        // A formula of a repeat itself stands outside its rows.
        around(target).find(|&repeat| around(own).any(|each| each == repeat))
    }

    fn children(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let mut out = Vec::new();
        let mut next = node + 1;
        while next < self.nodes[node as usize].end {
            out.push(next);
            next = self.nodes[next as usize].end;
        }
        out
    }

    fn is_repeat(&self, node: NodeIndex) -> bool {
        self.nodes[node as usize].kind == Kind::Repeat
    }

    /// The nodes that an axis can reach; `None` is the document above the first node.
    fn reach(&self, axis: Axis, from: Option<NodeIndex>) -> BTreeSet<Option<NodeIndex>> {
        let count = self.nodes.len() as NodeIndex;
        let Some(node) = from else {
            return match axis {
                Axis::Child => BTreeSet::from([Some(0)]),
                Axis::Descendant => (0..count).map(Some).collect(),
                Axis::DescendantOrSelf => (0..count).map(Some).chain([None]).collect(),
                Axis::Own => BTreeSet::from([None]),
                _ => BTreeSet::new(),
            };
        };
        let end = self.nodes[node as usize].end;
        let parent = (node != 0).then(|| self.nodes[node as usize].parent);
        match axis {
            Axis::Child => self.children(node).into_iter().map(Some).collect(),
            Axis::Descendant => (node + 1..end).map(Some).collect(),
            Axis::DescendantOrSelf => (node..end).map(Some).collect(),
            Axis::Own => BTreeSet::from([Some(node)]),
            Axis::Parent => BTreeSet::from([parent]),
            Axis::Ancestor | Axis::AncestorOrSelf => {
                let mut all = BTreeSet::from([None]);
                let mut at = parent;
                while let Some(above) = at {
                    all.insert(Some(above));
                    at = (above != 0).then(|| self.nodes[above as usize].parent);
                }
                if axis == Axis::AncestorOrSelf {
                    all.insert(Some(node));
                }
                all
            }
            Axis::FollowingSibling | Axis::PrecedingSibling => match parent {
                Some(parent) => self.children(parent).into_iter().map(Some).collect(),
                None => BTreeSet::new(),
            },
            Axis::Following | Axis::Preceding => (0..count).map(Some).collect(),
            Axis::Attribute | Axis::Namespace => BTreeSet::new(),
        }
    }

    fn passes(&self, test: &Test, node: Option<NodeIndex>) -> bool {
        match (test, node) {
            (Test::Node, _) => true,
            (Test::Any, Some(_)) => true,
            (Test::Name(name), Some(node)) => self.nodes[node as usize].name == *name,
            _ => false,
        }
    }
}

/// Linking of one expression.
struct Pass<'p, 'a> {
    linker: &'p Linker<'a>,
    own: NodeIndex,
    expression: &'p mut Expression,
    reads: BTreeSet<Link>,
    faults: Vec<LinkFault>,
    /// Whether a part stands for several that nobody uses any more.
    is_shortened: bool,
}

impl Pass<'_, '_> {
    /// Depth is bounded by `xpath::DEPTH_MAX`.
    fn part(&mut self, id: PartId, place: &Place) {
        let part = self.expression.parts[usize::from(id)].clone();
        match &part {
            Part::Number(_) | Part::Text(_) | Part::Saved(_) => {}
            Part::Unknown(name) => self.faults.push(LinkFault::UnknownFunction(name.clone())),
            Part::Reference(name) => self.reference(id, name),
            Part::Linked(link) => {
                self.reads.insert(*link);
            }
            Part::Call(function, arguments) => {
                self.call(*function, arguments, place);
                for &argument in arguments {
                    self.part(argument, place);
                }
            }
            Part::Negate(_) | Part::Binary(..) | Part::Matches(..) => {
                for used in part.uses() {
                    self.part(used, place);
                }
            }
            Part::Path(start, steps) => self.path(id, *start, steps, place),
            Part::Filter(base, predicates, steps)
                if self.is_current(*base) && predicates.is_empty() =>
            {
                // A path from the question itself, as filters write it.
                match self.simple(Start::Here, steps, &Place::Own) {
                    Some(link) => {
                        self.linked(id, link);
                        self.is_shortened = true;
                    }
                    None => self.steps(steps, Place::Own),
                }
            }
            Part::Filter(base, _, steps) if self.is_last_saved(*base) => {
                self.saved_path(id, steps);
            }
            Part::Filter(base, predicates, steps) => {
                self.part(*base, place);
                let base = self.place_of(*base);
                for &predicate in predicates {
                    self.part(predicate, &base);
                }
                self.steps(steps, base);
            }
        }
    }

    fn is_current(&self, id: PartId) -> bool {
        let part = &self.expression.parts[usize::from(id)];
        matches!(part, Part::Call(Function::Current, _))
    }

    fn is_last_saved(&self, id: PartId) -> bool {
        let parts = &self.expression.parts;
        match &parts[usize::from(id)] {
            Part::Call(Function::Instance, arguments) => {
                matches!(&parts[usize::from(arguments[0])], Part::Text(name) if name.trim() == LAST_SAVED)
            }
            _ => false,
        }
    }

    /// `instance('__last-saved')/data/a`: the answer that `${last-saved#a}` means.
    fn saved_path(&mut self, id: PartId, steps: &[Step]) {
        let mut path = String::new();
        for step in steps {
            match &step.test {
                Test::Name(name) if step.axis == Axis::Child && step.predicates.is_empty() => {
                    path.push('/');
                    path.push_str(name);
                }
                _ => path.push_str("/?"),
            }
        }
        match self.linker.at_path(&path) {
            Ok(node) => {
                self.expression.parts[usize::from(id)] = Part::Saved(node);
                self.is_shortened = true;
            }
            Err(fault) => self.faults.push(fault),
        }
    }

    fn reference(&mut self, id: PartId, name: &str) {
        if let Some(saved) = name.strip_prefix(LAST_SAVED_PREFIX) {
            match self.linker.named(saved.trim()) {
                Ok(node) => self.expression.parts[usize::from(id)] = Part::Saved(node),
                Err(fault) => self.faults.push(fault),
            }
            return;
        }
        match self.linker.named(name) {
            Ok(node) => {
                let within = self.linker.common_repeat(self.own, node);
                self.linked(id, Link { node, within });
            }
            Err(fault) => self.faults.push(fault),
        }
    }

    fn linked(&mut self, id: PartId, link: Link) {
        self.expression.parts[usize::from(id)] = Part::Linked(link);
        self.reads.insert(link);
    }

    fn call(&mut self, function: Function, arguments: &[PartId], place: &Place) {
        let text = |pass: &Self, id: PartId| match &pass.expression.parts[usize::from(id)] {
            Part::Text(text) => Some(text.trim().to_owned()),
            _ => None,
        };
        match function {
            Function::IndexedRepeat => self.indexed(arguments, place),
            // pyxform writes the path of the question as a text.
            Function::ItemLabel => {
                if let Some(text) = text(self, arguments[1]) {
                    self.quoted_path(arguments[1], &text);
                }
            }
            Function::Itext => match text(self, arguments[0]) {
                Some(name) => self.itext(arguments[0], &name),
                None => self.faults.push(LinkFault::ComputedText),
            },
            Function::Instance | Function::Pulldata => {
                let name = text(self, arguments[0]);
                let known = |name: &String| self.list_named(name).is_some();
                if let Some(name) = name.filter(|name| !known(name)) {
                    self.faults.push(LinkFault::UnknownInstance(name));
                }
            }
            Function::StringLength
            | Function::String
            | Function::Number
            | Function::NormalizeSpace
                if arguments.is_empty() =>
            {
                self.steps(&[own_step()], place.clone());
            }
            _ => {}
        }
    }

    /// `indexed-repeat` chooses rows by their numbers, so all rows of the repeats that it names must be
    /// seen; around those, as in JavaRosa, the own rows stay.
    fn indexed(&mut self, arguments: &[PartId], place: &Place) {
        let wide = |&at: &usize| at == 0 || at % 2 == 1;
        let plain = |at: usize| Some((at, self.plain_node(arguments[at], place)?));
        let found: Vec<(usize, NodeIndex)> = (0..arguments.len())
            .filter(wide)
            .filter_map(plain)
            .collect();
        let named = found.iter().filter(|(at, _)| *at != 0);
        let repeats = named.filter(|(_, node)| self.linker.is_repeat(*node));
        // Nested ones stand in document order.
        let outermost = repeats.map(|&(_, node)| node).min();
        let within = outermost.and_then(|repeat| self.linker.common_repeat(self.own, repeat));
        for (at, node) in found {
            self.is_shortened |= matches!(self.part_of(arguments[at]), Part::Filter(..));
            self.linked(arguments[at], Link { node, within });
        }
    }

    /// The node of a name or plain path; what is wrong with others is told when they are linked.
    fn plain_node(&self, id: PartId, place: &Place) -> Option<NodeIndex> {
        let simple = |start, steps: &[Step], place| Some(self.simple(start, steps, place)?.node);
        match self.part_of(id) {
            Part::Reference(name) => self.linker.named(name).ok(),
            Part::Path(start, steps) => simple(*start, steps, place),
            Part::Filter(base, predicates, steps)
                if self.is_current(*base) && predicates.is_empty() =>
            {
                simple(Start::Here, steps, &Place::Own)
            }
            _ => None,
        }
    }

    fn part_of(&self, id: PartId) -> &Part {
        &self.expression.parts[usize::from(id)]
    }

    /// Puts the place of a text in the stead of its id.
    fn itext(&mut self, id: PartId, name: &str) {
        let Some(known) = self.linker.known.get(name) else {
            return self.faults.push(LinkFault::UnknownText(name.to_owned()));
        };
        if known.expressions().any(Expression::takes_texts) {
            return self.faults.push(LinkFault::NestedText(name.to_owned()));
        }
        let reads = known.expressions().next().is_some();
        let key = (name.to_owned(), reads.then_some(self.own));
        let before = self.linker.taken.borrow().places.get(&key).copied();
        let place = match before {
            Some(place) => place,
            None => match self.take_text(known.clone()) {
                Some(place) => {
                    self.linker.taken.borrow_mut().places.insert(key, place);
                    place
                }
                None => return self.faults.push(LinkFault::TooLarge),
            },
        };
        self.expression.parts[usize::from(id)] = Part::Number(place as f64);
        let taken = self.linker.taken.borrow();
        let read = taken.texts[place].expressions();
        self.reads
            .extend(read.flat_map(|each| each.reads().to_vec()));
    }

    /// Links a text for the node of this expression, and keeps it; nothing when that is too much.
    fn take_text(&mut self, mut texts: Texts) -> Option<usize> {
        let mut bytes = 0;
        for part in texts.0.iter_mut().flat_map(|text| &mut text.0) {
            match part {
                model::Part::Words(words) => bytes += words.len(),
                model::Part::Output(expression) => {
                    let scope = Scope::Node(self.own);
                    let (linked, faults) = self.linker.link(expression.clone(), scope);
                    self.faults.extend(faults);
                    bytes += linked.parts.len();
                    *expression = linked;
                }
            }
        }
        let mut taken = self.linker.taken.borrow_mut();
        taken.bytes += bytes;
        if QUESTIONNAIRE_BYTES_MAX < taken.bytes {
            return None;
        }
        taken.texts.push(texts);
        Some(taken.texts.len() - 1)
    }

    fn quoted_path(&mut self, id: PartId, text: &str) {
        let name = text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'));
        if let Some(name) = name {
            return self.reference(id, name.trim());
        }
        let start = match text.starts_with('/') {
            true => Start::Root,
            false => Start::Here,
        };
        let names = text
            .split('/')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let steps: Vec<Step> = names.map(step_named).collect();
        match self.simple(start, &steps, &Place::Own) {
            Some(link) => self.linked(id, link),
            None => self.faults.push(LinkFault::UnknownPath(text.to_owned())),
        }
    }

    fn list_named(&self, name: &str) -> Option<u32> {
        let mut lists = self.linker.lists.iter();
        let found = lists.position(|list| list.is_instance(name));
        found.map(|index| index as u32)
    }

    fn path(&mut self, id: PartId, start: Start, steps: &[Step], place: &Place) {
        if let Some(link) = self.simple(start, steps, place) {
            return self.linked(id, link);
        }
        match start {
            Start::Root => {
                let from = BTreeSet::from([None]);
                self.walk(steps, from);
            }
            Start::Here => self.steps(steps, place.clone()),
        }
    }

    /// A path of plain names becomes a link, which costs nothing to follow.
    fn simple(&self, start: Start, steps: &[Step], place: &Place) -> Option<Link> {
        let plain = |step: &Step| {
            let named = step.axis == Axis::Child && matches!(step.test, Test::Name(_));
            let moves = matches!(step.axis, Axis::Parent | Axis::Own) && step.test == Test::Node;
            step.predicates.is_empty() && (named || moves)
        };
        let begins_own = start == Start::Here && matches!(place, Place::Own);
        let first = steps.first().map(|step| step.axis);
        let useful =
            start == Start::Root || 1 < steps.len() || first.is_some_and(|axis| axis != Axis::Own);
        if !steps.iter().all(plain) || !useful || !(start == Start::Root || begins_own) {
            return None;
        }
        let mut at = begins_own.then_some(self.own);
        // The row that stays fixed while one goes up and down.
        let mut pinned = self.linker.nodes[self.own as usize].repeat;
        for step in steps {
            let reached = self.linker.reach(step.axis, at);
            at = reached
                .into_iter()
                .find(|&each| self.linker.passes(&step.test, each))?;
            if step.axis == Axis::Parent {
                let node = at?;
                pinned = match self.linker.is_repeat(node) {
                    true => Some(node),
                    false => self.linker.nodes[node as usize].repeat,
                };
            }
        }
        let node = at?;
        let within = match start {
            Start::Root => self.linker.common_repeat(self.own, node),
            Start::Here => pinned,
        };
        Some(Link { node, within })
    }

    fn steps(&mut self, steps: &[Step], place: Place) {
        match place {
            Place::Own => self.walk(steps, BTreeSet::from([Some(self.own)])),
            Place::Among(nodes) => self.walk(steps, nodes.into_iter().map(Some).collect()),
            Place::List(list) => self.walk_list(steps, list),
        };
    }

    /// Follows steps over all nodes that they can reach, and takes note of what is read.
    fn walk(&mut self, steps: &[Step], mut at: BTreeSet<Option<NodeIndex>>) {
        // Where a part stands is not always known; then nothing can be said about its steps.
        if at.is_empty() {
            return;
        }
        let stays = steps.iter().all(|step| step.axis == Axis::Own);
        for step in steps {
            let mut reached = BTreeSet::new();
            for &from in &at {
                reached.extend(self.linker.reach(step.axis, from));
            }
            reached.retain(|&each| self.linker.passes(&step.test, each));
            if reached.is_empty() {
                if let Test::Name(name) = &step.test {
                    self.faults.push(LinkFault::UnknownPath(name.clone()));
                }
                return;
            }
            at = reached;
            let place = Place::Among(at.iter().copied().flatten().collect());
            for &predicate in &step.predicates {
                self.part(predicate, &place);
            }
        }
        let within = if stays {
            self.linker.nodes[self.own as usize].repeat
        } else {
            None
        };
        let nodes = at.into_iter().flatten();
        self.reads.extend(nodes.map(|node| Link {
            node,
            within: within.filter(|_| node == self.own),
        }));
    }

    /// Follows steps in a choice list: `root/item[…]/column`, or a column of the choice.
    fn walk_list(&mut self, steps: &[Step], list: u32) {
        for step in steps {
            for &predicate in &step.predicates {
                self.part(predicate, &Place::List(list));
            }
            let Test::Name(name) = &step.test else {
                continue;
            };
            let columns = &self.linker.lists[list as usize].columns;
            let own = ["root", "item", "name", "label"].contains(&name.as_str());
            let elsewhere = self.linker.lists[list as usize].choices.is_empty();
            if !own && !elsewhere && !columns.contains(name) {
                self.faults.push(LinkFault::UnknownColumn(name.clone()));
            }
        }
    }

    /// Where the results of a part stand.
    fn place_of(&self, id: PartId) -> Place {
        match &self.expression.parts[usize::from(id)] {
            Part::Linked(link) => Place::Among(BTreeSet::from([link.node])),
            Part::Call(Function::Current, _) => Place::Own,
            Part::Call(Function::Instance, arguments) => {
                let name = match &self.expression.parts[usize::from(arguments[0])] {
                    Part::Text(name) => self.list_named(name.trim()),
                    _ => None,
                };
                name.map_or(Place::Among(BTreeSet::new()), Place::List)
            }
            Part::Call(Function::Randomize, arguments) => self.place_of(arguments[0]),
            Part::Call(Function::IndexedRepeat, arguments) => self.place_of(arguments[0]),
            Part::Filter(base, ..) => self.place_of(*base),
            _ => Place::Among(BTreeSet::new()),
        }
    }
}

/// One step of a path that stands in quotation marks.
fn step_named(name: &str) -> Step {
    let (axis, test) = match name {
        ".." => (Axis::Parent, Test::Node),
        "." => (Axis::Own, Test::Node),
        _ => (Axis::Child, Test::Name(name.to_owned())),
    };
    Step {
        axis,
        test,
        predicates: Vec::new(),
    }
}

fn own_step() -> Step {
    Step {
        axis: Axis::Own,
        test: Test::Node,
        predicates: Vec::new(),
    }
}
