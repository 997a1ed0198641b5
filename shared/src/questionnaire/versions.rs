//! Two versions of one questionnaire: what differs, and what becomes of answers.
//!
//! Always: every answer stays, moves or is parked with a reason; equal versions differ in nothing.
//! Never: drops an answer; moves one into or out of a repeat; writes ops; touches rows and notes, but names those
//! that would stay behind.

use super::model::{
    Choice, ChoiceList, Kind, Node, NodeIndex, Part as TextPart, Questionnaire, Texts,
};
use super::typed;
use super::xpath::{Expression, Function, Link, Part};
use crate::answers::{Answer, AnswerSet, Value};
use crate::ids::{Path, RowId};
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
    /// By the names of the choices; none where they are in a file that is another one now.
    ChoicesCame(Vec<String>),
    ChoicesVanished(Vec<String>),
    /// A label, hint, message or the text of a choice.
    OtherTexts,
    /// A relevance, constraint, calculation or another expression, what triggers it, or a cell that
    /// filters of choices read.
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
    /// Notes at questions that stand elsewhere now and whose answer is not parked: from, to, and the note.
    pub notes: Vec<(Path, Path, String)>,
    /// Rows of what is no repeat in the new version: the path of the repeat, and the row.
    pub rows: Vec<(Path, RowId)>,
}

/// What differs between two versions, in the order of the new one; what was removed comes last.
pub fn compare(old: &Questionnaire, new: &Questionnaire) -> Vec<Difference> {
    walk(old, new, &|places, before, index, add| {
        let sides = [Side::new(old, before), Side::new(new, index)];
        differences(&sides, places, add);
    })
}

/// What came, went and moved, without what changed within a question: enough for a phone, and lighter.
pub fn outline(old: &Questionnaire, new: &Questionnaire) -> Vec<Difference> {
    walk(old, new, &|_, _, _, _| {})
}

/// Looks at a node that both versions have, and adds what differs.
type Look<'a> = &'a dyn Fn(&Places, NodeIndex, NodeIndex, &mut dyn FnMut(Change));

