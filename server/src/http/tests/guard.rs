//! What every answer has in common.

use super::*;

#[tokio::test]
async fn unknown_routes_and_methods_are_problems() {
    let server = Server::new().await;
    let who = Who::default();
    let answer = server.get(&who, "/tidak-ada").await;
    assert_eq!(answer.problem(), "404 route_unknown");
    let answer = server.api(&who, Method::DELETE, "/rounds", Body::empty());
    assert_eq!(answer.await.problem(), "405 method_not_allowed");
    let outside = request(&who, Method::GET, "/x")
        .body(Body::empty())
        .unwrap();
    assert_eq!(server.send(outside).await.problem(), "404 route_unknown");
}

#[tokio::test]
async fn malformed_json_is_named_by_place_and_never_repeated() {
    let server = Server::new().await;
    let who = Who::default();
    let check = async |body: &str, expect: &str, place: &str| {
        let answer = server.post_text(&who, "/session", body).await;
        assert_eq!(answer.problem(), expect);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(place), "{detail}");
        assert!(!detail.contains("rahasia"), "{detail}");
    };
    check(
        "{\n\"username\": rahasia}",
        "400 json_malformed",
        "baris 2, kolom 13",
    )
    .await;
    check(
        "{\"username\": 5, \"password\": \"rahasia\"}",
        "422 json_field",
        "`username`",
    )
    .await;
    check("{\"username\": \"rahasia\"}", "422 json_field", "kolom 23").await;
    check("{}rahasia", "422 json_field", "baris 1").await;
}

#[tokio::test]
async fn a_body_too_large_is_a_problem() {
    let server = Server::new().await;
    let body = format!("{{\"username\": \"{}\"}}", "a".repeat(1024 * 1024));
    let answer = server.post_text(&Who::default(), "/session", &body).await;
    assert_eq!(answer.problem(), "413 too_large");
}

#[tokio::test]
async fn unsafe_methods_must_come_from_our_own_origin() {
    let server = Server::new().await;
    server.account("ani", Role::Supervisor, &["53"]).await;
    let ani = server.sign_in("ani").await;
    let sign_out = |origin: Option<&str>| {
        let mut request = Request::builder()
            .method(Method::DELETE)
            .uri("/api/v1/session")
            .header(header::COOKIE, &ani.cookie);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        server.send(request.body(Body::empty()).unwrap())
    };
    let answer = sign_out(Some("https://jahat.example")).await;
    assert_eq!(answer.problem(), "403 origin_mismatch");
    assert_eq!(sign_out(None).await.problem(), "403 origin_mismatch");
    assert_eq!(sign_out(Some(ORIGIN)).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn every_answer_keeps_a_page_to_itself() {
    let server = Server::new().await;
    for path in ["/", "/app/", "/healthz", "/api/v1/session", "/x"] {
        let request = request(&Who::default(), Method::GET, path);
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    }
}

#[tokio::test]
async fn health_is_told_without_signing_in() {
    let server = Server::new().await;
    for path in ["/healthz", "/readyz"] {
        let request = request(&Who::default(), Method::GET, path);
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
}
