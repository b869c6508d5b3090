//! What differs between two schemas, as far as both sides know it: one walk over each, in the order of names.
//!
//! What a history only ever used, and never created, is there and unknown: no difference is claimed about it. The order of
//! columns and of the values of an enum is no difference either: nobody who names what they use can tell, and a column
//! that is added back stands at the end.

mod same;
mod table;
pub mod words;

use std::collections::BTreeMap;

pub use self::same::{Default, default_of, same_expression, same_type};
use super::catalog::{
    Catalog, Column, DomainConstraint, EnumValue, Function, Index, Origin, Publication, Relation, Sequence, Table,
    TableConstraint, Trigger, TypeKind, UserType, View,
};
use super::operation::QName;
use crate::syntax::name::Symbol;

/// One thing as both schemas have it. Only in the new one: it was added. Only in the old one: it is gone.
#[derive(Debug)]
pub struct Pair<'c, T> {
    /// As the old schema has it.
    pub old: Option<&'c T>,
    /// As the new schema has it.
    pub new: Option<&'c T>,
}

/// One difference.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it; `table` and `on` are where the thing belongs to")]
pub enum Difference<'c> {
    Schema {
        name: &'c Symbol,
        pair: Pair<'c, Origin>,
    },
    /// A whole table, with everything in it.
    Table(Pair<'c, Table>),
    /// `UNLOGGED` or not.
    Persistence {
        table: &'c QName,
        unlogged: bool,
    },
    /// What it is a partition of, or inherits from.
    Parents {
        table: &'c QName,
        old: &'c Table,
        new: &'c Table,
    },
    /// A whole column.
    Column {
        table: &'c QName,
        pair: Pair<'c, Column>,
    },
    /// Something about a column that both have.
    ColumnPart {
        table: &'c QName,
        old: &'c Column,
        new: &'c Column,
        part: ColumnPart,
    },
    /// Same name: it demands something else. Another name: it demands the same.
    Constraint {
        table: &'c QName,
        pair: Pair<'c, TableConstraint>,
    },
    /// Same name: it is built otherwise. Another name: it is built the same.
    Index {
        on: &'c QName,
        pair: Pair<'c, Index>,
    },
    Trigger {
        table: &'c QName,
        pair: Pair<'c, Trigger>,
    },
    View(Pair<'c, View>),
    Sequence(Pair<'c, Sequence>),
    /// A whole type; in both, if it became one of another kind.
    Type(Pair<'c, UserType>),
    EnumValue {
        name: &'c QName,
        pair: Pair<'c, EnumValue>,
    },
    /// Whether a domain allows null.
    DomainNotNull {
        name: &'c QName,
        not_null: bool,
    },
    DomainConstraint {
        name: &'c QName,
        pair: Pair<'c, DomainConstraint>,
    },
    Function(Pair<'c, Function<'c>>),
    Publication(Pair<'c, Publication>),
}

/// What differs about a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ColumnPart {
    Type,
    NotNull,
    /// Its default, identity or sequence.
    Default,
    /// Whether or from what it is generated.
    Generated,
}

impl<T> Clone for Pair<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Pair<'_, T> {}

impl<'c, T> Pair<'c, T> {
    /// Only in the new schema.
    pub fn is_added(&self) -> bool {
        self.old.is_none()
    }

    /// Only in the old schema.
    pub fn is_gone(&self) -> bool {
        self.new.is_none()
    }

    /// The newest there is.
    pub fn any(&self) -> Option<&'c T> {
        self.new.or(self.old)
    }
}

/// What is compared besides what the catalog knows for sure.
#[derive(Clone, Copy, Debug)]
pub struct Basis {
    /// The queries of views are spelled by the same hand on both sides. A server spells them in its own way.
    pub queries: bool,
}

/// Everything that differs, in the order of kinds and names.
pub fn compare<'c>(old: &'c Catalog<'c>, new: &'c Catalog<'c>, basis: Basis) -> Vec<Difference<'c>> {
    let mut found = Vec::new();
    for (name, pair) in pairs(&old.schemas, &new.schemas) {
        // Every database has that one.
        if (pair.old.is_none() || pair.new.is_none()) && &**name != "public" {
            found.push(Difference::Schema { name, pair });
        }
    }
    for (name, pair) in pairs(&old.types, &new.types) {
        let pair = Pair { old: pair.old.map(|found| &**found), new: pair.new.map(|found| &**found) };
        types(name, pair, &mut found);
    }
    for (_, pair) in pairs(&old.relations, &new.relations) {
        relation(pair, basis, &mut found);
    }
    for (_, pair) in pairs(&old.functions, &new.functions) {
        let pair = Pair { old: pair.old.map(|found| &**found), new: pair.new.map(|found| &**found) };
        if is_known(&pair, |function| function.origin) && !same::functions(&pair) {
            found.push(Difference::Function(pair));
        }
    }
    for (_, pair) in pairs(&old.publications, &new.publications) {
        let pair = Pair { old: pair.old.map(|found| &**found), new: pair.new.map(|found| &**found) };
        if is_known(&pair, |publication| publication.origin) && !same::publications(&pair) {
            found.push(Difference::Publication(pair));
        }
    }
    found
}

/// What has a name in either map, in the order of names.
fn pairs<'c, K: Ord, V>(old: &'c BTreeMap<K, V>, new: &'c BTreeMap<K, V>) -> Vec<(&'c K, Pair<'c, V>)> {
    let (mut left, mut right) = (old.iter().peekable(), new.iter().peekable());
    let mut found = Vec::with_capacity(old.len().max(new.len()));
    while let Some(name) = match (left.peek(), right.peek()) {
        (Some((one, _)), Some((other, _))) => Some((*one).min(*other)),
        (one, other) => one.or(other).map(|(name, _)| *name),
    } {
        let old = left.next_if(|(found, _)| *found == name).map(|(_, value)| value);
        let new = right.next_if(|(found, _)| *found == name).map(|(_, value)| value);
        found.push((name, Pair { old, new }));
    }
    found
}

/// Of what only one side has, whether that side saw it being created.
fn is_known<T>(pair: &Pair<'_, T>, origin: impl Fn(&T) -> Option<Origin>) -> bool {
    match (pair.old, pair.new) {
        (Some(only), None) | (None, Some(only)) => origin(only).is_some(),
        (Some(_), Some(_)) | (None, None) => true,
    }
}

fn relation<'c>(pair: Pair<'c, Relation>, basis: Basis, found: &mut Vec<Difference<'c>>) {
    let tables = Pair { old: pair.old.and_then(as_table), new: pair.new.and_then(as_table) };
    table::compare(tables, found);
    let views = Pair { old: pair.old.and_then(as_view), new: pair.new.and_then(as_view) };
    if (views.old.is_some() || views.new.is_some())
        && is_known(&views, |view| view.origin)
        && !same::views(&views, basis)
    {
        found.push(Difference::View(views));
    }
    if let (Some(old), Some(new)) = (views.old, views.new) {
        table::indexes(&new.name, (&old.indexes, true), (&new.indexes, true), found);
    }
    let sequences = Pair { old: pair.old.and_then(as_sequence), new: pair.new.and_then(as_sequence) };
    if (sequences.old.is_some() != sequences.new.is_some()) && is_known(&sequences, |sequence| sequence.origin) {
        // A sequence of a column comes and goes with it.
        if sequences.any().is_some_and(|sequence| sequence.owned_by.is_none()) {
            found.push(Difference::Sequence(sequences));
        }
    }
}

