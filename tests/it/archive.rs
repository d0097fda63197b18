//! The archive: told one after another or read at once it is the same, and a short look finds what a long one does.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use peerlead::domain::ballot::Ballot;
use peerlead::domain::content::{Card, Subject};
use peerlead::domain::id::{ContentId, PersonId, SourceId, TopicId};
use peerlead::domain::trend::content::Ranking;
use peerlead::domain::trend::question::Around;
use peerlead::domain::trend::window::{DAY, Window};
use peerlead::projection::archive::day::Day;
use peerlead::projection::archive::facts::{Facts, Kept};
use peerlead::projection::trend::contents::contents;
use peerlead::projection::trend::heat::heat;
use peerlead::projection::trend::{Question, Scope};
use proptest::prelude::*;

const PEOPLE: i64 = 9;
const CONTENTS: i64 = 30;
/// How many people are told of together.
const QUORUM: usize = 3;

/// Contents of thirty days, some of them replies, one of them hidden, by people who take turns.
fn card(number: i64) -> Card {
    let subject = Subject {
        content: ContentId(number + 1),
        source: SourceId(1),
        authors: vec![PersonId(number % PEOPLE)],
        topics: vec![TopicId(number % 4)],
        visible: number != 7,
    };
    Card {
        subject,
        external_id: number.to_string(),
        kind: "post".to_owned(),
        parent: (number % 5 == 4).then_some(ContentId(number / 2 + 1)),
        published_at: DateTime::from_timestamp_micros(number * DAY).expect("a time"),
        tally: Ballot::default(),
    }
}

/// Who thinks what of which content, and when, in hours since the one before; nothing any more without a step.
type Telling = (i64, i64, Option<i16>, i64);

fn tellings() -> impl Strategy<Value = Vec<Telling>> {
    let step = prop_oneof![1 => Just(None), 5 => (-2_i16..=2).prop_map(Some)];
    proptest::collection::vec((0..PEOPLE, 0..CONTENTS, step, 0..9_i64), 0..250)
}

/// What is known after the tellings: heard one after another, and read at once.
fn both(tellings: &[Telling]) -> (Facts, Facts, i64) {
    let (mut heard, mut read) = (Facts::default(), Facts::of_reading(1));
    (heard.quorum, read.quorum) = (QUORUM, QUORUM);
    type Vote = (i16, i64);
    let (mut now, mut before): (BTreeMap<(i64, i64), Vote>, Vec<_>) = (BTreeMap::new(), Vec::new());
    // People are known before what they do, in the order in which they came.
    for person in (0..PEOPLE).map(PersonId) {
        heard.person(person);
        read.person(person);
    }
    for number in 0..CONTENTS {
        heard.put_card(&card(number));
    }
    let mut at = CONTENTS * DAY / 2;
    for (rater, content, step, hours) in tellings {
        at += hours * DAY / 24 + 1;
        heard.put_vote(ContentId(content + 1), PersonId(*rater), *step, at);
        let pair = (*content, *rater);
        if now.get(&pair).map(|(step, _)| *step) != *step || step.is_some() {
            if let Some((step, since)) = now.remove(&pair) {
                before.push((pair, step, since, at));
            }
            step.map(|step| now.insert(pair, (step, at)));
        }
    }
    for number in 0..CONTENTS {
        read.put_card(&card(number));
        let of = |(content, rater): &(i64, i64)| (*content == number).then_some(PersonId(*rater));
        let votes: Vec<_> = now.iter().filter_map(|(pair, (step, at))| Some((of(pair)?, *step, *at))).collect();
        let past: Vec<_> =
            before.iter().filter_map(|(pair, step, since, end)| Some((of(pair)?, *step, *since, *end))).collect();
        // Read twice: the second time nothing is new.
        for _ in 0..2 {
            read.put_votes(ContentId(number + 1), &votes, &past);
        }
    }
    heard.sort();
    read.sort();
    (heard, read, at)
}

