//! Whether as many different people acknowledge somebody's work as chance would have it, or always the same few.

/// Below how many expected people nothing can be said.
const LEAST: f64 = 10.0;

/// How many different people would acknowledge `acts` times, if each did as often as they do on the topic as a whole. `shares` are
/// their shares of all acknowledgements there.
///
/// ```
/// use peerlead::domain::lead::breadth::expected;
/// assert!((expected(&[0.01; 100], 1) - 1.0).abs() < 1e-9);
/// assert!(expected(&[0.01; 100], 2_000) > 99.9);
/// ```
#[must_use]
pub fn expected(shares: &[f64], acts: u32) -> f64 {
    shares.iter().map(|share| 1.0 - (1.0 - share).powf(f64::from(acts))).sum()
}

/// What own work counts when `people` acknowledged it of `expected`: all of it from half as many on, half of it from a quarter on, and
/// a quarter below. In steps, so that nobody can tell from it what one person did; a short number holds them
/// exactly.
///
/// ```
/// use peerlead::domain::lead::breadth::breadth;
/// assert_eq!(breadth(60, 98.0), 1.0);
/// assert_eq!(breadth(40, 98.0), 0.5);
/// assert_eq!(breadth(20, 98.0), 0.25, "twenty who acknowledge everything of one among a hundred");
/// assert_eq!(breadth(2, 9.0), 1.0, "few people know each other");
/// ```
#[must_use]
pub fn breadth(people: u32, expected: f64) -> f32 {
    match f64::from(people) / expected.max(1.0) {
        _ if expected < LEAST => 1.0,
        share if share >= 0.5 => 1.0,
        share if share >= 0.25 => 0.5,
        _ => 0.25,
    }
}
