//! sqlx: numbered files in a Rust package that uses it, each in its own transaction.

use super::{Arrangement, Entry, Home, Layout, Shape, as_the_file, up, up_down_files};
use crate::source::migration::TransactionMode;

pub(super) const LAYOUT: Layout = Layout {
    name: "sqlx",
    marks: "numbered files in a Rust package that uses sqlx",
    // The names alone look like those of a dozen tools; the package tells.
    recognizes: |home| home.shape == Shape::Files && home.entries.iter().any(is_numbered) && home.up_tree.uses_sqlx(),
    arrange,
    refine: as_the_file,
};

fn arrange(home: &Home) -> Vec<Arrangement> {
    if up_down_files::is(home) {
        return (up_down_files::LAYOUT.arrange)(home);
    }
    // A file without a number is no migration to sqlx.
    let transaction =
        |entry: &Entry| if is_numbered(entry) { TransactionMode::Wrapped } else { TransactionMode::Unknown };
    home.entries.iter().map(|entry| up(entry, transaction(entry))).collect()
}

fn is_numbered(entry: &Entry) -> bool {
    let version = entry.name.split_once('_').map_or("", |(version, _)| version);
    !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
}
