//! Contests: people object to what is shown of them.

use super::error::{Error, refuse};
use super::house::App;
use super::viewer::Viewer;
use crate::domain::change::{ContestAct, Fact};
use crate::domain::contest::Contest;
use crate::domain::id::{ContestId, PersonId, TopicId};
use crate::domain::invalid::Code;
use crate::domain::text;
use crate::domain::time::Time;
use crate::domain::topic::TopicRef;
use crate::store::writing::Writing;

impl App {
    /// The viewer objects to what is shown of them on a topic; what they said before is said anew.
    ///
    /// # Errors
    /// `TOPIC_NOT_FOUND`, `FORBIDDEN`, or a text of the wrong form.
    pub async fn contest_leadership(&self, viewer: &Viewer, topic: &TopicRef, words: &str) -> Result<Contest, Error> {
        let person = viewer.member()?.id;
        let topic = self.named_topic("topic", topic)?.id;
        viewer.check_reach(self, None, &[topic])?;
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
    /// `TOPIC_NOT_FOUND`, `CONTEST_NOT_FOUND`, `FORBIDDEN`.
    pub async fn withdraw_contest(&self, viewer: &Viewer, topic: &TopicRef) -> Result<Contest, Error> {
        let person = viewer.member()?.id;
        let topic = self.named_topic("topic", topic)?.id;
        viewer.check_reach(self, None, &[topic])?;
        let now = self.clock.now();
        let mut writing = self.store.begin().await?;
        let mut withdrawn = None;
        for known in holding(&writing, person, topic, now).await? {
            let contest = writing.put_contest(&Contest { withdrawn_at: Some(now), ..known }).await?;
            writing.note(Fact::Contest { act: ContestAct::Withdrawn, contest: contest.clone() });
            withdrawn = Some(contest);
        }
        let Some(contest) = withdrawn else {
            return refuse(Code::ContestNotFound, "topic", "you have not objected to anything on this topic");
        };
        self.commit(writing).await?;
        Ok(contest)
    }
}

/// What somebody objects to on a topic, also as those who were found to be them and on what was found to be the same; what they said as
/// themselves comes last.
async fn holding(writing: &Writing<'_>, person: PersonId, topic: TopicId, at: Time) -> Result<Vec<Contest>, Error> {
    let mut topics: Vec<TopicId> = writing.topic_synonyms(topic).await?.iter().map(|synonym| synonym.id).collect();
    topics.push(topic);
    let mut found = Vec::new();
    for own in writing.merged_into(person).await?.into_iter().chain([person]) {
        let said = writing.contests_of(own).await?;
        found.extend(said.into_iter().filter(|contest| topics.contains(&contest.topic) && contest.is_valid_at(at)));
    }
    found.sort_by_key(|contest| ((contest.person, contest.topic) == (person, topic), contest.id));
    Ok(found)
}
