//! Ranking the same villages again and again, as draws and sliders do.
//!
//! Always: villages stand in the order in which ties are settled, so that a stable sort by rounded
//! score is the whole ranking; every ranking is exactly the one that the same numbers would get alone.
//! Never: allocates per village in a draw.

use super::allot::Places;
use super::evaluate::{Program, Scratch};
use super::order::{steps, steps_32};

/// Bits of a key that name the village.
const PLACE_BITS: u32 = 18;
/// A digit of the sort: more buckets than the nearest cache has lines make it slower.
const DIGIT_BITS_MAX: u32 = 9;
/// Scores in fewer different steps than this are counted instead of sorted.
const STEPS_COUNTED_MAX: u64 = 1 << 18;

/// So many rankings share one walk through the sheet.
pub(super) const ABREAST: usize = 8;

/// Room for rankings, used again and again.
#[derive(Debug)]
pub(super) struct Room {
    scratch: Scratch,
    /// Scores by village, one list for each ranking that is made abreast.
    totals: Vec<Vec<f64>>,
    /// How many steps of the last decimal a village is behind the best; `unscored` where it has no
    /// score.
    behind: Vec<u64>,
    unscored: u64,
    counts: Vec<u32>,
    keys: Vec<u64>,
    spare: Vec<u64>,
    /// By village; equal rounded scores share the smallest, those without a score have the last.
    pub(super) ranks: Vec<u32>,
    /// How many villages have a score.
    pub(super) scored: usize,
    /// Which village stands at each place, and where each stands; empty while every village stands at its own.
    standing: Vec<u32>,
    seats: Vec<u32>,
    spare_ranks: Vec<u32>,
    taken: Vec<u32>,
    placed: Vec<bool>,
}

impl Room {
    pub(super) fn new(scratch: Scratch) -> Room {
        Room {
            scratch,
            totals: vec![Vec::new(); ABREAST],
            behind: Vec::new(),
            unscored: 0,
            counts: Vec::new(),
            keys: Vec::new(),
            spare: Vec::new(),
            ranks: Vec::new(),
            scored: 0,
            standing: Vec::new(),
            seats: Vec::new(),
            spare_ranks: Vec::new(),
            taken: Vec::new(),
            placed: Vec::new(),
        }
    }

    /// Scores all villages by up to [`ABREAST`] programs over sheets of as many rows, for
    /// [`Room::rank_scored`].
    pub(super) fn score(&mut self, programs: Vec<Program>) {
        assert!(programs.len() <= ABREAST, "each program has a list");
        Program::totals(programs, &mut self.scratch, &mut self.totals);
    }

    /// Ranks all villages by one program.
    pub(super) fn rank(&mut self, program: Program, decimals: u8) {
        self.score(vec![program]);
        self.rank_scored(0, decimals);
    }

    /// Ranks all villages by one of the programs that scored them last.
    pub(super) fn rank_scored(&mut self, program: usize, decimals: u8) {
        self.standing.clear();
        self.seats.clear();
        self.rank_measured(program, decimals);
    }

    /// The same for a crowd in which some villages stand with the score of another.
    pub(super) fn rank_crowd(&mut self, program: usize, decimals: u8, crowd: &Crowd) {
        let own = std::mem::take(&mut self.totals[program]);
        let score = |of: &u32| own.get(*of as usize).copied().unwrap_or(f64::NAN);
        self.totals[program] = crowd.scores.iter().map(score).collect();
        self.rank_measured(program, decimals);
        self.totals[program] = own;
        self.standing.clone_from(&crowd.villages);
        self.seats.clear();
        self.seats.resize(crowd.villages.len(), 0);
        let mut ranks = std::mem::take(&mut self.spare_ranks);
        ranks.clear();
        ranks.resize(crowd.villages.len(), 0);
        for (place, village) in crowd.villages.iter().enumerate() {
            self.seats[*village as usize] = place as u32;
            ranks[*village as usize] = self.ranks[place];
        }
        self.spare_ranks = std::mem::replace(&mut self.ranks, ranks);
    }

