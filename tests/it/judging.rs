//! Whose judgement of others' work is evidence.

use serde_json::json;

use crate::house::House;
use crate::lead::{leaders, of, project, said, vote};

/// Approves by name of all that ada wrote.
async fn approve_of_ada(house: &House, who: &str) {
    let votes: Vec<_> = (0..12).map(|month| vote(who, &format!("ada{month}a"), 30 * month + 3)).collect();
    house.take_in("review", json!({ "people": [{ "externalId": who, "handle": who }], "ratings": votes })).await;
}

#[tokio::test]
async fn who_has_nothing_but_their_own_judgements_leads_nothing() {
    let house = project().await;
    approve_of_ada(&house, "zed").await;
    let is_there =
        async |name: &str| leaders(&house, "storage", "").await.iter().any(|one| one["person"]["handle"] == name);
    assert!(is_there("ben").await, "others acknowledged what ben wrote");
    assert!(!is_there("zed").await, "whatever one does alone lifts nobody");
    house.take_in("review", json!({ "contents": [said("zed0", "zed", "kitchen", 2)] })).await;
    assert!(!is_there("zed").await, "nobody has acknowledged that");
    house.take_in("review", json!({ "ratings": [vote("cy", "zed0", 1)] })).await;
    let told = leaders(&house, "storage", "").await;
    assert_eq!(of(&told, "zed")["evidence"]["judgedCount"], json!(12), "at once, and whatever it was about");
    let before = leaders(&house, "storage", ", asOf: \"2026-05-31T00:00:00Z\"").await;
    assert!(!before.iter().any(|one| one["person"]["handle"] == "zed"), "nobody had acknowledged anything then");
}
