//! Rankings, their exports, and decisions that were frozen.
//!
//! Always: over approved answers of the reader's regions; a decision is read by whoever oversees all that it ranked.
//! Never: carries a personal answer; a method that reads one is refused.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::{DecisionId, RegionId, RegionLevel, Role, RoundId};
use shared::priority::{DOCUMENT_BYTES_MAX, selection_csv};
use shared::wire::office::Fault;
use shared::wire::priority::{
    CapacityView, DecisionNew, DecisionView, DifferencesView, FrozenView, MethodNew, MethodView,
    Minutes, PhotoView, PriorityView,
};
use tokio::sync::SemaphorePermit;

use super::App;
use super::extract::{Json, Named, Query, Signed};
use crate::capacity;
use crate::decisions;
use crate::error::Problem;
use crate::exports::{Audience, Pieces, Wanted};
use crate::ranking::{self, RankingError};
use crate::store::{Account, Act};

/// A document of the greatest size, escaped in JSON.
const METHOD_BYTES_MAX: usize = 2 * DOCUMENT_BYTES_MAX;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/methods", get(methods).post(save_method))
        .route("/methods/{key}", get(method))
        .route("/rounds/{id}/priority/{method}", get(show))
        .route(
            "/rounds/{id}/priority/{method}/files/{name}",
            get(round_file),
        )
        .route(
            "/rounds/{id}/priority/{method}/selection.csv",
            get(chosen_csv),
        )
        .route("/rounds/{id}/priority/{method}/frozen", get(frozen))
        .route("/rounds/{id}/priority/{method}/decisions", post(freeze))
        .route("/rounds/{id}/villages/{region}/photos", get(photos))
        .route("/rounds/{id}/decisions", get(list))
        .route("/rounds/{id}/capacity", get(capacity_tables))
        .route("/decisions/{id}", get(decision))
        .route("/decisions/{id}/record.txt", get(record))
        .route("/decisions/{id}/files/{name}", get(decision_file))
        .route("/decisions/{id}/differences", get(differences))
}

/// The part of the country that is to be read; everything that the account oversees where none is named.
#[derive(Debug, Deserialize)]
struct Within {
    within: Option<RegionId>,
}

impl Within {
    /// The account, as if it oversaw that part alone.
    fn narrowed(self, account: &Account) -> Result<Account, Problem> {
        let mut reader = account.clone();
        if let Some(region) = self.within {
            if !account.covers(&region) {
                return Err(Problem::outside_regions());
            }
            reader.regions = vec![region];
        }
        Ok(reader)
    }
}

async fn methods(
    State(app): State<Arc<App>>,
    signed: Signed,
) -> Result<axum::Json<Vec<MethodView>>, Problem> {
    must_rank(&signed.account)?;
    Ok(axum::Json(ranking::methods(&app.store).await?))
}

/// A method as it is written.
async fn method(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath(key): UrlPath<String>,
) -> Result<String, Problem> {
    must_rank(&signed.account)?;
    ranking::document_of(&app.store, &key)
        .await
        .map_err(problem)
}

async fn save_method(
    State(app): State<Arc<App>>,
    signed: Signed,
    Json(new): Json<MethodNew, METHOD_BYTES_MAX>,
) -> Result<(StatusCode, axum::Json<MethodView>), Problem> {
    if !decisions::may_freeze(&signed.account) {
        return Err(Problem::forbidden());
    }
    let act = Act::by(signed.account.id, app.clock.now());
    ranking::save_method(&app.store, new.document, act)
        .await
        .map(|view| (StatusCode::CREATED, axum::Json(view)))
        .map_err(|error| match error {
            RankingError::Problems(problems) => Problem::invalid(
                "method_faulty",
                "metode ini belum dapat disimpan; perbaiki yang disebut di bawah",
                "this method cannot be saved yet; mend what is named below",
            )
            .with_faults(problems.iter().map(fault).collect()),
            other => problem(other),
        })
}

/// Waits until a round may be read for a ranking.
async fn turn(app: &App) -> Result<SemaphorePermit<'_>, Problem> {
    let turn = app.ranking.acquire().await;
    turn.map_err(|error| Problem::internal(&error))
}

async fn show(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, method)): UrlPath<(String, String)>,
    Query(within): Query<Within>,
) -> Result<axum::Json<PriorityView>, Problem> {
    let reader = within.narrowed(&signed.account)?;
    view(&app, &reader, &round, &method).await.map(axum::Json)
}

/// For whom a file is asked: officials, unless it says `audience=public`.
#[derive(Debug, Deserialize)]
struct ForWhom {
    #[serde(default)]
    audience: Audience,
}

/// The ranking in a format, or what its columns mean.
async fn round_file(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, method, name)): UrlPath<(String, String, String)>,
    Query(ForWhom { audience }): Query<ForWhom>,
    Query(within): Query<Within>,
) -> Result<Response, Problem> {
    must_rank(&signed.account)?;
    let reader = within.narrowed(&signed.account)?;
    let asked = (round_of(&round)?, method.as_str());
    let wanted = (wanted(&name)?, audience);
    let from = (&app.store, &app.forms);
    let made = app.exports.of_round(from, &reader, asked, wanted);
    Ok(file(wanted, &method, made.await.map_err(problem)?))
}

