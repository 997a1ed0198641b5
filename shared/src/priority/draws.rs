//! How sure a ranking is: the same villages under many sets of assumptions.
//!
//! Always: a draw depends on the seed and its number only, so any number of threads in any order
//! gives the same result; a village without a score in a draw is counted, and has the last rank there.
//! Never: changes the ranking itself; it says how far to trust it.

mod chances;
mod crowd;

use std::collections::BTreeMap;
use std::ops::Range;

use super::allot::Places;
use super::contest::{ABREAST, Room};
use super::document::Problem;
use super::evaluate::{Patch, Program, Scratch, Sheet};
use super::method::{
    Aggregation, Alternative, Method, Missing, Normalise, Quota, Uncertainty, WeightLevel,
};
use super::normalise::{Points, Span};
use super::order::{compare_keys, directions, lottery};
use super::plan::{Child, Node, Plan};
use super::random::Stream;
use super::rank::Status;
use super::scored::{Scored, competing, points};
use super::table::duels;
use super::text::Text;
use super::weigh::weigh_without;
pub use chances::{Basis, Chances, Trials, Tried};
use crowd::{Borrowing, Seating};
pub use crowd::{DONORS_MIN, Donors};

/// Values of all variants together: villages times indicators times combinations of alternatives.
pub const VALUES_MAX: usize = 60_000_000;

/// Ranks of all draws together: villages times draws. Each takes two bytes and more.
pub const RANKS_MAX: usize = 400_000_000;
/// Duels of all draws together, where the score comes from those.
pub const DUELS_DRAWN_MAX: u64 = 40_000_000_000;

/// The ranked villages of a scored table, ready for draws.
#[derive(Debug)]
pub struct Draws<'a> {
    pub(super) scored: &'a Scored<'a>,
    pub(super) uncertainty: Uncertainty,
    seed: String,
    /// Rows of the table, in the order in which ties are settled.
    pub(super) villages: Vec<u32>,
    /// Of each its place among the visited rows, so that unvisited ones change no number that is drawn for it.
    ordinals: Vec<u32>,
    borrowing: Option<Borrowing>,
    /// Ranks without any change, by village.
    pub(super) nominal: Vec<u32>,
    pub(super) places: Option<Places>,
    pub(super) plan: Plan,
    /// Id of the child that each weight of the plan belongs to.
    pub(super) children: Vec<String>,
    variants: Vec<Variant>,
}

/// A ranking by other weights: one entry per village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reranked {
    pub ranks: Vec<u32>,
    /// None where [`Draws::tells_chosen`] says no.
    pub chosen: Option<Vec<bool>>,
}

/// The villages under one combination of alternatives.
#[derive(Debug)]
struct Variant {
    sheet: Sheet,
    /// Of every indicator: what is not certain, by village.
    spans: Vec<Vec<Span>>,
    /// Every dimension, by village; only where the plan is cut off below the root and [`Trials`] may ask.
    nodes: Vec<Vec<f64>>,
}

/// What is drawn: each between 0 and 1.
pub(super) type Factors = [f64; FACTORS];
pub(super) const FACTORS: usize = 6;
pub(super) const WEIGHTS: usize = 0;
pub(super) const NORMALISE: usize = 1;
pub(super) const MISSING: usize = 2;
pub(super) const AGGREGATION: usize = 3;
pub(super) const UNKNOWN: usize = 4;
pub(super) const UNVISITED: usize = 5;

/// The ranks of some draws, packed.
#[derive(Debug)]
pub struct Part {
    draws: Range<u32>,
    villages: usize,
    /// The lowest 16 bits of every rank, draw by draw.
    low: Vec<u16>,
    /// The bits above, 64 villages in a word, plane by plane in every draw.
    high: Vec<u64>,
    chosen: Vec<u32>,
    unscored: Vec<u32>,
}

