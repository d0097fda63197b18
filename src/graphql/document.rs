//! Documents: parsed once, and measured before anything is executed.
//!
//! Two spreads of a fragment that has two spreads of another, and so on, make a short text that means billions of fields.
//! The library expands it before its own limits apply, so it is measured here, with one visit to each fragment.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    VariableDefinition,
};
use async_graphql::{Name, Variables};
use async_graphql::{Positioned, Request, ServerError, Value as Const};

use super::error::refused;
use super::schema::OperationKind;
use super::size::Within;
use super::validation::{Fitting, Rules};
use crate::domain::page::CAP;

/// The longest document, in bytes.
const LENGTH: usize = 64 * 1024;
/// How many fields an operation may mean once its fragments are expanded.
const FIELDS: u64 = 5_000;
/// How many items an operation may ask for, lists within lists multiplied.
const ITEMS: u64 = 100_000;
/// How many aliases an operation may have once its fragments are expanded.
const ALIASES: u64 = 100;
/// How many errors of one document are told.
const ERRORS: usize = 5;
/// What one telling of a subscription may cost, in points: it is paid for once and told as often as something happens.
const TELLING: u64 = 1_000;
/// What an act costs, in points.
const ACT: u64 = 10;
/// How many documents are kept.
const KEPT: u64 = 1_000;
/// How deep selections may stand in one another before the measuring stops.
const DEPTH: usize = 64;

/// Documents that were seen before, by their text.
#[derive(Debug)]
pub struct Documents {
    /// `None` should our schema be none, which a test makes sure of; then the library does it all.
    rules: Option<Rules>,
    known: moka::sync::Cache<String, Arc<Document>>,
}

/// A document that may be run.
#[derive(Debug)]
struct Document {
    parsed: Arc<ExecutableDocument>,
    /// `None` when there are no rules.
    fitting: Option<Fitting>,
    introspects: bool,
}

/// What a request asks for, within bounds and according to the schema.
#[derive(Debug)]
pub struct Reading {
    pub document: Arc<ExecutableDocument>,
    pub kind: OperationKind,
    /// Whether the library still has to hold it against the schema.
    pub unchecked: bool,
    /// Whether it asks about the schema itself.
    pub introspects: bool,
    /// What it costs, in points.
    pub cost: u64,
}

impl Documents {
    /// No document yet, for the schema with this text.
    #[must_use]
    pub fn of(sdl: &str) -> Self {
        Self { rules: Rules::of(sdl).ok(), known: moka::sync::Cache::new(KEPT) }
    }

    /// The document of a request and what its operation does.
    ///
    /// # Errors
    /// `BAD_REQUEST` when it cannot be parsed, does not fit the schema or names no operation of its own, `COST_EXCEEDED` when it
    /// asks for too much.
    pub fn read(&self, request: &Request) -> Result<Reading, Vec<ServerError>> {
        if request.query.len() > LENGTH {
            return Err(vec![refused("COST_EXCEEDED", format!("a document may have at most {LENGTH} bytes"))]);
        }
        let name = request.operation_name.as_deref();
        let (document, cost) = match self.known.get(&request.query) {
            Some(document) => {
                let cost = measure(&document.parsed, &request.variables, name)?;
                (document, cost)
            }
            None => self.learn(request, name)?,
        };
        let kind = match chosen(&document.parsed, name).map_err(|error| vec![error])?.ty {
            OperationType::Query => OperationKind::Query,
            OperationType::Mutation => OperationKind::Mutation,
            OperationType::Subscription => OperationKind::Subscription,
        };
        if kind == OperationKind::Subscription && cost > TELLING {
            let told = format!(
                "one telling of this subscription may cost {cost} points, more than {TELLING}; ask for less at once, such as \
                 smaller pages, and for the rest by a query when it is told"
            );
            return Err(vec![refused("COST_EXCEEDED", told)]);
        }
        let fitting = self.rules.as_ref().zip(document.fitting.as_ref());
        if let Some((rules, operation)) =
            fitting.and_then(|(rules, fitting)| Some((rules, fitting.operations.get(name).ok()?)))
        {
            rules.check_variables(operation, &request.variables).map_err(|error| vec![error])?;
        }
        let (unchecked, introspects) = (document.fitting.is_none(), document.introspects);
        Ok(Reading { document: Arc::clone(&document.parsed), kind, unchecked, introspects, cost })
    }

