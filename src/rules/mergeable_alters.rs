//! See `rules/mergeable-alters.md`.

use std::collections::BTreeSet;

use super::support::counted;
use super::support::edit;
use crate::engine::lock::LockMode;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::{ActionKind, AlterKind, AlterTable};
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;
use crate::syntax::table::ConstraintKind;

/// One `ALTER TABLE` on a table that others use, with what it costs.
struct Alter<'r, 'a> {
    steps: &'r [Step<'a>],
    first: &'r Step<'a>,
    def: &'r AlterTable,
    table: &'r QName,
    lock: LockMode,
    rewrites: bool,
    lasts: bool,
}

/// Neighbours that can be one statement, and what they name.
struct Run<'r, 'a> {
    alters: Vec<Alter<'r, 'a>>,
    names: BTreeSet<&'r Symbol>,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let statements = release.steps.chunk_by(|a, b| (a.file, a.statement_index) == (b.file, b.statement_index));
    let mut run: Option<Run<'_, '_>> = None;
    for steps in statements {
        let next = alter(steps);
        match (&mut run, next) {
            (Some(run), Some(next)) if run.takes(&next) => run.push(next),
            (run, next) => {
                if let Some(done) = run.take() {
                    report(&done, findings);
                }
                *run = next.map(Run::of);
            }
        }
    }
    if let Some(done) = run {
        report(&done, findings);
    }
}

fn alter<'r, 'a>(steps: &'r [Step<'a>]) -> Option<Alter<'r, 'a>> {
    let first = steps.first()?;
    let OperationKind::Alter { relation: table, .. } = &first.operation.kind else { return None };
    let StatementKind::AlterTable(def) = &first.statement.kind else { return None };
    if def.kind != AlterKind::Table || first.operation.body.is_some() || !def.actions.iter().all(|a| joins(&a.kind)) {
        return None;
    }
    let impacts = || steps.iter().flat_map(|step| &step.impacts);
    let lock = impacts().filter(|impact| impact.relation == *table).map(|impact| impact.mode).max()?;
    let rewrites = impacts().any(|impact| impact.rewrite);
    Some(Alter { steps, first, def, table, lock, rewrites, lasts: impacts().any(Impact::lasts) })
}

/// Whether the action may stand beside others, and gains by it.
fn joins(action: &ActionKind) -> bool {
    match action {
        ActionKind::AddColumn { .. }
        | ActionKind::DropColumn { .. }
        | ActionKind::SetType { .. }
        | ActionKind::SetDefault { .. }
        | ActionKind::DropDefault { .. }
        | ActionKind::SetNotNull { .. }
        | ActionKind::DropNotNull { .. }
        | ActionKind::DropConstraint { .. }
        | ActionKind::SetStorage { .. }
        | ActionKind::SetStatistics { .. }
        | ActionKind::SetLogged(_) => true,
        // A key builds an index, and a foreign key reads another table: better alone.
        ActionKind::AddConstraint(constraint) => matches!(constraint.kind, ConstraintKind::Check(_)),
        _ => false,
    }
}

/// The column or constraint an action is about.
fn name(action: &ActionKind) -> Option<&Symbol> {
    Some(match action {
        ActionKind::AddColumn { column, .. } => &column.name.name,
        ActionKind::AddConstraint(constraint) => &constraint.name.as_ref()?.name,
        ActionKind::DropConstraint { constraint, .. } => &constraint.name,
        ActionKind::DropColumn { column, .. }
        | ActionKind::SetType { column, .. }
        | ActionKind::SetDefault { column, .. }
        | ActionKind::DropDefault { column }
        | ActionKind::SetNotNull { column }
        | ActionKind::DropNotNull { column }
        | ActionKind::SetStorage { column }
        | ActionKind::SetStatistics { column: Some(column) } => &column.name,
        _ => return None,
    })
}

impl<'r, 'a> Run<'r, 'a> {
    fn of(alter: Alter<'r, 'a>) -> Self {
        let mut run = Self { alters: Vec::new(), names: BTreeSet::new() };
        run.push(alter);
        run
    }

    fn push(&mut self, alter: Alter<'r, 'a>) {
        self.names.extend(alter.def.actions.iter().filter_map(|action| name(&action.kind)));
        self.alters.push(alter);
    }

    /// Whether `next` comes right after, does the same to the same table, and does not need what came before: the server
    /// does the actions of one statement in an order of its own.
    fn takes(&self, next: &Alter<'r, 'a>) -> bool {
        let Some(last) = self.alters.last() else { return false };
        let (a, b) = (last.first, next.first);
        let adjacent = a.file == b.file && a.statement_index + 1 == b.statement_index;
        let alike = last.table == next.table
            && last.lock == next.lock
            && (last.def.only, last.def.if_exists) == (next.def.only, next.def.if_exists);
        let one_transaction = a.session.transaction.is_some() && a.session.transaction == b.session.transaction;
        // In a transaction the lock is held already; work that lasts and work that does not are better apart.
        let gains = (last.lasts && next.lasts) || (!one_transaction && !last.lasts && !next.lasts);
        let columns = |action: &ActionKind| match action {
            ActionKind::AddConstraint(constraint) => match &constraint.kind {
                ConstraintKind::Check(expr) => expr.columns.iter().any(|column| self.names.contains(column)),
                _ => false,
            },
            _ => false,
        };
        let apart =
            next.def.actions.iter().all(|action| {
                name(&action.kind).is_none_or(|name| !self.names.contains(name)) && !columns(&action.kind)
            });
        adjacent && alike && gains && apart
    }
}

fn report(run: &Run<'_, '_>, findings: &mut Findings) {
    let [first, second, ..] = run.alters.as_slice() else { return };
    let table = first.table.short();
    let count = run.alters.len();
    let (message, label) = if first.rewrites && second.rewrites {
        (format!("{count} statements in a row rewrite {table}, each the whole table"), "rewritten again")
    } else if first.lasts && second.lasts {
        (format!("{count} statements in a row read all of {table}, each for itself"), "read again")
    } else {
        (format!("{count} statements in a row each wait for a lock on {table}"), "waits for the lock again")
    };
    let end = run.alters.last().map_or(second.first.statement.span, |last| last.first.statement.span);
    findings
        .on(second.first, message)
        .at(second.first.statement.span)
        .label(label)
        .subject(first.table.to_string())
        .related(first.first.file, first.first.statement.span, "the first of them")
        .help(help(run, first.first.statement.span.to(end)))
        .emit();
}

fn help(run: &Run<'_, '_>, span: Span) -> String {
    let Some(first) = run.alters.first() else { return String::new() };
    let table = first.table.short();
    if span.len() > edit::LONGEST {
        return format!("make them {} of one statement: ALTER TABLE {table} …, …;", counted(run.alters.len(), "part"));
    }
    let actions = run.alters.iter().flat_map(|alter| alter.steps);
    let actions: Vec<&str> = actions.map(|step| edit::text(step, step.operation.span)).collect();
    format!("make them one statement:\nALTER TABLE {table}\n    {};", actions.join(",\n    "))
}
