//! Follows the session through a section: transactions, savepoints, timeouts, locks held.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::session::{Around, HeldLock, Lapse, Lapsed, OpenTransaction, Session, Timeout};
use super::step::Impact;
use crate::engine::lock::LockMode;
use crate::schema::operation::QName;
use crate::source::migration::TransactionMode;
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;
use crate::syntax::statement::{Setting, Statement, StatementKind, Transaction};

/// Settings that matter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values {
    lock_timeout: Limit,
    statement_timeout: Limit,
    utc: bool,
}

/// A timeout, and the place in the file that set it.
#[derive(Clone, Copy, Debug, Default)]
struct Limit {
    value: Timeout,
    at: Option<Span>,
}

/// The session of one file.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    file: u32,
    mode: Option<TransactionMode>,
    /// See `Session`.
    maybe_wrapped: bool,
    transaction: Option<OpenTransaction>,
    /// What `SET` set.
    session: Values,
    /// What is in effect: `session`, overlaid by `SET LOCAL`.
    current: Values,
    at_begin: Values,
    /// What a new session starts with, as far as `ALTER DATABASE` told.
    defaults: Values,
    /// The defaults of the sessions after this one.
    later_defaults: Values,
    /// Why what `SET LOCAL` sets outside a transaction is gone with the next statement.
    local: Option<Lapse>,
    lapsed: Option<Lapsed>,
    /// Every lock of the file, those that were released too.
    locks: Vec<HeldLock>,
    /// Where in `locks` those of the open transaction start.
    start: usize,
    /// The strongest lock held on each relation.
    strongest: BTreeMap<QName, LockMode>,
    savepoints: Vec<Savepoint>,
    /// The tool opens one transaction around all pending files.
    shares: bool,
    /// That transaction, as the file before left it.
    carried: Option<Carried>,
}

/// A transaction that is open when a file ends, and still is when the next one begins.
#[derive(Debug)]
pub(super) struct Carried {
    /// The number of its first file.
    first: u32,
    locks: Vec<HeldLock>,
    session: Values,
    current: Values,
}

/// Locks that are carried from file to file: no real release takes more, and one of a thousand files stays cheap.
const MOST_CARRIED: usize = 1024;

#[derive(Debug)]
struct Savepoint {
    name: Symbol,
    session: Values,
    current: Values,
    /// Locks held.
    held: usize,
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
    /// The session of the file number `file`. `lapsed`: what an earlier file set for itself.
    pub(super) fn new(file: u32, defaults: Values, lapsed: Option<Lapsed>) -> Self {
        let (session, current, later_defaults) = (defaults, defaults, defaults);
        Self { file, session, current, defaults, later_defaults, lapsed, ..Self::default() }
    }

    /// The tool opens one transaction around all pending files; `carried` is that, if it is open already.
    pub(super) fn shares(self, carried: Option<Carried>) -> Self {
        Self { shares: true, carried, ..self }
    }

    fn take_up(&mut self, carried: Carried) {
        self.transaction = Some(OpenTransaction::Tool(Around::Pending(carried.first)));
        self.session = carried.session;
        self.current = carried.current;
        self.at_begin = carried.session;
        self.strongest = carried.locks.iter().map(|lock| (lock.relation.clone(), lock.mode)).collect();
        self.locks.extend(carried.locks);
    }

    /// The transaction around all pending files, if this one leaves it open.
    pub(super) fn leaves_open(&self) -> Option<Carried> {
        let Some(OpenTransaction::Tool(Around::Pending(first))) = self.transaction else { return None };
        let locks = self.locks.get(self.start..).unwrap_or_default().iter().take(MOST_CARRIED).cloned().collect();
        // The place is in a file that later steps do not stand in.
        let elsewhere = |mut values: Values| {
            values.lock_timeout.at = None;
            values.statement_timeout.at = None;
            values
        };
        Some(Carried { first, locks, session: elsewhere(self.session), current: elsewhere(self.current) })
    }

    /// Starts a section. Settings outlive it; transactions do not.
    pub(super) fn enter(&mut self, mode: TransactionMode, statements: &[Statement]) {
        self.mode = Some(mode);
        self.maybe_wrapped = mode == TransactionMode::Unknown && !statements.iter().any(controls);
        let wrapped = mode == TransactionMode::Wrapped;
        if wrapped && matches!(self.transaction, Some(OpenTransaction::Tool(Around::Pending(_)))) {
            return;
        }
        self.close();
        self.put(self.session, self.session, Lapse::TransactionEnded, None);
        if let Some(carried) = self.carried.take().filter(|_| wrapped) {
            self.take_up(carried);
            return;
        }
        self.transaction = match mode {
            TransactionMode::Wrapped if self.shares => Some(OpenTransaction::Tool(Around::Pending(self.file))),
            TransactionMode::Wrapped => Some(OpenTransaction::Tool(Around::File)),
            TransactionMode::SingleQuery if statements.len() > 1 => Some(OpenTransaction::Implicit),
            TransactionMode::SingleQuery | TransactionMode::None | TransactionMode::Unknown => None,
        };
        self.at_begin = self.session;
    }

    /// A statement begins. Outside a transaction, what `SET LOCAL` set in the one before is gone.
    pub(super) fn next_statement(&mut self) {
        if self.transaction.is_none()
            && !self.maybe_wrapped
            && let Some(why) = self.local.take()
        {
            self.put(self.session, self.session, why, None);
        }
    }

