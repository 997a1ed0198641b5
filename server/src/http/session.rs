//! Signing in and out, and making the first administrator.
//!
//! Always: a wrong name and a wrong password look and last the same; guessing is slowed per
//! account.
//! Never: gives a session's token to scripts.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use shared::ids::{AccountId, Role};
use shared::time::{DAY_MS, Millis};
use shared::wire::office::{AccountNew, Language, SessionView, SetUp, SignIn};

use super::App;
use super::extract::{Json, Signed, browser_cookie, browser_mark, session_cookie};
use crate::auth::{self, is_browser_mark};
use crate::error::Problem;
use crate::import;
use crate::store::{Account, AccountDraft};

/// A session ends after this long, used or not.
const SESSION_MS: i64 = 7 * DAY_MS;
/// Of a username that guesses are counted by; no account has a longer one.
const GUESSED_NAME_CHARS_MAX: usize = 64;

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
    headers: HeaderMap,
    Json(given): Json<SignIn>,
) -> Result<Response, Problem> {
    let username = import::fold_username(&given.username);
    let now = app.clock.now();
    let guesser = guesser(&app, &headers, &username).await?;
    if let Some(seconds) = app.attempts.wait_seconds(&guesser, now) {
        return Err(too_many_attempts(seconds));
    }
    // Counted before the slow check, so that many at once count as many.
    app.attempts.failed(&guesser, now);
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
    app.attempts.succeeded(&guesser);
    begin(&app, account).await
}

/// Whose guesses are counted together: all strangers to the account, or one browser that it was
/// signed in from before, so that strangers cannot keep its owner out.
async fn guesser(app: &App, headers: &HeaderMap, username: &str) -> Result<String, Problem> {
    let key = app.store.hub_keys().await?.mac_key;
    let mark = browser_mark(headers).filter(|mark| is_browser_mark(&key, username, mark));
    let name: String = username.chars().take(GUESSED_NAME_CHARS_MAX).collect();
    Ok(match mark {
        Some(mark) => format!("{name} {mark}"),
        None => name,
    })
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
    let hash = auth::token_hash(&given.token);
    if !auth::is_token(&given.token) || !app.store.is_setup_link(&hash).await? {
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
    let cookie = session_cookie(app, &token, SESSION_MS / 1000);
    set_cookie(&mut response, &cookie);
    let key = app.store.hub_keys().await?.mac_key;
    let mark = auth::new_browser_mark(&key, &account.username);
    set_cookie(&mut response, &browser_cookie(app, &mark));
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
    response.headers_mut().append(header::SET_COOKIE, value);
}
