//! The server is put back to a backup that was made before a round was opened and a phone enrolled.
//!
//! Always: the phone comes back by itself, with its account and all it holds; the administrator is told what is missing
//! and opens the round again; nothing is typed twice.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::harness::{Server, binary, wait_until};
use tests::office::{self, BARENE, Office};

use crate::phone::{check_numbers, cut, open_module, restore};
use crate::strangers::answer;

const MODULES: [&str; 2] = ["c_tenun", "d_gerabah"];

fn lumbung(arguments: &[&str]) -> Result<()> {
    let done = Command::new(binary()?).args(arguments).output()?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    ensure!(done.status.success(), "lumbung {arguments:?}: {said}");
    Ok(())
}

#[test]
fn a_server_that_forgot_a_round_is_told_of_it_and_gets_its_answers_back() -> Result<()> {
    let mut office = Office::open()?;
    let backups = TempDir::new()?;
    let target = backups.path().to_str().context("a path")?.to_owned();
    let data = office.server.data().to_str().context("a path")?.to_owned();
    lumbung(&["backup", "create", &target, "--data", &data])?;

    // All of this is younger than the backup.
    let forms = office.api("GET", "/questionnaires", &Value::Null)?;
    let round = json!({
        "name": "Pendataan 2026", "kind": "real", "regencies": ["53.21"],
        "questionnaire": forms[0]["id"],
    });
    let round = office.api("POST", "/rounds", &round)?;
    office.round = round["id"].as_str().context("an id")?.to_owned();
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &MODULES)?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    answer(page, "c_tenun", "c_tenun_ada")?;
    page.click("send-now")?;
    check_numbers(page, "1", "1", "0")?;
    // This one was never received: the server cannot know that its round is right.
    cut(&office, &phone)?;
    answer(page, "d_gerabah", "d_gerabah_ada")?;
    check_numbers(page, "1", "0", "1")?;

    // The disk is gone, and last week's backup is put back.
    let fresh = TempDir::new()?;
    let place = fresh.path().to_str().context("a path")?.to_owned();
    lumbung(&["restore", &target, "--data", &place])?;
    let origin = office.signal.origin();
    let server = Server::start_on(fresh, &["serve", "--origin", &origin])?;
    office.signal.lead_to(server.address());
    drop(std::mem::replace(&mut office.server, server).end());
    restore(&office, &phone)?;
    page.click("send-now")?;
    page.wait_for("!document.querySelector('[data-test=trouble]')")?;

    let admin = office.desk_of("admin")?;
    let desk = admin.page();
    // The page says what was so when it was opened, and the phone may still be on its way.
    wait_until("the phone to bring what the server forgot", || {
        let safety = office::api(desk, "GET", "/safety", &Value::Null)?;
        Ok(safety["forgotten_rounds"].is_array().then_some(()))
    })?;
    desk.evaluate("void (location.hash = '#/keamanan')")?;
    desk.read("forgotten-round")?;
    desk.see("Ponsel membawa isian ronde")?;
    desk.screenshot("console-forgotten-round")?;
    desk.click("open-again")?;
    desk.see("Ronde dibuka dengan nomornya semula")?;
    desk.fill("round-name", "Pendataan 2026")?;
    desk.screenshot("console-round-again")?;
    desk.click("save-round")?;
    let href = json!(format!("#/ronde/{}", office.round));
    desk.wait_for(&format!("location.hash === {href}"))?;

    // The account came back with its phone, under its own name.
    let accounts = office::api(desk, "GET", "/accounts", &Value::Null)?;
    let mut known = accounts.as_array().context("a list")?.iter();
    let came_back = known.any(|account| account["id"] == json!(ani));
    ensure!(came_back, "{accounts}");
    let work = json!({
        "round": office.round, "account": ani, "villages": [BARENE], "modules": MODULES,
    });
    office::api(desk, "POST", "/assignments", &work)?;
    office::api(
        desk,
        "POST",
        "/accounts",
        &json!({
            "username": "citra", "name": "Citra Tefa", "role": "supervisor",
            "regions": ["53.21"], "password": office::PASSWORD,
        }),
    )?;

    // What was kept aside is let in, and the phone shows its village as before.
    let citra = office.desk_of("citra")?;
    let desk = citra.page();
    let case = format!("#/pemeriksaan?ronde={}&desa={BARENE}", office.round);
    desk.evaluate(&format!("void (location.hash = '{case}')"))?;
    desk.read("quarantined")?;
    desk.click("admit")?;
    desk.click("admit-yes")?;
    desk.see("1 isian diterima.")?;
    page.click("send-now")?;
    page.see("Barene")?;
    check_numbers(page, "1", "1", "0")?;
    open_module(page, BARENE, "c_tenun")?;
    page.wait_for("document.querySelector('[data-test=option-c_tenun_ada-tidak] input').checked")?;
    Ok(())
}
