//! How long a province of 3,500 villages takes in Chromium, next to the same code natively.
//!
//! Always: the code of the console, compiled to wasm as the apps are; both in one run, so that their ratio means
//! something on a loaded machine too.
//! Never: asserts a time; that the digits are the same is a test of `e2e`.

#[path = "../../client/src/bin/probe/ranking.rs"]
#[expect(dead_code, reason = "what is written, a test asks for")]
mod province;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::json;
use tests::harness::{Browser, File, Page, Screen, Site, workspace};

use province::Province;

const VILLAGES: usize = 3_500;
const DRAWS: u32 = 1_000;
/// Sliders moved, so that the browser's clock, which has steps of a tenth of a millisecond, can tell.
const TRIALS: u32 = 20;
/// The best of so many rounds counts.
const ROUNDS: usize = 5;

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>province</title>
<link rel=icon href=/icon.svg><script type=module src=/start.js></script>";

const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg'/>";

const START: &str = "import start, { Province } from '/probe.js';
await start({ module_or_path: '/probe.wasm' });
window.open_province = (method, villages) => { window.province = Province.open(method, villages); };
window.timed = (what, count) => {
  const begun = performance.now();
  window.province[what](count);
  return performance.now() - begun;
};
window.ready = true;";

fn main() -> Result<()> {
    let site = Site::start(BTreeMap::from([
        ("/".to_owned(), File::new("text/html", PAGE)),
        ("/start.js".to_owned(), File::new("text/javascript", START)),
        // Without one the browser asks for it, and the page logs that it got none.
        ("/icon.svg".to_owned(), File::new("image/svg+xml", ICON)),
        (
            "/probe.js".to_owned(),
            File::new("text/javascript", read("probe.js")?),
        ),
        (
            "/probe.wasm".to_owned(),
            File::new("application/wasm", read("probe.wasm")?),
        ),
    ]))?;
    let browser = Browser::start(Screen::Desk)?;
    let page = browser.page();
    page.open(&format!("http://{}/", site.address()))?;
    page.wait_for("window.ready")?;
    for method in ["arithmetic", "geometric"] {
        let province = Province::new(method, VILLAGES);
        page.evaluate(&format!("open_province(...{})", json!([method, VILLAGES])))?;
        compare(page, method, "score", 0, || province.score())?;
        compare(page, method, "draw", DRAWS, || province.draw(DRAWS))?;
        compare(page, method, "rank_again", TRIALS, || {
            province.rank_again(TRIALS)
        })?;
    }
    Ok(())
}

/// Times one act in both, in turn.
fn compare(
    page: &Page,
    method: &str,
    what: &str,
    count: u32,
    act: impl Fn() -> usize,
) -> Result<()> {
    let (mut native, mut browser) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        black_box(act());
        native = native.min(begun.elapsed().as_secs_f64() * 1_000.0);
        let took = page.evaluate(&format!("timed({}, {count})", json!(what)))?;
        browser = browser.min(took.as_f64().context("the page gives a time")?);
    }
    let figure = format!("{method}_{what}");
    print(&format!("{figure}_native"), native, "ms");
    print(&format!("{figure}_wasm"), browser, "ms");
    print(&format!("{figure}_ratio"), browser / native, "times");
    Ok(())
}

fn read(name: &str) -> Result<Vec<u8>> {
    let path = workspace().join("target/probe").join(name);
    std::fs::read(path)
        .with_context(|| format!("target/probe/{name} is missing; run `cargo xtask probe`"))
}

fn print(figure: &str, value: f64, unit: &str) {
    let value = (value * 100.0).round() / 100.0;
    println!(
        "{}",
        json!({ "bench": "priority_wasm", "figure": figure, "value": value, "unit": unit })
    );
}
