//! `N_name.up.sql` beside `N_name.down.sql`: golang-migrate, sqlx, pop, go-pg and others.

use std::collections::BTreeSet;

use super::{Arrangement, Entry, Home, Layout, Role, Shape, as_the_file, plain};
use crate::source::Reason;
use crate::source::dialect::is_postgres;
use crate::source::migration::TransactionMode;
use crate::source::order::Rank;

pub(super) const LAYOUT: Layout = Layout {
    name: "up-down-files",
    marks: "files named like 1_name.up.sql",
    recognizes: is,
    arrange,
    refine: as_the_file,
};

/// Whether files say by their names that they are to be run or to take others back.
pub(super) fn is(home: &Home) -> bool {
    home.shape == Shape::Files && home.entries.iter().any(|entry| has(entry, "up"))
}

/// Whether files have names that only pop gives: of an engine, or of an exception.
pub(super) fn names_pop(home: &Home) -> bool {
    home.entries.iter().any(|entry| has(entry, "up") && (has(entry, "autocommit") || is_for_postgres(entry)))
}

fn arrange(home: &Home) -> Vec<Arrangement> {
    let default = transaction_of_home(home);
    let for_postgres: BTreeSet<&str> = home
        .entries
        .iter()
        .filter(|entry| has(entry, "up") && is_for_postgres(entry))
        .map(|entry| stem(&entry.name))
        .collect();
    let names = plain::names(home);
    let role = |entry: &Entry| {
        if has(entry, "down") || !has(entry, "up") && plain::takes_back(&entry.name, &names) {
            Role::Down
        } else if has(entry, "up") && !is_for_postgres(entry) && for_postgres.contains(stem(&entry.name)) {
            // pop prefers the file for the engine over the one for all engines.
            Role::NotRun(Reason::Replaced)
        } else {
            Role::Up
        }
    };
    let arrange = |entry| Arrangement {
        role: role(entry),
        rank: Rank::named(stem(&entry.name)),
        transaction: transaction(entry, default),
    };
    home.entries.iter().map(arrange).collect()
}

fn transaction(entry: &Entry, default: TransactionMode) -> TransactionMode {
    if has(entry, "autocommit") {
        TransactionMode::None
    } else if has(entry, "tx") {
        TransactionMode::Wrapped
    } else if has(entry, "up") {
        default
    } else {
        // No tool of this kind runs it.
        TransactionMode::Unknown
    }
}

/// How files run whose own name does not tell.
fn transaction_of_home(home: &Home) -> TransactionMode {
    let any = |part: &str| home.entries.iter().any(|entry| has(entry, part));
    if any("tx") {
        // go-pg opens a transaction for `.tx.` files only.
        TransactionMode::None
    } else if any("autocommit") || home.entries.iter().any(is_for_postgres) || home.up_tree.uses_sqlx() {
        // pop names engines and exceptions, and wraps the rest; so does sqlx.
        TransactionMode::Wrapped
    } else {
        TransactionMode::SingleQuery
    }
}

pub(super) fn has(entry: &Entry, wanted: &str) -> bool {
    suffixes(&entry.name).any(|part| part.eq_ignore_ascii_case(wanted))
}

fn is_for_postgres(entry: &Entry) -> bool {
    suffixes(&entry.name).any(is_postgres)
}

/// The name without the parts that say what the file is. It may have dots of its own: `1.2.3_users.up.sql`.
fn stem(name: &str) -> &str {
    let length: usize = suffixes(name).map(|part| part.len() + 1).sum();
    name.len().checked_sub(length).and_then(|length| name.get(..length)).unwrap_or(name)
}

/// The parts at the end of a name, between dots, that say what the file is.
fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    const SUFFIXES: &[&str] = &["sql", "db", "up", "down", "tx", "autocommit"];
    let is_suffix = |part: &&str| SUFFIXES.iter().any(|suffix| part.eq_ignore_ascii_case(suffix)) || is_postgres(part);
    name.rsplit('.').take_while(is_suffix)
}