/// How sure the place of one village is.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    pub region: String,
    /// Its rank among the visited villages; none where it is not visited itself.
    pub rank: Option<u32>,
    /// Where an unvisited village borrowed from.
    pub donors: Option<Donors>,
    /// Rank in 5, 50 and 95 of 100 draws; linear between draws.
    pub low: f64,
    pub median: f64,
    pub high: f64,
    /// Share of the draws in which it is chosen; none where [`Draws::tells_chosen`] says no, until
    /// [`Chances::put_into`] fills it.
    pub chosen_share: Option<f64>,
    /// In how many draws it had no score.
    pub unscored: u32,
}

impl<'a> Draws<'a> {
    /// Prepares the draws of the method's `[uncertainty]`, or of the usual one where it has none.
    ///
    /// Errors: too many values in memory at once.
    pub fn new(
        scored: &'a Scored<'a>,
        quota: Option<&Quota>,
        seed: &str,
    ) -> Result<Draws<'a>, Vec<Problem>> {
        let uncertainty = scored.method.uncertainty.clone().unwrap_or_default();
        Draws::under(scored, quota, seed, uncertainty)
    }

    /// The same under other assumptions than the method's.
    pub(super) fn under(
        scored: &'a Scored<'a>,
        quota: Option<&Quota>,
        seed: &str,
        uncertainty: Uncertainty,
    ) -> Result<Draws<'a>, Vec<Problem>> {
        let method = scored.method;
        let villages = by_tie(scored, seed);
        let alternatives = alternatives(&uncertainty);
        let values = villages.len() * method.indicators.len() * alternatives.len();
        if VALUES_MAX < values {
            return Err(beyond(
                &format!(
                    "{values} nilai melebihi batas {VALUES_MAX}; kurangi pilihan atau wilayah"
                ),
                &format!(
                    "{values} values exceed the limit of {VALUES_MAX}; take fewer alternatives or regions"
                ),
            ));
        }
        let draws = uncertainty.draws;
        let ranks = scored.statuses.len().saturating_mul(draws as usize);
        if RANKS_MAX < ranks {
            return Err(beyond(
                &format!(
                    "{ranks} peringkat melebihi batas {RANKS_MAX}; kurangi tarikan (`draws`) atau wilayah"
                ),
                &format!(
                    "{ranks} ranks exceed the limit of {RANKS_MAX}; make fewer draws or take fewer regions"
                ),
            ));
        }
        let table = scored.table;
        let duels = duels(method, &table.group).saturating_mul(u64::from(draws));
        if DUELS_DRAWN_MAX < duels {
            return Err(beyond(
                &format!(
                    "{duels} duel melebihi batas {DUELS_DRAWN_MAX}; kurangi tarikan (`draws`) atau wilayah"
                ),
                &format!(
                    "{duels} duels exceed the limit of {DUELS_DRAWN_MAX}; make fewer draws or take fewer regions"
                ),
            ));
        }
        // Rules that cross need an integer programme in every draw, which `Trials` makes for some of them.
        let programme = method.programme.as_ref();
        let villages_alone = programme.is_none_or(|it| it.kawasan.is_none());
        let nested = quota.filter(|_| villages_alone);
        let borrowing = Borrowing::new(scored, &villages, seed, uncertainty.unvisited);
        let unvisited = borrowing.as_ref().map_or(&[][..], |it| &it.rows);
        let places = nested.and_then(|quota| {
            let pair = |row: &u32| {
                let row = *row as usize;
                (table.rows[row].region.as_str(), table.group[row])
            };
            Places::new(villages.iter().chain(unvisited).map(pair), quota)
        });
        let mut draws = Draws {
            scored,
            uncertainty,
            seed: seed.to_owned(),
            nominal: Vec::new(),
            places,
            plan: scored.plan.clone(),
            children: method
                .dimensions
                .iter()
                .flat_map(|it| method.children(&it.id))
                .map(str::to_owned)
                .collect(),
            variants: Vec::new(),
            ordinals: ordinals(scored, &villages),
            borrowing,
            villages,
        };
        draws.variants = alternatives
            .into_iter()
            .map(|(normalise, missing)| draws.variant(normalise, missing))
            .collect();
        if draws.is_frozen() {
            draws.top_of_plan();
        }
        draws.take_logs();
        let ranks = draws.villages.iter();
        draws.nominal = ranks
            .map(|row| scored.ranks.overall[*row as usize])
            .collect();
        Ok(draws)
    }

    pub(super) fn seed(&self) -> &str {
        &self.seed
    }

    /// How many draws the method asks for.
    pub fn count(&self) -> u32 {
        self.uncertainty.draws
    }

    /// How many villages take part: the ranked ones, and after them the unvisited ones that the method counts.
    pub fn len(&self) -> usize {
        self.villages.len() + self.borrowing.as_ref().map_or(0, |it| it.rows.len())
    }

    /// The row of the table that a village stands in.
    fn row(&self, village: usize) -> usize {
        let unvisited = || {
            let borrowing = self.borrowing.as_ref()?;
            borrowing.rows.get(village - self.villages.len())
        };
        let row = self.villages.get(village).or_else(unvisited);
        *row.expect("a list names villages that take part") as usize
    }

    pub fn is_empty(&self) -> bool {
        self.villages.is_empty()
    }

    /// Whether every ranking also says who is chosen: not where the method chooses nobody, and not where rules
    /// cross or kawasan are chosen, since each ranking would then ask for an integer programme: [`Draws::trials`]
    /// makes it for some.
    pub fn tells_chosen(&self) -> bool {
        self.places.is_some()
    }

    /// Where draws change nothing below the root, its children are evaluated once, and are then all
    /// that is kept.
    fn is_frozen(&self) -> bool {
        self.uncertainty.weight_level == WeightLevel::Top
            && self.uncertainty.aggregation.is_empty()
            && !self.draws_unknown()
    }

    fn variant(&self, normalise: Option<Alternative>, missing: Option<Missing>) -> Variant {
        let scored = self.scored;
        let own;
        let (points, nodes): (&[Points], Option<&[Vec<f64>]>) =
            if normalise.is_none() && missing.is_none() {
                (&scored.points, Some(&scored.nodes))
            } else {
                own = points(&vary(scored.method, normalise, missing), scored.table);
                (&own, None)
            };
        let group = self
            .villages
            .iter()
            .map(|row| scored.table.group[*row as usize]);
        if !self.is_frozen() {
            let columns = points.iter().map(|it| self.pick(&it.values)).collect();
            return Variant {
                sheet: Sheet::new(columns, group.collect()),
                spans: points.iter().map(|it| self.spans(it)).collect(),
                nodes: Vec::new(),
            };
        }
        let evaluated;
        let nodes = match nodes {
            Some(nodes) => nodes,
            None => {
                let columns = points.iter().map(|it| it.values.clone()).collect();
                let met = competing(scored.table, points);
                let sheet = Sheet::new(columns, scored.table.group.clone()).meeting(met);
                evaluated = Program::new(&scored.plan, &sheet, &scored.plan.weights).every_node();
                &evaluated
            }
        };
        let column = |child: &Child| match child {
            Child::Dimension(index) => self.pick(&nodes[*index]),
            Child::Indicator(index) => self.pick(&points[*index].values),
        };
        let children = &scored.plan.nodes[scored.plan.root].children;
        let kept = match self.keeps_nodes() {
            true => nodes.iter().map(|it| self.pick(it)).collect(),
            false => Vec::new(),
        };
        Variant {
            sheet: Sheet::new(children.iter().map(column).collect(), group.collect()),
            spans: Vec::new(),
            nodes: kept,
        }
    }

    /// A column of the table, in the order of the villages.
    fn pick(&self, values: &[f64]) -> Vec<f64> {
        self.villages
            .iter()
            .map(|row| values[*row as usize])
            .collect()
    }

    fn spans(&self, points: &Points) -> Vec<Span> {
        let mut place = vec![u32::MAX; self.scored.table.rows.len()];
        for (village, row) in self.villages.iter().enumerate() {
            place[*row as usize] = village as u32;
        }
        let moved = points.spans.iter().map(|span| Span {
            row: place[span.row as usize],
            ..*span
        });
        let mut spans: Vec<Span> = moved.filter(|span| span.row != u32::MAX).collect();
        spans.sort_by_key(|span| span.row);
        spans
    }

    /// The root and its children alone.
    fn top_of_plan(&mut self) {
        let root = &self.plan.nodes[self.plan.root];
        let own = root.first_weight..root.first_weight + root.children.len();
        let weights = self.plan.weights[own.clone()].to_vec();
        self.children = self.children[own].to_vec();
        self.plan = Plan {
            nodes: vec![Node {
                children: (0..weights.len()).map(Child::Indicator).collect(),
                first_weight: 0,
                ..root.clone()
            }],
            order: vec![0],
            root: 0,
            indicators: weights.len(),
            weights,
        };
    }

    fn take_logs(&mut self) {
        let mut plan = self.plan.clone();
        if self
            .uncertainty
            .aggregation
            .contains(&Aggregation::Geometric)
        {
            plan.nodes
                .iter_mut()
                .for_each(|it| it.aggregation = Aggregation::Geometric);
        }
        let variants = std::mem::take(&mut self.variants).into_iter();
        self.variants = variants
            .map(|it| Variant {
                sheet: it.sheet.with_logs(&plan),
                ..it
            })
            .collect();
    }

    /// Whether any unknown value is drawn. Which values are unknown is the same under every alternative.
    fn draws_unknown(&self) -> bool {
        let ranked = |span: &Span| self.scored.statuses[span.row as usize] == Status::Ranked;
        let mut points = self.scored.points.iter();
        self.uncertainty.unknown_values && points.any(|it| it.spans.iter().any(ranked))
    }

    /// Which factors a draw changes.
    pub(super) fn active(&self) -> [bool; FACTORS] {
        let several = |count: usize| 1 < count;
        [
            0.0 < self.uncertainty.weight_spread,
            several(self.uncertainty.normalise.len()),
            several(self.uncertainty.missing.len()),
            several(self.uncertainty.aggregation.len()),
            self.draws_unknown(),
            self.borrowing.is_some(),
        ]
    }

    pub(super) fn room(&self) -> Room {
        Room::new(Scratch::new(&self.plan))
    }

    /// The factors of one draw.
    fn factors(&self, draw: u32) -> Factors {
        let stream = Stream::new(&self.seed, "draws").at(u64::from(draw));
        std::array::from_fn(|factor| stream.unit(factor as u64))
    }

    /// Ranks the villages under certain factors.
    pub(super) fn rank(&self, factors: &Factors, room: &mut Room) {
        room.score(vec![self.program(factors)]);
        self.rank_scored(0, factors, room, &mut Seating::default());
    }

    /// Ranks all villages by one of the programs that scored the visited ones last.
    fn rank_scored(
        &self,
        program: usize,
        factors: &Factors,
        room: &mut Room,
        seating: &mut Seating,
    ) {
        let decimals = self.scored.method.decimals;
        match &self.borrowing {
            None => room.rank_scored(program, decimals),
            Some(borrowing) => {
                self.seat(borrowing, factors, seating);
                room.rank_crowd(program, decimals, &seating.crowd);
            }
        }
    }

    /// What computes the scores under certain factors.
    fn program(&self, factors: &Factors) -> Program<'_> {
        let variant = self.variant_under(factors);
        let means = &self.uncertainty.aggregation;
        let aggregations = self.plan.nodes.iter().map(|node| match means.is_empty() {
            true => node.aggregation,
            false => means[one_of(means.len(), factors[AGGREGATION])],
        });
        Program::varied(
            &self.plan,
            &variant.sheet,
            &self.weights(factors[WEIGHTS]),
            aggregations.collect(),
            self.unknown(variant, factors[UNKNOWN]),
        )
    }

    fn variant_under(&self, factors: &Factors) -> &Variant {
        let missing = self.uncertainty.missing.len().max(1);
        let normalise = self.uncertainty.normalise.len().max(1);
        let normalise = one_of(normalise, factors[NORMALISE]);
        &self.variants[normalise * missing + one_of(missing, factors[MISSING])]
    }

    /// The value of every dimension in one draw, by village.
    fn nodes_in(&self, draw: u32) -> Vec<Vec<f64>> {
        let factors = self.factors(draw);
        let mut own = self.program(&factors).every_node();
        if !self.is_frozen() {
            return own;
        }
        let mut nodes = self.variant_under(&factors).nodes.clone();
        nodes[self.scored.plan.root] = own.swap_remove(self.plan.root);
        nodes
    }

    /// Ranks the villages with other weights of some children; unknown ids change nothing. This is what
    /// a slider asks for while somebody drags it.
    pub fn rerank(&self, weights: &BTreeMap<String, f64>) -> Reranked {
        let mut changed = self.plan.weights.clone();
        for (slot, child) in self.children.iter().enumerate() {
            if let Some(weight) = weights.get(child) {
                changed[slot] = *weight;
            }
        }
        let mut room = self.room();
        self.rank_by_weights(&changed, &mut room);
        let chosen = self.places.as_ref().map(|places| {
            let mut chosen = vec![false; self.len()];
            room.choose(places, |village| chosen[village] = true);
            chosen
        });
        Reranked {
            ranks: room.ranks,
            chosen,
        }
    }

    /// Code of a village, by its place in lists.
    pub fn region(&self, village: usize) -> &str {
        &self.scored.table.rows[self.row(village)].region
    }

    /// Ranks the villages under the first alternative with these weights.
    pub(super) fn rank_by_weights(&self, weights: &[f64], room: &mut Room) {
        let program = Program::new(&self.plan, &self.variants[0].sheet, weights);
        room.rank(program, self.scored.method.decimals);
    }

    /// The weights that the method would have without one indicator.
    pub(super) fn weights_without(&self, indicator: usize) -> Vec<f64> {
        let sheet = &self.variants[0].sheet;
        let counted = vec![true; sheet.rows];
        weigh_without(self.scored.method, &self.plan, indicator, sheet, &counted)
    }

    /// The value of every dimension with these weights, under the first alternative.
    pub(super) fn nodes_by_weights(&self, weights: &[f64]) -> Vec<Vec<f64>> {
        Program::new(&self.plan, &self.variants[0].sheet, weights).every_node()
    }

    fn weights(&self, factor: f64) -> Vec<f64> {
        let spread = self.uncertainty.weight_spread;
        let mut weights = self.plan.weights.clone();
        if spread <= 0.0 {
            return weights;
        }
        let root = &self.plan.nodes[self.plan.root];
        let slots = match self.uncertainty.weight_level {
            WeightLevel::All => 0..weights.len(),
            WeightLevel::Top => root.first_weight..root.first_weight + root.children.len(),
        };
        let stream = self.stream("weights", factor);
        for slot in slots {
            let noise = 2.0 * stream.unit(slot as u64) - 1.0;
            weights[slot] *= 1.0 + spread * noise;
        }
        weights
    }

    fn unknown(&self, variant: &Variant, factor: f64) -> Vec<Vec<Patch>> {
        if !self.uncertainty.unknown_values || variant.spans.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        let stream = self.stream("unknown", factor);
        let each = variant.spans.iter().enumerate();
        each.map(|(indicator, spans)| {
            let stream = stream.at(indicator as u64);
            let drawn = spans.iter().map(|span| {
                // By the place of its code, so that the order of ties changes nothing.
                let ordinal = self.ordinals[span.row as usize];
                let share = stream.unit(u64::from(ordinal));
                Patch {
                    row: span.row,
                    value: span.lowest + share * (span.highest - span.lowest),
                }
            });
            drawn.collect()
        })
        .collect()
    }

    /// A stream for each value of a factor.
    fn stream(&self, name: &str, factor: f64) -> Stream {
        Stream::new(&self.seed, name).at(factor.to_bits())
    }

    /// Makes some of the draws. Parts that cover all draws together may be made side by side.
    pub fn run(&self, draws: Range<u32>) -> Part {
        let villages = self.len();
        let mut part = Part {
            villages,
            low: Vec::with_capacity(villages * draws.len()),
            high: Vec::with_capacity(planes(villages) * villages.div_ceil(64) * draws.len()),
            chosen: vec![0; villages],
            unscored: vec![0; villages],
            draws: draws.clone(),
        };
        let mut room = self.room();
        let mut seating = Seating::default();
        for first in draws.clone().step_by(ABREAST) {
            let abreast = first..draws.end.min(first + ABREAST as u32);
            let factors: Vec<Factors> = abreast.map(|draw| self.factors(draw)).collect();
            let programs = factors.iter().map(|it| self.program(it));
            room.score(programs.collect());
            for (program, factors) in factors.iter().enumerate() {
                self.rank_scored(program, factors, &mut room, &mut seating);
                part.keep(&room.ranks);
                if room.scored < villages {
                    for (village, count) in part.unscored.iter_mut().enumerate() {
                        *count += u32::from(!room.has_score(village));
                    }
                }
                if let Some(places) = &self.places {
                    room.choose(places, |village| part.chosen[village] += 1);
                }
            }
        }
        part
    }

    /// The intervals of some villages, from the parts of all draws. The villages stand in no order
    /// that means anything; sort the result.
    pub fn intervals(&self, parts: &[Part], villages: Range<usize>) -> Vec<Interval> {
        let draws: usize = parts.iter().map(|part| part.draws.len()).sum();
        let mut intervals = Vec::with_capacity(villages.len());
        let mut ranks: Vec<Vec<u32>> = vec![Vec::with_capacity(draws); u64::BITS as usize];
        let mut room = Vec::new();
        let mut start = villages.start;
        while start < villages.end {
            // A word of the high planes at a time.
            let end = (start / 64 * 64 + 64).min(villages.end);
            ranks.iter_mut().for_each(Vec::clear);
            for part in parts {
                part.unpack(start..end, &mut ranks);
            }
            for (village, ranks) in (start..end).zip(&mut ranks) {
                intervals.push(self.interval(parts, village, ranks, &mut room));
            }
            start = end;
        }
        intervals
    }

    /// The ranks of one village in every draw, in the order of `parts`, which are of all draws; where it has no score
    /// in a draw, the last one.
    pub fn ranks(&self, parts: &[Part], village: usize) -> Vec<u32> {
        let mut ranks = vec![Vec::with_capacity(self.count() as usize)];
        for part in parts {
            part.unpack(village..village + 1, &mut ranks);
        }
        ranks.swap_remove(0)
    }

    fn interval(
        &self,
        parts: &[Part],
        village: usize,
        ranks: &mut [u32],
        room: &mut Vec<u32>,
    ) -> Interval {
        let sum = |of: fn(&Part) -> &Vec<u32>| -> u32 {
            parts.iter().map(|part| of(part)[village]).sum()
        };
        let chosen = sum(|part| &part.chosen);
        let draws = ranks.len();
        let [low, median, high] = three_quantiles(ranks, room);
        let unvisited = village.checked_sub(self.villages.len());
        let donors = unvisited.and_then(|it| Some(self.borrowing.as_ref()?.donors(it)));
        Interval {
            region: self.region(village).to_owned(),
            rank: self.nominal.get(village).copied(),
            donors,
            low,
            median,
            high,
            chosen_share: self
                .places
                .is_some()
                .then(|| f64::from(chosen) / draws.max(1) as f64),
            unscored: sum(|part| &part.unscored),
        }
    }
}

