//! Points in time and calendar dates, as plain numbers.
//!
//! Always: a `Date` exists in the proleptic Gregorian calendar, years 1 to 9999.
//! Never: reads a clock or knows the local time zone; both are arguments.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since 1970-01-01T00:00Z on somebody's wall clock: evidence, never an order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

pub const MINUTE_MS: i64 = 60_000;
pub const DAY_MS: i64 = 86_400_000;

/// A wall clock and the zone it stood in: what `now()` and `today()` are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub wall: Millis,
    /// Minutes east of UTC: WIB 420, WITA 480, WIT 540.
    pub zone_minutes: i16,
}

impl Moment {
    /// The local calendar date.
    pub fn date(self) -> Date {
        Date::from_days(self.local_ms().div_euclid(DAY_MS))
    }

    /// Milliseconds since local midnight.
    pub fn of_day_ms(self) -> i64 {
        self.local_ms().rem_euclid(DAY_MS)
    }

    fn local_ms(self) -> i64 {
        self.wall
            .0
            .saturating_add(i64::from(self.zone_minutes) * MINUTE_MS)
    }
}

/// A calendar date, kept as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    days: i64,
}

const DAYS_MIN: i64 = -719_162;
const DAYS_MAX: i64 = 2_932_896;

impl Date {
    /// The date that many days after 1970-01-01, held within the years 1 to 9999.
    pub fn from_days(days: i64) -> Date {
        Date {
            days: days.clamp(DAYS_MIN, DAYS_MAX),
        }
    }

    /// The date of these numbers, if the calendar has it.
    pub fn from_calendar(year: i64, month: u8, day: u8) -> Option<Date> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        // Days from civil, after Howard Hinnant's public-domain chrono paper.
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let month_from_march = i64::from((month + 9) % 12);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let date = Date {
            days: era * 146_097 + day_of_era - 719_468,
        };
        (date.calendar() == (year, month, day)).then_some(date)
    }

    pub fn days(self) -> i64 {
        self.days
    }

    /// Year, month and day of the month.
    pub fn calendar(self) -> (i64, u8, u8) {
        let shifted = self.days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8;
        let month = (if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        }) as u8;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.calendar();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateError {
    pub text: String,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a date; write year-month-day, such as 2026-11-21",
            self.text
        )
    }
}

impl std::error::Error for DateError {}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        parse_date(text).ok_or_else(|| DateError {
            text: text.chars().take(40).collect(),
        })
    }
}

fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !text.is_ascii() {
        return None;
    }
    let number = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse::<i64>().ok())
            .flatten()
    };
    let month = u8::try_from(number(&text[5..7])?).ok()?;
    let day = u8::try_from(number(&text[8..10])?).ok()?;
    Date::from_calendar(number(&text[..4])?, month, day)
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, days: i64) {
        let date: Date = text.parse().unwrap();
        assert_eq!(date.days(), days, "{text}");
        assert_eq!(date.to_string(), text);
    }

    #[test]
    fn dates_count_days_from_1970() {
        check("1970-01-01", 0);
        check("1969-12-31", -1);
        check("2000-02-29", 11_016);
        check("2026-11-21", 20_778);
        check("0001-01-01", DAYS_MIN);
        check("9999-12-31", DAYS_MAX);
    }

    #[test]
    fn dates_that_no_calendar_has_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "21-11-2026",
            "2026-1-1",
            "0000-01-01",
            "2026-11-2é",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn local_date_follows_the_zone() {
        // 2026-11-20T23:30Z is already the 21st in WIB.
        let wall = Millis(20_777 * DAY_MS + 23 * 3_600_000 + 30 * MINUTE_MS);
        assert_eq!(
            Moment {
                wall,
                zone_minutes: 0
            }
            .date()
            .to_string(),
            "2026-11-20"
        );
        assert_eq!(
            Moment {
                wall,
                zone_minutes: 420
            }
            .date()
            .to_string(),
            "2026-11-21"
        );
    }

    proptest::proptest! {
        #[test]
        fn every_day_reads_back(days in DAYS_MIN..=DAYS_MAX) {
            let date = Date::from_days(days);
            proptest::prop_assert_eq!(date.to_string().parse::<Date>(), Ok(date));
        }
    }
}
