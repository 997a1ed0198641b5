//! Desks: the list of a programme with its file, and files with faults.
//!
//! Always: what a file says and what the screen says is the same.
//! Never: takes a part of a file that has faults.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use anyhow::{Context as _, Result};
use serde_json::from_value;
use tempfile::NamedTempFile;
use tests::harness::Page;

use crate::people::{Office, World};

const PASSWORD: &str = "lumbung-padi-7";

/// The rows of the ranking that are on the screen: code, village, kabupaten, reason.
fn rows(page: &Page) -> Result<Vec<[String; 4]>> {
    page.wait_for("Boolean(document.querySelector('[data-test^=priority-row-]'))")?;
    let rows = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test^=priority-row-]')).map((row) => [
            row.dataset.test.replace('priority-row-', ''),
            row.querySelector('.village a').innerText.trim(),
            row.querySelector('.village small').innerText.split(' · ')[0].trim(),
            row.querySelector('.reason').innerText.trim()])",
    )?;
    Ok(from_value(rows)?)
}

#[test]
fn a_programme_lists_two_villages_per_kabupaten_with_reasons_and_so_does_its_file() -> Result<()> {
    let world = World::start_demo()?;
    let answered = world.server.wait_for_line(|line| {
        let count = line.strip_prefix("Answered ")?.strip_suffix(" villages")?;
        count.parse::<usize>().ok()
    })?;
    assert!(150 <= answered, "the demo answered {answered} villages");
    let dewi = Office::at(&world)?;
    dewi.sign_in("analis", "lumbung-demo")?;
    dewi.go("prioritas?method=desmigratif")?;
    let page = dewi.page();
    page.click("show-chosen")?;
    page.wait_for("document.querySelector('[data-test=show-chosen]').ariaCurrent === 'true'")?;
    let chosen = rows(page)?;
    page.screenshot("console-desmigratif")?;
    assert_eq!(page.read("count-chosen")?, chosen.len().to_string());
    let mut areas: BTreeMap<&str, usize> = BTreeMap::new();
    for [region, _, area, reason] in &chosen {
        assert!(reason.contains(char::is_numeric), "{region}: {reason}");
        *areas.entry(area).or_default() += 1;
    }
    assert!(areas.values().all(|count| *count <= 2), "{areas:?}");
    let full = areas.values().filter(|count| **count == 2);
    assert!(10 <= full.count(), "{areas:?}");

    let file = String::from_utf8(page.download("export-selection")?)?;
    let lines: BTreeMap<&str, &str> = file
        .lines()
        .filter_map(|line| Some((line.split(',').next()?, line)))
        .filter(|(_, line)| line.contains(",chosen,"))
        .collect();
    let on_screen: BTreeSet<&str> = chosen.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(lines.keys().copied().collect::<BTreeSet<_>>(), on_screen);
    for row in &chosen {
        let line = lines[row[0].as_str()];
        for part in row {
            assert!(line.contains(part.as_str()), "{part} is not in {line}");
        }
    }

    // Where two could not be found, the list says so instead of being silent.
    dewi.go("prioritas?method=desmigratif&view=selection")?;
    page.read("chosen-list")?;
    let short = page.read("shortfalls")?;
    page.screenshot("console-desmigratif-programme")?;
    let unfilled = page.evaluate(
        "Array.from(document.querySelectorAll('tr[data-test^=area-]'))
            .filter((row) => row.querySelectorAll('.place.filled').length < 2)
            .map((row) => row.querySelector('td').innerText.trim())",
    )?;
    let unfilled: Vec<String> = from_value(unfilled)?;
    assert!(!unfilled.is_empty());
    for area in unfilled {
        assert!(short.contains(&area), "{area} is missing in {short}");
    }
    Ok(())
}

fn file(name: &str, text: &str) -> Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(name)
        .suffix(".csv")
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// Place and text of each fault on the screen.
fn faults(page: &Page) -> Result<Vec<(String, String)>> {
    page.read("faults")?;
    let faults = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test=fault]'))
            .map((row) => Array.from(row.cells).map((cell) => cell.innerText.trim()))",
    )?;
    Ok(from_value(faults)?)
}

