//! Rating: what `rateContent` and `withdrawRating` do, whom they refuse, and that the tally is always the count.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::entities::{log_end, number, wrong_tallies};
use crate::house::House;

const RATED: &str = "changed cursor tally { count sum mean score histogram { normalised count } } rating { id value { raw normalised } rater { handle } }";
const TAKEN_BACK: &str = "changed cursor tally { count sum mean } content { viewerRating { id } }";

/// A house with ada, who wrote something, and ben, who rates.
async fn house() -> (House, String) {
    let house = House::new().await;
    house.person("ada").await;
    house.person("ben").await;
    house.topic("rust", "").await;
    let content = house.content("ada", "Hello", &["rust"]).await;
    (house, content)
}

/// A content in a source of this scale, written by ada.
async fn scaled(house: &House, scale: &str) -> String {
    let slug = scale.to_lowercase();
    house
        .act("operator", "createSource", json!({ "slug": slug, "name": slug, "kind": "FORUM", "scale": scale }), "")
        .await;
    let input = json!({ "kind": "post", "title": scale, "source": { "slug": slug } });
    house.act("ada", "publishContent", input, "content { id }").await["content"]["id"].as_str().unwrap().to_owned()
}

fn rating(content: &str, value: i64) -> Value {
    json!({ "content": { "id": content }, "value": value })
}

fn of(content: &str) -> Value {
    json!({ "content": { "id": content } })
}

#[tokio::test]
async fn the_first_rating_counts() {
    let (house, content) = house().await;
    let done = house.act("ben", "rateContent", rating(&content, 4), RATED).await;
    assert_eq!((&done["changed"], done["cursor"].is_string()), (&json!(true), true));
    assert_eq!(done["rating"]["value"], json!({ "raw": 4, "normalised": 0.5 }));
    assert_eq!(done["rating"]["rater"]["handle"], "ben");
    let tally = &done["tally"];
    assert_eq!((&tally["count"], &tally["sum"], &tally["mean"]), (&json!(1), &json!(0.5), &json!(0.5)));
    assert_eq!(tally["score"].as_f64(), Some(0.5 / 6.0));
    assert_eq!(tally["histogram"][3], json!({ "normalised": 0.5, "count": 1 }));
}

#[tokio::test]
async fn a_changed_rating_takes_the_place_of_the_first() {
    let (house, content) = house().await;
    let first = house.act("ben", "rateContent", rating(&content, 1), RATED).await;
    let second = house.act("ben", "rateContent", rating(&content, 5), RATED).await;
    assert_eq!(
        (&second["changed"], &second["tally"]["count"], &second["tally"]["sum"]),
        (&json!(true), &json!(1), &json!(1.0))
    );
    assert_eq!(second["rating"]["id"], first["rating"]["id"]);
    assert_ne!(second["cursor"], first["cursor"]);
}

#[tokio::test]
async fn the_same_rating_again_changes_nothing() {
    let (house, content) = house().await;
    let first = house.act("ben", "rateContent", rating(&content, 3), RATED).await;
    let end = log_end(&house).await;
    let again = house.act("ben", "rateContent", rating(&content, 3), RATED).await;
    assert_eq!((&again["changed"], &again["cursor"]), (&json!(false), &Value::Null));
    assert_eq!((&again["tally"], &again["rating"]), (&first["tally"], &first["rating"]));
    assert_eq!(log_end(&house).await, end);
}

#[tokio::test]
async fn a_rating_taken_back_counts_no_more() {
    let (house, content) = house().await;
    house.rate("ben", &content, 5).await;
    let done = house.act("ben", "withdrawRating", of(&content), TAKEN_BACK).await;
    assert_eq!((&done["changed"], done["cursor"].is_string()), (&json!(true), true));
    assert_eq!(done["tally"], json!({ "count": 0, "sum": 0.0, "mean": null }));
    assert_eq!(done["content"]["viewerRating"], Value::Null);
}

