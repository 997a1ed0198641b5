//! Every kind of question has a control that a hand can use, and what it stores is there after the battery died.
//!
//! Always: without signal, by what a finger can reach at 360 pixels.
//! Never: reads the app's inside; what is stored is what a new start shows.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use serde_json::json;
use tests::harness::{Browser, Page};
use tests::office::{BARENE, Office};

use crate::phone::{cut, open_module, see_saved};

fn office() -> Result<Office> {
    Office::open_with(&json!({
        "survey": include_str!("controls/survey.csv"),
        "choices": include_str!("controls/choices.csv"),
        "settings": include_str!("controls/settings.csv"),
    }))
}

/// A phone without signal at the first page of a module.
fn phone_at(office: &Office, module: &str) -> Result<Browser> {
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &[])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    // The questionnaire is on the phone once a village opens.
    page.click(&format!("village-{BARENE}"))?;
    page.read(&format!("module-{module}"))?;
    page.evaluate("void (location.hash = '#/')")?;
    cut(office, &phone)?;
    open_module(page, BARENE, module)?;
    Ok(phone)
}

/// The battery dies; the phone starts again at the page where it stood.
fn die(phone: &mut Browser) -> Result<()> {
    see_saved(phone.page())?;
    let here = phone.page().evaluate("location.href")?;
    let here = here.as_str().context("an address")?.to_owned();
    phone.relaunch()?;
    phone.page().set_online(false)?;
    phone.page().open(&here)
}

fn shows(page: &Page, element: &str, text: &str) -> Result<()> {
    page.wait_for(&format!(
        "document.querySelector({element:?})?.innerText.includes({text:?})"
    ))
}

/// Types into a control of the browser's own, such as a date, as its picker would.
fn set(page: &Page, id: &str, value: &str) -> Result<()> {
    page.evaluate(&format!(
        "(() => {{ const field = document.getElementById({id:?}); field.focus(); field.value = {value:?};
            field.dispatchEvent(new Event('input', {{ bubbles: true }})); field.blur(); }})()"
    ))?;
    Ok(())
}

fn value(page: &Page, id: &str, expect: &str) -> Result<()> {
    page.wait_for(&format!(
        "document.getElementById({id:?})?.value === {expect:?}"
    ))
}

#[test]
fn choices_are_put_in_order_slid_and_found_in_long_lists() -> Result<()> {
    let office = office()?;
    let mut phone = phone_at(&office, "urut")?;
    let page = phone.page();
    for name in ["pasar", "benang", "modal"] {
        page.click(&format!("rank-{name}"))?;
    }
    // The second goes up, the last is taken out.
    page.evaluate("document.querySelectorAll('[data-test=rank-up]')[1].click()")?;
    shows(page, "[data-test=ranking] li:first-child", "Harga benang")?;
    page.evaluate("document.querySelectorAll('[data-test=rank-out]')[2].click()")?;
    page.read("rank-modal")?;
    shows(page, "#question-nyaman", "Belum dijawab")?;
    for _ in 0..4 {
        page.click("range-more")?;
    }
    shows(page, "#question-nyaman [data-test=range-value]", "3")?;
    page.evaluate("document.querySelectorAll('[data-test=range-more]')[1].click()")?;
    page.evaluate("document.querySelectorAll('[data-test=range-more]')[1].click()")?;
    shows(page, "#question-bagian [data-test=range-value]", "0,25")?;
    page.fill("filter-pasar", "kate")?;
    page.click("option-pasar-d03")?;
    page.fill("filter-pasar", "lawalu")?;
    page.click("option-pasar-d05")?;
    page.see("2 dari 18 dipilih")?;
    page.screenshot("control-order")?;
    page.fill("filter-asal", "suai")?;
    page.click("option-asal-d11")?;
    page.read("unfold")?;
    die(&mut phone)?;
    let page = phone.page();
    shows(page, "[data-test=ranking] li:first-child", "Harga benang")?;
    shows(page, "[data-test=ranking] li:last-child", "Pasar jauh")?;
    shows(page, "#question-nyaman [data-test=range-value]", "3")?;
    shows(page, "#question-bagian [data-test=range-value]", "0,25")?;
    page.wait_for("document.querySelector('#question-asal input:checked')?.value === 'd11'")?;
    let chosen = page.evaluate(
        "[...document.querySelectorAll('#question-pasar input:checked')].map((each) => each.value).join()",
    )?;
    assert_eq!(chosen, "d03,d05");
    assert!(page.take_errors().is_empty());
    Ok(())
}

#[test]
fn months_years_and_moments_are_dates() -> Result<()> {
    let office = office()?;
    let mut phone = phone_at(&office, "waktu")?;
    let page = phone.page();
    set(page, "input-panen", "2026-08")?;
    set(page, "input-berdiri", "2019")?;
    set(page, "input-rapat", "2026-11-02T19:30")?;
    set(page, "input-buka", "05:15")?;
    page.screenshot("control-time")?;
    die(&mut phone)?;
    let page = phone.page();
    value(page, "input-panen", "2026-08")?;
    value(page, "input-berdiri", "2019")?;
    value(page, "input-rapat", "2026-11-02T19:30")?;
    value(page, "input-buka", "05:15")?;
    assert!(page.take_errors().is_empty());
    Ok(())
}

