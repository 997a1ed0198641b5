//! Methods, tables and decision records that somebody sends.
//!
//! Always: what is accepted is also computed; a record that is accepted is written as it was read.

use shared::priority::{
    Area, Columns, DESMIGRATIF, Method, Observation, Record, Unit, balances, method_hash, parse,
    parse_assumptions, rank, read_changes, read_facilities, read_harvests, read_places, read_units,
    select,
};

pub(crate) const METHOD_WORDS: &[&str] = &[
    "[[dimension]]\n",
    "[[indicator]]\n",
    "[[class]]\n",
    "[programme]\n",
    "[programme.quota]\n",
    "[[programme.quota.mix]]\n",
    "[programme.quota.spacing]\n",
    "[[programme.quota.lock]]\n",
    "[programme.kawasan]\n",
    "[uncertainty]\n",
    "[screening]\n",
    "id = \"d\"\n",
    "parent = \"d\"\n",
    "dimension = \"d\"\n",
    "label = { id = \"a\", en = \"a\" }\n",
    "aggregation = \"geometric\"\n",
    "aggregation = \"copeland\"\n",
    "weights = \"pca\"\n",
    "weight = 0\n",
    "weight = -1\n",
    "normalise = { kind = \"min_max\" }\n",
    "normalise = { kind = \"z_score\" }\n",
    "treatment = { kind = \"log\" }\n",
    "treatment = { kind = \"winsorise\" }\n",
    "per_area = 1\n",
    "total = 4294967295\n",
    "per_subdistrict = 1\n",
    "km = 5\n",
    "scale = [0, 100]\n",
    "scale = [1, 1]\n",
    "decimals = 15\n",
    "nan",
    "inf",
    "1e308",
    "-0.0",
];

pub(crate) const TABLE_WORDS: &[&str] = &[
    "code",
    "53.21.03.2003",
    "5321032003",
    "latitude",
    "longitude",
    "commodity",
    "padi_sawah",
    "gkp",
    "ton_jam",
    "ton_hari",
    "m2",
    "mangkrak",
    "m03 m09",
    "13",
    ",",
    ";",
    "\t",
    "\"",
    "\"\"",
    "\n",
    "\r\n",
    "\u{feff}",
    "NA",
    "1,5",
    "1e9",
    "-0",
    "nan",
    "inf",
    "99999999999999999999",
    "'=1",
];

pub(crate) const RECORD_WORDS: &[&str] = &[
    "~unknown",
    "~refused",
    "~irrelevant",
    ":kuat",
    ":lower",
    ":last",
    "chosen",
    "not_chosen",
    "reserve",
    "shortfall",
    "proof",
    "kawasan",
    "sha256",
    ",",
    "\n",
    "\"",
    "0",
    "held",
];

/// Three villages, two of one area; the second lacks the first value.
fn villages(method: &Method) -> Vec<Unit> {
    let programme = method.programme.as_ref();
    let village = |index: usize| {
        let list = |count: usize| -> Vec<Observation> {
            let value = |place: usize| match (index, place) {
                (1, 0) => Observation::missing(),
                _ => Observation::number((index * 3 + place % 5) as f64),
            };
            (0..count).map(value).collect()
        };
        let area = ["53.21", "53.21", "19.03"][index];
        Unit {
            region: format!("{area}.01.200{index}"),
            name: format!("Desa {index}"),
            group: Area {
                code: area.to_owned(),
                name: area.to_owned(),
            },
            indicators: list(method.indicators.len()),
            denominators: list(method.denominators().count()),
            eligibility: vec![
                Observation::number(1.0);
                programme.map_or(0, |it| it.eligibility.len())
            ],
            tie_break: list(programme.map_or(0, |it| it.tie_break.len())),
            holds: Vec::new(),
        }
    };
    (0..3).map(village).collect()
}

pub(crate) fn methods() -> Vec<Vec<u8>> {
    let shipped = shared::priority::SHIPPED.iter();
    let mut methods: Vec<Vec<u8>> = shipped
        .map(|it| it.document.as_bytes().to_vec())
        .filter(|it| it.len() < 20_000)
        .collect();
    methods.push(SMALL.as_bytes().to_vec());
    methods
}

const SMALL: &str = "format = 1\nid = \"m\"\nversion = \"1\"\nlabel = { id = \"M\", en = \"M\" }\n\
decimals = 2\nscale = [0, 100]\n\
[[dimension]]\nid = \"d\"\nlabel = { id = \"D\", en = \"D\" }\n\
[[indicator]]\nid = \"a\"\ndimension = \"d\"\nlabel = { id = \"A\", en = \"A\" }\nexpression = \"${a}\"\n\
normalise = { kind = \"min_max\" }\n\
[programme]\nid = \"p\"\nlabel = { id = \"P\", en = \"P\" }\n[programme.quota]\nper_area = 1\n";

