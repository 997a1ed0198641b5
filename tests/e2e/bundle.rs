//! Answers in somebody's pocket: from a phone without signal over another to the server, and the receipt home.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tests::harness::{Browser, Page, Weather};
use tests::office::{BARENE, KAKANIUK, Office};

use crate::phone::{check_numbers, open_module, see_saved};
use crate::photo::{QUESTION, camera_picture, edge, to_the_photos};

/// Digest and signature stand behind a bundle, 32 bytes each.
const TAIL_BYTES: usize = 64;

/// A phone whose app is complete, the script for bundles included.
fn phone_of(office: &Office, name: &str, village: &str) -> Result<Browser> {
    phone_for(office, name, village, "c_tenun")
}

fn phone_for(office: &Office, name: &str, village: &str, module: &str) -> Result<Browser> {
    let account = office.account(name, name, "enumerator")?;
    office.assign(&account, village, &[module])?;
    let phone = office.enrolled_phone(&account)?;
    let page = phone.page();
    // The questionnaire is on the phone once a village opens.
    page.click(&format!("village-{village}"))?;
    page.read(&format!("module-{module}"))?;
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

/// Without signal, one answer is given and put into a bundle, which is on the screen then.
fn make_of_one_answer(page: &Page) -> Result<()> {
    page.set_online(false)?;
    open_module(page, BARENE, "c_tenun")?;
    page.click("option-c_tenun_ada-tidak")?;
    see_saved(page)?;
    open_bundles(page)?;
    page.click("bundle-make")?;
    let made = page.read("bundle-number")?;
    ensure!(made.contains("1 desa, 1 isian"), "{made}");
    Ok(())
}

fn damaged(bundle: &[u8]) -> Result<NamedTempFile> {
    let mut bytes = bundle.to_vec();
    bytes[bundle.len() / 2] ^= 1;
    as_file(&bytes)
}

/// The same bundle for the key of another server, whole as far as anybody but that server can tell.
fn foreign(bundle: &[u8]) -> Result<NamedTempFile> {
    let mark = b"\"hub\":\"";
    let hub = bundle.windows(mark.len()).position(|part| part == mark);
    let hub = hub.context("a head that names its server")? + mark.len();
    let mut bytes = bundle.to_vec();
    bytes[hub] = if bytes[hub] == b'0' { b'1' } else { b'0' };
    let end = bytes.len() - TAIL_BYTES;
    let digest = Sha256::digest(&bytes[..end]);
    bytes[end..end + 32].copy_from_slice(&digest);
    as_file(&bytes)
}

/// The screen of the office that takes bundles in.
fn see_office(office: &Office) -> Result<&Page> {
    let page = office.desk.page();
    page.reload()?;
    page.evaluate("void (location.hash = '#/titipan')")?;
    page.wait_for("document.querySelector('[data-test=take-bundle]')")?;
    Ok(page)
}

fn see_inside(page: &Page, text: &str) -> Result<()> {
    page.wait_for(&format!(
        "document.querySelector('[data-test=bundle-inside]')?.innerText.includes('{text}')"
    ))
}

fn see_refused(page: &Page, text: &str) -> Result<()> {
    page.wait_for(&format!(
        "document.querySelector('[data-test=failure]')?.innerText.includes('{text}')"
    ))
}

#[test]
fn a_bundle_that_is_shared_counts_once_at_the_office_and_its_receipt_comes_home() -> Result<()> {
    let office = Office::open()?;
    let ani = phone_of(&office, "ani", BARENE)?;
    let page = ani.page();
    // The phone's sheet of ways to share: closed at first, then a messenger is chosen.
    page.evaluate(
        "(() => { window.asked = 0; window.handed = null;
            const take = async ({ files: [file] }) => {
                window.asked += 1;
                if (window.asked === 1) throw new DOMException('closed', 'AbortError');
                const bytes = new Uint8Array(await file.arrayBuffer());
                const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
                window.handed = { name: file.name, bytes: btoa(text) }; };
            const canShare = ({ files }) => files.length === 1;
            Object.defineProperty(navigator, 'canShare', { configurable: true, value: canShare });
            Object.defineProperty(navigator, 'share', { configurable: true, value: take }); })()",
    )?;
    make_of_one_answer(page)?;
    page.click("Bagikan")?;
    page.wait_for("window.asked === 1")?;
    let is_told = page.evaluate("!document.querySelector('[data-test=bundle-told]').hidden")?;
    ensure!(is_told == false, "nothing was handed over, nothing is told");
    ensure!(page.has("bundle-number")? && page.has("bundle-save")?);
    page.click("Bagikan")?;
    page.wait_for("window.handed !== null")?;
    let name = page.evaluate("window.handed.name")?;
    let name = name.as_str().context("a name")?;
    ensure!(
        name.starts_with("lumbung-titipan-") && name.ends_with(".txt"),
        "{name}"
    );
    let shared = page.evaluate("window.handed.bytes")?;
    let shared = STANDARD.decode(shared.as_str().context("bytes")?)?;
    ensure!(
        shared == page.download("bundle-save")?,
        "another file was saved"
    );

    // What is no bundle for this office is refused with its reason; the good one is taken in after it.
    let desk = see_office(&office)?;
    let (broken, others) = (damaged(&shared)?, foreign(&shared)?);
    desk.upload("take-bundle", broken.path())?;
    see_refused(desk, "rusak atau terpotong")?;
    desk.upload("take-bundle", others.path())?;
    see_refused(desk, "untuk peladen lain")?;
    let rubbish = as_file(b"something else")?;
    desk.upload("take-bundle", rubbish.path())?;
    see_refused(desk, "bukan titipan")?;
    ensure!(!desk.has("bundle-result")?);
    let file = as_file(&shared)?;
    desk.upload("take-bundle", file.path())?;
    see_inside(desk, "1 desa, 1 isian, 0 foto. 1 isian baru")?;
    ensure!(!desk.has("failure")?);
    desk.screenshot("console-bundle")?;
    desk.upload("take-bundle", file.path())?;
    see_inside(desk, "tidak ada yang berubah")?;
    let receipt = as_file(&desk.download("download-receipt")?)?;

    page.upload("bundle-file", receipt.path())?;
    see_told(page, "Semua isian di ponsel ini sudah ada di server")?;
    page.click("bundle-close")?;
    page.evaluate("void (location.hash = '#/')")?;
    check_numbers(page, "1", "1", "0")
}

