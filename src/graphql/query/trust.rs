//! What only those see who answer for the server.

use async_graphql::{Context, Object, Result};

use crate::domain::{audit, token};
use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::audit::{AuditConnection, AuditEntry};
use crate::graphql::nodes::token::{Token, TokenConnection};
use crate::graphql::page::{PageArguments, Shown};

/// The order of tokens, as their cursors name it.
const CREATED: &str = "created";
/// The order of the audit log, likewise.
const DONE: &str = "done";

/// What only those see who answer for the server.
#[derive(Debug, Default)]
pub struct TrustQuery;

#[Object]
impl TrustQuery {
    /// All API tokens, newest first, revoked and expired ones too. Admins only.
    async fn tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<TokenConnection>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let look = async {
            let request = PageArguments { first, after, last, before }.request(CREATED)?;
            desk.app.tokens(&desk.viewer, &request).await
        };
        let shown = |page| Shown::of(page, CREATED, token::Token::place, |token| Token::from(&token));
        found(look.await.map(|page| Some(TokenConnection(shown(page)))))
    }

    /// What moderators and admins did, newest first. Moderators only.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<AuditConnection>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let look = async {
            let request = PageArguments { first, after, last, before }.request(DONE)?;
            desk.app.audit_log(&desk.viewer, &request).await
        };
        let shown = |page| Shown::of(page, DONE, audit::Audit::place, |entry| AuditEntry::from(&entry));
        found(look.await.map(|page| Some(AuditConnection(shown(page)))))
    }
}
