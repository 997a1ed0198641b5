//! Who else answers: the sign-in page of a Wi-Fi, a proxy before a server that is down, and a server that says no.
//!
//! Always: the phone says who answered and what to do, and keeps everything.
//! Never: takes a page of somebody else for a receipt.

use anyhow::Result;
use serde_json::{Value, json};
use tests::harness::{Browser, Page, Screen, Weather, wait_until};
use tests::office::{self, BARENE, Office};

use crate::phone::{check_numbers, open_module, see_saved};

const STRANGER: &str = "Yang menjawab bukan server Lumbung.";
const REVOKED: &str =
    "Pendaftaran ponsel ini dicabut. Isian di ponsel tetap aman; hubungi pengawas";

/// A phone with one village, whose person has answered a question in this weather.
fn phone_with_an_answer(office: &Office, account: &str, weather: Weather) -> Result<Browser> {
    office.assign(account, BARENE, &["c_tenun", "d_gerabah"])?;
    let phone = office.enrolled_phone(account)?;
    let page = phone.page();
    page.click(&format!("village-{BARENE}"))?;
    page.read("module-c_tenun")?;
    page.evaluate("void (location.hash = '#/')")?;
    page.read("home")?;
    office.signal.set(weather);
    answer(page, "c_tenun", "c_tenun_ada")?;
    Ok(phone)
}

pub(crate) fn answer(page: &Page, module: &str, question: &str) -> Result<()> {
    open_module(page, BARENE, module)?;
    page.click(&format!("option-{question}-tidak"))?;
    see_saved(page)?;
    page.evaluate("void (location.hash = '#/')")?;
    page.read("home")?;
    Ok(())
}

/// The trouble as the home screen tells it, after one more try to send.
fn see_trouble(page: &Page, text: &str) -> Result<()> {
    page.click("send-now")?;
    let quoted = json!(text);
    page.wait_for(&format!(
        "document.querySelector('[data-test=trouble]')?.innerText.includes({quoted})"
    ))
}

#[test]
fn pages_of_strangers_are_no_receipts() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    let mut phone = phone_with_an_answer(&office, &ani, Weather::Portal)?;
    let app = format!("{}/app/", office.signal.origin());
    see_trouble(phone.page(), STRANGER)?;
    phone.page().see("Belum tersambung")?;
    // Nothing is pushed off a narrow screen.
    phone
        .page()
        .wait_for("document.documentElement.scrollWidth <= 360")?;
    phone.page().screenshot("collector-portal")?;

    // A cold start behind the sign-in page shows the app and not the page.
    phone.relaunch()?;
    phone.page().open(&app)?;
    check_numbers(phone.page(), "1", "0", "1")?;
    see_trouble(phone.page(), STRANGER)?;

    office.signal.set(Weather::BadGateway);
    phone.relaunch()?;
    phone.page().open(&app)?;
    check_numbers(phone.page(), "1", "0", "1")?;
    see_trouble(phone.page(), STRANGER)?;
    check_numbers(phone.page(), "1", "0", "1")?;

    office.signal.set(Weather::Fair);
    phone.page().click("send-now")?;
    check_numbers(phone.page(), "1", "1", "0")?;
    phone.page().see("Tersambung")?;
    assert!(!phone.page().has("trouble")?);
    Ok(())
}

#[test]
fn a_link_that_met_a_stranger_still_enrols() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    let link = office.enrolment_link(&ani)?;
    let phone = Browser::start(Screen::Phone)?;
    let page = phone.page();
    page.open(&link)?;
    page.read("enrol")?;
    for weather in [Weather::Portal, Weather::BadGateway] {
        office.signal.set(weather);
        page.click("enrol")?;
        page.see(STRANGER)?;
    }
    office.signal.set(Weather::Cut);
    page.click("enrol")?;
    page.see("Server tidak terjangkau.")?;
    office.signal.set(Weather::Fair);
    page.click("enrol")?;
    page.read("home")?;
    Ok(())
}

#[test]
fn a_link_says_why_it_does_not_enrol() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    let link = office.enrolment_link(&ani)?;
    let first = Browser::start(Screen::Phone)?;
    first.page().open(&link)?;
    first.page().click("enrol")?;
    first.page().read("home")?;
    // The phone that used it is told that it is at home, and keeps its account.
    first.page().open("about:blank")?;
    first.page().open(&link)?;
    first
        .page()
        .see("Ponsel ini sudah terdaftar atas nama Ani Bria")?;
    first.page().click("go-home")?;
    first.page().read("home")?;

    let second = Browser::start(Screen::Phone)?;
    let cut_off = &link[..link.len() - 2];
    for (wrong, text) in [
        (link.clone(), "Tautan ini sudah dipakai ponsel lain."),
        (format!("{cut_off}00"), "Tautan ini tidak dikenal."),
        (cut_off.to_owned(), "Tautan ini tidak dikenal."),
    ] {
        second.page().open("about:blank")?;
        second.page().open(&wrong)?;
        second.page().click("enrol")?;
        second.page().see(text)?;
        let said = second.page().read("enrol-error")?;
        assert!(said.to_lowercase().contains("minta tautan baru"), "{said}");
    }
    // A good link helps at once.
    let next = office.enrolment_link(&ani)?;
    second.page().open("about:blank")?;
    second.page().open(&next)?;
    second.page().click("enrol")?;
    second.page().read("home")?;
    Ok(())
}

