//! What is relevant, what is calculated, what is wrong: all at once, or only what a change touches.
//!
//! Always: values are computed in the order of `Graph::rank`, checks after all values.
//! Never: differs between the two ways; a property test holds them against each other.

use super::instances::{InstanceIndex, Instances};
use super::tree::{Grove, Handle};
use super::{CALCULATED_BYTES_MAX, Changes, Interview, ROWS_MAX};
use crate::answers::Answer;
use crate::ids::Path;
use crate::questionnaire::model::{
    Kind, Node, NodeIndex, Part, Questionnaire, Reader, Texts, Unit,
};
use crate::questionnaire::typed;
use crate::questionnaire::xpath::{Evaluator, Expression, Link, Surround, Tree as _};
use crate::sorted::{Map, Set};

/// How often rows that expressions count may make others appear.
const COUNTING_ROUNDS_MAX: usize = 8;

/// What is known about one instance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct State {
    pub(super) relevant: bool,
    /// What expressions read while it is relevant.
    pub(super) text: String,
    pub(super) required: bool,
    pub(super) read_only: bool,
    pub(super) breaks_constraint: bool,
    pub(super) doubted: bool,
    /// The answer is not of the question's type, or not one of its choices.
    pub(super) mistyped: bool,
}

impl Interview {
    /// Builds all instances anew and computes everything.
    pub(super) fn rebuild(&mut self) {
        let mut counted = Map::new();
        for _ in 0..COUNTING_ROUNDS_MAX {
            self.instances = Instances::build(&self.questionnaire, &self.answers, &counted);
            self.compute_all();
            let wanted = self.wanted_rows();
            if wanted == counted {
                return;
            }
            counted = wanted;
        }
    }

    /// The same, and which paths differ afterwards.
    pub(super) fn rebuilt(&mut self) -> Changes {
        let before = self.by_path();
        self.rebuild();
        let after = self.by_path();
        let all = self.instances.all.iter().map(|instance| &instance.path);
        let differs = |path: &&Path| before.get(*path) != after.get(*path);
        let mut paths: Vec<Path> = all.filter(differs).cloned().collect();
        paths.extend(
            before
                .keys()
                .filter(|path| !after.contains_key(path))
                .cloned(),
        );
        let pages = !paths.is_empty();
        Changes { paths, pages }
    }

    fn by_path(&self) -> Map<Path, (State, Option<Answer>)> {
        let each = |(index, state): (usize, &State)| {
            let path = self.instances.all[index].path.clone();
            (path, (state.clone(), self.given(index)))
        };
        self.states.iter().enumerate().map(each).collect()
    }

    /// How many rows expressions want, by the path of the repeat.
    fn wanted_rows(&self) -> Map<Path, usize> {
        let mut wanted = Map::new();
        for (index, instance) in self.instances.all.iter().enumerate() {
            let node = self.questionnaire.node(instance.node);
            let holds_rows = node.kind == Kind::Repeat && instance.row_id.is_none();
            let Some(count) = node.count.as_ref().filter(|_| holds_rows) else {
                continue;
            };
            let number = match self.states[index].relevant {
                true => self.evaluate_with(count, index, |evaluator| evaluator.number()),
                false => 0.0,
            };
            let number = if number.is_nan() { 0.0 } else { number };
            let rows = number.clamp(0.0, ROWS_MAX as f64) as usize;
            wanted.insert(instance.path.clone(), rows);
        }
        wanted
    }

    fn compute_all(&mut self) {
        self.states = vec![State::default(); self.instances.all.len()];
        for index in 0..self.states.len() {
            self.read_answer(index);
        }
        let rank = &self.questionnaire.graph.rank;
        let all = self.instances.all.iter().enumerate();
        let order: Set<(u32, InstanceIndex)> = all
            .map(|(index, instance)| (rank[instance.node as usize], index))
            .collect();
        for &(_, index) in &order {
            self.compute_value(index);
        }
        for &(_, index) in &order {
            self.compute_checks(index);
        }
    }

