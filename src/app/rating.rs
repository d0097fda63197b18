//! Ratings: checked, remembered, told. Those who rate at the same time share a commit.

pub(super) mod queue;

use std::collections::HashMap;

use tokio::sync::oneshot;

use self::queue::Job;
use super::content::note_all;
use super::error::{Error, refuse};
use super::house::App;
use super::viewer::Viewer;
use crate::domain::ballot::{Ballot, Told};
use crate::domain::change::{ContentAct, Fact, Point, RatingFact};
use crate::domain::content::{ContentRef, Subject};
use crate::domain::id::{ContentId, PersonId, RatingId};
use crate::domain::invalid::{Code, Invalid};
use crate::domain::page::{Page, PageRequest};
use crate::domain::rating::{Mark, RatedContent, Rating, RatingDraft, Verdict};
use crate::store::rating::Current;
use crate::store::writing::Writing;

/// What became of a rating.
#[derive(Clone, Debug)]
pub struct Rated {
    pub content: ContentId,
    pub before: Option<Mark>,
    /// As it is stored now; `None` when there is none.
    pub rating: Option<Rating>,
    /// What its rater is told of all ratings.
    pub tally: Told,
    /// Whether an earlier word was not heard because a later one is stored.
    pub stale: bool,
    /// Whether it said anything new.
    pub changed: bool,
    /// The place after the change it made, once it is committed.
    pub point: Option<Point>,
}

impl App {
    /// Rates a content, or withdraws the rating with `value` `None`.
    ///
    /// # Errors
    /// `CONTENT_NOT_FOUND`, `NOT_VISIBLE`, `OWN_CONTENT`, `OFF_SCALE`, `BOT_CANNOT_RATE`.
    pub async fn rate(&self, viewer: &Viewer, content: &ContentRef, value: Option<i64>) -> Result<Rated, Error> {
        let rater = viewer.human()?.id;
        let Some(content) = self.content_id(content).await? else {
            return refuse(Code::ContentNotFound, "content", "there is no such content");
        };
        if viewer.is_limited() {
            let known = self.seen_content(viewer, "content", &ContentRef::Id(content)).await?;
            viewer.check_reach(self, Some(known.source), &known.topics)?;
        }
        let draft = RatingDraft { rater, content, value, kind: None, at: self.clock.now(), imported: false };
        let (reply, answer) = oneshot::channel();
        let lost = || Error::Stopping;
        self.ratings.send(Job { draft, reply }).await.map_err(|_| lost())?;
        match answer.await.map_err(|_| lost())? {
            // Who may not see a content learns not even that it is there.
            Err(Error::Invalid(invalid)) if invalid.code == Code::NotVisible && !viewer.is_moderator() => {
                refuse(Code::ContentNotFound, "content", "there is no such content")
            }
            told => told,
        }
    }

    /// The viewer's own ratings, newest first.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`.
    pub async fn own_ratings(&self, viewer: &Viewer, request: &PageRequest) -> Result<Page<Rating>, Error> {
        let person = viewer.reader()?.id;
        Ok(self.store.ratings_of(person, request).await?)
    }

    /// What the viewer thinks of contents; nothing for nobody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn viewer_ratings(&self, viewer: &Viewer, contents: &[ContentId]) -> Result<Vec<Rating>, Error> {
        match viewer.id() {
            Some(person) => Ok(self.store.ratings_by(person, contents).await?),
            None => Ok(Vec::new()),
        }
    }

    /// The ratings of contents whose source made them public acts: one page for each. The caller must have asked
    /// [`Viewer::sees_rating`] of each source.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn public_ratings(&self, asked: &[(ContentId, &PageRequest)]) -> Result<Vec<Page<Rating>>, Error> {
        Ok(self.store.ratings_on(asked).await?)
    }

    /// The rating with this id, if the viewer may see it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rating(&self, viewer: &Viewer, id: RatingId) -> Result<Option<Rating>, Error> {
        let Some(rating) = self.store.rating(id).await? else { return Ok(None) };
        let Some(content) = self.store.contents(&[rating.content]).await?.into_iter().next() else { return Ok(None) };
        if viewer.id() != Some(rating.rater) && !viewer.sees_content(&content) {
            return Ok(None);
        }
        let visibility = self.directory.source(content.source).map(|source| source.visibility);
        Ok(visibility.is_some_and(|visibility| viewer.sees_rating(rating.rater, visibility)).then_some(rating))
    }
}

