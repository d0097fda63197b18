//! API tokens: told once, worth what they say and no longer.

use peerlead::app::house::Settings;
use peerlead::command::token::{TokenOptions, create, list};
use peerlead::http::identity::Identity;
use peerlead::http::server::Settings as HttpSettings;
use serde_json::{Value, json};

use crate::entities::number;
use crate::house::{Database, House};

pub const WHO: &str = "{ viewer { person { handle } role scopes } }";

/// A server that believes tokens alone.
async fn guarded() -> House {
    let identity = Identity::Tokens { provider: None, anonymous: false };
    let http = HttpSettings { identity, ..HttpSettings::default() };
    House::furnished(Database::fresh().await, Settings::default(), http).await
}

/// A token made by command, as its holder sends it.
pub async fn token(house: &House, person: &str, scopes: &[&str]) -> String {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let options =
        TokenOptions { name: "test".to_owned(), person: person.to_owned(), scopes, ..TokenOptions::default() };
    format!("Bearer {}", create(&house.app, &options).await.expect("a token"))
}

pub async fn made(house: &House, by: &str, input: Value) -> (String, String) {
    let payload = house.act(by, "createToken", input, "token { id } secret").await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&payload["token"]["id"]), format!("Bearer {}", text(&payload["secret"])))
}

