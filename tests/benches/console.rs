//! How long an analyst waits for the ranking of a whole database, in Chromium.
//!
//! Always: the real console and server over villages that were answered, approved and stored; a province of 5,000, then
//! a country of 21,000 of which one province is looked at; 50 indicators, as a shipped index has.
//! Never: a figure of its own machine alone: compare only figures of one run.

#[path = "../e2e/crowd.rs"]
mod crowd;

use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::json;
use tests::harness::{Browser, Page, Screen, Server, Signal};

use crowd::{Crowd, METHOD, PASSWORD};

const PROVINCE: Crowd = Crowd {
    provinces: 1,
    regencies: 20,
    villages: 250,
    rounds: &["Potensi 2026"],
    indicators: 50,
    more: "",
};

const COUNTRY: Crowd = Crowd {
    provinces: 3,
    regencies: 28,
    ..PROVINCE
};

fn main() -> Result<()> {
    of_province(&Desk::at(&PROVINCE)?)?;
    of_country(&Desk::at(&COUNTRY)?)
}

/// An analyst who is signed in.
struct Desk {
    _server: Server,
    signal: Signal,
    browser: Browser,
}

impl Desk {
    fn at(crowd: &Crowd) -> Result<Desk> {
        let data = crowd.prepare()?;
        let signal = Signal::start()?;
        let server = Server::start_on(data, &["serve", "--origin", &signal.origin()])?;
        signal.lead_to(server.address());
        let browser = Browser::start(Screen::Desk)?;
        let page = browser.page();
        page.open(&format!("{}/", signal.origin()))?;
        page.fill("username", "analis")?;
        page.fill("password", PASSWORD)?;
        page.click("sign-in")?;
        page.wait_for("Boolean(document.querySelector('[data-test=signed-in-as]'))")?;
        Ok(Desk {
            _server: server,
            signal,
            browser,
        })
    }

    /// Opens a place and says how many seconds went by until `seen` is true.
    fn opened(&self, place: &str, seen: &str) -> Result<f64> {
        let page = self.browser.page();
        let began = Instant::now();
        page.open(&format!("{}/#/{place}", self.signal.origin()))?;
        waited(page, seen)?;
        Ok(began.elapsed().as_secs_f64())
    }
}

/// Waits longer than a story does.
fn waited(page: &Page, seen: &str) -> Result<()> {
    for _ in 0..5 {
        if page.wait_for(seen).is_ok() {
            return Ok(());
        }
    }
    page.wait_for(seen)
}

const RANKED: &str = "Boolean(document.querySelector('[data-test^=priority-row-]'))";

fn of_province(desk: &Desk) -> Result<()> {
    let page = desk.browser.page();
    let ranking = format!("prioritas?method={METHOD}");
    print("first_ranking", desk.opened(&ranking, RANKED)?, "s");
    page.reload()?;
    print(
        "ranking",
        desk.opened(&format!("{ranking}&again=1"), RANKED)?,
        "s",
    );
    page.screenshot("bench-console-ranking")?;
    tried(page, "slider")?;
    page.screenshot("bench-console-trial")?;
    page.click("trial-close")?;

    let began = Instant::now();
    page.evaluate("void (document.querySelector('[data-test=sureness]').open = true)")?;
    page.click("draw")?;
    waited(page, "Boolean(document.querySelector('[data-test=drawn]'))")?;
    print("draws", began.elapsed().as_secs_f64(), "s");
    page.screenshot("bench-console-draws")?;

    let card = format!("{ranking}&village=53.07.01.2003");
    let seen = "Boolean(document.querySelector('[data-test=indicator-i00]'))";
    print("card", desk.opened(&card, seen)?, "s");
    let plots = format!("{ranking}&view=plots");
    let seen = "Boolean(document.querySelector('[data-test=map] canvas'))";
    print("map", desk.opened(&plots, seen)?, "s");
    page.screenshot("bench-console-map")?;
    Ok(())
}

fn of_country(desk: &Desk) -> Result<()> {
    let page = desk.browser.page();
    let ranking = format!("prioritas?method={METHOD}");
    let seen = "Boolean(document.querySelector('[data-test=too-many]'))";
    print("country_refused", desk.opened(&ranking, seen)?, "s");
    page.screenshot("bench-console-too-many")?;
    let one = format!("{ranking}&within=53");
    print("country_province", desk.opened(&one, RANKED)?, "s");
    tried(page, "country_province_slider")?;
    page.screenshot("bench-console-within")?;
    Ok(())
}

/// Drags a slider as a hand does, and prints how long one ranking took, and until the list stood.
fn tried(page: &Page, figure: &str) -> Result<()> {
    page.click("try-weights")?;
    page.read("trial-close")?;
    let began = Instant::now();
    page.evaluate(
        "(() => { const s = document.querySelector('[data-test^=weight-]');
            for (const value of [80, 60, 40, 20]) { s.value = value; s.dispatchEvent(new Event('input', { bubbles: true })); } })()",
    )?;
    waited(page, "Boolean(document.querySelector('.change'))")?;
    print(
        &format!("{figure}_list"),
        began.elapsed().as_secs_f64(),
        "s",
    );
    let took =
        page.evaluate("Number(document.querySelector('[data-test=trial-took]').dataset.ms)")?;
    print(figure, took.as_f64().context("no time is told")?, "ms");
    Ok(())
}

fn print(figure: &str, value: f64, unit: &str) {
    let line = json!({
        "bench": "console", "figure": figure, "value": (value * 100.0).round() / 100.0, "unit": unit,
    });
    println!("{line}");
}
