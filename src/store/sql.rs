//! A statement under construction: text with numbered placeholders, which both databases understand, and its values.

use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Database, IntoArguments};
use sea_orm::{DbBackend, Statement, Value, Values};
use sea_query_sqlx::SqlxValues;

/// Text and values of one statement.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Starts with `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds text as it is. Never anything that a caller sent: that is what [`Sql::bind`] is for.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a placeholder with its value.
    ///
    /// PostgreSQL cannot even compare with a text that has a NUL. No stored text has a control character, so another one in its
    /// place finds just as little.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(match value.into() {
            Value::String(Some(text)) if text.contains('\0') => text.replace('\0', "\u{1}").into(),
            value => value,
        });
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds `LIMIT rows` as text: SQLite compiles a statement again on every run whose limit is a placeholder, and
    /// PostgreSQL plans for a tenth of all rows.
    pub fn limit(&mut self, rows: impl std::fmt::Display) -> &mut Self {
        self.push(" LIMIT ").push(&rows.to_string())
    }

    /// Adds `(a, b, ...)`. The list is filled up to a power of two with its last element, so that few different
    /// statements have to be prepared.
    pub fn bind_list(&mut self, ids: &[i64]) -> &mut Self {
        self.push("(");
        let Some(last) = ids.last() else {
            return self.push("NULL)");
        };
        for at in 0..ids.len().next_power_of_two() {
            self.push(if at == 0 { "" } else { ", " }).bind(*ids.get(at).unwrap_or(last));
        }
        self.push(")")
    }

    /// Adds `(a, b), (c, d), ...`, the rows of a VALUES clause.
    pub fn bind_rows(&mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> &mut Self {
        for (at, row) in rows.into_iter().enumerate() {
            self.push(if at == 0 { "(" } else { ", (" });
            for (column, value) in row.into_iter().enumerate() {
                self.push(if column == 0 { "" } else { ", " }).bind(value);
            }
            self.push(")");
        }
        self
    }

    /// Adds another statement, its placeholders numbered on.
    pub fn append(&mut self, other: Self) -> &mut Self {
        let offset = self.values.len();
        // Nothing to number on: the long one is mostly all there is.
        if offset == 0 {
            self.text.push_str(&other.text);
            self.values = other.values;
            return self;
        }
        let mut parts = other.text.split('$');
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = part[..digits].parse().unwrap_or_default();
            self.text.push('$');
            self.text.push_str(&(number + offset).to_string());
            self.text.push_str(&part[digits..]);
        }
        self.values.extend(other.values);
        self
    }

    /// How many values it has.
    #[must_use]
    pub const fn values(&self) -> usize {
        self.values.len()
    }

    /// Several statements that write in one, each another table. Nobody may ask what became of one of them. SQLite takes them one
    /// after the other; PostgreSQL, which takes only one with values, as parts of the last.
    #[must_use]
    pub fn together(statements: Vec<(&str, Self)>, backend: DbBackend) -> Self {
        let last = statements.len().saturating_sub(1);
        let mut sql = Self::default();
        for (at, (table, one)) in statements.into_iter().enumerate() {
            if backend == DbBackend::Sqlite {
                // As they are: its placeholders lose their numbers anyway.
                sql.push(if at == 0 { "" } else { "; " }).push(&one.text);
                sql.values.extend(one.values);
            } else if at == last {
                sql.push(if at == 0 { "" } else { " " }).append(one);
            } else {
                sql.push(if at == 0 { "WITH " } else { ", " }).push(table).push("_written AS (").append(one).push(")");
            }
        }
        sql
    }

    /// The finished statement.
    #[must_use]
    pub fn statement(self, backend: DbBackend) -> Statement {
        // SQLite finds a numbered placeholder by going through all of them: a thousand rows of a VALUES clause would take a
        // million steps. Ours stand in the order of their values, so there it needs no numbers.
        let text = if backend == DbBackend::Sqlite { without_numbers(&self.text) } else { self.text };
        Statement::from_sql_and_values(backend, text, self.values)
    }
}

/// A statement as sqlx runs it, on a connection that is kept outside of sea-orm's pool.
pub(super) fn asked<DB: Database>(statement: &Statement) -> Query<'_, DB, SqlxValues>
where
    SqlxValues: IntoArguments<DB>,
{
    let values = statement.values.clone().unwrap_or_else(|| Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

fn without_numbers(text: &str) -> String {
    let mut parts = text.split('$');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push('?');
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    plain
}
