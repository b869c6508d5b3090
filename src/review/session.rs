//! The state of the database session at one statement.

use std::ops::Range;
use std::sync::Arc;

use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode;
use crate::schema::operation::QName;
use crate::syntax::span::Span;

/// What holds when a statement starts.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// An open transaction, and who opened it.
    pub transaction: Option<OpenTransaction>,
    /// `lock_timeout` in effect.
    pub lock_timeout: Timeout,
    /// `statement_timeout` in effect.
    pub statement_timeout: Timeout,
    /// All locks the file takes; `range` says which of them are held now. Shared: a transaction over thousands of tables
    /// would cost their square otherwise.
    pub(super) locks: Arc<Vec<HeldLock>>,
    /// The locks held now.
    pub(super) range: Range<usize>,
    /// The session's time zone is known to be UTC.
    pub utc: bool,
}

impl Session {
    /// Locks taken earlier in the open transaction on relations that are not new, in order.
    pub fn held(&self) -> &[HeldLock] {
        self.locks.get(self.range.clone()).unwrap_or_default()
    }
}

/// An open transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenTransaction {
    /// `BEGIN` in the file, at this place.
    Explicit(Span),
    /// The migration tool wraps the file.
    Tool,
    /// Several statements sent as one string.
    Implicit,
}

/// A timeout setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Timeout {
    /// Nothing set it in this file.
    #[default]
    Unset,
    /// Set to zero: waits for ever.
    Off,
    /// Milliseconds.
    Millis(u64),
    /// Set to something that could not be read, such as a placeholder.
    Unreadable,
}

/// A lock taken earlier in the same transaction.
#[derive(Clone, Debug)]
pub struct HeldLock {
    /// On what.
    pub relation: QName,
    /// Of which kind.
    pub kind: LockedKind,
    /// How strong.
    pub mode: LockMode,
    /// The clause that took it.
    pub by: Span,
}
