//! How many rows a condition can reach.

use sqlparser::ast::{self, BinaryOperator, Expr, SetExpr, TableFactor, Value};

use super::{column_of, tokens};
use crate::syntax::name::Symbol;
use crate::syntax::query::Reach;

/// Columns that are keys by their name. Other keys only the catalog knows.
const KEY_NAMES: &[&str] = &["id", "uuid", "guid", "key", "slug"];

/// Where besides its condition a change takes its rows from.
pub(super) struct Sources<'a> {
    pub(super) with: Option<&'a ast::With>,
    pub(super) from: Vec<&'a TableFactor>,
}

pub(super) fn reach(condition: Option<&Expr>, limited: bool, sources: &Sources<'_>) -> Reach {
    if limited || sources.from.iter().any(|factor| bounded_factor(factor, sources.with)) {
        return Reach::Batch;
    }
    let Some(condition) = condition else { return Reach::Everything };
    let conjuncts = conjuncts(condition);
    if conjuncts.iter().any(|part| constant(part) == Some(false)) {
        return Reach::Nothing;
    }
    let parts: Vec<&Expr> = conjuncts.into_iter().filter(|part| constant(part) != Some(true)).collect();
    if parts.is_empty() {
        return Reach::Everything;
    }
    if parts.iter().any(|part| bounded(part, sources.with)) || ranged(&parts) {
        return Reach::Batch;
    }
    let named = |part: &&Expr| equality(part).is_some_and(|column| KEY_NAMES.contains(&&*column));
    if sources.from.is_empty() && parts.iter().any(named) {
        return Reach::Named;
    }
    Reach::Filtered
}

/// Columns compared for equality with literals.
pub(super) fn equals(condition: &Expr) -> Vec<Symbol> {
    conjuncts(condition).into_iter().filter_map(equality).collect()
}

/// Whether a column of the table `target` is compared for equality with a field of a record.
pub(super) fn by_record(condition: &Expr, target: &TableFactor) -> bool {
    let TableFactor::Table { name, alias, .. } = target else { return false };
    let names =
        [tokens::name(name).map(|name| name.last().clone()), alias.as_ref().map(|alias| tokens::symbol(&alias.name))];
    let field = |side: &Expr| match side {
        Expr::CompoundIdentifier(parts) => {
            parts.first().is_some_and(|first| !names.iter().flatten().any(|name| *name == tokens::symbol(first)))
        }
        _ => false,
    };
    conjuncts(condition).into_iter().any(|part| match part {
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            (field(left) && column_of(right).is_some()) || (field(right) && column_of(left).is_some())
        }
        _ => false,
    })
}

/// The parts joined by `AND`, brackets removed. Iterative: chains may be long.
fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    let mut parts = Vec::new();
    let mut pending = vec![condition];
    while let Some(part) = pending.pop() {
        match part {
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                pending.push(right);
                pending.push(left);
            }
            Expr::Nested(inner) => pending.push(inner),
            _ => parts.push(part),
        }
    }
    parts
}

/// `true`, `1 = 1`, `false`, `1 = 0`.
fn constant(part: &Expr) -> Option<bool> {
    match part {
        Expr::Value(value) => match value.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        },
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => match (&**left, &**right) {
            (Expr::Value(left), Expr::Value(right)) => Some(left.value == right.value),
            _ => None,
        },
        _ => None,
    }
}

/// `c = literal`, `c IN (literals)`: the column.
fn equality(part: &Expr) -> Option<Symbol> {
    match part {
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            let (column, value) = if fixed(right) { (left, right) } else { (right, left) };
            if fixed(value) { column_of(column) } else { row_of_loop(left, right) }
        }
        Expr::InList { expr, list, negated: false } if list.iter().all(fixed) => column_of(expr),
        _ => None,
    }
}

/// `id = r.id`, as loops over rows write it.
fn row_of_loop(left: &Expr, right: &Expr) -> Option<Symbol> {
    match (left, right) {
        (Expr::Identifier(column), Expr::CompoundIdentifier(_)) => Some(tokens::symbol(column)),
        _ => None,
    }
}

/// A literal or parameter, also with a cast or sign.
fn fixed(expression: &Expr) -> bool {
    match expression {
        Expr::Value(_) | Expr::TypedString { .. } => true,
        Expr::Cast { expr, .. } | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => matches!(&**expr, Expr::Value(_)),
        _ => false,
    }
}

