//! A quota with its rules as columns and rows.
//!
//! Always: a candidate has a column for each kind of place that it may take; columns stand in the order of
//! the ranking.
//! Never: holds a row that nothing could break.

use std::collections::BTreeMap;

use super::{MixResult, unsolved};
use crate::ids::RegionId;
use crate::priority::allot::PlaceKind;
use crate::priority::document::Problem;
use crate::priority::exact::{Best, Model, Row, Wanted};
use crate::priority::method::Quota;
use crate::priority::proof::{Effort, Next};
use crate::priority::rank::{RankedUnit, Status};
use crate::priority::rules::{Locked, Mix, Spacing};
use crate::priority::spacing::{Position, cliques, near_pairs};
use crate::priority::text::Text;

/// One way in which a candidate may be chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    pub(super) candidate: usize,
    kind: PlaceKind,
}

pub(super) struct Crossing {
    pub(super) model: Model,
    pub(super) columns: Vec<Column>,
    /// Of each candidate: the first of its columns, and how many there are.
    of_candidate: Vec<(u32, u32)>,
    /// Candidates of each mix.
    members: Vec<Vec<usize>>,
    at_least: Vec<u32>,
    beside: BTreeMap<usize, Vec<usize>>,
    /// Whether its position is known, where distance counts.
    pub(super) placed: Vec<bool>,
}

