//! What stands out: a word, a topic, a content, a person, with what is known of each.

use std::sync::Arc;

use async_graphql::SimpleObject;

use super::trend::{Explanation, TrendDirection, Trends};
use crate::domain::id::{ContentId, PersonId, TopicId};
use crate::domain::trend::trending::{LEAST_RATERS, Trending, TrendingContent, TrendingWord};
use crate::graphql::scalar::DateTime;

/// A word or a phrase that stands out, in the language it was written in.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct WordTrend {
    /// The ranking that it stands in, and where.
    #[graphql(skip)]
    pub place: (Arc<Vec<TrendingWord>>, usize),
    /// The word in the form in which it is written most; the words of a phrase in their order.
    pub text: String,
    /// Its score as a share of the best of the ranking, above 0 up to 1: ready for the size of a font.
    pub weight: f64,
    /// Its score in this ranking.
    pub score: f64,
    /// Texts in the window that use it.
    pub count: i64,
    /// Different people in the window who use it.
    pub authors: i64,
    /// Texts that were to be expected to use it, from its past.
    pub expected: f64,
    /// How many times more it is used than was to be expected.
    pub lift: f64,
    /// How peers rate the texts in the window that use it, -1 to 1; null where fewer than three people have rated them.
    pub rating: Option<f64>,
    /// Texts that use it in each of 24 equal parts of the window, the earliest first.
    pub sparkline: Vec<u32>,
    /// Since when it surges: people suddenly use it far more than in the months before. Null for what does not surge.
    pub surging_since: Option<DateTime>,
    /// Why its score is what it is.
    pub explanation: Explanation,
}

impl WordTrend {
    /// The word of this rank.
    #[must_use]
    pub fn of(list: &Arc<Vec<TrendingWord>>, rank: usize) -> Self {
        let word = &list[rank];
        Self {
            place: (Arc::clone(list), rank),
            text: word.text.clone(),
            weight: word.weight,
            score: word.explanation.score(),
            count: word.texts.into(),
            authors: word.people.into(),
            expected: word.expected,
            lift: word.lift,
            rating: word.rating,
            sparkline: word.line.clone(),
            surging_since: word.surging_since.map(DateTime),
            explanation: (&word.explanation).into(),
        }
    }
}

/// A content that stands out.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ContentTrend {
    #[graphql(skip)]
    pub key: ContentId,
    /// Its score in this ranking.
    pub score: f64,
    /// How its peers rate it, -1 to 1, freed of how generous or harsh each of them is, and drawn towards what is usual in its
    /// source while few have rated it; newcomers and teams who come together count less. Null below three raters.
    pub rating: Option<f64>,
    /// Half the width of the interval in which the rating lies in two of three cases.
    pub margin: f64,
    /// Ratings within the window. Once how it is rated is told, they count when they are told.
    pub rating_count: i64,
    /// Replies within the window.
    pub reply_count: i64,
    /// Why its score is what it is.
    pub explanation: Explanation,
}

impl From<&TrendingContent> for ContentTrend {
    fn from(trend: &TrendingContent) -> Self {
        Self {
            key: trend.content,
            score: trend.explanation.score(),
            rating: (trend.fair.count >= LEAST_RATERS).then(|| trend.fair.rating()),
            margin: trend.fair.margin,
            rating_count: trend.ratings.into(),
            reply_count: trend.replies.into(),
            explanation: (&trend.explanation).into(),
        }
    }
}

/// Makes the type of something around which people act. What its acts are is told in its own words.
macro_rules! trend {
    ($(#[$doc:meta])* $Trend:ident, $Id:ty, { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? } $(, $key:ident: $Key:ty)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, SimpleObject)]
        #[graphql(complex)]
        pub struct $Trend {
            #[graphql(skip)]
            pub key: $Id,
            $(#[graphql(skip)]
            pub $key: $Key,)?
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl $Trend {
            /// The node of what was found.
            #[must_use]
            pub fn of(trend: &Trending<$Id>$(, $key: $Key)?) -> Self {
                let heat = trend.activity.heat();
                Self {
                    key: trend.id,
                    $($key,)?
                    heat: heat.score(),
                    direction: trend.activity.direction().into(),
                    activity: whole(trend.activity.acts),
                    expected: trend.activity.expected,
                    people_count: whole(trend.activity.people),
                    content_count: trend.contents.into(),
                    rating_count: trend.ratings.into(),
                    sparkline: trend.line.clone(),
                    explanation: (&heat).into(),
                }
            }
        }
    };
}

trend!(
    /// A topic on which something happens, or was to be expected.
    TopicTrend,
    TopicId,
    {
        /// How hot it is: above 0 when more happens than was to be expected, the more so the more people take part; below 0 when less.
        heat: f64,
        /// Which way it goes.
        direction: TrendDirection,
        /// What happened: days on which somebody wrote, answered or rated on it, counted for each person.
        activity: i64,
        /// As much activity as was to be expected at these hours of these days.
        expected: f64,
        /// Different people who wrote or answered on it, and different people who rated: whoever did both counts in both, so that nobody
        /// sees who rated.
        people_count: i64,
        /// Contents on it that were published in the window.
        content_count: i64,
        /// Ratings of contents on it that came to be told in the window.
        rating_count: i64,
        /// Acts on it in each of 24 equal parts of the window, the earliest first.
        sparkline: Vec<u32>,
        /// Why it is as hot as it is.
        explanation: Explanation,
    },
    trends: Trends
);

trend!(
    /// A person around whose work others do something, or were expected to. What people do themselves does not lift them.
    PersonTrend,
    PersonId,
    {
        /// Above 0 when others do more around their work than was to be expected, the more so the more people; below 0 when less.
        heat: f64,
        /// Which way it goes.
        direction: TrendDirection,
        /// What happened: days on which another person answered or rated something of theirs, counted for each of these people.
        activity: i64,
        /// As much activity as was to be expected at these hours of these days.
        expected: f64,
        /// Different people who answered, and different people who rated: whoever did both counts in both.
        people_count: i64,
        /// Contents of theirs that were published in the window.
        content_count: i64,
        /// Ratings of contents of theirs that came to be told in the window.
        rating_count: i64,
        /// Acts in each of 24 equal parts of the window, the earliest first.
        sparkline: Vec<u32>,
        /// Why it is so.
        explanation: Explanation,
    }
);

/// What was counted, as a number of the schema.
#[expect(clippy::cast_possible_truncation, reason = "counts are whole and small")]
const fn whole(count: f64) -> i64 {
    count as i64
}
