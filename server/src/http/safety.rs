//! Whether what people sent could be lost: backups, and what phones miss here. For administrators.
//!
//! Always: says so where there never was a backup, and what a restore may have forgotten until somebody has looked.
//! Never: holds answers; names who holds what outside the reader's regions.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use shared::time::DAY_MS;
use shared::wire::office::{Mismatch, SafetyView};

use super::App;
use super::accounts::must_administrate;
use super::extract::Signed;
use crate::error::Problem;
use crate::store::{Act, GRACE_MS};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/safety", get(show))
        .route("/safety/settle", post(settle))
}

/// Somebody has looked at phones and accounts after a restore.
async fn settle(State(app): State<Arc<App>>, signed: Signed) -> Result<StatusCode, Problem> {
    must_administrate(&signed.account)?;
    if !signed.account.sees_everywhere() {
        return Err(looks_at_some_only());
    }
    let act = Act::by(signed.account.id, app.clock.now());
    app.store.settle_restore(act).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
) -> Result<axum::Json<SafetyView>, Problem> {
    must_administrate(&signed.account)?;
    let now = app.clock.now();
    let reader = &signed.account;
    let mut shortfalls = app.store.shortfalls().await?;
    shortfalls.retain(|it| reader.covers(&it.regency));
    let mut forgotten_rounds = app.store.forgotten_rounds().await?;
    for round in &mut forgotten_rounds {
        round.regencies.retain(|code| reader.covers(code));
    }
    forgotten_rounds.retain(|round| !round.regencies.is_empty());
    let mut mismatches = app.store.mismatches().await?;
    mismatches.retain(|it| match &it.what {
        Mismatch::Village { region } => reader.covers(region),
        Mismatch::Lane { .. } | Mismatch::Log { .. } => reader.covers(&it.regency),
    });
    let short = shortfalls.iter().map(|short| short.regency.clone());
    let forgotten = forgotten_rounds.iter().flat_map(|it| &it.regencies);
    let differing = mismatches.iter().map(|it| it.regency.clone());
    let villages = mismatches.iter().filter_map(|it| match &it.what {
        Mismatch::Village { region } => Some(region.clone()),
        Mismatch::Lane { .. } | Mismatch::Log { .. } => None,
    });
    let named = short.chain(forgotten.cloned()).chain(differing);
    let region_names = app.store.names_of(named.chain(villages)).await?;
    let mut rounds = app.store.rounds().await?;
    rounds.retain(|round| {
        let is_short = shortfalls.iter().any(|short| short.round == round.id);
        is_short || mismatches.iter().any(|it| it.round == round.id)
    });
    Ok(axum::Json(SafetyView {
        last_backup: app.store.last_backup(now).await?,
        failed_backup: app.store.failed_backup(now).await?,
        shares_disk: app.store.backup_shares_disk(now).await?,
        grace_days: GRACE_MS.unsigned_abs() / DAY_MS.unsigned_abs(),
        shortfalls,
        mismatches,
        forgotten_rounds,
        round_names: rounds.into_iter().map(|it| (it.id, it.name)).collect(),
        region_names,
        restored: app.store.unsettled_restore().await?,
    }))
}

/// Whoever settles a restore says that all phones and accounts were looked at.
fn looks_at_some_only() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "outside_regions",
        "ponsel dan akun di luar wilayah Anda juga perlu diperiksa; minta administrator untuk semua wilayah menandainya",
        "phones and accounts outside your regions need a look too; ask an administrator of all regions to settle it",
    )
}
