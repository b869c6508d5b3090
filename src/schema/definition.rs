//! Things of the catalog, written as SQL again, as far as it keeps them. What it does not keep (the bounds of a partition,
//! the attributes of a composite type, the operators of an exclusion) is filled in with something that reads.

use std::fmt::Write as _;

use crate::schema::catalog::{
    Catalog, Column, ConstraintBody, Index, Table, TableConstraint, Trigger, TypeKind, UserType,
};
use crate::schema::compare::{Default, default_of};
use crate::schema::operation::QName;
use crate::syntax;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::{TriggerEvent, TriggerTiming};
use crate::syntax::span::Span;
use crate::syntax::table::ReferentialAction;

pub(crate) fn list(names: &[Symbol]) -> String {
    names.iter().map(|name| Quoted(name).to_string()).collect::<Vec<_>>().join(", ")
}

/// `plan text NOT NULL DEFAULT 'free'`.
pub(crate) fn column(table: &QName, column: &Column) -> String {
    let mut sql = format!("{} {}", Quoted(&column.name), data_type(column));
    let default = default_of(column);
    if let (Some(Default::Serial), Some(kind)) = (&default, &column.data_type) {
        let serial = match &*kind.name {
            "int2" => Some("smallserial"),
            "int4" => Some("serial"),
            "int8" => Some("bigserial"),
            _ => None,
        };
        if let Some(serial) = serial {
            return format!("{} {serial} NOT NULL", Quoted(&column.name));
        }
    }
    // Writing to a string cannot fail.
    if let Some(collation) = &column.collation {
        let _ = write!(sql, " COLLATE {collation}");
    }
    if column.not_null == Some(true) {
        sql.push_str(" NOT NULL");
    }
    match default {
        Some(Default::Generated(text)) => {
            let stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
            let _ = write!(sql, " GENERATED ALWAYS AS ({text}) {}", if stored { "STORED" } else { "VIRTUAL" });
        }
        Some(Default::Identity) => {
            let when = if column.identity_always { "ALWAYS" } else { "BY DEFAULT" };
            let _ = write!(sql, " GENERATED {when} AS IDENTITY");
        }
        Some(found) => {
            let _ = default_text(table, column, &found).map(|text| write!(sql, " DEFAULT {text}"));
        }
        None => {}
    }
    sql
}

pub(crate) fn data_type(column: &Column) -> String {
    column.data_type.as_ref().map_or_else(|| "text".to_owned(), ToString::to_string)
}

/// What stands behind `DEFAULT`.
pub(crate) fn default_text(table: &QName, column: &Column, default: &Default<'_>) -> Option<String> {
    match default {
        Default::Expression(text) => Some((*text).to_owned()),
        Default::Serial => Some(format!("nextval('{}_{}_seq'::regclass)", table.name, column.name).replace("''", "'")),
        Default::Null | Default::Identity | Default::Generated(_) => None,
    }
}

/// Whether a constraint is added to a table that is there: it needs another one, or is not to hold for all rows.
pub(crate) fn comes_later(constraint: &TableConstraint) -> bool {
    matches!(constraint.kind, ConstraintBody::ForeignKey { .. }) || (constraint.enforced && !constraint.validated)
}

/// `CREATE TABLE`, without constraints that come later, indexes and triggers.
pub(crate) fn table(catalog: &Catalog<'_>, table: &Table) -> String {
    let partitioned = |parent: &QName| catalog.table(parent).is_some_and(|parent| parent.partitioned);
    let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
    let name = &table.name;
    if let Some(parent) = table.parents.first().filter(|parent| partitioned(parent)) {
        let bound = if table.default_partition { "DEFAULT" } else { "FOR VALUES IN (NULL)" };
        return format!("CREATE {unlogged}TABLE {name} PARTITION OF {parent} {bound}");
    }
    let mut parts: Vec<String> = table.columns.iter().map(|found| column(name, found)).collect();
    let here = |found: &&TableConstraint| !comes_later(found);
    parts.extend(table.constraints.iter().filter(here).filter_map(|found| constraint(table, found)));
    let mut sql = format!("CREATE {unlogged}TABLE {name} ({})", parts.join(", "));
    if !table.parents.is_empty() {
        let parents: Vec<String> = table.parents.iter().map(ToString::to_string).collect();
        let _ = write!(sql, " INHERITS ({})", parents.join(", "));
    }
    if table.partitioned {
        let key = if table.partition_key.is_empty() { "1".to_owned() } else { list(&table.partition_key) };
        let _ = write!(sql, " PARTITION BY LIST ({key})");
    }
    sql
}

