use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::*;
use crate::json::read;

/// What phones read, one text of each type and several of those with kinds.
const SAMPLES: &[&str] = &[
    r#"{"round":"01010101010101010101010101010101","region":"53.21.03.2003"}"#,
    r#"{"id":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","body":{"case":{"round":"01010101010101010101010101010101","region":"53.21.03.2003"},"path":"/e/t","change":{"set":{"text":"a\"\u00e9"}},"source":"kades","seen":["03030303030303030303030303030303"],"lamport":2,"written":{"wall":1795000000000,"zone_minutes":-480,"monotonic_ms":12,"boot":"07070707070707070707070707070707","visit":"08080808080808080808080808080808"},"author":"04040404040404040404040404040404","role":"enumerator","device":"05050505050505050505050505050505","counter":3,"questionnaire":"06060606060606060606060606060606","app_version":"0.1.0"},"mac":"01010101010101010101010101010101","quarantined":"round_closed"}"#,
    r#"{"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},"lane":"02020202020202020202020202020202","verified":7,"last":null,"out":["03030303030303030303030303030303"],"cursor":{"epoch":"01010101010101010101010101010101","position":4,"id":"03030303030303030303030303030303"},"epoch":null}"#,
    r#"{"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},"lane":"02020202020202020202020202020202","verified":0,"last":null,"out":[],"cursor":null,"epoch":null,"sight":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","again":{"epoch":"01010101010101010101010101010101","position":0,"id":null},"again_sight":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"}"#,
    r#"{"account":{"id":"04040404040404040404040404040404","username":"ani","name":"Ani","role":"supervisor","regions":["53.21","53"]},"device":"05050505050505050505050505050505","app_version":"0.1.0","counter":12}"#,
    r#"{"rounds":[{"id":"01010101010101010101010101010101","name":"R","training":false,"open":true,"questionnaire":"06060606060606060606060606060606"}],"assignments":[{"round":"01010101010101010101010101010101","region":"53.21.03.2003","name":"n","district":"d","regency":"r","province":"p","modules":["a","b"]}],"hub_now":5,"receipt":{"number":1,"at":2}}"#,
    r#"{"blob":"0101010101010101010101010101010101010101010101010101010101010101","case":{"round":"01010101010101010101010101010101","region":"53.21.03.2003"},"bytes":9,"media_type":"image/jpeg","offset":3,"complete":false}"#,
    r#"{"result":"accepted","verified":9,"macs":["01010101010101010101010101010101"],"quarantined":[{"position":9,"code":"never_assigned"}],"receipt":{"number":3,"at":1795000000000}}"#,
    r#"{"result":"gap","length":4,"load":0.5,"far":18446744073709551615,"new":[{"a":-1.5e3}]}"#,
    r#"{"result":"fork"}"#,
    r#"{"result":"page","origins":[{"author":"04040404040404040404040404040404","role":"national","device":"05050505050505050505050505050505","questionnaire":"06060606060606060606060606060606","app_version":"0.1.0","zone_minutes":480,"boot":"07070707070707070707070707070707","visit":"08080808080808080808080808080808","region":"53.21.03.2003"}],"ops":[{"origin":0,"path":"/a","change":"unset","lamport":1,"wall":17,"monotonic_ms":12,"counter":1}],"macs":[],"cursor":{"epoch":"01010101010101010101010101010101","position":0,"id":null},"more":false}"#,
    r#"{"result":"reset","epoch":"01010101010101010101010101010101"}"#,
    r#"{"epoch":"01010101010101010101010101010101","now":1,"account":{"id":"04040404040404040404040404040404","username":"ani","name":"Ani","role":"analyst","regions":[]},"partitions":[{"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},"lane_length":2,"lane_matches":true,"cursor_matches":false}],"rounds":[],"assignments":[]}"#,
    r#"{"device":"05050505050505050505050505050505","secret":"s","account":{"id":"04040404040404040404040404040404","username":"ani","name":"Ani","role":"regency","regions":[],"language":"en","disabled":false,"created":3},"epoch":"01010101010101010101010101010101","now":4}"#,
    r#"{"hub":"01010101010101010101010101010101","origin":"https://desa.example.id","device":"05050505050505050505050505050505","name":"Ani","made":-3,"villages":1,"answers":2,"photos":4294967295,"bytes":9}"#,
    r#"{"number":"4821-0937","device":"05050505050505050505050505050505","at":5,"lanes":[{"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},"lane":"02020202020202020202020202020202","from":1,"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","answer":{"result":"fork"}}],"photos":["0101010101010101010101010101010101010101010101010101010101010101"]}"#,
    r#"{"rounds":[],"assignments":[],"hub_now":null,"receipt":null,"bundle_key":"04"}"#,
    r#"{"rounds":[],"assignments":[],"hub_now":null,"receipt":null,"photo_budget":5000000,"photos_sent":{"day":20784,"bytes":9}}"#,
    r#"{"result":"page","origins":[],"ops":[],"macs":[],"cursor":{"epoch":"01010101010101010101010101010101","position":0,"id":null},"more":false,"keeping":"missing"}"#,
    r#""unknown""#,
    r#"{"comment":"ok"}"#,
    r#"{"set":{"decimal":"142.5"}}"#,
    r#"{"set":{"integer":-84}}"#,
    r#"{"set":{"date":"2026-11-21"}}"#,
    r#"{"set":{"time":3600000}}"#,
    r#"{"set":{"date_time":{"wall_ms":5,"zone_minutes":60}}}"#,
    r#"{"set":{"choice":"ya"}}"#,
    r#"{"set":{"choices":["a","b"]}}"#,
    r#"{"set":{"point":{"latitude_e7":1,"longitude_e7":-2,"altitude_cm":3,"accuracy_cm":4}}}"#,
    r#"{"set":{"points":[]}}"#,
    r#"{"set":{"file":{"blob":"0101010101010101010101010101010101010101010101010101010101010101","bytes":4,"media_type":"image/png","name":"f"}}}"#,
    r#"{"review":{"submit":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","modules":["c"]}}}"#,
    r#"{"review":{"approve":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}}}"#,
    r#"{"review":{"return":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","questions":["/a","/b/c"],"reason":"r"}}}"#,
    r#"{"review":{"reopen":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","reason":"r"}}}"#,
    r#"{"review":{"reject":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","reason":"r"}}}"#,
];

