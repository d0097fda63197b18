//! Everything of one source, as the items an import takes: so that data can leave.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};

use super::error::Error;
use super::house::App;
use crate::domain::content::Content;
use crate::domain::contest::Contest;
use crate::domain::endorsement::{Endorsement, EndorsementFilter};
use crate::domain::id::{ContentId, ContestId, SourceId};
use crate::domain::leadership::{Leadership, LeadershipFilter, LeadershipOrder};
use crate::domain::page::{CAP, Direction, Page, PageRequest, Place};
use crate::domain::person::{Account, Person, PersonFilter, PersonOrder, PersonOrderField};
use crate::domain::rating::Rating;
use crate::domain::source::Source;
use crate::domain::topic::{Topic, TopicFilter, TopicOrder, TopicOrderField};

const CHUNK: i64 = 500;

impl App {
    /// The accounts of a source with their people.
    pub fn all_accounts(
        self: &Arc<Self>,
        source: &Source,
    ) -> impl Stream<Item = Result<(Account, Person), Error>> + use<> {
        let (app, source) = (Arc::clone(self), source.id);
        walk(move |after| {
            let app = Arc::clone(&app);
            async move {
                let rows = app.store.accounts_after(source, after, CHUNK).await?;
                Ok(rows.last().map(|(account, _)| account.id.0).map(|last| (rows, last)))
            }
        })
    }

    /// The contents of a source, whatever their state.
    pub fn all_contents(self: &Arc<Self>, source: &Source) -> impl Stream<Item = Result<Content, Error>> + use<> {
        let (app, source) = (Arc::clone(self), source.id);
        walk(move |after| {
            let app = Arc::clone(&app);
            async move {
                let rows = app.store.contents_after(source, after, CHUNK).await?;
                Ok(rows.last().map(|content| content.id.0).map(|last| (rows, last)))
            }
        })
    }

    /// The ratings of a source's contents, content by content, each with the external id of its content; withdrawn ones
    /// without a mark.
    pub fn all_ratings(
        self: &Arc<Self>,
        source: &Source,
    ) -> impl Stream<Item = Result<(Rating, String), Error>> + use<> {
        let (app, source) = (Arc::clone(self), source.id);
        walk(move |after| {
            let app = Arc::clone(&app);
            async move {
                let rows = app.store.ratings_after(source, after, CHUNK).await?;
                Ok(rows.last().map(|(rating, _)| (rating.content.0, rating.rater.0)).map(|last| (rows, last)))
            }
        })
    }

    /// The sources and external ids of contents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn external_ids(&self, ids: &[ContentId]) -> Result<HashMap<ContentId, (SourceId, String)>, Error> {
        Ok(if ids.is_empty() { HashMap::new() } else { self.store.external_ids(ids).await? })
    }

    /// Every topic, those above others first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_topics(&self) -> Result<Vec<Topic>, Error> {
        let filter = TopicFilter { synonyms: true, ..TopicFilter::default() };
        let order = TopicOrder { field: TopicOrderField::Created, direction: Direction::Ascending };
        let (mut all, mut request) = (Vec::new(), PageRequest::first(CAP));
        loop {
            let page = self.store.topics_pages(&[(&filter, order, &request)]).await?.into_iter().next();
            let Some(page) = page else { break };
            request.after = page.items.last().map(|topic| topic.place(order.field));
            all.extend(page.items);
            if !page.has_next {
                break;
            }
        }
        // A parent or a main topic may be younger than what hangs on it.
        all.sort_by_key(|topic| (topic.main.is_some(), self.directory.ancestors(topic.id).len()));
        Ok(all)
    }

    /// Everybody, oldest first; people who were merged into others are these others.
    pub fn all_people(self: &Arc<Self>) -> impl Stream<Item = Result<Person, Error>> + use<> {
        let app = Arc::clone(self);
        walk(move |after: Option<Place>| {
            let app = Arc::clone(&app);
            async move {
                let filter = PersonFilter::default();
                let order = PersonOrder { field: PersonOrderField::Created, direction: Direction::Ascending };
                let request = PageRequest { after, ..PageRequest::first(CAP) };
                let pages = app.store.people_pages(&[(&filter, order, &request)]).await?;
                Ok(rest(pages, |person| person.place(order.field)))
            }
        })
    }

    /// Every leadership, by start.
    pub fn all_leaderships(self: &Arc<Self>) -> impl Stream<Item = Result<Leadership, Error>> + use<> {
        let app = Arc::clone(self);
        walk(move |after: Option<Place>| {
            let app = Arc::clone(&app);
            async move {
                let (filter, order) =
                    (LeadershipFilter::default(), LeadershipOrder { direction: Direction::Ascending });
                let request = PageRequest { after, ..PageRequest::first(CAP) };
                let pages = app.store.leaderships_pages(&[(&filter, order, &request)]).await?;
                Ok(rest(pages, Leadership::place))
            }
        })
    }

    /// Every endorsement, by time.
    pub fn all_endorsements(self: &Arc<Self>) -> impl Stream<Item = Result<Endorsement, Error>> + use<> {
        let app = Arc::clone(self);
        walk(move |after: Option<Place>| {
            let app = Arc::clone(&app);
            async move {
                let (filter, order) =
                    (EndorsementFilter::default(), LeadershipOrder { direction: Direction::Ascending });
                let request = PageRequest { after, ..PageRequest::first(CAP) };
                let pages = app.store.endorsements_pages(&[(&filter, order, &request)]).await?;
                Ok(rest(pages, Endorsement::place))
            }
        })
    }

    /// Every objection, by id, of whom and what people and topics were merged into.
    pub fn all_contests(self: &Arc<Self>) -> impl Stream<Item = Result<Contest, Error>> + use<> {
        let app = Arc::clone(self);
        walk(move |after: Option<ContestId>| {
            let app = Arc::clone(&app);
            async move {
                let mut contests = app.store.contests_after(after.unwrap_or(ContestId(0)), CHUNK).await?;
                let last = contests.last().map(|contest| contest.id);
                for contest in &mut contests {
                    (contest.person, contest.topic) = app.contested(contest);
                }
                Ok(last.map(|last| (contests, Some(last))))
            }
        })
    }
}

/// The items of the only page and the place of the last one.
fn rest<T>(pages: Vec<Page<T>>, place: impl Fn(&T) -> Place) -> Option<(Vec<T>, Option<Place>)> {
    let items = pages.into_iter().next()?.items;
    let last = items.last().map(place)?;
    Some((items, Some(last)))
}

/// Reads chunk after chunk, each after the key of the one before.
fn walk<T, K, F, R>(read: F) -> impl Stream<Item = Result<T, Error>>
where
    K: Default,
    F: Fn(K) -> R + Clone,
    R: Future<Output = Result<Option<(Vec<T>, K)>, Error>>,
{
    let chunks = stream::unfold(Some(K::default()), move |after| {
        let read = read.clone();
        async move {
            match read(after?).await {
                Ok(None) => None,
                Ok(Some((rows, last))) => Some((rows.into_iter().map(Ok).collect(), Some(last))),
                Err(error) => Some((vec![Err(error)], None)),
            }
        }
    });
    chunks.flat_map(|chunk: Vec<Result<T, Error>>| stream::iter(chunk))
}
