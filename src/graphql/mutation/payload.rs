//! Payloads: what became of an act, or why nothing did.

/// Makes the payload of a mutation, its user error and the codes that it can have.
///
/// The codes are those of the rules behind the mutation. One that is not listed is a fault of ours: it is told as such, and
/// the list has to be mended.
macro_rules! payload {
    (
        $(#[$doc:meta])* $Payload:ident { $($(#[$field_doc:meta])* $field:ident: $Type:ty),* $(,)? }
        $(#[$error_doc:meta])* $UserError:ident,
        $(#[$code_doc:meta])* $Code:ident { $($(#[$value_doc:meta])* $value:ident),+ $(,)? }
    ) => {
        $(#[$code_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
        pub enum $Code {
            $($(#[$value_doc])* $value),+
        }

        $(#[$error_doc])*
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        pub struct $UserError {
            /// Which rule.
            pub code: $Code,
            /// Where in the arguments, as a path; empty when it is about all of them.
            pub field: Vec<String>,
            /// What is wrong and what would be right, for a person to read.
            pub message: String,
        }

        $(#[$doc])*
        #[derive(Debug, Default, async_graphql::SimpleObject)]
        pub struct $Payload {
            $($(#[$field_doc])* pub $field: Option<$Type>,)*
            /// Why nothing was done; empty when it was.
            pub user_errors: Vec<$UserError>,
            /// As it was given.
            pub client_mutation_id: Option<String>,
        }

        impl $UserError {
            /// A refusal as data; anything else is an error.
            fn of(error: crate::app::error::Error) -> async_graphql::Result<Self> {
                let crate::app::error::Error::Invalid(invalid) = error else {
                    return Err(crate::graphql::error::failed(error));
                };
                let code = match invalid.code {
                    $(crate::domain::invalid::Code::$value => $Code::$value,)+
                    #[allow(unreachable_patterns, reason = "one mutation may list every code")]
                    _ => return Err(crate::graphql::error::failed(crate::app::error::Error::Invalid(invalid))),
                };
                let path = invalid.field.split('.').filter(|part| !part.is_empty()).map(str::to_owned);
                Ok(Self { code, field: std::iter::once("input".to_owned()).chain(path).collect(), message: invalid.message })
            }
        }

        impl $Payload {
            /// The payload of an act that was refused.
            fn refused(error: crate::app::error::Error, client_mutation_id: Option<String>) -> async_graphql::Result<Self> {
                Ok(Self { user_errors: vec![$UserError::of(error)?], client_mutation_id, ..Self::default() })
            }
        }
    };
}
pub(super) use payload;
