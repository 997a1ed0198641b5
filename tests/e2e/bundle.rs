//! Answers in somebody's pocket: from a phone without signal over another to the server, and the receipt home.

use std::io::Write as _;

use anyhow::{Result, ensure};
use tempfile::NamedTempFile;
use tests::harness::{Browser, Page, Weather};
use tests::office::{BARENE, KAKANIUK, Office};

use crate::phone::{check_numbers, open_module, see_saved};

/// A phone whose app is complete, the script for bundles included.
fn phone_of(office: &Office, name: &str, village: &str) -> Result<Browser> {
    let account = office.account(name, name, "enumerator")?;
    office.assign(&account, village, &["c_tenun"])?;
    let phone = office.enrolled_phone(&account)?;
    let page = phone.page();
    // The questionnaire is on the phone once a village opens.
    page.click(&format!("village-{village}"))?;
    page.read("module-c_tenun")?;
    page.evaluate("void (location.hash = '#/')")?;
    page.read("home")?;
    page.evaluate(
        "(async () => { while (!(await caches.match(document.documentElement.dataset.bundle)))
            await new Promise((resolve) => setTimeout(resolve, 50)); })()",
    )?;
    Ok(phone)
}

fn open_bundles(page: &Page) -> Result<()> {
    page.evaluate("void (location.hash = '#/ponsel')")?;
    page.click("hand-over")?;
    page.read("bundle-make").map(drop)
}

/// The name keeps what it is, as messengers do.
fn as_file(bytes: &[u8]) -> Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().suffix(".txt").tempfile()?;
    file.write_all(bytes)?;
    Ok(file)
}

fn see_told(page: &Page, text: &str) -> Result<()> {
    page.wait_for(&format!(
        "document.querySelector('[data-test=bundle-told]').innerText.includes('{text}')"
    ))
}

fn see_state(page: &Page, text: &str) -> Result<()> {
    page.wait_for(&format!(
        "document.querySelector('[data-test=bundle-state]')?.innerText.includes('{text}')"
    ))
}

#[test]
fn answers_come_home_in_somebody_elses_pocket() -> Result<()> {
    let office = Office::open()?;
    let ani = phone_of(&office, "ani", BARENE)?;
    let mut budi = phone_of(&office, "budi", KAKANIUK)?;
    let app = format!("{}/app/", office.signal.origin());

    // In the village there is no signal.
    ani.page().set_online(false)?;
    open_module(ani.page(), BARENE, "c_tenun")?;
    ani.page().click("option-c_tenun_ada-tidak")?;
    see_saved(ani.page())?;
    open_bundles(ani.page())?;
    ani.page().screenshot("collector-bundles")?;
    ani.page().click("bundle-make")?;
    let made = ani.page().read("bundle-number")?;
    ensure!(made.contains("1 desa, 1 isian"), "{made}");
    ani.page().screenshot("collector-bundle-made")?;
    let bundle = ani.page().download("bundle-save")?;
    let file = as_file(&bundle)?;

    // The author's own phone does not carry it.
    ani.page().upload("bundle-file", file.path())?;
    see_told(ani.page(), "dibuat ponsel ini sendiri")?;

    // Budi takes it along, is asked to take in rubbish too, and his battery dies.
    budi.page().set_online(false)?;
    open_bundles(budi.page())?;
    let mut damaged = bundle.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let damaged = as_file(&damaged)?;
    budi.page().upload("bundle-file", damaged.path())?;
    see_told(budi.page(), "rusak atau terpotong")?;
    let rubbish = as_file(b"something else")?;
    budi.page().upload("bundle-file", rubbish.path())?;
    see_told(budi.page(), "bukan titipan")?;
    budi.page().upload("bundle-file", file.path())?;
    see_told(budi.page(), "tersimpan")?;
    see_state(budi.page(), "Menunggu sinyal")?;
    budi.page().screenshot("collector-bundle-carried")?;
    office.signal.set(Weather::Cut);
    budi.relaunch()?;
    budi.page().set_online(false)?;
    budi.page().open(&app)?;
    open_bundles(budi.page())?;
    see_state(budi.page(), "Menunggu sinyal")?;

    // Signal: it goes by itself.
    office.signal.set(Weather::Fair);
    budi.page().set_online(true)?;
    // The emulation of a new browser begins with its first page, which may have been there already.
    budi.page()
        .evaluate("void window.dispatchEvent(new Event('online'))")?;
    see_state(budi.page(), "Sudah di server")?;
    budi.page().screenshot("collector-bundle-arrived")?;
    let receipt = budi.page().download("bundle-receipt-save")?;
    let receipt = as_file(&receipt)?;
    budi.page().upload("bundle-file", receipt.path())?;
    see_told(budi.page(), "untuk ponsel lain")?;

    // The receipt counts where there still is no signal.
    ani.page().upload("bundle-file", receipt.path())?;
    see_told(ani.page(), "Semua isian di ponsel ini sudah ada di server")?;
    ani.page().click("bundle-close")?;
    ani.page().evaluate("void (location.hash = '#/')")?;
    check_numbers(ani.page(), "1", "1", "0")?;

    // And the phone's own next round finds nothing to bring.
    ani.page().set_online(true)?;
    ani.page().open(&app)?;
    check_numbers(ani.page(), "1", "1", "0")
}
