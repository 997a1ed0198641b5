use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Unreadable, from_text, to_text};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Village {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    families: u32,
    balance: i64,
    share: f64,
    crops: Vec<Crop>,
    harvest: BTreeMap<String, (u8, bool)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Crop {
    Jagung,
    Padi(u8),
    Kebun(u8, u8),
    Lain { name: String, tons: Option<f64> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Tagged {
    None,
    Some {
        #[serde(flatten)]
        village: Village,
    },
}

fn crop() -> impl Strategy<Value = Crop> {
    prop_oneof![
        Just(Crop::Jagung),
        any::<u8>().prop_map(Crop::Padi),
        any::<(u8, u8)>().prop_map(|(a, b)| Crop::Kebun(a, b)),
        (any::<String>(), any::<Option<i32>>()).prop_map(|(name, tons)| Crop::Lain {
            name,
            tons: tons.map(|tons| f64::from(tons) / 64.0),
        }),
    ]
}

prop_compose! {
    fn village()(
        name in any::<String>(), note in any::<Option<String>>(), families in any::<u32>(),
        balance in any::<i64>(), share in any::<i32>().prop_map(|sixteenths| f64::from(sixteenths) / 16.0),
        crops in prop::collection::vec(crop(), 0..4),
        harvest in prop::collection::btree_map(any::<String>(), any::<(u8, bool)>(), 0..4),
    ) -> Village {
        Village { name, note, families, balance, share, crops, harvest }
    }
}

proptest! {
    #[test]
    fn reads_what_it_writes_and_so_do_others(village in village()) {
        let text = to_text(&village);
        prop_assert_eq!(&from_text::<Village>(&text).unwrap(), &village);
        prop_assert_eq!(&serde_json::from_str::<Village>(&text).unwrap(), &village);
        let theirs = serde_json::to_string_pretty(&village).unwrap();
        prop_assert_eq!(&from_text::<Village>(&theirs).unwrap(), &village);
        let tagged = Tagged::Some { village };
        prop_assert_eq!(&from_text::<Tagged>(&to_text(&tagged)).unwrap(), &tagged);
    }

    #[test]
    fn a_fraction_comes_back_to_the_last_bit(number in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
        prop_assert_eq!(from_text::<f64>(&to_text(&number)).unwrap().to_bits(), number.to_bits());
        prop_assert_eq!(from_text::<f64>(&format!("{number:e}")).unwrap().to_bits(), number.to_bits());
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", json in "[\\[\\]{}\",:0-9a-eE+.\\\\u\\- ntrfalsu]{0,40}") {
        for text in [text.as_str(), json.as_str()] {
            let ours = from_text::<Value>(text);
            let theirs = serde_json::from_str::<Value>(text);
            prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {:?} {:?}", text, ours, theirs);
            let _ = from_text::<Village>(text);
        }
    }

    #[test]
    fn a_text_that_broke_off_or_was_changed_is_an_error_or_a_value(village in village(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = to_text(&village).into_bytes();
        let at = at.index(bytes.len());
        let cut = bytes[..at].to_vec();
        bytes[at] = byte;
        for bytes in [cut, bytes] {
            if let Ok(text) = String::from_utf8(bytes) {
                let _ = from_text::<Village>(&text);
            }
        }
    }
}

fn fault<T: for<'de> Deserialize<'de> + std::fmt::Debug>(text: &str) -> String {
    let Unreadable(fault) = from_text::<T>(text).unwrap_err();
    format!("{}: {}", fault.at, fault.what)
}

#[test]
fn a_fault_is_named_with_its_place() {
    assert_eq!(fault::<Vec<u8>>("[1, 2"), "5: expected a comma");
    assert_eq!(fault::<Vec<u8>>("[1 2]"), "3: expected a comma");
    assert_eq!(fault::<bool>("<html>"), "0: expected true or false");
    assert_eq!(fault::<u8>("12 13"), "3: expected the end");
    assert!(fault::<u64>("18446744073709551616").contains("floating point"));
    assert_eq!(
        fault::<String>("\"\\ud800\""),
        "7: expected the second half of a character"
    );
    assert_eq!(fault::<(u8, u8)>("[1,2,3]"), "5: expected a shorter list");
    assert_eq!(
        fault::<Village>("{\"name\":\"a\"}"),
        "12: missing field `families`"
    );
    assert!(fault::<Crop>("\"beras\"").contains("variant"));
    assert!(fault::<u8>("300").contains("300"));
}

#[test]
fn nesting_has_a_bound() {
    let deep = "[".repeat(100_000);
    assert!(fault::<Value>(&deep).contains("fewer lists"));
    let skipped = format!("{{\"unknown\":{deep}");
    assert!(fault::<Village>(&skipped).contains("fewer lists"));
}

#[test]
fn what_nobody_asked_for_is_skipped() {
    let text = r#" { "new" : [ { "a" : null , "b" : [ -1.5e-3 , "\u00e9\n" ] } ] , "name" : "x", "families": 1,
        "balance": -5, "share": 2, "crops": [], "harvest": {}, "note": null } "#;
    let village: Village = from_text(text).unwrap();
    assert_eq!((village.balance, village.share), (-5, 2.0));
}

#[test]
fn a_number_that_no_type_can_hold_is_refused_as_others_refuse_it() {
    for text in ["1e999", "-1e999", "[17976931348623159e300]"] {
        assert!(from_text::<Value>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
    }
    assert_eq!(from_text::<f64>("1e-999"), Ok(0.0));
    assert_eq!(from_text::<f64>("1.7976931348623157e308"), Ok(f64::MAX));
}