    fn rank_measured(&mut self, program: usize, decimals: u8) {
        self.measure(program, decimals);
        if self.unscored < STEPS_COUNTED_MAX {
            self.count();
        } else {
            self.sort();
            self.number();
        }
    }

    /// Turns scores into distances from the best.
    fn measure(&mut self, program: usize, decimals: u8) {
        let totals = &self.totals[program];
        let Extremes { least, most, gaps } = Extremes::of(totals);
        let (first, last) = (steps(most, decimals), steps(least, decimals));
        let widest = u64::try_from(first.saturating_sub(last)).unwrap_or_default();
        // Beyond what a key holds, distances are cut off: scores of such size have no such digits.
        self.unscored = (widest + 1).min((1 << (u64::BITS - PLACE_BITS)) - 1);
        let unscored = self.unscored;
        self.behind.clear();
        // Half as many bits are turned into a whole number in half the time.
        let narrow = i32::try_from(first).is_ok() && i32::try_from(last).is_ok();
        if narrow && !gaps {
            let behind = |total: &f64| (first - i64::from(steps_32(*total, decimals))) as u64;
            self.behind.extend(totals.iter().map(behind));
            self.scored = totals.len();
            return;
        }
        self.behind.extend(totals.iter().map(|total| {
            let behind = first.saturating_sub(steps(*total, decimals)) as u64;
            match total.is_finite() {
                true => behind.min(unscored - 1),
                false => unscored,
            }
        }));
        self.scored = totals.iter().filter(|it| it.is_finite()).count();
    }

    /// A rank is one more than the number of villages that are less far behind.
    fn count(&mut self) {
        self.counts.clear();
        self.counts.resize(self.unscored as usize + 1, 0);
        self.behind
            .iter()
            .for_each(|it| self.counts[*it as usize] += 1);
        let mut rank = 1;
        for count in &mut self.counts {
            rank += std::mem::replace(count, rank);
        }
        self.counts[self.unscored as usize] = self.behind.len() as u32;
        self.ranks.clear();
        let counts = &self.counts;
        self.ranks
            .extend(self.behind.iter().map(|it| counts[*it as usize]));
    }

    /// Keys in order: the best first, equals in the order of ties.
    fn sort(&mut self) {
        let pairs = self.behind.iter().enumerate();
        self.keys.clear();
        self.keys
            .extend(pairs.map(|(place, behind)| behind << PLACE_BITS | place as u64));
        radix_sort(&mut self.keys, &mut self.spare, self.unscored);
    }

    fn number(&mut self) {
        self.ranks.clear();
        self.ranks.resize(self.keys.len(), self.keys.len() as u32);
        let (mut rank, mut before) = (0, None);
        for (seen, key) in self.keys[..self.scored].iter().enumerate() {
            let behind = key >> PLACE_BITS;
            if before != Some(behind) {
                before = Some(behind);
                rank = seen as u32 + 1;
            }
            self.ranks[place(*key)] = rank;
        }
    }

    /// Tells who is chosen by the last ranking.
    pub(super) fn choose(&mut self, places: &Places, mut give: impl FnMut(usize)) {
        let crowded = !self.standing.is_empty();
        if let Some(each) = places.only_per_area().filter(|_| !crowded) {
            return self.choose_in_areas(places, each, give);
        }
        self.sort();
        let order = self.keys[..self.scored].iter().map(|key| place(*key));
        if crowded {
            let standing = &self.standing;
            let order = order.map(|place| standing[place] as usize);
            return places.allot(order, &mut self.taken, &mut self.placed, |village, _| {
                give(village);
            });
        }
        places.allot(order, &mut self.taken, &mut self.placed, |village, _| {
            give(village);
        });
    }

    /// The best `each` of every area, without putting all villages in order.
    fn choose_in_areas(&mut self, places: &Places, each: usize, mut give: impl FnMut(usize)) {
        const NOBODY: u64 = u64::MAX;
        let best = &mut self.spare;
        best.clear();
        best.resize(places.areas() * each, NOBODY);
        let villages = self.behind.iter().zip(places.each_area()).enumerate();
        for (village, (behind, area)) in villages {
            let mut key = behind << PLACE_BITS | village as u64;
            let last = *area as usize * each + each - 1;
            // Few come further, so that what is seldom the case is asked last.
            if best[last] < key || *behind == self.unscored {
                continue;
            }
            for held in &mut best[last + 1 - each..=last] {
                if key < *held {
                    std::mem::swap(&mut key, held);
                }
            }
        }
        let chosen = best.iter().filter(|key| **key != NOBODY);
        chosen.for_each(|key| give(place(*key)));
    }

