//! A browser that closes, empties or does not promise the phone's storage: what the real app says and keeps.
//!
//! Always: what was called saved is there again, or the person is told that it is not and decides.
//! Never: starts afresh by itself over what may still be there.

use anyhow::Result;
use serde_json::json;
use tests::harness::{Backing, Browser, Page, Weather};
use tests::office::{BARENE, Office};

use crate::phone::{check_numbers, open_module, see_saved};

const DELETE_STORE: &str = "new Promise((done, failed) => {
    const request = indexedDB.deleteDatabase('lumbung');
    [request.onsuccess, request.onerror] = [() => done('gone'), () => failed('kept')]; })";
const DELETE_COPY: &str = "navigator.storageBuckets.delete('lumbung').then(() => 'gone')";

/// A phone with one answer that waits, without signal.
fn phone_with_an_answer(office: &Office, backing: Backing) -> Result<Browser> {
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["c_tenun"])?;
    let phone = office.enrolled_phone_on(&ani, backing)?;
    let page = phone.page();
    open_module(page, BARENE, "c_tenun")?;
    office.signal.set(Weather::Cut);
    answer(page, "tidak")?;
    Ok(phone)
}

fn answer(page: &Page, choice: &str) -> Result<()> {
    page.click(&format!("option-c_tenun_ada-{choice}"))?;
    page.wait_for(&is_chosen(choice))?;
    see_saved(page)
}

fn is_chosen(choice: &str) -> String {
    format!("document.querySelector('[data-test=option-c_tenun_ada-{choice}] input')?.checked")
}

fn app(office: &Office) -> String {
    format!("{}/app/", office.signal.origin())
}

/// A document of the app's origin in which no app runs.
fn leave_the_app(office: &Office, page: &Page) -> Result<()> {
    page.open(&format!(
        "{}/app/manifest.webmanifest",
        office.signal.origin()
    ))
}

fn on_both(story: fn(Backing) -> Result<()>) -> Result<()> {
    for backing in Backing::ALL {
        // Shown when the story fails.
        println!("kept by {backing:?}");
        story(backing)?;
    }
    Ok(())
}

#[test]
fn a_store_that_is_taken_away_under_the_app_comes_back_with_every_answer() -> Result<()> {
    on_both(|backing| {
        let office = Office::open()?;
        let mut phone = phone_with_an_answer(&office, backing)?;
        let page = phone.page();
        assert_eq!(page.evaluate(DELETE_STORE)?, json!("gone"));
        // The interview goes on.
        answer(page, "ya")?;
        assert!(!page.has("store-broken")?);
        phone.relaunch()?;
        let page = phone.page();
        page.open(&app(&office))?;
        check_numbers(page, "1", "0", "1")?;
        open_module(page, BARENE, "c_tenun")?;
        page.wait_for(&is_chosen("ya"))?;
        page.evaluate("void (location.hash = '#/')")?;
        office.signal.set(Weather::Fair);
        page.click("send-now")?;
        check_numbers(page, "1", "1", "0")
    })
}

/// Between a dialog's closing and its opening.
const PAUSES: [&str; 4] = [
    "Promise.resolve()",
    "new Promise((done) => setTimeout(done, 0))",
    "new Promise((done) => setTimeout(done, 4))",
    "new Promise((done) => setTimeout(done, 20))",
];

fn open_close_open(pause: &str) -> String {
    format!(
        "(async () => {{ const open = () => document.querySelector('[data-test=start-over]').click();
            open(); await new Promise((done) => setTimeout(done, 200));
            document.querySelector('dialog[open] .actions button').click();
            for (let n = 0; n < 50; n++) await null;
            await {pause}; open(); }})()"
    )
}