    /// Recomputes what depends on one answer.
    pub(super) fn changed(&mut self, instance: InstanceIndex) -> Changes {
        let questionnaire = self.questionnaire.clone();
        let mut wave = Wave::new(&questionnaire);
        // The answer is read at once, and compared with what stood there before.
        wave.was.insert(instance, self.states[instance].clone());
        self.read_answer(instance);
        wave.changed.insert(instance);
        wave.checks.insert(instance);
        wave.value(self, instance);
        while let Some((_, index)) = wave.values.pop_first() {
            let before = wave.was.remove(&index);
            let before = before.unwrap_or_else(|| self.states[index].clone());
            self.forget_later_rows(index, &mut wave);
            self.compute_value(index);
            let after = &self.states[index];
            let relevance = before.relevant != after.relevant;
            if relevance || before.text != after.text {
                wave.spread(self, index, relevance);
            }
        }
        let checks = std::mem::take(&mut wave.checks);
        wave.changed.extend(
            checks
                .into_iter()
                .filter(|&index| self.compute_checks(index)),
        );
        let units = self.units_after(&wave.changed);
        wave.changed.extend(units);
        if wave.counts && self.counts_moved() {
            return self.rebuilt_after(wave.changed);
        }
        let paths = wave
            .changed
            .iter()
            .map(|&index| self.instances.all[index].path.clone());
        Changes {
            paths: paths.collect(),
            pages: wave.pages,
        }
    }

    /// Where a value reads itself in other rows, rows go in their order: later ones are not there
    /// yet, as when everything is computed from nothing.
    fn forget_later_rows(&mut self, index: InstanceIndex, wave: &mut Wave<'_>) {
        let node = self.instances.all[index].node;
        let feeds = &wave.questionnaire.graph.feeds[node as usize];
        if feeds.iter().all(|reader| reader.node != node) {
            return;
        }
        let rows = &self.instances.of_node[node as usize];
        let holders = &self.instances.holders[node as usize];
        let later: Vec<InstanceIndex> = rows.iter().chain(holders).copied().collect();
        for each in later.into_iter().filter(|&each| index < each) {
            let state = &mut self.states[each];
            wave.was.get_or_insert_with(each, || state.clone());
            // What is not relevant reads as empty; the answer itself stays.
            state.relevant = false;
            wave.value(self, each);
        }
    }

    /// The numbers whose unit is the label of an answer that changed.
    fn units_after(&self, changed: &Set<InstanceIndex>) -> Vec<InstanceIndex> {
        let node = |index: &InstanceIndex| self.instances.all[*index].node;
        let changed: Set<NodeIndex> = changed.iter().map(node).collect();
        let nodes = self.questionnaire.nodes.iter().zip(&self.instances.of_node);
        let follows = |(node, _): &(&Node, &Vec<InstanceIndex>)| matches!(&node.unit, Some(Unit::LabelOf(of)) if changed.contains(of));
        let following = nodes.filter(follows).flat_map(|(_, instances)| instances);
        following.copied().collect()
    }

    /// Whether an expression now wants another number of rows than there are.
    fn counts_moved(&self) -> bool {
        self.wanted_rows().iter().any(|(path, &rows)| {
            let holder = self.instances.find(path);
            holder.is_some_and(|holder| self.instances.children(holder).count() != rows)
        })
    }

    fn rebuilt_after(&mut self, changed: Set<InstanceIndex>) -> Changes {
        let path = |index: &InstanceIndex| self.instances.all[*index].path.clone();
        let earlier: Set<Path> = changed.iter().map(path).collect();
        let mut changes = self.rebuilt();
        let known: Set<Path> = changes.paths.iter().cloned().collect();
        changes
            .paths
            .extend(earlier.into_iter().filter(|path| !known.contains(path)));
        changes.pages = true;
        changes
    }

