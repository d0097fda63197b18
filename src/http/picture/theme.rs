//! The colours of the pictures, each in a light and a dark form.
//!
//! Text has a contrast of 4.5 to 1 or more on the paper, other marks 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11; a test). The
//! scale of ratings runs from orange to blue, which stay apart for all common kinds of colour blindness.

use std::fmt::Write;

/// Whether a picture is light, dark, or follows the reader's setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark text on white.
    Light,
    /// Light text on near black.
    Dark,
    /// What the reader's system prefers; light where it does not say.
    #[default]
    Auto,
}

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The ground.
    Paper,
    /// Text that is read first.
    Text,
    /// Text that is read second, and what has no value on a scale.
    Muted,
    /// Hairlines and frames; never text.
    Hair,
    /// Rated worst.
    Lowest,
    /// Rated badly.
    Low,
    /// Rated neither well nor badly.
    Middle,
    /// Rated well; also what goes up.
    High,
    /// Rated best; also who leads.
    Highest,
    /// What comes into being.
    Fresh,
    /// What sleeps; never text.
    Asleep,
}

impl Ink {
    const ALL: [Self; 11] = [
        Self::Paper,
        Self::Text,
        Self::Muted,
        Self::Hair,
        Self::Lowest,
        Self::Low,
        Self::Middle,
        Self::High,
        Self::Highest,
        Self::Fresh,
        Self::Asleep,
    ];

    /// The class of the picture's style sheet that sets `color` to this ink.
    #[must_use]
    pub const fn class(self) -> &'static str {
        self.sheet().0
    }

    /// Class, light colour, dark colour.
    const fn sheet(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Paper => ("pl-paper", "#ffffff", "#14181d"),
            Self::Text => ("pl-ink", "#1b2027", "#e8ebef"),
            Self::Muted => ("pl-muted", "#5b6570", "#a1abb6"),
            Self::Hair => ("pl-hair", "#dde1e6", "#333b45"),
            Self::Lowest => ("pl-lowest", "#962e00", "#ff8a47"),
            Self::Low => ("pl-low", "#b65a0c", "#f0b07c"),
            Self::Middle => ("pl-middle", "#7b5c80", "#cdb0d3"),
            Self::High => ("pl-high", "#2f74b8", "#93c0f1"),
            Self::Highest => ("pl-highest", "#0a4586", "#58a3f7"),
            Self::Fresh => ("pl-fresh", "#00795c", "#3cc7a0"),
            Self::Asleep => ("pl-asleep", "#868f9a", "#75808c"),
        }
    }

    /// The ink of a rating (-1..1), in five steps; muted when there is none.
    #[must_use]
    pub fn rating(rating: Option<f64>) -> Self {
        match rating.filter(|value| value.is_finite()) {
            None => Self::Muted,
            Some(value) if value < -0.6 => Self::Lowest,
            Some(value) if value < -0.2 => Self::Low,
            Some(value) if value <= 0.2 => Self::Middle,
            Some(value) if value <= 0.6 => Self::High,
            Some(_) => Self::Highest,
        }
    }
}

impl Theme {
    /// The style sheet of a picture: colours only, so that what ignores it still shows everything, in black.
    #[must_use]
    pub fn css(self) -> String {
        let light = colours(|ink| ink.sheet().1);
        let dark = colours(|ink| ink.sheet().2);
        match self {
            Self::Light => light,
            Self::Dark => dark,
            Self::Auto => format!("{light}@media (prefers-color-scheme:dark){{{dark}}}"),
        }
    }
}

fn colours(of: impl Fn(Ink) -> &'static str) -> String {
    Ink::ALL.iter().fold(String::new(), |mut css, ink| {
        let _ = write!(css, ".pl .{}{{color:{}}}", ink.class(), of(*ink));
        css
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn everything_stands_out_on_its_paper() {
        let (_, light, dark) = Ink::Paper.sheet();
        for ink in Ink::ALL {
            let least = match ink {
                Ink::Paper | Ink::Hair => continue,
                Ink::Asleep => 3.0,
                _ => 4.5,
            };
            assert!(contrast(ink.sheet().1, light) >= least, "{ink:?} light {}", contrast(ink.sheet().1, light));
            assert!(contrast(ink.sheet().2, dark) >= least, "{ink:?} dark {}", contrast(ink.sheet().2, dark));
        }
    }

    #[test]
    fn only_auto_asks_the_reader() {
        assert!(Theme::Auto.css().contains("prefers-color-scheme:dark"));
        assert!(!Theme::Light.css().contains("@media") && !Theme::Dark.css().contains("@media"));
        assert_ne!(Theme::Light.css(), Theme::Dark.css());
    }

    #[test]
    fn ratings_have_five_steps() {
        let inks = [-1.0, -0.4, 0.0, 0.4, 1.0].map(|rating| Ink::rating(Some(rating)));
        assert_eq!(inks, [Ink::Lowest, Ink::Low, Ink::Middle, Ink::High, Ink::Highest]);
        assert_eq!(Ink::rating(Some(f64::NAN)), Ink::Muted);
        assert_eq!(Ink::rating(None), Ink::Muted);
    }
}
