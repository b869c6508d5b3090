//! What differs between two tables of one name.

use std::collections::BTreeMap;

use super::{ColumnPart, Default, Difference, Pair, default_of, pairs_of_refs, same};
use crate::schema::catalog::{Column, ConstraintBody, Index, Origin, Table, TableConstraint, Trigger};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// As many constraints or indexes without their like are compared with each other, to find those that only got another
/// name.
const MOST_RENAMED: usize = 64;

/// Compares two tables, of which either may be missing. A table that was only ever used is there on both sides.
pub(super) fn compare<'c>(pair: Pair<'c, Table>, found: &mut Vec<Difference<'c>>) {
    let seen = |table: &&Table| !table.temporary;
    match (pair.old.filter(seen), pair.new.filter(seen)) {
        (Some(old), Some(new)) => both(old, new, found),
        (Some(only), None) | (None, Some(only)) if only.origin.is_some() => found.push(Difference::Table(pair)),
        (Some(old), None) => parts(&old.name, &Parts::of(old), &Parts::UNKNOWN, found),
        (None, Some(new)) => parts(&new.name, &Parts::UNKNOWN, &Parts::of(new), found),
        (None, None) => {}
    }
}

fn both<'c>(old: &'c Table, new: &'c Table, found: &mut Vec<Difference<'c>>) {
    let table = &new.name;
    let known = old.origin.is_some() && new.origin.is_some();
    if known && old.unlogged != new.unlogged {
        found.push(Difference::Persistence { table, unlogged: new.unlogged });
    }
    if known && old.parents != new.parents {
        found.push(Difference::Parents { table, old, new });
    }
    parts(table, &Parts::of(old), &Parts::of(new), found);
}

/// What a table holds.
struct Parts<'c> {
    columns: &'c [Column],
    constraints: &'c [TableConstraint],
    indexes: &'c [Index],
    triggers: &'c [Trigger],
    /// There is nothing else in it.
    complete: bool,
}

impl<'c> Parts<'c> {
    const UNKNOWN: Self = Self { columns: &[], constraints: &[], indexes: &[], triggers: &[], complete: false };

    fn of(table: &'c Table) -> Self {
        Self {
            columns: &table.columns,
            constraints: &table.constraints,
            indexes: &table.indexes,
            triggers: &table.triggers,
            complete: table.complete,
        }
    }
}

fn parts<'c>(table: &'c QName, old: &Parts<'c>, new: &Parts<'c>, found: &mut Vec<Difference<'c>>) {
    let sides = Sides { old: old.complete, new: new.complete };
    for pair in matched(old.columns, new.columns, |column| &column.name) {
        match (pair.old, pair.new) {
            (Some(old), Some(new)) => {
                found.extend(column(old, new).map(|part| Difference::ColumnPart { table, old, new, part }));
            }
            _ if sides.tell(&pair, |column| column.origin) => found.push(Difference::Column { table, pair }),
            _ => {}
        }
    }
    // `NOT NULL` is told with its column, once it holds for all rows.
    let counts =
        |constraint: &&TableConstraint| !(matches!(constraint.kind, ConstraintBody::NotNull) && constraint.validated);
    let constraints = (old.constraints.iter().filter(counts), new.constraints.iter().filter(counts));
    for pair in renamed(matched(constraints.0, constraints.1, |found| &found.name), same::constraints) {
        let differs = match (pair.old, pair.new) {
            (Some(old), Some(new)) => {
                old.name != new.name || old.validated != new.validated || !same::constraints(old, new)
            }
            _ => sides.tell(&pair, |constraint| constraint.origin),
        };
        if differs {
            found.push(Difference::Constraint { table, pair });
        }
    }
    indexes(table, (old.indexes, old.complete), (new.indexes, new.complete), found);
    for pair in matched(old.triggers, new.triggers, |trigger| &trigger.name) {
        let differs = match (pair.old, pair.new) {
            (Some(old), Some(new)) => !same::triggers(old, new),
            _ => sides.tell(&pair, |trigger| trigger.origin),
        };
        if differs {
            found.push(Difference::Trigger { table, pair });
        }
    }
}

