//! Records: the same bytes again, every damage told, every difference named.

mod frozen;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::*;
use crate::priority::unit::{Area, Hold, HoldKind, Observation, Observed};

const METHOD: &str = r#"# A comment stays.
format = 1
id = "contoh"
version = "1"
label = { id = "Contoh", en = "Example" }
decimals = 2

[[dimension]]
id = "skor"
label = { id = "Skor", en = "Score" }

[[indicator]]
id = "jalan"
dimension = "skor"
label = { id = "Jalan", en = "Roads" }
expression = "jalan"
normalise = { kind = "min_max", min = 0, max = 10 }

[[indicator]]
id = "air"
dimension = "skor"
label = { id = "Air", en = "Water" }
expression = "air"
denominator = { expression = "${penduduk}", per = 1 }
missing = "last_round"
normalise = { kind = "ladder", top = 5, rungs = [
  { score = 5, is = ["ledeng"], label = { id = "L", en = "L" }, source = "s", verified = true },
  { score = 1, at_most = 3, label = { id = "S", en = "S" }, source = "s", verified = true },
] }

[programme]
id = "p"
label = { id = "P", en = "P" }

[programme.quota]
per_area = 1
total = 3
reserves = 1

[[programme.eligible]]
id = "layak"
label = { id = "L", en = "E" }
otherwise = { id = "tidak", en = "no" }
expression = "${layak}"

[[programme.tie_break]]
id = "penduduk"
label = { id = "P", en = "P" }
expression = "${penduduk}"
"#;

fn unit(region: &str, area: &str, jalan: f64, air: Observed) -> Unit {
    Unit {
        region: region.to_owned(),
        name: format!("Desa {region}"),
        group: Area {
            code: area.to_owned(),
            name: format!("Kab. {area}"),
        },
        indicators: vec![
            Observation::number(jalan),
            Observation {
                value: air,
                ..Observation::default()
            },
        ],
        denominators: vec![Observation::number(1.0)],
        eligibility: vec![Observation::number(1.0)],
        tie_break: vec![Observation::number(100.0)],
        holds: Vec::new(),
    }
}

fn units() -> Vec<Unit> {
    vec![
        unit("53.21.03.2004", "53.21", 5.0, Observed::Number(2.0)),
        unit("53.21.03.2003", "53.21", 5.0, Observed::Number(2.0)),
        unit("53.01.06.1008", "53.01", 0.1, Observed::Unknown),
    ]
}

