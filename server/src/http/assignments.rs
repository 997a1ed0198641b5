//! Assignments: who visits which village in which round.
//!
//! Always: villages lie in the round's regencies and in the regions of the person who assigns.
//! Never: assigns in a closed round or to a disabled account.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use serde::Deserialize;
use shared::ids::{AccountId, RegionLevel, Role, RoundId};
use shared::wire::office::{
    AssignmentNew, AssignmentView, AssignmentsChanged, RoundState, RoundView,
    VILLAGES_PER_ASSIGNMENT_MAX,
};

use super::App;
use super::accounts::overseen_one;
use super::extract::{Json, Query, Signed, must_cover};
use crate::error::Problem;
use crate::store::{Account, Act};

const MODULES_MAX: usize = 50;
const MODULE_CHARS_MAX: usize = 64;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/assignments", get(list).post(assign).delete(unassign))
}

#[derive(Debug, Deserialize)]
struct Of {
    round: Option<RoundId>,
    account: Option<AccountId>,
}

async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(of): Query<Of>,
) -> Result<axum::Json<Vec<AssignmentView>>, Problem> {
    let person = &signed.account;
    let mut assignments = app.store.assignments(of.round, of.account).await?;
    assignments.retain(|item| {
        let own = item.account == person.id;
        own || (person.role != Role::Enumerator && person.covers(&item.village))
    });
    Ok(axum::Json(assignments))
}

async fn assign(
    State(app): State<Arc<App>>,
    signed: Signed,
    Json(new): Json<AssignmentNew>,
) -> Result<(StatusCode, axum::Json<AssignmentsChanged>), Problem> {
    let round = checked_round(&app, &signed.account, &new).await?;
    let account = app.store.account(new.account).await?;
    if account.disabled || Role::Supervisor < account.role {
        return Err(Problem::invalid(
            "assignee_unfit",
            "penugasan hanya untuk pencacah atau pengawas yang aktif",
            "only active enumerators and supervisors can be assigned",
        ));
    }
    if !signed.account.sees_everywhere() && !account.regions.is_empty() {
        overseen_one(&app, &signed.account, account.id).await?;
    }
    check_villages(&app, &round, &new).await?;
    let act = Act::by(signed.account.id, app.clock.now());
    let changed = app.store.assign(new, act).await?;
    let answer = AssignmentsChanged { changed };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

async fn unassign(
    State(app): State<Arc<App>>,
    signed: Signed,
    Json(gone): Json<AssignmentNew>,
) -> Result<axum::Json<AssignmentsChanged>, Problem> {
    checked_round(&app, &signed.account, &gone).await?;
    let act = Act::by(signed.account.id, app.clock.now());
    let changed = app.store.unassign(gone, act).await?;
    Ok(axum::Json(AssignmentsChanged { changed }))
}

/// The open round, if the person may assign these villages.
async fn checked_round(
    app: &App,
    person: &Account,
    new: &AssignmentNew,
) -> Result<RoundView, Problem> {
    if !(person.role.reviews() || person.role == Role::Administrator) {
        return Err(Problem::forbidden());
    }
    let count = new.villages.len();
    if count == 0 || VILLAGES_PER_ASSIGNMENT_MAX < count {
        return Err(Problem::invalid(
            "villages_count",
            format!("pilih 1 sampai {VILLAGES_PER_ASSIGNMENT_MAX} desa sekali kirim"),
            format!("choose 1 to {VILLAGES_PER_ASSIGNMENT_MAX} villages at a time"),
        ));
    }
    for village in &new.villages {
        must_cover(person, village)?;
    }
    let round = app.store.round(new.round).await?;
    if round.state == RoundState::Closed {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "round_closed",
            "ronde ini sudah ditutup; buka ronde baru",
            "this round is closed; open a new one",
        ));
    }
    Ok(round)
}

async fn check_villages(app: &App, round: &RoundView, new: &AssignmentNew) -> Result<(), Problem> {
    let names = app.store.names_of(new.villages.iter().cloned()).await?;
    for village in &new.villages {
        if village.level() != RegionLevel::Village || !names.contains_key(village) {
            return Err(Problem::invalid(
                "village_unknown",
                format!("{village} bukan desa yang dikenal; periksa kodenya"),
                format!("{village} is no known village; check the code"),
            ));
        }
        let regency = village.regency();
        if !round.regencies.iter().any(|own| own.code == regency) {
            return Err(Problem::invalid(
                "village_outside_round",
                format!("desa {village} tidak termasuk kabupaten ronde ini"),
                format!("village {village} is in none of this round's regencies"),
            ));
        }
    }
    let is_name = |module: &String| {
        !module.is_empty()
            && module.len() <= MODULE_CHARS_MAX
            && !module.contains(char::is_whitespace)
    };
    if MODULES_MAX < new.modules.len() || !new.modules.iter().all(is_name) {
        return Err(Problem::invalid(
            "modules_invalid",
            "nama modul tidak sesuai; pakai nama grup teratas kuesioner",
            "a module's name does not fit; use names of top groups of the questionnaire",
        ));
    }
    Ok(())
}
