//! What phones do to an app: a second tab, a full disk, a wrong date.
//!
//! Always: what was said to be saved is there after the app was opened again.
//! Never: an answer that contradicts itself.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, from_value};
use sha2::{Digest, Sha256};
use shared::answers::Change;
use shared::time::Moment;
use shared::wire::review::CaseView;
use shared::wire::v1::PackedOp;
use std::collections::BTreeMap;
use tests::harness::{Browser, File, Page, Screen, Site, Weather, workspace};
use tests::office::{self, BARENE, KAKANIUK, Office};

use crate::phone::{check_numbers, cut, open_module, restore, see_saved};

/// Less than the app itself takes: nothing more can be written.
const FULL_BYTES: u64 = 10_000;
/// Room enough again.
const ROOMY_BYTES: u64 = 500_000_000;

/// Counts in `tries` how often the app begins to write.
const COUNT_TRIES: &str = "window.tries = 0;
    const begin = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
        tries += mode === 'readwrite';
        return begin.call(this, stores, mode, options);
    };";

/// A phone with two villages and the questionnaire, without signal from here on.
fn phone_without_signal(office: &Office) -> Result<Browser> {
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["c_tenun", "d_gerabah"])?;
    office.assign(&ani, KAKANIUK, &[])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    page.click(&format!("village-{BARENE}"))?;
    page.read("module-c_tenun")?;
    page.evaluate("void (location.hash = '#/')")?;
    page.read("home")?;
    cut(office, &phone)?;
    Ok(phone)
}

fn app(office: &Office) -> String {
    format!("{}/app/", office.signal.origin())
}

fn choose(page: &Page, question: &str, choice: &str) -> Result<()> {
    page.click(&format!("option-{question}-{choice}"))?;
    page.wait_for(&is_chosen(question, choice))
}

fn is_chosen(question: &str, choice: &str) -> String {
    format!("document.querySelector('[data-test=option-{question}-{choice}] input')?.checked")
}

/// Every answer that the server has to this question, with the year in which its phone believed to be.
fn answers(office: &Office, desk: &Browser, question: &str) -> Result<Vec<(Change, i64)>> {
    let path = format!("/cases/{}/{BARENE}", office.round);
    let case = office::api(desk.page(), "GET", &path, &Value::Null)?;
    let case: CaseView = from_value(case)?;
    let ops = case.pages.into_iter().flat_map(|page| page.ops.ops);
    let mut asked: Vec<_> = ops.filter(|op| op.path.name() == question).collect();
    // The order in which persons gave them, whatever order they are sent in.
    asked.sort_by_key(|op| op.lamport);
    let year = |wall| {
        let at = Moment {
            wall,
            zone_minutes: 0,
        };
        at.date().calendar().0
    };
    let each = |op: PackedOp| (op.change, year(op.wall));
    Ok(asked.into_iter().map(each).collect())
}

#[test]
fn a_second_tab_reads_along_and_takes_over_when_the_first_is_closed() -> Result<()> {
    let office = Office::open()?;
    let phone = phone_without_signal(&office)?;
    let first = phone.page();
    let second = phone.new_page()?;
    second.open(&app(&office))?;
    second.read("other-tab")?;
    second.see("Barene")?;
    assert!(!second.has("continue")?);
    assert!(!second.has("send-now")?);
    // An address of the form, from a bookmark, leads to nothing that could be lost.
    open_module(first, BARENE, "c_tenun")?;
    let here = first.evaluate("location.hash")?;
    second.evaluate(&format!("void (location.hash = {here})"))?;
    second.read("other-tab")?;
    assert!(!second.has("page")?);

    choose(first, "c_tenun_ada", "tidak")?;
    see_saved(first)?;
    check_numbers(&second, "1", "0", "1")?;
    second.screenshot("collector-other-tab")?;

    first.close()?;
    second.wait_for("!document.querySelector('[data-test=other-tab]')")?;
    second.evaluate("void (location.hash = '#/')")?;
    open_module(&second, BARENE, "c_tenun")?;
    second.wait_for(&is_chosen("c_tenun_ada", "tidak"))?;
    choose(&second, "c_tenun_ada", "ya")?;
    see_saved(&second)?;
    office.signal.set(Weather::Fair);
    second.evaluate("void (location.hash = '#/')")?;
    second.click("send-now")?;
    check_numbers(&second, "1", "1", "0")?;
    assert_eq!(second.take_errors(), Vec::<String>::new());
    Ok(())
}

