//! Who gets a place under nested quotas.
//!
//! Always: the best sum of scores that the quotas of kecamatan and areas, the earmarks and the total allow, with the
//! villages that a decision fixed.
//! Never: gives an earmarked place to another area, or guesses where rules do not nest.

mod edge;

use std::collections::BTreeMap;

use super::crossing::subdistrict;
use super::method::Quota;
use super::rules::Locked;
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
    /// Of each area: the most that its candidates could take; nothing for one without any.
    limits: Vec<u32>,
    narrow: Option<Narrow>,
    /// Candidates whose place is decided before, rising: those that have one, and those that get none.
    fixed: Vec<usize>,
    out: Vec<usize>,
}

/// Kecamatan with a cap, each within one area.
#[derive(Debug, Clone, PartialEq)]
struct Narrow {
    most: u32,
    /// Of each candidate: the kecamatan that it lies in.
    of: Vec<u32>,
    count: usize,
}

impl Places {
    /// `candidates` are pairs of code and area; areas are counted from 0. None where sorting does not tell who is
    /// chosen: rules cross, or kecamatan with a cap and fixed villages meet areas that do not nest.
    pub(super) fn new<'a>(
        candidates: impl Iterator<Item = (&'a str, u32)>,
        quota: &Quota,
    ) -> Option<Places> {
        if quota.crosses() {
            return None;
        }
        let within: Vec<Option<RegionId>> = quota
            .earmarks
            .iter()
            .map(|earmark| earmark.area.parse().ok())
            .collect();
        let (mut area, mut earmark) = (Vec::new(), Vec::new());
        let mut narrow = quota.per_subdistrict.map(|most| Narrow {
            most,
            of: Vec::new(),
            count: 0,
        });
        let mut subdistricts: BTreeMap<String, u32> = BTreeMap::new();
        let (mut fixed, mut out) = (Vec::new(), Vec::new());
        let locks = quota.locks.iter();
        let locks: BTreeMap<&str, Locked> = locks.map(|it| (it.code.as_str(), it.place)).collect();
        for (index, (code, group)) in candidates.enumerate() {
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
            if let Some(narrow) = &mut narrow {
                let next = subdistricts.len() as u32;
                let own = subdistricts.entry(subdistrict(code)).or_insert(next);
                narrow.of.push(*own);
            }
            match locks.get(code) {
                Some(Locked::In) => fixed.push(index),
                Some(Locked::Out) => out.push(index),
                None => {}
            }
        }
        if let Some(narrow) = &mut narrow {
            narrow.count = subdistricts.len();
        }
        let kept: u32 = quota.earmarks.iter().map(|it| it.places).sum();
        let mut places = Places {
            per_area: quota.per_area,
            earmarks: quota.earmarks.iter().map(|it| it.places).collect(),
            open: quota.total.map_or(u32::MAX, |it| it.saturating_sub(kept)),
            limits: vec![0; area.iter().max().map_or(0, |last| *last as usize + 1)],
            area,
            earmark,
            narrow,
            fixed,
            out,
        };
        if quota.is_narrowed() && !places.nests() {
            return None;
        }
        places.set_limits();
        Some(places)
    }

    /// Whether each kecamatan lies in one area, and each area in one earmark or in none.
    pub(super) fn nests(&self) -> bool {
        let mut kind_of_area = vec![None; self.limits.len()];
        let mut kinds = self.area.iter().zip(&self.earmark);
        let whole = kinds.all(|(area, kind)| {
            let known = kind_of_area[*area as usize].get_or_insert(*kind);
            *known == *kind
        });
        let Some(narrow) = &self.narrow else {
            return whole;
        };
        let mut area_of = vec![None; narrow.count];
        let mut areas = narrow.of.iter().zip(&self.area);
        whole && areas.all(|(own, area)| *area_of[*own as usize].get_or_insert(*area) == *area)
    }

    fn set_limits(&mut self) {
        let per_area = self.per_area;
        let Some(narrow) = &self.narrow else {
            self.area
                .iter()
                .for_each(|area| self.limits[*area as usize] = per_area);
            return;
        };
        let mut in_subdistrict = vec![0; narrow.count];
        for (own, area) in narrow.of.iter().zip(&self.area) {
            let (seen, limit) = (
                &mut in_subdistrict[*own as usize],
                &mut self.limits[*area as usize],
            );
            if *seen < narrow.most && *limit < per_area {
                *limit += 1;
            }
            *seen += 1;
        }
    }

