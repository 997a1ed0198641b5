//! Who is at the edge: whom the worst of one and the best of another would make change places.
//!
//! Always: compares those that could stand in for each other under the whole quota, across areas where the cut of the
//! total runs.
//! Never: looks at more than one exchange of one for one.

use std::collections::BTreeMap;

use super::Places;

/// What is known of one candidate. Scores in steps of the last decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::priority) struct Contender {
    pub(in crate::priority) chosen: bool,
    pub(in crate::priority) lower: i64,
    pub(in crate::priority) upper: i64,
}

/// By the earmark that a candidate lies in; the first is that of nobody's earmark.
type Kind = usize;

/// How many were chosen, and the weakest of these and the strongest of the others.
struct Standing {
    in_area: Vec<u32>,
    of_kind: Vec<u32>,
    /// By area and kind, and by kind wherever they lie.
    weakest: BTreeMap<(u32, Kind), i64>,
    weakest_anywhere: Vec<i64>,
    strongest: BTreeMap<(u32, Kind), i64>,
    /// Only in areas that have room for one more.
    strongest_anywhere: Vec<i64>,
}

impl Places {
    /// Of each candidate, whether it would change places with another if one of both were at its worst and the other
    /// at its best. Takes as long as there are candidates.
    pub(in crate::priority) fn edges(&self, contenders: &[Contender]) -> Vec<bool> {
        let standing = self.standing(contenders);
        let each = contenders.iter().enumerate();
        each.map(|(candidate, it)| {
            let (area, kind) = (self.area[candidate], self.kind(candidate));
            let kinds = 0..=self.earmarks.len();
            if it.chosen {
                let entering = kinds.filter(|other| self.may_change(&standing, kind, *other));
                let mut rivals = entering.map(|other| {
                    let near = standing.strongest.get(&(area, other)).copied();
                    near.unwrap_or(i64::MIN)
                        .max(standing.strongest_anywhere[other])
                });
                rivals.any(|rival| it.lower < rival)
            } else {
                let has_room = standing.in_area[area as usize] < self.per_area;
                let leaving = kinds.filter(|other| self.may_change(&standing, *other, kind));
                let mut rivals = leaving.map(|other| {
                    let near = standing.weakest.get(&(area, other)).copied();
                    let far = has_room.then(|| standing.weakest_anywhere[other]);
                    near.unwrap_or(i64::MAX).min(far.unwrap_or(i64::MAX))
                });
                rivals.any(|rival| rival < it.upper)
            }
        })
        .collect()
    }

    fn kind(&self, candidate: usize) -> Kind {
        self.earmark[candidate].map_or(0, |it| it + 1)
    }

    fn standing(&self, contenders: &[Contender]) -> Standing {
        let kinds = self.earmarks.len() + 1;
        let mut standing = Standing {
            in_area: vec![0; self.areas],
            of_kind: vec![0; kinds],
            weakest: BTreeMap::new(),
            weakest_anywhere: vec![i64::MAX; kinds],
            strongest: BTreeMap::new(),
            strongest_anywhere: vec![i64::MIN; kinds],
        };
        for (candidate, it) in contenders.iter().enumerate().filter(|it| it.1.chosen) {
            let (area, kind) = (self.area[candidate], self.kind(candidate));
            standing.in_area[area as usize] += 1;
            standing.of_kind[kind] += 1;
            let near = standing.weakest.entry((area, kind)).or_insert(i64::MAX);
            *near = it.lower.min(*near);
            let far = &mut standing.weakest_anywhere[kind];
            *far = it.lower.min(*far);
        }
        for (candidate, it) in contenders.iter().enumerate().filter(|it| !it.1.chosen) {
            let (area, kind) = (self.area[candidate], self.kind(candidate));
            let near = standing.strongest.entry((area, kind)).or_insert(i64::MIN);
            *near = it.upper.max(*near);
            if standing.in_area[area as usize] < self.per_area {
                let far = &mut standing.strongest_anywhere[kind];
                *far = it.upper.max(*far);
            }
        }
        standing
    }

    /// Whether one of `leaving` may make room for one of `entering`: places of an earmark go to nobody else, and
    /// whoever exceeds an earmark stands in an open place.
    fn may_change(&self, standing: &Standing, leaving: Kind, entering: Kind) -> bool {
        if self.open == u32::MAX || leaving == entering {
            return true;
        }
        let open = (0..standing.of_kind.len()).map(|kind| {
            let count = standing.of_kind[kind] + u32::from(kind == entering);
            let count = count.saturating_sub(u32::from(kind == leaving));
            match kind.checked_sub(1) {
                Some(earmark) => count.saturating_sub(self.earmarks[earmark]),
                None => count,
            }
        });
        open.sum::<u32>() <= self.open
    }
}

#[cfg(test)]
mod tests;
