//! The words of a window as a cloud.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::ask;
use super::wanted::{Wanted, window};
use crate::http::picture::{MOST_WORDS, Word, word_cloud};
use crate::http::server::Hall;

const QUERY: &str = "query($window: Duration, $asOf: DateTime, $scope: TrendScope, $orderBy: WordOrder, $weighting: WordWeighting, $phrases: Boolean, $first: Int) {
  trends(window: $window, asOf: $asOf, scope: $scope) {
    asOf since
    words(orderBy: $orderBy, weighting: $weighting, phrases: $phrases, first: $first) {
      nodes { text weight count authors expected lift rating }
    }
  }
}";

/// How many words are drawn when nothing is said.
const DRAWN: i64 = 60;

/// The words of a window as a cloud.
pub async fn show(
    State(hall): State<Hall>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    let draw = |told: &Told, wanted: &Wanted| {
        let words: Vec<Word> = told.words.nodes.iter().map(Word::from).collect();
        word_cloud(&words, 0, &wanted.frame(window(&told.since, &told.as_of)))
    };
    ask::show(
        &hall,
        (&headers, peer),
        ("trends", QUERY),
        Wanted::read(parameters, DRAWN, MOST_WORDS, &["window", "orderBy", "weighting", "phrases"]),
        draw,
    )
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    as_of: String,
    since: String,
    words: Words,
}

#[derive(Deserialize)]
struct Words {
    nodes: Vec<WordTold>,
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

impl From<&WordTold> for Word {
    fn from(told: &WordTold) -> Self {
        let WordTold { text, weight, count, authors, expected, lift, rating } = told;
        let texts = if *count == 1 { "text" } else { "texts" };
        let people = if *authors == 1 { "person" } else { "people" };
        let title = format!("{text}: in {count} {texts} of {authors} {people}, expected {expected:.1}");
        Self { text: text.clone(), weight: *weight, lift: *lift, count: *count, rating: *rating, title }
    }
}
