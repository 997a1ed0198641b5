//! An analyst at the desk: ranks, asks what other weights and chance would change, opens a number down to its answer,
//! and freezes a decision that anybody can compute again.
//!
//! Always: over the demo round, whose villages were answered by the engine itself.
//! Never: looks for what another story looks for.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::from_value;
use shared::priority::Record;
use tests::harness::{Page, binary};

use crate::people::{Office, World};

const DESMIGRATIF: &str = "prioritas?method=desmigratif";
const PHONE: (u32, u32) = (360, 740);
const DESK: (u32, u32) = (1280, 800);

/// A demo whose villages are all answered, with an analyst at a desk.
pub(crate) fn desk() -> Result<(World, Office)> {
    let world = World::start_demo()?;
    world.server.wait_for_line(|line| {
        let count = line.strip_prefix("Answered ")?.strip_suffix(" villages")?;
        count.parse::<usize>().ok()
    })?;
    let dewi = Office::at(&world)?;
    dewi.sign_in("analis", "lumbung-demo")?;
    Ok((world, dewi))
}

/// Pictures at the size of a phone and of a desk, light and dark.
pub(crate) fn pictures(page: &Page, name: &str) -> Result<()> {
    for ((width, height), mobile) in [(PHONE, true), (DESK, false)] {
        page.set_viewport(width, height, mobile)?;
        page.wait_for("document.documentElement.scrollWidth <= innerWidth")
            .with_context(|| format!("{name} is wider than {width}"))?;
        page.screenshot(name)?;
        page.set_dark(true)?;
        page.screenshot(&format!("{name}-dark"))?;
        page.set_dark(false)?;
    }
    assert_eq!(page.take_errors(), Vec::<String>::new(), "{name}");
    Ok(())
}

/// Codes of the rows on the screen, in order.
fn order(page: &Page) -> Result<Vec<String>> {
    page.wait_for("Boolean(document.querySelector('[data-test^=priority-row-]'))")?;
    let rows = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test^=priority-row-]'))
            .map((row) => row.dataset.test.replace('priority-row-', ''))",
    )?;
    Ok(from_value(rows)?)
}

/// Drags a slider as a hand does: several values, one after the other, and lets go.
fn drag(page: &Page, slider: &str, values: &[f64]) -> Result<()> {
    for value in values {
        page.evaluate(&format!(
            "(() => {{ const s = document.querySelector('[data-test=\"{slider}\"]');
                s.value = {value}; s.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()"
        ))?;
    }
    page.evaluate(&format!(
        "void document.querySelector('[data-test=\"{slider}\"]').dispatchEvent(new Event('change', {{ bubbles: true }}))"
    ))?;
    Ok(())
}

#[test]
fn an_analyst_tries_weights_and_draws_and_opens_a_number_down_to_its_answer() -> Result<()> {
    let (_world, dewi) = desk()?;
    let page = dewi.page();
    dewi.go(DESMIGRATIF)?;
    let official = order(page)?;
    ensure!(10 < official.len(), "only {official:?}");
    pictures(page, "priority-ranking")?;

    // Another weight moves ranks at once, and is called a trial.
    page.click("try-weights")?;
    page.read("trial-close")?;
    let sliders = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test^=weight-]')).map((one) => one.dataset.test)",
    )?;
    let sliders: Vec<String> = from_value(sliders)?;
    ensure!(1 < sliders.len(), "{sliders:?}");
    drag(page, &sliders[0], &[80.0, 60.0, 40.0, 20.0, 0.0])?;
    page.wait_for("Boolean(document.querySelector('.change'))")?;
    let tried = order(page)?;
    assert_ne!(tried, official, "nothing moved");
    let took =
        page.evaluate("Number(document.querySelector('[data-test=trial-took]').dataset.ms)")?;
    let took = took.as_u64().context("no time is told")?;
    println!("re-ranked in {took} ms");
    pictures(page, "priority-trial")?;
    // The address holds the trial, so that it can be shown to others.
    page.reload()?;
    page.wait_for("Boolean(document.querySelector('.change'))")?;
    assert_eq!(order(page)?, tried);
    page.click("trial-close")?;
    page.wait_for("!document.querySelector('[data-test=trial]')")?;
    page.wait_for("!document.querySelector('.change')")?;
    assert_eq!(order(page)?, official);

    // Draws can be stopped, and made again.
    page.evaluate("void (document.querySelector('[data-test=sureness]').open = true)")?;
    page.click("draw")?;
    page.wait_for("Boolean(document.querySelector('[data-test=drawn], [data-test=drawing]'))")?;
    if page.has("stop-drawing")? {
        page.evaluate("document.querySelector('[data-test=stop-drawing]')?.click()")?;
    }
    page.wait_for(
        "Boolean(document.querySelector('[data-test=drawn], [data-test=draws-stopped]'))",
    )?;
    if page.has("draws-stopped")? {
        page.evaluate("void (document.querySelector('[data-test=sureness]').open = true)")?;
        page.click("draw")?;
    }
    page.read("drawn")?;
    page.wait_for("Boolean(document.querySelector('[data-test=rank-range]'))")?;
    page.click("sort-share")?;
    page.click("sort-share")?;
    page.wait_for("document.querySelector('th[aria-sort=descending]') !== null")?;
    pictures(page, "priority-draws")?;
    // Villages that nobody visited stand apart, each with a range.
    page.wait_for(
        "document.querySelector('[data-test=unvisited-range]')?.textContent.startsWith('peringkat ')",
    )?;
    let coverage = page.read("coverage")?;
    ensure!(coverage.contains(" desa sudah disetujui ("), "{coverage}");
    page.evaluate("document.querySelector('[data-test=unvisited]').scrollIntoView()")?;
    pictures(page, "priority-unvisited")?;
    let shown = String::from_utf8(page.download("export-shown")?)?;
    ensure!(official.iter().all(|code| shown.contains(code)), "{shown}");

    // From a village that is not chosen down to an answer, as it was given.
    page.click("show-all")?;
    let last = page.evaluate(
        "Array.from(document.querySelectorAll('tr[data-test^=priority-row-]:not(.chosen) .village a'))[0].href",
    )?;
    let last = last.as_str().unwrap_or_default();
    let place = last.split("#/").nth(1).context("no address")?;
    dewi.go(place)?;
    page.read("village-card")?;
    page.click("ways-ask")?;
    page.wait_for("document.querySelectorAll('[data-test=ways] p').length > 0")?;
    page.read("strengths")?;
    let opened = page.evaluate(
        "Array.from(document.querySelectorAll('tr[data-test^=indicator-]:not(.unknown) [data-test^=open-]')).map((one) => one.dataset.test)[0]",
    )?;
    page.click(opened.as_str().context("no indicator is known")?)?;
    page.read("trail")?;
    pictures(page, "priority-village")?;
    let link = page.evaluate("document.querySelector('[data-test^=answer-link-]').dataset.test")?;
    let link = link.as_str().unwrap_or_default().to_owned();
    page.click(&link)?;
    let answer = link.replace("answer-link-", "answer-");
    page.wait_for(&format!(
        "document.activeElement?.dataset.test === '{answer}'"
    ))?;
    pictures(page, "priority-answer")?;
    Ok(())
}

