//! What goes around every picture: its size, its heading, and what it says of what is not shown.

use super::canvas::{Anchor, Canvas, Pen};
use super::numbers::within;
use super::theme::{Ink, Theme};

/// The space between a picture's edge and what it shows, in pixels.
pub const MARGIN: f64 = 24.0;
/// The font size of legends and notes.
pub const SMALL: f64 = 12.0;

/// What a picture is framed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The width in pixels; each picture has a least one, none is wider than 4000.
    pub width: u32,
    /// The height of a word cloud in pixels, which grows when the words need it. The other pictures are as high as what
    /// they show.
    pub height: u32,
    /// Light, dark or as the reader has it.
    pub theme: Theme,
    /// The visible heading, also the picture's title for screen readers; empty for none.
    pub heading: String,
    /// A visible line below the heading that says what was asked for, such as the window and the scope; empty for none.
    pub note: String,
}

impl Frame {
    /// The width that is drawn.
    #[must_use]
    pub fn drawn_width(&self, least: f64) -> f64 {
        within(f64::from(self.width), least, 4000.0)
    }

    /// The title for screen readers: the heading and the note, or what kind of picture it is.
    #[must_use]
    pub fn title(&self, kind: &str) -> String {
        match (self.heading.as_str(), self.note.as_str()) {
            ("", "") => kind.into(),
            ("", note) => format!("{kind}, {note}"),
            (heading, "") => heading.into(),
            (heading, note) => format!("{heading}, {note}"),
        }
    }

    /// Writes the heading and the note; returns where the picture itself may begin.
    #[must_use]
    pub fn head(&self, canvas: &mut Canvas, width: f64) -> f64 {
        let (room, mut y) = (width - 2.0 * MARGIN, MARGIN);
        if !self.heading.is_empty() {
            canvas.write(&self.heading, Pen::at(MARGIN, y + 14.0, 18.0, Ink::Text).bold(), room);
            y += 31.0;
        }
        if !self.note.is_empty() {
            canvas.write(&self.note, Pen::at(MARGIN, y + 7.0, 13.0, Ink::Muted), room);
            y += 18.0;
        }
        if y > MARGIN { y + 8.0 } else { y }
    }
}

/// The words for what is not shown, such as "and 12 more people"; nothing when all is shown.
#[must_use]
pub fn rest(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("and 1 more {one}")),
        count => Some(format!("and {count} more {many}")),
    }
}

/// Writes what is not shown at a picture's foot, on the side that `anchor` names.
pub fn write_rest(canvas: &mut Canvas, words: Option<&str>, at: (f64, f64), anchor: Anchor, room: f64) {
    if let Some(words) = words {
        canvas.write(words, Pen { anchor, ..Pen::at(at.0, at.1, SMALL, Ink::Muted) }, room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_counted() {
        assert_eq!(rest(0, "word", "words"), None);
        assert_eq!(rest(1, "person", "people").as_deref(), Some("and 1 more person"));
        assert_eq!(rest(12, "person", "people").as_deref(), Some("and 12 more people"));
    }
}