/// A document that is accepted has a hash and ranks villages.
pub(crate) fn method(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return "no text".to_owned();
    };
    let method = match parse(text) {
        Ok(method) => method,
        Err(problems) => return format!("refused for {}", problems.len().min(3)),
    };
    assert_eq!(method_hash(&method).len(), 64);
    let ranking = match rank(&method, &villages(&method), "benih") {
        Ok(ranking) => ranking,
        Err(_) => return "not ranked".to_owned(),
    };
    let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
    for unit in &ranking.units {
        assert!(finite(unit.score) && finite(unit.lower) && finite(unit.upper));
    }
    match &method.programme {
        None => "ranked".to_owned(),
        Some(programme) => match select(&method, &ranking, &programme.quota) {
            Ok(selection) => format!("chose {}", selection.chosen.len()),
            Err(_) => "not chosen".to_owned(),
        },
    }
}

pub(crate) fn rank_tables() -> Vec<Vec<u8>> {
    let method = parse(SMALL).expect("the method is sound");
    assert_eq!(method.indicators.len(), 1);
    [
        "code,name,group,a,latitude,longitude\n53.21.03.2003,Weoé,53.21,5,-9.5,124.9\n53.21.03.2004,,53.21,NA,,\n",
        "\u{feff}code;a\nx;1.5\ny;-2\n",
        "code\ta\n\"a\tb\"\t3\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// A table that is accepted ranks; its places are on the earth.
pub(crate) fn rank_table(bytes: &[u8]) -> String {
    let method = parse(SMALL).expect("the method is sound");
    let columns = Columns::default();
    if let Ok(places) = read_places(&columns, "latitude", "longitude", bytes) {
        for (latitude, longitude) in places.values() {
            assert!(latitude.abs() <= 90.0 && longitude.abs() <= 180.0);
        }
    }
    if let Ok(changes) = read_changes(bytes) {
        return format!("{} changes", changes.len().min(3));
    }
    match read_units(&method, &columns, bytes, Some(bytes)) {
        Ok(units) => match rank(&method, &units, "benih") {
            Ok(ranking) => format!("ranked {}", ranking.units.len().min(3)),
            Err(_) => "not ranked".to_owned(),
        },
        Err(problems) => format!("refused for {}", problems.len().min(3)),
    }
}

pub(crate) fn capacity_tables() -> Vec<Vec<u8>> {
    [
        "code,commodity,form,produced_t,area_ha,harvest_months,catchment\n53.21.03.2003,padi_sawah,gkp,,300,m02 m08,\n",
        "code,name,commodity,unit,capacity,status,catchment\n53.21.03.2003,RMU,padi,ton_jam,3,beroperasi,\n",
        "code,unit,capacity,hours_per_day,days_per_year\n53.21.03.2003,kios_los,12,8,250\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// Whatever the table says is compared with a sound one of the other kind.
pub(crate) fn capacity_table(bytes: &[u8]) -> String {
    let assumptions = parse_assumptions(shared::priority::KAPASITAS.document);
    let assumptions = assumptions.expect("they ship");
    let [harvest, facility, _] = [0, 1, 2].map(|place| capacity_tables()[place].clone());
    let mut said = String::new();
    for (harvests, facilities) in [(bytes, &facility[..]), (&harvest[..], bytes)] {
        let read = (read_harvests(harvests), read_facilities(facilities));
        said.push_str(match read {
            (Ok(harvests), Ok(facilities)) => {
                match balances(&assumptions, 2024, &harvests, &facilities) {
                    Ok(balances) if balances.is_empty() => "nothing ",
                    Ok(_) => "compared ",
                    Err(_) => "not compared ",
                }
            }
            (Err(_), _) | (_, Err(_)) => "refused ",
        });
    }
    said
}

pub(crate) fn records() -> Vec<Vec<u8>> {
    let of = |document: &str| {
        let method = parse(document).expect("the method is sound");
        let record = Record::decide("lumbung", "17 42", document, &villages(&method), &[]);
        record.expect("it decides").write().into_bytes()
    };
    vec![of(SMALL), of(DESMIGRATIF.document)]
}

/// A record that is accepted is spelled as it would be written, and computes again.
pub(crate) fn record(bytes: &[u8]) -> String {
    match Record::read(bytes) {
        Ok(record) => {
            assert!(record.write().as_bytes() == bytes, "spelled otherwise");
            match record.recompute() {
                Ok(again) if again == record => "the same".to_owned(),
                Ok(_) => "another result".to_owned(),
                Err(_) => "not computed".to_owned(),
            }
        }
        Err(problems) => format!("refused for {}", problems.len().min(3)),
    }
}
