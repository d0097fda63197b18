//! Single things, by id or by their own names.

use async_graphql::{Context, ID, Object, Result};

use crate::app::error::Error;
use crate::domain::content::ContentRef as ContentBy;
use crate::domain::id::{ContentId, EndorsementId, LeadershipId, PersonId, RatingId, SourceId, TopicId};
use crate::domain::page::CAP;
use crate::domain::person::PersonRef as PersonBy;
use crate::graphql::context::{Desk, Request, found};
use crate::graphql::error::failed;
use crate::graphql::id::{Key, split};
use crate::graphql::input::{ContentRef, PersonRef, SourceRef, TopicRef};
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::node::Node;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::rating::Rating;
use crate::graphql::nodes::source::Source;
use crate::graphql::nodes::topic::Topic;

/// Single things.
#[derive(Debug, Default)]
pub struct LookupQuery;

#[Object]
impl LookupQuery {
    /// Anything that has an id; null when there is no such thing, or the viewer may not see it.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: ID) -> Option<Result<Node>> {
        match ctx.desk() {
            Ok(desk) => found(node(desk, &id).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// Up to 100 things by id, in the order of the ids; null in the place of each that is not there.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        let desk = ctx.desk()?;
        if ids.len() > CAP {
            return Err(failed(Error::BadRequest(format!("ids: at most {CAP} may be asked for"))));
        }
        let nodes = futures_util::future::join_all(ids.iter().map(|id| node(desk, id))).await;
        nodes.into_iter().map(|node| node.map_err(failed)).collect()
    }

    /// A person; null when there is none so named. Who was merged into another is that other.
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the person is named.")] by: PersonRef,
    ) -> Option<Result<Person>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let look = async { desk.app.person(&by.read("by")?).await };
        found(look.await.map(|person| person.map(|person| Person::from(person.as_ref()))))
    }

    /// A topic; null when there is none so named. Another word for a topic is found as such, see `synonymOf`.
    async fn topic(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the topic is named.")] by: TopicRef,
    ) -> Option<Result<Topic>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        found(by.read("by").map(|by| desk.app.topic(&by).map(|topic| Topic::from(topic.as_ref()))))
    }

    /// A source; null when there is none so named.
    async fn source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the source is named.")] by: SourceRef,
    ) -> Option<Result<Source>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        found(by.read("by").map(|by| desk.app.source(&by).map(|source| Source::from(source.as_ref()))))
    }

    /// A content; null when there is none so named, or the viewer may not see it.
    async fn content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the content is named.")] by: ContentRef,
    ) -> Option<Result<Content>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let look = async {
            match by.read("by")? {
                ContentBy::Id(id) => desk.loaders.content(desk, id).await,
                by @ ContentBy::External { .. } => desk.app.content(&desk.viewer, &by).await,
            }
        };
        found(look.await.map(|content| content.map(|content| Content::from(content.as_ref()))))
    }
}

async fn node(desk: &Request, id: &ID) -> Result<Option<Node>, Error> {
    let Some((letter, _)) = split(id) else {
        return Err(Error::BadRequest(format!("{:?} is no id; take one from an id field", id.0)));
    };
    Ok(match letter {
        PersonId::LETTER => desk
            .app
            .person(&PersonBy::Id(PersonId::parse("id", id)?))
            .await?
            .map(|noun| Node::Person(Box::new(noun.as_ref().into()))),
        ContentId::LETTER => desk
            .loaders
            .content(desk, ContentId::parse("id", id)?)
            .await?
            .map(|noun| Node::Content(Box::new(noun.as_ref().into()))),
        TopicId::LETTER => {
            desk.app.topic_by_id(TopicId::parse("id", id)?).map(|noun| Node::Topic(Box::new(noun.as_ref().into())))
        }
        SourceId::LETTER => {
            desk.app.source_by_id(SourceId::parse("id", id)?).map(|noun| Node::Source(Box::new(noun.as_ref().into())))
        }
        LeadershipId::LETTER => desk
            .app
            .leadership(LeadershipId::parse("id", id)?)
            .await?
            .map(|noun| Node::Leadership(Box::new((&noun).into()))),
        EndorsementId::LETTER => desk
            .app
            .endorsement(EndorsementId::parse("id", id)?)
            .await?
            .map(|noun| Node::Endorsement(Box::new((&noun).into()))),
        RatingId::LETTER => {
            let rating = desk.app.rating(&desk.viewer, RatingId::parse("id", id)?).await?;
            rating.as_ref().and_then(Rating::of).map(|noun| Node::Rating(Box::new(noun)))
        }
        _ => return Err(Error::BadRequest(format!("{:?} is the id of something that is no node", id.0))),
    })
}