fn question(at: i64, days: i64) -> Question {
    Question { window: Window { from: at - days * DAY, to: at }, scope: Scope::Everything }
}

proptest! {
    #[test]
    fn what_was_heard_and_what_was_read_is_the_same(tellings in tellings(), share in 0.5..1.2_f64, days in 1..20_i64) {
        let (heard, read, end) = both(&tellings);
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a time")]
        let at = (end as f64 * share) as i64;
        let told = |facts: &Facts| {
            let day = Day::of(facts, Day::before(at));
            let found = [Ranking::Hot, Ranking::Rising, Ranking::Top].map(|ranking| {
                let found = contents(facts, &day, &question(at, days), ranking, 100);
                found.iter().map(|one| (one.content, one.explanation.clone(), one.ratings)).collect::<Vec<_>>()
            });
            let heat = heat(facts, &day, &question(at, days), Around::Topics, 4);
            let heat: Vec<_> = heat.iter().map(|one| (facts.topics[one.id as usize], one.activity, one.ratings, one.line.clone())).collect();
            (found, heat)
        };
        prop_assert_eq!(told(&heard), told(&read));
    }

    #[test]
    fn the_first_of_a_ranking_are_the_first_of_the_whole(tellings in tellings(), count in 1..8_usize, days in 1..20_i64) {
        let (facts, _, at) = both(&tellings);
        let day = Day::of(&facts, Day::before(at));
        for ranking in [Ranking::Hot, Ranking::Rising, Ranking::Top, Ranking::Controversial, Ranking::Undecided] {
            let find = |count| -> Vec<_> {
                let found = contents(&facts, &day, &question(at, days), ranking, count);
                found.iter().map(|one| (one.content, one.explanation.clone())).collect()
            };
            let mut whole = find(1_000);
            whole.truncate(count);
            prop_assert_eq!(find(count), whole, "{:?}", ranking);
        }
    }

    #[test]
    fn private_ratings_are_told_of_several_people_at_a_time(tellings in tellings(), shares in [0.4..1.2_f64, 0.4..1.2]) {
        let (facts, _, end) = both(&tellings);
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a time")]
        let [from, to] = shares.map(|share| (end as f64 * share) as i64);
        for kept in &facts.contents {
            let [before, after] = [from, to].map(|at| facts.told_at(kept, at));
            let moved: BTreeSet<u32> = before
                .iter()
                .filter(|vote| !after.contains(vote))
                .chain(after.iter().filter(|vote| !before.contains(vote)))
                .map(|vote| vote.rater)
                .collect();
            // Somebody may have thought better of it in between, and then shows no more.
            let acted: BTreeSet<u32> = acted(&facts, kept, from.min(to), from.max(to));
            prop_assert!(moved.is_empty() || acted.len() >= QUORUM, "{:?} moved, {:?} acted", moved, acted);
            prop_assert!(after.is_empty() || after.len() >= QUORUM);
            // What is told within a time and what was told before it are what is told.
            let within = facts.told_within(kept, from.min(to), from.max(to));
            let all = facts.told_within(kept, i64::MIN, from.max(to));
            prop_assert_eq!(all.len(), facts.told_at(kept, from.max(to)).len());
            prop_assert!(within.iter().all(|one| all.contains(one) && from.min(to) < one.0 && one.0 <= from.max(to)));
            prop_assert!(all.iter().all(|one| within.contains(one) || one.0 <= from.min(to)));
        }
    }
}

/// Who gave, changed or took back a rating of a content after what was told at one moment, up to another.
fn acted(facts: &Facts, kept: &Kept, from: i64, to: i64) -> BTreeSet<u32> {
    let told = facts.told_at(kept, from).iter().map(|vote| vote.at).max().unwrap_or(i64::MIN);
    let ends = kept.ended().iter().map(|(vote, end)| (*end, vote.rater));
    let given = kept.votes.iter().chain(kept.ended().iter().map(|(vote, _)| vote)).map(|vote| (vote.at, vote.rater));
    given.chain(ends).filter(|(at, _)| told < *at && *at <= to).map(|(_, rater)| rater).collect()
}

