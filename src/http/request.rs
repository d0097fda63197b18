//! Requests: from JSON or from a query string to an operation, strictly.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Request, Value, Variables};

/// The fields of an operation, by name.
pub type Fields = IndexMap<Name, Value>;

/// The most values that a request may hold. Each takes some hundred bytes in memory, however few bytes it has on its way.
const VALUES: usize = 100_000;

/// Whether JSON holds more values than a request may, which is found without making any of them.
///
/// ```
/// use peerlead::http::request::is_crowded;
/// let values = |count: usize| format!("[{}]", vec!["1"; count].join(","));
/// assert!(!is_crowded(values(99_999).as_bytes()));
/// assert!(is_crowded(values(100_001).as_bytes()));
/// assert!(!is_crowded(format!(r#"["{}\",["]"#, ",".repeat(200_000)).as_bytes()), "a text is one value");
/// ```
#[must_use]
pub fn is_crowded(json: &[u8]) -> bool {
    // No value takes less than two bytes with what is before it.
    if json.len() < 2 * VALUES {
        return false;
    }
    let (mut values, mut bytes) = (0, json.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => end_text(&mut bytes),
            b',' | b'[' | b'{' => values += 1,
            _ => {}
        }
    }
    values > VALUES
}

/// Goes to the end of a text.
fn end_text<'a>(bytes: &mut impl Iterator<Item = &'a u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

/// Reads the body of a POST.
///
/// # Errors
/// What is wrong with it, for the one who sent it.
pub fn of_json(body: &[u8]) -> Result<Request, String> {
    if is_crowded(body) {
        return Err(format!("the body holds more than {VALUES} values; send it in parts"));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => of_fields(fields),
        Ok(Value::List(_)) => Err("batches are not supported; send one operation".to_owned()),
        Ok(_) => Err("the body must be a JSON object with a query".to_owned()),
        Err(error) => Err(format!("the body is no JSON: {error}")),
    }
}

/// Reads the parameters of a GET.
///
/// # Errors
/// What is wrong with them, for the one who sent them.
pub fn of_query(parameters: Vec<(String, String)>) -> Result<Request, String> {
    let mut fields = Fields::new();
    for (name, value) in parameters {
        let value = match name.as_str() {
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|error| format!("{name} is no JSON: {error}"))?
            }
            _ => Value::String(value),
        };
        fields.insert(Name::new(name), value);
    }
    of_fields(fields)
}

/// Reads the fields of an operation.
///
/// # Errors
/// Which field is wrong, and what it must be.
pub fn of_fields(mut fields: Fields) -> Result<Request, String> {
    let query = match fields.swap_remove("query") {
        Some(Value::String(query)) => query,
        // Who names a document need not send it.
        None | Some(Value::Null) if is_named(&fields) => String::new(),
        Some(_) => return Err("query must be a text".to_owned()),
        None => return Err("query is missing".to_owned()),
    };
    let mut request = Request::new(query);
    match fields.swap_remove("operationName") {
        None | Some(Value::Null) => {}
        Some(Value::String(name)) if name.is_empty() => {}
        Some(Value::String(name)) => request = request.operation_name(name),
        Some(_) => return Err("operationName must be a text".to_owned()),
    }
    match fields.swap_remove("variables") {
        None | Some(Value::Null) => {}
        Some(variables @ Value::Object(_)) => request = request.variables(Variables::from_value(variables)),
        Some(_) => return Err("variables must be an object".to_owned()),
    }
    match fields.swap_remove("extensions") {
        None | Some(Value::Null) => {}
        Some(Value::Object(mut extensions)) => {
            // Nobody else here looks at extensions, so no other is kept.
            if let Some(hash) = extensions.swap_remove(HASHED) {
                request.extensions.insert(HASHED.to_owned(), hash);
            }
        }
        Some(_) => return Err("extensions must be an object".to_owned()),
    }
    if let Some(id) = fields.swap_remove(NAMED).filter(|id| *id != Value::Null) {
        request.extensions.insert(NAMED.to_owned(), id);
    }
    Ok(request)
}

/// The field that names a document that the server knows.
pub const NAMED: &str = "documentId";
/// The extension that names one by its hash.
pub const HASHED: &str = "persistedQuery";

fn is_named(fields: &Fields) -> bool {
    let hashed = matches!(fields.get("extensions"), Some(Value::Object(extensions)) if extensions.contains_key(HASHED));
    hashed || fields.get(NAMED).is_some_and(|id| *id != Value::Null)
}