/// A frozen decision in a format, or what its columns mean.
async fn decision_file(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((id, name)): UrlPath<(String, String)>,
    Query(ForWhom { audience }): Query<ForWhom>,
) -> Result<Response, Problem> {
    let decision = id.parse().map_err(|_| Problem::missing("decision"))?;
    let (view, regions) = own_decision(&app, &signed.account, decision).await?;
    let wanted = (wanted(&name)?, audience);
    let record = app.store.decision_record(decision).await?;
    let from = (&app.store, &app.forms);
    let asked = (view.round, regions);
    let made = app.exports.of_decision(from, asked, record, wanted);
    Ok(file(wanted, &id, made.await.map_err(problem)?))
}

fn wanted(name: &str) -> Result<Wanted, Problem> {
    Wanted::named(name).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "file_unknown",
            "berkas ini tidak ada; yang ada: villages.csv, villages.xlsx, villages.geojson, villages.parquet, dictionary.csv",
            "there is no such file; there are villages.csv, villages.xlsx, villages.geojson, villages.parquet, dictionary.csv",
        )
    })
}

fn file((wanted, audience): (Wanted, Audience), of: &str, pieces: Pieces) -> Response {
    let what = match (wanted, audience) {
        (Wanted::Villages(_), Audience::Officials) => "desa",
        (Wanted::Villages(_), Audience::Public) => "desa-umum",
        (Wanted::Dictionary, Audience::Officials) => "kamus-data",
        (Wanted::Dictionary, Audience::Public) => "kamus-data-umum",
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-@".contains(letter);
    let of = of.replace(|letter| !plain(letter), "_");
    let format = wanted.format();
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!(
                "attachment; filename=\"{what}-{of}.{}\"",
                format.extension()
            ),
        ),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

async fn chosen_csv(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, method)): UrlPath<(String, String)>,
    Query(within): Query<Within>,
) -> Result<Response, Problem> {
    let reader = within.narrowed(&signed.account)?;
    let view = view(&app, &reader, &round, &method).await?;
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

/// The villages with what the method saw of them, for a console that ranks by itself.
async fn frozen(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, method)): UrlPath<(String, String)>,
    Query(within): Query<Within>,
) -> Result<axum::Json<FrozenView>, Problem> {
    must_rank(&signed.account)?;
    let reader = within.narrowed(&signed.account)?;
    let round = round_of(&round)?;
    let _turn = turn(&app).await?;
    ranking::frozen_view(&app.store, &app.forms, &reader, round, &method)
        .await
        .map(axum::Json)
        .map_err(problem)
}

/// Photos of one village, as far as its approved answers name some.
async fn photos(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, region)): UrlPath<(String, String)>,
) -> Result<axum::Json<Vec<PhotoView>>, Problem> {
    must_rank(&signed.account)?;
    let region: RegionId = region.parse().map_err(|_| Problem::missing("region"))?;
    if region.level() != RegionLevel::Village {
        return Err(Problem::missing("region"));
    }
    if !signed.account.covers(&region) {
        return Err(Problem::outside_regions());
    }
    let _turn = turn(&app).await?;
    ranking::photos(&app.store, &app.forms, round_of(&round)?, region)
        .await
        .map(axum::Json)
        .map_err(problem)
}

/// Harvests and facilities of the approved cases, as tables.
async fn capacity_tables(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(round): Named<RoundId>,
    Query(within): Query<Within>,
) -> Result<axum::Json<CapacityView>, Problem> {
    must_rank(&signed.account)?;
    let reader = within.narrowed(&signed.account)?;
    let _turn = turn(&app).await?;
    capacity::tables(&app.store, &app.forms, &reader, round)
        .await
        .map(axum::Json)
        .map_err(problem)
}

async fn freeze(
    State(app): State<Arc<App>>,
    signed: Signed,
    UrlPath((round, method)): UrlPath<(String, String)>,
    Query(within): Query<Within>,
    Json(new): Json<DecisionNew>,
) -> Result<(StatusCode, axum::Json<DecisionView>), Problem> {
    if !decisions::may_freeze(&signed.account) {
        return Err(Problem::forbidden());
    }
    check_minutes(&new.minutes)?;
    let reader = within.narrowed(&signed.account)?;
    let asked = (round_of(&round)?, method.as_str());
    let now = app.clock.now();
    let _turn = turn(&app).await?;
    decisions::freeze(&app.store, &app.forms, &reader, asked, new, now)
        .await
        .map(|view| (StatusCode::CREATED, axum::Json(view)))
        .map_err(|error| match error {
            RankingError::Problems(problems) => Problem::invalid(
                "decision_refused",
                "penetapan ini belum dapat dibekukan; perbaiki yang disebut di bawah",
                "this decision cannot be frozen yet; mend what is named below",
            )
            .with_faults(problems.iter().map(fault).collect()),
            other => problem(other),
        })
}

