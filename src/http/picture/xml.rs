//! Text of others made safe for XML: every picture writes user text through here and nowhere else.

/// The most characters of one text that a picture carries, in a label or in its hover text.
const MOST_CHARS: usize = 600;

/// A text as it can be shown on one line: white space joined to single spaces, without the characters that XML 1.0
/// forbids and without the controls that turn the reading direction of what follows; cut after 600 characters.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut line = String::new();
    // Text of nothing but controls is bounded too: it is read no further than a few times the length shown.
    for c in text.chars().take(4 * MOST_CHARS).filter(|c| shown(*c)).take(MOST_CHARS) {
        match c {
            c if !c.is_whitespace() => line.push(c),
            _ if line.is_empty() || line.ends_with(' ') => {}
            _ => line.push(' '),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Whether a character may stand in a picture.
fn shown(c: char) -> bool {
    let space = matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    let turns = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{206A}'..='\u{206F}');
    let none = u32::from(c) & 0xFFFE == 0xFFFE || matches!(c, '\u{FDD0}'..='\u{FDEF}' | '\u{FFF9}'..='\u{FFFB}');
    space || !(c.is_control() || turns || none)
}

/// A cleaned text as XML content or as the value of a quoted attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            escape("<script a=\"b\">'&'</script>"),
            "&lt;script a=&quot;b&quot;&gt;&#39;&amp;&#39;&lt;/script&gt;"
        );
        assert_eq!(escape("]]>"), "]]&gt;");
    }

    #[test]
    fn controls_go_and_spaces_join() {
        assert_eq!(clean("\u{0}a\u{8}b \r\n\t c\u{FFFE}\u{1FFFF}\u{7F}\u{202E} "), "ab c");
        assert_eq!(clean("\u{0}\u{1}"), "");
        assert_eq!(clean(&"x".repeat(100_000)).len(), MOST_CHARS);
        assert_eq!(clean(&"\u{1}".repeat(100_000)), "");
    }

    #[test]
    fn joined_emoji_stay_whole() {
        assert_eq!(clean("👩\u{200D}💻"), "👩\u{200D}💻");
    }
}
