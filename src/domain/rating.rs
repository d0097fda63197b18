//! Ratings: the three scales, their common measure, the tally of a content and its score.

use serde::{Deserialize, Serialize};

use super::ballot::Ballot;
use super::id::{ContentId, PersonId, RatingId, SourceId, TopicId};
use super::invalid::{Code, Invalid};
use super::page::{Key, Place};
use super::source::Scale;
use super::time::{Time, micros};

/// A value on its scale, and the same as a step of the common measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// As the rater gave it.
    pub value: i16,
    /// Twice the normalised value, -2 to 2: whole numbers add up exactly.
    pub step: i16,
}

impl Mark {
    /// Checks a value against its scale and normalises it: stars 1..5 to -1..1 in halves, votes and likes as they are.
    ///
    /// ```
    /// use peerlead::domain::{rating::Mark, source::Scale};
    /// assert_eq!(Mark::check(4, Scale::Stars).unwrap().normalised(), 0.5);
    /// assert_eq!(Mark::check(-1, Scale::Vote).unwrap().normalised(), -1.0);
    /// assert!(Mark::check(0, Scale::Like).is_err());
    /// ```
    ///
    /// # Errors
    /// `OFF_SCALE`, with the values that the scale has.
    pub fn check(value: i64, scale: Scale) -> Result<Self, Invalid> {
        let (step, values) = match (scale, value) {
            (Scale::Stars, 1..=5) => (value - 3, ""),
            (Scale::Vote, -1..=1) => (2 * value, ""),
            (Scale::Like, 1) => (2, ""),
            (Scale::Stars, _) => (0, "1, 2, 3, 4 or 5"),
            (Scale::Vote, _) => (0, "-1, 0 or 1"),
            (Scale::Like, _) => (0, "1"),
        };
        match (i16::try_from(value), i16::try_from(step)) {
            (Ok(value), Ok(step)) if values.is_empty() => Ok(Self { value, step }),
            _ => Err(Invalid::new(
                Code::OffScale,
                "value",
                format!("{value} is off this source's scale; it must be {values}"),
            )),
        }
    }

    /// The value in -1..1.
    #[must_use]
    pub fn normalised(self) -> f64 {
        f64::from(self.step) / 2.0
    }
}

/// What one person thinks of one content now; without a mark when it was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    pub content: ContentId,
    pub rater: PersonId,
    pub mark: Option<Mark>,
    /// What the source called it, such as "approved".
    pub kind: Option<String>,
    pub rated_at: Time,
}

impl Rating {
    /// What names it.
    #[must_use]
    pub const fn id(&self) -> RatingId {
        RatingId { content: self.content, rater: self.rater }
    }

    /// What it was until it ended at a moment; `None` for one without a mark, or that is as late.
    #[must_use]
    pub fn until(&self, ended_at: Time) -> Option<PastRating> {
        let step = self.mark.filter(|_| self.rated_at < ended_at)?.step;
        Some(PastRating { content: self.content, rater: self.rater, step, rated_at: self.rated_at, ended_at })
    }

    /// Where it stands in a list of one person's ratings.
    #[must_use]
    pub fn place_of_rater(&self) -> Place {
        Place { key: Key::Number(micros(self.rated_at)), id: self.content.0 }
    }

    /// Where it stands in a list of one content's ratings.
    #[must_use]
    pub fn place_on_content(&self) -> Place {
        Place { key: Key::Number(micros(self.rated_at)), id: self.rater.0 }
    }
}

/// What somebody thought of a content until they changed their mind or took it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastRating {
    pub content: ContentId,
    pub rater: PersonId,
    pub step: i16,
    pub rated_at: Time,
    pub ended_at: Time,
}

/// How often a content was rated with each step, -2 to 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally(pub [u32; 5]);

/// The weight of the neutral opinion that every content starts with, in ratings.
const PRIOR: f64 = 5.0;

