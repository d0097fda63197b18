//! People and accounts: rows to nouns and back.

use std::collections::HashMap;

use entity::{account, person};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, NotSet, QueryFilter, Set, Value,
};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::id::{AccountId, PersonId, SourceId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::person::{Account, NewPerson, Person, PersonFilter, PersonKind, PersonOrder, PersonOrderField};
use crate::domain::time::{Time, from_micros, micros};

fn noun(row: person::Model) -> Result<Person, Error> {
    Ok(Person {
        id: PersonId(row.id),
        kind: PersonKind::parse(&row.kind)
            .ok_or_else(|| Error::Inconsistent(format!("person {} is a {}", row.id, row.kind)))?,
        handle: row.handle,
        name: row.name,
        active: row.active,
        team: row.team,
        created_at: from_micros(row.created_at),
        merged_into: row.merged_into.map(PersonId),
    })
}

fn row(person: &Person) -> person::Model {
    person::Model {
        id: person.id.0,
        handle: person.handle.clone(),
        name: person.name.clone(),
        kind: person.kind.as_str().to_owned(),
        active: person.active,
        team: person.team.clone(),
        created_at: micros(person.created_at),
        merged_into: person.merged_into.map(|id| id.0),
    }
}

fn account_noun(row: account::Model) -> Account {
    Account {
        id: AccountId(row.id),
        source: SourceId(row.source_id),
        external_id: row.external_id,
        person: PersonId(row.person_id),
    }
}

fn conditions(sql: &mut Sql, filter: &PersonFilter) {
    sql.push(" FROM person p WHERE p.merged_into IS NULL");
    if let Some(ids) = &filter.ids {
        sql.push(" AND p.id IN ").bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
    }
    if let Some(kind) = filter.kind {
        sql.push(" AND p.kind = ").bind(kind.as_str());
    }
    if let Some(active) = filter.active {
        sql.push(" AND p.active = ").bind(active);
    }
    if let Some(source) = filter.source {
        sql.push(" AND EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id AND a.source_id = ")
            .bind(source.0)
            .push(")");
    }
    if let Some(start) = &filter.starts_with {
        let end = format!("{start}\u{10FFFF}");
        sql.push(" AND ((p.handle >= ").bind(start.as_str()).push(" AND p.handle < ").bind(end.as_str());
        sql.push(") OR (p.name >= ").bind(start.as_str()).push(" AND p.name < ").bind(end).push("))");
    }
}

fn list(filter: &PersonFilter, order: PersonOrder) -> List {
    let mut sql = Sql::new("SELECT p.*");
    conditions(&mut sql, filter);
    let key = match order.field {
        PersonOrderField::Handle => "p.handle",
        PersonOrderField::Name => "p.name",
        PersonOrderField::Created => "p.created_at",
    };
    List { sql, key, id: "p.id", direction: order.direction }
}

impl Store {
    /// One page for each request, in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people_pages(
        &self,
        asked: &[(&PersonFilter, PersonOrder, &PageRequest)],
    ) -> Result<Vec<Page<Person>>, Error> {
        let lists = asked.iter().map(|(filter, order, request)| (list(filter, *order), *request)).collect();
        self.pages(
            lists,
            |row, _| noun(person::Model::from_query_result(row, "")?),
            |list, person| person.place(asked[list].1.field),
        )
        .await
    }

    /// How many people each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people_counts(&self, filters: &[&PersonFilter]) -> Result<Vec<i64>, Error> {
        self.counts(filters.iter().map(|filter| counted(|sql| conditions(sql, filter))).collect()).await
    }

    /// The people with these ids, merged ones too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, Error> {
        let mut sql = Sql::new("SELECT * FROM person WHERE id IN ");
        sql.bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
        self.rows(sql).await?.iter().map(|row| noun(person::Model::from_query_result(row, "")?)).collect()
    }

    /// Up to `limit` people after the person `after`, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people_after(&self, after: PersonId, limit: i64) -> Result<Vec<Person>, Error> {
        let mut sql = Sql::new("SELECT * FROM person WHERE id > ");
        sql.bind(after.0).push(" ORDER BY id").limit(limit);
        self.rows(sql).await?.iter().map(|row| noun(person::Model::from_query_result(row, "")?)).collect()
    }

    /// The person with this handle, perhaps merged into another.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person_by_handle(&self, handle: &str) -> Result<Option<Person>, Error> {
        let mut sql = Sql::new("SELECT * FROM person WHERE handle = ");
        sql.bind(handle);
        self.row(sql).await?.map(|row| noun(person::Model::from_query_result(&row, "")?)).transpose()
    }

    /// The person behind an account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person_by_account(&self, source: SourceId, external_id: &str) -> Result<Option<Person>, Error> {
        let mut sql = Sql::new("SELECT p.* FROM account a JOIN person p ON p.id = a.person_id WHERE a.source_id = ");
        sql.bind(source.0).push(" AND a.external_id = ").bind(external_id);
        self.row(sql).await?.map(|row| noun(person::Model::from_query_result(&row, "")?)).transpose()
    }

    /// The accounts of these people.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self, people: &[PersonId]) -> Result<Vec<Account>, Error> {
        let mut sql = Sql::new("SELECT * FROM account WHERE person_id IN ");
        sql.bind_list(&people.iter().map(|id| id.0).collect::<Vec<_>>()).push(" ORDER BY person_id, id");
        self.rows(sql).await?.iter().map(|row| Ok(account_noun(account::Model::from_query_result(row, "")?))).collect()
    }

    /// Up to `limit` accounts of a source after the account `after`, with their people, for an export.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts_after(
        &self,
        source: SourceId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(Account, Person)>, Error> {
        // The plus sign: by the index of sources every chunk would sort the whole source.
        let mut sql = Sql::new("SELECT * FROM account WHERE +source_id = ");
        sql.bind(source.0).push(" AND id > ").bind(after).push(" ORDER BY id").limit(limit);
        let found = self.rows(sql).await?;
        let found = found.iter().map(|row| Ok(account_noun(account::Model::from_query_result(row, "")?)));
        let found = found.collect::<Result<Vec<Account>, Error>>()?;
        let people: Vec<PersonId> = found.iter().map(|account| account.person).collect();
        let people: HashMap<PersonId, Person> = self.people(&people).await?.into_iter().map(|p| (p.id, p)).collect();
        Ok(found.into_iter().filter_map(|account| people.get(&account.person).cloned().map(|p| (account, p))).collect())
    }
}

