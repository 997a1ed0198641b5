//! Sync: hello, push and pull, for phones and consoles alike.
//!
//! Always: an answer leaves after its commit; the decisions are `shared::sync::hub`'s.
//! Never: turns a push away for what is in it; what may not be merged is kept aside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use shared::answers::Op;
use shared::ids::{CaseId, DeviceId, PartitionId, QuestionnaireId, RegionId, RoundId, Seq};
use shared::sync::hub::{
    Found, MacKey, Sender, Sight, Stretch, cursor_matches, keeping, partition_status,
};
use shared::time::{DAY_MS, Millis};
use shared::wire::bundle::ProveRequest;
use shared::wire::office::{self, Mismatch};
use shared::wire::v1::{
    AccountView, BATCH_OPS_MAX, BODY_BYTES_MAX, BatchError, Cursor, DIGESTS_MAX, DeviceFacts,
    GIVING_UP_MAX, HelloRequest, HelloResponse, OpBatch, PARTITIONS_MAX, PartitionHello,
    PartitionStatus, PullRequest, PullResponse, PushRequest, PushResponse, WIRE_VERSION,
};

use super::App;
use super::comparing::{Fit, compared};
use super::counted;
use super::devices::bounded;
use super::extract::{Json, Phone, Raw, Signed, Unpacked};
use crate::error::Problem;
use crate::forms::Form;
use crate::store::{Account, Came, DeviceHello, Fitting, Holder, Push, Standing, StoreError};

/// Pages of a kabupaten without anything for the reader that one answer passes over: a phone with one village would else
/// ask once for every 500 answers of the others.
const EMPTY_PAGES_MAX: usize = 40;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/sync/hello", post(hello))
        .route("/sync/prove", post(prove))
        .route("/sync/pull", post(pull))
}

/// Unpacks by itself, since what came may be kept as it is, and packs by itself.
pub(super) fn push_routes() -> Router<Arc<App>> {
    Router::new().route("/sync/push", post(push))
}

/// Who syncs: a phone, perhaps revoked, or a person at a console.
struct Bearer {
    account: Account,
    device: Option<DeviceId>,
    revoked: bool,
}

impl FromRequestParts<Arc<App>> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let phone = Phone::from_request_parts(parts, app).await?;
            return Ok(Bearer {
                account: phone.account,
                device: Some(phone.device),
                revoked: phone.revoked,
            });
        }
        let signed = Signed::from_request_parts(parts, app).await?;
        Ok(Bearer {
            account: signed.account,
            device: None,
            revoked: false,
        })
    }
}

impl Bearer {
    /// A revoked device may still bring what it holds, and gets nothing.
    fn must_not_be_revoked(&self) -> Result<(), Problem> {
        if self.revoked {
            return Err(Problem::device_revoked());
        }
        Ok(())
    }

    fn holder(&self) -> Holder {
        Holder {
            account: self.account.id,
            device: self.device,
        }
    }

    fn sender(&self) -> Sender {
        Sender {
            account: self.account.id,
            role: self.account.role,
            regions: self.account.regions.clone(),
            revoked: self.revoked,
        }
    }
}

async fn hello(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Json(request): Json<HelloRequest, BODY_BYTES_MAX>,
) -> Result<Response, Problem> {
    must_speak(request.wire)?;
    bearer.must_not_be_revoked()?;
    if PARTITIONS_MAX < request.partitions.len() {
        return Err(too_many("partitions", PARTITIONS_MAX));
    }
    let now = app.clock.now();
    let unsent = request.facts.unsent_ops;
    if let Some(device) = bearer.device {
        let hello = device_hello(device, request.facts, now);
        unless_full(app.store.note_hello(hello).await)?;
    }
    let keys = app.store.hub_keys().await?;
    let (rounds, assignments) = app.store.work_of(bearer.account.id).await?;
    let mut partitions = Vec::with_capacity(request.partitions.len());
    for asked in request.partitions {
        let of_round = assignments
            .iter()
            .filter(|work| work.round == asked.partition.round);
        let villages = of_round.map(|work| &work.region);
        let is_work = is_work(&bearer.account, &asked.partition, villages);
        let status = status(&app, keys.epoch, asked.clone(), now).await?;
        if is_work {
            note(&app, &bearer, &asked, &status, unsent).await?;
        }
        partitions.push(status);
    }
    let response = HelloResponse {
        epoch: keys.epoch,
        now,
        account: account_view(&bearer.account),
        partitions,
        rounds,
        assignments,
        bundle_key: Some(app.bundles.key(&keys).public_text()),
    };
    Ok(axum::Json(response).into_response())
}

