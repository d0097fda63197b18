//! The source that a folder comes from: named by the command, by `source.json`, or by the folder itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CommandError;
use super::import::ImportOptions;
use super::item::{Record, word};
use super::lines::Lines;
use super::record::{RatingRecord, SOURCE, SourceRecord};
use super::report::Report;
use super::told::{Told, Whole};
use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::source::{NATIVE, NewSource, Scale, Source, SourceRef, Visibility};
use crate::domain::text::slugify;

/// The kind of a source that nobody described.
const KIND: &str = "IMPORT";

/// What `source.json` says, checked.
#[derive(Debug, Default)]
struct Card {
    slug: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    scale: Option<Scale>,
    visibility: Option<Visibility>,
}

/// Finds the source of an import, or makes it. Second: whether it was made.
///
/// # Errors
/// When `source.json` cannot be used, what is said makes no source, or the database fails.
pub async fn settle(app: &App, options: &ImportOptions, report: &Report) -> Result<(Arc<Source>, bool), CommandError> {
    let path = options.folder.join(SOURCE);
    let card = read_card(&path)?;
    let told = card.is_some();
    let card = card.unwrap_or_default();
    let slug = match options.source.clone().or_else(|| card.slug.clone()) {
        Some(slug) => slugify(&slug),
        None => slugify(&folder_name(&options.folder)?),
    };
    if let Some(known) = app.source(&SourceRef::Slug(slug.clone())) {
        // The native source is there before anybody could describe it.
        if known.slug != NATIVE || !told {
            mention_difference(&known, options.scale.or(card.scale), report);
            return Ok((known, false));
        }
    }
    let (scale, why) = choose_scale(options, &card)?;
    let told = card.visibility.unwrap_or(Visibility::Private);
    let visibility = if options.public { Visibility::Public } else { told };
    let name = options.name.as_deref().or(card.name.as_deref()).unwrap_or(&slug);
    let kind = options.kind.as_deref().or(card.kind.as_deref()).unwrap_or(KIND);
    let new = NewSource::check(&slug, name, kind, scale, visibility).map_err(Error::Invalid)?;
    let (source, made) = app.ensure_source(new).await?;
    if made {
        let (scale, visibility) = (source.scale.as_str(), source.visibility.as_str());
        report.say(&format!("source {slug:?} is new: scale {scale} ({why}), ratings {visibility}"));
    } else {
        mention_difference(&source, options.scale.or(card.scale), report);
    }
    Ok((source, made))
}

fn mention_difference(known: &Source, asked: Option<Scale>, report: &Report) {
    let (slug, scale) = (&known.slug, known.scale.as_str());
    if let Some(asked) = asked.filter(|asked| *asked != known.scale) {
        report.warn(&format!("source {slug:?} is known and keeps its scale {scale}, not {}", asked.as_str()));
    }
}

/// What a folder is called, also when it is told as `.` or `..`.
fn folder_name(folder: &Path) -> Result<String, CommandError> {
    let whole: PathBuf = folder.canonicalize().map_err(CommandError::of_file(folder))?;
    Ok(whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}

fn read_card(path: &Path) -> Result<Option<Card>, CommandError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CommandError::of_file(path)(error)),
    };
    let bad = |reason| CommandError::BadSource { path: path.to_path_buf(), reason };
    let record: SourceRecord = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    card(record).map(Some).map_err(bad)
}

fn card(record: SourceRecord) -> Result<Card, String> {
    let scale = record.scale.given("scale")?;
    let visibility = record.visibility.given("visibility")?;
    Ok(Card {
        slug: record.id.given("id")?.map(|id| id.0),
        name: record.name.given("name")?,
        kind: record.kind.given("kind")?,
        scale: scale.map(|scale| word("scale", &scale, Scale::parse, "STARS, VOTE or LIKE")).transpose()?,
        visibility: visibility
            .map(|v| word("visibility", &v, Visibility::parse, "PRIVATE, MODERATORS or PUBLIC"))
            .transpose()?,
    })
}

fn choose_scale(options: &ImportOptions, card: &Card) -> Result<(Scale, &'static str), CommandError> {
    if let Some(scale) = options.scale {
        return Ok((scale, "as asked for"));
    }
    if let Some(scale) = card.scale {
        return Ok((scale, "as source.json says"));
    }
    let path = options.folder.join(RatingRecord::FILE);
    match Lines::open(&path).map_err(CommandError::of_file(&path))? {
        Some(lines) => infer_scale(lines).map_err(CommandError::of_file(&path)),
        None => Ok((Scale::Stars, "there are no ratings")),
    }
}

/// The narrowest scale that has every value of a file of ratings.
fn infer_scale(mut lines: Lines) -> std::io::Result<(Scale, &'static str)> {
    #[derive(serde::Deserialize)]
    struct Valued {
        #[serde(default)]
        value: Told<Whole>,
    }
    let (mut least, mut most) = (i64::MAX, i64::MIN);
    while let Some(line) = lines.next_line()? {
        if let Ok(Valued { value: Told::Given(Whole(value)) }) = line.parse() {
            (least, most) = (least.min(value), most.max(value));
        }
    }
    Ok(match (least, most) {
        (i64::MAX, i64::MIN) => (Scale::Stars, "there are no ratings"),
        (1, 1) => (Scale::Like, "every value in ratings.jsonl is 1"),
        (-1.., ..=1) => (Scale::Vote, "the values in ratings.jsonl lie from -1 to 1"),
        (1.., 2..=5) => (Scale::Stars, "the values in ratings.jsonl lie from 1 to 5"),
        _ => (Scale::Stars, "the values in ratings.jsonl fit none, so many will be refused"),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_narrowest_scale_is_inferred() {
        let scale = |values: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            for value in values.split_whitespace() {
                writeln!(file, "{{\"value\":{value}}}").unwrap();
            }
            infer_scale(Lines::open(file.path()).unwrap().unwrap()).unwrap().0
        };
        assert_eq!(scale("1 1.0 null"), Scale::Like);
        assert_eq!(scale("1 0"), Scale::Vote);
        assert_eq!(scale("0"), Scale::Vote);
        assert_eq!(scale("-1"), Scale::Vote);
        assert_eq!(scale("5 1 3"), Scale::Stars);
        assert_eq!(scale("5 0"), Scale::Stars);
        assert_eq!(scale("null"), Scale::Stars);
        assert_eq!(scale(""), Scale::Stars);
    }
}
