//! Choices of a form: secondary instances, files, and items that stand in a control.
//!
//! Always: a source of choices that is not understood is named.
//! Never: reads a file that was not supplied.

use std::collections::BTreeMap;

use roxmltree::Node as Element;

use super::texts::Words;
use super::{Form, child, list_named, text_of};
use crate::questionnaire::compile::LAST_SAVED;
use crate::questionnaire::model::{CHOICES_MAX, Choice, ChoiceList, ListIndex, Part, Text, Texts};
use crate::questionnaire::sheet::{ChoiceRows, Problems, Sheet, file_list, looked_up};

/// What a select chooses from.
pub(super) struct Chosen {
    pub(super) list: ListIndex,
    /// The predicate of the itemset.
    pub(super) filter: Option<String>,
    pub(super) is_random: bool,
    pub(super) seed: Option<String>,
}

/// The secondary instances.
pub(super) fn read(
    form: &Form<'_>,
    words: &Words,
    files: &BTreeMap<String, String>,
    problems: &mut Problems,
) -> (Vec<ChoiceList>, ChoiceRows) {
    let mut lists: Vec<ChoiceList> = Vec::new();
    let mut rows = ChoiceRows::default();
    let mut count = 0;
    let instances = form.model.children();
    let instances =
        instances.filter(|each| each.is_element() && each.tag_name().name() == "instance");
    for instance in instances.skip(1) {
        let line = form.line(instance);
        let id = instance.attribute("id").unwrap_or("").trim();
        if id.is_empty() || list_named(&lists, id).is_some() {
            problems.error(Sheet::Xform, line, "instance", "name_repeated", id);
            continue;
        }
        let list = match instance.attribute("src") {
            // It is no list: expressions read it by itself.
            Some("jr://instance/last-saved") => {
                if id != LAST_SAVED {
                    problems.error(Sheet::Xform, line, "instance", "last_saved_unsupported", id);
                }
                continue;
            }
            Some(source) => external(id, source, files, line, problems),
            None => {
                for item in items_of(instance) {
                    rows.push(lists.len(), form.line(item));
                }
                inline(instance, id, words)
            }
        };
        // What stays a file is not carried along.
        count += match list.file {
            Some(_) => 0,
            None => list.choices.len(),
        };
        if CHOICES_MAX < count {
            let count = format!("{count}, limit {CHOICES_MAX}");
            problems.error(Sheet::Xform, line, "instance", "too_many_choices", &count);
            return (lists, rows);
        }
        lists.push(list);
    }
    (lists, rows)
}

/// An instance that is a file: `jr://file-csv/desa.csv`.
fn external(
    id: &str,
    source: &str,
    files: &BTreeMap<String, String>,
    line: u32,
    problems: &mut Problems,
) -> ChoiceList {
    let file = source.rsplit('/').next().unwrap_or("");
    let empty = ChoiceList {
        name: id.to_owned(),
        columns: Vec::new(),
        choices: Vec::new(),
        file: Some(file.to_owned()),
    };
    if !file.ends_with(".csv") && !file.ends_with(".geojson") {
        problems.error(Sheet::Xform, line, "src", "file_kind_unsupported", file);
        return empty;
    }
    match files.get(file) {
        // Which columns are name and label is known when a select uses it.
        Some(text) if file.ends_with(".csv") => looked_up(id, file, text, line, problems),
        Some(_) => empty,
        None => {
            problems.error(Sheet::Xform, line, "src", "file_missing", file);
            empty
        }
    }
}

fn items_of<'x>(instance: Element<'x, 'x>) -> impl Iterator<Item = Element<'x, 'x>> {
    let root = instance.first_element_child();
    let items = root.into_iter().flat_map(|root| root.children());
    items.filter(Element::is_element)
}

fn inline(instance: Element<'_, '_>, id: &str, words: &Words) -> ChoiceList {
    let mut list = ChoiceList {
        name: id.to_owned(),
        columns: Vec::new(),
        choices: Vec::new(),
        file: None,
    };
    for item in items_of(instance) {
        let mut choice = Choice {
            name: String::new(),
            label: Texts::default(),
            media: Vec::new(),
            cells: vec![String::new(); list.columns.len()],
        };
        for cell in item.children().filter(Element::is_element) {
            let text = text_of(cell);
            match cell.tag_name().name() {
                "name" => choice.name = text,
                "label" => choice.label = plain(&text),
                "itextId" => {
                    choice.label = words.get(text.trim(), "");
                    choice.media = words.media(text.trim());
                }
                column => {
                    let known = list.columns.iter().position(|each| each == column);
                    let place = known.unwrap_or_else(|| {
                        list.columns.push(column.to_owned());
                        choice.cells.push(String::new());
                        list.columns.len() - 1
                    });
                    choice.cells[place] = text;
                }
            }
        }
        while choice.cells.last().is_some_and(String::is_empty) {
            choice.cells.pop();
        }
        list.choices.push(choice);
    }
    list
}

fn plain(text: &str) -> Texts {
    Texts(vec![Text(vec![Part::Words(text.trim().to_owned())])])
}

