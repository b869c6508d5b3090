//! What table lock modes block.

use std::fmt;

pub use crate::syntax::statement::LockMode;

impl LockMode {
    /// All of them, weakest first, as the server numbers them from 1.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// Whether plain `SELECT`s wait.
    pub fn blocks_reads(self) -> bool {
        self == Self::AccessExclusive
    }

    /// Whether `INSERT`, `UPDATE` and `DELETE` wait.
    pub fn blocks_writes(self) -> bool {
        self >= Self::Share
    }

    /// What waits, in words: "reads and writes", "writes" or "other schema changes".
    pub fn blocked(self) -> &'static str {
        if self.blocks_reads() {
            "reads and writes"
        } else if self.blocks_writes() {
            "writes"
        } else {
            "other schema changes"
        }
    }

    /// As people say it: `ACCESS EXCLUSIVE`.
    pub fn words(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }
}

impl fmt::Display for LockMode {
    /// As `pg_locks` spells it: `AccessExclusiveLock`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}Lock")
    }
}
