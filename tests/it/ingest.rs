//! Batches: all nouns, the same again, in any order, and what one bad item leaves alone.

use serde_json::{Value, json};

use crate::entities::{footprint, log_end, number, wrong_tallies};
use crate::house::House;

const REPORT: &str = "report { people { outcome error { code field } } topics { outcome error { code field } } contents { outcome error { code field } }
    ratings { outcome error { code field } } leaderships { outcome error { code field } } endorsements { outcome error { code field } } }";

async fn house() -> House {
    let house = House::new().await;
    house.clock.set("2026-06-01T12:00:00Z".parse().unwrap());
    house
        .act(
            "operator",
            "createSource",
            json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "STARS", "visibility": "PUBLIC" }),
            "",
        )
        .await;
    house
}

async fn ingest(house: &House, lists: Value) -> Value {
    let mut input = lists;
    if input.get("source").is_none() {
        input["source"] = json!({ "slug": "forum" });
    }
    house.act("operator", "ingest", input, REPORT).await["report"].clone()
}

fn outcomes(report: &Value, list: &str) -> Vec<String> {
    let told =
        |item: &Value| item["error"]["code"].as_str().unwrap_or_else(|| item["outcome"].as_str().unwrap()).to_owned();
    report[list].as_array().unwrap().iter().map(told).collect()
}

fn batch() -> Value {
    json!({
        "people": [{ "externalId": "A", "handle": "ada", "name": "Ada" }, { "externalId": "B B" }, { "externalId": "robo", "kind": "BOT" }],
        "topics": [{ "slug": "Rust Lang", "name": "Rust" }, { "slug": "async", "parent": "rust-lang" }, { "slug": "rs", "synonymOf": "rust-lang" }],
        "contents": [
            { "externalId": "c1", "kind": "post", "title": "One", "authors": ["A"], "topics": ["rs", "async"], "publishedAt": "2020-02-29T10:00:00.000001Z" },
            { "externalId": "c2", "kind": "reply", "body": "Two", "authors": ["B B"], "parent": "c1", "publishedAt": "2020-03-01T10:00:00Z" },
            { "externalId": "c3", "kind": "post", "title": "Gone", "publishedAt": "2020-03-01T10:00:00Z", "withdrawnAt": "2020-04-01T00:00:00Z" },
            { "externalId": "c4", "kind": "post", "title": "Bad", "publishedAt": "2020-03-01T10:00:00Z", "hiddenAt": "2020-04-01T00:00:00Z", "hiddenReason": "spam" },
        ],
        "ratings": [{ "rater": "B B", "content": "c1", "value": 5, "kind": "loved", "at": "2020-03-02T00:00:00Z" }, { "rater": "A", "content": "c3", "value": 1, "at": "2020-03-02T00:00:00Z" }],
        "leaderships": [{ "person": "A", "topic": "rs", "role": "chair", "from": "2019-01-01T00:00:00Z", "to": "2021-01-01T00:00:00Z", "kind": "DECLARED", "evidenceText": "minutes" }],
        "endorsements": [{ "from": "B B", "to": "A", "topic": "async", "text": "yes", "at": "2020-05-01T00:00:00Z", "expiresAt": "2022-05-01T00:00:00Z" }],
    })
}

