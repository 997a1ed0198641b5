//! Questionnaires: the versions there are, and their import.
//!
//! Always: an import names every problem at once, with sheet, row and column; a workbook
//! and XML are known by their first bytes, whatever the request calls it.
//! Never: changes a version that exists.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use shared::ids::QuestionnaireId;
use shared::wire::office::{
    Fault, QuestionnaireImported, QuestionnaireSheets, QuestionnaireUpload, QuestionnaireView,
    UploadedFile,
};

use super::App;
use super::accounts::must_administrate;
use super::extract::{Caller, Named, Query, Signed, UPLOAD_BYTES_MAX, body_bytes, json_of};
use crate::error::Problem;
use crate::import::{
    Beside, Compiled, builtin_sheets, compile, is_workbook, is_xform, read_workbook, xform_sheets,
};
use crate::store::{Act, Store};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/questionnaires", get(list).post(import_sheets))
        .route("/questionnaires/{id}", get(show))
        .route("/questionnaires/{id}/compiled", get(compiled))
        .route("/questionnaires/{id}/lists/{name}", get(packed_list))
        .route("/questionnaires/{id}/sheets", get(sheets))
}

async fn list(
    State(app): State<Arc<App>>,
    _: Signed,
) -> Result<axum::Json<Vec<QuestionnaireView>>, Problem> {
    Ok(axum::Json(app.store.questionnaires().await?))
}

#[derive(Debug, Deserialize)]
struct Import {
    #[serde(default)]
    source: String,
}

async fn import_sheets(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Import>,
    request: Request,
) -> Result<(StatusCode, axum::Json<QuestionnaireImported>), Problem> {
    must_administrate(&signed.account)?;
    let sent = if asked.source == "builtin" {
        Sent::of(builtin_sheets())
    } else {
        sent_form(body_bytes(request.into_body(), UPLOAD_BYTES_MAX).await?).await?
    };
    let act = Act::by(signed.account.id, app.clock.now());
    let mut imported = import_questionnaire(&app.store, sent.sheets, sent.beside, act).await?;
    imported.warnings.extend(sent.warnings);
    Ok((StatusCode::CREATED, axum::Json(imported)))
}

/// What came in a request.
struct Sent {
    sheets: QuestionnaireSheets,
    beside: Beside,
    warnings: Vec<Fault>,
}

impl Sent {
    fn of(sheets: QuestionnaireSheets) -> Sent {
        Sent {
            sheets,
            beside: Beside::default(),
            warnings: Vec::new(),
        }
    }
}

/// The form of a request: a workbook or XML as it is, or JSON with the sheets or a form, and files.
async fn sent_form(bytes: Vec<u8>) -> Result<Sent, Problem> {
    if let Ok(text) = std::str::from_utf8(&bytes)
        && is_xform(text)
    {
        return Ok(Sent::of(xform_sheets(text.to_owned())));
    }
    if is_workbook(&bytes) {
        return of_workbook(bytes).await;
    }
    let upload: QuestionnaireUpload = json_of(&bytes)?;
    let mut sent = match upload.form {
        None => Sent::of(upload.sheets()),
        Some(file) => {
            let bytes = decoded(&file)?;
            match String::from_utf8(bytes) {
                Ok(text) if is_xform(&text) => Sent::of(xform_sheets(text)),
                Ok(text) => of_workbook(text.into_bytes()).await?,
                Err(other) => of_workbook(other.into_bytes()).await?,
            }
        }
    };
    for file in &upload.files {
        let bytes = decoded(file)?;
        if file.name.ends_with(".csv") || file.name.ends_with(".geojson") {
            let text = String::from_utf8(bytes).map_err(|_| not_a_text(&file.name))?;
            sent.beside.texts.insert(file.name.clone(), text);
        } else {
            sent.beside.attachments.insert(file.name.clone(), bytes);
        }
    }
    Ok(sent)
}

