//! Loaders: what the fields of one level ask for is fetched together, in one statement for the level, not one for each.
//!
//! The first who asks waits until all others of its level have asked too, which takes one turn of the scheduler and no
//! timer, and then fetches for everybody. A loader lives as long as its request, so it never mixes viewers.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::context::Request;
use crate::app::content::Standing;
use crate::app::error::Error;
use crate::domain::content::{Content, ContentFilter, ContentOrder};
use crate::domain::endorsement::{Endorsement, EndorsementFilter};
use crate::domain::id::{ContentId, PersonId};
use crate::domain::leadership::{Leadership, LeadershipFilter, LeadershipOrder};
use crate::domain::page::{Page, PageRequest};
use crate::domain::person::{Account, Person, PersonFilter, PersonOrder};
use crate::domain::rating::Rating;
use crate::domain::topic::{Topic, TopicFilter, TopicOrder};

/// One who waits for the value of a key.
type Waiting<K, V> = (K, oneshot::Sender<Result<V, Error>>);

/// Gathers keys until all of a level have been asked for.
#[derive(Debug)]
struct Batch<K, V> {
    waiting: Mutex<Vec<Waiting<K, V>>>,
}

impl<K, V> Default for Batch<K, V> {
    fn default() -> Self {
        Self { waiting: Mutex::new(Vec::new()) }
    }
}

impl<K, V> Batch<K, V> {
    /// `fetch` gives one value for each key, in their order.
    async fn load(&self, key: K, fetch: impl AsyncFnOnce(Vec<K>) -> Result<Vec<V>, Error>) -> Result<V, Error> {
        let (sender, receiver) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push((key, sender));
            waiting.len() == 1
        };
        if first {
            tokio::task::yield_now().await;
            let gathered = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            let (keys, senders): (Vec<K>, Vec<_>) = gathered.into_iter().unzip();
            match fetch(keys).await {
                // Whoever went away meanwhile needs no answer.
                Ok(values) => senders.into_iter().zip(values).for_each(|(sender, value)| drop(sender.send(Ok(value)))),
                Err(error) => senders.into_iter().for_each(|sender| drop(sender.send(Err(error.clone())))),
            }
        }
        // Without tokio's budget, which would stop a level of more than 128 in its middle and make several statements of it.
        tokio::task::unconstrained(receiver).await.unwrap_or(Err(Error::Stopping))
    }
}

/// Gives each key its value of a map, `None` for those without.
fn spread<K: Eq + Hash, V: Clone>(keys: &[K], found: &HashMap<K, V>) -> Vec<Option<V>> {
    keys.iter().map(|key| found.get(key).cloned()).collect()
}

/// Each key once.
fn unique<K: Ord + Copy>(keys: &[K]) -> Vec<K> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The loaders of one request.
#[derive(Debug, Default)]
pub struct Loaders {
    people: Batch<Vec<PersonId>, Vec<Option<Arc<Person>>>>,
    contents: Batch<ContentId, Option<Arc<Content>>>,
    accounts: Batch<PersonId, Vec<Account>>,
    viewer_ratings: Batch<ContentId, Option<Rating>>,
    ratings_pages: Batch<(ContentId, PageRequest), Page<Rating>>,
    people_pages: Batch<(PersonFilter, PersonOrder, PageRequest), Page<Person>>,
    topics_pages: Batch<(TopicFilter, TopicOrder, PageRequest), Page<Topic>>,
    contents_pages: Batch<(ContentFilter, ContentOrder, PageRequest), Page<Standing>>,
    leaderships_pages: Batch<(LeadershipFilter, LeadershipOrder, PageRequest), Page<Leadership>>,
    endorsements_pages: Batch<(EndorsementFilter, LeadershipOrder, PageRequest), Page<Endorsement>>,
    people_counts: Batch<PersonFilter, i64>,
    topics_counts: Batch<TopicFilter, i64>,
    contents_counts: Batch<ContentFilter, i64>,
    leaderships_counts: Batch<LeadershipFilter, i64>,
    endorsements_counts: Batch<EndorsementFilter, i64>,
}

