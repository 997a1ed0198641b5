//! Questionnaires: the versions there are, and their import.
//!
//! Always: an import names every problem at once, with sheet, row and column.
//! Never: changes a version that exists.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use shared::ids::QuestionnaireId;
use shared::wire::office::{QuestionnaireSheets, QuestionnaireView};

use super::App;
use super::extract::{Caller, Named, Signed};
use crate::error::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/questionnaires", get(list))
        .route("/questionnaires/{id}", get(show))
        .route("/questionnaires/{id}/compiled", get(compiled))
        .route("/questionnaires/{id}/sheets", get(sheets))
}

async fn list(
    State(app): State<Arc<App>>,
    _: Signed,
) -> Result<axum::Json<Vec<QuestionnaireView>>, Problem> {
    Ok(axum::Json(app.store.questionnaires().await?))
}

async fn show(
    State(app): State<Arc<App>>,
    _: Signed,
    Named(id): Named<QuestionnaireId>,
) -> Result<axum::Json<QuestionnaireView>, Problem> {
    let all = app.store.questionnaires().await?;
    let one = all.into_iter().find(|view| view.id == id);
    one.map(axum::Json)
        .ok_or_else(|| Problem::missing("questionnaire"))
}

async fn compiled(
    State(app): State<Arc<App>>,
    _: Caller,
    Named(id): Named<QuestionnaireId>,
) -> Result<Response, Problem> {
    let mut response = app.store.compiled_questionnaire(id).await?.into_response();
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    Ok(response)
}

async fn sheets(
    State(app): State<Arc<App>>,
    _: Signed,
    Named(id): Named<QuestionnaireId>,
) -> Result<axum::Json<QuestionnaireSheets>, Problem> {
    Ok(axum::Json(app.store.questionnaire_sheets(id).await?))
}
