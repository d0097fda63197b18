//! How wide text is, without a font: a table of common advance widths, so that boxes are known before anything is drawn.
//!
//! The widths of ASCII are those that Helvetica, Arial and Liberation Sans share; for other letters the mean of common
//! fonts of their script, rounded up. The pictures write every text with `textLength`, so that a reader's font which is
//! wider or narrower is fitted into the width computed here.

/// How far a line reaches above and below its baseline, in font sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// Above.
    pub rise: f64,
    /// Below.
    pub fall: f64,
}

/// Lines of letters, ideographs and emoji.
pub const PLAIN: Reach = Reach { rise: 0.93, fall: 0.24 };
/// Lines of scripts that set signs above and below each other, and of letters with piled up marks.
pub const TALL: Reach = Reach { rise: 1.2, fall: 0.52 };

impl Reach {
    /// The whole height.
    #[must_use]
    pub const fn height(self) -> f64 {
        self.rise + self.fall
    }
}

/// Whether a character belongs to a script whose lines are tall: Arabic, those of India, Thai to Tibetan, Burmese, Khmer.
#[must_use]
pub fn tall(c: char) -> bool {
    matches!(u32::from(c), 0x0600..=0x0FFF | 0x1000..=0x109F | 0x1780..=0x17FF)
}

/// Advance widths of U+0020 to U+007E in thousandths of the font size, regular.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
/// Advance widths of U+0020 to U+007E in thousandths of the font size, bold.
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
];
/// Mean advance widths by script: first and last character, width in font sizes; the first range that holds it counts.
const SCRIPTS: [(u32, u32, f64); 29] = [
    (0x00AD, 0x00AD, 0.0),
    (0x0300, 0x036F, 0.0),
    (0x0530, 0x058F, 0.7),
    (0x0590, 0x05FF, 0.56),
    (0x0600, 0x08FF, 0.5),
    (0x0900, 0x097F, 0.62),
    (0x0980, 0x09FF, 0.74),
    (0x0A00, 0x0B7F, 0.62),
    (0x0B80, 0x0BFF, 0.95),
    (0x0C00, 0x0CFF, 0.7),
    (0x0D00, 0x0DFF, 1.0),
    (0x0E00, 0x0EFF, 0.6),
    (0x1000, 0x109F, 0.74),
    (0x10A0, 0x10FF, 0.62),
    (0x1100, 0x115F, 1.0),
    (0x1200, 0x139F, 0.68),
    (0x1780, 0x17FF, 0.62),
    (0x2000, 0x200A, 0.5),
    (0x200B, 0x200F, 0.0),
    (0x2010, 0x2013, 0.56),
    (0x2018, 0x201F, 0.42),
    (0x2022, 0x2022, 0.36),
    (0x2600, 0x27BF, 1.25),
    (0x2E80, 0xABFF, 1.0),
    (0xAC00, 0xD7AF, 0.94),
    (0xF900, 0xFAFF, 1.0),
    (0xFEFF, 0xFEFF, 0.0),
    (0xFF61, 0xFF9F, 0.6),
    (0x1F000, 0x1FAFF, 1.25),
];

/// The width of one character on its own, in font sizes.
#[must_use]
pub fn advance(c: char, bold: bool) -> f64 {
    let code = u32::from(c);
    let table = if bold { &BOLD } else { &REGULAR };
    let known = code.checked_sub(0x20).and_then(|at| table.get(usize::try_from(at).ok()?));
    if let Some(thousandths) = known {
        return f64::from(*thousandths) / 1000.0;
    }
    let script = SCRIPTS.iter().find(|(first, last, _)| (*first..=*last).contains(&code));
    script.map_or_else(|| letter(c, code) * if bold { 1.05 } else { 1.0 }, |(_, _, width)| *width)
}

/// The width of a Latin, Greek, Cyrillic or Armenian letter; of anything else the full width of the line's height.
fn letter(c: char, code: u32) -> f64 {
    match code {
        0x00A0..=0x058F | 0x1E00..=0x1FFF if c.is_uppercase() => 0.74,
        0x00A0..=0x058F | 0x1E00..=0x1FFF => 0.58,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_widths() {
        assert!((advance('A', false) - 0.667).abs() < 1e-9);
        assert!((advance('~', true) - 0.584).abs() < 1e-9);
        assert!((advance('語', false) - 1.0).abs() < 1e-9);
        assert!((advance('🦀', false) - 1.25).abs() < 1e-9);
        assert!(advance('\u{301}', false) < 1e-9);
    }

    #[test]
    fn the_unknown_is_taken_as_wide() {
        assert!((advance('𒀀', false) - 1.0).abs() < 1e-9);
        assert!(advance('Ж', false) > advance('ж', false));
    }
}
