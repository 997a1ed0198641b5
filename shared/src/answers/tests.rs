use super::*;
use crate::ids::{
    AccountId, BlobId, BootId, CaseId, DeviceId, OpId, QuestionnaireId, Role, RoundId, VisitId,
};
use crate::time::Millis;

fn body(change: Change) -> OpBody {
    OpBody {
        case: CaseId {
            round: RoundId([1; 16]),
            region: "53.21.03.2003".parse().unwrap(),
        },
        path: "/c_tenun/c_penenun".parse().unwrap(),
        change,
        source: None,
        seen: vec![OpId([2; 16]), OpId([3; 16])],
        lamport: 4,
        written: Evidence {
            wall: Millis(1_795_000_000_000),
            zone_minutes: 480,
            monotonic_ms: 12_345,
            boot: BootId([4; 16]),
            visit: VisitId([5; 16]),
        },
        author: AccountId([6; 16]),
        role: Role::Enumerator,
        device: DeviceId([7; 16]),
        counter: 9,
        questionnaire: QuestionnaireId([8; 16]),
        app_version: "0.1.0".to_owned(),
    }
}

fn check(change: Change, id: &str) {
    assert_eq!(Op::new(body(change)).id().to_string(), id);
}

#[test]
fn op_ids_are_frozen() {
    check(
        Change::Set(Value::Integer(84)),
        "bf6046bd2438312e2fda4be545cd7e59",
    );
    check(
        Change::Set(Value::Text("é".to_owned())),
        "d6cd89009960b4ed002a4c8f0c7212d7",
    );
    check(Change::Unknown, "70d5a88a7bccfad1f8ecd09f8337cbe9");
    check(Change::AddRow, "908ce9b542757c500a6763c076232c27");
    check(
        Change::Review(Review::Return {
            digest: crate::ids::Digest([1; 16]),
            questions: vec!["/a/b".parse().unwrap()],
            reason: "periksa lagi".to_owned(),
        }),
        "f68d708d9c40498a2418d5e3857a8494",
    );
}

#[test]
fn every_field_changes_the_name() {
    let original = body(Change::Set(Value::Integer(84)));
    let id = Op::new(original.clone()).id();
    let edits: [fn(&mut OpBody); 14] = [
        |b| b.case.round = RoundId([9; 16]),
        |b| b.case.region = "53.21.03.2004".parse().unwrap(),
        |b| b.path = "/c_tenun/c_kelompok".parse().unwrap(),
        |b| b.change = Change::Set(Value::Integer(85)),
        |b| b.source = Some("profil desa".to_owned()),
        |b| b.seen.truncate(1),
        |b| b.lamport = 5,
        |b| b.written.wall.0 += 1,
        |b| b.written.zone_minutes = 420,
        |b| b.written.monotonic_ms += 1,
        |b| b.author = AccountId([9; 16]),
        |b| b.role = Role::Supervisor,
        |b| b.counter = 10,
        |b| b.app_version = "0.1.1".to_owned(),
    ];
    for (index, edit) in edits.iter().enumerate() {
        let mut changed = original.clone();
        edit(&mut changed);
        assert_ne!(Op::new(changed).id(), id, "edit {index}");
    }
}

#[test]
fn decimals_are_normalised() {
    for (text, normal) in [
        ("0", "0"),
        ("-0.0", "0"),
        ("007.50", "7.5"),
        ("-12.340", "-12.34"),
        ("0.10", "0.1"),
    ] {
        assert_eq!(Decimal::parse(text).unwrap().as_str(), normal, "{text}");
    }
    for text in [
        "", "-", ".5", "5.", "1e3", "+1", "1,5", "1 ", "nan", "1.2.3", "--1",
    ] {
        assert_eq!(Decimal::parse(text), None, "{text}");
    }
    assert!(
        serde_json::from_str::<Decimal>("\"1.50\"").is_err(),
        "not canonical"
    );
}

#[test]
fn lexical_forms_are_those_of_xforms() {
    let point = Point {
        latitude_e7: -95_712_345,
        longitude_e7: 1_248_100_000,
        altitude_cm: 0,
        accuracy_cm: 650,
    };
    let at = DateTime {
        wall_ms: 1_795_000_000_000,
        zone_minutes: 480,
    };
    for (value, text) in [
        (Value::Point(point), "-9.5712345 124.81 0 6.5"),
        (Value::DateTime(at), "2026-11-18T19:06:40.000+08:00"),
        (Value::Choices(vec!["a".into(), "b".into()]), "a b"),
        (Value::Time(3_661_001), "01:01:01.001"),
    ] {
        assert_eq!(value.lexical(), text);
    }
}

#[test]
fn values_have_one_json_form() {
    let file = File {
        blob: BlobId([1; 32]),
        bytes: 10,
        media_type: "image/jpeg".into(),
        name: "a.jpg".into(),
    };
    for value in [
        Value::Integer(-3),
        Value::Decimal(Decimal::parse("1.5").unwrap()),
        Value::Date("2026-11-21".parse().unwrap()),
        Value::File(file),
    ] {
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&json).unwrap(),
            value,
            "{json}"
        );
    }
    assert_eq!(
        serde_json::to_string(&Answer::Value(Value::Integer(3))).unwrap(),
        r#"{"value":{"integer":3}}"#
    );
    assert_eq!(
        serde_json::to_string(&Answer::Unknown).unwrap(),
        r#""unknown""#
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_decimal_or_not(text in "[-0-9.]{0,40}") {
        if let Some(decimal) = Decimal::parse(&text) {
            proptest::prop_assert_eq!(Decimal::parse(decimal.as_str()), Some(decimal.clone()));
            proptest::prop_assert!(decimal.to_f64().is_finite());
        }
    }
}
