//! Supabase: dated files in `supabase/migrations`, sent in one batch, which is a transaction. Statements that refuse one
//! are sent by themselves (since version 2.109 of its command line).

use super::{Layout, Shape, flyway, up};
use crate::source::migration::TransactionMode;

pub(super) const LAYOUT: Layout = Layout {
    name: "supabase",
    marks: "a folder supabase/migrations",
    recognizes: |home| home.shape == Shape::Files && home.directory.ends_with("supabase/migrations"),
    arrange: |home| home.entries.iter().map(|entry| up(entry, TransactionMode::Wrapped)).collect(),
    refine: |_, transaction, text| {
        // What stands before and after such a statement goes in batches of its own.
        if flyway::beginnings(text).any(|beginning| refuses_batch(&beginning)) {
            TransactionMode::None
        } else {
            transaction
        }
    },
};

/// Whether a statement cannot go in a batch, by its first words.
pub(in crate::source) fn refuses_batch(beginning: &str) -> bool {
    let words: Vec<&str> = beginning.split(' ').collect();
    matches!(
        words.as_slice(),
        ["CREATE" | "DROP", "INDEX", "CONCURRENTLY", ..]
            | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..]
            | ["ALTER", "SYSTEM", ..]
            | ["VACUUM" | "CLUSTER", ..]
    ) || words.first() == Some(&"REINDEX") && words.contains(&"CONCURRENTLY")
}
