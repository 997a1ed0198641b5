//! Waiting time between attempts to reach the hub.
//!
//! Always: no delay exceeds `RETRY_MS_MAX`; equal arguments give equal delays.
//! Never: reads a clock or sleeps; the driver does both.

/// A quarter of an hour.
pub const RETRY_MS_MAX: u64 = 15 * 60 * 1000;
const RETRY_MS_FIRST: u64 = 2_000;

/// Returns the delay in milliseconds before retry number `attempt`, counted from 1.
///
/// # Panics
/// When `attempt` is 0 or the jitter is above 1000.
pub fn retry_delay(attempt: u32, jitter_permille: u16) -> u64 {
    assert!(0 < attempt, "attempts count from 1");
    assert!(jitter_permille <= 1000, "a permille");
    let doubled = RETRY_MS_FIRST.saturating_mul(1 << (attempt - 1).min(20));
    let capped = doubled.min(RETRY_MS_MAX);
    // Jitter only shortens, so the cap stays a cap.
    capped - capped / 2 * u64::from(jitter_permille) / 1000
}

#[cfg(test)]
mod tests {
    use super::retry_delay;

    #[test]
    fn delays_double_up_to_the_cap() {
        for (attempt, jitter, expect) in [
            (1, 0, 2_000),
            (2, 0, 4_000),
            (u32::MAX, 0, 900_000),
            (10, 1000, 450_000),
        ] {
            assert_eq!(retry_delay(attempt, jitter), expect);
        }
    }
}
