//! Batches of integrators.

mod item;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};

use self::item::{
    ContentItemInput, EndorsementItemInput, LeadershipItemInput, PersonItemInput, RatingItemInput, TopicItemInput,
};
use super::payload::payload;
use crate::domain::ingest::{Batch, Outcome, Report};
use crate::graphql::context::{Desk, given};
use crate::graphql::input::SourceRef;

/// A batch of one source: up to 1,000 items in all. Later lists may name items of earlier ones.
#[derive(Clone, Debug, InputObject)]
pub struct IngestInput {
    /// The source that everything in the batch comes from.
    pub source: SourceRef,
    /// People.
    pub people: Option<Vec<PersonItemInput>>,
    /// Topics, those above others first.
    pub topics: Option<Vec<TopicItemInput>>,
    /// Contents, originals before their replies.
    pub contents: Option<Vec<ContentItemInput>>,
    /// Ratings.
    pub ratings: Option<Vec<RatingItemInput>>,
    /// Leaderships.
    pub leaderships: Option<Vec<LeadershipItemInput>>,
    /// Endorsements.
    pub endorsements: Option<Vec<EndorsementItemInput>>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ItemOutcome {
    /// It was new.
    Created,
    /// It was known and is different now.
    Changed,
    /// It was known just so.
    Unchanged,
    /// A word of the same or a later time is stored; this one changed nothing.
    Stale,
    /// It was taken in. Whether it changed anything is not told, because the ratings of this source are private: what became of
    /// one would tell what its rater said before. This is the outcome of every rating that is not refused, unless you may see
    /// who rated what in this source.
    Accepted,
    /// It was refused, see the error. The other items were not touched by that.
    Refused,
}

/// What became of one item.
#[derive(Clone, Debug, SimpleObject)]
pub struct ItemResult {
    /// What became of it.
    pub outcome: ItemOutcome,
    /// Why it was refused; null unless it was.
    pub error: Option<IngestUserError>,
}

/// What became of each item, in the order of the batch.
#[derive(Debug, SimpleObject)]
pub struct IngestReport {
    /// The people.
    pub people: Vec<ItemResult>,
    /// The topics.
    pub topics: Vec<ItemResult>,
    /// The contents.
    pub contents: Vec<ItemResult>,
    /// The ratings.
    pub ratings: Vec<ItemResult>,
    /// The leaderships.
    pub leaderships: Vec<ItemResult>,
    /// The endorsements.
    pub endorsements: Vec<ItemResult>,
}

payload! {
    /// What became of `ingest`.
    IngestPayload {
        /// What became of each item.
        report: IngestReport,
    }
    /// Why `ingest` did nothing, or refused an item.
    IngestUserError,
    /// The rules that `ingest` can meet.
    IngestErrorCode {
        /// A bot is named; bots neither rate, lead nor endorse, nor are they endorsed.
        BotCannotRate,
        /// It contradicts what is there; the message says what.
        Conflict,
        /// There is no such content, or the viewer may not see it.
        ContentNotFound,
        /// It would stand below or reply to itself.
        Cycle,
        /// The time lies in the future.
        InFuture,
        /// The topic named is only another word for a topic; name that one.
        IsSynonym,
        /// Something that is needed is missing.
        NothingGiven,
        /// The value is not on the scale of the source.
        OffScale,
        /// Nobody endorses themselves.
        OneselfEndorsed,
        /// The time lies out of range.
        OutOfRange,
        /// Nobody rates their own content.
        OwnContent,
        /// There is no such person.
        PersonNotFound,
        /// It ends before it starts.
        ReversedInterval,
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

fn results(outcomes: Vec<Outcome>) -> Result<Vec<ItemResult>> {
    let result = |outcome| {
        let (outcome, error) = match outcome {
            Outcome::Created => (ItemOutcome::Created, None),
            Outcome::Changed => (ItemOutcome::Changed, None),
            Outcome::Unchanged => (ItemOutcome::Unchanged, None),
            Outcome::Stale => (ItemOutcome::Stale, None),
            Outcome::Accepted => (ItemOutcome::Accepted, None),
            Outcome::Refused(invalid) => (ItemOutcome::Refused, Some(IngestUserError::of(invalid.into())?)),
        };
        Ok(ItemResult { outcome, error })
    };
    outcomes.into_iter().map(result).collect()
}

fn report(report: Report) -> Result<IngestReport> {
    Ok(IngestReport {
        people: results(report.people)?,
        topics: results(report.topics)?,
        contents: results(report.contents)?,
        ratings: results(report.ratings)?,
        leaderships: results(report.leaderships)?,
        endorsements: results(report.endorsements)?,
    })
}

fn all<A: Into<B>, B>(items: Option<Vec<A>>) -> Vec<B> {
    items.unwrap_or_default().into_iter().map(Into::into).collect()
}

/// Batches.
#[derive(Debug, Default)]
pub struct IngestMutation;

#[Object]
impl IngestMutation {
    /// Takes a batch in, in one transaction, with a result for each item. The same batch again changes nothing. Integrators
    /// only, for the source of their token.
    async fn ingest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The batch.")] input: IngestInput,
    ) -> Result<IngestPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let source = given(input.source.read("input.source"))?;
        let batch = Batch {
            people: all(input.people),
            topics: all(input.topics),
            contents: all(input.contents),
            ratings: all(input.ratings),
            leaderships: all(input.leaderships),
            endorsements: all(input.endorsements),
            // People object themselves; only a whole export brings back what they said.
            contests: Vec::new(),
        };
        match desk.app.ingest(&desk.viewer, &source, &batch).await {
            Ok(done) => Ok(IngestPayload { report: Some(report(done)?), user_errors: Vec::new(), client_mutation_id }),
            Err(error) => IngestPayload::refused(error, client_mutation_id),
        }
    }
}