fn decide(units: &[Unit], changes: &[Change]) -> Record {
    Record::decide("lumbung 0", "benih", METHOD, units, changes)
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn by_hand(region: &str, to: ChangedTo) -> Change {
    Change {
        region: region.to_owned(),
        to,
        by: "Maria, Bappeda".to_owned(),
        reason: "Jalan putus, \"dua\" bulan\nsejak Maret".to_owned(),
    }
}

fn told(problems: Vec<Problem>) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn refused(text: &str) -> Vec<String> {
    told(Record::read(text.as_bytes()).unwrap_err())
}

#[test]
fn a_record_reads_as_it_was_written_and_computes_the_same_bytes() {
    let record = decide(&units(), &[by_hand("53.01.06.1008", ChangedTo::NotChosen)]);
    let text = record.write();
    let read = Record::read(text.as_bytes()).unwrap();
    assert_eq!(read, record);
    assert_eq!(read.recompute().unwrap().write(), text);
    assert_eq!(read.document(), METHOD);
    assert_eq!(differences(&record, &read), []);
    // Whoever gave the villages in another order gets the same.
    let mut reversed = units();
    reversed.reverse();
    assert_eq!(decide(&reversed, record.changes()).write(), text);
}

#[test]
fn the_text_is_what_people_can_read() {
    let record = decide(&units(), &[by_hand("53.21.03.2003", ChangedTo::Chosen)]);
    let text = record.write();
    let shown: Vec<&str> = text.lines().filter(|line| !METHOD.contains(line)).collect();
    let lottery = |region: &str| super::super::order::lottery("benih", region);
    let digests = |line: &str| line.split(' ').next_back().is_some_and(|it| it.len() == 64);
    let shown: Vec<&str> = shown.into_iter().filter(|line| !digests(line)).collect();
    let (first, second) = ("53.21.03.2004", "53.21.03.2003");
    assert_eq!(
        shown,
        [
            "lumbung-decision-record 1",
            "software lumbung 0",
            "seed benih",
            "code,name,area,area_name,held,jalan,air,per:air,rule:layak,key:penduduk",
            "53.01.06.1008,Desa 53.01.06.1008,53.01,Kab. 53.01,,0.1,~unknown,1,1,100",
            "53.21.03.2003,Desa 53.21.03.2003,53.21,Kab. 53.21,,5,2,1,1,100",
            "53.21.03.2004,Desa 53.21.03.2004,53.21,Kab. 53.21,,5,2,1,1,100",
            "code,decision,by,reason",
            "53.21.03.2003,chosen,\"Maria, Bappeda\",\"Jalan putus, \"\"dua\"\" bulan",
            "sejak Maret\"",
            "code,status,rank,area_rank,score,lower,upper,verdict,position,earmark,lottery,finally",
            &format!(
                "{first},ranked,1,1,0.35,0.35,0.35,chosen,,,{},chosen",
                lottery(first)
            ),
            &format!(
                "{second},ranked,1,1,0.35,0.35,0.35,reserve,1,,{},chosen",
                lottery(second)
            ),
            "53.01.06.1008,ranked,3,1,0.11,0.11,0.51,chosen,,,,chosen",
            "kind,one,two,three",
            "shortfall,,3,2",
            &format!("tie,{first},{second},cut"),
        ]
    );
}

#[test]
fn free_texts_and_places_of_answers_stay_out() {
    let mut villages = units();
    villages[0].indicators[1].value = Observed::Text("milik Ibu Maria".to_owned());
    villages[1].indicators[1].value = Observed::Text("ledeng".to_owned());
    villages[1].indicators[1].source = vec!["/air".to_owned()];
    villages[2].holds = vec![Hold {
        kind: HoldKind::Conflict,
        paths: vec!["/air".to_owned()],
        text: Text::same("rahasia"),
    }];
    let text = decide(&villages, &[]).write();
    assert!(!text.contains("Ibu Maria") && !text.contains("rahasia") && !text.contains("/air"));
    assert!(text.contains(",:ledeng,") && text.contains(",conflict,0.1,"));
}

#[test]
fn what_differs_when_the_data_changed_is_named() {
    let before = decide(&units(), &[]);
    let mut villages = units();
    villages[1].indicators[0] = Observation::number(7.5);
    villages[2] = unit("53.01.06.1009", "53.01", 3.0, Observed::Unknown);
    let after = decide(&villages, &[]);
    let found: Vec<String> = differences(&before, &after)
        .iter()
        .map(|it| format!("{} {}", it.region, it.text.en))
        .filter(|it| !it.contains("lottery") && !it.contains("2004"))
        .collect();
    let won = before.result()[0].region == "53.21.03.2003";
    let mut expected = vec![
        "53.01.06.1008 this village is gone",
        "53.01.06.1009 this village is new",
        "53.21.03.2003 jalan: was 5, now 7.5",
        "53.21.03.2003 score: was 0.35, now 0.48",
        "53.21.03.2003 lower score: was 0.35, now 0.48",
        "53.21.03.2003 upper score: was 0.35, now 0.48",
    ];
    if !won {
        expected.extend([
            "53.21.03.2003 verdict: was reserve, now chosen",
            "53.21.03.2003 place among the reserves: was 1, now -",
            "53.21.03.2003 final verdict: was reserve, now chosen",
        ]);
    }
    expected.push(" shortfalls or ties are others");
    assert_eq!(found, expected);
}

#[test]
fn damage_is_told_with_its_place() {
    let text = decide(&units(), &[by_hand("53.21.03.2004", ChangedTo::Chosen)]).write();
    let line = |start: &str| 1 + text.lines().position(|it| it.starts_with(start)).unwrap();
    let both = text.replacen("chosen,\"Maria", "chosen,\"Mario", 1);
    assert_eq!(
        refused(&both.replacen("Kab. 53.01", "Kab. 53.02", 1)),
        [
            format!(
                "line {}, section data: this was changed after it was written; take the original file",
                line("section data")
            ),
            format!(
                "line {}, section changes: this was changed after it was written; take the original file",
                line("section changes")
            ),
        ]
    );
    assert_eq!(
        refused(&text.replacen("seed benih", "seed lain", 1)),
        ["line 1, record: the head was changed after it was written; take the original file"]
    );
    assert_eq!(
        refused(&text.replace('\n', "\r\n")),
        ["line 1, record: another program changed the line ends; take the original file"]
    );
    assert_eq!(
        refused(&text[..text.len() - 60]),
        [format!(
            "line {}, record: the file ends before `end`; take the whole file",
            line("end ")
        )]
    );
    assert_eq!(
        refused(&text[..text.len() / 3]),
        ["line 5, section method: it is shorter than it says; take the whole file"]
    );
    assert_eq!(
        refused("lumbung"),
        ["line 1, record: the file ends before `lumbung-decision-record 1`; take the whole file"]
    );
    assert_eq!(refused(&format!("{text}x\n")).len(), 1);
}

/// The record with one section replaced and all digests made anew, as a forger would.
fn forged(text: &str, section: &str, change: impl Fn(&str) -> String) -> String {
    let record = Record::read(text.as_bytes()).unwrap();
    let mut forged: String = text
        .lines()
        .take(4)
        .map(|line| format!("{line}\n"))
        .collect();
    let mut rest = &text[forged.len()..];
    for name in write::SECTIONS {
        let (head, after) = rest.split_once('\n').unwrap();
        let size: usize = head.split(' ').nth(2).unwrap().parse().unwrap();
        let body = match name == section {
            true => change(&after[..size]),
            false => after[..size].to_owned(),
        };
        let digest = write::digest(&body);
        forged.push_str(&format!("section {name} {} {digest}\n{body}\n", body.len()));
        rest = &after[size + 1..];
    }
    assert_eq!(record.write(), text);
    let whole = write::digest(&forged);
    format!("{forged}end {whole}\n")
}

#[test]
fn a_forged_record_is_well_formed_or_refused_and_does_not_compute() {
    let text = decide(&units(), &[]).write();
    let line = 1 + text
        .lines()
        .position(|it| it.starts_with("53.21.03.2003,D"))
        .unwrap();
    let unread = forged(&text, "data", |body| {
        body.replace("53.21,,5,2", "53.21,busuk,5e,~x")
            .replace("Kab. 53.21,,5,2", "Kab. 53.21,busuk,5e,~x")
    });
    assert_eq!(
        refused(&unread)[..3],
        [
            format!("line {line}, section data, column held: `busuk` cannot be read"),
            format!("line {line}, section data, column jalan: `5e` cannot be read"),
            format!("line {line}, section data, column air: `~x` cannot be read"),
        ]
    );
    let respelt = forged(&text, "data", |body| body.replace(",5,", ",5.0,"));
    assert_eq!(
        refused(&respelt),
        [format!(
            "line {line}, record: this is not spelled as this program spells it"
        )]
    );
    let method = forged(&text, "method", |body| {
        body.replace("decimals = 2", "decimals = 3")
    });
    assert_eq!(
        refused(&method),
        ["line 4, method_hash: the hash of the method is not that of the method below"]
    );

    let bought = forged(&text, "result", |body| {
        body.replace(",reserve,1,", ",chosen,1,")
    });
    let read = Record::read(bought.as_bytes()).unwrap();
    let found = differences(&read, &read.recompute().unwrap());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text.en, "verdict: was chosen, now reserve");
}

