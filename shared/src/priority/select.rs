//! Choosing villages under quotas.
//!
//! Always: exact for nested quotas (earmarks, quotas per area and kecamatan, a total, locks) by sorting, for rules
//! that cross by an integer programme with its proof; places that nobody can fill, ties that were broken and villages at
//! the edge are reported.
//! Never: moves a place from one area to another, or chooses a village that is held.

mod short;
mod sorted;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::allot::{Contender, PlaceKind, Places};
use super::check::check_quota;
use super::crossing::{Crossed, MixResult, cross};
use super::document::{Problem, method_hash};
use super::held::{Awaited, Waiting, awaited};
use super::kawasan::{KawasanResult, Possibilities, Taken, take};
use super::method::{Direction, Method, Programme, Quota};
use super::order::{compare_keys, from_steps, steps};
use super::proof::{Effort, Proof};
use super::rank::{MethodRef, RankedUnit, Ranking, Status};
use super::rules::Locked;
use super::text::{Text, number_text};
use super::unit::Area;
pub(super) use short::too_large;
pub use short::{QuotaPart, Shortfall, beyond_villages};
use sorted::Sorted;

/// So many exchanges are tried to find who is at the edge under rules.
const EXCHANGES_MAX: u32 = 300_000;

/// The chosen villages, the reserves, and the reason for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    pub method: MethodRef,
    pub programme: String,
    pub label: Text,
    pub quota: Quota,
    pub seed: String,
    /// How sure it is that no better choice exists.
    pub exactness: Text,
    pub tie_rule: Text,
    /// Codes by area, best first.
    pub chosen: Vec<String>,
    /// Codes by area, in the order in which they move up.
    pub reserve: Vec<String>,
    /// Codes of villages that are "belum layak dinilai".
    pub held: Vec<String>,
    /// Those of them that the method waits for: while there is one, the choice is not final.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaited: Vec<Awaited>,
    pub areas: Vec<AreaResult>,
    pub shortfalls: Vec<Shortfall>,
    pub ties: Vec<Tie>,
    /// None where areas and earmarks do not nest. A record holds it only where more than areas, earmarks and the total
    /// decide: see [`Selection::is_plain`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mixes: Vec<MixResult>,
    /// Only of a programme that chooses kawasan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kawasan: Vec<KawasanResult>,
    /// Every village, in the order of the ranking.
    pub decisions: Vec<Decision>,
}

impl Selection {
    /// Whether areas, earmarks and a total alone decide, so that sorting by score is all that was done.
    pub fn is_plain(&self) -> bool {
        self.proof.as_ref().is_none_or(|it| it.by_sorting) && !self.quota.is_narrowed()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub region: String,
    pub name: String,
    pub group: Area,
    pub verdict: Verdict,
    /// Place among the reserves of its area, counted from 1.
    pub position: Option<u32>,
    /// Code of the earmark that gave it its place.
    pub earmark: Option<String>,
    pub rank: Option<u32>,
    pub group_rank: Option<u32>,
    pub score: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// What was missing to the last chosen one, in rounded points.
    pub gap: Option<f64>,
    /// Whether what is not known about it or its rivals could turn the decision; none for a village that is not
    /// ranked, and where kawasan are chosen.
    pub borderline: Option<bool>,
    pub reasons: Vec<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Chosen,
    Reserve,
    BelowCut,
    /// "Belum layak dinilai".
    Held,
    NotEligible,
    EligibilityUnknown,
    NotScored,
    /// Too little data, or left out by the method.
    Screened,
    /// Without approved answers.
    Unvisited,
}

/// What happened in one area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaResult {
    pub area: Area,
    pub villages: u32,
    /// Ranked villages: eligible, scored and not held.
    pub candidates: u32,
    pub held: u32,
    pub chosen: u32,
    pub last_chosen: Option<String>,
    pub first_left_out: Option<String>,
    /// Rounded score of the last chosen less that of the first left out.
    pub gap: Option<f64>,
}

/// Two villages with equal rounded scores, and what decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tie {
    pub winner: String,
    pub loser: String,
    pub score: f64,
    pub decided_by: Text,
    /// Whether one of them was chosen and the other not.
    pub at_cut: bool,
}

