//! The steps of one file to its timeline: what each statement locks, merged over its steps.

use std::collections::BTreeMap;

use super::hold::Holds;
use super::{File, Lock, Release, Statement, Wait, unread};
use crate::engine::effect::{self, LockedKind};
use crate::engine::lock::LockMode;
use crate::review::size::Size;
use crate::review::step::{Impact, Step};
use crate::schema::operation::{OperationKind, QName};
use crate::source::migration::{Migration, Section, TransactionMode};
use crate::syntax::Script;
use crate::syntax::query::Reach;
use crate::syntax::statement::{self, StatementKind};

/// The timeline of a file, given its steps in order.
pub(super) fn of<'a>(migration: &'a Migration, scripts: &[(Section, Script)], steps: &[Step<'_>]) -> File<'a> {
    let mut file = File { migration, statements: Vec::new(), transactions: Vec::new(), guessed: false };
    let mut holds = Holds::default();
    let mut rest = steps;
    for (_, script) in scripts {
        for statement in &script.statements {
            let number = file.statements.len();
            let own = rest.partition_point(|step| step.statement_index as usize <= number);
            let (own, after) = rest.split_at(own);
            rest = after;
            file.guessed |= own.first().is_some_and(is_guessed);
            file.statements.push(of_statement(statement, own));
            holds.statement(&mut file, own);
        }
        holds.end_section(&mut file);
    }
    file
}

/// Whether the step would run otherwise if a tool opened a transaction around it.
fn is_guessed(step: &Step<'_>) -> bool {
    let control = matches!(step.operation.kind, OperationKind::Transaction(_) | OperationKind::Set(_));
    step.mode == TransactionMode::Unknown && step.session.transaction.is_none() && !control
}

fn of_statement(statement: &statement::Statement, steps: &[Step<'_>]) -> Statement {
    let mut merge = Merge::default();
    let nowait = matches!(statement.kind, StatementKind::LockTable { nowait: true, .. });
    let commits = steps.iter().any(|step| matches!(step.operation.kind, OperationKind::Do { commits: true }));
    for step in steps {
        let wait = if nowait { Wait::Never } else { Wait::Timeout(step.session.lock_timeout) };
        merge.step(step, wait, if commits { Release::Block } else { Release::Statement });
    }
    let mut fresh: Vec<QName> = steps.iter().flat_map(|step| step.fresh.iter().chain(created(step))).cloned().collect();
    fresh.sort();
    fresh.dedup();
    Statement {
        span: statement.span,
        forbidden: steps.iter().any(|step| step.effects.no_transaction),
        transaction: None,
        locks: merge.locks,
        fresh,
        notes: unread::notes(steps),
    }
}

/// The relation that a step makes.
fn created<'s>(step: &'s Step<'_>) -> Option<&'s QName> {
    match &step.operation.kind {
        OperationKind::CreateTable { table: name, .. }
        | OperationKind::SelectInto { table: name, .. }
        | OperationKind::CreateView { view: name, .. } => Some(name).filter(|_| !step.before.known),
        _ => None,
    }
}

/// The locks of one statement so far.
#[derive(Default)]
struct Merge {
    locks: Vec<Lock>,
    /// Relation → its place in `locks`.
    places: BTreeMap<QName, usize>,
}

impl Merge {
    fn step(&mut self, step: &Step<'_>, wait: Wait, release: Release) {
        let mut impacts = step.impacts.iter().peekable();
        for taken in &step.effects.locks {
            // The impacts are some of the locks, in the same order.
            let impact = impacts.next_if(|impact| impact.relation == taken.relation);
            if impact.is_none() && step.fresh.binary_search(&taken.relation).is_ok() {
                continue;
            }
            let place = *self.places.entry(taken.relation.clone()).or_insert(self.locks.len());
            if place == self.locks.len() {
                self.locks.push(new(taken, wait, release));
            }
            if let Some(lock) = self.locks.get_mut(place) {
                if lock.mode < taken.mode {
                    (lock.mode, lock.wait) = (taken.mode, wait);
                }
                add_work(lock, step, impact, taken);
            }
        }
        for (table, index) in &step.effects.builds {
            if let Some(lock) = self.places.get(table).and_then(|&place| self.locks.get_mut(place)) {
                lock.builds.push(index.clone());
            }
        }
    }
}

fn new(lock: &effect::Lock, wait: Wait, release: Release) -> Lock {
    Lock {
        relation: lock.relation.clone(),
        kind: lock.kind,
        mode: lock.mode,
        rewrite: false,
        scan: false,
        builds: Vec::new(),
        writes: false,
        reads: false,
        size: Size::Unknown,
        wait,
        last: 0,
        release,
    }
}

fn add_work(lock: &mut Lock, step: &Step<'_>, impact: Option<&Impact>, taken: &effect::Lock) {
    if let Some(impact) = impact {
        lock.rewrite |= impact.rewrite;
        lock.scan |= impact.scan;
        lock.size = impact.size;
    }
    // Of a change of rows, what is locked like this is what it writes: the table, and rows that a foreign key takes along.
    let own = taken.kind == LockedKind::Table && taken.mode == LockMode::RowExclusive;
    let (writes, reads) = match &step.operation.kind {
        OperationKind::ChangeRows { change, .. } => (own && change.reach != Reach::Nothing, true),
        OperationKind::Copy { from, .. } => (own && *from, true),
        OperationKind::Query(_) => (false, true),
        _ => (false, false),
    };
    lock.writes |= writes;
    lock.reads |= reads;
}
