//! An analyst under a method that waits: what is told of held villages, of codes and quotas that cannot be, and of more
//! villages than one screen ranks.
//!
//! Always: the page is handed a table in which one village is held, as a server would hand it; all else is the demo.
//! Never: looks for what another story looks for.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shared::priority::DESMIGRATIF;
use tests::harness::Page;
use tests::office::api;

use crate::people::Office;
use crate::plots::pictures_of;
use crate::priority::{desk, pictures};

/// Saves the shipped method under another id, with a rule for held villages, a code that nobody has, and a quota beyond
/// all that there are.
fn save_waiting(page: &Page) -> Result<()> {
    let own = DESMIGRATIF.document;
    let renamed = own.replacen("id = \"desmigratif\"", "id = \"tunggu\"", 1);
    ensure!(renamed != own, "the shipped method has another id");
    let quota = renamed.replacen(
        "[programme.quota]\n",
        "[programme.quota]\ntotal = 9000\n",
        1,
    );
    ensure!(quota != renamed, "the shipped method has another quota");
    let document =
        format!("{quota}\n[held]\nrule = \"wait\"\n[screening]\nexclude = [\"99.01.01.2001\"]\n");
    api(page, "POST", "/methods", &json!({ "document": document }))?;
    Ok(())
}

/// From now on every frozen table holds the village `code`, of which nothing is known for certain.
fn hold(page: &Page, code: &str) -> Result<()> {
    page.evaluate(&format!(
        "(() => {{ const own = window.fetch; window.fetch = async (...asked) => {{
            const answer = await own(...asked);
            if (!String(asked[0].url ?? asked[0]).endsWith('/frozen') || !answer.ok) return answer;
            const table = await answer.json();
            const unit = table.units.find((one) => one.region === '{code}');
            unit.holds = [{{ kind: 'conflict', paths: [], text: {{ id: '1 isian ganda belum diputuskan', en: 'x' }} }}];
            unit.indicators.forEach((one) => {{ one.value = 'unknown'; }});
            return new Response(JSON.stringify(table), {{ status: 200, headers: answer.headers }});
        }}; }})()"
    ))?;
    Ok(())
}

/// From now on every frozen table has more villages than a console takes.
fn refuse_as_too_large(page: &Page) -> Result<()> {
    page.evaluate(
        "(() => { const own = window.fetch; window.fetch = async (...asked) => {
            const answer = await own(...asked);
            if (!String(asked[0].url ?? asked[0]).endsWith('/frozen')) return answer;
            const headers = new Headers(answer.headers);
            headers.set('content-type', 'application/problem+json');
            const refusal = { type: 'about:blank', title: 'x', status: 422, code: 'ranking_too_large',
                detail: 'terlalu banyak', detail_en: 'too many' };
            return new Response(JSON.stringify(refusal), { status: 422, headers });
        }; })()",
    )?;
    Ok(())
}

/// Another place without loading the page anew.
fn walk(page: &Page, place: &str) -> Result<()> {
    page.evaluate(&format!("void (location.hash = '#/{place}')"))?;
    Ok(())
}

fn method_key(page: &Page) -> Result<String> {
    let all = api(page, "GET", "/methods", &Value::Null)?;
    let mut all = all.as_array().into_iter().flatten();
    let own = all.find(|it| it["id"] == "tunggu").context("not saved")?;
    let version = own["version"].as_str().context("no version")?;
    Ok(format!("tunggu@{version}"))
}

/// The first village that the method chooses.
fn first_chosen(dewi: &Office) -> Result<String> {
    let page = dewi.page();
    dewi.go("prioritas?method=desmigratif&show=chosen")?;
    page.wait_for("Boolean(document.querySelector('tr.chosen'))")?;
    let row = page.evaluate(
        "document.querySelector('tr.chosen').dataset.test.replace('priority-row-', '')",
    )?;
    Ok(row.as_str().context("nobody is chosen")?.to_owned())
}

#[test]
fn a_choice_that_waits_says_for_whom_and_asks_who_decides_without() -> Result<()> {
    let (_world, dewi) = desk()?;
    let page = dewi.page();
    let village = first_chosen(&dewi)?;
    save_waiting(page)?;
    let key = method_key(page)?;
    page.reload()?;
    page.wait_for("Boolean(document.querySelector('tr.chosen'))")?;
    hold(page, &village)?;
    walk(page, &format!("prioritas?method={key}&view=selection"))?;
    page.read("awaited")?;
    page.see("Belum final: 1 desa belum layak dinilai dan masih dapat terpilih")?;
    page.read("cautions")?;
    page.see("tidak ada desa dengan kode `99.01.01.2001` di data")?;
    page.see("ada 9000 tempat, tetapi hanya")?;
    page.see("ditunggu selama masih dapat terpilih")?;
    pictures(page, "waiting-selection")?;

    walk(page, &format!("prioritas?method={key}&village={village}"))?;
    page.read("held-rule")?;
    page.see("Ditunggu: dapat terpilih begitu isiannya beres")?;
    pictures(page, "waiting-card")?;

    walk(page, &format!("prioritas?method={key}&view=decisions"))?;
    page.read("no-decisions")?;
    page.click("freeze")?;
    page.read("freeze-awaited")?;
    let typed = page.evaluate("document.querySelector('input[id^=change-region-]').value")?;
    assert_eq!(typed, json!(village));
    page.evaluate("document.querySelector('[data-test=freeze-awaited]').scrollIntoView()")?;
    page.screenshot("waiting-freeze")?;
    page.fill("freeze-seed", "17 42")?;
    page.fill("change-by-1", "Maria Tefa")?;
    page.fill("change-reason-1", "Jalan putus sampai Maret")?;
    // A code of nobody and a quota beyond all are nobody's to overlook.
    page.click("freeze-now")?;
    page.read("failure")?;
    page.see("isi nama dan alasan orang yang memutuskan meskipun demikian")?;
    page.evaluate("document.querySelector('[data-test=freeze-despite]').scrollIntoView()")?;
    page.screenshot("waiting-despite")?;
    page.fill("despite-by", "Maria Tefa")?;
    page.fill(
        "despite-reason",
        "Kuota nasional, hanya satu kabupaten di ronde ini",
    )?;
    page.click("freeze-now")?;
    page.read("minutes")?;
    page.see("Perlu diperiksa di metode ini")?;
    page.see("Diputuskan meskipun demikian oleh Maria Tefa: Kuota nasional")?;
    page.see("Jalan putus sampai Maret")?;
    pictures_of(page, "minutes", "waiting-minutes")
}

#[test]
fn where_villages_are_too_many_a_selection_is_offered_only_of_a_method_that_selects() -> Result<()>
{
    let (_world, dewi) = desk()?;
    let page = dewi.page();
    first_chosen(&dewi)?;
    refuse_as_too_large(page)?;
    for (method, offers) in [("mitra_ikn", 0), ("ktm", 1), ("idm", 0)] {
        walk(page, &format!("prioritas?method={method}"))?;
        page.read("too-many")?;
        page.wait_for(&format!(
            "document.querySelector('[data-test=too-many] a[href*=\"/priority/{method}/\"]')
                && document.querySelectorAll('[data-test=too-many] [data-test=export-selection]').length === {offers}"
        ))
        .with_context(|| method.to_owned())?;
    }
    Ok(())
}
