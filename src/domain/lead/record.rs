//! What somebody did, by months: from it evidence is told as of a moment and as of any whole number of months before it.

use super::evidence::{Act, Deed, Evidence, MONTH, Parameters};
use crate::domain::trend::window::{decay, to_f64};

/// Months that end at a moment, the latest first; those in which nothing happened are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    months: Vec<Month>,
}

/// What somebody did of one kind in one month.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Month {
    /// How many months it ended before the moment.
    age: i64,
    deed: Deed,
    acts: u32,
    /// The acts, those on many topics for less.
    weight: f64,
    /// The last one, in microseconds.
    last: i64,
}

impl Record {
    /// The record of acts up to `at`, in any order.
    #[must_use]
    pub fn of(acts: &[Act], at: i64, parameters: &Parameters) -> Self {
        let month = |act: &Act| Month {
            age: (at - act.at).div_euclid(MONTH),
            deed: act.deed,
            acts: 1,
            weight: f64::from(act.topics.max(1)).powf(-parameters.spread),
            last: act.at,
        };
        let mut months: Vec<Month> = acts.iter().filter(|act| act.at <= at).map(month).collect();
        // By weight too, so that sums come out the same in whatever order the acts were told.
        months.sort_unstable_by(|a, b| (a.age, a.deed).cmp(&(b.age, b.deed)).then(a.weight.total_cmp(&b.weight)));
        months.dedup_by(|act, month| {
            let is_same = (act.age, act.deed) == (month.age, month.deed);
            if is_same {
                month.acts += act.acts;
                month.weight += act.weight;
                month.last = month.last.max(act.last);
            }
            is_same
        });
        Self { months }
    }

    /// What it came to `back` months before: what was later is not known then, and less of the rest is forgotten.
    ///
    /// ```
    /// use peerlead::domain::lead::evidence::{Act, Aspect, Deed, Evidence, MONTH, Parameters};
    /// use peerlead::domain::lead::record::Record;
    /// let parameters = Parameters::of(Aspect::Leading);
    /// let at = 500 * MONTH;
    /// let acts: Vec<Act> =
    ///     (0..90).map(|n| Act { at: at - n * n * MONTH / 7, deed: Deed::Own, topics: 2, content: 0 }).collect();
    /// let record = Record::of(&acts, at, &parameters);
    /// for back in 0..24 {
    ///     let then = Evidence::of(&acts, at - back * MONTH, &parameters);
    ///     assert_eq!(record.evidence(back, &parameters), then);
    /// }
    /// ```
    #[must_use]
    pub fn evidence(&self, back: i64, parameters: &Parameters) -> Evidence {
        let mut evidence = Evidence::default();
        let mut before = None;
        for month in self.months.iter().filter(|month| month.age >= back) {
            let age = month.age - back;
            let worth = month.weight / (month.weight + parameters.month)
                * decay(age * MONTH, parameters.memory * to_f64(MONTH));
            let (sum, acts) = match month.deed {
                Deed::Own => (&mut evidence.own, &mut evidence.own_acts),
                Deed::Judged => (&mut evidence.judged, &mut evidence.judging_acts),
            };
            *sum += worth;
            *acts += month.acts;
            evidence.last = evidence.last.max(Some(month.last));
            evidence.months += u32::from(before.replace(age) != Some(age));
        }
        evidence
    }
}

impl Evidence {
    /// What acts up to `at` come to; in any order.
    ///
    /// ```
    /// use peerlead::domain::lead::evidence::{Act, Aspect, Deed, Evidence, MONTH, Parameters};
    /// let parameters = Parameters::of(Aspect::Leading);
    /// let act = |at| Act { at, deed: Deed::Own, topics: 1, content: 0 };
    /// let at = 500 * MONTH;
    /// let flood: Vec<Act> = (0..100).map(|n| act(at - n)).collect();
    /// let steady: Vec<Act> = (0..12).map(|month| act(at - month * MONTH)).collect();
    /// let own = |acts: &[Act]| Evidence::of(acts, at, &parameters).own;
    /// assert!(own(&flood) < 1.0 && own(&steady) > 2.0, "a hundred in a month are less than one a month");
    /// assert_eq!(own(&[act(at), act(at), act(at)]), 0.5);
    /// assert_eq!(own(&[act(at + 1)]), 0.0, "what is not yet");
    /// ```
    #[must_use]
    pub fn of(acts: &[Act], at: i64, parameters: &Parameters) -> Self {
        Record::of(acts, at, parameters).evidence(0, parameters)
    }
}
