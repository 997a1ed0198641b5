//! What a questionnaire can bring along: a next version, long lists, pictures, triggers, the case before.
//!
//! Always: by the API as an office does, then on a phone without signal.
//! Never: reads the app's inside.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::harness::{Browser, Page};
use tests::office::{BARENE, KAKANIUK, Office};

use crate::phone::{cut, open_module, restore, see_saved};

const SETTINGS: &str =
    "form_id,form_title,version,default_language\nlumbung,Lumbung desa,V,Bahasa Indonesia (id)\n";

fn sheets(version: &str, survey: &str, choices: &str) -> Value {
    json!({
        "survey": survey, "choices": choices, "settings": SETTINGS.replace('V', version),
    })
}

fn shows(page: &Page, element: &str, text: &str) -> Result<()> {
    page.wait_for(&format!(
        "document.querySelector({element:?})?.innerText.includes({text:?})"
    ))
}

/// An enumerator's phone that holds everything, without signal.
fn phone(office: &Office) -> Result<Browser> {
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &[])?;
    office.assign(&ani, KAKANIUK, &[])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    page.read(&format!("village-{BARENE}"))?;
    // Everything is on the phone before it goes.
    page.wait_for("!document.querySelector('[data-test=fetching]')")?;
    cut(office, &phone)?;
    Ok(phone)
}

const FIRST: &str = "type,name,label,hint
begin_group,isi,Isi lumbung,
integer,padi,Padi,Karung
text,pengurus,Nama pengurus,
select_one ya,bocor,Atap bocor?,
end_group,,,
begin_group,lain,Lain-lain,
text,pesan,Pesan untuk kabupaten,
end_group,,,
";

/// `pengurus` stands elsewhere, `bocor` has other choices, `pesan` is gone, `jagung` came.
const SECOND: &str = "type,name,label,hint
begin_group,isi,Isi lumbung,
integer,padi,Padi,Karung
integer,jagung,Jagung,Karung
select_one ya,bocor,Atap bocor?,
end_group,,,
begin_group,orang,Orang,
text,pengurus,Nama pengurus,
end_group,,,
";

#[test]
fn a_case_moves_to_the_next_version_when_told_and_keeps_every_answer() -> Result<()> {
    let choices = "list_name,name,label\nya,y,Ya\nya,s,Sedikit\nya,t,Tidak\n";
    let office = Office::open_with(&sheets("1", FIRST, choices))?;
    let phone = phone(&office)?;
    let page = phone.page();
    open_module(page, BARENE, "isi")?;
    page.fill("input-padi", "12")?;
    page.fill("input-pengurus", "Maria Seuk")?;
    page.click("option-bocor-s")?;
    page.click("next")?;
    page.fill("input-pesan", "Atap perlu seng")?;
    page.evaluate("document.activeElement.blur()")?;
    see_saved(page)?;

    // The office publishes the next version while the phone is away.
    office.signal.set(tests::harness::Weather::Fair);
    let fewer = "list_name,name,label\nya,y,Ya\nya,t,Tidak\n";
    let made = office.api("POST", "/questionnaires", &sheets("2", SECOND, fewer))?;
    let next = json!({ "questionnaire": made["questionnaire"]["id"] });
    office.api(
        "POST",
        &format!("/rounds/{}/questionnaire", office.round),
        &next,
    )?;
    restore(&office, &phone)?;
    page.evaluate("void (location.hash = '#/')")?;
    page.click("send-now")?;
    page.wait_for(
        "document.querySelector('[data-test=numbers-waiting]')?.innerText.trim() === '0'",
    )?;
    cut(&office, &phone)?;
    page.click(&format!("village-{BARENE}"))?;
    // Nothing moved by itself.
    page.read("version-new")?;
    page.read("module-lain")?;
    page.click("version-look")?;
    shows(page, "[data-test=version-changes]", "Jagung")?;
    shows(
        page,
        "[data-test=version-carried]",
        "1 isian pindah tempat; 2 isian tidak punya tempat",
    )?;
    page.screenshot("collector-version")?;
    page.click("version-move")?;
    page.read("module-orang")?;
    assert!(!page.has("version-new")?);
    shows(page, "[data-test=parked]", "2 isian tidak punya tempat")?;
    page.click("parked")?;
    page.evaluate("document.querySelector('[data-test=parked]').open = true")?;
    page.see("Atap perlu seng")?;
    page.screenshot("collector-parked")?;
    page.click("module-orang")?;
    page.wait_for("document.getElementById('input-pengurus')?.value === 'Maria Seuk'")?;
    // The other village was never begun: it begins on the newest.
    page.evaluate("void (location.hash = '#/')")?;
    page.click(&format!("village-{KAKANIUK}"))?;
    page.read("module-orang")?;
    assert!(!page.has("version-new")?);

    restore(&office, &phone)?;
    page.evaluate("void (location.hash = '#/')")?;
    page.click("send-now")?;
    page.wait_for(
        "document.querySelector('[data-test=numbers-waiting]')?.innerText.trim() === '0'",
    )?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let desk = office.desk_of("citra")?;
    let case = tests::office::api(
        desk.page(),
        "GET",
        &format!("/cases/{}/{BARENE}", office.round),
        &Value::Null,
    )?;
    assert_eq!(case["questionnaire"], made["questionnaire"]["id"]);
    assert_eq!(case["quarantined"], json!([]));
    assert!(page.take_errors().is_empty());
    Ok(())
}

