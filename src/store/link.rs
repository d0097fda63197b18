//! Contents as they are written: the text, its links to authors and topics, and its tally.

use std::collections::HashMap;

use sea_orm::Value;

use super::connection::Store;
use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::ballot::Ballot;
use crate::domain::content::{Content, ContentText, NewContent};
use crate::domain::id::{ContentId, PersonId, TopicId};
use crate::domain::time::micros;

/// Begins what writes tallies.
const INSERT_TALLY: &str = "INSERT INTO tally (content_id, n1, n2, n3, n4, n5, t1, t2, t3, t4, t5, waiting) VALUES ";
/// How many contents go into one statement.
const CHUNK: usize = 500;

impl Store {
    /// Sees to it that no tally tells of fewer people than `quorum`, and that each is told of which so many have rated and nothing
    /// was told. Ratings that are public acts are left as they
    /// are. For before anything is read into memory.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_tallies(&self, quorum: usize) -> Result<(), Error> {
        let quorum = i64::try_from(quorum).unwrap_or(i64::MAX);
        let writing = self.begin().await?;
        let hidden = "content_id IN (SELECT c.id FROM content c JOIN source s ON s.id = c.source_id WHERE s.visibility <> 'PUBLIC')";
        let told = "t1 + t2 + t3 + t4 + t5";
        let mut sql = Sql::new("UPDATE tally SET t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0 WHERE ");
        sql.push(told).push(" > 0 AND ").push(told).push(" < ").bind(quorum).push(" AND ").push(hidden);
        writing.execute(sql).await?;
        let mut sql = Sql::new("UPDATE tally SET t1 = n1, t2 = n2, t3 = n3, t4 = n4, t5 = n5, waiting = NULL WHERE ");
        sql.push(told).push(" = 0 AND n1 + n2 + n3 + n4 + n5 >= ").bind(quorum);
        writing.execute(sql).await?;
        writing.transaction.commit().await?;
        Ok(())
    }
}

