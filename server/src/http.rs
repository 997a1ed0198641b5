//! The face to browsers: routes, and what every answer has in common.
//!
//! Always: an error is a problem with a stable code; an unsafe method comes from our own origin.
//! Never: touches the database but through the store's verbs.

mod accounts;
mod assets;
mod assignments;
mod audit;
mod blobs;
mod bodies;
mod bundle;
mod comparing;
mod counted;
mod devices;
mod extract;
mod guard;
mod listen;
mod priority;
mod questionnaires;
mod regions;
mod review;
mod rounds;
mod safety;
mod session;
mod sync;

pub(crate) use assets::{are_built, builtin_regions};
pub(crate) use listen::{Ended, Patience, listen};
pub(crate) use questionnaires::{import_questionnaire, refused};
pub(crate) use regions::{Refused, import_regions};

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

use self::bodies::Bodies;
use crate::auth::{Attempts, Passwords};
use crate::bundle::Bundles;
use crate::cases::Cases;
use crate::checker::Checker;
use crate::clock::Clock;
use crate::error::Problem;
use crate::exports::Exports;
use crate::forms::Forms;
use crate::store::Store;

/// What every request may use.
#[derive(Debug)]
pub struct App {
    pub store: Store,
    pub clock: Clock,
    /// Scheme, host and port that browsers use, such as `https://desa.example.id`.
    pub origin: String,
    pub passwords: Passwords,
    pub attempts: Attempts,
    pub forms: Forms,
    pub cases: Cases,
    pub checker: Checker,
    pub bundles: Bundles,
    /// Bodies of bundles, as they come and while they are opened.
    pub(crate) bundle_bodies: Bodies,
    /// Bodies of pushes, packed as they come, until they are answered.
    pub(crate) push_bodies: Bodies,
    /// Turns of pushes that are unpacked in memory.
    pub(crate) pushing: Semaphore,
    /// Turns of rankings, each of which holds what its method sees of all villages of a round.
    pub(crate) ranking: Semaphore,
    pub exports: Exports,
}

/// Three of the largest: two are opened, and one comes meanwhile.
const BUNDLE_BODIES_BYTES: usize = 75 * 1024 * 1024;
/// One of the largest at a time.
const BUNDLES_EACH_BYTES: usize = 25 * 1024 * 1024;
/// Who carries a bundle brings it later as well.
const BUNDLES_WAITING_MAX: usize = 32;
/// A thousand as phones pack them, or sixteen of the largest that may be.
const PUSH_BODIES_BYTES: usize = 64 * 1024 * 1024;
/// A phone sends one at a time; another may still hang where its line broke.
const PUSHES_EACH_BYTES: usize = 8 * 1024 * 1024;
const PUSHES_WAITING_MAX: usize = 1_024;
/// Pushes that are unpacked at a time: more would not be written sooner.
const PUSHES_UNPACKED_MAX: usize = 64;
/// Rounds that are read for a ranking at a time; the others wait.
const RANKINGS_MAX: usize = 2;

impl App {
    pub fn new(store: Store, clock: Clock, origin: String) -> Arc<App> {
        Arc::new(App {
            store,
            clock,
            origin,
            passwords: Passwords::default(),
            attempts: Attempts::default(),
            forms: Forms::default(),
            cases: Cases::default(),
            checker: Checker::default(),
            bundles: Bundles::default(),
            bundle_bodies: Bodies::new(
                BUNDLE_BODIES_BYTES,
                BUNDLES_EACH_BYTES,
                BUNDLES_WAITING_MAX,
            ),
            push_bodies: Bodies::new(PUSH_BODIES_BYTES, PUSHES_EACH_BYTES, PUSHES_WAITING_MAX),
            pushing: Semaphore::new(PUSHES_UNPACKED_MAX),
            ranking: Semaphore::new(RANKINGS_MAX),
            exports: Exports::default(),
        })
    }
}

/// Every route of the server.
pub fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .merge(session::routes())
        .merge(regions::routes())
        .merge(questionnaires::routes())
        .merge(rounds::routes())
        .merge(accounts::routes())
        .merge(assignments::routes())
        .merge(audit::routes())
        .merge(devices::routes())
        .merge(blobs::routes())
        .merge(bundle::routes())
        .merge(priority::routes())
        .merge(review::routes())
        .merge(safety::routes())
        .merge(sync::push_routes())
        .merge(sync::routes().layer(RequestDecompressionLayer::new()))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(CompressionLayer::new());
    Router::new()
        .nest("/api/v1", api)
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .merge(assets::routes())
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            guard::own_origin,
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            guard::security_headers,
        ))
        .layer(middleware::from_fn(guard::log))
        .with_state(app)
}

async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    app.store.ready().await?;
    Ok("ready")
}

async fn unknown_route() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "route_unknown",
        "alamat ini tidak ada; periksa tautannya",
        "there is nothing at this address; check the link",
    )
}

async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "alamat ini tidak menerima permintaan semacam itu",
        "this address does not take that method",
    )
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has printed the message; nothing of the request goes with it.
    Problem::internal(&"a handler panicked").into_response()
}

#[cfg(test)]
mod tests;
