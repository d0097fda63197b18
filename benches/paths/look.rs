//! What is looked at before anything is measured.

use std::time::Duration;

use serde_json::{Value, json};

use super::Failure;
use super::data::{LED, Organisation, Rng};
use super::http::{Connection, Request};
use super::process::Server;
use super::work;

/// Looks at one answer of each kind closely, so that nobody measures nonsense.
pub async fn check(server: &Server, organisation: &Organisation) -> Result<(), Failure> {
    let mut connection = Connection::open(server.address).await?;
    let mut ask = async |request: &Request| -> Result<Value, Failure> {
        Ok(serde_json::from_slice(connection.ask(request).await?)?)
    };
    let content = ask(&work::content(0)).await?;
    let authors = content["data"]["content"]["authors"].as_array().map_or(0, Vec::len);
    if authors != organisation.contents[0].authors.len() {
        return Err(format!("Q1 has {authors} authors: {content}").into());
    }
    for topic in organisation.busy_topics(20) {
        let best = ask(&work::best(topic, organisation.month_ago())).await?;
        let nodes = best["data"]["contents"]["nodes"].as_array().map_or(0, Vec::len);
        if nodes != 20 && organisation.shape.scale >= 1.0 {
            return Err(format!("Q2 has {nodes} contents: {best}").into());
        }
    }
    let leader = ask(&work::leader(0)).await?;
    let topics = leader["data"]["person"]["leaderships"]["nodes"].as_array().cloned().unwrap_or_default();
    let complete =
        topics.iter().all(|node| node["topic"]["contents"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 5));
    if topics.len() != LED || !complete {
        return Err(format!("Q3 is incomplete: {leader}").into());
    }
    Ok(())
}

/// Waits until the server has read everything that trends and leaders are told from, asking as somebody or as nobody.
pub async fn until_read(server: &Server, person: Option<&str>) -> Result<(), Failure> {
    let mut connection = Connection::open(server.address).await?;
    for query in [work::TRENDS, "{ leadershipMap { totalCount } }"] {
        let body = Request::graphql(json!({ "query": query }).to_string());
        let request = Request { person: person.map(str::to_owned), ..body };
        let mut tries = 0;
        // An answer with errors is a failure.
        while let Err(failure) = connection.ask(&request).await {
            tries += 1;
            if tries > 100 {
                return Err(format!("the server does not become ready to tell trends: {failure}").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    Ok(())
}

/// The ids of some contents, all over the place.
pub async fn ids(server: &Server, organisation: &Organisation) -> Result<Vec<(usize, String)>, Failure> {
    let mut connection = Connection::open(server.address).await?;
    let mut rng = Rng::new(7);
    let mut ids = Vec::new();
    for _ in 0..organisation.shape.contents.min(5_000) {
        let number = rng.below(organisation.shape.contents);
        let answer: Value = serde_json::from_slice(connection.ask(&work::content(number)).await?)?;
        let id = answer["data"]["content"]["id"].as_str().ok_or("a content without an id")?;
        ids.push((number, id.to_owned()));
    }
    Ok(ids)
}

/// The cursor that page number `page` follows.
pub async fn late_cursor(server: &Server, page: usize) -> Result<String, Failure> {
    let mut connection = Connection::open(server.address).await?;
    let mut cursor: Option<String> = None;
    for _ in 1..page {
        let answer: Value = serde_json::from_slice(connection.ask(&work::page(cursor.as_deref())).await?)?;
        cursor = Some(
            answer["data"]["contents"]["pageInfo"]["endCursor"].as_str().ok_or("a page without a cursor")?.to_owned(),
        );
    }
    cursor.ok_or_else(|| "there are too few contents for pages".into())
}
