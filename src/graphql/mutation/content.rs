//! Publishing, withdrawing and hiding.

use async_graphql::{Context, InputObject, Object, Result};

use super::payload::payload;
use crate::app::content::ContentDraft;
use crate::app::error::Error;
use crate::graphql::context::{Desk, given};
use crate::graphql::input::{ContentRef, PersonRef, SourceRef, TopicRef};
use crate::graphql::nodes::content::Content;
use crate::graphql::scalar::{DateTime, Url};

/// A content.
#[derive(Clone, Debug, InputObject)]
pub struct PublishContentInput {
    /// What it is, a word such as `post` or `comment`.
    pub kind: String,
    /// Its title, at most 500 characters. A title or a body is needed.
    pub title: Option<String>,
    /// Its text, at most 100,000 characters. A title or a body is needed.
    pub body: Option<String>,
    /// Where to read it.
    pub url: Option<Url>,
    /// The language it is written in, as a BCP 47 tag such as `en`.
    pub language: Option<String>,
    /// Who wrote it, at most 100; the one who acts when it is missing. Members must be among the authors.
    pub authors: Option<Vec<PersonRef>>,
    /// What it is about, at most 100.
    pub topics: Option<Vec<TopicRef>>,
    /// What it replies to.
    pub parent: Option<ContentRef>,
    /// Where it was written; `peerlead` when it is missing.
    pub source: Option<SourceRef>,
    /// How the source names it; made up when it is missing.
    pub external_id: Option<String>,
    /// When it was published; now when it is missing. Not in the future.
    pub published_at: Option<DateTime>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `publishContent`.
    PublishContentPayload {
        /// The content as it stands now.
        content: Content,
    }
    /// Why `publishContent` did nothing.
    PublishContentUserError,
    /// The rules that `publishContent` can meet.
    PublishContentErrorCode {
        /// There is no such content, or the viewer may not see it.
        ContentNotFound,
        /// The time lies in the future.
        InFuture,
        /// Only authors may do this.
        NotAuthor,
        /// The time lies out of range.
        OutOfRange,
        /// There is no such person.
        PersonNotFound,
        /// The same is named twice.
        SameTwice,
        /// There is no such source.
        SourceNotFound,
        /// The name is taken.
        Taken,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
        /// Too many are named.
        TooMany,
        /// There is no such topic.
        TopicNotFound,
    }
}

/// A content to be taken back.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawContentInput {
    /// Which content.
    pub content: ContentRef,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `withdrawContent`.
    WithdrawContentPayload {
        /// The content as it stands now.
        content: Content,
    }
    /// Why `withdrawContent` did nothing.
    WithdrawContentUserError,
    /// The rules that `withdrawContent` can meet.
    WithdrawContentErrorCode {
        /// It was withdrawn before.
        AlreadyWithdrawn,
        /// There is no such content, or the viewer may not see it.
        ContentNotFound,
        /// Only authors may do this.
        NotAuthor,
    }
}

/// A content to be hidden.
#[derive(Clone, Debug, InputObject)]
pub struct HideContentInput {
    /// Which content.
    pub content: ContentRef,
    /// Why; moderators see it.
    pub reason: String,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `hideContent`.
    HideContentPayload {
        /// The content as it stands now.
        content: Content,
    }
    /// Why `hideContent` did nothing.
    HideContentUserError,
    /// The rules that `hideContent` can meet.
    HideContentErrorCode {
        /// It contradicts what is there; the message says what.
        Conflict,
        /// There is no such content, or the viewer may not see it.
        ContentNotFound,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
    }
}

/// A hidden content to be shown again.
#[derive(Clone, Debug, InputObject)]
pub struct RestoreContentInput {
    /// Which content.
    pub content: ContentRef,
    /// Why; moderators see it.
    pub reason: String,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `restoreContent`.
    RestoreContentPayload {
        /// The content as it stands now.
        content: Content,
    }
    /// Why `restoreContent` did nothing.
    RestoreContentUserError,
    /// The rules that `restoreContent` can meet.
    RestoreContentErrorCode {
        /// It contradicts what is there; the message says what.
        Conflict,
        /// There is no such content, or the viewer may not see it.
        ContentNotFound,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
    }
}

impl PublishContentInput {
    fn draft(self) -> Result<ContentDraft, Error> {
        let all = |authors: Vec<PersonRef>| {
            authors.into_iter().map(|by| by.read("input.authors")).collect::<Result<Vec<_>, _>>()
        };
        Ok(ContentDraft {
            source: self.source.map(|by| by.read("input.source")).transpose()?,
            external_id: self.external_id,
            kind: self.kind,
            title: self.title.unwrap_or_default(),
            body: self.body.unwrap_or_default(),
            url: self.url.map(|url| url.0),
            language: self.language,
            authors: self.authors.map(all).transpose()?,
            topics: self
                .topics
                .unwrap_or_default()
                .into_iter()
                .map(|by| by.read("input.topics"))
                .collect::<Result<_, _>>()?,
            parent: self.parent.map(|by| by.read("input.parent")).transpose()?,
            published_at: self.published_at.map(|time| time.0),
        })
    }
}

/// Contents.
#[derive(Debug, Default)]
pub struct ContentMutation;

#[Object]
impl ContentMutation {
    /// Publishes a content, as its author or one of them; admins for anybody.
    async fn publish_content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: PublishContentInput,
    ) -> Result<PublishContentPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id.clone();
        let draft = given(input.draft())?;
        match desk.app.publish(&desk.viewer, draft).await {
            Ok(done) => {
                Ok(PublishContentPayload { content: Some(done.into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => PublishContentPayload::refused(error, client_mutation_id),
        }
    }

    /// Takes a content back, as one of its authors or an operator: it is shown no more and counts nowhere.
    async fn withdraw_content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: WithdrawContentInput,
    ) -> Result<WithdrawContentPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.content.read("input.content"))?;
        match desk.app.withdraw_content(&desk.viewer, &by).await {
            Ok(done) => {
                Ok(WithdrawContentPayload { content: Some(done.into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => WithdrawContentPayload::refused(error, client_mutation_id),
        }
    }

    /// Hides a content: it is shown no more and counts nowhere. Moderators only.
    async fn hide_content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: HideContentInput,
    ) -> Result<HideContentPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.content.read("input.content"))?;
        match desk.app.set_hidden(&desk.viewer, &by, true, &input.reason).await {
            Ok(done) => {
                Ok(HideContentPayload { content: Some(done.into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => HideContentPayload::refused(error, client_mutation_id),
        }
    }

    /// Shows a hidden content again. Moderators only.
    async fn restore_content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RestoreContentInput,
    ) -> Result<RestoreContentPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.content.read("input.content"))?;
        match desk.app.set_hidden(&desk.viewer, &by, false, &input.reason).await {
            Ok(done) => {
                Ok(RestoreContentPayload { content: Some(done.into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => RestoreContentPayload::refused(error, client_mutation_id),
        }
    }
}
