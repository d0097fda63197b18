//! Lists of contents: kept in memory, and always what the facts say, whatever happens and whoever asks.

use std::collections::HashMap;
use std::sync::Arc;

use peerlead::domain::content::{Card, ContentFilter, ContentOrder, ContentOrderField};
use peerlead::domain::id::{ContentId, PersonId, SourceId, TopicId};
use peerlead::domain::page::{Direction, PageRequest};
use peerlead::projection::catalog::Catalog;
use peerlead::projection::shelf::Shelf;
use peerlead::store::connection::Store;
use serde_json::{Value, json};

use crate::house::House;

/// Twelve people, four topics of which two stand below another, sixty contents with replies, in two sources, and many ratings.
async fn busy() -> House {
    let house = House::new().await;
    for (slug, scale) in [("forum", "STARS"), ("chat", "VOTE")] {
        let input = json!({ "slug": slug, "name": slug, "kind": "FORUM", "scale": scale });
        house.act("operator", "createSource", input, "").await;
        let people: Vec<Value> =
            (0..12).map(|n| json!({ "externalId": format!("p{n}"), "handle": format!("p{n}") })).collect();
        let topics = json!([{ "slug": "t0" }, { "slug": "t1", "parent": "t0" }, { "slug": "t2", "parent": "t0" }, { "slug": "t3" }]);
        let (mut contents, mut ratings) = (Vec::new(), Vec::new());
        for n in 0..30 {
            let parent = if n % 3 == 2 { json!(format!("c{}", n / 3)) } else { Value::Null };
            let at = format!("2026-02-{:02}T00:00:00Z", n % 28 + 1);
            contents.push(json!({ "externalId": format!("c{n}"), "kind": if n % 2 == 0 { "post" } else { "note" }, "title": format!("{slug} {n}"), "parent": parent, "publishedAt": at,
                "authors": [format!("p{}", n % 12), format!("p{}", (n + 5) % 12)], "topics": [format!("t{}", n % 4), format!("t{}", (n * 7 + 1) % 4)] }));
            for r in 0..n % 7 {
                let value = i64::from(if scale == "VOTE" { (n * r) % 3 } else { (n * r) % 5 + 2 }) - 1;
                ratings.push(json!({ "rater": format!("p{}", (n + r + 1) % 12), "content": format!("c{n}"), "value": value, "at": "2026-03-01T00:00:00Z" }));
            }
        }
        let batch = json!({ "source": { "slug": slug }, "people": people, "topics": topics, "contents": contents, "ratings": ratings });
        house.act("operator", "ingest", batch, "").await;
    }
    house
}

/// What is in the database, read past the catalog.
struct Facts {
    cards: Vec<Card>,
    topics: HashMap<String, TopicId>,
    people: HashMap<String, PersonId>,
    sources: HashMap<String, SourceId>,
    first: ContentId,
}

impl Facts {
    async fn of(house: &House) -> Self {
        let store = Store::connect(&house.database.url).await.expect("a second connection");
        let cards = store.cards_after(ContentId(0), 1_000).await.expect("cards");
        let topics = store.topics().await.expect("topics").into_iter();
        let people = (0..12).map(|n| format!("p{n}"));
        let mut named = HashMap::new();
        for handle in people {
            let person = store.person_by_handle(&handle).await.expect("a person").expect("a person");
            named.insert(handle, person.merged_into.unwrap_or(person.id));
        }
        let sources =
            store.sources().await.expect("sources").into_iter().map(|source| (source.slug, source.id)).collect();
        let first = cards.iter().find(|card| card.external_id == "c1").expect("c1").subject.content;
        let topics = topics.map(|topic| (topic.slug.clone(), topic.main.unwrap_or(topic.id))).collect();
        store.close().await;
        Self { cards, topics, people: named, sources, first }
    }