    /// How many places each area has, where nothing else limits and they are few.
    pub(super) fn only_per_area(&self) -> Option<usize> {
        const FEW: u32 = 16;
        let free = self.narrow.is_none() && self.fixed.is_empty() && self.out.is_empty();
        let simple = free && self.earmarks.is_empty() && self.open == u32::MAX;
        (simple && (1..=FEW).contains(&self.per_area)).then_some(self.per_area as usize)
    }

    pub(super) fn areas(&self) -> usize {
        self.limits.len()
    }

    /// In which area each candidate competes.
    pub(super) fn each_area(&self) -> &[u32] {
        &self.area
    }

    /// Candidates that a decision gave a place, rising.
    pub(super) fn fixed(&self) -> &[usize] {
        &self.fixed
    }

    /// Places those that a decision fixed as far as they fit, then takes the best for each earmark, then the best of
    /// all, never more than the quota of an area or of a kecamatan. Kecamatan nest in areas, areas in earmarks, and
    /// those do not overlap: what may be chosen together is a matroid, also once some are fixed and some left out, so
    /// that no other choice has a higher sum of scores.
    /// `order` lists candidates, best first; `taken` and `placed` are room to work in.
    pub(super) fn allot(
        &self,
        order: impl Iterator<Item = usize> + Clone,
        taken: &mut Vec<u32>,
        placed: &mut Vec<bool>,
        mut give: impl FnMut(usize, PlaceKind),
    ) {
        let subdistricts = self.narrow.as_ref().map_or(0, |it| it.count);
        let kept = self.areas() + subdistricts;
        taken.clear();
        taken.resize(kept + self.earmarks.len(), 0);
        placed.clear();
        placed.resize(self.area.len(), false);
        // Whoever is left out is passed over like those that have a place already.
        self.out.iter().for_each(|it| placed[*it] = true);
        let mut filled = 0;
        for candidate in self.fixed.iter().copied() {
            if !self.has_room(taken, candidate) {
                continue;
            }
            let own = self.earmark[candidate];
            let own = own.filter(|it| taken[kept + it] < self.earmarks[*it]);
            match own {
                Some(earmark) => taken[kept + earmark] += 1,
                None if filled < self.open => filled += 1,
                None => continue,
            }
            self.take(taken, candidate);
            placed[candidate] = true;
            give(candidate, own.map_or(PlaceKind::Open, PlaceKind::Earmark));
        }
        for (index, limit) in self.earmarks.iter().enumerate() {
            for candidate in order.clone() {
                if taken[kept + index] == *limit {
                    break;
                }
                let own = self.earmark[candidate] == Some(index) && !placed[candidate];
                if own && self.has_room(taken, candidate) {
                    self.take(taken, candidate);
                    taken[kept + index] += 1;
                    placed[candidate] = true;
                    give(candidate, PlaceKind::Earmark(index));
                }
            }
        }
        let areas = self.limits.iter().zip(taken.iter());
        let mut free = areas.filter(|(limit, taken)| taken < limit).count();
        for candidate in order {
            if filled == self.open || free == 0 {
                break;
            }
            if !placed[candidate] && self.has_room(taken, candidate) {
                self.take(taken, candidate);
                filled += 1;
                let area = self.area[candidate] as usize;
                free -= usize::from(taken[area] == self.limits[area]);
                give(candidate, PlaceKind::Open);
            }
        }
    }

    /// Says of the chosen, best first, who stands in a place of an earmark: the best of its area, as many as it keeps.
    pub(super) fn name_kinds(&self, place: &mut [Option<PlaceKind>]) {
        let mut left = self.earmarks.clone();
        for (own, kind) in self.earmark.iter().zip(place) {
            let Some(kind) = kind else { continue };
            let kept = own.filter(|it| 0 < left[*it]);
            kept.into_iter().for_each(|it| left[it] -= 1);
            *kind = kept.map_or(PlaceKind::Open, PlaceKind::Earmark);
        }
    }

    /// Whether its area and its kecamatan may get one more.
    fn has_room(&self, taken: &[u32], candidate: usize) -> bool {
        let near = self.narrow.as_ref();
        let near = near.is_none_or(|it| taken[self.areas() + it.of[candidate] as usize] < it.most);
        near && taken[self.area[candidate] as usize] < self.per_area
    }

    fn take(&self, taken: &mut [u32], candidate: usize) {
        taken[self.area[candidate] as usize] += 1;
        if let Some(narrow) = &self.narrow {
            taken[self.areas() + narrow.of[candidate] as usize] += 1;
        }
    }
}

#[cfg(test)]
mod tests;
