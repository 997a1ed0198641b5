//! Pages as a person walks them, and what stands on each.
//!
//! Always: a page is an innermost group, the loose questions of a group between its subgroups, or
//! the rows of a repeat; the name of a page does not depend on what is relevant.
//! Never: an empty page.

use super::instances::InstanceIndex;
use super::tree::{Grove, Handle};
use super::{ChoiceView, Interview, ItemView, MediaView, PageId, PageKind, PageView, RowView};
use crate::answers::{Answer, Value};
use crate::ids::Path;
use crate::questionnaire::model::{Kind, MediaName, Node, Unit, in_language};
use crate::questionnaire::typed;
use crate::questionnaire::xpath::{Evaluator, shuffled};

/// A page before its words: which instances stand on it.
#[derive(Debug, Clone, PartialEq)]
struct Page {
    id: PageId,
    kind: PageKind,
    /// The group, row or repeat that it belongs to.
    owner: InstanceIndex,
    items: Vec<InstanceIndex>,
}

impl Interview {
    /// All pages that apply now, in order.
    pub fn pages(&self, language: &str) -> Vec<PageView> {
        let language = self.questionnaire.language(language);
        let pages = self.page_list();
        pages
            .iter()
            .map(|page| self.page_view(page, &pages, language))
            .collect()
    }

    /// What stands on a page; nothing when there is no such page now.
    pub fn page(&self, id: &PageId, language: &str) -> Vec<ItemView> {
        let language = self.questionnaire.language(language);
        let pages = self.page_list();
        let page = pages.iter().find(|page| page.id == *id);
        let items = page.map_or(&[][..], |page| &page.items);
        items
            .iter()
            .map(|&index| self.item_view(index, language))
            .collect()
    }

    /// One question as a screen shows it.
    pub fn item(&self, path: &Path, language: &str) -> Option<ItemView> {
        let index = self.instances.find(path)?;
        let language = self.questionnaire.language(language);
        let shows = !self.node_of(index).kind.is_container();
        shows.then(|| self.item_view(index, language))
    }

    /// Whether the question, row or group counts now; what the questionnaire does not have does not.
    pub fn is_relevant(&self, path: &Path) -> bool {
        let index = self.instances.find(path);
        index.is_some_and(|index| self.states[index].relevant)
    }

    /// The page that shows a question, row or group.
    pub fn locate(&self, path: &Path) -> Option<PageId> {
        let index = self.instances.find(path)?;
        let pages = self.page_list();
        let shows = pages.iter().find(|page| page.items.contains(&index));
        let inside = || {
            pages
                .iter()
                .find(|page| self.instances.is_within(page.owner, index))
        };
        shows.or_else(inside).map(|page| page.id.clone())
    }

    fn page_list(&self) -> Vec<Page> {
        let mut pages = Vec::new();
        self.pages_of(0, &mut pages);
        pages
    }

    /// Depth is bounded by `model::DEPTH_MAX`.
    fn pages_of(&self, owner: InstanceIndex, pages: &mut Vec<Page>) {
        let mut id = self.instances.all[owner].path.clone();
        let mut run: Vec<InstanceIndex> = Vec::new();
        let mut begins = false;
        for child in self.instances.children(owner) {
            let node = self.node_of(child);
            if !node.kind.is_container() {
                if begins {
                    id = self.instances.all[child].path.clone();
                    begins = false;
                }
                run.push(child);
                continue;
            }
            self.close_run(owner, &id, &mut run, pages);
            begins = true;
            if !self.states[child].relevant {
                continue;
            }
            match node.kind {
                Kind::Repeat => self.pages_of_repeat(child, pages),
                _ if node.has_appearance("field-list") => self.page_of_all(child, pages),
                _ => self.pages_of(child, pages),
            }
        }
        self.close_run(owner, &id, &mut run, pages);
    }

    fn close_run(
        &self,
        owner: InstanceIndex,
        id: &Path,
        run: &mut Vec<InstanceIndex>,
        pages: &mut Vec<Page>,
    ) {
        let mut items = std::mem::take(run);
        items.retain(|&index| self.is_shown(index));
        if !items.is_empty() {
            pages.push(Page {
                id: PageId(id.clone()),
                kind: PageKind::Questions,
                owner,
                items,
            });
        }
    }

    /// A group that stands on one page, with its inner groups; repeats in it come after.
    fn page_of_all(&self, group: InstanceIndex, pages: &mut Vec<Page>) {
        let mut items = Vec::new();
        let mut repeats = Vec::new();
        let mut at = group + 1;
        while at < self.instances.all[group].end {
            let node = self.node_of(at);
            let relevant = self.states[at].relevant;
            if node.kind == Kind::Repeat && relevant {
                repeats.push(at);
            }
            if !node.kind.is_container() {
                items.push(at);
            }
            let skips = node.kind == Kind::Repeat || !relevant;
            at = if skips {
                self.instances.all[at].end
            } else {
                at + 1
            };
        }
        let path = self.instances.all[group].path.clone();
        self.close_run(group, &path, &mut items, pages);
        for repeat in repeats {
            self.pages_of_repeat(repeat, pages);
        }
    }