#[tokio::test]
async fn taking_back_what_is_not_there_changes_nothing() {
    let (house, content) = house().await;
    let end = log_end(&house).await;
    let done = house.act("ben", "withdrawRating", of(&content), TAKEN_BACK).await;
    assert_eq!((&done["changed"], &done["cursor"]), (&json!(false), &Value::Null));
    house.rate("ben", &content, 2).await;
    house.act("ben", "withdrawRating", of(&content), "changed").await;
    let twice = house.act("ben", "withdrawRating", of(&content), TAKEN_BACK).await;
    assert_eq!(twice["changed"], json!(false));
    assert_eq!(log_end(&house).await, end + 2);
}

#[tokio::test]
async fn a_rating_after_a_withdrawal_counts_again() {
    let (house, content) = house().await;
    let first = house.rate("ben", &content, 5).await;
    house.act("ben", "withdrawRating", of(&content), "changed").await;
    let again = house.rate("ben", &content, 5).await;
    assert_eq!(
        (&again["changed"], &again["tally"]["count"], &again["rating"]["id"]),
        (&json!(true), &json!(1), &first["rating"]["id"])
    );
}

#[tokio::test]
async fn every_scale_takes_its_own_values_only() {
    let (house, _) = house().await;
    let scales = [
        ("STARS", vec![1, 2, 3, 4, 5], vec![0, 6, -1]),
        ("VOTE", vec![-1, 0, 1], vec![-2, 2, 5]),
        ("LIKE", vec![1], vec![0, -1, 2]),
    ];
    for (scale, on, off) in scales {
        let content = scaled(&house, scale).await;
        for value in off.into_iter().chain([i64::from(i32::MIN), i64::from(i32::MAX)]) {
            assert_eq!(
                house.refused("ben", "rateContent", rating(&content, value)).await,
                "OFF_SCALE",
                "{scale} {value}"
            );
        }
        for value in on {
            let done = house.act("ben", "rateContent", rating(&content, value), RATED).await;
            let normalised = if scale == "STARS" { (value - 3) as f64 / 2.0 } else { value as f64 };
            assert_eq!(done["rating"]["value"], json!({ "raw": value, "normalised": normalised }), "{scale}");
        }
    }
}

#[tokio::test]
async fn nobody_rates_their_own_content() {
    let (house, content) = house().await;
    assert_eq!(house.refused("ada", "rateContent", rating(&content, 5)).await, "OWN_CONTENT");
    assert_eq!(house.refused("ada", "withdrawRating", of(&content)).await, "OWN_CONTENT");
}

#[tokio::test]
async fn a_coauthor_does_not_rate_it_either() {
    let (house, _) = house().await;
    let input = json!({ "kind": "post", "title": "Ours", "authors": [{ "handle": "ada" }, { "handle": "ben" }] });
    let made = house.act("ada", "publishContent", input, "content { id }").await;
    assert_eq!(
        house.refused("ben", "rateContent", rating(made["content"]["id"].as_str().unwrap(), 5)).await,
        "OWN_CONTENT"
    );
}

#[tokio::test]
async fn what_is_withdrawn_or_hidden_takes_no_ratings() {
    let (house, content) = house().await;
    house.act("operator", "hideContent", json!({ "content": { "id": content }, "reason": "spam" }), "").await;
    // To those who may not see it, it is not there, whatever they try.
    for value in [5, 99] {
        assert_eq!(house.refused("ben", "rateContent", rating(&content, value)).await, "CONTENT_NOT_FOUND");
    }
    assert_eq!(house.refused("ben", "withdrawRating", of(&content)).await, "CONTENT_NOT_FOUND");
    house.act("operator", "restoreContent", json!({ "content": { "id": content }, "reason": "fine" }), "").await;
    house.rate("ben", &content, 5).await;
    house.act("ada", "withdrawContent", of(&content), "").await;
    assert_eq!(house.refused("ben", "rateContent", rating(&content, 1)).await, "CONTENT_NOT_FOUND");
    let done = house.act("ben", "withdrawRating", of(&content), "changed").await;
    assert_eq!(done["changed"], json!(true), "one's own word is one's own to take back");
}

#[tokio::test]
async fn bots_do_not_rate() {
    let (house, content) = house().await;
    house.act("operator", "createPerson", json!({ "handle": "robo", "name": "Robo", "kind": "BOT" }), "").await;
    assert_eq!(house.refused("robo", "rateContent", rating(&content, 5)).await, "BOT_CANNOT_RATE");
    assert_eq!(house.refused("robo", "withdrawRating", of(&content)).await, "BOT_CANNOT_RATE");
}