/// Counts how often an engine says that it is awake.
const COUNT_ENGINES: &str = "globalThis.engines = 0; const { awake } = lumbung;
    lumbung.awake = (hand) => { engines += 1; return awake(hand); }; 0";

#[test]
fn a_tab_that_takes_over_while_it_is_about_to_read_again_drives_once() -> Result<()> {
    let office = Office::open()?;
    let phone = phone_without_signal(&office)?;
    let second = phone.new_page()?;
    second.open(&app(&office))?;
    second.read("other-tab")?;
    second.evaluate(COUNT_ENGINES)?;
    // What the first tab says when it stores something, in the moment in which it ends.
    second.evaluate("new BroadcastChannel('lumbung').postMessage('changed'), 0")?;
    phone.page().close()?;
    second.wait_for("engines")?;
    second.evaluate("new Promise((done) => setTimeout(done, 1000))")?;
    assert_eq!(second.evaluate("engines")?, 1);
    Ok(())
}

#[test]
fn a_phone_that_is_enrolled_in_a_second_tab_is_driven_there() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &[])?;
    let phone = Browser::start(Screen::Phone)?;
    let first = phone.page();
    first.open(&app(&office))?;
    first.read("not-enrolled")?;
    // The link of a message opens a tab of its own.
    let second = phone.new_page()?;
    second.open(&office.enrolment_link(&ani)?)?;
    second.click("enrol")?;
    second.see("Barene")?;
    second.wait_for("!document.querySelector('[data-test=other-tab]')")?;
    second.click(&format!("village-{BARENE}"))?;
    second.read("module-c_tenun")?;
    first.read("other-tab")?;
    assert_eq!(first.take_errors(), Vec::<String>::new());
    Ok(())
}

#[test]
fn what_was_said_of_a_link_stays_when_the_tab_before_is_closed() -> Result<()> {
    let office = Office::open()?;
    let phone = Browser::start(Screen::Phone)?;
    let first = phone.page();
    first.open(&app(&office))?;
    first.read("not-enrolled")?;
    let second = phone.new_page()?;
    second.open(&format!("{}#/daftar/51ba70f6", app(&office)))?;
    second.click("enrol")?;
    second.see("Tautan ini tidak dikenal.")?;
    first.close()?;
    // The lock comes, and the tab opens the store once more.
    second.wait_for(
        "navigator.locks.query().then((all) => all.held.length === 1 && !all.pending.length)",
    )?;
    second.evaluate("new Promise((done) => setTimeout(done, 1000))")?;
    assert!(
        second
            .read("enrol-error")?
            .starts_with("Tautan ini tidak dikenal.")
    );
    Ok(())
}

