//! What an administrator of some regions may see and do beyond them: nothing.

use shared::ids::{LaneId, OpId};
use shared::wire::v1::{DeviceFacts, WIRE_VERSION};

use super::push::{ELSEWHERE, Field, MINE};
use super::*;

/// An administrator of one kabupaten.
async fn administrator(field: &Field, name: &str, region: &str) -> Who {
    let server = &field.server;
    server.account(name, Role::Administrator, &[region]).await;
    server.sign_in(name).await
}

#[tokio::test]
async fn nobody_erases_what_people_said_outside_the_own_regions() {
    let field = Field::new().await;
    let boss = administrator(&field, "boss", "53.21").await;
    let path = |village: &str| format!("/cases/{}/{village}/erase-personal", field.round);
    let refused = field.server.post(&boss, &path(MINE), json!({})).await;
    assert_eq!(refused.problem(), "403 outside_regions");
    let own = field.server.post(&boss, &path(ELSEWHERE), json!({})).await;
    assert_eq!(own.ok(), json!({"answers": 0, "photos": 0}));
}

#[tokio::test]
async fn who_holds_what_is_told_to_the_administrator_of_that_region() {
    let field = Field::new().await;
    let here = administrator(&field, "here", "53.02").await;
    let elsewhere = administrator(&field, "elsewhere", "53.21").await;
    let partition = json!({"round": field.round, "regency": "53.02"});
    let epoch = field.server.app.store.hub_keys().await.unwrap().epoch;
    let asked = json!({
        "partition": partition, "lane": LaneId([11; 16]), "verified": 7, "last": OpId([12; 16]),
        "cursor": {"epoch": epoch, "position": 9, "id": OpId([13; 16])},
    });
    let facts = DeviceFacts::default();
    let hello = json!({"wire": WIRE_VERSION, "facts": facts, "partitions": [asked]});
    let server = &field.server;
    server.post(&field.phone, "/sync/hello", hello).await.ok();
    let digests = json!([{"region": MINE, "digest": "07".repeat(16)}]);
    let asked = json!({
        "wire": WIRE_VERSION, "partition": partition, "cursor": null, "limit": 500,
        "digests": digests,
    });
    server.post(&field.phone, "/sync/pull", asked).await.ok();
    // Of a round that nobody here knows.
    let mut unknown = field.visit(1, MINE).into_body();
    unknown.case.round = shared::ids::RoundId([8; 16]);
    let body = field.packed(1, &[shared::answers::Op::new(unknown)]);
    server.post(&field.phone, "/sync/push", body).await.ok();

    let told = async |who: &Who| {
        let safety = server.get(who, "/safety").await.ok();
        let count = |what: &str| safety[what].as_array().map_or(0, Vec::len);
        let counts = ["shortfalls", "mismatches", "forgotten_rounds"].map(count);
        (counts, safety.to_string().contains("53.02"))
    };
    let all = ([1, 2, 1], true);
    assert_eq!(told(&field.admin).await, all);
    assert_eq!(told(&here).await, all);
    assert_eq!(told(&elsewhere).await, ([0, 0, 0], false));

    // Whoever has not seen all phones cannot say that all were looked at.
    let settle = async |who: &Who| server.post(who, "/safety/settle", json!({})).await;
    assert_eq!(settle(&here).await.problem(), "403 outside_regions");
    assert_eq!(settle(&field.admin).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_record_shows_an_administrator_of_some_regions_who_works_there() {
    let field = Field::new().await;
    let elsewhere = administrator(&field, "elsewhere", "53.21").await;
    let server = &field.server;
    let act = async |who: &Who, name: &str, region: &str| {
        let body =
            json!({"username": name, "name": name, "role": "enumerator", "regions": [region]});
        server.post(who, "/accounts", body).await.ok();
    };
    for number in 0..3 {
        act(&elsewhere, &format!("eka{number}"), "53.21").await;
        act(&field.admin, &format!("adi{number}"), "53.02").await;
    }
    let mut seen = Vec::new();
    let mut path = "/audit?limit=2".to_owned();
    loop {
        let page = server.get(&elsewhere, &path).await.ok();
        seen.extend(page["acts"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/audit?limit=2&before={next}");
    }
    let is_own = |act: &Value| act["who_name"] == "ELSEWHERE";
    assert!(seen.iter().all(is_own), "{seen:?}");
    let made = seen.iter().filter(|act| act["what"] == "account.make");
    assert_eq!(made.count(), 3, "{seen:?}");
    let whole = server.get(&field.admin, "/audit").await.ok().to_string();
    assert!(whole.contains("region.import") && whole.contains("ELSEWHERE"));
}
