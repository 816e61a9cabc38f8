//! Points in time, to the millisecond.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time in milliseconds since 1970-01-01 UTC; as text RFC 3339 with three decimals and `Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// 9999-12-31T23:59:59.999Z: the last instant RFC 3339 can write.
const LAST: i64 = 253_402_300_799_999;
/// 0000-01-01T00:00:00Z: the first one.
const FIRST: i64 = -62_167_219_200_000;

/// 2004-01-01T00:00:00Z: nothing said on a social network is older.
const EARLIEST: Timestamp = Timestamp(1_072_915_200_000);

impl Timestamp {
    /// From milliseconds since 1970; `None` outside the years 0 to 9999.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if FIRST <= millis && millis <= LAST { Some(Self(millis)) } else { None }
    }

    /// From seconds since 1970; `None` outside the years 0 to 9999.
    pub fn from_secs(secs: i64) -> Option<Self> {
        Self::from_millis(secs.checked_mul(1000)?)
    }

    /// The time a network told, where it can be: not more than five minutes after we heard of it, and not before there was
    /// any such network; else the time we heard of it.
    pub fn believed(told: Option<Self>, received_at: Self) -> Self {
        let latest = received_at.plus_millis(5 * 60_000);
        told.filter(|told| (EARLIEST..=latest).contains(told)).unwrap_or(received_at)
    }

    /// Milliseconds since 1970.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Seconds since 1970, rounded down.
    pub fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant moved by `millis`, kept within the years 0 to 9999.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis).clamp(FIRST, LAST))
    }

    /// This instant moved later by `duration`.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        self.plus_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }

    /// This instant moved earlier by `duration`.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        self.plus_millis(-i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }

    /// Milliseconds from `earlier` to this instant; negative if `earlier` is later.
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// Reads RFC 3339 and its looser relatives: any fraction, `Z` or an offset with or without colon.
    pub fn parse(text: &str) -> Option<Self> {
        parse_utc(text.as_bytes()).or_else(|| {
            DateTime::parse_from_rfc3339(text)
                .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
                .ok()
                .and_then(|time| Self::from_millis(time.timestamp_millis()))
        })
    }
}

/// The common form `YYYY-MM-DDTHH:MM:SS[.fff…]Z` without the detour over a general parser.
fn parse_utc(text: &[u8]) -> Option<Timestamp> {
    let (main, rest) = text.split_at_checked(19)?;
    let rest = rest.strip_suffix(b"Z")?;
    if main[4] != b'-' || main[7] != b'-' || main[10] != b'T' || main[13] != b':' || main[16] != b':' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        main[range].iter().try_fold(0u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(number(0..4)?.cast_signed(), number(5..7)?, number(8..10)?)?;
    let mut millis = 0;
    if let Some((b'.', digits)) = rest.split_first() {
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        millis = (0..3).fold(0, |sum, place| sum * 10 + digits.get(place).map_or(0, |digit| i64::from(digit - b'0')));
    } else if !rest.is_empty() {
        return None;
    }
    let days = i64::from(date.to_epoch_days());
    Timestamp::from_millis((days * 86_400 + i64::from(hour * 3600 + minute * 60 + second)) * 1000 + millis)
}

impl Timestamp {
    /// Its text; `None` beyond what the calendar knows, which no instant is.
    fn written(self) -> Option<[u8; 24]> {
        let millis = self.0.rem_euclid(86_400_000);
        let days = i32::try_from(self.0.div_euclid(86_400_000)).ok()?;
        let date = NaiveDate::from_epoch_days(days)?;
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let fields = [
            (0, 4, i64::from(date.year())),
            (5, 2, i64::from(date.month())),
            (8, 2, i64::from(date.day())),
            (11, 2, millis / 3_600_000),
            (14, 2, millis / 60_000 % 60),
            (17, 2, millis / 1000 % 60),
            (20, 3, millis % 1000),
        ];
        for (at, width, mut value) in fields {
            for place in (at..at + width).rev() {
                text[place] = b'0' + (value % 10) as u8;
                value /= 10;
            }
        }
        Some(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.written().ok_or(fmt::Error)?;
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_millis().clamp(FIRST, LAST))
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(time: Timestamp) -> Self {
        DateTime::from_timestamp_millis(time.0).unwrap_or_default()
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.written();
        match text.as_ref().and_then(|text| std::str::from_utf8(text).ok()) {
            Some(text) => serializer.serialize_str(text),
            None => Err(serde::ser::Error::custom("an instant beyond the calendar")),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time such as 2026-08-12T18:00:00.000Z")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_forms_networks_send() {
        let expected = Timestamp::from_millis(1_768_000_000_000).unwrap();
        for text in [
            "2026-01-09T23:06:40.000Z",
            "2026-01-09T23:06:40Z",
            "2026-01-09T23:06:40+0000",
            "2026-01-10T00:06:40.000+01:00",
            "2026-01-09T23:06:40.0004Z",
        ] {
            assert_eq!(Timestamp::parse(text), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2026-13-09T23:06:40Z", "2026-01-09T23:06:40.Z", "2026-01-09T25:06:40Z"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_agrees_with_chrono_and_reads_back(millis in FIRST..=LAST) {
            let time = Timestamp(millis);
            let chrono = DateTime::<Utc>::from(time).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            prop_assert_eq!(time.to_string(), chrono);
            prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time));
        }
    }
}
