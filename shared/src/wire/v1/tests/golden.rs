//! Every message of version 1 in bytes that were shipped: whatever reads and writes them must never change.
//!
//! Always: a line break and the blanks after it stand for nothing, so that people can read them; the rest is the bytes.
//! Never: edited. What is new comes beside it, as an optional field of another golden.

use std::fmt::Debug;

use serde::de::DeserializeOwned;

use super::*;
use crate::ids::hex_text;
use crate::json::{self, FromJson, to_text};
use crate::sync::bundle::{DeviceKey, head_bytes, read_head, read_receipt, receipt_text};
use crate::wire::bundle::{BundleOpened, BundleText, ProveRequest};

/// The bytes of a golden.
fn bytes(golden: &str) -> String {
    golden.lines().map(str::trim_start).collect()
}

/// What the server reads and writes with its readers; the writer of phones makes the same bytes.
fn holds<T: DeserializeOwned + Serialize>(golden: &str) -> T {
    let golden = bytes(golden);
    let read: T = serde_json::from_str(&golden).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), golden);
    assert_eq!(to_text(&read), golden);
    read
}

/// The same for what phones read, with their own reader.
fn holds_on_phones<T>(golden: &str) -> T
where
    T: DeserializeOwned + Serialize + FromJson + PartialEq + Debug,
{
    let read = holds::<T>(golden);
    assert_eq!(json::read::<T>(&bytes(golden)).unwrap(), read);
    read
}

const ORIGINS: &str = r#"[
    {"author":"04040404040404040404040404040404","role":"enumerator","device":"05050505050505050505050505050505",
    "questionnaire":"06060606060606060606060606060606","app_version":"0.1.0","zone_minutes":480,
    "boot":"07070707070707070707070707070707","visit":"08080808080808080808080808080808","region":"53.21.03.2003"},
    {"author":"14141414141414141414141414141414","role":"supervisor","device":"15151515151515151515151515151515",
    "questionnaire":"06060606060606060606060606060606","app_version":"0.1.0","zone_minutes":-60,
    "boot":"17171717171717171717171717171717","visit":"18181818181818181818181818181818",
    "region":"L-53.21-upt-rias"}
]"#;

