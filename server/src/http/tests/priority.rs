//! `/api/v1/methods`, `/api/v1/rounds/…/decisions`, `/api/v1/decisions`: who may do what, and what is refused.

use super::*;

const METHOD: &str = r#"format = 1
id = "kita"
version = "1"
label = { id = "Metode kita", en = "Our method" }
decimals = 2
[[dimension]]
id = "d"
label = { id = "D", en = "D" }
[[indicator]]
id = "a"
dimension = "d"
label = { id = "A", en = "A" }
expression = "${a}"
normalise = { kind = "min_max", min = 0, max = 10 }
"#;

#[tokio::test]
async fn a_method_is_saved_once_per_version_and_every_fault_of_it_is_told() {
    let (server, admin) = Server::furnished().await;
    server.account("analis", Role::Analyst, &[]).await;
    server
        .account("pengawas", Role::Supervisor, &["53.02"])
        .await;
    let analyst = server.sign_in("analis").await;
    let supervisor = server.sign_in("pengawas").await;
    let save = async |who: &Who, document: &str| {
        server
            .post(who, "/methods", json!({"document": document}))
            .await
    };
    assert_eq!(save(&supervisor, METHOD).await.problem(), "403 forbidden");
    assert_eq!(save(&admin, METHOD).await.problem(), "403 forbidden");
    let saved = save(&analyst, METHOD).await.ok();
    assert_eq!(saved["stored"]["made_by"], "ANALIS");
    assert_eq!(save(&analyst, METHOD).await.ok(), saved);
    let other = METHOD.replace("max = 10", "max = 20");
    assert_eq!(save(&analyst, &other).await.problem(), "409 method_version");

    let broken = METHOD
        .replace("dimension = \"d\"", "dimension = \"x\"")
        .replace("decimals = 2", "decimals = 40");
    let refused = save(&analyst, &broken).await;
    assert_eq!(refused.problem(), "422 method_faulty");
    let faults = refused.json()["faults"].as_array().unwrap().len();
    assert!(1 < faults, "{}", refused.json());
    let shipped = METHOD.replace("\"kita\"", "\"desmigratif\"");
    let refused = save(&analyst, &shipped).await;
    assert_eq!(refused.problem(), "422 method_faulty");

    let list = server.get(&supervisor, "/methods").await.ok();
    let last = list.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["id"], &last["version"]),
        (&json!("kita"), &json!("1"))
    );
    let document = server.get(&supervisor, "/methods/kita@1").await;
    assert_eq!(document.bytes, METHOD.as_bytes());
    let missing = server.get(&supervisor, "/methods/kita@2").await;
    assert_eq!(missing.problem(), "404 method_missing");
}

#[tokio::test]
async fn decisions_are_for_those_who_rank_and_minutes_have_bounds() {
    let (server, admin) = Server::furnished().await;
    server.account("analis", Role::Analyst, &[]).await;
    server
        .account("pengawas", Role::Supervisor, &["53.02"])
        .await;
    let analyst = server.sign_in("analis").await;
    let supervisor = server.sign_in("pengawas").await;
    let round = server.round(&admin).await;
    let list = format!("/rounds/{round}/decisions");
    assert_eq!(server.get(&admin, &list).await.problem(), "403 forbidden");
    assert_eq!(server.get(&supervisor, &list).await.ok(), json!([]));
    let freeze = format!("/rounds/{round}/priority/desmigratif/decisions");
    let new = |place: &str| json!({"seed": "17", "minutes": {"number": "1", "place": place, "date": "1 Mei"}});
    let answer = server.post(&supervisor, &freeze, new("Betun")).await;
    assert_eq!(answer.problem(), "403 forbidden");
    for place in ["a\nb".to_owned(), "x".repeat(201)] {
        let answer = server.post(&analyst, &freeze, new(&place)).await;
        assert_eq!(answer.problem(), "422 minutes_invalid");
    }
    let unknown = format!("/decisions/{}", "05".repeat(16));
    let answer = server.get(&analyst, &unknown).await;
    assert_eq!(answer.problem(), "404 decision_missing");
    let file = format!("{unknown}/files/villages.xlsx");
    let answer = server.get(&analyst, &file).await;
    assert_eq!(answer.problem(), "404 decision_missing");
    assert_eq!(server.get(&admin, &file).await.problem(), "403 forbidden");
    let files = format!("/rounds/{round}/priority/desmigratif/files");
    for (name, problem) in [
        ("villages.pdf", "404 file_unknown"),
        ("record.csv", "404 file_unknown"),
    ] {
        let answer = server.get(&analyst, &format!("{files}/{name}")).await;
        assert_eq!(answer.problem(), problem);
    }
    let answer = server.get(&admin, &format!("{files}/villages.csv")).await;
    assert_eq!(answer.problem(), "403 forbidden");
    // A misspelt word must not give everything away.
    let answer = server
        .get(&analyst, &format!("{files}/villages.csv?audience=umum"))
        .await;
    assert_eq!(answer.problem(), "422 query_invalid");
    let other = format!("/rounds/{round}/priority/tidak_ada/files/villages.csv?audience=public");
    let answer = server.get(&analyst, &other).await;
    assert_eq!(answer.problem(), "404 method_missing");
}
