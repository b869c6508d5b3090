//! What one operation does to relations that existed before it.

use super::lock::LockMode;
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// The effects of one operation on one server version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Strongest lock newly taken per relation.
    pub locks: Vec<Lock>,
    /// Tables copied to new files. Sorted. The empty files that `TRUNCATE` makes are no copies.
    pub rewrites: Vec<QName>,
    /// Tables of which every row is read while the lock is held. Sorted.
    pub scans: Vec<QName>,
    /// Indexes built anew while the lock is held, those of a rewritten table included: table and index name, where the
    /// statement or the history gives one.
    pub builds: Vec<(QName, Option<Symbol>)>,
    /// It refuses to run inside a transaction block.
    pub no_transaction: bool,
    /// What had to be assumed because the history does not tell, as a clause: "the present type of … is not known".
    pub assumed: Option<String>,
}

/// A lock on one relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// On what.
    pub relation: QName,
    /// Of which kind.
    pub kind: LockedKind,
    /// How strong.
    pub mode: LockMode,
}

/// Kinds of relations that get locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum LockedKind {
    Table,
    Index,
    View,
    MaterializedView,
    Sequence,
}
