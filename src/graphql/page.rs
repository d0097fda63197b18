//! Connections: pages of any noun, with descriptions, and a count that costs only when it is asked for.

use async_graphql::{Enum, SimpleObject};

use crate::app::error::Error;
use crate::domain::page::{CAP, DEFAULT, Direction, Key, Page, PageRequest, Place};

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Direction")]
pub enum OrderDirection {
    /// From the lowest to the highest, from the oldest to the newest.
    Ascending,
    /// From the highest to the lowest, from the newest to the oldest.
    Descending,
}

/// Where a page lies in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether something follows this page.
    pub has_next_page: bool,
    /// Whether something precedes this page.
    pub has_previous_page: bool,
    /// The cursor of the first item, null on an empty page.
    pub start_cursor: Option<String>,
    /// The cursor of the last item, null on an empty page. Give it as `after` to get the next page.
    pub end_cursor: Option<String>,
}

/// The arguments of every connection.
#[derive(Clone, Debug, Default)]
pub struct PageArguments {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl PageArguments {
    /// The page they ask for, in a list sorted by `order`.
    ///
    /// # Errors
    /// `BAD_REQUEST` for both `first` and `last`, a number out of 1 to 100, or a cursor that is none of this list.
    pub fn request(&self, order: &str) -> Result<PageRequest, Error> {
        let (asked, backward) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Error::BadRequest("give first or last, not both".to_owned())),
            (None, Some(last)) => (Some(last), true),
            (first, None) => (first, false),
        };
        let limit = match asked.map(usize::try_from) {
            None => DEFAULT,
            Some(Ok(limit)) if (1..=CAP).contains(&limit) => limit,
            Some(_) => {
                let name = if backward { "last" } else { "first" };
                return Err(Error::BadRequest(format!("{name}: it must lie between 1 and {CAP}")));
            }
        };
        let place = |name: &str, cursor: &Option<String>| match cursor {
            None => Ok(None),
            Some(text) => match Place::decode(text, order).filter(|place| fits(&place.key, order)) {
                Some(place) => Ok(Some(place)),
                None => Err(Error::BadRequest(format!(
                    "{name}: this is no cursor of this list in this order; take one from its edges or pageInfo"
                ))),
            },
        };
        Ok(PageRequest { limit, backward, after: place("after", &self.after)?, before: place("before", &self.before)? })
    }
}

/// Whether a list of this order is sorted by keys of this kind; only a forged cursor has another.
fn fits(key: &Key, order: &str) -> bool {
    match order {
        "handle" | "name" | "slug" => matches!(key, Key::Text(_)),
        "score" => matches!(key, Key::Score(_)),
        _ => matches!(key, Key::Number(_)),
    }
}

/// One item of a page and its place.
#[derive(Debug)]
pub struct Placed<N> {
    pub node: N,
    pub place: Place,
}

/// A page with places, ready to be shown.
#[derive(Debug)]
pub struct Shown<N> {
    pub edges: Vec<Placed<N>>,
    pub has_next: bool,
    pub has_previous: bool,
    /// The name of the order, part of every cursor.
    pub order: &'static str,
}

impl<N> Shown<N> {
    /// Turns the items of a page into nodes.
    pub fn of<T>(page: Page<T>, order: &'static str, place: impl Fn(&T) -> Place, node: impl Fn(T) -> N) -> Self {
        let edges = page.items.into_iter().map(|item| Placed { place: place(&item), node: node(item) }).collect();
        Self { edges, has_next: page.has_next, has_previous: page.has_previous, order }
    }

    /// The same, leaving out what is no node.
    pub fn of_some<T>(
        page: &Page<T>,
        order: &'static str,
        place: impl Fn(&T) -> Place,
        node: impl Fn(&T) -> Option<N>,
    ) -> Self {
        let edges =
            page.items.iter().filter_map(|item| Some(Placed { place: place(item), node: node(item)? })).collect();
        Self { edges, has_next: page.has_next, has_previous: page.has_previous, order }
    }

    /// Where the page lies.
    #[must_use]
    pub fn info(&self) -> PageInfo {
        let cursor = |edge: Option<&Placed<N>>| edge.map(|edge| edge.place.encode(self.order));
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: cursor(self.edges.first()),
            end_cursor: cursor(self.edges.last()),
        }
    }
}

