//! API tokens: rows to nouns and back. The hash leaves this room only beside the token that it belongs to.

use entity::token;
use sea_orm::{ActiveModelTrait, EntityTrait, FromQueryResult, NotSet, Set};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::access::{Grant, Scopes};
use crate::domain::id::{PersonId, SourceId, TokenId, TopicId};
use crate::domain::page::{Direction, Page, PageRequest};
use crate::domain::time::{Time, from_micros, micros};
use crate::domain::token::{NewToken, Token};

fn noun(row: token::Model) -> Result<Token, Error> {
    let Some(scopes) = Scopes::parse(&row.scopes) else {
        return Err(Error::Inconsistent(format!("token {} has the scopes {:?}", row.id, row.scopes)));
    };
    Ok(Token {
        id: TokenId(row.id),
        name: row.name,
        person: PersonId(row.person_id),
        grant: Grant { scopes, source: row.source_id.map(SourceId), topic: row.topic_id.map(TopicId) },
        created_at: from_micros(row.created_at),
        created_by: row.created_by.map(PersonId),
        expires_at: row.expires_at.map(from_micros),
        used_at: row.used_at.map(from_micros),
        revoked_at: row.revoked_at.map(from_micros),
    })
}

impl Store {
    /// Tokens, at most a thousand, each with the hash of its secret.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self, ids: &[TokenId]) -> Result<Vec<(Token, String)>, Error> {
        let mut sql = Sql::new("SELECT * FROM token WHERE id IN ");
        sql.bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
        let read = |row: &sea_orm::QueryResult| {
            let row = token::Model::from_query_result(row, "")?;
            let hash = row.hash.clone();
            Ok((noun(row)?, hash))
        };
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// A page of all tokens, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens_page(&self, request: &PageRequest) -> Result<Page<Token>, Error> {
        let sql = Sql::new("SELECT t.* FROM token t WHERE TRUE");
        let list = List { sql, key: "t.created_at", id: "t.id", direction: Direction::Descending };
        let read = |row: &sea_orm::QueryResult, _: usize| noun(token::Model::from_query_result(row, "")?);
        let pages = self.pages(vec![(list, request)], read, |_, token| token.place()).await?;
        pages.into_iter().next().ok_or_else(|| Error::Inconsistent("a page is missing".to_owned()))
    }
}

impl Writing<'_> {
    /// Writes a new token down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_token(
        &self,
        new: &NewToken,
        hash: String,
        by: Option<PersonId>,
        now: Time,
    ) -> Result<Token, Error> {
        let row = token::ActiveModel {
            id: NotSet,
            name: Set(new.name.clone()),
            person_id: Set(new.person.0),
            scopes: Set(new.grant.scopes.words()),
            source_id: Set(new.grant.source.map(|id| id.0)),
            topic_id: Set(new.grant.topic.map(|id| id.0)),
            hash: Set(hash),
            created_at: Set(micros(now)),
            created_by: Set(by.map(|id| id.0)),
            expires_at: Set(new.expires_at.map(micros)),
            used_at: Set(None),
            revoked_at: Set(None),
        };
        noun(row.insert(&self.transaction).await?)
    }

    /// The token with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token(&self, id: TokenId) -> Result<Option<Token>, Error> {
        token::Entity::find_by_id(id.0).one(&self.transaction).await?.map(noun).transpose()
    }

    /// Writes down that tokens are worth nothing from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(&self, id: TokenId, now: Time) -> Result<(), Error> {
        let mut sql = Sql::new("UPDATE token SET revoked_at = ");
        sql.bind(micros(now)).push(" WHERE revoked_at IS NULL AND id = ").bind(id.0);
        self.execute(sql).await.map(drop)
    }

    /// Writes down when a token was shown.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_token_used(&self, id: TokenId, now: Time) -> Result<(), Error> {
        let mut sql = Sql::new("UPDATE token SET used_at = ");
        sql.bind(micros(now)).push(" WHERE id = ").bind(id.0);
        self.execute(sql).await.map(drop)
    }
}
