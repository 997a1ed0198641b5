//! Dates in expressions: days since 1970-01-01T00:00Z, with the time as a fraction.
//!
//! Always: a date without a time is midnight of the zone that the caller stands in.
//! Never: reads a clock.

use crate::time::{DAY_MS, Date, MINUTE_MS, Millis, Moment};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// Reads `2026-11-21`, also with one digit, and with a time and a zone behind a `T`.
pub(super) fn days_of_text(text: &str, zone_minutes: i16) -> Option<f64> {
    let text = text.trim();
    // Quick refusal: most texts are not dates.
    if !text.as_bytes().first()?.is_ascii_digit() || !text.contains('-') {
        return None;
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut numbers = date.split('-');
    let year = digits(numbers.next()?, 4, 4)?;
    let month = digits(numbers.next()?, 1, 2)?;
    let day = digits(numbers.next()?, 1, 2)?;
    if numbers.next().is_some() {
        return None;
    }
    let date = Date::from_calendar(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    let (ms, zone) = match time {
        None => (0, i64::from(zone_minutes)),
        Some(time) => time_and_zone(time, zone_minutes)?,
    };
    Some((date.days() * DAY_MS + ms - zone * MINUTE_MS) as f64 / DAY_MS as f64)
}

/// Reads `2026-11-21T08:30:00+07:00`; a time without a zone is no moment.
pub fn moment_of_text(text: &str) -> Option<Moment> {
    let (date, time) = text.trim().split_once('T')?;
    let date: Date = date.parse().ok()?;
    let cut = time.find(['Z', '+', '-'])?;
    let (ms, zone) = time_and_zone(time, 0)?;
    let zone_minutes = i16::try_from(zone)
        .ok()
        .filter(|zone| zone.abs() <= 24 * 60)?;
    (0 < cut).then_some(Moment {
        wall: Millis(date.days() * DAY_MS + ms - zone * MINUTE_MS),
        zone_minutes,
    })
}

/// Reads `08:30:15.250+07:00`: milliseconds since midnight and minutes east of UTC.
fn time_and_zone(text: &str, zone_minutes: i16) -> Option<(i64, i64)> {
    let cut = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(cut);
    let zone = match zone {
        "" => i64::from(zone_minutes),
        "Z" => 0,
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let zone = &zone[1..];
            let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "00"));
            sign * (digits(hours, 2, 2)? * 60 + digits(minutes, 2, 2)?)
        }
    };
    Some((clock_ms(clock)?, zone))
}

/// Reads `08:30`, `08:30:15` or `08:30:15.25` as milliseconds since midnight.
pub(super) fn clock_ms(text: &str) -> Option<i64> {
    let mut numbers = text.split(':');
    let hours = digits(numbers.next()?, 1, 2)?;
    let minutes = digits(numbers.next()?, 2, 2)?;
    let seconds = numbers.next().unwrap_or("00");
    if numbers.next().is_some() {
        return None;
    }
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let seconds = digits(seconds, 2, 2)?;
    digits(fraction, 1, 9)?;
    let ms: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let valid = hours <= 24 && minutes < 60 && seconds < 61;
    valid.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + ms)
}

fn digits(text: &str, least: usize, most: usize) -> Option<i64> {
    let fits = least <= text.len() && text.len() <= most;
    if !fits || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn moment(days: f64, zone_minutes: i16) -> Moment {
    Moment {
        wall: Millis((days * DAY_MS as f64).round() as i64),
        zone_minutes,
    }
}

/// The date alone at local midnight, else with time and zone; what is no date says so.
pub(super) fn text(days: f64, zone_minutes: i16) -> String {
    if !days.is_finite() {
        return "Invalid Date".to_owned();
    }
    let moment = moment(days, zone_minutes);
    if moment.of_day_ms() == 0 {
        return moment.date().to_string();
    }
    text_with_time(days, zone_minutes)
}

pub(super) fn text_with_time(days: f64, zone_minutes: i16) -> String {
    let moment = moment(days, zone_minutes);
    let ms = moment.of_day_ms();
    let sign = if zone_minutes < 0 { '-' } else { '+' };
    let zone = zone_minutes.unsigned_abs();
    format!(
        "{}T{:02}:{:02}:{:02}.{:03}{sign}{:02}:{:02}",
        moment.date(),
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000,
        zone / 60,
        zone % 60
    )
}

/// Local midnight of a moment.
pub(super) fn today(moment: Moment) -> f64 {
    let midnight = moment.date().days() * DAY_MS - i64::from(moment.zone_minutes) * MINUTE_MS;
    midnight as f64 / DAY_MS as f64
}

/// Writes a date after a pattern such as `%d-%m-%Y %H:%M`; nothing for what is no date.
pub(super) fn formatted(days: f64, zone_minutes: i16, pattern: &str) -> String {
    if !days.is_finite() {
        return String::new();
    }
    let moment = moment(days, zone_minutes);
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some(directive) => field(&mut out, moment, directive),
            None => out.push('%'),
        }
    }
    out
}

fn field(out: &mut String, moment: Moment, directive: char) {
    let (year, month, day) = moment.date().calendar();
    let ms = moment.of_day_ms();
    let month_name = MONTHS[usize::from(month - 1)];
    let weekday = WEEKDAYS[(moment.date().days() + 4).rem_euclid(7) as usize];
    match directive {
        'Y' => out.push_str(&format!("{year:04}")),
        'y' => out.push_str(&format!("{:02}", year % 100)),
        'm' => out.push_str(&format!("{month:02}")),
        'n' => out.push_str(&month.to_string()),
        'b' => out.push_str(month_name),
        'd' => out.push_str(&format!("{day:02}")),
        'e' => out.push_str(&day.to_string()),
        'H' => out.push_str(&format!("{:02}", ms / 3_600_000)),
        'h' => out.push_str(&(ms / 3_600_000).to_string()),
        'M' => out.push_str(&format!("{:02}", ms / 60_000 % 60)),
        'S' => out.push_str(&format!("{:02}", ms / 1000 % 60)),
        '3' => out.push_str(&format!("{:03}", ms % 1000)),
        'a' => out.push_str(weekday),
        '%' => out.push('%'),
        other => {
            out.push('%');
            out.push(other);
        }
    }
}
