//! Who rated is private: the rater alone sees it, by whatever door, until an operator makes a source's ratings public acts.

use serde_json::{Value, json};

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