#[tokio::test]
async fn a_token_made_by_command_acts_for_its_person_and_shows_when_it_was_used() {
    let house = guarded().await;
    let admin = token(&house, "operator", &["admin"]).await;
    let told = house.data(&admin, WHO, json!({})).await["viewer"].clone();
    let all = json!(["READ", "RATE", "INGEST", "MODERATE", "ADMIN"]);
    assert_eq!(told, json!({ "person": { "handle": "operator" }, "role": "ADMIN", "scopes": all }));
    let mut used = Value::Null;
    for _ in 0..100 {
        used =
            house.data(&admin, "{ tokens { nodes { usedAt name } } }", json!({})).await["tokens"]["nodes"][0].clone();
        if used["usedAt"].is_string() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(used["usedAt"].is_string(), "{used}");
    assert!(
        list(&house.app).await.expect("a table").contains("\ttest\toperator\tread rate ingest moderate admin\t-\t")
    );
}

#[tokio::test]
async fn the_secret_is_told_once_and_stored_nowhere() {
    let house = guarded().await;
    let admin = token(&house, "operator", &["admin"]).await;
    let (_, shown) =
        made(&house, &admin, json!({ "name": "t", "person": { "handle": "operator" }, "scopes": ["READ"] })).await;
    let secret = shown.strip_prefix("Bearer peerlead_2_").expect("a secret").to_owned();
    assert_eq!(secret.len(), 43, "256 bits: {shown}");
    let found = format!("SELECT COUNT(*) FROM token WHERE hash LIKE '%{secret}%' OR name LIKE '%{secret}%'");
    assert_eq!((number(&house, &found).await, number(&house, "SELECT COUNT(*) FROM token").await), (0, 2));
    let listed = house.data(&admin, "{ tokens { nodes { id name scopes person { handle } source { slug } topic { slug } createdAt expiresAt usedAt revokedAt } } }", json!({})).await;
    assert!(!listed.to_string().contains(&secret), "{listed}");
    assert!(!list(&house.app).await.expect("a table").contains(&secret));
}

#[tokio::test]
async fn what_is_no_token_is_refused_in_the_same_words_whatever_is_wrong_with_it() {
    let house = guarded().await;
    let good = token(&house, "operator", &["read"]).await;
    let mut wrong =
        vec!["Bearer peerlead_".to_owned(), "Bearer peerlead_1_".to_owned(), "Bearer peerlead_x_y".to_owned()];
    wrong.push(good.replacen("peerlead_1_", "peerlead_2_", 1));
    wrong.push(good.replacen("peerlead_1_", "peerlead_01_", 1));
    wrong.push(format!("{}A", &good[..good.len() - 1]) + "=");
    let flipped = if good.ends_with('A') { "E" } else { "A" };
    wrong.push(format!("{}{flipped}", &good[..good.len() - 1]));
    let mut told = Vec::new();
    for bad in &wrong {
        let answer = house.post(bad, WHO, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{bad}: {answer}");
        told.push(answer["errors"][0]["message"].clone());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(house.data(&good, WHO, json!({})).await["viewer"]["role"], "MEMBER");
}

#[tokio::test]
async fn a_server_that_believes_tokens_answers_401_to_those_without_one() {
    let house = guarded().await;
    let client = reqwest::Client::new();
    let post = || client.post(format!("http://{}/graphql", house.address)).json(&json!({ "query": WHO }));
    for request in
        [post(), post().header("Authorization", "Basic b3A6b3A="), post().header("Authorization", "Bearer ey.J.x")]
    {
        let answer = request.send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.headers()["www-authenticate"].to_str().unwrap()), (401, "Bearer"));
    }
    assert_eq!(house.fails("operator", WHO, json!({})).await, "BAD_REQUEST", "the header says nothing here");
    let health = client.get(format!("http://{}/health/ready", house.address)).send().await.expect("an answer");
    assert_eq!(health.status().as_u16(), 200);
}

#[tokio::test]
async fn those_without_a_token_may_read_where_the_operator_allows_it_and_no_more() {
    let identity = Identity::Tokens { provider: None, anonymous: true };
    let http = HttpSettings { identity, ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    assert_eq!(house.data("", WHO, json!({})).await["viewer"]["role"], "ANONYMOUS");
    let act = "mutation { createTopic(input: { slug: \"a\", name: \"A\" }) { topic { id } } }";
    assert_eq!(house.fails("", act, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_nothing_else() {
    let house = House::new().await;
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    let content = house.content("ada", "Hello", &[]).await;
    let rate = "mutation($c: ID!) { rateContent(input: { content: { id: $c }, value: 4 }) { changed } }";
    let hide = "mutation($c: ID!) { hideContent(input: { content: { id: $c }, reason: \"x\" }) { content { id } } }";
    let batch = "mutation { ingest(input: { source: { slug: \"peerlead\" } }) { userErrors { message } } }".to_owned();
    let person =
        "mutation { createPerson(input: { handle: \"eve\", name: \"Eve\" }) { userErrors { message } } }".to_owned();
    let acts = [rate.to_owned(), hide.to_owned(), batch, person];
    for (scopes, allowed) in [
        (vec!["read"], [false, false, false, false]),
        (vec!["rate"], [true, false, false, false]),
        (vec!["moderate"], [false, true, false, false]),
        (vec!["ingest"], [false, false, true, false]),
        (vec!["rate", "ingest"], [true, false, true, false]),
    ] {
        let token = token(&house, "ben", &scopes).await;
        for (act, allowed) in acts.iter().zip(allowed) {
            let variables = if act.contains("$c") { json!({ "c": content }) } else { json!({}) };
            let answer = house.post(&token, act, variables).await;
            let forbidden = answer["errors"][0]["extensions"]["code"] == "FORBIDDEN";
            assert_eq!(!forbidden, allowed, "{scopes:?}: {act}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_limited_token_changes_nothing_beyond_its_source_and_topic() {
    let house = House::new().await;
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    house.topic("rust", "").await;
    house.topic("async", "rust").await;
    house.topic("go", "").await;
    for slug in ["forum", "blog"] {
        let input = json!({ "slug": slug, "name": slug, "kind": "FORUM", "scale": "STARS" });
        house.act("operator", "createSource", input, "").await;
    }
    let below = house.content("ada", "Below", &["async"]).await;
    let beside = house.content("ada", "Beside", &["go"]).await;
    let limited =
        json!({ "name": "t", "person": { "handle": "ben" }, "scopes": ["RATE"], "topic": { "slug": "rust" } });
    let (_, rater) = made(&house, "operator", limited).await;
    let rate = "mutation($c: ID!) { rateContent(input: { content: { id: $c }, value: 4 }) { changed } }";
    assert_eq!(house.data(&rater, rate, json!({ "c": below })).await["rateContent"]["changed"], true);
    assert_eq!(house.fails(&rater, rate, json!({ "c": beside })).await, "FORBIDDEN");
    let publish = |topic: &str| {
        format!(
            "mutation {{ publishContent(input: {{ kind: \"post\", title: \"T\", topics: [{{ slug: \"{topic}\" }}] }}) {{ content {{ title }} }} }}"
        )
    };
    assert_eq!(house.data(&rater, &publish("async"), json!({})).await["publishContent"]["content"]["title"], "T");
    assert_eq!(house.fails(&rater, &publish("go"), json!({})).await, "FORBIDDEN");
    let declare = |topic: &str| {
        format!(
            "mutation {{ declareLeadership(input: {{ topic: {{ slug: \"{topic}\" }}, role: \"lead\" }}) {{ leadership {{ role }} }} }}"
        )
    };
    assert_eq!(house.fails(&rater, &declare("go"), json!({})).await, "FORBIDDEN");
    let limited = json!({ "name": "t", "person": { "handle": "ben" }, "scopes": ["INGEST", "RATE"], "source": { "slug": "forum" } });
    let (_, feeder) = made(&house, "operator", limited).await;
    let ingest = |source: &str| {
        format!(
            "mutation {{ ingest(input: {{ source: {{ slug: \"{source}\" }}, people: [{{ externalId: \"x\", handle: \"x-{source}\", name: \"X\" }}] }}) {{ report {{ people {{ outcome }} }} }} }}"
        )
    };
    assert_eq!(
        house.data(&feeder, &ingest("forum"), json!({})).await["ingest"]["report"]["people"][0]["outcome"],
        "CREATED"
    );
    assert_eq!(house.fails(&feeder, &ingest("blog"), json!({})).await, "FORBIDDEN");
    assert_eq!(house.fails(&feeder, rate, json!({ "c": below })).await, "FORBIDDEN", "it is of another source");
}

#[tokio::test]
async fn a_limited_token_changes_nobody_and_takes_nothing_back_beyond_its_limits() {
    let house = House::new().await;
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    house.topic("rust", "").await;
    house.topic("go", "").await;
    let mut endorsed = Vec::new();
    for topic in ["rust", "go"] {
        let input = json!({ "person": { "handle": "ada" }, "topic": { "slug": topic }, "text": "yes" });
        endorsed.push(
            house.act("ben", "endorseLeadership", input, "endorsement { id }").await["endorsement"]["id"].clone(),
        );
    }
    let contest = |topic: &str| json!({ "topic": { "slug": topic }, "text": "not me" });
    house.act("ben", "contestLeadership", contest("go"), "").await;
    let limited =
        json!({ "name": "t", "person": { "handle": "ben" }, "scopes": ["RATE"], "topic": { "slug": "rust" } });
    let (_, rater) = made(&house, "operator", limited).await;
    let go = json!({ "topic": { "slug": "go" } });
    for (act, input) in [
        ("erasePerson", json!({ "person": { "handle": "ben" } })),
        ("updatePerson", json!({ "person": { "handle": "ben" }, "name": "Somebody" })),
        ("withdrawEndorsement", json!({ "endorsement": endorsed[1] })),
        ("contestLeadership", contest("go")),
        ("withdrawContest", go),
    ] {
        let query = crate::corpus::act(act, "userErrors { message }");
        assert_eq!(house.fails(&rater, &query, json!({ "input": input })).await, "FORBIDDEN", "{act}");
    }
    house.act(&rater, "withdrawEndorsement", json!({ "endorsement": endorsed[0] }), "").await;
    house.act(&rater, "contestLeadership", contest("rust"), "").await;
    house.act(&rater, "withdrawContest", json!({ "topic": { "slug": "rust" } }), "").await;
}

#[tokio::test]
async fn limits_and_scopes_that_do_not_fit_are_refused_with_the_reason() {
    let house = House::new().await;
    house.topic("rust", "").await;
    let with = |more: Value| {
        let mut input = json!({ "name": "t", "person": { "handle": "operator" }, "scopes": ["READ"] });
        for (key, value) in more.as_object().expect("fields") {
            input[key] = value.clone();
        }
        input
    };
    for (input, code) in [
        (with(json!({ "scopes": [] })), "NOTHING_GIVEN"),
        (with(json!({ "scopes": ["ADMIN"], "topic": { "slug": "rust" } })), "CONFLICT"),
        (with(json!({ "scopes": ["INGEST"], "topic": { "slug": "rust" } })), "CONFLICT"),
        (with(json!({ "name": " " })), "TEXT_EMPTY"),
        (with(json!({ "name": "x".repeat(101) })), "TEXT_TOO_LONG"),
        (with(json!({ "name": "a\u{7}b" })), "TEXT_INVALID"),
        (with(json!({ "expiresAt": "2001-01-01T00:00:00Z" })), "OUT_OF_RANGE"),
        (with(json!({ "person": { "handle": "nobody" } })), "PERSON_NOT_FOUND"),
        (with(json!({ "source": { "slug": "nowhere" } })), "SOURCE_NOT_FOUND"),
        (with(json!({ "topic": { "slug": "nothing" } })), "TOPIC_NOT_FOUND"),
    ] {
        assert_eq!(house.refused("operator", "createToken", input).await, code);
    }
    house.person("gone").await;
    house.act("operator", "updatePerson", json!({ "person": { "handle": "gone" }, "active": false }), "").await;
    assert_eq!(
        house.refused("operator", "createToken", with(json!({ "person": { "handle": "gone" } }))).await,
        "INACTIVE"
    );
    let count = number(&house, "SELECT COUNT(*) FROM token").await;
    assert_eq!(count, 0, "what is refused leaves nothing behind");
}

#[tokio::test]
async fn only_admins_see_make_and_revoke_tokens() {
    let house = House::new().await;
    house.person("ada").await;
    let (id, moderator) = made(
        &house,
        "operator",
        json!({ "name": "t", "person": { "handle": "ada" }, "scopes": ["MODERATE", "INGEST"] }),
    )
    .await;
    let acts = [
        "{ tokens { nodes { id } } }".to_owned(),
        "mutation { createToken(input: { name: \"t\", person: { handle: \"ada\" }, scopes: [ADMIN] }) { secret } }"
            .to_owned(),
        format!("mutation {{ revokeToken(input: {{ token: \"{id}\" }}) {{ token {{ id }} }} }}"),
    ];
    for act in acts {
        for viewer in ["ada", &moderator] {
            assert_eq!(house.fails(viewer, &act, json!({})).await, "FORBIDDEN", "{viewer}: {act}");
        }
        assert_eq!(house.fails("", &act, json!({})).await, "UNAUTHENTICATED", "{act}");
    }
}

#[tokio::test]
async fn only_the_pages_that_the_operator_lists_may_ask_from_a_browser() {
    let identity = Identity::Tokens { provider: None, anonymous: true };
    let origins = vec!["https://dashboard.example".to_owned()];
    let http = HttpSettings { identity, origins, ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    let url = format!("http://{}/graphql", house.address);
    let client = reqwest::Client::new();
    for (origin, status, allowed) in [
        ("https://dashboard.example", 200, Some("https://dashboard.example")),
        ("https://evil.example", 403, None),
        ("null", 403, None),
    ] {
        let post = client.post(&url).header("Origin", origin).header("Host", "peerlead.example");
        let answer = post.json(&json!({ "query": WHO })).send().await.expect("an answer");
        let told = answer.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!((answer.status().as_u16(), told.as_deref()), (status, allowed), "{origin}");
        let ask = client.request(reqwest::Method::OPTIONS, &url).header("Origin", origin);
        let ask = ask
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization,content-type,last-event-id");
        let answer = ask.send().await.expect("an answer");
        let told = answer.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(told.as_deref(), allowed, "{origin}");
        let headers = answer.headers().get("access-control-allow-headers").map(|value| value.to_str().unwrap());
        assert_eq!(headers.is_some_and(|headers| headers.contains("last-event-id")), allowed.is_some(), "{origin}");
        assert!(answer.headers().get("access-control-allow-credentials").is_none());
    }
}
