//! Documents: parsed once, and measured before anything is executed.
//!
//! Two spreads of a fragment that has two spreads of another, and so on, make a short text that means billions of fields.
//! The library expands it before its own limits apply, so it is measured here, with one visit to each fragment.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    VariableDefinition,
};
use async_graphql::{Name, Variables};
use async_graphql::{Positioned, Request, ServerError, Value as Const};

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
            // The library walks through all operations before it runs one, so all are measured.
            for (_, any) in document.operations.iter() {
                Measure::of(&document, &any.node, &request.variables).check(&any.node)?;
            }
            check_variables(operation, &request.variables)?;
            if operation.ty == OperationType::Subscription {
                check_root(&document, operation)?;
            }
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
        (DocumentOperations::Multiple(_), None) => {
            return Err(refused("BAD_REQUEST", "the document has several operations; say which one in operationName"));
        }
    };
    found
        .map(|operation| &operation.node)
        .ok_or_else(|| refused("BAD_REQUEST", "the document has no operation of this name"))
}

/// Refuses an operation whose required variables are not given. The library would find out at the first field that uses
/// one, when others have been executed already.
fn check_variables(operation: &OperationDefinition, given: &Variables) -> Result<(), ServerError> {
    for definition in operation.variable_definitions.iter().map(|definition| &definition.node) {
        let (name, kind) = (&definition.name.node, &definition.var_type.node);
        let missing = matches!(given.get(name), None | Some(Const::Null));
        if missing && !kind.nullable && (definition.default_value.is_none() || given.contains_key(name)) {
            return Err(refused(
                "BAD_REQUEST",
                format!("the variable ${name} must be given: it is of the type {kind}"),
            ));
        }
    }
    Ok(())
}

/// Refuses a subscription to several things at once, which the specification forbids and the library does not.
fn check_root(document: &ExecutableDocument, operation: &OperationDefinition) -> Result<(), ServerError> {
    let (mut sets, mut names, mut fragments) = (vec![&operation.selection_set.node], HashSet::new(), HashSet::new());
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    names.insert(&field.node.response_key().node);
                }
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    sets.extend(
                        document
                            .fragments
                            .get(name)
                            .filter(|_| fragments.insert(name))
                            .map(|fragment| &fragment.node.selection_set.node),
                    );
                }
            }
        }
    }
    if names.len() > 1 {
        Err(refused("BAD_REQUEST", "a subscription has one root field; open one for each"))
    } else {
        Ok(())
    }
}

/// Fields and items that a part of a document means.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    fields: u64,
    items: u64,
}

/// A plain list, such as the authors of a content, is taken for this many items.
const FEW: u64 = 3;
/// The fields that are plain lists of nouns when nothing says that they are connections.
const PLAIN: [&str; 5] = ["accounts", "ancestors", "authors", "sources", "topics"];

struct Measure<'a> {
    document: &'a ExecutableDocument,
    /// The operation's variables, with what they are when nothing is given.
    variables: HashMap<&'a Name, Option<&'a Const>>,
    /// What was measured of each fragment within a list of so many items, `None` while it is being measured: a fragment in
    /// itself is for the validation to refuse.
    fragments: HashMap<(&'a Name, u64), Option<Size>>,
}

impl<'a> Measure<'a> {
    fn of(document: &'a ExecutableDocument, operation: &'a OperationDefinition, given: &'a Variables) -> Self {
        let variable = |definition: &'a Positioned<VariableDefinition>| {
            let name = &definition.node.name.node;
            (name, given.get(name).or(definition.node.default_value.as_ref().map(|value| &value.node)))
        };
        Self {
            document,
            variables: operation.variable_definitions.iter().map(variable).collect(),
            fragments: HashMap::new(),
        }
    }

    fn check(mut self, operation: &'a OperationDefinition) -> Result<(), ServerError> {
        let size = self.set(&operation.selection_set, 1, 0);
        if size.fields > FIELDS {
            return Err(refused(
                "COST_EXCEEDED",
                format!("this operation means more than {FIELDS} fields; ask for less at once"),
            ));
        }
        if size.items > ITEMS {
            let told =
                format!("this operation asks for up to {} items, more than {ITEMS}; ask for smaller pages", size.items);
            return Err(refused("COST_EXCEEDED", told));
        }
        Ok(())
    }

    /// The size of a selection in a field whose list has `page` items.
    fn set(&mut self, set: &'a Positioned<SelectionSet>, page: u64, depth: usize) -> Size {
        let mut sum = Size::default();
        if depth > DEPTH {
            return Size { fields: u64::MAX, items: 0 };
        }
        for selection in &set.node.items {
            let size = match &selection.node {
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set, page, depth + 1),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, page, depth),
                Selection::Field(field) => self.field(&field.node, page, depth),
            };
            sum.fields = sum.fields.saturating_add(size.fields);
            sum.items = sum.items.saturating_add(size.items);
        }
        sum
    }

    fn field(&mut self, field: &'a Field, page: u64, depth: usize) -> Size {
        let inner = self.set(&field.selection_set, self.page(field), depth + 1);
        let times = match field.name.node.as_str() {
            "nodes" | "edges" if has_argument(field, "ids") => u64::try_from(CAP).unwrap_or(u64::MAX),
            "nodes" | "edges" => page,
            name if PLAIN.contains(&name) && !has_pages(&field.selection_set) => FEW,
            _ => 0,
        };
        let items = if times == 0 { inner.items } else { times.saturating_mul(inner.items.saturating_add(1)) };
        Size { fields: inner.fields.saturating_add(1), items }
    }

    fn fragment(&mut self, name: &'a Name, page: u64, depth: usize) -> Size {
        if let Some(known) = self.fragments.get(&(name, page)) {
            return known.unwrap_or_default();
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Size::default() };
        self.fragments.insert((name, page), None);
        let size = self.set(&fragment.node.selection_set, page, depth + 1);
        self.fragments.insert((name, page), Some(size));
        size
    }

    /// How many items the list of a field has at most.
    fn page(&self, field: &Field) -> u64 {
        let (cap, unsaid) = (u64::try_from(CAP).unwrap_or(u64::MAX), u64::try_from(DEFAULT).unwrap_or_default());
        let Some((_, value)) = field.arguments.iter().find(|(name, _)| matches!(name.node.as_str(), "first" | "last"))
        else {
            return unsaid;
        };
        let given = |name: Name| {
            Ok::<_, std::convert::Infallible>(self.variables.get(&name).copied().flatten().cloned().unwrap_or_default())
        };
        match value.node.clone().into_const_with(given) {
            Ok(Const::Number(number)) => number.as_u64().unwrap_or(0).min(cap),
            _ => unsaid,
        }
    }
}

/// Whether a selection is that of a connection. Only its own fields are looked at: who hides them in a fragment is counted
/// for both.
fn has_pages(set: &Positioned<SelectionSet>) -> bool {
    let named = |selection: &Positioned<Selection>| matches!(&selection.node, Selection::Field(field) if matches!(field.node.name.node.as_str(), "nodes" | "edges"));
    set.node.items.iter().any(named)
}

fn has_argument(field: &Field, name: &str) -> bool {
    field.arguments.iter().any(|(argument, _)| argument.node.as_str() == name)
}
