//! The schema as text: what stands in `schema.graphql`, with a description on everything.

use serde_json::{Value, json};

use crate::house::House;

const INTROSPECTION: &str = "{ __schema { types { kind name description fields(includeDeprecated: true) { name description args { name description } }
    inputFields { name description } enumValues(includeDeprecated: true) { name description } } } }";

/// Types of the specification, not ours to describe.
const BUILT_IN: &[&str] = &["ID", "String", "Int", "Float", "Boolean"];

fn file() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")
}

#[test]
fn the_schema_is_the_one_in_the_repository() {
    let now = peerlead::graphql::schema::sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(file(), &now).expect("schema.graphql written");
    }
    let kept = std::fs::read_to_string(file()).expect("schema.graphql");
    let line = now.lines().zip(kept.lines()).position(|(now, kept)| now != kept);
    assert!(
        now == kept,
        "schema.graphql differs from line {:?} on; write it anew with UPDATE_SCHEMA=1",
        line.map(|line| line + 1)
    );
}

/// Everything that can be described, as a path and its description.
async fn described() -> Vec<(String, Value)> {
    let house = House::new().await;
    let told = house.data("", INTROSPECTION, json!({})).await;
    let mut all = Vec::new();
    let types = told["__schema"]["types"].as_array().unwrap().clone();
    for kind in types.iter().filter(|kind| {
        !kind["name"].as_str().unwrap().starts_with("__") && !BUILT_IN.contains(&kind["name"].as_str().unwrap())
    }) {
        let name = kind["name"].as_str().unwrap();
        all.push((name.to_owned(), kind["description"].clone()));
        for list in ["fields", "inputFields", "enumValues"] {
            for part in kind[list].as_array().into_iter().flatten() {
                let path = format!("{name}.{}", part["name"].as_str().unwrap());
                for argument in part["args"].as_array().into_iter().flatten() {
                    all.push((
                        format!("{path}({}:)", argument["name"].as_str().unwrap()),
                        argument["description"].clone(),
                    ));
                }
                all.push((path, part["description"].clone()));
            }
        }
    }
    assert!(all.len() > 500, "that is not the whole schema: {}", all.len());
    all
}

#[tokio::test]
async fn everything_in_the_schema_has_a_description() {
    let bare: Vec<String> = described()
        .await
        .into_iter()
        .filter(|(_, text)| text.as_str().is_none_or(|text| text.trim().is_empty()))
        .map(|(path, _)| path)
        .collect();
    assert!(bare.is_empty(), "\n{}", bare.join("\n"));
}

/// Descriptions are for those who ask; they say nothing of how we do it.
#[tokio::test]
async fn no_description_tells_of_our_insides() {
    let insides = [
        "sea-orm", "sea_orm", "sqlite", "postgres", "sql ", "rust", "tokio", "axum", "struct", "loader", "mutex",
        "crate::", "todo", "fixme", "[`", "# errors",
    ];
    let told = described().await;
    let found: Vec<String> = told
        .iter()
        .filter(|(_, text)| {
            let text = text.as_str().unwrap_or_default().to_lowercase();
            insides.iter().any(|word| text.contains(word))
        })
        .map(|(path, text)| format!("{path}: {text}"))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// What every mutation promises: a payload with user errors, an input with an id of the client's own.
#[tokio::test]
async fn every_mutation_has_one_form() {
    let house = House::new().await;
    let query = "{ __type(name: \"Mutation\") { fields { name args { name type { ofType { name inputFields { name } } } } type { ofType { name fields { name } } } } } }";
    let told = house.data("", query, json!({})).await;
    for field in told["__type"]["fields"].as_array().unwrap() {
        let (name, argument) = (field["name"].as_str().unwrap(), &field["args"][0]);
        let upper = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        assert_eq!((field["args"].as_array().unwrap().len(), &argument["name"]), (1, &json!("input")), "{name}");
        assert_eq!(
            (&argument["type"]["ofType"]["name"], &field["type"]["ofType"]["name"]),
            (&json!(format!("{upper}Input")), &json!(format!("{upper}Payload")))
        );
        let has = |list: &Value, wanted: &str| list.as_array().unwrap().iter().any(|part| part["name"] == wanted);
        assert!(has(&argument["type"]["ofType"]["inputFields"], "clientMutationId"), "{name}");
        assert!(
            has(&field["type"]["ofType"]["fields"], "clientMutationId")
                && has(&field["type"]["ofType"]["fields"], "userErrors"),
            "{name}"
        );
    }
}
