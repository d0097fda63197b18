//! What a leadership map is drawn from, and how much of it one picture shows.

use super::canvas::Stroke;
use super::numbers::within;
use super::theme::Ink;

/// The most people that one map shows.
pub const MOST_PEOPLE: usize = 120;
/// The most topics that one map shows.
pub const MOST_TOPICS: usize = 80;
/// The most links that one map shows.
pub const MOST_LINKS: usize = 500;

/// Who leads what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// The people; where there are too many, those who lead a topic that is shown come first, then those that weigh most.
    pub people: Vec<PersonNode>,
    /// The topics; the hottest are shown.
    pub topics: Vec<TopicNode>,
    /// Who leads which topic; one that names no person or topic of this map is passed over.
    pub links: Vec<Link>,
    /// How many people the caller left out.
    pub more_people: usize,
    /// How many topics the caller left out.
    pub more_topics: usize,
    /// How many links the caller left out.
    pub more_links: usize,
}

/// A person of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonNode {
    /// The person's name.
    pub name: String,
    /// How much the person leads altogether, 0 or more.
    pub weight: f64,
}

/// A topic of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicNode {
    /// The topic's name.
    pub name: String,
    /// Its heat, 0 or more.
    pub heat: f64,
}

/// That a person leads a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The person's place in `Map::people`.
    pub person: usize,
    /// The topic's place in `Map::topics`.
    pub topic: usize,
    /// How much, 0 to 1.
    pub weight: f64,
    /// How the facts show it.
    pub standing: Standing,
    /// Whether it was declared.
    pub declared: bool,
}

/// How the facts show that somebody leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Objects to what is shown.
    Contested,
    /// Once led, no longer seen.
    Dormant,
    /// Leads less and less.
    Fading,
    /// Leads more and more.
    Emerging,
    /// Leads.
    Leads,
}

impl Standing {
    /// All of them, the strongest first.
    pub const ALL: [Self; 5] = [Self::Leads, Self::Emerging, Self::Fading, Self::Dormant, Self::Contested];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Leads => "leads",
            Self::Emerging => "emerging",
            Self::Fading => "fading",
            Self::Dormant => "dormant",
            Self::Contested => "contested",
        }
    }

    /// How a link of a weight (0..1) is drawn: each standing has a colour and a pattern of its own.
    #[must_use]
    pub fn stroke(self, weight: f64) -> Stroke {
        let (ink, dash, thin, opacity) = match self {
            Self::Leads => (Ink::Highest, "", 1.5, 0.75),
            Self::Emerging => (Ink::Fresh, "9 4", 1.5, 0.85),
            Self::Fading => (Ink::Low, "3 3", 1.25, 0.85),
            Self::Dormant => (Ink::Asleep, "0.1 7", 1.5, 1.0),
            Self::Contested => (Ink::Middle, "9 3 0.1 3", 1.25, 0.85),
        };
        Stroke { ink, width: thin + 2.25 * within(weight, 0.0, 1.0), dash, opacity }
    }
}

/// The part of a map that is drawn.
pub struct Shown<'a> {
    pub people: Vec<&'a PersonNode>,
    pub topics: Vec<&'a TopicNode>,
    /// With the places of the people and topics shown, the strongest first.
    pub links: Vec<Link>,
    /// For each topic whether the map has a link to it, drawn or not.
    pub led: Vec<bool>,
    /// People, topics and links that are not drawn.
    pub more: (usize, usize, usize),
}

impl<'a> Shown<'a> {
    /// The heaviest people, the hottest topics and the strongest links between them.
    pub fn of(map: &'a Map) -> Self {
        let known = |link: &&Link| link.person < map.people.len() && link.topic < map.topics.len();
        let sound: Vec<&Link> = map.links.iter().filter(known).collect();
        let topics = heaviest(map.topics.iter().map(|topic| (false, topic.heat)), MOST_TOPICS);
        let mut leads = vec![false; map.people.len()];
        for link in sound.iter().filter(|link| topics.contains(&link.topic)) {
            leads[link.person] = true;
        }
        let weights = leads.iter().zip(&map.people).map(|(leads, person)| (*leads, person.weight));
        let people = heaviest(weights, MOST_PEOPLE);
        let place = |all: &[usize], one: usize| all.iter().position(|at| *at == one);
        let moved = |link: &&Link| {
            let (person, topic) = (place(&people, link.person)?, place(&topics, link.topic)?);
            Some(Link { person, topic, ..(*link).clone() })
        };
        let mut links: Vec<Link> = sound.iter().filter_map(moved).collect();
        links.sort_by(|a, b| b.strength().total_cmp(&a.strength()));
        links.truncate(MOST_LINKS);
        let left = |all: usize, shown: usize, more: usize| more.saturating_add(all - shown);
        let more = (
            left(map.people.len(), people.len(), map.more_people),
            left(map.topics.len(), topics.len(), map.more_topics),
            left(sound.len(), links.len(), map.more_links),
        );
        let led = topics.iter().map(|at| sound.iter().any(|link| link.topic == *at)).collect();
        let people = people.iter().filter_map(|at| map.people.get(*at)).collect();
        let topics = topics.iter().filter_map(|at| map.topics.get(*at)).collect();
        Self { people, topics, links, led, more }
    }
}

impl Link {
    /// The weight, 0 for what is no number.
    #[must_use]
    pub fn strength(&self) -> f64 {
        within(self.weight, 0.0, 1.0)
    }
}

/// The places of the heaviest, heaviest first, those that are preferred before all others; of equals the first.
fn heaviest(weights: impl Iterator<Item = (bool, f64)>, most: usize) -> Vec<usize> {
    let weights = weights.map(|(preferred, weight)| (preferred, within(weight, 0.0, 1e12)));
    let mut places: Vec<(usize, (bool, f64))> = weights.enumerate().collect();
    places.sort_by(|(_, a), (_, b)| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    places.truncate(most);
    places.into_iter().map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_who_lead_what_is_shown_come_first() {
        let person = |weight: f64| PersonNode { name: "Ann".into(), weight };
        let people = (0..200).map(|at| person(f64::from(200 - at))).collect();
        let topics = (0..90).map(|at| TopicNode { name: "storage".into(), heat: f64::from(at) }).collect();
        let link = |person, topic| Link { person, topic, weight: 1.0, standing: Standing::Leads, declared: false };
        let map = Map { people, topics, links: vec![link(199, 89), link(0, 3), link(7, 500)], ..Map::default() };
        let shown = Shown::of(&map);
        assert!((shown.people[0].weight - 1.0).abs() < 1e-9 && (shown.people[1].weight - 200.0).abs() < 1e-9);
        assert_eq!((shown.links.len(), shown.links[0].person, shown.links[0].topic), (1, 0, 0));
        assert_eq!(shown.more, (80, 10, 1));
        assert!(shown.led[0] && !shown.led[1]);
    }
}
