//! How long a person waits on the phone, in Chromium at a quarter of its speed.
//!
//! Always: the real app and server; times are taken in the page, from the event to what it led to.
//! Never: a figure of its own machine alone: compare only figures of one run.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tests::harness::{Page, Weather};
use tests::office::{BARENE, Office};

const SLOWDOWN: u32 = 4;
const CHOICES: usize = 100;
const KEYS: usize = 60;

/// Notes when things happen: events by a person, things on the screen, answers in IndexedDB.
const WATCH: &str = "
window.seen = {}; window.stored = []; window.acted = 0;
for (const kind of ['click', 'input', 'change'])
  addEventListener(kind, () => { window.acted = performance.now(); }, true);
new MutationObserver(() => {
  for (const [name, selector] of [['villages', '[data-test^=village-]'], ['question', '[data-test^=question-]']])
    if (!(name in seen) && document.querySelector(selector)) seen[name] = performance.now();
}).observe(document, { subtree: true, childList: true });
const begin = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (stores, mode, options) {
  const transaction = begin.call(this, stores, mode, options);
  if (mode === 'readwrite')
    transaction.addEventListener('complete', () => stored.push(performance.now()));
  return transaction;
};";

fn main() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &[])?;
    let mut phone = office.enrolled_phone(&ani)?;
    // Villages and questionnaire are on the phone before the signal goes.
    phone.page().click(&format!("village-{BARENE}"))?;
    phone.page().read("module-c_tenun")?;

    office.signal.set(Weather::Cut);
    phone.relaunch()?;
    let page = phone.page();
    page.before_scripts(WATCH)?;
    page.slow_down(SLOWDOWN)?;
    page.open(&format!("{}/app/", office.signal.origin()))?;
    page.wait_for("'villages' in seen")?;
    print(
        "open_form",
        "cold_start_to_villages",
        number(page, "seen.villages")?,
    );

    page.click(&format!("village-{BARENE}"))?;
    page.wait_for("document.querySelector('[data-test=go-on]')")?;
    page.evaluate("delete seen.question")?;
    page.click("go-on")?;
    page.wait_for("'question' in seen")?;
    print(
        "open_form",
        "tap_to_first_question",
        number(page, "seen.question - acted")?,
    );

    page.open(&format!("{}/app/", office.signal.origin()))?;
    page.click(&format!("village-{BARENE}"))?;
    page.click("module-c_tenun")?;
    let choices = (0..CHOICES).map(|index| {
        let choice = if index % 2 == 0 { "tidak" } else { "ya" };
        stored_after(page, || page.click(&format!("option-c_tenun_ada-{choice}")))
    });
    report("choice", choices.collect::<Result<_>>()?);

    page.open(&format!("{}/app/", office.signal.origin()))?;
    page.click(&format!("village-{BARENE}"))?;
    page.click("module-b_penduduk")?;
    page.wait_for("document.querySelector('input[inputmode]')")?;
    page.evaluate("document.querySelector('input[inputmode]').focus()")?;
    let keys = (0..KEYS).map(|index| {
        let key = char::from(b'1' + u8::try_from(index % 9)?).to_string();
        if index % 5 == 0 {
            page.evaluate("document.activeElement.select()")?;
        }
        stored_after(page, || page.type_text(&key))
    });
    report("typed", keys.collect::<Result<_>>()?);
    Ok(())
}

/// Milliseconds from the event that `act` causes to the end of the next writing transaction.
fn stored_after(page: &Page, act: impl FnOnce() -> Result<()>) -> Result<f64> {
    page.evaluate("stored.length = 0; acted = 0")?;
    act()?;
    page.wait_for("acted && stored.some((at) => acted <= at)")?;
    number(page, "stored.find((at) => acted <= at) - acted")
}

fn report(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    for percent in [50, 99] {
        let index = (times.len() * percent).div_ceil(100).saturating_sub(1);
        print("journal", &format!("{what}_p{percent}"), times[index]);
    }
}

fn number(page: &Page, expression: &str) -> Result<f64> {
    let value: Value = page.evaluate(expression)?;
    let number = value
        .as_f64()
        .with_context(|| format!("{expression} gave {value}"))?;
    ensure!(0.0 <= number, "{expression} gave {number}");
    Ok(number)
}

fn print(bench: &str, figure: &str, milliseconds: f64) {
    let rounded = (milliseconds * 10.0).round() / 10.0;
    println!(
        "{}",
        json!({ "bench": bench, "figure": figure, "value": rounded, "unit": "ms" })
    );
}