/// Chooses under the method's programme, with `quota` in place of the programme's own.
///
/// Errors: the method has no programme, the quota is faulty, or the ranking is of another method.
pub fn select(
    method: &Method,
    ranking: &Ranking,
    quota: &Quota,
) -> Result<Selection, Vec<Problem>> {
    select_waiting(method, ranking, quota, Waiting::ForWhoCouldEnter)
}

/// The same, waiting for held villages as some program did.
pub(super) fn select_waiting(
    method: &Method,
    ranking: &Ranking,
    quota: &Quota,
    waiting: Waiting,
) -> Result<Selection, Vec<Problem>> {
    let Some(programme) = &method.programme else {
        return Err(vec![Problem {
            place: "programme".to_owned(),
            line: None,
            text: Text::new(
                format!("metode {} tidak memuat program", method.id),
                format!("method {} has no programme", method.id),
            ),
        }]);
    };
    let mut problems = check_quota(quota);
    if ranking.method.hash != method_hash(method) {
        problems.push(Problem {
            place: "ranking".to_owned(),
            line: None,
            text: Text::new(
                "peringkat ini dibuat dengan metode lain; hitung ulang",
                "this ranking was made by another method; rank again",
            ),
        });
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let candidates: Vec<&RankedUnit> = ranking
        .units
        .iter()
        .filter(|unit| unit.status == Status::Ranked)
        .collect();
    let field = Field {
        method,
        programme,
        quota,
        candidates: &candidates,
        all: &ranking.units,
    };
    let possible = field.possible();
    let choice = field.choose(possible.as_ref(), Effort::WHOLE)?;
    let awaited = awaited(&field, &choice, waiting);
    let chooser = Chooser {
        awaited,
        programme,
        ranking,
        quota,
        lists: by_area(&candidates, &choice.allotment),
        candidates,
        allotment: choice.allotment,
        sorted: choice.sorted,
        crossed: choice.crossed,
        kawasan: choice.kawasan,
    };
    Ok(chooser.selection())
}

/// Who competes, and under which rules.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) method: &'a Method,
    pub(super) programme: &'a Programme,
    pub(super) quota: &'a Quota,
    /// Best first.
    pub(super) candidates: &'a [&'a RankedUnit],
    /// Every village, so that a lock can say why one is no candidate.
    pub(super) all: &'a [RankedUnit],
}

impl Field<'_> {
    /// The kawasan that could be formed, where the programme chooses those.
    pub(super) fn possible(&self) -> Option<Possibilities> {
        let kawasan = self.programme.kawasan.as_ref()?;
        let figures = self.programme.figures();
        Some(Possibilities::new(self.candidates, kawasan, &figures))
    }

    /// Errors: rules that contradict each other, or that were not solved within their steps.
    pub(super) fn choose(
        &self,
        possible: Option<&Possibilities>,
        effort: Effort,
    ) -> Result<Choice, Vec<Problem>> {
        let Field {
            method,
            programme,
            quota,
            candidates,
            all,
        } = *self;
        let decimals = method.decimals;
        if let (Some(kawasan), Some(possible)) = (&programme.kawasan, possible) {
            let taken = take(
                candidates, method, kawasan, possible, quota, decimals, effort,
            )?;
            let place = taken.of_candidate.iter();
            let place = place.map(|it| it.map(|_| PlaceKind::Open)).collect();
            return Ok(Choice {
                allotment: Allotment {
                    place,
                    earmarked: Vec::new(),
                },
                sorted: None,
                crossed: None,
                kawasan: Some(taken),
            });
        }
        if let Some(places) = places(candidates, quota) {
            let (allotment, sorted) = Sorted::new(places, self, effort)?;
            return Ok(Choice {
                allotment,
                sorted: Some(sorted),
                crossed: None,
                kawasan: None,
            });
        }
        let figures = programme.figures();
        let found = cross(candidates, all, quota, &figures, decimals, effort)?;
        Ok(Choice {
            allotment: Allotment {
                place: found.place.clone(),
                earmarked: found.earmarked.clone(),
            },
            sorted: None,
            crossed: Some(found),
            kawasan: None,
        })
    }
}

