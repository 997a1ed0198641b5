//! `/api/v1/rounds`, `/api/v1/assignments`, `/api/v1/questionnaires`.

use super::*;

#[tokio::test]
async fn a_round_is_opened_assigned_and_closed() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let round = server.round(&admin).await;
    let assign = |villages: Value| json!({"round": round, "account": ani, "villages": villages});
    let two = assign(json!(["53.02.05.2001", "53.02.05.2002"]));
    let changed = server.post(&admin, "/assignments", two.clone()).await.ok();
    assert_eq!(changed["changed"], 2);
    server.post(&admin, "/assignments", two).await.ok();
    let path = format!("/assignments?round={round}");
    let list = server.get(&admin, &path).await.ok();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0]["village_name"], "Niki-Niki Un");

    let check = async |villages: Value, expect: &str| {
        let answer = server.post(&admin, "/assignments", assign(villages)).await;
        assert_eq!(answer.problem(), expect);
    };
    check(json!(["19.03.04.2001"]), "422 village_outside_round").await;
    check(json!(["53.02.05.9999"]), "422 village_unknown").await;
    check(json!(["53.02.05"]), "422 village_unknown").await;
    check(json!([]), "422 villages_count").await;

    let one = assign(json!(["53.02.05.2001"])).to_string();
    let gone = server.api(&admin, Method::DELETE, "/assignments", Body::from(one));
    assert_eq!(gone.await.ok()["changed"], 1);
    let rounds = server.get(&admin, "/rounds").await.ok();
    assert_eq!(rounds[0]["villages"], 1);
    assert_eq!(
        rounds[0]["regencies"][0]["name"],
        "Kabupaten Timor Tengah Selatan"
    );

    let path = format!("/rounds/{round}/close");
    server.post(&admin, &path, json!({})).await.ok();
    check(json!(["53.02.05.2001"]), "409 round_closed").await;
}

#[tokio::test]
async fn a_round_needs_a_questionnaire_and_known_regencies() {
    let (server, admin) = Server::furnished().await;
    let check = async |questionnaire: &str, regencies: Value, expect: &str| {
        let body = json!({"name": "R", "kind": "training",
            "questionnaire": questionnaire.repeat(16), "regencies": regencies});
        let answer = server.post(&admin, "/rounds", body).await;
        assert_eq!(answer.problem(), expect);
    };
    check("09", json!(["53.02"]), "404 questionnaire_missing").await;
    check("07", json!([]), "422 regencies_required").await;
    check("07", json!(["53"]), "422 regency_unknown").await;
    check("07", json!(["53.77"]), "422 regency_unknown").await;
}

#[tokio::test]
async fn a_person_sees_rounds_of_own_regions() {
    let (server, admin) = Server::furnished().await;
    server.round(&admin).await;
    server
        .account("timur", Role::Supervisor, &["53.02.05"])
        .await;
    server.account("barat", Role::Supervisor, &["19"]).await;
    for (name, count) in [("timur", 1), ("barat", 0)] {
        let who = server.sign_in(name).await;
        let rounds = server.get(&who, "/rounds").await.ok();
        assert_eq!(rounds.as_array().unwrap().len(), count, "{name}");
    }
}

#[tokio::test]
async fn phones_fetch_the_compiled_questionnaire() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let phone = server.phone(&admin, ani).await;
    let path = format!("/questionnaires/{}/compiled", "07".repeat(16));
    let answer = server.get(&phone, &path).await;
    assert_eq!(answer.bytes, b"compiled");
    let cache = answer.headers[header::CACHE_CONTROL].to_str().unwrap();
    assert!(cache.contains("immutable"), "{cache}");
    let answer = server.get(&Who::default(), &path).await;
    assert_eq!(answer.problem(), "401 not_signed_in");
    let list = server.get(&admin, "/questionnaires").await.ok();
    assert_eq!(list[0]["compiled_bytes"], 8);
}

#[tokio::test]
async fn phones_fetch_the_long_lists_of_a_questionnaire() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let phone = server.phone(&admin, ani).await;
    let lists = format!("/questionnaires/{}/lists", "07".repeat(16));
    let path = format!("{lists}/desa.csv%3Fkode&nama");
    let answer = server.get(&phone, &path).await;
    assert_eq!(answer.bytes, b"packed");
    let cache = answer.headers[header::CACHE_CONTROL].to_str().unwrap();
    assert!(cache.contains("immutable"), "{cache}");
    let answer = server.get(&Who::default(), &path).await;
    assert_eq!(answer.problem(), "401 not_signed_in");
    let answer = server.get(&phone, &format!("{lists}/desa.csv")).await;
    assert_eq!(answer.problem(), "404 list_missing");
    let answer = server.get(&phone, "/questionnaires/x/lists/desa.csv").await;
    assert_eq!(answer.problem(), "404 questionnaire_missing");
}

#[tokio::test]
async fn a_questionnaire_is_imported_or_every_problem_told() {
    let (server, admin) = Server::furnished().await;
    let made = server.post(&admin, "/questionnaires?source=builtin", json!({}));
    let made = made.await.ok();
    assert_eq!(made["questionnaire"]["form_id"], "potensi_desa");
    let again = server.post(&admin, "/questionnaires?source=builtin", json!({}));
    assert_eq!(
        again.await.ok()["questionnaire"]["id"],
        made["questionnaire"]["id"]
    );

    let id = made["questionnaire"]["id"].as_str().unwrap();
    let path = format!("/questionnaires/{id}/sheets");
    let mut sheets = server.get(&admin, &path).await.ok();
    let label = sheets["choices"]
        .as_str()
        .unwrap()
        .replace("Ya,Yes", "Iya,Yes");
    sheets["choices"] = json!(label);
    let answer = server.post(&admin, "/questionnaires", sheets.clone()).await;
    assert_eq!(answer.problem(), "409 questionnaire_version");
    sheets["survey"] = json!("type,name\ninteger,\nangka,b\n");
    let answer = server.post(&admin, "/questionnaires", sheets).await;
    assert_eq!(answer.problem(), "422 questionnaire_refused");
    let faults = answer.json()["faults"].clone();
    assert!(
        faults[0]["place"].as_str().unwrap().starts_with("survey"),
        "{faults}"
    );
}

#[tokio::test]
async fn a_workbook_is_imported_as_it_is() {
    let (server, admin) = Server::furnished().await;
    let send = |bytes: Vec<u8>| {
        let body = axum::body::Body::from(bytes);
        server.api(&admin, axum::http::Method::POST, "/questionnaires", body)
    };
    let made = send(crate::import::small_workbook()).await.ok();
    assert_eq!(made["questionnaire"]["questions"], 2);
    let answer = send(b"<h:html/>".to_vec()).await;
    assert_eq!(answer.problem(), "422 questionnaire_refused");
    assert_eq!(answer.json()["faults"][0]["code"], "xml_unreadable");
    let answer = send(b"PK\x03\x04 cut off".to_vec()).await;
    assert_eq!(answer.problem(), "422 questionnaire_refused");
    assert_eq!(answer.json()["faults"][0]["code"], "workbook_unreadable");
}
