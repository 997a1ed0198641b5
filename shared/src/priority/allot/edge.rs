//! Who is at the edge: whom the worst of one and the best of another would make change places.
//!
//! Always: compares those that could stand in for each other under the whole quota, across areas where the cut of the
//! total runs; whoever a decision fixed changes places with nobody.
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

/// A score and whose it is.
type Rival = (i64, usize);

/// How many were chosen, and the weakest of these and the strongest of the others. Nobody that a decision fixed is
/// among them.
struct Standing {
    in_area: Vec<u32>,
    in_subdistrict: Vec<u32>,
    of_kind: Vec<u32>,
    weakest: Rivals,
    /// Near: of any in the kecamatan. In the area and anywhere: only of those that its kecamatan and, farther away, its
    /// area have room for.
    strongest: Rivals,
}

/// By kecamatan and kind, by area and kind, and by kind wherever they lie.
struct Rivals {
    near: BTreeMap<(u32, Kind), Rival>,
    in_area: BTreeMap<(u32, Kind), Rival>,
    anywhere: Vec<Option<Rival>>,
}

impl Rivals {
    fn new(kinds: usize) -> Rivals {
        Rivals {
            near: BTreeMap::new(),
            in_area: BTreeMap::new(),
            anywhere: vec![None; kinds],
        }
    }
}

/// The one of both that `better` prefers; the first where it does not.
fn pick(one: Option<Rival>, two: Option<Rival>, better: fn(&i64, &i64) -> bool) -> Option<Rival> {
    match (one, two) {
        (Some(one), Some(two)) if better(&two.0, &one.0) => Some(two),
        (one, two) => one.or(two),
    }
}

impl Places {
    /// Of each candidate, whether it would change places with another if one of both were at its worst and the other
    /// at its best. Takes as long as there are candidates.
    pub(in crate::priority) fn edges(&self, contenders: &[Contender]) -> Vec<bool> {
        let standing = self.standing(contenders);
        let each = contenders.iter().enumerate();
        each.map(|(candidate, it)| match it.chosen {
            true => {
                let rival = self.who_enters(&standing, candidate);
                rival.is_some_and(|rival| it.lower < rival.0)
            }
            false => {
                let rival = self.who_leaves(&standing, candidate);
                rival.is_some_and(|rival| rival.0 < it.upper)
            }
        })
        .collect()
    }

    /// The exchange of one for one that costs the least: who leaves, who enters, and the cost. In a matroid no other
    /// choice of as many comes nearer to the best. Scores are both bounds of the contenders.
    pub(in crate::priority) fn least_exchange(
        &self,
        contenders: &[Contender],
    ) -> Option<(usize, usize, i64)> {
        let standing = self.standing(contenders);
        let left = contenders.iter().enumerate().filter(|it| !it.1.chosen);
        let exchanges = left.filter_map(|(enters, it)| {
            let (score, leaves) = self.who_leaves(&standing, enters)?;
            Some((leaves, enters, score - it.upper))
        });
        exchanges.min_by_key(|it| it.2)
    }

    /// Of each candidate, whether it is left out and could stand in for a chosen one of its area.
    pub(in crate::priority) fn stand_ins(&self, contenders: &[Contender]) -> Vec<bool> {
        let standing = self.standing(contenders);
        let each = contenders.iter().enumerate();
        each.map(|(candidate, it)| {
            let mut kinds = 0..=self.earmarks.len();
            let own = kinds.any(|kind| match self.has_room_near(&standing, candidate) {
                true => {
                    let key = (self.area[candidate], kind);
                    standing.weakest.in_area.contains_key(&key)
                }
                false => {
                    let key = (self.subdistrict(candidate), kind);
                    standing.weakest.near.contains_key(&key)
                }
            });
            !it.chosen && !self.is_out(candidate) && own
        })
        .collect()
    }

