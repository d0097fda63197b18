//! People who go, from the command line: what is known of them is written out, or taken away.

use serde_json::{Value, json};

use super::error::CommandError;
use crate::app::erasure::PersonalData;
use crate::app::house::App;
use crate::domain::person::PersonRef;

/// Everything that is known of the person with this handle, as JSON.
///
/// # Errors
/// When there is no such person.
pub async fn export(app: &App, handle: &str) -> Result<String, CommandError> {
    let data = app.personal_data(&PersonRef::Handle(handle.to_owned())).await?;
    Ok(format!("{:#}\n", written(app, &data)))
}

/// Makes the person with this handle unrecognisable, for good. What comes back is the handle that is left.
///
/// # Errors
/// When there is no such person.
pub async fn erase(app: &App, handle: &str) -> Result<String, CommandError> {
    Ok(app.erase_named(&PersonRef::Handle(handle.to_owned())).await?.handle)
}

fn written(app: &App, data: &PersonalData) -> Value {
    let source = |id| app.source_by_id(id).map(|source| source.slug.clone());
    let topic = |id| app.topic_by_id(id).map(|topic| topic.slug.clone());
    let accounts = data.accounts.iter().map(|a| json!({ "source": source(a.source), "externalId": a.external_id }));
    let contents = data.contents.iter().map(|content| {
        json!({
            "source": source(content.source), "externalId": content.external_id, "kind": content.kind, "title": content.title,
            "body": content.body, "url": content.url, "publishedAt": content.published_at, "withdrawnAt": content.withdrawn_at,
            "hiddenAt": content.hidden_at, "hiddenReason": content.hidden_reason,
            "topics": content.topics.iter().map(|id| topic(*id)).collect::<Vec<_>>(),
        })
    });
    let ratings = data.ratings.iter().map(|rating| {
        json!({ "content": rating.content.0, "value": rating.mark.map(|mark| mark.value), "kind": rating.kind, "at": rating.rated_at })
    });
    let leaderships = data.leaderships.iter().map(|l| {
        json!({
            "topic": topic(l.topic), "kind": l.kind.as_str(), "role": l.role, "from": l.valid_from, "to": l.valid_to,
            "evidenceText": l.evidence_text, "evidenceUrl": l.evidence_url,
        })
    });
    let endorsements = data.endorsements.iter().map(|e| {
        let direction = if e.endorser == data.person.id { "given" } else { "received" };
        json!({ "direction": direction, "topic": topic(e.topic), "text": e.text, "at": e.endorsed_at, "until": e.expires_at })
    });
    let past = data.past_ratings.iter().map(|rating| {
        json!({ "content": rating.content.0, "step": rating.step, "at": rating.rated_at, "until": rating.ended_at })
    });
    let contests = data.contests.iter().map(
        |c| json!({ "topic": topic(c.topic), "text": c.text, "at": c.contested_at, "withdrawnAt": c.withdrawn_at }),
    );
    json!({
        "person": data.person,
        "accounts": accounts.collect::<Vec<_>>(),
        "contents": contents.collect::<Vec<_>>(),
        "ratings": ratings.collect::<Vec<_>>(),
        "leaderships": leaderships.collect::<Vec<_>>(),
        "endorsements": endorsements.collect::<Vec<_>>(),
        "pastRatings": past.collect::<Vec<_>>(),
        "contests": contests.collect::<Vec<_>>(),
    })
}
