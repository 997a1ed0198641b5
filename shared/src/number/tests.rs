//! What was typed, and what it is taken for.

use super::*;

fn check(text: &str, kind: NumberKind, expect: &str) {
    let shown = match parse_typed(text, kind) {
        Typed::Empty => "empty".to_owned(),
        Typed::Number(number) => number.as_str().to_owned(),
        Typed::Ambiguous {
            thousands,
            fraction,
        } => format!("{} or {}", thousands.as_str(), fraction.as_str()),
        Typed::Wrong => "wrong".to_owned(),
    };
    assert_eq!(shown, expect, "{text:?} as {kind:?}");
}

#[test]
fn integers_take_grouping_stops_and_nothing_else() {
    check("", NumberKind::Integer, "empty");
    check("1240", NumberKind::Integer, "1240");
    check("1.240", NumberKind::Integer, "1240");
    check(" 1 240 ", NumberKind::Integer, "1240");
    check("-1.240.000", NumberKind::Integer, "-1240000");
    check("1.24", NumberKind::Integer, "wrong");
    check("1240,5", NumberKind::Integer, "wrong");
    check("dua", NumberKind::Integer, "wrong");
    check("-", NumberKind::Integer, "wrong");
    check(".", NumberKind::Integer, "wrong");
}

#[test]
fn decimals_ask_what_a_single_stop_meant() {
    check("142,5", NumberKind::Decimal, "142.5");
    check("1.240,5", NumberKind::Decimal, "1240.5");
    check("1240", NumberKind::Decimal, "1240");
    check("1.240", NumberKind::Decimal, "1240 or 1.24");
    check("12.5", NumberKind::Decimal, "125 or 12.5");
    check("1.240.000", NumberKind::Decimal, "1240000");
    check("1,5,5", NumberKind::Decimal, "wrong");
    check("1,", NumberKind::Decimal, "wrong");
    check(",5", NumberKind::Decimal, "wrong");
}

#[test]
fn numbers_are_shown_the_indonesian_way() {
    assert_eq!(integer_text(0), "0");
    assert_eq!(integer_text(999), "999");
    assert_eq!(integer_text(-1_240_000), "−1.240.000");
    assert_eq!(decimal_text(&Decimal::parse("1240.5").unwrap()), "1.240,5");
    assert_eq!(share_text(684), "68,4%");
    assert_eq!(share_text(1000), "100%");
}
