//! The entities fit the tables that the migrations make, and the migrations know what they find. Also: short ways for other
//! tests to look at the rows behind the answers.

use entity::{
    account, audit, change, claim, content, content_author, content_topic, contest, endorsement, instance, leadership,
    merge, past_rating, person, rating, source, tally, token, topic,
};
use migration::{Migrator, MigratorTrait};
use peerlead::store::connection::Store;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, Statement};
use serde_json::json;

use crate::house::{Database, House};

/// Every table but the history of migrations.
const TABLES: &[&str] = &[
    "person",
    "source",
    "account",
    "claim",
    "topic",
    "content",
    "content_author",
    "content_topic",
    "past_rating",
    "rating",
    "tally",
    "leadership",
    "contest",
    "endorsement",
    "merge",
    "token",
    "audit",
    "change",
    "instance",
];

async fn connect(database: &Database) -> DatabaseConnection {
    sea_orm::Database::connect(&database.url).await.expect("a second connection")
}

async fn ask(connection: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(connection.get_database_backend(), sql.to_owned());
    let row = connection.query_one_raw(statement).await.expect("a statement that works").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

/// The number that a statement gives.
pub async fn number(house: &House, sql: &str) -> i64 {
    let connection = connect(&house.database).await;
    let number = ask(&connection, sql).await;
    connection.close().await.expect("a clean end");
    number
}

/// How many rows each table has, and the end of the change log: equal before and after means that nothing happened.
pub async fn footprint(house: &House) -> Vec<(String, i64)> {
    let connection = connect(&house.database).await;
    let mut found = Vec::new();
    for table in TABLES {
        found.push(((*table).to_owned(), ask(&connection, &format!("SELECT COUNT(*) FROM {table}")).await));
    }
    found.push(("end of the log".to_owned(), ask(&connection, "SELECT COALESCE(MAX(seq), 0) FROM change").await));
    connection.close().await.expect("a clean end");
    found
}

/// The number of the last change.
pub async fn log_end(house: &House) -> i64 {
    number(house, "SELECT COALESCE(MAX(seq), 0) FROM change").await
}

/// How many tallies are not what a count of the ratings gives.
pub async fn wrong_counts(house: &House) -> i64 {
    let bin = |column: &str, step: i32| {
        format!(
            "y.{column} <> (SELECT COUNT(*) FROM rating r JOIN person p ON p.id = r.person_id \
            WHERE r.content_id = y.content_id AND r.step = {step} AND r.value IS NOT NULL AND p.kind = 'HUMAN')"
        )
    };
    let bins = [bin("n1", -2), bin("n2", -1), bin("n3", 0), bin("n4", 1), bin("n5", 2)].join(" OR ");
    number(house, &format!("SELECT COUNT(*) FROM tally y WHERE {bins}")).await
}

/// How many tallies are wrong, or are not where the list by score has them.
pub async fn wrong_tallies(house: &House) -> i64 {
    let wrong = wrong_counts(house).await;
    let scores = by_score(house).await;
    let unsorted = scores.windows(2).filter(|pair| pair[0] < pair[1]).count() as i64;
    let missing = number(house, "SELECT COUNT(*) FROM content").await - scores.len() as i64;
    wrong + unsorted + missing
}

/// The scores of all contents, in the order of the list by score.
async fn by_score(house: &House) -> Vec<f64> {
    let query = "query($after: String) { contents(first: 100, after: $after, filter: { includeInvisible: true }, \
        orderBy: { field: SCORE, direction: DESCENDING }) { nodes { tally { score } } pageInfo { endCursor hasNextPage } } }";
    let (mut scores, mut after) = (Vec::new(), serde_json::Value::Null);
    loop {
        let page = house.data("operator", query, serde_json::json!({ "after": after })).await["contents"].clone();
        let nodes = page["nodes"].as_array().expect("nodes");
        scores.extend(nodes.iter().map(|node| node["tally"]["score"].as_f64().expect("a score")));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == serde_json::json!(false) {
            return scores;
        }
    }
}

#[tokio::test]
async fn every_entity_selects_from_a_fresh_database() {
    let database = Database::fresh().await;
    let store = Store::connect(&database.url).await.unwrap();
    store.migrate().await.unwrap();
    let connection = connect(&database).await;
    macro_rules! select {
        ($($name:ident),+) => {$(
            let rows = $name::Entity::find().all(&connection).await;
            assert_eq!(rows.expect(stringify!($name)).len(), 0, stringify!($name));
        )+};
    }
    select!(
        account,
        audit,
        change,
        claim,
        content,
        content_author,
        content_topic,
        contest,
        endorsement,
        instance,
        leadership,
        merge,
        past_rating,
        person,
        rating,
        source,
        tally,
        token,
        topic
    );
    store.close().await;
}

#[tokio::test]
async fn migrations_go_down_and_up_again() {
    let database = Database::fresh().await;
    let store = Store::connect(&database.url).await.unwrap();
    store.migrate().await.unwrap();
    let connection = connect(&database).await;
    store.migrate_down().await.unwrap();
    let left = if database.is_postgres() {
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'"
    } else {
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations'"
    };
    assert_eq!(ask(&connection, left).await, 0, "tables are left behind");
    store.migrate().await.unwrap();
    assert_eq!(person::Entity::find().all(&connection).await.unwrap().len(), 0);
    store.check_migrated().await.unwrap();
}

/// A database in which somebody endorsed somebody before endorsements had a history.
#[tokio::test]
async fn endorsements_keep_their_ids_when_they_get_a_history() {
    let house = House::new().await;
    for name in ["ada", "ben"] {
        house.person(name).await;
    }
    house.topic("storage", "").await;
    let first = crate::endorsement::endorse(&house, "ben", "ada").await;
    let gone = crate::endorsement::endorse(&house, "ada", "ben").await;
    let database = house.stop().await;
    let connection = connect(&database).await;
    connection
        .execute_unprepared("DELETE FROM endorsement WHERE id = (SELECT MAX(id) FROM endorsement)")
        .await
        .unwrap();
    Migrator::down(&connection, Some(1)).await.unwrap();
    Migrator::up(&connection, None).await.unwrap();
    connection.close().await.unwrap();
    let house = House::on(database).await;
    let told = house.data("", "{ endorsements { nodes { id } } }", json!({})).await;
    assert_eq!(told["endorsements"]["nodes"], json!([{ "id": first }]));
    let next = crate::endorsement::endorse(&house, "ada", "ben").await;
    assert_ne!(next, gone, "an id that was told names nothing else");
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let house = House::new().await;
    house.person("ada").await;
    let before = footprint(&house).await;
    let database = house.stop().await;
    let again = House::on(database).await;
    assert_eq!(footprint(&again).await, before);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let database = Database::fresh().await;
    let store = Store::connect(&database.url).await.unwrap();
    store.migrate().await.unwrap();
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_flying_cars', 1)";
    connect(&database).await.execute_unprepared(newer).await.unwrap();
    for refused in [store.migrate().await, store.check_migrated().await] {
        let told = refused.expect_err("a newer database").to_string();
        assert!(told.contains("newer version of Peerlead") && told.contains("flying_cars"), "{told}");
    }
}

#[tokio::test]
async fn a_database_that_lacks_migrations_is_told_so() {
    let database = Database::fresh().await;
    let store = Store::connect(&database.url).await.unwrap();
    let told = store.check_migrated().await.expect_err("an empty database").to_string();
    assert!(told.contains("lacks migrations") && told.contains("peerlead migrate"), "{told}");
}
