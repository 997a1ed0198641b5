//! An analyst with a method of one's own: copied, broken, mended, saved, and held against the one it came from; and two
//! rounds held against each other by one method.
//!
//! Always: what the screen says of two methods is counted again from what the server says of each.
//! Never: looks for what another story looks for.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, from_value, json};
use shared::priority::agreement;
use tests::harness::Page;
use tests::office::api;

use crate::crowd::{Crowd, METHOD, PASSWORD, round_id};
use crate::people::{Office, World};
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

/// Two years of the same villages: every third one harvests more in the second, and the last of each kabupaten was not
/// visited again.
const YEARS: Crowd = Crowd {
    provinces: 1,
    regencies: 2,
    villages: 20,
    rounds: &["Potensi 2025", "Potensi 2026"],
    indicators: 4,
    more: "",
};

/// The texts of the cells of each row of a comparison, by code.
fn compared(page: &Page) -> Result<Vec<(String, Vec<String>)>> {
    page.wait_for("Boolean(document.querySelector('[data-test^=compared-5]'))")?;
    let rows = page.evaluate(
        "Array.from(document.querySelectorAll('[data-test^=compared-5]')).map((row) =>
            [row.dataset.test.replace('compared-', ''), Array.from(row.cells).map((cell) => cell.innerText.trim())])",
    )?;
    Ok(from_value(rows)?)
}

#[test]
fn two_rounds_by_one_method_say_what_moved() -> Result<()> {
    let world = World::start_on(YEARS.prepare()?)?;
    let dewi = Office::at(&world)?;
    dewi.sign_in("analis", PASSWORD)?;
    let page = dewi.page();
    let (earlier, later) = (round_id(0).to_string(), round_id(1).to_string());
    dewi.go(&format!(
        "prioritas?round={later}&method={METHOD}&view=compare"
    ))?;
    page.read("compare-same")?;
    page.choose("compare-round", "Potensi 2025")?;
    let before = told(page, &earlier, METHOD)?;
    let after = told(page, &later, METHOD)?;
    let rank = |told: &Told, code: &str| {
        let found = told.ranks.iter().find(|it| it.0 == code);
        found.map(|it| it.1)
    };
    page.wait_for("Boolean(document.querySelector('[data-test=moved]'))")?;
    let both = before.ranks.iter();
    let both = both.filter_map(|(code, was)| Some((*was, rank(&after, code)?)));
    let both: Vec<(u32, u32)> = both.collect();
    let moved = both.iter().filter(|(was, is)| was != is).count();
    ensure!(0 < moved, "nothing moved");
    for (figure, expect) in [
        ("compared-villages", both.len()),
        ("moved", moved),
        ("only-before", 2),
        ("only-after", 0),
        (
            "chosen-both",
            before.chosen.intersection(&after.chosen).count(),
        ),
        (
            "enters-there",
            after.chosen.difference(&before.chosen).count(),
        ),
        (
            "leaves-there",
            before.chosen.difference(&after.chosen).count(),
        ),
    ] {
        assert_eq!(page.read(figure)?, expect.to_string(), "{figure}");
    }
    page.see("Dihitung dari Potensi 2025 ke Potensi 2026")?;
    let rows = compared(page)?;
    ensure!(30 < rows.len(), "{} rows", rows.len());
    for (code, cells) in &rows {
        let (was, is) = (rank(&before, code), rank(&after, code));
        let text = |rank: Option<u32>| rank.map(|it| it.to_string());
        if let (Some(was), Some(is)) = (was, is) {
            assert_eq!(
                (Some(&cells[2]), Some(&cells[3])),
                (text(Some(was)).as_ref(), text(Some(is)).as_ref()),
                "{code}"
            );
            let change = match i64::from(was) - i64::from(is) {
                0 => "0".to_owned(),
                up @ 1.. => format!("▲ {up}"),
                down => format!("▼ {}", -down),
            };
            assert_eq!(cells[4], change, "{code}");
        }
    }
    // Who harvests more says so, with the dimension; the others do not move by themselves.
    let grown = rows.iter().find(|(code, _)| code == "53.01.01.2001");
    let (_, grown) = grown.context("the first village is compared")?;
    ensure!(grown[5].starts_with('▲'), "{grown:?}");
    ensure!(grown[6].starts_with("Hasil panen ▲"), "{grown:?}");
    let still = rows.iter().find(|(code, _)| code == "53.01.01.2002");
    let (_, still) = still.context("the second village is compared")?;
    assert_eq!((still[5].as_str(), still[6].as_str()), ("0,00", "–"));
    pictures(page, "methods-rounds")?;
    let file = String::from_utf8(page.download("table-export")?)?;
    ensure!(file.contains("Peringkat Potensi 2025"), "{file}");

    // From the other round it is the same way round.
    dewi.go(&format!(
        "prioritas?round={earlier}&method={METHOD}&view=compare&with_round={later}"
    ))?;
    page.see("Dihitung dari Potensi 2025 ke Potensi 2026")?;
    let again = compared(page)?;
    let again = again.iter().find(|(code, _)| code == "53.01.01.2001");
    assert_eq!(again.map(|it| &it.1), Some(grown));
    // A village leads to its card.
    page.evaluate("document.querySelector('[data-test=\"compared-53.01.01.2001\"] a').click()")?;
    page.read("village-card")?;
    assert_eq!(page.take_errors(), Vec::<String>::new());
    Ok(())
}
