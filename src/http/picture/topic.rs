//! A topic and where it is going.

use super::canvas::{Canvas, Pen};
use super::line::Line;
use super::numbers::number;
use super::theme::Ink;

/// Where a topic is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// More than was to be expected.
    Rising,
    /// About what was to be expected.
    Steady,
    /// Less than was to be expected.
    Falling,
}

/// A topic and its trend.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicRow {
    /// The topic's name.
    pub name: String,
    /// What happened in the window, 0 or more.
    pub activity: f64,
    /// What was to be expected, 0 or more.
    pub expected: f64,
    /// Where it is going.
    pub direction: Direction,
    /// Its course, the oldest value first.
    pub line: Vec<f64>,
    /// The words that drive it, the strongest first.
    pub words: Vec<String>,
    /// Who leads it, if anybody does.
    pub leader: Option<String>,
}

impl Direction {
    /// The colour of a topic that goes there.
    #[must_use]
    pub const fn ink(self) -> Ink {
        match self {
            Self::Rising => Ink::High,
            Self::Steady => Ink::Muted,
            Self::Falling => Ink::Low,
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Steady => "steady",
            Self::Falling => "falling",
        }
    }

    /// Draws an arrow and the word, so that the colour never speaks alone.
    pub fn draw(self, canvas: &mut Canvas, x: f64, y: f64) {
        let (arrow, up) = match self {
            Self::Rising => ("l5 -10l5 10z", 0.0),
            Self::Steady => ("v-4h5v-3l6 5l-6 5v-3z", 3.0),
            Self::Falling => ("l5 10l5 -10z", 10.0),
        };
        canvas.fill(&format!("M{} {}{arrow}", number(x), number(y - up)), self.ink(), 1.0);
        canvas.line(&Line::whole(self.word(), true), "", Pen::at(x + 17.0, y, 14.0, self.ink()).bold());
    }
}