/// Walks there, and waits until the receiver has said so.
fn walk(page: &Page, latitude: f64, longitude: f64, points: &str) -> Result<()> {
    page.set_position(latitude, longitude, 4.0)?;
    shows(page, "[data-test=track-span]", points)?;
    // Counted is not stored yet on a slow disk, and the screen says which.
    shows(page, "[data-test=track-span]:not([aria-busy])", points)
}

#[test]
fn a_garden_is_walked_around_and_a_dead_phone_loses_no_point() -> Result<()> {
    let office = office()?;
    let mut phone = phone_at(&office, "lahan")?;
    let page = phone.page();
    page.grant("geolocation")?;
    page.evaluate("document.querySelectorAll('[data-test=track-start]')[1].click()")?;
    walk(page, -9.55, 124.28, "1 titik")?;
    walk(page, -9.55, 124.281, "2 titik")?;
    // A step to the side is no point of its own.
    page.set_position(-9.550_01, 124.281, 4.0)?;
    walk(page, -9.551, 124.281, "3 titik")?;
    page.screenshot("control-walk")?;
    let here = page.evaluate("location.href")?;
    let here = here.as_str().context("an address")?.to_owned();

    phone.kill();
    phone.relaunch()?;
    let page = phone.page();
    page.set_online(false)?;
    page.grant("geolocation")?;
    page.open(&here)?;
    page.click("track-go-on")?;
    shows(page, "[data-test=track-span]", "3 titik")?;
    walk(page, -9.551, 124.28, "4 titik")?;
    shows(page, "[data-test=track-span]", "1,22 ha")?;
    // A finger adds a point on the sketch, and takes it back.
    page.click("sketch")?;
    shows(page, "[data-test=track-span]", "5 titik")?;
    page.click("track-undo")?;
    page.click("track-done")?;
    shows(page, "[data-test=track]", "4 titik · 1,22 ha")?;
    page.screenshot("control-area")?;
    die(&mut phone)?;
    shows(
        phone.page(),
        "#question-kebun [data-test=track]",
        "4 titik · 1,22 ha",
    )?;
    assert!(!phone.page().has("track-draft")?);
    assert!(phone.page().take_errors().is_empty());
    Ok(())
}

/// A file with that ending and content.
fn file(suffix: &str, bytes: &[u8]) -> Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("sk-")
        .suffix(suffix)
        .tempfile()?;
    file.write_all(bytes)?;
    Ok(file)
}

