//! The 83,762 villages as a choice list: what it weighs, and how long a keystroke waits for its hits.
//!
//! Natively, and in Chromium at a quarter of its speed with the code as the app has it.
//! `LUMBUNG_REGIONS` names the list of regions as plain CSV, `LUMBUNG_LIST` where the packed list goes;
//! `cargo xtask bench village_search` sets both, and says what the list weighs compressed.
//!
//! Always: every prefix of what a person types is one keystroke; the worst and the median are printed.
//! Never: a figure of its own machine alone: compare only figures of one run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::json;
use shared::questionnaire::packed::{Filter, PackedList};
use shared::questionnaire::sheet::{Sheets, import};
use tests::harness::{Browser, File, Screen, Site, workspace};

const VILLAGES: usize = 83_762;
/// As many as the screen shows.
const LIMIT: usize = 50;
const REPEATS: usize = 21;
/// What persons type, letter by letter.
const TYPED: [&str; 7] = [
    "suka maju",
    "Barene",
    "53.21.03.2003",
    "ang",
    "tanjung harapan",
    "désa baru",
    "qqqq",
];

const SLOWDOWN: u32 = 4;

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>villages</title>
<link rel=icon href=/icon.svg><script type=module src=/start.js></script>";

const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg'/>";

/// Times reading the list once, and each keystroke `repeats` times.
const START: &str = "import start, { List } from '/probe.js';
await start({ module_or_path: '/probe.wasm' });
const bytes = new Uint8Array(await (await fetch('/villages.list')).arrayBuffer());
const timed = act => {
  const begun = performance.now();
  const result = act();
  return [performance.now() - begun, result];
};
window.measure = (typed, repeats, limit) => {
  const [read, list] = timed(() => List.open(bytes));
  const times = typed.map(word => {
    const all = Array.from({ length: repeats }, () => timed(() => list.search(word, limit))[0]);
    return all.sort((one, other) => one - other)[repeats >> 1];
  });
  list.free();
  return { read, times };
};
window.ready = true;";

fn main() -> Result<()> {
    let regions = std::env::var("LUMBUNG_REGIONS").expect("cargo xtask bench sets it");
    let regions = std::fs::read_to_string(regions).expect("the list of regions can be read");
    let begun = Instant::now();
    let bytes = packed(villages(&regions));
    print("build", milliseconds(begun), "ms");
    print("packed", bytes.len() as f64, "bytes");
    if let Ok(path) = std::env::var("LUMBUNG_LIST") {
        std::fs::write(path, &bytes).expect("the packed list can be written");
    }
    let begun = Instant::now();
    let list = PackedList::from_bytes(&bytes).expect("what was built is read");
    print("read", milliseconds(begun), "ms");
    assert_eq!(list.len(), VILLAGES);
    print("memory", list.memory_bytes() as f64, "bytes");

    keystrokes("keystroke", &list, &Filter::default());
    let regency = Filter::default().with("kabupaten", "53.21");
    keystrokes("keystroke_in_regency", &list, &regency);
    let name = list.name(VILLAGES / 2);
    let begun = Instant::now();
    for _ in 0..1_000 {
        assert_eq!(list.find(name), Some(VILLAGES / 2));
    }
    print("find_by_code", milliseconds(begun), "us");
    in_browser(bytes)
}

