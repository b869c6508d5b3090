//! Flyway: `V1_2__name.sql` by version whatever the folder, then `R__name.sql`; each in its own transaction, unless all
//! of its statements refuse one. Evolve borrowed the names.

mod statements;

use std::path::Path;

pub(in crate::source) use statements::beginnings;

use super::{Arrangement, Entry, Home, Layout, Role, Shape, stem};
use crate::source::Reason;
use crate::source::migration::TransactionMode;
use crate::source::order::{Natural, Rank, Version};
use crate::source::path::components;
use crate::source::up_tree::manifest;

pub(super) const LAYOUT: Layout = Layout {
    name: "flyway",
    marks: "files named like V1__name.sql",
    recognizes: |home| {
        home.shape == Shape::Files && home.entries.iter().any(|entry| is_flyway(&home.directory, &entry.name))
    },
    arrange: |home| home.entries.iter().map(arrange).collect(),
    refine,
};

/// Whether a file makes its folder one that Flyway reads. Without a prefix before the version, only the folder that
/// Flyway reads by default tells.
pub(in crate::source) fn is_flyway(folder: &Path, name: &str) -> bool {
    match kind(name) {
        Kind::Versioned(_) => name.starts_with(['V', 'v']) || is_default_location(folder),
        Kind::Repeatable => name.starts_with('R'),
        Kind::Undo | Kind::Baseline | Kind::Other => false,
    }
}

fn is_default_location(folder: &Path) -> bool {
    components(folder).windows(2).any(|pair| matches!(pair, [db, migration] if db == "db" && migration == "migration"))
}

enum Kind {
    Versioned(Version),
    Undo,
    Baseline,
    Repeatable,
    Other,
}

fn kind(name: &str) -> Kind {
    let Some((prefix, _)) = stem(name).split_once("__") else { return Kind::Other };
    if prefix.eq_ignore_ascii_case("r") {
        return Kind::Repeatable;
    }
    let version = prefix.strip_prefix(|character: char| character.is_ascii_alphabetic()).unwrap_or(prefix);
    match (prefix.chars().next(), Version::parse(version)) {
        (Some('V' | 'v' | '0'..='9'), Some(version)) => Kind::Versioned(version),
        (Some('U' | 'u'), Some(_)) => Kind::Undo,
        (Some('B' | 'b'), Some(_)) => Kind::Baseline,
        _ => Kind::Other,
    }
}

fn arrange(entry: &Entry) -> Arrangement {
    let name = Natural::new(stem(&entry.name));
    let (role, rank) = match kind(&entry.name) {
        Kind::Versioned(version) => (Role::Up, Rank::Version(version, name)),
        Kind::Undo => (Role::Down, Rank::Named(name)),
        // Stands for all versions before it, and only on an empty database.
        Kind::Baseline => (Role::NotRun(Reason::Baseline), Rank::Named(name)),
        // Callbacks, and whatever else lies here, follow the versions too.
        Kind::Repeatable | Kind::Other => (Role::Up, Rank::Repeatable(name)),
    };
    Arrangement { role, rank, transaction: transaction(entry) }
}

fn transaction(entry: &Entry) -> TransactionMode {
    let mut conf = entry.path.clone().into_os_string();
    conf.push(".conf");
    let setting = |line: &str| line.split_whitespace().collect::<String>().to_ascii_lowercase();
    let alone =
        manifest(Path::new(&conf)).split(['\n', '\r']).any(|line| setting(line) == "executeintransaction=false");
    if alone { TransactionMode::None } else { TransactionMode::Wrapped }
}

/// Flyway looks for statements that refuse a transaction. A file with others beside them is an error unless it is told
/// to mix, and then nothing in the file is wrapped.
fn refine(home: &Home, transaction: TransactionMode, text: &str) -> TransactionMode {
    let mut statements = beginnings(text).map(|beginning| refuses_transaction(&beginning)).peekable();
    let unwrapped = match statements.peek() {
        None => false,
        Some(_) if home.up_tree.flyway_mixes() => statements.any(|refuses| refuses),
        Some(_) => statements.all(|refuses| refuses),
    };
    if unwrapped { TransactionMode::None } else { transaction }
}

/// Whether a statement is one that Flyway knows to refuse a transaction, by its first words.
pub(in crate::source) fn refuses_transaction(beginning: &str) -> bool {
    let words: Vec<&str> = beginning.split(' ').collect();
    matches!(
        words.as_slice(),
        ["CREATE" | "DROP", "INDEX", "CONCURRENTLY", ..]
            | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..]
            | ["CREATE" | "DROP", "DATABASE" | "TABLESPACE" | "SUBSCRIPTION", ..]
            | ["REINDEX", "SCHEMA" | "DATABASE" | "SYSTEM", ..]
            | ["REINDEX", "VERBOSE", "SCHEMA" | "DATABASE" | "SYSTEM", ..]
            | ["ALTER", "SYSTEM", ..]
            | ["DISCARD", "ALL", ..]
            | ["VACUUM", ..]
    )
}