/// Who got a place, and what is known about it.
pub(super) struct Choice {
    allotment: Allotment,
    /// Exactly one of these three.
    sorted: Option<Sorted>,
    crossed: Option<Crossed>,
    kawasan: Option<Taken>,
}

impl Choice {
    pub(super) fn is_sorted(&self) -> bool {
        self.sorted.is_some()
    }

    pub(super) fn is_chosen(&self, candidate: usize) -> bool {
        self.allotment.place[candidate].is_some()
    }

    /// Whether the rules leave no better choice, nor an equal one that comes first.
    pub(super) fn is_proved(&self) -> bool {
        let of_kawasan = self.kawasan.iter().map(|it| &it.proof);
        let mut proofs = of_kawasan.chain(self.crossed.iter().map(|it| &it.proof));
        proofs.all(|it| it.proved && it.first)
    }
}

/// Who got a place: one entry per candidate.
struct Allotment {
    place: Vec<Option<PlaceKind>>,
    /// How many places of each earmark were filled.
    earmarked: Vec<u32>,
}

/// What decides over a place among `candidates`, where sorting does.
pub(super) fn places(candidates: &[&RankedUnit], quota: &Quota) -> Option<Places> {
    let mut areas: BTreeMap<&str, u32> = BTreeMap::new();
    let pairs: Vec<(&str, u32)> = candidates
        .iter()
        .map(|unit| {
            let next = areas.len() as u32;
            let area = *areas.entry(unit.group.code.as_str()).or_insert(next);
            (unit.region.as_str(), area)
        })
        .collect();
    Places::new(pairs.into_iter(), quota)
}

/// Candidates of one area, best first.
struct AreaList {
    area: Area,
    /// Positions in the list of candidates.
    members: Vec<usize>,
    chosen: usize,
}

fn by_area(candidates: &[&RankedUnit], allotment: &Allotment) -> BTreeMap<String, AreaList> {
    let mut lists: BTreeMap<String, AreaList> = BTreeMap::new();
    for (index, unit) in candidates.iter().enumerate() {
        let list = lists
            .entry(unit.group.code.clone())
            .or_insert_with(|| AreaList {
                area: unit.group.clone(),
                members: Vec::new(),
                chosen: 0,
            });
        list.members.push(index);
        list.chosen += usize::from(allotment.place[index].is_some());
    }
    lists
}

struct Chooser<'a> {
    awaited: Vec<Awaited>,
    programme: &'a Programme,
    ranking: &'a Ranking,
    quota: &'a Quota,
    candidates: Vec<&'a RankedUnit>,
    allotment: Allotment,
    sorted: Option<Sorted>,
    crossed: Option<Crossed>,
    kawasan: Option<Taken>,
    lists: BTreeMap<String, AreaList>,
}

