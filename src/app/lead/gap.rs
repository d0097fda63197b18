//! The gaps: where what is said of leadership and what the facts show do not meet.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{View, leads};
use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::lead::evidence::BREAK;
use crate::domain::lead::gap::{FEW, Gap, GapKind, HANGS, MANY, Suggestion};
use crate::domain::lead::leading::TopicLeaders;
use crate::domain::lead::strength::score;
use crate::domain::leadership::Leadership;
use crate::domain::time::{Time, from_micros, micros};
use crate::domain::trend::window::to_f64;

/// Everything that gaps are found in.
struct Ground<'a> {
    at: Time,
    overview: &'a [Arc<TopicLeaders>],
    /// Relations that hold.
    valid: Vec<&'a Leadership>,
    heat: HashMap<TopicId, f64>,
}

impl App {
    /// What is missing, by kind, and within a kind what matters most first.
    ///
    /// # Errors
    /// `IN_FUTURE`, or when the database fails.
    pub async fn leadership_gaps(
        &self,
        kinds: Option<&[GapKind]>,
        topics: Option<&[TopicId]>,
        view: &View,
        head: i64,
    ) -> Result<Vec<Gap>, Error> {
        let at = self.span(view, head).await?.to;
        let overview = self.overview(at).await;
        let said = self.relations.said().await?;
        let when = from_micros(at);
        let valid = said.leaderships().iter().filter(|one| one.is_valid_at(when)).collect();
        let ground = Ground { at: when, overview: &overview, valid, heat: self.heats(at).await };
        let is_wanted = |kind| kinds.is_none_or(|kinds| kinds.contains(&kind));
        let mut gaps = Vec::new();
        // Without what the facts show there is nothing to hold against what is said.
        if self.settings.emergent {
            self.find_unled(&ground, &mut gaps);
            self.find_in_name_only(&ground, &mut gaps);
            self.find_unrecognised(&ground, &mut gaps);
            self.find_hanging(&ground, &mut gaps);
        }
        for (person, topic) in self.contests(&said, when).into_keys().filter(|(person, _)| self.is_here(*person)) {
            gaps.push(Gap {
                kind: GapKind::Contested,
                weight: 1.0,
                topic: Some(topic),
                person: Some(person),
                leadership: None,
                suggestion: None,
            });
        }
        self.find_overloaded(&ground, &mut gaps);
        gaps.retain(|gap| is_wanted(gap.kind));
        gaps.retain(|gap| topics.is_none_or(|topics| gap.topic.is_some_and(|topic| topics.contains(&topic))));
        gaps.sort_by(|a, b| {
            let weight = a.kind.cmp(&b.kind).then(b.weight.total_cmp(&a.weight));
            weight.then_with(|| (a.topic, a.person, a.leadership).cmp(&(b.topic, b.person, b.leadership)))
        });
        gaps.truncate(super::MOST);
        Ok(gaps)
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
        for (topic, heat) in &ground.heat {
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
        let mut last: HashMap<(PersonId, TopicId), i64> = HashMap::new();
        for topic in ground.overview {
            for brief in &topic.leaders {
                for on in self.with_ancestors(topic.topic) {
                    let known = last.entry((brief.person, on)).or_insert(i64::MIN);
                    *known = (*known).max(brief.last.map_or(i64::MIN, micros));
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
                if !above.iter().any(|on| said.contains(&(brief.person, *on))) {
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
        for topic in ground.overview.iter().filter(|topic| topic.leaders.len() >= FEW) {
            if let Some(first) = topic.leaders.first()
                && first.share >= HANGS
                && leads(first)
                && self.is_here(first.person)
            {
                let next = topic.leaders[1..].iter().any(|brief| leads(brief) && self.is_here(brief.person));
                gaps.push(Gap {
                    kind: GapKind::BusFactor,
                    weight: first.share,
                    topic: Some(topic.topic),
                    person: Some(first.person),
                    leadership: None,
                    suggestion: (!next).then_some(Suggestion::DeclareLeadership),
                });
            }
        }
    }

    fn find_overloaded(&self, ground: &Ground<'_>, gaps: &mut Vec<Gap>) {
        let mut topics: HashMap<PersonId, BTreeSet<TopicId>> = HashMap::new();
        for topic in ground.overview {
            for brief in topic.leaders.iter().filter(|brief| leads(brief)) {
                topics.entry(brief.person).or_default().insert(topic.topic);
            }
        }
        for one in &ground.valid {
            topics.entry(one.person).or_default().insert(one.topic);
        }
        for (person, topics) in
            topics.into_iter().filter(|(person, topics)| topics.len() > MANY && self.is_here(*person))
        {
            gaps.push(Gap {
                kind: GapKind::Overloaded,
                weight: to_f64(i64::try_from(topics.len()).unwrap_or(i64::MAX)),
                topic: None,
                person: Some(person),
                leadership: None,
                suggestion: Some(Suggestion::EndLeadership),
            });
        }
    }
}
