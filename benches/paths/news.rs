//! How soon a rating is news.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::Failure;
use super::data::{Organisation, Rng};
use super::http::Connection;
use super::process::Server;
use super::scene::median;
use super::work;

/// Milliseconds from a mutation's answer, and from its request, to the frame at a subscriber: medians.
pub async fn news(server: &Server, organisation: &Organisation) -> Result<(f64, f64), Failure> {
    tokio::time::timeout(Duration::from_mins(1), news_of(server, organisation))
        .await
        .map_err(|_| "news did not come within a minute")?
}

async fn news_of(server: &Server, organisation: &Organisation) -> Result<(f64, f64), Failure> {
    let mut request = format!("ws://{}/graphql", server.address).into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    let query = "subscription { ratingChanged { cursor content { title authors { name } } tally { count score } } }";
    socket.send(Message::text(json!({ "type": "connection_init" }).to_string())).await?;
    socket
        .send(Message::text(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } }).to_string()))
        .await?;
    let (heard, mut news) = tokio::sync::mpsc::unbounded_channel();
    let reader = tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let at = Instant::now();
            let is_news = message.to_text().is_ok_and(|text| text.contains("\"next\"") && !text.contains("\"errors\""));
            if is_news && heard.send(at).is_err() {
                return;
            }
        }
    });
    // The subscription has to stand before the first rating.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut connection = Connection::open(server.address).await?;
    let mut rng = Rng::new(8);
    let (mut after_answer, mut after_request) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        let request = work::rating(organisation, &mut rng);
        let asked = Instant::now();
        let answer = connection.ask(&request).await?;
        let answered = Instant::now();
        if !String::from_utf8_lossy(answer).contains("\"changed\":true") {
            continue;
        }
        let at = news.recv().await.ok_or("the subscription ended")?;
        after_answer.push(at.saturating_duration_since(answered).as_secs_f64() * 1_000.0);
        after_request.push(at.duration_since(asked).as_secs_f64() * 1_000.0);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    reader.abort();
    Ok((median(after_answer.into_iter()), median(after_request.into_iter())))
}