#[test]
fn what_somebody_rates_today_moves_no_other_content() {
    let (mut facts, noon) = (Facts::default(), 40 * DAY + DAY / 2);
    let contents_of_two: Vec<Card> = [0, 1].map(card).into();
    for card in &contents_of_two {
        facts.put_card(card);
    }
    let rate = |facts: &mut Facts, content: &Card, rater: i64, at: i64| {
        facts.put_vote(content.subject.content, PersonId(100 + rater), Some(1), at);
        facts.sort();
    };
    for rater in 0..5 {
        rate(&mut facts, &contents_of_two[0], rater, 39 * DAY + rater);
    }
    let day = Day::of(&facts, Day::before(noon));
    let question = Question { window: Window { from: -DAY, to: noon }, scope: Scope::Everything };
    let rating = |facts: &Facts| {
        let ranked = contents(facts, &day, &question, Ranking::Top, 10);
        ranked.iter().find(|one| one.content == contents_of_two[0].subject.content).map(|one| one.fair)
    };
    let before = rating(&facts).expect("it was rated by five");
    for rater in 0..3 {
        rate(&mut facts, &contents_of_two[1], rater, noon - 10 + rater);
    }
    assert_eq!(rating(&facts), Some(before), "three of its raters rated something else");
    rate(&mut facts, &contents_of_two[0], 7, noon - 1);
    assert_ne!(rating(&facts), Some(before), "what is rated itself moves");
}

/// What shows of the topics and people of a week in which person 0 wrote, and these people rated.
fn shown(raters: &[i64]) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut facts = Facts::default();
    facts.quorum = QUORUM;
    for person in (0..PEOPLE).map(PersonId) {
        facts.person(person);
    }
    facts.put_card(&card(0));
    facts.put_card(&card(4));
    for (rater, moment) in raters.iter().zip(1..) {
        facts.put_vote(ContentId(5), PersonId(*rater), Some(1), 4 * DAY + moment);
    }
    facts.sort();
    let day = Day::of(&facts, 4 * DAY);
    [Around::Topics, Around::People].map(|around| {
        let told = heat(&facts, &day, &question(5 * DAY, 7), around, 4);
        told.into_iter().map(|one| (one.id, one.activity, one.ratings, one.line)).collect::<Vec<_>>()
    })
}

#[test]
fn topics_and_people_do_not_tell_who_rated() {
    assert_eq!(shown(&[0, 1, 2]), shown(&[5, 6, 7]), "whether whoever wrote there rated too");
    assert_eq!(shown(&[0, 1]), shown(&[]), "two are not told of");
    assert_ne!(shown(&[0, 1, 2]), shown(&[]), "three are");
}

#[test]
fn what_is_usual_is_the_same_for_everything_and_for_a_part_that_has_everything() {
    let mut facts = Facts::default();
    for number in 0..500 {
        let noon = DateTime::from_timestamp_micros(number * DAY + DAY / 2).expect("a time");
        facts.put_card(&Card { parent: None, published_at: noon, ..card(number) });
    }
    facts.sort();
    let at = 500 * DAY;
    let day = Day::of(&facts, at);
    for days in [7, 28, 90, 366] {
        let expected = |scope: Scope| -> Vec<(u32, i64)> {
            let told = heat(&facts, &day, &Question { scope, ..question(at, days) }, Around::Topics, 4);
            #[expect(clippy::cast_possible_truncation, reason = "some thousands")]
            let mut told: Vec<_> =
                told.iter().map(|one| (one.id, (one.activity.expected * 1e6).round() as i64)).collect();
            told.sort_unstable();
            told
        };
        assert_eq!(expected(Scope::Everything), expected(Scope::Topics(vec![0, 1, 2, 3])), "{days} days");
    }
}