#[test]
fn a_full_phone_says_so_loses_nothing_and_goes_on_when_there_is_room() -> Result<()> {
    let office = Office::open()?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let mut phone = phone_without_signal(&office)?;
    open_module(phone.page(), BARENE, "c_tenun")?;
    choose(phone.page(), "c_tenun_ada", "tidak")?;
    see_saved(phone.page())?;

    let origin = office.signal.origin();
    phone.relaunch()?;
    let page = phone.page();
    page.set_online(false)?;
    page.set_quota(&origin, FULL_BYTES)?;
    page.before_scripts(COUNT_TRIES)?;
    page.open(&app(&office))?;
    check_numbers(page, "1", "0", "1")?;
    open_module(page, BARENE, "c_tenun")?;
    page.wait_for(&is_chosen("c_tenun_ada", "tidak"))?;
    // Several minds about one question while nothing can be stored.
    page.evaluate("tries = 0")?;
    for choice in ["ya", "tidak", "ya", "tidak", "ya", "tidak", "ya"] {
        choose(page, "c_tenun_ada", choice)?;
        page.see("Penyimpanan perangkat penuh. Isian terakhir belum tersimpan")?;
    }
    page.wait_for("document.querySelector('[data-test=saved]').dataset.state === 'failed'")?;
    page.screenshot("collector-full")?;
    // Each is tried again; space returns when the first four have just failed once more, and the others are next.
    page.wait_for("11 <= tries")?;

    page.set_quota(&origin, ROOMY_BYTES)?;
    see_saved(page)?;
    page.see_no("Penyimpanan perangkat penuh")?;
    page.wait_for(&is_chosen("c_tenun_ada", "ya"))?;

    phone.relaunch()?;
    phone.page().set_online(false)?;
    phone.page().open(&app(&office))?;
    check_numbers(phone.page(), "1", "0", "1")?;
    open_module(phone.page(), BARENE, "c_tenun")?;
    phone.page().wait_for(&is_chosen("c_tenun_ada", "ya"))?;
    // Nobody contradicted anybody.
    phone.page().see_no("Diisi berbeda tanpa saling melihat")?;

    restore(&office, &phone)?;
    phone.page().open(&app(&office))?;
    check_numbers(phone.page(), "1", "1", "0")?;
    let answers = answers(&office, &office.desk_of("citra")?, "c_tenun_ada")?;
    assert!(!answers.is_empty());
    Ok(())
}

/// The app as the build left it, with one byte more in its page: the next version.
fn next_version() -> Result<BTreeMap<String, File>> {
    let web = workspace().join("target/web");
    let mut list = std::fs::read_to_string(web.join("first-visit.txt"))?;
    list += &std::fs::read_to_string(web.join("later.txt"))?;
    let mut files = BTreeMap::new();
    for path in list.lines() {
        let (address, media) = match path {
            "collector/index.html" => ("/app/".to_owned(), "text/html"),
            "collector/manifest.webmanifest" => {
                ("/app/manifest.webmanifest".to_owned(), "application/json")
            }
            "collector/sw.js" => ("/app/sw.js".to_owned(), "text/javascript"),
            path if path.ends_with(".wasm") => (format!("/{path}"), "application/wasm"),
            path if path.ends_with(".js") => (format!("/{path}"), "text/javascript"),
            path if path.ends_with(".css") => (format!("/{path}"), "text/css"),
            path => (format!("/{path}"), "application/octet-stream"),
        };
        files.insert(address, File::new(media, std::fs::read(web.join(path))?));
    }
    let hex = |bytes: &[u8]| -> String {
        let digest = Sha256::digest(bytes);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let page = files.get_mut("/app/").context("the page is listed")?;
    let before = hex(&page.body);
    page.body.extend_from_slice(b"\n<!-- next -->");
    let after = hex(&page.body);
    let worker = files
        .get_mut("/app/sw.js")
        .context("the worker is listed")?;
    let text = String::from_utf8(std::mem::take(&mut worker.body))?;
    ensure!(text.contains(&before), "the worker lists the page's digest");
    // The version is the first text of the worker, whatever it is called once it is minified.
    let (head, rest) = text.split_once("=\"").context("a version")?;
    worker.body = format!("{head}=\"n{}", rest.replace(&before, &after)).into_bytes();
    Ok(files)
}

#[test]
fn a_new_version_waits_while_somebody_types_and_changes_no_answer() -> Result<()> {
    let office = Office::open()?;
    let phone = phone_without_signal(&office)?;
    let page = phone.page();
    // As on every start but the first, the page comes from the worker; else a newer one would wait for nobody.
    page.reload()?;
    page.wait_for("navigator.serviceWorker.controller")?;
    open_module(page, KAKANIUK, "b_penduduk")?;
    page.fill("input-b_penduduk_l", "14")?;
    page.evaluate("window.same = true")?;

    // For a minute there is signal, and what it leads to has a newer app.
    let site = Site::start(next_version()?)?;
    office.signal.lead_to(site.address());
    restore(&office, &phone)?;
    page.evaluate(
        "navigator.serviceWorker.getRegistration('/app/').then((r) => r.update()).then(() => 0)",
    )?;
    page.wait_for("window.lumbung.updateReady")?;
    // Without signal, else the browser may look once more by itself and take the older app of the server for the newest.
    office.signal.lead_to(office.server.address());
    cut(&office, &phone)?;
    assert_eq!(page.evaluate("document.activeElement.value")?, "14");
    page.type_text("04")?;
    see_saved(page)?;
    assert_eq!(page.evaluate("window.same")?, true);

    page.evaluate("void (location.hash = '#/')")?;
    page.read("update")?;
    page.screenshot("collector-update")?;
    page.click("update-now")?;
    page.wait_for("!window.same && document.querySelector('[data-test=home]')")?;
    let seen = page.evaluate("fetch('/app/').then((answer) => answer.text())")?;
    assert!(seen.as_str().context("a page")?.contains("<!-- next -->"));
    open_module(page, KAKANIUK, "b_penduduk")?;
    page.wait_for("document.querySelector('#input-b_penduduk_l')?.value === '1.404'")?;
    page.take_errors();
    Ok(())
}

/// From now on every document believes that it is so many years later, or earlier.
fn shift_clock(page: &Page, years: i32) -> Result<()> {
    page.before_scripts(&format!(
        "(() => {{ const Real = Date, shift = {years} * 365.25 * 86400e3;
            globalThis.Date = class extends Real {{
                constructor(...given) {{ given.length ? super(...given) : super(Real.now() + shift); }}
                static now() {{ return Real.now() + shift; }}
            }}; }})()"
    ))
}

