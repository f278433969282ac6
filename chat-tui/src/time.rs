//! Days and clocks, in a zone that comes in as data.

use chat_proto::place::Millis;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

fn local(time: Millis, zone: &TimeZone) -> DateTime {
    let time = i64::try_from(time).ok().and_then(|time| Timestamp::from_millisecond(time).ok());
    zone.to_datetime(time.unwrap_or_default())
}

/// `09:12`.
#[must_use]
pub fn clock(time: Millis, zone: &TimeZone) -> String {
    let time = local(time, zone);
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The day.
#[must_use]
pub fn day(time: Millis, zone: &TimeZone) -> Date {
    local(time, zone).date()
}

/// `Thursday, 19 November`, with the year when it is another one.
#[must_use]
pub fn day_in_words(date: Date, today: Date) -> String {
    let year = if date.year() == today.year() { "" } else { " %Y" };
    date.strftime(&format!("%A, %-d %B{year}")).to_string()
}

/// `19 November 09:12`, for lists.
#[must_use]
pub fn moment(time: Millis, zone: &TimeZone) -> String {
    local(time, zone).strftime("%-d %B %H:%M").to_string()
}

/// As short as it can be told: `09:12` today, `18 November 09:12` this year, else with the year.
#[must_use]
pub fn when(time: Millis, now: Millis, zone: &TimeZone) -> String {
    let (then, today) = (local(time, zone), day(now, zone));
    let format = match (then.date() == today, then.year() == today.year()) {
        (true, _) => "%H:%M",
        (false, true) => "%-d %B %H:%M",
        (false, false) => "%-d %B %Y %H:%M",
    };
    then.strftime(format).to_string()
}

/// `2026-11-19 09:12`, for lines that programs sort.
#[must_use]
pub fn stamp(time: Millis, zone: &TimeZone) -> String {
    local(time, zone).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `19 November 2026`, for what was long ago.
#[must_use]
pub fn date(time: Millis, zone: &TimeZone) -> String {
    local(time, zone).strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let time = 1_763_505_120_000; // 2025-11-18 22:32 UTC
        assert_eq!(clock(time, &zone), "07:32");
        let date = day(time, &zone);
        assert_eq!(day_in_words(date, date), "Wednesday, 19 November");
        assert_eq!(day_in_words(date, Date::constant(2026, 1, 1)), "Wednesday, 19 November 2025");
        assert_eq!(moment(time, &zone), "19 November 07:32");
        let later = |days: u64| when(time, time + days * 86_400_000, &zone);
        assert_eq!((later(0), later(1), later(60)), ("07:32".into(), "19 November 07:32".into(), "19 November 2025 07:32".into()));
        assert_eq!(super::date(time, &zone), "19 November 2025");
    }
}
