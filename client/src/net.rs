//! Talking to the server: JSON and bytes with a time limit, and errors by their stable code.
//!
//! Always: only an answer with our own header counts; everything else is a stranger in the middle, such as the
//! sign-in page of a hotel's Wi-Fi, and changes nothing.
//! Never: retries, or decides by a status number alone.

mod zip;

use js_sys::{Object, Promise, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::json::{self, Faults, Fields, Json};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit, Response};

use crate::i18n::Texts;
use crate::platform;

/// The header by which an answer is known to be ours, and its value.
const OWN_HEADER: &str = "lumbung-api";
const OWN_VERSION: &str = "1";
/// A plain question or a push of text.
pub const TIMEOUT_MS: u32 = 30_000;
/// A photo or an export over a weak signal.
pub const LONG_TIMEOUT_MS: u32 = 180_000;
/// Bytes of one answer; the list of regions is the largest.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Shorter bodies do not become smaller.
const ZIP_BYTES_MIN: usize = 1024;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetError {
    /// Nothing could be reached.
    Offline,
    /// The time limit passed; whether the server acted is unknown.
    Timeout,
    /// Somebody answered who is not our server.
    Stranger,
    /// Our server refused, with its reason.
    Problem(Problem),
    /// Our server answered in a form that this version cannot read.
    Malformed(String),
    TooLarge,
}

/// A refusal: programs decide by `code`, people read `detail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: u16,
    pub code: String,
    pub detail: String,
    pub detail_en: String,
    /// Each fault's place and text, for a file or form with several.
    pub faults: Vec<(String, String)>,
}

impl NetError {
    /// The stable code, where our server gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            NetError::Problem(problem) => Some(&problem.code),
            _ => None,
        }
    }

    /// What a person is told: what happened, what is safe, what to do.
    pub fn text(&self, texts: &Texts) -> String {
        let net = &texts.common.net;
        match self {
            NetError::Offline => net.offline.to_owned(),
            NetError::Timeout => net.timeout.to_owned(),
            NetError::Stranger => net.stranger.to_owned(),
            NetError::Malformed(_) => net.malformed.to_owned(),
            NetError::TooLarge => net.too_large.to_owned(),
            NetError::Problem(problem) => {
                let own = if texts.code == "id" {
                    &problem.detail
                } else {
                    &problem.detail_en
                };
                if own.is_empty() {
                    net.refused(&problem.code)
                } else {
                    own.clone()
                }
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Auth<'a> {
    /// The console's session cookie, or nobody.
    Cookie,
    /// A phone's token.
    Bearer(&'a str),
}

/// What is sent along.
#[derive(Debug, Clone)]
pub enum Body {
    None,
    /// JSON.
    Json(String),
    /// The same, compressed where the browser can and it is worth it.
    ZippedJson(String),
    Bytes {
        bytes: Uint8Array,
        media_type: &'static str,
    },
    Text {
        text: String,
        media_type: &'static str,
    },
}

/// One question to the server.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    pub method: Method,
    /// From `/api/v1` on.
    pub path: &'a str,
    pub auth: Auth<'a>,
    pub body: Body,
    /// Headers beyond the usual ones.
    pub headers: &'a [(&'a str, &'a str)],
    pub timeout_ms: u32,
}

impl<'a> Call<'a> {
    /// A call without body, with the usual time limit.
    pub fn new(method: Method, path: &'a str, auth: Auth<'a>) -> Call<'a> {
        Call {
            method,
            path,
            auth,
            body: Body::None,
            headers: &[],
            timeout_ms: TIMEOUT_MS,
        }
    }
}

/// What our server answered; its status says success.
#[derive(Debug, Clone)]
pub struct Answer {
    response: Response,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.response.status()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }

    /// The body as bytes.
    pub async fn bytes(&self) -> Result<Uint8Array, NetError> {
        let buffer = awaited(self.response.array_buffer()).await?;
        Ok(Uint8Array::new(&buffer))
    }

    /// The body as text.
    pub async fn text(&self) -> Result<String, NetError> {
        let text = awaited(self.response.text()).await?;
        Ok(text.as_string().unwrap_or_default())
    }
}

/// Asks for JSON.
pub async fn get<T: DeserializeOwned>(path: &str, auth: Auth<'_>) -> Result<T, NetError> {
    let answer = send(Call::new(Method::Get, path, auth)).await?;
    read(&answer.text().await?)
}

/// Sends JSON and reads JSON; `()` reads an answer without body.
pub async fn post<B: Serialize, T: DeserializeOwned>(
    path: &str,
    auth: Auth<'_>,
    body: &B,
) -> Result<T, NetError> {
    let mut call = Call::new(Method::Post, path, auth);
    call.body = Body::Json(json::to_text(body));
    let answer = send(call).await?;
    match answer.status() {
        204 => read("null"),
        _ => read(&answer.text().await?),
    }
}

