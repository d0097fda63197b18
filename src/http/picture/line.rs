//! One line of text of a known width.

use super::cluster::{Cluster, clusters};
use super::metrics::{PLAIN, Reach, TALL};
use super::xml::clean;

/// What stands for a text that shows nothing: of spaces or controls only.
const NOTHING: &str = "(blank)";
const CUT: char = '…';

/// A text as it is shown on one line, and how wide that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The text, ending in an ellipsis when it was cut.
    pub text: String,
    /// Its width in font sizes, above 0.
    pub ems: f64,
    /// Whether there was more.
    pub cut: bool,
    /// How far it reaches above and below its baseline.
    pub reach: Reach,
}

impl Line {
    /// A text in at most `room` (font sizes): what does not fit is cut between two signs and ends in an ellipsis.
    #[must_use]
    pub fn fit(text: &str, bold: bool, room: f64) -> Self {
        let clean = clean(text);
        let mut signs = clusters(&clean, bold);
        let mut ems: f64 = signs.iter().map(|sign| sign.width).sum();
        if ems <= 0.0 {
            signs = clusters(NOTHING, bold);
            ems = signs.iter().map(|sign| sign.width).sum();
        }
        let cut = ems > room;
        while ems + if cut { 1.0 } else { 0.0 } > room && signs.len() > 1 {
            ems -= signs.pop().map_or(0.0, |sign| sign.width);
        }
        let reach = if signs.iter().any(Cluster::tall) { TALL } else { PLAIN };
        let mut text: String = signs.into_iter().map(|sign| sign.text).collect();
        if cut {
            text.truncate(text.trim_end().len());
            text.push(CUT);
            ems += 1.0;
        }
        Self { text, ems, cut, reach }
    }

    /// A short text of our own, which is never cut.
    #[must_use]
    pub fn whole(text: &str, bold: bool) -> Self {
        Self::fit(text, bold, f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_stays() {
        let line = Line::fit("storage", false, 40.0);
        assert_eq!((line.text.as_str(), line.cut), ("storage", false));
        assert!(line.ems > 3.0 && line.ems < 4.0);
    }

    #[test]
    fn long_text_is_cut_to_its_room() {
        for text in ["x".repeat(200), "語".repeat(200), "👩\u{200D}💻".repeat(90), "ก็".repeat(99)] {
            let line = Line::fit(&text, true, 12.0);
            assert!(line.cut && line.text.ends_with(CUT) && line.ems <= 12.0, "{line:?}");
            assert!(line.ems > 9.0, "{line:?}");
        }
    }

    #[test]
    fn nothing_shows_as_blank() {
        for text in ["", " \u{0}\t", "\u{200B}\u{200D}"] {
            assert_eq!(Line::whole(text, false).text, NOTHING);
        }
    }
}
