//! Until when locks are held: follows the transactions and savepoints of a file.

use super::{File, Release, Transaction};
use crate::review::session::OpenTransaction;
use crate::review::step::Step;
use crate::schema::operation::OperationKind;
use crate::syntax::name::Symbol;
use crate::syntax::statement;

/// The open transaction and its locks, each by statement and place. A lock enters and leaves once, so that the whole file
/// costs no more than its locks.
#[derive(Default)]
pub(super) struct Holds {
    /// Index of the open transaction.
    open: Option<usize>,
    locks: Vec<(usize, usize)>,
    savepoints: Vec<(Symbol, usize)>,
}

impl Holds {
    /// Follows the statement that was added to the file last.
    pub(super) fn statement(&mut self, file: &mut File<'_>, steps: &[Step<'_>]) {
        let number = file.statements.len() - 1;
        let control = steps.iter().find_map(|step| match &step.operation.kind {
            OperationKind::Transaction(control) if step.operation.body.is_none() => Some(*control),
            _ => None,
        });
        match control {
            Some(
                statement::Transaction::Commit { .. }
                | statement::Transaction::Rollback { .. }
                | statement::Transaction::Prepare,
            ) if self.open.is_some() => {
                enter(file, number, self.open);
                // With AND CHAIN the next statement opens another one.
                return self.close(file, number, true);
            }
            Some(statement::Transaction::Savepoint(name)) => self.savepoints.push((name.clone(), self.locks.len())),
            Some(statement::Transaction::Release(name)) => {
                if let Some(index) = self.savepoint(name) {
                    self.savepoints.truncate(index);
                }
            }
            Some(statement::Transaction::RollbackTo(name)) => self.back_to(file, name, number),
            _ => {}
        }
        // What follows a COMMIT inside a block sees no transaction.
        if let Some(step) = steps.last() {
            self.session(file, step, number);
        }
        enter(file, number, self.open);
        self.take(file, number);
    }

    /// Opens and closes transactions as the session of a step says.
    fn session(&mut self, file: &mut File<'_>, step: &Step<'_>, number: usize) {
        let Some(opened) = opened(step) else {
            if self.open.is_some() {
                self.close(file, number.saturating_sub(1), false);
            }
            return;
        };
        if let Some(transaction) = self.open.and_then(|index| file.transactions.get_mut(index)) {
            // BEGIN in a string of several statements turns their transaction into one that outlives the string.
            transaction.opened = opened;
        } else {
            self.open = Some(file.transactions.len());
            file.transactions.push(Transaction { opened, first: number, last: number, closed: false });
        }
    }

    /// Keeps the locks of a statement until its transaction ends, or gives them back with it.
    fn take(&mut self, file: &mut File<'_>, number: usize) {
        let Some(statement) = file.statements.get_mut(number) else { return };
        let held = self.open.is_some() && !statement.forbidden;
        for (place, lock) in statement.locks.iter_mut().enumerate() {
            lock.last = number;
            if held {
                lock.release = Release::Transaction;
                self.locks.push((number, place));
            }
        }
    }

    /// Nothing outlives a section.
    pub(super) fn end_section(&mut self, file: &mut File<'_>) {
        if let Some(last) = file.statements.len().checked_sub(1) {
            self.close(file, last, false);
        }
    }

    fn close(&mut self, file: &mut File<'_>, last: usize, closed: bool) {
        if let Some(transaction) = self.open.take().and_then(|index| file.transactions.get_mut(index)) {
            (transaction.last, transaction.closed) = (last, closed);
        }
        self.savepoints.clear();
        self.release(file, 0, last, None);
    }

    fn back_to(&mut self, file: &mut File<'_>, name: &str, number: usize) {
        let Some(index) = self.savepoint(name) else { return };
        let count = self.savepoints.get(index).map_or(0, |(_, count)| *count);
        self.savepoints.truncate(index + 1);
        self.release(file, count, number, Some(Release::Savepoint));
    }

    /// Releases all but the first `count` locks.
    fn release(&mut self, file: &mut File<'_>, count: usize, last: usize, by: Option<Release>) {
        for (statement, place) in self.locks.split_off(count.min(self.locks.len())) {
            let locks = file.statements.get_mut(statement).map(|statement| &mut statement.locks);
            if let Some(lock) = locks.and_then(|locks| locks.get_mut(place)) {
                lock.last = last;
                lock.release = by.unwrap_or(lock.release);
            }
        }
    }

    fn savepoint(&self, name: &str) -> Option<usize> {
        self.savepoints.iter().rposition(|(known, _)| **known == *name)
    }
}

fn enter(file: &mut File<'_>, number: usize, transaction: Option<usize>) {
    if let Some(statement) = file.statements.get_mut(number) {
        statement.transaction = transaction;
    }
}

/// The transaction that holds after a step: `BEGIN` sees none yet, or that of a string of several statements.
fn opened(step: &Step<'_>) -> Option<OpenTransaction> {
    match (&step.operation.kind, step.session.transaction) {
        (OperationKind::Transaction(statement::Transaction::Begin), None | Some(OpenTransaction::Implicit)) => {
            Some(OpenTransaction::Explicit(step.operation.span))
        }
        (_, transaction) => transaction,
    }
}
