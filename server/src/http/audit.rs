//! The record of who did what, for administrators.
//!
//! Always: the newest act first, in pages; an administrator of some regions reads the acts of the accounts that he
//! oversees.
//! Never: changes the record; it is written by the acts themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use shared::ids::AccountId;
use shared::time::Millis;
use shared::wire::office::{AuditPage, AuditView};

use super::App;
use super::accounts::{must_administrate, overseen};
use super::extract::{Query, Signed};
use crate::error::Problem;
use crate::store::AuditPlace;

const ACTS_PER_PAGE: u32 = 100;
const ACTS_PER_PAGE_MAX: u32 = 500;
/// Pages of the record that are looked through for one page of some regions.
const PAGES_PASSED_MAX: usize = 20;

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
    let before = asked.before.as_deref().map(place_of).transpose()?;
    let limit = asked.limit.unwrap_or(ACTS_PER_PAGE);
    let limit = limit.clamp(1, ACTS_PER_PAGE_MAX);
    let mine: Option<BTreeSet<AccountId>> = match signed.account.sees_everywhere() {
        true => None,
        false => {
            let overseen = overseen(&app, &signed.account).await?;
            Some(overseen.into_iter().map(|account| account.id).collect())
        }
    };
    let is_shown = |act: &AuditView| match &mine {
        None => true,
        Some(mine) => act.who.is_some_and(|who| mine.contains(&who)),
    };
    let mut place = before;
    let mut acts = Vec::new();
    for _ in 0..PAGES_PASSED_MAX {
        let wanted = limit as usize - acts.len();
        let found = app.store.acts(place, wanted as u32).await?;
        let last = found.last().filter(|_| found.len() == wanted);
        place = last.map(|(place, _)| place.clone());
        let found = found.into_iter().map(|(_, act)| act);
        acts.extend(found.filter(is_shown));
        if place.is_none() || acts.len() == limit as usize {
            break;
        }
    }
    let next = place.map(|place| format!("{}-{}", place.at.0, place.id));
    Ok(axum::Json(AuditPage { acts, next }))
}

fn place_of(text: &str) -> Result<AuditPlace, Problem> {
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
