//! Contents as they are read. Their lists are kept in memory, so nothing here sorts or pages.

use std::collections::HashMap;

use sea_orm::{QueryResult, Value};

use super::connection::Store;
use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::ballot::Ballot;
use crate::domain::content::{Card, Content, Subject};
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::rating::{RatedContent, Tally};
use crate::domain::source::Scale;
use crate::domain::time::from_micros;

/// What a content consists of beside its links and its tally, in the order that [`bare`] reads.
const BARE: &str = "SELECT c.id, c.source_id, c.external_id, c.kind, c.title, c.body, c.url, c.language, c.parent_id, \
    c.published_at, c.withdrawn_at, c.hidden_at, c.hidden_reason";

fn bare(row: &QueryResult) -> Result<Content, Error> {
    let time = |column: usize| Ok::<_, Error>(row.try_get_by_index::<Option<i64>>(column)?.map(from_micros));
    Ok(Content {
        id: ContentId(row.try_get_by_index(0)?),
        source: SourceId(row.try_get_by_index(1)?),
        external_id: row.try_get_by_index(2)?,
        kind: row.try_get_by_index(3)?,
        title: row.try_get_by_index(4)?,
        body: row.try_get_by_index(5)?,
        url: row.try_get_by_index(6)?,
        language: row.try_get_by_index(7)?,
        parent: row.try_get_by_index::<Option<i64>>(8)?.map(ContentId),
        published_at: from_micros(row.try_get_by_index(9)?),
        withdrawn_at: time(10)?,
        hidden_at: time(11)?,
        hidden_reason: row.try_get_by_index(12)?,
        authors: Vec::new(),
        topics: Vec::new(),
        tally: Ballot::default(),
    })
}

/// The links and the tally of a content, and the tables that it is read from.
const REST: &str = ", \
    (SELECT string_agg(CAST(a.person_id AS TEXT), ',' ORDER BY a.position) FROM content_author a WHERE a.content_id = c.id), \
    (SELECT string_agg(CAST(t.topic_id AS TEXT), ',' ORDER BY t.position) FROM content_topic t WHERE t.content_id = c.id), \
    y.n1, y.n2, y.n3, y.n4, y.n5, y.t1, y.t2, y.t3, y.t4, y.t5, y.waiting FROM content c CROSS JOIN tally y WHERE y.content_id = c.id";

/// A statement that [`noun`] reads, with conditions to follow.
fn select_whole() -> Sql {
    let mut sql = Sql::new(BARE);
    sql.push(REST);
    sql
}

fn noun(row: &QueryResult) -> Result<Content, Error> {
    Ok(Content {
        authors: ids(row, 13)?.into_iter().map(PersonId).collect(),
        topics: ids(row, 14)?.into_iter().map(TopicId).collect(),
        tally: ballot(row, 15)?,
        ..bare(row)?
    })
}

/// A statement that [`card`] reads, with conditions to follow.
fn select_card() -> Sql {
    let mut sql = Sql::new("SELECT c.id, c.source_id, c.external_id, c.kind, c.parent_id, c.published_at, c.visible");
    sql.push(REST);
    sql
}

fn card(row: &QueryResult) -> Result<Card, Error> {
    Ok(Card {
        subject: Subject {
            content: ContentId(row.try_get_by_index(0)?),
            source: SourceId(row.try_get_by_index(1)?),
            authors: ids(row, 7)?.into_iter().map(PersonId).collect(),
            topics: ids(row, 8)?.into_iter().map(TopicId).collect(),
            visible: row.try_get_by_index(6)?,
        },
        external_id: row.try_get_by_index(2)?,
        kind: row.try_get_by_index(3)?,
        parent: row.try_get_by_index::<Option<i64>>(4)?.map(ContentId),
        published_at: from_micros(row.try_get_by_index(5)?),
        tally: ballot(row, 9)?,
    })
}

fn ids(row: &QueryResult, at: usize) -> Result<Vec<i64>, Error> {
    let text: Option<String> = row.try_get_by_index(at)?;
    Ok(text.iter().flat_map(|text| text.split(',')).filter_map(|id| id.parse().ok()).collect())
}

