//! Two versions of one questionnaire: what differs, and what becomes of answers.
//!
//! Always: every answer stays, moves or is parked with a reason; equal versions differ in nothing.
//! Never: drops an answer; moves one into or out of a repeat; writes ops; touches rows and notes.

use super::model::{ChoiceList, Kind, Node, NodeIndex, Questionnaire, Texts};
use super::typed;
use super::xpath::{Expression, Part};
use crate::answers::{Answer, AnswerSet, Value};
use crate::ids::Path;
use crate::sorted::Map;

/// One thing that differs, at a place of the new version (of the old one where it was removed).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The names from the top, such as `/g/umur`.
    pub path: String,
    pub change: Change,
}

/// How a group, repeat or question differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Added,
    Removed,
    /// The only one of its name in both versions stands elsewhere now.
    Moved {
        from: String,
    },
    OtherKind {
        from: Kind,
        to: Kind,
    },
    /// By the names of the choices.
    ChoicesCame(Vec<String>),
    ChoicesVanished(Vec<String>),
    /// A label, hint, message or the text of a choice.
    OtherTexts,
    /// A relevance, constraint, calculation or another expression.
    OtherExpressions,
}

/// Why an answer fits nowhere in the new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No question of this name, or several.
    QuestionRemoved,
    /// The question stands elsewhere, and rows of a repeat are on the way.
    MovedAcrossRows,
    /// Its value cannot be read as the new kind.
    OtherKind,
    ChoiceVanished,
    /// The place it would move to has an answer already.
    PlaceTaken,
}

/// What becomes of the answers of a case; together they are all answers, each once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Carried {
    /// They fit where they are.
    pub stays: Vec<(Path, Answer)>,
    /// From, to, and the answer as the new question takes it; a value that only changes its type
    /// moves from a path to itself.
    pub moves: Vec<(Path, Path, Answer)>,
    pub parked: Vec<(Path, Answer, Reason)>,
}

/// What differs between two versions, in the order of the new one; what was removed comes last.
pub fn compare(old: &Questionnaire, new: &Questionnaire) -> Vec<Difference> {
    let places = Places::of(old, new);
    let mut out = Vec::new();
    for index in 1..new.nodes.len() as NodeIndex {
        let path = path_of(new, index);
        let mut add = |change| {
            out.push(Difference {
                path: path.clone(),
                change,
            });
        };
        let Some(before) = places.earlier(index) else {
            add(Change::Added);
            continue;
        };
        let from = path_of(old, before);
        if from != path {
            add(Change::Moved { from });
        }
        let sides = [Side::new(old, before), Side::new(new, index)];
        differences(&sides, &places, &mut add);
    }
    for index in 1..old.nodes.len() as NodeIndex {
        if places.later(index).is_none() {
            out.push(Difference {
                path: path_of(old, index),
                change: Change::Removed,
            });
        }
    }
    out
}

/// Finds for each answer of the old version its place in the new one.
pub fn carry(old: &Questionnaire, new: &Questionnaire, answers: &AnswerSet) -> Carried {
    let places = Places::of(old, new);
    let mut carried = Carried::default();
    let mut taken: Vec<Path> = Vec::new();
    let mut later = Vec::new();
    for (path, answer) in &answers.answers {
        match place(new, path) {
            Some(index) => match fitted(new, index, answer) {
                Ok(fit) => {
                    taken.push(path.clone());
                    if fit == *answer {
                        carried.stays.push((path.clone(), fit));
                    } else {
                        carried.moves.push((path.clone(), path.clone(), fit));
                    }
                }
                Err(reason) => carried.parked.push((path.clone(), answer.clone(), reason)),
            },
            None => later.push((path, answer)),
        }
    }
    // What stays has its place before what comes from elsewhere.
    for (path, answer) in later {
        let moved = moved(&places, (old, new), path, answer).and_then(|(to, fit)| {
            if taken.contains(&to) {
                return Err(Reason::PlaceTaken);
            }
            taken.push(to.clone());
            Ok((to, fit))
        });
        match moved {
            Ok((to, fit)) => carried.moves.push((path.clone(), to, fit)),
            Err(reason) => carried.parked.push((path.clone(), answer.clone(), reason)),
        }
    }
    carried
}

/// The question at a path, where rows stand exactly at repeats.
fn place(form: &Questionnaire, path: &Path) -> Option<NodeIndex> {
    let mut at = 0;
    for segment in path.segments() {
        let mut children = form.children(at);
        at = children.find(|&child| form.node(child).name == segment.name)?;
        if (form.node(at).kind == Kind::Repeat) != segment.row.is_some() {
            return None;
        }
    }
    Some(at)
}