impl Crossing {
    pub(super) fn new(
        candidates: &[&RankedUnit],
        all: &[RankedUnit],
        quota: &Quota,
        figures: &[&str],
        effort: Effort,
    ) -> Result<Crossing, Vec<Problem>> {
        let mut problems = check_locks(quota, candidates, all);
        let known = |id: &str| figures.contains(&id);
        for id in quota.figures().into_iter().filter(|id| !known(id)) {
            problems.push(problem(
                "programme.quota",
                &format!("metode tidak membawa nilai `{id}` untuk aturan ini; tulis aturan di metode"),
                &format!("the method brings no value of `{id}` for this rule; write the rule in the method"),
            ));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let positions = positions(quota.spacing.as_ref(), candidates, figures);
        let placed = positions.iter().map(Option::is_some).collect();
        let mut crossing = Crossing {
            model: Model {
                pools: Vec::new(),
                rows: Vec::new(),
                steps_max: effort.steps_max,
            },
            columns: Vec::new(),
            of_candidate: Vec::new(),
            members: Vec::new(),
            at_least: quota.mixes.iter().map(|it| it.at_least).collect(),
            beside: BTreeMap::new(),
            placed,
        };
        crossing.add_columns(candidates, quota);
        crossing.add_nested(candidates, quota);
        for mix in &quota.mixes {
            crossing.add_mix(mix, candidates, figures);
        }
        crossing.add_locks(candidates, quota);
        if let Some(spacing) = &quota.spacing {
            crossing.add_spacing(spacing, candidates, &positions);
        }
        Ok(crossing)
    }

    fn add_columns(&mut self, candidates: &[&RankedUnit], quota: &Quota) {
        let kept: u32 = quota.earmarks.iter().map(|it| it.places).sum();
        let open = quota
            .total
            .map_or(u32::MAX, |total| total - kept.min(total));
        let mut pools: BTreeMap<&str, u32> = BTreeMap::new();
        for (index, unit) in candidates.iter().enumerate() {
            let next = pools.len() as u32;
            let pool = *pools.entry(unit.group.code.as_str()).or_insert(next);
            let first = self.columns.len() as u32;
            let out = |code: &str| {
                let mut locks = quota.locks.iter();
                locks.any(|it| it.code == code && it.place == Locked::Out)
            };
            let mut kinds = Vec::new();
            if !out(&unit.region) && self.placed[index] {
                let mut earmarks = quota.earmarks.iter();
                if let Some(place) = earmarks.position(|it| lies_in(&unit.region, &it.area)) {
                    kinds.push(PlaceKind::Earmark(place));
                }
                if 0 < open {
                    kinds.push(PlaceKind::Open);
                }
            }
            self.of_candidate.push((first, kinds.len() as u32));
            for kind in kinds {
                self.columns.push(Column {
                    candidate: index,
                    kind,
                });
                self.model.pools.push(pool);
            }
        }
    }

    /// Rows of the quota that would nest: once per village, per area, per kecamatan, earmarks, the total.
    fn add_nested(&mut self, candidates: &[&RankedUnit], quota: &Quota) {
        for (first, many) in self.of_candidate.clone() {
            if 1 < many {
                self.add(Row::at_most(first..first + many, 1));
            }
        }
        let mut areas: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut subdistricts: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let mut earmarks = vec![Vec::new(); quota.earmarks.len()];
        let mut open = Vec::new();
        for (index, column) in (0_u32..).zip(&self.columns) {
            let unit = candidates[column.candidate];
            areas.entry(&unit.group.code).or_default().push(index);
            if quota.per_subdistrict.is_some() {
                let subdistrict = subdistrict(&unit.region);
                subdistricts.entry(subdistrict).or_default().push(index);
            }
            match column.kind {
                PlaceKind::Earmark(place) => earmarks[place].push(index),
                PlaceKind::Open => open.push(index),
            }
        }
        let kept: u32 = quota.earmarks.iter().map(|it| it.places).sum();
        let mut rows: Vec<(Vec<u32>, u32)> = Vec::new();
        rows.extend(areas.into_values().map(|it| (it, quota.per_area)));
        let per_subdistrict = quota.per_subdistrict.unwrap_or(u32::MAX);
        rows.extend(subdistricts.into_values().map(|it| (it, per_subdistrict)));
        let places = quota.earmarks.iter().map(|it| it.places);
        rows.extend(earmarks.into_iter().zip(places));
        if let Some(total) = quota.total {
            rows.push((open, total - kept.min(total)));
        }
        for (columns, most) in rows {
            self.add(Row::at_most(columns, i64::from(most)));
        }
    }

    fn add_mix(&mut self, mix: &Mix, candidates: &[&RankedUnit], figures: &[&str]) {
        let place = mix.indicator.as_deref();
        let place = place.and_then(|id| figures.iter().position(|it| *it == id));
        let is_of_kind = |unit: &RankedUnit| {
            let areas = &mix.areas;
            let inside = areas.is_empty() || areas.iter().any(|it| lies_in(&unit.region, it));
            let fits = |value: f64| {
                mix.from.is_none_or(|from| from <= value) && mix.to.is_none_or(|to| value <= to)
            };
            inside && place.is_none_or(|place| unit.figures[place].is_some_and(fits))
        };
        let members: Vec<usize> = (0..candidates.len())
            .filter(|index| is_of_kind(candidates[*index]))
            .collect();
        if let Some(most) = mix.at_most {
            self.add(Row::at_most(self.columns_of_all(&members), i64::from(most)));
        }
        self.members.push(members);
    }

    fn add_locks(&mut self, candidates: &[&RankedUnit], quota: &Quota) {
        for lock in quota.locks.iter().filter(|it| it.place == Locked::In) {
            let mut each = candidates.iter();
            let candidate = each.position(|it| it.region == lock.code);
            let candidate = candidate.expect("a village that is locked in is a candidate");
            let columns: Vec<u32> = self.columns_of(candidate).collect();
            self.model.rows.push(Row::at_least(columns, 1));
        }
    }

    fn add_spacing(
        &mut self,
        spacing: &Spacing,
        candidates: &[&RankedUnit],
        positions: &[Option<Position>],
    ) {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        if let Some(km) = spacing.km {
            let known: Vec<(u32, Position)> = (0_u32..)
                .zip(positions)
                .filter_map(|(place, position)| Some((place, (*position)?)))
                .collect();
            let listed: Vec<Position> = known.iter().map(|(_, position)| *position).collect();
            let near = near_pairs(&listed, (km * 1000.0) as u64);
            let place = |index: u32| known[index as usize].0;
            pairs.extend(near.iter().map(|(one, two)| (place(*one), place(*two))));
        }
        let by_code: BTreeMap<&str, u32> = (0_u32..)
            .zip(candidates)
            .map(|(place, unit)| (unit.region.as_str(), place))
            .collect();
        for (one, two) in spacing.border_pairs() {
            if let (Some(one), Some(two)) = (by_code.get(one), by_code.get(two))
                && one != two
            {
                pairs.push((*one.min(two), *one.max(two)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        for (one, two) in &pairs {
            let (one, two) = (*one as usize, *two as usize);
            self.beside.entry(one).or_default().push(two);
            self.beside.entry(two).or_default().push(one);
        }
        for clique in cliques(&pairs) {
            let members: Vec<usize> = clique.iter().map(|it| *it as usize).collect();
            self.add(Row::at_most(self.columns_of_all(&members), 1));
        }
    }

    /// Adds a row, unless nothing could break it.
    fn add(&mut self, row: Row) {
        let most: i64 = row.terms.iter().map(|(_, factor)| factor.max(&0)).sum();
        if row.at_most < most {
            self.model.rows.push(row);
        }
    }

    pub(super) fn columns_of(&self, candidate: usize) -> std::ops::Range<u32> {
        let (first, many) = self.of_candidate[candidate];
        first..first + many
    }

    fn columns_of_all(&self, candidates: &[usize]) -> Vec<u32> {
        let each = candidates.iter();
        each.flat_map(|it| self.columns_of(*it)).collect()
    }

    /// Candidates of columns, rising.
    pub(super) fn candidates_of(&self, columns: &[u32]) -> Vec<usize> {
        let each = columns.iter();
        each.map(|it| self.columns[*it as usize].candidate)
            .collect()
    }

    /// Asks for every minimum; where not all can be met, for as much of each as those before leave.
    /// Tells whether that is proved.
    pub(super) fn meet_minimums(&mut self) -> Result<bool, Vec<Problem>> {
        let before = self.model.rows.len();
        let wanted: Vec<(Vec<u32>, i64)> = self
            .members
            .iter()
            .zip(&self.at_least)
            .filter(|(_, at_least)| 0 < **at_least)
            .map(|(members, at_least)| (self.columns_of_all(members), i64::from(*at_least)))
            .collect();
        for (columns, at_least) in &wanted {
            let row = Row::at_least(columns.iter().copied(), *at_least);
            self.model.rows.push(row);
        }
        let nothing = vec![0; self.columns.len()];
        if self.model.best(&nothing, Wanted::Value).is_ok() {
            return Ok(true);
        }
        self.model.rows.truncate(before);
        let mut proved = true;
        for (columns, at_least) in wanted {
            let mut values = nothing.clone();
            columns.iter().for_each(|it| values[*it as usize] = 1);
            let most = self.model.best(&values, Wanted::Value);
            let most = most.map_err(|failure| vec![unsolved(failure)])?;
            proved &= at_least.min(most.bound) <= most.value;
            let met = at_least.min(most.value);
            self.model.rows.push(Row::at_least(columns, met));
        }
        Ok(proved)
    }

    /// From here on exactly so many places are filled.
    pub(super) fn fill(&mut self, places: i64) {
        let all = 0..self.columns.len() as u32;
        if 0 < places {
            self.model.rows.push(Row::at_least(all, places));
        }
    }

    /// The best choice of other villages that fills as many places.
    pub(super) fn next_best(&self, best: &Best, values: &[i64]) -> Next {
        let chosen = self.candidates_of(&best.taken);
        let mut model = self.model.clone();
        let most = chosen.len() as i64 - 1;
        model
            .rows
            .push(Row::at_most(self.columns_of_all(&chosen), most));
        model.best(values, Wanted::Value).into()
    }

    /// Which place each candidate got. The best of an earmark's area have its places, as many as it keeps.
    pub(super) fn places(&self, taken: &[u32], quota: &Quota) -> Vec<Option<PlaceKind>> {
        let mut place = vec![None; self.of_candidate.len()];
        let mut left: Vec<u32> = quota.earmarks.iter().map(|it| it.places).collect();
        for column in taken {
            let candidate = self.columns[*column as usize].candidate;
            let mut kind = PlaceKind::Open;
            for own in self.columns_of(candidate) {
                if let PlaceKind::Earmark(earmark) = self.columns[own as usize].kind
                    && 0 < left[earmark]
                {
                    left[earmark] -= 1;
                    kind = PlaceKind::Earmark(earmark);
                }
            }
            place[candidate] = Some(kind);
        }
        place
    }

    pub(super) fn mix_results(&self, quota: &Quota, place: &[Option<PlaceKind>]) -> Vec<MixResult> {
        let each = quota.mixes.iter().zip(&self.members);
        each.map(|(mix, members)| MixResult {
            label: mix.label.clone(),
            at_least: mix.at_least,
            at_most: mix.at_most,
            candidates: members.len() as u32,
            chosen: members.iter().filter(|it| place[**it].is_some()).count() as u32,
        })
        .collect()
    }

    pub(super) fn near(&self, candidate: usize) -> impl Iterator<Item = usize> {
        let near = self.beside.get(&candidate);
        near.into_iter().flatten().copied()
    }
}

fn positions(
    spacing: Option<&Spacing>,
    candidates: &[&RankedUnit],
    figures: &[&str],
) -> Vec<Option<Position>> {
    // Where no distance counts, nobody lacks a position.
    let anywhere = Position::new(Some(0.0), Some(0.0));
    let Some(spacing) = spacing.filter(|it| it.km.is_some()) else {
        return vec![anywhere; candidates.len()];
    };
    let place = |id: &Option<String>| {
        let id = id.as_deref()?;
        figures.iter().position(|it| *it == id)
    };
    let (latitude, longitude) = (place(&spacing.latitude), place(&spacing.longitude));
    let of = |unit: &&RankedUnit| Position::new(unit.figures[latitude?], unit.figures[longitude?]);
    candidates.iter().map(of).collect()
}

/// A village that is locked in must be able to be chosen; every lock must name a village.
pub(in crate::priority) fn check_locks(
    quota: &Quota,
    candidates: &[&RankedUnit],
    all: &[RankedUnit],
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for lock in &quota.locks {
        let place = format!("programme.quota.lock {}", lock.code);
        let Some(unit) = all.iter().find(|it| it.region == lock.code) else {
            problems.push(problem(
                &place,
                "desa ini tidak ada di data; perbaiki kode atau hapus",
                "there is no village of this code in the data; mend the code or remove it",
            ));
            continue;
        };
        let is_candidate = candidates.iter().any(|it| it.region == lock.code);
        if lock.place == Locked::In && !is_candidate {
            let (id, en) = match unit.status {
                Status::Held => ("belum layak dinilai", "not yet fit to be judged"),
                Status::NotEligible => ("tidak memenuhi syarat", "not eligible"),
                Status::EligibilityUnknown => {
                    ("syaratnya belum diketahui", "not known to be eligible")
                }
                Status::Unvisited => ("belum dikunjungi", "not visited yet"),
                Status::NotScored | Status::Screened | Status::Ranked => {
                    ("tanpa skor", "without a score")
                }
            };
            problems.push(problem(
                &place,
                &format!("desa ini ditetapkan masuk, tetapi {id}; selesaikan dahulu atau hapus"),
                &format!(
                    "this village is locked in, but is {en}; settle that first or remove the lock"
                ),
            ));
        }
    }
    problems
}

/// Whether a code is an area or lies below it; codes of other kinds only equal themselves.
pub(in crate::priority) fn lies_in(code: &str, area: &str) -> bool {
    let regions = code
        .parse::<RegionId>()
        .ok()
        .zip(area.parse::<RegionId>().ok());
    match regions {
        Some((region, outer)) => region.is_within(&outer),
        None => code == area,
    }
}

/// The code above a village's.
pub(in crate::priority) fn subdistrict(code: &str) -> String {
    let parent = code.parse::<RegionId>().ok().and_then(|it| it.parent());
    parent.map_or_else(|| code.to_owned(), |it| it.to_string())
}

fn problem(place: &str, id: &str, en: &str) -> Problem {
    Problem {
        place: place.to_owned(),
        line: None,
        text: Text::new(id, en),
    }
}
