//! Times as people write them in a shell: `10m`, `2026-11-29T10:00`, `09:30`.

use std::time::Duration;

use chat_proto::place::Millis;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp, Zoned};

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// That one.
    At(Millis),
    /// So long ago, by the server's clock, which dates the entries.
    Ago(Duration),
}

impl Moment {
    /// When it is, if the server's clock says `now`.
    #[must_use]
    pub fn millis(self, now: Millis) -> Millis {
        match self {
            Self::At(time) => time,
            Self::Ago(time) => now.saturating_sub(Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)),
        }
    }

    /// Reads a duration, a time with its zone, or a local date, time or both, where `now` is today.
    ///
    /// # Errors
    /// What would have been understood.
    pub fn parse(text: &str, zone: &TimeZone, now: Millis) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(time) = duration(text) {
            return Ok(Self::Ago(time));
        }
        let local = |time: DateTime| zone.to_zoned(time).map(|zoned| zoned.timestamp());
        let today =
            || i64::try_from(now).ok().and_then(|now| Timestamp::from_millisecond(now).ok()).map(|now| zone.to_datetime(now).date());
        let time = text.parse::<Timestamp>().ok();
        let time = time.or_else(|| text.parse::<Zoned>().ok().map(|zoned| zoned.timestamp()));
        let time = time.or_else(|| local(text.parse::<DateTime>().ok()?).ok());
        let time = time.or_else(|| local(text.parse::<Date>().ok()?.to_datetime(Time::midnight())).ok());
        let time = time.or_else(|| local(today()?.to_datetime(text.parse::<Time>().ok()?)).ok());
        let time = time.ok_or_else(|| format!("{text:?} is no time such as 10m, 2026-11-29T10:00 or 09:30"))?;
        Ok(Self::At(Millis::try_from(time.as_millisecond()).unwrap_or(0)))
    }
}

/// Reads a duration: `90s`, `5m`, `1h30m`, `2d`; a bare number counts seconds.
///
/// # Errors
/// What would have been understood.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let wrong = || format!("{text:?} is no duration such as 90s, 5m or 1h30m");
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let span: Span = text.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_they_are_written() {
        for (text, seconds) in
            [("10m", 600), ("90s", 90), ("1h30m", 5_400), ("2d", 172_800), ("45", 45), ("5 minutes", 300), ("PT1H", 3_600)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert!(duration("soon").is_err() && duration("-5m").is_err() && duration("").is_err() && duration("1 month").is_err());
    }

    #[test]
    fn times_are_local_unless_they_say_otherwise() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let at = |text: &str| {
            Moment::parse(text, &zone, 1_795_942_800_000).map(|moment| match moment {
                Moment::At(time) => Timestamp::from_millisecond(time.try_into().unwrap()).unwrap().to_string(),
                Moment::Ago(time) => format!("{time:?} ago"),
            })
        };
        assert_eq!(at("2026-11-29T10:00"), Ok("2026-11-29T08:00:00Z".into()));
        assert_eq!(at("2026-11-29 10:00:30"), Ok("2026-11-29T08:00:30Z".into()));
        assert_eq!(at("2026-11-29"), Ok("2026-11-28T22:00:00Z".into()));
        assert_eq!(at("2026-11-29T10:00Z"), Ok("2026-11-29T10:00:00Z".into()));
        assert_eq!(at("2026-11-29T10:00+01:00"), Ok("2026-11-29T09:00:00Z".into()));
        assert_eq!(at("09:30"), Ok("2026-11-29T07:30:00Z".into()));
        assert_eq!(at("10m"), Ok("600s ago".into()));
        assert!(at("yesterday").is_err() && at("2026-13-01").is_err());
    }

    #[test]
    fn what_is_before_all_times_is_the_beginning() {
        assert_eq!(Moment::Ago(Duration::MAX).millis(5), 0);
        assert_eq!(Moment::parse("1960-01-01", &TimeZone::UTC, 0), Ok(Moment::At(0)));
    }
}
