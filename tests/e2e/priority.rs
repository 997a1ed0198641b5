//! An analyst at the desk: ranks, asks what other weights and chance would change, opens a number down to its answer
//! with its photo, enumerator and reviewer, and freezes a decision that anybody can compute again.
//!
//! Always: over the demo round, whose villages were answered by the engine itself.
//! Never: looks for what another story looks for.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, from_value, json};
use shared::priority::Record;
use tests::harness::{Page, binary};
use tests::office::api;

use crate::people::{Enumerator, Office, World};
use crate::phone::{open_module, see_saved};
use crate::photo::{QUESTION, camera_picture, edge, to_the_photos};

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
    // The files stand in one line on a desk.
    page.wait_for(
        "new Set(Array.from(document.querySelectorAll('[data-test=files] .btn')).map((it) => it.offsetTop)).size === 1",
    )?;

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

/// A village of Nusa Tenggara Timur that its enumerator sent and nobody approved yet: code and kabupaten.
fn sent_village(page: &Page) -> Result<(String, String)> {
    let rounds = api(page, "GET", "/rounds", &Value::Null)?;
    let round = rounds[0]["id"].as_str().context("no round")?;
    let queue = api(page, "GET", &format!("/rounds/{round}/queue"), &Value::Null)?;
    let cases = queue["cases"].as_array().context("no cases")?;
    let sent = cases.iter().filter(|it| it["status"] == "submitted");
    let mut sent = sent.filter_map(|it| it["region"].as_str());
    let village = sent.find(|code| code.starts_with("53."));
    let village = village.context("every village is approved")?;
    Ok((village.to_owned(), village[..5].to_owned()))
}

/// The enumerator of the village goes back with a phone, takes a photo and sends it.
fn take_a_photo(world: &World, (village, regency): (&str, &str)) -> Result<()> {
    let admin = Office::at(world)?;
    admin.sign_in("admin", "lumbung-demo")?;
    let username = match regency {
        "53.02" => "pencacah".to_owned(),
        _ => format!("pencacah-{regency}"),
    };
    let phone = Enumerator::with_phone(world.signal.origin())?;
    phone.enrol(&admin.enrol(&username)?)?;
    phone.look_into(village)?;
    let page = phone.page();
    let picture = camera_picture(page)?;
    open_module(page, village, "i_penutup")?;
    to_the_photos(page)?;
    page.click("add-row-i_foto")?;
    page.click("option-i_foto_kategori-tenun")?;
    page.upload(QUESTION, picture.path())?;
    page.read("photo")?;
    see_saved(page)?;
    phone.home()?;
    page.click("send-now")?;
    page.wait_for(
        "document.querySelector('[data-test=numbers-waiting]')?.innerText.trim() === '0'",
    )?;
    page.wait_for("!document.querySelector('[data-test=photos-waiting]')")
}

#[test]
fn a_rank_opens_down_to_answer_photo_enumerator_and_reviewer() -> Result<()> {
    let (world, dewi) = desk()?;
    let page = dewi.page();
    let (village, regency) = sent_village(page)?;
    take_a_photo(&world, (&village, &regency))?;
    let agus = Office::at(&world)?;
    agus.sign_in("pengawas", "lumbung-demo")?;
    agus.go("pemeriksaan")?;
    agus.page().click(&format!("queue-row-{village}"))?;
    agus.page().click("approve")?;
    agus.page().see("Disetujui")?;
    agus.page().wait_for(
        "performance.getEntriesByType('resource')
            .some((each) => each.name.endsWith('/sync/push') && each.responseStatus === 200)",
    )?;

    // From its rank to the village, from a dimension to its indicators, from one of them to its expression.
    dewi.go(&format!("prioritas?method=potensi_tenun&q={village}"))?;
    let row = format!("priority-row-{village}");
    ensure!(
        page.read(&row)?.contains(&village),
        "{village} is not listed"
    );
    page.evaluate(&format!(
        "document.querySelector('[data-test=\"{row}\"] .village a').click()"
    ))?;
    page.read("village-card")?;
    let indicator = page.evaluate(
        "document.querySelector('tr[data-test^=indicator-]:not(.unknown)')?.dataset.test.replace('indicator-', '')",
    )?;
    let indicator = indicator.as_str().context("no indicator")?.to_owned();
    let dimension = page.evaluate(&format!(
        "document.querySelector('[data-test=\"indicator-{indicator}\"]').closest('section').id.replace('indicators-of-', '')"
    ))?;
    let dimension = dimension.as_str().unwrap_or_default();
    page.click(&format!("dimension-{dimension}"))?;
    page.wait_for(&format!(
        "document.activeElement.id === 'indicators-of-{dimension}'"
    ))?;
    page.click(&format!("open-{indicator}"))?;
    page.read("trail")?;
    let expression = page.evaluate("document.querySelector('[data-test=trail] code').innerText")?;
    ensure!(expression != json!(""), "no expression");
    // The photo is there as a picture, not as a name.
    assert_eq!(
        edge(page, "[data-test=village-photos] figure.photo img")?,
        1280
    );
    page.evaluate("document.querySelector('[data-test=village-photos]').scrollIntoView()")?;
    pictures(page, "priority-photo")?;

    // Down to the answer: who wrote it, and who approved it.
    let link = page.evaluate("document.querySelector('[data-test^=answer-link-]').dataset.test")?;
    let question = link
        .as_str()
        .unwrap_or_default()
        .replace("answer-link-", "");
    page.click(&format!("answer-link-{question}"))?;
    signed(page, &question)?;
    pictures(page, "priority-signed")?;

    // And from the photo down to its own answer.
    dewi.go(&format!("prioritas?method=potensi_tenun&village={village}"))?;
    page.read("village-photos")?;
    page.wait_for("document.querySelector('[data-test=village-photos] figcaption a') !== null")?;
    page.evaluate("document.querySelector('[data-test=village-photos] figcaption a').click()")?;
    signed(page, "i_foto_berkas")?;
    assert_eq!(edge(page, "[data-test=answer-i_foto_berkas] img")?, 1280);
    pictures(page, "priority-photo-signed")?;
    page.click("Foto (1)")?;
    page.see("Disetujui oleh Agustinus Bria (Pengawas)")?;
    assert_eq!(page.take_errors(), Vec::<String>::new());
    Ok(())
}

/// The answer that has the keyboard says who wrote it as enumerator, and who approved it, without another press.
fn signed(page: &Page, question: &str) -> Result<()> {
    page.wait_for(&format!(
        "document.activeElement?.dataset.test === 'answer-{question}'"
    ))?;
    let within = |part: &str| -> Result<String> {
        let text = page.evaluate(&format!(
            "document.activeElement.querySelector('[data-test=\"{part}-{question}\"]').innerText"
        ))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    };
    let writers = within("writers")?;
    ensure!(writers.contains("(Pencacah) · "), "{question}: {writers}");
    let approval = within("approval")?;
    ensure!(
        approval.starts_with("Disetujui oleh Agustinus Bria (Pengawas) · "),
        "{question}: {approval}"
    );
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
    let view = api(
        page,
        "GET",
        &format!("/rounds/{round}/priority/desmigratif"),
        &Value::Null,
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