fn ballot(row: &QueryResult, at: usize) -> Result<Ballot, Error> {
    let waiting: Option<String> = row.try_get_by_index(at + 10)?;
    let waiting = waiting.map_or(Ok(Box::default()), |text| serde_json::from_str(&text));
    let waiting = waiting.map_err(|error| Error::unreadable("a tally", &error))?;
    Ok(Ballot { all: tally(row, at)?, told: tally(row, at + 5)?, waiting })
}

fn tally(row: &QueryResult, at: usize) -> Result<Tally, Error> {
    let mut counts = [0; 5];
    for (offset, count) in counts.iter_mut().enumerate() {
        // One that is none is found by the check of tallies.
        *count = u32::try_from(row.try_get_by_index::<i64>(at + offset)?).unwrap_or_default();
    }
    Ok(Tally(counts))
}

impl Store {
    /// How many contents there are, whatever their state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content_count(&self) -> Result<usize, Error> {
        let counts = self.counts(vec![Sql::new("SELECT COUNT(*) FROM content")]).await?;
        Ok(counts.first().and_then(|count| usize::try_from(*count).ok()).unwrap_or_default())
    }

    /// The contents with these ids, whatever their state, without authors, topics and tally.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bare_contents(&self, ids: &[ContentId]) -> Result<Vec<Content>, Error> {
        let mut sql = Sql::new(BARE);
        sql.push(" FROM content c WHERE c.id IN ").bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
        self.rows(sql).await?.iter().map(bare).collect()
    }

    /// The contents with these ids, whatever their state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Content>, Error> {
        let mut sql = select_whole();
        sql.push(" AND c.id IN ").bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
        self.rows(sql).await?.iter().map(noun).collect()
    }

    /// Up to `limit` contents after the content `after`, whatever their source and state, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_from(&self, after: ContentId, limit: i64) -> Result<Vec<Content>, Error> {
        let mut sql = select_whole();
        sql.push(" AND c.id > ").bind(after.0).push(" ORDER BY c.id").limit(limit);
        self.rows(sql).await?.iter().map(noun).collect()
    }

    /// Up to `limit` contents of a source after the content `after`, whatever their state, for an export.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_after(&self, source: SourceId, after: i64, limit: i64) -> Result<Vec<Content>, Error> {
        let mut sql = select_whole();
        // The plus sign: by the index of names every chunk would sort the whole source.
        sql.push(" AND +c.source_id = ").bind(source.0);
        sql.push(" AND c.id > ").bind(after).push(" ORDER BY c.id").limit(limit);
        self.rows(sql).await?.iter().map(noun).collect()
    }

    /// The sources and external ids of contents, for an export.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn external_ids(&self, ids: &[ContentId]) -> Result<HashMap<ContentId, (SourceId, String)>, Error> {
        let mut sql = Sql::new("SELECT id, source_id, external_id FROM content WHERE id IN ");
        sql.bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
        let read = |row: &QueryResult| {
            let source = SourceId(row.try_get_by_index(1)?);
            Ok((ContentId(row.try_get_by_index(0)?), (source, row.try_get_by_index(2)?)))
        };
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// The content with this external id, whatever its state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content_by_external(&self, source: SourceId, external_id: &str) -> Result<Option<Content>, Error> {
        let mut sql = select_whole();
        sql.push(" AND c.source_id = ").bind(source.0).push(" AND c.external_id = ").bind(external_id);
        self.row(sql).await?.as_ref().map(noun).transpose()
    }

    /// Up to `limit` cards after the content `after`, whatever their state, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cards_after(&self, after: ContentId, limit: i64) -> Result<Vec<Card>, Error> {
        let mut sql = select_card();
        sql.push(" AND c.id > ").bind(after.0).push(" ORDER BY c.id").limit(limit);
        self.rows(sql).await?.iter().map(card).collect()
    }
}

impl Store {
    /// Ids of contents after one, whatever their state, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content_ids_after(&self, after: ContentId, limit: i64) -> Result<Vec<ContentId>, Error> {
        let mut sql = Sql::new("SELECT id FROM content WHERE id > ");
        sql.bind(after.0).push(" ORDER BY id").limit(limit);
        self.rows(sql).await?.iter().map(|row| Ok(ContentId(row.try_get_by_index(0)?))).collect()
    }
}

