//! What happens is heard: by those who asked for it, once, in order, with what they may see.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::events::Events;
use crate::house::{House, Socket};

/// Hears ratings.
pub const HEAR: &str = "subscription($filter: ChangeFilter, $after: String, $interval: Duration) {
    ratingChanged(filter: $filter, after: $after, interval: $interval) {
        cursor changes before { raw } after { raw normalised } tally { count sum mean score } content { id title } rater { handle }
    }
}";

/// Every `next` of each operation until nothing came for half a second.
async fn all(socket: &mut Socket) -> BTreeMap<String, Vec<Value>> {
    let mut heard: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    while let Some(message) = socket.next_within(0.5).await {
        assert_eq!(message["type"], "next", "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        let fields = message["payload"]["data"].as_object().expect("data").clone();
        heard
            .entry(message["id"].as_str().expect("an id").to_owned())
            .or_default()
            .extend(fields.into_iter().map(|(_, value)| value));
    }
    heard
}

#[tokio::test]
async fn a_rating_is_heard_with_its_content_its_tally_and_its_cursor_on_every_transport() {
    let house = House::new().await;
    house.person("ada").await;
    house.person("grace").await;
    let content = house.content("ada", "On compilers", &[]).await;
    let after = house.cursor().await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    let mut posted = Events::post(&house, "", HEAR, json!({ "after": after })).await;
    let mut got = Events::get(&house, "", HEAR, json!({ "after": after })).await;
    assert_eq!((posted.status, got.status), (200, 200));
    let rated = house.rate("grace", &content, 4).await;
    let told = socket.data("1").await;
    let expected = json!({ "ratingChanged": {
        "cursor": rated["cursor"], "changes": 1, "before": null, "after": null, "tally": rated["tally"],
        "content": { "id": content, "title": "On compilers" }, "rater": null,
    } });
    assert_eq!(told, expected);
    assert_eq!(told["ratingChanged"]["tally"]["count"], 1);
    assert_eq!(posted.data().await, expected);
    assert_eq!(got.data().await, expected);
}

#[tokio::test]
async fn without_a_cursor_one_hears_what_happens_from_now_on() {
    let house = House::new().await;
    house.person("ada").await;
    house.person("grace").await;
    let content = house.content("ada", "On compilers", &[]).await;
    let old = house.rate("grace", &content, 1).await;
    // Now is when everybody else has been told, a moment after the rater.
    for _ in 0..500 {
        if house.data("", "{ cursor }", json!({})).await["cursor"] == old["cursor"] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({})).await;
    let mut acknowledged = Vec::new();
    let first = loop {
        assert!(acknowledged.len() < 50, "nothing was heard");
        let value = 2 + i64::try_from(acknowledged.len() % 2).unwrap_or(0);
        acknowledged.push(house.rate("grace", &content, value).await["cursor"].clone());
        if let Some(message) = socket.next_within(0.3).await {
            break message["payload"]["data"]["ratingChanged"]["cursor"].clone();
        }
    };
    assert_ne!(first, old["cursor"]);
    assert!(acknowledged.contains(&first), "{first} was never acknowledged");
    let next = house.rate("grace", &content, 5).await;
    loop {
        let told = socket.data("1").await;
        if told["ratingChanged"]["cursor"] == next["cursor"] {
            break;
        }
    }
}

#[tokio::test]
async fn a_private_value_is_told_to_the_rater_alone() {
    let house = House::new().await;
    for handle in ["ada", "grace", "linus"] {
        house.person(handle).await;
    }
    let content = house.content("ada", "On compilers", &[]).await;
    let after = house.cursor().await;
    let mut sockets = Vec::new();
    for handle in ["grace", "linus", "ada", "operator", ""] {
        let mut socket = house.socket(handle).await;
        socket.subscribe("1", HEAR, json!({ "after": after })).await;
        sockets.push((handle, socket));
    }
    house.rate("grace", &content, 4).await;
    house.rate("grace", &content, 5).await;
    house.act("grace", "withdrawRating", json!({ "content": { "id": content } }), "changed").await;
    for (handle, mut socket) in sockets {
        let mut heard = Vec::new();
        for _ in 0..3 {
            let told = socket.data("1").await["ratingChanged"].clone();
            heard.push((told["before"]["raw"].clone(), told["after"]["raw"].clone(), told["rater"]["handle"].clone()));
        }
        let expected = match handle {
            "grace" => vec![
                (json!(null), json!(4), json!("grace")),
                (json!(4), json!(5), json!("grace")),
                (json!(5), json!(null), json!("grace")),
            ],
            _ => vec![(json!(null), json!(null), json!(null)); 3],
        };
        assert_eq!(heard, expected, "as {handle:?}");
    }
}

#[tokio::test]
async fn a_public_act_is_told_to_everybody() {
    let house = House::new().await;
    house.person("ada").await;
    house.person("grace").await;
    house.act("operator", "createSource", json!({ "slug": "review", "name": "Review", "kind": "CODE_REVIEW", "scale": "VOTE", "visibility": "PUBLIC" }), "source { id }").await;
    let made = house
        .act(
            "ada",
            "publishContent",
            json!({ "kind": "patch", "title": "A patch", "source": { "slug": "review" } }),
            "content { id }",
        )
        .await;
    let after = house.cursor().await;
    house.rate("grace", made["content"]["id"].as_str().expect("an id"), -1).await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    let told = socket.data("1").await["ratingChanged"].clone();
    assert_eq!(
        (&told["rater"]["handle"], &told["after"]),
        (&json!("grace"), &json!({ "raw": -1, "normalised": -1.0 }))
    );
}

#[tokio::test]
async fn a_filter_lets_through_its_content_topic_author_and_source_alone() {
    let house = House::new().await;
    for handle in ["ada", "grace", "linus"] {
        house.person(handle).await;
    }
    house.topic("languages", "").await;
    house.topic("rust", "languages").await;
    house.topic("music", "").await;
    house
        .act(
            "operator",
            "createSource",
            json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "STARS" }),
            "source { id }",
        )
        .await;
    let a = house.content("ada", "a", &["rust"]).await;
    let b = house.content("grace", "b", &["languages"]).await;
    let made = json!({ "kind": "post", "title": "c", "source": { "slug": "forum" }, "externalId": "c-1", "topics": [{ "slug": "music" }] });
    let c = house.act("ada", "publishContent", made, "content { id }").await["content"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let asked = [
        (json!(null), "a b c"),
        (json!({}), "a b c"),
        (json!({ "content": { "id": b } }), "b"),
        (json!({ "content": { "external": { "source": "forum", "externalId": "c-1" } } }), "c"),
        (json!({ "topic": { "slug": "languages" } }), "b"),
        (json!({ "topic": { "slug": "languages" }, "includeSubtopics": true }), "a b"),
        (json!({ "topic": { "slug": "rust" }, "includeSubtopics": true }), "a"),
        (json!({ "author": { "handle": "ada" } }), "a c"),
        (json!({ "source": { "slug": "forum" } }), "c"),
        (json!({ "source": { "slug": "peerlead" }, "author": { "handle": "ada" } }), "a"),
        (json!({ "source": { "slug": "forum" }, "author": { "handle": "grace" } }), ""),
        (json!({ "person": { "handle": "ada" } }), ""),
    ];
    let after = house.cursor().await;
    let mut socket = house.socket("").await;
    for (number, (filter, _)) in asked.iter().enumerate() {
        socket.subscribe(&number.to_string(), HEAR, json!({ "filter": filter, "after": after })).await;
    }
    for content in [&a, &b, &c] {
        house.rate("linus", content, 3).await;
    }
    let heard = all(&mut socket).await;
    let query = "query($filter: ChangeFilter, $after: String) { changes(filter: $filter, after: $after, nouns: [RATING]) { nodes { ... on RatingChange { content { title } } } } }";
    for (number, (filter, expected)) in asked.iter().enumerate() {
        let titles = |told: &[Value]| {
            told.iter()
                .map(|told| told["content"]["title"].as_str().unwrap_or("?").to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(titles(heard.get(&number.to_string()).map_or(&[], Vec::as_slice)), *expected, "heard with {filter}");
        let asked = house.data("", query, json!({ "filter": filter, "after": after })).await;
        assert_eq!(titles(asked["changes"]["nodes"].as_array().expect("nodes")), *expected, "asked with {filter}");
    }
    socket.subscribe("x", HEAR, json!({ "filter": { "author": { "handle": "nobody" } } })).await;
    let refused = socket.next().await;
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("BAD_REQUEST")),
        "{refused:#}"
    );
}

