//! Fields as a line tells them. What is wrong with one is known by the name of its field.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::domain::time::{Time, from_micros, micros};

/// A field of a line. A wrong one spoils the line only when it is asked for, and is then reported by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Told<T> {
    /// The line does not mention it.
    #[default]
    Missing,
    /// The line says `null`.
    Null,
    /// A value of the right form.
    Given(T),
    /// A value of another form, with what would be right.
    Wrong(String),
}

impl<T> Told<T> {
    /// Whether the line does not mention the field, so that it is left out when written, too.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// The value of a field that every line needs.
    ///
    /// # Errors
    /// What to report when it is missing, `null` or of the wrong form.
    pub fn needed(self, field: &str) -> Result<T, String> {
        self.given(field)?.ok_or_else(|| format!("{field}: missing"))
    }

    /// The value of a field that a line may leave out or leave `null`.
    ///
    /// # Errors
    /// What to report when it is of the wrong form.
    pub fn given(self, field: &str) -> Result<Option<T>, String> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::Given(value) => Ok(Some(value)),
            Self::Wrong(reason) => Err(format!("{field}: {reason}")),
        }
    }
}

impl<T> From<T> for Told<T> {
    fn from(value: T) -> Self {
        Self::Given(value)
    }
}

impl<T> From<Option<T>> for Told<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Self::Given)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Told<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::Null,
            value => serde_json::from_value(value).map_or_else(|error| Self::Wrong(error.to_string()), Self::Given),
        })
    }
}

impl<T: Serialize> Serialize for Told<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Given(value) => value.serialize(serializer),
            Self::Missing | Self::Null | Self::Wrong(_) => serializer.serialize_none(),
        }
    }
}

/// What a source calls something. Some sources number their things: a whole number is its digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Id(pub String);

impl TryFrom<Value> for Id {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
            other => return Err(format!("{} is no name; it must be a text or a whole number", short(&other))),
        };
        // Neither database finds a name with a zero byte, and PostgreSQL refuses the whole question.
        match text.chars().find(|c| c.is_control()) {
            Some(c) => Err(format!("it contains the control character U+{:04X}", u32::from(c))),
            None => Ok(Self(text)),
        }
    }
}

/// A moment: RFC 3339, or a day, which means its midnight in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "String")]
pub struct Stamp(pub Time);

impl TryFrom<Value> for Stamp {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let text = value.as_str().unwrap_or_default();
        let time = match DateTime::parse_from_rfc3339(text) {
            Ok(time) => Some(time.to_utc()),
            Err(_) => text.parse().ok().map(|day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc()),
        };
        // As the database will have it, so that the same line is the same time again.
        let time = time.map(|time| Self(from_micros(micros(time))));
        time.ok_or_else(|| format!("{} is no time; write 2020-11-20T08:15:00Z or 2020-11-20", short(&value)))
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.0.to_rfc3339_opts(SecondsFormat::Micros, true)
    }
}

/// A whole number, also when it is written as 60.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Whole(pub i64);

impl TryFrom<Value> for Whole {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        // Beyond 2^53 a number with a point no longer says which whole number it is.
        const MOST: f64 = 9_007_199_254_740_992.0;
        let rounded = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < MOST);
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
        let whole = value.as_i64().or(rounded.map(|number| number as i64));
        whole.map(Self).ok_or_else(|| format!("{} is no whole number", short(&value)))
    }
}

/// The start of a value, for a message.
fn short(value: &Value) -> String {
    const MOST: usize = 40;
    let text = value.to_string();
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<T: DeserializeOwned>(json: &str) -> Told<T> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_day_is_its_midnight_and_zones_become_utc() {
        let text = |json: &str| told::<Stamp>(json).needed("at").map(String::from);
        assert_eq!(text("\"2020-11-20\"").unwrap(), "2020-11-20T00:00:00.000000Z");
        assert_eq!(text("\"2020-11-20T01:30:00.1234567+01:00\"").unwrap(), "2020-11-20T00:30:00.123456Z");
        assert_eq!(text("\"2016-12-31T23:59:60Z\"").unwrap(), "2017-01-01T00:00:00.000000Z");
        assert_eq!(text("null").unwrap_err(), "at: missing");
        assert!(text("\"yesterday\"").unwrap_err().starts_with("at: \"yesterday\" is no time"));
        assert!(text("20201120").is_err());
    }

    #[test]
    fn numbers_are_whole_or_wrong() {
        let number = |json: &str| told::<Whole>(json).needed("value").map(|whole| whole.0);
        assert_eq!(number("60.0"), Ok(60));
        assert_eq!(number("-1"), Ok(-1));
        assert_eq!(number("1e3"), Ok(1000));
        assert_eq!(number("0.5").unwrap_err(), "value: 0.5 is no whole number");
        assert!(number("1e300").is_err());
        assert!(number("\"1\"").is_err());
    }

    #[test]
    fn names_may_be_numbers_and_hold_no_control_characters() {
        let name = |json: &str| told::<Id>(json).needed("id").map(|id| id.0);
        assert_eq!(name("17").unwrap(), "17");
        assert_eq!(name("\" ada \"").unwrap(), "ada");
        assert_eq!(name("\"a\\u0000b\"").unwrap_err(), "id: it contains the control character U+0000");
        assert!(name("[]").is_err());
    }
}
