//! What a record says of its rules: every empty place by name, every change by hand against what it goes.

use super::*;
use crate::priority::unit::{Area, Hold, HoldKind, Observation, Unit};
use crate::priority::{Scored, list, select};

/// `rules` stand inside `[programme.quota]` and after it.
fn method(rules: &str) -> String {
    let plain = |id: &str| {
        format!(
            "[[indicator]]\nid = \"{id}\"\ndimension = \"skor\"\nlabel = {{ id = \"{id}\", en = \"{id}\" }}\n\
             expression = \"{id}\"\nweight = 0\nnormalise = {{ kind = \"as_is\" }}\n"
        )
    };
    let indicators: Vec<String> = ["lintang", "bujur", "luas"].map(plain).to_vec();
    format!(
        r#"format = 1
id = "contoh"
version = "1"
label = {{ id = "Contoh", en = "Example" }}
decimals = 0
scale = [0, 100]
[[dimension]]
id = "skor"
label = {{ id = "Skor", en = "Score" }}
[[indicator]]
id = "nilai"
dimension = "skor"
label = {{ id = "Nilai", en = "Value" }}
expression = "nilai"
normalise = {{ kind = "min_max", min = 0, max = 100 }}
{}
[programme]
id = "p"
label = {{ id = "P", en = "P" }}
[[programme.eligible]]
id = "layak"
label = {{ id = "L", en = "E" }}
otherwise = {{ id = "tidak", en = "no" }}
expression = "layak"
[programme.quota]
{rules}
"#,
        indicators.join("")
    )
}

/// Villages `score latitude hectares`, by code; one degree of latitude is some 111 km.
fn units(villages: &[(&str, f64, f64, f64)]) -> Vec<Unit> {
    let unit = |(region, score, latitude, hectares): &(&str, f64, f64, f64)| Unit {
        region: (*region).to_owned(),
        name: format!("Desa {}", &region[6..]),
        group: Area {
            code: region[..5].to_owned(),
            name: format!("Kab. {}", &region[..5]),
        },
        indicators: [*score, *latitude, 120.0, *hectares]
            .map(Observation::number)
            .to_vec(),
        denominators: Vec::new(),
        eligibility: vec![Observation::number(1.0)],
        tie_break: Vec::new(),
        holds: Vec::new(),
    };
    villages.iter().map(unit).collect()
}

#[test]
fn plain_quotas_tell_the_cheapest_exchange_beside_the_record() {
    let villages = units(&[
        ("53.01.01.2001", 90.0, 0.0, 1.0),
        ("53.01.01.2002", 70.0, 1.0, 1.0),
        ("53.01.01.2003", 65.0, 2.0, 1.0),
    ]);
    let plain = decide("per_area = 2", &villages, &[]);
    assert!(plain.remarks().iter().all(|it| it.kind != "proof"));
    let next = plain.next_best().unwrap();
    assert_eq!((next.total, next.gap), (155.0, 5.0));
    assert_eq!(
        (next.entering, next.leaving),
        (
            vec!["53.01.01.2003".to_owned()],
            vec!["53.01.01.2002".to_owned()]
        )
    );
    let capped = decide("per_area = 2\nper_subdistrict = 1", &villages, &[]);
    assert!(capped.remarks().iter().any(|it| it.kind == "proof"));
    assert_eq!(capped.next_best(), None);
}