/// A loader of pages and one of counts, each one statement for all keys.
macro_rules! pages {
    ($pages:ident, $counts:ident, $Filter:ty, $Order:ty, $Noun:ty $(, $viewer:ident)?) => {
        /// A page of a list.
        ///
        /// # Errors
        /// When the database fails, or the viewer may not see it.
        pub async fn $pages(&self, desk: &Request, key: ($Filter, $Order, PageRequest)) -> Result<Page<$Noun>, Error> {
            self.$pages.load(key, async |keys: Vec<($Filter, $Order, PageRequest)>| {
                let asked: Vec<_> = keys.iter().map(|(filter, order, request)| (filter, *order, request)).collect();
                desk.app.$pages($(&desk.$viewer,)? &asked).await
            }).await
        }

        /// How long a list is.
        ///
        /// # Errors
        /// When the database fails, or the viewer may not see it.
        pub async fn $counts(&self, desk: &Request, filter: $Filter) -> Result<i64, Error> {
            self.$counts.load(filter, async |filters: Vec<$Filter>| {
                desk.app.$counts($(&desk.$viewer,)? &filters.iter().collect::<Vec<_>>()).await
            }).await
        }
    };
}

impl Loaders {
    pages!(people_pages, people_counts, PersonFilter, PersonOrder, Person);
    pages!(topics_pages, topics_counts, TopicFilter, TopicOrder, Topic);
    pages!(contents_pages, contents_counts, ContentFilter, ContentOrder, Standing, viewer);
    pages!(leaderships_pages, leaderships_counts, LeadershipFilter, LeadershipOrder, Leadership);
    pages!(endorsements_pages, endorsements_counts, EndorsementFilter, LeadershipOrder, Endorsement);

    /// People by id, those who are missing left out; nothing is fetched for those at hand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self, desk: &Request, ids: &[PersonId]) -> Result<Vec<Arc<Person>>, Error> {
        let at_hand: Option<Vec<_>> = ids.iter().map(|id| desk.app.person_at_hand(*id)).collect();
        if let Some(people) = at_hand {
            return Ok(people);
        }
        let fetch = async |keys: Vec<Vec<PersonId>>| {
            let found = desk.app.people(&unique(&keys.concat())).await?;
            Ok(keys.iter().map(|ids| spread(ids, &found)).collect())
        };
        Ok(Box::pin(self.people.load(ids.to_vec(), fetch)).await?.into_iter().flatten().collect())
    }

    /// A person by id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person(&self, desk: &Request, id: PersonId) -> Result<Option<Arc<Person>>, Error> {
        Ok(self.people(desk, &[id]).await?.into_iter().next())
    }

    /// A content by id, if the viewer may see it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content(&self, desk: &Request, id: ContentId) -> Result<Option<Arc<Content>>, Error> {
        let fetch =
            async |ids: Vec<ContentId>| Ok(spread(&ids, &desk.app.contents(&desk.viewer, &unique(&ids)).await?));
        Box::pin(self.contents.load(id, fetch)).await
    }

    /// The accounts of a person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self, desk: &Request, id: PersonId) -> Result<Vec<Account>, Error> {
        let fetch = async |ids: Vec<PersonId>| {
            let mut found: HashMap<PersonId, Vec<Account>> = HashMap::new();
            for account in desk.app.accounts(&unique(&ids)).await? {
                found.entry(account.person).or_default().push(account);
            }
            Ok(ids.iter().map(|id| found.get(id).cloned().unwrap_or_default()).collect())
        };
        Box::pin(self.accounts.load(id, fetch)).await
    }

    /// What the viewer thinks of a content.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn viewer_rating(&self, desk: &Request, id: ContentId) -> Result<Option<Rating>, Error> {
        if desk.viewer.id().is_none() {
            return Ok(None);
        }
        let fetch = async |ids: Vec<ContentId>| {
            let found = desk.app.viewer_ratings(&desk.viewer, &unique(&ids)).await?;
            Ok(spread(&ids, &found.into_iter().map(|rating| (rating.content, rating)).collect()))
        };
        Box::pin(self.viewer_ratings.load(id, fetch)).await
    }

    /// A page of a content's public ratings.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ratings_pages(&self, desk: &Request, key: (ContentId, PageRequest)) -> Result<Page<Rating>, Error> {
        let fetch = async |keys: Vec<(ContentId, PageRequest)>| {
            let asked: Vec<_> = keys.iter().map(|(id, request)| (*id, request)).collect();
            desk.app.public_ratings(&asked).await
        };
        Box::pin(self.ratings_pages.load(key, fetch)).await
    }
}
