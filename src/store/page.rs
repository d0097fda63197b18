//! Pages of any noun: the same keyset conditions everywhere, and any number of pages in one statement.

use sea_orm::{QueryResult, Value};

use super::connection::Store;
use super::error::Error;
use super::sql::Sql;
use crate::domain::page::{Direction, Key, Page, PageRequest, Place};

/// How many parts one statement may have; SQLite takes 500.
const PARTS: usize = 400;

/// A list to take a page of: what it selects, from where, on which conditions, sorted by what.
#[derive(Debug)]
pub(super) struct List {
    /// Everything up to and including the conditions, at least `WHERE TRUE`.
    pub sql: Sql,
    /// The sorted column and the id that decides between equals.
    pub key: &'static str,
    pub id: &'static str,
    pub direction: Direction,
}

impl List {
    /// Adds the conditions and the order of one page to the list's statement.
    fn paged(mut self, request: &PageRequest) -> Sql {
        let up = matches!(self.direction, Direction::Ascending);
        for (place, greater) in [(&request.after, up), (&request.before, !up)] {
            if let Some(Place { key, id }) = place {
                let key: Value = match key {
                    Key::Number(n) => (*n).into(),
                    Key::Score(s) => (*s).into(),
                    Key::Text(t) => t.clone().into(),
                };
                let compare = if greater { ") > (" } else { ") < (" };
                self.sql.push(" AND (").push(self.key).push(", ").push(self.id).push(compare);
                self.sql.bind(key).push(", ").bind(*id).push(")");
            }
        }
        let direction = if up == request.backward { " DESC" } else { " ASC" };
        self.sql.push(" ORDER BY ").push(self.key).push(direction).push(", ").push(self.id).push(direction);
        self.sql.limit(request.limit + 1);
        self.sql
    }
}

impl Sql {
    /// Puts `statements` into one, each row led by the number of its statement.
    fn union(statements: Vec<Self>) -> Self {
        let mut all = Self::default();
        for (number, statement) in statements.into_iter().enumerate() {
            all.push(if number == 0 { "" } else { " UNION ALL " });
            all.push("SELECT ").push(&number.to_string()).push(" AS part, q.* FROM (").append(statement).push(") AS q");
        }
        all
    }
}

impl Store {
    /// Reads one page of each list in one statement. `read` makes an item of a row whose columns start at the given index;
    /// `place` says where an item stands in the list of the given number.
    pub(super) async fn pages<T>(
        &self,
        lists: Vec<(List, &PageRequest)>,
        read: impl Fn(&QueryResult, usize) -> Result<T, Error>,
        place: impl Fn(usize, &T) -> Place,
    ) -> Result<Vec<Page<T>>, Error> {
        let mut found: Vec<(Vec<T>, Direction, &PageRequest)> =
            lists.iter().map(|(list, request)| (Vec::new(), list.direction, *request)).collect();
        let mut statements: Vec<Sql> = lists.into_iter().map(|(list, request)| list.paged(request)).collect();
        if statements.len() == 1 {
            for row in self.rows(statements.remove(0)).await? {
                found[0].0.push(read(&row, 0)?);
            }
        } else {
            let mut first = 0;
            while !statements.is_empty() {
                let rest = statements.split_off(statements.len().min(PARTS));
                let count = statements.len();
                for row in self.rows(Sql::union(statements)).await? {
                    let part = usize::try_from(row.try_get_by_index::<i32>(0)?).unwrap_or_default();
                    found[first + part].0.push(read(&row, 1)?);
                }
                first += count;
                statements = rest;
            }
            // A union promises no order, not even within its parts.
            for (list, (items, direction, request)) in found.iter_mut().enumerate() {
                let up = matches!(direction, Direction::Ascending) != request.backward;
                items.sort_by(|a, b| {
                    let order = compare(&place(list, a), &place(list, b));
                    if up { order } else { order.reverse() }
                });
            }
        }
        Ok(found.into_iter().map(|(items, _, request)| Page::of(items, request)).collect())
    }

    /// Counts the rows of each statement `SELECT COUNT(*) ...` in one.
    pub(super) async fn counts(&self, statements: Vec<Sql>) -> Result<Vec<i64>, Error> {
        let mut counts = vec![0; statements.len()];
        let mut statements = statements.into_iter();
        for first in (0..counts.len()).step_by(PARTS) {
            for row in self.rows(Sql::union(statements.by_ref().take(PARTS).collect())).await? {
                let part = usize::try_from(row.try_get_by_index::<i32>(0)?).unwrap_or_default();
                counts[first + part] = row.try_get_by_index(1)?;
            }
        }
        Ok(counts)
    }
}

fn compare(a: &Place, b: &Place) -> std::cmp::Ordering {
    let key = match (&a.key, &b.key) {
        (Key::Number(a), Key::Number(b)) => a.cmp(b),
        (Key::Score(a), Key::Score(b)) => a.total_cmp(b),
        (Key::Text(a), Key::Text(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    };
    key.then(a.id.cmp(&b.id))
}
