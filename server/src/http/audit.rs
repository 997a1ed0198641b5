//! The record of who did what, for administrators.
//!
//! Always: the newest act first, in pages.
//! Never: changes the record; it is written by the acts themselves.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use shared::time::Millis;
use shared::wire::office::AuditPage;

use super::App;
use super::accounts::must_administrate;
use super::extract::{Query, Signed};
use crate::error::Problem;
use crate::store::AuditPlace;

const ACTS_PER_PAGE: u32 = 100;
const ACTS_PER_PAGE_MAX: u32 = 500;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/audit", get(list))
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// What an earlier page gave as `next`.
    before: Option<String>,
    limit: Option<u32>,
}

async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<axum::Json<AuditPage>, Problem> {
    must_administrate(&signed.account)?;
    let before = asked.before.as_deref().map(place).transpose()?;
    let limit = asked.limit.unwrap_or(ACTS_PER_PAGE);
    let limit = limit.clamp(1, ACTS_PER_PAGE_MAX);
    let found = app.store.acts(before, limit).await?;
    let is_full = found.len() == limit as usize;
    let last = found.last().filter(|_| is_full);
    let next = last.map(|(place, _)| format!("{}-{}", place.at.0, place.id));
    let acts = found.into_iter().map(|(_, act)| act).collect();
    Ok(axum::Json(AuditPage { acts, next }))
}

fn place(text: &str) -> Result<AuditPlace, Problem> {
    let read = text.rsplit_once('-').and_then(|(at, id)| {
        let at = Millis(at.parse().ok()?);
        let id = id.to_owned();
        Some(AuditPlace { at, id })
    });
    read.ok_or_else(|| {
        Problem::invalid(
            "query_invalid",
            "`before` tidak sesuai; pakai `next` dari halaman sebelumnya",
            "`before` does not fit; use `next` of the page before",
        )
    })
}
