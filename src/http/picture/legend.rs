//! What the signs of a picture mean.

use super::canvas::{Canvas, Pen, Stroke};
use super::frame::{MARGIN, SMALL};
use super::line::Line;
use super::numbers::number;
use super::theme::Ink;

/// The height of one row of a legend, in pixels.
const ROW: f64 = 20.0;

/// The sign before a legend's words.
#[derive(Clone, Copy, Debug)]
pub enum Sign {
    /// Words alone.
    None,
    /// Discs side by side.
    Discs(&'static [Ink]),
    /// A piece of line.
    Line(Stroke),
    /// A ring.
    Ring(Ink),
}

/// One entry of a legend.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its words, before the sign when they are `before`.
    pub words: (&'static str, &'static str),
    /// Its sign.
    pub sign: Sign,
}

/// Draws a legend from `top` on, in as many rows as it needs; returns its height.
pub fn legend(canvas: &mut Canvas, entries: &[Entry], top: f64, width: f64) -> f64 {
    let (mut x, mut y) = (MARGIN, top);
    for entry in entries {
        let needed = entry.width();
        if x > MARGIN && x + needed > width - MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        entry.draw(canvas, x, y + 13.0);
        x += needed + 22.0;
    }
    y + ROW - top
}

impl Entry {
    /// A sign and what it means.
    #[must_use]
    pub const fn new(sign: Sign, words: &'static str) -> Self {
        Self { words: ("", words), sign }
    }

    fn width(&self) -> f64 {
        wide(self.words.0) + wide(self.words.1) + self.sign.width() + if self.words.0.is_empty() { 0.0 } else { 7.0 }
    }

    fn draw(&self, canvas: &mut Canvas, mut x: f64, y: f64) {
        if !self.words.0.is_empty() {
            x += canvas.line(&Line::whole(self.words.0, false), "", Pen::at(x, y, SMALL, Ink::Muted)) + 7.0;
        }
        self.sign.draw(canvas, x, y - 4.0);
        x += self.sign.width();
        if !self.words.1.is_empty() {
            canvas.line(&Line::whole(self.words.1, false), "", Pen::at(x, y, SMALL, Ink::Muted));
        }
    }
}

impl Sign {
    fn width(&self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Discs(inks) => inks.iter().map(|_| 13.0).sum::<f64>() + 5.0,
            Self::Line(_) => 37.0,
            Self::Ring(_) => 15.0,
        }
    }

    fn draw(&self, canvas: &mut Canvas, x: f64, y: f64) {
        match self {
            Self::None => {}
            Self::Discs(inks) => {
                inks.iter().fold(x + 5.0, |at, ink| {
                    canvas.disc((at, y), 5.0, *ink, false);
                    at + 13.0
                });
            }
            Self::Line(stroke) => {
                canvas.stroke(&format!("M{} {}h30", number(x), number(y)), "", *stroke);
            }
            Self::Ring(ink) => canvas.disc((x + 4.0, y), 3.25, *ink, true),
        }
    }
}

fn wide(words: &str) -> f64 {
    if words.is_empty() { 0.0 } else { Line::whole(words, false).ems * SMALL }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_wraps() {
        let entries = vec![Entry::new(Sign::Ring(Ink::Text), "declared"); 9];
        let one = legend(&mut Canvas::default(), &entries, 0.0, 2000.0);
        let more = legend(&mut Canvas::default(), &entries, 0.0, 320.0);
        assert!(one < more, "{one} {more}");
    }
}
