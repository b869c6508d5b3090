//! See `rules/tighten-before-writers.md`.

use std::collections::BTreeSet;

use super::support::demand::{Demand, demands};
use super::support::usage::{self, Usage};
use super::support::{action, column_path, column_subject};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{Column, ConstraintBody, Table, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::{TriggerEvent, TriggerTiming};
use crate::transition::ShapeId;

/// Why the inserts of the running code leave the column out.
#[derive(Clone, Copy)]
enum Why<'r> {
    /// This release added it.
    New,
    /// The code was searched.
    NotNamed(Usage<'r>),
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let taken = names_taken(release);
    let mut seen = BTreeSet::new();
    // The last word on a column is the one that stays: a check may only have prepared it.
    for step in release.steps.iter().rev() {
        for demand in demands(step, release) {
            // A column that nothing filled is the matter of `tighten-before-backfill`.
            let filled = demand.shape.is_some_and(|id| release.ledger.fills_before(id, step.order).next().is_some());
            let fails_first = demand.checks_rows && !filled && !demand.is_proven();
            let leaves_out = why(step, demand.table, demand.column, demand.shape, &taken, release);
            if let Some(why) = leaves_out.filter(|why| !fails_first || matches!(why, Why::NotNamed(_)))
                && seen.insert((demand.table, demand.column.name.clone()))
            {
                demanded(&demand, why, findings);
            }
        }
        if let Some((table, column)) = loses_default(step)
            && let Some(why) = why(step, table, column, None, &taken, release)
            && seen.insert((table, column.name.clone()))
        {
            default_dropped(step, table, column, why, findings);
        }
    }
}

/// Columns whose names the release drops or gives away: code that names such a column may well fill the new one.
fn names_taken<'r>(release: &'r Release<'_>) -> BTreeSet<(&'r QName, &'r Symbol)> {
    let name = |step: &'r Step<'_>| {
        let (table, action) = action(step)?;
        match &action.kind {
            ActionKind::DropColumn { column, .. } | ActionKind::RenameColumn { column, .. } => {
                Some((table, &column.name))
            }
            _ => None,
        }
    };
    release.steps.iter().filter_map(name).collect()
}

/// The required column whose default is dropped.
fn loses_default<'s>(step: &'s Step<'_>) -> Option<(&'s QName, &'s Column)> {
    let (table, action) = action(step)?;
    let ActionKind::DropDefault { column } = &action.kind else { return None };
    let column = step.column(&column.name)?;
    (column.not_null == Some(true) && column.has_default == Some(true)).then_some((table, column))
}

/// Whether the running code leaves the column out, while nothing else gives it a value when the release is through.
fn why<'r>(
    step: &Step<'_>,
    table: &QName,
    column: &Column,
    shape: Option<ShapeId>,
    taken: &BTreeSet<(&QName, &Symbol)>,
    release: &Release<'r>,
) -> Option<Why<'r>> {
    let after = release.after.table(table)?;
    let left = after.column(&column.name).filter(|left| left.origin == column.origin)?;
    let optional = left.has_default != Some(false) || left.identity || left.generated.is_some();
    if step.on_new_table(release) || optional || shape.is_some_and(|id| release.ledger.filled(id).is_some()) {
        return None;
    }
    if !is_demanded(after, left) || is_filled(after, &column.name, release) || taken.contains(&(table, &column.name)) {
        return None;
    }
    if step.is_new(release, column.origin) {
        return Some(Why::New);
    }
    let usage = Usage::of(step, release, &usage::column(table, &column.name));
    usage.clean().is_some().then_some(Why::NotNamed(usage))
}

/// Whether the column may not be null when the release is through.
fn is_demanded(table: &Table, column: &Column) -> bool {
    let demands = |constraint: &TableConstraint| match &constraint.kind {
        ConstraintBody::Check { not_null, .. } => constraint.enforced && not_null.contains(&column.name),
        ConstraintBody::NotNull => constraint.columns.contains(&column.name),
        _ => false,
    };
    column.not_null == Some(true) || table.constraints.iter().any(demands)
}

/// Whether a trigger that fires before an insert may fill the column.
fn is_filled(table: &Table, column: &Symbol, release: &Release<'_>) -> bool {
    table.triggers.iter().any(|trigger| {
        let before = trigger.timing != TriggerTiming::After && trigger.events.contains(&TriggerEvent::Insert);
        let function = release.after.functions.get(&trigger.function);
        before && function.is_none_or(|function| function.words.binary_search(column).is_ok())
    })
}

fn demanded(demand: &Demand<'_, '_>, why: Why<'_>, findings: &mut Findings) {
    let path = demand.path();
    let message = match why {
        Why::New => format!("{path} is {} in the release that adds it", demand.words),
        Why::NotNamed(_) => format!("{path} is {}, and the code that is running does not name it", demand.words),
    };
    let help = format!(
        "ship a release whose code fills {path} first, and tighten in a later one; or give it a default until then:\nALTER \
         TABLE {} ALTER COLUMN {} SET DEFAULT …;",
        demand.table.short(),
        Quoted(&demand.column.name)
    );
    let subject = column_subject(demand.table, &demand.column.name);
    report(demand.step, (message, subject), demand.column, why, help, findings);
}

fn default_dropped(step: &Step<'_>, table: &QName, column: &Column, why: Why<'_>, findings: &mut Findings) {
    let path = column_path(table, &column.name);
    let message = match why {
        Why::New => format!("the required column {path} loses its default in the release that adds it"),
        Why::NotNamed(_) => {
            format!("the required column {path} loses its default, and the code that is running does not name it")
        }
    };
    let help = format!(
        "leave the default in place until the code that fills {path} is the only one that runs, and drop it in a later \
         release"
    );
    report(step, (message, column_subject(table, &column.name)), column, why, help, findings);
}

fn report(
    step: &Step<'_>,
    (message, subject): (String, String),
    column: &Column,
    why: Why<'_>,
    help: String,
    findings: &mut Findings,
) {
    let mut builder =
        findings.on(step, message).label("every INSERT that leaves it out fails from here on").subject(subject);
    builder = match why {
        Why::New => builder.note(
            "until the deploy is complete, and again in a rollback, the previous release runs against this schema; it does \
             not know the column",
        ),
        Why::NotNamed(usage) => usage.show(builder),
    };
    if let Some(added) = column.origin.filter(|_| matches!(why, Why::New)) {
        builder = builder.related(added.file, added.span, "added here");
    }
    builder.help(help).emit();
}
