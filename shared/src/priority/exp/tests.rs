use super::exp;
use proptest::prelude::{prop_assert, proptest};

/// How many steps of the last place two numbers lie apart.
fn apart(one: f64, two: f64) -> u64 {
    one.to_bits().abs_diff(two.to_bits())
}

#[test]
fn known_values_and_edges() {
    assert_eq!(exp(0.0), 1.0);
    assert_eq!(exp(f64::NEG_INFINITY), 0.0);
    assert_eq!(exp(f64::INFINITY), f64::INFINITY);
    assert_eq!(exp(-1000.0), 0.0);
    assert!(exp(f64::NAN).is_nan());
    for power in [1.0, -1.0, 4.605_170_185_988_092, 700.0, -700.0, 1e-300] {
        assert!(apart(exp(power), libm::exp(power)) <= 2, "{power}");
    }
}

proptest! {
    #[test]
    fn agrees_with_libm(power in -700.0_f64..700.0) {
        prop_assert!(apart(exp(power), libm::exp(power)) <= 2, "{power}");
    }
}
