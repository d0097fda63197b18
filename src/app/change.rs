//! The change log as it is asked and heard, with the cursors that name a place in it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::Error;
use super::house::App;
use super::viewer::Viewer;
use crate::domain::change::{Change, Interest};
use crate::domain::page::Page;

/// How many rows of the log one question looks at, so that a rare interest costs no more than a common one.
const LOOKED_AT: i64 = 5_000;

impl App {
    /// The cursor of a change: names it among all of this database.
    #[must_use]
    pub fn cursor(&self, seq: i64) -> String {
        encode(&self.instance, seq)
    }

    /// The last change that was handed on: everything up to it is in whatever is read from now on.
    #[must_use]
    pub fn head(&self) -> i64 {
        self.feed.head()
    }

    /// The number behind a cursor.
    ///
    /// # Errors
    /// `BAD_REQUEST` for what is no cursor, `CURSOR_EXPIRED` for one of another database.
    pub fn seq_of(&self, cursor: &str) -> Result<i64, Error> {
        match decode(cursor) {
            Some((instance, seq)) if instance == self.instance => Ok(seq),
            Some(_) => Err(Error::CursorExpired),
            None => Err(Error::BadRequest(
                "after: this is no cursor of a change; take one from a change's cursor field".to_owned(),
            )),
        }
    }

    /// Up to `first` changes of interest after a cursor, or from the start of the log, and the number up to which was looked.
    ///
    /// # Errors
    /// `CURSOR_EXPIRED` or `BAD_REQUEST`.
    pub async fn changes(
        &self,
        viewer: &Viewer,
        after: Option<&str>,
        first: usize,
        interest: &Interest,
    ) -> Result<(Page<Change>, i64), Error> {
        let after = after.map(|cursor| self.seq_of(cursor)).transpose()?;
        self.feed.check(after).await.map_err(|gap| Error::of_gap(gap, |seq| self.cursor(seq)))?;
        let (mut last, mut items) = (after.unwrap_or(0), Vec::new());
        let until = last + LOOKED_AT;
        let mut more = true;
        while more && items.len() <= first && last < until {
            let rows = self.store.changes_after(last, 500).await?;
            more = !rows.is_empty();
            for change in rows {
                if items.len() > first {
                    break;
                }
                // Numbers have no gaps: a hole is a part of the log that somebody took away meanwhile.
                if change.seq != last + 1 && (after.is_some() || last > 0) {
                    return Err(Error::CursorExpired);
                }
                last = change.seq;
                if interest.matches(&change.fact) && viewer.hears(&change.fact) {
                    items.push(change);
                }
            }
        }
        let full = items.len() > first;
        items.truncate(first);
        let end = if full { items.last().map_or(last, |change| change.seq) } else { last };
        let page =
            Page { items, has_next: full || (more && last >= until), has_previous: after.is_some_and(|seq| seq > 0) };
        Ok((page, end))
    }
}

fn encode(instance: &str, seq: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{instance}:{seq}"))
}

fn decode(cursor: &str) -> Option<(String, i64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (instance, seq) = text.split_once(':')?;
    let seq = seq.parse().ok().filter(|seq| *seq >= 0)?;
    Some((instance.to_owned(), seq))
}
