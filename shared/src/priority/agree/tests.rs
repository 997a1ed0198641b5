use proptest::prelude::{prop_assert, proptest};

use super::agreement;

/// Agreement with four decimals; `-` for none.
#[track_caller]
fn check(ranks: &[(u32, u32)], expect: &str) {
    let shown = agreement(ranks).map_or("-".to_owned(), |it| {
        format!("{:.4} {:.4}", it.spearman, it.kendall)
    });
    assert_eq!(shown, expect, "{ranks:?}");
}

#[test]
fn agreement_is_that_of_the_textbooks() {
    check(&[], "-");
    check(&[(1, 1)], "-");
    check(&[(1, 1), (2, 1)], "-");
    check(&[(1, 1), (2, 2), (3, 3)], "1.0000 1.0000");
    check(&[(1, 3), (2, 2), (3, 1)], "-1.0000 -1.0000");
    // scipy 1.14: spearmanr and kendalltau of [1,2,3,4,5] and [3,1,2,5,4].
    check(&[(1, 3), (2, 1), (3, 2), (4, 5), (5, 4)], "0.6000 0.4000");
    // Ties: [1,2,2,4] and [1,2,3,4] by mid-ranks; tau-b is 5/sqrt(5*6).
    check(&[(1, 1), (2, 2), (2, 3), (4, 4)], "0.9487 0.9129");
}

proptest! {
    #[test]
    fn merging_counts_what_comparing_every_pair_counts(
        ranks in proptest::collection::vec((0_u32..9, 0_u32..9), 2..40),
    ) {
        let (mut agreeing, mut one, mut two) = (0_i64, 0_i64, 0_i64);
        for (place, first) in ranks.iter().enumerate() {
            for second in &ranks[..place] {
                let by_one = i64::from(first.0).cmp(&i64::from(second.0)) as i64;
                let by_two = i64::from(first.1).cmp(&i64::from(second.1)) as i64;
                agreeing += by_one * by_two;
                one += by_one * by_one;
                two += by_two * by_two;
            }
        }
        let expect = (0 < one && 0 < two).then(|| agreeing as f64 / ((one * two) as f64).sqrt());
        let found = agreement(&ranks).map(|it| it.kendall);
        match (expect, found) {
            (Some(expect), Some(found)) => prop_assert!((expect - found).abs() < 1e-12),
            (expect, found) => prop_assert!(expect.is_none() && found.is_none()),
        }
    }
}
