//! The hub as this device reaches it: requests of the phone machine as HTTP calls.
//!
//! Always: a failure is told by the hub's code, never by a status number alone.
//! Never: retries; the machine does.

use js_sys::Uint8Array;
use serde::Serialize;
use shared::ids::{AccountId, BlobId, DeviceId, hex_text};
use shared::json::{self, Faults, FromJson, Json};
use shared::sync::phone::{Failure, Me, Request, Response};
use shared::wire::office::{DeviceFacts, Enrol, EnrolAgain, Enrolled};
use shared::wire::v1::{AccountView, BlobStatus};

use crate::net::{self, Answer, Auth, Body, Call, LONG_TIMEOUT_MS, Method, NetError};
use crate::platform;
use crate::store::{Store, StoreName};

const HELLO: &str = "/api/v1/sync/hello";

/// How this device proves who it is.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// An enrolled phone: `<device>.<secret>`, and after a space the certificate, if the hub gave one.
    Bearer(String),
    /// A console: the browser's session cookie.
    Cookie,
}

impl FromJson for Credential {
    fn from_json(value: Json, faults: &mut Faults) -> Self {
        let (name, content) = json::kind(value, faults);
        match name.as_str() {
            "bearer" => Credential::Bearer(String::from_json(content, faults)),
            "cookie" => Credential::Cookie,
            _ => {
                faults.expected("a known credential");
                Credential::Cookie
            }
        }
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Credential::Bearer(_) => f.write_str("Bearer(redacted)"),
            Credential::Cookie => f.write_str("Cookie"),
        }
    }
}

/// Why a link did not enrol this phone.
pub type EnrolError = NetError;

#[derive(Debug, Clone)]
pub struct Hub {
    credential: Credential,
}

impl Hub {
    pub(super) fn new(credential: Credential) -> Hub {
        Hub { credential }
    }

    /// Redeems an enrolment link. The same `attempt` may be repeated when the answer was lost; a link of another account
    /// than `account` is refused and stays good.
    ///
    /// # Errors
    /// The hub's refusal with its code, or no signal.
    pub async fn enrol(
        token: &str,
        attempt: &str,
        account: Option<AccountId>,
    ) -> Result<(Me, Credential), EnrolError> {
        let facts = DeviceFacts {
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            browser: String::new(),
            persisted: platform::storage_persisted().await,
        };
        let asked = Enrol {
            token: token.to_owned(),
            attempt: attempt.to_owned(),
            account,
            facts,
        };
        let mut call = Call::new(Method::Post, "/api/v1/enrol", Auth::Cookie);
        call.body = Body::Json(json::to_text(&asked));
        let answer = net::send(call).await?.text().await?;
        let enrolled: Enrolled =
            json::read(&answer).map_err(|error| NetError::Malformed(error.to_string()))?;
        let mut token = format!("{}.{}", enrolled.device, enrolled.secret);
        if !enrolled.certificate.is_empty() {
            token.push(' ');
            token.push_str(&enrolled.certificate);
        }
        let credential = Credential::Bearer(token);
        Ok((me(enrolled.device, enrolled.account), credential))
    }

