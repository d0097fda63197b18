//! How an identity provider writes whose handle it is.

use super::connection::Store;
use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::person::Person;

fn wanted(person: &Person) -> Sql {
    let mut sql = Sql::new("SELECT hash FROM claim WHERE person_id = ");
    sql.bind(person.id.0).push(" AND handle = ").bind(person.handle.as_str());
    sql
}

impl Store {
    /// The hash of how a person's handle was written first, since they have it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self, person: &Person) -> Result<Option<String>, Error> {
        Ok(self.row(wanted(person)).await?.map(|row| row.try_get_by_index(0)).transpose()?)
    }
}

impl Writing<'_> {
    /// As [`Store::claim`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self, person: &Person) -> Result<Option<String>, Error> {
        Ok(self.row(wanted(person)).await?.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Writes down how a person's handle is written, instead of how an earlier one was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_claim(&self, person: &Person, hash: &str) -> Result<(), Error> {
        let mut sql = Sql::new("INSERT INTO claim (person_id, handle, hash) VALUES ");
        sql.bind_rows([vec![person.id.0.into(), person.handle.as_str().into(), hash.into()]]);
        sql.push(" ON CONFLICT (person_id) DO UPDATE SET handle = excluded.handle, hash = excluded.hash");
        self.execute(sql).await.map(drop)
    }
}
