//! Sorting against the integer programme, which knows nothing of nesting.

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::{PlaceKind, Places};
use crate::priority::crossing::cross;
use crate::priority::proof::Effort;
use crate::priority::rank::RankedUnit;
use crate::priority::select::places;
use crate::priority::tests::{ONE_DIMENSION, method, ranked, unit};
use crate::priority::{Earmark, Lock, Locked, Observed, Quota, Text, Verdict, select};

const HEAD: &str = "[programme]\nid = \"p\"\nlabel = { id = \"P\", en = \"P\" }\n[programme.quota]\nper_area = 2\n";

fn quota(per_area: u32) -> Quota {
    Quota {
        per_area,
        total: None,
        earmarks: Vec::new(),
        reserves: 2,
        per_subdistrict: None,
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
    fn sorting_comes_to_what_the_integer_programme_proves(
        rows in proptest::collection::vec((0_usize..7, 0_u32..12), 1..16),
        per_area in 1_u32..5,
        per_subdistrict in proptest::option::of(1_u32..4),
        total in proptest::option::of(1_u32..9),
        earmarks in (0_u32..4, 0_u32..3),
        locks in proptest::collection::vec((0_usize..16, proptest::bool::ANY), 0..4),
    ) {
        const KECAMATAN: [&str; 7] =
            ["53.01.01", "53.01.02", "53.01.03", "53.02.01", "53.02.02", "19.03.01", "64.02.01"];
        let units: Vec<_> = (0..)
            .zip(&rows)
            .map(|(index, (place, score)): (usize, _)| {
                let code = format!("{}.{}", KECAMATAN[*place], 2001 + index);
                unit(&code, &[Observed::Number(f64::from(*score) / 10.0)])
            })
            .collect();
        let mut quota = Quota { per_subdistrict, total, ..quota(per_area) };
        if let Some(total) = total {
            let places = [earmarks.0.min(total), earmarks.1.min(total - earmarks.0.min(total))];
            for (area, places) in ["53", "19"].into_iter().zip(places) {
                quota.earmarks.push(Earmark { area: area.to_owned(), label: Text::same(area), places });
            }
        }
        for (place, is_in) in locks {
            let code = &units[place % units.len()].region;
            if quota.locks.iter().all(|it| it.code != *code) {
                quota.locks.push(lock(code, if is_in { Locked::In } else { Locked::Out }));
            }
        }
        let mut method = method(&format!("{ONE_DIMENSION}\n{HEAD}"), &["normalise = { kind = \"as_is\" }"]);
        method.programme.as_mut().unwrap().quota = quota.clone();
        let ranking = ranked(&method, &units);
        let candidates: Vec<&RankedUnit> = ranking.units.iter().collect();
        prop_assert!(places(&candidates, &quota).is_some(), "kecamatan nest in kabupaten");
        let solved = cross(&candidates, &ranking.units, &quota, &[], 4, Effort::WHOLE);
        let sorted = select(&method, &ranking, &quota);
        prop_assert_eq!(solved.is_ok(), sorted.is_ok());
        if let (Ok(solved), Ok(sorted)) = (solved, sorted) {
            prop_assert!(solved.proof.proved && solved.proof.first);
            let mut earmarked = vec![0; quota.earmarks.len()];
            for ((decision, place), candidate) in sorted.decisions.iter().zip(&solved.place).zip(0..) {
                let kind = |it: &String| quota.earmarks.iter().position(|other| other.area == *it);
                let own = (decision.verdict == Verdict::Chosen).then(|| {
                    decision.earmark.as_ref().map_or(PlaceKind::Open, |it| PlaceKind::Earmark(kind(it).unwrap()))
                });
                prop_assert_eq!(own, *place, "{}", decision.region);
                if let Some(PlaceKind::Earmark(index)) = own {
                    earmarked[index] += 1;
                }
                // Reserves are those that could stand in for somebody of their area.
                let able = (0..candidates.len()).any(|leaves| {
                    let near = candidates[leaves].group == decision.group && solved.place[leaves].is_some();
                    near && solved.may_replace(leaves, candidate)
                });
                if quota.is_narrowed() && decision.verdict == Verdict::Reserve {
                    prop_assert!(able && own.is_none());
                }
                if quota.is_narrowed() && decision.verdict == Verdict::BelowCut && able {
                    let before = sorted.decisions.iter().filter(|it| it.group == decision.group);
                    let before = before.filter(|it| it.verdict == Verdict::Reserve);
                    prop_assert_eq!(before.count(), 2);
                }
            }
            prop_assert_eq!(earmarked, solved.earmarked);
            prop_assert_eq!(sorted.is_plain(), !quota.is_narrowed());
            prop_assert!(sorted.proof.is_some(), "everything nests here");
            if let Some(proof) = sorted.proof {
                prop_assert!(proof.by_sorting && proof.proved && proof.first);
                prop_assert_eq!(proof.total, solved.proof.total);
                prop_assert_eq!(proof.bound, solved.proof.bound);
                let next = |it: Option<f64>| it.map(|it| format!("{it:.4}"));
                let exchange = proof.next.as_ref().map(|it| (it.entering.len(), it.leaving.len()));
                prop_assert!(exchange.is_none_or(|it| it == (1, 1)));
                prop_assert_eq!(
                    next(proof.next.map(|it| it.total)),
                    next(solved.proof.next.map(|it| it.total))
                );
            }
        }
    }
}

#[test]
fn kecamatan_that_lie_in_two_areas_are_left_to_the_integer_programme() {
    let capped = Quota {
        per_subdistrict: Some(1),
        ..quota(1)
    };
    let pairs = |areas: [u32; 2]| ["53.01.01.2001", "53.01.01.2002"].into_iter().zip(areas);
    assert!(Places::new(pairs([0, 0]), &capped).is_some());
    assert!(Places::new(pairs([0, 1]), &capped).is_none());
    assert!(Places::new(pairs([0, 1]), &quota(1)).is_some());

    let mut group = method(
        &format!("{ONE_DIMENSION}\n{HEAD}"),
        &["normalise = { kind = \"as_is\" }"],
    );
    group.programme.as_mut().unwrap().quota = capped.clone();
    let rows = [
        ("53.01.01.2001", 0.9, "x"),
        ("53.01.01.2002", 0.8, "y"),
        ("53.01.02.2001", 0.1, "x"),
    ];
    let units = rows.map(|(code, score, area)| {
        let mut unit = unit(code, &[Observed::Number(score)]);
        unit.group.code = area.to_owned();
        unit
    });
    let selection = select(&group, &ranked(&group, &units), &capped).unwrap();
    // Greed takes 0.9, and then nobody of the other area: one place. Better: 0.8 and 0.1.
    assert_eq!(selection.chosen, ["53.01.02.2001", "53.01.01.2002"]);
    assert!(!selection.proof.unwrap().by_sorting);
}

#[test]
fn a_locked_area_that_spans_an_earmark_does_not_nest() {
    let mut quota = Quota {
        total: Some(2),
        ..quota(1)
    };
    quota.earmarks.push(Earmark {
        area: "19".to_owned(),
        label: Text::same("19"),
        places: 1,
    });
    let pairs = || [("19.03.01.2001", 0), ("53.01.01.2001", 0)].into_iter();
    assert!(Places::new(pairs(), &quota).is_some());
    quota.locks.push(lock("53.01.01.2001", Locked::Out));
    assert!(Places::new(pairs(), &quota).is_none());
}