fn as_table(relation: &Relation) -> Option<&Table> {
    match relation {
        Relation::Table(table) => Some(table),
        Relation::View(_) | Relation::Sequence(_) => None,
    }
}

fn as_view(relation: &Relation) -> Option<&View> {
    match relation {
        Relation::View(view) => Some(view),
        Relation::Table(_) | Relation::Sequence(_) => None,
    }
}

fn as_sequence(relation: &Relation) -> Option<&Sequence> {
    match relation {
        Relation::Sequence(sequence) => Some(sequence),
        Relation::Table(_) | Relation::View(_) => None,
    }
}

fn types<'c>(name: &'c QName, pair: Pair<'c, UserType>, found: &mut Vec<Difference<'c>>) {
    if !is_known(&pair, |user_type| user_type.origin) {
        return;
    }
    let (Some(old), Some(new)) = (pair.old, pair.new) else {
        found.push(Difference::Type(pair));
        return;
    };
    match (&old.kind, &new.kind) {
        (TypeKind::Enum { values: before }, TypeKind::Enum { values: after }) => {
            // What was only ever added to has values nobody told of.
            let whole = |user_type: &UserType| user_type.origin.is_some();
            let key = |value: &'c EnumValue| (&*value.value, value);
            let (before, after): (BTreeMap<_, _>, BTreeMap<_, _>) =
                (before.iter().map(key).collect(), after.iter().map(key).collect());
            let gone = before.iter().filter(|(value, _)| whole(new) && !after.contains_key(*value));
            found.extend(
                gone.map(|(_, value)| Difference::EnumValue { name, pair: Pair { old: Some(value), new: None } }),
            );
            let added = after.iter().filter(|(value, _)| (whole(old) || !whole(new)) && !before.contains_key(*value));
            found.extend(
                added.map(|(_, value)| Difference::EnumValue { name, pair: Pair { old: None, new: Some(value) } }),
            );
        }
        (
            TypeKind::Domain { base: before, not_null: required, constraints: checks, .. },
            TypeKind::Domain { base: after, not_null, constraints, .. },
        ) => {
            if !same_type(before, after) {
                found.push(Difference::Type(pair));
                return;
            }
            if required != not_null {
                found.push(Difference::DomainNotNull { name, not_null: *not_null });
            }
            domain_constraints(name, checks, constraints, found);
        }
        (TypeKind::Composite, TypeKind::Composite) | (TypeKind::Other, TypeKind::Other) => {}
        _ => found.push(Difference::Type(pair)),
    }
}

fn domain_constraints<'c>(
    name: &'c QName,
    old: &'c [DomainConstraint],
    new: &'c [DomainConstraint],
    found: &mut Vec<Difference<'c>>,
) {
    let key = |constraint: &'c DomainConstraint| (&constraint.name, constraint);
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) = (old.iter().map(key).collect(), new.iter().map(key).collect());
    for (_, pair) in pairs_of_refs(&old, &new) {
        if !same::domain_constraints(&pair) {
            found.push(Difference::DomainConstraint { name, pair });
        }
    }
}

/// The same as `pairs`, for maps that hold references.
fn pairs_of_refs<'c, K: Ord + Copy, V>(old: &BTreeMap<K, &'c V>, new: &BTreeMap<K, &'c V>) -> Vec<(K, Pair<'c, V>)> {
    let gone = old.iter().filter(|(name, _)| !new.contains_key(*name));
    let gone = gone.map(|(name, value)| (*name, Pair { old: Some(*value), new: None }));
    let there = new.iter().map(|(name, value)| (*name, Pair { old: old.get(name).copied(), new: Some(*value) }));
    gone.chain(there).collect()
}