#[test]
fn changes_need_a_village_a_name_and_a_reason() {
    let mut nameless = by_hand("53.21.03.2004", ChangedTo::Chosen);
    nameless.by = " ".to_owned();
    let changes = [nameless.clone(), nameless, by_hand("x", ChangedTo::Reserve)];
    let problems = Record::decide("lumbung 0", "a\nb", METHOD, &units(), &changes).unwrap_err();
    assert_eq!(
        told(problems),
        [
            "seed: give one line of text",
            "change 53.21.03.2004: give the name of who answers for it and the reason",
            "change 53.21.03.2004: this village is changed twice; keep the last one",
            "change 53.21.03.2004: give the name of who answers for it and the reason",
            "change x: there is no village of this code in the data",
        ]
    );
    let table = "\u{feff}code,decision,by,reason\na,chosen,M,R\nb,perhaps,M,R\nc,reserve\n";
    assert_eq!(
        told(read_changes(table.as_bytes()).unwrap_err()),
        [
            "line 4, changes: this row has 2 cells, the header 4",
            "line 3, changes: `perhaps` should be chosen, reserve or not_chosen",
        ]
    );
    let kept = read_changes(&table.as_bytes()[..table.find("b,").unwrap()]).unwrap();
    assert_eq!((kept.len(), kept[0].to), (1, ChangedTo::Chosen));
}