impl Tally {
    /// Ratings counted.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.0.iter().copied().map(i64::from).sum()
    }

    /// Sum of the normalised values.
    #[must_use]
    pub fn sum(&self) -> f64 {
        let [a, b, _, d, e] = self.0.map(f64::from);
        e - a + (d - b) / 2.0
    }

    /// Mean of the normalised values, `None` without ratings.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        (self.count() > 0).then(|| self.sum() / self.count() as f64)
    }

    /// The fair score, -1..1: the mean, drawn towards 0 by five neutral ratings, so that two votes never beat two hundred.
    /// A Bayesian average with prior mean 0 and weight 5.
    ///
    /// ```
    /// use peerlead::domain::rating::Tally;
    /// let (two, many) = (Tally([0, 0, 0, 0, 2]), Tally([0, 0, 0, 20, 180]));
    /// assert_eq!(two.score(), 2.0 / 7.0);
    /// assert!(many.score() > two.score());
    /// ```
    #[must_use]
    pub fn score(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let score = self.sum() / (self.count() as f64 + PRIOR);
        // Adding zero turns -0 into 0, so that equal scores have equal bits.
        score + 0.0
    }

    /// Takes `before` out and `after` in.
    #[must_use]
    pub fn moved(mut self, before: Option<Mark>, after: Option<Mark>) -> Self {
        let bin = |mark: Mark| usize::try_from(mark.step + 2).unwrap_or_default();
        // A count that is wrong already is found by the check of tallies; it must not end the program here.
        if let Some(mark) = before {
            self.0[bin(mark)] = self.0[bin(mark)].saturating_sub(1);
        }
        if let Some(mark) = after {
            self.0[bin(mark)] = self.0[bin(mark)].saturating_add(1);
        }
        self
    }
}

/// What the rule needs to know of a content that is rated.
#[derive(Clone, Debug)]
pub struct RatedContent {
    pub id: ContentId,
    pub source: SourceId,
    pub scale: Scale,
    pub visible: bool,
    pub authors: Vec<PersonId>,
    pub topics: Vec<TopicId>,
    pub tally: Ballot,
}

/// A rating as somebody asks for it.
#[derive(Clone, Debug)]
pub struct RatingDraft {
    pub rater: PersonId,
    pub content: ContentId,
    /// `None` withdraws.
    pub value: Option<i64>,
    pub kind: Option<String>,
    pub at: Time,
    /// Told by an integrator: an older word than the stored one changes nothing.
    pub imported: bool,
}

/// What a rating does to the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The stored rating says the same already.
    Unchanged,
    /// Something of the same or a later time is stored; the earlier word is not heard.
    Stale,
    /// A new value, or none after a withdrawal; or, imported, the same word of a later time.
    Moved(Option<Mark>),
}

impl RatingDraft {
    /// The rule: the value on the scale, the content visible, not one's own. `current` is what is stored.
    ///
    /// # Errors
    /// `NOT_VISIBLE`, `OWN_CONTENT`, `OFF_SCALE`.
    pub fn check(&self, content: &RatedContent, current: Option<&Rating>) -> Result<Verdict, Invalid> {
        let before = current.and_then(|rating| rating.mark);
        if content.authors.contains(&self.rater) {
            return Err(Invalid::new(Code::OwnContent, "content", "nobody rates their own content"));
        }
        let not_visible = || {
            let told = "this content was withdrawn or hidden and takes no ratings";
            Err(Invalid::new(Code::NotVisible, "content", told))
        };
        // History stays true: an import may bring ratings of contents that were withdrawn or hidden later.
        let is_closed = !content.visible && !self.imported;
        // Before the value is looked at, which would tell that there is something to rate.
        if is_closed && before.is_none() {
            return not_visible();
        }
        let told_later = self.imported && current.is_some_and(|rating| rating.rated_at >= self.at);
        let Some(value) = self.value else {
            if told_later && before.is_some() {
                return Ok(Verdict::Stale);
            }
            let said_again = self.imported && current.is_some() && !told_later;
            return Ok(if before.is_some() || said_again { Verdict::Moved(None) } else { Verdict::Unchanged });
        };
        let mark = Mark::check(value, content.scale)?;
        if told_later {
            return Ok(if before == Some(mark) { Verdict::Unchanged } else { Verdict::Stale });
        }
        // Said again later in an import, the same word moves its time: what was said in between must not come back after it.
        if before == Some(mark) && !self.imported {
            return Ok(Verdict::Unchanged);
        }
        if is_closed {
            return not_visible();
        }
        Ok(Verdict::Moved(Some(mark)))
    }
}