    fn pages_of_repeat(&self, holder: InstanceIndex, pages: &mut Vec<Page>) {
        pages.push(Page {
            id: PageId(self.instances.all[holder].path.clone()),
            kind: PageKind::Rows,
            owner: holder,
            items: Vec::new(),
        });
        let on_one_page = self.node_of(holder).has_appearance("field-list");
        for row in self.instances.children(holder) {
            match on_one_page {
                true => self.page_of_all(row, pages),
                false => self.pages_of(row, pages),
            }
        }
    }

    /// Questions and notes are shown; calculated values only when there is something to say.
    fn is_shown(&self, index: InstanceIndex) -> bool {
        let state = &self.states[index];
        state.relevant
            && match self.node_of(index).kind {
                Kind::Calculate => state.doubted,
                Kind::Hidden | Kind::Metadata => false,
                _ => true,
            }
    }

    pub(super) fn node_of(&self, index: InstanceIndex) -> &Node {
        self.questionnaire.node(self.instances.all[index].node)
    }

    fn page_view(&self, page: &Page, pages: &[Page], language: usize) -> PageView {
        let mut above = Vec::new();
        let mut at = page.owner;
        while at != 0 {
            above.push(at);
            at = self.instances.all[at].parent;
        }
        above.reverse();
        let titles = above.iter().map(|&index| self.title(index, language));
        let breadcrumb: Vec<String> = titles.filter(|title| !title.is_empty()).collect();
        let module = above.first().copied();
        PageView {
            id: page.id.clone(),
            kind: page.kind,
            module: module.map_or_else(String::new, |index| self.node_of(index).name.clone()),
            module_label: module.map_or_else(String::new, |index| self.title(index, language)),
            title: breadcrumb.last().cloned().unwrap_or_default(),
            breadcrumb,
            rows: match page.kind {
                PageKind::Rows => self.rows(page.owner, pages, language),
                PageKind::Questions => Vec::new(),
            },
            can_add: page.kind == PageKind::Rows
                && self.node_of(page.owner).count.is_none()
                && !self.is_full(),
        }
    }

    fn rows(&self, holder: InstanceIndex, pages: &[Page], language: usize) -> Vec<RowView> {
        let view = |row: InstanceIndex| {
            let inside = |page: &&Page| self.instances.is_within(page.owner, row);
            let below = row..self.instances.all[row].end;
            RowView {
                path: self.instances.all[row].path.clone(),
                page: pages.iter().find(inside).map(|page| page.id.clone()),
                title: self.title(row, language),
                findings: below.map(|index| self.findings_at(index).len()).sum(),
            }
        };
        self.instances.children(holder).map(view).collect()
    }

    /// The label of a group; of a row, its first answer.
    fn title(&self, index: InstanceIndex, language: usize) -> String {
        let instance = &self.instances.all[index];
        let label = self.words(&self.node_of(index).label, language, index);
        if instance.row_id.is_none() {
            return label;
        }
        let below = index + 1..instance.end;
        let mut answers = below
            .filter(|&each| self.names_a_row(each))
            .map(|each| self.answer_text(each, language))
            .filter(|text| !text.is_empty());
        if let Some(first) = answers.next() {
            return first;
        }
        let number = self
            .instances
            .children(instance.parent)
            .position(|row| row == index);
        format!("{label} {}", number.unwrap_or(0) + 1)
    }

    fn names_a_row(&self, index: InstanceIndex) -> bool {
        let kinds = [
            Kind::SelectOne,
            Kind::Text,
            Kind::SelectMultiple,
            Kind::Integer,
        ];
        self.states[index].relevant && kinds.contains(&self.node_of(index).kind)
    }

    /// An answer as people read it: labels of choices, numbers with separators.
    pub(super) fn answer_text(&self, index: InstanceIndex, language: usize) -> String {
        let node = self.node_of(index);
        let text = &self.states[index].text;
        match node.kind {
            Kind::SelectOne => self.choice_text(node, text, language),
            Kind::SelectMultiple | Kind::Rank => {
                let labels = text
                    .split(' ')
                    .map(|name| self.choice_text(node, name, language));
                labels.collect::<Vec<_>>().join(", ")
            }
            Kind::Integer | Kind::Decimal | Kind::Range | Kind::Calculate => {
                typed::number_for_people(text)
            }
            _ => text.clone(),
        }
    }

