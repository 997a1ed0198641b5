//! The nodes of a questionnaire as they exist in one case: one for each row they stand in.
//!
//! Always: in document order; a repeat is an instance of its own that holds its rows.
//! Never: holds answers or results.

use super::{INSTANCES_MAX, ROWS_MAX};
use crate::answers::AnswerSet;
use crate::ids::{OpId, Path, RowId};
use crate::questionnaire::model::{Kind, NodeIndex, Questionnaire};
use crate::sorted::Map;

/// The place of an instance in `Instances::all`.
pub(super) type InstanceIndex = usize;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Instance {
    pub(super) node: NodeIndex,
    pub(super) parent: InstanceIndex,
    /// One past the last instance below this one.
    pub(super) end: InstanceIndex,
    /// The innermost row around it; a row is its own.
    pub(super) row: Option<InstanceIndex>,
    pub(super) row_id: Option<RowId>,
    pub(super) path: Path,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Instances {
    pub(super) all: Vec<Instance>,
    /// For each node its instances; of a repeat its rows.
    pub(super) of_node: Vec<Vec<InstanceIndex>>,
    /// For each node that is a repeat, the instances that hold the rows.
    pub(super) holders: Vec<Vec<InstanceIndex>>,
    /// The holders of more rows than are here.
    pub(super) cut: Vec<InstanceIndex>,
    by_path: Map<Path, InstanceIndex>,
}

impl Instances {
    /// Builds all instances. `counted` tells how many rows an expression wants at a repeat.
    pub(super) fn build(
        questionnaire: &Questionnaire,
        answers: &AnswerSet,
        counted: &Map<Path, usize>,
    ) -> Instances {
        let count = questionnaire.nodes.len();
        let mut builder = Builder {
            questionnaire,
            answers,
            counted,
            instances: Instances {
                all: Vec::with_capacity(count),
                of_node: vec![Vec::new(); count],
                holders: vec![Vec::new(); count],
                cut: Vec::new(),
                by_path: Map::new(),
            },
        };
        builder.node(0, 0, None, Path::root());
        let mut instances = builder.instances;
        let pairs = instances.all.iter().enumerate();
        instances.by_path = pairs.map(|(i, each)| (each.path.clone(), i)).collect();
        instances
    }

    pub(super) fn find(&self, path: &Path) -> Option<InstanceIndex> {
        self.by_path.get(path).copied()
    }

    /// The instances directly below one.
    pub(super) fn children(&self, of: InstanceIndex) -> impl Iterator<Item = InstanceIndex> {
        let end = self.all[of].end;
        let mut next = of + 1;
        std::iter::from_fn(move || {
            let index = (next < end).then_some(next)?;
            next = self.all[index].end;
            Some(index)
        })
    }

    /// The row of `repeat` that `at` lies in.
    pub(super) fn row_around(&self, at: InstanceIndex, repeat: NodeIndex) -> Option<InstanceIndex> {
        let mut row = self.all[at].row?;
        while self.all[row].node != repeat {
            row = self.all[self.all[row].parent].row?;
        }
        Some(row)
    }

    /// Whether `at` is `above` or lies below it.
    pub(super) fn is_within(&self, at: InstanceIndex, above: InstanceIndex) -> bool {
        above <= at && at < self.all[above].end
    }
}

struct Builder<'a> {
    questionnaire: &'a Questionnaire,
    answers: &'a AnswerSet,
    counted: &'a Map<Path, usize>,
    instances: Instances,
}

impl Builder<'_> {
    /// Depth is bounded by `model::DEPTH_MAX`.
    fn node(
        &mut self,
        node: NodeIndex,
        parent: InstanceIndex,
        row: Option<InstanceIndex>,
        path: Path,
    ) {
        let index = self.push(node, parent, row, None, path.clone());
        if self.questionnaire.node(node).kind == Kind::Repeat {
            self.instances.holders[node as usize].push(index);
            for id in self.rows(&path) {
                // Counted rows in counted rows multiply.
                if INSTANCES_MAX <= self.instances.all.len() {
                    self.instances.cut.push(index);
                    break;
                }
                self.row(node, index, path.row(id), id);
            }
        } else {
            self.instances.of_node[node as usize].push(index);
            self.children(node, index, row, &path);
        }
        self.instances.all[index].end = self.instances.all.len();
    }

    fn row(&mut self, node: NodeIndex, holder: InstanceIndex, path: Path, id: RowId) {
        let index = self.push(node, holder, None, Some(id), path.clone());
        self.instances.all[index].row = Some(index);
        self.instances.of_node[node as usize].push(index);
        self.children(node, index, Some(index), &path);
        self.instances.all[index].end = self.instances.all.len();
    }

    fn children(
        &mut self,
        node: NodeIndex,
        index: InstanceIndex,
        row: Option<InstanceIndex>,
        path: &Path,
    ) {
        let questionnaire = self.questionnaire;
        for child in questionnaire.children(node) {
            let path = path.child(&questionnaire.node(child).name);
            self.node(child, index, row, path);
        }
    }

    fn push(
        &mut self,
        node: NodeIndex,
        parent: InstanceIndex,
        row: Option<InstanceIndex>,
        row_id: Option<RowId>,
        path: Path,
    ) -> InstanceIndex {
        let index = self.instances.all.len();
        self.instances.all.push(Instance {
            node,
            parent,
            end: index + 1,
            row,
            row_id,
            path,
        });
        index
    }

    /// Rows that persons added, or numbered ones where an expression counts.
    fn rows(&self, path: &Path) -> Vec<RowId> {
        if let Some(&count) = self.counted.get(path) {
            return (1..=count.min(ROWS_MAX)).map(numbered_row).collect();
        }
        let rows = self.answers.rows.get(path).into_iter().flatten();
        let mut unique = Vec::new();
        for &row in rows.take(ROWS_MAX) {
            if !unique.contains(&row) {
                unique.push(row);
            }
        }
        unique
    }
}

/// The name of row `number` where an expression counts the rows: the same on every device.
fn numbered_row(number: usize) -> RowId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&(number as u64).to_be_bytes());
    OpId(bytes)
}
