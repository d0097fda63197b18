//! Contests: people object to what is shown of them.

use super::error::{Error, refuse};
use super::house::App;
use super::viewer::Viewer;
use crate::domain::change::{ContestAct, Fact};
use crate::domain::contest::Contest;
use crate::domain::id::ContestId;
use crate::domain::invalid::Code;
use crate::domain::text;
use crate::domain::topic::TopicRef;

impl App {
    /// The viewer objects to what is shown of them on a topic; what they said before is said anew.
    ///
    /// # Errors
    /// `TOPIC_NOT_FOUND`, or a text of the wrong form.
    pub async fn contest_leadership(&self, viewer: &Viewer, topic: &TopicRef, words: &str) -> Result<Contest, Error> {
        let person = viewer.member()?.id;
        let topic = self.named_topic("topic", topic)?.id;
        let text = text::required("text", words, text::REMARK)?;
        let now = self.clock.now();
        let mut writing = self.store.begin().await?;
        let contest = match writing.contest_of(person, topic).await? {
            None => Contest { id: ContestId(0), person, topic, text, contested_at: now, withdrawn_at: None },
            Some(known) => {
                let contested_at = if known.is_valid_at(now) { known.contested_at } else { now };
                Contest { text, contested_at, withdrawn_at: None, ..known }
            }
        };
        let contest = writing.put_contest(&contest).await?;
        writing.note(Fact::Contest { act: ContestAct::Contested, contest: contest.clone() });
        self.commit(writing).await?;
        Ok(contest)
    }

    /// The viewer objects no more.
    ///
    /// # Errors
    /// `TOPIC_NOT_FOUND`, `CONTEST_NOT_FOUND`.
    pub async fn withdraw_contest(&self, viewer: &Viewer, topic: &TopicRef) -> Result<Contest, Error> {
        let person = viewer.member()?.id;
        let topic = self.named_topic("topic", topic)?.id;
        let now = self.clock.now();
        let mut writing = self.store.begin().await?;
        let Some(known) = writing.contest_of(person, topic).await?.filter(|known| known.is_valid_at(now)) else {
            return refuse(Code::ContestNotFound, "topic", "you have not objected to anything on this topic");
        };
        let contest = Contest { withdrawn_at: Some(now), ..known };
        writing.put_contest(&contest).await?;
        writing.note(Fact::Contest { act: ContestAct::Withdrawn, contest: contest.clone() });
        self.commit(writing).await?;
        Ok(contest)
    }
}
