//! When two things do the same, however they are written.

use super::{Basis, Pair};
use crate::schema::catalog::{
    Column, ConstraintBody, DomainConstraint, Function, Index, Publication, TableConstraint, Trigger, View,
};
use crate::syntax::expr::Shape;
use crate::syntax::name::Symbol;
use crate::syntax::types::DataType;

/// What an insert gets that leaves a column out.
#[derive(Clone, Copy, Debug)]
pub enum Default<'c> {
    /// Null.
    Null,
    /// The value of an expression.
    Expression(&'c str),
    /// The next number of the column's sequence.
    Serial,
    /// The same, as `GENERATED … AS IDENTITY`.
    Identity,
    /// It is worked out from other columns, and cannot be given.
    Generated(&'c str),
}

impl Default<'_> {
    /// Whether both give the same.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) | (Self::Serial, Self::Serial) | (Self::Identity, Self::Identity) => true,
            (Self::Expression(one), Self::Expression(other)) | (Self::Generated(one), Self::Generated(other)) => {
                same_expression(one, other)
            }
            _ => false,
        }
    }
}

/// What an insert gets that leaves the column out; none when unknown.
pub fn default_of(column: &Column) -> Option<Default<'_>> {
    if let Some(generated) = &column.generated {
        return Some(Default::Generated(&generated.text));
    }
    if column.identity {
        return Some(Default::Identity);
    }
    match (&column.default, column.has_default?) {
        (Some(default), true) if default.sequences.is_empty() => Some(Default::Expression(&default.text)),
        (Some(default), false) if default.shape != Shape::Null => Some(Default::Expression(&default.text)),
        (_, true) => Some(Default::Serial),
        (_, false) => Some(Default::Null),
    }
}

/// Whether two types are one: `numeric(10)` is `numeric(10, 0)`, `char` is `char(1)`, and the server keeps no number of
/// dimensions.
pub fn same_type(one: &DataType, other: &DataType) -> bool {
    let schema = |data_type: &DataType| data_type.schema.clone().filter(|schema| &**schema != "public");
    let modifiers = |data_type: &DataType| match (&*data_type.name, data_type.modifiers.as_slice()) {
        ("numeric", [precision]) => vec![*precision, 0],
        ("bpchar" | "bit", []) => vec![1],
        (_, modifiers) => modifiers.to_vec(),
    };
    one.name == other.name
        && schema(one) == schema(other)
        && modifiers(one) == modifiers(other)
        && (one.array > 0) == (other.array > 0)
}

pub(super) fn collations(one: &Column, other: &Column) -> bool {
    let name =
        |column: &Column| column.collation.as_ref().map(|name| name.last().clone()).filter(|name| &**name != "default");
    name(one) == name(other)
}

/// Whether two expressions say the same but for spelling: brackets, casts of literals and to `text`, `IN` for
/// `= ANY (ARRAY[…])`. A server writes them in its own way, with brackets around everything. Without a grammar for
/// expressions this cannot tell `(a OR b) AND c` from `a OR (b AND c)`, and takes them for one.
pub fn same_expression(one: &str, other: &str) -> bool {
    one == other || plain(one) == plain(other)
}

/// Casts that a server writes and people leave out.
const SILENT_CASTS: &[&str] = &["text", "varchar", "bpchar", "character varying", "character", "regclass", "name"];

fn plain(text: &str) -> Vec<String> {
    let tokens = crate::syntax::spellings(text);
    plain_words(tokens.iter().map(String::as_str))
}

fn plain_words<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    let mut plain: Vec<String> = Vec::new();
    let mut words = words.filter(|word| !matches!(*word, "(" | ")" | "[" | "]")).peekable();
    while let Some(word) = words.next() {
        match word {
            "::" => {
                let mut name = words.next().unwrap_or_default().to_owned();
                while words.next_if_eq(&".").is_some() {
                    words.next().unwrap_or_default().clone_into(&mut name);
                }
                while let Some(more) = words
                    .next_if(|word| matches!(*word, "varying" | "precision" | "with" | "without" | "time" | "zone"))
                {
                    name.push(' ');
                    name.push_str(more);
                }
                let literal = plain.last().is_some_and(|last| last.ends_with('\'') || is_number(last));
                if !literal && !SILENT_CASTS.contains(&name.as_str()) {
                    plain.extend(["::".to_owned(), name]);
                }
            }
            "in" => {
                let negated = plain.last().is_some_and(|last| last == "not");
                if negated {
                    plain.pop();
                }
                let words = if negated { ["<>", "all", "array"] } else { ["=", "any", "array"] };
                plain.extend(words.map(str::to_owned));
            }
            "current_timestamp" | "transaction_timestamp" => plain.push("now".to_owned()),
            "!=" => plain.push("<>".to_owned()),
            "~~" => plain.push("like".to_owned()),
            "~~*" => plain.push("ilike".to_owned()),
            word => plain.push(word.to_owned()),
        }
    }
    plain
}

