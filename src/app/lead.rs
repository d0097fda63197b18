//! Who leads what: what is declared, what peers endorse and what the facts show, side by side.
//!
//! Everything here is the same for all who ask. Of private ratings only those sums count that everybody can see anyway, and how
//! many different people gave them, in steps and as of midnight: see [`crate::projection::lead`].

pub mod change;
pub mod follow;
pub mod gap;
pub mod map;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::error::Error;
use super::house::App;
use crate::domain::contest::Contest;
use crate::domain::endorsement::Endorsement;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::lead::endorsed::{Circle, different};
use crate::domain::lead::evidence::{Aspect, reckoned_at};
use crate::domain::lead::leading::{Brief, Leading, Question, TopicLeaders};
use crate::domain::lead::standing::{self, Standing};
use crate::domain::lead::strength::score;
use crate::domain::leadership::Leadership;
use crate::domain::person::{MERGES, Person, PersonKind};
use crate::domain::time::{Time, from_micros, micros};
use crate::domain::trend::explanation::Explanation;
use crate::domain::trend::window::Window;
use crate::projection::relations::Said;

/// The longest ranking.
pub const MOST: usize = 1_000;
/// How many topics of a person are looked at one by one.
pub const MOST_TOPICS: usize = 100;

/// What is asked about leading.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    pub as_of: Option<Time>,
    /// Only evidence of so long before; all when nothing is said.
    pub window: Option<Duration>,
    pub subtopics: bool,
    pub aspect: Aspect,
}

/// A person who leads a topic, or is said to.
#[derive(Clone, Debug)]
pub struct Leader {
    pub person: PersonId,
    pub topic: TopicId,
    pub at: Time,
    /// From 1.
    pub rank: usize,
    /// All who have something to show, and where this one stands among them.
    list: Arc<Vec<Leading>>,
    place: Option<usize>,
    /// Where they stand, since when there was evidence and when last, by everything up to the moment, whatever the window is.
    pub standing: Option<Standing>,
    pub since: Option<Time>,
    pub last: Option<Time>,
    pub declared: Vec<Leadership>,
    pub endorsements: Vec<Endorsement>,
    pub endorsed: Explanation,
    /// What they object to, while they do.
    pub contest: Option<Contest>,
}

impl Leader {
    /// What the facts show, if they do.
    #[must_use]
    pub fn leading(&self) -> Option<&Leading> {
        self.place.and_then(|place| self.list.get(place))
    }

    /// From 0 to 1.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.leading().map_or(0.0, Leading::score)
    }
}

/// A topic that somebody leads, in short.
#[derive(Clone, Copy, Debug)]
pub struct Lead {
    pub topic: TopicId,
    pub score: f64,
}

impl App {
    /// Who leads a topic: strongest first, then who is endorsed, then who is declared.
    ///
    /// # Errors
    /// `OUT_OF_RANGE` for a window, `IN_FUTURE`, or when the database fails.
    pub async fn leaders(&self, topic: TopicId, view: &View, head: i64) -> Result<Arc<Vec<Leader>>, Error> {
        let window = self.span(view, head).await?;
        let topics = if view.subtopics { self.topics_below(topic) } else { vec![topic] };
        let list = self.shown(&topics, window, view.aspect).await;
        // A window bounds what the score is made of; where somebody stands is judged by everything they have shown.
        let whole = match view.window {
            Some(_) => self.shown(&topics, Window { from: i64::MIN, ..window }, view.aspect).await,
            None => Arc::clone(&list),
        };
        let whole: HashMap<PersonId, &Leading> = whole.iter().map(|one| (one.person, one)).collect();
        let said = self.relations.said().await?;
        let at = from_micros(window.to);
        let circle = circle(&said, at);
        let mut contests = self.contests(&said, at);
        let mut leaders = gather(&topics, &list, &said, at);
        leaders.retain(|person, _| view.as_of.is_some() || self.is_here(*person));
        let mut leaders: Vec<Leader> = leaders
            .into_iter()
            .map(|(person, words)| (person, words, contests.remove(&(person, topic))))
            .map(|(person, words, contest)| (person, words, contest, whole.get(&person).copied()))
            .map(|(person, words, contest, shown)| Leader {
                person,
                topic,
                at,
                rank: 0,
                standing: match contest {
                    Some(_) => Some(Standing::Contested),
                    None => standing(shown, at, !words.declared.is_empty()),
                },
                since: shown.and_then(|shown| shown.since),
                last: shown.and_then(|shown| shown.last),
                contest,
                list: Arc::clone(&list),
                place: words.place,
                endorsed: circle.endorsed(person.0, &different(words.endorsements.iter().map(|word| word.endorser.0))),
                declared: words.declared,
                endorsements: words.endorsements,
            })
            .collect();
        leaders.sort_by(|a, b| {
            let stronger = b.score().total_cmp(&a.score()).then(b.endorsed.score().total_cmp(&a.endorsed.score()));
            stronger.then_with(|| (Reverse(a.declared.len()), a.person).cmp(&(Reverse(b.declared.len()), b.person)))
        });
        leaders.truncate(MOST);
        (1..).zip(&mut leaders).for_each(|(rank, leader)| leader.rank = rank);
        Ok(Arc::new(leaders))
    }

