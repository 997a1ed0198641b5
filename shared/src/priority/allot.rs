//! Who gets a place under nested quotas.
//!
//! Always: the best sum of scores that the earmarks, the quota per area and the total allow.
//! Never: gives an earmarked place to another area.

mod edge;

use std::collections::BTreeSet;

use super::method::Quota;
use crate::ids::RegionId;
pub(super) use edge::Contender;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum PlaceKind {
    Open,
    Earmark(usize),
}

/// What decides over a place, for the same candidates in any order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Places {
    per_area: u32,
    /// Places of each earmark.
    earmarks: Vec<u32>,
    /// Places that are kept for nobody.
    open: u32,
    /// Of each candidate: which area it competes in, and which earmark it lies in.
    area: Vec<u32>,
    earmark: Vec<Option<usize>>,
    areas: usize,
    /// Areas that have a candidate.
    peopled: usize,
}

impl Places {
    /// `candidates` are pairs of code and area; areas are counted from 0.
    pub(super) fn new<'a>(
        candidates: impl Iterator<Item = (&'a str, u32)>,
        quota: &Quota,
    ) -> Places {
        let within: Vec<Option<RegionId>> = quota
            .earmarks
            .iter()
            .map(|earmark| earmark.area.parse().ok())
            .collect();
        let (mut area, mut earmark) = (Vec::new(), Vec::new());
        for (code, group) in candidates {
            let region = match within.is_empty() {
                true => None,
                false => code.parse::<RegionId>().ok(),
            };
            let inside = |index: &usize| match (&region, &within[*index]) {
                (Some(region), Some(outer)) => region.is_within(outer),
                _ => quota.earmarks[*index].area == code,
            };
            area.push(group);
            earmark.push((0..within.len()).find(inside));
        }
        let kept: u32 = quota.earmarks.iter().map(|it| it.places).sum();
        Places {
            per_area: quota.per_area,
            earmarks: quota.earmarks.iter().map(|it| it.places).collect(),
            open: quota.total.map_or(u32::MAX, |it| it.saturating_sub(kept)),
            areas: area.iter().max().map_or(0, |last| *last as usize + 1),
            peopled: area.iter().collect::<BTreeSet<_>>().len(),
            area,
            earmark,
        }
    }

    /// How many places each area has, where nothing else limits and they are few.
    pub(super) fn only_per_area(&self) -> Option<usize> {
        const FEW: u32 = 16;
        let simple = self.earmarks.is_empty() && self.open == u32::MAX;
        (simple && (1..=FEW).contains(&self.per_area)).then_some(self.per_area as usize)
    }

    pub(super) fn areas(&self) -> usize {
        self.areas
    }

    /// In which area each candidate competes.
    pub(super) fn each_area(&self) -> &[u32] {
        &self.area
    }

    /// Takes the best for each earmark, then the best of all, never more than the quota of an area.
    /// Earmarks do not overlap and areas nest in them, so no other choice has a higher sum of scores.
    /// `order` lists candidates, best first; `taken` and `placed` are room to work in.
    pub(super) fn allot(
        &self,
        order: impl Iterator<Item = usize> + Clone,
        taken: &mut Vec<u32>,
        placed: &mut Vec<bool>,
        mut give: impl FnMut(usize, PlaceKind),
    ) {
        taken.clear();
        taken.resize(self.areas, 0);
        placed.clear();
        placed.resize(self.area.len(), false);
        for (index, limit) in self.earmarks.iter().enumerate() {
            let mut filled = 0;
            for candidate in order.clone() {
                if filled == *limit {
                    break;
                }
                let area = &mut taken[self.area[candidate] as usize];
                if self.earmark[candidate] == Some(index) && *area < self.per_area {
                    *area += 1;
                    filled += 1;
                    placed[candidate] = true;
                    give(candidate, PlaceKind::Earmark(index));
                }
            }
        }
        let mut filled = 0;
        let full = taken.iter().filter(|it| **it == self.per_area).count();
        let mut free = self.peopled - full;
        for candidate in order {
            if filled == self.open || free == 0 {
                break;
            }
            let area = &mut taken[self.area[candidate] as usize];
            if !placed[candidate] && *area < self.per_area {
                *area += 1;
                filled += 1;
                free -= usize::from(*area == self.per_area);
                give(candidate, PlaceKind::Open);
            }
        }
    }
}
