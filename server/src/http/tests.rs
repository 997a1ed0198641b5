//! The harness of the HTTP tests: a router over a store in a folder of its own.
//!
//! Always: requests go through the whole router, headers and guards included.
//! Never: opens a socket.

mod accounts;
mod assets;
mod audit;
mod blobs;
mod bodies;
mod bundle;
mod devices;
mod guard;
mod personal;
mod priority;
mod push;
mod regions;
mod restored;
mod rounds;
mod safety;
mod session;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use shared::ids::{AccountId, QuestionnaireId, Role};
use shared::time::Millis;
use shared::wire::office::{Language, QuestionnaireSheets};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::{App, router};
use crate::auth;
use crate::clock::Clock;
use crate::store::{AccountDraft, Act, QuestionnaireDraft, Store};

pub(super) const ORIGIN: &str = "http://127.0.0.1:8080";
pub(super) const PASSWORD: &str = "padi dan jagung";
const REGIONS: &str = "code,name
19,Kepulauan Bangka Belitung
19.03,Kabupaten Bangka Selatan
19.03.03,Airgegas
19.03.04,Payung
19.03.04.2001,Payung
19.03.04.2002,Sengir
53,Nusa Tenggara Timur
53.02,Kabupaten Timor Tengah Selatan
53.02.05,Oenino
53.02.05.2001,Niki-Niki Un
53.02.05.2002,Pene Utara
53.21,Kabupaten Malaka
53.21.03,Wewiku
53.21.03.2003,Weoé
";

pub(super) struct Server {
    pub(super) app: Arc<App>,
    pub(super) clock: Clock,
    folder: TempDir,
}

/// A response that was read.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// Status and code of a problem, such as `401 not_signed_in`.
    pub(super) fn problem(&self) -> String {
        let body = self.json();
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(body["status"], self.status.as_u16());
        assert!(!body["detail"].as_str().unwrap().is_empty());
        assert!(!body["detail_en"].as_str().unwrap().is_empty());
        format!(
            "{} {}",
            self.status.as_u16(),
            body["code"].as_str().unwrap()
        )
    }

    #[track_caller]
    pub(super) fn ok(self) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        assert!(self.status.is_success(), "{} {text}", self.status);
        if self.bytes.is_empty() {
            return Value::Null;
        }
        self.json()
    }
}

/// Who asks: nobody, a session or a phone.
#[derive(Clone, Default)]
pub(super) struct Who {
    pub(super) cookie: String,
    pub(super) bearer: String,
}

impl Server {
    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(super) async fn new() -> Server {
        let folder = TempDir::new().unwrap();
        let clock = Clock::stopped(Millis(1_795_000_000_000));
        let store = Store::open(folder.path(), clock.now()).await.unwrap();
        Server {
            app: App::new(store, clock.clone(), ORIGIN.to_owned()),
            clock,
            folder,
        }
    }

    /// A server over data that is there already.
    pub(super) async fn over(folder: TempDir, clock: Clock) -> Server {
        let store = Store::open(folder.path(), clock.now()).await.unwrap();
        Server {
            app: App::new(store, clock.clone(), ORIGIN.to_owned()),
            clock,
            folder,
        }
    }

    /// A server with regions, a questionnaire and an administrator.
    pub(super) async fn furnished() -> (Server, Who) {
        let server = Server::new().await;
        server.account("admin", Role::Administrator, &[]).await;
        let admin = server.sign_in("admin").await;
        let answer = server.post_text(&admin, "/regions/import", REGIONS).await;
        assert_eq!(answer.ok()["saved"], 14);
        let draft = QuestionnaireDraft {
            id: QuestionnaireId([7; 16]),
            form_id: "potensi_desa".into(),
            title: "Potensi Desa".into(),
            version: "1".into(),
            questions: 3,
            compiled: b"compiled".to_vec(),
            sheets: QuestionnaireSheets {
                survey: "type,name".into(),
                choices: String::new(),
                settings: String::new(),
                entities: String::new(),
            },
            lists: vec![("desa.csv?kode&nama".into(), b"packed".to_vec())],
        };
        let act = Act::by_program(Millis(1));
        server
            .app
            .store
            .put_questionnaire(draft, act)
            .await
            .unwrap();
        (server, admin)
    }

