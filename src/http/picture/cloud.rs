//! The word cloud: size says weight, colour says how peers rated.

use super::canvas::{Anchor, Canvas, Pen};
use super::frame::{Frame, MARGIN, rest, write_rest};
use super::legend::{Entry, Sign, legend};
use super::line::Line;
use super::numbers::{number, within};
use super::scale::{LEAST_SIZE, Layout, Weighed};
use super::theme::Ink;

/// The most words that one picture shows.
pub const MOST_WORDS: usize = 200;
/// The longest word shown whole, in font sizes: about forty letters.
const LONGEST: f64 = 22.0;

/// A word and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The word or phrase as people write it.
    pub text: String,
    /// How much it counts, above 0 to 1.
    pub weight: f64,
    /// How many times more often it is used than was to be expected.
    pub lift: f64,
    /// How many texts use it.
    pub count: u32,
    /// How peers rated the texts that use it, -1 to 1, if they did.
    pub rating: Option<f64>,
    /// What the word shows when pointed at, such as "storage: in 18 texts of 7 people, expected 2.1".
    pub title: String,
}

/// Draws a cloud of words: the heaviest 200 of them, with `more` words that the caller left out counted too.
///
/// All words are shown: their sizes shrink together until they fit, at the least to 11 pixels for the lightest and 20 for
/// the heaviest; when that does not fit, the picture grows in height.
#[must_use]
pub fn word_cloud(words: &[Word], more: usize, frame: &Frame) -> String {
    let mut sorted: Vec<&Word> = words.iter().collect();
    sorted.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.text.cmp(&b.text)));
    let more = more.saturating_add(sorted.len().saturating_sub(MOST_WORDS));
    sorted.truncate(MOST_WORDS);
    let width = frame.drawn_width(320.0);
    let mut canvas = Canvas::default();
    let top = frame.head(&mut canvas, width);
    let foot = if sorted.is_empty() { 0.0 } else { 34.0 };
    let field =
        (width - 2.0 * MARGIN, within(f64::from(frame.height), (width / 8.0).max(160.0), 4000.0) - top - foot - MARGIN);
    let weighed = weighed(&sorted, field.0);
    let layout = Layout::of(&weighed, (field.0, field.1.max(80.0)));
    for (((word, (line, _)), size), spot) in sorted.iter().zip(&weighed).zip(&layout.sizes).zip(&layout.spots) {
        let at = (MARGIN + spot.x + 0.15 * size, top + spot.y + 0.5 + line.reach.rise * size);
        canvas.line(line, &hover(word), Pen::at(at.0, at.1, *size, Ink::rating(word.rating)).bold());
    }
    let end = foot_of(&mut canvas, &sorted, more, (width, top + layout.height));
    canvas.finish("word-cloud", (width, end), frame.theme, (&frame.title("Word cloud"), &said(&sorted, more)))
}

fn weight(word: &Word) -> f64 {
    within(word.weight, 0.0, 1.0)
}

/// The lines of the words, cut to what the width can hold, with their shares of the heaviest.
fn weighed(words: &[&Word], width: f64) -> Vec<Weighed> {
    let longest = LONGEST.min(width / LEAST_SIZE - 1.0);
    let most = words.iter().map(|word| weight(word)).fold(f64::MIN_POSITIVE, f64::max);
    words.iter().map(|word| (Line::fit(&word.text, true, longest), weight(word) / most)).collect()
}

fn hover(word: &Word) -> String {
    let Word { text, count, lift, title, .. } = word;
    if title.is_empty() {
        format!("{text}: in {count} texts, {} times what was expected", number(*lift))
    } else {
        title.clone()
    }
}

/// Writes the legend and what is not shown; returns where the picture ends.
fn foot_of(canvas: &mut Canvas, words: &[&Word], more: usize, (width, mut y): (f64, f64)) -> f64 {
    const SCALE: &[Ink] = &[Ink::Lowest, Ink::Low, Ink::Middle, Ink::High, Ink::Highest];
    if words.is_empty() {
        canvas.write("No words to show.", Pen::at(MARGIN, y - 8.0, 14.0, Ink::Muted), width - 2.0 * MARGIN);
        return y + MARGIN;
    }
    let mut entries = vec![Entry::new(Sign::None, "Larger: weighs more")];
    if words.iter().any(|word| word.rating.is_some()) {
        entries.push(Entry { words: ("Colour: rated low", "rated high"), sign: Sign::Discs(SCALE) });
    }
    if entries.len() > 1 && words.iter().any(|word| word.rating.is_none()) {
        entries.push(Entry::new(Sign::Discs(&[Ink::Muted]), "not rated"));
    }
    y += 10.0;
    y += legend(canvas, &entries, y, width);
    let rest = rest(more, "word", "words");
    if rest.is_some() {
        write_rest(canvas, rest.as_deref(), (MARGIN, y + 13.0), Anchor::Left, width - 2.0 * MARGIN);
        y += 20.0;
    }
    y + MARGIN - 8.0
}

/// The cloud in words, one to a line.
fn said(words: &[&Word], more: usize) -> String {
    let shown = words.iter().take(40).map(|word| Line::fit(&word.text, true, LONGEST).text).collect::<Vec<_>>();
    let more = more.saturating_add(words.len() - shown.len());
    match (shown.is_empty(), rest(more, "word", "words")) {
        (true, None) => "No words to show.".into(),
        (true, Some(rest)) => rest,
        (false, None) => format!("Words, heaviest first: {}.", shown.join(",\n")),
        (false, Some(rest)) => format!("Words, heaviest first: {},\n{rest}.", shown.join(",\n")),
    }
}
