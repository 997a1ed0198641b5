//! `/api/v1/enrol` and `/api/v1/devices`.

use super::*;

async fn offered(server: &Server, admin: &Who, account: AccountId) -> String {
    let path = format!("/accounts/{account}/enrolments");
    let offer = server.post(admin, &path, json!({})).await.ok();
    let link = offer["link"].as_str().unwrap();
    assert!(
        link.starts_with(&format!("{ORIGIN}/app/#/daftar/")),
        "{link}"
    );
    assert!(offer["qr_svg"].as_str().unwrap().contains("<svg"));
    link.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_enrols_one_phone_once() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let token = offered(&server, &admin, ani).await;
    let enrol = async |token: &str, attempt: &str| {
        let body = json!({"token": token, "attempt": attempt,
            "facts": {"app_version": "0.1.0", "browser": "Chrome 156", "persisted": true}});
        server.post(&Who::default(), "/enrol", body).await
    };
    let first = enrol(&token, "a1").await.ok();
    assert_eq!(first["account"]["username"], "ani");
    let again = enrol(&token, "a1").await.ok();
    assert_eq!(again["device"], first["device"]);
    assert_eq!(enrol(&token, "b2").await.problem(), "409 enrolment_used");
    assert_eq!(enrol(&token, "").await.problem(), "409 enrolment_used");
    assert_eq!(enrol("abc", "").await.problem(), "404 enrolment_unknown");
    let (other, _) = auth::new_token();
    assert_eq!(enrol(&other, "").await.problem(), "404 enrolment_unknown");

    let late = offered(&server, &admin, ani).await;
    server.clock.advance(7 * shared::time::DAY_MS);
    assert_eq!(enrol(&late, "").await.problem(), "410 enrolment_expired");
}

#[tokio::test]
async fn a_revoked_phone_is_told_so() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let phone = server.phone(&admin, ani).await;
    server.get(&phone, "/regions?query=payung").await.ok();
    let devices = server.get(&admin, "/devices").await.ok();
    let id = devices[0]["id"].as_str().unwrap();
    let path = format!("/devices/{id}/revoke");
    server.post(&admin, &path, json!({})).await.ok();
    let answer = server.get(&phone, "/regions?query=payung").await;
    assert_eq!(answer.problem(), "403 device_revoked");
    let stranger = Who {
        cookie: String::new(),
        bearer: format!("{}.{}", "00".repeat(16), "00".repeat(32)),
    };
    let answer = server.get(&stranger, "/regions").await;
    assert_eq!(answer.problem(), "401 device_unknown");
}

#[tokio::test]
async fn nobody_enrols_a_phone_above_the_own_role() {
    let (server, _) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &["53.02"]).await;
    let boss = server.account("boss", Role::Regency, &["53.02"]).await;
    server.account("pengawas", Role::Supervisor, &["53"]).await;
    let who = server.sign_in("pengawas").await;
    let offer = async |account: AccountId| {
        let path = format!("/accounts/{account}/enrolments");
        server.post(&who, &path, json!({})).await
    };
    assert_eq!(offer(ani).await.status, StatusCode::CREATED);
    assert_eq!(offer(boss).await.problem(), "403 forbidden");
}

#[tokio::test]
async fn a_phone_that_holds_work_takes_no_link_of_another_account() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let budi = server.account("budi", Role::Enumerator, &[]).await;
    let token = offered(&server, &admin, budi).await;
    let enrol = async |account: Option<AccountId>| {
        let body = json!({"token": token, "attempt": "a1", "account": account});
        server.post(&Who::default(), "/enrol", body).await
    };
    let refused = enrol(Some(ani)).await;
    assert_eq!(refused.problem(), "409 enrolment_other_account");
    // The link stays good for whom it was made.
    let enrolled = enrol(Some(budi)).await.ok();
    assert_eq!(enrolled["account"]["username"], "budi");
}

#[tokio::test]
async fn the_office_sees_how_far_a_clock_is_off() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let phone = server.phone(&admin, ani).await;
    let told = async || server.get(&admin, "/devices").await.ok()[0]["clock_offset_ms"].clone();
    assert_eq!(told().await, Value::Null);
    let now = server.clock.now().0;
    let hello = async |wall: i64| {
        let facts = shared::wire::v1::DeviceFacts {
            wall: Millis(wall),
            ..Default::default()
        };
        let hello = json!({"wire": 1, "facts": facts, "partitions": []});
        server.post(&phone, "/sync/hello", hello).await.ok();
    };
    hello(now + 3 * shared::time::DAY_MS).await;
    assert_eq!(told().await, 3 * shared::time::DAY_MS);
    hello(now - 60_000).await;
    assert_eq!(told().await, -60_000);
    // Whatever a phone says, the list can be read.
    hello(i64::MAX).await;
    assert_eq!(told().await, 36_525 * shared::time::DAY_MS);
}
