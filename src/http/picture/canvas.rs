//! The sheet that a picture is drawn on: text, lines and shapes as SVG elements, and the frame around them.

use std::fmt::Write;

use super::line::Line;
use super::numbers::number;
use super::theme::{Ink, Theme};
use super::xml::escape;

/// Common sans-serif fonts that share one set of widths, then whatever the reader has.
const FONTS: &str = "Helvetica Neue,Helvetica,Arial,Liberation Sans,sans-serif";

/// Where the given point lies on a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its left end, in both reading directions.
    Left,
    /// At its right end.
    Right,
}

/// How and where a text is written.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    /// The point that `anchor` names, on the baseline.
    pub at: (f64, f64),
    /// The font size in pixels.
    pub size: f64,
    /// Bold or regular.
    pub bold: bool,
    /// Its colour.
    pub ink: Ink,
    /// Which end `at` is.
    pub anchor: Anchor,
}

impl Pen {
    /// A regular text that starts at a point.
    #[must_use]
    pub const fn at(x: f64, y: f64, size: f64, ink: Ink) -> Self {
        Self { at: (x, y), size, bold: false, ink, anchor: Anchor::Left }
    }

    /// The same in bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same, ending at its point.
    #[must_use]
    pub const fn right(self) -> Self {
        Self { anchor: Anchor::Right, ..self }
    }
}

/// The elements drawn so far.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    body: String,
}

impl Canvas {
    /// Writes a text that fits a width in pixels, with its whole wording as hover text when it had to be cut; returns the
    /// width it takes.
    pub fn write(&mut self, text: &str, pen: Pen, room: f64) -> f64 {
        let line = Line::fit(text, pen.bold, room / pen.size);
        let hover = if line.cut { text } else { "" };
        self.line(&line, hover, pen)
    }

    /// Writes a line, with a hover text unless that is empty; returns the width it takes in pixels.
    pub fn line(&mut self, line: &Line, hover: &str, pen: Pen) -> f64 {
        let width = line.ems * pen.size;
        let weight = if pen.bold { r#" font-weight="700""# } else { "" };
        let anchor = if pen.anchor == Anchor::Right { r#" text-anchor="end""# } else { "" };
        let title = if hover.is_empty() { String::new() } else { format!("<title>{}</title>", escape(hover)) };
        let _ = write!(
            self.body,
            r#"<text x="{}" y="{}" font-size="{}"{weight}{anchor} class="{}" fill="currentColor" textLength="{}" lengthAdjust="spacingAndGlyphs">{title}{}</text>"#,
            number(pen.at.0),
            number(pen.at.1),
            number(pen.size),
            pen.ink.class(),
            number(width),
            escape(&line.text)
        );
        width
    }

    /// Draws a filled path.
    pub fn fill(&mut self, path: &str, ink: Ink, opacity: f64) {
        let _ = write!(
            self.body,
            r#"<path d="{path}" class="{}" fill="currentColor"{}/>"#,
            ink.class(),
            faded("fill-opacity", opacity)
        );
    }

    /// Draws a disc; a ring on the paper when `ring`.
    pub fn disc(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink, ring: bool) {
        let (x, y, r) = (number(x), number(y), number(radius));
        if ring {
            let paper = Ink::Paper.class();
            let _ = write!(self.body, r#"<circle cx="{x}" cy="{y}" r="{r}" class="{paper}" fill="currentColor"/>"#);
        }
        let paint =
            if ring { r#"fill="none" stroke="currentColor" stroke-width="1.5""# } else { r#"fill="currentColor""# };
        let _ = write!(self.body, r#"<circle cx="{x}" cy="{y}" r="{r}" class="{}" {paint}/>"#, ink.class());
    }

    /// Draws a stroke along a path, with a hover text unless that is empty.
    pub fn stroke(&mut self, path: &str, hover: &str, stroke: Stroke) {
        let dash = match stroke.dash {
            "" => String::new(),
            dots if dots.starts_with("0.") => format!(r#" stroke-linecap="round" stroke-dasharray="{dots}""#),
            dash => format!(r#" stroke-dasharray="{dash}""#),
        };
        let title = if hover.is_empty() { String::new() } else { format!("<title>{}</title>", escape(hover)) };
        let _ = write!(
            self.body,
            r#"<path d="{path}" class="{}" fill="none" stroke="currentColor" stroke-width="{}" stroke-linejoin="round"{dash}{}>{title}</path>"#,
            stroke.ink.class(),
            number(stroke.width),
            faded("stroke-opacity", stroke.opacity)
        );
    }

    /// The whole picture, a `kind` for its identifiers, with what it is (one line) and what it shows (lines) in words.
    #[must_use]
    pub fn finish(self, kind: &str, (width, height): (f64, f64), theme: Theme, words: (&str, &str)) -> String {
        let (w, h) = (number(width.ceil()), number(height.ceil()));
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="pl" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-labelledby="pl-{kind}-title pl-{kind}-desc" font-family="{FONTS}"><title id="pl-{kind}-title">{}</title><desc id="pl-{kind}-desc">{}</desc><style>{}</style><rect width="{w}" height="{h}" class="pl-paper" fill="currentColor"/>{}</svg>"#,
            escape(words.0),
            words.1.lines().map(escape).collect::<Vec<_>>().join("\n"),
            theme.css(),
            self.body
        )
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Stroke {
    /// Its colour.
    pub ink: Ink,
    /// Its width in pixels.
    pub width: f64,
    /// Lengths of dashes and gaps, empty for an unbroken line; dashes of next to nothing are drawn as round dots.
    pub dash: &'static str,
    /// How much of it covers what lies below, 0..1.
    pub opacity: f64,
}

impl Stroke {
    /// An unbroken line.
    #[must_use]
    pub const fn plain(ink: Ink, width: f64) -> Self {
        Self { ink, width, dash: "", opacity: 1.0 }
    }
}

fn faded(name: &str, opacity: f64) -> String {
    if opacity < 1.0 { format!(r#" {name}="{}""#, number(opacity)) } else { String::new() }
}
