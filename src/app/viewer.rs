//! Who acts, and what they may do: every permission is decided here.

use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::secret;
use super::who::{Concern, Exceptions, Who};
use crate::domain::access::{Grant, Role, Scope, Scopes};
use crate::domain::change::Fact;
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
    who: Who,
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
        Self { who: Who::of(person, grant), proof }
    }

    /// Nobody in particular, to make an answer for many: those who need one of their own are noted in `exceptions`.
    pub(super) const fn anybody(exceptions: Arc<Exceptions>) -> Self {
        Self { who: Who::anybody(exceptions), proof: Proof::Word }
    }

    /// Whether an answer made for nobody in particular is not the right one for the viewer.
    pub(super) fn is_among(&self, exceptions: &Exceptions) -> bool {
        exceptions.hold(&self.who)
    }

    /// The person who acts, for reading.
    #[must_use]
    pub fn person(&self) -> Option<&Arc<Person>> {
        self.who.person(Concern::Everybody)
    }

    /// By what they were recognised.
    #[must_use]
    pub const fn proof(&self) -> Proof {
        self.proof
    }

    /// What they may do.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.who.grant(Concern::Everybody).scopes
    }

    /// Whether the viewer may do everything.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.who.may(Scope::Admin, Concern::Trusted)
    }

    /// Whether the viewer may do what moderators do.
    #[must_use]
    pub fn is_moderator(&self) -> bool {
        self.who.may(Scope::Moderate, Concern::Trusted)
    }

    /// The id of the one who acts, if somebody does.
    #[must_use]
    pub fn id(&self) -> Option<PersonId> {
        self.person().map(|person| person.id)
    }

    /// Whether the viewer is one of these people.
    fn is_one_of(&self, people: &[PersonId]) -> bool {
        self.who.person(Concern::People(people)).is_some_and(|person| people.contains(&person.id))
    }

    /// The active person who acts, granted a scope.
    fn granted(&self, scope: Scope, refusal: &'static str) -> Result<&Arc<Person>, Error> {
        match self.person() {
            None => Err(Error::Unauthenticated(NOBODY)),
            Some(person) if !person.active => Err(Error::Forbidden("this person is not active any more")),
            Some(_) if !self.scopes().has(scope) => Err(Error::Forbidden(refusal)),
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
        self.person().ok_or(Error::Unauthenticated(NOBODY))
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
        match self.grant().source {
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
        let grant = self.grant();
        if grant.source.is_some() && grant.source != source {
            return Err(Error::Forbidden("this token is limited to one source, and this is not of it"));
        }
        match grant.topic {
            Some(limit) if !topics.iter().any(|topic| app.subtree(limit).contains(topic)) => {
                Err(Error::Forbidden("this token is limited to one topic and those below it, and this is not on it"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses limited tokens where people are changed, who are not of one source or topic.
    ///
    /// # Errors
    /// `FORBIDDEN`.
    pub(super) fn unlimited(&self) -> Result<(), Error> {
        if self.is_limited() {
            return Err(Error::Forbidden("this token is limited, and people are not of one source or topic"));
        }
        Ok(())
    }

    /// Whether a token of the viewer narrows what may be changed, so that reach has to be looked at.
    pub(super) fn is_limited(&self) -> bool {
        let grant = self.grant();
        grant.source.is_some() || grant.topic.is_some()
    }

    fn grant(&self) -> &Grant {
        self.who.grant(Concern::Everybody)
    }

    /// Whether the viewer may see a content: everybody sees what is visible, its authors and moderators also the rest.
    #[must_use]
    pub fn sees_content(&self, content: &Content) -> bool {
        content.is_visible() || self.sees_hidden(&content.authors)
    }

    /// Whether the viewer may see what these people wrote when others may not.
    #[must_use]
    pub fn sees_hidden(&self, authors: &[PersonId]) -> bool {
        // Both are asked, so that both are noted.
        let (author, moderator) = (self.is_one_of(authors), self.is_moderator());
        author || moderator
    }

    /// Whether the viewer gave a rating.
    #[must_use]
    pub fn gave(&self, rater: PersonId) -> bool {
        self.is_one_of(&[rater])
    }

    /// Whether the viewer may see who gave a rating: everybody their own, others' only when the source made them public acts,
    /// or for moderators when it shows them to those.
    #[must_use]
    pub fn sees_rating(&self, rater: PersonId, visibility: Visibility) -> bool {
        let (own, any) = (self.gave(rater), self.sees_ratings(visibility));
        own || any
    }

    /// Whether the viewer hears of a change. Of a rating that moves nothing that is told yet only its rater does: that there was
    /// one, and when, may be enough to know whose it is.
    #[must_use]
    pub fn hears(&self, fact: &Fact) -> bool {
        match fact {
            _ if fact.is_for_all() => true,
            Fact::Rating(fact) => self.gave(fact.rater),
            _ => false,
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
