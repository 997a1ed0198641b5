//! The queue and single cases, for those who review.
//!
//! Always: only regions of the reader.
//! Never: changes a case; reviews are ops and come in by sync.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::answers::{Op, Review};
use shared::ids::{AccountId, CaseId, Epoch, OpId, Path, RegionId, Role, RoundId, Seq};
use shared::merge::{Case, CaseState, Kind};
use shared::sync::hub::cursor_matches;
use shared::wire::review::{
    Admit, Admitted, Approved, AsideView, CaseFindings, CasePage, CaseView, ErasedAnswer,
    ErasedView, FINDING_REGIONS_MAX, PersonView, QuestionFindings, QueueView, Withheld,
};
use shared::wire::v1::{BATCH_OPS_MAX, Cursor, OpBatch};

use super::App;
use super::accounts::must_administrate;
use super::extract::{Json, Named, Query, Signed, must_cover};
use super::sync::{forms_of, is_known_personal, is_personal};
use crate::cases::{HIDDEN, approved, photos, places, state_of, teams, versions_of};
use crate::error::Problem;
use crate::store::{Account, Act, Aside};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/rounds/{id}/queue", get(queue))
        .route("/rounds/{id}/findings", get(findings_of_round))
        .route("/cases/{round}/{region}", get(show))
        .route("/cases/{round}/{region}/findings", get(findings))
        .route("/cases/{round}/{region}/admit", post(admit))
        .route("/cases/{round}/{region}/erase-personal", post(erase))
}

async fn queue(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(round): Named<RoundId>,
) -> Result<axum::Json<QueueView>, Problem> {
    must_read(&signed.account)?;
    let queue = app
        .cases
        .queue(&app.store, &app.forms, &signed.account, round)
        .await?;
    Ok(axum::Json(queue))
}

/// Where a desk's cursor stands, so that it is told whether the hub still has what it had.
#[derive(Deserialize)]
struct Asked {
    epoch: Option<Epoch>,
    position: Option<u64>,
    id: Option<OpId>,
}

impl Asked {
    fn cursor(&self) -> Option<Cursor> {
        Some(Cursor {
            epoch: self.epoch?,
            position: Seq(self.position?),
            id: self.id,
        })
    }
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, region)): UrlPath<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<axum::Json<CaseView>, Problem> {
    must_read(&signed.account)?;
    let id = case_id(&round, &region)?;
    must_cover(&signed.account, &id.region)?;
    let view = app.store.round(id.round).await?;
    let forms = versions_of(&app.store, &app.forms, &view).await?;
    let team = teams(&app.store, id.round)
        .await?
        .remove(&id.region)
        .unwrap_or_default();
    let place = places(&app.store, std::iter::once(&id.region))
        .await?
        .remove(&id.region)
        .unwrap_or_default();
    let placed = app.store.case_placed(&id).await?;
    // After the case: a hub that was put back between the two cannot hide by this that it lacks what was before.
    let keys = app.store.hub_keys().await?;
    let stands = match asked.cursor() {
        Some(cursor) => {
            let stored = app.store.id_at(&id.partition(), cursor.position).await?;
            Some(cursor_matches(Some(&cursor), keys.epoch, stored))
        }
        None => None,
    };
    let last = placed.last().map(|(position, op)| Cursor {
        epoch: keys.epoch,
        position: *position,
        id: Some(op.id()),
    });
    let log: Vec<Op> = placed.into_iter().map(|(_, op)| op).collect();
    let mut case = Case::new(id.clone());
    for op in &log {
        case.insert(op.clone());
    }
    let key = keys.mac_key();
    let asides = app.store.quarantined(&id).await?;
    let modules = team.modules_of(&forms.of(&case).questionnaire);
    let known = forms_of(&app, case.ops().chain(asides.iter().map(|aside| &aside.op))).await?;
    let reads_all = signed.account.role.reviews();
    let may_read = |op: &&Op| match is_personal(op, &known) {
        // What is left of an erased answer has a name that nobody can compute.
        true => reads_all && !op.is_erased(),
        false => true,
    };
    let mut shown = Case::new(id.clone());
    for op in case.ops().filter(may_read) {
        shown.insert(op.clone());
    }
    let ops: Vec<&Op> = shown.ops().collect();
    let asides: Vec<&Aside> = asides.iter().filter(|it| may_read(&&it.op)).collect();
    let left_out = case.ops().count() - ops.len();
    let erased = case
        .ops()
        .filter(|op| is_personal(op, &known) && op.is_erased())
        .map(|op| ErasedAnswer {
            op: op.id(),
            path: op.path.clone(),
        });
    let withheld = (0 < left_out).then(|| Withheld {
        answers: left_out as u64,
        erased: erased.collect(),
        changed_since_approval: state_of(&case, &modules).changed_since_approval,
    });
    let state = state_of(&case, &modules);
    // Where answers came after the approval the log is played again, which takes seconds for the largest of cases.
    let of = id.clone();
    let played = tokio::task::spawn_blocking(move || approved_ops(&of, &log, &state));
    let approved = played.await.map_err(|error| Problem::internal(&error))?;
    let pages = ops.chunks(BATCH_OPS_MAX).map(|page| CasePage {
        ops: OpBatch::pack(page.iter().map(|op| (*op, None))),
        macs: page.iter().map(|op| key.mac(op.id())).collect(),
    });
    let authors: BTreeSet<AccountId> = ops
        .iter()
        .map(|op| op.author)
        .chain(asides.iter().map(|aside| aside.op.author))
        .collect();
    let blobs = app.store.blobs_present(&photos(&shown)).await?;
    Ok(axum::Json(CaseView {
        name: place.name,
        district: place.district,
        regency: place.regency,
        province: place.province,
        round_name: view.name.clone(),
        questionnaire: case.version(&view.versions()),
        newest: (!view.earlier.is_empty()).then_some(view.questionnaire),
        earlier: view.earlier.clone(),
        modules: modules.into_iter().collect(),
        assignees: team.assignees,
        people: people(&app, &authors).await?,
        pages: pages.collect(),
        quarantined: asides
            .iter()
            .map(|aside| AsideView {
                op: aside.op.id(),
                path: aside.op.path.clone(),
                change: aside.op.change.clone(),
                admissible: aside.admissible,
                code: aside.code,
                received: aside.received,
                author: aside.op.author,
            })
            .collect(),
        blobs: blobs.into_iter().collect(),
        withheld,
        approved,
        last: last.filter(|_| reads_all),
        stands,
        case: id,
    }))
}