fn check_minutes(minutes: &Minutes) -> Result<(), Problem> {
    let each = minutes.signatories.iter();
    let each = each.flat_map(|one| [&one.name, &one.position]);
    let despite = minutes.despite.iter();
    let despite = despite.flat_map(|it| [&it.by, &it.reason]);
    let own = [&minutes.number, &minutes.place, &minutes.date];
    let mut texts = each.chain(own).chain(despite);
    let is_long = |text: &String| {
        Minutes::CHARS_MAX < text.chars().count() || text.chars().any(char::is_control)
    };
    if Minutes::SIGNATORIES_MAX < minutes.signatories.len() || texts.any(is_long) {
        let (chars, people) = (Minutes::CHARS_MAX, Minutes::SIGNATORIES_MAX);
        return Err(Problem::invalid(
            "minutes_invalid",
            format!(
                "isian berita acara paling panjang {chars} huruf dalam satu baris, dan paling banyak {people} penanda tangan"
            ),
            format!(
                "what the minutes say has at most {chars} letters in one line each, and {people} people sign at most"
            ),
        ));
    }
    Ok(())
}

async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(round): Named<RoundId>,
) -> Result<axum::Json<Vec<DecisionView>>, Problem> {
    must_rank(&signed.account)?;
    let limit = decisions::DECISIONS_SHOWN_MAX;
    let mut found = app.store.decisions(round, limit).await?;
    found.retain(|(_, regions)| decisions::may_read(&signed.account, regions));
    Ok(axum::Json(
        found.into_iter().map(|(view, _)| view).collect(),
    ))
}

/// A decision that the account may read, with the regions that it ranked.
async fn own_decision(
    app: &App,
    account: &Account,
    id: DecisionId,
) -> Result<(DecisionView, Vec<RegionId>), Problem> {
    must_rank(account)?;
    let (view, regions) = app.store.decision(id).await?;
    if decisions::may_read(account, &regions) {
        Ok((view, regions))
    } else {
        Err(Problem::outside_regions())
    }
}

async fn decision(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<DecisionId>,
) -> Result<axum::Json<DecisionView>, Problem> {
    let (mut view, regions) = own_decision(&app, &signed.account, id).await?;
    view.regions = regions;
    Ok(axum::Json(view))
}

async fn record(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<DecisionId>,
) -> Result<Response, Problem> {
    own_decision(&app, &signed.account, id).await?;
    let bytes = app.store.decision_record(id).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"record-{id}.txt\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}

async fn differences(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<DecisionId>,
) -> Result<axum::Json<DifferencesView>, Problem> {
    let (view, regions) = own_decision(&app, &signed.account, id).await?;
    let bytes = app.store.decision_record(id).await?;
    decisions::compare(&app.store, &app.forms, (view.round, regions), bytes)
        .await
        .map(axum::Json)
        .map_err(problem)
}

fn round_of(text: &str) -> Result<RoundId, Problem> {
    text.parse().map_err(|_| Problem::missing("round"))
}

async fn view(
    app: &App,
    reader: &Account,
    round: &str,
    method: &str,
) -> Result<PriorityView, Problem> {
    must_rank(reader)?;
    let round = round_of(round)?;
    let _turn = turn(app).await?;
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
        RankingError::TooLarge => Problem::invalid(
            "ranking_too_large",
            "desanya terlalu banyak untuk sekali hitung di sini; pilih satu provinsi, atau pakai lumbung rank",
            "these are too many villages for one ranking here; choose one province, or use lumbung rank",
        ),
        RankingError::Outdated => Problem::new(
            StatusCode::CONFLICT,
            "decision_differs",
            "program versi ini menghitung penetapan ini lain daripada saat dibekukan; unduh catatannya, di situ hasilnya tetap",
            "this version of the program computes the decision otherwise than when it was frozen; download its record, which holds the result",
        ),
        RankingError::Problems(problems) => {
            let first = problems.first();
            let place = first
                .map(|problem| problem.place.clone())
                .unwrap_or_default();
            let texts = first.map(|problem| problem.text.clone());
            let (id, en) = texts.map_or_else(Default::default, |text| (text.id, text.en));
            let faults = problems.iter().map(fault).collect();
            Problem::invalid(
                "method_unfit",
                format!("metode tidak cocok dengan kuesioner ronde ini: {place}: {id}"),
                format!("the method does not fit the round's questionnaire: {place}: {en}"),
            )
            .with_faults(faults)
        }
    }
}

fn fault(problem: &shared::priority::Problem) -> Fault {
    Fault {
        place: problem.place.clone(),
        row: problem
            .line
            .map_or(0, |line| u32::try_from(line).unwrap_or(0)),
        code: "method_unfit".to_owned(),
        text: problem.text.id.clone(),
        text_en: problem.text.en.clone(),
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
