//! A file of JSON Lines, read one line at a time, so that its size does not matter.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Result, Seek, SeekFrom};
use std::path::Path;

use serde::de::DeserializeOwned;

/// The longest line that is read, in bytes. The longest content has 100,000 characters, so an honest line fits.
const LONGEST: usize = 16 << 20;

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the line, from 1 on.
    pub number: u64,
    /// The bytes before it.
    pub offset: u64,
}

/// A line as it is read, before anybody knows whether it is one of JSON.
#[derive(Debug)]
pub struct Line {
    /// Where it stands.
    pub place: Place,
    bytes: Vec<u8>,
    too_long: bool,
}

/// The lines of a file.
#[derive(Debug)]
pub struct Lines {
    reader: BufReader<File>,
    next: Place,
    length: u64,
}

impl Lines {
    /// Opens a file; `None` when it is not there.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        let mut reader = BufReader::with_capacity(1 << 16, file);
        // Some editors begin a file with a mark that says it is UTF-8.
        let mark = if reader.fill_buf()?.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        reader.consume(mark);
        Ok(Some(Self { reader, next: Place { number: 1, offset: mark as u64 }, length }))
    }

    /// The bytes of the whole file.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// The bytes read so far.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.next.offset
    }

    /// The next line that is not blank; `None` after the last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_line(&mut self) -> Result<Option<Line>> {
        loop {
            let line = self.read()?;
            match line {
                Some(line) if line.bytes.trim_ascii().is_empty() && !line.too_long => {}
                other => return Ok(other),
            }
        }
    }

    /// The line that stands at a place where one was read before.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn again(&mut self, place: Place) -> Result<Option<Line>> {
        self.reader.seek(SeekFrom::Start(place.offset))?;
        self.next = place;
        self.read()
    }

    fn read(&mut self) -> Result<Option<Line>> {
        let place = self.next;
        let mut bytes = Vec::new();
        let most = LONGEST as u64 + 1;
        let mut count = self.reader.by_ref().take(most).read_until(b'\n', &mut bytes)?;
        if count == 0 {
            return Ok(None);
        }
        let too_long = bytes.len() > LONGEST && !bytes.ends_with(b"\n");
        if too_long {
            bytes.clear();
            count += self.reader.skip_until(b'\n')?;
        }
        self.next = Place { number: place.number + 1, offset: place.offset + count as u64 };
        Ok(Some(Line { place, bytes, too_long }))
    }
}

impl Line {
    /// Bytes in it.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The object that the line says.
    ///
    /// # Errors
    /// Why it says none, for the one who made the file.
    pub fn parse<T: DeserializeOwned>(&self) -> std::result::Result<T, String> {
        if self.too_long {
            return Err(format!("longer than {} MiB", LONGEST >> 20));
        }
        let text = std::str::from_utf8(&self.bytes)
            .map_err(|error| format!("no UTF-8 from byte {} on", error.valid_up_to() + 1))?;
        // The end of the line is no part of it, also where it is cut off.
        let text = text.trim_end();
        if !text.trim_start().starts_with('{') {
            return Err("no JSON object".to_owned());
        }
        serde_json::from_str(text).map_err(|error| {
            let told = error.to_string().replace(" at line 1 column ", " at byte ");
            if error.is_eof() { format!("the line is cut off: {told}") } else { format!("no JSON: {told}") }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn lines(bytes: &[u8]) -> Lines {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Lines::open(file.path()).unwrap().unwrap()
    }

    #[test]
    fn lines_keep_their_numbers_and_are_found_again() {
        let mut lines = lines(b"\xEF\xBB\xBF{\"a\":1}\r\n\n  \n{\"a\":2}\n{\"a\":3");
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push((line.place, line.parse::<serde_json::Value>().map(|value| value["a"].clone())));
        }
        let numbers: Vec<u64> = found.iter().map(|(place, _)| place.number).collect();
        assert_eq!(numbers, [1, 4, 5]);
        assert_eq!(found[1].1.as_ref().unwrap(), 2);
        assert!(found[2].1.as_ref().unwrap_err().starts_with("the line is cut off: EOF"));
        assert_eq!(lines.offset(), lines.length());
        let again = lines.again(found[1].0).unwrap().unwrap();
        assert_eq!(again.parse::<serde_json::Value>().unwrap()["a"], 2);
    }

    #[test]
    fn what_is_no_object_is_told_apart() {
        let mut lines = lines(b"[1]\n{\"a\":\"\xFF\"}\n{\"a\" 1}\n");
        let mut reason = || lines.next_line().unwrap().unwrap().parse::<serde_json::Value>().unwrap_err();
        assert_eq!(reason(), "no JSON object");
        assert_eq!(reason(), "no UTF-8 from byte 7 on");
        assert!(reason().starts_with("no JSON: expected `:`"));
    }

    #[test]
    fn where_a_line_is_cut_off_is_told_by_its_byte() {
        let told = lines(b"{\"a\":\n").next_line().unwrap().unwrap().parse::<serde_json::Value>().unwrap_err();
        assert_eq!(told, "the line is cut off: EOF while parsing a value at byte 5");
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let mut text = vec![b'x'; LONGEST + 10];
        text.extend_from_slice(b"\n{}\n");
        let mut lines = lines(&text);
        assert_eq!(lines.next_line().unwrap().unwrap().parse::<serde_json::Value>().unwrap_err(), "longer than 16 MiB");
        assert!(lines.next_line().unwrap().unwrap().parse::<serde_json::Value>().is_ok());
    }
}