/// What the approval that counts was given to, out of the ops in the order they came.
fn approved_ops(id: &CaseId, log: &[Op], state: &CaseState) -> Option<Approved> {
    let decision = state.decision.as_ref()?;
    let Review::Approve { digest } = decision.review else {
        return None;
    };
    let approved = approved(id, log, digest)?;
    let answers = approved
        .ops()
        .filter(|op| matches!(Kind::of(&op.change), Some(Kind::Value | Kind::Row)));
    Some(Approved {
        decision: decision.op,
        ops: answers.map(Op::id).collect(),
    })
}

/// What the server's own checks found in a case; empty until they have run.
async fn findings(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, region)): UrlPath<(String, String)>,
) -> Result<axum::Json<Option<CaseFindings>>, Problem> {
    must_read(&signed.account)?;
    let id = case_id(&round, &region)?;
    must_cover(&signed.account, &id.region)?;
    let mut found = app.store.findings(&id).await?;
    if let Some(found) = &mut found
        && !signed.account.role.reviews()
    {
        let view = app.store.round(id.round).await?;
        let forms = versions_of(&app.store, &app.forms, &view).await?;
        if forms.any(|form| form.quotes_personal()) {
            for finding in &mut found.findings {
                HIDDEN[0].clone_into(&mut finding.message_id);
                HIDDEN[1].clone_into(&mut finding.message_en);
            }
        }
    }
    Ok(axum::Json(found))
}

