//! Follows the session through a section: transactions, savepoints, timeouts, locks held.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::session::{HeldLock, OpenTransaction, Session, Timeout};
use super::step::Impact;
use crate::engine::lock::LockMode;
use crate::schema::operation::QName;
use crate::source::migration::TransactionMode;
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;
use crate::syntax::statement::{Setting, Transaction};

/// Settings that matter.
#[derive(Clone, Copy, Debug, Default)]
struct Values {
    lock_timeout: Timeout,
    statement_timeout: Timeout,
    utc: bool,
}

/// The session of one file.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    mode: Option<TransactionMode>,
    transaction: Option<OpenTransaction>,
    /// What `SET` set.
    session: Values,
    /// What is in effect: `session`, overlaid by `SET LOCAL`.
    current: Values,
    at_begin: Values,
    /// Every lock of the file, those that were released too.
    locks: Vec<HeldLock>,
    /// Where in `locks` those of the open transaction start.
    start: usize,
    /// The strongest lock held on each relation.
    strongest: BTreeMap<QName, LockMode>,
    savepoints: Vec<(Symbol, Values, usize)>,
}

/// What transaction control did to the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    None,
    /// A transaction opened: the schema may have to come back to here.
    Began,
    /// It was kept.
    Committed,
    /// It was undone to where the transaction began.
    RolledBack,
    /// A savepoint was set.
    Saved(Symbol),
    /// It was undone to the savepoint.
    RolledBackTo(Symbol),
}

impl Tracker {
    /// Starts a section of `statements` statements. Settings outlive it; transactions do not.
    pub(super) fn enter(&mut self, mode: TransactionMode, statements: usize) {
        self.mode = Some(mode);
        self.close();
        self.current = self.session;
        self.transaction = match mode {
            TransactionMode::Wrapped => Some(OpenTransaction::Tool),
            TransactionMode::SingleQuery if statements > 1 => Some(OpenTransaction::Implicit),
            TransactionMode::SingleQuery | TransactionMode::None | TransactionMode::Unknown => None,
        };
        self.at_begin = self.session;
    }

    /// What holds for the next statement.
    pub(super) fn session(&self) -> Session {
        Session {
            transaction: self.transaction,
            lock_timeout: self.current.lock_timeout,
            statement_timeout: self.current.statement_timeout,
            locks: Arc::default(),
            range: self.start..self.locks.len(),
            utc: self.current.utc,
        }
    }

    /// The time zone is known to be UTC.
    pub(super) fn utc(&self) -> bool {
        self.current.utc
    }

    /// Keeps the locks of a statement until its transaction ends.
    pub(super) fn hold(&mut self, impacts: &[Impact], by: Span) {
        if self.transaction.is_none() {
            return;
        }
        for impact in impacts.iter().filter(|impact| impact.mode.blocks_writes()) {
            if self.strongest.get(&impact.relation).is_none_or(|held| *held < impact.mode) {
                self.strongest.insert(impact.relation.clone(), impact.mode);
                let (relation, kind, mode) = (impact.relation.clone(), impact.kind, impact.mode);
                self.locks.push(HeldLock { relation, kind, mode, by });
            }
        }
    }

    /// Every lock of the file, for the sessions of its steps.
    pub(super) fn into_locks(self) -> Arc<Vec<HeldLock>> {
        Arc::new(self.locks)
    }

    /// A block that commits: it can only run outside a transaction, and holds nothing from before.
    pub(super) fn commits(&mut self) {
        self.close();
    }