    /// Who leads a topic at a moment as the facts show it, strongest first; of a past one also those who have left since.
    ///
    /// # Errors
    /// As [`App::leaders`].
    pub async fn leading(&self, topic: TopicId, (at, is_past): (Time, bool), head: i64) -> Result<Vec<Leader>, Error> {
        if !self.is_emergent(topic) {
            return Ok(Vec::new());
        }
        let leaders = self.leaders(topic, &View { as_of: Some(at), ..View::default() }, head).await?;
        let leads =
            |leader: &&Leader| leader.standing == Some(Standing::Leads) && (is_past || self.is_here(leader.person));
        Ok(leaders.iter().filter(leads).cloned().collect())
    }

    /// What somebody leads, strongest first; also what they are only said to lead. Nothing for who has left, as in [`App::leaders`].
    ///
    /// Within a window, or with what is below each topic, it is reckoned for each of the [`MOST_TOPICS`] topics on which they have most to
    /// show of all time.
    ///
    /// # Errors
    /// As [`App::leaders`].
    pub async fn leads(&self, person: PersonId, view: &View, head: i64) -> Result<Vec<Lead>, Error> {
        let at = self.span(view, head).await?.to;
        if view.as_of.is_none() && !self.is_here(person) {
            return Ok(Vec::new());
        }
        let mut leads = self.leads_of_all_time(person, view, at).await?;
        if view.window.is_some() || view.subtopics {
            leads.truncate(MOST_TOPICS);
            let topics = leads.iter().map(|lead| self.leader(person, lead.topic, view, head));
            let leaders = futures_util::future::try_join_all(topics).await?;
            leads = leaders.into_iter().flatten().map(|one| Lead { topic: one.topic, score: one.score() }).collect();
            sort(&mut leads);
        }
        leads.truncate(MOST);
        Ok(leads)
    }

    async fn leads_of_all_time(&self, person: PersonId, view: &View, at: i64) -> Result<Vec<Lead>, Error> {
        let overview = self.overview(at).await;
        let said = self.relations.said().await?;
        let mut scores: HashMap<TopicId, f64> = HashMap::new();
        for topic in overview.iter() {
            if let Some(brief) = topic.leaders.iter().find(|brief| brief.person == person) {
                scores.insert(topic.topic, score(brief.strength));
            }
        }
        let at = from_micros(at);
        let declared = said.leaderships_of(person).filter(|relation| relation.is_valid_at(at)).map(|one| one.topic);
        let endorsed = said.endorsements_of(person).filter(|word| word.is_valid_at(at)).map(|one| one.topic);
        // What somebody does on a topic is done on those above it, too.
        let above: Vec<TopicId> = if view.subtopics {
            scores.keys().flat_map(|topic| self.ancestors(*topic)).map(|above| above.id).collect()
        } else {
            Vec::new()
        };
        for topic in declared.chain(endorsed).chain(above) {
            scores.entry(topic).or_default();
        }
        let mut leads: Vec<Lead> = scores.into_iter().map(|(topic, score)| Lead { topic, score }).collect();
        sort(&mut leads);
        Ok(leads)
    }

    /// How somebody stands on a topic; `None` for who has nothing to show there and is not said to lead it.
    ///
    /// # Errors
    /// As [`App::leaders`].
    pub async fn leader(
        &self,
        person: PersonId,
        topic: TopicId,
        view: &View,
        head: i64,
    ) -> Result<Option<Leader>, Error> {
        let leaders = self.leaders(topic, view, head).await?;
        Ok(leaders.iter().find(|leader| leader.person == person).cloned())
    }

