//! Where somebody stands on a topic: leading, on the way up, on the way down, or asleep.

use super::evidence::{BREAK, Parameters};
use super::record::Record;
use super::strength::score;

/// Where a leader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Leads now.
    Leads,
    /// Becomes one.
    Emerging,
    /// Was one, and does much less than before.
    Fading,
    /// Was one, or is said to be, and has shown nothing for a year.
    Dormant,
    /// They object to what is shown of them.
    Contested,
}

/// The score from which somebody leads, and the share of the strongest one's strength that it takes as well.
pub const LEADING_SCORE: f64 = 0.2;
pub const LEADING_SHARE: f64 = 0.3;
/// Different months with evidence that it takes to lead, and to be on the way.
const LEADING_MONTHS: u32 = 3;
const EMERGING_MONTHS: u32 = 2;
/// What is compared: now and half a year ago, in months.
const BEFORE: i64 = 6;
/// Growth of the evidence since then that is a rise, and the loss that is a fall. Half a year of silence alone costs a fifth.
const RISE: f64 = 1.25;
const FALL: f64 = 0.87;

/// Everything that a standing is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What they did up to the moment `at`.
    pub record: &'a Record,
    pub at: i64,
    /// The strength now, and the strongest one's of the topic.
    pub strength: f64,
    pub strongest: f64,
}

/// How it is told of somebody: whoever is said to lead and has shown nothing for a year is dormant, however little they had to show.
///
/// ```
/// use peerlead::domain::lead::evidence::MONTH;
/// use peerlead::domain::lead::standing::{Standing, told};
/// let at = 500 * MONTH;
/// assert_eq!(told(None, None, at, true), Some(Standing::Dormant), "in name only");
/// assert_eq!(told(None, Some(at - 24 * MONTH), at, true), Some(Standing::Dormant), "one act of long ago");
/// assert_eq!(told(None, Some(at - MONTH), at, true), None, "who takes part");
/// assert_eq!(told(None, Some(at - 24 * MONTH), at, false), None);
/// assert_eq!(told(Some(Standing::Fading), Some(at - MONTH), at, true), Some(Standing::Fading));
/// ```
#[must_use]
pub fn told(shown: Option<Standing>, last: Option<i64>, at: i64, is_declared: bool) -> Option<Standing> {
    shown.or_else(|| (is_declared && is_silent(last, at)).then_some(Standing::Dormant))
}

/// Whether nothing was shown for a year.
fn is_silent(last: Option<i64>, at: i64) -> bool {
    last.is_none_or(|last| at - last > BREAK)
}

impl Case<'_> {
    /// The standing; `None` for who takes part without leading, or has not been seen for long enough.
    ///
    /// ```
    /// use peerlead::domain::lead::evidence::{Act, Aspect, Deed, MONTH, Parameters};
    /// use peerlead::domain::lead::record::Record;
    /// use peerlead::domain::lead::standing::{Case, Standing};
    /// let (at, parameters) = (500 * MONTH, Parameters::of(Aspect::Leading));
    /// let standing = |ages: &[i64]| {
    ///     let act = |age: &i64| Act { at: at - age * MONTH, deed: Deed::Own, topics: 1, content: 0 };
    ///     let acts: Vec<Act> = ages.iter().flat_map(|age| [act(age); 6]).collect();
    ///     let record = Record::of(&acts, at, &parameters);
    ///     Case { record: &record, at, strength: 6.0, strongest: 9.0 }.standing(&parameters)
    /// };
    /// assert_eq!(standing(&[0, 3, 6, 9, 12, 15, 18, 21, 24]), Some(Standing::Leads));
    /// assert_eq!(standing(&[0, 1]), Some(Standing::Emerging));
    /// assert_eq!(standing(&[7, 8, 9, 10, 11]), Some(Standing::Fading));
    /// assert_eq!(standing(&[14, 15, 16]), Some(Standing::Dormant));
    /// assert_eq!(standing(&[0]), None, "a person of one day");
    /// ```
    #[must_use]
    pub fn standing(&self, parameters: &Parameters) -> Option<Standing> {
        let [now, before] = [0, BEFORE].map(|back| self.record.evidence(back, parameters));
        let (sum, sum_before) = (now.sum(parameters).score(), before.sum(parameters).score());
        if is_silent(now.last, self.at) {
            return (now.months >= LEADING_MONTHS).then_some(Standing::Dormant);
        }
        if before.months >= LEADING_MONTHS && sum < FALL * sum_before {
            return Some(Standing::Fading);
        }
        let leads = score(self.strength) >= LEADING_SCORE && self.strength >= LEADING_SHARE * self.strongest;
        if leads && now.months >= LEADING_MONTHS {
            return Some(Standing::Leads);
        }
        (now.months >= EMERGING_MONTHS && sum > RISE * sum_before).then_some(Standing::Emerging)
    }
}