/// `CONSTRAINT name …`; none where its demand is not known.
pub(crate) fn constraint(table: &Table, constraint: &TableConstraint) -> Option<String> {
    let columns = list(&constraint.columns);
    let index = table.indexes.iter().find(|index| index.constraint.as_ref() == Some(&constraint.name));
    let key = |word: &str| {
        let distinct = if index.is_some_and(|index| index.nulls_not_distinct) { " NULLS NOT DISTINCT" } else { "" };
        let included = index.map(|index| list(&index.included)).filter(|included| !included.is_empty());
        let included = included.map_or_else(String::new, |included| format!(" INCLUDE ({included})"));
        format!("{word}{distinct} ({columns}){included}")
    };
    let demand = match &constraint.kind {
        ConstraintBody::Check { expr, .. } => format!("CHECK ({})", expr.as_ref()?.text),
        ConstraintBody::NotNull => format!("NOT NULL {columns}"),
        ConstraintBody::Unique => key("UNIQUE"),
        ConstraintBody::PrimaryKey => key("PRIMARY KEY"),
        ConstraintBody::Exclude => {
            let with: Vec<String> =
                constraint.columns.iter().map(|column| format!("{} WITH =", Quoted(column))).collect();
            format!("EXCLUDE USING gist ({})", with.join(", "))
        }
        ConstraintBody::ForeignKey { table, referenced, on_delete, on_update, match_full } => {
            let referenced = list(referenced);
            let referenced = if referenced.is_empty() { String::new() } else { format!(" ({referenced})") };
            let full = if *match_full { " MATCH FULL" } else { "" };
            let (delete, update) = (action("DELETE", *on_delete), action("UPDATE", *on_update));
            format!("FOREIGN KEY ({columns}) REFERENCES {table}{referenced}{full}{delete}{update}")
        }
    };
    let deferrable = if constraint.deferrable { " DEFERRABLE" } else { "" };
    let enforced = match (constraint.enforced, constraint.validated) {
        (false, _) => " NOT ENFORCED",
        (true, false) => " NOT VALID",
        (true, true) => "",
    };
    Some(format!("CONSTRAINT {} {demand}{deferrable}{enforced}", Quoted(&constraint.name)))
}

fn action(event: &str, action: ReferentialAction) -> String {
    if action == ReferentialAction::NoAction { String::new() } else { format!(" ON {event} {}", action.words()) }
}

/// `CREATE INDEX …`.
pub(crate) fn index(on: &QName, index: &Index) -> String {
    let only = if index.only { "ONLY " } else { "" };
    index_on(&format!("{only}{on}"), index, "")
}

/// `CREATE INDEX …` on something that is written like this; `how` is nothing, or `CONCURRENTLY` and a blank.
pub(crate) fn index_on(on: &str, index: &Index, how: &str) -> String {
    let keys: Vec<String> = (0..index.keys.len()).map(|at| key(index, at)).collect();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let method = if &*index.method == "btree" { String::new() } else { format!("USING {} ", Quoted(&index.method)) };
    let mut sql = format!("CREATE {unique}INDEX {how}{} ON {on} {method}({})", Quoted(&index.name), keys.join(", "));
    if !index.included.is_empty() {
        let _ = write!(sql, " INCLUDE ({})", list(&index.included));
    }
    if index.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if index.partial {
        let _ = write!(sql, " WHERE {}", joined(&index.predicate));
    }
    sql
}

fn key(index: &Index, at: usize) -> String {
    let form = index.forms.get(at);
    let mut sql = match index.keys.get(at).and_then(Option::as_ref) {
        Some(column) => Quoted(column).to_string(),
        None => format!("({})", form.map_or_else(String::new, |form| joined(&form.expression))),
    };
    let Some(form) = form else { return sql };
    if let Some(collation) = &form.collation {
        let _ = write!(sql, " COLLATE {}", Quoted(collation));
    }
    if let Some(class) = &form.class {
        let _ = write!(sql, " {class}");
    }
    match (form.descending, form.nulls_first) {
        (true, true) => sql.push_str(" DESC"),
        (true, false) => sql.push_str(" DESC NULLS LAST"),
        (false, true) => sql.push_str(" NULLS FIRST"),
        (false, false) => {}
    }
    sql
}

