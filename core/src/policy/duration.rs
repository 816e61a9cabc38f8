//! Durations as people write them: `90s`, `15m`, `8h`, `7d`, and sums of these such as `1h30m`.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serializer, de::Error};

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// The longest duration a policy can hold: ten years. Clocks count in 32 bits of seconds.
const LONGEST: u64 = 3_653 * 86_400;

/// How a duration looks in a policy file.
pub(super) struct DurationText;

impl JsonSchema for DurationText {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A duration: `90s`, `15m`, `8h`, `7d` or a sum such as `1h30m`. A day is 24 hours.",
            "type": "string",
            "pattern": "^([0-9]+[dhms])+$",
            "examples": ["1h", "90s", "15m", "7d", "1h30m"]
        })
    }
}

/// Reads a duration, or says what is wrong with it.
pub(super) fn read(text: &str) -> Result<Duration, String> {
    let duration = parse(text).ok_or_else(|| format!("`{text}` is no duration; write `90s`, `15m`, `8h` or `7d`"))?;
    if duration.as_secs() > LONGEST {
        return Err(format!("`{text}` is longer than ten years"));
    }
    Ok(duration)
}

fn parse(text: &str) -> Option<Duration> {
    let mut secs = 0u64;
    let mut number = None::<u64>;
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(u64::from(digit))?);
        } else {
            let (_, unit) = UNITS.iter().find(|(letter, _)| *letter == character)?;
            secs = secs.checked_add(number.take()?.checked_mul(*unit)?)?;
        }
    }
    (number.is_none() && !text.is_empty()).then(|| Duration::from_secs(secs))
}

/// Writes a duration so that [`read`] gives it back.
pub(super) fn write(duration: Duration) -> String {
    let mut secs = duration.as_secs();
    let mut text = String::new();
    for (letter, unit) in UNITS {
        if secs >= unit {
            text.push_str(&format!("{}{letter}", secs / unit));
            secs %= unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&write(*duration))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    read(&Cow::<str>::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The same for a duration that may be absent.
pub(super) mod option {
    use super::*;

    pub(in super::super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let text = Option::<Cow<'_, str>>::deserialize(deserializer)?;
        text.map(|text| read(&text).map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_whole_sums_of_units_are_durations() {
        assert_eq!(read("1h30m"), Ok(Duration::from_secs(5400)));
        for text in ["", "5", "m", "5 m", "-5m", "5w", "1.5h", "99999999999999999999d", "4000d"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(secs in 0..=LONGEST) {
            let duration = Duration::from_secs(secs);
            prop_assert_eq!(read(&write(duration)), Ok(duration));
        }
    }
}
