//! Who rated is private: the rater alone sees it, by whatever door, until an operator makes a source's ratings public acts.

use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::ballot::{guarded, tally};
use crate::entities::number;
use crate::house::House;

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

/// What several merges, objections, other people's merges and tallies that are not told yet still hold of somebody.
#[tokio::test]
async fn erasing_somebody_takes_whom_they_were_what_they_objected_to_and_what_was_set_aside() {
    let (house, content) = guarded().await;
    house.topic("rust", "").await;
    for handle in ["first-name", "second-name", "eve", "eve2"] {
        house.person(handle).await;
    }
    let object = json!({ "topic": { "slug": "rust" }, "text": "the-objection" });
    for handle in ["first-name", "p3"] {
        house.act(handle, "contestLeadership", object.clone(), "").await;
    }
    for (rater, value) in [("first-name", 2), ("first-name", 4), ("p1", 5), ("p2", 4)] {
        house.rate(rater, &content, value).await;
    }
    for to in ["eve", "eve2"] {
        let input = json!({ "person": { "handle": to }, "topic": { "slug": "rust" }, "text": "the-praise" });
        house.act("p3", "endorseLeadership", input, "").await;
    }
    let mut merges = Vec::new();
    for (from, into) in [("eve2", "eve"), ("first-name", "second-name"), ("second-name", "p3")] {
        let input = json!({ "from": { "handle": from }, "into": { "handle": into } });
        merges.push(house.act("operator", "mergePeople", input, "merge { id }").await["merge"]["id"].clone());
    }
    house.rate("p3", &content, 1).await;
    house.rate("p1", &content, 3).await;
    let exported = peerlead::command::person::export(&house.app, "p3").await.expect("an export");
    let data: Value = serde_json::from_str(&exported).expect("JSON");
    assert_eq!(data["contests"].as_array().expect("a list").len(), 2, "{data:#}");
    assert_eq!(data["contests"][0]["text"], "the-objection");
    assert_eq!(data["pastRatings"].as_array().expect("a list").len(), 2, "{data:#}");

    let mut ids = Vec::new();
    for handle in ["first-name", "second-name", "p3"] {
        ids.push(number(&house, &format!("SELECT id FROM person WHERE handle = '{handle}'")).await);
    }
    let mut left = vec![
        ("change", "fact LIKE '%-name\"%' OR fact LIKE '%\"p3\"%' OR fact LIKE '%the-objection%'".to_owned()),
        ("person", "handle LIKE '%-name' OR handle = 'p3'".to_owned()),
        ("contest", "text <> '' OR withdrawn_at IS NULL".to_owned()),
        ("merge", "journal LIKE '%the-praise%'".to_owned()),
    ];
    let own = ids.iter().map(|id| format!("person_id = {id}")).collect::<Vec<_>>().join(" OR ");
    left.extend([("rating", own.clone()), ("past_rating", own)]);
    let told = |column: &str| {
        let of = |id: &i64| format!("{column} LIKE '%[{id},_]%' OR {column} LIKE '%[{id},-_]%'");
        ids.iter().map(of).collect::<Vec<_>>().join(" OR ")
    };
    left.extend([("tally", told("waiting")), ("change", format!("({}) AND fact LIKE '%waiting%'", told("fact")))]);
    for (table, condition) in &left {
        let before = number(&house, &format!("SELECT COUNT(*) FROM {table} WHERE {condition}")).await;
        assert_ne!(before, 0, "there is something to erase: {table}: {condition}");
    }
    house.act("operator", "erasePerson", json!({ "person": { "handle": "p3" } }), "").await;
    house.act("operator", "undoMerge", json!({ "merge": merges[0] }), "").await;
    for (table, condition) in left {
        let after = number(&house, &format!("SELECT COUNT(*) FROM {table} WHERE {condition}")).await;
        assert_eq!(after, 0, "{table}: {condition}");
    }
    let query = "{ changes(first: 100, nouns: [CONTEST, ENDORSEMENT]) { nodes { ... on LeadershipChange { contest { text } endorsement { text } } } } endorsements(first: 10) { nodes { text } } }";
    let told = house.data("operator", query, json!({})).await.to_string();
    assert!(!told.contains("the-"), "{told}");
    assert_eq!(crate::entities::wrong_counts(&house).await, 0);
}
