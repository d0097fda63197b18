//! Subscriptions: run once to learn what somebody wants to hear, and then once for each change or list, for all who hear the same.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, PathSegment, Positioned, Response, ServerError, Value, Variables};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::context::{Request, Turn};
use super::error::{code, failed, late, mark, refused};
use super::schema::{Executor, Operation, Schema};
use crate::app::allowance::Allowance;
use crate::app::error::Error;
use crate::app::house::App;
use crate::app::listening::{Heard, Item};
use crate::app::viewer::Viewer;

/// How the transport writes an answer.
pub type Write = fn(&Response) -> String;

/// What a subscriber is told: a change, or why there will be no more.
#[derive(Clone, Debug)]
pub enum News {
    Change(Heard),
    End {
        /// The code of the error.
        code: &'static str,
        text: Arc<str>,
    },
}

impl Executor {
    /// Runs a subscription. `after` is a place in the log that the transport names; it is newer than the one of the document.
    ///
    /// # Errors
    /// The answer to a subscription that cannot be run, or that wants to hear nothing.
    pub async fn listen(
        &self,
        operation: Operation,
        viewer: Viewer,
        request_id: String,
        after: Option<String>,
        write: Write,
    ) -> Result<BoxStream<'static, News>, Box<Response>> {
        let script = Arc::new(Script::of(self, &operation, write));
        let wish = script.wish(viewer.clone(), after).await;
        let hearing = wish.map_err(|mut response| {
            mark(&mut response, &request_id);
            response
        })?;
        let (key, path) = (script.key(), script.path());
        let tell = move |item: Item, viewer: Viewer| Box::pin(Arc::clone(&script).tell(item, viewer)) as _;
        let ended = move |error: Error| {
            let error = failed(error).into_server_error(async_graphql::Pos::default());
            let error = ServerError { path: path.clone(), locations: Vec::new(), ..error };
            let mut response = Response::from_errors(vec![error]);
            mark(&mut response, &request_id);
            response
        };
        let heard = match self.app().listen(hearing, key, Arc::new(tell), viewer) {
            Ok(heard) => heard,
            Err(error) => return Err(Box::new(ended(error))),
        };
        let end = move |error| News::End { code: code(&error), text: write(&ended(error)).into() };
        Ok(heard.map(move |heard| heard.map_or_else(&end, News::Change)).boxed())
    }
}

/// A subscription that is run again and again.
struct Script {
    schema: Schema,
    app: Arc<App>,
    text: String,
    document: Arc<ExecutableDocument>,
    name: Option<String>,
    variables: Variables,
    allowance: Allowance,
    /// How long one telling may take.
    patience: Duration,
    write: Write,
}

impl Script {
    fn of(executor: &Executor, operation: &Operation, write: Write) -> Self {
        let request = &operation.request;
        Self {
            schema: executor.schema_of(operation).clone(),
            app: Arc::clone(executor.app()),
            text: request.query.clone(),
            document: Arc::clone(&operation.document),
            name: request.operation_name.clone(),
            variables: request.variables.clone(),
            allowance: operation.allowance,
            patience: executor.patience,
            write,
        }
    }

    async fn run(&self, desk: Arc<Request>) -> Option<Response> {
        let mut request = async_graphql::Request::new("").variables(self.variables.clone()).data(desk);
        request.operation_name.clone_from(&self.name);
        request.set_parsed_query(ExecutableDocument::clone(&self.document));
        self.schema.execute_stream(request).next().await
    }

    /// What the subscription wants to hear.
    async fn wish(
        &self,
        viewer: Viewer,
        after: Option<String>,
    ) -> Result<crate::app::listening::Hearing, Box<Response>> {
        let turn = Turn::Wishing { after, wish: OnceLock::new() };
        let desk = Arc::new(Request { turn, ..Request::new(Arc::clone(&self.app), viewer, self.allowance) });
        let answer = self.run(Arc::clone(&desk)).await;
        if let Turn::Wishing { wish, .. } = &desk.turn
            && let Some(hearing) = wish.get()
        {
            return Ok(hearing.clone());
        }
        let told = "a subscription has its field in the operation itself, not in a fragment";
        Err(Box::new(answer.unwrap_or_else(|| Response::from_errors(vec![refused("BAD_REQUEST", told)]))))
    }