/// Compares indexes; with each side goes whether it has no others. Those of constraints are told with the constraint.
pub(super) fn indexes<'c>(
    on: &'c QName,
    (old, old_whole): (&'c [Index], bool),
    (new, new_whole): (&'c [Index], bool),
    found: &mut Vec<Difference<'c>>,
) {
    let sides = Sides { old: old_whole, new: new_whole };
    let plain = |index: &&Index| index.constraint.is_none();
    let pairs = matched(old.iter().filter(plain), new.iter().filter(plain), |index| &index.name);
    for pair in renamed(pairs, same::indexes) {
        let differs = match (pair.old, pair.new) {
            (Some(old), Some(new)) => old.name != new.name || !same::indexes(old, new),
            _ => sides.tell(&pair, |index| index.origin),
        };
        if differs {
            found.push(Difference::Index { on, pair });
        }
    }
}

/// Whether each side knows all there is.
#[derive(Clone, Copy)]
struct Sides {
    old: bool,
    new: bool,
}

impl Sides {
    /// Whether what only one side has is a difference: that side saw it being created, and the other knows all there is,
    /// or they know equally little.
    fn tell<T>(self, pair: &Pair<'_, T>, origin: impl Fn(&T) -> Option<Origin>) -> bool {
        let other = if pair.old.is_some() { self.new } else { self.old };
        pair.any().is_some_and(|only| origin(only).is_some()) && (other || !(self.old || self.new))
    }
}

/// Pairs by name, what is gone first; both in their own order.
fn matched<'c, T>(
    old: impl IntoIterator<Item = &'c T>,
    new: impl IntoIterator<Item = &'c T>,
    name: impl Fn(&'c T) -> &'c Symbol,
) -> Vec<Pair<'c, T>> {
    let keyed = |side: Vec<&'c T>| side.into_iter().map(|found| (name(found), found)).collect::<BTreeMap<_, _>>();
    let (old, new) = (keyed(old.into_iter().collect()), keyed(new.into_iter().collect()));
    pairs_of_refs(&old, &new).into_iter().map(|(_, pair)| pair).collect()
}

/// Makes one of what is gone and what was added, where both are the same but for the name.
fn renamed<'c, T>(pairs: Vec<Pair<'c, T>>, same: impl Fn(&T, &T) -> bool) -> Vec<Pair<'c, T>> {
    let (gone, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(Pair::is_gone);
    let (added, mut found): (Vec<_>, Vec<_>) = others.into_iter().partition(Pair::is_added);
    let mut added: Vec<Option<&'c T>> = added.into_iter().map(|pair| pair.new).collect();
    if gone.len().max(added.len()) > MOST_RENAMED {
        found.extend(gone);
    } else {
        for pair in gone {
            let like = |new: Option<&'c T>| new.zip(pair.old).is_some_and(|(new, old)| same(old, new));
            let new = added.iter().position(|new| like(*new)).and_then(|at| added.get_mut(at)).and_then(Option::take);
            found.push(Pair { new, ..pair });
        }
    }
    found.extend(added.into_iter().flatten().map(|new| Pair { old: None, new: Some(new) }));
    found
}

fn column(old: &Column, new: &Column) -> impl Iterator<Item = ColumnPart> {
    let types = old.data_type.as_ref().zip(new.data_type.as_ref());
    let retyped = types.is_some_and(|(old, new)| !same::same_type(old, new)) || !same::collations(old, new);
    let required = old.not_null.zip(new.not_null).is_some_and(|(old, new)| old != new);
    let defaults = default_of(old).zip(default_of(new));
    let generated = |default: &Default<'_>| matches!(default, Default::Generated(_));
    let generated = defaults.is_some_and(|(old, new)| generated(&old) || generated(&new));
    let filled = defaults.is_some_and(|(old, new)| !old.is_same_as(&new));
    [
        (retyped, ColumnPart::Type),
        (required, ColumnPart::NotNull),
        (filled && !generated, ColumnPart::Default),
        (filled && generated, ColumnPart::Generated),
    ]
    .into_iter()
    .filter_map(|(differs, part)| differs.then_some(part))
}
