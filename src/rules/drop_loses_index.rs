//! See `rules/drop-loses-index.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::support::{action, column_path, column_subject, edit};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{ConstraintBody, Index, Table, TableConstraint};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Quoted, Symbol};
use crate::syntax::object::ObjectKind;
use crate::transition::{Ledger, Part, Phase, Transition};

/// Indexes of one table that are compared.
const INDEXES_READ: usize = 64;

/// Indexes and constraints of one dropped column that are reported.
const REPORTED: usize = 8;

/// A column that goes, with the table it goes from.
struct Dropped<'r, 'a> {
    step: &'r Step<'a>,
    table: &'r QName,
    column: &'r Ident,
    before: &'r Table,
    after: &'r Table,
    /// The columns that replace it, where each replaces only one.
    new: Vec<Symbol>,
    /// It is merged with others into something else: what that needs cannot be told.
    merged: bool,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let gone = dropped_columns(release);
    let named = dropped_by_name(release);
    let mut told: BTreeSet<(&QName, &Symbol)> = BTreeSet::new();
    for step in &release.steps {
        let Some(dropped) = dropped(step, release) else { continue };
        let Some(gone) = gone.get(dropped.table) else { continue };
        let indexes = dropped.before.indexes.iter().take(INDEXES_READ);
        for index in indexes.filter(|index| index.columns.contains(&dropped.column.name)).take(REPORTED) {
            let by_name =
                named.contains(&index.name) || index.constraint.as_ref().is_some_and(|name| named.contains(name));
            if !by_name
                && !is_primary(dropped.before, index)
                && let Some(lost) = lost_index(&dropped, index, gone)
                && told.insert((dropped.table, &index.name))
            {
                report_index(&dropped, index, &lost, findings);
            }
        }
        for key in dropped.before.constraints.iter().filter(|key| loses_reference(&dropped, key)).take(REPORTED) {
            report_reference(&dropped, key, findings);
        }
    }
}

/// The columns that a release drops, by table.
fn dropped_columns<'r>(release: &'r Release<'_>) -> BTreeMap<&'r QName, BTreeSet<&'r Symbol>> {
    let mut gone: BTreeMap<&QName, BTreeSet<&Symbol>> = BTreeMap::new();
    for (table, action) in release.steps.iter().filter_map(action) {
        if let ActionKind::DropColumn { column, .. } = &action.kind {
            gone.entry(table).or_default().insert(&column.name);
        }
    }
    gone
}

/// Indexes and constraints that the release drops by their names, maybe to be sure: those are not forgotten.
fn dropped_by_name<'r>(release: &'r Release<'_>) -> BTreeSet<&'r Symbol> {
    let name = |step: &'r Step<'_>| match &step.operation.kind {
        OperationKind::Drop { kind: ObjectKind::Index, name, .. } => Some(&name.name),
        _ => match &action(step)?.1.kind {
            ActionKind::DropConstraint { constraint, .. } => Some(&constraint.name),
            _ => None,
        },
    };
    release.steps.iter().filter_map(name).collect()
}

fn dropped<'r, 'a>(step: &'r Step<'a>, release: &'r Release<'_>) -> Option<Dropped<'r, 'a>> {
    let (table, action) = action(step)?;
    let ActionKind::DropColumn { column, .. } = &action.kind else { return None };
    let before = step.before.table.as_deref()?;
    let after = release.after.table(table)?;
    let may_not_run = step.operation.body.is_some_and(|body| body.condition.is_some());
    if may_not_run || step.on_new_table(release) || step.is_new(release, step.before.origin) {
        return None;
    }
    let ledger = release.ledger;
    let away = step.shape.into_iter().flat_map(|id| ledger.away(id)).filter(|one| is_replaced(one, ledger));
    let away: Vec<_> = away.collect();
    let merged = away.iter().any(|one| one.old.len() > 1);
    let shapes = away.into_iter().flat_map(|one| &one.new).filter_map(|id| ledger.shape(*id));
    let new = shapes.filter(|shape| shape.ended.is_none() && shape.key.owner == *table);
    let new = new.filter_map(|shape| match &shape.key.part {
        Part::Column(name) => Some(name.clone()),
        _ => None,
    });
    Some(Dropped { step, table, column, before, after, new: new.collect(), merged })
}