async fn status(
    app: &App,
    epoch: shared::ids::Epoch,
    asked: PartitionHello,
    now: Millis,
) -> Result<PartitionStatus, Problem> {
    let end = app
        .store
        .lane_end(&asked.partition, asked.lane, asked.verified, now)
        .await?;
    let stored = match &asked.cursor {
        Some(cursor) => app.store.id_at(&asked.partition, cursor.position).await?,
        None => None,
    };
    let found = Found {
        lane_length: end.length,
        lane_id: end.at,
        cursor_id: stored,
        safe: Some(end.safe),
    };
    Ok(partition_status(asked, epoch, found))
}

/// Whoever has no work there cannot hold what was lost there; and every note is a row. The villages are those of the
/// round.
fn is_work<'v>(
    account: &Account,
    partition: &PartitionId,
    mut villages: impl Iterator<Item = &'v RegionId>,
) -> bool {
    let oversees = account.role.reviews() && account.covers(&partition.regency);
    oversees || villages.any(|village| village.regency() == partition.regency)
}

/// A note is no reason to give nothing to whoever only reads: a hub without room still tells what it has.
fn unless_full(noted: Result<(), StoreError>) -> Result<(), Problem> {
    match noted {
        Err(error @ StoreError::Full(_)) => {
            tracing::error!(%error, "sync.note_left_out");
            Ok(())
        }
        noted => Ok(noted?),
    }
}

/// Notes for administrators how what a holder said at hello fits what is here.
async fn note(
    app: &App,
    bearer: &Bearer,
    asked: &PartitionHello,
    status: &PartitionStatus,
    unsent: u64,
) -> Result<(), Problem> {
    let (partition, now) = (&asked.partition, app.clock.now());
    let standing = standing(asked.verified, status, unsent);
    let (mut differs, mut fits) = (Vec::new(), Fitting::default());
    match (bearer.device, standing) {
        (Some(device), standing) => {
            let noted = app.store.note_standing(partition, device, standing, now);
            unless_full(noted.await)?;
        }
        (None, Standing::Short(missing)) => differs.push(Mismatch::Lane { missing }),
        (None, Standing::Whole) => fits.lane = Some(asked.lane),
        (None, Standing::Sending) => {}
    }
    if let Some(cursor) = &asked.cursor {
        let lost = lost_at(app, partition, cursor).await?;
        // What others wrote is brought back by the lane too, so it must be through.
        fits.log = lost.is_none() && status.cursor_matches && standing == Standing::Whole;
        differs.extend(lost);
    }
    let store = &app.store;
    let noted = store.note_mismatches(partition, bearer.holder(), differs, fits, now);
    unless_full(noted.await)
}

/// What is missing where a reader of the log stood. An epoch alone says nothing: whoever read what a hub that was
/// restored has again lost nothing.
async fn lost_at(
    app: &App,
    partition: &PartitionId,
    cursor: &Cursor,
) -> Result<Option<Mismatch>, Problem> {
    if cursor.position == Seq::ZERO {
        return Ok(None);
    }
    let stored = app.store.id_at(partition, cursor.position).await?;
    if stored.is_some() && stored == cursor.id {
        return Ok(None);
    }
    let here = app.store.log_position(partition).await?;
    let missing = cursor.position.0.saturating_sub(here.0);
    Ok(Some(Mismatch::Log { missing }))
}