#[tokio::test]
async fn a_batch_brings_every_noun_with_its_original_times() {
    let house = house().await;
    let report = ingest(&house, batch()).await;
    for list in ["people", "topics", "contents", "ratings", "leaderships", "endorsements"] {
        assert!(outcomes(&report, list).iter().all(|outcome| outcome == "CREATED"), "{report:#}");
    }
    let query = "{ content(by: { external: { source: \"forum\", externalId: \"c1\" } }) { title publishedAt authors { handle name } topics { slug } tally { count sum }
            ratings { nodes { ratedAt kind value { raw } rater { handle } } } replies { nodes { body authors { handle } } } }
        leaderships { nodes { role kind validFrom validTo person { handle } topic { slug } toldBy { handle } } } endorsements { nodes { endorsedAt expiresAt topic { slug } } }
        person(by: { account: { source: \"forum\", externalId: \"B B\" } }) { handle name accounts { externalId source { slug } } }
        contents(filter: { includeInvisible: true }) { nodes { externalId state } } }";
    let told = house.data("operator", query, json!({})).await;
    let expected = json!({ "title": "One", "publishedAt": "2020-02-29T10:00:00.000001Z", "authors": [{ "handle": "ada", "name": "Ada" }],
        "topics": [{ "slug": "rust-lang" }, { "slug": "async" }], "tally": { "count": 1, "sum": 1.0 },
        "ratings": { "nodes": [{ "ratedAt": "2020-03-02T00:00:00.000000Z", "kind": "loved", "value": { "raw": 5 }, "rater": { "handle": "b-b" } }] },
        "replies": { "nodes": [{ "body": "Two", "authors": [{ "handle": "b-b" }] }] } });
    assert_eq!(told["content"], expected);
    let leadership = json!({ "role": "chair", "kind": "DECLARED", "validFrom": "2019-01-01T00:00:00.000000Z", "validTo": "2021-01-01T00:00:00.000000Z",
        "person": { "handle": "ada" }, "topic": { "slug": "rust-lang" }, "toldBy": null });
    assert_eq!(told["leaderships"]["nodes"], json!([leadership]));
    assert_eq!(
        told["endorsements"]["nodes"],
        json!([{ "endorsedAt": "2020-05-01T00:00:00.000000Z", "expiresAt": "2022-05-01T00:00:00.000000Z", "topic": { "slug": "async" } }])
    );
    assert_eq!(
        told["person"],
        json!({ "handle": "b-b", "name": "B B", "accounts": [{ "externalId": "B B", "source": { "slug": "forum" } }] })
    );
    let states = json!([{ "externalId": "c4", "state": "HIDDEN" }, { "externalId": "c3", "state": "WITHDRAWN" }, { "externalId": "c2", "state": "VISIBLE" }, { "externalId": "c1", "state": "VISIBLE" }]);
    assert_eq!(told["contents"]["nodes"], states);
    assert_eq!(wrong_tallies(&house).await, 0);
}

#[tokio::test]
async fn the_same_batch_again_changes_nothing() {
    let house = house().await;
    ingest(&house, batch()).await;
    let before = footprint(&house).await;
    for _ in 0..2 {
        let report = ingest(&house, batch()).await;
        for list in ["people", "topics", "contents", "ratings", "leaderships", "endorsements"] {
            assert!(outcomes(&report, list).iter().all(|outcome| outcome == "UNCHANGED"), "{report:#}");
        }
        assert_eq!(footprint(&house).await, before);
    }
}

#[tokio::test]
async fn odd_names_and_times_come_twice_without_harm_too() {
    let house = house().await;
    let odd = || {
        json!({ "people": [{ "externalId": "in ner" }, { "externalId": "ÄÖ" }, { "externalId": "---" }], "topics": [{ "slug": "  C  ++ " }],
            "contents": [{ "externalId": "c 1", "kind": "post", "title": " t ", "authors": ["in ner"], "topics": ["c ++"], "publishedAt": "2016-12-31T23:59:60Z" },
                { "externalId": "c2", "kind": "post", "title": "t", "parent": "c 1", "publishedAt": "2020-01-01T00:00:00+14:00" }],
            "ratings": [{ "rater": "ÄÖ", "content": "c 1", "value": 3, "at": "2020-01-01T00:00:00.1234567Z" }] })
    };
    let first = ingest(&house, odd()).await;
    let before = footprint(&house).await;
    for list in ["people", "topics", "contents", "ratings"] {
        assert!(outcomes(&first, list).iter().all(|outcome| outcome == "CREATED"), "{first:#}");
    }
    let second = ingest(&house, odd()).await;
    for list in ["people", "topics", "contents", "ratings"] {
        assert!(outcomes(&second, list).iter().all(|outcome| outcome == "UNCHANGED"), "{second:#}");
    }
    assert_eq!(footprint(&house).await, before);
}

#[tokio::test]
async fn one_bad_item_leaves_the_others_alone() {
    let house = house().await;
    ingest(
        &house,
        json!({ "people": [{ "externalId": "K", "handle": "known" }, { "externalId": "robo", "kind": "BOT" }] }),
    )
    .await;
    let at = "2020-01-01T00:00:00Z";
    let content = |id: &str, more: Value| {
        let mut item = json!({ "externalId": id, "kind": "post", "title": "t", "publishedAt": at });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    let lists = json!({
        "people": [{ "externalId": "A" }, { "externalId": "" }, { "externalId": "C", "handle": "Not A Slug" }, { "externalId": "a\u{0}" }, { "externalId": "D", "name": "x".repeat(501) },
            { "externalId": "E", "handle": "known", "name": " " }, { "externalId": "K", "handle": "robo" }, { "externalId": " padded" }, { "externalId": "F" }],
        "topics": [{ "slug": "t" }, { "slug": "" }, { "slug": "u", "parent": "none" }, { "slug": "t", "parent": "t" }, { "slug": "n\u{0}" }],
        "contents": [content("c1", json!({})), content("", json!({})), content("c2", json!({ "authors": ["nobody"] })), content("c3", json!({ "topics": ["none"] })),
            content("c4", json!({ "parent": "none" })), content("c5", json!({ "parent": "c5" })), content("c6", json!({ "title": " " })), content("c7", json!({ "publishedAt": "2999-01-01T00:00:00Z" })),
            content("n\u{0}", json!({})), content("c8", json!({ "hiddenAt": at, "hiddenReason": "a\u{0}b" })), content("c9", json!({ "hiddenAt": at, "hiddenReason": "x".repeat(2_001) })),
            content("c10", json!({ "url": "mailto:x" })), content("c11", json!({ "parent": "c1" }))],
        "ratings": [{ "rater": "A", "content": "c1", "value": 5, "at": at }, { "rater": "nobody", "content": "c1", "value": 5, "at": at }, { "rater": "A", "content": "c2", "value": 5, "at": at },
            { "rater": "A", "content": "c1", "value": 6, "at": "2021-01-01T00:00:00Z" }, { "rater": "robo", "content": "c1", "value": 5, "at": at }, { "rater": "F", "content": "c1", "value": 5, "at": "2999-01-01T00:00:00Z" },
            { "rater": "F", "content": "c1", "value": 5, "kind": "a\u{0}", "at": at }, { "rater": "F\u{0}", "content": "c1", "value": 5, "at": at }],
        "leaderships": [{ "person": "A", "topic": "t", "from": at }, { "person": "A", "topic": "none", "from": at }, { "person": "A", "topic": "t", "from": at, "to": "2019-01-01T00:00:00Z" }, { "person": "A", "topic": "t", "role": "\u{0}", "from": at }],
        "endorsements": [{ "from": "A", "to": "F", "topic": "t", "at": at }, { "from": "A", "to": "A", "topic": "t", "at": at }, { "from": "robo", "to": "A", "topic": "t", "at": at }, { "from": "F", "to": "A", "topic": "t", "text": "\u{0}", "at": at }],
    });
    let report = ingest(&house, lists).await;
    assert_eq!(
        outcomes(&report, "people"),
        [
            "CREATED",
            "TEXT_EMPTY",
            "TEXT_INVALID",
            "TEXT_INVALID",
            "TEXT_TOO_LONG",
            "TEXT_EMPTY",
            "TAKEN",
            "TEXT_INVALID",
            "CREATED"
        ]
    );
    assert_eq!(outcomes(&report, "topics"), ["CREATED", "TEXT_EMPTY", "TOPIC_NOT_FOUND", "CYCLE", "TEXT_INVALID"]);
    let contents = [
        "CREATED",
        "TEXT_EMPTY",
        "PERSON_NOT_FOUND",
        "TOPIC_NOT_FOUND",
        "CONTENT_NOT_FOUND",
        "CYCLE",
        "TEXT_EMPTY",
        "IN_FUTURE",
        "TEXT_INVALID",
        "TEXT_INVALID",
        "TEXT_TOO_LONG",
        "TEXT_INVALID",
        "CREATED",
    ];
    assert_eq!(outcomes(&report, "contents"), contents);
    assert_eq!(
        outcomes(&report, "ratings"),
        [
            "CREATED",
            "PERSON_NOT_FOUND",
            "CONTENT_NOT_FOUND",
            "OFF_SCALE",
            "BOT_CANNOT_RATE",
            "IN_FUTURE",
            "TEXT_INVALID",
            "PERSON_NOT_FOUND"
        ]
    );
    assert_eq!(outcomes(&report, "leaderships"), ["CREATED", "TOPIC_NOT_FOUND", "REVERSED_INTERVAL", "TEXT_INVALID"]);
    assert_eq!(outcomes(&report, "endorsements"), ["CREATED", "ONESELF_ENDORSED", "BOT_CANNOT_RATE", "TEXT_INVALID"]);
    let counts = [("account", 4), ("person", 5), ("content", 2), ("rating", 1), ("leadership", 1), ("endorsement", 1)];
    for (table, count) in counts {
        assert_eq!(number(&house, &format!("SELECT COUNT(*) FROM {table}")).await, count, "{table}");
    }
    assert_eq!(wrong_tallies(&house).await, 0);
}

#[tokio::test]
async fn a_batch_has_at_most_a_thousand_items() {
    let house = house().await;
    let people = |n: usize| (0..n).map(|n| json!({ "externalId": format!("p{n}") })).collect::<Vec<_>>();
    let before = footprint(&house).await;
    let input = json!({ "source": { "slug": "forum" }, "people": people(1_000), "topics": [{ "slug": "t" }] });
    assert_eq!(house.refused("operator", "ingest", input).await, "TOO_MANY");
    assert_eq!(footprint(&house).await, before);
    let report = ingest(&house, json!({ "people": people(1_000) })).await;
    assert!(outcomes(&report, "people").iter().all(|outcome| outcome == "CREATED"));
}

#[tokio::test]
async fn only_operators_bring_batches() {
    let house = house().await;
    house.person("ada").await;
    for (viewer, code) in [("ada", "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        assert_eq!(
            house
                .fails(
                    viewer,
                    "mutation { ingest(input: { source: { slug: \"forum\" } }) { report { people { outcome } } } }",
                    json!({})
                )
                .await,
            code
        );
    }
}

/// What somebody said last counts, in whatever order the words arrive, one batch each or all in one.
#[tokio::test]
async fn the_latest_word_counts_whatever_the_order_of_arrival() {
    let house = house().await;
    ingest(&house, json!({ "people": [{ "externalId": "A" }] })).await;
    let words = [
        [Some(5), Some(3), Some(5)],
        [Some(5), Some(3), None],
        [Some(5), None, None],
        [None, Some(2), Some(2)],
        [Some(1), None, Some(4)],
    ];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (w, words) in words.iter().enumerate() {
        for (o, order) in orders.iter().enumerate() {
            for together in [true, false] {
                let content = format!("c{w}-{o}-{together}");
                ingest(&house, json!({ "contents": [{ "externalId": content, "kind": "post", "title": "t", "publishedAt": "2020-01-01T00:00:00Z" }] })).await;
                let items: Vec<Value> = order.iter().map(|at| json!({ "rater": "A", "content": content, "value": words[*at], "at": format!("2020-02-0{}T00:00:00Z", at + 1) })).collect();
                if together {
                    ingest(&house, json!({ "ratings": items })).await;
                } else {
                    for item in &items {
                        ingest(&house, json!({ "ratings": [item] })).await;
                    }
                }
                let end = log_end(&house).await;
                let again = ingest(&house, json!({ "ratings": items })).await;
                assert!(
                    outcomes(&again, "ratings").iter().all(|outcome| matches!(outcome.as_str(), "UNCHANGED" | "STALE")),
                    "{again:#}"
                );
                assert_eq!(log_end(&house).await, end);
                let query = "query($id: String!) { content(by: { external: { source: \"forum\", externalId: $id } }) { tally { count } ratings { nodes { value { raw } ratedAt } } } }";
                let told = house.data("", query, json!({ "id": content })).await["content"].clone();
                let expected: Vec<Value> = words[2]
                    .iter()
                    .map(|value| json!({ "value": { "raw": value }, "ratedAt": "2020-02-03T00:00:00.000000Z" }))
                    .collect();
                assert_eq!(
                    told["ratings"]["nodes"],
                    json!(expected),
                    "{words:?} in the order {order:?}, together: {together}"
                );
            }
        }
    }
    assert_eq!(wrong_tallies(&house).await, 0);
}

#[tokio::test]
async fn two_sources_that_name_one_handle_name_one_person() {
    let house = house().await;
    house
        .act("operator", "createSource", json!({ "slug": "chat", "name": "Chat", "kind": "CHAT", "scale": "LIKE" }), "")
        .await;
    ingest(
        &house,
        json!({ "people": [{ "externalId": "u1", "handle": "ada", "name": "Ada" }, { "externalId": "same" }] }),
    )
    .await;
    let chat = ingest(&house, json!({ "source": { "slug": "chat" }, "people": [{ "externalId": "@ada", "handle": "ada" }, { "externalId": "same" }] })).await;
    assert_eq!(outcomes(&chat, "people"), ["CREATED", "CREATED"]);
    let query = "{ person(by: { handle: \"ada\" }) { name accounts { externalId source { slug } } } people(filter: { source: { slug: \"chat\" } }) { nodes { handle } } }";
    let told = house.data("", query, json!({})).await;
    let accounts = json!([{ "externalId": "u1", "source": { "slug": "forum" } }, { "externalId": "@ada", "source": { "slug": "chat" } }]);
    assert_eq!(told["person"], json!({ "name": "Ada", "accounts": accounts }));
    assert_eq!(
        told["people"]["nodes"],
        json!([{ "handle": "ada" }, { "handle": "same-2" }]),
        "an external id alone is nobody's name elsewhere"
    );
}

#[tokio::test]
async fn what_is_known_is_changed_by_what_is_told_now() {
    let house = house().await;
    ingest(&house, batch()).await;
    let edited = json!({
        "people": [{ "externalId": "A", "name": "Ada L.", "active": false }], "topics": [{ "slug": "async", "name": "Async" }],
        "contents": [{ "externalId": "c1", "kind": "post", "title": "One!", "authors": ["A", "B B"], "topics": ["async"], "publishedAt": "2020-02-28T10:00:00Z" }],
        "leaderships": [{ "person": "A", "topic": "rs", "role": "chair", "from": "2019-01-01T00:00:00Z", "to": "2020-01-01T00:00:00Z", "kind": "DECLARED" }],
    });
    let report = ingest(&house, edited.clone()).await;
    for list in ["people", "topics", "contents", "leaderships"] {
        assert_eq!(outcomes(&report, list), ["CHANGED"], "{list}");
    }
    let query = "{ content(by: { external: { source: \"forum\", externalId: \"c1\" } }) { title publishedAt authors { name } topics { name } tally { count } ratings { nodes { id } } } }";
    let told = house.data("", query, json!({})).await;
    let expected = json!({ "title": "One!", "publishedAt": "2020-02-28T10:00:00.000000Z", "authors": [{ "name": "Ada L." }, { "name": "B B" }], "topics": [{ "name": "Async" }],
        "tally": { "count": 0 }, "ratings": { "nodes": [] } });
    assert_eq!(told["content"], expected, "who turns out to be an author has not rated it");
    assert_eq!(wrong_tallies(&house).await, 0);
    let end = log_end(&house).await;
    assert_eq!(outcomes(&ingest(&house, edited).await, "contents"), ["UNCHANGED"]);
    assert_eq!(log_end(&house).await, end);
}

#[tokio::test]
async fn replies_never_go_in_a_circle() {
    let house = house().await;
    let content = |id: &str, parent: Option<&str>| json!({ "externalId": id, "kind": "post", "title": "t", "parent": parent, "publishedAt": "2020-01-01T00:00:00Z" });
    ingest(&house, json!({ "contents": [content("a", None), content("b", Some("a")), content("c", Some("b"))] })).await;
    for parent in ["a", "b", "c"] {
        assert_eq!(
            outcomes(&ingest(&house, json!({ "contents": [content("a", Some(parent))] })).await, "contents"),
            ["CYCLE"],
            "{parent}"
        );
    }
    assert_eq!(
        outcomes(&ingest(&house, json!({ "contents": [content("c", Some("a"))] })).await, "contents"),
        ["CHANGED"]
    );
}

#[tokio::test]
async fn an_endorsement_given_again_after_a_withdrawal_holds_again() {
    let house = house().await;
    ingest(&house, json!({ "people": [{ "externalId": "A" }, { "externalId": "B" }], "topics": [{ "slug": "t" }] }))
        .await;
    let word = |at: &str, withdrawn: Option<&str>| json!({ "endorsements": [{ "from": "A", "to": "B", "topic": "t", "at": format!("{at}T00:00:00Z"), "withdrawnAt": withdrawn.map(|at| format!("{at}T00:00:00Z")) }] });
    let steps = [
        ("2026-01-01", None, "CREATED"),
        ("2026-01-01", Some("2026-03-01"), "CHANGED"),
        ("2026-01-01", None, "STALE"),
        ("2026-02-01", None, "STALE"),
        ("2026-04-01", None, "CREATED"),
        ("2026-01-01", Some("2026-03-01"), "UNCHANGED"),
        ("2026-04-01", None, "UNCHANGED"),
        ("2026-05-01", None, "CHANGED"),
        ("2026-04-01", None, "STALE"),
        ("2026-03-15", None, "CHANGED"),
        ("2026-03-15", None, "STALE"),
        ("2026-03-20", Some("2026-03-19"), "REVERSED_INTERVAL"),
    ];
    for (at, withdrawn, outcome) in steps {
        assert_eq!(
            outcomes(&ingest(&house, word(at, withdrawn)).await, "endorsements"),
            [outcome],
            "{at} {withdrawn:?}"
        );
    }
    let query = "query($at: DateTime) { endorsements(filter: { validAt: $at }, orderBy: { direction: ASCENDING }) { nodes { endorsedAt expiresAt withdrawnAt } } }";
    let told = async |at: Value| house.data("", query, json!({ "at": at })).await["endorsements"]["nodes"].clone();
    let day = |day: &str| format!("{day}T00:00:00.000000Z");
    let [first, again] = [
        json!({ "endorsedAt": day("2026-01-01"), "expiresAt": day("2027-01-01"), "withdrawnAt": day("2026-03-01") }),
        json!({ "endorsedAt": day("2026-03-15"), "expiresAt": day("2027-05-01"), "withdrawnAt": null }),
    ];
    assert_eq!(told(Value::Null).await, json!([first, again]));
    assert_eq!(told(json!(day("2026-02-01"))).await, json!([first]));
    assert_eq!(told(json!(day("2026-03-10"))).await, json!([]));
    assert_eq!(told(json!(day("2026-06-01"))).await, json!([again]));
}