    /// Everybody who leads anything as of a moment, by topic; nobody where the emergent kind is switched off.
    pub(super) async fn overview(&self, at: i64) -> Arc<Vec<Arc<TopicLeaders>>> {
        if !self.settings.emergent {
            return Arc::default();
        }
        let overview = self.leading.overview(at).await;
        if overview.iter().all(|topic| self.is_emergent(topic.topic)) {
            return overview;
        }
        Arc::new(overview.iter().filter(|topic| self.is_emergent(topic.topic)).cloned().collect())
    }

    /// Whether it is told who leads a topic as the facts show it.
    pub(super) fn is_emergent(&self, topic: TopicId) -> bool {
        self.settings.emergent && self.topic_by_id(topic).is_none_or(|topic| topic.emergent)
    }

    /// Objections that hold, by the people and topics as they are now.
    pub(super) fn contests(&self, said: &Said, at: Time) -> HashMap<(PersonId, TopicId), Contest> {
        let holds = said.contests().iter().filter(|contest| contest.is_valid_at(at));
        holds.map(|contest| (self.contested(contest), contest.clone())).collect()
    }

    /// Who objects, and to what, after all merges.
    pub(super) fn contested(&self, contest: &Contest) -> (PersonId, TopicId) {
        let mut person = contest.person;
        for _ in 0..MERGES {
            let Some(into) = self.person_at_hand(person).and_then(|person| person.merged_into) else { break };
            person = into;
        }
        let topic = self.topic_by_id(contest.topic).and_then(|topic| topic.main).unwrap_or(contest.topic);
        (person, topic)
    }

    async fn shown(&self, topics: &[TopicId], window: Window, aspect: Aspect) -> Arc<Vec<Leading>> {
        let topics: Vec<TopicId> = topics.iter().copied().filter(|topic| self.is_emergent(*topic)).collect();
        if topics.is_empty() {
            return Arc::default();
        }
        let question = Question { topics, from: window.from, at: window.to, aspect };
        self.leading.leaders(&question).await
    }

    /// The span that is looked at.
    pub(super) async fn span(&self, view: &View, head: i64) -> Result<Window, Error> {
        let (now, at) = self.moment(view.as_of);
        let length = view.window.map(|length| TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX));
        let window = Window::up_to(at, length, now)?;
        self.archive_has_heard(head).await?;
        Ok(window)
    }

    /// Whether somebody belongs to the organisation; a bot never does.
    pub(super) fn is_here(&self, person: PersonId) -> bool {
        let is_here =
            |person: &Person| person.active && person.merged_into.is_none() && person.kind == PersonKind::Human;
        self.person_at_hand(person).is_some_and(|person| is_here(&person))
    }
}

/// What is said of somebody, and where the facts show them.
#[derive(Debug, Default)]
struct Words {
    place: Option<usize>,
    declared: Vec<Leadership>,
    endorsements: Vec<Endorsement>,
}

fn gather(topics: &[TopicId], list: &[Leading], said: &Said, at: Time) -> HashMap<PersonId, Words> {
    let mut found: HashMap<PersonId, Words> = HashMap::new();
    for (place, leading) in list.iter().enumerate() {
        found.entry(leading.person).or_default().place = Some(place);
    }
    for topic in topics {
        for relation in said.leaderships_on(*topic).filter(|relation| relation.is_valid_at(at)) {
            found.entry(relation.person).or_default().declared.push(relation.clone());
        }
        for word in said.endorsements_on(*topic).filter(|word| word.is_valid_at(at)) {
            found.entry(word.person).or_default().endorsements.push(word.clone());
        }
    }
    found
}

/// All endorsements that hold, as who stands up for whom.
pub(super) fn circle(said: &Said, at: Time) -> Circle {
    let words: HashSet<(i64, i64)> = said
        .endorsements()
        .iter()
        .filter(|word| word.is_valid_at(at))
        .map(|word| (word.endorser.0, word.person.0))
        .collect();
    Circle::of(words)
}

fn standing(shown: Option<&Leading>, at: Time, is_declared: bool) -> Option<Standing> {
    let last = shown.and_then(|shown| shown.last).map(micros);
    standing::told(shown.and_then(|shown| shown.standing), last, reckoned_at(micros(at)), is_declared)
}

/// Strongest first.
fn sort(leads: &mut [Lead]) {
    leads.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.topic.cmp(&b.topic)));
}

/// Whether a brief is one of a leader.
pub(super) fn leads(brief: &Brief) -> bool {
    brief.standing == Some(Standing::Leads)
}
