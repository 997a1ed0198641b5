use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use futures_core::Stream as _;
use tempfile::TempDir;

use shared::answers::Value;
use shared::ids::Role;
use shared::priority::{
    Change, ChangedTo, Draws, Observed, Record, Scored, Table, parse, read_facilities,
    read_harvests,
};
use shared::wire::priority::{DecisionNew, Minutes};

use super::*;
use crate::decisions::{compare, freeze};
use crate::exports::{Audience, Exports, Format, Wanted};
use crate::forms::Forms;
use crate::ranking::frozen_view;
use crate::store::{Account, RegionRow};

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

/// A demo whose first villages are answered, and one of its people.
async fn answered(count: usize, role: Role) -> (Store, TempDir, Demo, Account) {
    let (store, folder) = store_with_regions().await;
    let mut demo = prepare(&store, Millis(2)).await.unwrap();
    let ntt = |item: &Work| item.is_answered && item.village.as_str().starts_with("53.");
    demo.work.retain(ntt);
    demo.work.truncate(count);
    let forms = Forms::default();
    let filled = fill_villages(&store, &forms, &demo, Millis(3)).await;
    assert_eq!(filled.unwrap(), count);
    let person = demo
        .people
        .iter()
        .find(|person| person.role == role)
        .unwrap();
    let account = store.account(person.id).await.unwrap();
    (store, folder, demo, account)
}

#[tokio::test]
async fn a_decision_computes_to_the_same_bytes_and_tells_what_newer_answers_change() {
    let (store, _folder, demo, analyst) = answered(8, Role::Analyst).await;
    let forms = Forms::default();
    let table = frozen_view(&store, &forms, &analyst, demo.round, "desmigratif").await;
    let table = table.unwrap();
    assert!(0 < table.approved, "nothing was approved");
    let new = DecisionNew {
        seed: "17 42".to_owned(),
        changes: Vec::new(),
        minutes: Minutes::default(),
    };
    let asked = (demo.round, "desmigratif");
    let made = freeze(&store, &forms, &analyst, asked, new, Millis(9)).await;
    let made = made.unwrap();
    let bytes = store.decision_record(made.id).await.unwrap();
    let record = Record::read(&bytes).unwrap();
    assert_eq!(record.recompute().unwrap().write().as_bytes(), bytes);
    assert_eq!(record.seed(), "17 42");
    assert_eq!(made.facts.villages, table.approved);
    let (_, regions) = store.decision(made.id).await.unwrap();
    let same = compare(&store, &forms, (demo.round, regions.clone()), bytes.clone()).await;
    assert_eq!(same.unwrap().count, 0);

    // More villages are approved: they were unvisited, and each of them is a difference.
    let mut later = prepare(&store, Millis(10)).await.unwrap();
    let ntt = |item: &Work| item.is_answered && item.village.as_str().starts_with("53.");
    later.work.retain(ntt);
    later.work.truncate(12);
    let filled = fill_villages(&store, &forms, &later, Millis(11)).await;
    assert_eq!(filled.unwrap(), 4);
    let newer = compare(&store, &forms, (demo.round, regions), bytes).await;
    let newer = newer.unwrap();
    let new = newer.differences.iter();
    let new = new.filter(|it| it.text.en.starts_with("status: was unvisited, now "));
    assert!(0 < new.count(), "{newer:?}");
}

