//! How far two rankings of the same villages agree.
//!
//! Always: only villages that both rank are compared; ties count as ties.
//! Never: says which of the two is right.

/// Agreement of two rankings, each 1 for the same order and -1 for the reverse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Pearson's correlation of mid-ranks (Spearman 1904).
    pub spearman: f64,
    /// tau-b (Kendall 1945): pairs in the same order less pairs in the other, ties taken out on both sides.
    pub kendall: f64,
    /// Villages compared.
    pub villages: usize,
}

/// Compares pairs of ranks, one pair per village; none where either ranking puts all in one place.
///
/// Kendall's pairs are counted by merging, so that a nation takes a moment and not hours.
pub fn agreement(ranks: &[(u32, u32)]) -> Option<Agreement> {
    let villages = ranks.len();
    let one: Vec<u32> = ranks.iter().map(|pair| pair.0).collect();
    let two: Vec<u32> = ranks.iter().map(|pair| pair.1).collect();
    Some(Agreement {
        spearman: pearson(&mid_ranks(&one), &mid_ranks(&two))?,
        kendall: kendall(ranks)?,
        villages,
    })
}

/// Ranks whose ties share the mean of their places.
fn mid_ranks(ranks: &[u32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ranks.len()).collect();
    order.sort_by_key(|place| ranks[*place]);
    let mut mids = vec![0.0; ranks.len()];
    for tied in order.chunk_by(|one, two| ranks[*one] == ranks[*two]) {
        let first = order.partition_point(|place| ranks[*place] < ranks[tied[0]]);
        let mid = first as f64 + (tied.len() as f64 + 1.0) / 2.0;
        tied.iter().for_each(|place| mids[*place] = mid);
    }
    mids
}

/// Pearson's correlation of two columns of one length; none where either does not vary.
pub(super) fn pearson(one: &[f64], two: &[f64]) -> Option<f64> {
    let count = one.len() as f64;
    let (mean_one, mean_two) = (
        one.iter().sum::<f64>() / count,
        two.iter().sum::<f64>() / count,
    );
    let (mut product, mut square_one, mut square_two) = (0.0, 0.0, 0.0);
    for (one, two) in one.iter().zip(two) {
        let (one, two) = (one - mean_one, two - mean_two);
        product += one * two;
        square_one += one * one;
        square_two += two * two;
    }
    let spread = (square_one * square_two).sqrt();
    (0.0 < spread).then(|| product / spread)
}

/// Knight's way (1966): sort by one ranking, count what the other has out of order.
fn kendall(ranks: &[(u32, u32)]) -> Option<f64> {
    let mut pairs = ranks.to_vec();
    pairs.sort_unstable();
    let all = pairs_of(pairs.len());
    let tied_one = tied(pairs.chunk_by(|one, two| one.0 == two.0));
    let tied_both = tied(pairs.chunk_by(|one, two| one == two));
    let mut two: Vec<u32> = pairs.iter().map(|pair| pair.1).collect();
    let mut spare = two.clone();
    let swaps = sort_and_count(&mut two, &mut spare);
    let tied_two = tied(two.chunk_by(|one, two| one == two));
    let spread = ((all - tied_one) as f64 * (all - tied_two) as f64).sqrt();
    let agreeing = (all + tied_both) as f64 - (tied_one + tied_two) as f64 - 2.0 * swaps as f64;
    (0.0 < spread).then(|| agreeing / spread)
}

fn pairs_of(count: usize) -> u64 {
    let count = count as u64;
    count * count.saturating_sub(1) / 2
}

fn tied<'a, T: 'a>(groups: impl Iterator<Item = &'a [T]>) -> u64 {
    groups.map(|group| pairs_of(group.len())).sum()
}

/// Sorts, and tells how many pairs stood in the wrong order.
fn sort_and_count(values: &mut [u32], spare: &mut [u32]) -> u64 {
    let middle = values.len() / 2;
    if middle == 0 {
        return 0;
    }
    let (left, right) = values.split_at_mut(middle);
    let mut swaps = sort_and_count(left, &mut spare[..middle]);
    swaps += sort_and_count(right, &mut spare[middle..]);
    let (mut from_left, mut from_right) = (0, 0);
    for place in spare.iter_mut() {
        let take_left = match (left.get(from_left), right.get(from_right)) {
            (Some(one), Some(two)) => one <= two,
            (one, _) => one.is_some(),
        };
        if take_left {
            *place = left[from_left];
            from_left += 1;
        } else {
            *place = right[from_right];
            swaps += (left.len() - from_left) as u64;
            from_right += 1;
        }
    }
    values.copy_from_slice(spare);
    swaps
}

#[cfg(test)]
mod tests;
