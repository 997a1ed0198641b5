use super::*;

fn decimal_of(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn check(kind: Kind, text: &str, expect: Result<Value, TypedProblem>) {
    assert_eq!(parse_typed(kind, text), expect, "{text:?}");
}

fn ask(as_thousands: Option<&str>, as_decimal: Option<&str>) -> Result<Value, TypedProblem> {
    Err(TypedProblem::AskFullStop {
        as_thousands: as_thousands.map(decimal_of),
        as_decimal: as_decimal.map(decimal_of),
    })
}

#[test]
fn whole_numbers_take_separators_between_groups_of_three() {
    for (text, number) in [
        ("1.240", 1240),
        ("1240", 1240),
        ("-1.240", -1240),
        ("1 240 000", 1_240_000),
        ("12,00", 12),
        (" 7 ", 7),
    ] {
        check(Kind::Integer, text, Ok(Value::Integer(number)));
    }
    for text in ["1.24", "12.40.000", "1..240", "abc", "1.2400", "-", "."] {
        check(Kind::Integer, text, Err(TypedProblem::NotANumber));
    }
    check(Kind::Integer, "1,5", Err(TypedProblem::NotWhole));
    check(
        Kind::Integer,
        "99999999999999999999",
        Err(TypedProblem::TooLarge),
    );
    // A number that JavaScript would round is refused while it is typed, not when it is stored.
    check(
        Kind::Integer,
        "9007199254740992",
        Err(TypedProblem::TooLarge),
    );
    check(Kind::Integer, "", Err(TypedProblem::Empty));
}

#[test]
fn a_full_stop_in_a_decimal_is_asked_about() {
    let value = |text| Ok(Value::Decimal(decimal_of(text)));
    check(Kind::Decimal, "1.240,5", value("1240.5"));
    check(Kind::Decimal, ",5", value("0.5"));
    check(Kind::Decimal, "1240", value("1240"));
    check(Kind::Decimal, "1.240.000", value("1240000"));
    check(Kind::Decimal, "1.240", ask(Some("1240"), Some("1.24")));
    check(Kind::Decimal, "1.5", ask(None, Some("1.5")));
    check(Kind::Decimal, "1.5.5", Err(TypedProblem::NotANumber));
    check(Kind::Decimal, "1,5,5", Err(TypedProblem::NotANumber));
}

#[test]
fn dates_and_times_as_people_write_them() {
    let day = Value::Date("2026-11-21".parse().unwrap());
    for text in ["21-11-2026", "21/11/2026", "21.11.2026", "2026-11-21"] {
        check(Kind::Date, text, Ok(day.clone()));
    }
    for text in ["31-02-2026", "21-11-26", "11/21/2026", "besok"] {
        check(Kind::Date, text, Err(TypedProblem::NotADate));
    }
    check(Kind::Time, "7.30", Ok(Value::Time(27_000_000)));
    check(Kind::Time, "24:00", Err(TypedProblem::NotATime));
    assert_eq!(format_value(&day), "21-11-2026");
}

proptest::proptest! {
    #[test]
    fn what_is_shown_reads_back(number in -1_000_000_000_000_i64..1_000_000_000_000) {
        let value = Value::Integer(number);
        proptest::prop_assert_eq!(parse_typed(Kind::Integer, &format_value(&value)), Ok(value));
    }

    #[test]
    fn decimals_with_a_comma_read_back(whole in -1_000_000_i64..1_000_000, part in 1_u32..1000) {
        let value = Value::Decimal(decimal_of(&format!("{whole}.{part}")));
        proptest::prop_assert_eq!(parse_typed(Kind::Decimal, &format_value(&value)), Ok(value));
    }

    #[test]
    fn any_text_is_a_value_or_a_problem(text in "\\PC{0,30}") {
        for kind in [Kind::Integer, Kind::Decimal, Kind::Date, Kind::Time, Kind::Text] {
            let _ = parse_typed(kind, &text);
        }
    }
}

#[test]
fn a_moment_is_typed_where_the_person_is_and_read_back_the_same() {
    let typed = date_time_typed("2026-11-02T19:30", 480).unwrap();
    assert_eq!(typed.zone_minutes, 480);
    let value = Value::DateTime(typed);
    assert_eq!(value.lexical(), "2026-11-02T19:30:00.000+08:00");
    assert_eq!(format_value(&value), "02-11-2026 19.30");
    for (text, problem) in [
        ("", TypedProblem::Empty),
        ("2026-13-02T19:30", TypedProblem::NotADate),
        ("2026-11-02T25:30", TypedProblem::NotATime),
    ] {
        assert_eq!(date_time_typed(text, 480), Err(problem), "{text:?}");
    }
}

#[test]
fn a_text_is_no_value_where_a_message_could_not_carry_it() {
    let most = WHOLE_MAX.to_string();
    for kind in [Kind::Integer, Kind::Range] {
        assert_eq!(value_of_text(kind, &most), Some(Value::Integer(WHOLE_MAX)));
        assert_eq!(value_of_text(kind, "9007199254740992"), None);
    }
    assert!(value_of_text(Kind::Geopoint, "-8.5 124.25 5 4").is_some());
    assert_eq!(value_of_text(Kind::Geopoint, "9999999999 1"), None);
    assert_eq!(value_of_text(Kind::Geotrace, "1 2; 1 9999999999"), None);
    let points = |count: usize| "1 2;".repeat(count);
    assert!(value_of_text(Kind::Geotrace, &points(2_000)).is_some());
    assert_eq!(value_of_text(Kind::Geotrace, &points(2_001)), None);
    let names = |count: usize| "a ".repeat(count);
    assert!(value_of_text(Kind::SelectMultiple, &names(2_000)).is_some());
    assert_eq!(value_of_text(Kind::SelectMultiple, &names(2_001)), None);
    for kind in [Kind::SelectOne, Kind::Text] {
        assert!(value_of_text(kind, &"a".repeat(20_000)).is_some());
        assert_eq!(value_of_text(kind, &"a".repeat(20_001)), None);
    }
}