#[tokio::test]
async fn contents_and_leaderships_are_heard_with_what_happened_to_them() {
    let house = House::new().await;
    house.person("ada").await;
    house.person("grace").await;
    house.topic("rust", "").await;
    let after = house.cursor().await;
    let mut socket = house.socket("").await;
    let contents = "subscription($after: String) { contentChanged(after: $after) { cursor act content { title } } }";
    let leaderships = "subscription($after: String, $filter: ChangeFilter) { leadershipChanged(after: $after, filter: $filter) { cursor act leadership { role topic { slug } person { handle } } endorsement { endorser { handle } person { handle } } } }";
    socket.subscribe("contents", contents, json!({ "after": after })).await;
    socket.subscribe("leaderships", leaderships, json!({ "after": after })).await;
    socket
        .subscribe("of grace", leaderships, json!({ "after": after, "filter": { "person": { "handle": "grace" } } }))
        .await;
    let content = house.content("ada", "On compilers", &["rust"]).await;
    let by = json!({ "content": { "id": content } });
    house.act("operator", "hideContent", json!({ "content": { "id": content }, "reason": "a test" }), "").await;
    house.act("operator", "restoreContent", json!({ "content": { "id": content }, "reason": "fine" }), "").await;
    house.act("ada", "withdrawContent", by, "").await;
    let declared =
        house.act("ada", "declareLeadership", json!({ "topic": { "slug": "rust" } }), "leadership { id }").await;
    house
        .act(
            "operator",
            "appointLeader",
            json!({ "person": { "handle": "grace" }, "topic": { "slug": "rust" }, "role": "maintainer" }),
            "",
        )
        .await;
    house.act("ada", "endLeadership", json!({ "leadership": declared["leadership"]["id"] }), "").await;
    let endorse = json!({ "person": { "handle": "ada" }, "topic": { "slug": "rust" }, "text": "knows it" });
    let endorsed = house.act("grace", "endorseLeadership", endorse.clone(), "endorsement { id }").await;
    house.clock.set(house.clock.now() + chrono::TimeDelta::days(1));
    house.act("grace", "endorseLeadership", endorse, "").await;
    house.act("grace", "withdrawEndorsement", json!({ "endorsement": endorsed["endorsement"]["id"] }), "").await;
    let heard = all(&mut socket).await;
    let acts =
        |id: &str| heard[id].iter().map(|told| told["act"].as_str().unwrap_or("?")).collect::<Vec<_>>().join(" ");
    assert_eq!(acts("contents"), "PUBLISHED WITHDRAWN PUBLISHED WITHDRAWN");
    assert_eq!(acts("leaderships"), "DECLARED APPOINTED ENDED ENDORSED RENEWED WITHDRAWN");
    assert_eq!(acts("of grace"), "APPOINTED ENDORSED RENEWED WITHDRAWN");
    let told = &heard["leaderships"];
    assert_eq!(
        told[1]["leadership"],
        json!({ "role": "maintainer", "topic": { "slug": "rust" }, "person": { "handle": "grace" } })
    );
    assert_eq!((&told[1]["endorsement"], &told[3]["leadership"]), (&json!(null), &json!(null)));
    assert_eq!(told[3]["endorsement"], json!({ "endorser": { "handle": "grace" }, "person": { "handle": "ada" } }));
    assert_eq!(heard["contents"][3]["content"], json!(null), "a withdrawn content is told by its cursor, not shown");
}