/// Whether the transition replaces what it takes away. The trigger of a dual write is down by the time of the drop.
fn is_replaced(transition: &Transition, ledger: &Ledger) -> bool {
    let reached = |phase| transition.reached(phase).is_some();
    ledger.is_replacement(transition) || (reached(Phase::Syncing) && reached(Phase::Backfilled))
}

/// `primary-key-dropped` speaks of that one.
fn is_primary(table: &Table, index: &Index) -> bool {
    table.primary_key().is_some_and(|key| Some(&key.name) == index.constraint.as_ref())
}

/// The keys that an index should have in place of one that goes with a column; none where nothing is missed.
fn lost_index(dropped: &Dropped<'_, '_>, index: &Index, gone: &BTreeSet<&Symbol>) -> Option<Vec<Symbol>> {
    // One with an expression or a predicate on the column has no successor that could be told.
    if dropped.merged || index.only || index.keys.iter().any(Option::is_none) {
        return None;
    }
    let keys: Vec<&Symbol> = index.keys.iter().flatten().collect();
    let of_key = keys.contains(&&dropped.column.name);
    if let [new] = dropped.new.as_slice()
        && of_key
    {
        let place = |key: &&Symbol| if **key == dropped.column.name { new.clone() } else { (*key).clone() };
        let wanted: Vec<Symbol> = keys.iter().map(place).collect();
        let others_go = keys.iter().any(|key| **key != dropped.column.name && gone.contains(*key));
        return (!others_go && !serves(dropped.after, &wanted, index)).then_some(wanted);
    }
    if !dropped.new.is_empty() {
        return None;
    }
    let left: Vec<Symbol> = if index.unique {
        keys.iter().filter(|key| !gone.contains(**key)).map(|key| (*key).clone()).collect()
    } else {
        keys.iter().take_while(|key| !gone.contains(**key)).map(|key| (*key).clone()).collect()
    };
    let has_left = !left.is_empty() && (of_key || index.partial);
    // Rows that were apart by the dropped column may be the same without it: what the index found, it need not keep apart.
    (has_left && !finds(dropped.after, &left, index)).then_some(left)
}

/// Whether an index of the table does for `keys` what `old` did.
fn serves(table: &Table, keys: &[Symbol], old: &Index) -> bool {
    table.indexes.iter().take(INDEXES_READ).any(|index| {
        let all = keys.iter().all(|wanted| index.keys.iter().flatten().any(|key| key == wanted));
        let first = index.keys.first().and_then(Option::as_ref);
        let fits = if old.unique { index.unique } else { first == keys.first() };
        all && fits && index.method == old.method && (old.partial || !index.partial)
    })
}

/// Whether an index of the table finds rows by `keys`.
fn finds(table: &Table, keys: &[Symbol], old: &Index) -> bool {
    table.indexes.iter().take(INDEXES_READ).any(|index| {
        let first = index.keys.first().and_then(Option::as_ref);
        let begins =
            index.keys.len() >= keys.len() && index.keys.iter().zip(keys).all(|(key, one)| key.as_ref() == Some(one));
        // A unique index on the first of them leaves nothing to look for by the others.
        let unique = index.unique && index.keys.len() == 1 && first.is_some_and(|first| keys.contains(first));
        // One that keeps the rest of a unique key apart, with something else, stands for it.
        let successor =
            old.unique && index.unique && keys.iter().all(|key| index.keys.iter().flatten().any(|one| one == key));
        (begins || unique || successor) && index.method == old.method && !index.partial
    })
}

