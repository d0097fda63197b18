//! Who acts, and what they may do: every permission is decided here.

use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::secret;
use crate::domain::access::{Grant, Role, Scope, Scopes};
use crate::domain::change::{ContentAct, Fact};
use crate::domain::content::Content;
use crate::domain::id::{PersonId, SourceId, TokenId, TopicId};
use crate::domain::invalid::Code;
use crate::domain::person::{Person, PersonKind};
use crate::domain::source::Visibility;
use crate::domain::time::Time;

/// What nobody hears who tried to act.
const NOBODY: &str = "say who acts: send a token in the header Authorization (on a server without configured identity, a \
                      handle in the header Peerlead-Person)";

/// The one who acts, or nobody.
#[derive(Clone, Debug, Default)]
pub struct Viewer {
    person: Option<Arc<Person>>,
    grant: Grant,
    proof: Proof,
}

/// By what somebody was recognised, and so how long that holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// Their word alone.
    #[default]
    Word,
    /// A token of ours.
    Token { id: TokenId, until: Option<Time> },
    /// What an identity provider says.
    Claims { until: Time },
}

impl App {
    /// Who a handle is, where everybody is believed. Without one nobody acts: everything public may be read.
    ///
    /// # Errors
    /// `BAD_REQUEST` for a handle that nobody has.
    pub async fn viewer(&self, handle: Option<&str>) -> Result<Viewer, Error> {
        let Some(handle) = handle.map(str::trim).filter(|handle| !handle.is_empty()) else {
            return Ok(Viewer::default());
        };
        let is_among = |handles: &[String]| handles.iter().any(|known| known == handle);
        let role = match handle {
            _ if is_among(&self.settings.operators) => Role::Admin,
            _ if is_among(&self.settings.moderators) => Role::Moderator,
            _ => Role::Member,
        };
        match self.person_by_handle(handle).await? {
            Some(person) => Ok(Viewer::of(person, role.into(), Proof::Word)),
            None => Err(Error::BadRequest(format!("nobody has the handle {handle:?} of the header Peerlead-Person"))),
        }
    }

    /// Whether a bearer token claims to be one of ours, to be asked of [`App::viewer_by_token`].
    #[must_use]
    pub fn is_own_token(text: &str) -> bool {
        secret::is_ours(text)
    }

    /// Whether somebody who was recognised a while ago still is, for connections that stay.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn still_holds(&self, viewer: &Viewer) -> Result<bool, Error> {
        let now = self.clock.now();
        let fresh = match viewer.proof {
            Proof::Word => return Ok(true),
            Proof::Token { id, until } => until.is_none_or(|end| end > now) && self.is_token_valid(id).await?,
            Proof::Claims { until } => until > now,
        };
        let Some(person) = viewer.id() else { return Ok(fresh) };
        let known = self.directory.people(&[person]).await?.remove(&person);
        Ok(fresh && known.is_some_and(|person| person.active && person.merged_into.is_none()))
    }
}

impl Viewer {
    /// Somebody with what they were granted.
    pub(super) const fn of(person: Arc<Person>, grant: Grant, proof: Proof) -> Self {
        Self { person: Some(person), grant, proof }
    }

    /// The person who acts, for reading.
    #[must_use]
    pub const fn person(&self) -> Option<&Arc<Person>> {
        self.person.as_ref()
    }

    /// By what they were recognised.
    #[must_use]
    pub const fn proof(&self) -> Proof {
        self.proof
    }

    /// What they may do.
    #[must_use]
    pub const fn scopes(&self) -> Scopes {
        self.grant.scopes
    }

