//! Numbers made safe to draw with: whatever comes in, what is drawn is finite and bounded.

/// A number as it stands in a picture: two decimals at most; 0 for what is no number.
#[must_use]
pub fn number(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if !rounded.is_finite() || rounded == 0.0 {
        return "0".into();
    }
    rounded.clamp(-1e9, 1e9).to_string()
}

/// A number between bounds; the lower one for what is no number.
#[must_use]
pub fn within(value: f64, least: f64, most: f64) -> f64 {
    // Adding 0 makes 0 of -0, which would be written with its sign.
    if value.is_nan() { least } else { value.clamp(least, most) + 0.0 }
}

/// A count as a number to compute with.
#[must_use]
pub fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_finite() {
        assert_eq!(number(1.0 / 3.0), "0.33");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(12.0), "12");
        assert_eq!(number(f64::NAN), "0");
        assert_eq!(number(f64::INFINITY), "0");
        assert_eq!(number(1e300), "1000000000");
    }

    #[test]
    fn bounds_hold_for_what_is_no_number() {
        assert!((within(f64::NAN, 2.0, 3.0) - 2.0).abs() < 1e-12);
        assert!((within(f64::INFINITY, 2.0, 3.0) - 3.0).abs() < 1e-12);
        assert_eq!(format!("{:.1}", within(-0.0, 0.0, 1.0)), "0.0");
    }
}