fn decide(rules: &str, units: &[Unit], changes: &[(&str, ChangedTo)]) -> Record {
    let changes: Vec<Change> = changes
        .iter()
        .map(|(region, to)| Change {
            region: (*region).to_owned(),
            to: *to,
            by: "Maria".to_owned(),
            reason: "Rapat".to_owned(),
        })
        .collect();
    Record::decide("lumbung 0", "benih", &method(rules), units, &changes)
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn breaches(rules: &str, units: &[Unit], changes: &[(&str, ChangedTo)]) -> Vec<String> {
    let record = decide(rules, units, changes);
    // A record that was read says the same.
    let read = Record::read(record.write().as_bytes()).unwrap();
    assert_eq!(read.breaches(), record.breaches());
    let breaches = record.breaches().into_iter();
    breaches
        .map(|it| format!("{} {}", it.region, it.text.en))
        .collect()
}

const TWO: &str = "per_area = 2\nreserves = 2";

fn four() -> Vec<Unit> {
    units(&[
        ("53.21.01.2001", 90.0, 0.0, 10.0),
        ("53.21.01.2002", 80.0, 1.0, 10.0),
        ("53.21.02.2003", 70.0, 2.0, 10.0),
        ("53.21.02.2004", 60.0, 3.0, 10.0),
    ])
}

/// What the record says, which is what the table and the selection say that it was made from.
fn cautions(rules: &str, units: &[Unit]) -> Vec<String> {
    let record = decide(rules, units, &[]);
    let read = Record::read(record.write().as_bytes()).unwrap();
    assert_eq!(read.cautions(), record.cautions());
    let table = Table::gather(record.method(), units).unwrap();
    let scored = Scored::new(record.method(), &table, "benih");
    let quota = &record.method().programme.as_ref().unwrap().quota;
    let selection = select(record.method(), &list(&scored, "benih"), quota).unwrap();
    let live = [scored.strangers(), selection.oversized()].concat();
    assert_eq!(record.cautions(), live);
    live.iter().map(ToString::to_string).collect()
}

#[test]
fn quotas_beyond_the_eligible_and_codes_of_nobody_stand_in_the_record() {
    assert_eq!(cautions(TWO, &four()), [""; 0]);
    let earmark = "per_area = 3\ntotal = 9\n[[programme.quota.earmark]]\narea = \"19\"\nplaces = 2\n\
                   label = { id = \"NTB\", en = \"NTB\" }";
    let mut villages = four();
    villages[3].eligibility = vec![Observation::number(0.0)];
    assert_eq!(
        cautions(earmark, &villages),
        [
            "programme.quota.earmark 19: NTB: 2 places, but only 0 can be chosen; lower the quota",
            "programme.quota.total: the whole quota: 9 places, but only 3 can be chosen; lower the quota",
        ]
    );
    let borders =
        "per_area = 2\n[programme.quota.spacing]\nborders = [\"53.21.01.2001 53.21.01.2009\"]";
    assert_eq!(
        cautions(borders, &four()),
        [
            "programme.quota.spacing.borders: there is no village of code `53.21.01.2009` in the data; mend the code \
             or remove it"
        ]
    );
    let mix = "per_area = 2\n[[programme.quota.mix]]\nareas = [\"53.21.02\"]\nat_least = 3\n\
               label = { id = \"pesisir\", en = \"coast\" }";
    assert_eq!(
        cautions(mix, &four()),
        ["programme.quota.mix[0]: coast: 3 places, but only 2 can be chosen; lower the quota"]
    );
    // An area with fewer than its places is no fault of the quota.
    assert_eq!(cautions("per_area = 9", &four()), [""; 0]);
}

#[test]
fn changes_that_keep_every_rule_break_none() {
    let changes = [
        ("53.21.01.2002", ChangedTo::NotChosen),
        ("53.21.02.2003", ChangedTo::Chosen),
    ];
    assert_eq!(breaches(TWO, &four(), &changes), [""; 0]);
    assert_eq!(breaches(TWO, &four(), &[]), [""; 0]);
}

#[test]
fn a_village_that_the_method_would_not_compare_is_told() {
    let mut villages = four();
    villages[2].eligibility = vec![Observation::number(0.0)];
    villages[3].holds = vec![Hold {
        kind: HoldKind::Conflict,
        paths: Vec::new(),
        text: Text::same("x"),
    }];
    let changes = [
        ("53.21.01.2001", ChangedTo::NotChosen),
        ("53.21.01.2002", ChangedTo::NotChosen),
        ("53.21.02.2003", ChangedTo::Reserve),
        ("53.21.02.2004", ChangedTo::Chosen),
    ];
    assert_eq!(
        breaches(TWO, &villages, &changes),
        [
            "53.21.02.2003 by the method not eligible",
            "53.21.02.2004 by the method not yet fit to be judged",
        ]
    );
}

#[test]
fn a_quota_that_is_exceeded_and_a_reserve_that_is_passed_over_are_told() {
    let rules = "per_area = 2\nper_subdistrict = 1\ntotal = 2\nreserves = 2";
    let changes = [("53.21.02.2004", ChangedTo::Chosen)];
    assert_eq!(
        breaches(rules, &four(), &changes),
        [
            "53.21.02.2004 passes over reserve number 1 (Desa 01.2002)",
            " Kab. 53.21: 3 chosen, at most 2",
            " kecamatan 53.21.02: 2 chosen, at most 1",
            " altogether: 3 chosen, at most 2",
        ]
    );
    assert_eq!(
        breaches(TWO, &four(), &changes),
        [
            "53.21.02.2004 passes over reserve number 1 (Desa 02.2003)",
            " Kab. 53.21: 3 chosen, at most 2",
        ]
    );
}

#[test]
fn kept_places_mixes_locks_and_spacing_are_told() {
    let rules = r#"per_area = 2
total = 2
[[programme.quota.earmark]]
area = "53.22"
label = { id = "Pulau", en = "Island" }
places = 1"#;
    let mut villages = four();
    villages.extend(units(&[("53.22.01.2001", 50.0, 9.0, 99.0)]));
    let changes = [
        ("53.22.01.2001", ChangedTo::NotChosen),
        ("53.21.01.2002", ChangedTo::Chosen),
    ];
    assert_eq!(
        breaches(rules, &villages, &changes),
        [" takes places that are kept for Island"]
    );

    let rules = r#"per_area = 2
[[programme.quota.mix]]
label = { id = "Luas", en = "Large" }
at_least = 1
indicator = "luas"
from = 50
[[programme.quota.lock]]
code = "53.21.02.2004"
place = "out"
by = "Bupati"
reason = "sengketa"
[programme.quota.spacing]
km = 150
latitude = "lintang"
longitude = "bujur""#;
    let changes = [
        ("53.22.01.2001", ChangedTo::NotChosen),
        ("53.21.01.2002", ChangedTo::Chosen),
        ("53.21.02.2004", ChangedTo::Chosen),
    ];
    assert_eq!(
        breaches(rules, &villages, &changes),
        [
            "53.21.01.2002 nearer than 150 km to Desa 01.2001, which is chosen",
            "53.21.02.2004 the method takes it out (Bupati: sengketa)",
            "53.21.02.2004 nearer than 150 km to Desa 02.2003, which is chosen",
            " Kab. 53.21: 4 chosen, at most 2",
            " Large: 0 chosen, at least 1",
        ]
    );
}

const KAWASAN: &str = r#"per_area = 1
total = 2
[programme.kawasan]
members_max = 3
neighbours = { borders = ["53.21.01.2001 53.21.01.2002"] }
centre = "skor"
[[programme.kawasan.total]]
label = { id = "luas (ha)", en = "area (ha)" }
indicator = "luas"
at_least = 15"#;

#[test]
fn a_kawasan_is_told_with_its_sums_and_changes_that_break_it() {
    let record = decide(KAWASAN, &four(), &[]);
    let told = record.kawasan();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].members, ["53.21.01.2001", "53.21.01.2002"]);
    assert_eq!(
        (told[0].centre.as_str(), told[0].score.as_str()),
        ("53.21.01.2001", "85")
    );
    assert_eq!(
        (told[0].sums.as_slice(), told[0].unknown.len()),
        ([20.0].as_slice(), 0)
    );
    assert_eq!(
        record.shortfalls(),
        [Text::new(
            "kawasan: terisi 1 dari 2",
            "kawasan: 1 of 2 filled",
        )]
    );
    let changes = [
        ("53.21.01.2002", ChangedTo::NotChosen),
        ("53.21.02.2004", ChangedTo::Chosen),
    ];
    assert_eq!(
        breaches(KAWASAN, &four(), &changes),
        [
            "53.21.01.2002 the kawasan around Desa 01.2001 loses this village and no longer reaches its minimums",
            "53.21.02.2004 it lies in no kawasan",
        ]
    );
}

#[test]
fn every_shortfall_has_the_name_of_what_is_short() {
    let rules = r#"per_area = 2
total = 9
[[programme.quota.earmark]]
area = "53.21"
label = { id = "Pulau", en = "Island" }
places = 1
[[programme.quota.earmark]]
area = "53.22"
label = { id = "Batas", en = "Border" }
places = 3
[[programme.quota.mix]]
label = { id = "Kecil", en = "Small" }
at_least = 1
indicator = "luas"
to = 50
[[programme.quota.mix]]
label = { id = "Luas", en = "Large" }
at_least = 2
indicator = "luas"
from = 50"#;
    let mut villages = four();
    villages.extend(units(&[("53.22.01.2001", 50.0, 9.0, 99.0)]));
    let record = decide(rules, &villages, &[]);
    let told: Vec<String> = record.shortfalls().into_iter().map(|it| it.en).collect();
    assert_eq!(
        told,
        [
            "Border: 1 of 3 filled",
            "Large: 1 of 2 filled",
            "Kab. 53.22: 1 of 2 filled",
            "the whole quota: 3 of 9 filled",
        ]
    );
}
