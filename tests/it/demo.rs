//! The demo: what was broken off while it loaded is completed the next time.

use std::path::Path;
use std::time::Duration;

use peerlead::command::demo::Demo;
use serde_json::{Value, json};

use crate::house::House;

async fn counts(house: &House) -> Value {
    let query = "{ people { totalCount } topics { totalCount } contents { totalCount } leaderships { totalCount } }";
    house.data("operator", query, json!({})).await
}

async fn newest(house: &House) -> chrono::DateTime<chrono::Utc> {
    let query =
        "{ contents(first: 1, orderBy: { field: PUBLISHED, direction: DESCENDING }) { nodes { publishedAt } } }";
    let newest = house.data("", query, json!({})).await["contents"]["nodes"][0]["publishedAt"].clone();
    serde_json::from_value(newest).expect("a time")
}

/// Whether the source is there, and so something of the slice.
async fn has_begun(house: &House) -> bool {
    !house.data("", "{ source(by: { slug: \"dpdk\" }) { id } }", json!({})).await["source"].is_null()
}

async fn load(house: &House, folder: &Path) {
    let demo = Demo::in_folder(Some(folder)).expect("a demo");
    demo.load(&house.app).await.expect("the slice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_that_was_broken_off_while_it_loaded_is_completed_the_next_time_with_the_same_times() {
    let (whole, house) = (House::new().await, House::new().await);
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    load(&whole, folders[0].path()).await;
    let all = counts(&whole).await;
    let broken_off = async {
        while !has_begun(&house).await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        () = load(&house, folders[1].path()) => panic!("it was not broken off"),
        () = broken_off => {}
    }
    assert_ne!(counts(&house).await, all, "all of it is in already");
    // As if somebody came back later.
    house.clock.set(house.clock.now() + chrono::TimeDelta::hours(5));
    load(&house, folders[1].path()).await;
    assert_eq!(counts(&house).await, all);
    let difference = newest(&house).await - newest(&whole).await;
    assert!(difference < chrono::TimeDelta::hours(1), "moved by another time: {difference}");
    assert_eq!(std::fs::read_dir(folders[1].path()).expect("a folder").count(), 0, "nothing is left of the slice");
    // What is complete is not brought in again.
    let head = house.cursor().await;
    load(&house, folders[1].path()).await;
    assert_eq!(house.cursor().await, head);
}
