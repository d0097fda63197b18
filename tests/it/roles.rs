//! Who may do what: the whole schema is walked as each role, and what comes out is the table of `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};

use peerlead::app::house::Settings;
use peerlead::command::token::{TokenOptions, create, revoke};
use serde_json::{Value, json};

use crate::house::{Database, House};

/// The roles, in the order of the table's columns, and who has each here.
const ROLES: [(&str, &str); 5] =
    [("anonymous", ""), ("member", "mem"), ("integrator", "int"), ("moderator", "mod"), ("admin", "root")];

/// Types that hold nothing of their own: pages, payloads and the roots.
const FRAMES: &[&str] =
    &["Connection", "Edge", "Payload", "UserError", "PageInfo", "Query", "Mutation", "Subscription"];

struct World {
    house: House,
    /// How each role is shown to the server.
    shown: BTreeMap<&'static str, String>,
    /// Ids by name, such as `content:mem` for the content of the member.
    ids: BTreeMap<String, String>,
}

impl World {
    async fn new() -> Self {
        let settings = Settings {
            operators: vec!["operator".to_owned(), "root".to_owned()],
            moderators: vec!["mod".to_owned()],
            ..Settings::default()
        };
        let house = House::with(Database::fresh().await, settings).await;
        let human = json!({ "person": { "handle": "root" }, "kind": "HUMAN" });
        house.act("operator", "updatePerson", human, "").await;
        for person in ["mem", "int", "mod", "ada", "ben"] {
            house.person(person).await;
        }
        let shown = ROLES.into_iter().map(|(role, person)| (role, person.to_owned())).collect();
        let mut world = Self { house, shown, ids: BTreeMap::new() };
        world.furnish().await;
        world.make_tokens().await;
        // Trends are of the last whole quarter of a second, and everything was written just now.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        world
    }

    /// Something of everything: of ada, who is nobody's role, and of each person who has one.
    async fn furnish(&mut self) {
        for slug in ["rust", "go", "old"] {
            let id = self.house.topic(slug, "").await;
            self.ids.insert(format!("topic:{slug}"), id);
        }
        let source = json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "STARS" });
        self.house.act("operator", "createSource", source, "").await;
        for person in ["ada", "mem", "int", "mod", "root"] {
            let content = self.house.content(person, person, &["rust"]).await;
            self.ids.insert(format!("content:{person}"), content);
            let input = json!({ "topic": { "slug": "rust" }, "role": "maintainer", "evidenceText": "see", "evidenceUrl": "https://e.example" });
            let done = self.house.act(person, "declareLeadership", input, "leadership { id }").await;
            self.keep(format!("leadership:{person}"), &done["leadership"]["id"]);
            let input = json!({ "person": { "handle": "ben" }, "topic": { "slug": "go" }, "text": "good" });
            let done = self.house.act(person, "endorseLeadership", input, "endorsement { id }").await;
            self.keep(format!("endorsement:{person}"), &done["endorsement"]["id"]);
        }
        let contest = json!({ "topic": { "slug": "rust" }, "text": "not me" });
        self.house.act("ada", "contestLeadership", contest, "").await;
        let hidden = self.house.content("ada", "Hidden", &["rust"]).await;
        let input = json!({ "content": { "id": hidden }, "reason": "rude" });
        self.house.act("operator", "hideContent", input, "").await;
        self.ids.insert("content:hidden".to_owned(), hidden);
        let content = self.ids["content:ada"].clone();
        let rated = self.house.rate("ben", &content, 4).await;
        self.keep("rating:ben".to_owned(), &rated["rating"]["id"]);
        let input = json!({ "from": { "slug": "old" }, "into": { "slug": "go" } });
        let merged = self.house.act("operator", "mergeTopics", input, "merge { id }").await;
        self.keep("merge".to_owned(), &merged["merge"]["id"]);
        let batch = json!({ "source": { "slug": "forum" }, "people": [{ "externalId": "ada", "handle": "ada" }] });
        self.house.act("operator", "ingest", batch, "").await;
    }

    /// The token of the integrator, and one that was revoked.
    async fn make_tokens(&mut self) {
        let feed = TokenOptions {
            name: "feed".to_owned(),
            person: "int".to_owned(),
            scopes: vec!["ingest".to_owned()],
            source: Some("forum".to_owned()),
            topic: None,
            lasts: Some(std::time::Duration::from_hours(1)),
        };
        let token = create(&self.house.app, &feed).await.expect("a token");
        self.shown.insert("integrator", format!("Bearer {token}"));
        let (scopes, topic) = (vec!["read".to_owned()], Some("rust".to_owned()));
        let past = TokenOptions { scopes, topic, source: None, lasts: None, ..feed };
        create(&self.house.app, &past).await.expect("a token");
        revoke(&self.house.app, 2).await.expect("a token that is revoked");
    }

    fn keep(&mut self, name: String, id: &Value) {
        self.ids.insert(name, id.as_str().expect("an id").to_owned());
    }

    async fn ask(&self, role: &str, query: &str, variables: Value) -> Value {
        self.house.post(&self.shown[role], query, variables).await
    }
}

