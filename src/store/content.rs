//! Contents as they are read: which are on a page is one statement, and what they are, with authors, topics and tallies, one.

use std::collections::HashMap;

use sea_orm::{QueryResult, Value};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::person::counted;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::content::{Content, ContentFilter, ContentOrder, ContentOrderField};
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::page::{Key, Page, PageRequest, Place};
use crate::domain::rating::{RatedContent, Tally};
use crate::domain::source::Scale;
use crate::domain::time::{from_micros, micros};

/// Windows up to this long are sorted by score after they were read; longer ones walk the index of scores.
const SHORT_WINDOW_DAYS: i64 = 120;

/// What a content consists of, in the order that [`noun`] reads.
const COLUMNS: &str = "SELECT c.id, c.source_id, c.external_id, c.kind, c.title, c.body, c.url, c.language, c.parent_id, \
    c.published_at, c.withdrawn_at, c.hidden_at, c.hidden_reason, \
    (SELECT string_agg(CAST(a.person_id AS TEXT), ',' ORDER BY a.position) FROM content_author a WHERE a.content_id = c.id), \
    (SELECT string_agg(CAST(t.topic_id AS TEXT), ',' ORDER BY t.position) FROM content_topic t WHERE t.content_id = c.id), \
    y.n1, y.n2, y.n3, y.n4, y.n5";