    fn learn(&self, request: &Request, name: Option<&str>) -> Result<(Arc<Document>, u64), Vec<ServerError>> {
        let text = &request.query;
        let parsed = async_graphql::parser::parse_query(text).map_err(|error| vec![ServerError::from(error)])?;
        // In this order: a document that means billions of fields takes long to be held against anything.
        let cost = measure(&parsed, &request.variables, name)?;
        let fitting = match self.rules.as_ref().map(|rules| rules.check(text)) {
            Some(Ok(fitting)) => Some(fitting),
            Some(Err(mut errors)) => {
                errors.truncate(ERRORS);
                return Err(errors);
            }
            None => None,
        };
        let introspects = asks_about_the_schema(text);
        let document = Arc::new(Document { parsed: Arc::new(parsed), fitting, introspects });
        self.known.insert(text.clone(), Arc::clone(&document));
        Ok((document, cost))
    }
}

/// Whether it may name `__schema` or `__type`.
fn asks_about_the_schema(text: &str) -> bool {
    text.contains("__schema")
        || text.match_indices("__type").any(|(at, word)| !text[at + word.len()..].starts_with("name"))
}

/// The library walks through all operations before it runs one, so all are measured. What comes back is the cost of the one
/// that is run: a point for each item that it may give, and for what it asks at all; an act costs more.
fn measure(document: &ExecutableDocument, variables: &Variables, name: Option<&str>) -> Result<u64, Vec<ServerError>> {
    let mut cost = 0;
    let run = chosen(document, name);
    for (_, any) in document.operations.iter() {
        let size = Measure::of(document, &any.node, variables).check(&any.node).map_err(|error| vec![error])?;
        if run.as_ref().is_ok_and(|run| std::ptr::eq(*run, &raw const any.node)) {
            let acts = u64::try_from(any.node.selection_set.node.items.len()).unwrap_or(u64::MAX);
            let asked = if any.node.ty == OperationType::Mutation { acts.saturating_mul(ACT) } else { 1 };
            cost = size.items.saturating_add(asked);
        }
    }
    run.map(|_| cost).map_err(|error| vec![error])
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

/// Fields and items that a part of a document means.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    fields: u64,
    items: u64,
    aliases: u64,
    /// How many lists of the schema's own parts stand in one another.
    lists: u64,
}

/// The fields that lead from a type of the schema to other types, each to many.
const PARTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];
/// How many of them may stand in one another. From type to type the answer grows tenfold, and tools look only once.
const PARTS_DEPTH: u64 = 2;

