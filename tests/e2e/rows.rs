//! Two rows with one key: made one on the phone where they agree, at the desk where somebody has to choose.
//!
//! Always: what each row said is looked for afterwards; what was done can be taken back.
//! Never: reads the app's inside.

use anyhow::Result;
use serde_json::json;
use tests::harness::Page;
use tests::office::{BARENE, Office};

use crate::phone::{cut, open_module, restore, see_saved};

const SURVEY: &str = "type,name,label,bind::lumbung:key
begin_group,panen,Panen,
begin_repeat,tanaman,Tanaman,
select_one komoditas,apa,Tanaman apa?,yes
integer,luas,Luas (ha),
integer,hasil,Hasil (ton),
end_repeat,,,
end_group,,,
";

fn sheets() -> serde_json::Value {
    json!({
        "survey": SURVEY,
        "choices": "list_name,name,label\nkomoditas,jagung,Jagung\nkomoditas,padi,Padi\n",
        "settings": "form_id,form_title,version,default_language\nlumbung,Panen,1,Bahasa Indonesia (id)\n",
    })
}

fn see_rows(page: &Page, count: usize) -> Result<()> {
    page.wait_for(&format!(
        "document.querySelectorAll('[data-test=row]').length === {count}"
    ))
}

fn go(page: &Page, place: &serde_json::Value) -> Result<()> {
    page.evaluate(&format!("void (location.hash = {place})"))?;
    Ok(())
}

/// Adds a row of maize and comes back to the list.
fn add_maize(page: &Page, list: &serde_json::Value, fields: &[(&str, &str)]) -> Result<()> {
    page.click("add-row-tanaman")?;
    page.click("option-apa-jagung")?;
    for (field, value) in fields {
        page.wait_for(&format!(
            "Boolean(document.querySelector('[data-test={field}]'))"
        ))
        .or_else(|_| page.click("next"))?;
        page.fill(field, value)?;
    }
    page.evaluate("document.activeElement.blur()")?;
    see_saved(page)?;
    go(page, list)
}

/// What stands in a field of the only row.
fn field_of_row(page: &Page, list: &serde_json::Value, field: &str) -> Result<String> {
    page.click("open-row")?;
    page.wait_for(&format!("Boolean(document.getElementById('{field}'))"))?;
    let value = page.evaluate(&format!("document.getElementById('{field}').value"))?;
    go(page, list)?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

#[test]
fn two_rows_with_one_key_become_one_and_nothing_of_them_is_lost() -> Result<()> {
    let office = Office::open_with(&sheets())?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &[])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    page.click(&format!("village-{BARENE}"))?;
    page.read("module-panen")?;
    page.evaluate("void (location.hash = '#/')")?;
    cut(&office, &phone)?;
    open_module(page, BARENE, "panen")?;
    let list = page.evaluate("location.hash")?;

    add_maize(page, &list, &[("input-luas", "3")])?;
    see_rows(page, 1)?;
    add_maize(page, &list, &[("input-hasil", "7")])?;
    see_rows(page, 2)?;
    page.read("join-rows")?;
    page.screenshot("collector-rows-twice")?;
    page.click("join-rows")?;
    see_rows(page, 1)?;
    page.screenshot("collector-rows-joined")?;
    page.click("undo")?;
    see_rows(page, 2)?;
    page.click("join-rows")?;
    see_rows(page, 1)?;
    assert_eq!(field_of_row(page, &list, "input-luas")?, "3");
    assert_eq!(field_of_row(page, &list, "input-hasil")?, "7");

    // Another row says otherwise: it is told where, and nobody decides but a person.
    add_maize(page, &list, &[("input-luas", "4")])?;
    see_rows(page, 2)?;
    page.see("Isian kedua baris berbeda: Luas (ha).")?;
    assert!(!page.has("join-rows")?);
    page.screenshot("collector-rows-differ")?;
    see_saved(page)?;
    restore(&office, &phone)?;
    page.evaluate("void (location.hash = '#/')")?;
    page.click("send-now")?;
    page.wait_for(
        "document.querySelector('[data-test=numbers-waiting]')?.innerText.trim() === '0'",
    )?;

    let desk = office.desk_of("citra")?;
    let case = format!("#/pemeriksaan?ronde={}&desa={BARENE}", office.round);
    desk.page()
        .open(&format!("{}/{case}", office.signal.origin()))?;
    desk.page().read("findings-error")?;
    desk.page().read("joining")?;
    let is_off = "document.querySelector('[data-test=join-rows]').disabled";
    assert_eq!(desk.page().evaluate(is_off)?, json!(true));
    desk.page().click("join-luas-2")?;
    desk.page().screenshot("console-rows-differ")?;
    desk.page().click("join-rows")?;
    desk.page()
        .wait_for("!document.querySelector('[data-test=joining]')")?;
    desk.page()
        .wait_for("!document.querySelector('[data-test=case-waiting]')")?;

    page.click("send-now")?;
    open_module(page, BARENE, "panen")?;
    see_rows(page, 1)?;
    assert_eq!(field_of_row(page, &list, "input-luas")?, "4");
    assert_eq!(field_of_row(page, &list, "input-hasil")?, "7");
    assert_eq!(page.take_errors(), Vec::<String>::new());
    assert_eq!(desk.page().take_errors(), Vec::<String>::new());
    Ok(())
}
