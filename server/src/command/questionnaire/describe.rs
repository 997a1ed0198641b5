//! What a form holds: languages, questions with their types and expressions, lists.
//!
//! Always: in the order of the form; expressions as their author wrote them.
//! Never: shows an answer.

use serde_json::{Map, Value, json};
use shared::questionnaire::model::{Kind, NodeIndex, Questionnaire, Texts};

use super::Accepted;

/// The description as text for people, or as JSON.
pub(super) fn describe(form: &Accepted<'_>, as_json: bool) -> String {
    if as_json {
        return format!("{:#}\n", described(form));
    }
    let questionnaire = form.questionnaire;
    let mut out = format!(
        "{} ({}), version {}\n",
        questionnaire.title, questionnaire.form_id, questionnaire.version
    );
    let languages = questionnaire.languages.iter();
    let languages: Vec<&str> = languages.map(|language| language.name.as_str()).collect();
    out.push_str(&format!("languages: {}\n\n", languages.join(", ")));
    for index in 1..questionnaire.nodes.len() as NodeIndex {
        let node = questionnaire.node(index);
        let label = node.label.plain(0);
        out.push_str(&format!(
            "{} {}",
            path_of(questionnaire, index),
            kind_of(form, index)
        ));
        if !label.is_empty() {
            out.push_str(&format!(" {label:?}"));
        }
        out.push('\n');
        for (column, text) in expressions(form, node.sheet_row) {
            out.push_str(&format!("    {column}: {text}\n"));
        }
    }
    for entity in &questionnaire.entities {
        let repeat = entity.repeat.map(|repeat| path_of(questionnaire, repeat));
        let rows = repeat.map_or_else(String::new, |repeat| format!(" of each row of {repeat}"));
        out.push_str(&format!("\nentity {}{rows}\n", entity.list));
        for (node, property) in &entity.saves {
            out.push_str(&format!(
                "    {property}: {}\n",
                path_of(questionnaire, *node)
            ));
        }
    }
    for list in &questionnaire.lists {
        let place = match &list.file {
            Some(file) => format!("in {file}"),
            None => list.choices.len().to_string(),
        };
        out.push_str(&format!("\nlist {}: {place} choices", list.name));
    }
    if !questionnaire.lists.is_empty() {
        out.push('\n');
    }
    out
}

fn described(form: &Accepted<'_>) -> Value {
    let questionnaire = form.questionnaire;
    let nodes = 1..questionnaire.nodes.len() as NodeIndex;
    let lists = questionnaire.lists.iter().map(|list| {
        let choices = list.choices.iter();
        let choices = choices.map(
            |choice| json!({"name": choice.name, "label": texts(questionnaire, &choice.label)}),
        );
        json!({
            "name": list.name,
            "columns": list.columns,
            "file": list.file,
            "choices": choices.collect::<Vec<_>>(),
        })
    });
    let entities = questionnaire.entities.iter().map(|entity| {
        let saves = entity.saves.iter();
        let saves: Map<String, Value> = saves
            .map(|(node, property)| (property.clone(), path_of(questionnaire, *node).into()))
            .collect();
        json!({
            "list": entity.list,
            "repeat": entity.repeat.map(|repeat| path_of(questionnaire, repeat)),
            "creates": entity.id.is_none() || entity.create_if.is_some(),
            "updates": entity.id.is_some(),
            "saves": saves,
        })
    });
    json!({
        "form_id": questionnaire.form_id,
        "title": questionnaire.title,
        "version": questionnaire.version,
        "languages": questionnaire.languages,
        "fields": nodes.map(|index| field(form, index)).collect::<Vec<_>>(),
        "lists": lists.collect::<Vec<_>>(),
        "entities": entities.collect::<Vec<_>>(),
    })
}

fn field(form: &Accepted<'_>, index: NodeIndex) -> Value {
    let questionnaire = form.questionnaire;
    let node = questionnaire.node(index);
    let expressions: Map<String, Value> = expressions(form, node.sheet_row)
        .map(|(column, text)| (column.to_owned(), text.into()))
        .collect();
    let list = node.list.map(|list| &questionnaire.lists[list as usize]);
    json!({
        "path": path_of(questionnaire, index),
        "row": node.sheet_row,
        "type": node.kind,
        "list": list.map(|list| &list.name),
        "label": texts(questionnaire, &node.label),
        "hint": texts(questionnaire, &node.hint),
        "expressions": expressions,
        "appearance": node.appearance,
        "parameters": node.parameters.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
    })
}

/// A text by the code of its language.
fn texts(questionnaire: &Questionnaire, texts: &Texts) -> Map<String, Value> {
    let languages = questionnaire.languages.iter().enumerate();
    languages
        .map(|(place, language)| (language.code.clone(), texts.plain(place).into()))
        .collect()
}

fn expressions<'a>(
    form: &Accepted<'a>,
    row: u32,
) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let of_row = form.sources.iter().filter(move |source| source.row == row);
    of_row.map(|source| (source.column.as_str(), source.text.as_str()))
}

/// The type, with the list of choices where there is one.
fn kind_of(form: &Accepted<'_>, index: NodeIndex) -> String {
    let node = form.questionnaire.node(index);
    let kind = kind_name(node.kind);
    match node.list {
        Some(list) => format!("{kind} {}", form.questionnaire.lists[list as usize].name),
        None => kind,
    }
}

/// The name of a type as sheets write it.
pub(super) fn kind_name(kind: Kind) -> String {
    let value = serde_json::to_value(kind).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn path_of(questionnaire: &Questionnaire, index: NodeIndex) -> String {
    let mut names = Vec::new();
    let mut at = index;
    while at != 0 {
        names.push(questionnaire.node(at).name.as_str());
        at = questionnaire.node(at).parent;
    }
    names.reverse();
    format!("/{}", names.join("/"))
}