/// Whom and what drafts are about, each pair once.
fn pairs<'a>(drafts: impl IntoIterator<Item = &'a RatingDraft>) -> Vec<(PersonId, ContentId)> {
    let mut pairs: Vec<_> = drafts.into_iter().map(|draft| (draft.rater, draft.content)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Judges each draft after those before it, and writes what they come to. Nothing else may have been written yet in this
/// transaction. The changes noted here, one for each that said something new, get their numbers at the commit.
pub(super) async fn rate_all(
    app: &App,
    writing: &mut Writing<'_>,
    drafts: &[RatingDraft],
) -> Result<Vec<Result<Rated, Invalid>>, Error> {
    let contents = rated_contents(app, writing, drafts).await?;
    rate_among(app, writing, drafts, contents).await
}

/// What is rated, as it stands in this transaction.
async fn rated_contents(
    app: &App,
    writing: &Writing<'_>,
    drafts: &[RatingDraft],
) -> Result<HashMap<ContentId, RatedContent>, Error> {
    let mut wanted: Vec<ContentId> = drafts.iter().map(|draft| draft.content).collect();
    wanted.sort_unstable();
    wanted.dedup();
    // What memory knows is what the database holds when it has heard the whole log, and nobody else can write now.
    match app.catalog.rated(writing.last_seq(), &wanted, |id| Some(app.source_by_id(id)?.scale)) {
        Some(contents) => Ok(contents),
        None => Ok(writing.rated_contents(&wanted).await?),
    }
}

/// As [`rate_all`], with what is known of the contents as they stand in this transaction.
pub(super) async fn rate_among(
    app: &App,
    writing: &mut Writing<'_>,
    drafts: &[RatingDraft],
    contents: HashMap<ContentId, RatedContent>,
) -> Result<Vec<Result<Rated, Invalid>>, Error> {
    let current = writing.current_ratings(&pairs(drafts)).await?;
    rate_knowing(app, writing, drafts, contents, current).await
}

/// As [`rate_among`], with what is stored for each of [`pairs`].
async fn rate_knowing(
    app: &App,
    writing: &mut Writing<'_>,
    drafts: &[RatingDraft],
    mut contents: HashMap<ContentId, RatedContent>,
    mut current: Current,
) -> Result<Vec<Result<Rated, Invalid>>, Error> {
    let mut outcomes: Vec<Result<Rated, Invalid>> = Vec::with_capacity(drafts.len());
    let (mut moved, mut facts, mut past) = (Vec::new(), Vec::new(), Vec::new());
    for draft in drafts {
        let before = current.get(&(draft.rater, draft.content)).and_then(|rating| rating.until(draft.at));
        outcomes.push(judge(app, draft, contents.get_mut(&draft.content), &mut current).map(|(rated, fact)| {
            if let Some(fact) = fact {
                moved.push(draft);
                facts.push(fact);
                past.extend(before);
            }
            rated
        }));
    }
    writing.insert_past_ratings(&past).await?;
    write_moved(writing, &moved, &contents, &current).await?;
    for fact in facts {
        writing.note(Fact::Rating(fact));
    }
    Ok(outcomes)
}

/// Judges one draft and moves the tally and the current rating in memory. Second: what there is to tell.
fn judge(
    app: &App,
    draft: &RatingDraft,
    content: Option<&mut RatedContent>,
    current: &mut Current,
) -> Result<(Rated, Option<RatingFact>), Invalid> {
    let Some(content) = content else {
        return Err(Invalid::new(Code::ContentNotFound, "content", "there is no such content"));
    };
    let stored = current.get(&(draft.rater, draft.content));
    let before = stored.and_then(|rating| rating.mark);
    let rated = |rating: Option<Rating>, tally, stale, changed| Rated {
        content: draft.content,
        before,
        rating: rating.filter(|rating| rating.mark.is_some()),
        tally,
        stale,
        changed,
        point: None,
    };
    let after = match draft.check(content, stored)? {
        Verdict::Moved(after) => after,
        verdict => {
            let told = content.tally.shown_to(draft.rater, before);
            return Ok((rated(stored.cloned(), told, verdict == Verdict::Stale, false), None));
        }
    };
    let ballot = std::mem::take(&mut content.tally);
    content.tally = ballot.moved(draft.rater, before, after, app.quorum(content.source));
    let (rater, at, kind) = (draft.rater, draft.at, &draft.kind);
    let rating = Rating { content: draft.content, rater, mark: after, kind: kind.clone(), rated_at: at };
    let subject = Subject {
        content: content.id,
        source: content.source,
        authors: content.authors.clone(),
        topics: content.topics.clone(),
        visible: content.visible,
    };
    let fact =
        RatingFact { rater, subject, before, after, kind: kind.clone(), rated_at: at, tally: content.tally.clone() };
    current.insert((rater, draft.content), rating.clone());
    Ok((rated(Some(rating), content.tally.shown_to(rater, after), false, true), Some(fact)))
}

async fn write_moved(
    writing: &Writing<'_>,
    moved: &[&RatingDraft],
    contents: &HashMap<ContentId, RatedContent>,
    current: &Current,
) -> Result<(), Error> {
    let mut ratings: HashMap<(PersonId, ContentId), Rating> = HashMap::new();
    let mut tallies: HashMap<ContentId, Ballot> = HashMap::new();
    for draft in moved {
        let pair = (draft.rater, draft.content);
        if let (Some(rating), Some(content)) = (current.get(&pair), contents.get(&draft.content)) {
            ratings.insert(pair, rating.clone());
            tallies.insert(draft.content, content.tally.clone());
        }
    }
    if ratings.is_empty() {
        return Ok(());
    }
    let mut ratings: Vec<Rating> = ratings.into_values().collect();
    ratings.sort_unstable_by_key(|rating| (rating.content, rating.rater));
    let mut tallies: Vec<(ContentId, Ballot)> = tallies.into_iter().collect();
    tallies.sort_unstable_by_key(|(id, _)| *id);
    writing.upsert_ratings(&ratings).await?;
    Ok(writing.update_tallies(&tallies).await?)
}

/// Counts the ratings of contents anew, those of people alone, because something became of `people`, and notes what came of it.
pub(super) async fn recount(
    app: &App,
    writing: &mut Writing<'_>,
    contents: &[ContentId],
    people: &[PersonId],
) -> Result<(), Error> {
    write_recounted(app, writing, contents, people).await?;
    note_all(writing, contents.iter().copied(), ContentAct::Recounted).await
}

/// The same, with nothing noted.
pub(super) async fn write_recounted(
    app: &App,
    writing: &Writing<'_>,
    contents: &[ContentId],
    people: &[PersonId],
) -> Result<(), Error> {
    for some in contents.chunks(1_000) {
        let counted: HashMap<ContentId, _> = writing.recount(some).await?.into_iter().collect();
        let known = writing.rated_contents(some).await?;
        let ballots: Vec<(ContentId, Ballot)> = known
            .into_values()
            .filter_map(|content| {
                let quorum = app.quorum(content.source);
                Some((content.id, content.tally.recounted(*counted.get(&content.id)?, people, quorum)))
            })
            .collect();
        writing.update_tallies(&ballots).await?;
    }
    Ok(())
}
