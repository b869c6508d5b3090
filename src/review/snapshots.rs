//! What `ROLLBACK` comes back to.

use crate::schema::catalog::Catalog;
use crate::syntax::name::Symbol;
use crate::syntax::statement::{Statement, StatementKind, Transaction};
use crate::transition::Ledger;

/// Schemas kept for `ROLLBACK` in one file. Beyond that a rollback is not followed: no migration does so.
const MAX_SNAPSHOTS: usize = 64;

/// The schema, and what is in flight.
pub(super) type State<'a> = (Catalog<'a>, Ledger);

/// States to come back to. Taken only in sections that hold a `ROLLBACK`.
pub(super) struct Snapshots<'a> {
    wanted: bool,
    taken: Vec<(Option<Symbol>, State<'a>)>,
    count: usize,
}

impl<'a> Snapshots<'a> {
    pub(super) fn new(statements: &[Statement]) -> Self {
        let rolls_back = |statement: &Statement| {
            matches!(
                statement.kind,
                StatementKind::Transaction(Transaction::Rollback { .. } | Transaction::RollbackTo(_))
            )
        };
        Self { wanted: statements.iter().any(rolls_back), taken: Vec::new(), count: 0 }
    }

    pub(super) fn take(&mut self, savepoint: Option<Symbol>, catalog: &Catalog<'a>, ledger: &Ledger) {
        if !self.wanted || self.count >= MAX_SNAPSHOTS {
            return;
        }
        if savepoint.is_none() {
            self.taken.clear();
        }
        self.count += 1;
        self.taken.push((savepoint, (catalog.clone(), ledger.clone())));
    }

    pub(super) fn back_to(&mut self, savepoint: Option<&Symbol>) -> Option<State<'a>> {
        let index = self.taken.iter().rposition(|(name, _)| name.as_ref() == savepoint)?;
        self.taken.truncate(index + 1);
        self.taken.last().map(|(_, state)| state.clone())
    }
}
