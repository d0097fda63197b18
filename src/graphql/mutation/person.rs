//! People.

use async_graphql::{Context, InputObject, Object, Result};

use super::payload::payload;
use crate::domain::person::{NewPerson, PersonPatch};
use crate::graphql::context::{Desk, given};
use crate::graphql::input::PersonRef;
use crate::graphql::nodes::person::{Person, PersonKind};

/// A person.
#[derive(Clone, Debug, InputObject)]
pub struct CreatePersonInput {
    /// The name for addresses: lower case, no blanks, at most 100 characters.
    pub handle: String,
    /// The name people know them by.
    pub name: String,
    /// Human when it is missing.
    pub kind: Option<PersonKind>,
    /// The unit of the organisation they belong to.
    pub team: Option<String>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `createPerson`.
    CreatePersonPayload {
        /// The person as they stand now.
        person: Person,
    }
    /// Why `createPerson` did nothing.
    CreatePersonUserError,
    /// The rules that `createPerson` can meet.
    CreatePersonErrorCode {
        /// The name is taken.
        Taken,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
    }
}

/// What changes of a person; what is missing stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdatePersonInput {
    /// Who changes.
    pub person: PersonRef,
    /// The new handle. Admins only.
    pub handle: Option<String>,
    /// The new name.
    pub name: Option<String>,
    /// Human or bot. Admins only.
    pub kind: Option<PersonKind>,
    /// Whether they still belong to the organisation. Admins only.
    pub active: Option<bool>,
    /// The unit of the organisation they belong to; an empty text takes them out of it. Admins only.
    pub team: Option<String>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `updatePerson`.
    UpdatePersonPayload {
        /// The person as they stand now.
        person: Person,
    }
    /// Why `updatePerson` did nothing.
    UpdatePersonUserError,
    /// The rules that `updatePerson` can meet.
    UpdatePersonErrorCode {
        /// There is no such person.
        PersonNotFound,
        /// The name is taken.
        Taken,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
    }
}

/// Who is erased.
#[derive(Clone, Debug, InputObject)]
pub struct ErasePersonInput {
    /// Who it is.
    pub person: PersonRef,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `erasePerson`.
    ErasePersonPayload {
        /// What is left of the person.
        person: Person,
    }
    /// Why `erasePerson` did nothing.
    ErasePersonUserError,
    /// The rules that `erasePerson` can meet.
    ErasePersonErrorCode {
        /// There is no such person.
        PersonNotFound,
    }
}

/// People.
#[derive(Debug, Default)]
pub struct PersonMutation;

#[Object]
impl PersonMutation {
    /// Makes a person. Admins only.
    async fn create_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: CreatePersonInput,
    ) -> Result<CreatePersonPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let kind = input.kind.unwrap_or(PersonKind::Human).into();
        let new = NewPerson::check(&input.handle, &input.name, kind).and_then(|new| new.in_team(input.team.as_deref()));
        match async { desk.app.create_person(&desk.viewer, new?).await }.await {
            Ok(done) => {
                Ok(CreatePersonPayload { person: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => CreatePersonPayload::refused(error, client_mutation_id),
        }
    }

    /// Changes a person: people their own name, admins everything.
    async fn update_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: UpdatePersonInput,
    ) -> Result<UpdatePersonPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.person.read("input.person"))?;
        let patch = PersonPatch {
            handle: input.handle,
            name: input.name,
            kind: input.kind.map(Into::into),
            active: input.active,
            team: input.team,
        };
        match desk.app.update_person(&desk.viewer, &by, &patch).await {
            Ok(done) => {
                Ok(UpdatePersonPayload { person: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => UpdatePersonPayload::refused(error, client_mutation_id),
        }
    }

    /// Makes somebody unrecognisable, for good: names, accounts, ratings, the words of endorsements, objections and evidence go,
    /// from the change log too, and everything computed follows. What they wrote stays without a name; withdraw it before if it
    /// must go. People themselves, and admins anybody.
    async fn erase_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: ErasePersonInput,
    ) -> Result<ErasePersonPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.person.read("input.person"))?;
        match desk.app.erase_person(&desk.viewer, &by).await {
            Ok(done) => {
                Ok(ErasePersonPayload { person: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => ErasePersonPayload::refused(error, client_mutation_id),
        }
    }
}
