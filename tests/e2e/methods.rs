//! An analyst with a method of one's own: copied, broken, mended, saved, and held against the one it came from.
//!
//! Always: what the screen says of two methods is counted again from what the server says of each.
//! Never: looks for what another story looks for.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, from_value, json};
use shared::priority::agreement;
use tests::harness::Page;
use tests::office::api;

use crate::plots::pictures_of;
use crate::priority::{desk, pictures};

const ROOM: &str = "[[programme.eligible]]\nid = \"ruang_layanan\"\n";

/// The document without the rule that a village needs a room: whoever then enters was not even eligible before.
fn without_room(document: &str) -> Result<String> {
    let (before, rest) = document.split_once(ROOM).context("no rule of a room")?;
    let (_, after) = rest
        .split_once("[[programme.eligible]]")
        .context("no rule after it")?;
    Ok(format!("{before}[[programme.eligible]]{after}"))
}

/// 1-based line of the first line that says `text`.
fn line_of(document: &str, text: &str) -> Result<usize> {
    let place = document.lines().position(|line| line == text);
    Ok(1 + place.with_context(|| format!("no line «{text}»"))?)
}

/// The option that a chooser shows.
fn shown(page: &Page, chooser: &str) -> Result<String> {
    let text = page.evaluate(&format!(
        "document.querySelector('[data-test={chooser}]').selectedOptions[0].text.trim()"
    ))?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Whom the server chooses under a method, and the rank of each village that has one.
struct Told {
    chosen: BTreeSet<String>,
    ranks: Vec<(String, u32)>,
}

fn told(page: &Page, round: &str, method: &str) -> Result<Told> {
    let path = format!("/rounds/{round}/priority/{method}");
    let view = api(page, "GET", &path, &Value::Null)?;
    let units = view["ranking"]["units"].as_array().context("no villages")?;
    let rank = |unit: &Value| {
        let rank = u32::try_from(unit["rank"].as_u64()?).ok()?;
        Some((unit["region"].as_str()?.to_owned(), rank))
    };
    Ok(Told {
        chosen: from_value(view["selection"]["chosen"].clone())?,
        ranks: units.iter().filter_map(rank).collect(),
    })
}

fn walk(page: &Page, place: &str) -> Result<()> {
    page.evaluate(&format!("void (location.hash = '#/{place}')"))?;
    Ok(())
}

#[test]
fn a_method_is_copied_broken_mended_saved_and_compared() -> Result<()> {
    let (_world, dewi) = desk()?;
    let page = dewi.page();
    dewi.go("prioritas?method=desmigratif&view=method")?;
    page.read("editor-good")?;
    page.click("fork")?;
    page.wait_for("document.querySelector('[data-test=method-document]').value.includes('\"desmigratif_kita\"')")?;
    let copy = page.read("method-document")?;
    ensure!(copy.contains("version = \"1\""), "{copy}");
    let own = without_room(&copy)?;

    // A dimension that does not exist, and a question that nobody asks: both are told, each with its line.
    let broken = own
        .replacen(
            "id = \"anak_pmi\"\ndimension = \"kebutuhan\"",
            "id = \"anak_pmi\"\ndimension = \"keperluan\"",
            1,
        )
        .replacen("${b_remitansi_kk}", "${b_kiriman_kk}", 1);
    page.fill("method-document", &broken)?;
    page.wait_for("document.querySelectorAll('[data-test=editor-fault]').length === 2")?;
    let faults = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test=editor-fault]')).map((one) => one.innerText)",
    )?;
    let faults: Vec<String> = from_value(faults)?;
    let lines = [
        line_of(&broken, "id = \"anak_pmi\"")?,
        line_of(&broken, "id = \"remitansi_kk\"")?,
    ];
    for ((fault, line), about) in faults.iter().zip(lines).zip(["keperluan", "b_kiriman_kk"]) {
        ensure!(fault.contains(&format!("baris {line}")), "{fault}");
        ensure!(fault.contains(about), "{fault}");
    }
    // A press goes there.
    page.evaluate("document.querySelectorAll('[data-test=editor-fault] button')[1].click()")?;
    page.wait_for("document.activeElement?.dataset.test === 'method-document'")?;
    let marked = page.evaluate(
        "(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))(document.activeElement)",
    )?;
    assert_eq!(marked, json!("id = \"remitansi_kk\""));
    pictures(page, "methods-faults")?;

    let mended = own.replacen("\"desmigratif_kita\"", "\"desmigratif_malaka\"", 1);
    page.fill("method-document", &mended)?;
    page.read("editor-good")?;
    page.click("save-method")?;
    // The chooser above names what was saved, though nobody touched it.
    page.wait_for(
        "document.querySelector('[data-test=priority-method]')?.selectedOptions[0].text.includes('desmigratif_malaka@1')",
    )?;
    page.wait_for(
        "Boolean(document.querySelector('[data-test=\"method-row-desmigratif_malaka@1\"]'))",
    )?;
    pictures(page, "methods-saved")?;

    let round = page.evaluate(
        "fetch(location.origin + '/api/v1/rounds').then((r) => r.json()).then((all) => all[0].id)",
    )?;
    let round = round.as_str().context("no round")?.to_owned();
    let here = told(page, &round, "desmigratif_malaka@1")?;
    let there = told(page, &round, "desmigratif")?;
    walk(
        page,
        "prioritas?method=desmigratif_malaka@1&view=compare&with_method=desmigratif",
    )?;
    page.wait_for("Boolean(document.querySelector('[data-test=spearman]'))")?;
    let figure = |name: &str| -> Result<String> { page.read(name) };
    let of = |count: usize| count.to_string();
    let entering = there.chosen.difference(&here.chosen).count();
    let leaving = here.chosen.difference(&there.chosen);
    let leaving: Vec<&String> = leaving.collect();
    ensure!(!leaving.is_empty(), "the room decided about nobody");
    let is_ranked = |region: &String| there.ranks.iter().any(|it| it.0 == *region);
    ensure!(
        leaving.iter().any(|it| !is_ranked(it)),
        "all of {leaving:?} are ranked there"
    );
    assert_eq!(figure("enters-there")?, of(entering));
    assert_eq!(figure("leaves-there")?, of(leaving.len()));
    assert_eq!(
        figure("chosen-both")?,
        of(here.chosen.intersection(&there.chosen).count())
    );
    let both = here.ranks.iter().filter_map(|(region, rank)| {
        let other = there.ranks.iter().find(|it| it.0 == *region)?;
        Some((*rank, other.1))
    });
    let both: Vec<(u32, u32)> = both.collect();
    assert_eq!(figure("compared-villages")?, of(both.len()));
    let agreed = agreement(&both).context("nobody is ranked by both")?;
    let spearman = format!("{:.3}", agreed.spearman).replace('.', ",");
    assert_eq!(figure("spearman")?, spearman);
    // Whoever leaves stands in the list, also where the other method does not rank it, and why.
    for region in leaving.iter().take(3) {
        page.wait_for(&format!(
            "document.querySelector('[data-test=\"compared-{region}\"]') !== null"
        ))
        .with_context(|| format!("{region} is not listed"))?;
    }
    page.see("Tidak memenuhi syarat")?;
    pictures(page, "methods-compared")?;

    // Another method by its address alone: both choosers follow.
    walk(
        page,
        "prioritas?method=desmigratif_malaka@1&view=compare&with_method=idm",
    )?;
    page.wait_for(
        "document.querySelector('[data-test=compare-method]')?.selectedOptions[0].value === 'idm'",
    )?;
    walk(page, "prioritas?method=idm")?;
    page.wait_for(
        "document.querySelector('[data-test=priority-method]')?.selectedOptions[0].value === 'idm'",
    )?;
    walk(page, "prioritas?method=desmigratif_malaka@1")?;
    page.wait_for(
        "document.querySelector('[data-test=priority-method]').value === 'desmigratif_malaka@1'",
    )?;
    ensure!(
        shown(page, "priority-method")?.contains("desmigratif_malaka@1"),
        "the chooser keeps the old name"
    );

    // What each indicator does to ranking and choice.
    page.wait_for("Boolean(document.querySelector('[data-test=left-out]'))")?;
    page.evaluate("void (document.querySelector('[data-test=left-out]').open = true)")?;
    page.click("leave-out")?;
    let indicators = mended.matches("[[indicator]]").count();
    page.wait_for(&format!(
        "document.querySelectorAll('[data-test=left-out] tbody tr').length === {indicators}"
    ))?;
    let shifts = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test=left-out] tbody tr'))
            .map((row) => Number(row.cells[1].innerText.replace(',', '.')))",
    )?;
    let shifts: Vec<f64> = from_value(shifts)?;
    ensure!(shifts.is_sorted_by(|one, two| two <= one), "{shifts:?}");
    ensure!(0.0 < shifts[0], "no indicator moves anything");
    ensure!(
        !page.has("exchange-untold")?,
        "the choice was not made again"
    );
    pictures_of(page, "left-out", "methods-left-out")
}
