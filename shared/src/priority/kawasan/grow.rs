//! Connected sets of villages that reach the totals, none of which can spare a village.
//!
//! Always: each set once; where there are too many, those that grow from each village by its best and its
//! nearest neighbours, and it is said.
//! Never: knows a score; villages are numbers, the better the smaller.

use std::collections::{BTreeMap, BTreeSet};

/// Steps of the search for all sets, and sets kept.
const STEPS_MAX: u64 = 2_000_000;
const SETS_MAX: usize = 20_000;

pub(super) struct Land {
    beside: Vec<BTreeSet<u32>>,
    /// What each village adds to each total; none where it is not known.
    adds: Vec<Vec<Option<f64>>>,
    wanted: Vec<f64>,
}

pub(super) struct Found {
    /// Each rising.
    pub(super) sets: Vec<Vec<u32>>,
    /// Whether these are all there are.
    pub(super) all: bool,
}

impl Land {
    pub(super) fn new(
        pairs: Vec<(u32, u32)>,
        adds: Vec<Vec<Option<f64>>>,
        wanted: Vec<f64>,
    ) -> Land {
        let mut beside = vec![BTreeSet::new(); adds.len()];
        for (one, two) in pairs.into_iter().filter(|(one, two)| one != two) {
            beside[one as usize].insert(two);
            beside[two as usize].insert(one);
        }
        Land {
            beside,
            adds,
            wanted,
        }
    }

    /// The same villages in another order: each at its place in `places`.
    pub(super) fn moved(&self, places: &[u32]) -> Land {
        let place = |it: &u32| places[*it as usize];
        let mut moved = Land {
            beside: vec![BTreeSet::new(); self.beside.len()],
            adds: vec![Vec::new(); self.adds.len()],
            wanted: self.wanted.clone(),
        };
        let villages = self.beside.iter().zip(&self.adds).zip(places);
        for ((beside, adds), own) in villages {
            moved.beside[*own as usize] = beside.iter().map(place).collect();
            moved.adds[*own as usize].clone_from(adds);
        }
        moved
    }

    /// Whether a total of a village is not known.
    pub(super) fn lacks(&self, village: u32) -> bool {
        self.adds[village as usize].iter().any(Option::is_none)
    }

    pub(super) fn sums(&self, members: &[u32]) -> Vec<f64> {
        let total = |place: usize| {
            let each = members.iter();
            let known = each.filter_map(|it| self.adds[*it as usize][place]);
            known.map(|it| it.max(0.0)).sum()
        };
        (0..self.wanted.len()).map(total).collect()
    }

    fn reaches(&self, members: &[u32]) -> bool {
        let sums = self.sums(members);
        sums.iter()
            .zip(&self.wanted)
            .all(|(sum, wanted)| wanted <= sum)
    }

    fn is_connected(&self, members: &[u32]) -> bool {
        let Some(first) = members.first() else {
            return false;
        };
        let mut seen = BTreeSet::from([*first]);
        let mut next = vec![*first];
        while let Some(village) = next.pop() {
            for other in &self.beside[village as usize] {
                if members.binary_search(other).is_ok() && seen.insert(*other) {
                    next.push(*other);
                }
            }
        }
        seen.len() == members.len()
    }

    /// Reaches the totals, and with any village less does not, or falls apart.
    fn is_tight(&self, members: &[u32]) -> bool {
        (0..members.len()).all(|place| {
            let mut fewer = members.to_vec();
            fewer.remove(place);
            !(self.reaches(&fewer) && self.is_connected(&fewer))
        })
    }

    pub(super) fn kawasan(&self, members_max: usize) -> Found {
        let mut search = Search {
            land: self,
            members_max,
            steps: 0,
            sets: Vec::new(),
        };
        let all = (0..self.beside.len() as u32).all(|root| search.from(root));
        if all {
            return Found {
                sets: search.sets,
                all,
            };
        }
        let mut sets = BTreeSet::new();
        for root in 0..self.beside.len() as u32 {
            sets.extend(self.grown(root, members_max, false));
            sets.extend(self.grown(root, members_max, true));
        }
        Found {
            sets: sets.into_iter().collect(),
            all: false,
        }
    }

    /// One set that grows from a village: by the neighbour that is best, or by the one that came into reach
    /// first, which is the nearest to the root.
    fn grown(&self, root: u32, members_max: usize, nearest: bool) -> Option<Vec<u32>> {
        let mut members = vec![root];
        // Neighbours in the order in which they came into reach.
        let mut reach: BTreeMap<u32, usize> = BTreeMap::new();
        let mut met = 0;
        let mut newest = root;
        while !self.reaches(&members) {
            if members.len() == members_max {
                return None;
            }
            for other in &self.beside[newest as usize] {
                if !members.contains(other) {
                    reach.entry(*other).or_insert(met);
                }
            }
            met += 1;
            let best = match nearest {
                true => reach.iter().min_by_key(|(village, met)| (**met, **village)),
                false => reach.iter().next(),
            };
            newest = *best?.0;
            reach.remove(&newest);
            members.push(newest);
        }
        members.sort_unstable();
        // What came early may have become superfluous; the worst goes first.
        let mut place = members.len();
        while 0 < place {
            place -= 1;
            let mut fewer = members.clone();
            fewer.remove(place);
            if self.reaches(&fewer) && self.is_connected(&fewer) {
                members = fewer;
            }
        }
        Some(members)
    }
}

/// Every connected set once (Wernicke 2006): a set grows only by villages behind its root that no earlier
/// member had beside it.
struct Search<'a> {
    land: &'a Land,
    members_max: usize,
    steps: u64,
    sets: Vec<Vec<u32>>,
}

impl Search<'_> {
    /// All sets whose best village is `root`; `false` where the steps ran out.
    fn from(&mut self, root: u32) -> bool {
        let beside = &self.land.beside[root as usize];
        let reach: Vec<u32> = beside.iter().copied().filter(|it| root < *it).collect();
        let mut seen: BTreeSet<u32> = beside.clone();
        seen.insert(root);
        self.extend(&mut vec![root], reach, &seen)
    }

    fn extend(
        &mut self,
        members: &mut Vec<u32>,
        mut reach: Vec<u32>,
        seen: &BTreeSet<u32>,
    ) -> bool {
        self.steps += 1;
        if STEPS_MAX < self.steps || SETS_MAX < self.sets.len() {
            return false;
        }
        let mut sorted = members.clone();
        sorted.sort_unstable();
        if self.land.reaches(&sorted) {
            if self.land.is_tight(&sorted) {
                self.sets.push(sorted);
            }
            return true;
        }
        if members.len() == self.members_max {
            return true;
        }
        let root = members[0];
        while let Some(next) = reach.pop() {
            let fresh = self.land.beside[next as usize]
                .iter()
                .copied()
                .filter(|it| root < *it && !seen.contains(it));
            let mut wider = reach.clone();
            let mut known = seen.clone();
            for village in fresh {
                wider.push(village);
                known.insert(village);
            }
            members.push(next);
            let whole = self.extend(members, wider, &known);
            members.pop();
            if !whole {
                return false;
            }
        }
        true
    }
}