/// Whether an answer says that somebody may not do this.
fn is_refused(answer: &Value) -> bool {
    let codes = answer["errors"].as_array().into_iter().flatten().map(|error| &error["extensions"]["code"]);
    let data = answer["data"].to_string();
    codes.into_iter().any(|code| code == "FORBIDDEN" || code == "UNAUTHENTICATED") || data.contains("NOT_AUTHOR")
}

/// What each mutation is tried with, as somebody of whom nothing of it is, and with what is the actor's own where that matters.
fn acts(world: &World, person: &str) -> Vec<(&'static str, Value, Option<Value>)> {
    let id = |name: &str| world.ids[name].clone();
    let own = |noun: &str| world.ids.get(&format!("{noun}:{person}")).cloned().unwrap_or_default();
    let content = json!({ "id": id("content:ada") });
    let (ada, ben) = (json!({ "handle": "ada" }), json!({ "handle": "ben" }));
    let rust = json!({ "slug": "rust" });
    let own_name = (!person.is_empty()).then(|| json!({ "person": { "handle": person }, "name": "New" }));
    let has = |input: Value| (!person.is_empty()).then_some(input);
    vec![
        ("rateContent", json!({ "content": content, "value": 4 }), None),
        ("withdrawRating", json!({ "content": content }), None),
        (
            "publishContent",
            json!({ "kind": "post", "title": "T", "authors": [ada] }),
            has(json!({ "kind": "post", "title": "T" })),
        ),
        ("withdrawContent", json!({ "content": content }), has(json!({ "content": { "id": own("content") } }))),
        ("hideContent", json!({ "content": { "id": id("content:hidden") }, "reason": "r" }), None),
        ("restoreContent", json!({ "content": { "id": id("content:mem") }, "reason": "r" }), None),
        ("declareLeadership", json!({ "topic": rust, "role": "lead" }), None),
        ("appointLeader", json!({ "person": ben, "topic": rust, "role": "lead" }), None),
        (
            "endLeadership",
            json!({ "leadership": id("leadership:ada") }),
            has(json!({ "leadership": own("leadership") })),
        ),
        ("endorseLeadership", json!({ "person": ben, "topic": rust, "text": "good" }), None),
        (
            "withdrawEndorsement",
            json!({ "endorsement": id("endorsement:ada") }),
            has(json!({ "endorsement": own("endorsement") })),
        ),
        ("contestLeadership", json!({ "topic": rust, "text": "no" }), None),
        ("withdrawContest", json!({ "topic": rust }), None),
        ("createPerson", json!({ "handle": "ada", "name": "Taken" }), None),
        ("updatePerson", json!({ "person": ada, "name": "New" }), own_name),
        ("createTopic", json!({ "slug": "rust", "name": "Taken" }), None),
        ("updateTopic", json!({ "topic": rust, "name": "Rust" }), None),
        ("createSource", json!({ "slug": "forum", "name": "Taken", "kind": "F", "scale": "STARS" }), None),
        ("updateSource", json!({ "source": { "slug": "forum" }, "name": "Forum" }), None),
        ("mergePeople", json!({ "from": ada, "into": ada }), None),
        ("mergeTopics", json!({ "from": rust, "into": rust }), None),
        ("undoMerge", json!({ "merge": id("merge") }), None),
        ("ingest", json!({ "source": { "slug": "forum" } }), None),
        ("deactivatePerson", json!({ "person": ben, "reason": "" }), None),
        ("reactivatePerson", json!({ "person": ben, "reason": "" }), None),
        ("rejectLeadership", json!({ "leadership": id("leadership:ada"), "reason": "" }), None),
        ("createToken", json!({ "name": "", "person": ben, "scopes": ["READ"] }), None),
        ("revokeToken", json!({ "token": "azk5" }), None),
    ]
}

