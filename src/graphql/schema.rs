//! The schema, and how an operation is run on it.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Name, Response, ScalarType, Schema as Built, SchemaBuilder, ValidationMode, Value};

use super::context::Request;
use super::document::{Documents, Reading};
use super::error::{mark, refused};
use super::mutation::Mutation;
use super::query::Query;
use super::scalar::DateTime;
use super::subscription::Subscription;
use crate::app::allowance::Allowance;
use crate::app::house::App;
use crate::app::viewer::Viewer;

/// How deep fields may stand in one another.
const DEPTH: usize = 16;
/// How long one telling of a subscription may take when nothing is said.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many directives one field may have.
const DIRECTIVES: usize = 10;

pub(super) type Schema = Built<Query, Mutation, Subscription>;

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    let builder = Built::build(Query::default(), Mutation::default(), Subscription)
        .limit_depth(DEPTH)
        .limit_directives(DIRECTIVES);
    builder.register_output_type::<super::nodes::node::Node>()
}

/// The schema as text.
#[must_use]
pub fn sdl() -> String {
    builder().finish().sdl()
}

/// The schema on a running app.
#[derive(Clone)]
pub struct Executor {
    /// For documents that were held against the schema once and for all.
    schema: Schema,
    /// For the others.
    strict: Schema,
    app: Arc<App>,
    documents: Arc<Documents>,
    introspection: bool,
    pub(super) patience: Duration,
}

impl std::fmt::Debug for Executor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Executor").finish_non_exhaustive()
    }
}

/// What an operation does; only one that reads may come by GET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    Query,
    Mutation,
    Subscription,
}

impl OperationKind {
    /// What GraphQL calls it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// An operation that was parsed and found to be within bounds.
pub struct Operation {
    pub(super) request: async_graphql::Request,
    pub(super) document: Arc<ExecutableDocument>,
    unchecked: bool,
    /// What it does.
    pub kind: OperationKind,
    /// What it costs, and what is left after it.
    pub allowance: Allowance,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Operation {
    /// Its name in its document, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let only = || self.document.operations.iter().next().and_then(|(name, _)| name).map(Name::as_str);
        self.request.operation_name.as_deref().or_else(only)
    }
}

impl Executor {
    /// The schema on `app`.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        let schema = builder().validation_mode(ValidationMode::Fast).finish();
        let documents = Arc::new(Documents::of(&schema.sdl()));
        Self { schema, strict: builder().finish(), app, documents, introspection: true, patience: PATIENCE }
    }

    /// The same, with questions about the schema answered or not.
    #[must_use]
    pub fn with_introspection(self, introspection: bool) -> Self {
        Self { introspection, ..self }
    }

    /// The same, with this time for each telling of a subscription.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The app behind it.
    #[must_use]
    pub const fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Parses an operation, or takes it from memory, measures it and holds it against the schema.
    ///
    /// # Errors
    /// The answer to one that cannot be run.
    pub fn prepare(&self, request: async_graphql::Request) -> Result<Operation, Box<Response>> {
        match self.documents.read(&request) {
            Ok(Reading { introspects: true, .. }) if !self.introspection => {
                let told = "this server tells nothing about its schema; read it in the documentation";
                Err(Box::new(Response::from_errors(vec![refused("FORBIDDEN", told)])))
            }
            Ok(Reading { document, kind, unchecked, cost, .. }) => {
                Ok(Operation { request, document, unchecked, kind, allowance: Allowance { cost, budget: None } })
            }
            Err(errors) => Err(Box::new(Response::from_errors(errors))),
        }
    }

    /// Runs a query or a mutation.
    pub async fn execute(&self, operation: Operation, viewer: Viewer, request_id: &str) -> Response {
        let allowance = operation.allowance;
        let desk = Arc::new(Request::new(Arc::clone(&self.app), viewer, allowance));
        let schema = self.schema_of(&operation);
        let mut request = operation.request.data(desk);
        request.set_parsed_query(ExecutableDocument::clone(&operation.document));
        let mut response = schema.execute(request).await;
        response.extensions.insert("rateLimit".to_owned(), extension(&allowance));
        mark(&mut response, request_id);
        response
    }

    /// The schema that an operation is run on.
    pub(super) const fn schema_of(&self, operation: &Operation) -> &Schema {
        if operation.unchecked { &self.strict } else { &self.schema }
    }
}

/// The cost and the budget as every answer tells them.
fn extension(allowance: &Allowance) -> Value {
    let mut told = IndexMap::new();
    told.insert(Name::new("cost"), Value::from(allowance.cost));
    if let Some(budget) = &allowance.budget {
        told.insert(Name::new("limit"), Value::from(budget.limit));
        told.insert(Name::new("remaining"), Value::from(budget.remaining));
        told.insert(Name::new("resetAt"), DateTime(budget.reset_at).to_value());
    }
    Value::Object(told)
}
