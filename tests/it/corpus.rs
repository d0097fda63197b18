//! Operations with variables, one for each way of asking and acting, to begin with and to spoil. The people, topics and contents
//! that they name are there in the world that [`world`] makes.

use serde_json::{Value, json};

use crate::house::House;

/// Questions.
pub const ASKED: &[(&str, &str)] = &[
    (
        "query A($f: ContentFilter, $o: ContentOrder, $n: Int, $a: String, $l: Int, $b: String) { contents(filter: $f, orderBy: $o, first: $n, after: $a, last: $l, before: $b) { totalCount nodes { id title url publishedAt tally { count mean score } authors { handle } topics { slug } } edges { cursor } pageInfo { endCursor hasNextPage } } }",
        r#"{"f":{"topic":{"slug":"rust"},"includeSubtopics":true,"author":{"handle":"ada"},"source":{"slug":"peerlead"},"kind":"post","publishedFrom":"2020-01-01T00:00:00Z","publishedBefore":"2030-01-01T00:00:00Z"},"o":{"field":"SCORE","direction":"DESCENDING"},"n":10,"a":"c2NvcmU6MTpzM2ZlMDAwMDAwMDAwMDAwMA"}"#,
    ),
    (
        "query($n: Int, $l: Int, $b: String) { contents(first: $n, last: $l, before: $b, orderBy: { field: PUBLISHED, direction: ASCENDING }) { nodes { replies(first: 3) { nodes { title } } parent { title } source { slug scale } } } }",
        r#"{"l":5,"b":"cHVibGlzaGVkOjk6bjk5OTk5OTk5OTk5OTk5OTk"}"#,
    ),
    (
        "query($f: PersonFilter, $a: String) { people(filter: $f, first: 5, after: $a, orderBy: { field: HANDLE, direction: ASCENDING }) { totalCount nodes { handle name leadsMe(first: 2) { nodes { person { handle } } } } } }",
        r#"{"f":{"kind":"HUMAN","active":true,"source":{"slug":"peerlead"},"startsWith":"a"},"a":"aGFuZGxlOjE6dGFh"}"#,
    ),
    (
        "query($f: TopicFilter) { topics(filter: $f, first: 5) { nodes { slug name ancestors { slug } children(first: 2) { nodes { slug } } leaders(first: 2) { nodes { score person { handle } } } } } }",
        r#"{"f":{"subtreeOf":{"slug":"rust"},"roots":false,"includeSynonyms":true,"startsWith":"r"}}"#,
    ),
    (
        "query($f: LeadershipFilter, $e: EndorsementFilter) { leaderships(filter: $f) { nodes { id person { handle } topic { slug } } } endorsements(filter: $e) { nodes { id text } } }",
        r#"{"f":{"person":{"handle":"ada"},"topic":{"slug":"rust"},"includeSubtopics":true,"kind":"DECLARED","role":"lead","validAt":"2026-01-01T00:00:00Z"},"e":{"endorser":{"handle":"ben"},"validAt":"2026-01-01T00:00:00Z"}}"#,
    ),
    (
        "query($a: String, $n: Int, $nouns: [ChangeNoun!], $f: ChangeFilter) { cursor changes(after: $a, first: $n, nouns: $nouns, filter: $f) { nodes { __typename cursor at } pageInfo { endCursor hasNextPage } } }",
        r#"{"a":null,"n":10,"nouns":["RATING","CONTENT"],"f":{"content":{"id":"YzE"},"topic":{"slug":"rust"},"author":{"handle":"ada"},"source":{"slug":"peerlead"},"person":{"handle":"ben"}}}"#,
    ),
    (
        "query($id: ID!, $ids: [ID!]!) { node(id: $id) { id ... on Content { title } ... on Rating { value { raw } } } nodes(ids: $ids) { __typename id } }",
        r#"{"id":"YzE","ids":["YzE","cDE","dDE","czE","cjEuMg","bDE","ZTE"]}"#,
    ),
    (
        "query($p: PersonRef!, $t: TopicRef!, $s: SourceRef!, $c: ContentRef!) { person(by: $p) { handle } topic(by: $t) { slug } source(by: $s) { slug } content(by: $c) { title } }",
        r#"{"p":{"account":{"source":"peerlead","externalId":"ada"}},"t":{"id":"dDE"},"s":{"slug":"peerlead"},"c":{"external":{"source":"peerlead","externalId":"1"}}}"#,
    ),
    (
        "query($w: Duration, $at: DateTime, $s: TrendScope, $n: Int, $a: String) { trends(window: $w, asOf: $at, scope: $s) { asOf since window words(first: $n, after: $a) { nodes { text weight sparkline } pageInfo { endCursor } } topics(first: $n) { nodes { heat topic { slug } } } contents(first: $n, orderBy: HOT) { nodes { score } } people(first: $n) { nodes { __typename } } } }",
        r#"{"w":"P7D","at":"2026-11-01T00:00:00Z","s":{"topic":{"slug":"rust"}},"n":5,"a":null}"#,
    ),
    (
        "query($f: LeadershipMapFilter, $at: DateTime, $n: Int, $p: Int, $a: String) { leadershipMap(filter: $f, asOf: $at, first: $n, leadersPerTopic: $p, after: $a) { asOf totalCount pageInfo { endCursor } } leadershipGaps(asOf: $at, first: 3) { nodes { __typename } } }",
        r#"{"f":{"topic":{"slug":"rust"},"includeSubtopics":true,"people":[{"handle":"ada"}],"team":"one","minScore":0.1},"at":"2026-11-01T00:00:00Z","n":10,"p":3,"a":null}"#,
    ),
    ("{ viewer { person { handle } role ratings(first: 5) { nodes { value { raw } } } } rateLimit { cost } }", "{}"),
    (
        "{ auditLog(first: 3) { nodes { at act actor { handle } } } tokens(first: 3) { nodes { id name } } sources { slug } }",
        "{}",
    ),
    ("query A { cursor } query B { cursor }", "{}"),
];

