//! Choices from lists that are too long to be part of the questionnaire.
//!
//! Always: while a list is not here yet, every answer counts as one of its choices and shows its name.
//! Never: hands out a whole list; at most as many as are asked for.

use std::sync::Arc;

use super::instances::InstanceIndex;
use super::tree::{Grove, Handle};
use super::{Changes, ChoiceView, Interview};
use crate::ids::Path;
use crate::questionnaire::model::{Kind, ListIndex, Node};
use crate::questionnaire::packed::{Filter, Found, PackedList};
use crate::questionnaire::xpath::Evaluator;

/// The most choices that a filter looks at one by one in one search.
pub(super) const FILTERED_MAX: usize = 3_000;

impl Interview {
    /// The long lists that are not here yet, by name.
    pub fn lists_wanted(&self) -> impl Iterator<Item = &str> {
        let lists = self.questionnaire.lists.iter().enumerate();
        let wanted = lists.filter(|(place, list)| {
            list.file.is_some() && self.packed(*place as ListIndex).is_none()
        });
        wanted.map(|(_, list)| list.name.as_str())
    }

    /// Gives the interview a long list, by the name that the questionnaire knows it by.
    pub fn supply(&mut self, name: &str, packed: &Arc<PackedList>) -> Changes {
        let lists = &self.questionnaire.lists;
        self.packed.resize(lists.len(), None);
        for (list, place) in lists.iter().zip(&mut self.packed) {
            if list.file.is_some() && list.name == name {
                *place = Some(Arc::clone(packed));
            }
        }
        let mut changes = self.rebuilt();
        // Labels are no part of what is computed; titles of rows are made of them.
        changes.pages = true;
        for instance in &self.instances.all {
            let list = self.questionnaire.node(instance.node).list;
            let is_it =
                list.is_some_and(|list| self.questionnaire.lists[list as usize].name == name);
            if is_it && !changes.paths.contains(&instance.path) {
                changes.paths.push(instance.path.clone());
            }
        }
        changes
    }

    /// The choices of a question that have these words in name or label and pass its filter, best
    /// first, and whether there are more than `limit`. None where no long list is.
    pub fn search_choices(
        &self,
        path: &Path,
        words: &str,
        limit: usize,
        language: &str,
    ) -> (Vec<ChoiceView>, bool) {
        let index = self.instances.find(path);
        let place = index.and_then(|index| self.node_of(index).list);
        let (Some(index), Some(place)) = (index, place) else {
            return (Vec::new(), false);
        };
        let Some(packed) = self.packed(place) else {
            return (Vec::new(), false);
        };
        let language = self.questionnaire.language(language);
        let found = self.found(index, packed, words, limit);
        let view = |&row: &usize| ChoiceView {
            name: packed.name(row).to_owned(),
            label: packed.label(row, language).to_owned(),
            media: Vec::new(),
        };
        (found.rows.iter().map(view).collect(), found.more)
    }

    fn found(&self, index: InstanceIndex, packed: &PackedList, words: &str, limit: usize) -> Found {
        let node = self.node_of(index);
        let (Some(filter), Some(place)) = (&node.choice_filter, node.list) else {
            return packed.search(words, &Filter::default(), limit);
        };
        let grove = Grove::new(self);
        let filter = Evaluator::new(filter, &grove, Handle::Instance(index), self.surround());
        if let Some(wanted) = filter.equalities() {
            return packed.search(words, &Filter::of(&wanted), limit);
        }
        let mut found = packed.search(words, &Filter::default(), FILTERED_MAX);
        let item = |row: usize| Handle::Item(place, row as u32);
        found.rows.retain(|&row| filter.truth_at(item(row)));
        found.more |= limit < found.rows.len();
        found.rows.truncate(limit);
        found
    }

    pub(super) fn packed(&self, list: ListIndex) -> Option<&PackedList> {
        self.packed.get(list as usize)?.as_deref()
    }

    pub(super) fn is_searched(&self, node: &Node) -> bool {
        let list = node.list;
        list.is_some_and(|list| self.questionnaire.lists[list as usize].file.is_some())
    }

    pub(super) fn is_choice(&self, node: &Node, name: &str) -> bool {
        let Some(place) = node.list else {
            return true;
        };
        let list = &self.questionnaire.lists[place as usize];
        match self.packed(place) {
            Some(packed) => packed.find(name).is_some(),
            None => list.file.is_some() || list.choices.iter().any(|choice| choice.name == name),
        }
    }

    pub(super) fn label_of(&self, place: ListIndex, name: &str, language: usize) -> Option<String> {
        if let Some(packed) = self.packed(place) {
            let row = packed.find(name)?;
            return Some(packed.label(row, language).to_owned());
        }
        let list = &self.questionnaire.lists[place as usize];
        let choice = list.choices.iter().find(|choice| choice.name == name)?;
        Some(choice.label.plain(language))
    }

    /// What is chosen at a question of a long list.
    pub(super) fn chosen(&self, index: InstanceIndex, language: usize) -> Vec<ChoiceView> {
        let node = self.node_of(index);
        let text = self.states[index].text.as_str();
        let is_several = matches!(node.kind, Kind::SelectMultiple | Kind::Rank);
        let names = text.split(move |letter| is_several && letter == ' ');
        let view = |name: &str| ChoiceView {
            name: name.to_owned(),
            label: self.choice_text(node, name, language),
            media: Vec::new(),
        };
        names.filter(|name| !name.is_empty()).map(view).collect()
    }
}