/// A red picture of eight by eight pixels.
fn picture(page: &Page) -> Result<String> {
    let drawn = page.evaluate(
        "(() => { const c = document.createElement('canvas'); [c.width, c.height] = [8, 8];
            const x = c.getContext('2d'); x.fillStyle = '#b00'; x.fillRect(0, 0, 8, 8);
            return c.toDataURL('image/png').split(',')[1]; })()",
    )?;
    Ok(drawn.as_str().context("a picture")?.to_owned())
}

const LISTS: &str = "type,name,label,media::image,trigger,calculation,default,choice_filter
begin_group,isi,Isi,,,,,
note,gambar,Lihat contoh kain ini,kain.png,,,,
select_one_from_file desa.csv,asal,Desa asal benang,,,,,
select_one_from_file desa.csv,tetangga,Desa di kecamatan yang sama,,,,,kec='K7'
select_one motif,motif,Motif kain,,,,,
text,kepala,Nama kepala desa,,,,${last-saved#kepala},
integer,umur,Umur,,,,,
calculate,dicatat,,,${umur},\"concat('umur ', ${umur})\",,
note,catatan,Dicatat: ${dicatat},,,,,
end_group,,,,,,,
";

/// More villages than a compiled form carries.
fn villages() -> String {
    let mut text = "name,label,kec\n".to_owned();
    for number in 0..30_000 {
        text.push_str(&format!(
            "{number:05},Désa {number} Timur,K{}\n",
            number % 50
        ));
    }
    text
}

#[test]
fn a_long_list_a_picture_and_a_trigger_work_without_signal() -> Result<()> {
    let signal = tests::harness::Browser::start(tests::harness::Screen::Desk)?;
    let drawn = picture(signal.page())?;
    drop(signal);
    let motifs = "list_name,name,label,media::image\nmotif,buna,Buna,kain.png\nmotif,lain,Lain,\n";
    let mut form = sheets("1", LISTS, motifs);
    form["files"] = json!([
        { "name": "desa.csv", "content": STANDARD.encode(villages()) },
        { "name": "kain.png", "content": drawn },
    ]);
    let office = Office::open_with(&form)?;
    let mut phone = phone(&office)?;
    let page = phone.page();
    open_module(page, BARENE, "isi")?;
    page.wait_for("document.querySelector('[data-test=media] img')?.naturalWidth === 8")?;
    page.wait_for(
        "document.querySelector('[data-test=option-motif-buna] img')?.naturalWidth === 8",
    )?;
    let bare = "document.querySelector('[data-test=option-motif-lain] .media') === null";
    assert_eq!(page.evaluate(bare)?, json!(true));
    page.click("option-motif-buna")?;
    // By a part of the name without its accent, and by the code.
    page.fill("filter-asal", "desa 17777")?;
    page.click("option-asal-17777")?;
    page.fill("filter-tetangga", "timur")?;
    page.see("Masih ada yang lain")?;
    page.fill("filter-tetangga", "20007")?;
    page.click("option-tetangga-20007")?;
    page.fill("filter-tetangga", "20008")?;
    shows(page, "#question-tetangga", "Tidak ada yang cocok")?;
    page.fill("filter-tetangga", "")?;
    page.screenshot("control-long-list")?;
    page.fill("input-kepala", "Yosep Bere")?;
    page.fill("input-umur", "41")?;
    page.evaluate("document.activeElement.blur()")?;
    shows(page, "#question-catatan", "Dicatat: umur 41")?;
    see_saved(page)?;
    let here = page.evaluate("location.href")?;
    let here = here.as_str().context("an address")?.to_owned();
    phone.relaunch()?;
    let page = phone.page();
    page.set_online(false)?;
    page.open(&here)?;
    shows(page, "#question-asal", "Désa 17777 Timur")?;
    shows(page, "#question-tetangga", "Désa 20007 Timur")?;
    shows(page, "#question-catatan", "Dicatat: umur 41")?;
    page.wait_for("document.querySelector('[data-test=media] img')?.naturalWidth === 8")?;
    // What was finished last is the default of the next case.
    page.click("next")?;
    page.click("finish")?;
    page.click("go-home")?;
    open_module(page, KAKANIUK, "isi")?;
    page.wait_for("document.getElementById('input-kepala')?.value === 'Yosep Bere'")?;

    restore(&office, &phone)?;
    let page = phone.page();
    page.evaluate("void (location.hash = '#/')")?;
    page.click("send-now")?;
    page.wait_for(
        "document.querySelector('[data-test=numbers-waiting]')?.innerText.trim() === '0'",
    )?;
    office.account("citra", "Citra Tefa", "supervisor")?;
    let desk = office.desk_of("citra")?;
    let path = format!("/cases/{}/{BARENE}", office.round);
    let case = tests::office::api(desk.page(), "GET", &path, &Value::Null)?;
    assert_eq!(case["quarantined"], json!([]));
    assert!(page.take_errors().is_empty());
    Ok(())
}

#[test]
fn an_office_tries_a_questionnaire_before_phones_have_it() -> Result<()> {
    let choices = "list_name,name,label\nya,y,Ya\nya,s,Sedikit\nya,t,Tidak\n";
    let survey = FIRST.replace("type,name,label,hint\n", "type,name,label,hint,relevant\n");
    let survey = survey.replace(
        "text,pengurus,Nama pengurus,\n",
        "text,pengurus,Nama pengurus,,${padi} > 10\n",
    );
    let office = Office::open_with(&sheets("1", &survey, choices))?;
    let forms = office.api("GET", "/questionnaires", &Value::Null)?;
    let id = forms[0]["id"].as_str().context("an id")?.to_owned();
    let desk = office.desk_of("admin")?;
    let page = desk.page();
    page.open(&format!("{}/#/kuesioner/{id}", office.signal.origin()))?;
    page.read("try-padi")?;
    assert!(!page.has("try-pengurus")?);
    page.screenshot("console-try-out")?;
    page.fill("try-input-padi", "12")?;
    page.read("try-pengurus")?;
    shows(page, "[data-test=uses]", "relevant 1")?;
    page.screenshot("console-try-out")?;
    page.click("try-next")?;
    page.read("try-pesan")?;
    page.click("try-anew")?;
    page.read("try-padi")?;
    assert!(!page.has("try-pengurus")?);
    assert!(page.take_errors().is_empty());
    Ok(())
}
