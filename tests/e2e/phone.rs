//! A phone in the field: enrolled once, then without signal, killed, and heard again.

use std::time::Duration;

use anyhow::Result;
use tests::harness::{Browser, Page, Weather};
use tests::office::{BARENE, KAKANIUK, Office};

/// Opens a village and in it a module, from the list.
pub(crate) fn open_module(page: &Page, village: &str, module: &str) -> Result<()> {
    page.click(&format!("village-{village}"))?;
    page.click(&format!("module-{module}"))?;
    page.wait_for("document.querySelector('[data-test=page]')")
}

/// The three numbers: on this phone, received, waiting.
pub(crate) fn check_numbers(
    page: &Page,
    on_phone: &str,
    received: &str,
    waiting: &str,
) -> Result<()> {
    for (name, expect) in [
        ("numbers-on-phone", on_phone),
        ("numbers-received", received),
        ("numbers-waiting", waiting),
    ] {
        let name_of = format!(
            "document.querySelector('[data-test={name}]')?.innerText.trim() === '{expect}'"
        );
        page.wait_for(&name_of)?;
    }
    Ok(())
}

/// Until the line at the bottom says that the last answer is on the disk.
pub(crate) fn see_saved(page: &Page) -> Result<()> {
    page.wait_for("document.querySelector('[data-test=saved]')?.dataset.state === 'saved'")
}

/// The signal is gone, and the phone knows it.
pub(crate) fn cut(office: &Office, phone: &Browser) -> Result<()> {
    office.signal.set(Weather::Cut);
    phone.page().set_online(false)
}

/// The signal is back, and the phone knows it.
pub(crate) fn restore(office: &Office, phone: &Browser) -> Result<()> {
    office.signal.set(Weather::Fair);
    phone.page().set_online(true)
}

#[test]
fn what_was_typed_without_signal_survives_the_battery_and_reaches_the_server() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["c_tenun", "d_gerabah"])?;
    office.assign(&ani, KAKANIUK, &[])?;
    let mut phone = office.enrolled_phone(&ani)?;
    phone.page().see("Barene")?;
    phone.page().see("Kakaniuk")?;
    phone.page().screenshot("collector-home")?;
    // The questionnaire is on the phone once a village opens.
    phone.page().click(&format!("village-{BARENE}"))?;
    phone.page().read("module-c_tenun")?;
    let app = format!("{}/app/", office.signal.origin());

    cut(&office, &phone)?;
    phone.relaunch()?;
    phone.page().set_online(false)?;
    phone.page().open(&app)?;
    phone.page().see("Barene")?;
    open_module(phone.page(), BARENE, "c_tenun")?;
    phone.page().screenshot("collector-question")?;
    phone.page().click("option-c_tenun_ada-tidak")?;
    phone
        .page()
        .wait_for("document.querySelector('[data-test=saved]').dataset.state === 'saved'")?;

    // The battery dies; the answer is there.
    phone.relaunch()?;
    phone.page().set_online(false)?;
    phone.page().open(&app)?;
    check_numbers(phone.page(), "1", "0", "1")?;
    open_module(phone.page(), BARENE, "c_tenun")?;
    phone
        .page()
        .wait_for("document.querySelector('[data-test=option-c_tenun_ada-tidak] input').checked")?;

    restore(&office, &phone)?;
    phone.page().open(&app)?;
    check_numbers(phone.page(), "1", "1", "0")?;
    Ok(())
}

/// How often the page has heard from the hub about that.
fn heard(what: &str) -> String {
    format!(
        "performance.getEntriesByType('resource').filter(each => each.name.endsWith('/{what}')).length"
    )
}

#[test]
fn what_is_finished_while_a_round_is_under_way_goes_with_the_next() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["c_tenun"])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    open_module(page, BARENE, "c_tenun")?;
    page.click("option-c_tenun_ada-tidak")?;
    see_saved(page)?;
    page.click("next")?;
    page.read("finish")?;
    // A round begins and brings the answer; the slow answer to what is new is still on its way.
    let pushes = page.evaluate(&heard("push"))?;
    office
        .signal
        .set(Weather::Slow(Duration::from_millis(1_500)));
    page.evaluate("void window.dispatchEvent(new Event('focus'))")?;
    page.wait_for(&format!("{pushes} < {}", heard("push")))?;
    page.click("finish")?;
    page.read("go-home")?;
    office.signal.set(Weather::Fair);
    // Nobody presses anything.
    page.click("go-home")?;
    check_numbers(page, "1", "1", "0")
}

#[test]
fn text_that_cannot_be_read_takes_nothing_away_and_is_not_called_saved() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["b_penduduk"])?;
    let mut phone = office.enrolled_phone(&ani)?;
    let app = format!("{}/app/", office.signal.origin());
    open_module(phone.page(), BARENE, "b_penduduk")?;
    phone.page().fill("input-b_penduduk_l", "1404")?;
    see_saved(phone.page())?;
    phone.page().fill("input-b_penduduk_l", "14o4")?;
    phone
        .page()
        .wait_for("document.querySelector('[data-test=saved]').dataset.state === 'unread'")?;
    phone.page().screenshot("collector-unread")?;

    // The battery dies; the answer before it is there.
    phone.relaunch()?;
    phone.page().open(&app)?;
    open_module(phone.page(), BARENE, "b_penduduk")?;
    phone
        .page()
        .wait_for("document.querySelector('#input-b_penduduk_l').value === '1.404'")?;
    phone.page().fill("input-b_penduduk_l", "1405")?;
    see_saved(phone.page())
}

#[test]
fn a_link_that_was_used_or_never_was_enrols_nobody_and_says_so() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    let link = office.enrolment_link(&ani)?;
    let first = Browser::start(tests::harness::Screen::Phone)?;
    first.page().open(&link)?;
    first.page().click("enrol")?;
    first
        .page()
        .wait_for("document.querySelector('[data-test=home]')")?;
    let second = Browser::start(tests::harness::Screen::Phone)?;
    for wrong in [link.as_str(), &format!("{}00", &link[..link.len() - 2])] {
        second.page().open("about:blank")?;
        second.page().open(wrong)?;
        second.page().click("enrol")?;
        second
            .page()
            .wait_for("document.querySelector('[data-test=enrol-error]')")?;
    }
    second.page().screenshot("collector-enrol-refused")?;
    Ok(())
}
