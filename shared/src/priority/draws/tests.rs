use super::{Part, planes, three_quantiles};
use proptest::prelude::{prop_assert_eq, proptest};

/// The same from a sorted list.
fn plain(values: &[u32]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort();
    let last = sorted.len() - 1;
    [50, 500, 950].map(|permille| {
        let (place, share) = (
            last * permille / 1000,
            (last * permille % 1000) as f64 / 1000.0,
        );
        let value = |place: usize| f64::from(sorted[place.min(last)]);
        value(place) + share * (value(place + 1) - value(place))
    })
}

proptest! {
    #[test]
    fn quantiles_are_those_of_the_sorted_list(
        values in proptest::collection::vec(0_u32..100_000, 1..300), narrow in 1_u32..100_000,
    ) {
        let mut values: Vec<u32> = values.iter().map(|it| it % narrow).collect();
        let expected = plain(&values);
        prop_assert_eq!(three_quantiles(&mut values, &mut Vec::new()), expected);
    }

    #[test]
    fn packed_ranks_come_back(
        first in 0_usize..140_000, shift in 0_u32..100_000, draws in 1_u32..3,
    ) {
        let villages = 140_000;
        let rank = |village: usize, draw: u32| 1 + (village as u32 * 7 + shift * draw) % villages as u32;
        let mut part = Part {
            draws: 0..draws,
            villages,
            low: Vec::new(),
            high: Vec::new(),
            chosen: Vec::new(),
            unscored: Vec::new(),
        };
        for draw in 0..draws {
            let ranks: Vec<u32> = (0..villages).map(|village| rank(village, draw)).collect();
            part.keep(&ranks);
        }
        let end = (first / 64 * 64 + 64).min(villages);
        let mut lists = vec![Vec::new(); 64];
        part.unpack(first..end, &mut lists);
        for (village, list) in (first..end).zip(lists) {
            let expected: Vec<u32> = (0..draws).map(|draw| rank(village, draw)).collect();
            prop_assert_eq!(list, expected);
        }
    }
}

#[test]
fn only_many_villages_need_more_bits() {
    assert_eq!(
        [1, 65_535, 65_536, 131_071, 131_072, 200_000].map(planes),
        [0, 0, 1, 1, 2, 2]
    );
}