impl Chooser<'_> {
    fn selection(self) -> Selection {
        let decisions = self.decisions();
        let codes = |verdict: Verdict| -> Vec<String> {
            let mut found: Vec<&Decision> = decisions
                .iter()
                .filter(|it| it.verdict == verdict)
                .collect();
            // Stable: within an area the order of the ranking stays.
            found.sort_by(|one, two| one.group.code.cmp(&two.group.code));
            found.iter().map(|it| it.region.clone()).collect()
        };
        Selection {
            method: self.ranking.method.clone(),
            programme: self.programme.id.clone(),
            label: self.programme.label.clone(),
            quota: self.quota.clone(),
            seed: self.ranking.seed.clone(),
            exactness: self.exactness(),
            tie_rule: self.tie_rule(),
            chosen: codes(Verdict::Chosen),
            reserve: codes(Verdict::Reserve),
            held: codes(Verdict::Held),
            awaited: self.awaited.clone(),
            areas: self.areas(),
            shortfalls: self.shortfalls(),
            ties: self.ties(),
            proof: self.proof().cloned(),
            kawasan: self
                .kawasan
                .as_ref()
                .map_or_else(Vec::new, |it| it.kawasan.clone()),
            mixes: self
                .crossed
                .as_ref()
                .map_or_else(Vec::new, |it| it.mixes.clone()),
            decisions,
        }
    }

    fn proof(&self) -> Option<&Proof> {
        let of_kawasan = self.kawasan.as_ref().map(|it| &it.proof);
        let crossed = self.crossed.as_ref().map(|it| &it.proof);
        let sorted = self.sorted.as_ref().and_then(|it| it.proof.as_ref());
        of_kawasan.or(crossed).or(sorted)
    }

    fn exactness(&self) -> Text {
        let decimals = self.ranking.decimals;
        let is_plain = self.sorted.is_some() && !self.quota.is_narrowed();
        let proof = match self.proof() {
            Some(proof) if !is_plain => return proof.words(decimals),
            proof => proof,
        };
        let mut text = Text::new(
            "Eksak: diurutkan menurut skor; kuota daerah, alokasi khusus dan kuota seluruhnya bersarang, \
             sehingga tidak ada pilihan lain yang sah dengan jumlah skor lebih tinggi",
            "Exact: sorted by score; area quotas, earmarks and the total are nested, so that no other \
             lawful choice has a higher sum of scores",
        );
        let Some(proof) = proof else { return text };
        let next = proof.next_words(decimals);
        text.id.push_str(&format!("; {}", next.id));
        text.en.push_str(&format!("; {}", next.en));
        let exchange = proof.next.as_ref();
        let exchange = exchange.and_then(|it| it.entering.first().zip(it.leaving.first()));
        if let Some((enters, leaves)) = exchange {
            let (enters, leaves) = (self.name_of(enters), self.name_of(leaves));
            let words = format!(": {enters} menggantikan {leaves}");
            text.id.push_str(&words);
            text.en
                .push_str(&format!(": {enters} in place of {leaves}"));
        }
        text
    }

    fn steps(&self, score: Option<f64>) -> i64 {
        steps(score.unwrap_or_default(), self.ranking.decimals)
    }

    fn points(&self, steps: i64) -> f64 {
        from_steps(steps, self.ranking.decimals)
    }

    fn is_chosen(&self, candidate: usize) -> bool {
        self.allotment.place[candidate].is_some()
    }

    /// Of each candidate, whether what is not known could make it change places with another; empty where kawasan
    /// are chosen.
    fn edges(&self) -> Vec<bool> {
        let contender = |(index, unit): (usize, &&RankedUnit)| Contender {
            chosen: self.is_chosen(index),
            lower: self.steps(unit.lower),
            upper: self.steps(unit.upper),
        };
        let contenders: Vec<Contender> =
            self.candidates.iter().enumerate().map(contender).collect();
        match (&self.sorted, &self.crossed) {
            (Some(sorted), _) => sorted.places.edges(&contenders),
            (None, Some(crossed)) => self.edges_under_rules(crossed, &contenders),
            (None, None) => Vec::new(),
        }
    }

    /// The same where rules say who may stand in for whom.
    fn edges_under_rules(&self, crossed: &Crossed, contenders: &[Contender]) -> Vec<bool> {
        let mut edges = vec![false; contenders.len()];
        let mut asked = 0;
        for (leaves, chosen) in contenders.iter().enumerate().filter(|it| it.1.chosen) {
            let own = self.steps(self.candidates[leaves].score);
            for (enters, left) in contenders.iter().enumerate().filter(|it| !it.1.chosen) {
                // What is better and certain is left out by a rule, and stays so.
                let apart = left.upper <= chosen.lower
                    || own < self.steps(self.candidates[enters].score)
                    || (edges[leaves] && edges[enters]);
                if apart {
                    continue;
                }
                asked += 1;
                // Where there are too many to ask, it is not said that nothing could turn it.
                if EXCHANGES_MAX < asked || crossed.may_replace(leaves, enters) {
                    (edges[leaves], edges[enters]) = (true, true);
                }
            }
        }
        edges
    }

    fn decisions(&self) -> Vec<Decision> {
        let mut candidate = 0;
        let mut left: BTreeMap<&str, u32> = BTreeMap::new();
        let edges = self.edges();
        let mut decisions = Vec::with_capacity(self.ranking.units.len());
        for unit in &self.ranking.units {
            let mut decision = plain_decision(unit);
            if unit.status == Status::Ranked {
                let position = left.entry(unit.group.code.as_str()).or_default();
                let waits = *position < self.quota.reserves && self.may_move_up(candidate);
                *position += u32::from(waits);
                let position = waits.then_some(*position);
                self.decide(candidate, position, &edges, &mut decision);
                candidate += 1;
            }
            let mut awaited = self.awaited.iter();
            let awaited = awaited.find(|it| it.region == unit.region);
            decision.reasons.extend(awaited.map(|it| it.text.clone()));
            decisions.push(decision);
        }
        decisions
    }

    /// Whether it is left out and could stand in for one of its area without breaking a rule.
    fn may_move_up(&self, candidate: usize) -> bool {
        if self.kawasan.is_some() {
            return false;
        }
        if let Some(sorted) = &self.sorted {
            return sorted.stands_in[candidate];
        }
        let Some(crossed) = &self.crossed else {
            return false;
        };
        let list = &self.lists[&self.candidates[candidate].group.code];
        let mut rivals = list.members.iter().filter(|it| self.is_chosen(**it));
        !self.is_chosen(candidate) && rivals.any(|it| crossed.may_replace(*it, candidate))
    }

    /// `position` is its place among the reserves of its area, if it is one; `edges` says who is at the edge.
    fn decide(
        &self,
        candidate: usize,
        position: Option<u32>,
        edges: &[bool],
        decision: &mut Decision,
    ) {
        let unit = self.candidates[candidate];
        if let Some(taken) = &self.kawasan {
            return self.decide_in_kawasan(taken, candidate, decision);
        }
        let list = &self.lists[&unit.group.code];
        match self.allotment.place[candidate] {
            Some(kind) => {
                decision.verdict = Verdict::Chosen;
                let mut words = Text::new("Terpilih", "Chosen");
                if let PlaceKind::Earmark(index) = kind {
                    let earmark = &self.quota.earmarks[index];
                    decision.earmark = Some(earmark.area.clone());
                    words
                        .id
                        .push_str(&format!(" dari alokasi khusus {}", earmark.label.id));
                    words
                        .en
                        .push_str(&format!(" from the earmark for {}", earmark.label.en));
                }
                if let Some(lock) = self.quota.locks.iter().find(|it| it.code == unit.region) {
                    let by = format!("{}: {}", lock.by, lock.reason);
                    words.id.push_str(&format!(", ditetapkan oleh {by}"));
                    words.en.push_str(&format!(", as decided by {by}"));
                }
                decision.reasons.insert(0, words);
            }
            None => {
                decision.verdict = match position {
                    Some(_) => Verdict::Reserve,
                    None => Verdict::BelowCut,
                };
                decision.position = position;
                let (gap, words) = match &self.crossed {
                    Some(crossed) => self.why_not_under_rules(crossed, candidate, list),
                    None => self.why_not(candidate, list),
                };
                decision.gap = gap;
                decision.reasons.insert(0, words);
                if let Some(position) = position {
                    let area = &unit.group.name;
                    let words = Text::new(
                        format!("Cadangan ke-{position} di {area}"),
                        format!("Reserve number {position} in {area}"),
                    );
                    decision.reasons.insert(0, words);
                }
            }
        }
        decision.borderline = Some(edges[candidate]);
        if edges[candidate] {
            decision.reasons.push(Text::new(
                "Di ambang: isian yang belum diketahui dapat mengubah keputusan ini",
                "On the edge: answers that are not known could turn this decision",
            ));
        }
    }

    fn decide_in_kawasan(&self, taken: &Taken, candidate: usize, decision: &mut Decision) {
        let words = match taken.of_candidate[candidate] {
            Some(place) => {
                decision.verdict = Verdict::Chosen;
                let kawasan = &taken.kawasan[place as usize];
                let name = self.name_of(&kawasan.centre);
                let many = kawasan.members.len();
                if kawasan.centre == decision.region {
                    Text::new(
                        format!("Terpilih sebagai pusat kawasan {many} desa"),
                        format!("Chosen as the centre of a kawasan of {many} villages"),
                    )
                } else {
                    Text::new(
                        format!("Terpilih dalam kawasan {many} desa dengan pusat {name}"),
                        format!("Chosen in a kawasan of {many} villages with its centre in {name}"),
                    )
                }
            }
            None => Text::new(
                "Tidak terpilih: tidak termasuk kawasan terbaik yang mencapai semua syarat jumlah",
                "Not chosen: in none of the best kawasan that reach every total",
            ),
        };
        decision.reasons.insert(0, words);
    }

    fn name_of<'t>(&'t self, region: &'t str) -> &'t str {
        let mut candidates = self.candidates.iter();
        let unit = candidates.find(|it| it.region == region);
        unit.map_or(region, |it| it.name.as_str())
    }

    /// Whether a decision took it out, and whose.
    fn taken_out(&self, region: &str) -> Option<Text> {
        let mut locks = self.quota.locks.iter();
        let lock = locks.find(|it| it.code == region && it.place == Locked::Out)?;
        let (by, reason) = (&lock.by, &lock.reason);
        Some(Text::new(
            format!("dikeluarkan oleh {by}: {reason}"),
            format!("taken out by {by}: {reason}"),
        ))
    }

    /// Which rule left it out. Its gap to the last chosen of its area is below zero where it is the better one.
    fn why_not_under_rules(
        &self,
        crossed: &Crossed,
        candidate: usize,
        list: &AreaList,
    ) -> (Option<f64>, Text) {
        let unit = self.candidates[candidate];
        let last = list.members.iter().rev().find(|it| self.is_chosen(**it));
        let gap = last.map(|last| {
            self.points(self.steps(self.candidates[*last].score) - self.steps(unit.score))
        });
        let words = if let Some(words) = self.taken_out(&unit.region) {
            words
        } else if !crossed.has_position(candidate) {
            Text::new(
                "posisinya belum diketahui, padahal jarak dihitung",
                "its position is not known, and distance counts",
            )
        } else if let Some(near) = crossed.neighbour(candidate) {
            let near = &self.candidates[near].name;
            Text::new(
                format!("terlalu dekat dengan {near} yang terpilih"),
                format!("too near to {near}, which is chosen"),
            )
        } else if self.quota.per_area as usize <= list.chosen {
            Text::new(
                format!("{} tempat di {} sudah terisi", list.chosen, list.area.name),
                format!("the {} places in {} are taken", list.chosen, list.area.name),
            )
        } else {
            Text::new(
                "pilihan lain yang memenuhi semua aturan lebih baik",
                "another choice that meets all rules is better",
            )
        };
        let text = Text::new(
            format!("Tidak terpilih: {}", words.id),
            format!("Not chosen: {}", words.en),
        );
        (gap, text)
    }

    fn directions(&self) -> Vec<Direction> {
        self.programme
            .tie_break
            .iter()
            .map(|key| key.direction)
            .collect()
    }

    /// What decided between two villages of equal rounded score.
    fn decider(&self, winner: &RankedUnit, loser: &RankedUnit) -> Text {
        let (_, key) = compare_keys(&self.directions(), &winner.tie_keys, &loser.tie_keys);
        let Some(key) = key else {
            return Text::new(
                "undian SHA-256(benih|kode)",
                "the lottery SHA-256(seed|code)",
            );
        };
        let words = |unit: &RankedUnit| match unit.tie_keys[key] {
            Some(value) => number_text(value, 2),
            None => Text::new("tidak diketahui", "unknown"),
        };
        let label = &self.programme.tie_break[key].label;
        let (won, lost) = (words(winner), words(loser));
        Text::new(
            format!("{} ({} lawan {})", label.id, won.id, lost.id),
            format!("{} ({} against {})", label.en, won.en, lost.en),
        )
    }

    fn tie_rule(&self) -> Text {
        let decimals = self.ranking.decimals;
        let mut id = vec![format!("skor dibulatkan {decimals} desimal")];
        let mut en = vec![format!("score rounded to {decimals} decimals")];
        for key in &self.programme.tie_break {
            let wins = match key.direction {
                Direction::Higher => ("terbesar", "largest"),
                Direction::Lower => ("terkecil", "smallest"),
            };
            id.push(format!("{} {}", key.label.id, wins.0));
            en.push(format!("{} {}", wins.1, key.label.en));
        }
        id.push("undian SHA-256(benih|kode) terkecil".to_owned());
        en.push("smallest SHA-256(seed|code) of the lottery".to_owned());
        Text::new(id.join(", lalu "), en.join(", then "))
    }

    fn areas(&self) -> Vec<AreaResult> {
        let mut areas: BTreeMap<&str, AreaResult> = BTreeMap::new();
        for unit in &self.ranking.units {
            let area = areas.entry(&unit.group.code).or_insert_with(|| AreaResult {
                area: unit.group.clone(),
                villages: 0,
                candidates: 0,
                held: 0,
                chosen: 0,
                last_chosen: None,
                first_left_out: None,
                gap: None,
            });
            area.villages += 1;
            area.held += u32::from(unit.status == Status::Held);
        }
        for (code, area) in &mut areas {
            let Some(list) = self.lists.get(*code) else {
                continue;
            };
            area.candidates = list.members.len() as u32;
            area.chosen = list.chosen as u32;
            let mut members = list.members.iter();
            let left = members.find(|it| !self.is_chosen(**it));
            let last = list.members.iter().rev().find(|it| self.is_chosen(**it));
            let unit = |index: &usize| self.candidates[*index];
            area.last_chosen = last.map(|it| unit(it).region.clone());
            area.first_left_out = left.map(|it| unit(it).region.clone());
            area.gap = last.zip(left).map(|(last, left)| {
                self.points(self.steps(unit(last).score) - self.steps(unit(left).score))
            });
        }
        areas.into_values().collect()
    }

    fn ties(&self) -> Vec<Tie> {
        let mut ties = Vec::new();
        if self.kawasan.is_some() {
            return ties;
        }
        for list in self.lists.values() {
            let named = list.chosen + self.quota.reserves as usize + 1;
            for pair in list.members[..named.min(list.members.len())].windows(2) {
                self.note_tie(pair[0], pair[1], &mut ties);
            }
        }
        // The cut of the total runs across the areas.
        let open = |index: &usize| self.allotment.place[*index] == Some(PlaceKind::Open);
        let last = (0..self.candidates.len()).rev().find(open);
        let waiting = (0..self.candidates.len()).find(|index| {
            let list = &self.lists[&self.candidates[*index].group.code];
            !self.is_chosen(*index) && list.chosen < self.quota.per_area as usize
        });
        if let (Some(last), Some(waiting)) = (last, waiting) {
            let apart = self.candidates[last].group != self.candidates[waiting].group;
            if apart && last < waiting {
                self.note_tie(last, waiting, &mut ties);
            }
        }
        ties
    }

    fn note_tie(&self, winner: usize, loser: usize, ties: &mut Vec<Tie>) {
        let (one, two) = (self.candidates[winner], self.candidates[loser]);
        if self.steps(one.score) != self.steps(two.score) {
            return;
        }
        ties.push(Tie {
            winner: one.region.clone(),
            loser: two.region.clone(),
            score: self.points(self.steps(one.score)),
            decided_by: self.decider(one, two),
            at_cut: self.is_chosen(winner) != self.is_chosen(loser),
        });
    }
}

fn plain_decision(unit: &RankedUnit) -> Decision {
    Decision {
        region: unit.region.clone(),
        name: unit.name.clone(),
        group: unit.group.clone(),
        verdict: match unit.status {
            Status::Ranked => Verdict::BelowCut,
            Status::Held => Verdict::Held,
            Status::NotEligible => Verdict::NotEligible,
            Status::EligibilityUnknown => Verdict::EligibilityUnknown,
            Status::NotScored => Verdict::NotScored,
            Status::Screened => Verdict::Screened,
            Status::Unvisited => Verdict::Unvisited,
        },
        position: None,
        earmark: None,
        rank: unit.rank,
        group_rank: unit.group_rank,
        score: unit.score,
        lower: unit.lower,
        upper: unit.upper,
        gap: None,
        borderline: None,
        reasons: unit.reasons.clone(),
    }
}
