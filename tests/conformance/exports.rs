//! Files of a ranking, read back by openpyxl, pyarrow and geojson: each cell as in the CSV.

use std::fs::File;
use std::process::Command;

use server::exports::{About, Format, write};
use shared::priority::{
    Area, Observation, Observed, Places, Scored, Table, Unit, VillageTable, list, parse, select,
};
use tests::harness::workspace;

/// More than one group of rows of a Parquet file.
const VILLAGES: usize = 4500;

const METHOD: &str = r#"format = 1
id = "contoh"
version = "1"
label = { id = "Contoh \"uji\"", en = "Example" }
source = "=1+1"
decimals = 3

[[dimension]]
id = "skor"
label = { id = "Skor", en = "Score" }

[[dimension]]
id = "jarak"
parent = "skor"
label = { id = "Jarak", en = "Distance" }

[[indicator]]
id = "km"
dimension = "jarak"
label = { id = "Jauh", en = "Far" }
unit = { id = "km", en = "km" }
expression = "${km}"
direction = "lower"
normalise = { kind = "min_max" }

[[indicator]]
id = "sinyal"
dimension = "skor"
label = { id = "Sinyal", en = "Signal" }
expression = "${sinyal}"
normalise = { kind = "ladder", top = 5, rungs = [
  { score = 5, is = ["kuat"], label = { id = "Kuat", en = "Strong" }, source = "usulan", verified = false },
  { score = 2, at_least = 1, label = { id = "Ada", en = "Some" }, source = "usulan", verified = false },
] }

[[class]]
id = "rendah"
label = { id = "Rendah", en = "Low" }
up_to = 50
inclusive = true

[[class]]
id = "tinggi"
label = { id = "Tinggi", en = "High" }

[programme]
id = "p"
label = { id = "P", en = "P" }

[programme.quota]
per_area = 2
reserves = 1
"#;

#[test]
fn every_cell_reads_the_same_from_every_format() {
    let python = workspace().join("target/readers/bin/python");
    assert!(
        python.exists(),
        "the readers are not installed; run `cargo xtask setup`, which needs python3 with venv"
    );
    let method = parse(METHOD).unwrap_or_else(|problems| panic!("{problems:?}"));
    let units: Vec<Unit> = (0..VILLAGES).map(village).collect();
    let table = Table::gather(&method, &units).expect("villages of this method");
    let scored = Scored::new(&method, &table, "benih");
    let programme = method.programme.as_ref().expect("the method chooses");
    let selection = select(&method, &list(&scored, "benih"), &programme.quota);
    let selection = selection.unwrap_or_else(|problems| panic!("{problems:?}"));
    let places: Places = units
        .iter()
        .enumerate()
        .filter(|(index, _)| !index.is_multiple_of(5))
        .map(|(index, unit)| {
            let part = index as f64 / 1000.0;
            (unit.region.clone(), (-9.571_234_5 + part, 124.0 + part))
        })
        .collect();
    let villages = VillageTable::new(&scored, &units, Some(&selection), &places);
    let about = About::new(&method, METHOD, "benih", Some(&selection));
    let folder = tempfile::tempdir().expect("a folder");
    for format in Format::ALL {
        let name = format!("villages.{}", format.extension());
        let file = File::create(folder.path().join(name)).expect("a file");
        write(format, &villages, &about, file).expect("the table fits");
    }
    for (name, text) in [
        ("dictionary.csv", villages.dictionary_csv()),
        ("method.toml", METHOD.to_owned()),
    ] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let read = Command::new(python)
        .arg(workspace().join("tests/conformance/readers.py"))
        .arg(folder.path())
        .output()
        .expect("python runs");
    let said = String::from_utf8_lossy(&read.stdout);
    let faults = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{faults}");
    let columns = villages.columns().len();
    let expected = format!(
        "{} cells of {VILLAGES} villages in 3 formats, {} with a position\n",
        columns * VILLAGES,
        VILLAGES - VILLAGES / 5
    );
    assert_eq!(said, expected);
}

/// A village with a name that formats stumble over, and with values of every state.
fn village(index: usize) -> Unit {
    let names = [
        "=HYPERLINK(\"http://x\")",
        "+62 Desa",
        "-Desa",
        "@Desa",
        "Wé'oe, \"Baru\"",
        "<b>&amp;",
        "Desa\nbaris",
        "_x0041_",
        " Depan dan belakang ",
        "🌾 Sawah",
    ];
    let region = format!("53.{:02}.01.{}", 1 + index / 1000, 2000 + index % 1000);
    let observation = |value: Observed| Observation {
        value,
        ..Observation::default()
    };
    let far = match index % 7 {
        0 => Observed::Unknown,
        1 => Observed::Missing,
        2 => Observed::Number(0.1 + 0.2),
        3 => Observed::Number(1e-7 * index as f64),
        4 => Observed::Number(-0.0),
        _ => Observed::Number(index as f64 / 3.0),
    };
    let signal = match index % 5 {
        0 => Observed::Text("kuat".to_owned()),
        1 => Observed::Text("Ibu Maria".to_owned()),
        2 => Observed::Refused,
        _ => Observed::Number((index % 4) as f64),
    };
    Unit {
        group: Area {
            code: region[..5].to_owned(),
            name: format!("Kab. {}", &region[..5]),
        },
        name: names[index % names.len()].to_owned(),
        region,
        indicators: vec![observation(far), observation(signal)],
        ..Unit::default()
    }
}
