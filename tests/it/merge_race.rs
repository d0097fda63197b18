//! Merges beside other merges, and beside what waits for its turn behind them.

use std::time::Duration;

use serde_json::json;

use crate::entities::wrong_tallies;
use crate::fault::hold;
use crate::house::House;
use crate::merge::house;

/// Two admins find the same out at the same time, and say it the other way round.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opposite_merges_make_no_circle() {
    let house = house().await;
    for (act, key, one, other) in
        [("mergePeople", "handle", "ada", "ada2"), ("mergeTopics", "slug", "rust", "rustlang")]
    {
        let behind = house.database.connect().await;
        let lock = hold(&house, &behind).await;
        let input = |from: &str, into: &str| json!({ "from": { key: from }, "into": { key: into } });
        let (first, second, ()) = tokio::join!(
            house.try_act("operator", act, input(one, other), ""),
            async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                house.try_act("operator", act, input(other, one), "").await
            },
            async {
                tokio::time::sleep(Duration::from_millis(700)).await;
                lock.rollback().await.expect("an end");
            }
        );
        behind.close().await.expect("a clean end");
        assert_eq!(first["userErrors"], json!([]));
        let code = if key == "handle" { "ALREADY_MERGED" } else { "TOPIC_NOT_FOUND" };
        assert_eq!(second["userErrors"][0]["code"], code, "{second}");
    }
    let query = "{ person(by: { handle: \"ada\" }) { handle } topic(by: { slug: \"rust\" }) { synonymOf { slug } } }";
    let told = house.data("", query, json!({})).await;
    assert_eq!(told, json!({ "person": { "handle": "ada2" }, "topic": { "synonymOf": { "slug": "rustlang" } } }));
}

/// Whatever a database holds, no question about it goes on for ever.
#[tokio::test]
async fn a_circle_of_merges_ends_somewhere() {
    use sea_orm::ConnectionTrait;
    let house = house().await;
    let database = house.stop().await;
    let behind = database.connect().await;
    for (one, other) in [("ada", "ada2"), ("ada2", "ada")] {
        let circle = format!(
            "UPDATE person SET merged_into = (SELECT id FROM person WHERE handle = '{other}') WHERE handle = '{one}'"
        );
        behind.execute_unprepared(&circle).await.expect("a circle");
    }
    behind.close().await.expect("a clean end");
    let house = House::on(database).await;
    let told = house.data("", "{ person(by: { handle: \"ada\" }) { handle } }", json!({})).await;
    assert!(told["person"]["handle"].as_str().unwrap().starts_with("ada"));
    let item = json!({ "source": { "slug": "peerlead" }, "people": [{ "externalId": "new", "handle": "ada2" }] });
    house.act("operator", "ingest", item, "").await;
}

/// What waits for its turn behind a merge is of the one who was merged into.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waited_while_a_merge_was_done_follows_it() {
    let house = house().await;
    let behind = house.database.connect().await;
    let lock = hold(&house, &behind).await;
    let content = json!({ "external": { "source": "forum", "externalId": "by-cy" } });
    let later = |number: u64| tokio::time::sleep(Duration::from_millis(300 * number));
    let rust = json!({ "slug": "rustlang" });
    let people = json!({ "from": { "handle": "ada3" }, "into": { "handle": "ada" } });
    let topics = json!({ "from": { "slug": "rustlang" }, "into": { "slug": "rust" } });
    let publish = json!({ "kind": "post", "title": "waited", "topics": [rust, { "slug": "rust" }] });
    let declare = json!({ "topic": rust, "role": "waited" });
    let endorse = json!({ "person": { "handle": "ben" }, "topic": rust, "text": "waited" });
    let oneself = json!({ "person": { "handle": "ada" }, "topic": rust, "text": "waited" });
    tokio::join!(
        house.act("operator", "mergePeople", people, ""),
        async {
            later(1).await;
            house.act("operator", "mergeTopics", topics, "").await
        },
        async {
            later(2).await;
            house.act("ada3", "publishContent", publish, "").await
        },
        async {
            later(2).await;
            house.act("ada3", "declareLeadership", declare, "").await
        },
        async {
            later(2).await;
            house.act("ada3", "endorseLeadership", endorse, "").await
        },
        async {
            later(2).await;
            house.act("ada3", "rateContent", json!({ "content": content, "value": 4 }), "").await
        },
        async {
            later(2).await;
            assert_eq!(house.refused("ada3", "endorseLeadership", oneself).await, "ONESELF_ENDORSED");
        },
        async {
            later(4).await;
            lock.rollback().await.expect("an end");
        }
    );
    behind.close().await.expect("a clean end");
    for (table, column) in [
        ("rating", "person_id"),
        ("content_author", "person_id"),
        ("leadership", "person_id"),
        ("endorsement", "endorser_id"),
    ] {
        let merged = format!(
            "SELECT COUNT(*) FROM {table} WHERE {column} IN (SELECT id FROM person WHERE merged_into IS NOT NULL)"
        );
        assert_eq!(crate::entities::number(&house, &merged).await, 0, "{table}");
    }
    for table in ["content_topic", "leadership", "endorsement"] {
        let merged =
            format!("SELECT COUNT(*) FROM {table} WHERE topic_id IN (SELECT id FROM topic WHERE slug = 'rustlang')");
        assert_eq!(crate::entities::number(&house, &merged).await, 0, "{table}");
    }
    let waited = "SELECT COUNT(*) FROM endorsement WHERE text = 'waited'";
    assert_eq!(crate::entities::number(&house, waited).await, 1);
    assert_eq!(wrong_tallies(&house).await, 0);
}