#[tokio::test]
async fn unvisited_villages_are_in_draws_and_records_where_the_method_asks() {
    let (store, _folder, demo, analyst) = answered(8, Role::Analyst).await;
    let forms = Forms::default();
    let key = "desmigratif";
    let plain = frozen_view(&store, &forms, &analyst, demo.round, "idm").await;
    let plain = plain.unwrap();
    let table = frozen_view(&store, &forms, &analyst, demo.round, key).await;
    let table = table.unwrap();
    assert_eq!(plain.units.len(), plain.approved as usize);
    assert_eq!(
        (plain.approved, plain.unvisited),
        (table.approved, table.unvisited)
    );
    let round = store.round(demo.round).await.unwrap();
    assert_eq!(table.approved + table.unvisited, round.villages);
    assert_eq!(table.units.len() as u32, round.villages);
    let unvisited = table.units.iter().filter(|it| it.is_unvisited());
    let unvisited: Vec<_> = unvisited.collect();
    assert_eq!(unvisited.len() as u32, table.unvisited);
    assert!(
        unvisited
            .iter()
            .all(|it| it.name.starts_with("Wilayah") && it.group.name.starts_with("Wilayah")),
        "{unvisited:?}"
    );

    // Each of them has an interval, and none is ranked.
    let method = parse(&table.document).unwrap();
    let gathered = Table::gather(&method, &table.units).unwrap();
    let scored = Scored::new(&method, &gathered, "17");
    let quota = method.programme.as_ref().map(|it| &it.quota);
    let draws = Draws::new(&scored, quota, "17").unwrap();
    let found = draws.intervals(&[draws.run(0..20)], 0..draws.len());
    let lent = found.iter().filter(|it| it.donors.is_some());
    assert_eq!(lent.count(), unvisited.len());

    let asked = (demo.round, key);
    let new = DecisionNew {
        seed: "17".to_owned(),
        changes: Vec::new(),
        minutes: Minutes::default(),
    };
    let made = freeze(&store, &forms, &analyst, asked, new, Millis(9)).await;
    let made = made.unwrap();
    assert_eq!(made.facts.villages, table.approved);
    let bytes = store.decision_record(made.id).await.unwrap();
    let record = Record::read(&bytes).unwrap();
    assert_eq!(record.units().len() as u32, round.villages);
    assert_eq!(record.recompute().unwrap().write().as_bytes(), bytes);
    let (_, regions) = store.decision(made.id).await.unwrap();
    let same = compare(&store, &forms, (demo.round, regions), bytes).await;
    assert_eq!(same.unwrap().count, 0);
    let exports = Exports::default();
    let wanted = (Wanted::Villages(Format::Csv), Audience::Officials);
    let file = exports.of_round((&store, &forms), &analyst, asked, wanted);
    let file = String::from_utf8(whole(file.await.unwrap()).await).unwrap();
    assert_eq!(file.matches(",unvisited,").count(), 2 * unvisited.len());
}

/// All bytes of a file.
async fn whole(pieces: crate::exports::Pieces) -> Vec<u8> {
    let mut pieces = pieces;
    let mut bytes = Vec::new();
    while let Some(piece) = std::future::poll_fn(|ctx| Pin::new(&mut pieces).poll_next(ctx)).await {
        bytes.extend(piece.unwrap());
    }
    bytes
}

