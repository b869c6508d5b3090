//! Numbered or dated SQL files in natural order, run by who knows what.

use std::collections::BTreeSet;

use super::{Arrangement, Entry, Home, Layout, Role, as_the_file, is_down_word, stem, up, words};
use crate::source::migration::TransactionMode;

pub(in crate::source) const LAYOUT: Layout =
    Layout { name: "plain", marks: "files that follow no tool", recognizes: |_| true, arrange, refine: as_the_file };

fn arrange(home: &Home) -> Vec<Arrangement> {
    let names = names(home);
    let arrange = |entry: &Entry| {
        let role = if takes_back(&entry.name, &names) { Role::Down } else { Role::Up };
        Arrangement { role, ..up(entry, TransactionMode::Unknown) }
    };
    home.entries.iter().map(arrange).collect()
}

/// Whether a name says that its file takes another one back, and that other one is there: `x_down` beside `x_up`,
/// `x-rollback` beside `x`. Either alone would be a guess.
pub(super) fn takes_back(name: &str, names: &BTreeSet<String>) -> bool {
    let name = words_of(name);
    let Some(at) = name.iter().position(|word| word == "down" || is_down_word(word)) else { return false };
    let beside = |replacement: &[&str]| {
        let mut other: Vec<&str> = name.iter().map(String::as_str).collect();
        other.splice(at..=at, replacement.iter().copied());
        names.contains(&other.join("_"))
    };
    ["up", "upgrade", "apply"].iter().any(|word| beside(&[word])) || beside(&[])
}

/// The names of all migrations of a home, to compare with.
pub(super) fn names(home: &Home) -> BTreeSet<String> {
    home.entries.iter().map(|entry| words_of(&entry.name).join("_")).collect()
}

fn words_of(name: &str) -> Vec<String> {
    words(stem(name)).map(str::to_ascii_lowercase).collect()
}