    /// What a viewer is told of something.
    async fn tell(self: Arc<Self>, item: Item, viewer: Viewer) -> Option<Arc<str>> {
        // Many may be told this, so a fault is named after the change, not after somebody's request.
        let fault = format!("change-{}", item.seq());
        let desk = Request { turn: Turn::Hearing(item), ..Request::new(Arc::clone(&self.app), viewer, self.allowance) };
        // Paid for once, it is told as often as something happens: so each time it takes no longer than an operation may.
        let told = tokio::time::timeout(self.patience, self.run(Arc::new(desk))).await;
        let mut response = told.unwrap_or_else(|_| Some(late(self.patience)))?;
        mark(&mut response, &fault);
        Some((self.write)(&response).into())
    }

    fn operation(&self) -> Option<&OperationDefinition> {
        let mut operations = self.document.operations.iter();
        let found = match &self.name {
            Some(name) => operations.find(|(known, _)| known.is_some_and(|known| known == name.as_str())),
            None => operations.next(),
        };
        found.map(|(_, operation)| &operation.node)
    }

    /// Where the one field stands in the answers.
    fn path(&self) -> Vec<PathSegment> {
        let items = self.operation().into_iter().flat_map(|operation| &operation.selection_set.node.items);
        let fields = items.filter_map(|selection| match &selection.node {
            Selection::Field(field) => Some(PathSegment::Field(field.node.response_key().node.to_string())),
            _ => None,
        });
        fields.take(1).collect()
    }

    /// All that the answers depend on, beside the change and the viewer. What stands only in the arguments of the one field,
    /// such as a cursor, is not a part of it: those say which changes are told.
    fn key(&self) -> String {
        let mut used = Used { document: &self.document, names: BTreeSet::new(), seen: Vec::new() };
        if let Some(operation) = self.operation() {
            used.directives(&operation.directives);
            used.set(&operation.selection_set, true);
        }
        let given: BTreeMap<&str, Option<&Value>> =
            used.names.iter().map(|name| (name.as_str(), self.variables.get(name))).collect();
        let given = serde_json::to_string(&given).unwrap_or_else(|error| format!("{error}: {:?}", self.variables));
        format!("{}\0{}\0{given}", self.text, self.name.as_deref().unwrap_or_default())
    }
}

/// The variables that a selection uses.
struct Used<'a> {
    document: &'a ExecutableDocument,
    names: BTreeSet<Name>,
    /// Fragments that were looked into below the root field.
    seen: Vec<&'a str>,
}

impl<'a> Used<'a> {
    fn set(&mut self, set: &'a Positioned<SelectionSet>, is_root: bool) {
        for selection in &set.node.items {
            match &selection.node {
                Selection::Field(field) => self.field(&field.node, is_root),
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.node.directives);
                    self.set(&fragment.node.selection_set, is_root);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives);
                    let name = spread.node.fragment_name.node.as_str();
                    if self.seen.contains(&name) {
                        continue;
                    }
                    self.seen.push(name);
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.directives(&fragment.node.directives);
                        self.set(&fragment.node.selection_set, is_root);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'a Field, is_root: bool) {
        self.directives(&field.directives);
        for (_, value) in field.arguments.iter().filter(|_| !is_root) {
            let _ = value.node.clone().into_const_with(|name| Ok::<_, Infallible>(self.note(name)));
        }
        self.set(&field.selection_set, false);
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) {
        for directive in directives {
            for (_, value) in &directive.node.arguments {
                let _ = value.node.clone().into_const_with(|name| Ok::<_, Infallible>(self.note(name)));
            }
        }
    }

    fn note(&mut self, name: Name) -> Value {
        self.names.insert(name);
        Value::Null
    }
}
