//! Plots of a ranking: the map, the spread of scores, what goes together, and which assumption moves the ranks.
//!
//! Always: what a plot was given is what the table behind it says.
//! Never: judges a colour; the pictures are for eyes.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, from_value, json};
use tests::harness::Page;

use crate::people::Office;
use crate::priority::{desk, pictures};

const PLOTS: &str = "prioritas?method=desmigratif&view=plots";

/// What ECharts was given for a plot.
fn series(page: &Page, plot: &str) -> Result<Value> {
    page.wait_for(&format!(
        "Boolean(document.querySelector('[data-test={plot}] canvas'))"
    ))?;
    page.evaluate(&format!(
        "echarts.getInstanceByDom(document.querySelector('[data-test={plot}]')).getOption().series
            .map(({{ name, data }}) => ({{ name, data }}))"
    ))
}

/// Opens the numbers behind a plot, and gives the texts of the cells of each row.
fn behind(page: &Page, plot: &str) -> Result<Vec<Vec<String>>> {
    page.evaluate(&format!(
        "void (document.querySelector('[data-test=behind-{plot}]').open = true)"
    ))?;
    page.wait_for(&format!(
        "Boolean(document.querySelector('[data-test=behind-{plot}] tbody tr'))"
    ))?;
    let rows = page.evaluate(&format!(
        "Array.from(document.querySelectorAll('[data-test=behind-{plot}] tbody tr'))
            .map((row) => Array.from(row.cells).map((cell) => cell.innerText.trim()))"
    ))?;
    Ok(from_value(rows)?)
}

/// Which of the office's files were asked for.
fn plots_were_loaded(page: &Page) -> Result<bool> {
    let loaded = page.evaluate(
        "performance.getEntriesByType('resource').some((file) => file.name.includes('/assets/plots-'))",
    )?;
    Ok(loaded == json!(true))
}

/// Goes to a thing and shows it at both sizes, light and dark.
pub(crate) fn pictures_of(page: &Page, thing: &str, name: &str) -> Result<()> {
    let show = format!(
        "void document.querySelector('[data-test={thing}]').scrollIntoView({{ block: 'start' }})"
    );
    for (width, height, mobile) in [(360, 740, true), (1280, 800, false)] {
        page.set_viewport(width, height, mobile)?;
        page.wait_for("document.documentElement.scrollWidth <= innerWidth")
            .with_context(|| format!("{name} is wider than {width}"))?;
        page.wait_for(
            "Array.from(document.querySelectorAll('.chart canvas')).every((it) => it.clientWidth < innerWidth)",
        )
        .with_context(|| format!("a plot of {name} is wider than {width}"))?;
        for (dark, mark) in [(false, ""), (true, "-dark")] {
            page.set_dark(dark)?;
            page.evaluate(&show)?;
            page.evaluate(
                "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
            )?;
            page.screenshot(&format!("{name}{mark}"))?;
        }
        page.set_dark(false)?;
    }
    assert_eq!(page.take_errors(), Vec::<String>::new(), "{name}");
    Ok(())
}

fn in_english(dewi: &Office, place: &str) -> Result<()> {
    let page = dewi.page();
    page.evaluate("localStorage.setItem('lumbung.language', 'en')")?;
    page.reload()?;
    dewi.go(place)
}