fn is_number(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit())
}

fn same_words(one: &[Symbol], other: &[Symbol]) -> bool {
    let plain = |words: &[Symbol]| plain_words(words.iter().map(|word| &**word));
    one == other || plain(one) == plain(other)
}

/// Whether two constraints demand the same, whatever they are called and whether the old rows are proven.
pub(super) fn constraints(one: &TableConstraint, other: &TableConstraint) -> bool {
    one.enforced == other.enforced
        && one.deferrable == other.deferrable
        && match (&one.kind, &other.kind) {
            (ConstraintBody::Check { expr: one, .. }, ConstraintBody::Check { expr: other, .. }) => {
                one.as_ref().zip(other.as_ref()).is_none_or(|(one, other)| same_expression(&one.text, &other.text))
            }
            (
                ConstraintBody::ForeignKey { table, referenced, on_delete, on_update, match_full },
                ConstraintBody::ForeignKey {
                    table: other_table,
                    referenced: other_referenced,
                    on_delete: other_delete,
                    on_update: other_update,
                    match_full: other_full,
                },
            ) => {
                // Without columns it is the primary key.
                let same_columns =
                    referenced == other_referenced || referenced.is_empty() || other_referenced.is_empty();
                one.columns == other.columns
                    && table == other_table
                    && same_columns
                    && (on_delete, on_update, match_full) == (other_delete, other_update, other_full)
            }
            (one_kind, other_kind) => {
                std::mem::discriminant(one_kind) == std::mem::discriminant(other_kind) && one.columns == other.columns
            }
        }
}

/// Whether two indexes differ in nothing but their names.
pub(super) fn indexes(one: &Index, other: &Index) -> bool {
    let form = |at: usize| match (one.forms.get(at), other.forms.get(at)) {
        (Some(one), Some(other)) => {
            same_words(&one.expression, &other.expression)
                && (&one.collation, &one.class) == (&other.collation, &other.class)
                && (one.descending, one.nulls_first) == (other.descending, other.nulls_first)
        }
        (one, other) => one.is_none() && other.is_none(),
    };
    one.unique == other.unique
        && one.nulls_not_distinct == other.nulls_not_distinct
        && one.method == other.method
        && one.keys == other.keys
        && (0..one.forms.len().max(other.forms.len())).all(form)
        && one.included == other.included
        && same_words(&one.predicate, &other.predicate)
}

pub(super) fn triggers(one: &Trigger, other: &Trigger) -> bool {
    let fires = |trigger: &Trigger, event| trigger.events.contains(event);
    one.function == other.function
        && one.timing == other.timing
        && one.events.iter().all(|event| fires(other, event))
        && other.events.iter().all(|event| fires(one, event))
        && one.update_of == other.update_of
        && one.for_each_row == other.for_each_row
        && one.state == other.state
}

pub(super) fn views(pair: &Pair<'_, View>, basis: Basis) -> bool {
    pair.old.zip(pair.new).is_some_and(|(old, new)| {
        let same_query = !basis.queries || old.text == new.text || plain(&old.text) == plain(&new.text);
        old.materialized == new.materialized && same_query
    })
}

/// Overloads share one entry, so of them it is only known that there are some.
pub(super) fn functions(pair: &Pair<'_, Function<'_>>) -> bool {
    pair.old.zip(pair.new).is_some_and(|(old, new)| {
        let told = old.overloads == 1 && new.overloads == 1;
        let flags = |function: &Function<'_>| (function.volatility, function.security_definer, function.search_path);
        !told || (old.digest == new.digest && flags(old) == flags(new))
    })
}

pub(super) fn publications(pair: &Pair<'_, Publication>) -> bool {
    pair.old.zip(pair.new).is_some_and(|(old, new)| {
        (old.all_tables, &old.tables, &old.schemas) == (new.all_tables, &new.tables, &new.schemas)
    })
}

pub(super) fn domain_constraints(pair: &Pair<'_, DomainConstraint>) -> bool {
    pair.old
        .zip(pair.new)
        .is_some_and(|(old, new)| old.validated == new.validated && same_expression(&old.text, &new.text))
}
