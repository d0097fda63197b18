//! Whether an operation fits the schema, found out before anything runs: a document once, its variables each time.
//!
//! The rules are apollo-compiler's, which has all of the specification's. Beside them: exactly one field of an input that is
//! one of several, and literals of our own scalars.

use apollo_compiler::ast::{FieldDefinition, Type, Value as Literal};
use apollo_compiler::diagnostic::Diagnostic;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::parser::{LineColumn, Parser};
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::validation::{DiagnosticData, DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Node, Schema, name};
use async_graphql::{Pos, ScalarType, ServerError, Value, Variables};

use super::error::refused;
use super::scalar::{DateTime, Duration, Url};

/// How many tokens a document may have, and how deep its parts may stand in one another.
const TOKENS: usize = 20_000;
const DEPTH: usize = 200;
/// How many errors one answer tells.
const ERRORS: usize = 10;

/// The schema that documents are held against.
#[derive(Debug)]
pub struct Rules {
    schema: Valid<Schema>,
}

/// A document that fits.
pub type Fitting = Valid<ExecutableDocument>;

impl Rules {
    /// The rules of a schema, as text.
    ///
    /// # Errors
    /// What is wrong with it: a fault of ours.
    pub fn of(sdl: &str) -> Result<Self, String> {
        let mut schema = Schema::parse(sdl, "schema.graphql").map_err(|error| error.errors.to_string())?;
        add_one_of(&mut schema);
        Ok(Self { schema: schema.validate().map_err(|error| error.errors.to_string())? })
    }

    /// Holds a document against the schema.
    ///
    /// # Errors
    /// `BAD_REQUEST` for each thing that does not fit, up to ten.
    pub fn check(&self, text: &str) -> Result<Fitting, Vec<ServerError>> {
        let mut parser = Parser::new().token_limit(TOKENS).recursion_limit(DEPTH);
        let document = match parser.parse_executable(&self.schema, text, "operation") {
            Ok(document) => document.validate(&self.schema).map_err(|found| told(&found.errors))?,
            Err(found) => return Err(told(&found.errors)),
        };
        let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
        for set in document.operations.iter().map(|operation| &operation.selection_set).chain(fragments) {
            self.selection(set).map_err(|told| vec![error(told, None)])?;
        }
        Ok(document)
    }

    /// Holds what is given for an operation's variables against their types.
    ///
    /// # Errors
    /// `BAD_REQUEST` for the first that does not fit.
    pub fn check_variables(&self, operation: &Operation, given: &Variables) -> Result<(), ServerError> {
        for definition in &operation.variables {
            let name = definition.name.as_str();
            let told = match given.get(&async_graphql::Name::new(name)) {
                Some(value) => self.value(&definition.ty, value),
                None if definition.ty.is_non_null() && definition.default_value.is_none() => {
                    Err(format!("it must be given: it is of the type {}", definition.ty))
                }
                None => Ok(()),
            };
            told.map_err(|told| refused("BAD_REQUEST", format!("the variable ${name}: {told}")))?;
        }
        Ok(())
    }