/// Makes the two types of a connection. `count` is the loader that counts with the connection's filter.
macro_rules! connection {
    ($(#[$doc:meta])* $Connection:ident, $(#[$edge_doc:meta])* $Edge:ident, $Node:ident, $Filter:ty, $count:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $Connection {
            pub shown: crate::graphql::page::Shown<$Node>,
            pub filter: $Filter,
        }

        $(#[$edge_doc])*
        #[derive(Debug)]
        pub struct $Edge<'a>(&'a crate::graphql::page::Placed<$Node>, &'static str);

        $(#[$doc])*
        #[async_graphql::Object]
        impl $Connection {
            /// The items of this page with their cursors.
            async fn edges(&self) -> Vec<$Edge<'_>> {
                self.shown.edges.iter().map(|edge| $Edge(edge, self.shown.order)).collect()
            }
            /// The items of this page.
            async fn nodes(&self) -> Vec<&$Node> {
                self.shown.edges.iter().map(|edge| &edge.node).collect()
            }
            /// Where this page lies in the list.
            async fn page_info(&self) -> crate::graphql::page::PageInfo {
                self.shown.info()
            }
            /// How many items the whole list has. Counted only when it is asked for.
            async fn total_count(&self, ctx: &async_graphql::Context<'_>) -> Option<async_graphql::Result<i64>> {
                let desk = match crate::graphql::context::Desk::desk(ctx) {
                    Ok(desk) => desk,
                    Err(error) => return Some(Err(error)),
                };
                crate::graphql::context::found(desk.loaders.$count(desk, self.filter.clone()).await.map(Some))
            }
        }

        $(#[$edge_doc])*
        #[async_graphql::Object]
        impl $Edge<'_> {
            /// The place of this item, to go on from with `after` or `before`.
            async fn cursor(&self) -> String {
                self.0.place.encode(self.1)
            }
            /// The item.
            async fn node(&self) -> &$Node {
                &self.0.node
            }
        }
    };
}
pub(super) use connection;

/// A page of a ranking that stands in memory, ready to be shown. Its places are its ranks.
#[derive(Debug)]
pub struct Ranking<N> {
    pub shown: Shown<N>,
    /// How long the whole ranking is.
    pub total: usize,
}

impl<N> Ranking<N> {
    /// The page of a ranking of `total` items that a request asks for. `order` names the ranking in its cursors.
    pub fn of(total: usize, request: &PageRequest, order: &'static str, node: impl Fn(usize) -> N) -> Self {
        let rank = |place: &Option<Place>| place.as_ref().and_then(|place| usize::try_from(place.id).ok());
        let start = rank(&request.after).map_or(0, |rank| rank.saturating_add(1)).min(total);
        let end = rank(&request.before).map_or(total, |rank| rank.min(total)).max(start);
        let (start, end) = if request.backward {
            (end.saturating_sub(request.limit).max(start), end)
        } else {
            (start, start.saturating_add(request.limit).min(end))
        };
        let placed = |rank: usize| {
            let id = i64::try_from(rank).unwrap_or(i64::MAX);
            Placed { node: node(rank), place: Place { key: Key::Number(id), id } }
        };
        let edges = (start..end).map(placed).collect();
        Self { shown: Shown { edges, has_next: end < total, has_previous: start > 0, order }, total }
    }
}

impl<N> Ranking<N> {
    /// The same page of something else, leaving out what is no such thing.
    pub fn with<M>(self, nodes: impl IntoIterator<Item = Option<M>>) -> Ranking<M> {
        let Shown { edges, has_next, has_previous, order } = self.shown;
        let placed = |(edge, node): (Placed<N>, Option<M>)| Some(Placed { node: node?, place: edge.place });
        let edges = edges.into_iter().zip(nodes).filter_map(placed).collect();
        Ranking { shown: Shown { edges, has_next, has_previous, order }, total: self.total }
    }
}

/// Makes the two types of a connection whose items are ranked in memory.
macro_rules! ranking {
    ($(#[$doc:meta])* $Connection:ident, $(#[$edge_doc:meta])* $Edge:ident, $Node:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $Connection(pub crate::graphql::page::Ranking<$Node>);

        $(#[$edge_doc])*
        #[derive(Debug)]
        pub struct $Edge<'a>(&'a crate::graphql::page::Placed<$Node>, &'static str);

        $(#[$doc])*
        #[async_graphql::Object]
        impl $Connection {
            /// The items of this page with their cursors.
            async fn edges(&self) -> Vec<$Edge<'_>> {
                self.0.shown.edges.iter().map(|edge| $Edge(edge, self.0.shown.order)).collect()
            }
            /// The items of this page.
            async fn nodes(&self) -> Vec<&$Node> {
                self.0.shown.edges.iter().map(|edge| &edge.node).collect()
            }
            /// Where this page lies in the ranking. Cursors are ranks: to go on in the same ranking, ask with the same `asOf`.
            async fn page_info(&self) -> crate::graphql::page::PageInfo {
                self.0.shown.info()
            }
            /// How many items the whole ranking has, 1,000 at most.
            async fn total_count(&self) -> i64 {
                i64::try_from(self.0.total).unwrap_or(i64::MAX)
            }
        }

        $(#[$edge_doc])*
        #[async_graphql::Object]
        impl $Edge<'_> {
            /// The place of this item, to go on from with `after` or `before`.
            async fn cursor(&self) -> String {
                self.0.place.encode(self.1)
            }
            /// The item.
            async fn node(&self) -> &$Node {
                &self.0.node
            }
        }
    };
}
pub(super) use ranking;
