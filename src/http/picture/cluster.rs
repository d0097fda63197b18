//! Text by what a reader sees as one sign: a letter with its marks, an emoji with its joined parts. Cutting between them
//! keeps what is shown readable.

use super::metrics::{advance, tall};

/// The most marks without a width of their own that one sign keeps: more would pile up over the lines above.
const MOST_MARKS: usize = 3;
/// Characters that lie on the one before them: first, last.
const MARKS: [(u32, u32); 32] = [
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05BD),
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C5),
    (0x05C7, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E4),
    (0x06E7, 0x06E8),
    (0x06EA, 0x06ED),
    (0x0E31, 0x0E31),
    (0x0E34, 0x0E3A),
    (0x0E47, 0x0E4E),
    (0x0EB1, 0x0EB1),
    (0x0EB4, 0x0EBC),
    (0x0EC8, 0x0ECE),
    (0x0F71, 0x0F84),
    (0x1160, 0x11FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x200B, 0x200F),
    (0x20D0, 0x20FF),
    (0x3099, 0x309A),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0x1F3FB, 0x1F3FF),
    (0xE0000, 0xE007F),
    (0xE0100, 0xE01EF),
];
const JOINER: char = '\u{200D}';

/// One sign and its width in font sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Its characters.
    pub text: String,
    /// Its width, 0 for a mark that stands alone.
    pub width: f64,
    marks: usize,
}

impl Cluster {
    /// Whether it reaches further above and below than letters do.
    #[must_use]
    pub fn tall(&self) -> bool {
        self.marks > 1 || self.text.chars().any(tall)
    }
}

/// The signs of a text in their order.
#[must_use]
pub fn clusters(text: &str, bold: bool) -> Vec<Cluster> {
    let mut all: Vec<Cluster> = Vec::new();
    for c in text.chars() {
        match all.last_mut() {
            Some(last) if last.takes(c) => last.join(c),
            Some(_) | None => all.push(Cluster::of(c, bold)),
        }
    }
    all
}

impl Cluster {
    fn of(c: char, bold: bool) -> Self {
        let width = if lies_on(c) { 0.0 } else { advance(c, bold) };
        Self { text: c.to_string(), width, marks: 0 }
    }

    fn takes(&self, c: char) -> bool {
        let flag = |c: char| matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
        let half = self.text.chars().count() == 1 && self.text.chars().all(flag);
        lies_on(c) || sign_of_india(c) || self.text.ends_with(JOINER) || half && flag(c)
    }

    fn join(&mut self, c: char) {
        if sign_of_india(c) {
            self.width += 0.22;
        } else if lies_on(c) && c != JOINER {
            self.marks += 1;
        }
        if self.marks <= MOST_MARKS && self.text.chars().count() < 16 {
            self.text.push(c);
        }
    }
}

fn lies_on(c: char) -> bool {
    let code = u32::from(c);
    MARKS.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

/// Vowel signs and joins of the scripts of India and their neighbours; in India's blocks they stand at the same places.
fn sign_of_india(c: char) -> bool {
    match u32::from(c) {
        code @ 0x0900..=0x0D7F => matches!(code & 0x7F, 0..=3 | 0x3A..=0x3C | 0x3E..=0x4D | 0x51..=0x57 | 0x62..=0x63),
        code => matches!(code, 0x102B..=0x103E | 0x17B4..=0x17D3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        clusters(text, false).into_iter().map(|cluster| cluster.text).collect()
    }

    #[test]
    fn signs_stay_whole() {
        assert_eq!(texts("e\u{301}a"), ["e\u{301}", "a"]);
        assert_eq!(texts("👩\u{200D}💻🇩🇪🇫🇷"), ["👩\u{200D}💻", "🇩🇪", "🇫🇷"]);
        assert_eq!(texts("ที่นี่"), ["ที่", "นี่"]);
        assert_eq!(texts("हिन्दी").len(), 3);
    }

    #[test]
    fn piles_of_marks_are_cut() {
        let zalgo = format!("a{}b", "\u{336}".repeat(500));
        assert_eq!(texts(&zalgo), [format!("a{}", "\u{336}".repeat(MOST_MARKS)), "b".into()]);
    }

    #[test]
    fn joined_emoji_are_as_wide_as_one() {
        let family = clusters("👨\u{200D}👩\u{200D}👧", false);
        assert_eq!(family.len(), 1);
        assert!((family[0].width - 1.25).abs() < 1e-9);
    }
}