#[tokio::test]
async fn who_turns_out_to_be_a_bot_counts_no_more() {
    let (house, content) = house().await;
    house.rate("ben", &content, 5).await;
    let count = "query($id: ID!) { content(by: { id: $id }) { tally { count } } }";
    for (kind, counted) in [("BOT", 0), ("HUMAN", 1)] {
        house.act("operator", "updatePerson", json!({ "person": { "handle": "ben" }, "kind": kind }), "").await;
        assert_eq!(house.data("", count, json!({ "id": content })).await["content"]["tally"]["count"], json!(counted));
        assert_eq!(wrong_tallies(&house).await, 0);
    }
}

#[tokio::test]
async fn only_a_known_active_person_rates() {
    let (house, content) = house().await;
    let query = "mutation($input: RateContentInput!) { rateContent(input: $input) { changed } }";
    let input = json!({ "input": rating(&content, 5) });
    assert_eq!(house.fails("", query, input.clone()).await, "UNAUTHENTICATED");
    assert_eq!(house.fails("nobody", query, input.clone()).await, "BAD_REQUEST");
    house.act("operator", "updatePerson", json!({ "person": { "handle": "ben" }, "active": false }), "").await;
    assert_eq!(house.fails("ben", query, input).await, "FORBIDDEN");
    assert_eq!(number(&house, "SELECT COUNT(*) FROM rating").await, 0);
}

#[tokio::test]
async fn a_content_is_rated_by_its_external_name_too() {
    let (house, _) = house().await;
    let input = json!({ "kind": "post", "title": "Named", "externalId": "x1" });
    house.act("ada", "publishContent", input, "").await;
    let named = |id: &str| json!({ "content": { "external": { "source": "peerlead", "externalId": id } }, "value": 5 });
    assert_eq!(house.act("ben", "rateContent", named("x1"), RATED).await["tally"]["count"], json!(1));
    assert_eq!(house.refused("ben", "rateContent", named("x2")).await, "CONTENT_NOT_FOUND");
}

#[tokio::test]
async fn many_who_rate_at_once_all_count() {
    let (house, content) = house().await;
    let people: Vec<String> = (0..30).map(|n| format!("rater-{n}")).collect();
    for person in &people {
        house.person(person).await;
    }
    let end = log_end(&house).await;
    join_all(people.iter().map(|person| house.rate(person, &content, 5))).await;
    let told = house
        .data("", "query($id: ID!) { content(by: { id: $id }) { tally { count sum } } }", json!({ "id": content }))
        .await;
    assert_eq!(told["content"]["tally"], json!({ "count": 30, "sum": 30.0 }));
    assert_eq!((log_end(&house).await, wrong_tallies(&house).await), (end + 30, 0));
}

/// Random acts of several people on contents of every scale, eight at a time: the tally is always what the rows say.
#[tokio::test]
async fn a_tally_is_always_the_count_of_the_ratings() {
    let (house, _) = house().await;
    let people = ["ada", "ben", "cy", "dee"];
    house.person("cy").await;
    house.person("dee").await;
    let mut contents = Vec::new();
    for scale in ["STARS", "VOTE", "LIKE"] {
        contents.push(scaled(&house, scale).await);
    }
    let mut seed = 7_u64;
    let mut dice = move |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    for _ in 0..20 {
        let acts: Vec<(usize, usize, i64)> =
            (0..8).map(|_| (dice(4) as usize, dice(3) as usize, dice(9) as i64 - 2)).collect();
        join_all(acts.iter().map(|(person, content, value)| async {
            let (person, content) = (people[*person], &contents[*content]);
            let (act, input) =
                if *value == 6 { ("withdrawRating", of(content)) } else { ("rateContent", rating(content, *value)) };
            let _ = house.try_act(person, act, input, "changed").await;
        }))
        .await;
        assert_eq!(wrong_tallies(&house).await, 0);
    }
    assert!(number(&house, "SELECT COUNT(*) FROM rating").await >= 6, "the dice rated hardly anything");
}
