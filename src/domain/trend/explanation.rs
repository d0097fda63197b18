//! Why a score is what it is: its parts, and how they make it.

use smallvec::SmallVec;

/// How the parts of a score make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combination {
    Product,
    Sum,
}

/// A number that a score is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    pub name: &'static str,
    pub value: f64,
}

/// A score with its parts. The score is never anything but what they make.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The formula and its version: another version may give another score for the same facts.
    pub formula: &'static str,
    pub combination: Combination,
    /// On the stack while there are few: thousands of scores are reckoned for one that is told.
    pub parts: SmallVec<[Part; 4]>,
}

impl Explanation {
    /// A score that is the product of its parts.
    #[must_use]
    pub fn product<const N: usize>(formula: &'static str, parts: &[(&'static str, f64); N]) -> Self {
        Self::of(formula, Combination::Product, parts)
    }

    /// A score that is the sum of its parts.
    #[must_use]
    pub fn sum<const N: usize>(formula: &'static str, parts: &[(&'static str, f64); N]) -> Self {
        Self::of(formula, Combination::Sum, parts)
    }

    fn of<const N: usize>(formula: &'static str, combination: Combination, parts: &[(&'static str, f64); N]) -> Self {
        let parts = parts.map(|(name, value)| Part { name, value });
        Self { formula, combination, parts: SmallVec::from_slice(&parts) }
    }

    /// The score.
    ///
    /// ```
    /// use peerlead::domain::trend::explanation::Explanation;
    /// assert_eq!(Explanation::product("area-1", &[("width", 3.0), ("height", 2.0)]).score(), 6.0);
    /// ```
    #[must_use]
    pub fn score(&self) -> f64 {
        let values = self.parts.iter().map(|part| part.value);
        match self.combination {
            Combination::Product => values.product(),
            Combination::Sum => values.sum(),
        }
    }
}
