//! How the scores of a ranking are spread: how many villages lie between which bounds.
//!
//! Always: counts the villages that are ranked, by the scores that they were compared by; bounds are whole steps of
//! the last decimal, so that no village falls on the wrong side of one.
//! Never: counts a village that is held or has no score.

use super::order::{from_steps, steps};
use super::rank::{Ranking, Status};

/// At most so many bars: more would be teeth of a comb on a small screen.
pub(super) const BARS_MAX: i64 = 20;

/// The ranked villages by their scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// From the lowest to the highest, all of one width, without a gap.
    pub bars: Vec<Bar>,
    pub lowest: f64,
    pub median: f64,
    pub highest: f64,
    pub villages: u32,
    decimals: u8,
}

/// Villages from a score on, up to below another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    pub from: f64,
    pub below: f64,
    pub villages: u32,
}

/// Ranked villages with a lower, with the same and with a higher score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beside {
    pub lower: u32,
    pub same: u32,
    pub higher: u32,
}

/// The scores of a ranking as they are spread; none where nobody is ranked.
pub fn spread(ranking: &Ranking) -> Option<Spread> {
    let decimals = ranking.decimals;
    let mut scores = stepped(ranking);
    scores.sort_unstable();
    let (lowest, highest) = (*scores.first()?, *scores.last()?);
    let width = width(lowest, highest);
    let first = lowest.div_euclid(width);
    let bars = first..=highest.div_euclid(width);
    let bar = |place: i64| {
        let (from, below) = (place * width, (place + 1) * width);
        let up_to = |bound: i64| scores.partition_point(|score| *score < bound);
        Bar {
            from: from_steps(from, decimals),
            below: from_steps(below, decimals),
            villages: (up_to(below) - up_to(from)) as u32,
        }
    };
    let middle = scores.len() / 2;
    let other = (scores.len() - 1) / 2;
    Some(Spread {
        bars: bars.map(bar).collect(),
        lowest: from_steps(lowest, decimals),
        median: f64::midpoint(
            from_steps(scores[other], decimals),
            from_steps(scores[middle], decimals),
        ),
        highest: from_steps(highest, decimals),
        villages: scores.len() as u32,
        decimals,
    })
}

impl Spread {
    /// The place of the bar in which a score lies.
    pub fn bar_of(&self, score: f64) -> Option<usize> {
        let score = steps(score, self.decimals);
        let is_in = |bar: &Bar| {
            (steps(bar.from, self.decimals)..steps(bar.below, self.decimals)).contains(&score)
        };
        self.bars.iter().position(is_in)
    }
}

/// Where a score stands among those of the ranked villages.
pub fn beside(ranking: &Ranking, score: f64) -> Beside {
    let own = steps(score, ranking.decimals);
    let mut beside = Beside::default();
    for score in stepped(ranking) {
        match score.cmp(&own) {
            std::cmp::Ordering::Less => beside.lower += 1,
            std::cmp::Ordering::Equal => beside.same += 1,
            std::cmp::Ordering::Greater => beside.higher += 1,
        }
    }
    beside
}

fn stepped(ranking: &Ranking) -> Vec<i64> {
    let ranked = ranking.units.iter();
    let ranked = ranked.filter(|unit| unit.status == Status::Ranked);
    let scores = ranked.filter_map(|unit| unit.rounded);
    scores.map(|score| steps(score, ranking.decimals)).collect()
}

/// The smallest of 1, 2, 5, 10, 20, … steps that needs few enough bars.
fn width(lowest: i64, highest: i64) -> i64 {
    let mut power = 1;
    loop {
        for times in [1, 2, 5] {
            let width = times * power;
            if highest.div_euclid(width) - lowest.div_euclid(width) < BARS_MAX {
                return width;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests;