#[track_caller]
fn check_faults(seen: &[(String, String)], expect: &[(&str, &str)]) {
    assert_eq!(seen.len(), expect.len(), "{seen:#?}");
    for ((place, text), (wanted, part)) in seen.iter().zip(expect) {
        assert_eq!(place, wanted, "{seen:#?}");
        assert!(text.contains(part), "{place}: {text}");
    }
}

#[test]
fn an_administrator_sees_every_fault_of_a_file_and_nothing_of_it_is_taken() -> Result<()> {
    let world = World::start()?;
    let wayan = Office::at(&world)?;
    wayan.set_up(&world.setup_link()?, "wayan", PASSWORD)?;
    let page = wayan.page();

    wayan.go("wilayah")?;
    let broken = file(
        "wilayah",
        "code,name\n53,Nusa Tenggara Timur\n53.21,Kabupaten Malaka\n5321012001,Barene\n\
         53.21.01,\n53.21,Malaka lagi\n53.77.01,Tanpa induk\n",
    )?;
    page.read("import-regions")?;
    page.upload("import-regions-file", broken.path())?;
    let seen = faults(page)?;
    check_faults(
        &seen,
        &[
            ("baris 4", "5321012001"),
            ("baris 5", "nama"),
            ("baris 6", "sudah ada"),
            ("baris 7", "induk"),
        ],
    );
    page.see("tidak ada yang disimpan")?;
    page.screenshot("console-regions-faults")?;
    assert_eq!(page.read("count-province")?, "0");
    // What is good may be taken when the person says so.
    page.click("skip-refused")?;
    page.upload("import-regions-file", broken.path())?;
    page.read("import-result")?;
    page.wait_for("document.querySelector('[data-test=count-regency]')?.innerText === '1'")?;

    wayan.go("kuesioner")?;
    page.read("no-questionnaires")?;
    page.click("import-sheets")?;
    page.see("Pilih ketiga berkas: survey, choices, dan settings.")?;
    let survey = file(
        "survey",
        "type,name,label,relevant,calculation\ninteger,a,A,,\nintegr,b,B,,\n\
         select_one tidak_ada,c,C,,\ninteger,a,A lagi,,\ninteger,d,D,${tiada} > 1,\n\
         calculate,e,,,entah(1)\nbegin_group,f,F,,\ninteger,g,G,,\n",
    )?;
    let choices = file(
        "choices",
        "list_name,name,label\nwarna,merah,Merah\nwarna,merah,Merah\n",
    )?;
    let settings = file("settings", "form_title\nUji\n")?;
    for (sheet, file) in [
        ("survey", &survey),
        ("choices", &choices),
        ("settings", &settings),
    ] {
        page.upload(&format!("sheet-{sheet}"), file.path())?;
    }
    page.click("import-sheets")?;
    let seen = faults(page)?;
    page.screenshot("console-questionnaire-faults")?;
    let places: BTreeSet<&str> = seen.iter().map(|(place, _)| place.as_str()).collect();
    for place in [
        "survey baris 3 kolom type",
        "survey baris 4 kolom type",
        "survey baris 5 kolom name",
        "survey baris 6 kolom relevant",
        "survey baris 7 kolom calculation",
    ] {
        assert!(places.contains(place), "{place} is not in {seen:#?}");
    }
    for sheet in ["survey", "choices", "settings"] {
        let has = seen.iter().any(|(place, _)| place.starts_with(sheet));
        assert!(has, "nothing about {sheet} in {seen:#?}");
    }
    assert!(seen.iter().all(|(_, text)| 10 < text.len()), "{seen:#?}");
    page.read("no-questionnaires")
        .context("nothing of it was taken")?;

    // One file in place of three sheets; the server knows it by its content.
    page.click("import-workbook")?;
    page.see("Pilih berkas .xlsx atau .xml dahulu.")?;
    let form = tempfile::Builder::new().suffix(".xml").tempfile()?;
    std::fs::write(form.path(), XFORM)?;
    page.upload("workbook", form.path())?;
    page.click("import-workbook")?;
    page.see("Kebun versi 3 siap dipakai.")?;
    Ok(())
}

const XFORM: &str = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Kebun</h:title><model>
<instance><data id="kebun" version="3"><g><luas/></g><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/g/luas" type="decimal"/>
</model></h:head>
<h:body><group ref="/data/g"><label>Lahan</label><input ref="/data/g/luas"><label>Luas kebun</label></input></group></h:body></h:html>"#;
