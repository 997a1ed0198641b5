//! The interview as a tree that expressions walk.
//!
//! Always: a row is an element with the name of its repeat; a repeat without rows is not there;
//! an irrelevant answer reads as empty; a choice list is the document of a secondary instance.
//! Never: a group has a text.

use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Ordering;

use super::Interview;
use super::instances::InstanceIndex;
use crate::answers::Answer;
use crate::questionnaire::model::{ChoiceList, Kind, ListIndex, NodeIndex};
use crate::questionnaire::packed::Filter;
use crate::questionnaire::xpath::{Link, NodeSort, Tree};
use crate::sorted::Set;

/// A node of the tree; the order of the variants and their numbers is document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Handle {
    Root,
    Instance(InstanceIndex),
    Document(ListIndex),
    /// The element `root` of a choice list.
    Top(ListIndex),
    Item(ListIndex, u32),
    Cell(ListIndex, u32, u32),
    /// The answer to a node of the questionnaire when a form was last saved.
    Saved(NodeIndex),
}

/// The columns that every choice has, before those of its list.
const OWN_COLUMNS: [&str; 2] = ["name", "label"];

/// An interview with a note of what was missed.
#[derive(Debug)]
pub(super) struct Grove<'a> {
    pub(super) interview: &'a Interview,
    pub(super) missed: RefCell<Set<InstanceIndex>>,
    /// Whether sums leave out what is missing, for their lower bound.
    pub(super) lenient: bool,
    /// The language of texts, by place; the default one unless a view is made.
    pub(super) language: usize,
}

impl<'a> Grove<'a> {
    pub(super) fn new(interview: &'a Interview) -> Grove<'a> {
        Grove {
            interview,
            missed: RefCell::default(),
            lenient: false,
            language: 0,
        }
    }

    fn list(&self, index: ListIndex) -> &'a ChoiceList {
        &self.interview.questionnaire.lists[index as usize]
    }

    fn saved_text(&self, node: NodeIndex) -> &'a str {
        let interview = self.interview;
        let instance = interview.instances.of_node[node as usize].first();
        let outside = instance.map(|&index| &interview.instances.all[index]);
        let outside = outside.filter(|instance| instance.row.is_none());
        let saved = outside.and_then(|instance| {
            let path = instance.path.as_str();
            interview.surroundings.last_saved.get(path)
        });
        saved.map_or("", String::as_str)
    }

    fn cell(&self, list: ListIndex, row: u32, column: u32) -> Cow<'a, str> {
        if let Some(packed) = self.interview.packed(list) {
            let row = row as usize;
            return Cow::Borrowed(match column {
                0 => packed.name(row),
                1 => packed.label(row, 0),
                _ => packed.cell(row, column as usize - OWN_COLUMNS.len()),
            });
        }
        let choice = &self.list(list).choices[row as usize];
        match column {
            0 => Cow::Borrowed(&choice.name),
            1 => Cow::Owned(choice.label.plain(self.language)),
            _ => Cow::Borrowed(
                choice
                    .cells
                    .get(column as usize - 2)
                    .map_or("", String::as_str),
            ),
        }
    }
}

impl Grove<'_> {
    /// The choices whose cells hold these texts; nothing when that cannot be told by column.
    pub(super) fn rows_where(
        &self,
        list: ListIndex,
        wanted: &[(&str, String)],
    ) -> Option<Vec<u32>> {
        if let Some(packed) = self.interview.packed(list) {
            let filter = Filter::of(wanted);
            let ranges = packed.filtered(&filter).into_iter();
            return Some(ranges.flatten().map(|row| row as u32).collect());
        }
        let columns = OWN_COLUMNS.into_iter();
        let columns = columns.chain(self.list(list).columns.iter().map(String::as_str));
        let columns: Vec<&str> = columns.collect();
        let mut rows: Vec<u32> = (0..self.list(list).choices.len() as u32).collect();
        for (name, text) in wanted {
            let mut places = (0..columns.len()).filter(|&place| columns[place] == *name);
            match (places.next(), places.next()) {
                // What is not there is equal to nothing.
                (None, _) => rows.clear(),
                (Some(place), None) => {
                    rows.retain(|&row| self.cell(list, row, place as u32) == text.as_str());
                }
                (Some(_), Some(_)) => return None,
            }
        }
        Some(rows)
    }
}