/// `SELECT COUNT(*)` with conditions.
pub(super) fn counted(conditions: impl FnOnce(&mut Sql)) -> Sql {
    let mut sql = Sql::new("SELECT COUNT(*)");
    conditions(&mut sql);
    sql
}

impl Writing<'_> {
    /// The person with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, Error> {
        person::Entity::find_by_id(id.0).one(&self.transaction).await?.map(noun).transpose()
    }

    /// The person with this handle.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person_by_handle(&self, handle: &str) -> Result<Option<Person>, Error> {
        person::Entity::find()
            .filter(person::Column::Handle.eq(handle))
            .one(&self.transaction)
            .await?
            .map(noun)
            .transpose()
    }

    /// The handles among these that are taken, and those that start so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_handle_taken(&self, handle: &str) -> Result<bool, Error> {
        Ok(self.person_by_handle(handle).await?.is_some())
    }

    /// Writes a new person down. The handle must be free.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_person(&self, new: &NewPerson, now: Time) -> Result<Person, Error> {
        let person = Person {
            id: PersonId(0),
            handle: new.handle.clone(),
            name: new.name.clone(),
            kind: new.kind,
            active: new.active,
            team: new.team.clone(),
            created_at: now,
            merged_into: None,
        };
        let mut active = row(&person).into_active_model();
        active.id = NotSet;
        noun(active.insert(&self.transaction).await?)
    }

    /// Writes a person's new state down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_person(&self, person: &Person) -> Result<(), Error> {
        row(person).into_active_model().reset_all().update(&self.transaction).await?;
        Ok(())
    }

    /// Gives a person an account in a source. `made`: the person, if they were made for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_account(
        &self,
        source: SourceId,
        external_id: &str,
        person: PersonId,
        made: Option<PersonId>,
    ) -> Result<(), Error> {
        let row = account::ActiveModel {
            id: NotSet,
            source_id: Set(source.0),
            external_id: Set(external_id.to_owned()),
            person_id: Set(person.0),
            made_id: Set(made.map(|id| id.0)),
        };
        row.insert(&self.transaction).await?;
        Ok(())
    }

    /// The people behind accounts of a source, by external id, each with the person who was made for the account, if anybody was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people_by_account(
        &self,
        source: SourceId,
        external_ids: &[&str],
    ) -> Result<HashMap<String, (Person, Option<PersonId>)>, Error> {
        let mut found = HashMap::new();
        for some in external_ids.chunks(1_000) {
            let mut sql = Sql::new(
                "SELECT a.external_id AS external_id, a.made_id AS made_id, p.* FROM account a JOIN person p ON p.id = a.person_id WHERE a.source_id = ",
            );
            sql.bind(source.0).push(" AND a.external_id IN (");
            for (at, id) in some.iter().enumerate() {
                sql.push(if at == 0 { "" } else { ", " }).bind(Value::from(*id));
            }
            sql.push(")");
            for row in self.rows(sql).await? {
                let made: Option<i64> = row.try_get("", "made_id")?;
                let person = noun(person::Model::from_query_result(&row, "")?)?;
                found.insert(row.try_get("", "external_id")?, (person, made.map(PersonId)));
            }
        }
        Ok(found)
    }
}
