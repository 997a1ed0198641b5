//! Rankings and their exports.
//!
//! Always: over approved answers of the reader's regions.
//! Never: carries a personal answer; a method that reads one is refused.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use shared::ids::{Role, RoundId};
use shared::priority::{ranking_csv, selection_csv};
use shared::wire::priority::{MethodView, PriorityView};

use super::App;
use super::extract::Signed;
use crate::error::Problem;
use crate::ranking::{self, RankingError};
use crate::store::Account;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/methods", get(methods))
        .route("/rounds/{id}/priority/{method}", get(show))
        .route("/rounds/{id}/priority/{method}/csv", get(csv))
        .route(
            "/rounds/{id}/priority/{method}/selection.csv",
            get(chosen_csv),
        )
}

async fn methods(signed: Signed) -> Result<axum::Json<Vec<MethodView>>, Problem> {
    must_rank(&signed.account)?;
    Ok(axum::Json(ranking::methods()))
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, method)): UrlPath<(String, String)>,
) -> Result<axum::Json<PriorityView>, Problem> {
    view(&app, &signed.account, &round, &method)
        .await
        .map(axum::Json)
}

async fn csv(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, method)): UrlPath<(String, String)>,
) -> Result<Response, Problem> {
    let view = view(&app, &signed.account, &round, &method).await?;
    Ok(download(&method, "peringkat", ranking_csv(&view.ranking)))
}

async fn chosen_csv(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, method)): UrlPath<(String, String)>,
) -> Result<Response, Problem> {
    let view = view(&app, &signed.account, &round, &method).await?;
    let selection = view.selection.ok_or_else(|| {
        Problem::invalid(
            "no_selection",
            "metode ini hanya memeringkat dan tidak menetapkan desa",
            "this method only ranks and chooses no villages",
        )
    })?;
    let csv = selection_csv(&selection, view.ranking.decimals);
    Ok(download(&method, "penetapan", csv))
}

async fn view(
    app: &App,
    reader: &Account,
    round: &str,
    method: &str,
) -> Result<PriorityView, Problem> {
    must_rank(reader)?;
    let round: RoundId = round.parse().map_err(|_| Problem::missing("round"))?;
    ranking::priority(&app.store, &app.forms, reader, round, method)
        .await
        .map_err(problem)
}

fn problem(error: RankingError) -> Problem {
    match error {
        RankingError::Store(error) => error.into(),
        RankingError::UnknownMethod => Problem::new(
            StatusCode::NOT_FOUND,
            "method_missing",
            "metode ini tidak ada",
            "this method does not exist",
        ),
        RankingError::Problems(problems) => {
            let first = problems.first();
            let place = first
                .map(|problem| problem.place.clone())
                .unwrap_or_default();
            let texts = first.map(|problem| problem.text.clone());
            let (id, en) = texts.map_or_else(Default::default, |text| (text.id, text.en));
            Problem::invalid(
                "method_unfit",
                format!("metode tidak cocok dengan kuesioner ronde ini: {place}: {id}"),
                format!("the method does not fit the round's questionnaire: {place}: {en}"),
            )
        }
    }
}

fn download(method: &str, what: &str, csv: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{what}-{method}.csv\""),
        ),
    ];
    (headers, csv).into_response()
}

/// Rankings are for analysts and the offices; enumerators and administrators have no need.
fn must_rank(account: &Account) -> Result<(), Problem> {
    if account.role.reviews() || account.role == Role::Analyst {
        return Ok(());
    }
    Err(Problem::forbidden())
}