/// One op of each kind of change and value: the change, and the name that the op has for ever.
const KINDS: [(&str, &str); 24] = [
    (
        r#"{"set":{"text":"Bu \"Ani\" é\n"}}"#,
        "51a00cbd5941bba7d7eb26208a85c872",
    ),
    (
        r#"{"set":{"integer":-9007199254740991}}"#,
        "61e03fd307dddf52ad7046284eacf8a1",
    ),
    (
        r#"{"set":{"decimal":"-142.5"}}"#,
        "3e39d2452aae1433fa71e23064296043",
    ),
    (
        r#"{"set":{"date":"2026-11-20"}}"#,
        "6d10fee0a0033179fd7c132fab86ff07",
    ),
    (
        r#"{"set":{"time":86399999}}"#,
        "2386fb3e614a1e6b19283a28cab8b2b4",
    ),
    (
        r#"{"set":{"date_time":{"wall_ms":1795000000000,"zone_minutes":480}}}"#,
        "47493afa3e96ac930099c1719302bdcd",
    ),
    (
        r#"{"set":{"choice":"aspal"}}"#,
        "5313ce7d2fc9c281a2aba3691dc5f4a2",
    ),
    (
        r#"{"set":{"choices":["padi","jagung"]}}"#,
        "43dcc3e0a1cfaa5608631f05d382dc2a",
    ),
    (
        r#"{"set":{"choices":[]}}"#,
        "2b5ff6d9bdf67df5a75813db3fafcd22",
    ),
    (
        r#"{"set":{"point":{"latitude_e7":-95123456,"longitude_e7":1247654321,"altitude_cm":-120,"accuracy_cm":450}}}"#,
        "9f20a7afaa1810c48a4d750d3e119325",
    ),
    (
        r#"{"set":{"points":[{"latitude_e7":1,"longitude_e7":2,"altitude_cm":3,"accuracy_cm":4},{"latitude_e7":5,"longitude_e7":6,"altitude_cm":7,"accuracy_cm":8}]}}"#,
        "459445cd09b16246d80e92b2f0a89610",
    ),
    (
        r#"{"set":{"file":{"blob":"2121212121212121212121212121212121212121212121212121212121212121","bytes":180000,"media_type":"image/jpeg","name":"balai.jpg"}}}"#,
        "23929135e5a088e957eb8b304b44ae7b",
    ),
    (r#""unset""#, "a2f6d0dac40467de8fe75048daa117df"),
    (r#""unknown""#, "3b52283d255a474c60ad74337dc53809"),
    (r#""refused""#, "97ea7404e6803824c5879dd8a9b1aaf9"),
    (r#""add_row""#, "80b4b814a7b6e5c8497809bc0472c6ea"),
    (r#""remove_row""#, "48c0515d101450e3bf38e9ddab694802"),
    (
        r#"{"comment":"Ditanyakan lagi."}"#,
        "f4ea2b52f09b74e9d93f465d5a7ef41f",
    ),
    (
        r#"{"review":{"submit":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","modules":["a_identitas","c_tenun"]}}}"#,
        "433f01b6f6d34b26e3b497cc5fe83bdb",
    ),
    (
        r#"{"review":{"submit":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","modules":[]}}}"#,
        "b0ca92dc96531ce84fa64baedccd325c",
    ),
    (
        r#"{"review":{"approve":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}}}"#,
        "8a318b541bc2643600dfa8e76faf4c2d",
    ),
    (
        r#"{"review":{"return":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","questions":["/a_luas","/r[22222222222222222222222222222222]/nama"],"reason":"Luas?"}}}"#,
        "045ad865380bf96f64963fcf9a69caa9",
    ),
    (
        r#"{"review":{"reopen":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","reason":"Data baru."}}}"#,
        "17c23260d8279607c3ed0d5cfdf76b47",
    ),
    (
        r#"{"review":{"reject":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","reason":"Salah desa."}}}"#,
        "bcb9ed65ddf2fee2be51fa79057fe0a3",
    ),
];

#[test]
fn an_op_of_every_kind_keeps_its_bytes_and_its_name() {
    let round = RoundId([1; 16]);
    let (mut names, mut expect) = (Vec::new(), Vec::new());
    for (index, (change, name)) in KINDS.into_iter().enumerate() {
        let golden = format!(
            r#"{{"origins":{ORIGINS},"ops":[
            {{"origin":0,"path":"/a/b","change":{change},"lamport":1,"wall":1795000000000,"monotonic_ms":12,
            "counter":{index}}}]}}"#
        );
        let golden = golden.replace("\n            \"counter\"", "\"counter\"");
        let batch: OpBatch = holds(&golden);
        holds_on_phones::<Change>(change);
        let ops = batch.unpack(round).unwrap();
        names.push(ops[0].0.id().to_string());
        expect.push(name);
        // Every kind has its line.
        let kinds: fn(&Change) -> () = |change| match change {
            Change::Set(
                Value::Text(_)
                | Value::Integer(_)
                | Value::Decimal(_)
                | Value::Date(_)
                | Value::Time(_)
                | Value::DateTime(_)
                | Value::Choice(_)
                | Value::Choices(_)
                | Value::Point(_)
                | Value::Points(_)
                | Value::File(_),
            )
            | Change::Unset
            | Change::Unknown
            | Change::Refused
            | Change::AddRow
            | Change::RemoveRow
            | Change::Comment(_)
            | Change::Review(
                Review::Submit(_)
                | Review::Approve { .. }
                | Review::Return { .. }
                | Review::Reopen { .. }
                | Review::Reject { .. },
            ) => (),
        };
        kinds(&ops[0].0.change);
    }
    assert_eq!(names, expect);
}

#[test]
fn an_op_with_all_that_it_may_carry_keeps_its_bytes_and_its_name() {
    let golden = format!(
        r#"{{"origins":{ORIGINS},"ops":[
        {{"origin":1,"path":"/r[22222222222222222222222222222222]/b[33333333333333333333333333333333]/nama","change":"unknown",
        "source":"profil desa","seen":["09090909090909090909090909090909","0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"],
        "lamport":9007199254740991,"wall":-1,"monotonic_ms":12,"counter":4,
        "mac":"19191919191919191919191919191919"}}]}}"#
    );
    let batch: OpBatch = holds(&golden);
    let [packed] = &batch.ops[..] else {
        panic!("one op");
    };
    assert_eq!(json::read::<PackedOp>(&to_text(packed)).unwrap(), *packed);
    let ops = batch.unpack(RoundId([1; 16])).unwrap();
    assert_eq!(
        ops[0].0.id().to_string(),
        "fdb2adcc73af21232abbf26b14b697ef"
    );
    assert_eq!(ops[0].1, Some(Mac([0x19; 16])));
}

