//! Who rated is private: the rater alone sees it, by whatever door, until an operator makes a source's ratings public acts.

use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::entities::number;
use crate::house::{Database, House};

/// A house where ben rated ada's content with 2 stars and cy rated nothing. Gives the content and the rating.
async fn house() -> (House, String, String) {
    let house = House::new().await;
    for person in ["ada", "ben", "cy"] {
        house.person(person).await;
    }
    house
        .act(
            "operator",
            "createSource",
            json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "STARS" }),
            "",
        )
        .await;
    let batch = json!({ "source": { "slug": "forum" }, "people": [{ "externalId": "ada", "handle": "ada" }, { "externalId": "ben", "handle": "ben" }],
        "contents": [{ "externalId": "c1", "kind": "post", "title": "Hello", "authors": ["ada"], "publishedAt": "2020-01-01T00:00:00Z" }],
        "ratings": [{ "rater": "ben", "content": "c1", "value": 2, "kind": "meh-word", "at": "2020-01-02T00:00:00Z" }] });
    house.act("operator", "ingest", batch, "").await;
    let query = "{ content(by: { external: { source: \"forum\", externalId: \"c1\" } }) { id viewerRating { id } } }";
    let told = house.data("ben", query, json!({})).await["content"].clone();
    (house, told["id"].as_str().unwrap().to_owned(), told["viewerRating"]["id"].as_str().unwrap().to_owned())
}

/// Every question that has to do with ratings, as one operation.
const DOORS: &str = "query($content: ID!, $rating: ID!) {
    node(id: $rating) { ... on Rating { rater { handle } value { raw } kind ratedAt } } nodes(ids: [$rating]) { id }
    content(by: { id: $content }) { tally { count sum } viewerRating { id value { raw } kind rater { handle } } ratings { nodes { rater { handle } } } }
    contents { nodes { viewerRating { id } ratings { nodes { id } } } }
    viewer { ratings { nodes { id value { raw } } } }
    changes(first: 100, nouns: [RATING]) { nodes { ... on RatingChange { before { raw } after { raw } kind rater { handle } changes tally { count } } } } }";

async fn look(house: &House, viewer: &str, (content, rating): (&str, &str)) -> Value {
    house.data(viewer, DOORS, json!({ "content": content, "rating": rating })).await
}

#[tokio::test]
async fn nobody_else_sees_a_private_rating_by_any_door() {
    let (house, content, rating) = house().await;
    for viewer in ["", "ada", "cy", "operator"] {
        let told = look(&house, viewer, (&content, &rating)).await;
        assert_eq!((&told["node"], &told["nodes"]), (&Value::Null, &json!([null])), "{viewer}");
        assert_eq!(
            told["content"],
            json!({ "tally": { "count": 1, "sum": -0.5 }, "viewerRating": null, "ratings": null }),
            "{viewer}"
        );
        assert_eq!(told["contents"]["nodes"], json!([{ "viewerRating": null, "ratings": null }]), "{viewer}");
        assert_eq!(
            told["changes"]["nodes"],
            json!([{ "before": null, "after": null, "kind": null, "rater": null, "changes": 1, "tally": { "count": 1 } }]),
            "{viewer}"
        );
        assert!(!told.to_string().contains("ben") && !told.to_string().contains("meh-word"), "{viewer}: {told}");
    }
}

#[tokio::test]
async fn the_rater_sees_their_own_rating_by_every_door() {
    let (house, content, rating) = house().await;
    let told = look(&house, "ben", (&content, &rating)).await;
    assert_eq!(
        told["node"],
        json!({ "rater": { "handle": "ben" }, "value": { "raw": 2 }, "kind": "meh-word", "ratedAt": "2020-01-02T00:00:00.000000Z" })
    );
    assert_eq!(
        told["content"]["viewerRating"],
        json!({ "id": rating, "value": { "raw": 2 }, "kind": "meh-word", "rater": { "handle": "ben" } })
    );
    assert_eq!(told["content"]["ratings"], Value::Null, "a private source lists nobody, not even to the rater");
    assert_eq!(told["viewer"]["ratings"]["nodes"], json!([{ "id": rating, "value": { "raw": 2 } }]));
    let change = json!({ "before": null, "after": { "raw": 2 }, "kind": "meh-word", "rater": { "handle": "ben" }, "changes": 1, "tally": { "count": 1 } });
    assert_eq!(told["changes"]["nodes"], json!([change]));
}

