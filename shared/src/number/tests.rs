//! Numbers and what is written for them.

use super::*;

#[test]
fn numbers_are_shown_the_indonesian_way() {
    assert_eq!(integer_text(0), "0");
    assert_eq!(integer_text(999), "999");
    assert_eq!(integer_text(-1_240_000), "−1.240.000");
    assert_eq!(decimal_text(&Decimal::parse("1240.5").unwrap()), "1.240,5");
    assert_eq!(share_text(684), "68,4%");
    assert_eq!(share_text(1000), "100%");
}
