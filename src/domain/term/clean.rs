//! Prose out of a text that may be plain, Markdown, HTML or a mail: one sentence a line.
//!
//! Nothing here is a parser of these forms, because nobody says which one a text has. What looks like code, a link, a quotation
//! of somebody else or the end matter of a mail is left out; what looks like words stays.

/// Elements whose content is no prose of the author.
const SILENT: [&str; 6] = ["pre", "code", "script", "style", "blockquote", "textarea"];
/// Elements that end a sentence.
const BLOCK: [&str; 14] = ["p", "br", "div", "li", "ul", "ol", "tr", "td", "th", "h1", "h2", "h3", "h4", "hr"];
/// What trailers of changes begin with, beside words in `-by`, `-to`, `-id` and `-from`.
const TRAILERS: [&str; 9] = ["fixes", "cc", "link", "closes", "bugzilla", "refs", "see also", "depends-on", "resolves"];
/// The longest tag that is taken for one.
const TAG: usize = 300;

/// The sentences of a text, one a line.
pub(super) fn prose(text: &str) -> String {
    let mut out = Prose::default();
    let mut fence: Option<char> = None;
    for line in text.lines() {
        let bare = line.trim();
        let mark = ['`', '~'].into_iter().find(|mark| bare.chars().take_while(|c| c == mark).count() >= 3);
        match (fence, mark) {
            (Some(open), Some(close)) if open == close => fence = None,
            (None, Some(open)) => fence = Some(open),
            (Some(_), _) => {}
            (None, None) if line == "-- " || bare == "--" => break,
            (None, None) if bare.starts_with('>') => out.quoted(),
            (None, None) if bare.is_empty() => out.end(),
            (None, None) if is_trailer(bare) => out.end(),
            (None, None) => out.line(bare),
        }
    }
    out.end();
    out.text
}

/// Whether a line is a trailer of a change, such as `Reviewed-by: Ada`.
fn is_trailer(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else { return false };
    let name = name.to_lowercase();
    let worded = !name.is_empty() && name.len() <= 30 && name.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    (worded && ["-by", "-to", "-id", "-from"].iter().any(|end| name.ends_with(end)))
        || TRAILERS.contains(&name.as_str())
}

#[derive(Default)]
struct Prose {
    text: String,
    /// The element whose end is waited for.
    silent: Option<String>,
    /// Where the last line began.
    last_line: usize,
}

impl Prose {
    /// Ends a sentence, unless nothing was said yet.
    fn end(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// A line of somebody else follows. A line before it that announces it, such as `On Monday Ada wrote:`, goes too.
    fn quoted(&mut self) {
        if self.text[self.last_line..].trim_end().ends_with([':', '：']) {
            self.text.truncate(self.last_line);
        }
        self.end();
        self.last_line = self.text.len();
    }

    fn line(&mut self, line: &str) {
        let listed = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = match line.split_once(' ') {
            Some(("-" | "*" | "+" | "•", rest)) => Some(rest),
            Some((mark, rest)) if mark.chars().all(|c| c == '#') => Some(rest),
            _ => listed.strip_prefix(". ").or_else(|| listed.strip_prefix(") ")).filter(|_| listed.len() < line.len()),
        };
        if rest.is_some() {
            self.end();
        }
        self.last_line = self.text.len();
        self.inline(rest.unwrap_or(line));
        if line.starts_with('#') {
            self.end();
        }
        self.text.push(' ');
    }

    fn inline(&mut self, line: &str) {
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            if self.silent.is_some() {
                rest = self.skip_silent(rest);
                continue;
            }
            let after = &rest[c.len_utf8()..];
            rest = match c {
                '<' => self.tag(rest).unwrap_or(after),
                '&' => entity(rest).map_or(after, |after| {
                    self.text.push(' ');
                    after
                }),
                '`' | '[' | '!' if c != '!' || after.starts_with('[') => after,
                ']' if after.starts_with('(') => after.split_once(')').map_or(after, |(_, after)| after),
                'h' | 'H' | 'w' | 'W' if is_link(rest) => {
                    self.text.push(' ');
                    rest.trim_start_matches(|c: char| !c.is_whitespace() && !matches!(c, ')' | '>' | '"' | '\'' | '|'))
                }
                '@' => {
                    let kept = self.text.trim_end_matches(|c: char| !c.is_whitespace()).len();
                    self.text.truncate(kept);
                    after.trim_start_matches(|c: char| !c.is_whitespace())
                }
                '.' | '!' | '?' | '…' if after.chars().next().is_none_or(char::is_whitespace) => {
                    self.end();
                    after
                }
                '。' | '！' | '？' => {
                    self.end();
                    after
                }
                _ => {
                    self.text.push(c);
                    after
                }
            };
        }
    }

    /// Leaves out an element that begins here, or its tag; `None` when this is no tag.
    fn tag<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let bytes = rest.len().min(TAG);
        let end = rest.as_bytes()[..bytes].iter().position(|byte| *byte == b'>')?;
        let inside = &rest[1..end];
        let name: String = inside
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        let address = inside.contains("://") || inside.contains('@');
        if name.is_empty() && !inside.starts_with("!--") {
            return None;
        }
        if SILENT.contains(&name.as_str()) && !inside.starts_with('/') && !inside.ends_with('/') {
            self.silent = Some(format!("</{name}"));
            self.end();
        } else if !address && BLOCK.contains(&name.as_str()) {
            self.end();
        }
        self.text.push(' ');
        Some(&rest[end + 1..])
    }

    /// What follows the end of the silent element, or nothing when it goes on.
    fn skip_silent<'a>(&mut self, rest: &'a str) -> &'a str {
        let Some(end) = &self.silent else { return rest };
        let found = rest
            .match_indices("</")
            .find(|(at, _)| rest.get(*at..at + end.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(end)));
        match found {
            Some((at, _)) => {
                self.silent = None;
                rest[at..].split_once('>').map_or("", |(_, after)| after)
            }
            None => "",
        }
    }
}

fn is_link(text: &str) -> bool {
    let starts = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    starts("http://") || starts("https://") || starts("www.")
}

/// What follows an entity such as `&nbsp;` or `&#39;`.
fn entity(text: &str) -> Option<&str> {
    let end = text.bytes().take(10).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let told = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
    told.then(|| &text[end + 1..])
}
