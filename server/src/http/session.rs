//! Signing in and out, and making the first administrator.
//!
//! Always: a wrong name and a wrong password look and last the same; guessing is slowed per
//! account.
//! Never: gives a session's token to scripts.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use shared::ids::{AccountId, Role};
use shared::time::{DAY_MS, Millis};
use shared::wire::office::{AccountNew, Language, SessionView, SetUp, SignIn};

use super::App;
use super::extract::{Json, Signed, session_cookie};
use crate::auth;
use crate::error::Problem;
use crate::import;
use crate::store::{Account, AccountDraft};

/// A session ends after this long, used or not.
const SESSION_MS: i64 = 7 * DAY_MS;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/session", get(show).post(sign_in).delete(sign_out))
        .route("/setup", post(set_up))
}

async fn show(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let view = view(&app, &signed.account, signed.expires).await?;
    Ok(axum::Json(view).into_response())
}

async fn sign_in(
    State(app): State<Arc<App>>,
    Json(given): Json<SignIn>,
) -> Result<Response, Problem> {
    let username = import::fold_username(&given.username);
    let now = app.clock.now();
    if let Some(seconds) = app.attempts.wait_seconds(&username, now) {
        return Err(too_many_attempts(seconds));
    }
    // Counted before the slow check, so that many at once count as many.
    app.attempts.failed(&username, now);
    let found = app.store.credentials(&username).await?;
    let (account, hash) = found.unzip();
    let right = app.passwords.verify(given.password, hash).await?;
    let Some(account) = account.filter(|_| right) else {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "credentials_wrong",
            "nama pengguna atau kata sandi salah; periksa huruf besar dan kecil",
            "wrong username or password; check upper and lower case",
        ));
    };
    app.attempts.succeeded(&username);
    begin(&app, account).await
}

fn too_many_attempts(seconds: u32) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_attempts",
        format!("terlalu banyak percobaan masuk untuk akun ini; tunggu {seconds} detik"),
        format!("too many attempts to sign in to this account; wait {seconds} seconds"),
    )
    .retry_after(seconds)
}

async fn sign_out(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    app.store.end_session(signed.token_hash).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, &session_cookie(&app, "", 0));
    Ok(response)
}

async fn set_up(
    State(app): State<Arc<App>>,
    Json(given): Json<SetUp>,
) -> Result<Response, Problem> {
    if !auth::is_token(&given.token) {
        return Err(Problem::missing("setup link"));
    }
    let new = AccountNew {
        username: given.username,
        name: given.name,
        role: Role::Administrator,
        regions: Vec::new(),
        language: Language::Id,
        password: Some(given.password),
    };
    let checked = import::check_account(new, "").map_err(import::account_problem)?;
    let password = checked.password.unwrap_or_default();
    let draft = AccountDraft {
        id: AccountId(auth::random()),
        username: checked.username,
        name: checked.name,
        role: checked.role,
        regions: Vec::new(),
        language: checked.language,
        password_hash: app.passwords.hash(password).await?,
    };
    let hash = auth::token_hash(&given.token);
    let account = app.store.set_up(hash, draft, app.clock.now()).await?;
    begin(&app, account).await
}

async fn begin(app: &App, account: Account) -> Result<Response, Problem> {
    let now = app.clock.now();
    let expires = Millis(now.0 + SESSION_MS);
    let (token, hash) = auth::new_token();
    app.store
        .begin_session(hash, account.id, now, expires)
        .await?;
    let mut response = axum::Json(view(app, &account, expires).await?).into_response();
    set_cookie(
        &mut response,
        &session_cookie(app, &token, SESSION_MS / 1000),
    );
    Ok(response)
}

async fn view(app: &App, account: &Account, expires: Millis) -> Result<SessionView, Problem> {
    Ok(SessionView {
        account: account.view(),
        expires,
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        origin: app.origin.clone(),
        epoch: app.store.hub_keys().await?.epoch,
        now: app.clock.now(),
    })
}

fn set_cookie(response: &mut Response, cookie: &str) {
    let value = HeaderValue::from_str(cookie).expect("a cookie of hexadecimal digits is ASCII");
    response.headers_mut().insert(header::SET_COOKIE, value);
}
