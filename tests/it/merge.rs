//! Merges: every fact finds its place, old names still lead there, and undoing gives back exactly what was.

use serde_json::{Value, json};

use crate::entities::wrong_tallies;
use crate::house::House;

/// Everything a viewer can ask, as the one who asks sees it: the state of the house.
const DUMP: &str = "{ people(first: 100) { totalCount nodes { id handle name active accounts { externalId source { slug } } contents { nodes { title } } } }
    topics(first: 100, filter: { includeSynonyms: true }) { nodes { id slug parent { slug } synonymOf { slug } children { nodes { slug } } synonyms { nodes { slug } } contents { nodes { title } } } }
    contents(first: 100, orderBy: { field: SCORE, direction: DESCENDING }) { nodes { id title authors { handle } topics { slug } tally { count sum histogram { count } } ratings(first: 100) { nodes { id ratedAt kind value { raw } rater { handle } } } } }
    leaderships(first: 100) { nodes { id role kind validFrom person { handle } topic { slug } } }
    endorsements(first: 100) { nodes { id text endorsedAt withdrawnAt endorser { handle } person { handle } topic { slug } } } }";

async fn dump(house: &House) -> Value {
    assert_eq!(wrong_tallies(house).await, 0);
    house.data("operator", DUMP, json!({})).await
}

async fn merge(house: &House, noun: &str, from: &str, into: &str) -> String {
    let (act, key) = if noun == "person" { ("mergePeople", "handle") } else { ("mergeTopics", "slug") };
    let done = house
        .act("operator", act, json!({ "from": { key: from }, "into": { key: into } }), "merge { id undoneAt }")
        .await;
    assert_eq!(done["merge"]["undoneAt"], Value::Null);
    done["merge"]["id"].as_str().unwrap().to_owned()
}

async fn undo(house: &House, merge: &str) {
    let done = house.act("operator", "undoMerge", json!({ "merge": merge }), "merge { undoneAt }").await;
    assert!(done["merge"]["undoneAt"].is_string());
}

async fn cannot_undo(house: &House, merge: &str) -> String {
    house.refused("operator", "undoMerge", json!({ "merge": merge })).await
}

/// ada, ada2 and others with every conflict that a merge can meet.
pub async fn house() -> House {
    let house = House::new().await;
    house
        .act(
            "operator",
            "createSource",
            json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "STARS", "visibility": "PUBLIC" }),
            "",
        )
        .await;
    let day = |n: usize| format!("2020-01-{n:02}T00:00:00Z");
    let people: Vec<Value> =
        ["ada", "ada2", "ada3", "ben", "cy"].iter().map(|p| json!({ "externalId": p, "handle": p })).collect();
    let content = |id: &str, authors: &[&str], topics: &[&str]| json!({ "externalId": id, "kind": "post", "title": id, "authors": authors, "topics": topics, "publishedAt": day(1) });
    let rating = |rater: &str, content: &str, value: i64, at: usize| json!({ "rater": rater, "content": content, "value": value, "kind": "star", "at": day(at) });
    let lead = |person: &str, topic: &str, role: &str, at: usize| json!({ "person": person, "topic": topic, "role": role, "from": day(at) });
    let endorse = |from: &str, to: &str, topic: &str| json!({ "from": from, "to": to, "topic": topic, "text": format!("{from} for {to}"), "at": day(3) });
    let batch = json!({
        "source": { "slug": "forum" }, "people": people,
        "topics": [{ "slug": "root" }, { "slug": "rust", "parent": "root" }, { "slug": "rustlang", "parent": "root" }, { "slug": "crab", "parent": "rustlang" }, { "slug": "rs", "synonymOf": "rustlang" }, { "slug": "web" }],
        "contents": [content("by-ada", &["ada"], &["rust"]), content("by-ada2", &["ada2"], &["rustlang"]), content("by-both", &["ada2", "ben", "ada"], &["rustlang", "web", "rust"]),
            content("by-ben", &["ben"], &["web", "rustlang"]), content("by-cy", &["cy"], &["web"]), content("also-by-cy", &["cy"], &["crab"])],
        "ratings": [rating("ada", "by-ben", 1, 5), rating("ada2", "by-ben", 5, 6), rating("ada", "by-cy", 2, 8), rating("ada2", "by-cy", 4, 7), rating("ada3", "by-cy", 5, 9), rating("ada2", "also-by-cy", 3, 2),
            rating("ada2", "by-ada", 5, 2), rating("ada", "by-ada2", 4, 2), rating("cy", "by-ada", 4, 2), rating("ben", "by-ada2", 1, 2), rating("ada3", "by-ben", 3, 7)],
        "leaderships": [lead("ada", "rust", "lead", 1), lead("ada2", "rust", "lead", 1), lead("ada2", "rust", "lead", 2), lead("ada2", "rustlang", "lead", 1), lead("ada2", "web", "chair", 1), lead("cy", "rustlang", "lead", 1), lead("cy", "rust", "lead", 1)],
        "endorsements": [endorse("ada", "ada2", "web"), endorse("ada2", "ada", "rust"), endorse("ben", "ada", "web"), endorse("ben", "ada2", "web"), endorse("ben", "ada2", "rust"), endorse("ben", "ada2", "rustlang"),
            endorse("ada2", "cy", "web"), endorse("ada", "cy", "web"), endorse("ada2", "cy", "rustlang"), endorse("ada2", "ben", "crab")],
    });
    let report = house
        .act(
            "operator",
            "ingest",
            batch,
            "report { ratings { outcome } contents { outcome } endorsements { outcome } leaderships { outcome } }",
        )
        .await;
    assert!(!report.to_string().contains("REFUSED"), "{report:#}");
    house
}

