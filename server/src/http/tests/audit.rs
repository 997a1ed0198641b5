//! `/api/v1/audit`.

use super::*;

#[tokio::test]
async fn an_administrator_pages_through_who_did_what() {
    let (server, admin) = Server::furnished().await;
    for number in 0..5 {
        // All within one millisecond of the stopped clock.
        let body = json!({"username": format!("ani{number}"), "name": "Ani", "role": "enumerator"});
        server.post(&admin, "/accounts", body).await.ok();
    }
    let whole = server.get(&admin, "/audit").await.ok();
    let whole = whole["acts"].as_array().unwrap().clone();
    assert!(5 < whole.len());
    assert!(whole.iter().any(|act| act["who_name"] == "ADMIN"));
    assert!(whole.iter().any(|act| act["what"] == "region.import"));
    assert!(whole.iter().any(|act| act["who"].is_null()), "{whole:?}");

    let mut paged = Vec::new();
    let mut path = "/audit?limit=2".to_owned();
    for _ in 0..whole.len() {
        let page = server.get(&admin, &path).await.ok();
        paged.extend(page["acts"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/audit?limit=2&before={next}");
    }
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn the_record_is_for_administrators_and_faulty_places_are_named() {
    let (server, admin) = Server::furnished().await;
    server.account("citra", Role::Supervisor, &["53"]).await;
    let citra = server.sign_in("citra").await;
    assert_eq!(
        server.get(&citra, "/audit").await.problem(),
        "403 forbidden"
    );
    let nobody = Who::default();
    assert_eq!(
        server.get(&nobody, "/audit").await.problem(),
        "401 not_signed_in"
    );
    for wrong in ["before=x", "before=1x-2", "limit=many"] {
        let answer = server.get(&admin, &format!("/audit?{wrong}")).await;
        assert_eq!(answer.problem(), "422 query_invalid", "{wrong}");
    }
}
