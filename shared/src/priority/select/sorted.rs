//! A choice that sorting makes: nested counts, also with caps of kecamatan and villages that a decision fixed.
//!
//! Always: exact; a narrowed choice carries the proof that it had as an integer programme, to the same sums.
//! Never: chooses where rules cross.

use super::{Allotment, AreaList, Chooser, Field};
use crate::priority::allot::{Contender, PlaceKind, Places};
use crate::priority::crossing::{check_locks, subdistrict, unsolved};
use crate::priority::document::Problem;
use crate::priority::exact::Failure;
use crate::priority::method::Quota;
use crate::priority::order::{from_steps, steps};
use crate::priority::proof::{Effort, NextBest, Proof};
use crate::priority::text::{Text, number_text};

/// What is known of such a choice.
pub(super) struct Sorted {
    pub(super) places: Places,
    /// Of each candidate, whether it is left out and could move up in its area.
    pub(super) stands_in: Vec<bool>,
    /// None where areas and earmarks do not nest: what sorting then leaves is not the best but what the rules say.
    pub(super) proof: Option<Proof>,
}

impl Sorted {
    /// Errors: villages that are locked in and are no candidates, or do not fit together.
    pub(super) fn new(
        places: Places,
        field: &Field,
        effort: Effort,
    ) -> Result<(Allotment, Sorted), Vec<Problem>> {
        let Field {
            method,
            quota,
            candidates,
            all,
            ..
        } = *field;
        let problems = check_locks(quota, candidates, all);
        if !problems.is_empty() {
            return Err(problems);
        }
        let allotment = Allotment::new(&places, candidates.len(), quota);
        let fits = |it: &usize| allotment.place[*it].is_some();
        if !places.fixed().iter().all(fits) {
            return Err(vec![unsolved(Failure::Impossible)]);
        }
        let is_chosen = |candidate: usize| allotment.place[candidate].is_some();
        let mut sorted = Sorted {
            stands_in: (0..candidates.len()).map(|it| !is_chosen(it)).collect(),
            places,
            proof: None,
        };
        // A narrowed quota that does not nest is not chosen by sorting.
        if quota.is_narrowed() || sorted.places.nests() {
            let score = |index: usize| {
                let score = candidates[index].score;
                steps(score.unwrap_or_default(), method.decimals)
            };
            let contender = |index: usize| Contender {
                chosen: is_chosen(index),
                lower: score(index),
                upper: score(index),
            };
            let contenders: Vec<Contender> = (0..candidates.len()).map(contender).collect();
            if quota.is_narrowed() {
                sorted.stands_in = sorted.places.stand_ins(&contenders);
            }
            sorted.proof = Some(sorted.prove(field, &contenders, effort));
        }
        Ok((allotment, sorted))
    }

    /// A matroid's best choice is proved by how it was found; the next best differs by one exchange.
    fn prove(&self, field: &Field, contenders: &[Contender], effort: Effort) -> Proof {
        let decimals = field.method.decimals;
        let chosen = contenders.iter().filter(|it| it.chosen);
        let total: i64 = chosen.map(|it| it.upper).sum();
        let exchange = match effort.next_best {
            true => self.places.least_exchange(contenders),
            false => None,
        };
        let code = |candidate: usize| vec![field.candidates[candidate].region.clone()];
        Proof {
            of_kawasan: false,
            by_sorting: true,
            candidates: field.candidates.len() as u32,
            considered: field.candidates.len() as u32,
            total: from_steps(total, decimals),
            bound: Some(from_steps(total, decimals)),
            proved: true,
            first: true,
            next: exchange.map(|(leaves, enters, cost)| NextBest {
                total: from_steps(total - cost, decimals),
                gap: from_steps(cost, decimals),
                proved: true,
                entering: code(enters),
                leaving: code(leaves),
            }),
            next_unsolved: !effort.next_best,
        }
    }
}

