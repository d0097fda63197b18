//! API tokens, from the command line: made, listed, revoked by whoever has the database.

use std::fmt::Write;
use std::time::Duration;

use super::error::CommandError;
use crate::app::error::Error;
use crate::app::house::App;
use crate::app::token::TokenDraft;
use crate::domain::access::{Scope, Scopes};
use crate::domain::id::TokenId;
use crate::domain::page::{CAP, PageRequest};
use crate::domain::person::PersonRef;
use crate::domain::source::SourceRef;
use crate::domain::time::Time;
use crate::domain::token::Token;
use crate::domain::topic::TopicRef;

/// A token to be made.
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    pub name: String,
    /// The handle of whom it acts for.
    pub person: String,
    pub scopes: Vec<String>,
    /// The slug of the only source that it may change.
    pub source: Option<String>,
    /// The slug of the only topic that it may change.
    pub topic: Option<String>,
    /// How long it is worth something.
    pub lasts: Option<Duration>,
}

/// Makes a token. What comes back is the token as its holder shows it, which nobody can find out again.
///
/// # Errors
/// As [`App::create_token`], and for words that are no scopes.
pub async fn create(app: &App, options: &TokenOptions) -> Result<String, CommandError> {
    let scope = |word: &String| {
        let told = || Error::BadRequest(format!("{word:?} is no scope; there are read, rate, ingest, moderate, admin"));
        Scope::parse(&word.trim().to_uppercase()).ok_or_else(told)
    };
    let expires_at = options.lasts.map(|lasts| {
        let end = chrono::TimeDelta::from_std(lasts).ok().and_then(|lasts| app.clock().now().checked_add_signed(lasts));
        end.ok_or_else(|| Error::BadRequest("no token lasts so long; leave it out for one that never ends".to_owned()))
    });
    let scopes: Vec<Scope> = options.scopes.iter().map(scope).collect::<Result<_, _>>()?;
    let draft = TokenDraft {
        name: options.name.clone(),
        person: PersonRef::Handle(options.person.clone()),
        scopes: Scopes::of(scopes),
        source: options.source.clone().map(SourceRef::Slug),
        topic: options.topic.clone().map(TopicRef::Slug),
        expires_at: expires_at.transpose()?,
    };
    Ok(app.issue_token(&draft, None).await?.1)
}

/// All tokens as lines of a table, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App) -> Result<String, CommandError> {
    let mut lines = "id\tname\tperson\tscopes\tlimit\texpires\tlast used\tstate\n".to_owned();
    let mut request = PageRequest::first(CAP);
    loop {
        let page = app.all_tokens(&request).await?;
        for token in &page.items {
            line(app, token, &mut lines).await?;
        }
        match page.items.last() {
            Some(last) if page.has_next => request.after = Some(last.place()),
            _ => return Ok(lines),
        }
    }
}

/// Revokes the token with this number.
///
/// # Errors
/// As [`App::revoke_token`].
pub async fn revoke(app: &App, id: i64) -> Result<(), CommandError> {
    app.end_token(TokenId(id), None).await?;
    Ok(())
}

async fn line(app: &App, token: &Token, lines: &mut String) -> Result<(), CommandError> {
    let people = app.people(&[token.person]).await?;
    let person = people.get(&token.person).map_or("?", |person| person.handle.as_str());
    let source = token.grant.source.and_then(|id| app.source_by_id(id)).map(|source| format!("source {}", source.slug));
    let topic = token.grant.topic.and_then(|id| app.topic_by_id(id)).map(|topic| format!("topic {}", topic.slug));
    let limits: Vec<String> = source.into_iter().chain(topic).collect();
    let limit = if limits.is_empty() { "-".to_owned() } else { limits.join(", ") };
    let day =
        |time: Option<Time>| time.map_or_else(|| "-".to_owned(), |time| time.format("%Y-%m-%d %H:%M").to_string());
    let state = match token.revoked_at {
        Some(_) => "revoked",
        None if token.is_valid_at(app.clock().now()) => "valid",
        None => "expired",
    };
    let scopes = token.grant.scopes.words().to_lowercase();
    let (id, name, end, used) = (token.id.0, &token.name, day(token.expires_at), day(token.used_at));
    // Writing into a text cannot fail.
    let _ = writeln!(lines, "{id}\t{name}\t{person}\t{scopes}\t{limit}\t{end}\t{used}\t{state}");
    Ok(())
}