/// What the phone and the desk show once the server lets a phone no longer in.
fn check_shut_out(office: &Office, phone: &mut Browser) -> Result<()> {
    see_trouble(phone.page(), REVOKED)?;
    phone.page().screenshot("collector-revoked")?;
    // What was typed stays, a cold start later too, and more may be typed.
    phone.relaunch()?;
    phone
        .page()
        .open(&format!("{}/app/", office.signal.origin()))?;
    phone.page().see("Barene")?;
    // The round of sync that a start begins has ended.
    see_trouble(phone.page(), REVOKED)?;
    answer(phone.page(), "d_gerabah", "d_gerabah_ada")?;
    see_trouble(phone.page(), REVOKED)?;
    open_module(phone.page(), BARENE, "c_tenun")?;
    phone
        .page()
        .wait_for("document.querySelector('[data-test=option-c_tenun_ada-tidak] input').checked")?;
    phone.page().evaluate("void history.back()")?;
    phone.page().read("village")?;
    phone.page().see("Pendaftaran ponsel ini dicabut.")?;
    phone.page().screenshot("collector-revoked-village")?;

    // It reached the server, where it lies aside for the supervisor.
    let desk = office.desk_of("citra")?;
    let path = format!("/cases/{}/{BARENE}", office.round);
    // The sentence on the phone is the one of the round before, so it tells nothing about this one.
    let aside = wait_until("both answers aside", || {
        let case = office::api(desk.page(), "GET", &path, &Value::Null)?;
        let aside = case["quarantined"].as_array().cloned().unwrap_or_default();
        Ok((aside.len() == 2).then_some(aside))
    })?;
    assert!(
        aside.iter().all(|one| one["code"] == "revoked_device"),
        "{aside:?}"
    );
    Ok(())
}

#[test]
fn a_revoked_phone_keeps_its_answers_and_brings_them() -> Result<()> {
    let office = Office::open()?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    let mut phone = phone_with_an_answer(&office, &ani, Weather::Cut)?;
    office.signal.set(Weather::Fair);
    let devices = office.api("GET", "/devices", &Value::Null)?;
    let device = devices[0]["id"].as_str().unwrap_or_default().to_owned();
    office.api("POST", &format!("/devices/{device}/revoke"), &Value::Null)?;
    check_shut_out(&office, &mut phone)
}

#[test]
fn a_link_connects_a_cut_off_phone_again_and_the_desk_admits_what_was_kept_aside() -> Result<()> {
    let office = Office::open()?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    let budi = office.account("budi", "Budi Seran", "enumerator")?;
    let phone = phone_with_an_answer(&office, &ani, Weather::Cut)?;
    let page = phone.page();
    office.signal.set(Weather::Fair);
    let devices = office.api("GET", "/devices", &Value::Null)?;
    let device = devices[0]["id"].as_str().unwrap_or_default().to_owned();
    office.api("POST", &format!("/devices/{device}/revoke"), &Value::Null)?;
    see_trouble(page, REVOKED)?;

    // A link of somebody else neither takes the phone over nor is used up by the attempt.
    let other = office.enrolment_link(&budi)?;
    let own = office.enrolment_link(&ani)?;
    page.open("about:blank")?;
    page.open(&other)?;
    page.see("Hubungkan ulang ponsel ini")?;
    page.screenshot("collector-connect-again")?;
    page.click("enrol")?;
    page.see("Tautan ini untuk akun lain, dan masih berlaku")?;
    page.open("about:blank")?;
    page.open(&own)?;
    page.see("Hubungkan ulang ponsel ini")?;
    page.click("enrol")?;
    page.read("home")?;
    page.see("Barene")?;
    answer(page, "d_gerabah", "d_gerabah_ada")?;
    page.click("send-now")?;
    page.wait_for("!document.querySelector('[data-test=trouble]')")?;
    let second = Browser::start(Screen::Phone)?;
    second.page().open(&other)?;
    second.page().click("enrol")?;
    second.page().read("home")?;

    // What the phone brought while it was cut off lies aside, until a supervisor lets it in.
    let citra = office.desk_of("citra")?;
    let desk = citra.page();
    let case = format!("#/pemeriksaan?ronde={}&desa={BARENE}", office.round);
    desk.evaluate(&format!("void (location.hash = '{case}')"))?;
    desk.read("quarantined")?;
    desk.see("Disisihkan server")?;
    desk.screenshot("console-quarantined")?;
    desk.click("admit")?;
    desk.see("Terima isian yang disisihkan?")?;
    desk.screenshot("console-admit")?;
    desk.click("admit-yes")?;
    desk.see("1 isian diterima.")?;
    desk.wait_for("!document.querySelector('[data-test=quarantined]')")?;
    // The administrator finds it on record.
    let admin = office.desk.page();
    admin.open(&format!("{}/#/catatan", office.signal.origin()))?;
    admin.reload()?;
    admin.see("Menerima isian yang disisihkan")?;
    admin.see("Mencabut ponsel")?;
    admin.screenshot("console-audit")?;
    Ok(())
}

#[test]
fn the_phone_of_a_disabled_account_keeps_its_answers_and_brings_them() -> Result<()> {
    let office = Office::open()?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    let mut phone = phone_with_an_answer(&office, &ani, Weather::Cut)?;
    office.signal.set(Weather::Fair);
    office.api("POST", &format!("/accounts/{ani}/disable"), &Value::Null)?;
    check_shut_out(&office, &mut phone)
}