impl Part {
    fn keep(&mut self, ranks: &[u32]) {
        self.low.extend(ranks.iter().map(|rank| *rank as u16));
        for plane in 0..planes(self.villages) {
            let words = ranks.chunks(64).map(|ranks| {
                let mut bits = [0; 64];
                for (bit, rank) in bits.iter_mut().zip(ranks) {
                    *bit = (rank >> (16 + plane) & 1) as u8;
                }
                word_of(&bits)
            });
            self.high.extend(words);
        }
    }

    /// Adds the ranks of villages within one word to the list of each.
    fn unpack(&self, villages: Range<usize>, ranks: &mut [Vec<u32>]) {
        /// The ranks of one word's villages in so many draws fit into the nearest cache.
        const DRAWS: usize = 64;
        let (planes, words) = (planes(self.villages), self.villages.div_ceil(64));
        for first in (0..self.draws.len()).step_by(DRAWS) {
            let count = DRAWS.min(self.draws.len() - first);
            let last = |ranks: &Vec<u32>| ranks.len() - count..;
            for (ranks, village) in ranks.iter_mut().zip(villages.clone()) {
                ranks.resize(ranks.len() + count, 0);
                let low = self.low[first * self.villages + village..].iter();
                let own = last(ranks);
                for (rank, low) in ranks[own].iter_mut().zip(low.step_by(self.villages)) {
                    *rank = u32::from(*low);
                }
            }
            for plane in 0..planes {
                let mut bits = [0; DRAWS];
                let high =
                    self.high[(first * planes + plane) * words + villages.start / 64..].iter();
                for (bits, word) in bits.iter_mut().zip(high.step_by(planes * words)) {
                    *bits = *word;
                }
                for (ranks, village) in ranks.iter_mut().zip(villages.clone()) {
                    let own = last(ranks);
                    for (rank, bits) in ranks[own].iter_mut().zip(&bits) {
                        *rank |= ((bits >> (village % 64)) as u32 & 1) << (16 + plane);
                    }
                }
            }
        }
    }
}

