//! API tokens: made, listed, revoked, and shown by those who hold them.

use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::secret::Secret;
use super::viewer::{Proof, Viewer};
use crate::domain::access::{Grant, Scopes};
use crate::domain::audit::{AuditAct, AuditSubject, NewAudit};
use crate::domain::id::{PersonId, TokenId};
use crate::domain::invalid::Code;
use crate::domain::page::{Page, PageRequest};
use crate::domain::person::PersonRef;
use crate::domain::source::SourceRef;
use crate::domain::time::Time;
use crate::domain::token::{NewToken, Token};
use crate::domain::topic::TopicRef;

/// How exactly the last use of a token is written down: the first use in a minute is.
const USED: chrono::TimeDelta = chrono::TimeDelta::minutes(1);
/// What everybody hears whose token is worth nothing, whatever is wrong with it.
const WORTHLESS: &str = "this token is unknown, expired or revoked";

/// A token as somebody asks for it.
#[derive(Clone, Debug)]
pub struct TokenDraft {
    pub name: String,
    /// Whom it acts for.
    pub person: PersonRef,
    pub scopes: Scopes,
    pub source: Option<SourceRef>,
    pub topic: Option<TopicRef>,
    pub expires_at: Option<Time>,
}

impl App {
    /// Makes a token. Second: the token as its holder shows it, which is told here and never again. Admins only.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`, `INACTIVE`, `SOURCE_NOT_FOUND`, `TOPIC_NOT_FOUND`, or what [`NewToken::check`] says.
    pub async fn create_token(&self, viewer: &Viewer, draft: &TokenDraft) -> Result<(Token, String), Error> {
        let by = viewer.admin()?.id;
        self.issue_token(draft, Some(by)).await
    }

    /// Makes a token, for those who have the database anyway: the commands.
    ///
    /// # Errors
    /// As [`App::create_token`].
    pub async fn issue_token(&self, draft: &TokenDraft, by: Option<PersonId>) -> Result<(Token, String), Error> {
        let person = self.named_person("person", &draft.person).await?;
        if !person.active {
            return refuse(Code::Inactive, "person", "this person is not active any more");
        }
        let source = draft.source.as_ref().map(|by| Ok::<_, Error>(self.named_source("source", by)?.id)).transpose()?;
        let topic = draft.topic.as_ref().map(|by| Ok::<_, Error>(self.named_topic("topic", by)?.id)).transpose()?;
        let grant = Grant { scopes: draft.scopes, source, topic };
        let now = self.clock.now();
        let new = NewToken::check(&draft.name, person.id, grant, draft.expires_at, now)?;
        let secret = Secret::new()?;
        let writing = self.store.begin().await?;
        let token = writing.insert_token(&new, secret.hash(), by, now).await?;
        let (act, subject) = (AuditAct::TokenCreated, AuditSubject::Token(token.id));
        writing.insert_audit(NewAudit { actor: by, act, subject, reason: None }, now).await?;
        self.commit(writing).await?;
        self.keyring.forget(token.id);
        let told = secret.told(token.id);
        Ok((token, told))
    }

    /// A page of all tokens, the newest first. Admins only.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`.
    pub async fn tokens(&self, viewer: &Viewer, request: &PageRequest) -> Result<Page<Token>, Error> {
        viewer.admin()?;
        self.all_tokens(request).await
    }

    /// A page of all tokens, for those who have the database anyway: the commands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_tokens(&self, request: &PageRequest) -> Result<Page<Token>, Error> {
        Ok(self.store.tokens_page(request).await?)
    }

    /// Revokes a token: from now on it is worth nothing. Admins only.
    ///
    /// # Errors
    /// `TOKEN_NOT_FOUND`, `ALREADY_REVOKED`.
    pub async fn revoke_token(&self, viewer: &Viewer, id: TokenId) -> Result<Token, Error> {
        let by = viewer.admin()?.id;
        self.end_token(id, Some(by)).await
    }

    /// Revokes a token, for those who have the database anyway: the commands.
    ///
    /// # Errors
    /// As [`App::revoke_token`].
    pub async fn end_token(&self, id: TokenId, by: Option<PersonId>) -> Result<Token, Error> {
        let now = self.clock.now();
        let writing = self.store.begin().await?;
        let Some(token) = writing.token(id).await? else {
            return refuse(Code::TokenNotFound, "token", "there is no such token");
        };
        if token.revoked_at.is_some() {
            return refuse(Code::AlreadyRevoked, "token", "this token was revoked before");
        }
        writing.revoke_token(id, now).await?;
        let (act, subject) = (AuditAct::TokenRevoked, AuditSubject::Token(id));
        writing.insert_audit(NewAudit { actor: by, act, subject, reason: None }, now).await?;
        self.commit(writing).await?;
        self.keyring.forget(id);
        Ok(Token { revoked_at: Some(now), ..token })
    }

    /// Who shows a token of ours.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when it is worth nothing, the same for whatever reason.
    pub async fn viewer_by_token(self: &Arc<Self>, text: &str) -> Result<Viewer, Error> {
        let Some((id, secret)) = Secret::read(text) else { return Err(Error::Unauthenticated(WORTHLESS)) };
        let known = self.keyring.token(id).await?;
        let now = self.clock.now();
        let Some(known) = known.filter(|known| secret.fits(&known.1) && known.0.is_valid_at(now)) else {
            return Err(Error::Unauthenticated(WORTHLESS));
        };
        let token = &known.0;
        let person = self.directory.people(&[token.person]).await?.remove(&token.person);
        let Some(person) = person.filter(|person| person.active && person.merged_into.is_none()) else {
            return Err(Error::Unauthenticated(WORTHLESS));
        };
        self.note_use(token, now);
        Ok(Viewer::of(person, token.grant, Proof::Token { id, until: token.expires_at }))
    }

    /// Whether a token that was worth something still is.
    pub(super) async fn is_token_valid(&self, id: TokenId) -> Result<bool, Error> {
        let known = self.keyring.token_with_others(id).await?;
        Ok(known.is_some_and(|known| known.0.is_valid_at(self.clock.now())))
    }

    /// Writes down that a token was used, beside the request that used it.
    fn note_use(self: &Arc<Self>, token: &Token, now: Time) {
        if token.used_at.is_some_and(|used| now - used < USED) || !self.keyring.take_note(token.id) {
            return;
        }
        let (app, id) = (Arc::clone(self), token.id);
        tokio::spawn(async move {
            let written = async {
                let writing = app.store.begin().await?;
                writing.mark_token_used(id, now).await?;
                app.commit(writing).await
            };
            if let Err(error) = written.await {
                tracing::debug!(%error, "the last use of a token was not written down");
            }
            app.keyring.forget(id);
        });
    }
}
