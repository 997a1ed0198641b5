//! Every screen at the size of a phone and of a desk, light and dark, in both languages.
//!
//! Always: nothing is pushed off the side, and no screen logs an error; the pictures are there to be looked at.
//! Never: looks for what another story looks for.

use anyhow::Result;
use tests::harness::{Browser, Page, Screen};

use crate::people::{Office, World};

const PASSWORD: &str = "lumbung-demo";
const PHONE: (u32, u32) = (360, 740);
const DESK: (u32, u32) = (1280, 800);

/// Nothing stands off the side, as it would for a person who has to scroll sideways.
fn check_width(page: &Page, name: &str) -> Result<()> {
    page.wait_for("document.documentElement.scrollWidth <= innerWidth")?;
    assert_eq!(page.take_errors(), Vec::<String>::new(), "{name}");
    Ok(())
}

/// Pictures of what is open: at both sizes, and dark.
fn picture(page: &Page, name: &str) -> Result<()> {
    for ((width, height), mobile) in [(PHONE, true), (DESK, false)] {
        page.set_viewport(width, height, mobile)?;
        page.wait_for("!document.querySelector('.spinner')")?;
        check_width(page, name)?;
        page.screenshot(name)?;
        page.set_dark(true)?;
        page.screenshot(&format!("{name}-dark"))?;
        page.set_dark(false)?;
    }
    Ok(())
}

fn speak(page: &Page, language: &str) -> Result<()> {
    page.evaluate(&format!(
        "void localStorage.setItem('lumbung.language', '{language}')"
    ))?;
    page.reload()
}

#[test]
fn the_screens_of_the_office_fit_a_phone_and_a_desk() -> Result<()> {
    let world = World::start_demo()?;
    for (who, places) in [
        (
            "admin",
            &[
                "ringkasan",
                "kuesioner",
                "ronde",
                "akun",
                "akun/ponsel",
                "wilayah",
                "catatan",
            ][..],
        ),
        ("pengawas", &["ringkasan", "pemeriksaan"][..]),
        (
            "analis",
            &["prioritas", "prioritas?method=desmigratif&view=selection"][..],
        ),
    ] {
        let office = Office::at(&world)?;
        office.page().screenshot("console-sign-in")?;
        office.sign_in(who, PASSWORD)?;
        for place in places {
            office.go(place)?;
            office
                .page()
                .wait_for("Boolean(document.querySelector('main, .panel'))")?;
            let name = place.split(['?', '/']).collect::<Vec<_>>().join("-");
            picture(
                office.page(),
                &format!("all-{who}-{}", name.split('=').next().unwrap_or(&name)),
            )?;
        }
        speak(office.page(), "en")?;
        office
            .page()
            .wait_for("document.documentElement.lang === 'en'")?;
        picture(office.page(), &format!("all-{who}-english"))?;
    }
    Ok(())
}

#[test]
fn the_screens_of_the_phone_fit_in_both_languages() -> Result<()> {
    let world = World::start_demo()?;
    let office = Office::at(&world)?;
    office.sign_in("admin", PASSWORD)?;
    office.go("akun")?;
    let page = office.page();
    let accounts = tests::office::api(page, "GET", "/accounts", &serde_json::Value::Null)?;
    let accounts = accounts.as_array().cloned().unwrap_or_default();
    let is_enumerator = |account: &&serde_json::Value| account["role"] == "enumerator";
    let enumerator = accounts.iter().find(is_enumerator);
    let id = enumerator
        .and_then(|account| account["id"].as_str())
        .unwrap_or_default();
    let path = format!("/accounts/{id}/enrolments");
    let made = tests::office::api(page, "POST", &path, &serde_json::json!({}))?;

    let phone = Browser::start(Screen::Phone)?;
    let page = phone.page();
    page.open(made["link"].as_str().unwrap_or_default())?;
    page.read("enrol")?;
    picture(page, "all-phone-enrol")?;
    page.set_viewport(PHONE.0, PHONE.1, true)?;
    page.click("enrol")?;
    page.read("home")?;
    page.wait_for("Boolean(document.querySelector('[data-test^=village-]'))")?;
    for language in ["id", "en"] {
        speak(page, language)?;
        page.read("home")?;
        page.wait_for(&format!("document.documentElement.lang === '{language}'"))?;
        picture(page, &format!("all-phone-home-{language}"))?;
        let village = "document.querySelector('[data-test^=village-]').dataset.test";
        let village = page.evaluate(village)?;
        page.set_viewport(PHONE.0, PHONE.1, true)?;
        page.click(village.as_str().unwrap_or_default())?;
        page.wait_for("Boolean(document.querySelector('[data-test^=module-]'))")?;
        picture(page, &format!("all-phone-village-{language}"))?;
        let here = page.evaluate("location.hash")?;
        let here = here.as_str().unwrap_or_default().to_owned();
        for below in ["cari", "selesai"] {
            page.evaluate(&format!("void (location.hash = '{here}/{below}')"))?;
            page.wait_for(&format!("location.hash.endsWith('{below}')"))?;
            picture(page, &format!("all-phone-{below}-{language}"))?;
        }
        page.evaluate(&format!("void (location.hash = '{here}')"))?;
        page.set_viewport(PHONE.0, PHONE.1, true)?;
        let module = "document.querySelector('[data-test^=module-]')?.dataset.test";
        page.wait_for(&format!("Boolean({module})"))?;
        let module = page.evaluate(module)?;
        page.click(module.as_str().unwrap_or_default())?;
        page.read("page")?;
        picture(page, &format!("all-phone-page-{language}"))?;
        page.evaluate("void (location.hash = '#/ponsel')")?;
        page.wait_for("location.hash.endsWith('ponsel')")?;
        picture(page, &format!("all-phone-settings-{language}"))?;
        page.evaluate("void (location.hash = '#/')")?;
    }
    Ok(())
}
