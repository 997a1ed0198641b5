//! From decimal digits to the nearest double, and back to the fewest digits that mean it.
//!
//! Always: the same as the standard library; the tests hold the two against each other.
//! Never: carries a table; the standard library's reader and writer weigh twenty kilobytes that no compression makes
//! smaller, and a phone loads them to read and write `1240.5`.

use std::cmp::Ordering;

/// Digits beyond these only tell whether something follows.
const DIGITS_MAX: usize = 800;
/// Whole numbers below 2^53 are exact.
const EXACT_DIGITS: usize = 15;
/// Powers of ten up to this one are exact.
const EXACT_POWER: i32 = 22;
/// Bits of the quotient: 53 that are kept, and some that decide the rounding.
const QUOTIENT_BITS: i32 = 56;

/// Reads an optional minus, digits and an optional full stop with digits around it; `None` for all else.
pub fn double_of(text: &str) -> Option<f64> {
    let (sign, plain) = match text.strip_prefix('-') {
        Some(plain) => (-1.0, plain),
        None => (1.0, text),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits: Vec<u8> = whole
        .bytes()
        .chain(fraction.bytes())
        .map(|byte| byte.wrapping_sub(b'0'))
        .collect();
    if digits.is_empty() || digits.iter().any(|&digit| 9 < digit) {
        return None;
    }
    Some(sign * double_of_digits(&digits, -(fraction.len() as i32)))
}

/// Digits that tell any two doubles apart.
const SHORTEST_DIGITS_MAX: usize = 17;

/// The fewest digits that read as this double, without an exponent: `1240.5`, `-0.001`.
///
/// # Panics
/// For what is no finite number.
pub fn double_text(double: f64) -> String {
    assert!(double.is_finite(), "digits are those of a number");
    let size = double.abs();
    let (digits, point) = shortest(size);
    let mut text = String::new();
    if double < 0.0 {
        text.push('-');
    }
    let whole = usize::try_from(point).unwrap_or(0);
    if whole == 0 {
        text.push('0');
    }
    let digit = |place: usize| char::from(b'0' + digits.get(place).copied().unwrap_or(0));
    text.extend((0..whole).map(digit));
    if whole < digits.len() {
        text.push('.');
        let zeros = usize::try_from(-point).unwrap_or(0);
        text.extend(std::iter::repeat_n('0', zeros));
        text.extend((whole..digits.len()).map(digit));
    }
    text
}

/// Digits without zeros at their ends, and how many of them stand before the point.
fn shortest(size: f64) -> (Vec<u8>, i32) {
    let (exact, point) = exact_digits(size);
    for count in 1..exact.len().min(SHORTEST_DIGITS_MAX) {
        let (digits, point) = rounded_digits(&exact, point, count);
        if double_of_digits(&digits, point - digits.len() as i32) == size {
            return (digits, point);
        }
    }
    rounded_digits(&exact, point, SHORTEST_DIGITS_MAX)
}

/// All digits of a double: its whole number of 53 bits, doubled or halved in decimal as often as its exponent says.
fn exact_digits(size: f64) -> (Vec<u8>, i32) {
    let bits = size.to_bits();
    let (fraction, exponent) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
    let (whole, exponent) = match exponent {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, exponent - 1075),
    };
    let mut digits: Vec<u8> = whole.to_string().bytes().map(|byte| byte - b'0').collect();
    let mut point = digits.len() as i32;
    for _ in 0..exponent {
        let mut carry = 0;
        for digit in digits.iter_mut().rev() {
            let doubled = *digit * 2 + carry;
            (*digit, carry) = (doubled % 10, doubled / 10);
        }
        if carry != 0 {
            digits.insert(0, carry);
            point += 1;
        }
    }
    for _ in exponent..0 {
        let mut carry = 0;
        for digit in &mut digits {
            let size = carry * 10 + *digit;
            (*digit, carry) = (size / 2, size % 2);
        }
        if carry != 0 {
            digits.push(5);
        }
    }
    let leading = digits.iter().take_while(|&&digit| digit == 0).count();
    digits.drain(..leading);
    (without_zeros(digits), point - leading as i32)
}

/// The nearest number with so many digits; of two equally near ones the even.
fn rounded_digits(exact: &[u8], mut point: i32, count: usize) -> (Vec<u8>, i32) {
    let mut digits = exact[..count.min(exact.len())].to_vec();
    let rest = exact.get(count..).unwrap_or_default();
    let is_odd = digits.last().is_some_and(|last| last % 2 == 1);
    let is_up = match rest {
        [] => false,
        [5] => is_odd,
        [first, ..] => 5 <= *first,
    };
    if is_up {
        while let Some(9) = digits.last() {
            digits.pop();
        }
        match digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                digits.push(1);
                point += 1;
            }
        }
    }
    (without_zeros(digits), point)
}

