//! Rounds of many villages on an analyst's screen: more than the details of one page, more than one page draws, and
//! more than one page ranks.
//!
//! Always: the villages of a small round, many times over, as if the server had sent them; `cargo xtask bench console`
//! does it with a whole database.
//! Never: asserts a time.

use anyhow::{Result, ensure};
use serde_json::from_value;
use tests::harness::Page;

use crate::crowd::{Crowd, METHOD, PASSWORD};
use crate::people::{Office, World};
use crate::plots::pictures_of;
use crate::priority::pictures;

const CROWD: Crowd = Crowd {
    provinces: 2,
    regencies: 3,
    villages: 20,
    rounds: &["Potensi 2026"],
    indicators: 6,
    more: "",
};

/// Answers `/frozen` as a server with `times` as many villages would, each kabupaten with more kecamatan.
fn many(times: usize) -> String {
    format!(
        "const real = window.fetch;
        window.fetch = async (address, options) => {{
            const answer = await real(address, options);
            if (!String(address).includes('/frozen') || !answer.ok) return answer;
            const body = await answer.json();
            const [units, places] = [[], {{}}];
            for (let copy = 0; copy < {times}; copy++)
                for (const unit of body.units) {{
                    const [province, regency, , village] = unit.region.split('.');
                    const region = `${{province}}.${{regency}}.${{String(copy % 99 + 1).padStart(2, '0')}}.${{Number(village) + 20 * Math.floor(copy / 99)}}`;
                    units.push({{ ...unit, region, name: `Desa ${{region}}` }});
                    const [latitude, longitude] = body.places[unit.region];
                    places[region] = [latitude + copy / 500, longitude];
                }}
            Object.assign(body, {{ units, places, approved: units.length }});
            return new Response(JSON.stringify(body), {{ status: 200, headers: answer.headers }});
        }};"
    )
}

/// Answers `/frozen` of everything as a server with too many villages does.
const TOO_MANY: &str = "const real = window.fetch;
    window.fetch = async (address, options) => {
        const answer = await real(address, options);
        const isAll = String(address).includes('/frozen') && !String(address).includes('within=');
        if (!isAll) return answer;
        const problem = { code: 'ranking_too_large', detail: 'terlalu banyak', detail_en: 'too many' };
        return new Response(JSON.stringify(problem), { status: 422, headers: answer.headers });
    };";

fn desk(script: &str) -> Result<(World, Office)> {
    let world = World::start_on(CROWD.prepare()?)?;
    let dewi = Office::at(&world)?;
    dewi.page().before_scripts(script)?;
    dewi.sign_in("analis", PASSWORD)?;
    Ok((world, dewi))
}

fn count(page: &Page, selector: &str) -> Result<u64> {
    let count = page.evaluate(&format!("document.querySelectorAll('{selector}').length"))?;
    Ok(count.as_u64().unwrap_or_default())
}

#[test]
fn thousands_of_villages_are_paged_tried_and_drawn_and_opened_one_by_one() -> Result<()> {
    // More than are listed with all indicators, and more than the map draws.
    const TIMES: usize = 90;
    let (_world, dewi) = desk(&many(TIMES))?;
    let page = dewi.page();
    dewi.go(&format!("prioritas?method={METHOD}"))?;
    page.see("1–50 dari 10800")?;
    assert_eq!(count(page, "[data-test^=priority-row-]")?, 50);
    page.click("page-after")?;
    page.see("51–100 dari 10800")?;
    page.fill("priority-search", "53.01.07.2003")?;
    page.wait_for("document.querySelectorAll('[data-test^=priority-row-]').length === 1")?;
    page.fill("priority-search", "")?;
    pictures(page, "large-ranking")?;

    // A slider moves ranks, and says how long the ranking took.
    page.click("try-weights")?;
    page.read("trial-close")?;
    page.evaluate(
        "(() => { const s = document.querySelector('[data-test^=weight-]'); s.value = 0;
            s.dispatchEvent(new Event('input', { bubbles: true })); s.dispatchEvent(new Event('change', { bubbles: true })); })()",
    )?;
    page.wait_for("Boolean(document.querySelector('.change'))")?;
    let took =
        page.evaluate("Number(document.querySelector('[data-test=trial-took]').dataset.ms)")?;
    println!("re-ranked 10,800 villages in {took} ms");
    page.click("trial-close")?;

    // The card has what the list lacks.
    dewi.go(&format!("prioritas?method={METHOD}&village=53.02.07.2003"))?;
    page.read("village-card")?;
    page.read("indicator-i00")?;
    page.click("dimension-hasil")?;
    page.wait_for("document.activeElement.id === 'indicators-of-hasil'")?;

    // The map says what it leaves out; a kabupaten has all of its own.
    dewi.go(&format!("prioritas?method={METHOD}&view=plots"))?;
    page.wait_for("Boolean(document.querySelector('[data-test=map] canvas'))")?;
    let cut = page.read("map-cut")?;
    ensure!(cut.contains("10.000") && cut.contains("10.800"), "{cut}");
    pictures_of(page, "plot-map", "large-map")?;
    page.choose("priority-area", "Kabupaten 53.02")?;
    page.wait_for("!document.querySelector('[data-test=map-cut]')")?;
    page.wait_for(
        "echarts.getInstanceByDom(document.querySelector('[data-test=map]')).getOption().series
            .reduce((sum, { data }) => sum + data.length, 0) === 1800",
    )?;
    Ok(())
}

#[test]
fn more_villages_than_a_page_ranks_are_ranked_by_province() -> Result<()> {
    let (_world, dewi) = desk(TOO_MANY)?;
    let page = dewi.page();
    dewi.go(&format!("prioritas?method={METHOD}"))?;
    page.read("too-many")?;
    page.see("Provinsi 19")?;
    let provinces = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test^=within-]')).map((it) => it.innerText.trim().replace(/\\s+/g, ' '))",
    )?;
    let provinces: Vec<String> = from_value(provinces)?;
    assert_eq!(provinces, ["Provinsi 19 3", "Provinsi 53 3"]);
    pictures(page, "large-too-many")?;
    // What the server computes of all of them is here.
    let file = String::from_utf8(page.download("export-csv")?)?;
    ensure!(
        file.contains("19.01.01.2001") && file.contains("53.03.01.2020"),
        "the file is whole"
    );

    page.click("within-53")?;
    page.wait_for("document.querySelector('[data-test=count-approved]')?.innerText === '60'")?;
    ensure!(
        page.read("overseen")?.contains("Provinsi 53"),
        "which part this is"
    );
    // A method is chosen without losing the part.
    let hash = page.evaluate("location.hash")?;
    ensure!(
        hash.as_str().unwrap_or_default().contains("within=53"),
        "{hash}"
    );
    page.click("within-all")?;
    page.read("too-many")?;
    assert_eq!(page.take_errors(), Vec::<String>::new());
    Ok(())
}
