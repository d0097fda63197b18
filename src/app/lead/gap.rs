//! The gaps: where what is said of leadership and what the facts show do not meet.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{View, leads};
use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::lead::evidence::BREAK;
use crate::domain::lead::gap::{FEW, Gap, GapKind, HANGS, MANY, Suggestion, fair};
use crate::domain::lead::leading::{Brief, TopicLeaders};
use crate::domain::lead::strength::score;
use crate::domain::leadership::Leadership;
use crate::domain::time::{Time, from_micros, micros};
use crate::domain::trend::window::{size, to_f64};

/// Which gaps are sought; everything given must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sought<'a> {
    pub kinds: Option<&'a [GapKind]>,
    /// On one of these topics; of a person who leads too much at least one of what they lead.
    pub topics: Option<&'a [TopicId]>,
    /// In which this person is named.
    pub person: Option<PersonId>,
}

impl Sought<'_> {
    fn is_wanted(&self, gap: &Gap) -> bool {
        self.kinds.is_none_or(|kinds| kinds.contains(&gap.kind))
            && self.person.is_none_or(|person| gap.person == Some(person))
            && gap.topic.is_none_or(|topic| self.is_about(topic))
    }

    fn is_about(&self, topic: TopicId) -> bool {
        self.topics.is_none_or(|topics| topics.contains(&topic))
    }
}

/// Everything that gaps are found in.
struct Ground<'a> {
    at: Time,
    /// Who objects to what, and belongs to the organisation.
    contests: HashSet<(PersonId, TopicId)>,
    overview: &'a [Arc<TopicLeaders>],
    /// Relations that hold.
    valid: Vec<&'a Leadership>,
    heat: HashMap<TopicId, f64>,
}

impl App {
    /// What is missing, by kind, and within a kind what matters most first. Where there is too much of it, each kind keeps a fair part.
    ///
    /// # Errors
    /// `IN_FUTURE`, or when the database fails.
    pub async fn leadership_gaps(&self, sought: &Sought<'_>, view: &View, head: i64) -> Result<Vec<Gap>, Error> {
        let at = self.span(view, head).await?.to;
        let overview = self.overview(at).await;
        let said = self.relations.said().await?;
        let when = from_micros(at);
        let valid = said.leaderships().iter().filter(|one| one.is_valid_at(when)).collect();
        let contests = self.contests(&said, when).into_keys().filter(|(person, _)| self.is_here(*person)).collect();
        let ground = Ground { at: when, contests, overview: &overview, valid, heat: self.heats(at).await };
        let mut gaps = Vec::new();
        // Without what the facts show there is nothing to hold against what is said.
        if self.settings.emergent {
            self.find_unled(&ground, &mut gaps);
            self.find_in_name_only(&ground, &mut gaps);
            self.find_unrecognised(&ground, &mut gaps);
            self.find_hanging(&ground, &mut gaps);
        }
        for (person, topic) in &ground.contests {
            gaps.push(Gap {
                kind: GapKind::Contested,
                weight: 1.0,
                topic: Some(*topic),
                person: Some(*person),
                leadership: None,
                suggestion: None,
            });
        }
        self.find_overloaded(&ground, sought, &mut gaps);
        gaps.retain(|gap| sought.is_wanted(gap));
        gaps.sort_by(|a, b| {
            let weight = a.kind.cmp(&b.kind).then(b.weight.total_cmp(&a.weight));
            weight.then_with(|| (a.topic, a.person, a.leadership).cmp(&(b.topic, b.person, b.leadership)))
        });
        let of_kinds: Vec<&[Gap]> = gaps.chunk_by(|a, b| a.kind == b.kind).collect();
        let each = fair(&of_kinds.iter().map(|of_one| of_one.len()).collect::<Vec<_>>(), super::MOST);
        Ok(of_kinds.into_iter().flat_map(|of_one| of_one.iter().take(each).cloned()).collect())
    }

    /// A topic and what it belongs to, for who leads that leads this.
    fn with_ancestors(&self, topic: TopicId) -> Vec<TopicId> {
        std::iter::once(topic).chain(self.ancestors(topic).iter().map(|above| above.id)).collect()
    }

    fn find_unled(&self, ground: &Ground<'_>, gaps: &mut Vec<Gap>) {
        let here = |person: PersonId| self.is_here(person);
        let led: HashSet<TopicId> = ground
            .overview
            .iter()
            .filter(|topic| topic.leaders.iter().any(|brief| leads(brief) && here(brief.person)))
            .map(|topic| topic.topic)
            .chain(ground.valid.iter().filter(|one| here(one.person)).map(|one| one.topic))
            .collect();
        // What goes on as usual, or less, does not miss a leader. Where little is usual, a few acts are heat already.
        for (topic, heat) in ground.heat.iter().filter(|(_, heat)| **heat > 0.0) {
            if self.is_emergent(*topic) && !self.with_ancestors(*topic).iter().any(|one| led.contains(one)) {
                let most = ground.overview.iter().find(|one| one.topic == *topic);
                let person = most.and_then(|one| one.leaders.iter().find(|brief| here(brief.person)));
                gaps.push(Gap {
                    kind: GapKind::NoLeader,
                    weight: *heat,
                    topic: Some(*topic),
                    person: person.map(|brief| brief.person),
                    leadership: None,
                    suggestion: Some(Suggestion::DeclareLeadership),
                });
            }
        }
    }