fn without_zeros(mut digits: Vec<u8>) -> Vec<u8> {
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits
}

/// The double nearest to `digits * 10^exponent`; ties go to the even one.
pub fn double_of_digits(digits: &[u8], exponent: i32) -> f64 {
    let leading = digits.iter().take_while(|&&digit| digit == 0).count();
    let digits = &digits[leading..];
    let trailing = digits.iter().rev().take_while(|&&digit| digit == 0).count();
    let digits = &digits[..digits.len() - trailing];
    let exponent = exponent.saturating_add(trailing as i32);
    let magnitude = exponent.saturating_add(digits.len() as i32);
    if digits.is_empty() || magnitude < -330 {
        return 0.0;
    }
    if 310 < magnitude {
        return f64::INFINITY;
    }
    if digits.len() <= EXACT_DIGITS && exponent.abs() <= EXACT_POWER {
        let whole = digits
            .iter()
            .fold(0_u64, |sum, &digit| sum * 10 + u64::from(digit)) as f64;
        let power = (0..exponent.abs()).fold(1.0, |power, _| power * 10.0);
        return match exponent < 0 {
            true => whole / power,
            false => whole * power,
        };
    }
    quotient(digits, exponent)
}

/// The same by whole numbers of any length.
fn quotient(digits: &[u8], exponent: i32) -> f64 {
    let kept = &digits[..digits.len().min(DIGITS_MAX)];
    let mut numerator = Large::default();
    for &digit in kept {
        numerator.multiply_add(10, u32::from(digit));
    }
    let mut exponent = exponent + (digits.len() - kept.len()) as i32;
    if kept.len() < digits.len() {
        // Something follows: enough to tell a tie from what is above it.
        numerator.multiply_add(10, 1);
        exponent -= 1;
    }
    let mut denominator = Large(vec![1]);
    for _ in 0..exponent.abs() {
        match exponent < 0 {
            true => denominator.multiply_add(10, 0),
            false => numerator.multiply_add(10, 0),
        }
    }
    // Brought to where the quotient has `QUOTIENT_BITS` bits, or one less.
    let shift = QUOTIENT_BITS - (numerator.bits() - denominator.bits());
    match 0 < shift {
        true => numerator.shift_left(shift as u32),
        false => denominator.shift_left(shift.unsigned_abs()),
    }
    let mut bits = 0_u64;
    denominator.shift_left(QUOTIENT_BITS as u32);
    for _ in 0..=QUOTIENT_BITS {
        bits <<= 1;
        if numerator.compare(&denominator) != Ordering::Less {
            numerator.subtract(&denominator);
            bits |= 1;
        }
        denominator.halve();
    }
    rounded(bits, -shift, !numerator.0.is_empty())
}

/// `bits * 2^exponent`, and a little more if something is `left`, as a double.
fn rounded(bits: u64, exponent: i32, left: bool) -> f64 {
    let length = 64 - bits.leading_zeros() as i32;
    let top = length - 1 + exponent;
    let precision = if top < -1022 { 53 - (-1022 - top) } else { 53 };
    let dropped = length - precision.max(0);
    let (kept, rest) = (bits >> dropped, bits & ((1 << dropped) - 1));
    let half = 1_u64 << (dropped - 1);
    let is_up = match rest.cmp(&half) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => left || kept % 2 == 1,
    };
    let kept = (kept + u64::from(is_up)) as f64;
    // Each step is exact: what is left over was rounded away already.
    let mut exponent = exponent + dropped;
    let mut double = kept;
    while exponent < -1000 {
        double *= power_of_two(-1000);
        exponent += 1000;
    }
    double * power_of_two(exponent.min(1000)) * power_of_two((exponent - 1000).clamp(0, 1000))
}

/// For exponents from -1022 to 1023.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// A whole number in 32-bit pieces, the least first, without zeros at the end.
#[derive(Default)]
struct Large(Vec<u32>);

impl Large {
    fn multiply_add(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for piece in &mut self.0 {
            let product = u64::from(*piece) * u64::from(factor) + carry;
            *piece = product as u32;
            carry = product >> 32;
        }
        if carry != 0 {
            self.0.push(carry as u32);
        }
    }

    fn bits(&self) -> i32 {
        let last = self.0.last().map_or(0, |last| 32 - last.leading_zeros());
        (self.0.len().max(1) as i32 - 1) * 32 + last as i32
    }

    fn shift_left(&mut self, by: u32) {
        self.multiply_add(1 << (by % 32), 0);
        let zeros = std::iter::repeat_n(0, by as usize / 32);
        self.0.splice(..0, zeros);
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for piece in self.0.iter_mut().rev() {
            let low = *piece << 31;
            *piece = *piece >> 1 | carry;
            carry = low;
        }
        self.trim();
    }

