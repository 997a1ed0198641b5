//! Reads requests: who asks, and what.
//!
//! Always: a body has a limit; a fault in it is named by line, column and field.
//! Never: repeats a value of a body in an error.

use std::fmt::Display;
use std::io::Read as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::ids::{DeviceId, RegionId};
use shared::time::Millis;

use super::App;
use super::bodies::Room;
use crate::auth;
use crate::error::Problem;
use crate::store::Account;

pub(super) const JSON_BYTES_MAX: usize = 1024 * 1024;
/// Sheets of a questionnaire as JSON texts, or a workbook.
pub(super) const UPLOAD_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A CSV of all regions is 3 MB.
pub(super) const CSV_BYTES_MAX: usize = 16 * 1024 * 1024;

const SESSION_COOKIE: &str = "lumbung_session";
const BROWSER_COOKIE: &str = "lumbung_browser";
const BROWSER_COOKIE_S: i64 = 365 * 24 * 3600;

/// A person signed in at the console.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) account: Account,
    pub(crate) expires: Millis,
    pub(crate) token_hash: String,
}

/// An enrolled phone, perhaps revoked: the caller decides what such a phone still may.
#[derive(Debug)]
pub(crate) struct Phone {
    pub(crate) account: Account,
    pub(crate) device: DeviceId,
    pub(crate) revoked: bool,
}

/// Either of them; a revoked phone is refused, unless [`Bringer`] let it in.
#[derive(Debug)]
pub(crate) enum Caller {
    Signed(Signed),
    Phone(Phone),
}

impl Caller {
    pub(crate) fn account(&self) -> &Account {
        match self {
            Caller::Signed(signed) => &signed.account,
            Caller::Phone(phone) => &phone.account,
        }
    }

    pub(crate) fn is_revoked(&self) -> bool {
        matches!(self, Caller::Phone(phone) if phone.revoked)
    }

    /// Device or account, for the record of who sent something.
    pub(crate) fn sender(&self) -> String {
        match self {
            Caller::Signed(signed) => signed.account.id.to_string(),
            Caller::Phone(phone) => phone.device.to_string(),
        }
    }
}

impl FromRequestParts<Arc<App>> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let token = session_token(&parts.headers).ok_or_else(Problem::not_signed_in)?;
        let token_hash = auth::token_hash(token);
        let found = app.store.session(&token_hash, app.clock.now()).await?;
        let (account, expires) = found.ok_or_else(Problem::not_signed_in)?;
        Ok(Signed {
            account,
            expires,
            token_hash,
        })
    }
}

impl FromRequestParts<Arc<App>> for Phone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let (device, secret) = bearer(&parts.headers).ok_or_else(Problem::device_unknown)?;
        let secret_hash = auth::token_hash(secret);
        let found = app.store.device_account(device, &secret_hash).await?;
        let (account, revoked) = found.ok_or_else(Problem::device_unknown)?;
        Ok(Phone {
            revoked: revoked || account.disabled,
            account,
            device,
        })
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Bringer(caller) = Bringer::from_request_parts(parts, app).await?;
        match caller.is_revoked() {
            true => Err(Problem::device_revoked()),
            false => Ok(caller),
        }
    }
}

/// Whoever brings something, a revoked phone too: refusal is not loss. It is given nothing.
#[derive(Debug)]
pub(crate) struct Bringer(pub(crate) Caller);

impl FromRequestParts<Arc<App>> for Bringer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            let signed = Signed::from_request_parts(parts, app).await?;
            return Ok(Bringer(Caller::Signed(signed)));
        }
        let phone = Phone::from_request_parts(parts, app).await?;
        Ok(Bringer(Caller::Phone(phone)))
    }
}

/// Whether a session's cookie came along, valid or not.
pub(super) fn has_session_cookie(headers: &HeaderMap) -> bool {
    session_token(headers).is_some()
}

fn session_token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, SESSION_COOKIE).filter(|token| auth::is_token(token))
}

/// The mark of a browser in which somebody signed in before, true or not.
pub(super) fn browser_mark(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, BROWSER_COOKIE)
}

fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

/// The cookie that carries a session, or that ends it if `age_s` is 0.
pub(super) fn session_cookie(app: &App, token: &str, age_s: i64) -> String {
    cookie_line(app, SESSION_COOKIE, token, age_s)
}

/// The cookie by which a browser is known again.
pub(super) fn browser_cookie(app: &App, mark: &str) -> String {
    cookie_line(app, BROWSER_COOKIE, mark, BROWSER_COOKIE_S)
}

fn cookie_line(app: &App, name: &str, value: &str, age_s: i64) -> String {
    let secure = if app.origin.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Strict{secure}")
}

/// Device and secret, as a phone sends them.
pub(super) fn bearer(headers: &HeaderMap) -> Option<(DeviceId, &str)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (device, secret) = value.strip_prefix("Bearer ")?.split_once('.')?;
    let device = device.parse().ok()?;
    auth::is_token(secret).then_some((device, secret))
}

/// A JSON body of at most `LIMIT` bytes.
#[derive(Debug)]
pub(crate) struct Json<T, const LIMIT: usize = JSON_BYTES_MAX>(pub(crate) T);

