//! Regions: search, and import of a list.
//!
//! Always: an import reports counts in = saved + refused.
//! Never: saves anything of a file with a refused row, unless asked to skip those.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::{RegionId, RegionLevel, Role};
use shared::wire::office::{Fault, ImportView, REGIONS_PER_ANSWER_MAX, RegionCounts, RegionView};

use super::extract::{CSV_BYTES_MAX, Caller, Named, Query, Signed, body_bytes, flag};
use super::{App, assets};
use crate::error::Problem;
use crate::import::parse_regions;
use crate::store::{Act, RegionsOf, Store};

const REGIONS_PER_ANSWER: u32 = 50;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/regions", get(search))
        .route("/regions/counts", get(counts))
        .route("/regions/import", post(import))
        .route("/regions/{code}", get(show))
}

#[derive(Debug, Deserialize)]
struct Search {
    #[serde(default)]
    query: String,
    under: Option<RegionId>,
    level: Option<RegionLevel>,
    limit: Option<u32>,
}

async fn search(
    State(app): State<Arc<App>>,
    _: Caller,
    Query(asked): Query<Search>,
) -> Result<axum::Json<Vec<RegionView>>, Problem> {
    let wanted = RegionsOf {
        text: asked.query,
        under: asked.under,
        level: asked.level,
        limit: asked
            .limit
            .unwrap_or(REGIONS_PER_ANSWER)
            .min(REGIONS_PER_ANSWER_MAX),
    };
    Ok(axum::Json(app.store.regions(&wanted).await?))
}

async fn counts(
    State(app): State<Arc<App>>,
    _: Caller,
) -> Result<axum::Json<RegionCounts>, Problem> {
    let [province, regency, district, village] = app.store.region_counts().await?;
    Ok(axum::Json(RegionCounts {
        province,
        regency,
        district,
        village,
    }))
}

async fn show(
    State(app): State<Arc<App>>,
    _: Caller,
    Named(code): Named<RegionId>,
) -> Result<axum::Json<RegionView>, Problem> {
    Ok(axum::Json(app.store.region(&code).await?))
}

#[derive(Debug, Deserialize)]
struct Import {
    #[serde(default)]
    source: String,
    #[serde(default, deserialize_with = "flag")]
    skip_refused: bool,
}

async fn import(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(asked): Query<Import>,
    body: Body,
) -> Result<axum::Json<ImportView>, Problem> {
    if signed.account.role != Role::Administrator {
        return Err(Problem::forbidden());
    }
    let bytes = if asked.source == "builtin" {
        assets::builtin_regions().ok_or_else(not_built)?
    } else {
        body_bytes(body, CSV_BYTES_MAX).await?
    };
    let act = Act::by(signed.account.id, app.clock.now());
    let refused = if asked.skip_refused {
        Refused::Skip
    } else {
        Refused::SaveNothing
    };
    import_regions(&app.store, &bytes, refused, act)
        .await
        .map(axum::Json)
}

/// What becomes of the good rows of a file that has bad ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    SaveNothing,
    Skip,
}

/// Reads and stores a list of regions.
pub(crate) async fn import_regions(
    store: &Store,
    bytes: &[u8],
    refused: Refused,
    act: Act,
) -> Result<ImportView, Problem> {
    let known: BTreeSet<RegionId> = store.names_of_upper_levels().await?.into_keys().collect();
    let mut file = parse_regions(bytes, &known).map_err(|fault| not_a_list(vec![fault]))?;
    if 0 < file.refused && refused == Refused::SaveNothing {
        let (rows, bad) = (file.rows, file.refused);
        return Err(Problem::invalid(
            "regions_refused",
            format!("{bad} dari {rows} baris ditolak; tidak ada yang disimpan, perbaiki berkasnya"),
            format!("{bad} of {rows} rows were refused; nothing was saved, mend the file"),
        )
        .with_faults(file.faults));
    }
    let good = std::mem::take(&mut file.good);
    let saved = store.put_regions(good, act).await?;
    Ok(file.view(saved))
}

fn not_a_list(faults: Vec<Fault>) -> Problem {
    let first = faults.first();
    let detail = first.map_or("", |fault| &fault.text).to_owned();
    let detail_en = first.map_or("", |fault| &fault.text_en).to_owned();
    Problem::invalid("regions_unreadable", detail, detail_en).with_faults(faults)
}

fn not_built() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "regions_not_built",
        "daftar wilayah tidak ada di peladen ini; unggah berkas CSV dengan kolom code,name",
        "this build has no list of regions; upload a CSV with the columns code,name",
    )
}
