//! Sources.

use async_graphql::{Context, InputObject, Object, Result};

use super::payload::payload;
use crate::domain::source::{NewSource, SourcePatch};
use crate::graphql::context::{Desk, given};
use crate::graphql::input::SourceRef;
use crate::graphql::nodes::source::{Scale, Source, Visibility};

/// A source.
#[derive(Clone, Debug, InputObject)]
pub struct CreateSourceInput {
    /// The name for addresses: lower case, no blanks, at most 100 characters. It never changes.
    pub slug: String,
    /// The name people know it by.
    pub name: String,
    /// What kind of system it is, such as `FORUM` or `CODE_REVIEW`.
    pub kind: String,
    /// The values that its ratings have.
    pub scale: Scale,
    /// Private when it is missing.
    pub visibility: Option<Visibility>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `createSource`.
    CreateSourcePayload {
        /// The source as it stands now.
        source: Source,
    }
    /// Why `createSource` did nothing.
    CreateSourceUserError,
    /// The rules that `createSource` can meet.
    CreateSourceErrorCode {
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

/// What changes of a source; what is missing stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateSourceInput {
    /// Which source changes.
    pub source: SourceRef,
    /// The new name.
    pub name: Option<String>,
    /// The new kind.
    pub kind: Option<String>,
    /// The new scale; only while nothing was rated.
    pub scale: Option<Scale>,
    /// Whether its ratings are private, or public acts. Making them public shows who rated what, also in the past.
    pub visibility: Option<Visibility>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `updateSource`.
    UpdateSourcePayload {
        /// The source as it stands now.
        source: Source,
    }
    /// Why `updateSource` did nothing.
    UpdateSourceUserError,
    /// The rules that `updateSource` can meet.
    UpdateSourceErrorCode {
        /// The scale cannot change any more: it was rated on.
        ScaleInUse,
        /// There is no such source.
        SourceNotFound,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
    }
}

/// Sources.
#[derive(Debug, Default)]
pub struct SourceMutation;

#[Object]
impl SourceMutation {
    /// Makes a source. Admins only.
    async fn create_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: CreateSourceInput,
    ) -> Result<CreateSourcePayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let visibility = input.visibility.unwrap_or(Visibility::Private).into();
        match async {
            desk.app
                .create_source(
                    &desk.viewer,
                    NewSource::check(&input.slug, &input.name, &input.kind, input.scale.into(), visibility)?,
                )
                .await
        }
        .await
        {
            Ok(done) => {
                Ok(CreateSourcePayload { source: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => CreateSourcePayload::refused(error, client_mutation_id),
        }
    }

    /// Changes a source. Admins only.
    async fn update_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: UpdateSourceInput,
    ) -> Result<UpdateSourcePayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.source.read("input.source"))?;
        let patch = SourcePatch {
            name: input.name,
            kind: input.kind,
            scale: input.scale.map(Into::into),
            visibility: input.visibility.map(Into::into),
        };
        match desk.app.update_source(&desk.viewer, &by, &patch).await {
            Ok(done) => {
                Ok(UpdateSourcePayload { source: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => UpdateSourcePayload::refused(error, client_mutation_id),
        }
    }
}
