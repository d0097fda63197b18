//! What is taken away of somebody who is erased, in tables and in the log.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::change::Fact;
use crate::domain::id::{ContentId, PersonId};
use crate::domain::merge::{PersonJournal, TopicJournal};
use crate::domain::person::Person;
use crate::domain::time::{Time, micros};

/// How somebody's entry begins in the list of those whose ratings of a content are not told yet.
const WAITING: [&str; 2] = ["[[", ",["];

/// How much of the log is looked through at once: no statement may take as long as a log without end would.
const STRETCH: i64 = 50_000;

impl Writing<'_> {
    /// The people who were found to be this one, by however many merges.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merged_into(&self, person: PersonId) -> Result<Vec<PersonId>, Error> {
        let (mut found, mut open): (Vec<PersonId>, _) = (Vec::new(), vec![person]);
        while let Some(into) = open.pop() {
            let mut sql = Sql::new("SELECT id FROM person WHERE merged_into = ");
            sql.bind(into.0).push(" ORDER BY id");
            for row in self.rows(sql).await? {
                let id = PersonId(row.try_get_by_index(0)?);
                if id != person && !found.contains(&id) {
                    found.push(id);
                    open.push(id);
                }
            }
        }
        Ok(found)
    }

    /// Takes the accounts, the ratings and the tokens of a person away, and what undoing a merge would bring back of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erase_traces(&self, person: PersonId, now: Time) -> Result<(), Error> {
        for table in ["account", "claim", "rating", "past_rating"] {
            let mut sql = Sql::new("DELETE FROM ");
            sql.push(table).push(" WHERE person_id = ").bind(person.0);
            self.execute(sql).await?;
        }
        let mut sql = Sql::new("UPDATE token SET name = '', revoked_at = COALESCE(revoked_at, ");
        sql.bind(micros(now)).push(") WHERE person_id = ").bind(person.0);
        self.execute(sql).await?;
        let mut sql = Sql::new("UPDATE merge SET journal = '{}', undone_at = COALESCE(undone_at, ");
        sql.bind(micros(now)).push(") WHERE noun = 'PERSON' AND (from_id = ").bind(person.0);
        sql.push(" OR into_id = ").bind(person.0).push(")");
        self.execute(sql).await.map(drop)
    }

    /// Takes out of what other merges have set aside what is somebody's, so that undoing one does not bring it back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn scrub_journals(&self, person: PersonId) -> Result<(), Error> {
        let mut sql = Sql::new("SELECT id, noun, journal FROM merge WHERE FALSE");
        for key in ["rater", "person", "endorser"] {
            sql.push(" OR journal LIKE ").bind(format!("%\"{key}\":{},%", person.0));
        }
        for row in self.rows(sql).await? {
            let (id, noun, journal): (i64, String, String) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            let scrubbed = match noun.as_str() {
                "PERSON" => rewritten(&journal, |journal: PersonJournal| journal.without(person)),
                _ => rewritten(&journal, |journal: TopicJournal| journal.without(person)),
            };
            let scrubbed = scrubbed.map_err(|error| Error::unreadable(format!("merge {id}"), &error))?;
            let mut sql = Sql::new("UPDATE merge SET journal = ");
            sql.bind(scrubbed).push(" WHERE id = ").bind(id);
            self.execute(sql).await?;
        }
        Ok(())
    }

    /// Takes out of tallies what is still told of somebody's rating, and says of which contents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn scrub_tallies(&self, person: PersonId) -> Result<Vec<ContentId>, Error> {
        let mut sql = Sql::new("SELECT content_id FROM tally WHERE FALSE");
        for begun in WAITING {
            sql.push(" OR waiting LIKE ").bind(format!("%{begun}{},%", person.0));
        }
        let found = self.rows(sql).await?;
        let ids: Vec<ContentId> =
            found.iter().map(|row| Ok(ContentId(row.try_get_by_index(0)?))).collect::<Result<_, Error>>()?;
        for some in ids.chunks(1_000) {
            let known = self.rated_contents(some).await?.into_values();
            let tallies: Vec<_> = known.map(|content| (content.id, content.tally.without(person))).collect();
            self.update_tallies(&tallies).await?;
        }
        Ok(ids)
    }

    /// Takes out of the log what it says of a person: their names, and what they rated, wrote in endorsements, objected to and gave
    /// as evidence. The rows stay, so that no number is missing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn scrub_log(&self, erased: &Person) -> Result<(), Error> {
        let id = erased.id.0;
        for stretch in 0..=self.last_seq() / STRETCH {
            let from = stretch * STRETCH;
            // The words are narrowed down by the database and made sure of below.
            let mut sql = Sql::new("SELECT seq, fact FROM change WHERE seq >= ");
            sql.bind(from).push(" AND seq < ").bind(from + STRETCH);
            sql.push(" AND (fact LIKE ").bind(format!("%\"noun\":\"PERSON\",\"id\":{id},%"));
            for key in ["rater", "person", "endorser"] {
                sql.push(" OR fact LIKE ").bind(format!("%\"{key}\":{id},%"));
            }
            for begun in WAITING {
                sql.push(" OR fact LIKE ").bind(format!("%{begun}{id},%"));
            }
            sql.push(") ORDER BY seq");
            for row in &self.rows(sql).await? {
                let (seq, text): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                let wrong = |error: serde_json::Error| Error::unreadable(format!("change {seq}"), &error);
                let fact: Fact = serde_json::from_str(&text).map_err(wrong)?;
                let scrubbed = serde_json::to_string(&fact.without(erased)).map_err(wrong)?;
                if scrubbed != text {
                    let mut sql = Sql::new("UPDATE change SET fact = ");
                    sql.bind(scrubbed).push(" WHERE seq = ").bind(seq);
                    self.execute(sql).await?;
                }
            }
        }
        Ok(())
    }
}

fn rewritten<T: DeserializeOwned + Serialize>(text: &str, change: impl FnOnce(T) -> T) -> serde_json::Result<String> {
    serde_json::to_string(&change(serde_json::from_str(text)?))
}
