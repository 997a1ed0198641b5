use std::collections::{BTreeMap, BTreeSet};

use tempfile::TempDir;

use shared::answers::Value;

use super::*;
use crate::store::RegionRow;

/// A tree with the regencies and districts that the demo names, 12 villages in each district.
async fn store_with_regions() -> (Store, TempDir) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path(), Millis(1)).await.unwrap();
    let mut codes: BTreeSet<String> = BTreeSet::new();
    let districts = [
        "19.03.03", "19.03.05", "19.03.07", "63.04.03", "63.04.06", "63.04.17", "64.02.02",
        "64.02.03", "64.02.13", "64.02.14", "64.02.20", "64.09.01", "64.09.02", "64.09.03",
        "64.09.04", "53.02.02", "53.03.20", "53.21.03",
    ];
    let ntt = (1..=12).map(|number| format!("53.{number:02}.01"));
    for district in districts.map(str::to_owned).into_iter().chain(ntt) {
        codes.extend([district[..2].to_owned(), district[..5].to_owned()]);
        codes.extend((1..=12).map(|number| format!("{district}.20{number:02}")));
        codes.insert(district);
    }
    let rows = codes.iter().map(|code| RegionRow {
        code: code.parse().unwrap(),
        name: format!("Wilayah {code}"),
    });
    let act = Act::by_program(Millis(1));
    store.put_regions(rows.collect(), act).await.unwrap();
    (store, folder)
}

#[tokio::test]
async fn a_demo_has_every_role_and_enough_villages_and_a_second_start_keeps_it() {
    let (store, _folder) = store_with_regions().await;
    let first = prepare(&store, Millis(2)).await.unwrap();
    assert!(first.is_new);
    let mut regencies: BTreeMap<RegionId, usize> = BTreeMap::new();
    for item in &first.work {
        *regencies.entry(item.village.regency()).or_default() += 1;
    }
    let ntt = regencies
        .iter()
        .filter(|(code, count)| code.as_str().starts_with("53.") && 2 <= **count);
    assert!(10 <= ntt.count());
    assert!(150 <= first.work.iter().filter(|item| item.is_answered).count());
    assert!(first.work.iter().any(|item| !item.is_answered));
    // Pulau Besar, Airgegas and Payung; Anjir Pasar, Mandastana and Jejangkit; Sepaku: all of their villages.
    let within = |place: &str| {
        let place: RegionId = place.parse().unwrap();
        let answered = first.work.iter().filter(|item| item.is_answered);
        answered
            .filter(|item| item.village.is_within(&place))
            .count()
    };
    for whole in [
        "19.03.07", "19.03.03", "19.03.05", "63.04.03", "63.04.06", "63.04.17", "64.09.04",
    ] {
        assert_eq!(within(whole), 12, "{whole}");
    }
    // Neighbours of Sepaku in both kabupaten.
    assert!(12 < within("64.09"));
    assert!(0 < within("64.02"));
    for craft in ["c_tenun_ada", "d_gerabah_ada"] {
        let has = |item: &&Work| {
            let village = answers::Village::imagine(&item.village);
            village.answer(craft, 0) == Some(Value::Choice("ya".to_owned()))
        };
        let ntt = first
            .work
            .iter()
            .filter(|item| item.village.as_str().starts_with("53."));
        assert!(5 <= ntt.filter(has).count(), "{craft}");
    }
    let roles: BTreeSet<_> = first.people.iter().map(|person| person.role).collect();
    assert_eq!(roles.len(), 7);

    let second = prepare(&store, Millis(3)).await.unwrap();
    assert!(!second.is_new);
    assert_eq!(second.work, first.work);
    let round = store.round(first.round).await.unwrap();
    assert_eq!(round.villages as usize, first.work.len());
}

#[tokio::test]
async fn data_of_another_round_is_left_alone() {
    let (store, _folder) = store_with_regions().await;
    let act = Act::by_program(Millis(1));
    let imported = import_questionnaire(&store, builtin_sheets(), Beside::default(), act).await;
    let questionnaire = imported.unwrap().questionnaire.id;
    open(&store, RoundId([1; 16]), questionnaire, &[], act)
        .await
        .unwrap();
    let refused = prepare(&store, Millis(2)).await.unwrap_err();
    assert!(refused.to_string().contains("no demo"), "{refused}");
}