    fn selection(&self, set: &SelectionSet) -> Result<(), String> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        if let Some(definition) = field.definition.argument_by_name(&argument.name) {
                            self.literal(&definition.ty, &argument.value)
                                .map_err(|told| format!("the argument {} of {}: {told}", argument.name, field.name))?;
                        }
                    }
                    self.selection(&field.selection_set)?;
                }
                Selection::InlineFragment(fragment) => self.selection(&fragment.selection_set)?,
                // Fragments are looked at by themselves.
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    /// What the general rules do not know of a literal.
    fn literal(&self, kind: &Type, literal: &Node<Literal>) -> Result<(), String> {
        match (kind, &**literal) {
            (_, Literal::Variable(_) | Literal::Null) => Ok(()),
            (Type::List(of) | Type::NonNullList(of), Literal::List(items)) => {
                items.iter().try_for_each(|item| self.literal(of, item))
            }
            (Type::List(of) | Type::NonNullList(of), _) => self.literal(of, literal),
            (Type::Named(name) | Type::NonNullNamed(name), Literal::Object(fields)) => {
                let Some(ExtendedType::InputObject(input)) = self.schema.types.get(name) else { return Ok(()) };
                let is_null = fields.first().is_some_and(|(_, value)| value.is_null());
                if input.directives.has("oneOf") && (fields.len() != 1 || is_null) {
                    return Err(format!("exactly one field of {name} must be given"));
                }
                for (field, value) in fields {
                    if let Some(definition) = input.fields.get(field) {
                        self.literal(&definition.ty, value).map_err(|told| format!("{field}: {told}"))?;
                    }
                }
                Ok(())
            }
            (Type::Named(name) | Type::NonNullNamed(name), Literal::String(text)) => {
                scalar(name, &Value::String(text.clone()))
            }
            (
                Type::Named(name) | Type::NonNullNamed(name),
                Literal::Int(_) | Literal::Float(_) | Literal::Boolean(_),
            ) => scalar(name, &Value::Null),
            _ => Ok(()),
        }
    }

    /// Whether a value is of a type.
    fn value(&self, kind: &Type, value: &Value) -> Result<(), String> {
        match (kind, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
                Err(format!("it must not be null: it is of the type {kind}"))
            }
            (_, Value::Null) => Ok(()),
            (Type::List(of) | Type::NonNullList(of), Value::List(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(of, item).map_err(|told| format!("{at}: {told}"))?;
                }
                Ok(())
            }
            (Type::List(of) | Type::NonNullList(of), _) => self.value(of, value),
            (Type::Named(name) | Type::NonNullNamed(name), _) => self.named(name, value),
        }
    }

    fn named(&self, name: &str, value: &Value) -> Result<(), String> {
        let expected = || Err(format!("{value} is no {name}"));
        match self.schema.types.get(name) {
            Some(ExtendedType::Scalar(_)) => match (name, value) {
                ("Int", Value::Number(number)) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => Ok(()),
                ("ID", Value::Number(number)) if number.is_i64() => Ok(()),
                ("Float", Value::Number(_)) | ("String" | "ID", Value::String(_)) | ("Boolean", Value::Boolean(_)) => {
                    Ok(())
                }
                ("Int" | "Float" | "String" | "ID" | "Boolean", _) => expected(),
                _ => scalar(name, value),
            },
            Some(ExtendedType::Enum(choices)) => match value {
                Value::String(word) if choices.values.contains_key(word.as_str()) => Ok(()),
                Value::Enum(word) if choices.values.contains_key(word.as_str()) => Ok(()),
                _ => expected(),
            },
            Some(ExtendedType::InputObject(input)) => {
                let Value::Object(fields) = value else { return expected() };
                let one_of = input.directives.has("oneOf");
                if one_of && (fields.len() != 1 || fields.values().any(|value| *value == Value::Null)) {
                    return Err(format!("exactly one field of {name} must be given"));
                }
                if let Some(unknown) = fields.keys().find(|field| !input.fields.contains_key(field.as_str())) {
                    return Err(format!("{unknown} is no field of {name}"));
                }
                for (field, definition) in &input.fields {
                    match fields.get(field.as_str()) {
                        Some(value) => self.value(&definition.ty, value).map_err(|told| format!("{field}: {told}"))?,
                        None if definition.is_required() => {
                            return Err(format!("{field} is missing: it is of the type {}", definition.ty));
                        }
                        None => {}
                    }
                }
                Ok(())
            }
            _ => expected(),
        }
    }
}

/// What one may ask of a type that the compiler's own list does not have yet: whether exactly one of its fields is given.
fn add_one_of(schema: &mut Schema) {
    let Some(ExtendedType::Object(kind)) = schema.types.get_mut("__Type") else { return };
    let field = FieldDefinition {
        description: None,
        name: name!("isOneOf"),
        arguments: Vec::new(),
        ty: Type::Named(name!("Boolean")),
        directives: apollo_compiler::ast::DirectiveList::default(),
    };
    kind.make_mut().fields.entry(name!("isOneOf")).or_insert_with(|| Component::new(field));
}

/// Whether a value is one of our own scalars; others are not our business.
fn scalar(name: &str, value: &Value) -> Result<(), String> {
    let wrong = match name {
        "DateTime" => DateTime::parse(value.clone()).err().map(|error| error.into_server_error(Pos::default())),
        "Duration" => Duration::parse(value.clone()).err().map(|error| error.into_server_error(Pos::default())),
        "URL" => Url::parse(value.clone()).err().map(|error| error.into_server_error(Pos::default())),
        _ => None,
    };
    wrong.map_or(Ok(()), |error| Err(error.message))
}

fn told(errors: &DiagnosticList) -> Vec<ServerError> {
    let place = |at: std::ops::Range<LineColumn>| Pos { line: at.start.line, column: at.start.column };
    let told = |diagnostic: Diagnostic<'_, DiagnosticData>| {
        error(diagnostic.error.to_string(), diagnostic.line_column_range().map(place))
    };
    errors.iter().take(ERRORS).map(told).collect()
}

fn error(told: String, place: Option<Pos>) -> ServerError {
    let mut error = refused("BAD_REQUEST", told);
    error.locations.extend(place);
    error
}
