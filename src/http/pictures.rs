//! `/pictures`: trends as SVG, for wikis and mails. A picture is a client of the schema like any other: it asks a query, with the
//! arguments of its address as variables, and draws the answer.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

use async_graphql::{Request, Variables};
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{self, Form};
use super::budget::Client;
use super::picture::{Direction, Frame, MOST_ROWS, MOST_WORDS, Theme, TopicRow, Word, trends, word_cloud};
use super::server::Hall;
use super::{graphql, identity};
use crate::graphql::error::refused;

const WORDS: &str = "query($window: Duration, $asOf: DateTime, $scope: TrendScope, $orderBy: WordOrder, $weighting: WordWeighting, $phrases: Boolean, $first: Int) {
  trends(window: $window, asOf: $asOf, scope: $scope) {
    asOf since
    words(orderBy: $orderBy, weighting: $weighting, phrases: $phrases, first: $first) {
      nodes { text weight count authors expected lift rating }
    }
  }
}";
const TOPICS: &str = "query($window: Duration, $asOf: DateTime, $scope: TrendScope, $first: Int) {
  trends(window: $window, asOf: $asOf, scope: $scope) {
    asOf since
    topics(first: $first) {
      totalCount
      nodes {
        topic { name } direction activity expected sparkline
        words(first: 3) { nodes { text } }
        leaders(first: 1) { nodes { person { name } } }
      }
    }
  }
}";

/// How many words and topics are drawn when nothing is said.
const WORDS_DRAWN: i64 = 60;
const TOPICS_DRAWN: i64 = 12;

/// The words of a window as a cloud.
pub async fn words(
    State(hall): State<Hall>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    let draw = |told: &Told, wanted: &Wanted| {
        let words: Vec<Word> = told.words.iter().flat_map(|words| &words.nodes).map(Word::from).collect();
        word_cloud(&words, 0, &wanted.frame(told))
    };
    show(
        &hall,
        (&headers, peer),
        WORDS,
        Wanted::read(parameters, WORDS_DRAWN, MOST_WORDS, &["orderBy", "weighting", "phrases"]),
        draw,
    )
    .await
}

/// The topics of a window, the hottest first.
pub async fn topics(
    State(hall): State<Hall>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    let draw = |told: &Told, wanted: &Wanted| {
        let (rows, all): (Vec<TopicRow>, usize) = told.topics.as_ref().map_or((Vec::new(), 0), |topics| {
            (topics.nodes.iter().map(TopicRow::from).collect(), topics.total_count.unwrap_or_default())
        });
        trends(&rows, all.saturating_sub(rows.len()), &wanted.frame(told))
    };
    show(&hall, (&headers, peer), TOPICS, Wanted::read(parameters, TOPICS_DRAWN, MOST_ROWS, &[]), draw).await
}

