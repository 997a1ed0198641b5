//! How long the questionnaire engine takes, natively: opening, answering, checking.
//!
//! Always: four forms, the same each time; the code that a browser runs in `engine_wasm`.
//! Never: a figure of its own machine alone: compare only figures of one run.

#[path = "engine/forms.rs"]
mod forms;
#[path = "../../client/src/bin/probe/work.rs"]
mod work;

use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::json;
use shared::ids::Path;

use work::{Work, value_of};

const OPENINGS: usize = 60;
const ANSWERS: usize = 400;
const VALIDATIONS: usize = 400;

fn main() -> Result<()> {
    for form in forms::all()? {
        print(form.name, "bytes", form.bytes.len() as f64, "bytes");
        let path: Path = form.path.parse().ok().context("a path")?;
        let opened = (0..OPENINGS).map(|_| timed(|| Work::open(&form.bytes)).0);
        report(form.name, "open", opened.collect());
        let mut work = Work::open(&form.bytes)?;
        let mut changed = 0;
        let answered = (0..ANSWERS).map(|round| {
            let value = value_of(form.answers[round % 2]);
            let (took, views) = timed(|| work.answer(&path, value));
            changed = changed.max(views);
            took
        });
        report(form.name, "answer", answered.collect());
        print(form.name, "answer_changes", changed as f64, "views");
        let validated = (0..VALIDATIONS).map(|_| timed(|| work.validate()).0);
        report(form.name, "validate", validated.collect());
    }
    Ok(())
}

/// Milliseconds, and what came of it.
fn timed<T>(act: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let result = std::hint::black_box(act());
    (begun.elapsed().as_secs_f64() * 1_000.0, result)
}

fn report(form: &str, what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    for percent in [50, 99] {
        let index = (times.len() * percent).div_ceil(100).saturating_sub(1);
        print(form, &format!("{what}_p{percent}"), times[index], "ms");
    }
}

fn print(form: &str, figure: &str, value: f64, unit: &str) {
    let value = (value * 1_000.0).round() / 1_000.0;
    let figure = format!("{form}_{figure}");
    println!(
        "{}",
        json!({ "bench": "engine_native", "figure": figure, "value": value, "unit": unit })
    );
}