/// The value that an answer stands for.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, NetError> {
    json::from_text(text).map_err(|error| NetError::Malformed(error.to_string()))
}

/// Sends one call and waits for the head of the answer within its time limit.
pub async fn send(call: Call<'_>) -> Result<Answer, NetError> {
    let aborter = AbortController::new().map_err(|_| NetError::Offline)?;
    let request = request(&call, &aborter).await?;
    let abort = aborter.clone();
    let timer = platform::after(call.timeout_ms, move || abort.abort());
    let fetched =
        JsFuture::from(platform::window().fetch_with_str_and_init(call.path, &request)).await;
    let response: Response = match fetched {
        Ok(response) => response.unchecked_into(),
        Err(_) if aborter.signal().aborted() => return Err(NetError::Timeout),
        Err(_) => return Err(NetError::Offline),
    };
    // The body is under the same time limit, and its reader outlives this function.
    std::mem::forget(timer);
    check(response).await
}

async fn request(call: &Call<'_>, aborter: &AbortController) -> Result<RequestInit, NetError> {
    let headers = Headers::new().map_err(|_| NetError::Offline)?;
    let set = |name: &str, value: &str| {
        let _ = headers.set(name, value);
    };
    set("accept", "application/json");
    set(OWN_HEADER, OWN_VERSION);
    if let Auth::Bearer(token) = call.auth {
        set("authorization", &format!("Bearer {token}"));
    }
    call.headers
        .iter()
        .for_each(|(name, value)| set(name, value));
    let init = RequestInit::new();
    init.set_method(call.method.as_str());
    init.set_signal(Some(&aborter.signal()));
    // Neither a cached answer nor one after a redirection to somebody else is an answer.
    put(&init, "cache", "no-store");
    put(&init, "redirect", "error");
    put(&init, "credentials", "same-origin");
    match &call.body {
        Body::None => {}
        Body::Json(text) => {
            set("content-type", "application/json");
            init.set_body(&text.into());
        }
        Body::ZippedJson(text) => {
            set("content-type", "application/json");
            let zipped = if text.len() < ZIP_BYTES_MIN {
                None
            } else {
                zip::gzip(text).await
            };
            match zipped {
                Some(bytes) => {
                    set("content-encoding", "gzip");
                    init.set_body(&bytes);
                }
                None => init.set_body(&text.into()),
            }
        }
        Body::Bytes { bytes, media_type } => {
            set("content-type", media_type);
            init.set_body(bytes);
        }
        Body::Text { text, media_type } => {
            set("content-type", media_type);
            init.set_body(&text.into());
        }
    }
    init.set_headers(&headers);
    Ok(init)
}

fn put(init: &RequestInit, field: &str, value: &str) {
    let _ = Reflect::set(init.unchecked_ref::<Object>(), &field.into(), &value.into());
}

/// Tells our server from strangers, and success from refusal.
async fn check(response: Response) -> Result<Answer, NetError> {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let media_type = header("content-type").unwrap_or_default();
    if header(OWN_HEADER).is_none() || media_type.starts_with("text/html") {
        return Err(NetError::Stranger);
    }
    let length = header("content-length").and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|length| ANSWER_BYTES_MAX < length) {
        return Err(NetError::TooLarge);
    }
    if response.ok() {
        return Ok(Answer { response });
    }
    let status = response.status();
    let told = Answer { response }.text().await?;
    let told: Json = json::read(&told).map_err(|_| NetError::Malformed(status.to_string()))?;
    Err(NetError::Problem(problem(status, told)))
}

/// Reads a refusal field by field, so that one of a newer server is still understood.
fn problem(status: u16, told: Json) -> Problem {
    let faults = &mut Faults::default();
    let mut told = Fields::of(told, faults);
    let listed: Vec<Json> = match told.take("faults", faults) {
        Json::List(listed) => listed,
        // Absent where nothing in particular is at fault.
        _ => Vec::new(),
    };
    let listed = listed.into_iter().map(|fault| {
        let mut fault = Fields::of(fault, faults);
        (
            text_field(&mut fault, "place"),
            text_field(&mut fault, "text"),
        )
    });
    Problem {
        status,
        faults: listed.collect(),
        code: text_field(&mut told, "code"),
        detail: text_field(&mut told, "detail"),
        detail_en: text_field(&mut told, "detail_en"),
    }
}

fn text_field(fields: &mut Fields, name: &'static str) -> String {
    match fields.take(name, &mut Faults::default()) {
        Json::Text(text) => text,
        _ => String::new(),
    }
}

async fn awaited(promise: Result<Promise, JsValue>) -> Result<JsValue, NetError> {
    let promise = promise.map_err(|_| NetError::Malformed(String::new()))?;
    JsFuture::from(promise).await.map_err(|error| {
        let name = Reflect::get(&error, &"name".into())
            .ok()
            .and_then(|name| name.as_string());
        match name.as_deref() {
            Some("AbortError") => NetError::Timeout,
            _ => NetError::Offline,
        }
    })
}
