//! Contents as they are read: which are on a page is one statement, and what they are, with authors, topics and tallies, one.

use std::collections::HashMap;

use sea_orm::{QueryResult, Value};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::person::counted;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::content::{Card, Content, ContentFilter, Subject};
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::page::{Direction, Key, Page, PageRequest, Place};
use crate::domain::rating::{RatedContent, Tally};
use crate::domain::source::Scale;
use crate::domain::time::{from_micros, micros};

/// What a content consists of, in the order that [`noun`] reads.
const COLUMNS: &str = "SELECT c.id, c.source_id, c.external_id, c.kind, c.title, c.body, c.url, c.language, c.parent_id, \
    c.published_at, c.withdrawn_at, c.hidden_at, c.hidden_reason, \
    (SELECT string_agg(CAST(a.person_id AS TEXT), ',' ORDER BY a.position) FROM content_author a WHERE a.content_id = c.id), \
    (SELECT string_agg(CAST(t.topic_id AS TEXT), ',' ORDER BY t.position) FROM content_topic t WHERE t.content_id = c.id), \
    y.n1, y.n2, y.n3, y.n4, y.n5 FROM content c CROSS JOIN tally y WHERE y.content_id = c.id";

fn noun(row: &QueryResult) -> Result<Content, Error> {
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
        authors: ids(row, 13)?.into_iter().map(PersonId).collect(),
        topics: ids(row, 14)?.into_iter().map(TopicId).collect(),
        tally: tally(row, 15)?,
    })
}

/// What a card consists of, in the order that [`card`] reads.
const CARD: &str = "SELECT c.id, c.source_id, c.kind, c.parent_id, c.published_at, c.visible, \
    (SELECT string_agg(CAST(a.person_id AS TEXT), ',' ORDER BY a.position) FROM content_author a WHERE a.content_id = c.id), \
    (SELECT string_agg(CAST(t.topic_id AS TEXT), ',' ORDER BY t.position) FROM content_topic t WHERE t.content_id = c.id), \
    y.n1, y.n2, y.n3, y.n4, y.n5 FROM content c CROSS JOIN tally y WHERE y.content_id = c.id";

fn card(row: &QueryResult) -> Result<Card, Error> {
    Ok(Card {
        subject: Subject {
            content: ContentId(row.try_get_by_index(0)?),
            source: SourceId(row.try_get_by_index(1)?),
            authors: ids(row, 6)?.into_iter().map(PersonId).collect(),
            topics: ids(row, 7)?.into_iter().map(TopicId).collect(),
            visible: row.try_get_by_index(5)?,
        },
        kind: row.try_get_by_index(2)?,
        parent: row.try_get_by_index::<Option<i64>>(3)?.map(ContentId),
        published_at: from_micros(row.try_get_by_index(4)?),
        tally: tally(row, 8)?,
    })
}

fn ids(row: &QueryResult, at: usize) -> Result<Vec<i64>, Error> {
    let text: Option<String> = row.try_get_by_index(at)?;
    Ok(text.iter().flat_map(|text| text.split(',')).filter_map(|id| id.parse().ok()).collect())
}

fn tally(row: &QueryResult, at: usize) -> Result<Tally, Error> {
    let mut counts = [0; 5];
    for (offset, count) in counts.iter_mut().enumerate() {
        *count = row.try_get_by_index(at + offset)?;
    }
    Ok(Tally(counts))
}

/// Which table leads: the links of the one topic or author asked for, or the contents themselves. `CROSS JOIN` keeps `SQLite`
/// to this order; `PostgreSQL` finds it alone.
struct Lead {
    from: &'static str,
    published: &'static str,
    id: &'static str,
}

fn lead(filter: &ContentFilter) -> Lead {
    let link = |from| Lead { from, published: "l.published_at", id: "l.content_id" };
    match &filter.topics {
        Some(topics) if topics.len() == 1 => {
            link(" FROM content_topic l CROSS JOIN content c WHERE c.id = l.content_id")
        }
        _ if filter.author.is_some() => link(" FROM content_author l CROSS JOIN content c WHERE c.id = l.content_id"),
        _ => Lead { from: " FROM content c WHERE TRUE", published: "c.published_at", id: "c.id" },
    }
}

