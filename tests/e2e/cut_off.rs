//! The network breaks off in the middle of an answer: what the hub has by then, the phone learns later.
//!
//! Always: the three numbers count what the phone knows, and the word about the signal is the one of a lost signal.
//! Never: sends an answer or a photo in vain for ever, or twice into the case.

use anyhow::Result;
use serde_json::{Value, from_value};
use shared::answers::{Change, Value as Given};
use shared::wire::review::CaseView;
use tests::harness::{Page, Weather, wait_until};
use tests::office::{self, BARENE, Office};

use crate::phone::{check_numbers, restore, see_saved};
use crate::photo::{QUESTION, camera_picture, edge, phone_at_a_photo};

/// Until the hub has dealt with that, so often, and the phone has given up on the answer.
fn see_broken_off(office: &Office, page: &Page, route: &str) -> Result<()> {
    let before = office.server.printed().matches(route).count();
    page.set_online(true)?;
    page.evaluate("void window.dispatchEvent(new Event('focus'))")?;
    wait_until(&format!("the hub hears {route}"), || {
        let heard = office.server.printed().matches(route).count();
        Ok((before < heard).then_some(()))
    })?;
    page.wait_for(
        "document.querySelector('[data-test=signal]')?.innerText.trim() === 'Tanpa sinyal'",
    )?;
    assert!(!page.has("trouble")?, "{:?}", page.read("trouble"));
    // What is not known to be received waits.
    check_numbers(page, "1", "0", "1")?;
    page.see("1 foto masih dalam perjalanan")
}

#[test]
fn an_answer_that_breaks_off_is_a_lost_signal_and_nothing_is_lost_or_doubled() -> Result<()> {
    let office = Office::open()?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let phone = phone_at_a_photo(&office)?;
    let page = phone.page();
    let picture = camera_picture(page)?;
    page.click("option-i_foto_kategori-tenun")?;
    page.upload(QUESTION, picture.path())?;
    page.read("photo")?;
    see_saved(page)?;
    page.evaluate("void (location.hash = '#/')")?;
    check_numbers(page, "1", "0", "1")?;

    for (request, bytes, route) in [
        ("POST /api/v1/sync/push", 30, "/sync/push"),
        ("POST /api/v1/sync/pull", 30, "/sync/pull"),
        // Without TLS a browser takes a head that ends early for a whole one, once it has begun to say its status.
        ("PATCH /api/v1/blobs/", 3, "/blobs/"),
    ] {
        // Shown when the story fails.
        println!("{request}");
        page.set_online(false)?;
        office.signal.set(Weather::CutAfter { request, bytes });
        see_broken_off(&office, page, route)?;
    }
    page.screenshot("collector-broken-off")?;
    restore(&office, &phone)?;
    page.click("send-now")?;
    check_numbers(page, "1", "1", "0")?;
    page.see_no("masih dalam perjalanan")?;
    assert!(!page.has("trouble")?);

    let desk = office.desk_of("citra")?;
    let path = format!("/cases/{}/{BARENE}", office.round);
    let case: CaseView = from_value(office::api(desk.page(), "GET", &path, &Value::Null)?)?;
    let ops = case.pages.into_iter().flat_map(|page| page.ops.ops);
    let files = ops.filter(|op| matches!(op.change, Change::Set(Given::File(_))));
    assert_eq!(files.count(), 1);
    desk.page()
        .open(&format!("{}/#/pemeriksaan", office.signal.origin()))?;
    desk.page().click(&format!("queue-row-{BARENE}"))?;
    desk.page().click("Foto")?;
    assert_eq!(edge(desk.page(), "figure.photo img")?, 1280);
    // The browser logs each answer that broke off.
    let errors = page.take_errors();
    let is_of_network = |error: &String| error.contains("net::ERR_");
    assert!(errors.iter().all(is_of_network), "{errors:?}");
    Ok(())
}