#[test]
fn a_decision_is_frozen_printed_and_computed_again_to_the_same_bytes() -> Result<()> {
    let (_world, dewi) = desk()?;
    let page = dewi.page();
    let round = page.evaluate(
        "fetch(location.origin + '/api/v1/rounds').then((r) => r.json()).then((all) => all[0].id)",
    )?;
    let round = round.as_str().context("no round")?.to_owned();
    let view = tests::office::api(
        page,
        "GET",
        &format!("/rounds/{round}/priority/desmigratif"),
        &serde_json::Value::Null,
    )?;
    let reserve = view["selection"]["reserve"][0]
        .as_str()
        .context("no reserve")?
        .to_owned();

    dewi.go(&format!("{DESMIGRATIF}&view=decisions"))?;
    page.read("no-decisions")?;
    page.click("freeze")?;
    page.fill("freeze-seed", "17 4 42 5")?;
    page.fill("freeze-number", "12/BA/DESA/2026")?;
    page.fill("freeze-place", "Betun")?;
    page.fill("signatory-name-0", "Maria Tefa")?;
    page.fill("signatory-position-0", "Kepala Dinas PMD Kabupaten Malaka")?;
    page.click("add-change")?;
    page.click("freeze-now")?;
    // Both faults of the empty change at once, and nothing is lost.
    page.read("failure")?;
    page.fill("change-region-1", &reserve)?;
    page.fill("change-by-1", "Maria Tefa")?;
    page.fill("change-reason-1", "Kantor desa siap menjadi tempat layanan")?;
    page.screenshot("priority-freeze")?;
    page.click("freeze-now")?;
    page.read("minutes")?;
    page.see("12/BA/DESA/2026")?;
    page.see("Kantor desa siap menjadi tempat layanan")?;
    page.click("differences-ask")?;
    page.read("differences-none")?;
    pictures(page, "priority-minutes")?;
    page.set_viewport(PHONE.0, PHONE.1, true)?;
    page.wait_for("(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('.paper'))")
        .context("the minutes scroll sideways on a phone")?;
    page.set_viewport(DESK.0, DESK.1, false)?;

    let record = page.download("download-record")?;
    let read = Record::read(&record).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    assert_eq!(read.seed(), "17 4 42 5");
    assert_eq!(read.changes()[0].region, reserve);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("record.txt");
    std::fs::write(&file, &record)?;
    let again = Command::new(binary()?)
        .arg("recompute")
        .arg(&file)
        .output()?;
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    ensure!(
        again.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&again.stderr)
    );
    assert!(said.contains("the same bytes"), "{said}");

    let paper = page.print("priority-minutes")?;
    assert!(paper.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&paper);
    // A4 in points, and an annex on pages of its own.
    ensure!(
        text.contains("/MediaBox [0 0 594.95996 841.91998]") || text.contains("/MediaBox [0 0 595"),
        "not A4"
    );
    let pages = text.matches("/Type /Page\n").count();
    ensure!(1 < pages, "{pages} pages");
    dewi.go(&format!("{DESMIGRATIF}&view=decisions"))?;
    page.read("decisions")?;
    pictures(page, "priority-decisions")?;
    Ok(())
}
