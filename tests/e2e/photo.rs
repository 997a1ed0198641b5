//! Photos: from a file to the supervisor's desk, and the files that are none.
//!
//! Always: a photo leaves after the text that names it.
//! Never: loses what stood there before.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tempfile::NamedTempFile;
use tests::harness::{Browser, Page};
use tests::office::{BARENE, Office};

use crate::phone::{check_numbers, cut, open_module, restore, see_saved};

pub(crate) const QUESTION: &str = "file-i_foto_berkas";

/// A picture as cameras make them: larger than the phone keeps, and not made of one colour.
pub(crate) fn camera_picture(page: &Page) -> Result<NamedTempFile> {
    let drawn = page.evaluate(
        "(() => { const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [3000, 2000];
            const context = canvas.getContext('2d');
            for (let n = 0; n < 4000; n++) {
                context.fillStyle = `hsl(${n * 47 % 360} 60% ${20 + n % 60}%)`;
                context.fillRect(n * 131 % 3000, n * 89 % 2000, 60, 60); }
            return canvas.toDataURL('image/jpeg', 0.9).split(',')[1]; })()",
    )?;
    let bytes = STANDARD.decode(drawn.as_str().context("a picture")?)?;
    named(".jpg", &bytes)
}

fn named(suffix: &str, bytes: &[u8]) -> Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().suffix(suffix).tempfile()?;
    file.write_all(bytes)?;
    Ok(file)
}

/// A phone whose person may only fill in the part with the photos, at the first photo.
pub(crate) fn phone_at_a_photo(office: &Office) -> Result<Browser> {
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["i_penutup"])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    // The questionnaire is on the phone once a village opens.
    page.click(&format!("village-{BARENE}"))?;
    page.read("module-i_penutup")?;
    page.evaluate("void (location.hash = '#/')")?;
    cut(office, &phone)?;
    open_module(page, BARENE, "i_penutup")?;
    to_the_photos(page)?;
    page.click("add-row-i_foto")?;
    page.read("question-i_foto_berkas")?;
    Ok(phone)
}

/// From the first page of the part with the photos.
pub(crate) fn to_the_photos(page: &Page) -> Result<()> {
    while !page.has("add-row-i_foto")? {
        let hash = page.evaluate("location.hash")?;
        page.click("next")?;
        page.wait_for(&format!("location.hash !== {hash}"))?;
        page.read("page")?;
    }
    Ok(())
}

/// Longest edge of the picture on the screen, in pixels.
pub(crate) fn edge(page: &Page, image: &str) -> Result<u64> {
    page.wait_for(&format!(
        "document.querySelector('{image}')?.naturalWidth > 0"
    ))?;
    let edge = page.evaluate(&format!(
        "Math.max(document.querySelector('{image}').naturalWidth, document.querySelector('{image}').naturalHeight)"
    ))?;
    edge.as_u64().context("a picture has a size")
}

#[test]
fn a_photo_is_made_small_survives_the_battery_and_follows_the_text_to_the_desk() -> Result<()> {
    let office = Office::open()?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let mut phone = phone_at_a_photo(&office)?;
    let picture = camera_picture(phone.page())?;
    let page = phone.page();
    page.click("option-i_foto_kategori-tenun")?;
    page.upload(QUESTION, picture.path())?;
    page.read("photo")?;
    see_saved(page)?;
    // The questionnaire asks for 1280 pixels at most.
    assert_eq!(edge(page, "img.thumb")?, 1280);
    page.screenshot("collector-photo")?;
    let here = page.evaluate("location.href")?;
    let here = here.as_str().context("an address")?.to_owned();

    phone.relaunch()?;
    phone.page().set_online(false)?;
    phone
        .page()
        .open(&format!("{}/app/", office.signal.origin()))?;
    check_numbers(phone.page(), "1", "0", "1")?;
    phone.page().see("1 foto masih dalam perjalanan")?;
    phone.page().open(&here)?;
    assert_eq!(edge(phone.page(), "img.thumb")?, 1280);
    phone.page().evaluate("void (location.hash = '#/')")?;

    let before = office.server.printed().len();
    restore(&office, &phone)?;
    phone.page().click("send-now")?;
    check_numbers(phone.page(), "1", "1", "0")?;
    assert!(!phone.page().has("photos-waiting")?);
    let log = office.server.printed()[before..].to_owned();
    let at = |route: &str| {
        log.find(route)
            .with_context(|| format!("no {route} in:\n{log}"))
    };
    assert!(at("/sync/push")? < at("/blobs/")?, "{log}");

    let desk = office.desk_of("citra")?;
    desk.page()
        .open(&format!("{}/#/pemeriksaan", office.signal.origin()))?;
    desk.page().click(&format!("queue-row-{BARENE}"))?;
    desk.page().click("Foto")?;
    assert_eq!(edge(desk.page(), "figure.photo img")?, 1280);
    desk.page().screenshot("console-photos")?;
    Ok(())
}