/// What the administrator sees of it: a phone that was told more than is here holds what was lost.
fn standing(verified: Seq, status: &PartitionStatus, unsent: u64) -> Standing {
    if status.lane_length < verified {
        return Standing::Short(verified.0 - status.lane_length.0);
    }
    if !status.lane_matches {
        return Standing::Short(verified.0);
    }
    match unsent {
        0 => Standing::Whole,
        _ => Standing::Sending,
    }
}

async fn push(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    headers: HeaderMap,
    body: Raw<BODY_BYTES_MAX>,
) -> Result<Response, Problem> {
    // Unpacked, a push is twenty times as large; those beyond the bound wait as they came.
    let turn = app.pushing.acquire().await;
    let _turn = turn.map_err(|error| Problem::internal(&error))?;
    let Unpacked {
        value,
        bytes,
        gzip,
        _room,
    } = body.read::<PushRequest>()?;
    let came = gzip.map(|gzip| Came { gzip, bytes });
    let response = take(&app, bearer.sender(), value, came).await?;
    // Most of it is MACs in hexadecimal.
    counted::answer(&headers, &response)
}

/// Takes in what an account wrote, whoever brings it.
pub(super) async fn take(
    app: &Arc<App>,
    sender: Sender,
    request: PushRequest,
    came: Option<Came>,
) -> Result<PushResponse, Problem> {
    must_speak(request.wire)?;
    let ops = request
        .ops
        .open(request.partition.round)
        .map_err(|error| bad_batch(&error))?;
    if ops
        .iter()
        .any(|(op, _)| op.case.partition() != request.partition)
    {
        return Err(Problem::invalid(
            "foreign_partition",
            "kiriman memuat desa dari kabupaten lain; perbarui aplikasi, isian tetap aman",
            "the batch holds a village of another kabupaten; update the app, answers are safe",
        ));
    }
    let known = forms_of(app, ops.iter().map(|(op, _)| op)).await?;
    let chosen = |is_chosen: &dyn Fn(&Op) -> bool| {
        let ops = ops.iter().map(|(op, _)| op);
        ops.filter(|op| is_chosen(op)).map(Op::id).collect()
    };
    let strangers = chosen(&|op| is_stranger(op, &known));
    let personal = chosen(&|op| is_known_personal(op, &known));
    let keys = app.store.hub_keys().await?;
    let push = Push {
        partition: request.partition,
        lane: request.lane,
        stretch: Stretch {
            from: request.from,
            previous: request.previous,
        },
        ops,
        came,
        strangers,
        personal,
        sender,
        key: keys.mac_key(),
    };
    let touched: BTreeSet<CaseId> = push.ops.iter().map(|(op, _)| op.case.clone()).collect();
    let response = app.store.push(push, app.clock.now()).await?;
    app.checker.touch(app, touched);
    Ok(response)
}

/// The hub's word on what is here already.
async fn prove(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Json(request): Json<ProveRequest>,
) -> Result<Response, Problem> {
    must_speak(request.wire)?;
    bearer.must_not_be_revoked()?;
    if BATCH_OPS_MAX < request.count as usize {
        return Err(too_many("count", BATCH_OPS_MAX));
    }
    let key = app.store.hub_keys().await?.mac_key();
    let response = app.store.prove(&request, &key, app.clock.now()).await?;
    Ok(axum::Json(response).into_response())
}

/// Whether the hub does not know the op's questionnaire or question.
fn is_stranger(op: &Op, known: &KnownForms) -> bool {
    match known.get(&op.questionnaire) {
        Some(Some(form)) => !form.is_question(op),
        Some(None) | None => true,
    }
}

/// The forms that ops name; none where it is not known.
pub(super) type KnownForms = BTreeMap<QuestionnaireId, Option<Arc<Form>>>;

pub(super) async fn forms_of(
    app: &App,
    ops: impl Iterator<Item = &Op>,
) -> Result<KnownForms, Problem> {
    let ids: BTreeSet<QuestionnaireId> = ops.map(|op| op.questionnaire).collect();
    let mut known = BTreeMap::new();
    for id in ids {
        let form = match app.forms.whole(&app.store, id).await {
            Ok(form) => Some(form),
            Err(crate::store::StoreError::Missing(_)) => None,
            Err(error) => return Err(error.into()),
        };
        known.insert(id, form);
    }
    Ok(known)
}