/// Which of `count` things a factor means.
fn one_of(count: usize, factor: f64) -> usize {
    let place = (factor * count as f64) as usize;
    place.min(count.saturating_sub(1))
}

fn beyond(id: &str, en: &str) -> Vec<Problem> {
    vec![Problem {
        place: "uncertainty".to_owned(),
        line: None,
        text: Text::new(id, en),
    }]
}

/// Puts 64 bits, each in a byte of its own, into one word; the first is the lowest.
fn word_of(bits: &[u8; 64]) -> u64 {
    // Each byte's bit is moved to a place of its own in the highest byte of the product.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = bits.as_chunks::<8>();
    let bytes = eights.iter().enumerate();
    bytes.fold(0, |word, (place, eight)| {
        let byte = u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56;
        word | byte << (8 * place)
    })
}

/// How many bits a rank has above the first sixteen.
fn planes(villages: usize) -> usize {
    (usize::BITS - villages.leading_zeros()).saturating_sub(16) as usize
}

/// Quantiles at 0.05, 0.5 and 0.95, linear at (n - 1)p. `room` is room to work in.
fn three_quantiles(values: &mut [u32], room: &mut Vec<u32>) -> [f64; 3] {
    let last = values.len().saturating_sub(1);
    let mut buckets = Buckets::fill(values, room);
    [50, 500, 950].map(|permille| {
        let (place, share) = (
            last * permille / 1000,
            (last * permille % 1000) as f64 / 1000.0,
        );
        let mut value = |place: usize| f64::from(buckets.smallest(place.min(last)));
        let (here, next) = (value(place), value(place + 1));
        here + share * (next - here)
    })
}