#[test]
fn a_phone_that_comes_back_empty_says_so_and_starts_over_only_when_told_to() -> Result<()> {
    on_both(|backing| {
        let office = Office::open()?;
        let phone = phone_with_an_answer(&office, backing)?;
        let page = phone.page();
        leave_the_app(&office, page)?;
        assert_eq!(page.evaluate(DELETE_STORE)?, json!("gone"));
        assert_eq!(page.evaluate(DELETE_COPY)?, json!("gone"));
        page.open(&app(&office))?;
        page.read("store-broken")?;
        page.see("Penyimpanan ponsel tidak terbuka")?;
        page.see("Jangan hapus data peramban dan jangan mencopot Lumbung")?;
        page.screenshot("collector-emptied")?;
        // Neither another try nor another start takes it for a new phone.
        page.click("retry")?;
        page.read("start-over")?;
        page.reload()?;
        page.click("start-over")?;
        page.see("tidak dapat dikembalikan lagi")?;
        page.click("Batal")?;
        page.read("store-broken")?;
        page.wait_for("history.state !== 'layer'")?;
        for pause in PAUSES {
            // The browser tells a moment later that a dialog closed; by then it may have been opened again.
            page.evaluate(&open_close_open(pause))?;
            page.wait_for("document.querySelector('dialog[open]')")?;
            page.evaluate("new Promise((done) => setTimeout(done, 200))")?;
            assert!(page.has("start-over-yes")?, "after {pause}");
            // And Back closes it.
            page.evaluate("void history.back()")?;
            page.wait_for("!document.querySelector('dialog[open]')")?;
            page.wait_for("history.state !== 'layer'")?;
        }
        page.click("start-over")?;
        page.click("start-over-yes")?;
        page.read("not-enrolled")?;
        Ok(())
    })
}

#[test]
fn data_of_a_newer_app_is_named_and_left_as_it_is() -> Result<()> {
    let office = Office::open()?;
    let phone = phone_with_an_answer(&office, Backing::LevelDb)?;
    let page = phone.page();
    leave_the_app(&office, page)?;
    let grown = page.evaluate(
        "new Promise((done) => { const request = indexedDB.open('lumbung', 1000);
            request.onsuccess = () => { request.result.close(); done(request.result.version); }; })",
    )?;
    assert_eq!(grown, json!(1000));
    page.open(&app(&office))?;
    page.read("store-broken")?;
    assert!(!page.has("start-over")?);
    page.screenshot("collector-newer-data")?;
    page.click("retry")?;
    page.read("store-broken")?;
    leave_the_app(&office, page)?;
    let ops = page.evaluate(
        "new Promise((done) => { const request = indexedDB.open('lumbung');
            request.onsuccess = () => { const database = request.result;
                const count = database.transaction('ops').objectStore('ops').count();
                count.onsuccess = () => { database.close(); done(count.result); }; }; })",
    )?;
    assert_ne!(ops, json!(0));
    Ok(())
}

/// As if the app had been started from the home screen.
const INSTALLED: &str = "const ask = window.matchMedia;
    window.matchMedia = (query) => query === '(display-mode: standalone)'
        ? { matches: true, addEventListener() {}, removeEventListener() {} }
        : ask.call(window, query);";

#[test]
fn a_phone_whose_storage_is_not_promised_is_told_so_until_it_is() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["c_tenun"])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    // In a tab of the browser.
    assert!(
        page.read("install-gate")?
            .starts_with("Pasang Lumbung sebelum ke lapangan")
    );

    page.before_scripts(INSTALLED)?;
    page.before_scripts("if (navigator.storage) navigator.storage.persisted = async () => false;")?;
    page.open(&app(&office))?;
    page.read("home")?;
    page.wait_for("document.querySelector('[data-test=install-gate]')")?;
    assert!(
        page.read("install-gate")?
            .starts_with("Ponsel belum menjamin penyimpanan")
    );
    page.screenshot("collector-not-persisted")?;
    // It gates nothing but says so: the interview goes on.
    open_module(page, BARENE, "c_tenun")?;
    answer(page, "tidak")?;

    page.before_scripts("if (navigator.storage) navigator.storage.persisted = async () => true;")?;
    page.open("about:blank")?;
    page.open(&app(&office))?;
    page.read("home")?;
    check_numbers(page, "1", "1", "0")?;
    page.wait_for("!document.querySelector('[data-test=install-gate]')")
}