    /// The ids and scores of the contents that `admits` lets through, sorted by id.
    fn ids(&self, admits: impl Fn(&Card) -> bool) -> Vec<(String, f64)> {
        let mut found: Vec<(String, f64)> = self
            .cards
            .iter()
            .filter(|card| admits(card))
            .map(|card| (crate::bad_input::id('c', card.subject.content.0), card.tally.score()))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    /// Filters that a dashboard may have, and what each must let through.
    fn expected(&self) -> Vec<(Value, Vec<(String, f64)>)> {
        let on =
            |card: &Card, slugs: &[&str]| slugs.iter().any(|slug| card.subject.topics.contains(&self.topics[*slug]));
        let by = |card: &Card, handle: &str| card.subject.authors.contains(&self.people[handle]);
        let from = |card: &Card, day: &str| card.published_at.to_rfc3339().as_str() >= day;
        let seen = |card: &Card| card.subject.visible;
        vec![
            (json!({}), self.ids(seen)),
            (json!({ "includeInvisible": true }), self.ids(|_| true)),
            (json!({ "topic": { "slug": "t1" } }), self.ids(|card| seen(card) && on(card, &["t1"]))),
            (
                json!({ "topic": { "slug": "t0" }, "includeSubtopics": true }),
                self.ids(|card| seen(card) && on(card, &self.below())),
            ),
            (json!({ "author": { "handle": "p3" } }), self.ids(|card| seen(card) && by(card, "p3"))),
            (
                json!({ "source": { "slug": "chat" }, "noReplies": true }),
                self.ids(|card| seen(card) && card.subject.source == self.sources["chat"] && card.parent.is_none()),
            ),
            (
                json!({ "kind": "note", "publishedFrom": "2026-02-05T00:00:00Z", "publishedBefore": "2026-02-20T00:00:00Z" }),
                self.ids(|card| {
                    seen(card) && card.kind == "note" && from(card, "2026-02-05") && !from(card, "2026-02-20")
                }),
            ),
            (
                json!({ "topic": { "slug": "t2" }, "publishedFrom": "2026-02-10T00:00:00Z" }),
                self.ids(|card| seen(card) && on(card, &["t2"]) && from(card, "2026-02-10")),
            ),
            (
                json!({ "topic": { "slug": "t0" }, "includeSubtopics": true, "author": { "handle": "p2" }, "publishedBefore": "2026-02-25T00:00:00Z" }),
                self.ids(|card| seen(card) && on(card, &self.below()) && by(card, "p2") && !from(card, "2026-02-25")),
            ),
            (
                json!({ "parent": { "id": crate::bad_input::id('c', self.first.0) } }),
                self.ids(|card| seen(card) && card.parent == Some(self.first)),
            ),
        ]
    }

    /// The topics below t0, itself among them; one that was merged away is below it no more.
    fn below(&self) -> Vec<&str> {
        ["t0", "t1", "t2"].into_iter().filter(|slug| *slug != "t1" || self.topics["t1"] != self.topics["t3"]).collect()
    }
}

const LIST: &str =
    "query($filter: ContentFilter, $order: ContentOrder!, $first: Int, $last: Int, $after: String, $before: String) {
    contents(filter: $filter, orderBy: $order, first: $first, last: $last, after: $after, before: $before) {
        nodes { id tally { score } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }";

fn order(field: &str, direction: &str) -> Value {
    json!({ "field": field, "direction": direction })
}

/// Everything a filter lets through, page by page from one end.
async fn all(house: &House, filter: &Value, order: &Value, size: usize, backward: bool) -> Vec<(String, f64)> {
    let (mut found, mut place) = (Vec::new(), Value::Null);
    loop {
        let page =
            if backward { json!({ "last": size, "before": place }) } else { json!({ "first": size, "after": place }) };
        let mut variables = json!({ "filter": filter, "order": order });
        variables.as_object_mut().unwrap().extend(page.as_object().unwrap().clone());
        let list = house.data("operator", LIST, variables).await["contents"].clone();
        let mut nodes: Vec<(String, f64)> = list["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| (node["id"].as_str().unwrap().to_owned(), node["tally"]["score"].as_f64().unwrap()))
            .collect();
        if backward {
            nodes.reverse();
        }
        found.extend(nodes);
        let (more, end) = if backward { ("hasPreviousPage", "startCursor") } else { ("hasNextPage", "endCursor") };
        place = list["pageInfo"][end].clone();
        if list["pageInfo"][more] == json!(false) {
            if backward {
                found.reverse();
            }
            return found;
        }
    }
}

/// That every list has what the facts say, sorted, whichever way and in whatever pages it is read.
async fn check_lists(house: &House) {
    for (filter, expected) in Facts::of(house).await.expected() {
        for field in ["PUBLISHED", "SCORE"] {
            let list = all(house, &filter, &order(field, "DESCENDING"), 100, false).await;
            assert!(field != "SCORE" || list.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{filter}: {list:?}");
            let mut sorted = list.clone();
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            assert_eq!(sorted, expected, "{filter} {field}");
            for (direction, size, backward) in
                [("DESCENDING", 3, false), ("DESCENDING", 4, true), ("ASCENDING", 3, false), ("ASCENDING", 5, true)]
            {
                let mut paged = all(house, &filter, &order(field, direction), size, backward).await;
                if direction == "ASCENDING" {
                    paged.reverse();
                }
                assert_eq!(paged, list, "{filter} {field} {direction} {size} {backward}");
            }
        }
        let query = "query($filter: ContentFilter) { contents(first: 1, filter: $filter) { totalCount } }";
        let counted =
            house.data("operator", query, json!({ "filter": filter })).await["contents"]["totalCount"].clone();
        assert_eq!(counted, json!(expected.len()), "{filter}");
    }
}

#[tokio::test]
async fn lists_have_what_the_facts_say() {
    check_lists(&busy().await).await;
}

#[tokio::test]
async fn lists_follow_everything_that_happens() {
    let house = busy().await;
    let named = |source: &str, id: &str| json!({ "external": { "source": source, "externalId": id } });
    house.act("p9", "rateContent", json!({ "content": named("forum", "c2"), "value": 5 }), "").await;
    house.act("p9", "rateContent", json!({ "content": named("forum", "c2"), "value": 1 }), "").await;
    house.act("p4", "withdrawRating", json!({ "content": named("chat", "c9") }), "").await;
    house.act("operator", "hideContent", json!({ "content": named("chat", "c4"), "reason": "no" }), "").await;
    house.act("p5", "withdrawContent", json!({ "content": named("forum", "c5") }), "").await;
    house.act("operator", "updatePerson", json!({ "person": { "handle": "p6" }, "kind": "BOT" }), "").await;
    let changed = json!({ "source": { "slug": "chat" }, "contents": [{ "externalId": "c8", "kind": "note", "title": "new", "authors": ["p0", "p11"], "topics": ["t3"], "publishedAt": "2026-02-11T00:00:00Z" }] });
    house.act("operator", "ingest", changed, "").await;
    check_lists(&house).await;
    let people = json!({ "from": { "handle": "p1" }, "into": { "handle": "p2" } });
    let people = house.act("operator", "mergePeople", people, "merge { id }").await["merge"]["id"].clone();
    let topics = json!({ "from": { "slug": "t1" }, "into": { "slug": "t3" } });
    let topics = house.act("operator", "mergeTopics", topics, "merge { id }").await["merge"]["id"].clone();
    check_lists(&house).await;
    assert_eq!(crate::entities::wrong_tallies(&house).await, 0);
    for merge in [topics, people] {
        house.act("operator", "undoMerge", json!({ "merge": merge }), "").await;
    }
    check_lists(&house).await;
    // Read from the facts alone they are the same.
    let before = all(&house, &json!({}), &order("SCORE", "DESCENDING"), 100, false).await;
    let house = House::on(house.stop().await).await;
    check_lists(&house).await;
    assert_eq!(all(&house, &json!({}), &order("SCORE", "DESCENDING"), 100, false).await, before);
}

#[tokio::test]
async fn another_process_has_the_same_lists() {
    let house = busy().await;
    if !house.database.is_postgres() {
        return;
    }
    let other = House::on(house.database.shared()).await;
    let named = json!({ "external": { "source": "forum", "externalId": "c0" } });
    let answer = house.act("p9", "rateContent", json!({ "content": named, "value": 5 }), "content { id }").await;
    let id = answer["content"]["id"].as_str().unwrap();
    for _ in 0..100 {
        let list = all(&other, &json!({}), &order("SCORE", "DESCENDING"), 100, false).await;
        if list == all(&house, &json!({}), &order("SCORE", "DESCENDING"), 100, false).await
            && list.iter().any(|item| item.0 == id)
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the other process has other lists");
}

/// What a process writes itself may reach its memory before what others wrote ahead of it.
#[tokio::test]
async fn what_is_told_early_hides_nothing_that_lies_before_it() {
    let house = busy().await;
    let store = Arc::new(Store::connect(&house.database.url).await.expect("a second connection"));
    let catalog = Catalog::new();
    Arc::clone(&catalog).load(Arc::clone(&store)).await;
    let shelf = Shelf::new(Arc::clone(&store), Arc::clone(&catalog));
    let (_, before) = store.log_ends().await.expect("the log");
    let named = |source: &str, id: &str| json!({ "external": { "source": source, "externalId": id } });
    let moved = json!({ "source": { "slug": "chat" }, "contents": [{ "externalId": "c8", "kind": "note", "title": "new", "authors": ["p0", "p11"], "topics": ["t3"], "publishedAt": "2026-02-11T00:00:00Z" }] });
    house.act("operator", "ingest", moved, "").await;
    house.act("p9", "rateContent", json!({ "content": named("forum", "c2"), "value": 5 }), "").await;
    house.act("p9", "rateContent", json!({ "content": named("chat", "c8"), "value": 1 }), "").await;
    let facts = Facts::of(&house).await;
    let card = |source: &str, id: &str| {
        let source = facts.sources[source];
        facts.cards.iter().find(|card| card.subject.source == source && card.external_id == id).expect("a card")
    };
    let (edited, rated) = (card("chat", "c8"), card("forum", "c2"));
    let changes = store.changes_after(before, 100).await.expect("changes");
    let ours = changes.last().expect("our own");
    catalog.hear(ours);
    shelf.hear_early(ours);
    let early = shelf.contents(&[rated.subject.content]).await.expect("a content");
    assert_ne!(early[&rated.subject.content].tally, rated.tally, "the others were not heard yet");
    for change in &changes {
        catalog.hear(change);
        shelf.hear(change);
    }
    let links = catalog.links(edited.subject.content).expect("its links");
    assert_eq!((&links.authors, &links.topics), (&edited.subject.authors, &edited.subject.topics));
    assert_eq!(links.tally, edited.tally);
    let filter = ContentFilter { topics: Some(vec![facts.topics["t3"]]), ..ContentFilter::default() };
    let order = ContentOrder { field: ContentOrderField::Score, direction: Direction::Descending };
    let listed = catalog.page(&filter, order, &PageRequest::first(100)).items;
    assert!(listed.iter().any(|place| place.id == edited.subject.content.0), "it stands on its new topic");
    let late = shelf.contents(&[rated.subject.content]).await.expect("a content");
    assert_eq!(late[&rated.subject.content].tally, rated.tally);
    store.close().await;
}

/// A process rates a content while another moves many: its own word is in its memory before it has read of the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_writes_after_another_misses_nothing_of_what_that_one_wrote() {
    let house = House::new().await;
    if !house.database.is_postgres() {
        return;
    }
    for handle in ["ada", "grace"] {
        house.person(handle).await;
    }
    for topic in ["before", "after"] {
        house.topic(topic, "").await;
    }
    let other = House::on(house.database.shared()).await;
    let on = |topic: &str| {
        let content = |n: usize| json!({ "externalId": format!("c{n}"), "kind": "post", "title": format!("{n}"), "authors": ["ada"], "topics": [topic], "publishedAt": "2026-02-01T00:00:00Z" });
        json!({ "source": { "slug": "peerlead" }, "people": [{ "externalId": "ada", "handle": "ada" }], "contents": (0..900).map(content).collect::<Vec<_>>() })
    };
    let counted = async |topic: &str| {
        let query = "query($slug: String!) { contents(first: 1, filter: { topic: { slug: $slug } }) { totalCount } }";
        let mut count = json!(0);
        for _ in 0..200 {
            count = other.data("", query, json!({ "slug": topic })).await["contents"]["totalCount"].clone();
            if count == json!(900) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        count
    };
    house.act("operator", "ingest", on("before"), "").await;
    assert_eq!(counted("before").await, json!(900));
    let last = json!({ "content": { "external": { "source": "peerlead", "externalId": "c899" } }, "value": 5 });
    // Both wait for their turn, so that the second has it as soon as the first is done.
    let behind = house.database.connect().await;
    let lock = crate::fault::hold(&house, &behind).await;
    let later = |tenths: u64| tokio::time::sleep(std::time::Duration::from_millis(100 * tenths));
    tokio::join!(
        house.act("operator", "ingest", on("after"), ""),
        async {
            later(10).await;
            other.act("grace", "rateContent", last, "").await
        },
        async {
            later(15).await;
            lock.rollback().await.expect("an end");
        }
    );
    behind.close().await.expect("a clean end");
    assert_eq!(counted("after").await, json!(900), "what was rated meanwhile was moved too");
}