struct Measure<'a> {
    document: &'a ExecutableDocument,
    /// The operation's variables, with what they are when nothing is given.
    variables: HashMap<&'a Name, Option<&'a Const>>,
    /// What was measured of each fragment within a field that says so much of its lists, `None` while it is being measured: a fragment in
    /// itself is for the validation to refuse.
    fragments: HashMap<(&'a Name, Within), Option<Size>>,
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

    fn check(mut self, operation: &'a OperationDefinition) -> Result<Size, ServerError> {
        let size = self.set(&operation.selection_set, Within::OPERATION, 0);
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
        if size.aliases > ALIASES {
            let told = format!(
                "this operation has more than {ALIASES} aliases or repeated fields; ask for lists, or in several operations"
            );
            return Err(refused("COST_EXCEEDED", told));
        }
        if size.lists > PARTS_DEPTH {
            let told = format!("this operation looks from type to type of the schema more than {PARTS_DEPTH} times");
            return Err(refused("COST_EXCEEDED", told));
        }
        Ok(size)
    }

    /// The size of a selection in a field that says `within` of its lists.
    fn set(&mut self, set: &'a Positioned<SelectionSet>, within: Within, depth: usize) -> Size {
        let mut sum = Size::default();
        if depth > DEPTH {
            return Size { fields: u64::MAX, ..Size::default() };
        }
        // Only a long set can repeat itself too often.
        if set.node.items.len() as u64 > ALIASES {
            sum.aliases = repeated(set);
        }
        for selection in &set.node.items {
            let size = match &selection.node {
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set, within, depth + 1),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, within, depth),
                Selection::Field(field) => self.field(&field.node, within, depth),
            };
            sum.fields = sum.fields.saturating_add(size.fields);
            sum.items = sum.items.saturating_add(size.items);
            sum.aliases = sum.aliases.saturating_add(size.aliases);
            sum.lists = sum.lists.max(size.lists);
        }
        sum
    }

    fn field(&mut self, field: &'a Field, within: Within, depth: usize) -> Size {
        let name = field.name.node.as_str();
        let own = Within::of(name, |argument| self.number(field, argument), within);
        let inner = self.set(&field.selection_set, own, depth + 1);
        let times = match name {
            "nodes" | "edges" if has_argument(field, "ids") => u64::try_from(CAP).unwrap_or(u64::MAX),
            "nodes" | "edges" => within.page,
            name if is_plain(&field.selection_set) => within.list(name, own).unwrap_or_default(),
            _ => 0,
        };
        let alias = u64::from(field.alias.is_some());
        let lists = inner.lists + u64::from(PARTS.contains(&name));
        let items = if times == 0 { inner.items } else { times.saturating_mul(inner.items.saturating_add(1)) };
        Size { fields: inner.fields.saturating_add(1), items, aliases: inner.aliases.saturating_add(alias), lists }
    }

    fn fragment(&mut self, name: &'a Name, within: Within, depth: usize) -> Size {
        if let Some(known) = self.fragments.get(&(name, within)) {
            return known.unwrap_or_default();
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Size::default() };
        self.fragments.insert((name, within), None);
        let size = self.set(&fragment.node.selection_set, within, depth + 1);
        self.fragments.insert((name, within), Some(size));
        size
    }

    /// An argument as a number, also by a variable: one that is true or a text is 1. `None` for one that is missing or null.
    fn number(&self, field: &Field, argument: &str) -> Option<u64> {
        let (_, value) = field.arguments.iter().find(|(name, _)| name.node.as_str() == argument)?;
        let given = |name: Name| {
            Ok::<_, std::convert::Infallible>(self.variables.get(&name).copied().flatten().cloned().unwrap_or_default())
        };
        match value.node.clone().into_const_with(given) {
            Ok(Const::Number(number)) => Some(number.as_u64().unwrap_or(0)),
            Ok(Const::Boolean(is)) => Some(u64::from(is)),
            Ok(Const::String(_)) => Some(1),
            _ => None,
        }
    }
}

/// How many fields of a selection say nothing new.
fn repeated(set: &Positioned<SelectionSet>) -> u64 {
    let plain = set.node.items.iter().filter_map(|selection| match &selection.node {
        Selection::Field(field) if field.node.alias.is_none() => Some(field.node.name.node.as_str()),
        _ => None,
    });
    let names: Vec<&str> = plain.collect();
    let different: HashSet<&str> = names.iter().copied().collect();
    (names.len() - different.len()) as u64
}

/// Whether a selection is one of objects, and not that of a connection. Only its own fields are looked at: who hides them in a
/// fragment is counted for both.
fn is_plain(set: &Positioned<SelectionSet>) -> bool {
    let of_pages = |selection: &Positioned<Selection>| matches!(&selection.node, Selection::Field(field) if matches!(field.node.name.node.as_str(), "nodes" | "edges" | "pageInfo" | "totalCount"));
    !set.node.items.is_empty() && !set.node.items.iter().any(of_pages)
}

fn has_argument(field: &Field, name: &str) -> bool {
    field.arguments.iter().any(|(argument, _)| argument.node.as_str() == name)
}