impl Writing<'_> {
    /// Writes new contents of one source down, and gives their ids by external id.
    ///
    /// # Errors
    /// When the database fails, or an external id is taken.
    pub async fn insert_contents(&self, contents: &[NewContent]) -> Result<HashMap<String, ContentId>, Error> {
        let mut ids = HashMap::with_capacity(contents.len());
        for some in contents.chunks(CHUNK) {
            let mut sql = Sql::new(
                "INSERT INTO content (source_id, external_id, kind, title, body, url, language, parent_id, published_at, visible) VALUES ",
            );
            sql.bind_rows(some.iter().map(content_row)).push(" RETURNING external_id, id");
            for row in self.rows(sql).await? {
                ids.insert(row.try_get_by_index(0)?, ContentId(row.try_get_by_index(1)?));
            }
            let id = |content: &NewContent| ids.get(&content.external_id).copied().unwrap_or(ContentId(0));
            let mut tallies = Sql::new(INSERT_TALLY);
            tallies.bind_rows(some.iter().map(|content| tally_row(id(content), &Ballot::default())));
            self.execute(tallies).await?;
            self.insert_authors(some.iter().flat_map(|c| links_of(id(c), c.authors.iter().map(|id| id.0))).collect())
                .await?;
            self.insert_topics(some.iter().flat_map(|c| links_of(id(c), c.topics.iter().map(|id| id.0))).collect())
                .await?;
        }
        Ok(ids)
    }

    /// Writes a content's new text, time, parent and links down; its state and tally stay.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_content(&self, id: ContentId, new: &NewContent) -> Result<(), Error> {
        let ContentText { kind, title, body, url, language } = new.text.clone();
        let mut sql = Sql::new("UPDATE content SET kind = ");
        sql.bind(kind).push(", title = ").bind(title).push(", body = ").bind(body).push(", url = ").bind(url);
        sql.push(", language = ").bind(language).push(", parent_id = ").bind(new.parent.map(|id| id.0));
        sql.push(", published_at = ").bind(micros(new.published_at)).push(" WHERE id = ").bind(id.0);
        self.execute(sql).await?;
        self.replace_links(id, &new.authors, &new.topics).await
    }

    /// Writes the links of a content anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_links(&self, id: ContentId, authors: &[PersonId], topics: &[TopicId]) -> Result<(), Error> {
        for table in ["content_author", "content_topic"] {
            let mut sql = Sql::new("DELETE FROM ");
            sql.push(table).push(" WHERE content_id = ").bind(id.0);
            self.execute(sql).await?;
        }
        self.insert_authors(links_of(id, authors.iter().map(|id| id.0)).collect()).await?;
        self.insert_topics(links_of(id, topics.iter().map(|id| id.0)).collect()).await
    }

    /// Writes down whether a content is withdrawn or hidden.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_content_state(&self, content: &Content) -> Result<(), Error> {
        let mut sql = Sql::new("UPDATE content SET withdrawn_at = ");
        sql.bind(content.withdrawn_at.map(micros)).push(", hidden_at = ").bind(content.hidden_at.map(micros));
        sql.push(", hidden_reason = ").bind(content.hidden_reason.clone());
        sql.push(", visible = ").bind(content.is_visible()).push(" WHERE id = ").bind(content.id.0);
        self.execute(sql).await.map(drop)
    }

    /// Writes tallies down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_tallies(&self, tallies: &[(ContentId, Ballot)]) -> Result<(), Error> {
        for some in tallies.chunks(CHUNK) {
            let mut sql = Sql::new(INSERT_TALLY);
            sql.bind_rows(some.iter().map(|(id, tally)| tally_row(*id, tally)));
            sql.push(" ON CONFLICT (content_id) DO UPDATE SET n1 = excluded.n1, n2 = excluded.n2, n3 = excluded.n3, ");
            sql.push("n4 = excluded.n4, n5 = excluded.n5, t1 = excluded.t1, t2 = excluded.t2, t3 = excluded.t3, ");
            sql.push("t4 = excluded.t4, t5 = excluded.t5, waiting = excluded.waiting");
            self.queue("tally", sql).await?;
        }
        Ok(())
    }

    async fn insert_authors(&self, rows: Vec<Vec<Value>>) -> Result<(), Error> {
        self.insert_links("INSERT INTO content_author (content_id, person_id, position) VALUES ", rows).await
    }

    async fn insert_topics(&self, rows: Vec<Vec<Value>>) -> Result<(), Error> {
        self.insert_links("INSERT INTO content_topic (content_id, topic_id, position) VALUES ", rows).await
    }

    async fn insert_links(&self, insert: &str, rows: Vec<Vec<Value>>) -> Result<(), Error> {
        for some in rows.chunks(CHUNK * 2) {
            let mut sql = Sql::new(insert);
            sql.bind_rows(some.iter().cloned());
            self.execute(sql).await?;
        }
        Ok(())
    }
}

fn content_row(content: &NewContent) -> Vec<Value> {
    let text = content.text.clone();
    vec![
        content.source.0.into(),
        content.external_id.clone().into(),
        text.kind.into(),
        text.title.into(),
        text.body.into(),
        text.url.into(),
        text.language.into(),
        content.parent.map(|id| id.0).into(),
        micros(content.published_at).into(),
        true.into(),
    ]
}

fn tally_row(id: ContentId, tally: &Ballot) -> Vec<Value> {
    let mut row = vec![Value::from(id.0)];
    row.extend(tally.all.0.iter().chain(&tally.told.0).map(|n| Value::from(i64::from(*n))));
    // Numbers and nothing else, so it can always be written.
    let waiting = (!tally.is_settled()).then(|| serde_json::to_string(&tally.waiting).unwrap_or_default());
    row.push(waiting.into());
    row
}

fn links_of(id: ContentId, linked: impl Iterator<Item = i64>) -> impl Iterator<Item = Vec<Value>> {
    (0_i16..).zip(linked).map(move |(position, linked)| vec![id.0.into(), linked.into(), position.into()])
}
