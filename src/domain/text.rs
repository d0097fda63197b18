//! Checked texts. Lengths are counted in characters; control characters other than line breaks and tabs are refused.

use super::invalid::{Code, Invalid};

/// The longest name, title or handle of an outside system.
pub const LINE: usize = 500;
/// The longest body of a content.
pub const BODY: usize = 100_000;
/// The longest reason or remark of somebody who does something.
pub const REMARK: usize = 2_000;
/// The longest web address.
pub const ADDRESS: usize = 2_000;

/// A text of one to `most` characters, trimmed.
///
/// # Errors
/// `TEXT_EMPTY`, `TEXT_TOO_LONG` or `TEXT_INVALID`.
pub fn required(field: &'static str, text: &str, most: usize) -> Result<String, Invalid> {
    let text = optional(field, text, most)?;
    if text.is_empty() { Err(Invalid::new(Code::TextEmpty, field, "it must not be empty")) } else { Ok(text) }
}

/// A text of at most `most` characters, trimmed, that may be empty.
///
/// # Errors
/// `TEXT_TOO_LONG` or `TEXT_INVALID`.
pub fn optional(field: &'static str, text: &str, most: usize) -> Result<String, Invalid> {
    let text = text.trim();
    // Bytes first: they are never fewer than characters, so most texts need no count.
    if text.len() > most && text.chars().count() > most {
        return Err(Invalid::new(Code::TextTooLong, field, format!("it must have at most {most} characters")));
    }
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        Some(c) => {
            Err(Invalid::new(Code::TextInvalid, field, format!("it contains the control character U+{:04X}", c as u32)))
        }
        None => Ok(text.to_owned()),
    }
}

/// A web address with the scheme http or https.
///
/// # Errors
/// `TEXT_INVALID` for another scheme or blanks in it, `TEXT_EMPTY`, `TEXT_TOO_LONG`.
pub fn address(field: &'static str, text: &str) -> Result<String, Invalid> {
    let text = required(field, text, ADDRESS)?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)) {
        Ok(text)
    } else {
        Err(Invalid::new(Code::TextInvalid, field, "it must be an address that starts with https:// or http://"))
    }
}

/// A name for addresses and references: lower case, without blanks, 1 to 100 characters.
///
/// # Errors
/// `TEXT_EMPTY`, `TEXT_TOO_LONG`, or `TEXT_INVALID` with what would be right.
pub fn slug(field: &'static str, text: &str) -> Result<String, Invalid> {
    let text = required(field, text, 100)?;
    let fits = |c: char| !c.is_whitespace() && !c.is_uppercase();
    if text.chars().all(fits) {
        Ok(text)
    } else {
        let better = slugify(&text);
        Err(Invalid::new(Code::TextInvalid, field, format!("it must be lower case without blanks, such as {better:?}")))
    }
}

/// The slug of any text: lower case, every run of blanks one hyphen, cut at 100 characters.
///
/// ```
/// assert_eq!(peerlead::domain::text::slugify(" Ada  Lovelace "), "ada-lovelace");
/// ```
#[must_use]
pub fn slugify(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    // Some capital letters have no lower case; they would not pass the check of a slug.
    words.join("-").chars().filter(|c| !c.is_uppercase() && !c.is_control()).take(100).collect()
}

/// A language tag such as `en` or `zh-Hant` (the form of BCP 47, not its registry).
///
/// # Errors
/// `TEXT_INVALID`.
pub fn language(field: &'static str, text: &str) -> Result<String, Invalid> {
    let part = |p: &str| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric());
    let first = text.split('-').next().unwrap_or_default();
    if (2..=8).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && text.split('-').all(part)
        && text.len() <= 35
    {
        Ok(text.to_owned())
    } else {
        Err(Invalid::new(Code::TextInvalid, field, "it must be a language tag such as \"en\" or \"zh-Hant\""))
    }
}