#[test]
fn a_carried_bundle_outlives_strangers_on_the_line() -> Result<()> {
    let office = Office::open()?;
    let ani = phone_of(&office, "ani", BARENE)?;
    let budi = phone_of(&office, "budi", KAKANIUK)?;
    make_of_one_answer(ani.page())?;
    let bundle = ani.page().download("bundle-save")?;

    let page = budi.page();
    page.set_online(false)?;
    open_bundles(page)?;
    let (others, file) = (foreign(&bundle)?, as_file(&bundle)?);
    page.upload("bundle-file", others.path())?;
    see_told(page, "untuk server lain")?;
    ensure!(!page.has("bundle-state")?, "it is carried all the same");
    page.upload("bundle-file", file.path())?;
    see_told(page, "tersimpan")?;
    see_state(page, "Menunggu sinyal")?;

    // Each try ends with somebody else's page. The bundle still waits, and says so.
    let tries = "performance.getEntriesByType('resource')
        .filter((each) => each.name.endsWith('/sync/bundle')).length";
    for (weather, count) in [(Weather::Portal, 1), (Weather::BadGateway, 2)] {
        office.signal.set(weather);
        page.set_online(true)?;
        page.evaluate("void window.dispatchEvent(new Event('online'))")?;
        page.wait_for(&format!("{count} <= {tries}"))?;
        see_state(page, "bukan server Lumbung")?;
        ensure!(
            page.has("bundle-again")?,
            "it waits for the next signal only"
        );
        page.set_online(false)?;
    }
    office.signal.set(Weather::Fair);
    page.set_online(true)?;
    page.evaluate("void window.dispatchEvent(new Event('online'))")?;
    see_state(page, "Sudah di server")?;
    let receipt = as_file(&page.download("bundle-receipt-save")?)?;
    ani.page().upload("bundle-file", receipt.path())?;
    see_told(ani.page(), "Semua isian di ponsel ini sudah ada di server")
}

/// As many photos of each phone as it may have half sent, so that the server begins no other.
fn many_half_sent(office: &Office) -> Result<Vec<PathBuf>> {
    let devices = office.api("GET", "/devices", &Value::Null)?;
    let folder = office.server.data().join("blobs/partial");
    let mut files = Vec::new();
    for device in devices.as_array().context("a list of phones")? {
        let device = device["id"].as_str().context("an id")?;
        files.extend((0..64).map(|number| folder.join(format!("{number}.{device}"))));
    }
    for file in &files {
        std::fs::write(file, b"half")?;
    }
    Ok(files)
}

#[test]
fn a_photo_goes_along_in_a_bundle() -> Result<()> {
    let office = Office::open()?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let ani = phone_for(&office, "ani", BARENE, "i_penutup")?;
    let page = ani.page();
    page.set_online(false)?;
    open_module(page, BARENE, "i_penutup")?;
    to_the_photos(page)?;
    page.click("add-row-i_foto")?;
    page.click("option-i_foto_kategori-tenun")?;
    let picture = camera_picture(page)?;
    page.upload(QUESTION, picture.path())?;
    page.read("photo")?;
    see_saved(page)?;
    open_bundles(page)?;
    page.click("bundle-make")?;
    let made = page.read("bundle-number")?;
    ensure!(made.ends_with("isian, 1 foto"), "{made}");
    let file = as_file(&page.download("bundle-save")?)?;

    // A carrier brings it while the server has no place for the photo: the answers' receipt comes home all the same.
    let budi = phone_of(&office, "budi", KAKANIUK)?;
    let carrier = budi.page();
    let half_sent = many_half_sent(&office)?;
    open_bundles(carrier)?;
    carrier.upload("bundle-file", file.path())?;
    see_state(carrier, "tidak menerima semuanya")?;
    ensure!(carrier.has("bundle-refused-save")?, "the bundle is kept");
    carrier.screenshot("collector-bundle-partly")?;
    let receipt = as_file(&carrier.download("bundle-receipt-save")?)?;
    page.upload("bundle-file", receipt.path())?;
    see_told(page, "Belum ada di server: 0 isian, 1 foto")?;
    for file in half_sent {
        std::fs::remove_file(file)?;
    }

    let desk = see_office(&office)?;
    desk.upload("take-bundle", file.path())?;
    see_inside(desk, "1 foto.")?;
    let receipt = as_file(&desk.download("download-receipt")?)?;
    let desk = office.desk_of("citra")?;
    desk.page()
        .open(&format!("{}/#/pemeriksaan", office.signal.origin()))?;
    desk.page().click(&format!("queue-row-{BARENE}"))?;
    desk.page().click("Foto")?;
    ensure!(edge(desk.page(), "figure.photo img")? == 1280);
    // Sent again, nothing of the carrier's is refused any more.
    carrier.click("bundle-again")?;
    see_state(carrier, "Sudah di server")?;
    ensure!(!carrier.has("bundle-refused-save")?);

    page.upload("bundle-file", receipt.path())?;
    see_told(page, "Semua isian di ponsel ini sudah ada di server")
}
