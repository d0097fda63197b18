//! A leadership map in words.

use super::frame::rest;
use super::line::Line;
use super::nodes::{Link, Shown};

/// The most people named for one topic in the description.
const MOST_NAMED: usize = 5;

/// A link in words, for who points at it.
#[must_use]
pub fn hover(shown: &Shown<'_>, link: &Link) -> String {
    let (person, topic) = (&shown.people[link.person].name, &shown.topics[link.topic].name);
    format!("{person}, {topic}: {} ({:.2})", standing(link), link.strength())
}

fn standing(link: &Link) -> String {
    format!("{}{}", link.standing.word(), if link.declared { ", declared" } else { "" })
}

/// How many people, topics and links are not shown, in words.
#[must_use]
pub fn rests(shown: &Shown<'_>) -> (Option<String>, Option<String>, Option<String>) {
    let (people, topics, links) = shown.more;
    (rest(people, "person", "people"), rest(topics, "topic", "topics"), rest(links, "link", "links"))
}

/// The map in words: for each topic who leads it.
#[must_use]
pub fn said(shown: &Shown<'_>) -> String {
    let name = |name: &str| Line::fit(name, false, 40.0).text;
    let topic = |at: usize| {
        let of = shown.links.iter().filter(|link| link.topic == at);
        let people: Vec<String> =
            of.map(|link| format!("{} ({})", name(&shown.people[link.person].name), standing(link))).collect();
        let rest = rest(people.len().saturating_sub(MOST_NAMED), "person", "people");
        let people: Vec<String> = people.into_iter().take(MOST_NAMED).chain(rest).collect();
        let people = if people.is_empty() { "no leader shown".into() } else { people.join(",\n") };
        format!("{}: {people}.", name(&shown.topics[at].name))
    };
    let (people, topics, links) = rests(shown);
    let rests = [people, topics, links].into_iter().flatten().map(|rest| format!("{rest}."));
    let lines: Vec<String> = (0..shown.topics.len()).map(topic).chain(rests).collect();
    if lines.is_empty() { "No topics to show.".into() } else { lines.join("\n") }
}