/// What each query is asked with.
fn questions(world: &World) -> Vec<(&'static str, String)> {
    let id = |name: &str| world.ids[name].clone();
    vec![
        ("node", format!("(id: \"{}\") {{ id }}", id("topic:rust"))),
        ("nodes", format!("(ids: [\"{}\"]) {{ id }}", id("topic:rust"))),
        ("person", "(by: { handle: \"ada\" }) { handle }".to_owned()),
        ("topic", "(by: { slug: \"rust\" }) { slug }".to_owned()),
        ("source", "(by: { slug: \"forum\" }) { slug }".to_owned()),
        ("content", format!("(by: {{ id: \"{}\" }}) {{ title }}", id("content:ada"))),
        ("people", " { nodes { handle } }".to_owned()),
        ("topics", " { nodes { slug } }".to_owned()),
        ("contents", " { nodes { title } }".to_owned()),
        ("leaderships", " { nodes { role } }".to_owned()),
        ("endorsements", " { nodes { text } }".to_owned()),
        ("sources", " { slug }".to_owned()),
        ("changes", " { nodes { cursor } }".to_owned()),
        ("viewer", " { isOperator }".to_owned()),
        ("cursor", String::new()),
        ("rateLimit", " { cost }".to_owned()),
        ("tokens", " { nodes { name } }".to_owned()),
        ("auditLog", " { nodes { at } }".to_owned()),
        ("leadershipMap", " { totalCount }".to_owned()),
        ("leadershipGaps", " { nodes { reason } }".to_owned()),
        ("leadershipChanges", format!("({BETWEEN}) {{ nodes {{ at }} }}")),
        ("trends", " { words { nodes { text } } }".to_owned()),
    ]
}

/// The span of the changes that are asked for.
const BETWEEN: &str = "between: { from: \"2026-01-01T00:00:00Z\", to: \"2026-02-01T00:00:00Z\" }";

/// How an instance of each type is reached, with `*` where its fields go.
fn places(world: &World) -> Vec<(&'static str, String)> {
    let node = |kind: &str, name: &str| format!("node(id: \"{}\") {{ ... on {kind} {{ * }} }}", world.ids[name]);
    let change = |kind: &str| format!("changes(first: 100) {{ nodes {{ ... on {kind} {{ * }} }} }}");
    let leader = |fields: &str| format!("topic(by: {{ slug: \"rust\" }}) {{ leaders {{ nodes {{ {fields} }} }} }}");
    let chapter = |fields: &str| format!("topic(by: {{ slug: \"rust\" }}) {{ leadershipHistory {{ {fields} }} }}");
    let tally = format!("node(id: \"{}\") {{ ... on Content {{ tally {{ * }} }} }}", world.ids["content:ada"]);
    vec![
        ("ContentTrend", "trends { contents { nodes { * } } }".to_owned()),
        ("Explanation", "trends { contents { nodes { explanation { * } } } }".to_owned()),
        ("ExplanationPart", "trends { contents { nodes { explanation { parts { * } } } } }".to_owned()),
        ("PersonTrend", "trends { people { nodes { * } } }".to_owned()),
        ("TopicTrend", "trends { topics { nodes { * } } }".to_owned()),
        ("Trends", "trends { * }".to_owned()),
        ("WordTrend", "trends { words { nodes { * } } }".to_owned()),
        ("TopicLeader", leader("*")),
        ("LeadershipContest", leader("contest { * }")),
        ("LeadershipEvidence", leader("evidence { * }")),
        ("LeadershipExplanation", leader("explanation { * }")),
        ("LeadershipChapter", chapter("*")),
        ("ChapterLeader", chapter("leaders { * }")),
        ("LeadershipGap", "leadershipGaps { nodes { * } }".to_owned()),
        ("LeadershipMap", "leadershipMap { * }".to_owned()),
        ("MapFollowing", "leadershipMap { following { * } }".to_owned()),
        ("MapLeading", "leadershipMap { leading { * } }".to_owned()),
        ("MapPerson", "leadershipMap { people { * } }".to_owned()),
        ("MapTopic", "leadershipMap { topics { * } }".to_owned()),
        ("LeadershipShift", format!("leadershipChanges({BETWEEN}) {{ nodes {{ * }} }}")),
        ("Followership", "person(by: { handle: \"ada\" }) { leadsMe { nodes { * } } }".to_owned()),
        ("TopicFollowership", "person(by: { handle: \"ada\" }) { leadsMe { nodes { topics { * } } } }".to_owned()),
        ("SeenByOthers", "viewer { asSeenByOthers { * } }".to_owned()),
        ("Account", "person(by: { handle: \"ada\" }) { accounts { * } }".to_owned()),
        ("AuditEntry", "auditLog { nodes { * } }".to_owned()),
        ("Content", node("Content", "content:ada")),
        ("ContentChange", change("ContentChange")),
        ("Endorsement", node("Endorsement", "endorsement:ada")),
        ("Leadership", node("Leadership", "leadership:ada")),
        ("LeadershipChange", change("LeadershipChange")),
        ("Merge", change("MergeChange").replace('*', "merge { * }")),
        ("MergeChange", change("MergeChange")),
        ("Person", "person(by: { handle: \"ada\" }) { * }".to_owned()),
        ("PersonChange", change("PersonChange")),
        ("Rating", node("Rating", "rating:ben")),
        ("RatingChange", change("RatingChange")),
        ("Source", "source(by: { slug: \"forum\" }) { * }".to_owned()),
        ("SourceChange", change("SourceChange")),
        ("Tally", tally),
        ("Token", "tokens { nodes { * } }".to_owned()),
        ("Topic", "topic(by: { slug: \"rust\" }) { * }".to_owned()),
        ("TopicChange", change("TopicChange")),
        ("RateLimit", "rateLimit { * }".to_owned()),
        ("Viewer", "viewer { * }".to_owned()),
    ]
}