fn noun(row: &QueryResult, at: usize) -> Result<Content, Error> {
    let time = |column: usize| Ok::<_, Error>(row.try_get_by_index::<Option<i64>>(at + column)?.map(from_micros));
    Ok(Content {
        id: ContentId(row.try_get_by_index(at)?),
        source: SourceId(row.try_get_by_index(at + 1)?),
        external_id: row.try_get_by_index(at + 2)?,
        kind: row.try_get_by_index(at + 3)?,
        title: row.try_get_by_index(at + 4)?,
        body: row.try_get_by_index(at + 5)?,
        url: row.try_get_by_index(at + 6)?,
        language: row.try_get_by_index(at + 7)?,
        parent: row.try_get_by_index::<Option<i64>>(at + 8)?.map(ContentId),
        published_at: from_micros(row.try_get_by_index(at + 9)?),
        withdrawn_at: time(10)?,
        hidden_at: time(11)?,
        hidden_reason: row.try_get_by_index(at + 12)?,
        authors: ids(row, at + 13)?.into_iter().map(PersonId).collect(),
        topics: ids(row, at + 14)?.into_iter().map(TopicId).collect(),
        tally: tally(row, at + 15)?,
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

/// Which table leads: the links of the one topic or author asked for, the scores, or the contents themselves. `CROSS JOIN`
/// keeps SQLite to this order; PostgreSQL finds it alone.
struct Lead {
    from: &'static str,
    published: &'static str,
    score: &'static str,
    id: &'static str,
}

fn lead(filter: &ContentFilter, by_score: bool) -> Lead {
    const LINK: (&str, &str, &str) = ("l.published_at", "l.score", "l.content_id");
    let (from, (published, score, id)) = match &filter.topics {
        Some(topics) if topics.len() == 1 => {
            (" FROM content_topic l CROSS JOIN content c WHERE c.id = l.content_id", LINK)
        }
        _ if filter.author.is_some() => (
            " FROM content_author l CROSS JOIN content c CROSS JOIN tally y WHERE c.id = l.content_id AND y.content_id = c.id",
            ("l.published_at", "y.score", "l.content_id"),
        ),
        _ if by_score && filter.ids.is_none() => (
            " FROM tally y CROSS JOIN content c WHERE c.id = y.content_id",
            ("c.published_at", "y.score", "y.content_id"),
        ),
        _ => (" FROM content c CROSS JOIN tally y WHERE y.content_id = c.id", ("c.published_at", "y.score", "c.id")),
    };
    Lead { from, published, score, id }
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
    if let Some(ids) = &filter.ids {
        sql.push(" AND c.id IN ").bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
    }
    if let Some((source, external_id)) = &filter.external {
        sql.push(" AND c.source_id = ").bind(source.0).push(" AND c.external_id = ").bind(external_id.as_str());
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

fn list(filter: &ContentFilter, order: ContentOrder) -> List {
    let by_score = order.field == ContentOrderField::Score;
    let lead = lead(filter, by_score);
    let mut sql = Sql::new("SELECT ");
    sql.push(lead.id).push(", ").push(lead.published).push(", ").push(lead.score);
    conditions(&mut sql, filter, &lead);
    let short = filter.published_from.is_some_and(|from| {
        filter.published_before.is_none_or(|before| (before - from).num_days() <= SHORT_WINDOW_DAYS)
    });
    // A plus sign keeps an index of scores from being walked where few rows lie in the window.
    let (key, id) = match (by_score, short, lead.score, lead.id) {
        (false, _, _, id) => (lead.published, id),
        (true, true, "l.score", _) => ("+l.score", "+l.content_id"),
        (true, true, _, _) => ("+y.score", "+c.id"),
        (true, false, score, id) => (score, id),
    };
    List { sql, key, id, direction: order.direction }
}

impl Store {
    /// Which contents are on one page for each request, and where they stand, in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_pages(
        &self,
        asked: &[(&ContentFilter, ContentOrder, &PageRequest)],
    ) -> Result<Vec<Page<Place>>, Error> {
        let lists = asked.iter().map(|(filter, order, request)| (list(filter, *order), *request)).collect();
        let read = |row: &QueryResult, at: usize| {
            Ok((row.try_get_by_index(at)?, row.try_get_by_index(at + 1)?, row.try_get_by_index(at + 2)?))
        };
        let place = |list: usize, (id, published, score): &(i64, i64, f64)| Place {
            id: *id,
            key: match asked[list].1.field {
                ContentOrderField::Published => Key::Number(*published),
                ContentOrderField::Score => Key::Score(*score),
            },
        };
        let pages = self.pages(lists, read, place).await?;
        Ok(pages.into_iter().enumerate().map(|(list, page)| page.map(|row| place(list, &row))).collect())
    }

    /// How many contents each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_counts(&self, filters: &[&ContentFilter]) -> Result<Vec<i64>, Error> {
        self.counts(filters.iter().map(|filter| counted(|sql| conditions(sql, filter, &lead(filter, false)))).collect())
            .await
    }

    /// The contents with these ids, whatever their state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Content>, Error> {
        let filter = ContentFilter { ids: Some(ids.to_vec()), invisible: true, ..ContentFilter::default() };
        self.contents_where(&filter).await
    }

    /// Up to `limit` contents of a source after the content `after`, whatever their state, for an export.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_after(&self, source: SourceId, after: i64, limit: i64) -> Result<Vec<Content>, Error> {
        let mut sql = Sql::new(COLUMNS);
        // The plus sign: by the index of sources every chunk would sort the whole source.
        sql.push(" FROM content c CROSS JOIN tally y WHERE y.content_id = c.id AND +c.source_id = ").bind(source.0);
        sql.push(" AND c.id > ").bind(after).push(" ORDER BY c.id").limit(limit);
        self.rows(sql).await?.iter().map(|row| noun(row, 0)).collect()
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
        let filter = ContentFilter {
            external: Some((source, external_id.to_owned())),
            invisible: true,
            ..ContentFilter::default()
        };
        Ok(self.contents_where(&filter).await?.into_iter().next())
    }

    async fn contents_where(&self, filter: &ContentFilter) -> Result<Vec<Content>, Error> {
        let mut sql = Sql::new(COLUMNS);
        conditions(&mut sql, filter, &lead(filter, false));
        self.rows(sql).await?.iter().map(|row| noun(row, 0)).collect()
    }
}

impl Writing<'_> {
    /// The content with this id, whatever its state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content(&self, id: ContentId) -> Result<Option<Content>, Error> {
        let mut sql = Sql::new(COLUMNS);
        sql.push(" FROM content c CROSS JOIN tally y WHERE y.content_id = c.id AND c.id = ").bind(id.0);
        self.row(sql).await?.map(|row| noun(&row, 0)).transpose()
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
            sql.push(" FROM content c CROSS JOIN tally y WHERE y.content_id = c.id AND c.source_id = ").bind(source.0);
            sql.push(" AND c.external_id IN (");
            for (at, id) in some.iter().enumerate() {
                sql.push(if at == 0 { "" } else { ", " }).bind(Value::from(*id));
            }
            sql.push(")");
            for row in self.rows(sql).await? {
                let content = noun(&row, 0)?;
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
