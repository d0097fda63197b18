//! Everything that has an id.

use async_graphql::{ID, Interface};

use super::content::Content;
use super::endorsement::Endorsement;
use super::leadership::Leadership;
use super::person::Person;
use super::rating::Rating;
use super::source::Source;
use super::topic::Topic;

/// Everything that has an id and can be asked for by it.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque and unique among everything; it never changes."))]
pub enum Node {
    Content(Box<Content>),
    Endorsement(Box<Endorsement>),
    Leadership(Box<Leadership>),
    Person(Box<Person>),
    Rating(Box<Rating>),
    Source(Box<Source>),
    Topic(Box<Topic>),
}