/// Whether a foreign key goes with its column and its replacement has none to the same table.
fn loses_reference(dropped: &Dropped<'_, '_>, key: &TableConstraint) -> bool {
    let ConstraintBody::ForeignKey { table: to, .. } = &key.kind else { return false };
    let [new] = dropped.new.as_slice() else { return false };
    let again = |other: &TableConstraint| {
        matches!(&other.kind, ConstraintBody::ForeignKey { table, .. } if table == to) && other.columns.contains(new)
    };
    key.columns.as_slice() == std::slice::from_ref(&dropped.column.name) && !dropped.after.constraints.iter().any(again)
}

fn report_index(dropped: &Dropped<'_, '_>, index: &Index, keys: &[Symbol], findings: &mut Findings) {
    let path = column_path(dropped.table, &dropped.column.name);
    let name = Quoted(&index.name);
    let what = match (&index.constraint, index.unique) {
        (Some(_), _) => format!("constraint {name}"),
        (None, true) => format!("unique index {name}"),
        (None, false) => format!("index {name}"),
    };
    let list: Vec<_> = keys.iter().map(|key| Quoted(key).to_string()).collect();
    let (list, short) = (list.join(", "), dropped.table.short());
    let replaced = dropped.new.first();
    let missing = match replaced {
        Some(new) => format!("{} has none like it", column_path(dropped.table, new)),
        None => format!("nothing takes its place on ({list})"),
    };
    let unique = index.unique && replaced.is_some();
    let mut parts: Vec<&str> = vec![&dropped.table.name];
    parts.extend(keys.iter().map(|key| &**key));
    parts.push(if unique { "key" } else { "idx" });
    let made = edit::made_name(&parts);
    let method = if &*index.method == "btree" { String::new() } else { format!(" USING {}", Quoted(&index.method)) };
    let create =
        format!("CREATE {}INDEX CONCURRENTLY {made} ON {short}{method} ({list});", if unique { "UNIQUE " } else { "" });
    let why = if unique {
        "to keep duplicates out of the new column".to_owned()
    } else {
        format!("if queries still look for rows by ({list})")
    };
    let mut builder = findings
        .on(dropped.step, format!("dropping {path} drops {what} of {short} as well, and {missing}"))
        .label(format!("{name} goes with it"))
        .subject(column_subject(dropped.table, &dropped.column.name));
    if let Some(origin) = index.origin {
        builder = builder.related(origin.file, origin.span, format!("{name} is made here"));
    }
    if index.unique {
        builder = builder.note("from then on nothing keeps duplicates out");
    }
    builder
        .help(format!("{why}, build the successor first, in a file that runs without a transaction:\n{create}"))
        .emit();
}

fn report_reference(dropped: &Dropped<'_, '_>, key: &TableConstraint, findings: &mut Findings) {
    let (ConstraintBody::ForeignKey { table: to, referenced, .. }, Some(new)) = (&key.kind, dropped.new.first()) else {
        return;
    };
    let path = column_path(dropped.table, &dropped.column.name);
    let (short, name) = (dropped.table.short(), Quoted(&key.name));
    let made = edit::made_name(&[&dropped.table.name, new, "fkey"]);
    let columns: Vec<_> = referenced.iter().map(|column| Quoted(column).to_string()).collect();
    let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    let mut builder = findings
        .on(
            dropped.step,
            format!(
                "dropping {path} drops foreign key {name} to {} as well, and {} has none",
                to.short(),
                column_path(dropped.table, new)
            ),
        )
        .label(format!("{name} goes with it"))
        .subject(column_subject(dropped.table, &dropped.column.name));
    if let Some(origin) = key.origin {
        builder = builder.related(origin.file, origin.span, format!("{name} is made here"));
    }
    builder
        .help(format!(
            "give the new column its own first, and validate it in a transaction of its own:\nALTER TABLE {short} ADD \
             CONSTRAINT {made} FOREIGN KEY ({}) REFERENCES {}{columns} NOT VALID;\nALTER TABLE {short} VALIDATE CONSTRAINT \
             {made};",
            Quoted(new),
            to.short()
        ))
        .emit();
}
