//! The exponential function of many numbers at once.
//!
//! Always: the same bits on every machine, within two units of the last place; one operation after the
//! other without branches, so that the compiler takes several numbers at a time.
//! Never: gives NaN for a number: too small is 0, too large is infinite.

const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts, of which the first has so few digits that its multiples are exact (fdlibm).
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Adding it leaves the nearest whole number in the lowest bits.
const TO_WHOLE: f64 = 6_755_399_441_055_744.0;
const LEAST: f64 = -708.0;
const MOST: f64 = 709.0;
/// 1/n! from n = 13 down to 2: with |r| ≤ ln(2)/2 the rest of the series is below the last place.
const INVERSE_FACTORIALS: [f64; 12] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    1.0 / 2.0,
];

/// e to the power of each of `powers`; both lists have one length.
pub(super) fn exp_all(powers: &[f64], out: &mut [f64]) {
    for (out, power) in out.iter_mut().zip(powers) {
        *out = exp(*power);
    }
}

#[inline]
pub(super) fn exp(power: f64) -> f64 {
    let x = if power < LEAST { LEAST } else { power };
    let x = if MOST < x { MOST } else { x };
    let shifted = x * LOG2_E + TO_WHOLE;
    let whole = shifted - TO_WHOLE;
    let r = (x - whole * LN2_HIGH) - whole * LN2_LOW;
    let mut series = INVERSE_FACTORIALS[0];
    for factor in &INVERSE_FACTORIALS[1..] {
        series = series * r + factor;
    }
    let near_one = 1.0 + (r + r * r * series);
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    let value = near_one * scale;
    let value = if power < LEAST { 0.0 } else { value };
    if MOST < power { f64::INFINITY } else { value }
}

#[cfg(test)]
mod tests;
