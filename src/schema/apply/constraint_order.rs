//! Several constraints of one statement: in which order the server makes them, and which of them are one.

use std::collections::BTreeMap;

use super::Log;
use super::constraint::{self, Wanted};
use crate::schema::catalog::Catalog;
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;
use crate::syntax::table::{Constraint, ConstraintKind};

/// Adds the constraints of a new table or column in the server's order, which shows in the numbers of made-up names:
/// checks, keys with the primary key first, foreign keys.
pub(super) fn add_all(catalog: &mut Catalog<'_>, table: &QName, all: &[Wanted<'_>], log: &mut Log) {
    let of_rank = |rank: u8| all.iter().filter(move |wanted| rank_of(wanted.def) == rank);
    for wanted in of_rank(0) {
        constraint::add(catalog, table, wanted, log);
    }
    for (def, first) in &keys(all) {
        constraint::add(catalog, table, &Wanted { def, ..**first }, log);
    }
    for wanted in of_rank(2) {
        constraint::add(catalog, table, wanted, log);
    }
}

fn rank_of(constraint: &Constraint) -> u8 {
    match constraint.kind {
        ConstraintKind::Check(_) | ConstraintKind::NotNull(_) => 0,
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Exclude(_) => 1,
        ConstraintKind::ForeignKey(_) => 2,
    }
}

/// The keys, primary first. The server makes one index of two keys over the same columns, and keeps the name that was
/// given to either.
fn keys<'w, 'd>(all: &'w [Wanted<'d>]) -> Vec<(Constraint, &'w Wanted<'d>)> {
    let mut keys: Vec<(Constraint, &Wanted<'_>)> = Vec::new();
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    let is_primary = |wanted: &&Wanted<'_>| matches!(wanted.def.kind, ConstraintKind::PrimaryKey(_));
    let primary = all.iter().filter(is_primary);
    let others = all.iter().filter(|wanted| rank_of(wanted.def) == 1 && !is_primary(wanted));
    for wanted in primary.chain(others) {
        let columns = key_columns(wanted);
        let place = columns.as_ref().and_then(|columns| places.get(columns));
        if let Some((known, _)) = place.and_then(|place| keys.get_mut(*place)) {
            known.name = known.name.take().or_else(|| wanted.def.name.clone());
            continue;
        }
        if let Some(columns) = columns {
            places.insert(columns, keys.len());
        }
        keys.push((wanted.def.clone(), wanted));
    }
    keys
}

/// What makes two unique or primary keys the same: columns, included columns, whether they are deferrable.
fn key_columns(wanted: &Wanted<'_>) -> Option<(Vec<Symbol>, Vec<Symbol>, bool)> {
    match &wanted.def.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) if key.using_index.is_none() => {
            let included = key.included.iter().map(|column| column.name.clone()).collect();
            Some((wanted.columns(&key.columns), included, wanted.def.deferrable))
        }
        _ => None,
    }
}