    fn find_in_name_only(&self, ground: &Ground<'_>, gaps: &mut Vec<Gap>) {
        // Of those alone who are said to lead: everybody on all topics would be many times as many.
        let mut last: HashMap<(PersonId, TopicId), i64> =
            ground.valid.iter().map(|one| ((one.person, one.topic), i64::MIN)).collect();
        for topic in ground.overview {
            let above = self.with_ancestors(topic.topic);
            for brief in &topic.leaders {
                for on in &above {
                    if let Some(known) = last.get_mut(&(brief.person, *on)) {
                        *known = (*known).max(brief.last.map_or(i64::MIN, micros));
                    }
                }
            }
        }
        let at = micros(ground.at);
        for relation in &ground.valid {
            if !self.is_emergent(relation.topic) {
                continue;
            }
            let since = micros(relation.valid_from);
            let seen = last.get(&(relation.person, relation.topic)).copied().unwrap_or(i64::MIN).max(since);
            if at - seen > BREAK {
                gaps.push(Gap {
                    kind: GapKind::InNameOnly,
                    weight: to_f64(at - seen) / to_f64(BREAK),
                    topic: Some(relation.topic),
                    person: Some(relation.person),
                    leadership: Some(relation.id),
                    suggestion: Some(Suggestion::EndLeadership),
                });
            }
        }
    }

    fn find_unrecognised(&self, ground: &Ground<'_>, gaps: &mut Vec<Gap>) {
        let said: HashSet<(PersonId, TopicId)> = ground.valid.iter().map(|one| (one.person, one.topic)).collect();
        for topic in ground.overview {
            let above = self.with_ancestors(topic.topic);
            for brief in topic.leaders.iter().filter(|brief| leads(brief) && self.is_here(brief.person)) {
                // Nobody is to be talked into what they object to.
                let objects = ground.contests.contains(&(brief.person, topic.topic));
                if !objects && !above.iter().any(|on| said.contains(&(brief.person, *on))) {
                    gaps.push(Gap {
                        kind: GapKind::Unrecognised,
                        weight: score(brief.strength),
                        topic: Some(topic.topic),
                        person: Some(brief.person),
                        leadership: None,
                        suggestion: Some(Suggestion::EndorseLeadership),
                    });
                }
            }
        }
    }

    fn find_hanging(&self, ground: &Ground<'_>, gaps: &mut Vec<Gap>) {
        for topic in ground.overview {
            // Who has left carries nothing any more.
            let here: Vec<&Brief> = topic.leaders.iter().filter(|brief| self.is_here(brief.person)).collect();
            let all: f64 = here.iter().map(|brief| brief.strength).sum();
            if let Some((first, others)) = here.split_first().filter(|_| here.len() >= FEW)
                && first.strength >= HANGS * all
                && leads(first)
            {
                let next = others.iter().any(|brief| leads(brief));
                gaps.push(Gap {
                    kind: GapKind::BusFactor,
                    weight: first.strength / all,
                    topic: Some(topic.topic),
                    person: Some(first.person),
                    leadership: None,
                    suggestion: (!next).then_some(Suggestion::DeclareLeadership),
                });
            }
        }
    }

    fn find_overloaded(&self, ground: &Ground<'_>, sought: &Sought<'_>, gaps: &mut Vec<Gap>) {
        let mut topics: HashMap<PersonId, BTreeSet<TopicId>> = HashMap::new();
        for topic in ground.overview {
            for brief in topic.leaders.iter().filter(|brief| leads(brief)) {
                topics.entry(brief.person).or_default().insert(topic.topic);
            }
        }
        for one in &ground.valid {
            topics.entry(one.person).or_default().insert(one.topic);
        }
        let is_too_much = |(person, topics): &(PersonId, BTreeSet<TopicId>)| {
            topics.len() > MANY && topics.iter().any(|topic| sought.is_about(*topic)) && self.is_here(*person)
        };
        for (person, topics) in topics.into_iter().filter(is_too_much) {
            gaps.push(Gap {
                kind: GapKind::Overloaded,
                weight: size(topics.len()),
                topic: None,
                person: Some(person),
                leadership: None,
                suggestion: Some(Suggestion::EndLeadership),
            });
        }
    }
}