/// One condition that picks a bounded number of rows by itself.
fn bounded(part: &Expr, with: Option<&ast::With>) -> bool {
    match part {
        Expr::InSubquery { subquery, negated: false, .. } => bounded_query(subquery, with),
        Expr::AnyOp { compare_op: BinaryOperator::Eq, right, .. } => bounded_any(right, with),
        Expr::Between { negated: false, low, high, expr } => column_of(expr).is_some() && bound(low) && bound(high),
        // `id IN (SELECT id FROM batch)` comes as IN (list) when the select is bracketed twice.
        Expr::InList { list, negated: false, .. } => {
            matches!(list.as_slice(), [Expr::Subquery(query)] if bounded_query(query, with))
        }
        _ => false,
    }
}

/// `= ANY (…)`: an array variable, or a sub-select with a limit.
fn bounded_any(right: &Expr, with: Option<&ast::With>) -> bool {
    match right {
        Expr::Subquery(query) => bounded_query(query, with),
        Expr::Nested(inner) => bounded_any_leaf(inner, with),
        other => bounded_any_leaf(other, with),
    }
}

fn bounded_any_leaf(right: &Expr, with: Option<&ast::With>) -> bool {
    match right {
        Expr::Identifier(_) | Expr::Value(_) | Expr::Array(_) => true,
        Expr::Subquery(query) => bounded_query(query, with),
        Expr::Function(function) => match &function.args {
            ast::FunctionArguments::Subquery(query) => bounded_query(query, with),
            _ => false,
        },
        _ => false,
    }
}

/// A query with a limit, or one that reads nothing but a common table expression with a limit.
fn bounded_query(query: &ast::Query, with: Option<&ast::With>) -> bool {
    if query.limit_clause.is_some() || query.fetch.is_some() {
        return true;
    }
    match &*query.body {
        SetExpr::Select(select) => {
            !select.from.is_empty() && select.from.iter().any(|table| limited_expression(&table.relation, with))
        }
        _ => false,
    }
}

/// A sub-select with a limit, or a common table expression with one, in `FROM`.
fn bounded_factor(factor: &TableFactor, with: Option<&ast::With>) -> bool {
    match factor {
        TableFactor::Derived { subquery, .. } => subquery.limit_clause.is_some() || subquery.fetch.is_some(),
        _ => limited_expression(factor, with),
    }
}

fn limited_expression(factor: &TableFactor, with: Option<&ast::With>) -> bool {
    let TableFactor::Table { name, .. } = factor else { return false };
    let Some(name) = tokens::name(name) else { return false };
    with.is_some_and(|with| {
        with.cte_tables.iter().any(|table| {
            tokens::symbol(&table.alias.name) == *name.last()
                && (table.query.limit_clause.is_some() || table.query.fetch.is_some())
        })
    })
}

/// Operators within the end of a key range that are looked through: `i * 1000 + 999`.
const BOUND_DEPTH: u8 = 4;

/// The end of a key range: a number, a parameter, a variable, arithmetic on them; not a text, which would be a date.
fn bound(expression: &Expr) -> bool {
    bound_within(expression, BOUND_DEPTH)
}

fn bound_within(expression: &Expr, depth: u8) -> bool {
    let Some(below) = depth.checked_sub(1) else { return false };
    match expression {
        Expr::Value(value) => !matches!(value.value, Value::SingleQuotedString(_)),
        Expr::Cast { expr, .. } | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => bound_within(expr, below),
        Expr::BinaryOp { left, right, .. } => bound_within(left, below) && bound_within(right, below),
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => true,
        _ => false,
    }
}

/// A lower and an upper end on the same column.
fn ranged(parts: &[&Expr]) -> bool {
    let ends = |wanted: [BinaryOperator; 2]| {
        parts
            .iter()
            .filter_map(|part| match part {
                Expr::BinaryOp { left, op, right } if wanted.contains(op) && bound(right) => column_of(left),
                _ => None,
            })
            .collect::<Vec<Symbol>>()
    };
    let lower = ends([BinaryOperator::Gt, BinaryOperator::GtEq]);
    let upper = ends([BinaryOperator::Lt, BinaryOperator::LtEq]);
    lower.iter().any(|column| upper.contains(column))
}
