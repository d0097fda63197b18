//! A person around whose work things happen.

use async_graphql::{Context, Object, Result};

use super::page::whole;
use crate::domain::id::PersonId;
use crate::domain::trend::trending::Trending;
use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::trend::{Explanation, PersonTrend, TrendDirection};

impl PersonTrend {
    fn trend(&self) -> &Trending<PersonId> {
        &self.list[self.rank]
    }
}

/// A person around whose work others do something, or were expected to. What people do themselves does not lift them.
#[Object]
impl PersonTrend {
    /// The person.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let person = desk.loaders.person(desk, self.trend().id).await;
        found(person.map(|person| person.map(|person| Person::from(person.as_ref()))))
    }
    /// Above 0 when others do more around their work than was to be expected, the more so the more people; below 0 when less.
    async fn heat(&self) -> f64 {
        self.trend().activity.heat().score()
    }
    /// Which way it goes.
    async fn direction(&self) -> TrendDirection {
        self.trend().activity.direction().into()
    }
    /// What happened: days on which another person answered or rated something of theirs, counted for each of these people.
    async fn activity(&self) -> i64 {
        whole(self.trend().activity.acts)
    }
    /// As much activity as was to be expected at these hours of these days.
    async fn expected(&self) -> f64 {
        self.trend().activity.expected
    }
    /// Different people who did so.
    async fn people_count(&self) -> i64 {
        whole(self.trend().activity.people)
    }
    /// Contents of theirs that were published in the window.
    async fn content_count(&self) -> i64 {
        self.trend().contents.into()
    }
    /// Ratings in the window of contents of theirs.
    async fn rating_count(&self) -> i64 {
        self.trend().ratings.into()
    }
    /// Acts in each of 24 equal parts of the window, the earliest first.
    async fn sparkline(&self) -> &[u32] {
        &self.trend().line
    }
    /// Why it is so.
    async fn explanation(&self) -> Explanation {
        (&self.trend().activity.heat()).into()
    }
}