/// What a control chooses from; nothing when that was told as a problem.
pub(super) fn of_control(
    form: &Form<'_>,
    control: Element<'_, '_>,
    words: &Words,
    lists: &mut Vec<ChoiceList>,
    problems: &mut Problems,
) -> Option<Chosen> {
    let line = form.line(control);
    let Some(itemset) = control
        .children()
        .find(|each| each.is_element() && each.tag_name().name() == "itemset")
    else {
        return items(control, words, lists, line, problems);
    };
    let nodeset = itemset.attribute("nodeset").unwrap_or("").trim();
    let Some(read) = itemset_of(nodeset) else {
        problems.error(
            Sheet::Xform,
            line,
            "itemset",
            "itemset_unsupported",
            nodeset,
        );
        return None;
    };
    let Some(place) = list_named(lists, read.id) else {
        problems.error(Sheet::Xform, line, "itemset", "list_unknown", read.id);
        return None;
    };
    let reference = |name: &str, usual: &'static str| {
        let found = itemset
            .children()
            .find(|each| each.tag_name().name() == name);
        found
            .and_then(|each| each.attribute("ref"))
            .map_or(usual, str::trim)
            .to_owned()
    };
    let (name, label) = (reference("value", "name"), reference("label", "label"));
    let label = if label.starts_with("jr:itext") {
        "label".to_owned()
    } else {
        label
    };
    Some(Chosen {
        list: by_columns(lists, place, &name, &label),
        filter: read.filter.map(str::to_owned),
        is_random: read.is_random,
        seed: read.seed.map(str::to_owned),
    })
}

/// The list as a control reads it: by other columns it is another list, named as sheets name it.
fn by_columns(lists: &mut Vec<ChoiceList>, place: ListIndex, name: &str, label: &str) -> ListIndex {
    let usual = name == "name" && label == "label";
    let list = &lists[place as usize];
    if usual || !list.columns.iter().any(|column| column == name) {
        return place;
    }
    let other = file_list(list, name, label);
    if let Some(known) = list_named(lists, &other.name) {
        return known;
    }
    lists.push(other);
    (lists.len() - 1) as ListIndex
}

/// Items that stand in the control itself become a list of their own.
fn items(
    control: Element<'_, '_>,
    words: &Words,
    lists: &mut Vec<ChoiceList>,
    line: u32,
    problems: &mut Problems,
) -> Option<Chosen> {
    let path = control.attribute("ref").unwrap_or("").trim();
    let items = control.children();
    let items = items.filter(|each| each.is_element() && each.tag_name().name() == "item");
    let mut choices = Vec::new();
    for item in items {
        let value = child_of(item, "value").map_or_else(String::new, text_of);
        choices.push(Choice {
            name: value.trim().to_owned(),
            label: words.beside(item, "label", problems),
            media: words.media_beside(item),
            cells: Vec::new(),
        });
    }
    if choices.is_empty() {
        problems.error(Sheet::Xform, line, "item", "list_missing", path);
        return None;
    }
    lists.push(ChoiceList {
        name: path.to_owned(),
        columns: Vec::new(),
        choices,
        file: None,
    });
    Some(Chosen {
        list: (lists.len() - 1) as ListIndex,
        filter: None,
        is_random: false,
        seed: None,
    })
}

fn child_of<'a>(element: Element<'a, 'a>, name: &str) -> Option<Element<'a, 'a>> {
    child(element, name)
}

/// The parts of `randomize(instance('id')/root/item[filter], seed)`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Itemset<'a> {
    pub(super) id: &'a str,
    pub(super) filter: Option<&'a str>,
    pub(super) is_random: bool,
    pub(super) seed: Option<&'a str>,
}

pub(super) fn itemset_of(nodeset: &str) -> Option<Itemset<'_>> {
    let mut nodes = nodeset.trim();
    let (mut is_random, mut seed) = (false, None);
    if let Some(inside) = nodes.strip_prefix("randomize(") {
        let inside = inside.trim_end().strip_suffix(')')?;
        is_random = true;
        nodes = inside;
        if let Some(comma) = outer_comma(inside) {
            seed = Some(inside[comma + 1..].trim());
            nodes = inside[..comma].trim();
        }
    }
    let rest = nodes.trim().strip_prefix("instance(")?;
    let (id, rest) = rest.split_once(')')?;
    let id = id.trim();
    let id = id.strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])?;
    let rest = rest.trim().strip_prefix("/root")?.strip_prefix('/')?;
    let name_end =
        rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '-');
    let rest = name_end.map_or("", |end| &rest[end..]).trim();
    let filter = match rest {
        "" => None,
        _ => Some(rest.strip_prefix('[')?.strip_suffix(']')?.trim()),
    };
    // Two filters one after the other are not one expression.
    let is_one = filter.is_none_or(brackets_match);
    is_one.then_some(Itemset {
        id,
        filter,
        is_random,
        seed,
    })
}

/// The first comma that stands in no brackets and no quotation marks.
fn outer_comma(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, ',') if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

fn brackets_match(text: &str) -> bool {
    let mut depth = 0_i32;
    let mut quote = None;
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '[') => depth += 1,
            (None, ']') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}