#[test]
fn hellos_keep_their_bytes() {
    let asked: HelloRequest = holds(
        r#"{"wire":1,
        "facts":{"app_version":"0.1.0","wall":1795000000000,"zone_minutes":480,"installed":true,"persisted":false,
        "unsent_ops":412,"unsent_blobs":7,"oldest_unsent":1794000000000},
        "partitions":[
        {"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},
        "lane":"02020202020202020202020202020202","verified":9,"last":"03030303030303030303030303030303",
        "cursor":{"epoch":"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c","position":40,"id":"0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"}},
        {"partition":{"round":"01010101010101010101010101010101","regency":"53.02"},
        "lane":"12121212121212121212121212121212","verified":0,"last":null,"cursor":null}
        ]}"#,
    );
    assert_eq!(asked.partitions[0].verified, Seq(9));
    let nothing_unsent = r#"{"app_version":"0.1.0","wall":0,"zone_minutes":0,"installed":false,"persisted":false,
        "unsent_ops":0,"unsent_blobs":0,"oldest_unsent":null}"#;
    assert_eq!(holds::<DeviceFacts>(nothing_unsent).oldest_unsent, None);

    let told: HelloResponse = holds_on_phones(
        r#"{"epoch":"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c","now":1795000000001,
        "account":{"id":"04040404040404040404040404040404","username":"ani","name":"Ani","role":"enumerator",
        "regions":["53.21","53.02"]},
        "partitions":[
        {"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},"lane_length":9,
        "lane_matches":true,"cursor_matches":false,"safe":7},
        {"partition":{"round":"01010101010101010101010101010101","regency":"53.02"},"lane_length":0,
        "lane_matches":true,"cursor_matches":true}
        ],
        "rounds":[
        {"id":"01010101010101010101010101010101","name":"Ronde 1","training":false,"open":true,
        "questionnaire":"06060606060606060606060606060606","earlier":["16161616161616161616161616161616"]},
        {"id":"11111111111111111111111111111111","name":"Latihan","training":true,"open":false,
        "questionnaire":"06060606060606060606060606060606"}
        ],
        "assignments":[
        {"round":"01010101010101010101010101010101","region":"53.21.03.2003","name":"Weoé","district":"Wewiku",
        "regency":"Malaka","province":"Nusa Tenggara Timur","modules":["a_identitas"]}
        ],
        "bundle_key":"04ab"}"#,
    );
    assert_eq!(told.rounds[0].versions().len(), 2);
    // As hubs spoke before bundles.
    let first: HelloResponse = holds_on_phones(
        r#"{"epoch":"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c","now":0,
        "account":{"id":"04040404040404040404040404040404","username":"ani","name":"Ani","role":"national",
        "regions":[]},"partitions":[],"rounds":[],"assignments":[]}"#,
    );
    assert_eq!(first.bundle_key, None);
}

#[test]
fn pulls_keep_their_bytes() {
    let first: PullRequest = holds(
        r#"{"wire":1,"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},"cursor":null,
        "limit":500}"#,
    );
    assert!(first.digests.is_empty() && first.giving_up.is_none());
    let asked: PullRequest = holds(
        r#"{"wire":1,"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},
        "cursor":{"epoch":"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c","position":40,"id":"0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"},
        "limit":500,
        "digests":[{"region":"53.21.03.2003","digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}],
        "giving_up":{"region":"53.21.03.2004","ops":["09090909090909090909090909090909"],
        "photos":["2121212121212121212121212121212121212121212121212121212121212121"]}}"#,
    );
    assert_eq!(asked.giving_up.unwrap().photos.len(), 1);

    let page = |rest: &str| {
        let golden = format!(
            r#"{{"result":"page","origins":{ORIGINS},"ops":[
            {{"origin":0,"path":"/a_luas","change":{{"set":{{"integer":84}}}},"lamport":1,"wall":1795000000000,
            "monotonic_ms":12,"counter":1}}],"macs":["19191919191919191919191919191919"],
            "cursor":{{"epoch":"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c","position":41,
            "id":"0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"}},"more":true{rest}}}"#
        );
        holds_on_phones::<PullResponse>(&golden)
    };
    page("");
    for (word, keeping) in [
        ("missing", Keeping::Missing),
        ("here", Keeping::Here),
        ("safe", Keeping::Safe),
    ] {
        let told = page(&format!(
            r#","sight":"0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e","differs":["53.21.03.2003"],"keeping":"{word}""#
        ));
        let PullResponse::Page {
            keeping: told,
            differs,
            ..
        } = told
        else {
            panic!("a page");
        };
        assert_eq!((told, differs.len()), (Some(keeping), 1));
    }
    let reset = r#"{"result":"reset","epoch":"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c"}"#;
    let PullResponse::Reset { epoch } = holds_on_phones(reset) else {
        panic!("a reset");
    };
    assert_eq!(epoch, Epoch([12; 16]));
}

