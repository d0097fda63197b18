//! What people do in public, and where it is usual that somebody acknowledges it; reckoned once a day.

use hashbrown::{HashMap, HashSet};

use super::facts::{Facts, Kept};
use crate::domain::id::SourceId;
use crate::domain::lead::evidence::{Aspect, MONTH, Parameters};
use crate::domain::lead::strength::Presence;
use crate::domain::trend::fair::Vote;
use crate::domain::trend::window::{decay, size, to_f64};

/// How many half-lives back acts are looked at.
const REACH: f64 = 8.0;
/// In a source with at least so many authors of whom less than this share has ever had anything acknowledged, nobody acknowledges.
const AUTHORS: usize = 50;
const SHARE: f64 = 0.3;

/// How much everybody does, whose word on others' work counts, and which sources vouch for what is in them.
#[derive(Debug, Default)]
pub struct Presences {
    by_person: Vec<Presence>,
    recognised: Vec<bool>,
    vouching: HashSet<SourceId>,
}

impl Presences {
    /// As of a moment. Private ratings do not count: what somebody thinks in private shows nowhere. What nobody acknowledged does not
    /// either, where acknowledging is usual, nor do judgements by who has nothing that anybody acknowledged: nobody is more present
    /// by what they alone do.
    #[must_use]
    pub fn of(facts: &Facts, at: i64) -> Self {
        let parameters = Parameters::of(Aspect::Leading);
        let [recent, long] = [parameters.recent, parameters.memory].map(|months| months * to_f64(MONTH));
        let mut by_person = vec![Presence::default(); facts.people.len()];
        let mut recognised = vec![false; facts.people.len()];
        let mut add = |person: u32, then: i64| {
            if to_f64(at - then) < REACH * long {
                by_person[person as usize].recent += decay(at - then, recent);
                by_person[person as usize].long += decay(at - then, long);
            }
        };
        let mut authors: HashMap<SourceId, HashMap<u32, bool>> = HashMap::new();
        let mut unacknowledged: Vec<&Kept> = Vec::new();
        for (_, kept) in facts.published(i64::MIN, at) {
            let is_acknowledged = acknowledged(facts, kept, at);
            if !is_acknowledged {
                unacknowledged.push(kept);
            }
            for author in people(facts, kept) {
                if is_acknowledged {
                    add(author, kept.at);
                    recognised[author as usize] = true;
                }
                *authors.entry(kept.source).or_default().entry(author).or_default() |= is_acknowledged;
            }
        }
        let vouches = |(source, authors): (SourceId, HashMap<u32, bool>)| {
            let acknowledged = authors.values().filter(|is_acknowledged| **is_acknowledged).count();
            let share = size(acknowledged) / size(authors.len());
            (!facts.is_native(source) && authors.len() >= AUTHORS && share < SHARE).then_some(source)
        };
        let vouching: HashSet<SourceId> = authors.into_iter().filter_map(vouches).collect();
        for kept in unacknowledged.into_iter().filter(|kept| vouching.contains(&kept.source)) {
            for author in people(facts, kept) {
                add(author, kept.at);
                recognised[author as usize] = true;
            }
        }
        for (_, kept) in facts.published(i64::MIN, at).filter(|(_, kept)| facts.is_public(kept.source)) {
            let votes = facts.votes_at(kept, at);
            let counts = |vote: &&Vote| recognised[vote.rater as usize] && !kept.is_by(vote.rater);
            votes.iter().filter(counts).for_each(|vote| add(vote.rater, vote.at));
        }
        Self { by_person, recognised, vouching }
    }

    /// How much somebody does.
    #[must_use]
    pub fn of_person(&self, person: u32) -> Presence {
        self.by_person.get(person as usize).copied().unwrap_or_default()
    }

    /// Whether somebody else has acknowledged anything of what a person wrote.
    #[must_use]
    pub fn recognises(&self, person: u32) -> bool {
        self.recognised.get(person as usize).copied().unwrap_or_default()
    }

    /// Whether being in a source is itself the acknowledgement: what reaches it went through others' hands, and says so nowhere else.
    #[must_use]
    pub fn vouches(&self, source: SourceId) -> bool {
        self.vouching.contains(&source)
    }
}

/// The authors of a content who are no bots.
fn people<'a>(facts: &'a Facts, kept: &'a Kept) -> impl Iterator<Item = u32> + 'a {
    kept.authors.iter().copied().filter(|author| !facts.bots[*author as usize])
}

/// Whether somebody else acknowledged a content by a moment: peers' ratings are for it on the whole, or another person answered.
///
/// Of ratings only their sum matters, which everybody can see; who gave them does not.
#[must_use]
pub fn acknowledged(facts: &Facts, kept: &Kept, at: i64) -> bool {
    let votes = facts.told_at(kept, at);
    let sum: i64 = votes.iter().filter(|vote| !kept.is_by(vote.rater)).map(|vote| i64::from(vote.step)).sum();
    let is_other = |author: &u32| !facts.bots[*author as usize] && !kept.is_by(*author);
    sum > 0 || facts.replies(kept.id).any(|reply| reply.at <= at && reply.authors.iter().any(is_other))
}
