//! The change log as it is asked and heard, with the cursors that name a place in it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::Error;
use super::house::App;
use super::viewer::Viewer;
use crate::domain::change::{Change, Interest, Point};
use crate::domain::page::Page;
use crate::live::feed::Gap;

/// How many rows of the log one question looks at, so that a rare interest costs no more than a common one.
const LOOKED_AT: i64 = 5_000;

impl App {
    /// The cursor of a place in the log of this database.
    #[must_use]
    pub fn cursor(&self, point: Point) -> String {
        encode(&self.instance, point)
    }

    /// After the last change that was handed on: everything up to it is in whatever is read from now on.
    #[must_use]
    pub fn head(&self) -> Point {
        self.feed.point()
    }

    /// A gap, for the subscriber who has to go on after a cursor.
    pub(super) async fn gap(&self, gap: Gap) -> Error {
        match gap {
            Gap::Lagged { last } => match self.store.log_point(last).await {
                Ok(Some(point)) => Error::Lagged { cursor: self.cursor(point) },
                Ok(None) => Error::CursorExpired,
                Err(error) => error.into(),
            },
            Gap::Expired => Error::CursorExpired,
            Gap::Closed => Error::Stopping,
            Gap::Store(error) => error.into(),
            Gap::Broken => Error::broken(),
        }
    }

    /// The place behind a cursor.
    ///
    /// # Errors
    /// `BAD_REQUEST` for what is no cursor, `CURSOR_EXPIRED` for one of another database.
    pub fn point_of(&self, cursor: &str) -> Result<Point, Error> {
        match decode(cursor) {
            Some((instance, point)) if instance == self.instance => Ok(point),
            Some(_) => Err(Error::CursorExpired),
            None => Err(Error::BadRequest(
                "after: this is no cursor of a change; take one from a change's cursor field".to_owned(),
            )),
        }
    }

    /// The place after which somebody goes on, if the log still holds what follows it.
    ///
    /// # Errors
    /// `CURSOR_EXPIRED` or `BAD_REQUEST`.
    pub(super) async fn place_after(&self, cursor: Option<&str>) -> Result<Option<Point>, Error> {
        let after = cursor.map(|cursor| self.point_of(cursor)).transpose()?;
        match self.feed.check(after).await {
            Ok(()) => Ok(after),
            Err(gap) => Err(self.gap(gap).await),
        }
    }

    /// Up to `first` changes of interest after a cursor, or from the start of the log, and the place up to which was looked.
    ///
    /// # Errors
    /// `CURSOR_EXPIRED` or `BAD_REQUEST`.
    pub async fn changes(
        &self,
        viewer: &Viewer,
        after: Option<&str>,
        first: usize,
        interest: &Interest,
    ) -> Result<(Page<Change>, Option<Point>), Error> {
        let after = self.place_after(after).await?;
        let (mut end, mut items) = (after, Vec::new());
        let mut last = after.map_or(0, |point| point.seq);
        let mut interest = self.feed.as_of(interest.clone(), last);
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
                (last, end) = (change.seq, Some(change.point()));
                if change.seq > self.feed.head() {
                    // Another process wrote it a moment ago. The tree is to be known as it was then.
                    self.directory.hear(&change);
                }
                if self.feed.matches(&mut interest, &change) && viewer.hears(&change.fact) {
                    items.push(change);
                }
            }
        }
        let full = items.len() > first;
        items.truncate(first);
        let end = if full { items.last().map(Change::point) } else { end };
        let page = Page { items, has_next: full || (more && last >= until), has_previous: after.is_some() };
        Ok((page, end))
    }
}

fn encode(instance: &str, Point { seq, mark }: Point) -> String {
    URL_SAFE_NO_PAD.encode(format!("{instance}:{seq}:{mark:x}"))
}

fn decode(cursor: &str) -> Option<(String, Point)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (instance, place) = text.split_once(':')?;
    let (seq, mark) = place.split_once(':')?;
    let seq = seq.parse().ok().filter(|seq| *seq >= 0)?;
    Some((instance.to_owned(), Point { seq, mark: u32::from_str_radix(mark, 16).ok()? }))
}
