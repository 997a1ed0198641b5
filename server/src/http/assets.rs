//! The two apps, as the build left them in `target/web`.
//!
//! Always: brotli where the browser takes it; hashed names for ever, everything else checked again.
//! Never: answers an unknown path with a page.

use std::io::Read as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use shared::ids::hex_text;

use super::App;
use crate::error::Problem;

/// Embedded in a release build; read from the folder at each request in a debug build.
#[derive(RustEmbed)]
#[folder = "../target/web"]
struct Web;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const CHECK_AGAIN: &str = "no-cache";
/// Bytes of an unpacked file, at most: the list of regions is 3 MB.
const UNPACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/",
            get(|headers: HeaderMap| page("console/index.html", headers)),
        )
        .route("/app", get(async || Redirect::permanent("/app/")))
        .route(
            "/app/",
            get(|headers: HeaderMap| page("collector/index.html", headers)),
        )
        .route("/app/{*path}", get(collector_file))
        .route("/assets/{*path}", get(asset))
}

/// The list of regions that came with the build, unpacked; none if the build has none.
pub(crate) fn builtin_regions() -> Option<Vec<u8>> {
    let packed = Web::get("regions.csv.br")?;
    unpack(&packed.data)
}

/// Whether the apps are part of this build.
pub(crate) fn are_built() -> bool {
    Web::get("console/index.html").is_some() && Web::get("collector/index.html").is_some()
}

async fn page(path: &'static str, headers: HeaderMap) -> Response {
    if Web::get(path).is_none() {
        return Problem::new(
            StatusCode::NOT_FOUND,
            "app_not_built",
            "aplikasi belum dibangun ke dalam peladen ini; jalankan `cargo xtask build`",
            "the apps are not part of this build; run `cargo xtask build`",
        )
        .into_response();
    }
    file(path, CHECK_AGAIN, &headers)
}

async fn collector_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("collector/{path}"), CHECK_AGAIN, &headers)
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("assets/{path}"), FOR_EVER, &headers)
}

fn file(path: &str, cache: &'static str, asked: &HeaderMap) -> Response {
    if path.ends_with(".br") {
        return missing();
    }
    let packed = if takes_brotli(asked) {
        Web::get(&format!("{path}.br"))
    } else {
        None
    };
    let is_packed = packed.is_some();
    let Some(found) = packed.or_else(|| Web::get(path)) else {
        return missing();
    };
    let tag = format!("\"{}\"", &hex_text(&found.metadata.sha256_hash())[..32]);
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    let mut response = if known
        .filter_map(|value| value.to_str().ok())
        .any(|list| list.contains(&tag))
    {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content(found, path)
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn content(found: EmbeddedFile, path: &str) -> Response {
    let mut response = found.data.into_owned().into_response();
    let media_type = HeaderValue::from_static(media_type_of(path));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

fn missing() -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        "asset_missing",
        "berkas aplikasi ini tidak ada di peladen; muat ulang aplikasi",
        "this file of the app is not on the server; load the app again",
    )
    .into_response()
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|part| part.split_once(';').unwrap_or((part, "")))
        .any(|(coding, weight)| coding.trim() == "br" && weight.trim() != "q=0")
}

fn media_type_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    brotli_decompressor::Decompressor::new(packed, 64 * 1024)
        .take(UNPACKED_BYTES_MAX)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}
