//! The pages and files of the apps.

use super::*;

#[tokio::test]
async fn unknown_files_are_never_a_page() {
    let server = Server::new().await;
    for path in [
        "/app/desa/53",
        "/assets/x.js",
        "/app/../Cargo.toml",
        "/assets/a.js.br",
    ] {
        let request = request(&Who::default(), Method::GET, path);
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.problem(), "404 asset_missing", "{path}");
    }
}

#[tokio::test]
async fn the_short_address_leads_to_the_app() {
    let server = Server::new().await;
    let request = request(&Who::default(), Method::GET, "/app");
    let answer = server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(answer.headers[header::LOCATION], "/app/");
}
