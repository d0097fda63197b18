//! API tokens.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::payload::payload;
use crate::app::token::TokenDraft;
use crate::domain::access::Scopes;
use crate::domain::id::TokenId;
use crate::graphql::context::{Desk, given};
use crate::graphql::id::Key;
use crate::graphql::input::{PersonRef, SourceRef, TopicRef};
use crate::graphql::nodes::token::{Scope, Token};
use crate::graphql::scalar::DateTime;

/// A token.
#[derive(Clone, Debug, InputObject)]
pub struct CreateTokenInput {
    /// What it is for, so that one knows later whether it is still needed.
    pub name: String,
    /// Whom it acts for: for a program best a bot of its own.
    pub person: PersonRef,
    /// What it may do; as little as it needs.
    pub scopes: Vec<Scope>,
    /// The only source of which it may change anything.
    pub source: Option<SourceRef>,
    /// The only topic, with those below it, on which it may change anything.
    pub topic: Option<TopicRef>,
    /// From when on it is worth nothing; never when it is missing.
    pub expires_at: Option<DateTime>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `createToken`.
    CreateTokenPayload {
        /// The token.
        token: Token,
        /// What its holder sends as `Authorization: Bearer ...`. It is told here and never again.
        secret: String,
    }
    /// Why `createToken` did nothing.
    CreateTokenUserError,
    /// The rules that `createToken` can meet.
    CreateTokenErrorCode {
        /// The limit does not fit the scopes.
        Conflict,
        /// The person is not active any more.
        Inactive,
        /// No scope is named.
        NothingGiven,
        /// The end must lie in the future.
        OutOfRange,
        /// There is no such person.
        PersonNotFound,
        /// There is no such source.
        SourceNotFound,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
        /// There is no such topic.
        TopicNotFound,
    }
}

/// Which token is revoked.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeTokenInput {
    /// The id of the token.
    pub token: ID,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `revokeToken`.
    RevokeTokenPayload {
        /// The token as it stands now.
        token: Token,
    }
    /// Why `revokeToken` did nothing.
    RevokeTokenUserError,
    /// The rules that `revokeToken` can meet.
    RevokeTokenErrorCode {
        /// It was revoked before.
        AlreadyRevoked,
        /// There is no such token.
        TokenNotFound,
    }
}

/// API tokens.
#[derive(Debug, Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token for a program. Admins only.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: CreateTokenInput,
    ) -> Result<CreateTokenPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let draft = TokenDraft {
            name: input.name,
            person: given(input.person.read("input.person"))?,
            scopes: Scopes::of(input.scopes.into_iter().map(Into::into)),
            source: given(input.source.map(|by| by.read("input.source")).transpose())?,
            topic: given(input.topic.map(|by| by.read("input.topic")).transpose())?,
            expires_at: input.expires_at.map(|at| at.0),
        };
        match desk.app.create_token(&desk.viewer, &draft).await {
            Ok((token, secret)) => Ok(CreateTokenPayload {
                token: Some((&token).into()),
                secret: Some(secret),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => CreateTokenPayload::refused(error, client_mutation_id),
        }
    }

    /// Revokes a token: it is worth nothing from now on, and its connections close. Admins only.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RevokeTokenInput,
    ) -> Result<RevokeTokenPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let id = given(TokenId::parse("input.token", &input.token))?;
        match desk.app.revoke_token(&desk.viewer, id).await {
            Ok(done) => {
                Ok(RevokeTokenPayload { token: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => RevokeTokenPayload::refused(error, client_mutation_id),
        }
    }
}