fn same<T: FromJson + DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> bool {
    let ours = read::<T>(text);
    let theirs = serde_json::from_str::<T>(text);
    assert_eq!(
        ours.as_ref().ok(),
        theirs.as_ref().ok(),
        "{text}\n{ours:?}\n{theirs:?}"
    );
    ours.is_ok()
}

/// Whether any type that phones read reads it, both readers being of one mind about each.
fn is_read(text: &str) -> bool {
    [
        same::<CaseId>(text),
        same::<OpRecord>(text),
        same::<PartitionRecord>(text),
        same::<Me>(text),
        same::<Scope>(text),
        same::<BlobRecord>(text),
        same::<PushResponse>(text),
        same::<PullResponse>(text),
        same::<HelloResponse>(text),
        same::<office::Enrolled>(text),
        same::<BundleHead>(text),
        same::<BundleReceipt>(text),
        same::<Change>(text),
    ]
    .contains(&true)
}

#[test]
fn reads_what_the_derived_readers_read() {
    for sample in SAMPLES {
        assert!(is_read(sample), "{sample}");
    }
}

#[test]
fn refuses_a_zero_with_a_sign_like_the_derived_readers() {
    assert!(is_read(r#"{"set":{"integer":0}}"#));
    assert!(!is_read(r#"{"set":{"integer":-0}}"#));
}

#[test]
fn a_fault_names_its_field() {
    let fault = |text: &str| read::<CaseId>(text).unwrap_err().to_string();
    let round = r#""round":"01010101010101010101010101010101""#;
    assert_eq!(
        fault(&format!("{{{round}}}")),
        "expected a text as `region` at byte 0"
    );
    assert_eq!(
        fault(&format!(r#"{{{round},"region":"53.21.xx"}}"#)),
        "expected the code of a region as `region` at byte 0"
    );
    assert_eq!(fault("[]"), "expected an object as `` at byte 0");
    assert_eq!(fault("{"), "expected a text at byte 1");
}

proptest! {
    #[test]
    fn refuses_what_the_derived_readers_refuse(
        sample in prop::sample::select(SAMPLES), at in any::<prop::sample::Index>(),
        with in prop::sample::select(&b"0129.-e\"{}[],:anull \\x"[..]), cut in any::<bool>(),
    ) {
        let mut bytes = sample.as_bytes().to_vec();
        let at = at.index(bytes.len());
        match cut {
            true => { bytes.remove(at); }
            false => bytes[at] = with,
        }
        if let Ok(text) = String::from_utf8(bytes) {
            let _ = is_read(&text);
        }
    }
}
