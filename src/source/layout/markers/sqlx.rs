//! sqlx: `-- no-transaction` at the very start of a file.

use super::{Marker, TransactionMode, as_written};
use crate::source::section::whole;

pub(super) const MARKER: Marker = Marker {
    name: "sqlx",
    marks: "a first line -- no-transaction",
    // sqlx compares the first bytes of the file and nothing else.
    recognizes: |line| line.start == 0 && line.comment.starts_with("-- no-transaction"),
    // Without a transaction the file is still sent as one string.
    cut: |text| whole(text, TransactionMode::SingleQuery),
    sql: as_written,
    unmarked: TransactionMode::Wrapped,
};