    /// Whether the viewer may do everything.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.admin().is_ok()
    }

    /// Whether the viewer may do what moderators do.
    #[must_use]
    pub fn is_moderator(&self) -> bool {
        self.moderator().is_ok()
    }

    /// The id of the one who acts, if somebody does.
    #[must_use]
    pub fn id(&self) -> Option<PersonId> {
        self.person.as_ref().map(|person| person.id)
    }

    /// The active person who acts, granted a scope.
    fn granted(&self, scope: Scope, refusal: &'static str) -> Result<&Arc<Person>, Error> {
        match &self.person {
            None => Err(Error::Unauthenticated(NOBODY)),
            Some(person) if !person.active => Err(Error::Forbidden("this person is not active any more")),
            Some(_) if !self.grant.scopes.has(scope) => Err(Error::Forbidden(refusal)),
            Some(person) => Ok(person),
        }
    }

    /// The active person who acts as themselves.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without one, `FORBIDDEN` for one who is not active any more or whose token has not the scope.
    pub fn member(&self) -> Result<&Arc<Person>, Error> {
        self.granted(Scope::Rate, "this token may not act as its person; it needs the scope RATE")
    }

    /// The person who acts, active or not, to read what is theirs.
    pub(super) fn reader(&self) -> Result<&Arc<Person>, Error> {
        self.person.as_ref().ok_or(Error::Unauthenticated(NOBODY))
    }

    /// The moderator who acts.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without a person, `FORBIDDEN` for anybody else.
    pub fn moderator(&self) -> Result<&Arc<Person>, Error> {
        self.granted(Scope::Moderate, "only a moderator may do this")
    }

    /// The integrator who acts, for some source.
    pub(super) fn may_ingest(&self) -> Result<&Arc<Person>, Error> {
        self.granted(Scope::Ingest, "only an integrator may do this")
    }

    /// The integrator who brings something of a source in.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without a person, `FORBIDDEN` for anybody else, and for a token of another source.
    pub fn integrator(&self, source: SourceId) -> Result<&Arc<Person>, Error> {
        let person = self.may_ingest()?;
        match self.grant.source {
            Some(own) if own != source => Err(Error::Forbidden("this token is for another source")),
            _ => Ok(person),
        }
    }

    /// The admin who acts.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without a person, `FORBIDDEN` for anybody else.
    pub fn admin(&self) -> Result<&Arc<Person>, Error> {
        self.granted(Scope::Admin, "only an admin may do this")
    }

    /// Refuses bots: they never count in scores.
    pub(super) fn human(&self) -> Result<&Arc<Person>, Error> {
        let person = self.member()?;
        match person.kind {
            PersonKind::Human => Ok(person),
            PersonKind::Bot => refuse(Code::BotCannotRate, "person", "bots neither rate nor endorse"),
        }
    }

    /// Refuses what lies outside of the limits of a token: something of `source` (`None` for what has none) that is on `topics`.
    ///
    /// # Errors
    /// `FORBIDDEN`.
    pub(super) fn check_reach(&self, app: &App, source: Option<SourceId>, topics: &[TopicId]) -> Result<(), Error> {
        if self.grant.source.is_some() && self.grant.source != source {
            return Err(Error::Forbidden("this token is limited to one source, and this is not of it"));
        }
        match self.grant.topic {
            Some(limit) if !topics.iter().any(|topic| app.subtree(limit).contains(topic)) => {
                Err(Error::Forbidden("this token is limited to one topic and those below it, and this is not on it"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a token of the viewer narrows what may be changed, so that reach has to be looked at.
    pub(super) const fn is_limited(&self) -> bool {
        self.grant.source.is_some() || self.grant.topic.is_some()
    }

    /// Whether the viewer may see a content: everybody sees what is visible, its authors and moderators also the rest.
    #[must_use]
    pub fn sees_content(&self, content: &Content) -> bool {
        content.is_visible() || self.is_moderator() || self.id().is_some_and(|id| content.authors.contains(&id))
    }

    /// Whether the viewer may see who gave a rating: everybody their own, others' only when the source made them public acts,
    /// or for moderators when it shows them to those.
    #[must_use]
    pub fn sees_rating(&self, rater: PersonId, visibility: Visibility) -> bool {
        self.id() == Some(rater) || self.sees_ratings(visibility)
    }

    /// Whether the viewer hears of a change. Of a rating that moves nothing that is told yet only its rater does: that there was
    /// one, and when, may be enough to know whose it is.
    #[must_use]
    pub fn hears(&self, fact: &Fact) -> bool {
        match fact {
            Fact::Rating(fact) => fact.tally.is_settled() || self.id() == Some(fact.rater),
            // Which contents were counted anew together is what somebody had rated.
            Fact::Content(fact) => fact.act != ContentAct::Recounted,
            _ => true,
        }
    }

    /// Whether the viewer may see who gave the ratings of a source, whoever it was.
    #[must_use]
    pub fn sees_ratings(&self, visibility: Visibility) -> bool {
        match visibility {
            Visibility::Private => false,
            Visibility::Moderators => self.is_moderator(),
            Visibility::Public => true,
        }
    }
}