    /// The strongest that could stand in for a chosen one.
    fn who_enters(&self, standing: &Standing, leaves: usize) -> Option<Rival> {
        if self.is_fixed(leaves) {
            return None;
        }
        let (area, kind) = (self.area[leaves], self.kind(leaves));
        let stronger = |one: &i64, two: &i64| two < one;
        let kinds = 0..=self.earmarks.len();
        let kinds = kinds.filter(|other| self.may_change(standing, kind, *other));
        kinds.fold(None, |best, other| {
            let strongest = &standing.strongest;
            let near = strongest.near.get(&(self.subdistrict(leaves), other));
            let in_area = strongest.in_area.get(&(area, other));
            let best = pick(best, near.copied(), stronger);
            let best = pick(best, in_area.copied(), stronger);
            pick(best, strongest.anywhere[other], stronger)
        })
    }

    /// The weakest that somebody who was left out could stand in for.
    fn who_leaves(&self, standing: &Standing, enters: usize) -> Option<Rival> {
        if self.is_out(enters) {
            return None;
        }
        let (area, kind) = (self.area[enters], self.kind(enters));
        let weaker = |one: &i64, two: &i64| one < two;
        let kinds = 0..=self.earmarks.len();
        let kinds = kinds.filter(|other| self.may_change(standing, *other, kind));
        kinds.fold(None, |best, other| {
            let weakest = &standing.weakest;
            let rival = if !self.has_room_near(standing, enters) {
                let near = weakest.near.get(&(self.subdistrict(enters), other));
                near.copied()
            } else if standing.in_area[area as usize] < self.per_area {
                weakest.anywhere[other]
            } else {
                weakest.in_area.get(&(area, other)).copied()
            };
            pick(best, rival, weaker)
        })
    }

    fn kind(&self, candidate: usize) -> Kind {
        self.earmark[candidate].map_or(0, |it| it + 1)
    }

    /// One for all where kecamatan have no cap.
    fn subdistrict(&self, candidate: usize) -> u32 {
        self.narrow.as_ref().map_or(0, |it| it.of[candidate])
    }

    fn has_room_near(&self, standing: &Standing, candidate: usize) -> bool {
        let narrow = self.narrow.as_ref();
        narrow.is_none_or(|it| standing.in_subdistrict[it.of[candidate] as usize] < it.most)
    }

    fn is_fixed(&self, candidate: usize) -> bool {
        self.fixed.binary_search(&candidate).is_ok()
    }

    fn is_out(&self, candidate: usize) -> bool {
        self.out.binary_search(&candidate).is_ok()
    }

    fn standing(&self, contenders: &[Contender]) -> Standing {
        let kinds = self.earmarks.len() + 1;
        let mut standing = Standing {
            in_area: vec![0; self.areas()],
            in_subdistrict: vec![0; self.narrow.as_ref().map_or(0, |it| it.count)],
            of_kind: vec![0; kinds],
            weakest: Rivals::new(kinds),
            strongest: Rivals::new(kinds),
        };
        for (candidate, _) in contenders.iter().enumerate().filter(|it| it.1.chosen) {
            standing.in_area[self.area[candidate] as usize] += 1;
            standing.of_kind[self.kind(candidate)] += 1;
            if let Some(narrow) = &self.narrow {
                standing.in_subdistrict[narrow.of[candidate] as usize] += 1;
            }
        }
        for (candidate, it) in contenders.iter().enumerate() {
            if self.is_fixed(candidate) || self.is_out(candidate) {
                continue;
            }
            let (area, kind) = (self.area[candidate], self.kind(candidate));
            let room_near = self.has_room_near(&standing, candidate);
            let room = room_near && standing.in_area[area as usize] < self.per_area;
            let (rivals, score, better): (_, _, fn(&i64, &i64) -> bool) = match it.chosen {
                true => (&mut standing.weakest, it.lower, |one, two| one < two),
                false => (&mut standing.strongest, it.upper, |one, two| two < one),
            };
            let own = Some((score, candidate));
            if self.narrow.is_some() {
                let near = rivals.near.entry((self.subdistrict(candidate), kind));
                let near = near.or_insert((score, candidate));
                *near = pick(Some(*near), own, better).unwrap_or(*near);
            }
            if it.chosen || room_near {
                let in_area = rivals.in_area.entry((area, kind));
                let in_area = in_area.or_insert((score, candidate));
                *in_area = pick(Some(*in_area), own, better).unwrap_or(*in_area);
            }
            if it.chosen || room {
                rivals.anywhere[kind] = pick(rivals.anywhere[kind], own, better);
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
