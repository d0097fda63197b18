//! Scalars with a specification.

use std::time::Duration as StdDuration;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::SecondsFormat;

use crate::domain::time::{Time, whole_micros};

/// A moment in UTC, as RFC 3339 says, in microseconds and with `Z`: `2026-03-01T09:30:00.000000Z`. Other offsets are
/// understood and turned into UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub Time);

/// A moment in UTC, as RFC 3339 says, in microseconds and with `Z`: `2026-03-01T09:30:00.000000Z`. Other offsets are
/// understood and turned into UTC.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(time) => Ok(Self(whole_micros(time.to_utc()))),
            Err(_) => {
                Err(InputValueError::custom(format!("{text:?} is no moment; write it like \"2026-03-01T09:30:00Z\"")))
            }
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

/// A span of time as ISO 8601 says, from weeks down to fractions of seconds: `PT0.5S`, `PT15M`, `P7D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(pub StdDuration);

/// A span of time as ISO 8601 says, from weeks down to fractions of seconds: `PT0.5S`, `PT15M`, `P7D`.
#[Scalar(specified_by_url = "https://en.wikipedia.org/wiki/ISO_8601#Durations")]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let refused =
            || InputValueError::custom(format!("{text:?} is no duration; write it like \"PT0.5S\" or \"P7D\""));
        if !text.starts_with('P') {
            return Err(refused());
        }
        let span: jiff::Span = text.parse().map_err(|_| refused())?;
        // Months and years have no fixed length, so they are no spans of time.
        if span.get_months() != 0 || span.get_years() != 0 {
            return Err(refused());
        }
        let fixed = jiff::SpanRelativeTo::days_are_24_hours();
        let length = span.to_duration(fixed).ok().and_then(|length| StdDuration::try_from(length).ok());
        length.map(Self).ok_or_else(refused)
    }

    fn to_value(&self) -> Value {
        Value::String(jiff::SignedDuration::try_from(self.0).unwrap_or(jiff::SignedDuration::MAX).to_string())
    }
}

/// A web address with the scheme http or https, as the WHATWG URL standard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

/// A web address with the scheme http or https, as the WHATWG URL standard says.
#[Scalar(name = "URL", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