impl Allotment {
    /// `candidates` stand best first.
    fn new(places: &Places, candidates: usize, quota: &Quota) -> Allotment {
        let mut allotment = Allotment {
            place: vec![None; candidates],
            earmarked: vec![0; quota.earmarks.len()],
        };
        let (mut taken, mut placed) = (Vec::new(), Vec::new());
        places.allot(0..candidates, &mut taken, &mut placed, |candidate, kind| {
            allotment.place[candidate] = Some(kind);
            if let PlaceKind::Earmark(index) = kind {
                allotment.earmarked[index] += 1;
            }
        });
        // Those that were fixed went first; the earmark's places are named for the best of its area all the same.
        if !places.fixed().is_empty() {
            places.name_kinds(&mut allotment.place);
        }
        allotment
    }
}

impl Chooser<'_> {
    /// The gap to the last one that was chosen for its score, and why there was no place.
    pub(super) fn why_not(&self, candidate: usize, list: &AreaList) -> (Option<f64>, Text) {
        let unit = self.candidates[candidate];
        if let Some(words) = self.taken_out(&unit.region) {
            return (None, not_chosen(&words, None));
        }
        let (places, last) = self.what_is_taken(candidate, list);
        let Some(last) = last.map(|index| self.candidates[index]) else {
            return (None, not_chosen(&places, None));
        };
        let gap = self.points(self.steps(last.score) - self.steps(unit.score));
        let words = number_text(gap, self.ranking.decimals);
        let distance = if gap == 0.0 {
            let key = self.decider(last, unit);
            Text::new(
                format!("skor sama dengan {}, diputuskan oleh {}", last.name, key.id),
                format!("score equal to {}, decided by {}", last.name, key.en),
            )
        } else {
            Text::new(
                format!("kurang {} dari {}", words.id, last.name),
                format!("{} below {}", words.en, last.name),
            )
        };
        (Some(gap), not_chosen(&places, Some(&distance)))
    }

    /// Which quota left it out, the narrowest first, and the last one that has a place of it for its score.
    fn what_is_taken(&self, candidate: usize, list: &AreaList) -> (Text, Option<usize>) {
        let by_score = |it: &usize| {
            let region = &self.candidates[*it].region;
            self.is_chosen(*it) && self.quota.locks.iter().all(|lock| lock.code != *region)
        };
        let near = self.quota.per_subdistrict.map(|most| {
            let own = subdistrict(&self.candidates[candidate].region);
            let members = list.members.iter().copied();
            let inside = |it: &usize| subdistrict(&self.candidates[*it].region) == own;
            let chosen = members.filter(|it| self.is_chosen(*it)).filter(inside);
            (most as usize, chosen.collect::<Vec<usize>>(), own)
        });
        if let Some((most, chosen, code)) = near
            && most <= chosen.len()
        {
            let many = chosen.len();
            let places = Text::new(
                format!("{many} tempat di kecamatan {code} sudah terisi"),
                format!("the {many} places in kecamatan {code} are taken"),
            );
            return (places, chosen.into_iter().rev().find(by_score));
        }
        if self.quota.per_area as usize <= list.chosen {
            let members = list.members.iter().rev().copied();
            let places = Text::new(
                format!("{} tempat di {} sudah terisi", list.chosen, list.area.name),
                format!("the {} places in {} are taken", list.chosen, list.area.name),
            );
            return (places, members.into_iter().find(by_score));
        }
        let open = |it: &usize| self.allotment.place[*it] == Some(PlaceKind::Open) && by_score(it);
        let places = Text::new("kuota seluruhnya sudah terisi", "the whole quota is taken");
        (places, (0..self.candidates.len()).rev().find(open))
    }
}

fn not_chosen(why: &Text, distance: Option<&Text>) -> Text {
    let and =
        |text: fn(&Text) -> &str| distance.map_or_else(String::new, |it| format!("; {}", text(it)));
    Text::new(
        format!("Tidak terpilih: {}{}", why.id, and(|it| &it.id)),
        format!("Not chosen: {}{}", why.en, and(|it| &it.en)),
    )
}
