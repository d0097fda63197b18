//! Rating.

use async_graphql::{Context, InputObject, Object, Result};

use super::payload::payload;
use crate::app::rating::Rated;
use crate::graphql::context::Request;
use crate::graphql::context::{Desk, given};
use crate::graphql::error::failed;
use crate::graphql::input::ContentRef;
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::rating::{Rating, Tally};

/// A rating.
#[derive(Clone, Debug, InputObject)]
pub struct RateContentInput {
    /// What is rated.
    pub content: ContentRef,
    /// The value on the scale of its source: stars 1 to 5, a vote -1, 0 or 1, a like 1.
    pub value: i32,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `rateContent`.
    RateContentPayload {
        /// The rating as it stands now.
        rating: Rating,
        /// What was rated.
        content: Content,
        /// The tally with it.
        tally: Tally,
        /// Whether anything changed; false when the same was said before.
        changed: bool,
        /// The change it made, to subscribe after; null when nothing changed.
        cursor: String,
    }
    /// Why `rateContent` did nothing.
    RateContentUserError,
    /// The rules that `rateContent` can meet.
    RateContentErrorCode {
        /// The one who acts is a bot; bots neither rate, lead nor endorse.
        BotCannotRate,
        /// There is no such content, or the viewer may not see it.
        ContentNotFound,
        /// The content was withdrawn or hidden.
        NotVisible,
        /// The value is not on the scale of the source.
        OffScale,
        /// Nobody rates their own content.
        OwnContent,
    }
}

/// A rating to be taken back.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawRatingInput {
    /// What was rated.
    pub content: ContentRef,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `withdrawRating`.
    WithdrawRatingPayload {
        /// What was rated.
        content: Content,
        /// The tally without it.
        tally: Tally,
        /// Whether there was a rating to take back.
        changed: bool,
        /// The change it made, to subscribe after; null when nothing changed.
        cursor: String,
    }
    /// Why `withdrawRating` did nothing.
    WithdrawRatingUserError,
    /// The rules that `withdrawRating` can meet.
    WithdrawRatingErrorCode {
        /// The one who acts is a bot; bots neither rate, lead nor endorse.
        BotCannotRate,
        /// There is no such content, or the viewer may not see it.
        ContentNotFound,
        /// The content was withdrawn or hidden, and the viewer has not rated it.
        NotVisible,
        /// Nobody rates their own content.
        OwnContent,
    }
}

/// The rest of what a payload tells: fetched only when it is asked for.
async fn content(ctx: &Context<'_>, desk: &Request, rated: &Rated) -> Result<Option<Content>> {
    if !ctx.look_ahead().field("content").exists() {
        return Ok(None);
    }
    Ok(desk.loaders.content(desk, rated.content).await.map_err(failed)?.map(|content| content.as_ref().into()))
}

fn cursor(desk: &Request, rated: &Rated) -> Option<String> {
    rated.point.map(|point| desk.app.cursor(point))
}

/// Rating.
#[derive(Debug, Default)]
pub struct RatingMutation;

#[Object]
impl RatingMutation {
    /// Rates a content as the one who acts. A second rating of the same content takes the place of the first; the same again changes nothing.
    async fn rate_content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RateContentInput,
    ) -> Result<RateContentPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.content.read("input.content"))?;
        match desk.app.rate(&desk.viewer, &by, Some(i64::from(input.value))).await {
            Ok(done) => Ok(RateContentPayload {
                content: content(ctx, desk, &done).await?,
                rating: done.rating.as_ref().and_then(Rating::of),
                tally: Some(done.tally.into()),
                changed: Some(done.changed),
                cursor: cursor(desk, &done),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => RateContentPayload::refused(error, client_mutation_id),
        }
    }

    /// Takes the rating of the one who acts back.
    async fn withdraw_rating(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: WithdrawRatingInput,
    ) -> Result<WithdrawRatingPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.content.read("input.content"))?;
        match desk.app.rate(&desk.viewer, &by, None).await {
            Ok(done) => Ok(WithdrawRatingPayload {
                content: content(ctx, desk, &done).await?,
                tally: Some(done.tally.into()),
                changed: Some(done.changed),
                cursor: cursor(desk, &done),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => WithdrawRatingPayload::refused(error, client_mutation_id),
        }
    }
}
