//! Photos and files, in pieces that may break off anywhere (after tus 1.0).
//!
//! Always: the answer says how many bytes are here; the last piece is acknowledged after the
//! content was checked and is durable.
//! Always: takes from a revoked phone what its answers here name, within less than other phones may send.
//! Never: shows a file as anything but an attachment or a checked image; tells a revoked phone what is here of others.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http_body_util::BodyExt as _;
use shared::answers::{Change, Op, Value};
use shared::ids::BlobId;
use shared::wire::office::BLOB_BYTES_MAX;

use super::App;
use super::extract::{Bringer, Caller, Named, cut_off};
use super::review::reads_cases;
use super::sync::{forms_of, is_personal};
use crate::error::Problem;
use crate::store::{BlobRecord, StoreError, Upload};

const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const IMAGES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/blobs/{id}", get(show).head(offset).patch(receive))
}

/// How far this sender has come; the whole length if the content is here, from whomever. A revoked phone is told so of
/// its own photos only: of others it is told that nothing has come, and why when it sends them.
async fn offset(
    State(app): State<Arc<App>>,
    Bringer(caller): Bringer,
    Named(id): Named<BlobId>,
) -> Result<Response, Problem> {
    if !may_bring(&app, &caller, id).await? {
        return Ok(progress(StatusCode::OK, 0, None));
    }
    if let Some(record) = app.store.blob(id).await? {
        return Ok(progress(StatusCode::OK, record.bytes, Some(record.bytes)));
    }
    let offset = app.store.upload_offset(id, &caller.sender()).await?;
    Ok(progress(StatusCode::OK, offset, None))
}

async fn receive(
    State(app): State<Arc<App>>,
    Bringer(caller): Bringer,
    Named(id): Named<BlobId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let from = number(&headers, &OFFSET)?;
    let length = number(&headers, &LENGTH)?;
    if BLOB_BYTES_MAX < length {
        return Err(StoreError::Refused("blob_too_large").into());
    }
    if app.store.is_erased_photo(id).await? {
        // The phone is to be done with it.
        return Ok(progress(StatusCode::NO_CONTENT, length, Some(length)));
    }
    if !may_bring(&app, &caller, id).await? {
        return Err(StoreError::Refused("blob_unnamed").into());
    }
    if let Some(record) = app.store.blob(id).await? {
        return Ok(progress(
            StatusCode::NO_CONTENT,
            record.bytes,
            Some(record.bytes),
        ));
    }
    let (store, sender) = (&app.store, caller.sender());
    let mut upload = match caller.is_revoked() {
        true => {
            let account = caller.account().id;
            store.begin_revoked_upload(id, &sender, account).await?
        }
        false => store.begin_upload(id, &sender).await?,
    };
    if upload.offset() != from {
        let here = upload.pause().await?;
        return Ok(wrong_offset(here));
    }
    let whole = append_all(&mut upload, length, body).await;
    if whole.is_ok() && upload.offset() == length {
        return match app.store.finish_upload(upload, app.clock.now()).await {
            // Erased while it was on its way.
            Ok(_) | Err(StoreError::Refused("blob_erased")) => {
                Ok(progress(StatusCode::NO_CONTENT, length, Some(length)))
            }
            Err(error) => Err(error.into()),
        };
    }
    // What came before the break stays, and the next piece begins there.
    let here = upload.pause().await?;
    whole?;
    Ok(progress(StatusCode::NO_CONTENT, here, None))
}

/// What a revoked phone brings must be named by what its account wrote or brought.
async fn may_bring(app: &App, caller: &Caller, id: BlobId) -> Result<bool, Problem> {
    if !caller.is_revoked() {
        return Ok(true);
    }
    Ok(app.store.is_named_by(id, caller.account().id).await?)
}

async fn append_all(upload: &mut Upload, length: u64, mut body: Body) -> Result<(), Problem> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| cut_off())?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        if length < upload.offset() + bytes.len() as u64 {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "blob_length",
                "foto lebih panjang daripada yang diumumkan; kirim lagi",
                "the photo is longer than was announced; send it again",
            ));
        }
        upload.append(&bytes).await?;
    }
    Ok(())
}

fn wrong_offset(here: u64) -> Response {
    let problem = Problem::new(
        StatusCode::CONFLICT,
        "blob_offset",
        format!("peladen sudah memiliki {here} bita; lanjutkan dari sana"),
        format!("the server has {here} bytes; go on from there"),
    );
    let mut response = problem.into_response();
    response.headers_mut().insert(OFFSET, here.into());
    response
}

fn progress(status: StatusCode, offset: u64, length: Option<u64>) -> Response {
    let mut response = status.into_response();
    response.headers_mut().insert(OFFSET, offset.into());
    if let Some(length) = length {
        response.headers_mut().insert(LENGTH, length.into());
    }
    response
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "blob_header",
            format!("kepala {name} tidak ada atau bukan bilangan"),
            format!("the header {name} is missing or no number"),
        )
    })
}

async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named<BlobId>,
) -> Result<Response, Problem> {
    let record = app.store.blob(id).await?;
    let record = record.ok_or_else(|| Problem::missing("blob"))?;
    if !may_see(&app, &caller, &record).await? {
        return Err(Problem::missing("blob"));
    }
    let mut response = app.store.blob_bytes(id).await?.into_response();
    let is_image = IMAGES.contains(&record.media_type.as_str());
    let place = if is_image { "inline" } else { "attachment" };
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_str(&record.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(place));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    Ok(response)
}

/// Its sender, and whoever may read an answer that names it.
async fn may_see(app: &App, caller: &Caller, record: &BlobRecord) -> Result<bool, Problem> {
    if caller.sender() == record.sender {
        return Ok(true);
    }
    let account = caller.account();
    if !reads_cases(account) {
        return Ok(false);
    }
    let cases = app.store.cases_of_blob(record.id).await?;
    let cases = cases.into_iter().filter(|id| account.covers(&id.region));
    if account.role.reviews() {
        return Ok(0 < cases.count());
    }
    for id in cases {
        let log = app.store.case_log(&id).await?;
        let known = forms_of(app, log.iter()).await?;
        let names = |op: &Op| matches!(&op.change, Change::Set(Value::File(file)) if file.blob == record.id);
        if log.iter().any(|op| names(op) && !is_personal(op, &known)) {
            return Ok(true);
        }
    }
    Ok(false)
}