/// Types that nobody is kept from once they see what holds them, or that only a payload or a subscription holds.
const PARTS: &[&str] = &["IngestReport", "ItemResult", "LeadersChange", "RatingValue", "TallyBin", "TrendChange"];

/// The rows of the table: the field, then `yes`, `own` or `no` for each role.
fn table() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ARCHITECTURE.md")).expect("a page");
    let rows = text.lines().skip_while(|line| !line.starts_with("| field | anonymous |")).skip(2);
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().replace('`', "")).collect::<Vec<_>>();
    let rows = rows.take_while(|line| line.starts_with('|')).map(cells).filter(|cells| cells.len() == 8);
    rows.flat_map(|cells| {
        let names: Vec<String> = cells[1].split(", ").map(str::to_owned).collect();
        names.into_iter().map(move |name| (name, cells[2..7].to_vec()))
    })
    .collect()
}

/// The names of the fields of each object type, with those of them that lead to an object.
async fn schema(world: &World) -> BTreeMap<String, Vec<(String, bool)>> {
    let query = "{ __schema { types { kind name fields { name args { type { kind } defaultValue } type { kind ofType { kind ofType { kind ofType { kind } } } } } } } }";
    let told = world.house.data("", query, json!({})).await;
    let types = told["__schema"]["types"].as_array().expect("types").clone();
    let objects = types.iter().filter(|kind| kind["kind"] == "OBJECT");
    let objects = objects.filter(|kind| !kind["name"].as_str().expect("a name").starts_with("__"));
    objects
        .map(|kind| {
            let fields = kind["fields"].as_array().expect("fields");
            let leads = |field: &Value| {
                ["OBJECT", "INTERFACE", "UNION"]
                    .iter()
                    .any(|word| field["type"].to_string().contains(&format!("\"{word}\"")))
            };
            let fields = fields.iter().map(|field| (field["name"].as_str().expect("a name").to_owned(), leads(field)));
            (kind["name"].as_str().expect("a name").to_owned(), fields.collect())
        })
        .collect()
}

/// The paths that hold something, list positions left out.
fn told(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            found.insert(path.to_owned());
            fields.iter().for_each(|(name, value)| told(value, &format!("{path}.{name}"), found));
        }
        Value::Array(items) => {
            found.insert(path.to_owned());
            for value in items {
                told(value, path, found);
            }
        }
        _ => drop(found.insert(path.to_owned())),
    }
}

