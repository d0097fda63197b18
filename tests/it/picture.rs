//! Pictures of trends: well-formed, honest, safe, and not sent twice.

use reqwest::StatusCode;
use serde_json::json;

use crate::house::House;

async fn talking() -> House {
    let house = House::new().await;
    house.topic("storage", "").await;
    for handle in ["ada", "ben", "cleo"] {
        house.person(handle).await;
        house
            .content(handle, &format!("zeppelins & <script>alert(1)</script> airships of {handle}"), &["storage"])
            .await;
    }
    house
}

async fn get(house: &House, path: &str, tag: Option<&str>) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(format!("http://{}{path}", house.address));
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    request.send().await.expect("an answer")
}

fn header(answer: &reqwest::Response, name: &str) -> String {
    answer.headers()[name].to_str().expect("a header").to_owned()
}

/// Waits until the last act is in the past that is asked about.
async fn text(house: &House, path: &str, wanted: &str) -> String {
    let mut text = String::new();
    for _ in 0..100 {
        text = get(house, path, None).await.text().await.expect("a text");
        if text.contains(wanted) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    text
}

#[tokio::test]
async fn words_are_drawn_as_text_that_can_do_no_harm() {
    let house = talking().await;
    let drawn =
        text(&house, "/pictures/word-cloud.svg?window=P1D&title=A%20%3Cb%3Ecloud", "in 3 texts of 3 people").await;
    assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>\n") || drawn.ends_with("</svg>"), "{drawn}");
    assert!(drawn.contains("role=\"img\"") && drawn.contains("<title") && drawn.contains(">zeppelins"), "{drawn}");
    assert!(drawn.contains("in 3 texts of 3 people") && drawn.contains("A &lt;b&gt;cloud"), "{drawn}");
    assert!(!drawn.contains("<script") && !drawn.contains("<b>"), "{drawn}");
}

#[tokio::test]
async fn topics_are_drawn_with_their_leaders_or_without() {
    let house = talking().await;
    let path = "/pictures/trends.svg?theme=dark&topic=storage";
    let drawn = text(&house, path, "activity 3").await;
    assert!(drawn.contains("activity 3") && drawn.contains("no leader") && drawn.contains("topic storage"), "{drawn}");
    let led = json!({ "person": { "handle": "ada" }, "topic": { "slug": "storage" }, "role": "lead" });
    house.act("operator", "appointLeader", led, "").await;
    let drawn = text(&house, path, ">ada").await;
    assert!(drawn.contains(">ada") && !drawn.contains("no leader"), "{drawn}");
}

#[tokio::test]
async fn who_leads_what_is_drawn_as_a_map() {
    let house = talking().await;
    let led = json!({ "person": { "handle": "cleo" }, "topic": { "slug": "storage" }, "role": "lead" });
    house.act("operator", "appointLeader", led, "").await;
    let drawn = text(&house, "/pictures/leadership-map.svg?topic=storage&theme=light", ">cleo").await;
    assert!(drawn.contains(">cleo") && drawn.contains(">storage") && drawn.contains("role=\"img\""), "{drawn}");
    assert!(drawn.contains("topic storage"), "{drawn}");
}

#[tokio::test]
async fn pictures_show_who_leads_though_nobody_said_so_and_who_objects() {
    let house = crate::lead::project().await;
    let drawn = text(&house, "/pictures/trends.svg?topic=storage&window=P28D", "led by").await;
    assert!(drawn.contains("led by ben") && !drawn.contains("no leader"), "{drawn}");
    house.act("ben", "contestLeadership", json!({ "topic": { "slug": "storage" }, "text": "no" }), "").await;
    let drawn = text(&house, "/pictures/leadership-map.svg?topic=storage", "ben (contested)").await;
    assert!(drawn.contains("ben (contested)"), "{drawn}");
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again() {
    let house = talking().await;
    text(&house, "/pictures/word-cloud.svg", "in 3 texts").await;
    let first = get(&house, "/pictures/word-cloud.svg", None).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(header(&first, "content-type"), "image/svg+xml; charset=utf-8");
    assert!(header(&first, "content-security-policy").starts_with("default-src 'none'"));
    let tag = header(&first, "etag");
    let again = get(&house, "/pictures/word-cloud.svg", Some(&tag)).await;
    assert_eq!((again.status(), header(&again, "etag")), (StatusCode::NOT_MODIFIED, tag.clone()));
    assert_eq!(again.text().await.expect("nothing"), "");
    let other = get(&house, "/pictures/word-cloud.svg?theme=dark", Some(&tag)).await;
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_address_that_asks_for_nonsense_is_told_so() {
    let house = talking().await;
    for (asked, told) in [
        ("word-cloud.svg?window=P0D", "window"),
        ("word-cloud.svg?window=week", "week"),
        ("word-cloud.svg?asOf=2999-01-01T00:00:00Z", "asOf"),
        ("word-cloud.svg?topic=nowhere", "topic"),
        ("word-cloud.svg?topic=storage&source=peerlead", "one of"),
        ("word-cloud.svg?width=5", "width"),
        ("word-cloud.svg?first=0", "first"),
        ("word-cloud.svg?theme=pink", "theme"),
        ("word-cloud.svg?orderBy=LOUDEST", "LOUDEST"),
        ("word-cloud.svg?colour=red", "colour"),
        ("trends.svg?weighting=PEOPLE", "weighting"),
        ("trends.svg?first=31", "first"),
        ("leadership-map.svg?window=P7D", "window"),
        ("leadership-map.svg?leadersPerTopic=11", "leadersPerTopic"),
        ("leadership-map.svg?topic=nowhere", "topic"),
    ] {
        let answer = get(&house, &format!("/pictures/{asked}"), None).await;
        let status = answer.status();
        let body = answer.text().await.expect("a text");
        assert_eq!(status, StatusCode::BAD_REQUEST, "{asked}: {body}");
        assert!(body.contains(told) && body.contains("BAD_REQUEST"), "{asked}: {body}");
    }
}
