//! Against every exchange of one for one.

use proptest::prelude::{prop_assert_eq, prop_assume, proptest};

use super::Contender;
use crate::priority::allot::Places;
use crate::priority::{Earmark, Lock, Locked, Quota, Text};

fn quota(per_area: u32, total: Option<u32>, earmarked: u32, per_subdistrict: Option<u32>) -> Quota {
    Quota {
        per_area,
        total,
        earmarks: vec![Earmark {
            area: "19".to_owned(),
            label: Text::same("19"),
            places: earmarked,
        }],
        reserves: 0,
        per_subdistrict,
        mixes: Vec::new(),
        spacing: None,
        locks: Vec::new(),
    }
}

fn lock(code: &str, place: Locked) -> Lock {
    Lock {
        code: code.to_owned(),
        place,
        by: "M".to_owned(),
        reason: "r".to_owned(),
    }
}

proptest! {
    #[test]
    fn every_exchange_within_the_quota_counts(
        rows in proptest::collection::vec((0_u32..3, 1_u32..3, 0_i64..20, 0_i64..8, 0_i64..8), 1..9),
        per_area in 1_u32..4, total in proptest::option::of(1_u32..6), earmarked in 0_u32..3,
        per_subdistrict in proptest::option::of(1_u32..3),
        locked in proptest::option::of((0_usize..9, 0_usize..9)),
    ) {
        const AREAS: [&str; 3] = ["19.03", "19.04", "53.01"];
        let total = total.map(|it| it.max(earmarked));
        let earmarked = if total.is_some() { earmarked } else { 0 };
        let mut quota = quota(per_area, total, earmarked, per_subdistrict);
        let mut rows = rows;
        rows.sort_by_key(|it| -it.2);
        let codes: Vec<String> = (0..)
            .zip(&rows)
            .map(|(index, row): (usize, _)| {
                format!("{}.0{}.{}", AREAS[row.0 as usize], row.1, 2001 + index)
            })
            .collect();
        let locked = locked.map(|(one, two)| (one % rows.len(), two % rows.len()));
        let locked = locked.filter(|(one, two)| one != two);
        if let Some((inside, out)) = locked {
            quota.locks = vec![lock(&codes[inside], Locked::In), lock(&codes[out], Locked::Out)];
        }
        let pairs = codes.iter().zip(&rows).map(|(code, row)| (code.as_str(), row.0));
        let places = Places::new(pairs, &quota).unwrap();
        let mut chosen = vec![false; rows.len()];
        places.allot(0..rows.len(), &mut Vec::new(), &mut Vec::new(), |it, _| chosen[it] = true);
        prop_assume!(locked.is_none_or(|(inside, _)| chosen[inside]));
        let contenders: Vec<Contender> = rows
            .iter()
            .zip(&chosen)
            .map(|(row, chosen)| Contender {
                chosen: *chosen,
                lower: row.2 - row.3,
                upper: row.2 + row.4,
            })
            .collect();
        let lawful = |chosen: &[bool]| {
            let count = |of: &dyn Fn(usize) -> bool| {
                (0..rows.len()).filter(|it| chosen[*it] && of(*it)).count() as u32
            };
            let [one, two, three] = [0, 1, 2].map(|area| count(&|it| rows[it].0 == area));
            let mut near = (0..rows.len()).map(|it| count(&|other| codes[other][..8] == codes[it][..8]));
            let earmarked = quota.earmarks[0].places;
            let open = (one + two).saturating_sub(earmarked) + three;
            [one, two, three].iter().all(|it| *it <= per_area)
                && near.all(|it| per_subdistrict.is_none_or(|most| it <= most))
                && total.is_none_or(|total| open <= total - earmarked)
                && locked.is_none_or(|(inside, out)| chosen[inside] && !chosen[out])
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