/// Values put in order only where somebody looks: first by their highest bits, in one pass.
struct Buckets<'a> {
    values: &'a mut [u32],
    least: u32,
    /// How many of the lowest bits a bucket does not tell apart.
    shift: u32,
    /// Where each bucket begins; it ends where the next one begins.
    starts: [u32; BUCKETS + 1],
    /// The bucket that was put in order last.
    sorted: Option<usize>,
}

const BUCKETS: usize = 512;

impl<'a> Buckets<'a> {
    fn fill(values: &'a mut [u32], room: &mut Vec<u32>) -> Buckets<'a> {
        let least = values.iter().copied().min().unwrap_or_default();
        let most = values.iter().copied().max().unwrap_or_default();
        let bits = u32::BITS - (most - least).leading_zeros();
        let shift = bits.saturating_sub(BUCKETS.ilog2());
        let bucket = |value: u32| ((value - least) >> shift) as usize % BUCKETS;
        let mut starts = [0; BUCKETS + 1];
        values.iter().for_each(|it| starts[bucket(*it)] += 1);
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        room.clear();
        room.extend_from_slice(values);
        for value in room {
            // From the end of its bucket down, so that the ends become the starts.
            let start = &mut starts[bucket(*value)];
            *start -= 1;
            values[*start as usize] = *value;
        }
        Buckets {
            values,
            least,
            shift,
            starts,
            sorted: None,
        }
    }

    /// The value that has `place` smaller or equal ones before it; 0 where there are none.
    fn smallest(&mut self, place: usize) -> u32 {
        let Some(value) = self.values.get(place) else {
            return 0;
        };
        let bucket = ((value - self.least) >> self.shift) as usize;
        if self.sorted != Some(bucket) {
            let own = self.starts[bucket] as usize..self.starts[bucket + 1] as usize;
            self.values[own].sort_unstable();
            self.sorted = Some(bucket);
        }
        self.values[place]
    }
}

/// Ranked villages in the order in which a tie between them is settled.
fn by_tie(scored: &Scored, seed: &str) -> Vec<u32> {
    let directions = directions(scored.method);
    let selects = scored.method.programme.is_some();
    let ranked = 0..scored.table.rows.len() as u32;
    let ranked = ranked.filter(|row| scored.statuses[*row as usize] == Status::Ranked);
    let mut villages: Vec<(u32, String)> = ranked
        .map(|row| {
            let region = &scored.table.rows[row as usize].region;
            let ticket = if selects {
                lottery(seed, region)
            } else {
                String::new()
            };
            (row, ticket)
        })
        .collect();
    let keys = |row: u32| scored.table.rows[row as usize].tie_keys.as_slice();
    villages.sort_by(|one, two| {
        let (by_keys, _) = compare_keys(&directions, keys(one.0), keys(two.0));
        by_keys
            .then_with(|| one.1.cmp(&two.1))
            .then(one.0.cmp(&two.0))
    });
    villages.into_iter().map(|(row, _)| row).collect()
}

/// Of each village how many visited rows stand before it.
fn ordinals(scored: &Scored, villages: &[u32]) -> Vec<u32> {
    let mut before = 0;
    let mut each = Vec::with_capacity(scored.statuses.len());
    for status in &scored.statuses {
        each.push(before);
        before += u32::from(*status != Status::Unvisited);
    }
    villages.iter().map(|row| each[*row as usize]).collect()
}

/// Every combination of alternatives; the method itself where there are none.
fn alternatives(uncertainty: &Uncertainty) -> Vec<(Option<Alternative>, Option<Missing>)> {
    let normalise: Vec<Option<Alternative>> = match uncertainty.normalise.as_slice() {
        [] => vec![None],
        some => some.iter().copied().map(Some).collect(),
    };
    let missing: Vec<Option<Missing>> = match uncertainty.missing.as_slice() {
        [] => vec![None],
        some => some.iter().copied().map(Some).collect(),
    };
    let pairs = normalise.into_iter();
    pairs
        .flat_map(|one| missing.iter().map(move |two| (one, *two)))
        .collect()
}

/// The method with another normalisation of what is measured without goalposts, and another rule for
/// what is missing.
fn vary(method: &Method, normalise: Option<Alternative>, missing: Option<Missing>) -> Method {
    let mut varied = method.clone();
    for indicator in &mut varied.indicators {
        if let Some(missing) = missing {
            indicator.missing = missing;
        }
        let free = match &indicator.normalise {
            Normalise::MinMax { min, max } => min.is_none() && max.is_none(),
            Normalise::ZScore | Normalise::Rank | Normalise::Percentile => true,
            Normalise::Target { .. } | Normalise::AsIs | Normalise::Ladder { .. } => false,
        };
        if let Some(normalise) = normalise.filter(|_| free) {
            indicator.normalise = normalise.normalise();
        }
    }
    varied
}

#[cfg(test)]
mod tests;