    pub fn auth(&self) -> Auth<'_> {
        match &self.credential {
            Credential::Bearer(token) => match token.split_once(' ') {
                Some((token, _)) => Auth::Bearer(token),
                None => Auth::Bearer(token),
            },
            Credential::Cookie => Auth::Cookie,
        }
    }

    pub(super) async fn send(&self, request: Request, store: &Store) -> Result<Response, Failure> {
        match request {
            Request::Hello(hello) => {
                let body = json::to_text(&hello);
                let mut answer = self.post(HELLO, body.clone()).await;
                // A hub that was restored may not know this phone; the certificate tells it.
                if matches!(&answer, Err(Failure::Refused { code }) if code == "device_unknown")
                    && self.enrol_again().await
                {
                    answer = self.post(HELLO, body).await;
                }
                answer.map(Response::Hello)
            }
            Request::Push(push) => self
                .post("/api/v1/sync/push", json::to_text(&push))
                .await
                .map(Response::Push),
            Request::Prove(proof) => self
                .post("/api/v1/sync/prove", json::to_text(&proof))
                .await
                .map(Response::Push),
            Request::Pull(pull) => self
                .post("/api/v1/sync/pull", json::to_text(&pull))
                .await
                .map(Response::Pull),
            Request::BlobStatus(blob) => self.blob_status(blob).await.map(Response::Blob),
            Request::BlobChunk {
                blob,
                offset,
                end,
                bytes,
            } => {
                let piece = piece(store, blob, offset, end).await?;
                self.blob_chunk(blob, offset, bytes, piece)
                    .await
                    .map(Response::Blob)
            }
        }
    }

    /// What the hub gave this phone when it was enrolled.
    pub(super) fn certificate(&self) -> Option<String> {
        let Credential::Bearer(token) = &self.credential else {
            return None;
        };
        let (_, certificate) = token.split_once(' ')?;
        Some(certificate.to_owned())
    }

    /// Shows the certificate; whether the hub knows this phone now.
    async fn enrol_again(&self) -> bool {
        let Some(certificate) = self.certificate() else {
            return false;
        };
        let mut call = Call::new(Method::Post, "/api/v1/enrol/again", self.auth());
        call.body = Body::Json(json::to_text(&EnrolAgain { certificate }));
        net::send(call).await.is_ok()
    }

    /// The bytes of something that never changes.
    pub(super) async fn fetch(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let mut call = Call::new(Method::Get, path, self.auth());
        // A list of all villages takes its time on a weak line.
        call.timeout_ms = LONG_TIMEOUT_MS;
        let answer = net::send(call).await.map_err(failure)?;
        Ok(answer.bytes().await.map_err(failure)?.to_vec())
    }

    async fn post<T: FromJson>(&self, path: &str, body: String) -> Result<T, Failure> {
        let mut call = Call::new(Method::Post, path, self.auth());
        call.body = Body::ZippedJson(body);
        let answer = net::send(call).await.map_err(failure)?;
        let text = answer.text().await.map_err(failure)?;
        json::read(&text).map_err(|_| Failure::Stranger)
    }

    async fn blob_status(&self, blob: BlobId) -> Result<BlobStatus, Failure> {
        let path = format!("/api/v1/blobs/{blob}");
        match net::send(Call::new(Method::Head, &path, self.auth())).await {
            Ok(answer) => Ok(status(blob, &answer)),
            Err(NetError::Problem(problem)) if problem.status == 404 => Ok(BlobStatus {
                blob,
                offset: 0,
                complete: false,
            }),
            Err(error) => Err(failure(error)),
        }
    }

    async fn blob_chunk(
        &self,
        blob: BlobId,
        offset: u64,
        length: u64,
        bytes: Uint8Array,
    ) -> Result<BlobStatus, Failure> {
        let path = format!("/api/v1/blobs/{blob}");
        let (offset, length) = (offset.to_string(), length.to_string());
        let headers = [
            ("upload-offset", offset.as_str()),
            ("upload-length", length.as_str()),
            ("tus-resumable", "1.0.0"),
        ];
        let mut call = Call::new(Method::Patch, &path, self.auth());
        call.headers = &headers;
        call.timeout_ms = net::LONG_TIMEOUT_MS;
        call.body = Body::Bytes {
            bytes,
            media_type: "application/offset+octet-stream",
        };
        match net::send(call).await {
            Ok(answer) => Ok(status(blob, &answer)),
            // Another request got further, or the hub lost a piece: ask again where it stands. One that is still under
            // way is a failure like any other, with its rest.
            Err(NetError::Problem(problem)) if problem.code == "blob_offset" => {
                self.blob_status(blob).await
            }
            Err(error) => Err(failure(error)),
        }
    }
}

/// Who an enrolment or a sign-in made of this device.
pub(super) fn me(device: DeviceId, account: shared::wire::office::AccountView) -> Me {
    let id: AccountId = account.id;
    Me {
        account: AccountView {
            id,
            username: account.username,
            name: account.name,
            role: account.role,
            regions: account.regions,
        },
        device,
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        counter: 0,
    }
}

fn status(blob: BlobId, answer: &Answer) -> BlobStatus {
    let number = |name: &str| {
        answer
            .header(name)
            .and_then(|text| text.parse::<u64>().ok())
    };
    let offset = number("upload-offset").unwrap_or(0);
    let complete = number("upload-length").is_some_and(|length| length <= offset);
    BlobStatus {
        blob,
        offset,
        complete,
    }
}

async fn piece(store: &Store, blob: BlobId, from: u64, to: u64) -> Result<Uint8Array, Failure> {
    let stored = store.get(StoreName::Blobs, &hex_text(&blob.0)).await;
    let bytes = stored
        .map_err(|_| Failure::Storage)?
        .ok_or(Failure::Storage)?;
    let (from, to) = (u32::try_from(from), u32::try_from(to));
    let (Ok(from), Ok(to)) = (from, to) else {
        return Err(Failure::Storage);
    };
    Ok(Uint8Array::new(&bytes).slice(from, to))
}

pub(crate) fn failure(error: NetError) -> Failure {
    match error {
        NetError::Offline | NetError::Timeout => Failure::NoSignal,
        NetError::Stranger | NetError::Malformed(_) | NetError::TooLarge => Failure::Stranger,
        NetError::Problem(problem) => Failure::Refused { code: problem.code },
    }
}