    /// The instances of a reader that see the instance that changed.
    fn readers(&self, reader: Reader, of: InstanceIndex) -> Vec<InstanceIndex> {
        let link = Link {
            node: reader.node,
            within: reader.within,
        };
        let mut found = Vec::new();
        Grove::new(self).linked(link, Handle::Instance(of), &mut found);
        let instance = |handle| match handle {
            Handle::Instance(index) => Some(index),
            _ => None,
        };
        let mut out: Vec<InstanceIndex> = found.into_iter().filter_map(instance).collect();
        let row = reader
            .within
            .and_then(|repeat| self.instances.row_around(of, repeat));
        let sees =
            |holder: &InstanceIndex| row.is_none_or(|row| self.instances.is_within(*holder, row));
        let holders = &self.instances.holders[reader.node as usize];
        out.extend(holders.iter().copied().filter(sees));
        out
    }

    /// Takes what a person or the system gave.
    fn read_answer(&mut self, index: InstanceIndex) {
        let node = self.node_of(index);
        if node.calculation.is_some() || node.kind.is_container() {
            return;
        }
        let given = self.answers.answers.get(&self.instances.all[index].path);
        let value = given.and_then(Answer::value);
        let fed = node.fed.and_then(|fed| self.fed(fed)).map(str::to_owned);
        let fits = |value| typed::fits(node, value, &|name| self.is_choice(node, name));
        let mistyped = fed.is_none() && value.is_some_and(|value| !fits(value));
        let text = fed.or_else(|| value.map(|value| value.lexical()));
        let text = text.or_else(|| self.fact(node)).unwrap_or_default();
        let state = &mut self.states[index];
        state.mistyped = mistyped;
        state.text = text;
    }

    /// What a metadata question is told.
    fn fact(&self, node: &Node) -> Option<String> {
        let word = node
            .parameter("metadata")
            .filter(|_| node.kind == Kind::Metadata)?;
        match word {
            "today" => Some(self.surroundings.moment.date().to_string()),
            _ => self.surroundings.facts.get(word).cloned(),
        }
    }

    fn compute_value(&mut self, index: InstanceIndex) {
        let instance = &self.instances.all[index];
        let parent = index == 0 || self.states[instance.parent].relevant;
        let node = self.questionnaire.node(instance.node);
        // A row is relevant when its repeat is.
        let own = match &node.relevant {
            Some(relevant) if parent && instance.row_id.is_none() => {
                self.evaluate_with(relevant, index, |evaluator| evaluator.truth())
            }
            _ => true,
        };
        let relevant = parent && own;
        let calculation = node.calculation.clone();
        self.states[index].relevant = relevant;
        let Some(calculation) = calculation else {
            return;
        };
        // A calculation never reads its own last result, so that the way here does not matter.
        self.states[index].text.clear();
        if relevant {
            let text = self.text_of(&calculation, index);
            // Texts of texts double from one calculation to the next.
            let has_value = text != "NaN" && text.len() <= CALCULATED_BYTES_MAX;
            self.states[index].text = if has_value { text } else { String::new() };
        }
    }

    /// Computes required, read-only, constraint and doubt; tells whether the view may differ.
    fn compute_checks(&mut self, index: InstanceIndex) -> bool {
        let before = &self.states[index];
        let node = self.node_of(index);
        let holds = |expression: &Option<Expression>| {
            let expression = expression.as_ref().filter(|_| before.relevant);
            expression.map(|each| self.evaluate_with(each, index, |evaluator| evaluator.truth()))
        };
        let filled = !before.text.is_empty();
        let read_only = match node.fed {
            // What the system does not know, a person must be able to give.
            Some(fed) => self.fed(fed).is_some(),
            None => holds(&node.read_only).unwrap_or(false) || node.calculation.is_some(),
        };
        let after = State {
            required: holds(&node.required).unwrap_or(false),
            read_only,
            breaks_constraint: filled && holds(&node.constraint) == Some(false),
            doubted: filled && holds(&node.doubt) == Some(true),
            ..before.clone()
        };
        let speaks = node
            .label
            .expressions()
            .chain(node.hint.expressions())
            .next()
            .is_some();
        let differs = after != *before || speaks || node.choice_filter.is_some();
        self.states[index] = after;
        differs
    }