    pub(super) async fn account(&self, username: &str, role: Role, regions: &[&str]) -> AccountId {
        let draft = AccountDraft {
            id: AccountId(auth::random()),
            username: username.to_owned(),
            name: username.to_uppercase(),
            role,
            regions: regions.iter().map(|code| code.parse().unwrap()).collect(),
            language: Language::Id,
            password_hash: self.app.passwords.hash(PASSWORD.to_owned()).await.unwrap(),
        };
        let act = Act::by_program(self.clock.now());
        let made = self.app.store.make_accounts(vec![draft], act).await;
        made.unwrap()[0].id
    }

    pub(super) async fn sign_in(&self, username: &str) -> Who {
        let body = json!({"username": username, "password": PASSWORD});
        let answer = self.post(&Who::default(), "/session", body).await;
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        answer.ok();
        Who {
            cookie,
            bearer: String::new(),
        }
    }

    /// Opens a round over both regencies of the east; returns its id.
    pub(super) async fn round(&self, admin: &Who) -> String {
        let body = json!({
            "name": "Ronde 1", "kind": "real", "questionnaire": "07".repeat(16),
            "regencies": ["53.02", "53.21"],
        });
        let round = self.post(admin, "/rounds", body).await.ok();
        round["id"].as_str().unwrap().to_owned()
    }

    /// Enrols a phone for an account and returns how it signs in.
    pub(super) async fn phone(&self, by: &Who, account: AccountId) -> Who {
        bearer(&self.enrolled(by, account).await)
    }

    /// Enrols a phone for an account and returns what it was told.
    pub(super) async fn enrolled(&self, by: &Who, account: AccountId) -> Value {
        let path = format!("/accounts/{account}/enrolments");
        let offer = self.post(by, &path, json!({})).await.ok();
        let link = offer["link"].as_str().unwrap();
        let token = link.rsplit('/').next().unwrap();
        self.post(&Who::default(), "/enrol", json!({"token": token}))
            .await
            .ok()
    }

    pub(super) async fn get(&self, who: &Who, path: &str) -> Answer {
        self.api(who, Method::GET, path, Body::empty()).await
    }

    pub(super) async fn post(&self, who: &Who, path: &str, body: Value) -> Answer {
        self.post_text(who, path, &body.to_string()).await
    }

    pub(super) async fn post_text(&self, who: &Who, path: &str, body: &str) -> Answer {
        self.api(who, Method::POST, path, Body::from(body.to_owned()))
            .await
    }

    pub(super) async fn api(&self, who: &Who, method: Method, path: &str, body: Body) -> Answer {
        let request = request(who, method, &format!("/api/v1{path}"));
        self.send(request.body(body).unwrap()).await
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let service = router(Arc::clone(&self.app));
        read(service.oneshot(request).await.unwrap()).await
    }
}

/// How a phone that was enrolled so signs in.
pub(super) fn bearer(enrolled: &Value) -> Who {
    let part = |name: &str| enrolled[name].as_str().unwrap().to_owned();
    Who {
        cookie: String::new(),
        bearer: format!("{}.{}", part("device"), part("secret")),
    }
}

pub(super) fn request(who: &Who, method: Method, path: &str) -> axum::http::request::Builder {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header(header::ORIGIN, ORIGIN);
    if !who.cookie.is_empty() {
        request = request.header(header::COOKIE, &who.cookie);
    }
    if !who.bearer.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", who.bearer));
    }
    request
}

async fn read(response: Response) -> Answer {
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        bytes: response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .into(),
    }
}