#[test]
fn sound_is_recorded_a_name_signed_and_files_are_taken() -> Result<()> {
    let office = office()?;
    let mut phone = phone_at(&office, "berkas")?;
    let page = phone.page();
    page.grant("audioCapture")?;
    page.click("record")?;
    shows(page, "[data-test=recording]", "0.01")?;
    page.click("stop-recording")?;
    page.wait_for("document.querySelector('#question-cerita audio')?.src.startsWith('blob:')")?;

    let decree = file(".pdf", b"%PDF-1.4 keputusan")?;
    page.upload("file-surat", decree.path())?;
    shows(page, "#question-surat [data-test=photo]", ".pdf")?;
    // A file that no server takes is told, and the one before it stays.
    let huge = file(".bin", &vec![7; 10 * 1024 * 1024 + 1])?;
    page.upload("file-surat", huge.path())?;
    page.see("lebih dari 10 MB")?;
    shows(page, "#question-surat [data-test=photo]", ".pdf")?;

    page.click("draw")?;
    page.evaluate(
        "(() => { const pad = document.querySelector('[data-test=pad]');
            const box = pad.getBoundingClientRect();
            const send = (type, x, y) => pad.dispatchEvent(new PointerEvent(type, {
                bubbles: true, clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
            send('pointerdown', 0.1, 0.5); send('pointermove', 0.4, 0.2); send('pointermove', 0.8, 0.7);
            send('pointerup', 0.8, 0.7); })()",
    )?;
    page.screenshot("control-sign")?;
    page.click("save-drawing")?;
    page.wait_for("document.querySelector('#question-tanda img.thumb')?.naturalWidth === 640")?;
    page.fill("input-kode", "TNN-0042")?;
    page.evaluate("document.activeElement.blur()")?;
    page.screenshot("control-files")?;
    die(&mut phone)?;
    let page = phone.page();
    page.wait_for("document.querySelector('#question-cerita audio')?.src.startsWith('blob:')")?;
    page.wait_for("document.querySelector('#question-tanda img.thumb')?.naturalWidth === 640")?;
    shows(page, "#question-surat [data-test=photo]", ".pdf")?;
    value(page, "input-kode", "TNN-0042")?;
    // The browser can play what was stored.
    page.wait_for("document.querySelector('#question-cerita audio')?.readyState > 0")?;
    assert!(page.take_errors().is_empty());
    Ok(())
}

#[test]
fn a_phone_that_dies_while_it_records_keeps_what_was_told() -> Result<()> {
    let office = office()?;
    let mut phone = phone_at(&office, "berkas")?;
    let page = phone.page();
    let here = page.evaluate("location.href")?;
    let here = here.as_str().context("an address")?.to_owned();
    page.grant("audioCapture")?;
    page.click("record")?;
    shows(page, "[data-test=recording]", "0.08")?;
    phone.kill();
    phone.relaunch()?;
    let page = phone.page();
    page.set_online(false)?;
    page.open(&here)?;
    page.wait_for("document.querySelector('#question-cerita audio')?.src.startsWith('blob:')")?;
    page.read("sound-ended")?;
    page.wait_for("document.querySelector('#question-cerita audio')?.readyState > 0")?;
    // It is an answer like every other, and taken up once.
    page.screenshot("control-sound-taken-up")?;
    die(&mut phone)?;
    let page = phone.page();
    page.wait_for("document.querySelector('#question-cerita audio')?.readyState > 0")?;
    assert!(!page.has("sound-ended")?);
    assert!(page.take_errors().is_empty());
    Ok(())
}

/// Less than the app itself takes: nothing more can be written.
const FULL_BYTES: u64 = 10_000;

#[test]
fn what_a_dead_phone_recorded_outlives_a_full_disk_and_a_refused_microphone() -> Result<()> {
    let office = office()?;
    let mut phone = phone_at(&office, "berkas")?;
    let page = phone.page();
    let here = page.evaluate("location.href")?;
    let here = here.as_str().context("an address")?.to_owned();
    page.grant("audioCapture")?;
    page.click("record")?;
    shows(page, "[data-test=recording]", "0.08")?;

    phone.relaunch()?;
    let page = phone.page();
    page.set_online(false)?;
    page.set_quota(&office.signal.origin(), FULL_BYTES)?;
    page.open(&here)?;
    page.see("Penyimpanan perangkat penuh")?;
    assert!(!page.has("sound-ended")?);
    // Nobody allows the microphone this time; what is left of the first recording is all there is.
    page.click("record")?;
    page.read("record-error")?;

    phone.relaunch()?;
    let page = phone.page();
    page.set_online(false)?;
    page.open(&here)?;
    page.wait_for("document.querySelector('#question-cerita audio')?.readyState > 0")?;
    page.read("sound-ended")?;
    assert!(page.take_errors().is_empty());
    Ok(())
}

/// The phone asks whether the app may listen, and answers only when `allow()` is called.
const SLOW_TO_ALLOW: &str = "(() => {
    const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
    media.getUserMedia = async wanted => {
        await new Promise(allow => { window.allow = allow; });
        window.heard = await ask(wanted);
        return window.heard;
    };
})()";

/// What the page does when its person goes elsewhere, and comes back.
const TURN: &str =
    "Object.defineProperty(document, 'visibilityState', { value: 'TO', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'))";

#[test]
fn a_recording_that_nobody_began_replaces_nothing() -> Result<()> {
    let office = office()?;
    let phone = phone_at(&office, "berkas")?;
    let page = phone.page();
    page.grant("audioCapture")?;
    page.click("record")?;
    shows(page, "[data-test=recording]", "0.01")?;
    page.click("stop-recording")?;
    page.wait_for("document.querySelector('#question-cerita audio')?.src.startsWith('blob:')")?;
    let first = page.evaluate("document.querySelector('#question-cerita audio').src")?;

    page.evaluate(SLOW_TO_ALLOW)?;
    page.click("record")?;
    page.wait_for("typeof window.allow === 'function'")?;
    page.evaluate(&TURN.replace("TO", "hidden"))?;
    page.evaluate(&TURN.replace("TO", "visible"))?;
    page.evaluate("window.allow()")?;
    // The microphone is let go at once, and nothing is being recorded.
    page.wait_for("window.heard?.getTracks().every(track => track.readyState === 'ended')")?;
    page.wait_for("!!document.querySelector('[data-test=record]:not([aria-busy=true])')")?;
    assert!(!page.has("recording")?);
    let now = page.evaluate("document.querySelector('#question-cerita audio').src")?;
    assert_eq!(now, first, "a blink took the place of what was told");
    assert!(page.take_errors().is_empty());
    Ok(())
}

#[test]
fn a_questionnaire_speaks_a_language_that_the_app_does_not() -> Result<()> {
    let office = office()?;
    let phone = phone_at(&office, "lahan")?;
    let page = phone.page();
    shows(page, "#question-kebun", "Kebun kapas")?;
    page.click("switch-language")?;
    page.read("language-tet")?;
    page.screenshot("control-language")?;
    page.click("language-tet")?;
    shows(page, "#question-kebun", "To'os")?;
    // The words of the app stay Indonesian, and English is one tap away.
    shows(page, "#question-kebun", "Mulai mengelilingi lahan")?;
    page.click("switch-language")?;
    page.click("language-en")?;
    shows(page, "#question-kebun", "Cotton garden")?;
    shows(page, "#question-kebun", "Start walking around the land")?;
    Ok(())
}