impl Tree for Grove<'_> {
    type Node = Handle;

    fn root(&self) -> Handle {
        Handle::Root
    }

    fn parent(&self, node: Handle) -> Option<Handle> {
        match node {
            Handle::Root | Handle::Document(_) | Handle::Saved(_) => None,
            Handle::Instance(0) => Some(Handle::Root),
            Handle::Instance(index) => {
                let instance = &self.interview.instances.all[index];
                let parent = match instance.row_id {
                    // The holder of rows is no element.
                    Some(_) => self.interview.instances.all[instance.parent].parent,
                    None => instance.parent,
                };
                Some(Handle::Instance(parent))
            }
            Handle::Top(list) => Some(Handle::Document(list)),
            Handle::Item(list, _) => Some(Handle::Top(list)),
            Handle::Cell(list, row, _) => Some(Handle::Item(list, row)),
        }
    }

    fn children(&self, node: Handle, out: &mut Vec<Handle>) {
        match node {
            Handle::Root => out.push(Handle::Instance(0)),
            Handle::Instance(index) => {
                let instances = &self.interview.instances;
                for child in instances.children(index) {
                    let instance = &instances.all[child];
                    let kind = self.interview.questionnaire.node(instance.node).kind;
                    if kind == Kind::Repeat && instance.row_id.is_none() {
                        out.extend(instances.children(child).map(Handle::Instance));
                    } else {
                        out.push(Handle::Instance(child));
                    }
                }
            }
            Handle::Document(list) => out.push(Handle::Top(list)),
            Handle::Top(list) => {
                let packed = self.interview.packed(list);
                let count = packed.map_or(self.list(list).choices.len(), |packed| packed.len());
                let count = count as u32;
                out.extend((0..count).map(|row| Handle::Item(list, row)));
            }
            Handle::Item(list, row) => {
                let count = (self.list(list).columns.len() + OWN_COLUMNS.len()) as u32;
                out.extend((0..count).map(|column| Handle::Cell(list, row, column)));
            }
            Handle::Cell(..) | Handle::Saved(_) => {}
        }
    }

    fn attributes(&self, _node: Handle, _out: &mut Vec<Handle>) {}

    fn sort(&self, node: Handle) -> NodeSort {
        match node {
            Handle::Root | Handle::Document(_) => NodeSort::Root,
            Handle::Instance(_)
            | Handle::Top(_)
            | Handle::Item(..)
            | Handle::Cell(..)
            | Handle::Saved(_) => NodeSort::Element,
        }
    }

    fn name(&self, node: Handle) -> &str {
        match node {
            Handle::Root | Handle::Document(_) => "",
            Handle::Instance(index) => {
                let node = self.interview.instances.all[index].node;
                &self.interview.questionnaire.node(node).name
            }
            Handle::Saved(node) => &self.interview.questionnaire.node(node).name,
            Handle::Top(_) => "root",
            Handle::Item(..) => "item",
            Handle::Cell(list, _, column) => match OWN_COLUMNS.get(column as usize) {
                Some(name) => name,
                None => &self.list(list).columns[column as usize - OWN_COLUMNS.len()],
            },
        }
    }

    fn text(&self, node: Handle) -> Cow<'_, str> {
        match node {
            Handle::Instance(index) => {
                let state = &self.interview.states[index];
                Cow::Borrowed(if state.relevant { &state.text } else { "" })
            }
            Handle::Cell(list, row, column) => self.cell(list, row, column),
            Handle::Saved(node) => Cow::Borrowed(self.saved_text(node)),
            Handle::Root | Handle::Document(_) | Handle::Top(_) | Handle::Item(..) => {
                Cow::Borrowed("")
            }
        }
    }

    fn order(&self, left: Handle, right: Handle) -> Ordering {
        left.cmp(&right)
    }

    fn counts(&self, node: Handle) -> bool {
        match node {
            Handle::Instance(index) => self.interview.states[index].relevant,
            _ => true,
        }
    }

    fn linked(&self, link: Link, at: Handle, out: &mut Vec<Handle>) {
        let instances = &self.interview.instances;
        let all = &instances.of_node[link.node as usize];
        let row = match (link.within, at) {
            (Some(repeat), Handle::Instance(index)) => instances.row_around(index, repeat),
            _ => None,
        };
        match row {
            Some(row) => {
                // Instances are in document order: those of one row stand together.
                let first = all.partition_point(|&each| each < row);
                let inside = all[first..].iter();
                let inside = inside.take_while(|&&each| instances.is_within(each, row));
                out.extend(inside.map(|&each| Handle::Instance(each)));
            }
            None => out.extend(all.iter().map(|&each| Handle::Instance(each))),
        }
    }

    fn instance(&self, id: &str) -> Option<Handle> {
        let mut lists = self.interview.questionnaire.lists.iter();
        let found = lists.position(|list| list.is_instance(id))?;
        Some(Handle::Document(found as ListIndex))
    }

    fn choice_label(&self, node: Handle, name: &str) -> Option<String> {
        let Handle::Instance(index) = node else {
            return None;
        };
        let list = self.interview.node_of(index).list?;
        self.interview.label_of(list, name, self.language)
    }

    fn itext(&self, place: usize, at: Handle) -> String {
        let texts = self.interview.questionnaire.texts.get(place);
        match (texts, at) {
            (Some(texts), Handle::Instance(index)) => {
                self.interview.words(texts, self.language, index)
            }
            _ => String::new(),
        }
    }

    fn saved(&self, node: NodeIndex) -> Option<Handle> {
        Some(Handle::Saved(node))
    }

    fn children_where(
        &self,
        node: Handle,
        name: &str,
        wanted: &[(&str, String)],
    ) -> Option<Vec<Handle>> {
        let Handle::Top(list) = node else {
            return None;
        };
        let rows = match name {
            "item" => self.rows_where(list, wanted)?,
            _ => Vec::new(),
        };
        let items = rows.into_iter().map(|row| Handle::Item(list, row));
        Some(items.collect())
    }

    fn state(&self, node: Handle) -> &'static str {
        let Handle::Instance(index) = node else {
            return "answered";
        };
        let state = &self.interview.states[index];
        match self.interview.given(index) {
            _ if !state.relevant => "irrelevant",
            Some(Answer::Unknown) => "unknown",
            Some(Answer::Refused) => "refused",
            Some(Answer::Value(_)) => "answered",
            None if state.text.is_empty() => "empty",
            None => "answered",
        }
    }

    fn version(&self) -> &str {
        &self.interview.questionnaire.version
    }

    fn fact(&self, name: &str) -> Option<String> {
        self.interview.surroundings.facts.get(name).cloned()
    }

    fn identity(&self, node: Handle) -> String {
        let village = &self.interview.surroundings.village.code;
        match node {
            Handle::Instance(index) => {
                format!("{village}{}", self.interview.instances.all[index].path)
            }
            _ => village.clone(),
        }
    }

    fn missed(&self, node: Handle) -> bool {
        if let Handle::Instance(index) = node
            && self.interview.states[index].relevant
        {
            self.missed.borrow_mut().insert(index);
        }
        self.lenient
    }
}