impl<T, const LIMIT: usize> FromRequest<Arc<App>> for Json<T, LIMIT>
where
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Problem> {
        let bytes = body_bytes(request.into_body(), LIMIT).await?;
        json_of(&bytes).map(Json)
    }
}

/// The body of a push, of at most `LIMIT` bytes, as it came, packed by gzip or not.
#[derive(Debug)]
pub(crate) struct Raw<const LIMIT: usize> {
    bytes: Vec<u8>,
    is_gzip: bool,
    room: Room,
}

/// What was in such a body.
#[derive(Debug)]
pub(super) struct Unpacked<T> {
    pub(super) value: T,
    /// How many it has unpacked.
    pub(super) bytes: usize,
    /// The gzip that it came in, if it did.
    pub(super) gzip: Option<Vec<u8>>,
    /// To be kept as long as the others.
    pub(super) _room: Room,
}

impl<const LIMIT: usize> FromRequest<Arc<App>> for Raw<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let encoding = request.headers().get(header::CONTENT_ENCODING);
        let is_gzip = match encoding.map(|name| name.as_bytes()) {
            None | Some(b"identity") => false,
            Some(b"gzip") => true,
            Some(_) => return Err(encoding_unknown()),
        };
        let sender = bearer(request.headers()).map(|(device, _)| device.to_string());
        let sender = sender.unwrap_or_default();
        let room = app.push_bodies.hold(sender, request.headers(), LIMIT);
        let room = room.await?;
        Ok(Raw {
            bytes: body_bytes(request.into_body(), LIMIT).await?,
            is_gzip,
            room,
        })
    }
}

impl<const LIMIT: usize> Raw<LIMIT> {
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<Unpacked<T>, Problem> {
        if !self.is_gzip {
            return Ok(Unpacked {
                value: json_of(&self.bytes)?,
                bytes: self.bytes.len(),
                gzip: None,
                _room: self.room,
            });
        }
        let mut unpacked = Vec::with_capacity(self.bytes.len().saturating_mul(8).min(LIMIT));
        let mut gzip = MultiGzDecoder::new(&self.bytes[..]).take(LIMIT as u64 + 1);
        gzip.read_to_end(&mut unpacked).map_err(|_| cut_off())?;
        if LIMIT < unpacked.len() {
            return Err(Problem::too_large(LIMIT));
        }
        Ok(Unpacked {
            value: json_of(&unpacked)?,
            bytes: unpacked.len(),
            gzip: Some(self.bytes),
            _room: self.room,
        })
    }
}

fn encoding_unknown() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "encoding_unknown",
        "isi dimampatkan dengan cara yang tidak dikenal; hanya gzip",
        "the body is packed in a way that is not known here; only gzip is",
    )
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn body_bytes(body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(limit)),
        Err(_) => Err(cut_off()),
    }
}

pub(super) fn cut_off() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "cut_off",
        "kiriman terputus di tengah jalan; kirim lagi",
        "what was sent broke off; send it again",
    )
}

pub(super) fn json_of<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Letters are checked once for the whole, not for each text in it.
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    // Only what is at fault is read by the reader that notes where it is: it takes twice as long.
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = error.path().to_string();
        json_problem(error.inner(), &field)
    })?;
    reader.end().map_err(|error| json_problem(&error, "."))?;
    Ok(value)
}

fn json_problem(error: &serde_json::Error, field: &str) -> Problem {
    let (line, column) = (error.line(), error.column());
    if error.is_data() {
        // The message may repeat the value; only the place is told.
        return Problem::invalid(
            "json_field",
            format!("isian `{field}` tidak sesuai (baris {line}, kolom {column})"),
            format!("field `{field}` does not fit (line {line}, column {column})"),
        );
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        "json_malformed",
        format!("JSON rusak di baris {line}, kolom {column}"),
        format!("malformed JSON at line {line}, column {column}"),
    )
}

/// The query of an address.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        query.map(|query| Query(query.0)).map_err(|error| {
            let text = error.body_text();
            Problem::invalid(
                "query_invalid",
                format!("alamat memuat nilai yang tidak sesuai: {text}"),
                format!("the address holds a value that does not fit: {text}"),
            )
        })
    }
}

/// An id or code in the path of an address.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) T);

impl<T> FromRequestParts<Arc<App>> for Named<T>
where
    T: std::str::FromStr<Err: Display> + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let text = axum::extract::Path::<String>::from_request_parts(parts, app).await;
        let text = text.map_err(|error| id_invalid(&error))?.0;
        text.parse()
            .map(Named)
            .map_err(|error: T::Err| id_invalid(&error))
    }
}

fn id_invalid(error: &dyn Display) -> Problem {
    Problem::invalid(
        "id_invalid",
        format!("alamat tidak sesuai: {error}"),
        format!("the address does not fit: {error}"),
    )
}

/// Yes or no in a query: `1`, `true`, `ya`; anything else is no.
pub(super) fn flag<'de, D: serde::Deserializer<'de>>(source: D) -> Result<bool, D::Error> {
    let text = String::deserialize(source)?;
    Ok(matches!(text.as_str(), "1" | "true" | "ya"))
}

/// Refuses a region that is not the account's business.
pub(super) fn must_cover(account: &Account, region: &RegionId) -> Result<(), Problem> {
    if account.covers(region) {
        Ok(())
    } else {
        Err(Problem::outside_regions())
    }
}