async fn pull(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Json(request): Json<PullRequest, BODY_BYTES_MAX>,
) -> Result<Response, Problem> {
    must_speak(request.wire)?;
    bearer.must_not_be_revoked()?;
    let keys = app.store.hub_keys().await?;
    let after = request.cursor.map_or(Seq::ZERO, |cursor| cursor.position);
    let stored = app.store.id_at(&request.partition, after).await?;
    if !cursor_matches(request.cursor.as_ref(), keys.epoch, stored) {
        note_reset(&app, &bearer, &request).await?;
        return Ok(axum::Json(PullResponse::Reset { epoch: keys.epoch }).into_response());
    }
    if DIGESTS_MAX < request.digests.len() {
        return Err(too_many("digests", DIGESTS_MAX));
    }
    if let Some(asked) = &request.giving_up
        && GIVING_UP_MAX < asked.ops.len() + asked.photos.len()
    {
        return Err(too_many("giving_up", GIVING_UP_MAX));
    }
    let limit = (request.limit as usize).clamp(1, BATCH_OPS_MAX);
    let sight = sight(&app, &bearer.account, request.partition.round).await?;
    // Which answers are personal is asked of the few that are left.
    let may_see = |op: &Op| sight.sees(op, || false);
    let partition = &request.partition;
    let mut page = app.store.log_page(partition, after, limit, may_see).await?;
    for _ in 0..EMPTY_PAGES_MAX {
        if !page.ops.is_empty() || !page.more {
            break;
        }
        page = app
            .store
            .log_page(partition, page.end, limit, may_see)
            .await?;
    }
    let known = forms_of(&app, page.ops.iter()).await?;
    let key = keys.mac_key();
    let visible: Vec<&Op> = page
        .ops
        .iter()
        .filter(|op| sight.sees(op, || is_personal(op, &known)))
        .collect();
    let differs = compare(&app, &bearer, &request, &sight, after).await?;
    let keeping = match &request.giving_up {
        None => None,
        Some(asked) => {
            let kept = app.store.kept(&request.partition, asked).await?;
            Some(keeping(kept, app.clock.now()))
        }
    };
    let response = PullResponse::Page {
        keeping,
        sight: Some(sight.digest()),
        differs,
        macs: visible.iter().map(|op| key.mac(op.id())).collect(),
        ops: OpBatch::pack(visible.into_iter().map(|op| (op, None))),
        cursor: Cursor {
            epoch: keys.epoch,
            position: page.end,
            id: page.end_id.or(stored),
        },
        more: page.more,
    };
    Ok(axum::Json(response).into_response())
}

async fn sight(app: &App, account: &Account, round: RoundId) -> Result<Sight, Problem> {
    let (_, assignments) = app.store.work_of(account.id).await?;
    let of_round = assignments.into_iter().filter(|work| work.round == round);
    Ok(Sight {
        account: account.id,
        role: account.role,
        regions: account.regions.clone(),
        villages: of_round.map(|work| work.region).collect(),
    })
}

/// Notes what a pull showed to be lost.
async fn note_reset(app: &App, bearer: &Bearer, request: &PullRequest) -> Result<(), Problem> {
    let (partition, now) = (&request.partition, app.clock.now());
    let Some(cursor) = &request.cursor else {
        return Ok(());
    };
    let Some(lost) = lost_at(app, partition, cursor).await? else {
        return Ok(());
    };
    let sight = sight(app, &bearer.account, partition.round).await?;
    if is_work(&bearer.account, partition, sight.villages.iter()) {
        let (store, fits) = (&app.store, Fitting::default());
        let noted = store.note_mismatches(partition, bearer.holder(), vec![lost], fits, now);
        unless_full(noted.await)?;
    }
    Ok(())
}

