//! Transactions that write: in turn, whole or not at all, whoever goes away meanwhile.

use std::time::Duration;

use peerlead::domain::id::{ContentId, PersonId};
use peerlead::domain::rating::{Mark, Rating};
use peerlead::store::connection::Store;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::time::timeout;

use crate::house::House;

/// A rating that nobody has given yet, of the only content by the last person.
async fn rating(store: &Store) -> Rating {
    let content = store.contents_from(ContentId(0), 1).await.expect("contents").remove(0).id;
    let rater = store.people_after(PersonId(0), 100).await.expect("people").pop().expect("a person").id;
    Rating {
        content,
        rater,
        mark: Some(Mark { value: 5, step: 2 }),
        kind: None,
        rated_at: chrono::DateTime::UNIX_EPOCH,
    }
}

async fn house() -> (House, Store) {
    let house = House::new().await;
    house.person("ada").await;
    house.content("ada", "Hello", &[]).await;
    house.person("grace").await;
    let store = Store::connect(&house.database.url).await.expect("a second way to the database");
    (house, store)
}

#[tokio::test]
async fn what_is_written_is_seen_by_what_is_asked_next_and_gone_unless_it_is_committed() {
    let (_house, store) = house().await;
    let first = rating(&store).await;
    let second = Rating { mark: Some(Mark { value: 1, step: -2 }), ..first.clone() };
    let pairs = [(first.rater, first.content)];
    let known = [(pairs[0], second.clone())].into();
    let (writing, current) = store.begin_rating(&pairs).await.expect("a turn");
    assert_eq!(current, [].into());
    for rating in [&first, &second] {
        writing.upsert_ratings(std::slice::from_ref(rating)).await.expect("a row");
    }
    assert_eq!(writing.current_ratings(&pairs).await.expect("ratings"), known);
    drop(writing);
    let (writing, current) = store.begin_rating(&pairs).await.expect("a turn");
    assert_eq!(current, [].into());
    writing.upsert_ratings(std::slice::from_ref(&second)).await.expect("a row");
    writing.commit(chrono::Utc::now()).await.expect("a commit");
    let (_writing, current) = store.begin_rating(&pairs).await.expect("a turn");
    assert_eq!(current.keys().collect::<Vec<_>>(), [&pairs[0]]);
    assert_eq!(current[&pairs[0]].mark, second.mark);
}

#[tokio::test]
async fn who_goes_away_while_they_wait_for_their_turn_keeps_nobody_from_theirs() {
    let (house, one) = house().await;
    let two = Store::connect(&house.database.url).await.expect("a third way to the database");
    let soon = Duration::from_secs(5);
    let writing = one.begin().await.expect("a turn");
    for _ in 0..3 {
        assert!(timeout(Duration::from_millis(200), two.begin()).await.is_err(), "it is not their turn");
    }
    drop(writing);
    for store in [&one, &two, &one] {
        drop(timeout(soon, store.begin()).await.expect("a turn in time").expect("a turn"));
    }
}

#[tokio::test]
async fn connections_that_the_database_has_ended_fail_nobody() {
    let house = House::new().await;
    // SQLite has nobody else who could end one.
    if !house.database.is_postgres() {
        return;
    }
    house.person("ada").await;
    let content = house.content("ada", "Hello", &[]).await;
    house.person("grace").await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let database = house.database.connect().await;
    for value in 1..=5 {
        database.execute_unprepared(end).await.expect("the connections end");
        house.rate("grace", &content, value).await;
        database.execute_unprepared(end).await.expect("the connections end");
        let own = "{ viewer { ratings { nodes { value { raw } } } } }";
        let own = house.data("grace", own, json!({})).await;
        assert_eq!(own["viewer"]["ratings"]["nodes"], json!([{ "value": { "raw": value } }]));
    }
}