impl Writing<'_> {
    /// The cards of these contents, whatever their state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cards(&self, ids: &[ContentId]) -> Result<Vec<Card>, Error> {
        let mut cards = Vec::with_capacity(ids.len());
        for some in ids.chunks(1_000) {
            let mut sql = select_card();
            sql.push(" AND c.id IN ").bind_list(&some.iter().map(|id| id.0).collect::<Vec<_>>());
            for row in self.rows(sql).await? {
                cards.push(card(&row)?);
            }
        }
        Ok(cards)
    }

    /// The content with this id, whatever its state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content(&self, id: ContentId) -> Result<Option<Content>, Error> {
        let mut sql = select_whole();
        sql.push(" AND c.id = ").bind(id.0);
        self.row(sql).await?.as_ref().map(noun).transpose()
    }

    /// Contents of a source by external id, whatever their state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_by_external(
        &self,
        source: SourceId,
        external_ids: &[&str],
    ) -> Result<HashMap<String, Content>, Error> {
        let mut found = HashMap::new();
        for some in external_ids.chunks(1_000) {
            let mut sql = select_whole();
            sql.push(" AND c.source_id = ").bind(source.0);
            sql.push(" AND c.external_id IN (");
            for (at, id) in some.iter().enumerate() {
                sql.push(if at == 0 { "" } else { ", " }).bind(Value::from(*id));
            }
            sql.push(")");
            for row in self.rows(sql).await? {
                let content = noun(&row)?;
                found.insert(content.external_id.clone(), content);
            }
        }
        Ok(found)
    }

    /// The ids of a source's contents by external id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content_ids(
        &self,
        source: SourceId,
        external_ids: &[&str],
    ) -> Result<HashMap<String, ContentId>, Error> {
        let mut found = HashMap::new();
        for some in external_ids.chunks(1_000) {
            let mut sql = Sql::new("SELECT external_id, id FROM content WHERE source_id = ");
            sql.bind(source.0).push(" AND external_id IN (");
            for (at, id) in some.iter().enumerate() {
                sql.push(if at == 0 { "" } else { ", " }).bind(Value::from(*id));
            }
            sql.push(")");
            for row in self.rows(sql).await? {
                found.insert(row.try_get_by_index(0)?, ContentId(row.try_get_by_index(1)?));
            }
        }
        Ok(found)
    }

    /// What the rule of ratings needs to know of these contents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rated_contents(&self, wanted: &[ContentId]) -> Result<HashMap<ContentId, RatedContent>, Error> {
        let mut sql = Sql::new(
            "SELECT c.id, c.source_id, s.scale, c.visible, \
            (SELECT string_agg(CAST(a.person_id AS TEXT), ',' ORDER BY a.position) FROM content_author a WHERE a.content_id = c.id), \
            (SELECT string_agg(CAST(t.topic_id AS TEXT), ',' ORDER BY t.position) FROM content_topic t WHERE t.content_id = c.id), \
            y.n1, y.n2, y.n3, y.n4, y.n5, y.t1, y.t2, y.t3, y.t4, y.t5, y.waiting \
            FROM content c CROSS JOIN tally y CROSS JOIN source s WHERE y.content_id = c.id AND s.id = c.source_id AND c.id IN ",
        );
        sql.bind_list(&wanted.iter().map(|id| id.0).collect::<Vec<_>>());
        let read = |row: QueryResult| {
            let id = ContentId(row.try_get_by_index(0)?);
            let scale: String = row.try_get_by_index(2)?;
            let scale =
                Scale::parse(&scale).ok_or_else(|| Error::Inconsistent(format!("a source has the scale {scale}")))?;
            let (authors, topics) =
                (ids(&row, 4)?.into_iter().map(PersonId).collect(), ids(&row, 5)?.into_iter().map(TopicId).collect());
            let source = SourceId(row.try_get_by_index(1)?);
            Ok((
                id,
                RatedContent {
                    id,
                    source,
                    scale,
                    visible: row.try_get_by_index(3)?,
                    authors,
                    topics,
                    tally: ballot(&row, 6)?,
                },
            ))
        };
        self.rows(sql).await?.into_iter().map(read).collect()
    }
}