#[tokio::test]
async fn the_ratings_of_a_public_source_are_seen_by_everybody_and_only_so_long() {
    let (house, content, rating) = house().await;
    let visibility = |visibility: &str| json!({ "source": { "slug": "forum" }, "visibility": visibility });
    house.act("operator", "updateSource", visibility("PUBLIC"), "").await;
    for viewer in ["", "cy"] {
        let told = look(&house, viewer, (&content, &rating)).await;
        assert_eq!(told["node"]["rater"]["handle"], "ben", "{viewer}");
        assert_eq!(told["content"]["ratings"]["nodes"], json!([{ "rater": { "handle": "ben" } }]), "{viewer}");
        assert_eq!(told["changes"]["nodes"][0]["after"]["raw"], json!(2), "{viewer}");
    }
    house.act("operator", "updateSource", visibility("PRIVATE"), "").await;
    let told = look(&house, "cy", (&content, &rating)).await;
    assert_eq!(
        (&told["node"], &told["content"]["ratings"], &told["changes"]["nodes"][0]["rater"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn only_an_operator_makes_ratings_public_acts() {
    let (house, ..) = house().await;
    let query = "mutation { updateSource(input: { source: { slug: \"forum\" }, visibility: PUBLIC }) { source { visibility } } }";
    for viewer in ["ada", "ben"] {
        assert_eq!(house.fails(viewer, query, json!({})).await, "FORBIDDEN");
    }
    assert_eq!(house.fails("", query, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(
        house.data("", "{ source(by: { slug: \"forum\" }) { visibility } }", json!({})).await["source"]["visibility"],
        "PRIVATE"
    );
}

#[tokio::test]
async fn a_public_rating_of_a_hidden_content_is_hidden_with_it() {
    let (house, content, rating) = house().await;
    house.act("operator", "updateSource", json!({ "source": { "slug": "forum" }, "visibility": "PUBLIC" }), "").await;
    house.act("operator", "hideContent", json!({ "content": { "id": content }, "reason": "rude" }), "").await;
    let told = look(&house, "cy", (&content, &rating)).await;
    assert_eq!((&told["node"], &told["content"]), (&Value::Null, &Value::Null));
    assert!(look(&house, "operator", (&content, &rating)).await["node"].is_object());
    assert!(look(&house, "ben", (&content, &rating)).await["node"].is_object(), "one's own word stays one's own");
}

#[tokio::test]
async fn a_subscriber_hears_that_somebody_rated_but_not_who_and_what() {
    let (house, content, _) = house().await;
    let query = "subscription { ratingChanged { before { raw } after { raw } kind rater { handle } tally { count } content { viewerRating { value { raw } } ratings { nodes { id } } } } }";
    let mut heard = Vec::new();
    for viewer in ["", "ada", "operator", "ben"] {
        let mut socket = house.socket(viewer).await;
        socket.subscribe("1", query, json!({})).await;
        heard.push((viewer, socket));
    }
    // A subscription has no acknowledgement: give it the time to begin.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    house.rate("ben", &content, 5).await;
    for (viewer, socket) in &mut heard {
        let told = socket.data("1").await["ratingChanged"].clone();
        let (own, value) = (*viewer == "ben", |raw: i64| json!({ "raw": raw }));
        assert_eq!(told["tally"]["count"], json!(1));
        assert_eq!(told["before"], if own { value(2) } else { Value::Null }, "{viewer}");
        assert_eq!(told["after"], if own { value(5) } else { Value::Null }, "{viewer}");
        assert_eq!(told["rater"], if own { json!({ "handle": "ben" }) } else { Value::Null }, "{viewer}");
        assert_eq!(
            told["content"]["viewerRating"],
            if own { json!({ "value": value(5) }) } else { Value::Null },
            "{viewer}"
        );
        assert_eq!((&told["kind"], &told["content"]["ratings"]), (&Value::Null, &Value::Null), "{viewer}");
    }
}

#[tokio::test]
async fn no_error_tells_who_rated() {
    let (house, content, rating) = house().await;
    let content_id = json!({ "id": content });
    let mut answers = vec![
        house.try_act("cy", "rateContent", json!({ "content": content_id, "value": 9 }), "").await,
        house.try_act("ada", "rateContent", json!({ "content": content_id, "value": 2 }), "").await,
        house.try_act("operator", "updateSource", json!({ "source": { "slug": "forum" }, "scale": "LIKE" }), "").await,
    ];
    for query in [
        format!("{{ content(by: {{ id: \"{rating}\" }}) {{ id }} }}"),
        format!("mutation {{ endLeadership(input: {{ leadership: \"{rating}\" }}) {{ leadership {{ id }} }} }}"),
    ] {
        answers.push(house.post("cy", &query, json!({})).await);
    }
    for answer in answers {
        assert!(!answer.to_string().contains("ben"), "{answer}");
    }
}

#[tokio::test]
async fn a_rating_that_was_taken_back_is_nowhere_to_be_seen() {
    let (house, content, rating) = house().await;
    house.act("ben", "withdrawRating", json!({ "content": { "id": content } }), "").await;
    let told = look(&house, "ben", (&content, &rating)).await;
    assert_eq!(
        (&told["node"], &told["content"]["viewerRating"], &told["viewer"]["ratings"]["nodes"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    assert_eq!(number(&house, "SELECT COUNT(*) FROM rating WHERE value IS NOT NULL").await, 0);
}

/// A house with the quorum that operators have when they choose none, and ten people beside ada, who writes.
async fn guarded() -> (House, String) {
    let house = House::with(Database::fresh().await, Settings::default()).await;
    house.person("ada").await;
    for number in 1..=9 {
        house.person(&format!("p{number}")).await;
    }
    let content = house.content("ada", "Hello", &[]).await;
    (house, content)
}

const TALLY: &str = "query($c: ID!) { content(by: { id: $c }) { tally { count sum mean score histogram { count } } } }";

async fn tally(house: &House, viewer: &str, content: &str) -> Value {
    house.data(viewer, TALLY, json!({ "c": content })).await["content"]["tally"].clone()
}

#[tokio::test]
async fn a_tally_of_few_is_a_count_and_nothing_else() {
    let (house, content) = guarded().await;
    assert_eq!(tally(&house, "", &content).await["sum"], json!(0.0), "nothing is hidden where there is nothing");
    let hidden = |count: i64| json!({ "count": count, "sum": null, "mean": null, "score": null, "histogram": null });
    for (number, value) in [(1, 5), (2, 1)] {
        house.rate(&format!("p{number}"), &content, value).await;
        for viewer in ["", "ada", "p1", "p9", "operator"] {
            assert_eq!(tally(&house, viewer, &content).await, hidden(number), "{viewer}");
        }
    }
    house.rate("p3", &content, 5).await;
    let told = tally(&house, "p9", &content).await;
    assert_eq!((&told["count"], &told["sum"]), (&json!(3), &json!(1.0)));
}

/// Somebody who looks at everything they can, before and after each rating, learns of no single one.
#[tokio::test]
async fn who_watches_before_and_after_learns_of_nobody() {
    let (house, content) = guarded().await;
    for (number, value) in [(1, 5), (2, 2), (3, 3)] {
        house.rate(&format!("p{number}"), &content, value).await;
    }
    let other = house.content("ada", "Other", &[]).await;
    let mut socket = house.socket("p9").await;
    let query = "subscription { ratingChanged { cursor tally { count sum } content { id } } }";
    socket.subscribe("1", query, json!({})).await;
    let mut coalesced = house.socket("p9").await;
    let query = "subscription { ratingChanged(interval: \"PT0.01S\") { changes tally { count sum } } }";
    coalesced.subscribe("1", query, json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let look = "query($c: ID!) { content(by: { id: $c }) { tally { count sum mean score histogram { count } } }
        contents(orderBy: { field: SCORE, direction: DESCENDING }) { nodes { id tally { count sum } } }
        changes(first: 100) { nodes { __typename ... on RatingChange { tally { count sum } } } }
        trends(window: \"PT24H\") { contents(orderBy: TOP) { nodes { score rating margin explanation { parts { name value } } content { id } } } } }";
    let seen = async || {
        // Trends are of the last whole quarter of a second.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        house.data("p9", look, json!({ "c": content })).await
    };
    let before = seen().await;
    // A fourth and a fifth rate, one of them changes their mind three times, and somebody rates the other content alone.
    for (person, content, value) in
        [("p4", &content, 5), ("p4", &content, 1), ("p4", &content, 5), ("p5", &content, 2), ("p6", &other, 5)]
    {
        house.rate(person, content, value).await;
        let now = seen().await;
        assert_eq!(now["content"], before["content"], "{person}");
        assert_eq!(now["changes"], before["changes"], "{person}");
        assert_eq!(now["trends"], before["trends"], "{person}");
    }
    assert_eq!(before["trends"]["contents"]["nodes"][0]["content"]["id"], json!(content));
    let told = seen().await["contents"]["nodes"].clone();
    assert_eq!(told[1], json!({ "id": other, "tally": { "count": 1, "sum": null } }), "not sorted by what is not told");
    // The sixth makes three who moved it since.
    house.rate("p6", &content, 4).await;
    let now = seen().await;
    assert_ne!(now["trends"], before["trends"]);
    let now = &now["content"]["tally"];
    assert_eq!((&now["count"], &now["sum"]), (&json!(6), &json!(1.5)));
    let heard = socket.data("1").await["ratingChanged"].clone();
    assert_eq!(heard["tally"], json!({ "count": 6, "sum": 1.5 }), "what was heard first is what was told");
    assert_eq!(heard["content"]["id"], json!(content));
    assert_eq!(socket.next_within(0.5).await, None, "and nothing else");
    assert_eq!(coalesced.data("1").await["ratingChanged"]["tally"]["count"], json!(6));
    assert_eq!(coalesced.next_within(0.5).await, None);
}

#[tokio::test]
async fn a_rater_hears_of_their_own_rating_and_learns_no_more_of_others_than_everybody() {
    let (house, content) = guarded().await;
    for (number, value) in [(1, 3), (2, 3), (3, 3)] {
        house.rate(&format!("p{number}"), &content, value).await;
    }
    let mut socket = house.socket("p4").await;
    socket.subscribe("1", "subscription { ratingChanged { tally { count sum } after { raw } } }", json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let told = house.rate("p4", &content, 5).await["tally"].clone();
    assert_eq!((&told["count"], &told["sum"]), (&json!(4), &json!(1.0)), "one's own word is in the answer");
    let heard = socket.data("1").await["ratingChanged"].clone();
    assert_eq!(heard, json!({ "tally": { "count": 4, "sum": 1.0 }, "after": { "raw": 5 } }));
    house.rate("p5", &content, 1).await;
    let told = house.rate("p4", &content, 4).await["tally"].clone();
    assert_eq!((&told["count"], &told["sum"]), (&json!(4), &json!(0.5)), "and p5's is not");
    assert_eq!(tally(&house, "p4", &content).await["sum"], json!(0.0));
}

#[tokio::test]
async fn what_becomes_of_a_person_does_not_tell_what_they_rated() {
    let (house, content) = guarded().await;
    for (number, value) in [(1, 5), (2, 5), (3, 1)] {
        house.rate(&format!("p{number}"), &content, value).await;
    }
    let before = tally(&house, "", &content).await;
    let log = "{ changes(first: 100) { nodes { __typename } } }";
    let count = |log: Value| log["changes"]["nodes"].as_array().expect("nodes").len();
    let heard = count(house.data("", log, json!({})).await);
    house.act("operator", "updatePerson", json!({ "person": { "handle": "p3" }, "kind": "BOT" }), "").await;
    assert_eq!(tally(&house, "", &content).await, before, "one person less does not show");
    assert_eq!(count(house.data("", log, json!({})).await), heard + 1, "nor which contents were counted anew");
    for number in [4, 5] {
        house.rate(&format!("p{number}"), &content, 5).await;
    }
    assert_eq!(tally(&house, "", &content).await["sum"], json!(4.0), "later it does not count");
}

#[tokio::test]
async fn what_was_not_told_is_not_told_by_a_restart_or_another_process() {
    let (house, content) = guarded().await;
    for number in 1..=4 {
        house.rate(&format!("p{number}"), &content, 5).await;
    }
    let before = tally(&house, "", &content).await;
    assert_eq!(before["count"], json!(3));
    let other = House::with(house.database.shared(), Settings::default()).await;
    assert_eq!(tally(&other, "", &content).await, before);
    let database = house.stop().await;
    other.stop().await;
    let store = peerlead::store::connection::Store::connect(&database.url).await.expect("a database");
    store.settle_tallies(3).await.expect("tallies");
    store.close().await;
    let house = House::with(database.shared(), Settings::default()).await;
    assert_eq!(tally(&house, "", &content).await, before);
    for number in [5, 6] {
        house.rate(&format!("p{number}"), &content, 5).await;
    }
    assert_eq!(tally(&house, "", &content).await["count"], json!(6));
    // An operator who wants more people gets them at the next start.
    let database = house.stop().await;
    let store = peerlead::store::connection::Store::connect(&database.url).await.expect("a database");
    store.settle_tallies(7).await.expect("tallies");
    store.close().await;
    let house = House::with(database, Settings { quorum: 7, ..Settings::default() }).await;
    assert_eq!(
        tally(&house, "", &content).await,
        json!({ "count": 6, "sum": null, "mean": null, "score": null, "histogram": null })
    );
}

#[tokio::test]
async fn ratings_that_are_public_acts_are_told_one_by_one() {
    let house = House::with(Database::fresh().await, Settings::default()).await;
    let source =
        json!({ "slug": "review", "name": "Review", "kind": "CODE_REVIEW", "scale": "VOTE", "visibility": "PUBLIC" });
    house.act("operator", "createSource", source, "").await;
    let batch = json!({ "source": { "slug": "review" }, "people": [{ "externalId": "ada", "handle": "ada" }, { "externalId": "ben", "handle": "ben" }],
        "contents": [{ "externalId": "c1", "kind": "patch", "title": "Hello", "authors": ["ada"], "publishedAt": "2020-01-01T00:00:00Z" }],
        "ratings": [{ "rater": "ben", "content": "c1", "value": 1, "at": "2020-01-02T00:00:00Z" }] });
    house.act("operator", "ingest", batch, "").await;
    let query = "{ contents { nodes { tally { count sum } ratings { nodes { rater { handle } } } } } }";
    let told = house.data("", query, json!({})).await["contents"]["nodes"][0].clone();
    assert_eq!(
        told,
        json!({ "tally": { "count": 1, "sum": 1.0 }, "ratings": { "nodes": [{ "rater": { "handle": "ben" } }] } })
    );
}

#[tokio::test]
async fn the_ratings_of_a_source_for_moderators_are_seen_by_them_and_their_raters_alone() {
    let settings = Settings { moderators: vec!["mod".to_owned()], ..Settings::default() };
    let (house, content, rating) = house().await;
    let house = House::with(house.stop().await, settings).await;
    house.person("mod").await;
    let visibility = json!({ "source": { "slug": "forum" }, "visibility": "MODERATORS" });
    house.act("operator", "updateSource", visibility, "source { visibility }").await;
    for (viewer, sees) in [("", false), ("cy", false), ("ada", false), ("mod", true), ("operator", true), ("ben", true)]
    {
        let told = look(&house, viewer, (&content, &rating)).await;
        assert_eq!(told["node"].is_object(), sees, "{viewer}");
        assert_eq!(told["content"]["ratings"].is_object(), sees && viewer != "ben", "{viewer}");
    }
    let told = house.data("", "{ source(by: { slug: \"forum\" }) { visibility } }", json!({})).await;
    assert_eq!(told["source"]["visibility"], "MODERATORS");
}

#[tokio::test]
async fn of_somebody_who_is_erased_nothing_is_left_and_what_is_computed_follows() {
    let (house, content) = guarded().await;
    house.topic("rust", "").await;
    for (number, value) in [(1, 5), (2, 4), (3, 1)] {
        house.rate(&format!("p{number}"), &content, value).await;
    }
    house.rate("p3", &content, 2).await;
    let own = house.content("p3", "What p3 wrote", &["rust"]).await;
    let declare = json!({ "topic": { "slug": "rust" }, "role": "lead", "evidenceText": "the-evidence" });
    house.act("p3", "declareLeadership", declare, "").await;
    for (from, to) in [("p3", "p4"), ("p5", "p3")] {
        let input = json!({ "person": { "handle": to }, "topic": { "slug": "rust" }, "text": "the-praise" });
        house.act(from, "endorseLeadership", input, "").await;
    }
    let batch = json!({ "source": { "slug": "peerlead" }, "people": [{ "externalId": "ext-p3", "handle": "p3" }] });
    house.act("operator", "ingest", batch, "").await;
    let exported = peerlead::command::person::export(&house.app, "p3").await.expect("an export");
    let data: Value = serde_json::from_str(&exported).expect("JSON");
    assert_eq!((&data["person"]["handle"], &data["ratings"][0]["value"]), (&json!("p3"), &json!(2)));
    assert_eq!(
        (&data["contents"][0]["title"], &data["accounts"][0]["externalId"]),
        (&json!("What p3 wrote"), &json!("ext-p3"))
    );
    assert_eq!(data["endorsements"].as_array().expect("a list").len(), 2);
    for viewer in ["p1", ""] {
        let query = "mutation { erasePerson(input: { person: { handle: \"p3\" } }) { person { handle } } }";
        assert!(["FORBIDDEN", "UNAUTHENTICATED"].contains(&house.fails(viewer, query, json!({})).await.as_str()));
    }
    let before = tally(&house, "", &content).await;
    let done = house
        .act(
            "p3",
            "erasePerson",
            json!({ "person": { "handle": "p3" } }),
            "person { handle name active accounts { externalId } }",
        )
        .await;
    let left = done["person"]["handle"].as_str().expect("a handle").to_owned();
    assert_eq!((&done["person"]["name"], &done["person"]["active"]), (&json!("Erased"), &json!(false)));
    assert_eq!(done["person"]["accounts"], json!([]));
    assert_eq!(tally(&house, "", &content).await, before, "that there is one less does not show yet");
    for number in [4, 5] {
        house.rate(&format!("p{number}"), &content, 5).await;
    }
    assert_eq!(tally(&house, "", &content).await["sum"], json!(3.5));
    // Nothing in the database holds a name, an account, a word or a rating of theirs; ratings are found by their id.
    let id = number(&house, &format!("SELECT id FROM person WHERE handle = '{left}'")).await;
    for (table, condition) in [
        (
            "change",
            "fact LIKE '%\"p3\"%' OR fact LIKE '%ext-p3%' OR fact LIKE '%the-praise%' OR fact LIKE '%the-evidence%'"
                .to_owned(),
        ),
        ("change", format!("fact LIKE '%\"rater\":{id},%' AND fact LIKE '%\"step\"%'")),
        ("rating", format!("person_id = {id}")),
        ("past_rating", format!("person_id = {id}")),
        ("account", format!("person_id = {id}")),
        ("person", "handle = 'p3' OR name = 'p3'".to_owned()),
        ("endorsement", "text LIKE '%praise%'".to_owned()),
        ("leadership", "evidence_text LIKE '%evidence%'".to_owned()),
    ] {
        assert_eq!(
            number(&house, &format!("SELECT COUNT(*) FROM {table} WHERE {condition}")).await,
            0,
            "{table}: {condition}"
        );
    }
    let told = house.data("", "query($c: ID!) { content(by: { id: $c }) { title authors { handle } } person(by: { handle: \"p3\" }) { id } }", json!({ "c": own })).await;
    assert_eq!(
        told,
        json!({ "content": { "title": "What p3 wrote", "authors": [{ "handle": left }] }, "person": null })
    );
    assert_eq!(crate::entities::wrong_counts(&house).await, 0);
    assert_eq!(house.fails("p3", "{ cursor }", json!({})).await, "BAD_REQUEST", "nobody has this handle any more");
    assert_eq!(
        house.refused("operator", "erasePerson", json!({ "person": { "handle": "p3" } })).await,
        "PERSON_NOT_FOUND"
    );
}
