//! Keyset pages: a page starts after the sort key of the last row seen, so that page 1,000 costs what page 1 costs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How many items a page may hold.
pub const CAP: usize = 100;
/// How many items a page holds when nobody says.
pub const DEFAULT: usize = 20;

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Ascending,
    Descending,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// The value a list is sorted by.
#[derive(Clone, Debug)]
pub enum Key {
    Number(i64),
    Score(f64),
    Text(String),
}

// Scores are finite and never negative zero, so their bits are as good as their values.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Score(a), Self::Score(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }
}
impl Eq for Key {}
impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Self::Number(a) => a.hash(state),
            Self::Score(a) => a.to_bits().hash(state),
            Self::Text(a) => a.hash(state),
        }
    }
}

/// A place in a sorted list: just beside the row with this sort key and id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub key: Key,
    pub id: i64,
}

impl Place {
    /// The opaque text of this place in a list sorted by `order`.
    #[must_use]
    pub fn encode(&self, order: &str) -> String {
        let key = match &self.key {
            Key::Number(n) => format!("n{n}"),
            Key::Score(s) => format!("s{:016x}", s.to_bits()),
            Key::Text(t) => format!("t{t}"),
        };
        URL_SAFE_NO_PAD.encode(format!("{order}:{}:{key}", self.id))
    }

    /// Reads what [`Place::encode`] wrote. `None` for anything else, and for a place in a list of another order.
    ///
    /// ```
    /// use peerlead::domain::page::{Key, Place};
    /// let place = Place { key: Key::Number(7), id: 3 };
    /// assert_eq!(Place::decode(&place.encode("NAME"), "NAME"), Some(place.clone()));
    /// assert_eq!(Place::decode(&place.encode("NAME"), "HANDLE"), None);
    /// ```
    #[must_use]
    pub fn decode(text: &str, order: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (id, key) = text.strip_prefix(order)?.strip_prefix(':')?.split_once(':')?;
        let key = match key.split_at_checked(1)? {
            ("n", n) => Key::Number(n.parse().ok()?),
            ("s", s) => Key::Score(Some(f64::from_bits(u64::from_str_radix(s, 16).ok()?)).filter(|s| s.is_finite())?),
            ("t", t) if !t.contains('\0') => Key::Text(t.to_owned()),
            _ => return None,
        };
        Some(Self { key, id: id.parse().ok()? })
    }
}

/// Which page of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// How many items, at most [`CAP`].
    pub limit: usize,
    /// From the end of the list instead of from its start.
    pub backward: bool,
    /// Only what follows this place.
    pub after: Option<Place>,
    /// Only what precedes this place.
    pub before: Option<Place>,
}

impl PageRequest {
    /// The first `limit` items.
    #[must_use]
    pub const fn first(limit: usize) -> Self {
        Self { limit, backward: false, after: None, before: None }
    }
}

/// One page, in the order of the list whichever end it was asked from.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub has_next: bool,
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// The same page of something else, without what is no such thing.
    pub fn filter_map<U>(self, change: impl FnMut(T) -> Option<U>) -> Page<U> {
        Page {
            items: self.items.into_iter().filter_map(change).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }

    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }

    /// Makes a page of up to `limit + 1` rows, as read: the one too many only tells that there is more.
    #[must_use]
    pub fn of(mut rows: Vec<T>, request: &PageRequest) -> Self {
        let more = rows.len() > request.limit;
        rows.truncate(request.limit);
        if request.backward {
            rows.reverse();
            return Self { items: rows, has_next: request.before.is_some(), has_previous: more };
        }
        Self { items: rows, has_next: more, has_previous: request.after.is_some() }
    }
}
