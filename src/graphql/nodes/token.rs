//! API tokens.

use async_graphql::{Enum, Object, SimpleObject};

use crate::domain::access;
use crate::domain::id::{PersonId, SourceId, TokenId, TopicId};
use crate::domain::token;
use crate::graphql::page::{PageInfo, Placed, Shown};
use crate::graphql::scalar::DateTime;

/// One kind of thing that a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Scope")]
pub enum Scope {
    /// Read what its person may read. Every other scope includes it.
    Read,
    /// Act as its person: rate, publish, declare, endorse.
    Rate,
    /// Bring in what happened in a source with `ingest`, for the accounts of that source.
    Ingest,
    /// Hide and restore contents, deactivate people, reject declarations, read the audit log.
    Moderate,
    /// Everything.
    Admin,
}

/// What somebody is to this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Role")]
pub enum Role {
    /// Nobody in particular: reads what everybody may read.
    Anonymous,
    /// Somebody of the organisation: acts as themselves.
    Member,
    /// A program that brings in what happens elsewhere, for the accounts of its source.
    Integrator,
    /// Somebody who sees to it that people treat each other well.
    Moderator,
    /// Somebody who runs the server and may do everything.
    Admin,
}

/// What a program shows instead of a login. Its secret is told once, when it is made.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Token {
    #[graphql(skip)]
    pub key: TokenId,
    #[graphql(skip)]
    pub person_key: PersonId,
    #[graphql(skip)]
    pub source_key: Option<SourceId>,
    #[graphql(skip)]
    pub topic_key: Option<TopicId>,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: DateTime,
    /// From when on it is worth nothing; null for never.
    pub expires_at: Option<DateTime>,
    /// When it was last shown, to the minute; null for never.
    pub used_at: Option<DateTime>,
    /// When it was revoked; null while it was not.
    pub revoked_at: Option<DateTime>,
}

impl From<&token::Token> for Token {
    fn from(token: &token::Token) -> Self {
        Self {
            key: token.id,
            person_key: token.person,
            source_key: token.grant.source,
            topic_key: token.grant.topic,
            name: token.name.clone(),
            scopes: token.grant.scopes.iter().map(Into::into).collect(),
            created_at: DateTime(token.created_at),
            expires_at: token.expires_at.map(DateTime),
            used_at: token.used_at.map(DateTime),
            revoked_at: token.revoked_at.map(DateTime),
        }
    }
}

/// A page of tokens, newest first.
#[derive(Debug)]
pub struct TokenConnection(pub Shown<Token>);

/// A token on a page.
#[derive(Debug)]
pub struct TokenEdge<'a>(&'a Placed<Token>, &'static str);

/// A page of tokens, newest first.
#[Object]
impl TokenConnection {
    /// The items of this page with their cursors.
    async fn edges(&self) -> Vec<TokenEdge<'_>> {
        self.0.edges.iter().map(|edge| TokenEdge(edge, self.0.order)).collect()
    }
    /// The items of this page.
    async fn nodes(&self) -> Vec<&Token> {
        self.0.edges.iter().map(|edge| &edge.node).collect()
    }
    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        self.0.info()
    }
}

/// A token on a page.
#[Object]
impl TokenEdge<'_> {
    /// The place of this item, to go on from with `after` or `before`.
    async fn cursor(&self) -> String {
        self.0.place.encode(self.1)
    }
    /// The item.
    async fn node(&self) -> &Token {
        &self.0.node
    }
}
