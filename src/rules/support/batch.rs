//! What help says about cutting a row change into batches, with SQL that runs as it stands where that can be written.

use super::edit;
use crate::review::step::Step;
use crate::schema::catalog::{ConstraintBody, Table};
use crate::syntax;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::query::{RowChange, RowVerb};
use crate::syntax::span::Span;

/// Stands where only the author knows what to write.
const NOT_DONE: &str = "<rows not done yet>";

/// The clauses of an `UPDATE` or `DELETE` of one table.
struct Clauses<'s> {
    /// Everything before `WHERE`.
    head: &'s str,
    /// The table, with `ONLY` and its alias.
    target: &'s str,
    condition: Option<&'s str>,
    /// The condition has `OR` on top.
    either: bool,
}

/// How the rows of a batch are told from the others.
pub(crate) enum Key {
    /// By ranges of this integer column.
    Integer(String),
    /// By these columns.
    Columns(String),
    /// By where they are stored.
    Place,
}

/// How to work through the rows that `change` reaches.
pub(crate) fn help(step: &Step<'_>, change: &RowChange) -> String {
    let order = "work through the table in batches of about a thousand rows, each in its own transaction";
    let Some(clauses) = clauses(step, change) else {
        return format!(
            "{order} and outside the migration; pick the rows of a batch by a sub-select with a LIMIT that leaves out the \
             rows that are done, and stop when it finds none"
        );
    };
    let Some(key) = key(step.before.table.as_deref()) else {
        return format!("{order}, one partition after the other");
    };
    let deletes = change.verb == RowVerb::Delete;
    let progress = match (&key, deletes, clauses.condition) {
        (Key::Integer(key), ..) => format!("one range of {key} after the other up to the highest"),
        (_, true, _) => "until no row is left to delete".to_owned(),
        (_, false, Some(_)) => "until no row changes; the condition has to leave out the rows that are done".to_owned(),
        (_, false, None) => {
            "until no row changes; the sub-select needs a condition that leaves out the rows that are done".to_owned()
        }
    };
    format!("{order}, {progress}:\n{}", clauses.batch(&key, deletes))
}

impl Clauses<'_> {
    fn batch(&self, key: &Key, deletes: bool) -> String {
        let Self { head, target, condition, either } = self;
        let open = match condition {
            Some(condition) => format!(" WHERE {condition}"),
            None if deletes => String::new(),
            None => format!(" WHERE {NOT_DONE}"),
        };
        match key {
            Key::Integer(key) => {
                let range = format!("{key} >= 1 AND {key} < 1001");
                match condition {
                    Some(condition) if *either => format!("{head}\nWHERE ({condition}) AND {range};"),
                    Some(condition) => format!("{head}\nWHERE {condition} AND {range};"),
                    None => format!("{head}\nWHERE {range};"),
                }
            }
            Key::Columns(columns) => {
                let row = if columns.contains(',') { format!("({columns})") } else { columns.clone() };
                format!("{head}\nWHERE {row} IN (SELECT {columns} FROM {target}{open} LIMIT 1000);")
            }
            Key::Place => format!("{head}\nWHERE ctid = ANY (ARRAY(SELECT ctid FROM {target}{open} LIMIT 1000));"),
        }
    }
}

/// The clauses, where the change is one statement of its own with nothing in it that a sub-select could not see.
fn clauses<'s>(step: &'s Step<'_>, change: &RowChange) -> Option<Clauses<'s>> {
    // In a body, a name may be that of a variable; and a text that long is no help.
    if step.operation.body.is_some() || change.span.len() > edit::LONGEST {
        return None;
    }
    let source = &step.migration.text;
    let tokens = syntax::outline(source, change.span);
    let find = |word: &str| tokens.iter().position(|token| token.of(source).eq_ignore_ascii_case(word));
    let (first, end, other) = match change.verb {
        RowVerb::Update => (0, find("SET")?, find("FROM")),
        RowVerb::Delete => (find("FROM").filter(|at| *at == 1)?, find("WHERE").unwrap_or(tokens.len()), find("USING")),
        RowVerb::Insert | RowVerb::Merge => return None,
    };
    let verb = if change.verb == RowVerb::Update { "UPDATE" } else { "DELETE" };
    if find(verb) != Some(0) || other.or_else(|| find("RETURNING")).is_some() {
        return None;
    }
    let between = |from: usize, to: usize| -> Option<&'s str> {
        let (from, to) = (tokens.get(from)?, tokens.get(to.checked_sub(1)?)?);
        Some(Span::new(from.start, to.end).of(source)).filter(|text| !text.is_empty())
    };
    let filter = find("WHERE");
    let condition = match filter {
        Some(at) => Some(between(at + 1, tokens.len())?),
        None => None,
    };
    Some(Clauses {
        head: between(0, filter.unwrap_or(tokens.len()))?,
        target: between(first + 1, end)?,
        condition,
        either: filter.is_some() && find("OR").is_some(),
    })
}

/// How the rows of `table` are told apart; none where nothing tells those of all partitions.
pub(crate) fn key(table: Option<&Table>) -> Option<Key> {
    let Some(table) = table else { return Some(Key::Place) };
    let primary = table
        .constraints
        .iter()
        .find(|constraint| matches!(constraint.kind, ConstraintBody::PrimaryKey) && !constraint.columns.is_empty());
    match primary.map(|constraint| constraint.columns.as_slice()) {
        Some([column]) if is_integer(table, column) => Some(Key::Integer(Quoted(column).to_string())),
        Some(columns) => {
            let columns: Vec<_> = columns.iter().map(|column| Quoted(column).to_string()).collect();
            Some(Key::Columns(columns.join(", ")))
        }
        None if table.partitioned => None,
        None => Some(Key::Place),
    }
}

fn is_integer(table: &Table, column: &Symbol) -> bool {
    let found = table.column(column).and_then(|column| column.data_type.as_ref());
    found.is_some_and(|found| matches!(&*found.name, "int2" | "int4" | "int8") && found.array == 0)
}
