//! Who reads whom, and an order in which everything is computed after what it reads.
//!
//! Always: the same nodes give the same order. Equal claims go by document order.
//! Never: hides a cycle; it is returned with the names on it.

use std::collections::{BTreeSet, VecDeque};

use crate::questionnaire::model::{Graph, Kind, Node, NodeIndex, Reader};

/// Nodes that depend on each other, in order; the last reads the first again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::questionnaire) struct Cycle(pub(in crate::questionnaire) Vec<NodeIndex>);

pub(in crate::questionnaire) fn graph(nodes: &[Node]) -> Result<Graph, Cycle> {
    let mut graph = Graph {
        rank: vec![0; nodes.len()],
        feeds: vec![Vec::new(); nodes.len()],
        checks: vec![Vec::new(); nodes.len()],
    };
    for (index, node) in nodes.iter().enumerate() {
        let reader = |within| Reader {
            node: index as NodeIndex,
            within,
        };
        for link in node.feeding().flat_map(|expression| expression.reads()) {
            graph.feeds[link.node as usize].push(reader(link.within));
        }
        for link in node.checking().flat_map(|expression| expression.reads()) {
            graph.checks[link.node as usize].push(reader(link.within));
        }
    }
    for readers in graph.feeds.iter_mut().chain(&mut graph.checks) {
        readers.sort();
        readers.dedup();
    }
    order(nodes, &mut graph)?;
    Ok(graph)
}

/// What must come after each node: its readers and its children.
fn followers(nodes: &[Node], graph: &Graph) -> Vec<BTreeSet<NodeIndex>> {
    let mut after: Vec<BTreeSet<NodeIndex>> = vec![BTreeSet::new(); nodes.len()];
    for (index, readers) in graph.feeds.iter().enumerate() {
        let other_rows = |reader: &&Reader| !reads_other_rows(nodes, index as NodeIndex, reader);
        after[index].extend(readers.iter().filter(other_rows).map(|reader| reader.node));
    }
    for (index, node) in nodes.iter().enumerate().skip(1) {
        after[node.parent as usize].insert(index as NodeIndex);
    }
    after
}

/// A value that reads itself in other rows, such as a running total: rows go in their order.
fn reads_other_rows(nodes: &[Node], index: NodeIndex, reader: &Reader) -> bool {
    let node = &nodes[index as usize];
    reader.node == index && node.repeat.is_some() && reader.within != node.repeat
}

fn order(nodes: &[Node], graph: &mut Graph) -> Result<(), Cycle> {
    let after = followers(nodes, graph);
    let mut waiting = vec![0_usize; nodes.len()];
    for follower in after.iter().flatten() {
        waiting[*follower as usize] += 1;
    }
    let indices = 0..nodes.len() as NodeIndex;
    let mut ready: BTreeSet<NodeIndex> = indices
        .filter(|&index| waiting[index as usize] == 0)
        .collect();
    let mut rank = 0;
    while let Some(index) = ready.pop_first() {
        graph.rank[index as usize] = rank;
        rank += 1;
        for &follower in &after[index as usize] {
            waiting[follower as usize] -= 1;
            if waiting[follower as usize] == 0 {
                ready.insert(follower);
            }
        }
    }
    if rank as usize == nodes.len() {
        Ok(())
    } else {
        Err(cycle(&after, &waiting))
    }
}

/// The shortest way from a waiting node back to itself.
fn cycle(after: &[BTreeSet<NodeIndex>], waiting: &[usize]) -> Cycle {
    let stuck = (0..after.len()).filter(|&index| 0 < waiting[index]);
    stuck
        .filter_map(|start| way_back(after, waiting, start as NodeIndex))
        .min_by_key(Vec::len)
        .map_or_else(|| Cycle(Vec::new()), Cycle)
}

fn way_back(
    after: &[BTreeSet<NodeIndex>],
    waiting: &[usize],
    start: NodeIndex,
) -> Option<Vec<NodeIndex>> {
    let mut from: Vec<Option<NodeIndex>> = vec![None; after.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &next in &after[at as usize] {
            if next == start {
                let back = |&node: &NodeIndex| from[node as usize];
                let mut way: Vec<NodeIndex> = std::iter::successors(Some(at), back).collect();
                way.reverse();
                return Some(way);
            }
            if 0 < waiting[next as usize] && from[next as usize].is_none() {
                from[next as usize] = Some(at);
                queue.push_back(next);
            }
        }
    }
    None
}

/// The nodes of a cycle that have a formula, by which an author knows it.
impl Cycle {
    pub(in crate::questionnaire) fn names(&self, nodes: &[Node]) -> Vec<String> {
        let name = |&index: &NodeIndex| nodes[index as usize].name.clone();
        let named = |&&index: &&NodeIndex| {
            let node = &nodes[index as usize];
            node.kind != Kind::Group || node.relevant.is_some()
        };
        self.0.iter().filter(named).map(name).collect()
    }
}
