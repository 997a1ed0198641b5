//! A respondent asks that what was said of them is erased: the administrator does it, and the reviewer sees that it is gone.

use anyhow::Result;
use serde_json::json;
use tests::office::{BARENE, Office};

use crate::phone::{check_numbers, open_module, see_saved};

const NAME: &str = "Yohanes Seran Bria";

#[test]
fn an_administrator_erases_personal_answers_and_nothing_becomes_a_fault() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.account("citra", "Citra", "supervisor")?;
    office.assign(&ani, BARENE, &["a_identitas"])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    open_module(page, BARENE, "a_identitas")?;
    while !page.has("question-a_narasumber_nama")? {
        if page.has("option-a_izin_wawancara-ya")? {
            page.click("option-a_izin_wawancara-ya")?;
            page.click("option-a_izin_data-ya")?;
            see_saved(page)?;
        }
        let hash = page.evaluate("location.hash")?;
        page.click("next")?;
        page.wait_for(&format!("location.hash !== {hash}"))?;
        page.read("page")?;
    }
    page.fill("input-a_narasumber_nama", NAME)?;
    see_saved(page)?;
    page.evaluate("void (location.hash = '#/')")?;
    page.click("send-now")?;
    check_numbers(page, "1", "1", "0")?;

    let desk = office.desk_of("citra")?;
    let look = |expect: &str| -> Result<()> {
        desk.page()
            .evaluate("void (location.hash = '#/pemeriksaan')")?;
        desk.page().click(&format!("queue-row-{BARENE}"))?;
        desk.page().click("Semua isian")?;
        desk.page().see(expect)
    };
    look(NAME)?;

    let admin = office.desk.page();
    admin.reload()?;
    admin.evaluate("void (location.hash = '#/keamanan')")?;
    admin.click("erase-open")?;
    admin.fill("erase-village", "Barene")?;
    admin.click(&format!("erase-village-option-{BARENE}"))?;
    // Not by a slip of the hand.
    admin.fill("erase-name", "Kakaniuk")?;
    admin.click("erase-yes")?;
    admin.see("Tidak ada yang dihapus")?;
    admin.screenshot("console-erase")?;
    admin.fill("erase-name", "barene")?;
    admin.click("erase-yes")?;
    admin.see("1 jawaban pribadi dihapus")?;
    admin.wait_for("!document.querySelector('dialog[open]')")?;
    admin.evaluate("void (location.hash = '#/catatan')")?;
    admin.see("Menghapus jawaban pribadi")?;

    desk.page().reload()?;
    look("dihapus atas permintaan")?;
    desk.page().screenshot("console-case-erased")?;
    let shown = desk.page().evaluate("document.body.innerText")?;
    assert!(!shown.to_string().contains(NAME), "{shown}");
    // A village does not become unfit because somebody took back a name.
    let round = office.round.clone();
    let path = format!("/cases/{round}/{BARENE}/findings");
    let found = tests::office::api(desk.page(), "GET", &path, &json!(null))?;
    assert!(!found.to_string().contains("a_narasumber_nama"), "{found}");
    Ok(())
}