    /// Follows transaction control.
    pub(super) fn control(&mut self, transaction: &Transaction, at: Span) -> Turn {
        match transaction {
            Transaction::Begin if matches!(self.transaction, None | Some(OpenTransaction::Implicit)) => {
                self.transaction = Some(OpenTransaction::Explicit(at));
                self.at_begin = self.session;
                Turn::Began
            }
            Transaction::Begin => Turn::None,
            Transaction::Commit { chain } => {
                self.current = self.session;
                self.end(*chain, at);
                Turn::Committed
            }
            Transaction::Prepare => {
                self.current = self.session;
                self.end(false, at);
                Turn::Committed
            }
            Transaction::Rollback { chain } => {
                self.session = self.at_begin;
                self.current = self.session;
                self.end(*chain, at);
                Turn::RolledBack
            }
            Transaction::Savepoint(name) => {
                self.savepoints.push((name.clone(), self.current, self.locks.len() - self.start));
                Turn::Saved(name.clone())
            }
            Transaction::Release(name) => {
                if let Some(index) = self.savepoint(name) {
                    self.savepoints.truncate(index);
                }
                Turn::None
            }
            Transaction::RollbackTo(name) => {
                let Some((index, values, held)) = self
                    .savepoint(name)
                    .and_then(|index| self.savepoints.get(index).map(|(_, values, held)| (index, *values, *held)))
                else {
                    return Turn::None;
                };
                // The locks taken since are released, the settings come back, the savepoint stays.
                self.savepoints.truncate(index + 1);
                self.keep(held);
                self.current = values;
                Turn::RolledBackTo(name.clone())
            }
        }
    }

    /// Releases all but the first `count` locks. What steps have seen stays where it is.
    fn keep(&mut self, count: usize) {
        let kept: Vec<HeldLock> = self.locks.get(self.start..self.start + count).unwrap_or_default().to_vec();
        self.start = self.locks.len();
        self.strongest = kept.iter().map(|lock| (lock.relation.clone(), lock.mode)).collect();
        self.locks.extend(kept);
    }

    fn savepoint(&self, name: &str) -> Option<usize> {
        self.savepoints.iter().rposition(|(known, _, _)| **known == *name)
    }

    fn end(&mut self, chain: bool, at: Span) {
        self.close();
        if chain {
            self.transaction = Some(OpenTransaction::Explicit(at));
        } else if self.mode == Some(TransactionMode::SingleQuery) {
            // What follows COMMIT in one string is an implicit transaction again.
            self.transaction = Some(OpenTransaction::Implicit);
        }
        self.at_begin = self.session;
    }

    fn close(&mut self) {
        self.transaction = None;
        self.keep(0);
        self.savepoints.clear();
    }

    /// Follows `SET`, `RESET` and `set_config`.
    pub(super) fn set(&mut self, setting: &Setting) {
        let value = setting.value.as_deref();
        let Some(name) = setting.name.as_deref() else {
            self.session = Values::default();
            self.current = self.session;
            return;
        };
        let apply = |values: &mut Values| match name {
            "lock_timeout" => values.lock_timeout = value.map_or(Timeout::Unset, timeout),
            "statement_timeout" => values.statement_timeout = value.map_or(Timeout::Unset, timeout),
            "timezone" => values.utc = value.is_some_and(is_utc),
            _ => {}
        };
        if !setting.local {
            apply(&mut self.session);
            apply(&mut self.current);
        } else if self.transaction.is_some() {
            apply(&mut self.current);
        }
    }
}

/// Zones the server treats as UTC without looking at daylight saving (fact `type-timestamp-timestamptz-*`).
fn is_utc(value: &str) -> bool {
    ["utc", "etc/utc", "gmt"].iter().any(|zone| value.eq_ignore_ascii_case(zone))
}

/// `5s`, `500ms`, `2min`, `5000`.
fn timeout(value: &str) -> Timeout {
    let value = value.trim();
    let digits = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let factor = match unit.trim() {
        "" | "ms" => 1.0,
        "us" => 0.001,
        "s" => 1_000.0,
        "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return Timeout::Unreadable,
    };
    match number.parse::<f64>() {
        Ok(number) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates, and is not negative"
            )]
            let millis = (number * factor).round() as u64;
            if millis == 0 { Timeout::Off } else { Timeout::Millis(millis) }
        }
        Err(_) => Timeout::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_have_the_servers_units() {
        for (text, expected) in [
            ("5s", Timeout::Millis(5_000)),
            ("500", Timeout::Millis(500)),
            ("2min", Timeout::Millis(120_000)),
            ("0", Timeout::Off),
            ("${timeout}", Timeout::Unreadable),
        ] {
            assert_eq!(timeout(text), expected, "{text}");
        }
    }
}