    /// Evaluates with an instance as context.
    pub(super) fn evaluate_with<R>(
        &self,
        expression: &Expression,
        at: InstanceIndex,
        read: impl FnOnce(&Evaluator<'_, Grove<'_>>) -> R,
    ) -> R {
        let grove = Grove::new(self);
        let evaluator = Evaluator::new(expression, &grove, Handle::Instance(at), self.surround());
        read(&evaluator)
    }

    pub(super) fn surround(&self) -> Surround {
        Surround {
            moment: self.surroundings.moment,
        }
    }

    pub(super) fn text_of(&self, expression: &Expression, at: InstanceIndex) -> String {
        self.evaluate_with(expression, at, |evaluator| evaluator.text())
    }

    /// A text of the questionnaire with its expressions filled in.
    pub(super) fn words(&self, texts: &Texts, language: usize, at: InstanceIndex) -> String {
        let Some(text) = texts.get(language) else {
            return String::new();
        };
        let part = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Output(expression) => self.shown(expression, language, at),
        };
        text.0.iter().map(part).collect()
    }

    /// A value in the middle of a text, as people read it.
    fn shown(&self, expression: &Expression, language: usize, at: InstanceIndex) -> String {
        let mut nodes = Vec::new();
        let mut grove = Grove::new(self);
        grove.language = language;
        if let Some(link) = expression.only_link() {
            grove.linked(link, Handle::Instance(at), &mut nodes);
        }
        match nodes.first() {
            Some(&Handle::Instance(index)) if self.states[index].relevant => {
                self.answer_text(index, language)
            }
            Some(_) => String::new(),
            None => {
                Evaluator::new(expression, &grove, Handle::Instance(at), self.surround()).text()
            }
        }
    }
}

/// What one change still has to reach.
struct Wave<'q> {
    questionnaire: &'q Questionnaire,
    /// By rank, so that a reader is computed after all that it reads.
    values: Set<(u32, InstanceIndex)>,
    /// What stood where a value was taken away before it is computed again.
    was: Map<InstanceIndex, State>,
    checks: Set<InstanceIndex>,
    changed: Set<InstanceIndex>,
    pages: bool,
    counts: bool,
}

impl<'q> Wave<'q> {
    fn new(questionnaire: &'q Questionnaire) -> Wave<'q> {
        Wave {
            questionnaire,
            values: Set::new(),
            was: Map::new(),
            checks: Set::new(),
            changed: Set::new(),
            pages: false,
            counts: false,
        }
    }

    fn value(&mut self, interview: &Interview, index: InstanceIndex) {
        let node: NodeIndex = interview.instances.all[index].node;
        let rank = self.questionnaire.graph.rank[node as usize];
        self.values.insert((rank, index));
    }

    /// Adds everything that sees a value or relevance that changed.
    fn spread(&mut self, interview: &Interview, index: InstanceIndex, relevance: bool) {
        self.changed.insert(index);
        self.checks.insert(index);
        self.pages |= relevance;
        let node = interview.instances.all[index].node;
        self.counts |= self.questionnaire.node(node).count.is_some();
        for reader in &self.questionnaire.graph.feeds[node as usize] {
            let follower = self.questionnaire.node(reader.node);
            self.counts |= follower.count.is_some();
            let is_shuffled = follower.list.is_some() && follower.count.is_some();
            let mut readers = interview.readers(*reader, index);
            // Its later rows are under way already, and its earlier ones must not read it.
            readers.retain(|&each| reader.node != node || index < each);
            for each in readers {
                if is_shuffled {
                    self.changed.insert(each);
                }
                self.value(interview, each);
            }
        }
        for reader in &self.questionnaire.graph.checks[node as usize] {
            self.checks.extend(interview.readers(*reader, index));
        }
        if relevance {
            for child in interview.instances.children(index) {
                self.value(interview, child);
            }
        }
    }
}