#[tokio::test]
async fn everything_of_a_merged_person_is_the_others() {
    let house = house().await;
    merge(&house, "person", "ada2", "ada").await;
    let query = "{ person(by: { handle: \"ada2\" }) { handle accounts { externalId } contents(orderBy: { field: PUBLISHED, direction: ASCENDING }) { nodes { title authors { handle } } }
            leaderships(first: 50) { nodes { role topic { slug } } } endorsements { nodes { endorser { handle } topic { slug } } } endorsementsGiven { nodes { person { handle } topic { slug } } } }
        account: person(by: { account: { source: \"forum\", externalId: \"ada2\" } }) { handle } people { nodes { handle } } }";
    let told = house.data("", query, json!({})).await;
    let person = &told["person"];
    assert_eq!((&person["handle"], &told["account"]["handle"]), (&json!("ada"), &json!("ada")));
    assert_eq!(person["accounts"], json!([{ "externalId": "ada" }, { "externalId": "ada2" }]));
    let one = json!([{ "handle": "ada" }]);
    assert_eq!(
        person["contents"]["nodes"],
        json!([{ "title": "by-ada", "authors": one }, { "title": "by-ada2", "authors": one }, { "title": "by-both", "authors": [{ "handle": "ben" }, { "handle": "ada" }] }])
    );
    assert_eq!(person["leaderships"]["nodes"].as_array().unwrap().len(), 4, "{told:#}");
    assert_eq!(person["endorsements"]["nodes"].as_array().unwrap().len(), 3, "{told:#}");
    assert_eq!(person["endorsementsGiven"]["nodes"].as_array().unwrap().len(), 3, "{told:#}");
    assert!(!told["people"].to_string().contains("ada2"));
}

#[tokio::test]
async fn of_two_ratings_the_later_stays_and_none_of_ones_own_content() {
    let house = house().await;
    merge(&house, "person", "ada2", "ada").await;
    let told = dump(&house).await;
    let ratings = |title: &str| {
        let content = told["contents"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|content| content["title"] == title)
            .unwrap()
            .clone();
        let mut ratings: Vec<(String, i64)> = content["ratings"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| (r["rater"]["handle"].as_str().unwrap().to_owned(), r["value"]["raw"].as_i64().unwrap()))
            .collect();
        ratings.sort();
        assert_eq!(content["tally"]["count"], json!(ratings.len()));
        ratings.into_iter().map(|(rater, value)| format!("{rater} {value}")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(ratings("by-ben"), "ada 5, ada3 3");
    assert_eq!(ratings("by-cy"), "ada 2, ada3 5");
    assert_eq!(ratings("also-by-cy"), "ada 3");
    assert_eq!((ratings("by-ada"), ratings("by-ada2")), ("cy 4".to_owned(), "ben 1".to_owned()));
}

#[tokio::test]
async fn undoing_a_merge_of_people_gives_back_exactly_what_was() {
    let house = house().await;
    let before = dump(&house).await;
    for (from, into) in [("ada2", "ada"), ("ada", "ada2"), ("cy", "ben"), ("ada3", "ada")] {
        let done = merge(&house, "person", from, into).await;
        assert_ne!(dump(&house).await, before);
        undo(&house, &done).await;
        assert_eq!(dump(&house).await, before, "{from} into {into}");
        assert_eq!(cannot_undo(&house, &done).await, "ALREADY_UNDONE");
    }
}

#[tokio::test]
async fn everything_on_a_merged_topic_is_on_the_other() {
    let house = house().await;
    merge(&house, "topic", "rustlang", "rust").await;
    let query = "{ old: topic(by: { slug: \"rustlang\" }) { synonymOf { slug } } other: topic(by: { slug: \"rs\" }) { synonymOf { slug } }
        topic(by: { slug: \"rust\" }) { children { nodes { slug } } synonyms { nodes { slug } } contents(orderBy: { field: PUBLISHED, direction: ASCENDING }) { nodes { title topics { slug } } } leaderships(first: 50) { totalCount } endorsements(first: 50) { totalCount } }
        contents(filter: { topic: { slug: \"rs\" }, includeSubtopics: true }) { totalCount } topics { nodes { slug } } }";
    let told = house.data("", query, json!({})).await;
    let main = json!({ "synonymOf": { "slug": "rust" } });
    assert_eq!((&told["old"], &told["other"]), (&main, &main));
    assert_eq!(told["topic"]["children"]["nodes"], json!([{ "slug": "crab" }]));
    assert_eq!(told["topic"]["synonyms"]["nodes"], json!([{ "slug": "rs" }, { "slug": "rustlang" }]));
    let contents: Vec<&str> =
        told["topic"]["contents"]["nodes"].as_array().unwrap().iter().map(|c| c["title"].as_str().unwrap()).collect();
    assert_eq!(contents, ["by-ada", "by-ada2", "by-both", "by-ben"]);
    assert_eq!(told["topic"]["contents"]["nodes"][2]["topics"], json!([{ "slug": "web" }, { "slug": "rust" }]));
    assert_eq!(
        (&told["topic"]["leaderships"]["totalCount"], &told["topic"]["endorsements"]["totalCount"]),
        (&json!(4), &json!(3))
    );
    assert_eq!(told["contents"]["totalCount"], json!(5));
}

#[tokio::test]
async fn undoing_a_merge_of_topics_gives_back_exactly_what_was() {
    let house = house().await;
    let before = dump(&house).await;
    for (from, into) in
        [("rustlang", "rust"), ("rust", "rustlang"), ("crab", "web"), ("crab", "rustlang"), ("rs", "web")]
    {
        let done = merge(&house, "topic", from, into).await;
        assert_ne!(dump(&house).await, before);
        undo(&house, &done).await;
        assert_eq!(dump(&house).await, before, "{from} into {into}");
        assert_eq!(cannot_undo(&house, &done).await, "ALREADY_UNDONE");
    }
}

/// Merges that build on one another come apart in the reverse order only, and then exactly.
#[tokio::test]
async fn nested_merges_are_undone_last_first() {
    let house = house().await;
    for (noun, merges) in [
        ("person", [("ada2", "ada"), ("ada3", "ada"), ("ada", "cy")]),
        ("topic", [("rustlang", "rust"), ("web", "rust"), ("rust", "crab")]),
    ] {
        if noun == "topic" {
            house.act("operator", "updateTopic", json!({ "topic": { "slug": "crab" }, "parent": null }), "").await;
        }
        let (mut states, mut done) = (vec![dump(&house).await], Vec::new());
        for (from, into) in merges {
            done.push(merge(&house, noun, from, into).await);
            states.push(dump(&house).await);
        }
        for at in (0..3).rev() {
            for earlier in &done[..at] {
                assert_eq!(cannot_undo(&house, earlier).await, "CONFLICT", "{noun}");
            }
            undo(&house, &done[at]).await;
            assert_eq!(dump(&house).await, states[at], "{noun} {at}");
        }
    }
}

#[tokio::test]
async fn what_was_told_since_stays_where_it_is() {
    let house = house().await;
    let done = merge(&house, "person", "ada2", "ada").await;
    let content = house.content("ada2", "Since", &["web"]).await;
    let by = json!({ "content": { "external": { "source": "forum", "externalId": "by-cy" } }, "value": 5 });
    house.act("ada2", "rateContent", by, "").await;
    undo(&house, &done).await;
    let query = "query($id: ID!) { content(by: { id: $id }) { authors { handle } } cy: content(by: { external: { source: \"forum\", externalId: \"by-cy\" } }) { ratings { nodes { rater { handle } value { raw } } } } }";
    let told = house.data("", query, json!({ "id": content })).await;
    assert_eq!(told["content"]["authors"], json!([{ "handle": "ada" }]));
    let cy = told["cy"]["ratings"]["nodes"].to_string();
    assert!(cy.contains(r#"{"handle":"ada"}"#) && cy.contains(r#"{"handle":"ada2"}"#), "{cy}");
    assert_eq!(wrong_tallies(&house).await, 0);
}

#[tokio::test]
async fn what_cannot_be_merged_says_why() {
    let house = house().await;
    let people = |from: &str, into: &str| json!({ "from": { "handle": from }, "into": { "handle": into } });
    let topics = |from: &str, into: &str| json!({ "from": { "slug": from }, "into": { "slug": into } });
    assert_eq!(house.refused("operator", "mergePeople", people("nobody", "ada")).await, "PERSON_NOT_FOUND");
    assert_eq!(house.refused("operator", "mergePeople", people("ada", "ada")).await, "SAME_TWICE");
    assert_eq!(house.refused("operator", "mergeTopics", topics("none", "rust")).await, "TOPIC_NOT_FOUND");
    assert_eq!(house.refused("operator", "mergeTopics", topics("rs", "rustlang")).await, "SAME_TWICE");
    assert_eq!(house.refused("operator", "mergeTopics", topics("root", "crab")).await, "CYCLE");
    merge(&house, "person", "ada2", "ada").await;
    assert_eq!(house.refused("operator", "mergePeople", people("ada2", "ada")).await, "SAME_TWICE");
    assert_eq!(house.refused("operator", "mergePeople", people("ada", "ada2")).await, "SAME_TWICE");
    assert_eq!(house.refused("operator", "createPerson", json!({ "handle": "ada2", "name": "x" })).await, "TAKEN");
    for query in [
        "mergePeople(input: { from: { handle: \"ben\" }, into: { handle: \"cy\" } })",
        "mergeTopics(input: { from: { slug: \"web\" }, into: { slug: \"rust\" } })",
        "undoMerge(input: { merge: \"bTE\" })",
    ] {
        assert_eq!(
            house.fails("ben", &format!("mutation {{ {query} {{ merge {{ id }} }} }}"), json!({})).await,
            "FORBIDDEN"
        );
    }
}

#[tokio::test]
async fn who_was_merged_acts_as_the_one_they_are() {
    let house = house().await;
    merge(&house, "person", "ada2", "ada").await;
    let told = house.data("ada2", "{ viewer { person { handle } } }", json!({})).await;
    assert_eq!(told["viewer"]["person"]["handle"], "ada");
    let item = json!({ "source": { "slug": "peerlead" }, "people": [{ "externalId": "new", "handle": "ada2" }], "contents": [{ "externalId": "n1", "kind": "post", "title": "t", "authors": ["new"], "publishedAt": "2020-01-01T00:00:00Z" }] });
    house.act("operator", "ingest", item, "").await;
    let told = house
        .data(
            "",
            "{ content(by: { external: { source: \"peerlead\", externalId: \"n1\" } }) { authors { handle } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        told["content"]["authors"],
        json!([{ "handle": "ada" }]),
        "a handle that was merged names the one it was merged into"
    );
}

/// Of two that turn out to be one, what holds outlives what was said to hold no more.
#[tokio::test]
async fn of_two_relations_the_one_with_the_later_word_stays() {
    let house = house().await;
    let day = |n: usize| format!("2020-02-{n:02}T00:00:00Z");
    let endorse = |to: &str, topic: &str, at: usize, until: &str, withdrawn: Value| json!({ "from": "cy", "to": to, "topic": topic, "text": format!("cy for {to} on {topic}"), "at": day(at), "expiresAt": until, "withdrawnAt": withdrawn });
    let lead = |person: &str, topic: &str, to: Value| json!({ "person": person, "topic": topic, "role": "keeper", "from": day(1), "to": to });
    let (soon, late) = ("2020-03-01T00:00:00Z", "2024-03-01T00:00:00Z");
    let batch = json!({ "source": { "slug": "forum" },
        "endorsements": [endorse("ada", "web", 2, late, json!(day(3))), endorse("ada2", "web", 4, late, Value::Null),
            endorse("ada", "crab", 9, soon, Value::Null), endorse("ada2", "crab", 1, late, Value::Null),
            endorse("ada", "root", 1, late, Value::Null), endorse("ada2", "root", 2, late, json!(day(5)))],
        "leaderships": [lead("ada", "web", json!(day(2))), lead("ada2", "web", Value::Null), lead("ada", "root", Value::Null), lead("ada2", "root", json!(day(2)))] });
    let report =
        house.act("operator", "ingest", batch, "report { endorsements { outcome } leaderships { outcome } }").await;
    assert!(!report.to_string().contains("REFUSED"), "{report:#}");
    let before = dump(&house).await;
    let done = merge(&house, "person", "ada2", "ada").await;
    let query = "{ person(by: { handle: \"ada\" }) { endorsements(first: 50) { nodes { text withdrawnAt } } leaderships(first: 50) { nodes { role topic { slug } validTo } } } }";
    let told = house.data("", query, json!({})).await["person"].clone();
    let (endorsements, leaderships) = (told["endorsements"]["nodes"].to_string(), &told["leaderships"]["nodes"]);
    for (stays, goes) in [("ada2 on crab", "ada on crab"), ("ada2 on root", "ada on root")] {
        assert!(endorsements.contains(stays) && !endorsements.contains(goes), "{stays}: {endorsements}");
    }
    for stays in ["ada on web", "ada2 on web"] {
        assert!(endorsements.contains(stays), "one ended before the other began: {endorsements}");
    }
    let open =
        leaderships.as_array().unwrap().iter().filter(|l| l["role"] == "keeper" && l["validTo"].is_null()).count();
    assert_eq!(open, 2, "{leaderships:#}");
    undo(&house, &done).await;
    assert_eq!(dump(&house).await, before);
    let done = merge(&house, "topic", "crab", "web").await;
    let query = "{ topic(by: { slug: \"web\" }) { endorsements(first: 50) { nodes { text } } } }";
    let told = house.data("", query, json!({})).await.to_string();
    for stays in ["ada on crab", "ada on web", "ada2 on web"] {
        assert!(told.contains(stays), "{stays}: {told}");
    }
    assert!(!told.contains("ada2 on crab"), "both held at once: {told}");
    undo(&house, &done).await;
    assert_eq!(dump(&house).await, before);
}

/// What somebody said after a merge is not laid into the mouth of the one who was merged.
#[tokio::test]
async fn undoing_gives_everybody_their_own_word_back() {
    let house = house().await;
    let before = dump(&house).await;
    let done = merge(&house, "person", "ada2", "ada").await;
    let by = json!({ "content": { "external": { "source": "forum", "externalId": "also-by-cy" } }, "value": 1 });
    house.act("ada", "rateContent", by, "").await;
    undo(&house, &done).await;
    let ratings = |dump: &Value| {
        let contents = dump["contents"]["nodes"].as_array().unwrap().clone();
        let content = contents.into_iter().find(|content| content["title"] == "also-by-cy").unwrap();
        content["ratings"]["nodes"].as_array().unwrap().clone()
    };
    let after = ratings(&dump(&house).await);
    let [own] = &ratings(&before)[..] else { panic!("one rating") };
    assert!(after.contains(own), "{after:?}");
    let said: Vec<(&str, i64)> =
        after.iter().map(|r| (r["rater"]["handle"].as_str().unwrap(), r["value"]["raw"].as_i64().unwrap())).collect();
    assert!(said.len() == 2 && said.contains(&("ada", 1)) && said.contains(&("ada2", 3)), "{said:?}");
    assert_eq!(crate::entities::number(&house, "SELECT COUNT(*) FROM past_rating").await, 0, "ada never thought so");
}