/// Acts, each with its input and what is selected of the payload.
pub const ACTS: &[(&str, &str, &str)] = &[
    ("rateContent", r#"{"content":{"id":"YzE"},"value":4}"#, "cursor"),
    (
        "publishContent",
        r#"{"kind":"post","title":"On parsers","body":"Parsers take what others send.","url":"https://example.org/1","language":"en","authors":[{"handle":"ada"}],"topics":[{"slug":"rust"}],"parent":{"id":"YzE"},"source":{"slug":"peerlead"},"externalId":"x1","publishedAt":"2026-01-01T00:00:00Z"}"#,
        "content { id }",
    ),
    ("withdrawContent", r#"{"content":{"id":"YzI"}}"#, "content { id }"),
    ("hideContent", r#"{"content":{"id":"YzI"},"reason":"spam"}"#, "content { id }"),
    (
        "declareLeadership",
        r#"{"topic":{"slug":"rust"},"role":"lead","validFrom":"2026-01-01T00:00:00Z","validTo":"2027-01-01T00:00:00Z","evidenceText":"I did it","evidenceUrl":"https://example.org/"}"#,
        "leadership { id }",
    ),
    (
        "appointLeader",
        r#"{"person":{"handle":"ben"},"topic":{"slug":"rust"},"role":"second","validFrom":"2026-01-01T00:00:00Z"}"#,
        "leadership { id }",
    ),
    (
        "endorseLeadership",
        r#"{"person":{"handle":"ada"},"topic":{"slug":"rust"},"text":"knows it","expiresAt":"2027-01-01T00:00:00Z"}"#,
        "endorsement { id }",
    ),
    ("contestLeadership", r#"{"topic":{"slug":"rust"},"text":"not me"}"#, "contest { text }"),
    ("createPerson", r#"{"handle":"cleo","name":"Cleo","kind":"HUMAN","team":"one"}"#, "person { id }"),
    ("updatePerson", r#"{"person":{"handle":"cleo"},"name":"Cleo C.","team":"two"}"#, "person { id }"),
    (
        "createTopic",
        r#"{"slug":"parsers","name":"Parsers","description":"d","parent":{"slug":"rust"}}"#,
        "topic { id }",
    ),
    ("updateTopic", r#"{"topic":{"slug":"parsers"},"name":"Parsing","parent":{"slug":"macros"}}"#, "topic { id }"),
    ("createSource", r#"{"slug":"forum","name":"Forum","kind":"FORUM","scale":"STARS"}"#, "source { id }"),
    ("mergePeople", r#"{"from":{"handle":"cleo"},"into":{"handle":"dora"}}"#, "merge { id }"),
    ("undoMerge", r#"{"merge":"bTE"}"#, "merge { id }"),
    (
        "createToken",
        r#"{"name":"t","person":{"handle":"ben"},"scopes":["READ","RATE"],"source":{"slug":"peerlead"},"expiresAt":"2027-01-01T00:00:00Z"}"#,
        "token { id }",
    ),
    (
        "ingest",
        r#"{"source":{"slug":"peerlead"},"people":[{"externalId":"u1","handle":"ada","name":"Ada","kind":"HUMAN","active":true,"team":"one"}],"topics":[{"slug":"build","name":"Build","parent":"rust","synonymOf":null}],"contents":[{"externalId":"t17","kind":"post","title":"Slow","body":"Builds","url":"https://example.org/","language":"en","authors":["u1"],"topics":["build"],"parent":"t17","publishedAt":"2026-03-01T09:30:00Z","withdrawnAt":null}],"ratings":[{"rater":"u1","content":"t17","value":5,"at":"2026-03-01T10:00:00Z"}],"leaderships":[{"person":"u1","topic":"build","kind":"APPOINTED","role":"r","from":"2026-01-01T00:00:00Z"}],"endorsements":[{"from":"u1","to":"u1","topic":"build","text":"t","at":"2026-01-01T00:00:00Z"}]}"#,
        "report { contents { outcome error { code } } ratings { outcome } }",
    ),
];

/// What is listened to.
pub const HEARD: &[(&str, &str)] = &[
    (
        "subscription($f: ChangeFilter, $a: String, $i: Duration) { ratingChanged(filter: $f, after: $a, interval: $i) { cursor tally { count } content { title } } }",
        r#"{"f":{"content":{"id":"YzE"},"topic":{"slug":"rust"}},"a":null,"i":"PT1S"}"#,
    ),
    (
        "subscription($n: [ChangeNoun!], $f: ChangeFilter, $a: String) { changes(nouns: $n, filter: $f, after: $a) { __typename cursor } }",
        r#"{"n":["PERSON","RATING"],"f":{"person":{"handle":"ada"}},"a":null}"#,
    ),
];

/// The operation of an act.
pub fn act(name: &str, selection: &str) -> String {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
    )
}

/// Every operation as the body of a request.
pub fn bodies() -> Vec<Value> {
    let with = |query: &str, variables: Value| json!({ "query": query, "variables": variables });
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let asked = ASKED.iter().chain(HEARD).map(|(query, variables)| with(query, read(variables)));
    let acts = ACTS.iter().map(|(name, input, of)| with(&act(name, of), json!({ "input": read(input) })));
    let named = json!({ "query": "query A { cursor } query B { cursor }", "operationName": "A", "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "00" } } });
    asked.chain(acts).chain([named, json!({ "documentId": "a" })]).collect()
}

/// Fills a house with what the operations name.
pub async fn world(house: &House) {
    for handle in ["ada", "ben", "dora"] {
        house.person(handle).await;
    }
    house.topic("rust", "").await;
    house.topic("macros", "rust").await;
    for title in ["On compilers", "On macros"] {
        let content = house.content("ada", title, &["rust"]).await;
        house.rate("ben", &content, 4).await;
    }
    let declared = json!({ "topic": { "slug": "rust" } });
    house.act("ada", "declareLeadership", declared, "leadership { id }").await;
}