#[test]
fn what_a_push_is_answered_keeps_its_bytes() {
    let codes = [
        "never_assigned",
        "round_closed",
        "unknown_round",
        "unknown_question",
        "foreign_author",
        "role_mismatch",
        "review_not_allowed",
        "revoked_device",
        "too_large",
        "lamport_mismatch",
    ];
    for code in codes {
        let golden = format!(
            r#"{{"result":"accepted","verified":9,"macs":["19191919191919191919191919191919"],
            "quarantined":[{{"position":9,"code":"{code}"}}],"receipt":{{"number":3,"at":1795000000000}},"safe":7}}"#
        );
        let PushResponse::Accepted { safe, .. } = holds_on_phones(&golden) else {
            panic!("accepted");
        };
        assert_eq!(safe, Some(Seq(7)));
    }
}

#[test]
fn proofs_and_photos_keep_their_bytes() {
    let asked: ProveRequest = holds(
        r#"{"wire":1,"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},
        "lane":"02020202020202020202020202020202","from":7,"previous":"03030303030303030303030303030303","count":500,
        "digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}"#,
    );
    assert_eq!(asked.count, 500);
    let status = r#"{"blob":"2121212121212121212121212121212121212121212121212121212121212121","offset":65536,
        "complete":false}"#;
    assert_eq!(holds::<BlobStatus>(status).offset, 65_536);
}

const BUNDLE_HEAD: &str = r#"{"hub":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","origin":"https://desa.example.id",
    "device":"05050505050505050505050505050505","name":"Ani","made":1795000000000,"villages":3,"answers":412,
    "photos":2,"bytes":90000}"#;

#[test]
fn bundles_keep_their_bytes() {
    let head = holds_on_phones(BUNDLE_HEAD);
    let file = ["LUMBUNG-TITIPAN 1\n", &bytes(BUNDLE_HEAD), "\n"].concat();
    assert_eq!(String::from_utf8(head_bytes(&head)).unwrap(), file);
    assert_eq!(read_head(file.as_bytes()), Ok((head, file.len())));
    let key = DeviceKey::of_secret("rahasia");
    assert_eq!(
        hex_text(&key.sign_bundle(&[7; 32])),
        "c5b103c86bd42b1510e406242dbd480a3257da11b2db55226c1ffb7c894a159e"
    );

    let text: BundleText = holds(
        r#"{"pushes":[
        {"wire":1,"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},
        "lane":"02020202020202020202020202020202","from":1,"previous":null,"origins":[],"ops":[]}
        ],
        "photos":[{"blob":"2121212121212121212121212121212121212121212121212121212121212121","bytes":180000}],
        "certificate":"LUMBUNG-1 x"}"#,
    );
    assert_eq!(text.photos[0].bytes, 180_000);
    let first = holds::<BundleText>(r#"{"pushes":[],"photos":[]}"#);
    assert_eq!(first.certificate, "");
}

#[test]
fn receipts_of_bundles_keep_their_bytes() {
    let body = r#"{"number":"4821-0937","device":"05050505050505050505050505050505","at":1795000000000,
        "lanes":[
        {"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},
        "lane":"02020202020202020202020202020202","from":1,"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
        "answer":{"result":"accepted","verified":1,"macs":["19191919191919191919191919191919"],"quarantined":[],
        "receipt":{"number":3,"at":1795000000000}}},
        {"partition":{"round":"01010101010101010101010101010101","regency":"53.02"},
        "lane":"12121212121212121212121212121212","from":5,"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
        "answer":{"result":"gap","length":2}}
        ],
        "photos":["2121212121212121212121212121212121212121212121212121212121212121"]}"#;
    let receipt = holds_on_phones(body);
    let key = DeviceKey::of_secret("rahasia");
    let signature = "ea7a6d4dd4f2868610be4c3499dbd957672f1a2dc6390b3b8d6a3227e45e983a";
    let file = format!("LUMBUNG-TANDA-TERIMA 1\n{}\n{signature}\n", bytes(body));
    assert_eq!(receipt_text(&receipt, &key), file);
    assert_eq!(read_receipt(&file, &key), Ok(receipt));

    let opened: BundleOpened = holds(
        r#"{"number":"4821-0937","name":"Ani","villages":[["53.21.03.2003","Weoé"]],"answers":412,"fresh":400,
        "aside":[["round_closed",2]],"photos":2,"photos_refused":0,"refused":"lanes_full","receipt":"x"}"#,
    );
    assert_eq!(opened.refused.as_deref(), Some("lanes_full"));
}
