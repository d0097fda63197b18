//! In which order a list runs.

use async_graphql::{Enum, InputObject};

use super::page::OrderDirection;
use crate::domain::{content, person, topic};

/// How people are sorted.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct PersonOrder {
    /// What they are sorted by; equals are sorted by age.
    pub field: PersonOrderField,
    /// Which way the list runs.
    pub direction: OrderDirection,
}

/// What people are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "person::PersonOrderField")]
pub enum PersonOrderField {
    /// By handle.
    Handle,
    /// By name.
    Name,
    /// By the time Peerlead first heard of them.
    Created,
}

impl From<PersonOrder> for person::PersonOrder {
    fn from(order: PersonOrder) -> Self {
        Self { field: order.field.into(), direction: order.direction.into() }
    }
}

/// How topics are sorted.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct TopicOrder {
    /// What they are sorted by; equals are sorted by age.
    pub field: TopicOrderField,
    /// Which way the list runs.
    pub direction: OrderDirection,
}

/// What topics are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "topic::TopicOrderField")]
pub enum TopicOrderField {
    /// By slug.
    Slug,
    /// By name.
    Name,
    /// By the time Peerlead first heard of them.
    Created,
}

impl From<TopicOrder> for topic::TopicOrder {
    fn from(order: TopicOrder) -> Self {
        Self { field: order.field.into(), direction: order.direction.into() }
    }
}

/// How contents are sorted.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ContentOrder {
    /// What they are sorted by; equals are sorted by the time they were told.
    pub field: ContentOrderField,
    /// Which way the list runs.
    pub direction: OrderDirection,
}

/// What contents are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "content::ContentOrderField")]
pub enum ContentOrderField {
    /// By the time they were published.
    Published,
    /// By the fair score of their tally: `DESCENDING` gives the best rated first.
    Score,
}

impl From<ContentOrder> for content::ContentOrder {
    fn from(order: ContentOrder) -> Self {
        Self { field: order.field.into(), direction: order.direction.into() }
    }
}

/// How leaderships and endorsements are sorted: by their start.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct LeadershipOrder {
    /// Which way the list runs.
    pub direction: OrderDirection,
}