/// Where an answer goes whose path the new version does not have.
fn moved(
    places: &Places,
    (old, new): (&Questionnaire, &Questionnaire),
    path: &Path,
    answer: &Answer,
) -> Result<(Path, Answer), Reason> {
    let before = old.find(&path.template());
    let index = before.and_then(|before| places.later(before));
    let (Some(before), Some(index)) = (before, index) else {
        return Err(Reason::QuestionRemoved);
    };
    if old.node(before).repeat.is_some() || new.node(index).repeat.is_some() {
        return Err(Reason::MovedAcrossRows);
    }
    let fit = fitted(new, index, answer)?;
    let to = path_of(new, index).parse();
    Ok((to.map_err(|_| Reason::QuestionRemoved)?, fit))
}

/// Whether a value fits a question; a list that is in a file cannot be looked at here.
fn fits(form: &Questionnaire, node: &Node, value: &Value) -> bool {
    let list = node.list.map(|list| &form.lists[list as usize]);
    typed::fits(node, value, &|name| {
        list.is_none_or(|list| {
            list.file.is_some() || list.choices.iter().any(|choice| choice.name == name)
        })
    })
}

/// The answer as a question of the new version takes it.
fn fitted(new: &Questionnaire, index: NodeIndex, answer: &Answer) -> Result<Answer, Reason> {
    let node = new.node(index);
    let is_silent = node.kind.is_container() || node.kind == Kind::Note;
    if is_silent || node.calculation.is_some() {
        return Err(Reason::OtherKind);
    }
    let Answer::Value(value) = answer else {
        return Ok(answer.clone());
    };
    if fits(new, node, value) {
        return Ok(answer.clone());
    }
    let wider = match (node.kind, value) {
        (
            Kind::Text,
            Value::Integer(_)
            | Value::Decimal(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::DateTime(_)
            | Value::Choice(_)
            | Value::Choices(_),
        ) => Some(Value::Text(value.lexical())),
        (Kind::SelectMultiple, Value::Choice(name)) => Some(Value::Choices(vec![name.clone()])),
        _ => None,
    };
    match wider {
        Some(wider) if fits(new, node, &wider) => Ok(Answer::Value(wider)),
        Some(Value::Choices(_)) => Err(Reason::ChoiceVanished),
        _ => Err(match (node.kind, value) {
            (Kind::SelectOne, Value::Choice(_))
            | (Kind::SelectMultiple | Kind::Rank, Value::Choices(_)) => Reason::ChoiceVanished,
            _ => Reason::OtherKind,
        }),
    }
}

/// Which node of one version is which of the other: by path, else by a name that is unique in
/// both and of which no path is in both.
struct Places {
    earlier: Vec<Option<NodeIndex>>,
    later: Vec<Option<NodeIndex>>,
}

impl Places {
    fn of(old: &Questionnaire, new: &Questionnaire) -> Places {
        let mut places = Places {
            earlier: vec![None; new.nodes.len()],
            later: vec![None; old.nodes.len()],
        };
        let mut paths: Map<String, NodeIndex> = Map::new();
        for index in 1..old.nodes.len() as NodeIndex {
            paths.insert(path_of(old, index), index);
        }
        for index in 1..new.nodes.len() as NodeIndex {
            if let Some(&before) = paths.get(&path_of(new, index)) {
                places.pair(before, index);
            }
        }
        let (old_names, new_names) = (unique(old), unique(new));
        for (name, &index) in &new_names {
            let before = old_names.get(name).copied().flatten();
            let (Some(index), Some(before)) = (index, before) else {
                continue;
            };
            if places.earlier(index).is_none() && places.later(before).is_none() {
                places.pair(before, index);
            }
        }
        places
    }

    fn pair(&mut self, before: NodeIndex, after: NodeIndex) {
        self.earlier[after as usize] = Some(before);
        self.later[before as usize] = Some(after);
    }

    fn earlier(&self, index: NodeIndex) -> Option<NodeIndex> {
        self.earlier[index as usize]
    }

    fn later(&self, index: NodeIndex) -> Option<NodeIndex> {
        self.later[index as usize]
    }

    /// Whether two expressions say the same, wherever the nodes that they name stand.
    fn say_the_same(&self, old: &Expression, new: &Expression) -> bool {
        let same_node = |before: NodeIndex, after: NodeIndex| {
            before == 0 && after == 0 || self.later(before) == Some(after)
        };
        let same = |(before, after): (&Part, &Part)| match (before, after) {
            (Part::Linked(before), Part::Linked(after)) => {
                let rows = (before.within, after.within);
                same_node(before.node, after.node)
                    && match rows {
                        (Some(before), Some(after)) => same_node(before, after),
                        (None, None) => true,
                        _ => false,
                    }
            }
            (Part::Saved(before), Part::Saved(after)) => same_node(*before, *after),
            _ => before == after,
        };
        old.parts.len() == new.parts.len()
            && old.patterns == new.patterns
            && old.parts.iter().zip(&new.parts).all(same)
    }
}

/// The node of each name; nothing for names that several have.
fn unique(form: &Questionnaire) -> Map<String, Option<NodeIndex>> {
    let mut names = Map::new();
    for (index, node) in form.nodes.iter().enumerate().skip(1) {
        let only = match names.contains_key(&node.name) {
            true => None,
            false => Some(index as NodeIndex),
        };
        names.insert(node.name.clone(), only);
    }
    names
}

fn path_of(form: &Questionnaire, index: NodeIndex) -> String {
    let mut path = String::new();
    let mut at = index;
    while at != 0 {
        let node = form.node(at);
        path.insert_str(0, &node.name);
        path.insert(0, '/');
        at = node.parent;
    }
    path
}

/// One node in its version.
struct Side<'q> {
    form: &'q Questionnaire,
    node: &'q Node,
    list: Option<&'q ChoiceList>,
}

