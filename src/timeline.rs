//! The locks of a migration in time: which statement takes what, how long it is held, and what work goes on meanwhile.

mod file;
mod hold;
mod unread;
pub mod window;

use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode;
use crate::evidence::Evidence;
use crate::review::history;
use crate::review::session::{OpenTransaction, Timeout};
use crate::review::size::{Size, Work};
use crate::schema::operation::QName;
use crate::settings::Settings;
use crate::source::migration::Migration;
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;

/// The note on a statement that is not allowed where it stands.
pub const FAILS: &str = "fails here: it cannot run inside a transaction";

/// One migration file.
#[derive(Debug)]
pub struct File<'a> {
    /// The file.
    pub migration: &'a Migration,
    /// Its statements that ship, in order.
    pub statements: Vec<Statement>,
    /// The transactions they run in, in order.
    pub transactions: Vec<Transaction>,
    /// Nothing tells how the file runs: statements outside of a transaction are taken to commit by themselves.
    pub guessed: bool,
}

/// One statement.
#[derive(Debug)]
pub struct Statement {
    /// Its text.
    pub span: Span,
    /// It refuses to run inside a transaction block.
    pub forbidden: bool,
    /// Index of the transaction it runs in.
    pub transaction: Option<usize>,
    /// The locks it takes on what others may be using: one for each relation, the strongest.
    pub locks: Vec<Lock>,
    /// Relations it makes or locks that are new in this release: nobody else waits for them.
    pub fresh: Vec<QName>,
    /// What had to be assumed, and what could not be read.
    pub notes: Vec<String>,
}

/// A lock on one relation.
#[derive(Debug)]
pub struct Lock {
    /// On what.
    pub relation: QName,
    /// Of which kind.
    pub kind: LockedKind,
    /// How strong.
    pub mode: LockMode,
    /// The relation is copied to new files.
    pub rewrite: bool,
    /// Every row is read.
    pub scan: bool,
    /// Indexes on it that are built, by name where one is known.
    pub builds: Vec<Option<Symbol>>,
    /// Rows are written.
    pub writes: bool,
    /// Some rows are read.
    pub reads: bool,
    /// How big it is.
    pub size: Size,
    /// How long the statement waits for it.
    pub wait: Wait,
    /// Index of the statement with whose end it is released.
    pub last: usize,
    /// What releases it.
    pub release: Release,
}

/// How long a statement waits for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// As `lock_timeout` says.
    Timeout(Timeout),
    /// `NOWAIT`: not at all.
    Never,
}

/// What releases a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// The end of the statement.
    Statement,
    /// A `COMMIT` in the statement's procedural block.
    Block,
    /// The end of the transaction.
    Transaction,
    /// `ROLLBACK TO` a savepoint before it.
    Savepoint,
}

/// A transaction over one or more statements.
#[derive(Clone, Copy, Debug)]
pub struct Transaction {
    /// Who opened it.
    pub opened: OpenTransaction,
    /// Index of the first statement in it.
    pub first: usize,
    /// Index of the last statement in it, the one that ends it included.
    pub last: usize,
    /// The last statement ends it; otherwise it ends with the file.
    pub closed: bool,
}

impl Lock {
    /// The lock is held for as long as the relation is big, and that is not known to be short.
    pub fn lasts(&self) -> bool {
        (self.rewrite || self.scan || !self.builds.is_empty()) && !matches!(self.size, Size::Small(_))
    }

    /// The seconds that the work under the lock takes, where the bytes of the relation are known.
    pub fn seconds(&self) -> Option<u64> {
        let builds = u64::try_from(self.builds.len()).unwrap_or(u64::MAX);
        let work = Work::under(self.mode, self.rewrite, builds > 0, self.scan)?;
        let seconds = work.seconds(&self.size.extent()?)?;
        Some(if work == Work::Build { seconds.saturating_mul(builds) } else { seconds })
    }
}

impl File<'_> {
    /// Whether the statement is the `COMMIT` or `ROLLBACK` of its transaction.
    pub fn is_end(&self, statement: usize) -> bool {
        let transaction = self.statements.get(statement).and_then(|statement| statement.transaction);
        let transaction = transaction.and_then(|index| self.transactions.get(index));
        transaction.is_some_and(|transaction| transaction.closed && transaction.last == statement)
    }
}

/// The timelines of the migrations that are reported on. The migrations are in the order they run.
pub fn of<'a>(migrations: &'a [Migration], settings: &Settings) -> Vec<File<'a>> {
    let parsed = history::read(migrations, false);
    let mut files = Vec::new();
    let mut first = 0;
    history::replay(&parsed, settings, Evidence::none(), |release_files, release| {
        for parsed in release_files {
            if let Some(migration) = migrations.get(first).filter(|migration| migration.reported) {
                let number = u32::try_from(first).unwrap_or(u32::MAX);
                let start = release.steps.partition_point(|step| step.file < number);
                let steps = release.steps.get(start..).unwrap_or_default();
                let end = steps.partition_point(|step| step.file == number);
                files.push(file::of(migration, &parsed.scripts, steps.get(..end).unwrap_or_default()));
            }
            first += 1;
        }
    });
    files
}
