//! The font sizes of a word cloud: as large as all words together allow.

use super::line::Line;
use super::spiral::{Spot, rows, spiral};

/// The font size of the lightest words.
pub const LEAST_SIZE: f64 = 11.0;
/// The least by which the heaviest word's font size is above the lightest's: the picture grows rather than make all alike.
const LEAST_SPREAD: f64 = 9.0;
const MOST_SIZE: f64 = 96.0;
/// How many scales are tried, from the largest sizes to the least, each this much of the one before.
const SCALES: usize = 32;
const SMALLER: f64 = 0.92;
/// Up to this many words are set in rows.
const A_FEW: usize = 6;
/// By how much the field grows, one after the other, where the smallest scale does not fit.
const GROWTH: [f64; 6] = [1.15, 1.35, 1.6, 2.0, 2.5, 3.2];

/// A word's line and its share of the heaviest word's weight (0..1].
pub type Weighed = (Line, f64);

/// Where the words are, in which sizes, and how high a field they take.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The font size of each word, in pixels.
    pub sizes: Vec<f64>,
    /// The box of each word with the space around it.
    pub spots: Vec<Spot>,
    /// The height of the field, the one asked for or more.
    pub height: f64,
}

impl Layout {
    /// Finds the largest scale at which all words fit a field; lets the field grow in height when none does.
    ///
    /// A font size grows with the root of the weight, so that the area of a word grows with its weight; only a word too
    /// long for the field at its size is set smaller.
    #[must_use]
    pub fn of(words: &[Weighed], field: (f64, f64)) -> Self {
        if words.is_empty() {
            return Self { sizes: Vec::new(), spots: Vec::new(), height: 24.0 };
        }
        largest(words, field).or_else(|| grown(words, field)).unwrap_or_else(|| {
            let sizes = sizes(words, field, SCALES);
            let (spots, height) = rows(&boxes(words, &sizes), field.0);
            Self { sizes, spots, height }
        })
    }

    /// All words at one scale, if they fit.
    fn at(words: &[Weighed], field: (f64, f64), scale: usize) -> Option<Self> {
        let sizes = sizes(words, field, scale);
        let spots = fitted(&boxes(words, &sizes), field)?;
        Some(Self { sizes, spots, height: field.1 })
    }
}

/// Halves the range of scales until the largest that fits is found.
fn largest(words: &[Weighed], field: (f64, f64)) -> Option<Layout> {
    let (mut low, mut high, mut best) = (0, SCALES + 1, None);
    while low < high {
        let scale = usize::midpoint(low, high);
        match Layout::at(words, field, scale) {
            Some(layout) => (best, high) = (Some(layout), scale),
            None => low = scale + 1,
        }
    }
    best
}

fn grown(words: &[Weighed], field: (f64, f64)) -> Option<Layout> {
    GROWTH.iter().find_map(|by| Layout::at(words, (field.0, field.1 * by), SCALES))
}

/// The font sizes at a scale.
fn sizes(words: &[Weighed], field: (f64, f64), scale: usize) -> Vec<f64> {
    let most = MOST_SIZE.min(0.3 * field.1).max(LEAST_SIZE) - LEAST_SIZE;
    let above = (most * SMALLER.powi(i32::try_from(scale).unwrap_or(0))).max(LEAST_SPREAD);
    let size = |(line, share): &Weighed| (LEAST_SIZE + above * share.sqrt()).min(field.0 / (line.ems + 0.5));
    words.iter().map(size).collect()
}

/// The boxes of the words with the space around them.
fn boxes(words: &[Weighed], sizes: &[f64]) -> Vec<(f64, f64)> {
    let room = |((line, _), size): (&Weighed, &f64)| ((line.ems + 0.3) * size, line.reach.height() * size + 1.0);
    words.iter().zip(sizes).map(room).collect()
}

/// Places all words in the field: a few in rows, as they are read; many around the heaviest.
fn fitted(boxes: &[(f64, f64)], field: (f64, f64)) -> Option<Vec<Spot>> {
    if boxes.len() > A_FEW {
        return spiral(boxes, field);
    }
    let (mut spots, high) = rows(boxes, field.0);
    for spot in &mut spots {
        spot.y += (field.1 - high) / 2.0;
    }
    (high <= field.1).then_some(spots)
}

#[cfg(test)]
mod tests {
    use super::super::check::{Dice, apart};
    use super::*;

    #[test]
    fn all_words_fit_whatever_they_are() {
        let mut dice = Dice::new(5);
        for _ in 0..12 {
            let count = dice.up_to(90);
            let words: Vec<Weighed> =
                (0..count).map(|_| (Line::fit(&dice.text(), true, 22.0), dice.share().max(0.001))).collect();
            let field = (272.0 + 900.0 * dice.share(), 80.0 + 500.0 * dice.share());
            let layout = Layout::of(&words, field);
            assert_eq!((layout.sizes.len(), layout.spots.len()), (count, count));
            apart(&layout.spots, (field.0, layout.height));
            assert!(layout.sizes.iter().all(|size| *size >= LEAST_SIZE), "{:?}", layout.sizes);
        }
    }

    #[test]
    fn heavier_words_are_larger_and_a_field_is_used() {
        let words: Vec<Weighed> =
            (1..=20).rev().map(|at| (Line::whole("storage", true), f64::from(at) / 20.0)).collect();
        let layout = Layout::of(&words, (800.0, 400.0));
        assert!(layout.sizes.windows(2).all(|pair| pair[0] > pair[1]));
        let area: f64 = layout.spots.iter().map(|spot| spot.w * spot.h).sum();
        assert!(area > 0.4 * 800.0 * 400.0, "{area}");
    }

    #[test]
    fn a_field_too_small_grows() {
        let words: Vec<Weighed> = (0..200).map(|_| (Line::whole("contributors", true), 1.0)).collect();
        let layout = Layout::of(&words, (300.0, 80.0));
        assert!(layout.height > 80.0);
        apart(&layout.spots, (300.0, layout.height));
    }
}
