//! The 83,762 villages as a choice list: what it weighs, and how long a keystroke waits for its hits.
//!
//! `LUMBUNG_REGIONS` names the list of regions as plain CSV, `LUMBUNG_LIST` where the packed list goes;
//! `cargo xtask bench village_search` sets both, and says what the list weighs compressed.
//!
//! Always: every prefix of what a person types is one keystroke; the worst and the median are printed.
//! Never: a figure of its own machine alone: compare only figures of one run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use shared::questionnaire::packed::{Filter, PackedList};
use shared::questionnaire::sheet::{Sheets, import};

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

fn main() {
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
        for (end, letter) in typed.char_indices() {
            let typed = &typed[..end + letter.len_utf8()];
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
