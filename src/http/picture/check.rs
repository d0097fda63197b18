//! What the tests of the pictures share: dice that always fall alike, texts that hurt, and a strict reader of XML.

use super::spiral::Spot;

/// A small generator of even numbers (xorshift64*), the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        u32::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32).unwrap()
    }

    pub fn share(&mut self) -> f64 {
        f64::from(self.next()) / f64::from(u32::MAX)
    }

    pub fn up_to(&mut self, most: usize) -> usize {
        usize::try_from(self.next()).unwrap() % most.max(1)
    }

    pub fn text(&mut self) -> String {
        let word = HARD[self.up_to(HARD.len())];
        match self.up_to(12) {
            0 => word.repeat(200),
            1 => format!("{word}{}", HARD[self.up_to(HARD.len())]),
            _ => word.into(),
        }
    }
}

/// Texts that break careless pictures.
pub const HARD: [&str; 22] = [
    "<script>alert(1)</script>",
    "\"quoted\" & 'so'",
    "]]><!-- --> &amp; &#0;",
    "\u{0}\u{1}\u{8}\u{B}\u{1F}x",
    "\u{FFFE}\u{FFFF}\u{10FFFF}",
    "",
    " \n\t ",
    "\u{200D}\u{FE0F}",
    "👩\u{200D}👩\u{200D}👧\u{200D}👦🏽🇩🇪",
    "مرحبا بالعالم",
    "שלום",
    "\u{202E}evil\u{2066}",
    "分布式存储系统",
    "ภาษาไทยที่นี่",
    "हिन्दी",
    "Donaudampfschifffahrtsgesellschaft",
    "Z\u{336}\u{301}\u{302}\u{303}\u{304}\u{305}a",
    "WWWWWWWW",
    "iiiiiiii",
    "storage",
    "x",
    "ﷺ",
];

/// Panics unless all boxes lie in the field and none meets another, to a hundredth of a pixel.
pub fn apart(spots: &[Spot], (width, height): (f64, f64)) {
    for (at, one) in spots.iter().enumerate() {
        let inside =
            one.x >= -0.01 && one.y >= -0.01 && one.x + one.w <= width + 0.01 && one.y + one.h <= height + 0.01;
        assert!(inside, "{one:?} leaves {width} x {height}");
        let shrunk = Spot { x: one.x + 0.01, y: one.y + 0.01, w: one.w - 0.02, h: one.h - 0.02 };
        for other in &spots[at + 1..] {
            assert!(!shrunk.meets(other), "{one:?} meets {other:?}");
        }
    }
}

/// Panics unless a picture is well-formed XML without scripts, links or anything that handles events.
pub fn sound(svg: &str) {
    let (mut open, mut rest) = (Vec::new(), svg);
    while let Some(at) = rest.find('<') {
        plain(&rest[..at]);
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        assert!(!tag.contains('<'), "{tag}");
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_owned()));
        } else {
            let name = element(tag);
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(!open.is_empty() || rest.is_empty(), "one root");
    }
    assert!(open.is_empty() && rest.is_empty());
}

const ELEMENTS: [&str; 9] = ["svg", "title", "desc", "style", "rect", "text", "path", "circle", "g"];

fn element(tag: &str) -> String {
    let tag = tag.trim_end_matches('/');
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(ELEMENTS.contains(&name), "{name}");
    let mut seen = Vec::new();
    while !rest.trim().is_empty() {
        let (attribute, value) = rest.trim_start().split_once("=\"").expect("a quoted value");
        assert!(attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{attribute}");
        assert!(!attribute.starts_with("on") && attribute != "href" && !seen.contains(&attribute), "{attribute}");
        seen.push(attribute);
        let (value, after) = value.split_once('"').expect("the value ends");
        assert!(!value.contains("NaN") && !value.contains("inf"), "{attribute}={value}");
        plain(value);
        rest = after;
    }
    name.to_owned()
}

/// Panics unless a text has only whole entities and characters that XML 1.0 allows.
fn plain(text: &str) {
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
        assert!(known.iter().any(|entity| text[at..].starts_with(entity)), "{text}");
    }
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r') || c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
    assert!(text.chars().all(allowed), "{text:?}");
}

/// The box of every text of a picture, as its attributes tell.
pub fn texts(svg: &str) -> Vec<Spot> {
    let value = |tag: &str, name: &str| -> f64 {
        let from = tag.find(&format!(" {name}=\"")).expect(name) + name.len() + 3;
        tag[from..].split('"').next().unwrap().parse().unwrap()
    };
    let tags = svg.split("<text ").skip(1).map(|part| format!(" {}", part.split('>').next().unwrap()));
    tags.map(|tag| {
        let (size, w) = (value(&tag, "font-size"), value(&tag, "textLength"));
        let x = value(&tag, "x") - if tag.contains("text-anchor=\"end\"") { w } else { 0.0 };
        Spot { x, y: value(&tag, "y") - super::metrics::PLAIN.rise * size, w, h: super::metrics::PLAIN.height() * size }
    })
    .collect()
}

#[test]
#[should_panic(expected = "one root")]
fn the_reader_is_strict() {
    sound("<svg></svg><svg></svg>");
}
