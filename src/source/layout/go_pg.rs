//! go-pg migrations: `1_name.tx.up.sql` in a transaction, `1_name.up.sql` in none.

use super::{Layout, up_down_files};

pub(super) const LAYOUT: Layout = Layout {
    name: "go-pg",
    marks: "files named like 1_name.tx.up.sql",
    recognizes: |home| up_down_files::is(home) && home.entries.iter().any(|entry| up_down_files::has(entry, "tx")),
    ..up_down_files::LAYOUT
};
