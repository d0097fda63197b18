//! Documents: parsed once, and measured before anything is executed.
//!
//! Two spreads of a fragment that has two spreads of another, and so on, make a short text that means billions of fields.
//! The library expands it before its own limits apply, so it is measured here, with one visit to each fragment.

use std::collections::HashMap;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet};
use async_graphql::{Positioned, Request, ServerError, Value as Const};
use async_graphql::{Name, Variables};

use super::error::refused;
use super::schema::OperationKind;
use crate::domain::page::{CAP, DEFAULT};

/// The longest document, in bytes.
const LENGTH: usize = 64 * 1024;
/// How many fields an operation may mean once its fragments are expanded.
const FIELDS: u64 = 5_000;
/// How many items an operation may ask for, lists within lists multiplied.
const ITEMS: u64 = 100_000;
/// How many documents are kept.
const KEPT: u64 = 1_000;
/// How deep selections may stand in one another before the measuring stops.
const DEPTH: usize = 64;

/// Parsed documents by their text.
#[derive(Debug)]
pub struct Documents {
    parsed: moka::sync::Cache<String, ExecutableDocument>,
}

impl Default for Documents {
    fn default() -> Self {
        Self { parsed: moka::sync::Cache::new(KEPT) }
    }
}

impl Documents {
    /// The document of a request and what its operation does.
    ///
    /// # Errors
    /// `BAD_REQUEST` when it cannot be parsed or names no operation of its own, `COST_EXCEEDED` when it asks for too much.
    pub fn read(&self, request: &Request) -> Result<(ExecutableDocument, OperationKind), ServerError> {
        if request.query.len() > LENGTH {
            return Err(refused("COST_EXCEEDED", format!("a document may have at most {LENGTH} bytes")));
        }
        let document = match self.parsed.get(&request.query) {
            Some(document) => document,
            None => {
                let document = async_graphql::parser::parse_query(&request.query).map_err(ServerError::from)?;
                self.parsed.insert(request.query.clone(), document.clone());
                document
            }
        };
        let kind = {
            let operation = chosen(&document, request.operation_name.as_deref())?;
            Measure { document: &document, variables: &request.variables, fragments: HashMap::new() }.check(operation)?;
            match operation.ty {
                OperationType::Query => OperationKind::Query,
                OperationType::Mutation => OperationKind::Mutation,
                OperationType::Subscription => OperationKind::Subscription,
            }
        };
        Ok((document, kind))
    }
}

fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, ServerError> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        (DocumentOperations::Multiple(_), None) => return Err(refused("BAD_REQUEST", "the document has several operations; say which one in operationName")),
    };
    found.map(|operation| &operation.node).ok_or_else(|| refused("BAD_REQUEST", "the document has no operation of this name"))
}

/// Fields and items that a part of a document means.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    fields: u64,
    items: u64,
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// What was measured, `None` while it is being measured: a fragment in itself is for the validation to refuse.
    fragments: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Measure<'a> {
    fn check(mut self, operation: &'a OperationDefinition) -> Result<(), ServerError> {
        let size = self.set(&operation.selection_set, 0);
        if size.fields > FIELDS {
            return Err(refused("COST_EXCEEDED", format!("this operation means more than {FIELDS} fields; ask for less at once")));
        }
        if size.items > ITEMS {
            return Err(refused("COST_EXCEEDED", format!("this operation asks for up to {} items, more than {ITEMS}; ask for smaller pages", size.items)));
        }
        Ok(())
    }

    fn set(&mut self, set: &'a Positioned<SelectionSet>, depth: usize) -> Size {
        let mut sum = Size::default();
        if depth > DEPTH {
            return Size { fields: u64::MAX, items: 0 };
        }
        for selection in &set.node.items {
            let size = match &selection.node {
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set, depth + 1),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, depth),
                Selection::Field(field) => {
                    let inner = self.set(&field.node.selection_set, depth + 1);
                    let items = self.items(&field.node);
                    Size { fields: inner.fields.saturating_add(1), items: items.map_or(inner.items, |n| n.saturating_mul(inner.items.saturating_add(1))) }
                }
            };
            sum.fields = sum.fields.saturating_add(size.fields);
            sum.items = sum.items.saturating_add(size.items);
        }
        sum
    }

    fn fragment(&mut self, name: &'a Name, depth: usize) -> Size {
        if let Some(known) = self.fragments.get(name) {
            return known.unwrap_or_default();
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Size::default() };
        self.fragments.insert(name, None);
        let size = self.set(&fragment.node.selection_set, depth + 1);
        self.fragments.insert(name, Some(size));
        size
    }

    /// How many items a field asks for, if it is a list that says so.
    fn items(&self, field: &Field) -> Option<u64> {
        let (_, value) = field.arguments.iter().find(|(name, _)| matches!(name.node.as_str(), "first" | "last"))?;
        let unsaid = u64::try_from(DEFAULT).unwrap_or_default();
        let given = |name: Name| Ok::<_, std::convert::Infallible>(self.variables.get(&name).cloned().unwrap_or_default());
        Some(match value.node.clone().into_const_with(given) {
            Ok(Const::Number(number)) => number.as_u64().unwrap_or(0).min(u64::try_from(CAP).unwrap_or(u64::MAX)),
            _ => unsaid,
        })
    }
}
