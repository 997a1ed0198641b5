//! What stands before and after every handler.
//!
//! Always: a request that changes something names our own origin; every answer carries the
//! security headers; one log line per request, by route.
//! Never: logs an address as it was typed, a header or a body.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::{App, extract};
use crate::error::Problem;

/// Scripts, styles and connections of our own only. Photos are shown from memory as `blob:`,
/// `'wasm-unsafe-eval'` lets WebAssembly compile and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
     worker-src 'self' blob:; manifest-src 'self'; media-src 'self' blob:; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), geolocation=(self), microphone=(self)",
    ),
];

const API_HEADER: HeaderName = HeaderName::from_static("lumbung-api");
const API_VERSION: &str = "1";

const HSTS: &str = "max-age=31536000";

/// Refuses an unsafe method from another origin.
pub(super) async fn own_origin(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if safe || is_own(&app, request.headers()) {
        return next.run(request).await;
    }
    Problem::new(
        StatusCode::FORBIDDEN,
        "origin_mismatch",
        format!("permintaan datang dari alamat lain; buka {}", app.origin),
        format!("the request came from another address; open {}", app.origin),
    )
    .into_response()
}

fn is_own(app: &App, headers: &HeaderMap) -> bool {
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.as_bytes() == app.origin.as_bytes(),
        // Browsers always name it here; programs without a browser's cookies need not.
        None => !extract::has_session_cookie(headers),
    }
}

/// Adds the headers that keep a page to itself.
pub(super) async fn security_headers(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if app.origin.starts_with("https:") {
        let value = HeaderValue::from_static(HSTS);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    if is_api {
        // By this a phone knows our answer from that of a stranger in the middle.
        headers.insert(API_HEADER, HeaderValue::from_static(API_VERSION));
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// One line per request.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    tracing::info!(
        http.method = %method,
        http.route = route,
        http.status = response.status().as_u16(),
        http.ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        "http"
    );
    response
}