    pub(super) fn choice_text(&self, node: &Node, name: &str, language: usize) -> String {
        let label = node
            .list
            .and_then(|list| self.label_of(list, name, language));
        label.unwrap_or_else(|| name.to_owned())
    }

    fn item_view(&self, index: InstanceIndex, language: usize) -> ItemView {
        let state = &self.states[index];
        let path = &self.instances.all[index].path;
        let node = self.node_of(index);
        let fed = node.fed.is_some() && state.read_only;
        let unasked = matches!(node.kind, Kind::Metadata | Kind::Calculate);
        let computed = node.calculation.is_some() || fed || unasked;
        ItemView {
            path: path.clone(),
            name: node.name.clone(),
            kind: node.kind,
            label: self.words(&node.label, language, index),
            hint: self.words(&node.hint, language, index),
            guidance: self.words(&node.guidance, language, index),
            media: media(&node.media, language),
            unit: self.unit(node, index, language),
            required: state.required,
            read_only: state.read_only,
            answer: if fed {
                self.fed_answer(index)
            } else {
                self.given(index)
            },
            calculated: computed.then(|| self.answer_text(index, language)),
            choices: self.choices(index, language),
            is_searched: self.is_searched(node),
            appearance: node.appearance.clone(),
            parameters: node.parameters.clone(),
            findings: self.findings_at(index),
            notes: self.answers.notes.get(path).cloned().unwrap_or_default(),
        }
    }

    /// What the system fed, as an answer.
    pub(super) fn fed_answer(&self, index: InstanceIndex) -> Option<Answer> {
        let text = self.states[index].text.clone();
        if text.is_empty() {
            return None;
        }
        Some(Answer::Value(match self.node_of(index).kind {
            Kind::SelectOne => Value::Choice(text),
            _ => Value::Text(text),
        }))
    }

    fn unit(&self, node: &Node, index: InstanceIndex, language: usize) -> String {
        match &node.unit {
            None => String::new(),
            Some(Unit::Text(text)) => text.clone(),
            Some(Unit::LabelOf(other)) => {
                let row = node
                    .repeat
                    .and_then(|repeat| self.instances.row_around(index, repeat));
                let inside = |each: &&InstanceIndex| {
                    row.is_none_or(|row| self.instances.is_within(**each, row))
                };
                let other = self.instances.of_node[*other as usize].iter().find(inside);
                other.map_or_else(String::new, |&other| self.answer_text(other, language))
            }
        }
    }

    fn choices(&self, index: InstanceIndex, language: usize) -> Vec<ChoiceView> {
        let node = self.node_of(index);
        let Some(place) = node.list else {
            return Vec::new();
        };
        if self.is_searched(node) {
            return self.chosen(index, language);
        }
        let list = &self.questionnaire.lists[place as usize];
        // Which choices there are must not depend on who looks: filters read the first language.
        let grove = Grove::new(self);
        let at = Handle::Instance(index);
        let filter = node.choice_filter.as_ref();
        let filter = filter.map(|each| Evaluator::new(each, &grove, at, self.surround()));
        let wanted = filter.as_ref().and_then(Evaluator::equalities);
        let indexed = wanted.and_then(|wanted| grove.rows_where(place, &wanted));
        let rows = indexed.unwrap_or_else(|| {
            let passes = |&row: &u32| {
                let item = Handle::Item(place, row);
                filter.as_ref().is_none_or(|filter| filter.truth_at(item))
            };
            let rows = 0..list.choices.len() as u32;
            rows.filter(passes).collect()
        });
        let views = rows
            .into_iter()
            .map(|row| &list.choices[row as usize])
            .map(|choice| ChoiceView {
                name: choice.name.clone(),
                label: self.words(&choice.label, language, index),
                media: media(&choice.media, language),
            })
            .collect();
        match node.parameter("randomize") {
            Some("true") => shuffled(views, Some(self.seed(index))),
            _ => views,
        }
    }

    /// The seed of a random order; without one of the author's it is of this question in this
    /// village, so that the order stays from visit to visit.
    fn seed(&self, index: InstanceIndex) -> f64 {
        if let Some(seed) = &self.node_of(index).count {
            return self.evaluate_with(seed, index, |evaluator| evaluator.number());
        }
        let village = self.surroundings.village.code.bytes();
        let path = self.instances.all[index].path.as_str().bytes();
        let mix = |sum: u32, byte: u8| sum.wrapping_mul(31).wrapping_add(u32::from(byte));
        f64::from(village.chain(path).fold(7, mix))
    }
}

fn media(names: &[MediaName], language: usize) -> Vec<MediaView> {
    let view = |name: &MediaName| MediaView {
        kind: name.kind,
        file: name.file.clone(),
    };
    in_language(names, language).map(view).collect()
}
