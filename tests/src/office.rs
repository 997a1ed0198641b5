//! A server with a round in which there is work, and the desk of its administrator.
//!
//! Always: the real server; what is made here is made through its API, from the administrator's own page.
//! Never: writes into the database.

use crate::harness::{Backing, Browser, Page, Screen, Server, Signal, workspace};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// Kabupaten Malaka and some of its villages, as the ministry's list has them.
const REGIONS: &str = "code,name
53,Nusa Tenggara Timur
53.21,Kabupaten Malaka
53.21.01,Malaka Tengah
53.21.01.2001,Barene
53.21.01.2002,Kakaniuk
53.21.01.2003,Kateri
";

/// A village of the round.
pub const BARENE: &str = "53.21.01.2001";
/// Another village of the round.
pub const KAKANIUK: &str = "53.21.01.2002";

/// Of every account.
pub const PASSWORD: &str = "kain-tenun-ikat-7";

/// What an administrator has prepared, ready for phones.
#[derive(Debug)]
pub struct Office {
    /// The way between phones and server.
    pub signal: Signal,
    /// The server itself.
    pub server: Server,
    /// The administrator's browser, signed in.
    pub desk: Browser,
    /// Id of the open round.
    pub round: String,
}

impl Office {
    /// A server whose administrator has imported regions and questionnaire and opened a round.
    ///
    /// # Errors
    /// When the server refuses, or a screen does not come.
    pub fn open() -> Result<Office> {
        let sheet = |name: &str| {
            let folder = workspace().join("shared/data/potensi-desa");
            std::fs::read_to_string(folder.join(format!("{name}.csv")))
        };
        Office::open_with(&json!({
            "survey": sheet("survey")?, "choices": sheet("choices")?, "settings": sheet("settings")?,
        }))
    }

    /// The same with another questionnaire: `survey`, `choices`, `settings` and `files` as the API takes them.
    ///
    /// # Errors
    /// When the server refuses, or a screen does not come.
    pub fn open_with(sheets: &Value) -> Result<Office> {
        let signal = Signal::start()?;
        let server = Server::start(&["serve", "--origin", &signal.origin()])?;
        signal.lead_to(server.address());
        let desk = Browser::start(Screen::Desk)?;
        let mut office = Office {
            signal,
            server,
            desk,
            round: String::new(),
        };
        office.set_up(sheets)?;
        Ok(office)
    }

    fn set_up(&mut self, sheets: &Value) -> Result<()> {
        let token = self.server.wait_for_line(|line| {
            let (_, token) = line.split_once("/#/mulai/")?;
            Some(token.trim().to_owned())
        })?;
        self.desk.page().open(&self.signal.origin())?;
        let first = json!({
            "token": token, "username": "admin", "name": "Ibu Admin", "password": PASSWORD,
        });
        self.api("POST", "/setup", &first)?;
        self.api("POST", "/regions/import", &json!(REGIONS))?;
        self.api("POST", "/questionnaires", sheets)?;
        let forms = self.api("GET", "/questionnaires", &Value::Null)?;
        let round = json!({
            "name": "Uji coba 2026", "kind": "real", "regencies": ["53.21"],
            "questionnaire": forms[0]["id"],
        });
        let round = self.api("POST", "/rounds", &round)?;
        self.round = text(&round["id"])?;
        Ok(())
    }

    /// Makes an account and returns its id.
    ///
    /// # Errors
    /// When the server refuses, or a screen does not come.
    pub fn account(&self, username: &str, name: &str, role: &str) -> Result<String> {
        let new = json!({
            "username": username, "name": name, "role": role, "regions": ["53.21"],
            "password": PASSWORD,
        });
        let made = self.api("POST", "/accounts", &new)?;
        text(&made["account"]["id"])
    }

    /// Gives a village to an enumerator: some modules, or all where none is named.
    ///
    /// # Errors
    /// When the server refuses, or a screen does not come.
    pub fn assign(&self, account: &str, village: &str, modules: &[&str]) -> Result<()> {
        let new = json!({
            "round": self.round, "account": account, "villages": [village], "modules": modules,
        });
        self.api("POST", "/assignments", &new)?;
        Ok(())
    }

    /// The link that enrols one phone once.
    ///
    /// # Errors
    /// When the server refuses, or a screen does not come.
    pub fn enrolment_link(&self, account: &str) -> Result<String> {
        let path = format!("/accounts/{account}/enrolments");
        let made = self.api("POST", &path, &json!({}))?;
        text(&made["link"])
    }

    /// A phone that has opened the link, is enrolled, and holds the whole app.
    ///
    /// # Errors
    /// When the server refuses, or a screen does not come.
    pub fn enrolled_phone(&self, account: &str) -> Result<Browser> {
        self.enrolled_phone_on(account, Backing::LevelDb)
    }

    /// The same, whose IndexedDB is kept as `backing` says.
    ///
    /// # Errors
    /// When the server refuses, or a screen does not come.
    pub fn enrolled_phone_on(&self, account: &str, backing: Backing) -> Result<Browser> {
        let phone = Browser::start_on(Screen::Phone, backing)?;
        let page = phone.page();
        page.grant("durableStorage")?;
        page.open(&self.enrolment_link(account)?)?;
        page.click("enrol")?;
        page.wait_for("document.querySelector('[data-test=home]')")?;
        // As the screen asks: not before everything is on the phone.
        page.wait_for("!document.querySelector('[data-test=fetching]')")?;
        page.wait_for(
            "navigator.serviceWorker.getRegistration('/app/').then((r) => r?.active?.state === 'activated')",
        )?;
        Ok(phone)
    }

    /// A desk at which this account is signed in.
    ///
    /// # Errors
    /// When a screen does not come.
    pub fn desk_of(&self, username: &str) -> Result<Browser> {
        let desk = Browser::start(Screen::Desk)?;
        let page = desk.page();
        page.open(&format!("{}/", self.signal.origin()))?;
        page.fill("username", username)?;
        page.fill("password", PASSWORD)?;
        page.click("sign-in")?;
        page.wait_for("Boolean(document.querySelector('[data-test=signed-in-as]'))")?;
        Ok(desk)
    }

    /// One request of the administrator; a text body is sent as it is.
    ///
    /// # Errors
    /// When the server refuses, or a screen does not come.
    pub fn api(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        api(self.desk.page(), method, path, body)
    }
}

/// A request from the page that is open, with its cookies and origin.
///
/// # Errors
/// When the server refuses; the error holds status and body.
pub fn api(page: &Page, method: &str, path: &str, body: &Value) -> Result<Value> {
    let (kind, sent) = match body {
        Value::String(text) => ("text/csv", json!(text)),
        other => ("application/json", json!(other.to_string())),
    };
    let options = match body {
        Value::Null => json!({ "method": method }),
        _ => json!({ "method": method, "headers": { "content-type": kind }, "body": sent }),
    };
    let answer = page.evaluate(&format!(
        "fetch('/api/v1{path}', {options}).then(async (r) => ({{ ok: r.ok, status: r.status, text: await r.text() }}))"
    ))?;
    let text = answer["text"].as_str().unwrap_or_default();
    ensure!(
        answer["ok"] == true,
        "{method} {path} answered {}: {text}",
        answer["status"]
    );
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).with_context(|| format!("{method} {path} answered {text}"))
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("a text was expected")?.to_owned())
}