async fn of_workbook(bytes: Vec<u8>) -> Result<Sent, Problem> {
    let book = tokio::task::spawn_blocking(move || read_workbook(&bytes))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(refused)?;
    Ok(Sent {
        warnings: book.warnings,
        ..Sent::of(book.sheets)
    })
}

fn decoded(file: &UploadedFile) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(&file.content).map_err(|_| {
        Problem::invalid(
            "file_not_base64",
            format!("isi berkas {} tidak utuh; kirim sekali lagi", file.name),
            format!(
                "the content of {} is not whole base64; send it again",
                file.name
            ),
        )
    })
}

fn not_a_text(name: &str) -> Problem {
    Problem::invalid(
        "file_not_utf8",
        format!("berkas {name} bukan teks UTF-8; simpan sebagai CSV UTF-8, lalu kirim lagi"),
        format!("{name} is no UTF-8 text; save it as UTF-8 CSV and send it again"),
    )
}

/// Compiles and stores a questionnaire; `questionnaire_refused` with every problem otherwise.
pub(crate) async fn import_questionnaire(
    store: &Store,
    sheets: QuestionnaireSheets,
    beside: Beside,
    act: Act,
) -> Result<QuestionnaireImported, Problem> {
    let (kept, given) = (sheets.clone(), beside.clone());
    let mut compiled = in_background(move || compile(sheets, beside)).await?;
    if compiled.asks_for_regions {
        let regions = store.all_regions().await?;
        compiled = in_background(move || compile(kept, given.with_regions(&regions))).await?;
    }
    let id = compiled.draft.id;
    store.put_questionnaire(compiled.draft, act).await?;
    Ok(QuestionnaireImported {
        questionnaire: one(store, id).await?,
        warnings: compiled.warnings,
    })
}

async fn in_background(
    compile: impl FnOnce() -> Result<Compiled, Vec<Fault>> + Send + 'static,
) -> Result<Compiled, Problem> {
    tokio::task::spawn_blocking(compile)
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(refused)
}

pub(crate) fn refused(faults: Vec<Fault>) -> Problem {
    let count = faults.len();
    Problem::invalid(
        "questionnaire_refused",
        format!("kuesioner memuat {count} masalah; tidak ada yang disimpan, perbaiki lembarnya"),
        format!("the questionnaire has {count} problems; nothing was saved, mend the sheets"),
    )
    .with_faults(faults)
}

async fn show(
    State(app): State<Arc<App>>,
    _: Signed,
    Named(id): Named<QuestionnaireId>,
) -> Result<axum::Json<QuestionnaireView>, Problem> {
    Ok(axum::Json(one(&app.store, id).await?))
}

async fn one(store: &Store, id: QuestionnaireId) -> Result<QuestionnaireView, Problem> {
    let all = store.questionnaires().await?;
    all.into_iter()
        .find(|view| view.id == id)
        .ok_or_else(|| Problem::missing("questionnaire"))
}

async fn compiled(
    State(app): State<Arc<App>>,
    _: Caller,
    Named(id): Named<QuestionnaireId>,
) -> Result<Response, Problem> {
    Ok(unchanging(app.store.compiled_questionnaire(id).await?))
}

/// A list that is too long to be part of the compiled form; compressed on the way, as everything is.
async fn packed_list(
    State(app): State<Arc<App>>,
    _: Caller,
    UrlPath((id, name)): UrlPath<(String, String)>,
) -> Result<Response, Problem> {
    // What is no id names no questionnaire.
    let id = id.parse().map_err(|_| Problem::missing("questionnaire"))?;
    Ok(unchanging(app.store.questionnaire_list(id, &name).await?))
}

/// What an id names never changes.
fn unchanging(bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    response
}

async fn sheets(
    State(app): State<Arc<App>>,
    _: Signed,
    Named(id): Named<QuestionnaireId>,
) -> Result<axum::Json<QuestionnaireSheets>, Problem> {
    Ok(axum::Json(app.store.questionnaire_sheets(id).await?))
}
