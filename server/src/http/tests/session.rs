//! `/api/v1/session` and `/api/v1/setup`.

use super::*;

#[tokio::test]
async fn signing_in_and_out() {
    let server = Server::new().await;
    server.account("ani", Role::Supervisor, &["53"]).await;
    let nobody = Who::default();
    let answer = server.get(&nobody, "/session").await;
    assert_eq!(answer.problem(), "401 not_signed_in");

    let body = json!({"username": " Ani ", "password": PASSWORD});
    let answer = server.post(&nobody, "/session", body).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    let session = answer.ok();
    assert_eq!(session["account"]["role"], "supervisor");
    assert_eq!(session["account"]["regions"], json!(["53"]));

    let ani = server.sign_in("ani").await;
    assert_eq!(server.get(&ani, "/session").await.ok()["origin"], ORIGIN);
    let gone = server.api(&ani, Method::DELETE, "/session", Body::empty());
    assert_eq!(gone.await.status, StatusCode::NO_CONTENT);
    let answer = server.get(&ani, "/session").await;
    assert_eq!(answer.problem(), "401 not_signed_in");
}

#[tokio::test]
async fn a_session_ends_after_a_week() {
    let server = Server::new().await;
    server.account("ani", Role::Supervisor, &["53"]).await;
    let ani = server.sign_in("ani").await;
    server.clock.advance(7 * shared::time::DAY_MS);
    let answer = server.get(&ani, "/session").await;
    assert_eq!(answer.problem(), "401 not_signed_in");
}

#[tokio::test]
async fn guessing_is_slowed_per_account() {
    let server = Server::new().await;
    server.account("ani", Role::Supervisor, &["53"]).await;
    server.account("budi", Role::Supervisor, &["53"]).await;
    let nobody = Who::default();
    for username in ["ani", "ani", "ani", "ani", "ani", "tidak-ada"] {
        let body = json!({"username": username, "password": "salah sekali"});
        let answer = server.post(&nobody, "/session", body).await;
        assert_eq!(answer.problem(), "401 credentials_wrong");
    }
    let right = json!({"username": "ani", "password": PASSWORD});
    let answer = server.post(&nobody, "/session", right.clone()).await;
    assert_eq!(answer.problem(), "429 too_many_attempts");
    assert_eq!(answer.headers[header::RETRY_AFTER], "30");
    server.sign_in("budi").await;
    server.clock.advance(30_000);
    server.sign_in("ani").await;
}

#[tokio::test]
async fn the_setup_link_makes_one_administrator() {
    let server = Server::new().await;
    let (token, hash) = auth::new_token();
    let expires = Millis(server.clock.now().0 + 1000);
    server.app.store.offer_setup(hash, expires).await.unwrap();
    let setup = |token: &str, password: &str| json!({"token": token, "username": "kepala", "name": "Ibu Kepala", "password": password});
    let nobody = Who::default();
    let (other, _) = auth::new_token();
    let answer = server
        .post(&nobody, "/setup", setup(&other, PASSWORD))
        .await;
    assert_eq!(answer.problem(), "404 setup_unknown");
    let answer = server
        .post(&nobody, "/setup", setup(&token, "pendek"))
        .await;
    assert_eq!(answer.problem(), "422 account_invalid");
    assert_eq!(answer.json()["faults"][0]["place"], "password");
    let session = server
        .post(&nobody, "/setup", setup(&token, PASSWORD))
        .await;
    assert_eq!(session.ok()["account"]["role"], "administrator");
    let answer = server
        .post(&nobody, "/setup", setup(&token, PASSWORD))
        .await;
    assert_eq!(answer.problem(), "404 setup_unknown");
}

#[tokio::test]
async fn strangers_cannot_keep_the_owner_out() {
    let server = Server::new().await;
    server.account("ani", Role::Supervisor, &["53"]).await;
    let right = json!({"username": "ani", "password": PASSWORD});
    let first = server
        .post(&Who::default(), "/session", right.clone())
        .await;
    let cookies = first.headers.get_all(header::SET_COOKIE);
    let lines = cookies.iter().map(|line| line.to_str().unwrap());
    let mark = lines.filter_map(|line| line.split(';').next());
    let mark = mark.filter(|cookie| cookie.starts_with("lumbung_browser="));
    let owner = Who {
        cookie: mark.collect(),
        bearer: String::new(),
    };
    for _ in 0..20 {
        let wrong = json!({"username": "ani", "password": "salah sekali"});
        server.post(&Who::default(), "/session", wrong).await;
    }
    let stranger = server
        .post(&Who::default(), "/session", right.clone())
        .await;
    assert_eq!(stranger.problem(), "429 too_many_attempts");
    server.post(&owner, "/session", right).await.ok();
}
