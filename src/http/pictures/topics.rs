//! The topics of a window, the hottest first.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::ask;
use super::wanted::{Wanted, window};
use crate::http::picture::{Direction, MOST_ROWS, TopicRow, trends};
use crate::http::server::Hall;

const QUERY: &str = "query($window: Duration, $asOf: DateTime, $scope: TrendScope, $first: Int) {
  trends(window: $window, asOf: $asOf, scope: $scope) {
    asOf since
    topics(first: $first) {
      totalCount
      nodes {
        topic { name } direction activity expected sparkline
        words(first: 3) { nodes { text } }
        leaders(first: 1) { nodes { person { name } } }
        leading(first: 1) { nodes { person { name } } }
      }
    }
  }
}";

/// How many topics are drawn when nothing is said.
const DRAWN: i64 = 12;

/// The topics of a window, the hottest first.
pub async fn show(
    State(hall): State<Hall>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    let draw = |told: &Told, wanted: &Wanted| {
        let rows: Vec<TopicRow> = told.topics.nodes.iter().map(TopicRow::from).collect();
        let more = told.topics.total_count.saturating_sub(rows.len());
        trends(&rows, more, &wanted.frame(window(&told.since, &told.as_of)))
    };
    let wanted = Wanted::read(parameters, DRAWN, MOST_ROWS, &["window"]);
    ask::show(&hall, (&headers, peer), ("trends", QUERY), wanted, draw).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    as_of: String,
    since: String,
    topics: Topics,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Topics {
    total_count: usize,
    nodes: Vec<TopicTold>,
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
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
    words: Option<Nodes<Text>>,
    leaders: Option<Nodes<LeaderTold>>,
    leading: Option<Nodes<LeaderTold>>,
}

impl From<&TopicTold> for TopicRow {
    fn from(told: &TopicTold) -> Self {
        // Who is said to lead it, else whom the facts show to.
        let leaders = told.leaders.iter().chain(&told.leading).flat_map(|leaders| &leaders.nodes);
        let leader = leaders.into_iter().find_map(|leader| leader.person.as_ref());
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