#[tokio::test]
async fn the_files_of_a_decision_hold_its_verdicts_and_nobodys_name() {
    let (store, _folder, demo, analyst) = answered(8, Role::Analyst).await;
    let (forms, exports) = (Forms::default(), Exports::default());
    let asked = (demo.round, "desmigratif");
    let table = frozen_view(&store, &forms, &analyst, demo.round, "desmigratif").await;
    let units = table.unwrap().units;
    let visited = units.iter().find(|it| !it.is_unvisited());
    let region = visited.unwrap().region.clone();
    let new = DecisionNew {
        seed: "17 42".to_owned(),
        changes: vec![Change {
            region: region.clone(),
            to: ChangedTo::NotChosen,
            by: "Kepala Dinas".to_owned(),
            reason: "ditunda".to_owned(),
        }],
        minutes: Minutes::default(),
    };
    let made = freeze(&store, &forms, &analyst, asked, new, Millis(9)).await;
    let made = made.unwrap();
    let record = store.decision_record(made.id).await.unwrap();
    let (_, regions) = store.decision(made.id).await.unwrap();
    let from = (&store, &forms);
    for format in Format::ALL {
        let wanted = (Wanted::Villages(format), Audience::Officials);
        let of = (demo.round, regions.clone());
        let made = exports.of_decision(from, of, record.clone(), wanted).await;
        let file = whole(made.unwrap()).await;
        let of_round = exports.of_round(from, &analyst, asked, wanted).await;
        assert!(!whole(of_round.unwrap()).await.is_empty());
        let text = String::from_utf8_lossy(&file);
        for item in &demo.work {
            let village = answers::Village::imagine(&item.village);
            for question in ["a_narasumber_nama", "a_narasumber_hp"] {
                if let Some(Value::Text(secret)) = village.answer(question, 0) {
                    assert!(!text.contains(&secret), "{question} in {format:?}");
                }
            }
        }
        if format == Format::Csv {
            let row = text.lines().find(|row| row.starts_with(&region)).unwrap();
            assert!(row.contains(",not_chosen,"), "{row}");
            let degrees = row.split(',').skip(4).take(2);
            let degrees: Vec<f64> = degrees.map(|it| it.parse().unwrap()).collect();
            assert!((-11.5..6.5).contains(&degrees[0]), "{row}");
            assert!((94.5..141.5).contains(&degrees[1]), "{row}");
        }
    }
    let of = (demo.round, regions);
    let dictionary = exports
        .of_decision(
            from,
            of.clone(),
            record.clone(),
            dictionary_for(Audience::Officials),
        )
        .await;
    let dictionary = whole(dictionary.unwrap()).await;
    assert!(dictionary.starts_with(b"name,label_id,label_en,type,"));
    let is_public = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("\nsuppressed,");
    assert!(!is_public(&dictionary));
    let public = exports
        .of_decision(
            from,
            of.clone(),
            record.clone(),
            dictionary_for(Audience::Public),
        )
        .await;
    assert!(is_public(&whole(public.unwrap()).await));
    let wanted = (Wanted::Villages(Format::Csv), Audience::Public);
    let public = exports.of_decision(from, of, record, wanted).await;
    let public = String::from_utf8(whole(public.unwrap()).await).unwrap();
    small_numbers_are_empty(&public);
}

fn dictionary_for(audience: Audience) -> (Wanted, Audience) {
    (Wanted::Dictionary, audience)
}

/// In a table of Desmigratif for anybody.
fn small_numbers_are_empty(csv: &str) {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let head = reader.headers().unwrap().clone();
    let place = |name: &str| head.iter().position(|it| it == name).unwrap();
    let numbers = ["pmi_orang", "nonprosedural_orang", "anak_orang"];
    let mut shown = 0;
    for row in reader.records() {
        let row = row.unwrap();
        for name in numbers {
            let cell = &row[place(&format!("raw_{name}"))];
            let number: Option<f64> = cell.parse().ok();
            assert!(
                number.is_none_or(|it| it == 0.0 || 5.0 <= it),
                "{name} {cell}"
            );
            shown += u32::from(number.is_some_and(|it| 5.0 <= it));
        }
    }
    assert!(0 < shown, "{csv}");
}

#[tokio::test]
async fn harvests_and_facilities_of_approved_cases_are_read_by_the_reader_of_tables() {
    let (store, _folder, demo, analyst) = answered(8, Role::Analyst).await;
    let tables = crate::capacity::tables(&store, &Forms::default(), &analyst, demo.round).await;
    let tables = tables.unwrap();
    let harvests = read_harvests(tables.harvests.as_bytes()).unwrap();
    assert!(!harvests.is_empty(), "{}", tables.harvests);
    read_facilities(tables.facilities.as_bytes()).unwrap();
    for harvest in &harvests {
        assert!(tables.villages.contains_key(&harvest.region));
    }
}

#[tokio::test]
async fn how_far_the_next_class_is_can_be_told_of_villages_that_answered() {
    let (store, _folder, demo, analyst) = answered(8, Role::Analyst).await;
    let method = "desa_percontohan";
    let table = frozen_view(&store, &Forms::default(), &analyst, demo.round, method).await;
    let table = table.unwrap();
    let gaps = table.units.iter().map(|unit| &unit.indicators[0].value);
    let told = gaps.clone().filter(|gap| **gap != Observed::Missing);
    assert_eq!(
        told.count(),
        table.units.len(),
        "{:?}",
        gaps.collect::<Vec<_>>()
    );
    assert!(!table.units[0].indicators[0].source.is_empty());
}
