//! `NAME/up.sql` beside `NAME/down.sql`: diesel, Hasura and others, where nothing tells which.

use super::{Arrangement, Entry, Home, Layout, Role, Shape, as_the_file};
use crate::source::migration::TransactionMode;
use crate::source::order::Rank;
use crate::source::up_tree::manifest;

pub(super) const LAYOUT: Layout = Layout {
    name: "up-down-folders",
    marks: "folders with an up.sql",
    recognizes: |home| home.shape == Shape::UpDownFolders,
    arrange,
    refine: as_the_file,
};

fn arrange(home: &Home) -> Vec<Arrangement> {
    // diesel and Hasura number every folder. Where some have only a name, it is neither, and nothing tells who runs them.
    let numbered = home.entries.iter().all(|entry| is_numbered(&entry.name));
    let arrange = |entry: &Entry| Arrangement {
        role: if entry.file_name.eq_ignore_ascii_case("down.sql") { Role::Down } else { Role::Up },
        rank: Rank::named(&entry.name),
        transaction: if numbered { transaction(entry) } else { TransactionMode::Unknown },
    };
    home.entries.iter().map(arrange).collect()
}

fn transaction(entry: &Entry) -> TransactionMode {
    let metadata = manifest(&entry.path.with_file_name("metadata.toml"));
    let metadata: toml::Table = metadata.parse().unwrap_or_default();
    match metadata.get("run_in_transaction").and_then(toml::Value::as_bool) {
        // Without a transaction diesel still sends the file as one string.
        Some(false) => TransactionMode::SingleQuery,
        _ => TransactionMode::Wrapped,
    }
}

/// `2020-03-06-020253_name`, `1586945600123_name`, `0001_name`.
fn is_numbered(name: &str) -> bool {
    let version = name.split_once('_').map_or("", |(version, _)| version);
    !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}