/// The questions of a round that go wrong most often: what to explain to the enumerators.
async fn findings_of_round(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(round): Named<RoundId>,
) -> Result<axum::Json<Vec<QuestionFindings>>, Problem> {
    must_read(&signed.account)?;
    let view = app.store.round(round).await?;
    let own = &signed.account;
    let regencies = view.regencies.into_iter().map(|each| each.code);
    let regencies: Vec<RegionId> = regencies
        .filter(|code| own.covers(code) || own.regions.iter().any(|own| own.is_within(code)))
        .collect();
    let mut found: BTreeMap<(Path, String, bool), BTreeSet<RegionId>> = BTreeMap::new();
    for finding in app.store.open_findings(round, &regencies).await? {
        if own.covers(&finding.region) {
            let key = (finding.question, finding.code, finding.is_error);
            found.entry(key).or_default().insert(finding.region);
        }
    }
    let view =
        |((question, code, is_error), regions): ((Path, String, bool), BTreeSet<RegionId>)| {
            QuestionFindings {
                question,
                code,
                is_error,
                cases: u32::try_from(regions.len()).unwrap_or(u32::MAX),
                regions: regions.into_iter().take(FINDING_REGIONS_MAX).collect(),
            }
        };
    let mut questions: Vec<QuestionFindings> = found.into_iter().map(view).collect();
    questions.sort_by_key(|each| (std::cmp::Reverse(each.cases), each.question.clone()));
    Ok(axum::Json(questions))
}

async fn people(app: &App, ids: &BTreeSet<AccountId>) -> Result<Vec<PersonView>, Problem> {
    let accounts: BTreeMap<AccountId, Account> = app
        .store
        .accounts()
        .await?
        .into_iter()
        .map(|account| (account.id, account))
        .collect();
    let person = |id: &AccountId| {
        accounts.get(id).map(|account| PersonView {
            id: *id,
            name: account.name.clone(),
            role: account.role,
        })
    };
    Ok(ids.iter().filter_map(person).collect())
}

/// Administrators see progress only, not the answers.
fn must_read(account: &Account) -> Result<(), Problem> {
    if reads_cases(account) {
        return Ok(());
    }
    Err(Problem::forbidden())
}

/// Whether the account reads answers and photos of its regions.
pub(super) fn reads_cases(account: &Account) -> bool {
    account.role.reviews() || account.role == Role::Analyst
}

/// Lets in what was kept aside, such as what a revoked phone brought.
async fn admit(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, region)): UrlPath<(String, String)>,
    Json(asked): Json<Admit>,
) -> Result<axum::Json<Admitted>, Problem> {
    if !signed.account.role.reviews() {
        return Err(Problem::forbidden());
    }
    let id = case_id(&round, &region)?;
    must_cover(&signed.account, &id.region)?;
    if asked.ops.is_empty() || BATCH_OPS_MAX < asked.ops.len() {
        return Err(Problem::invalid(
            "admit_ops",
            format!("`ops` harus memuat 1 sampai {BATCH_OPS_MAX} isian"),
            format!("`ops` must hold 1 to {BATCH_OPS_MAX} ops"),
        ));
    }
    let act = Act::by(signed.account.id, app.clock.now());
    let ops = asked.ops.into_iter().collect();
    let admitted = app.store.admit(&id, ops, act).await?;
    app.checker.touch(&app, [id]);
    Ok(axum::Json(Admitted { admitted }))
}

/// Erases what people said of themselves in a village, as the law lets them ask for.
async fn erase(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, region)): UrlPath<(String, String)>,
) -> Result<axum::Json<ErasedView>, Problem> {
    must_administrate(&signed.account)?;
    let id = case_id(&round, &region)?;
    must_cover(&signed.account, &id.region)?;
    app.store.round(id.round).await?;
    let log = app.store.case_log(&id).await?;
    let asides = app.store.quarantined(&id).await?;
    let ops = || log.iter().chain(asides.iter().map(|aside| &aside.op));
    let known = forms_of(&app, ops()).await?;
    let personal = ops().filter(|op| is_known_personal(op, &known)).map(Op::id);
    let act = Act::by(signed.account.id, app.clock.now());
    let personal = personal.collect();
    let erased = app.store.erase_personal(&id, personal, act).await?;
    app.cases.forget(&id);
    app.checker.touch(&app, [id]);
    Ok(axum::Json(ErasedView {
        answers: erased.answers,
        photos: erased.photos,
    }))
}

fn case_id(round: &str, region: &str) -> Result<CaseId, Problem> {
    let invalid = |detail: String| {
        Problem::invalid(
            "id_invalid",
            format!("alamat tidak sesuai: {detail}"),
            format!("the address does not fit: {detail}"),
        )
    };
    let round: RoundId = round.parse().map_err(|error| invalid(format!("{error}")))?;
    let region: RegionId = region
        .parse()
        .map_err(|error| invalid(format!("{error}")))?;
    Ok(CaseId { round, region })
}
