//! Villages without approved answers in draws: each stands as a visited village that the seed draws.
//!
//! Always: a village takes the whole place of its donor in that draw, which its own code, the seed and the draw
//! decide; so neither the order of rows nor another unvisited village changes whom it stands for.
//! Never: moves a goalpost, a mean or a weight; normalisation knows the visited villages alone.

use super::{Draws, Factors, UNVISITED};
use crate::priority::contest::{Crowd, NO_SCORE};
use crate::priority::method::Unvisited;
use crate::priority::random::Stream;
use crate::priority::rank::Status;
use crate::priority::scored::Scored;

/// A group with fewer donors borrows from everywhere: of one donor, all others of its group would be copies, and
/// their intervals would be as narrow as if they were known.
pub const DONORS_MIN: u32 = 5;

/// Where an unvisited village may borrow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Donors {
    pub count: u32,
    /// Whether they are those of its own group.
    pub own_group: bool,
}

/// The unvisited villages of a table, ready for draws.
#[derive(Debug)]
pub(super) struct Borrowing {
    /// Rows of the table, by code.
    pub(super) rows: Vec<u32>,
    /// Of each: where its numbers begin.
    streams: Vec<Stream>,
    /// Of each: which list of `pools` its donors stand in.
    pool: Vec<u32>,
    /// Donors as places among the ranked villages, or [`NO_SCORE`] for one that is not eligible or not known to be; in the order of
    /// codes. The first list is that of all.
    pools: Vec<Vec<u32>>,
}

/// Room for the crowds of draws, used again and again.
#[derive(Debug, Default)]
pub(super) struct Seating {
    pub(super) crowd: Crowd,
    /// Of each unvisited village: its donor, and its ticket against those who stand beside it.
    drawn: Vec<(u32, u64)>,
    starts: Vec<u32>,
    standing: Vec<(u64, u32)>,
}

impl Borrowing {
    /// None where the method counts no unvisited village, there is none, or no village is ranked to borrow from.
    pub(super) fn new(
        scored: &Scored,
        villages: &[u32],
        seed: &str,
        unvisited: Unvisited,
    ) -> Option<Borrowing> {
        let table = scored.table;
        let with = |wanted: Status| {
            let rows = 0..table.rows.len() as u32;
            rows.filter(move |row| scored.statuses[*row as usize] == wanted)
        };
        let rows: Vec<u32> = with(Status::Unvisited).collect();
        if unvisited.is_off() || rows.is_empty() || villages.is_empty() {
            return None;
        }
        let mut place = vec![None; table.rows.len()];
        let others = with(Status::NotEligible).chain(with(Status::EligibilityUnknown));
        others.for_each(|row| place[row as usize] = Some(NO_SCORE));
        for (village, row) in villages.iter().enumerate() {
            place[*row as usize] = Some(village as u32);
        }
        let mut pools = vec![Vec::new(); 1 + table.areas.len()];
        for (row, place) in place.iter().enumerate() {
            if let Some(place) = place {
                pools[0].push(*place);
                pools[1 + table.group[row] as usize].push(*place);
            }
        }
        let pool = rows.iter().map(|row| {
            let own = 1 + table.group[*row as usize];
            let enough = DONORS_MIN as usize <= pools[own as usize].len();
            if enough { own } else { 0 }
        });
        let stream = |row: &u32| {
            let region = &table.rows[*row as usize].region;
            Stream::new(seed, &format!("unvisited|{region}"))
        };
        Some(Borrowing {
            pool: pool.collect(),
            streams: rows.iter().map(stream).collect(),
            rows,
            pools,
        })
    }

    pub(super) fn donors(&self, unvisited: usize) -> Donors {
        let pool = self.pool[unvisited];
        Donors {
            count: self.pools[pool as usize].len() as u32,
            own_group: pool != 0,
        }
    }
}

impl Draws<'_> {
    /// Puts visited and unvisited villages in the order in which ties are settled: an unvisited one stands where
    /// its donor does, and between the two, and others with the same donor, the draw decides.
    pub(super) fn seat(&self, borrowing: &Borrowing, factors: &Factors, seating: &mut Seating) {
        let factor = factors[UNVISITED];
        let visited = self.villages.len();
        let Seating {
            crowd,
            drawn,
            starts,
            standing,
        } = seating;
        drawn.clear();
        drawn.extend(
            borrowing
                .streams
                .iter()
                .zip(&borrowing.pool)
                .map(|(own, pool)| {
                    let stream = own.at(factor.to_bits());
                    let donors = &borrowing.pools[*pool as usize];
                    let place = (stream.unit(0) * donors.len() as f64) as usize;
                    (donors[place.min(donors.len() - 1)], stream.bits(1))
                }),
        );
        // Where those around each donor begin; those without a score stand after all.
        let block = |donor: u32| (donor as usize).min(visited);
        starts.clear();
        starts.extend((0..visited).map(|_| 1));
        starts.push(0);
        drawn.iter().for_each(|it| starts[block(it.0)] += 1);
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += std::mem::replace(start, sum);
        }
        standing.clear();
        standing.resize(visited + drawn.len(), (0, 0));
        let mut ends = starts.clone();
        let mut take = |donor: u32, one: (u64, u32)| {
            let end = &mut ends[block(donor)];
            standing[*end as usize] = one;
            *end += 1;
        };
        let tickets = self.stream("unvisited", factor);
        for (village, row) in self.ordinals.iter().enumerate() {
            take(
                village as u32,
                (tickets.bits(u64::from(*row)), village as u32),
            );
        }
        for (index, (donor, ticket)) in drawn.iter().enumerate() {
            take(*donor, (*ticket, (visited + index) as u32));
        }
        crowd.villages.clear();
        crowd.scores.clear();
        for (donor, start) in starts.iter().enumerate() {
            let next = starts.get(donor + 1).map_or(sum, |it| *it);
            let together = &mut standing[*start as usize..next as usize];
            together.sort_unstable();
            let score = if donor < visited {
                donor as u32
            } else {
                NO_SCORE
            };
            crowd.villages.extend(together.iter().map(|it| it.1));
            crowd.scores.extend(together.iter().map(|_| score));
        }
    }
}
