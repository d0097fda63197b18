//! The folder of an export: its name, and files that are there only when they are whole.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::CommandError;
use super::record::SOURCE;
use crate::domain::id::SourceId;
use crate::domain::source::Source;

/// The longest name of a folder that every file system takes, with room to spare.
const LONGEST: usize = 200;
/// What the name of a file ends with until it is whole.
const UNFINISHED: &str = ".part";

/// A file under way.
#[derive(Debug)]
pub struct Sheet {
    path: PathBuf,
    writer: BufWriter<File>,
    count: u64,
}

impl Sheet {
    /// Begins a file in a folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(folder: &Path, file: &str) -> Result<Self, CommandError> {
        let path = unfinished(folder, file);
        let writer = BufWriter::new(File::create(&path).map_err(CommandError::of_file(&path))?);
        Ok(Self { path, writer, count: 0 })
    }

    /// Writes one line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, record: &impl Serialize) -> Result<(), CommandError> {
        self.count += 1;
        let written = serde_json::to_writer(&mut self.writer, record).map_err(std::io::Error::from);
        written.and_then(|()| self.writer.write_all(b"\n")).map_err(CommandError::of_file(&self.path))
    }

    /// Lines written so far.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Sees to it that the file is on the disk, and tells how many lines it has.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(self) -> Result<u64, CommandError> {
        let failed = CommandError::of_file(&self.path);
        let file = self.writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        Ok(self.count)
    }
}

/// Makes the folder of a source inside of `folder`, unless it would mix with what an export did not write.
///
/// # Errors
/// [`CommandError::Occupied`], or when it cannot be made.
pub fn claim(folder: &Path, source: &Source) -> Result<PathBuf, CommandError> {
    let folder = folder.join(folder_name(&source.slug, source.id));
    fs::create_dir_all(&folder).map_err(CommandError::of_file(&folder))?;
    let (mut ours, mut others) = (false, false);
    for entry in fs::read_dir(&folder).map_err(CommandError::of_file(&folder))? {
        let name = entry.map_err(CommandError::of_file(&folder))?.file_name();
        let name = name.to_string_lossy();
        ours |= name == SOURCE;
        // An export that was broken off leaves only these.
        others |= !name.ends_with(UNFINISHED);
    }
    if others && !ours { Err(CommandError::Occupied { folder }) } else { Ok(folder) }
}

/// Gives finished files their names, the description of the source first: it marks the folder as an export.
///
/// # Errors
/// When one cannot be renamed.
pub fn publish(folder: &Path, files: &[&str]) -> Result<(), CommandError> {
    for file in std::iter::once(&SOURCE).chain(files) {
        let path = folder.join(file);
        fs::rename(unfinished(folder, file), &path).map_err(CommandError::of_file(&path))?;
    }
    Ok(())
}

fn unfinished(folder: &Path, file: &str) -> PathBuf {
    folder.join(format!("{file}{UNFINISHED}"))
}

/// A slug as every file system takes it: what may mean something to one is percent-encoded, and what is too long is cut.
fn folder_name(slug: &str, source: SourceId) -> String {
    let mut name = String::with_capacity(slug.len());
    for c in slug.chars() {
        // A leading point hides a folder, or leads out of it.
        if c.is_alphanumeric() || matches!(c, '-' | '_') || (c == '.' && !name.is_empty()) {
            name.push(c);
        } else {
            let mut bytes = [0; 4];
            name.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    if name.len() > LONGEST {
        name.truncate(name.floor_char_boundary(LONGEST));
        name.push('-');
        name.push_str(&source.0.to_string());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::source::{Scale, Visibility};
    use crate::domain::time::from_micros;

    #[test]
    fn slugs_become_names_of_folders() {
        let folder_name = |slug: &str| folder_name(slug, SourceId(7));
        assert_eq!(folder_name("code-review.v2"), "code-review.v2");
        assert_eq!(folder_name("forum/staff"), "forum%2Fstaff");
        assert_eq!(folder_name(".."), "%2E.");
        assert_eq!(folder_name("日本"), "日本");
        assert_eq!(folder_name("a%2f:😀"), "a%252f%3A%F0%9F%98%80");
        let long = folder_name(&"日".repeat(100));
        assert!(long.ends_with("日-7") && long.len() < 210, "{long}");
    }

    #[test]
    fn only_an_export_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let source = Source {
            id: SourceId(1),
            slug: "forum".to_owned(),
            name: "Forum".to_owned(),
            kind: "FORUM".to_owned(),
            scale: Scale::Stars,
            visibility: Visibility::Private,
            created_at: from_micros(0),
        };
        let claim = || claim(folder.path(), &source);
        let own = claim().unwrap();
        let mut sheet = Sheet::begin(&own, SOURCE).unwrap();
        sheet.put(&1).unwrap();
        sheet.end().unwrap();
        assert!(claim().is_ok(), "an unfinished export may be done again");
        publish(&own, &[]).unwrap();
        assert!(claim().is_ok(), "a finished one, too");
        fs::remove_file(own.join(SOURCE)).unwrap();
        fs::write(own.join("people.jsonl"), "").unwrap();
        assert!(matches!(claim(), Err(CommandError::Occupied { .. })));
    }
}
