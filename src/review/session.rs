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
    /// Where the file set it.
    pub lock_timeout_at: Option<Span>,
    /// `statement_timeout` in effect.
    pub statement_timeout: Timeout,
    /// Where the file set it.
    pub statement_timeout_at: Option<Span>,
    /// The last `lock_timeout` that was written and does not hold, where none holds.
    pub lapsed: Option<Lapsed>,
    /// Nothing tells whether the migration tool opens a transaction, and the file opens and ends none itself.
    pub maybe_wrapped: bool,
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
    /// The migration tool opened it.
    Tool(Around),
    /// Several statements sent as one string.
    Implicit,
}

/// What a migration tool opens a transaction around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// The file.
    File,
    /// All pending files; by the number of the first one that is known to be pending.
    Pending(u32),
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

impl Timeout {
    /// Reads `5s`, `500ms`, `2min`, `5000`, as the server does.
    pub fn parse(value: &str) -> Self {
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
            _ => return Self::Unreadable,
        };
        match number.parse::<f64>() {
            Ok(number) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "saturates, and is not negative"
                )]
                let millis = (number * factor).round() as u64;
                if millis == 0 { Self::Off } else { Self::Millis(millis) }
            }
            Err(_) => Self::Unreadable,
        }
    }

    /// Whether a wait ends some time.
    pub fn ends(self) -> bool {
        matches!(self, Self::Millis(_) | Self::Unreadable)
    }

    /// Whether a wait ends after at most `millis` milliseconds.
    pub fn ends_within(self, millis: u64) -> bool {
        matches!(self, Self::Millis(own) if own <= millis)
    }
}

/// A `lock_timeout` that was written and does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapsed {
    /// The file it was written in.
    pub file: u32,
    /// Where it was set.
    pub set: Option<Span>,
    /// Why it does not hold.
    pub why: Lapse,
    /// The statement that ended it.
    pub at: Option<Span>,
}

/// Why a setting does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// `SET LOCAL` outside a transaction.
    OutsideTransaction,
    /// `SET LOCAL`, and its transaction has ended.
    TransactionEnded,
    /// The transaction or savepoint was rolled back.
    RolledBack,
    /// `RESET`, `DISCARD`, `SET … TO DEFAULT`.
    Reset,
    /// Set to zero.
    SwitchedOff,
    /// `ALTER ROLE` or `ALTER DATABASE`: sessions that begin later have it.
    NewSessions,
    /// Set in another file, whose session is over.
    SessionEnded,
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
    /// The file it is in.
    pub file: u32,
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
            assert_eq!(Timeout::parse(text), expected, "{text}");
        }
    }
}