#[test]
fn a_file_that_is_no_picture_is_named_and_takes_nothing_away() -> Result<()> {
    let office = Office::open()?;
    let phone = phone_at_a_photo(&office)?;
    let page = phone.page();
    page.click("option-i_foto_kategori-tenun")?;
    let picture = camera_picture(page)?;
    page.upload(QUESTION, picture.path())?;
    page.read("photo")?;
    see_saved(page)?;
    let size = page.evaluate("document.querySelector('[data-test=photo] .num').innerText")?;

    let mut cut_off = std::fs::read(picture.path())?;
    cut_off.truncate(400);
    for (suffix, bytes) in [
        (".jpg", b"bukan gambar".as_slice()),
        (".pdf", b"%PDF-1.4 surat"),
        (".jpg", b""),
        (".jpg", &cut_off),
    ] {
        let wrong = named(suffix, bytes)?;
        page.upload(QUESTION, wrong.path())?;
        // A message of its own for each; the one before is gone by then.
        page.wait_for("document.querySelector('[data-test=file-error]')?.dataset.read !== 'yes'")?;
        page.see("Berkas ini bukan gambar yang terbaca. Pilih foto lain.")?;
        page.evaluate("document.querySelector('[data-test=file-error]').dataset.read = 'yes'")?;
        let kept = page.evaluate("document.querySelector('[data-test=photo] .num').innerText")?;
        assert_eq!(kept, size);
    }
    page.screenshot("collector-not-a-picture")?;
    // The next good one is taken.
    page.upload(QUESTION, picture.path())?;
    page.see_no("Berkas ini bukan gambar")?;
    see_saved(page)?;
    assert_eq!(edge(page, "img.thumb")?, 1280);
    page.wait_for(
        "document.querySelector('[data-test=option-i_foto_kategori-tenun] input').checked",
    )?;
    assert_eq!(
        page.evaluate("localStorage.getItem('lumbung.capture')")?,
        json!(null)
    );
    Ok(())
}

#[test]
fn photos_that_went_down_with_the_store_are_told_once_and_waited_for_no_more() -> Result<()> {
    let office = Office::open()?;
    let phone = phone_at_a_photo(&office)?;
    let page = phone.page();
    page.click("option-i_foto_kategori-tenun")?;
    let picture = camera_picture(page)?;
    page.upload(QUESTION, picture.path())?;
    page.read("photo")?;
    see_saved(page)?;
    // The copy holds all but the photo.
    page.evaluate(
        "new Promise((done) => { indexedDB.deleteDatabase('lumbung').onsuccess = () => done(true); })",
    )?;
    let app = format!("{}/app/", office.signal.origin());
    page.open(&app)?;
    page.see("1 foto hilang")?;
    check_numbers(page, "1", "0", "1")?;
    assert!(!page.has("photos-waiting")?);
    restore(&office, &phone)?;
    page.click("send-now")?;
    check_numbers(page, "1", "1", "0")?;
    page.open(&app)?;
    check_numbers(page, "1", "1", "0")?;
    assert!(!page.has("photos-gone")?);
    Ok(())
}