/// Words and signs as one text. Folded words lost their quotes: those that need them get them back.
pub(crate) fn joined(words: &[Symbol]) -> String {
    let word = |word: &Symbol| {
        let name = word.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ' ' | '-'));
        let bare = !word.chars().any(|letter| letter.is_uppercase() || letter == ' ');
        let number = word.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        if !name || bare || number { word.to_string() } else { format!("\"{word}\"") }
    };
    tidy(&words.iter().map(word).collect::<Vec<_>>().join(" "))
}

/// `CREATE TRIGGER …`.
pub(crate) fn trigger(table: &QName, trigger: &Trigger) -> String {
    let timing = match trigger.timing {
        TriggerTiming::Before => "BEFORE",
        TriggerTiming::After => "AFTER",
        TriggerTiming::InsteadOf => "INSTEAD OF",
    };
    let event = |event: &TriggerEvent| match event {
        TriggerEvent::Insert => "INSERT".to_owned(),
        TriggerEvent::Update if trigger.update_of.is_empty() => "UPDATE".to_owned(),
        TriggerEvent::Update => format!("UPDATE OF {}", list(&trigger.update_of)),
        TriggerEvent::Delete => "DELETE".to_owned(),
        TriggerEvent::Truncate => "TRUNCATE".to_owned(),
    };
    let events = trigger.events.iter().map(event).collect::<Vec<_>>().join(" OR ");
    let each = if trigger.for_each_row { "ROW" } else { "STATEMENT" };
    let (name, function) = (Quoted(&trigger.name), &trigger.function);
    format!("CREATE TRIGGER {name} {timing} {events} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()")
}

/// `CREATE TYPE` or `CREATE DOMAIN`.
pub(crate) fn user_type(user_type: &UserType) -> String {
    let name = &user_type.name;
    match &user_type.kind {
        TypeKind::Enum { values } => {
            let values: Vec<String> = values.iter().map(|value| literal(&value.value)).collect();
            format!("CREATE TYPE {name} AS ENUM ({})", values.join(", "))
        }
        TypeKind::Domain { base, not_null, default, constraints } => {
            let mut sql = format!("CREATE DOMAIN {name} AS {base}");
            if let Some(default) = default {
                let _ = write!(sql, " DEFAULT {}", default.text);
            }
            if *not_null {
                sql.push_str(" NOT NULL");
            }
            for constraint in constraints {
                let _ = write!(sql, " CONSTRAINT {} CHECK ({})", Quoted(&constraint.name), constraint.text);
            }
            sql
        }
        TypeKind::Composite => format!("CREATE TYPE {name} AS (value text)"),
        TypeKind::Other => format!("CREATE TYPE {name} AS RANGE (subtype = int4)"),
    }
}

pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Words and signs that stand apart, as people write them: `length ( name ) > 0` is `length(name) > 0`.
pub(crate) fn tidy(expression: &str) -> String {
    let whole = Span::new(0, u32::try_from(expression.len()).unwrap_or(u32::MAX));
    let mut result = String::with_capacity(expression.len());
    let mut before = "";
    for token in syntax::tokens(expression, whole) {
        let word = token.of(expression);
        let called = word == "("
            && before.starts_with(|first: char| first.is_alphanumeric() || first == '_')
            && !KEYWORDS.iter().any(|keyword| before.eq_ignore_ascii_case(keyword));
        let tight = result.is_empty()
            || called
            || matches!(word, ")" | "," | "::" | "." | "[" | "]")
            || matches!(before, "(" | "::" | "." | "[");
        if !tight {
            result.push(' ');
        }
        result.push_str(word);
        before = word;
    }
    result
}

/// What a bracket may follow without being called.
const KEYWORDS: &[&str] =
    &["and", "or", "not", "in", "any", "all", "is", "like", "between", "when", "then", "else", "case"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stand_where_people_put_them() {
        let spread = "length ( name ) > 0 and ( a . b :: text in ( 'x' , ' ( y )' ) )";
        assert_eq!(tidy(spread), "length(name) > 0 and (a.b::text in ('x', ' ( y )'))");
    }
}
