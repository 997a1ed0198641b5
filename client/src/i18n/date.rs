//! Dates and times as each language writes them; numbers are in `shared::number`.
//!
//! Always: the local date and time of the moment that is given.
//! Never: reads a clock.

use shared::time::{Date, Moment};

use super::Texts;

/// `Sel 3 Nov 2026`.
pub fn date_text(date: Date, texts: &Texts) -> String {
    let (year, month, day) = date.calendar();
    // 1970-01-01 was a Thursday.
    let weekday = (date.days() + 4).rem_euclid(7) as usize;
    let month = texts.common.months_short[usize::from(month) - 1];
    format!("{} {day} {month} {year}", texts.common.days_short[weekday])
}

/// `10.42`, local.
pub fn time_text(moment: Moment) -> String {
    let minutes = moment.of_day_ms() / 60_000;
    format!("{:02}.{:02}", minutes / 60, minutes % 60)
}

/// `Sel 3 Nov 2026 10.42`.
pub fn date_time_text(moment: Moment, texts: &Texts) -> String {
    format!("{} {}", date_text(moment.date(), texts), time_text(moment))
}