#[test]
fn a_date_that_is_wrong_by_years_is_told_and_changes_nothing() -> Result<()> {
    let office = Office::open()?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let mut phone = phone_without_signal(&office)?;
    open_module(phone.page(), BARENE, "c_tenun")?;
    choose(phone.page(), "c_tenun_ada", "tidak")?;
    see_saved(phone.page())?;

    for (years, choice) in [(-12, "ya"), (7, "tidak")] {
        phone.relaunch()?;
        let page = phone.page();
        page.set_online(false)?;
        shift_clock(page, years)?;
        page.open(&app(&office))?;
        page.see("Barene")?;
        assert_eq!(page.has("wrong-date")?, years < 0);
        page.screenshot(&format!("collector-clock-{years}"))?;
        open_module(page, BARENE, "c_tenun")?;
        choose(page, "c_tenun_ada", choice)?;
        see_saved(page)?;
        page.evaluate("void (location.hash = '#/')")?;
        // What was sent under a wrong date is received like any other.
        restore(&office, &phone)?;
        phone.page().click("send-now")?;
        check_numbers(phone.page(), "1", "1", "0")?;
        cut(&office, &phone)?;
    }

    // The newest answer is the one that was given last, whatever the clocks said.
    restore(&office, &phone)?;
    phone.relaunch()?;
    phone.page().open(&app(&office))?;
    open_module(phone.page(), BARENE, "c_tenun")?;
    phone.page().wait_for(&is_chosen("c_tenun_ada", "tidak"))?;
    phone.page().see_no("Diisi berbeda tanpa saling melihat")?;
    let answers = answers(&office, &office.desk_of("citra")?, "c_tenun_ada")?;
    let years: Vec<i64> = answers.iter().map(|(_, year)| *year).collect();
    assert_eq!(years.len(), 2, "{answers:?}");
    assert!(years[0] < 2020 && 2030 < years[1], "{years:?}");
    Ok(())
}
