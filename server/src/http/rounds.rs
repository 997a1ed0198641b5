//! Rounds: opening and closing them.
//!
//! Always: a round names a questionnaire and regencies that exist.
//! Never: shows a person a round that has none of the person's regions.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use shared::ids::{RegionLevel, Role, RoundId};
use shared::wire::office::{NAME_CHARS_MAX, RoundNew, RoundState, RoundVersion, RoundView};

use super::App;
use super::extract::{Json, Named, Signed};
use crate::auth;
use crate::error::Problem;
use crate::store::{Account, Act, RoundDraft};

/// Versions of one questionnaire in one round; each phone holds all that its villages stand on.
const VERSIONS_MAX: usize = 20;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/rounds", get(list).post(open))
        .route("/rounds/{id}/close", post(close))
        .route("/rounds/{id}/questionnaire", post(move_on))
}

async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
) -> Result<axum::Json<Vec<RoundView>>, Problem> {
    let mut rounds = app.store.rounds().await?;
    rounds.retain(|round| concerns(&signed.account, round));
    Ok(axum::Json(rounds))
}

/// Whether the round and the account share a region, in either direction of the tree.
fn concerns(account: &Account, round: &RoundView) -> bool {
    account.sees_everywhere()
        || round.regencies.iter().any(|regency| {
            account.covers(&regency.code)
                || account
                    .regions
                    .iter()
                    .any(|own| own.is_within(&regency.code))
        })
}

async fn open(
    State(app): State<Arc<App>>,
    signed: Signed,
    Json(new): Json<RoundNew>,
) -> Result<(StatusCode, axum::Json<RoundView>), Problem> {
    if signed.account.role != Role::Administrator {
        return Err(Problem::forbidden());
    }
    check(&app, &signed.account, &new).await?;
    let id = match new.id {
        Some(id) => must_be_forgotten(&app, id).await?,
        None => RoundId(auth::random()),
    };
    let mut regencies = new.regencies;
    regencies.sort();
    regencies.dedup();
    let draft = RoundDraft {
        id,
        name: new.name.trim().to_owned(),
        kind: new.kind,
        questionnaire: new.questionnaire,
        regencies,
    };
    let act = Act::by(signed.account.id, app.clock.now());
    app.store.open_round(draft, act).await?;
    let round = app.store.round(id).await?;
    Ok((StatusCode::CREATED, axum::Json(round)))
}

/// Only what phones brought answers of may be opened under an id that somebody chose.
async fn must_be_forgotten(app: &App, id: RoundId) -> Result<RoundId, Problem> {
    let forgotten = app.store.forgotten_rounds().await?;
    match forgotten.iter().any(|round| round.round == id) {
        true => Ok(id),
        false => Err(Problem::missing("round")),
    }
}

async fn check(app: &App, account: &Account, new: &RoundNew) -> Result<(), Problem> {
    let name = new.name.trim();
    if name.is_empty() || NAME_CHARS_MAX < name.chars().count() {
        return Err(Problem::invalid(
            "name_invalid",
            "nama ronde kosong atau terlalu panjang",
            "the name of the round is empty or too long",
        ));
    }
    if new.regencies.is_empty() {
        return Err(Problem::invalid(
            "regencies_required",
            "pilih paling sedikit satu kabupaten atau kota",
            "choose at least one regency or city",
        ));
    }
    let names = app.store.names_of(new.regencies.iter().cloned()).await?;
    for regency in &new.regencies {
        if regency.level() != RegionLevel::Regency || !names.contains_key(regency) {
            return Err(Problem::invalid(
                "regency_unknown",
                format!("{regency} bukan kabupaten atau kota yang dikenal; impor wilayah dahulu"),
                format!("{regency} is no known regency or city; import the regions first"),
            ));
        }
        super::extract::must_cover(account, regency)?;
    }
    Ok(())
}

/// The round, for the administrator of all its regencies.
async fn own_round(app: &App, account: &Account, id: RoundId) -> Result<RoundView, Problem> {
    if account.role != Role::Administrator {
        return Err(Problem::forbidden());
    }
    let round = app.store.round(id).await?;
    for regency in &round.regencies {
        super::extract::must_cover(account, &regency.code)?;
    }
    Ok(round)
}

/// Takes a later version of the round's questionnaire; cases stay on theirs until somebody moves them.
async fn move_on(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<RoundId>,
    Json(new): Json<RoundVersion>,
) -> Result<axum::Json<RoundView>, Problem> {
    let round = own_round(&app, &signed.account, id).await?;
    if round.state == RoundState::Closed {
        return Err(Problem::invalid(
            "round_closed",
            "ronde ini sudah ditutup; kuesionernya tidak berubah lagi",
            "this round is closed; its questionnaire changes no more",
        ));
    }
    let now = app.forms.get(&app.store, round.questionnaire).await?;
    let next = app.forms.get(&app.store, new.questionnaire).await?;
    if now.form_id != next.form_id {
        return Err(Problem::invalid(
            "questionnaire_other_form",
            format!(
                "ronde ini memakai kuesioner {}, bukan {}; pilih versi lain dari kuesioner yang sama",
                now.form_id, next.form_id
            ),
            format!(
                "this round uses the questionnaire {}, not {}; choose a version of the same one",
                now.form_id, next.form_id
            ),
        ));
    }
    // Cases that stand on a later one would fall back to it by themselves.
    if round.earlier.contains(&new.questionnaire) {
        return Err(Problem::invalid(
            "questionnaire_used_before",
            "ronde ini sudah pernah memakai versi itu; impor lagi dengan nomor versi baru",
            "this round has used that version before; import it again under a new version",
        ));
    }
    if VERSIONS_MAX <= round.earlier.len() {
        return Err(Problem::invalid(
            "versions_full",
            format!("ronde ini sudah memakai {VERSIONS_MAX} versi; buka ronde baru"),
            format!("this round has used {VERSIONS_MAX} versions; open a new round"),
        ));
    }
    let act = Act::by(signed.account.id, app.clock.now());
    app.store.move_round(id, new.questionnaire, act).await?;
    Ok(axum::Json(app.store.round(id).await?))
}

async fn close(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<RoundId>,
) -> Result<StatusCode, Problem> {
    own_round(&app, &signed.account, id).await?;
    let act = Act::by(signed.account.id, app.clock.now());
    app.store.close_round(id, act).await?;
    Ok(StatusCode::NO_CONTENT)
}
