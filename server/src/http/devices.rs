//! Phones: links that enrol them, the list of them, and revoking one.
//!
//! Always: the token travels in the fragment, so that no server log or link preview sees it.
//! Never: redeems a link by GET.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use qrcode::QrCode;
use qrcode::render::svg;
use shared::ids::{AccountId, DeviceId, Role, hex_text};
use shared::time::{DAY_MS, Millis};
use shared::wire::office::{DeviceFacts, DeviceView, Enrol, EnrolAgain, Enrolled, EnrolmentView};

use super::App;
use super::accounts::{overseen, overseen_one};
use super::extract::{Json, Named, Signed, bearer};
use crate::auth::{self, Certificate, CertificateFault};
use crate::error::Problem;
use crate::store::{Act, Redemption, Revival, StoreError};

const ENROLMENT_MS: i64 = 7 * DAY_MS;
const QR_PIXELS_MIN: u32 = 240;
/// Characters that are kept of what a phone says of itself.
const FACT_CHARS_MAX: usize = 60;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/accounts/{id}/enrolments", post(offer))
        .route("/enrol", post(redeem))
        .route("/enrol/again", post(enrol_again))
        .route("/devices", get(list))
        .route("/devices/{id}/revoke", post(revoke))
}

async fn offer(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<AccountId>,
) -> Result<(StatusCode, axum::Json<EnrolmentView>), Problem> {
    let person = &signed.account;
    let own = person.id == id;
    if !(own || person.role.reviews() || person.role == Role::Administrator) {
        return Err(Problem::forbidden());
    }
    let account = overseen_one(&app, person, id).await?;
    if account.disabled {
        return Err(StoreError::Refused("account_disabled").into());
    }
    // A phone acts as its account: nobody may enrol one above the own role.
    let above = person.role != Role::Administrator && person.role <= account.role;
    if above && !own {
        return Err(Problem::forbidden());
    }
    let now = app.clock.now();
    let expires = Millis(now.0 + ENROLMENT_MS);
    let (token, hash) = auth::new_token();
    let act = Act::by(person.id, now);
    app.store.offer_enrolment(id, hash, expires, act).await?;
    let link = format!("{}/app/#/daftar/{token}", app.origin);
    let qr = QrCode::new(link.as_bytes()).map_err(|error| Problem::internal(&error))?;
    let qr_svg = qr
        .render::<svg::Color>()
        .min_dimensions(QR_PIXELS_MIN, QR_PIXELS_MIN)
        .build();
    let view = EnrolmentView {
        link,
        expires,
        qr_svg,
    };
    Ok((StatusCode::CREATED, axum::Json(view)))
}

async fn redeem(
    State(app): State<Arc<App>>,
    Json(asked): Json<Enrol>,
) -> Result<(StatusCode, axum::Json<Enrolled>), Problem> {
    if !auth::is_token(&asked.token) {
        return Err(StoreError::Refused("enrolment_unknown").into());
    }
    let now = app.clock.now();
    let (secret, secret_hash) = auth::new_token();
    let attempt_hash = if asked.attempt.is_empty() {
        String::new()
    } else {
        auth::token_hash(&asked.attempt)
    };
    let redemption = Redemption {
        token_hash: auth::token_hash(&asked.token),
        attempt_hash,
        account: asked.account,
        device: DeviceId(auth::random()),
        secret_hash: secret_hash.clone(),
        facts: bounded(asked.facts),
        now,
    };
    let (device, account) = app.store.redeem_enrolment(redemption).await?;
    let account = app.store.account(account).await?;
    let keys = app.store.hub_keys().await?;
    let certificate = Certificate {
        device,
        secret_hash,
        account: account.id,
        username: account.username.clone(),
        name: account.name.clone(),
        role: account.role,
        regions: account.regions.clone(),
        language: account.language,
        issued: now,
    };
    let enrolled = Enrolled {
        device,
        secret,
        account: account.view(),
        epoch: keys.epoch,
        now,
        certificate: certificate.seal(&keys.mac_key()).unwrap_or_default(),
    };
    Ok((StatusCode::CREATED, axum::Json(enrolled)))
}

/// A phone that this server does not know, perhaps because it was restored from an older backup.
async fn enrol_again(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(asked): Json<EnrolAgain>,
) -> Result<StatusCode, Problem> {
    let (device, secret) = bearer(&headers).ok_or_else(Problem::device_unknown)?;
    let (now, keys) = (app.clock.now(), app.store.hub_keys().await?);
    let certificate =
        Certificate::open(&asked.certificate, &keys.mac_key(), now).map_err(certificate_refused)?;
    // Whoever found a certificate does not have the secret.
    if certificate.device != device || certificate.secret_hash != auth::token_hash(secret) {
        return Err(Problem::device_unknown());
    }
    revive(&app, certificate).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes phone and account again, where they are not known. Whoever shows the certificate must have shown before that
/// it is theirs.
pub(super) async fn revive(app: &App, certificate: Certificate) -> Result<(), Problem> {
    let password = hex_text(&auth::random::<32>());
    let revival = Revival {
        certificate,
        password_hash: app.passwords.hash(password).await?,
        now: app.clock.now(),
    };
    Ok(app.store.revive_device(revival).await?)
}

fn certificate_refused(fault: CertificateFault) -> Problem {
    match fault {
        CertificateFault::Foreign => StoreError::Refused("certificate_foreign").into(),
        CertificateFault::Expired => StoreError::Refused("certificate_expired").into(),
    }
}

/// Facts cut to what a list shows.
pub(crate) fn bounded(facts: DeviceFacts) -> DeviceFacts {
    let cut = |text: String| text.chars().take(FACT_CHARS_MAX).collect();
    DeviceFacts {
        app_version: cut(facts.app_version),
        browser: cut(facts.browser),
        persisted: facts.persisted,
    }
}

async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
) -> Result<axum::Json<Vec<DeviceView>>, Problem> {
    let accounts = overseen(&app, &signed.account).await?;
    let ids: BTreeSet<AccountId> = accounts.iter().map(|account| account.id).collect();
    let mut devices = app.store.devices().await?;
    devices.retain(|device| ids.contains(&device.account));
    Ok(axum::Json(devices))
}

async fn revoke(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<DeviceId>,
) -> Result<StatusCode, Problem> {
    let person = &signed.account;
    if !(person.role.reviews() || person.role == Role::Administrator) {
        return Err(Problem::forbidden());
    }
    let devices = app.store.devices().await?;
    let device = devices.iter().find(|device| device.id == id);
    let device = device.ok_or_else(|| Problem::missing("device"))?;
    overseen_one(&app, person, device.account)
        .await
        .map_err(|_| Problem::missing("device"))?;
    let act = Act::by(person.id, app.clock.now());
    app.store.revoke_device(id, act).await?;
    Ok(StatusCode::NO_CONTENT)
}