#[tokio::test]
async fn every_mutation_and_query_is_allowed_to_whom_the_table_says() {
    let world = World::new().await;
    let (schema, table) = (schema(&world).await, table());
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (role, person) in ROLES {
        for (act, others, own) in acts(&world, person) {
            let kind = format!("{}{}Input", act[..1].to_uppercase(), &act[1..]);
            let query = format!("mutation($i: {kind}!) {{ {act}(input: $i) {{ userErrors {{ code }} }} }}");
            let mut word =
                if is_refused(&world.ask(role, &query, json!({ "i": others })).await) { "no" } else { "yes" };
            if let (Some(own), "no") = (own, word)
                && !is_refused(&world.ask(role, &query, json!({ "i": own })).await)
            {
                word = "own";
            }
            found.entry(act.to_owned()).or_default().push(word);
        }
        for (field, rest) in questions(&world) {
            let refused = is_refused(&world.ask(role, &format!("{{ {field}{rest} }}"), json!({})).await);
            found.entry(field.to_owned()).or_default().push(if refused { "no" } else { "yes" });
        }
        for (field, _) in &schema["Subscription"] {
            // What is none is refused to all who may ask at all.
            let wrong = match field.as_str() {
                "trendChanged" => "of: WORDS, interval: \"PT0S\"",
                "leadersChanged" => "topic: { slug: \"none\" }",
                _ => "after: \"x\"",
            };
            let query = format!("subscription {{ {field}({wrong}) {{ cursor }} }}");
            let mut socket = world.house.socket(&world.shown[role]).await;
            socket.subscribe("1", &query, json!({})).await;
            let answer = json!({ "errors": socket.next().await["payload"] });
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{answer}");
            found.entry(format!("{field} (live)")).or_default().push(if is_refused(&answer) { "no" } else { "yes" });
        }
    }
    // Last, since nothing is left of somebody after it.
    for (role, person) in ROLES {
        let erase = |handle: &str| {
            format!(
                "mutation {{ erasePerson(input: {{ person: {{ handle: \"{handle}\" }} }}) {{ userErrors {{ code }} }} }}"
            )
        };
        let other = is_refused(&world.ask(role, &erase("ben"), json!({})).await);
        let own = person.is_empty() || is_refused(&world.ask(role, &erase(person), json!({})).await);
        let word = if !other {
            "yes"
        } else if own {
            "no"
        } else {
            "own"
        };
        found.entry("erasePerson".to_owned()).or_default().push(word);
    }
    for root in ["Query", "Mutation"] {
        for (field, _) in &schema[root] {
            assert!(found.contains_key(field), "{root}.{field} is not tried: add it to this test and to the table");
        }
    }
    let wrong: Vec<String> = found
        .iter()
        .filter(|(field, words)| table.get(*field).is_none_or(|row| row != *words))
        .map(|(field, words)| format!("{field}: found {words:?}, the table says {:?}", table.get(field)))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_field_shows_to_each_role_what_the_table_says() {
    let world = World::new().await;
    let (schema, table) = (schema(&world).await, table());
    let places = places(&world);
    for name in schema.keys() {
        let known = places.iter().any(|(place, _)| place == name) || PARTS.contains(&name.as_str());
        assert!(
            known || FRAMES.iter().any(|frame| name.ends_with(frame)),
            "{name} is not walked: say how it is reached"
        );
    }
    let mut wrong = Vec::new();
    for (kind, place) in &places {
        let select =
            |(name, leads): &(String, bool)| if *leads { format!("{name} {{ __typename }}") } else { name.clone() };
        let fields: Vec<String> = schema[*kind].iter().map(select).collect();
        // Each field alone, so that what is refused nulls nothing beside it.
        for (selected, (field, _)) in fields.iter().zip(&schema[*kind]) {
            let query = format!("{{ {} }}", place.replace('*', selected));
            let mut words = Vec::new();
            for (role, _) in ROLES {
                let answer = world.ask(role, &query, json!({})).await;
                assert!(answer["errors"].is_null() || is_refused(&answer), "{query}: {answer}");
                let mut seen = BTreeSet::new();
                told(&answer["data"], "", &mut seen);
                words.push(if seen.iter().any(|path| path.ends_with(&format!(".{field}"))) { "yes" } else { "no" });
            }
            let name = format!("{kind}.{field}");
            // What is never told here is not what somebody is kept from, but the table may still say so.
            let plain = words.iter().all(|word| *word == words[0]);
            match table.get(&name).or_else(|| table.get(&format!("{kind}.*"))) {
                Some(row) if *row != words => wrong.push(format!("{name}: found {words:?}, the table says {row:?}")),
                None if !plain => wrong.push(format!("{name}: found {words:?}, and is not in the table")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