#[test]
fn the_map_shows_every_village_by_shape_and_score_and_leads_to_its_card() -> Result<()> {
    let (_world, dewi) = desk()?;
    let page = dewi.page();
    dewi.go("prioritas?method=desmigratif")?;
    page.read("tab-plots")?;
    ensure!(!plots_were_loaded(page)?, "nobody has opened a plot yet");

    // The file does not come: a sentence, and another try.
    page.evaluate(
        "void (window.address = document.documentElement.dataset.plots,
            document.documentElement.dataset.plots = '/assets/gone.js')",
    )?;
    page.click("tab-plots")?;
    page.see("Grafik belum bisa digambar")?;
    page.screenshot("plots-not-loaded")?;
    page.evaluate("void (document.documentElement.dataset.plots = window.address)")?;
    page.take_errors();
    page.click("retry")?;

    let drawn = series(page, "map")?;
    let rows = behind(page, "map")?;
    ensure!(10 < rows.len(), "{rows:?}");
    let layers = drawn.as_array().context("no series")?;
    let points = |layer: &str| -> Vec<&Value> {
        let found = layers.iter().find(|it| it["name"] == layer);
        let data = found.and_then(|it| it["data"].as_array());
        data.into_iter().flatten().collect()
    };
    let all = ["chosen", "reserve", "ranked", "out"].map(points);
    assert_eq!(all.iter().map(Vec::len).sum::<usize>(), rows.len());
    ensure!(!all[0].is_empty(), "nobody is chosen on the map");
    let hrefs = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test=behind-map] tbody a')).map((link) => link.getAttribute('href'))",
    )?;
    let hrefs: Vec<String> = from_value(hrefs)?;
    for point in all.iter().flatten() {
        let said: Vec<String> = from_value(point["said"].clone())?;
        let href = point["href"].as_str().unwrap_or_default();
        let place = hrefs.iter().position(|it| it == href);
        let row = &rows[place.with_context(|| format!("{href} is not in the table"))?];
        assert_eq!(said[0].split(" · ").next(), Some(row[0].as_str()));
        assert_eq!(said[1], format!("Skor: {}", row[2]));
        let degrees: Vec<f64> = from_value(point["value"].clone())?;
        assert_eq!(format!("{:.4}", degrees[1]).replace('.', ","), row[4]);
        assert_eq!(format!("{:.4}", degrees[0]).replace('.', ","), row[5]);
    }
    let shapes: Vec<&str> = all[0]
        .iter()
        .filter_map(|it| it["symbol"].as_str())
        .collect();
    ensure!(shapes.iter().all(|shape| *shape == "diamond"), "{shapes:?}");
    let label =
        page.evaluate("document.querySelector('[data-test=map]').getAttribute('aria-label')")?;
    let count = format!(
        "Peta {} desa, {} di antaranya terpilih.",
        rows.len(),
        all[0].len()
    );
    ensure!(
        label.as_str().unwrap_or_default().starts_with(&count),
        "{label} {count}"
    );
    pictures_of(page, "plot-map", "plots-map")?;

    // A closer look, and back.
    page.click("map-closer")?;
    page.click("map-closer")?;
    page.wait_for("echarts.getInstanceByDom(document.querySelector('[data-test=map]')).getOption().geo[0].zoom > 2")?;
    page.screenshot("plots-map-closer")?;
    page.click("map-whole")?;
    page.wait_for("echarts.getInstanceByDom(document.querySelector('[data-test=map]')).getOption().geo[0].zoom === 1")?;

    // One kabupaten, as the ranking does it.
    let area = page.evaluate(
        "(({ value, text }) => [value, text.trim()])(document.querySelectorAll('[data-test=priority-area] option')[1])",
    )?;
    let [area, name]: [String; 2] = from_value(area)?;
    page.choose("priority-area", &name)?;
    page.wait_for(&format!(
        "echarts.getInstanceByDom(document.querySelector('[data-test=map]')).getOption().series
            .every(({{ data }}) => data.every(({{ href }}) => href.includes('village={area}')))",
    ))?;
    page.screenshot("plots-map-area")?;
    page.choose("priority-area", "Semua kabupaten")?;
    page.wait_for(&format!(
        "echarts.getInstanceByDom(document.querySelector('[data-test=map]')).getOption().series
            .reduce((sum, {{ data }}) => sum + data.length, 0) === {}",
        rows.len()
    ))?;

    // The pointer over a village says who it is; a press opens its card.
    let at = "(() => { const node = document.querySelector('[data-test=map]'), chart = echarts.getInstanceByDom(node);
        const point = chart.getOption().series.find((it) => it.name === 'chosen').data.at(-1);
        const [x, y] = chart.convertToPixel('geo', point.value), box = node.getBoundingClientRect();
        const send = (kind) => node.querySelector('canvas').dispatchEvent(new MouseEvent(kind,
            { clientX: box.left + x, clientY: box.top + y, bubbles: true, view: window }));";
    page.evaluate(&format!("{at} send('mousemove'); }})()"))?;
    let best = all[0].last().context("nobody is chosen")?;
    let first: Vec<String> = from_value(best["said"].clone())?;
    page.see(&first[1])?;
    page.see(&first[0])?;
    page.screenshot("plots-map-hint")?;
    page.evaluate(&format!(
        "{at} send('mousedown'); send('mouseup'); send('click'); }})()"
    ))?;
    page.read("village-card")?;
    let name = first[0].split(" · ").next().unwrap_or_default();
    page.see(name)?;

    // Its place among the others, which a press opens.
    let beside = page.read("beside")?;
    ensure!(beside.starts_with("lebih tinggi dari"), "{beside}");
    page.evaluate("void (document.querySelector('[data-test=place-in-spread]').open = true)")?;
    let own = series(page, "spread")?;
    let bars = own[0]["data"].as_array().context("no bars")?;
    let colours = bars.iter().map(|bar| bar["itemStyle"]["color"].as_str());
    let colours: std::collections::BTreeSet<Option<&str>> = colours.collect();
    assert_eq!(colours.len(), 2, "one bar is marked");
    pictures_of(page, "place-in-spread", "plots-place")?;
    page.read("no-photos")?;
    Ok(())
}