    fn compare(&self, other: &Large) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// `other` is not greater.
    fn subtract(&mut self, other: &Large) {
        let mut borrow = 0;
        for (place, piece) in self.0.iter_mut().enumerate() {
            let less = i64::from(other.0.get(place).copied().unwrap_or(0)) + borrow;
            let difference = i64::from(*piece) - less;
            borrow = i64::from(difference < 0);
            *piece = difference as u32;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agrees(text: &str) {
        let ours = double_of(text).map(f64::to_bits);
        assert_eq!(
            ours,
            text.parse().ok().map(f64::to_bits),
            "{text} is {:?}",
            text.parse::<f64>()
        );
    }

    #[test]
    fn hard_cases_are_read_as_the_standard_library_reads_them() {
        for text in [
            "0",
            "-0",
            "1240.5",
            "0.1",
            "9007199254740993",
            "9007199254740992.5",
            "5.",
            ".5",
            "17976931348623157000000000000000000000000000000",
            "2.2250738585072011",
        ] {
            agrees(text);
        }
        for exponent in [
            -340, -324, -323, -310, -308, -290, -30, 0, 40, 290, 300, 308,
        ] {
            for digits in [
                "1",
                "49406564584124654",
                "17976931348623157",
                "17976931348623159",
                "22250738585072011",
                "22250738585072014",
                "9007199254740993",
            ] {
                let places: Vec<u8> = digits.bytes().map(|byte| byte - b'0').collect();
                let theirs: f64 = format!("{digits}e{exponent}").parse().unwrap();
                let ours = double_of_digits(&places, exponent);
                assert_eq!(ours.to_bits(), theirs.to_bits(), "{digits}e{exponent}");
            }
        }
        // A tie that only the last of a thousand digits decides.
        agrees(&format!("9007199254740993.{}1", "0".repeat(1_000)));
        agrees(&format!("9007199254740993.{}", "0".repeat(1_000)));
        for text in ["", "-", "1e3", "1.2.3", " 1", "+1", "１"] {
            assert_eq!(double_of(text), None, "{text}");
        }
    }

    /// Whether the double stands in the middle between two shortest texts: the library takes the greater one,
    /// JavaScript and Python, like ours, the even one, and both read back.
    fn is_tie(double: f64, ours: &str) -> bool {
        let digits = |text: &str| {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.trim_matches('0').to_owned()
        };
        let shortest = digits(ours).len().max(digits(&double.to_string()).len());
        let exact = digits(&format!("{double:.1100}"));
        exact.ends_with('5') && exact.len() == shortest + 1
    }

    #[test]
    fn of_two_shortest_texts_that_are_equally_near_the_even_one_is_written() {
        // 2063817670617709.25
        let double = f64::from_bits(4_836_114_071_223_642_549);
        assert_eq!(double_text(double), "2063817670617709.2");
        assert_eq!(double_of("2063817670617709.2"), Some(double));
        assert_eq!(double_of("2063817670617709.3"), Some(double));
        assert!(is_tie(double, "2063817670617709.2"));
        assert!(!is_tie(0.3, "0.3"));
    }

    proptest! {
        #[test]
        fn any_decimal_is_read_as_the_standard_library_reads_it(
            text in "-?[0-9]{1,40}(\\.[0-9]{0,40})?",
        ) {
            agrees(&text);
        }

        #[test]
        fn any_double_is_found_again(bits in any::<u64>()) {
            let double = f64::from_bits(bits);
            prop_assume!(double.is_finite());
            agrees(&double.to_string());
        }

        #[test]
        fn any_double_is_written_as_the_library_does(bits in any::<u64>(), small in any::<i32>(), cut in 0..12) {
            for double in [f64::from_bits(bits), f64::from(small) / 10_f64.powi(cut), f64::from(small) / 3.0] {
                prop_assume!(double.is_finite());
                // The library takes the nearer bound of a power of two; ours reads as the same number.
                let is_power = double.to_bits().trailing_zeros() == 52;
                let ours = double_text(double);
                prop_assert_eq!(double_of(&ours).map(f64::to_bits), Some((double + 0.0).to_bits()));
                let is_same = ours == (double + 0.0).to_string();
                prop_assert!(is_power || is_same || is_tie(double, &ours), "{} {}", ours, double);
            }
        }

        #[test]
        fn any_digits_and_exponent_agree(
            digits in prop::collection::vec(0_u8..10, 1..30), exponent in -360_i32..320,
        ) {
            let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            let theirs: f64 = format!("{text}e{exponent}").parse().unwrap();
            prop_assert_eq!(double_of_digits(&digits, exponent).to_bits(), theirs.to_bits());
        }
    }
}