impl<'q> Side<'q> {
    fn new(form: &'q Questionnaire, index: NodeIndex) -> Side<'q> {
        let node = form.node(index);
        Side {
            form,
            node,
            list: node.list.map(|list| &form.lists[list as usize]),
        }
    }

    fn names(&self) -> Vec<&'q str> {
        let choices = self.list.into_iter().flat_map(|list| &list.choices);
        choices.map(|choice| choice.name.as_str()).collect()
    }

    fn texts(&self) -> [&'q Texts; 6] {
        let node = self.node;
        [
            &node.label,
            &node.hint,
            &node.guidance,
            &node.required_message,
            &node.constraint_message,
            &node.doubt_message,
        ]
    }

    fn label_of(&self, name: &str) -> Option<&'q Texts> {
        let mut choices = self.list.into_iter().flat_map(|list| &list.choices);
        let found = choices.find(|choice| choice.name == name);
        found.map(|choice| &choice.label)
    }

    /// What stands in each column; then what stands in texts.
    fn expressions(&self) -> Vec<Option<&'q Expression>> {
        let node = self.node;
        let triggered = node.triggered.as_ref();
        let columns = [
            node.required.as_ref(),
            node.relevant.as_ref(),
            node.constraint.as_ref(),
            node.calculation.as_ref(),
            node.default.as_ref(),
            node.read_only.as_ref(),
            node.choice_filter.as_ref(),
            node.count.as_ref(),
            node.doubt.as_ref(),
            triggered.and_then(|triggered| triggered.value.as_ref()),
        ];
        let mut all = columns.to_vec();
        for texts in self.texts() {
            all.extend(texts.expressions().map(Some));
        }
        all
    }
}

fn differences([old, new]: &[Side<'_>; 2], places: &Places, add: &mut impl FnMut(Change)) {
    if old.node.kind != new.node.kind {
        add(Change::OtherKind {
            from: old.node.kind,
            to: new.node.kind,
        });
    }
    let (before, after) = (old.names(), new.names());
    let missing = |these: &[&str], those: &[&str]| {
        let gone = these.iter().filter(|name| !those.contains(name));
        gone.map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    let came = missing(&after, &before);
    if !came.is_empty() {
        add(Change::ChoicesCame(came));
    }
    let vanished = missing(&before, &after);
    if !vanished.is_empty() {
        add(Change::ChoicesVanished(vanished));
    }
    let mut texts: Vec<_> = old.texts().into_iter().zip(new.texts()).collect();
    for name in after {
        texts.extend(old.label_of(name).zip(new.label_of(name)));
    }
    // A language that came later makes no text another one.
    let mut languages = old.form.languages.iter().enumerate();
    let other_texts = languages.any(|(place, language)| {
        let mut news = new.form.languages.iter();
        let later = news.position(|each| each.name == language.name);
        later.is_some_and(|later| {
            let mut pairs = texts.iter();
            pairs.any(|(old, new)| old.plain(place) != new.plain(later))
        })
    });
    if other_texts {
        add(Change::OtherTexts);
    }
    let (before, after) = (old.expressions(), new.expressions());
    let same = |(old, new): (&Option<&Expression>, &Option<&Expression>)| match (old, new) {
        (Some(old), Some(new)) => places.say_the_same(old, new),
        (None, None) => true,
        _ => false,
    };
    if before.len() != after.len() || !before.iter().zip(&after).all(same) {
        add(Change::OtherExpressions);
    }
}

#[cfg(test)]
#[cfg(feature = "authoring")]
mod tests;
