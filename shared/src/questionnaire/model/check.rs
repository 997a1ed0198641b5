//! Whether every number in a decoded questionnaire points somewhere.
//!
//! Always: linear in the size of the questionnaire.
//! Never: panics, whatever the bytes were.

use super::{CHOICES_MAX, DEPTH_MAX, Graph, Kind, NODES_MAX, Node, Questionnaire, Texts, Unit};
use crate::ids::Path;

pub(super) fn check(questionnaire: &Questionnaire) -> Result<(), &'static str> {
    let count = questionnaire.nodes.len();
    if count == 0 || NODES_MAX < count {
        return Err("number of nodes");
    }
    if questionnaire.languages.is_empty() {
        return Err("languages");
    }
    let choices: usize = questionnaire.lists.iter().map(|l| l.choices.len()).sum();
    if CHOICES_MAX < choices {
        return Err("number of choices");
    }
    tree(&questionnaire.nodes)?;
    for node in &questionnaire.nodes {
        references(questionnaire, node)?;
    }
    let choices = questionnaire.lists.iter().flat_map(|list| &list.choices);
    for expression in choices.flat_map(|choice| choice.label.expressions()) {
        expression.check(count)?;
    }
    graph(&questionnaire.graph, count)?;
    questionnaire.check_media()?;
    for entity in &questionnaire.entities {
        let saves = entity.saves.iter().map(|&(node, _)| node);
        if saves
            .chain(entity.repeat)
            .any(|node| count <= node as usize)
        {
            return Err("entity");
        }
        let expressions = [
            &entity.label,
            &entity.id,
            &entity.create_if,
            &entity.update_if,
        ];
        for expression in expressions.into_iter().flatten() {
            expression.check(count)?;
        }
    }
    for expression in questionnaire.texts.iter().flat_map(Texts::expressions) {
        expression.check(count)?;
        // A text of texts could go round in a circle.
        if expression.takes_texts() {
            return Err("text in a text");
        }
    }
    order(questionnaire)?;
    match &questionnaire.outcome {
        Some(outcome) if count <= outcome.question as usize => Err("outcome"),
        _ => Ok(()),
    }
}

fn tree(nodes: &[Node]) -> Result<(), &'static str> {
    let root = &nodes[0];
    if root.parent != 0 || root.end as usize != nodes.len() || root.kind != Kind::Group {
        return Err("the first node");
    }
    let mut open = vec![0_usize];
    for (index, node) in nodes.iter().enumerate().skip(1) {
        while open
            .last()
            .is_some_and(|&top| nodes[top].end as usize <= index)
        {
            open.pop();
        }
        let parent = *open.last().ok_or("parent of a node")?;
        let end = node.end as usize;
        if node.parent as usize != parent || end <= index || (nodes[parent].end as usize) < end {
            return Err("extent of a node");
        }
        if DEPTH_MAX < open.len() || !Path::is_name(&node.name) {
            return Err("name or depth of a node");
        }
        let repeat = match nodes[parent].kind {
            Kind::Repeat => Some(node.parent),
            _ => nodes[parent].repeat,
        };
        if node.repeat != repeat {
            return Err("repeat of a node");
        }
        match node.kind.is_container() {
            true => open.push(index),
            false if end == index + 1 => {}
            false => return Err("extent of a question"),
        }
    }
    Ok(())
}

fn references(questionnaire: &Questionnaire, node: &Node) -> Result<(), &'static str> {
    let count = questionnaire.nodes.len();
    let valid = |index: u32| (index as usize) < count;
    let list_valid = |index: u32| (index as usize) < questionnaire.lists.len();
    if !node.key.is_none_or(valid) || !node.list.is_none_or(list_valid) {
        return Err("key or list of a node");
    }
    if let Some(Unit::LabelOf(index)) = node.unit
        && !valid(index)
    {
        return Err("unit of a node");
    }
    for link in node.triggered.iter().flat_map(|triggered| &triggered.by) {
        link.check(count)?;
    }
    for expression in node.expressions() {
        expression.check(count)?;
    }
    Ok(())
}

/// Whether what reads comes after what it reads, and children after their parents: otherwise a
/// change would go round for ever.
fn order(questionnaire: &Questionnaire) -> Result<(), &'static str> {
    let Graph { rank, feeds, .. } = &questionnaire.graph;
    for (index, node) in questionnaire.nodes.iter().enumerate() {
        let is_after = |other: usize| rank[index] < rank[other] || other == index;
        let mut readers = feeds[index].iter();
        let parent = rank[node.parent as usize];
        if (index != 0 && rank[index] <= parent)
            || !readers.all(|reader| is_after(reader.node as usize))
        {
            return Err("order of the graph");
        }
    }
    Ok(())
}

fn graph(graph: &Graph, count: usize) -> Result<(), &'static str> {
    if [graph.rank.len(), graph.feeds.len(), graph.checks.len()] != [count; 3] {
        return Err("size of the graph");
    }
    let readers = graph.feeds.iter().chain(&graph.checks).flatten();
    for reader in readers {
        let within = reader.within.unwrap_or(0);
        if count <= reader.node as usize || count <= within as usize {
            return Err("edge of the graph");
        }
    }
    Ok(())
}