/// The same keystrokes in the page; its clock has steps of a tenth of a millisecond.
fn in_browser(list: Vec<u8>) -> Result<()> {
    let read = |name: &str| {
        let path = workspace().join("target/probe").join(name);
        std::fs::read(path).with_context(|| format!("target/probe/{name}"))
    };
    let files = BTreeMap::from([
        ("/".to_owned(), File::new("text/html", PAGE)),
        ("/start.js".to_owned(), File::new("text/javascript", START)),
        ("/icon.svg".to_owned(), File::new("image/svg+xml", ICON)),
        (
            "/probe.js".to_owned(),
            File::new("text/javascript", read("probe.js")?),
        ),
        (
            "/probe.wasm".to_owned(),
            File::new("application/wasm", read("probe.wasm")?),
        ),
        (
            "/villages.list".to_owned(),
            File::new("application/octet-stream", list),
        ),
    ]);
    let site = Site::start(files)?;
    let browser = Browser::start(Screen::Phone)?;
    let page = browser.page();
    page.open(&format!("http://{}/", site.address()))?;
    page.wait_for("window.ready")?;
    page.slow_down(SLOWDOWN)?;
    let typed: Vec<&str> = TYPED.iter().flat_map(|typed| prefixes(typed)).collect();
    let arguments = json!([typed, REPEATS, LIMIT]);
    let answer = page.evaluate(&format!("measure(...{arguments})"))?;
    let times = answer["times"].as_array().context("no times")?;
    let mut times: Vec<f64> = times.iter().filter_map(|time| time.as_f64()).collect();
    times.sort_by(f64::total_cmp);
    print(
        "browser_read",
        answer["read"].as_f64().context("no time")?,
        "ms",
    );
    print("browser_keystroke_p50", times[times.len() / 2], "ms");
    print("browser_keystroke_max", times[times.len() - 1], "ms");
    Ok(())
}

/// What stands in the field after each key.
fn prefixes(typed: &str) -> impl Iterator<Item = &str> {
    let ends = typed
        .char_indices()
        .map(|(end, letter)| end + letter.len_utf8());
    ends.map(|end| &typed[..end])
}

/// The list as an import packs it.
fn packed(villages: String) -> Vec<u8> {
    let imported = import(&Sheets {
        survey: "type,name,label\nselect_one_from_file desa.csv,desa,Desa\n".to_owned(),
        files: BTreeMap::from([("desa.csv".to_owned(), villages)]),
        ..Sheets::default()
    });
    let (_, bytes) = imported.lists.into_iter().next().expect("the list is long");
    bytes
}

/// The villages with the levels above them: `name,label,provinsi,…,nama_kecamatan`.
fn villages(regions: &str) -> String {
    let lines = regions.lines().filter(|line| !line.starts_with('#'));
    let rows = lines.skip(1).filter_map(|line| line.split_once(','));
    let names: BTreeMap<&str, &str> = rows.clone().collect();
    let mut text = String::from(
        "name,label,provinsi,kabupaten,kecamatan,nama_provinsi,nama_kabupaten,nama_kecamatan\n",
    );
    for (code, name) in rows.filter(|(code, _)| code.len() == 13) {
        let above = [&code[..2], &code[..5], &code[..8]];
        let [province, regency, district] = above.map(|code| names.get(code).unwrap_or(&""));
        let codes = above.join(",");
        writeln!(
            text,
            "{code},{name},{codes},{province},{regency},{district}"
        )
        .expect("a text takes everything");
    }
    text
}

/// The middle of the times of each keystroke, then the middle and the worst of all keystrokes.
fn keystrokes(figure: &str, list: &PackedList, filter: &Filter) {
    let mut all = Vec::new();
    for typed in TYPED {
        for typed in prefixes(typed) {
            let mut times: Vec<f64> = (0..REPEATS)
                .map(|_| keystroke(list, filter, typed))
                .collect();
            times.sort_by(f64::total_cmp);
            all.push((times[REPEATS / 2], typed));
        }
    }
    all.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let (worst, typed) = all[all.len() - 1];
    eprintln!("the slowest keystroke of {figure} completes {typed:?}");
    print(&format!("{figure}_p50"), all[all.len() / 2].0, "ms");
    print(&format!("{figure}_max"), worst, "ms");
}

fn keystroke(list: &PackedList, filter: &Filter, typed: &str) -> f64 {
    let begun = Instant::now();
    let found = list.search(typed, filter, LIMIT);
    let shown = found.rows.iter();
    let shown: usize = shown
        .map(|&row| list.name(row).len() + list.label(row, 0).len())
        .sum();
    let time = milliseconds(begun);
    assert!(shown < 100 * LIMIT, "what is found is read, too");
    time
}

fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

fn print(figure: &str, value: f64, unit: &str) {
    let value = (value * 1000.0).round() / 1000.0;
    println!(
        "{{\"bench\":\"village_search\",\"figure\":\"{figure}\",\"value\":{value},\"unit\":\"{unit}\"}}"
    );
}