#[test]
fn the_spread_counts_every_ranked_village_and_pairs_stand_in_a_table() -> Result<()> {
    let (_world, dewi) = desk()?;
    let page = dewi.page();
    dewi.go(&PLOTS.replace("desmigratif", "idm"))?;
    let drawn = series(page, "spread")?;
    let bars = drawn[0]["data"].as_array().context("no bars")?;
    let rows = behind(page, "spread")?;
    assert_eq!(bars.len(), rows.len());
    let mut ranked = 0;
    for (bar, row) in bars.iter().zip(&rows) {
        let villages = bar["value"][2].as_u64().context("no count")?;
        assert_eq!(villages.to_string(), row[1]);
        ranked += villages;
    }
    let said = page.read("spread-said")?;
    ensure!(
        said.starts_with(&format!("{ranked} desa diperingkat")),
        "{said}"
    );
    let marks = page.evaluate(
        "echarts.getInstanceByDom(document.querySelector('[data-test=spread]')).getOption().series[0].markLine.data.map((it) => it.label.formatter())",
    )?;
    let marks: Vec<String> = from_value(marks)?;
    for mark in &marks {
        page.see(mark)?;
    }
    pictures_of(page, "plot-spread", "plots-spread")?;

    let drawn = series(page, "related")?;
    let rows = behind(page, "related")?;
    let squares = drawn[0]["data"].as_array().context("no squares")?;
    assert_eq!(squares.len(), 2 * rows.len(), "each pair stands twice");
    for square in squares {
        let text = square["text"].as_str().unwrap_or_default();
        ensure!(rows.iter().any(|row| row[2] == text), "{square}");
        if let Some(value) = square["value"][2].as_f64() {
            ensure!((-1.0..=1.0).contains(&value), "{square}");
        }
    }
    pictures_of(page, "plot-related", "plots-dimensions")?;
    page.click("pairs-indicators")?;
    // Another plot takes the place of the one before.
    page.wait_for(
        "echarts.getInstanceByDom(document.querySelector('[data-test=related]'))?.getOption().series[0].data.length > 80",
    )?;
    let rows = behind(page, "related")?;
    ensure!(40 < rows.len(), "{} pairs", rows.len());
    let drawn = series(page, "related")?;
    let squares = drawn[0]["data"].as_array().context("no squares")?;
    assert_eq!(squares.len(), 2 * rows.len());
    pictures_of(page, "plot-related", "plots-indicators")?;

    in_english(&dewi, &PLOTS.replace("desmigratif", "idm"))?;
    series(page, "related")?;
    page.see("What goes together")?;
    pictures_of(page, "plot-map", "plots-map-english")?;
    pictures_of(page, "plot-related", "plots-related-english")
}

#[test]
fn sobol_indices_are_computed_with_progress_and_can_be_stopped() -> Result<()> {
    let (_world, dewi) = desk()?;
    let page = dewi.page();
    dewi.go("prioritas?method=desmigratif")?;
    page.read("sensitivity")?;
    page.evaluate("void (document.querySelector('[data-test=sensitivity]').open = true)")?;
    page.click("sense")?;
    page.wait_for("Boolean(document.querySelector('[data-test=sensed], [data-test=sensing]'))")?;
    if page.has("stop-sensing")? {
        page.evaluate("document.querySelector('[data-test=stop-sensing]')?.click()")?;
    }
    page.wait_for(
        "Boolean(document.querySelector('[data-test=sensed], [data-test=sense-stopped]'))",
    )?;
    if page.has("sense-stopped")? {
        page.click("sense")?;
    }
    page.read("sensed")?;
    let rows = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test^=factor-]')).map((row) => Array.from(row.cells).map((cell) => cell.innerText.trim()))",
    )?;
    let rows: Vec<Vec<String>> = from_value(rows)?;
    ensure!(!rows.is_empty(), "no assumption is named");
    for row in &rows {
        for index in &row[1..3] {
            let number = index.replace(',', ".").parse::<f64>();
            ensure!(index == "–" || number.is_ok_and(|it| it < 1.5), "{row:?}");
        }
    }
    pictures_of(page, "sensitivity", "priority-sobol")?;
    pictures(page, "priority-sureness")
}