fn conditions(sql: &mut Sql, filter: &ContentFilter, lead: &Lead) {
    sql.push(lead.from);
    let one_topic = filter.topics.as_ref().is_some_and(|topics| topics.len() == 1);
    if let Some(topics) = &filter.topics {
        let topics: Vec<i64> = topics.iter().map(|id| id.0).collect();
        if one_topic {
            sql.push(" AND l.topic_id = ").bind(topics[0]);
        } else {
            sql.push(" AND EXISTS (SELECT 1 FROM content_topic f WHERE f.content_id = c.id AND f.topic_id IN ")
                .bind_list(&topics)
                .push(")");
        }
    }
    match filter.author {
        Some(author) if one_topic => {
            sql.push(" AND EXISTS (SELECT 1 FROM content_author f WHERE f.content_id = c.id AND f.person_id = ")
                .bind(author.0)
                .push(")");
        }
        Some(author) => {
            sql.push(" AND l.person_id = ").bind(author.0);
        }
        None => {}
    }
    for (column, id) in [("c.source_id", filter.source.map(|id| id.0)), ("c.parent_id", filter.parent.map(|id| id.0))] {
        if let Some(id) = id {
            sql.push(" AND ").push(column).push(" = ").bind(id);
        }
    }
    if let Some(kind) = &filter.kind {
        sql.push(" AND c.kind = ").bind(kind.as_str());
    }
    for (bound, time) in [(" >= ", filter.published_from), (" < ", filter.published_before)] {
        if let Some(time) = time {
            sql.push(" AND ").push(lead.published).push(bound).bind(micros(time));
        }
    }
    sql.push(if filter.no_replies { " AND c.parent_id IS NULL" } else { "" });
    sql.push(if filter.invisible { "" } else { " AND c.visible" });
}

fn list(filter: &ContentFilter, direction: Direction) -> List {
    let lead = lead(filter);
    let mut sql = Sql::new("SELECT ");
    sql.push(lead.id).push(", ").push(lead.published);
    conditions(&mut sql, filter, &lead);
    List { sql, key: lead.published, id: lead.id, direction }
}

impl Store {
    /// Which contents are on one page for each request, sorted by their time of publication, and where they stand, in one
    /// statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_pages(
        &self,
        asked: &[(&ContentFilter, Direction, &PageRequest)],
    ) -> Result<Vec<Page<Place>>, Error> {
        let lists = asked.iter().map(|(filter, direction, request)| (list(filter, *direction), *request)).collect();
        let read = |row: &QueryResult, at: usize| {
            Ok(Place { id: row.try_get_by_index(at)?, key: Key::Number(row.try_get_by_index(at + 1)?) })
        };
        self.pages(lists, read, |_, place| place.clone()).await
    }

    /// How many contents each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_counts(&self, filters: &[&ContentFilter]) -> Result<Vec<i64>, Error> {
        self.counts(filters.iter().map(|filter| counted(|sql| conditions(sql, filter, &lead(filter)))).collect()).await
    }

    /// The contents with these ids, whatever their state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Content>, Error> {
        let mut sql = Sql::new(COLUMNS);
        sql.push(" AND c.id IN ").bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
        self.rows(sql).await?.iter().map(noun).collect()
    }

    /// Up to `limit` contents of a source after the content `after`, whatever their state, for an export.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_after(&self, source: SourceId, after: i64, limit: i64) -> Result<Vec<Content>, Error> {
        let mut sql = Sql::new(COLUMNS);
        // The plus sign: by the index of sources every chunk would sort the whole source.
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
        let mut sql = Sql::new(COLUMNS);
        sql.push(" AND c.source_id = ").bind(source.0).push(" AND c.external_id = ").bind(external_id);
        self.row(sql).await?.as_ref().map(noun).transpose()
    }

    /// Up to `limit` cards after the content `after`, whatever their state, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cards_after(&self, after: ContentId, limit: i64) -> Result<Vec<Card>, Error> {
        let mut sql = Sql::new(CARD);
        sql.push(" AND c.id > ").bind(after.0).push(" ORDER BY c.id").limit(limit);
        self.rows(sql).await?.iter().map(card).collect()
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
            let mut sql = Sql::new(CARD);
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
        let mut sql = Sql::new(COLUMNS);
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
            let mut sql = Sql::new(COLUMNS);
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
            y.n1, y.n2, y.n3, y.n4, y.n5 \
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
                    tally: tally(&row, 6)?,
                },
            ))
        };
        self.rows(sql).await?.into_iter().map(read).collect()
    }
}
