//! What is taken away of somebody who is erased, in tables and in the log.

use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::change::Fact;
use crate::domain::id::PersonId;
use crate::domain::person::Person;
use crate::domain::time::{Time, micros};

impl Writing<'_> {
    /// The people who were found to be this one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merged_into(&self, person: PersonId) -> Result<Vec<PersonId>, Error> {
        let mut sql = Sql::new("SELECT id FROM person WHERE merged_into = ");
        sql.bind(person.0);
        self.rows(sql).await?.iter().map(|row| Ok(PersonId(row.try_get_by_index(0)?))).collect()
    }

    /// Takes the accounts, the ratings and the tokens of a person away, and what undoing a merge would bring back of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erase_traces(&self, person: PersonId, now: Time) -> Result<(), Error> {
        for table in ["account", "rating", "past_rating"] {
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

    /// Takes out of the log what it says of a person: their names, and what they rated, wrote in endorsements and gave as
    /// evidence. The rows stay, so that no number is missing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn scrub_log(&self, erased: &Person) -> Result<(), Error> {
        let id = erased.id.0;
        let mut last = 0_i64;
        loop {
            // The words are narrowed down by the database and made sure of below.
            let mut sql = Sql::new("SELECT seq, fact FROM change WHERE seq > ");
            sql.bind(last).push(" AND (fact LIKE ").bind(format!("%\"noun\":\"PERSON\",\"id\":{id},%"));
            for key in ["rater", "person", "endorser"] {
                sql.push(" OR fact LIKE ").bind(format!("%\"{key}\":{id},%"));
            }
            sql.push(") ORDER BY seq").limit(500);
            let rows = self.rows(sql).await?;
            let Some(end) = rows.last() else { return Ok(()) };
            last = end.try_get_by_index(0)?;
            for row in &rows {
                let (seq, text): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                let wrong = |error: serde_json::Error| Error::unreadable(format!("change {seq}"), &error);
                let fact: Fact = serde_json::from_str(&text).map_err(wrong)?;
                let mut sql = Sql::new("UPDATE change SET fact = ");
                sql.bind(serde_json::to_string(&fact.without(erased)).map_err(wrong)?).push(" WHERE seq = ").bind(seq);
                self.execute(sql).await?;
            }
        }
    }
}
