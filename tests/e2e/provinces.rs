//! A round of several provinces: an analyst of one of them sees that one alone, and one of everything may look at one.
//!
//! Always: what belongs to others is neither shown nor called a mistake; a code that is one is.
//! Never: looks for what another story looks for.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tests::harness::Page;
use tests::office::api;

use crate::crowd::{Crowd, METHOD, PASSWORD, regency, round_id};
use crate::people::{Office, World};
use crate::plots::pictures_of;
use crate::priority::pictures;

/// Of the other province one village and a quota; of the own one a code with a typing error.
const CROWD: Crowd = Crowd {
    provinces: 2,
    regencies: 2,
    villages: 12,
    rounds: &["Potensi 2026"],
    indicators: 4,
    more: r#"total = 4

[[programme.quota.earmark]]
area = "19"
label = { id = "Kepulauan", en = "The islands" }
places = 3

[screening]
include = ["53.01.01.2001", "19.01.01.2001", "53.99.01.2001"]
"#,
};

fn codes(page: &Page) -> Result<Vec<String>> {
    page.wait_for("Boolean(document.querySelector('[data-test^=priority-row-]'))")?;
    let rows = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test^=priority-row-]'))
            .map((row) => row.dataset.test.replace('priority-row-', ''))",
    )?;
    Ok(serde_json::from_value(rows)?)
}

/// Nothing on the screen names a place of the other province by its code.
fn names_nothing_of(page: &Page, province: &str) -> Result<()> {
    let found = page.evaluate(&format!(
        "document.body.innerText.match(/.*\\b{province}\\.\\d\\d.*/)?.[0] ?? ''"
    ))?;
    ensure!(found == json!(""), "{found} is on the screen");
    Ok(())
}

#[test]
fn an_analyst_of_one_province_sees_that_one_and_no_strangers_of_others() -> Result<()> {
    let world = World::start_on(CROWD.prepare()?)?;
    let rosa = Office::at(&world)?;
    rosa.sign_in("analis-53", PASSWORD)?;
    let page = rosa.page();
    rosa.go(&format!("prioritas?method={METHOD}"))?;
    let shown = codes(page)?;
    assert_eq!(shown.len(), 24);
    ensure!(
        shown.iter().all(|code| code.starts_with("53.")),
        "{shown:?}"
    );
    assert_eq!(page.read("count-approved")?, "24");
    ensure!(
        page.read("overseen")?.contains("Provinsi 53"),
        "whose villages these are"
    );
    let beyond = page.read("beyond")?;
    ensure!(
        beyond.contains("1 kode") && beyond.contains("bukan kesalahan"),
        "{beyond}"
    );
    let cautions = page.read("cautions")?;
    ensure!(cautions.contains("53.99.01.2001"), "{cautions}");
    ensure!(!cautions.contains("Kepulauan"), "{cautions}");
    pictures(page, "province-ranking")?;
    for view in ["", "selection", "plots", "capacity", "decisions"] {
        rosa.go(&format!("prioritas?method={METHOD}&view={view}"))?;
        page.wait_for("Boolean(document.querySelector('[data-test=count-approved]'))")?;
        names_nothing_of(page, "19")?;
    }
    // Whoever decides answers for the typing error, and for nothing of others.
    rosa.go(&format!("prioritas?method={METHOD}&view=decisions"))?;
    page.click("freeze")?;
    let despite = page.read("freeze-despite")?;
    ensure!(
        despite.contains("53.99.01.2001") && !despite.contains("Kepulauan"),
        "{despite}"
    );
    page.fill("freeze-number", "1")?;
    page.click("freeze-now")?;
    let refused = page.read("failure")?;
    ensure!(!refused.contains("19."), "{refused}");
    page.fill("despite-by", "Rosa Seran")?;
    page.fill("despite-reason", "Salah ketik")?;
    page.click("freeze-now")?;
    page.read("minutes")?;
    names_nothing_of(page, "19")?;

    // Another's province is not given.
    let path = format!("/rounds/{}/priority/{METHOD}/frozen?within=19", round_id(0));
    let refused = api(page, "GET", &path, &Value::Null);
    let refused = refused.err().context("another's province is read")?;
    ensure!(refused.to_string().contains("answered 403"), "{refused}");
    Ok(())
}

#[test]
fn an_analyst_of_everything_looks_at_one_province_and_freezes_it() -> Result<()> {
    let world = World::start_on(CROWD.prepare()?)?;
    let dewi = Office::at(&world)?;
    dewi.sign_in("analis", PASSWORD)?;
    let page = dewi.page();
    dewi.go(&format!("prioritas?method={METHOD}"))?;
    assert_eq!(codes(page)?.len(), 48);
    ensure!(
        !page.has("beyond")? && !page.has("overseen")?,
        "all is overseen"
    );
    ensure!(
        page.read("cautions")?.contains("53.99.01.2001"),
        "the typing error is told"
    );

    dewi.go(&format!("prioritas?method={METHOD}&within=19"))?;
    let shown = codes(page)?;
    ensure!(
        shown.len() == 24 && shown.iter().all(|code| code.starts_with("19.")),
        "{shown:?}"
    );
    ensure!(
        page.read("overseen")?.contains("Provinsi 19"),
        "which part this is"
    );
    pictures_of(page, "files", "province-within")?;
    let file = String::from_utf8(page.download("export-csv")?)?;
    ensure!(
        file.contains("19.01.01.2001") && !file.contains("53.01.01.2001"),
        "the file is of the part"
    );
    let area = regency(1, 0);
    ensure!(page.has(&format!("priority-row-{area}.01.2001"))?, "{area}");

    dewi.go(&format!(
        "prioritas?method={METHOD}&within=19&view=decisions"
    ))?;
    page.click("freeze")?;
    page.fill("freeze-number", "2")?;
    page.click("freeze-now")?;
    let minutes = page.read("minutes")?;
    ensure!(
        minutes.contains("Desa 19.") && !minutes.contains("Desa 53."),
        "{minutes}"
    );

    // And back to the whole.
    dewi.go(&format!("prioritas?method={METHOD}&within=19"))?;
    page.click("within-all")?;
    page.wait_for("document.querySelector('[data-test=count-approved]')?.innerText === '48'")?;
    assert_eq!(page.take_errors(), Vec::<String>::new());
    Ok(())
}
