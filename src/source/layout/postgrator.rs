//! Postgrator: `N.do.name.sql` beside `N.undo.name.sql`, each sent as one string.

use super::{Arrangement, Entry, Layout, Role, Shape, as_the_file, up};
use crate::source::migration::TransactionMode;

pub(super) const LAYOUT: Layout = Layout {
    name: "postgrator",
    marks: "files named like 001.do.name.sql",
    recognizes: |home| home.shape == Shape::Files && home.entries.iter().any(|entry| is(entry, "do")),
    arrange: |home| home.entries.iter().map(arrange).collect(),
    refine: as_the_file,
};

fn arrange(entry: &Entry) -> Arrangement {
    if is(entry, "do") {
        up(entry, TransactionMode::SingleQuery)
    } else if is(entry, "undo") {
        Arrangement { role: Role::Down, ..up(entry, TransactionMode::SingleQuery) }
    } else {
        up(entry, TransactionMode::Unknown)
    }
}

fn is(entry: &Entry, action: &str) -> bool {
    let mut parts = entry.name.split('.');
    let version = parts.next().unwrap_or_default();
    !version.is_empty()
        && version.bytes().all(|byte| byte.is_ascii_digit())
        && parts.next().is_some_and(|part| part.eq_ignore_ascii_case(action))
}