/// Asks, draws and sends. Who has the same picture already is told so.
async fn show(
    hall: &Hall,
    (headers, peer): (&HeaderMap, SocketAddr),
    query: &str,
    wanted: Result<Wanted, String>,
    draw: impl FnOnce(&Told, &Wanted) -> String,
) -> Response {
    let request_id = graphql::id(headers);
    let caller = graphql::Caller { form: Form::Json, request_id: request_id.clone() };
    let refuse = |told: String| {
        answer::not_understood(StatusCode::BAD_REQUEST, refused("BAD_REQUEST", told), Form::Json, &request_id)
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(told) => return refuse(told),
    };
    let viewer = match identity::of_headers(hall, headers).await {
        Ok(viewer) => viewer,
        Err(error) => return caller.not_recognised(&error),
    };
    let client = Client::of(&viewer, hall.address(peer, headers));
    let request = Request::new(query).variables(Variables::from_json(Value::Object(wanted.variables.clone())));
    let response = match hall.executor.prepare(request) {
        Ok(operation) => match hall.pay(&client, operation.allowance.cost) {
            Ok(_) => graphql::execute(hall, operation, viewer, &request_id).await,
            Err(refused) => return caller.not_paid(refused),
        },
        Err(mut response) => {
            crate::graphql::error::mark(&mut response, &request_id);
            *response
        }
    };
    if !response.errors.is_empty() {
        let mut told = answer::of(&response, Form::Json);
        let is_ours = !answer::is_refused(&response) && !graphql::is_bad_request(&response);
        *told.status_mut() = if is_ours { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_REQUEST };
        return told;
    }
    let told = response.data.into_json().ok().and_then(|data| serde_json::from_value::<Answer>(data).ok());
    match told.and_then(|answer| answer.trends) {
        Some(told) => send(headers, draw(&told, &wanted)),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn send(headers: &HeaderMap, picture: String) -> Response {
    let mut hasher = DefaultHasher::new();
    picture.hash(&mut hasher);
    // Weak, because it may be sent compressed.
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let head = [
        (header::ETAG, tag.clone()),
        // Who acts may matter, so it is kept by nobody on the way; after a minute it is asked for again.
        (header::CACHE_CONTROL, "private, max-age=60".to_owned()),
        (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    if known.split(',').any(|known| known.trim() == "*" || bare(known) == bare(&tag)) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, picture).into_response()
}

/// What an address asks for.
#[derive(Debug)]
struct Wanted {
    variables: Map<String, Value>,
    frame: Frame,
    part: String,
}

impl Wanted {
    /// Reads the parameters of an address.
    fn read(parameters: Vec<(String, String)>, drawn: i64, most: usize, own: &[&str]) -> Result<Self, String> {
        let mut wanted = Self {
            variables: Map::from_iter([("first".to_owned(), json!(drawn))]),
            frame: Frame { width: 900, height: 500, ..Frame::default() },
            part: String::new(),
        };
        for (name, value) in parameters {
            match name.as_str() {
                "first" => {
                    let count = number(&name, &value, 1..=most.min(100))?;
                    wanted.variables.insert(name, json!(count));
                }
                "topic" | "source" | "circleOf" if wanted.part.is_empty() => wanted.look_at(&name, &value),
                "topic" | "source" | "circleOf" => return Err("give one of topic, source and circleOf".to_owned()),
                "window" | "asOf" => drop(wanted.variables.insert(name, json!(value))),
                "phrases" if own.contains(&"phrases") => {
                    let phrases = value.parse::<bool>().map_err(|_| "phrases: say true or false".to_owned())?;
                    wanted.variables.insert(name, json!(phrases));
                }
                own_name if own.contains(&own_name) => drop(wanted.variables.insert(name, json!(value))),
                "width" => wanted.frame.width = number(&name, &value, 320..=4_000)?,
                "height" => wanted.frame.height = number(&name, &value, 160..=4_000)?,
                "title" => wanted.frame.heading = value,
                "theme" => {
                    wanted.frame.theme = match value.as_str() {
                        "light" => Theme::Light,
                        "dark" => Theme::Dark,
                        "auto" => Theme::Auto,
                        _ => return Err("theme: say light, dark or auto".to_owned()),
                    }
                }
                _ => return Err(format!("there is no parameter {name}")),
            }
        }
        Ok(wanted)
    }

    fn look_at(&mut self, noun: &str, name: &str) {
        let (by, told) = match noun {
            "circleOf" => ("handle", format!("circle of {name}")),
            "source" => ("slug", format!("source {name}")),
            _ => ("slug", format!("topic {name}")),
        };
        self.part = told;
        self.variables.insert("scope".to_owned(), json!({ noun: { by: name } }));
    }

    /// The frame, with a line that says what is looked at.
    fn frame(&self, told: &Told) -> Frame {
        let window = window(&told.since, &told.as_of);
        let note = if self.part.is_empty() { window } else { format!("{window}, {}", self.part) };
        Frame { note, ..self.frame.clone() }
    }
}

fn number<N>(name: &str, value: &str, range: std::ops::RangeInclusive<N>) -> Result<N, String>
where
    N: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    let number = value.parse::<N>().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("{name}: it must lie between {} and {}", range.start(), range.end()))
}

/// A window in words: by days, and by the minute where that matters.
fn window(since: &str, as_of: &str) -> String {
    let time = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap_or_default().to_utc();
    let (since, as_of) = (time(since), time(as_of));
    let hours = (as_of - since).num_hours();
    match (hours / 24, hours) {
        (_, 1) => format!("1 hour to {}", as_of.format("%-d %B %Y, %H:%M UTC")),
        (0..3, hours) => format!("{hours} hours to {}", as_of.format("%-d %B %Y, %H:%M UTC")),
        (days, _) => format!("{days} days to {}", as_of.format("%-d %B %Y")),
    }
}

#[derive(Deserialize)]
struct Answer {
    trends: Option<Told>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    as_of: String,
    since: String,
    words: Option<List<WordTold>>,
    topics: Option<List<TopicTold>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List<T> {
    total_count: Option<usize>,
    nodes: Vec<T>,
}

#[derive(Deserialize)]
struct WordTold {
    text: String,
    weight: f64,
    count: u32,
    authors: u32,
    expected: f64,
    lift: f64,
    rating: Option<f64>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
struct LeaderTold {
    person: Option<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TopicTold {
    topic: Option<Named>,
    direction: String,
    activity: f64,
    expected: f64,
    sparkline: Vec<f64>,
    words: Option<List<Text>>,
    leaders: Option<List<LeaderTold>>,
}

impl From<&WordTold> for Word {
    fn from(told: &WordTold) -> Self {
        let WordTold { text, weight, count, authors, expected, lift, rating } = told;
        let texts = if *count == 1 { "text" } else { "texts" };
        let people = if *authors == 1 { "person" } else { "people" };
        let title = format!("{text}: in {count} {texts} of {authors} {people}, expected {expected:.1}");
        Self { text: text.clone(), weight: *weight, lift: *lift, count: *count, rating: *rating, title }
    }
}

impl From<&TopicTold> for TopicRow {
    fn from(told: &TopicTold) -> Self {
        let leader = told.leaders.iter().flat_map(|leaders| &leaders.nodes).find_map(|leader| leader.person.as_ref());
        Self {
            name: told.topic.as_ref().map(|topic| topic.name.clone()).unwrap_or_default(),
            activity: told.activity,
            expected: told.expected,
            direction: match told.direction.as_str() {
                "RISING" => Direction::Rising,
                "FALLING" => Direction::Falling,
                _ => Direction::Steady,
            },
            line: told.sparkline.clone(),
            words: told.words.iter().flat_map(|words| &words.nodes).map(|word| word.text.clone()).collect(),
            leader: leader.map(|person| person.name.clone()),
        }
    }
}
