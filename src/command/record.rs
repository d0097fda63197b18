//! The lines of the files that an import reads and an export writes.

use serde::{Deserialize, Serialize};

use super::told::{Id, Stamp, Told, Whole};

/// The description of the source that a folder comes from.
pub const SOURCE: &str = "source.json";

/// Writes the fields of a line once; those it does not mention are left out again when it is written.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        pub struct $name {
            $($(#[$field_doc])* #[serde(default, skip_serializing_if = "Told::is_missing")] pub $field: Told<$type>,)+
        }
    };
}

record! {
    /// What `source.json` says.
    SourceRecord {
        id: Id,
        name: String,
        kind: String,
        scale: String,
        visibility: String,
    }
}

record! {
    /// A line of `people.jsonl`.
    PersonRecord {
        id: Id,
        handle: String,
        name: String,
        kind: String,
        active: bool,
        team: String,
    }
}

record! {
    /// A line of `topics.jsonl`.
    TopicRecord {
        id: Id,
        name: String,
        description: String,
        /// Another word for the description.
        mission: String,
        parent_id: Id,
        synonym_of: Id,
        /// Missing: on. The operator's word.
        emergent_leadership: bool,
    }
}

record! {
    /// A line of `content.jsonl`.
    ContentRecord {
        id: Id,
        kind: String,
        created_at: Stamp,
        author_ids: Vec<Id>,
        topic_ids: Vec<Id>,
        title: String,
        body: String,
        url: String,
        lang: String,
        /// Another word for `lang`.
        language: String,
        parent_id: Id,
        withdrawn_at: Stamp,
        hidden_at: Stamp,
        hidden_reason: String,
    }
}

record! {
    /// A line of `ratings.jsonl`.
    RatingRecord {
        rater_id: Id,
        content_id: Id,
        kind: String,
        /// `null` when the rating was withdrawn.
        value: Whole,
        at: Stamp,
    }
}

record! {
    /// A line of `leadership.jsonl`.
    LeadershipRecord {
        person_id: Id,
        topic_id: Id,
        kind: String,
        role: String,
        from: Stamp,
        to: Stamp,
        evidence_text: String,
        evidence_url: String,
    }
}

record! {
    /// A line of `endorsements.jsonl`.
    EndorsementRecord {
        from_id: Id,
        to_id: Id,
        topic_id: Id,
        text: String,
        at: Stamp,
        expires_at: Stamp,
        withdrawn_at: Stamp,
    }
}

record! {
    /// A line of `contests.jsonl`.
    ContestRecord {
        person_id: Id,
        topic_id: Id,
        text: String,
        at: Stamp,
        withdrawn_at: Stamp,
    }
}
