//! How long the questionnaire engine takes in Chromium at a quarter of its speed.
//!
//! Always: the forms and the code of `engine_native`, compiled to wasm as the app is; times are
//! taken in the page.
//! Never: the app or a server; `screen` measures what a person waits for.

#[path = "engine/forms.rs"]
mod forms;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tests::harness::{Browser, File, Screen, Site, workspace};

const SLOWDOWN: u32 = 4;

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>engine</title>
<link rel=icon href=/icon.svg><script type=module src=/start.js></script>";

const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg'/>";

/// Times each act in the page; the browser's clock has steps of a tenth of a millisecond.
const START: &str = "import start, { Work } from '/probe.js';
await start({ module_or_path: '/probe.wasm' });
window.measure = async (name, path, answers, rounds) => {
  const bytes = new Uint8Array(await (await fetch('/' + name + '.form')).arrayBuffer());
  const times = { open: [], answer: [], validate: [] };
  const timed = (what, act) => {
    const begun = performance.now();
    const result = act();
    times[what].push(performance.now() - begun);
    return result;
  };
  let work;
  for (let round = 0; round < rounds.open; round++) {
    work?.free();
    work = timed('open', () => Work.open(bytes));
  }
  for (let round = 0; round < rounds.answer; round++)
    timed('answer', () => work.answer(path, answers[round % 2]));
  for (let round = 0; round < rounds.validate; round++)
    timed('validate', () => work.validate());
  work.free();
  return times;
};
window.ready = true;";

fn main() -> Result<()> {
    let forms = forms::all()?;
    let mut files = BTreeMap::from([
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
    ]);
    for form in &forms {
        let file = File::new("application/octet-stream", form.bytes.clone());
        files.insert(format!("/{}.form", form.name), file);
    }
    let site = Site::start(files)?;
    let browser = Browser::start(Screen::Phone)?;
    let page = browser.page();
    page.open(&format!("http://{}/", site.address()))?;
    page.wait_for("window.ready")?;
    page.slow_down(SLOWDOWN)?;
    for form in &forms {
        let rounds = json!({ "open": 12, "answer": 60, "validate": 60 });
        let arguments = json!([form.name, form.path, form.answers, rounds]);
        let times = page.evaluate(&format!("measure(...{arguments})"))?;
        for what in ["open", "answer", "validate"] {
            report(form.name, what, numbers(&times[what])?);
        }
    }
    Ok(())
}

fn read(name: &str) -> Result<Vec<u8>> {
    let path = workspace().join("target/probe").join(name);
    std::fs::read(path)
        .with_context(|| format!("target/probe/{name} is missing; run `cargo xtask probe`"))
}

fn numbers(value: &Value) -> Result<Vec<f64>> {
    let all = value.as_array().context("the page gave no times")?;
    all.iter()
        .map(|each| each.as_f64().context("a time is a number"))
        .collect()
}

fn report(form: &str, what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    for percent in [50, 99] {
        let index = (times.len() * percent).div_ceil(100).saturating_sub(1);
        let value = (times[index] * 10.0).round() / 10.0;
        let figure = format!("{form}_{what}_p{percent}");
        println!(
            "{}",
            json!({ "bench": "engine_wasm", "figure": figure, "value": value, "unit": "ms" })
        );
    }
}