    /// Opens a place one step before the best; tells how far behind it a village is now.
    pub(super) fn open_first(&mut self, village: usize) -> u64 {
        self.unscored += 1;
        self.behind.iter_mut().for_each(|it| *it += 1);
        self.behind[village]
    }

    /// Moves one village, in steps behind the best of the last ranking; gives back where it stood.
    pub(super) fn set_behind(&mut self, village: usize, behind: u64) -> u64 {
        let behind = behind.min(self.unscored - 1);
        std::mem::replace(&mut self.behind[village], behind)
    }

    pub(super) fn has_score(&self, village: usize) -> bool {
        let place = match self.seats.get(village) {
            Some(seat) => *seat as usize,
            None => village,
        };
        self.behind[place] != self.unscored
    }
}

/// Villages in the order in which ties between them are settled, some with the score of another.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    /// Each village once.
    pub(super) villages: Vec<u32>,
    /// Whose score it stands with; [`NO_SCORE`] for none.
    pub(super) scores: Vec<u32>,
}

pub(super) const NO_SCORE: u32 = u32::MAX;

/// The least and the most of all numbers; the most is less than the least where there are none.
struct Extremes {
    least: f64,
    most: f64,
    /// Whether anything is no number.
    gaps: bool,
}

impl Extremes {
    fn of(values: &[f64]) -> Extremes {
        // In lanes, each in one instruction, so that several are compared at a time.
        const LANES: usize = 4;
        let lower = |one: f64, two: f64| if one < two { one } else { two };
        let higher = |one: f64, two: f64| if two < one { one } else { two };
        let (mut least, mut most) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        // Zero as long as everything is a number.
        let mut odd = [0.0; LANES];
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for lane in 0..LANES {
                least[lane] = lower(chunk[lane], least[lane]);
                most[lane] = higher(chunk[lane], most[lane]);
                odd[lane] += chunk[lane] * 0.0;
            }
        }
        for value in rest {
            least[0] = lower(*value, least[0]);
            most[0] = higher(*value, most[0]);
            odd[0] += value * 0.0;
        }
        let gaps = odd.into_iter().any(f64::is_nan);
        let numbers = values.iter().filter(|it| it.is_finite());
        let (least, most) = match gaps {
            false => least.into_iter().zip(most).fold(NOTHING, widen),
            // An infinite value stands in the lanes too.
            true => numbers.map(|it| (*it, *it)).fold(NOTHING, widen),
        };
        Extremes { least, most, gaps }
    }
}

const NOTHING: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

fn widen(range: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    (range.0.min(other.0), range.1.max(other.1))
}

fn place(key: u64) -> usize {
    (key & ((1 << PLACE_BITS) - 1)) as usize
}

/// Sorts by all but the lowest `PLACE_BITS` bits, and leaves equals as they stand.
fn radix_sort(keys: &mut Vec<u64>, spare: &mut Vec<u64>, highest: u64) {
    let bits = (u64::BITS - highest.leading_zeros()).max(1);
    let passes = bits.div_ceil(DIGIT_BITS_MAX);
    let digit_bits = bits.div_ceil(passes);
    spare.clear();
    spare.resize(keys.len(), 0);
    for pass in 0..passes {
        let shift = PLACE_BITS + pass * digit_bits;
        let digit = |key: u64| (key >> shift) as usize & ((1 << digit_bits) - 1);
        let mut starts = [0_u32; 1 << DIGIT_BITS_MAX];
        keys.iter().for_each(|key| starts[digit(*key)] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        for key in keys.iter() {
            let start = &mut starts[digit(*key)];
            spare[*start as usize] = *key;
            *start += 1;
        }
        std::mem::swap(keys, spare);
    }
}

#[cfg(test)]
mod tests;
