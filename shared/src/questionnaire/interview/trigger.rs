//! Values that are set at the moment when another question is answered.
//!
//! Always: of each value at most one new one, so that circles end; later ones see earlier ones.
//! Never: stores anything; what is given here becomes answers of the device.

use super::tree::{Grove, Handle};
use super::{CALCULATED_BYTES_MAX, Interview};
use crate::answers::{Answer, Value};
use crate::ids::Path;
use crate::questionnaire::model::NodeIndex;
use crate::questionnaire::typed;
use crate::questionnaire::xpath::{Link, Tree as _};

/// The most values that one answer sets.
const TRIGGERED_MAX: usize = 2_000;

impl Interview {
    /// What the answer at `path` sets, for the device to store in this order, right after that
    /// answer was stored with `answer`. Values that are set in turn by these are among them, so it
    /// is not called again for what it gives. `None` takes the value away; what would not change
    /// is left out.
    pub fn triggered_by(&self, path: &Path) -> Vec<(Path, Option<Value>)> {
        let mut set = Vec::new();
        let mut places = self.triggered_places(path);
        if places.is_empty() {
            return set;
        }
        let mut after = self.clone();
        let mut seen = vec![path.clone()];
        while let Some(place) = places.pop() {
            if seen.contains(&place) || TRIGGERED_MAX <= seen.len() {
                continue;
            }
            seen.push(place.clone());
            let Some(value) = after.triggered_value(&place) else {
                continue;
            };
            after.answer(&place, value.clone().map(Answer::Value));
            // First come, first set: what this one sets waits behind the others.
            let further = after.triggered_places(&place);
            places.splice(0..0, further);
            set.push((place, value));
        }
        set
    }

    /// What the answer at `path` itself sets, the last place first.
    fn triggered_places(&self, path: &Path) -> Vec<Path> {
        let mut found = Vec::new();
        let Some(index) = self.instances.find(path) else {
            return Vec::new();
        };
        let own = self.instances.all[index].node;
        for (node, each) in self.questionnaire.nodes.iter().enumerate() {
            let by = each.triggered.iter().flat_map(|triggered| &triggered.by);
            for link in by.filter(|link| link.node == own) {
                let target = Link {
                    node: node as NodeIndex,
                    within: link.within,
                };
                Grove::new(self).linked(target, Handle::Instance(index), &mut found);
            }
        }
        let place = |handle| match handle {
            Handle::Instance(index) => Some(self.instances.all[index].path.clone()),
            _ => None,
        };
        found.into_iter().rev().filter_map(place).collect()
    }

    /// The new value of a place; nothing where it would be the old one.
    fn triggered_value(&self, path: &Path) -> Option<Option<Value>> {
        let index = self.instances.find(path)?;
        let node = self.node_of(index);
        let expression = &node.triggered.as_ref()?.value;
        let text = expression
            .as_ref()
            .map_or_else(String::new, |each| self.text_of(each, index));
        let value = match text.as_str() {
            "" | "NaN" => None,
            // As a calculation: a longer one has no value, and no message could carry it.
            long if CALCULATED_BYTES_MAX < long.len() => None,
            // What does not fit is kept as it is; that it does not fit is a finding.
            _ => typed::value_of_text(node.kind, &text).or(Some(Value::Text(text))),
        };
        let before = self.given(index);
        let stays = before == value.clone().map(Answer::Value);
        (!stays).then_some(value)
    }
}
