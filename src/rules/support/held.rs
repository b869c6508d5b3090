//! Locks that earlier statements took and that are still held when a step runs.

use super::{blocking, transaction_words};
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode;
use crate::review::size::Size;
use crate::review::step::{Impact, Step};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::span::Span;

/// Locks of one transaction that are looked at: no real one takes more, and a file of nothing else stays cheap.
const MOST_HELD: usize = 1024;

/// A lock that makes others wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'r> {
    /// On what.
    pub(crate) relation: &'r QName,
    /// How strong.
    pub(crate) mode: LockMode,
    /// The clause that took it.
    pub(crate) by: Span,
    /// The file it is in.
    pub(crate) file: u32,
    /// What has to end before it is released.
    pub(crate) until: &'static str,
}

impl Held<'_> {
    /// What the lock does to others while a step runs that reads every row (`scan`) of a table of this `size`.
    pub(crate) fn impact(&self, scan: bool, size: Size) -> Impact {
        let relation = self.relation.clone();
        Impact { relation, kind: LockedKind::Table, mode: self.mode, rewrite: false, scan, build: false, size }
    }

    /// What is said where the lock was taken.
    pub(crate) fn taken(&self) -> String {
        format!("{} on {} is held from here to the end of {}", self.mode.words(), self.relation.short(), self.until)
    }
}

/// Follows the steps of a release. The session knows the locks of a transaction that was opened; a procedural block is a
/// transaction of its own where there is none, and is followed here.
#[derive(Debug, Default)]
pub(crate) struct Holds<'r> {
    statement: Option<(u32, u32)>,
    commits: bool,
    block: Option<Held<'r>>,
}

impl<'r> Holds<'r> {
    /// The lock held when `step` starts: the one on `table`, else the strongest on any.
    pub(crate) fn before(&self, step: &'r Step<'_>, table: &QName) -> Option<Held<'r>> {
        let Some(transaction) = step.session.transaction else {
            return self.block.filter(|_| self.is_same(step));
        };
        let held = step.session.held().iter().filter(|held| held.mode.blocks_writes());
        let held = held.max_by_key(|held| (held.relation == *table, is_table(held.kind), held.mode))?;
        let until = transaction_words(transaction);
        Some(Held { relation: &held.relation, mode: held.mode, by: held.by, file: held.file, until })
    }

    /// The strongest lock that an earlier statement took on a table, among those that `counts` picks.
    pub(crate) fn earlier(&self, step: &'r Step<'_>, counts: impl Fn(&Held<'_>) -> bool) -> Option<Held<'r>> {
        let Some(transaction) = step.session.transaction else {
            return self.block.filter(|held| self.is_same(step) && counts(held));
        };
        let until = transaction_words(transaction);
        let earlier = |by: Span, file: u32| match step.operation.body {
            _ if file != step.file => true,
            Some(_) => by != step.operation.span,
            // The actions of one ALTER TABLE are one statement.
            None => !step.statement.span.contains(by),
        };
        let tables = step.session.held().iter().take(MOST_HELD).rev().filter(|held| is_table(held.kind));
        tables
            .map(|held| Held { relation: &held.relation, mode: held.mode, by: held.by, file: held.file, until })
            .filter(|held| held.mode.blocks_writes() && earlier(held.by, held.file) && counts(held))
            .max_by_key(|held| held.mode)
    }

    /// Keeps the locks of `step` for those after it.
    pub(crate) fn after(&mut self, step: &'r Step<'_>) {
        if !self.is_same(step) {
            *self = Self { statement: Some((step.file, step.statement_index)), ..Self::default() };
        }
        self.commits |= matches!(step.operation.kind, OperationKind::Do { commits: true });
        if step.operation.body.is_none() || self.commits {
            return;
        }
        if let Some(impact) = blocking(step).max_by_key(|impact| (is_table(impact.kind), impact.mode))
            && self.block.is_none_or(|held| held.mode < impact.mode)
        {
            let (relation, mode, by, file) = (&impact.relation, impact.mode, step.operation.span, step.file);
            self.block =
                Some(Held { relation, mode, by, file, until: "the procedural block, which is one transaction" });
        }
    }

    fn is_same(&self, step: &Step<'_>) -> bool {
        self.statement == Some((step.file, step.statement_index))
    }
}

/// An index is locked along with its table, and it is the table that people wait for.
fn is_table(kind: LockedKind) -> bool {
    kind == LockedKind::Table
}