/// Villages of which the phone has other ops than the hub has below the phone's cursor; noted for administrators, as
/// is that they are the same again.
async fn compare(
    app: &App,
    bearer: &Bearer,
    request: &PullRequest,
    sight: &Sight,
    end: Seq,
) -> Result<Vec<RegionId>, Problem> {
    let (mut differs, mut fits) = (Vec::new(), Fitting::default());
    for theirs in &request.digests {
        let case = CaseId {
            round: request.partition.round,
            region: theirs.region.clone(),
        };
        match compared(app, &case, sight, end, theirs).await? {
            Fit::Same => fits.villages.push(case.region),
            Fit::Different => differs.push(case.region),
            Fit::Unknown => {
                tracing::warn!(account.id = %sight.account, %case.region, "sync.not_compared");
            }
        }
    }
    if request.digests.is_empty() {
        return Ok(differs);
    }
    let partition = &request.partition;
    if !differs.is_empty() {
        tracing::error!(
            account.id = %sight.account,
            %partition,
            cases = differs.len(),
            "a phone has other ops than the hub; it offers everything again"
        );
    }
    if is_work(&bearer.account, partition, sight.villages.iter()) {
        let inside = differs
            .iter()
            .filter(|region| region.regency() == partition.regency);
        let noted = inside.map(|region| Mismatch::Village {
            region: region.clone(),
        });
        let (store, noted, now) = (&app.store, noted.collect(), app.clock.now());
        let noted = store.note_mismatches(partition, bearer.holder(), noted, fits, now);
        unless_full(noted.await)?;
    }
    Ok(differs)
}

/// Also where the form is not known: then nobody can say.
pub(super) fn is_personal(op: &Op, known: &KnownForms) -> bool {
    match known.get(&op.questionnaire) {
        Some(Some(form)) => form.is_personal(op),
        Some(None) | None => true,
    }
}

/// Only where the form says so: what is sealed goes with an erasure, and an answer that nobody can place must not.
pub(super) fn is_known_personal(op: &Op, known: &KnownForms) -> bool {
    matches!(known.get(&op.questionnaire), Some(Some(form)) if form.is_personal(op))
}

fn must_speak(wire: u32) -> Result<(), Problem> {
    if wire == WIRE_VERSION {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UPGRADE_REQUIRED,
        "wire_version",
        format!(
            "aplikasi ini berbicara versi {wire}, peladen versi {WIRE_VERSION}; perbarui, isian tetap aman"
        ),
        format!(
            "this app speaks version {wire}, the server {WIRE_VERSION}; update, answers are safe"
        ),
    ))
}

fn bad_batch(error: &BatchError) -> Problem {
    Problem::invalid(
        "bad_batch",
        format!("kiriman tidak sesuai: {error}; isian di ponsel tetap aman"),
        format!("the batch does not fit: {error}; what is on the phone stays safe"),
    )
}

fn too_many(what: &str, max: usize) -> Problem {
    Problem::invalid(
        "too_many",
        format!("`{what}` lebih dari {max}"),
        format!("`{what}` has more than {max}"),
    )
}

fn device_hello(device: DeviceId, facts: DeviceFacts, at: shared::time::Millis) -> DeviceHello {
    DeviceHello {
        device,
        facts: bounded(office::DeviceFacts {
            app_version: facts.app_version,
            browser: String::new(),
            persisted: facts.persisted && facts.installed,
        }),
        unsent: u32::try_from(facts.unsent_ops).unwrap_or(u32::MAX),
        oldest_unsent: facts.oldest_unsent,
        clock_offset_ms: clock_offset_ms(facts.wall, at),
        now: at,
    }
}

/// A clock may say anything; beyond a century it makes no difference by how much it is wrong.
fn clock_offset_ms(theirs: Millis, ours: Millis) -> i64 {
    const MOST_MS: i64 = 36_525 * DAY_MS;
    theirs.0.saturating_sub(ours.0).clamp(-MOST_MS, MOST_MS)
}

fn account_view(account: &Account) -> AccountView {
    AccountView {
        id: account.id,
        username: account.username.clone(),
        name: account.name.clone(),
        role: account.role,
        regions: account.regions.clone(),
    }
}

/// The hub's key as the decisions want it.
impl crate::store::HubKeys {
    pub(crate) fn mac_key(&self) -> MacKey {
        MacKey::new(self.mac_key)
    }
}
