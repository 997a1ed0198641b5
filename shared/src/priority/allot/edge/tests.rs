//! Against every exchange of one for one.

use proptest::prelude::{prop_assert_eq, proptest};

use super::Contender;
use crate::priority::allot::Places;
use crate::priority::{Earmark, Quota, Text};

fn quota(per_area: u32, total: Option<u32>, earmarked: u32) -> Quota {
    Quota {
        per_area,
        total,
        earmarks: vec![Earmark {
            area: "19".to_owned(),
            label: Text::same("19"),
            places: earmarked,
        }],
        reserves: 0,
        per_subdistrict: None,
        mixes: Vec::new(),
        spacing: None,
        locks: Vec::new(),
    }
}

proptest! {
    #[test]
    fn every_exchange_within_the_quota_counts(
        rows in proptest::collection::vec((0_u32..3, 0_i64..20, 0_i64..8, 0_i64..8), 1..9),
        per_area in 1_u32..4, total in proptest::option::of(1_u32..6), earmarked in 0_u32..3,
    ) {
        const AREAS: [&str; 3] = ["19.03", "19.04", "53.01"];
        let total = total.map(|it| it.max(earmarked));
        let quota = quota(per_area, total, if total.is_some() { earmarked } else { 0 });
        let mut rows = rows;
        rows.sort_by_key(|it| -it.1);
        let codes: Vec<String> = (0..)
            .zip(&rows)
            .map(|(index, row): (usize, _)| format!("{}.01.{}", AREAS[row.0 as usize], 2001 + index))
            .collect();
        let pairs = codes.iter().zip(&rows).map(|(code, row)| (code.as_str(), row.0));
        let places = Places::new(pairs, &quota);
        let mut chosen = vec![false; rows.len()];
        places.allot(0..rows.len(), &mut Vec::new(), &mut Vec::new(), |it, _| chosen[it] = true);
        let contenders: Vec<Contender> = rows
            .iter()
            .zip(&chosen)
            .map(|(row, chosen)| Contender {
                chosen: *chosen,
                lower: row.1 - row.2,
                upper: row.1 + row.3,
            })
            .collect();
        let lawful = |chosen: &[bool]| {
            let count = |area: u32| (0..rows.len()).filter(|it| chosen[*it] && rows[*it].0 == area).count() as u32;
            let [one, two, three] = [0, 1, 2].map(count);
            let earmarked = quota.earmarks[0].places;
            let open = (one + two).saturating_sub(earmarked) + three;
            [one, two, three].iter().all(|it| *it <= per_area)
                && total.is_none_or(|total| open <= total - earmarked)
        };
        let mut expected = vec![false; rows.len()];
        for leaves in (0..rows.len()).filter(|it| chosen[*it]) {
            for enters in (0..rows.len()).filter(|it| !chosen[*it]) {
                let mut changed = chosen.clone();
                (changed[leaves], changed[enters]) = (false, true);
                if lawful(&changed) && contenders[leaves].lower < contenders[enters].upper {
                    (expected[leaves], expected[enters]) = (true, true);
                }
            }
        }
        prop_assert_eq!(places.edges(&contenders), expected);
    }
}