    /// What holds for the next operation.
    pub(super) fn session(&self) -> Session {
        let Values { lock_timeout, statement_timeout, utc } = self.current;
        Session {
            transaction: self.transaction,
            lock_timeout: lock_timeout.value,
            lock_timeout_at: lock_timeout.at,
            statement_timeout: statement_timeout.value,
            statement_timeout_at: statement_timeout.at,
            lapsed: self.lapsed.filter(|_| !lock_timeout.value.ends()),
            maybe_wrapped: self.maybe_wrapped,
            locks: Arc::default(),
            range: self.start..self.locks.len(),
            utc,
        }
    }

    /// What sessions after this one start with.
    pub(super) fn handed_on(&self) -> Values {
        self.later_defaults
    }

    /// The `lock_timeout` that ends with this session.
    pub(super) fn left(&self) -> Option<Lapsed> {
        let Limit { value, at } = self.session.lock_timeout;
        let at = at.filter(|_| value.ends())?;
        Some(Lapsed { file: self.file, set: Some(at), why: Lapse::SessionEnded, at: None })
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
                self.locks.push(HeldLock { relation, kind, mode, by, file: self.file });
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
                self.put(self.session, self.session, Lapse::TransactionEnded, Some(at));
                self.end(*chain, at);
                Turn::Committed
            }
            Transaction::Prepare => {
                self.put(self.session, self.session, Lapse::TransactionEnded, Some(at));
                self.end(false, at);
                Turn::Committed
            }
            Transaction::Rollback { chain } => {
                self.put(self.at_begin, self.at_begin, Lapse::RolledBack, Some(at));
                self.end(*chain, at);
                Turn::RolledBack
            }
            Transaction::Savepoint(name) => {
                let (session, current, held) = (self.session, self.current, self.locks.len() - self.start);
                self.savepoints.push(Savepoint { name: name.clone(), session, current, held });
                Turn::Saved(name.clone())
            }
            Transaction::Release(name) => {
                if let Some(index) = self.savepoint(name) {
                    self.savepoints.truncate(index);
                }
                Turn::None
            }
            Transaction::RollbackTo(name) => {
                let found = self.savepoint(name).and_then(|index| Some((index, self.savepoints.get(index)?)));
                let Some((index, Savepoint { session, current, held, .. })) = found else { return Turn::None };
                let (session, current, held) = (*session, *current, *held);
                // The locks taken since are released, the settings come back, the savepoint stays.
                self.savepoints.truncate(index + 1);
                self.keep(held);
                self.put(session, current, Lapse::RolledBack, Some(at));
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
        self.savepoints.iter().rposition(|known| *known.name == *name)
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

    /// Follows `SET`, `RESET` and `set_config` at `at`; `in_body`: inside a procedural block.
    pub(super) fn set(&mut self, setting: &Setting, at: Span, in_body: bool) {
        let mut session = self.session;
        let mut current = self.current;
        if setting.name.is_none() {
            return self.put(self.defaults, self.defaults, Lapse::Reset, Some(at));
        }
        self.apply(&mut current, setting, at);
        if setting.local {
            let ends = if in_body { Lapse::TransactionEnded } else { Lapse::OutsideTransaction };
            self.local = Some(ends);
        } else {
            self.apply(&mut session, setting, at);
        }
        let why = if setting.value.is_some() { Lapse::SwitchedOff } else { Lapse::Reset };
        self.put(session, current, why, Some(at));
    }

    /// Follows `ALTER ROLE … SET` and `ALTER DATABASE … SET` (`everybody`), which this session does not notice.
    pub(super) fn store(&mut self, setting: &Setting, at: Span, everybody: bool) {
        let mut stored = self.later_defaults;
        self.apply(&mut stored, setting, at);
        if setting.name.as_deref() == Some("lock_timeout") && stored.lock_timeout.value.ends() {
            self.lapsed = Some(Lapsed { file: self.file, set: Some(at), why: Lapse::NewSessions, at: None });
        }
        if everybody {
            // Its place is in a file that later steps do not stand in.
            stored.lock_timeout.at = None;
            stored.statement_timeout.at = None;
            self.later_defaults = stored;
        }
    }

    fn apply(&self, values: &mut Values, setting: &Setting, at: Span) {
        let value = setting.value.as_deref();
        let limit =
            |default: Limit| value.map_or(default, |value| Limit { value: Timeout::parse(value), at: Some(at) });
        match setting.name.as_deref() {
            Some("lock_timeout") => values.lock_timeout = limit(self.defaults.lock_timeout),
            Some("statement_timeout") => values.statement_timeout = limit(self.defaults.statement_timeout),
            Some("timezone") => values.utc = value.is_some_and(is_utc),
            _ => {}
        }
    }

    /// Puts values in place, and notes why a `lock_timeout` that did hold does so no more.
    fn put(&mut self, session: Values, current: Values, why: Lapse, at: Option<Span>) {
        let before = self.current.lock_timeout;
        self.session = session;
        self.current = current;
        if before.value.ends() && !current.lock_timeout.value.ends() {
            self.lapsed = Some(Lapsed { file: self.file, set: before.at, why, at });
        }
    }
}

/// Whether a statement opens or ends a transaction.
fn controls(statement: &Statement) -> bool {
    matches!(
        statement.kind,
        StatementKind::Transaction(
            Transaction::Begin | Transaction::Commit { .. } | Transaction::Rollback { .. } | Transaction::Prepare
        )
    )
}

/// Zones the server treats as UTC without looking at daylight saving (fact `type-timestamp-timestamptz-*`).
fn is_utc(value: &str) -> bool {
    ["utc", "etc/utc", "gmt"].iter().any(|zone| value.eq_ignore_ascii_case(zone))
}