#[tokio::test]
async fn the_log_can_be_heard_and_asked_and_tells_the_same() {
    let house = House::new().await;
    let after = house.cursor().await;
    house.person("ada").await;
    house.person("grace").await;
    house.topic("rust", "").await;
    let content = house.content("ada", "On compilers", &["rust"]).await;
    house.rate("grace", &content, 2).await;
    house.act("ada", "declareLeadership", json!({ "topic": { "slug": "rust" } }), "").await;
    house
        .act(
            "operator",
            "createSource",
            json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "LIKE" }),
            "",
        )
        .await;
    let fields = "__typename cursor at ... on PersonChange { person { handle } } ... on TopicChange { topic { slug } } ... on RatingChange { tally { count } content { title } } ... on SourceChange { source { slug } }";
    let mut socket = house.socket("").await;
    for (id, nouns) in [("all", json!(null)), ("none", json!([])), ("some", json!(["RATING", "PERSON"]))] {
        let query = format!(
            "subscription($after: String, $nouns: [ChangeNoun!]) {{ changes(after: $after, nouns: $nouns) {{ {fields} }} }}"
        );
        socket.subscribe(id, &query, json!({ "after": after, "nouns": nouns })).await;
    }
    let heard = all(&mut socket).await;
    let kinds = |told: &[Value]| {
        told.iter()
            .map(|told| told["__typename"].as_str().unwrap_or("?").replace("Change", ""))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(kinds(&heard["all"]), "Person Person Topic Content Rating Leadership Source");
    assert_eq!(kinds(&heard["some"]), "Person Person Rating");
    assert_eq!(heard.get("none"), Some(&heard["all"]), "no nouns mean all, as in the query");
    for (id, nouns) in [("all", json!(null)), ("none", json!([])), ("some", json!(["RATING", "PERSON"]))] {
        let query = format!(
            "query($after: String, $nouns: [ChangeNoun!]) {{ changes(after: $after, nouns: $nouns, first: 2) {{ nodes {{ {fields} }} pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        let (mut asked, mut place, mut pages) = (Vec::new(), json!(after), 0);
        loop {
            let page = house.data("", &query, json!({ "after": place, "nouns": nouns })).await["changes"].clone();
            asked.extend(page["nodes"].as_array().expect("nodes").clone());
            place = page["pageInfo"]["endCursor"].clone();
            pages += 1;
            assert!(pages < 20, "the pages never end");
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        assert_eq!(asked, heard[id], "asked for {id}");
        assert_eq!(place, json!(house.cursor().await), "the end of the log is the cursor of now");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_concurrent_ratings_none_is_lost_told_twice_or_out_of_order() {
    let house = Arc::new(House::new().await);
    house.person("ada").await;
    let mut contents = Vec::new();
    for number in 0..5 {
        contents.push(house.content("ada", &format!("content {number}"), &[]).await);
    }
    for number in 0..8 {
        house.person(&format!("rater{number}")).await;
    }
    let after = house.cursor().await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    let mut events = Events::post(&house, "", HEAR, json!({ "after": after })).await;
    let mut raters = Vec::new();
    for number in 0..8 {
        let (house, contents) = (Arc::clone(&house), contents.clone());
        raters.push(tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for round in 0..15 {
                let rated = house
                    .rate(
                        &format!("rater{number}"),
                        &contents[(number + round) % 5],
                        i64::try_from(1 + (number + round / 5) % 5).unwrap_or(1),
                    )
                    .await;
                acknowledged.push(rated["cursor"].as_str().expect("a change").to_owned());
            }
            acknowledged
        }));
    }
    let mut acknowledged = Vec::new();
    for rater in raters {
        acknowledged.extend(rater.await.expect("a rater"));
    }
    let (mut heard, mut also, mut tallies) = (Vec::new(), Vec::new(), BTreeMap::new());
    for _ in 0..acknowledged.len() {
        let told = socket.data("1").await["ratingChanged"].clone();
        heard.push(told["cursor"].as_str().expect("a cursor").to_owned());
        tallies.insert(told["content"]["id"].as_str().expect("an id").to_owned(), told["tally"].clone());
        also.push(events.data().await["ratingChanged"]["cursor"].as_str().expect("a cursor").to_owned());
    }
    assert_eq!(socket.next_within(0.3).await, None);
    let (mut log, mut place, mut more) = (Vec::new(), after, true);
    while more {
        let page = house.data("", "query($after: String) { changes(after: $after, first: 100) { nodes { cursor } pageInfo { endCursor hasNextPage } } }", json!({ "after": place })).await["changes"].clone();
        log.extend(
            page["nodes"]
                .as_array()
                .expect("nodes")
                .iter()
                .map(|node| node["cursor"].as_str().expect("a cursor").to_owned()),
        );
        place = page["pageInfo"]["endCursor"].as_str().expect("a cursor").to_owned();
        more = page["pageInfo"]["hasNextPage"] == json!(true);
        assert!(log.len() <= acknowledged.len());
    }
    assert_eq!(heard, log);
    assert_eq!(also, log);
    acknowledged.sort();
    log.sort();
    assert_eq!(acknowledged, log);
    for content in contents {
        let now = house
            .data(
                "",
                "query($id: ID!) { content(by: { id: $id }) { tally { count sum mean score } } }",
                json!({ "id": content }),
            )
            .await;
        assert_eq!(tallies.get(&content), Some(&now["content"]["tally"]), "the last tally that was told is the tally");
        assert_eq!(now["content"]["tally"]["count"], 8);
    }
}
