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
use serde::Deserialize;
use shared::ids::QuestionnaireId;
use shared::wire::office::{Fault, QuestionnaireImported, QuestionnaireSheets, QuestionnaireView};

use super::App;
use super::accounts::must_administrate;
use super::extract::{Caller, Named, Query, SHEETS_BYTES_MAX, Signed, body_bytes, json_of};
use crate::error::Problem;
use crate::import::{builtin_sheets, compile, is_workbook, is_xform, read_workbook, xform_sheets};
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
    let (sheets, warnings) = if asked.source == "builtin" {
        (builtin_sheets(), Vec::new())
    } else {
        sent_sheets(body_bytes(request.into_body(), SHEETS_BYTES_MAX).await?).await?
    };
    let act = Act::by(signed.account.id, app.clock.now());
    let mut imported = import_questionnaire(&app.store, sheets, act).await?;
    imported.warnings.extend(warnings);
    Ok((StatusCode::CREATED, axum::Json(imported)))
}

/// The form of a request: a workbook or XML as it is, or JSON with the three texts.
async fn sent_sheets(bytes: Vec<u8>) -> Result<(QuestionnaireSheets, Vec<Fault>), Problem> {
    if let Ok(text) = std::str::from_utf8(&bytes)
        && is_xform(text)
    {
        return Ok((xform_sheets(text.to_owned()), Vec::new()));
    }
    if !is_workbook(&bytes) {
        return Ok((json_of(&bytes)?, Vec::new()));
    }
    let book = tokio::task::spawn_blocking(move || read_workbook(&bytes))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(refused)?;
    Ok((book.sheets, book.warnings))
}

/// Compiles and stores a questionnaire; `questionnaire_refused` with every problem otherwise.
pub(crate) async fn import_questionnaire(
    store: &Store,
    sheets: QuestionnaireSheets,
    act: Act,
) -> Result<QuestionnaireImported, Problem> {
    let compiled = tokio::task::spawn_blocking(move || compile(sheets))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(refused)?;
    let id = compiled.draft.id;
    store.put_questionnaire(compiled.draft, act).await?;
    Ok(QuestionnaireImported {
        questionnaire: one(store, id).await?,
        warnings: compiled.warnings,
    })
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
