//! Endorsements beside what the facts show.

use chrono::TimeDelta;
use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::house::House;
use crate::lead::{leaders, of, project, project_with};

pub async fn endorse(house: &House, who: &str, whom: &str) -> Value {
    let input = json!({ "person": { "handle": whom }, "topic": { "slug": "storage" }, "text": "good" });
    house.act(who, "endorseLeadership", input, "endorsement { id }").await["endorsement"]["id"].clone()
}

#[tokio::test]
async fn endorsements_stand_beside_the_score_and_leave_at_once() {
    let house = project().await;
    let endorsed = async |name: &str| {
        let told = leaders(&house, "storage", "").await;
        (of(&told, name)["endorsed"].as_f64().unwrap(), of(&told, name)["score"].as_f64().unwrap())
    };
    let (none, score) = endorsed("ada").await;
    assert_eq!(none, 0.0);
    let id = endorse(&house, "ben", "ada").await;
    assert_eq!(endorsed("ada").await, (1.0 / 3.0, score), "an endorsement moves no score");
    endorse(&house, "ada", "ben").await;
    assert_eq!(endorsed("ada").await.0, 0.5 / 2.5, "who is endorsed back counts half");
    house.act("ben", "withdrawEndorsement", json!({ "endorsement": id }), "").await;
    assert_eq!(endorsed("ada").await.0, 0.0);
    for who in ["cy", "eve"] {
        endorse(&house, who, "old").await;
    }
    assert_eq!(endorsed("old").await.0, 0.5);
    endorse(&house, "cy", "eve").await;
    assert_eq!(endorsed("old").await.0, 1.0 / 3.0, "two who endorse each other are as one");
    house.clock.set("2027-06-02T12:00:00Z".parse().unwrap());
    assert_eq!(endorsed("old").await.0, 0.0, "a year later");
}

#[tokio::test]
async fn how_long_endorsements_last_can_be_chosen() {
    let settings = Settings { endorsement_life: TimeDelta::days(10), ..Settings::default() };
    let house = project_with(settings).await;
    let input = json!({ "person": { "handle": "ada" }, "topic": { "slug": "storage" } });
    let made = house.act("ben", "endorseLeadership", input, "endorsement { expiresAt }").await;
    assert_eq!(made["endorsement"]["expiresAt"], "2026-06-11T12:00:00.000000Z");
}

/// What ended is not overwritten by what begins later; what still holds is renewed.
#[tokio::test]
async fn an_endorsement_that_ended_stays_true_of_its_time() {
    let house = project().await;
    let first = endorse(&house, "ben", "ada").await;
    let day = |day: usize| format!("2026-06-{day:02}T12:00:00Z");
    let at = |day_of: usize| house.clock.set(day(day_of).parse().unwrap());
    at(5);
    house.act("ben", "withdrawEndorsement", json!({ "endorsement": first }), "").await;
    at(10);
    let again = endorse(&house, "ben", "ada").await;
    at(20);
    assert_eq!(endorse(&house, "ben", "ada").await, again, "renewed while it holds");
    assert_ne!(first, again);
    for (as_of, endorsed) in [(3, 1.0 / 3.0), (7, 0.0), (12, 1.0 / 3.0), (20, 1.0 / 3.0)] {
        let told = leaders(&house, "storage", &format!(", asOf: \"{}\"", day(as_of))).await;
        assert_eq!(of(&told, "ada")["endorsed"], json!(endorsed), "on day {as_of}");
    }
}