fn walk(old: &Questionnaire, new: &Questionnaire, look: Look<'_>) -> Vec<Difference> {
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
        look(&places, before, index, &mut add);
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
        let moved = moved(&places, path).and_then(|(index, to)| {
            let fit = fitted(new, index, answer)?;
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
    beside(&places, answers, &mut carried);
    carried
}

/// Names the notes and rows that would stay behind.
fn beside(places: &Places<'_>, answers: &AnswerSet, carried: &mut Carried) {
    let new = places.new;
    for (path, notes) in &answers.notes {
        if place(new, path).is_some() || carried.parked.iter().any(|(at, ..)| at == path) {
            continue;
        }
        if let Ok((_, to)) = moved(places, path)
            && to != *path
        {
            let notes = notes.iter();
            let notes = notes.map(|note| (path.clone(), to.clone(), note.clone()));
            carried.notes.extend(notes);
        }
    }
    for (path, rows) in &answers.rows {
        let is_repeat = |row: &RowId| place(new, &path.row(*row)).is_some();
        let gone = rows.iter().filter(|row| !is_repeat(row));
        carried.rows.extend(gone.map(|row| (path.clone(), *row)));
    }
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

/// Where that goes whose path the new version does not have.
fn moved(places: &Places<'_>, path: &Path) -> Result<(NodeIndex, Path), Reason> {
    let (old, new) = (places.old, places.new);
    let before = old.find(&path.template());
    let index = before.and_then(|before| places.later(before));
    let (Some(before), Some(index)) = (before, index) else {
        return Err(Reason::QuestionRemoved);
    };
    if old.node(before).repeat.is_some() || new.node(index).repeat.is_some() {
        return Err(Reason::MovedAcrossRows);
    }
    let to = path_of(new, index).parse();
    Ok((index, to.map_err(|_| Reason::QuestionRemoved)?))
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
struct Places<'q> {
    old: &'q Questionnaire,
    new: &'q Questionnaire,
    /// The places of the languages that both versions have, in the old and in the new one.
    languages: Vec<(usize, usize)>,
    earlier: Vec<Option<NodeIndex>>,
    later: Vec<Option<NodeIndex>>,
}

impl<'q> Places<'q> {
    fn of(old: &'q Questionnaire, new: &'q Questionnaire) -> Places<'q> {
        let languages = old.languages.iter().enumerate();
        let languages = languages.filter_map(|(place, language)| {
            let mut news = new.languages.iter();
            let later = news.position(|each| each.name == language.name)?;
            Some((place, later))
        });
        let mut places = Places {
            old,
            new,
            languages: languages.collect(),
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

    fn same_node(&self, before: NodeIndex, after: NodeIndex) -> bool {
        before == 0 && after == 0 || self.later(before) == Some(after)
    }

    fn same_link(&self, before: Link, after: Link) -> bool {
        let rows = match (before.within, after.within) {
            (Some(before), Some(after)) => self.same_node(before, after),
            (None, None) => true,
            _ => false,
        };
        rows && self.same_node(before.node, after.node)
    }

    /// Whether two expressions say the same, wherever the nodes and texts that they name stand.
    fn say_the_same(&self, old: &Expression, new: &Expression) -> bool {
        let names_text = |expression: &Expression, place: usize| {
            expression.parts.iter().any(|part| {
                matches!(part, Part::Call(Function::Itext, of) if usize::from(of[0]) == place)
            })
        };
        let same = |(place, (before, after)): (usize, (&Part, &Part))| match (before, after) {
            (Part::Linked(before), Part::Linked(after)) => self.same_link(*before, *after),
            (Part::Saved(before), Part::Saved(after)) => self.same_node(*before, *after),
            (Part::Number(before), Part::Number(after))
                if names_text(old, place) && names_text(new, place) =>
            {
                self.same_taken(*before as usize, *after as usize)
            }
            _ => before == after,
        };
        let mut pairs = old.parts.iter().zip(&new.parts).enumerate();
        old.parts.len() == new.parts.len() && old.patterns == new.patterns && pairs.all(same)
    }

    /// Whether `jr:itext` gives the same; a text of texts does not pass the check of a form.
    fn same_taken(&self, before: usize, after: usize) -> bool {
        match (self.old.texts.get(before), self.new.texts.get(after)) {
            (Some(before), Some(after)) => {
                self.same_words(before, after) && self.same_outputs(before, after)
            }
            _ => false,
        }
    }

    /// A language that came later makes no text another one.
    fn same_words(&self, old: &Texts, new: &Texts) -> bool {
        let mut languages = self.languages.iter();
        languages.all(|&(before, after)| old.plain(before) == new.plain(after))
    }

    fn same_outputs(&self, old: &Texts, new: &Texts) -> bool {
        let mut languages = self.languages.iter();
        languages.all(|&(before, after)| {
            let (old, new) = (outputs(old, before), outputs(new, after));
            let mut pairs = old.iter().zip(&new);
            old.len() == new.len() && pairs.all(|(old, new)| self.say_the_same(old, new))
        })
    }
}

/// The expressions in a text of one language.
fn outputs(texts: &Texts, language: usize) -> Vec<&Expression> {
    let mut found = Vec::new();
    for part in texts.0.get(language).into_iter().flat_map(|text| &text.0) {
        if let TextPart::Output(expression) = part {
            found.push(expression);
        }
    }
    found
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
    node: &'q Node,
    list: Option<&'q ChoiceList>,
}

impl<'q> Side<'q> {
    fn new(form: &'q Questionnaire, index: NodeIndex) -> Side<'q> {
        let node = form.node(index);
        Side {
            node,
            list: node.list.map(|list| &form.lists[list as usize]),
        }
    }

    fn choices(&self) -> &'q [Choice] {
        self.list.map_or(&[], |list| &list.choices)
    }

    /// Where each name stands first.
    fn names(&self) -> Map<&'q str, usize> {
        let choices = self.choices().iter().enumerate().rev();
        let name = |(place, choice): (usize, &'q Choice)| (choice.name.as_str(), place);
        choices.map(name).collect()
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

    /// What stands in each column.
    fn expressions(&self) -> [Option<&'q Expression>; 10] {
        let node = self.node;
        let triggered = node.triggered.as_ref();
        [
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
        ]
    }

    fn triggers(&self) -> &'q [Link] {
        let triggered = self.node.triggered.as_ref();
        triggered.map_or(&[], |triggered| &triggered.by)
    }
}

fn differences(
    sides @ [old, new]: &[Side<'_>; 2],
    places: &Places<'_>,
    add: &mut dyn FnMut(Change),
) {
    if old.node.kind != new.node.kind {
        add(Change::OtherKind {
            from: old.node.kind,
            to: new.node.kind,
        });
    }
    let choices = choices_of_both(sides, add);
    let mut texts: Vec<_> = old.texts().into_iter().zip(new.texts()).collect();
    texts.extend(choices.iter().map(|(old, new)| (&old.label, &new.label)));
    if !texts.iter().all(|(old, new)| places.same_words(old, new)) {
        add(Change::OtherTexts);
    }
    let same = |(old, new): (&Option<&Expression>, &Option<&Expression>)| match (old, new) {
        (Some(old), Some(new)) => places.say_the_same(old, new),
        (None, None) => true,
        _ => false,
    };
    let (before, after) = (old.triggers(), new.triggers());
    let is_there = |link: &Link| after.iter().any(|later| places.same_link(*link, *later));
    let same_triggers = before.len() == after.len() && before.iter().all(is_there);
    let (before, after) = (old.expressions(), new.expressions());
    let is_same = same_triggers
        && before.iter().zip(&after).all(same)
        && texts.iter().all(|(old, new)| places.same_outputs(old, new))
        && same_cells(sides, &choices);
    if !is_same {
        add(Change::OtherExpressions);
    }
}

/// Tells which choices came and vanished, and gives those that both sides have.
fn choices_of_both<'q>(
    [old, new]: &[Side<'q>; 2],
    add: &mut dyn FnMut(Change),
) -> Vec<(&'q Choice, &'q Choice)> {
    // Long lists are the same from version to version, mostly, and many questions share one.
    if old.list == new.list {
        return old.choices().iter().zip(new.choices()).collect();
    }
    let file = |side: &Side<'q>| side.list.and_then(|list| list.file.as_deref());
    let (before, after) = (old.names(), new.names());
    let missing = |these: &[Choice], those: &Map<&str, usize>| {
        let names = these.iter().map(|choice| choice.name.as_str());
        let gone = names.filter(|name| !those.contains_key(name));
        gone.map(str::to_owned).collect::<Vec<_>>()
    };
    let came = missing(new.choices(), &before);
    if !came.is_empty() || file(old) != file(new) {
        add(Change::ChoicesCame(came));
    }
    let vanished = missing(old.choices(), &after);
    if !vanished.is_empty() {
        add(Change::ChoicesVanished(vanished));
    }
    let pair = |choice: &'q Choice| {
        let place = *before.get(choice.name.as_str())?;
        Some((&old.choices()[place], choice))
    };
    new.choices().iter().filter_map(pair).collect()
}

/// Whether the columns that both lists have hold the same; one that came is read by new filters only.
fn same_cells([old, new]: &[Side<'_>; 2], choices: &[(&Choice, &Choice)]) -> bool {
    let (Some(old), Some(new)) = (old.list, new.list) else {
        return true;
    };
    let columns = old.columns.iter().enumerate();
    let mut both = columns.filter_map(|(before, column)| {
        let after = new.columns.iter().position(|each| each == column)?;
        Some((before, after))
    });
    let cell = |choice: &Choice, place: usize| choice.cells.get(place).cloned().unwrap_or_default();
    both.all(|(before, after)| {
        let mut choices = choices.iter();
        choices.all(|(old, new)| cell(old, before) == cell(new, after))
    })
}

#[cfg(test)]
#[cfg(feature = "authoring")]
mod tests;