fn observed() -> impl Strategy<Value = Observed> {
    prop_oneof![
        (-1e9..1e9_f64).prop_map(Observed::Number),
        Just(Observed::Number(f64::MIN_POSITIVE)),
        Just(Observed::Number(-0.0)),
        Just(Observed::Text("ledeng".to_owned())),
        Just(Observed::Missing),
        Just(Observed::Unknown),
        Just(Observed::Refused),
        Just(Observed::Irrelevant),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    let value = (
        observed(),
        option::of(-9.0..9.0_f64),
        option::of(0.0..9.0_f64),
    );
    value.prop_map(|(value, lower, last_round)| Observation {
        value,
        lower,
        last_round,
        source: Vec::new(),
    })
}

fn village() -> impl Strategy<Value = (String, String, Vec<Observation>, bool)> {
    let text = "[a-z,;\"' \n\r=:~é#]{0,8}";
    (
        "[a-c]{1,3}",
        text,
        vec(observation(), 5),
        proptest::bool::weighted(0.2),
    )
}

fn villages() -> impl Strategy<Value = Vec<Unit>> {
    vec(village(), 0..12).prop_map(|villages| {
        let named: BTreeMap<String, _> = villages
            .into_iter()
            .map(|(code, name, values, held)| (code, (name, values, held)))
            .collect();
        let unit =
            |(region, (name, values, held)): (String, (String, Vec<Observation>, bool))| Unit {
                group: Area {
                    code: region[..1].to_owned(),
                    name: region[..1].to_owned(),
                },
                region,
                name,
                indicators: values[..2].to_vec(),
                denominators: values[2..3].to_vec(),
                eligibility: values[3..4].to_vec(),
                tie_break: values[4..].to_vec(),
                holds: match held {
                    true => vec![cells::plain_hold(HoldKind::NotApproved)],
                    false => Vec::new(),
                },
            };
        named.into_iter().map(unit).collect()
    })
}

proptest! {
    #[test]
    fn reading_undoes_writing(villages in villages(), by in "[a-z,\"\n]{1,5}x", hand in 0_usize..4) {
        let changes: Vec<Change> = villages
            .iter()
            .take(hand)
            .zip(ChangedTo::ALL)
            .map(|(unit, to)| Change { by: by.clone(), ..by_hand(&unit.region, to) })
            .collect();
        let record = decide(&villages, &changes);
        let text = record.write();
        let read = Record::read(text.as_bytes());
        prop_assert!(read.is_ok(), "{:?}\n{}", read, text);
        let read = read.unwrap();
        prop_assert_eq!(&read, &record);
        prop_assert_eq!(read.recompute().unwrap().write(), text);
    }

    #[test]
    fn damaged_bytes_are_refused_with_a_place(at in 0_usize..100_000, byte in 0_u8..=255, cut in proptest::bool::ANY) {
        let mut bytes = decide(&units(), &[]).write().into_bytes();
        let at = at % bytes.len();
        if cut {
            bytes.truncate(at);
        } else if bytes[at] == byte {
            return Ok(());
        } else {
            bytes[at] = byte;
        }
        let problems = Record::read(&bytes).unwrap_err();
        prop_assert!(problems.iter().all(|it| it.line.is_some()), "{:?}", problems);
    }

    #[test]
    fn any_bytes_are_refused(bytes in vec(0_u8..=255, 0..200)) {
        prop_assert!(Record::read(&bytes).is_err());
        let _ = read_changes(&bytes);
    }
}
