//! Alembic: `versions/*.py`, each naming the revision it comes after. Its SQL is made by a command (`source/generator.rs`).

use std::collections::{BTreeMap, BTreeSet};

use super::{Arrangement, Home, Layout, Role, Shape, as_the_file};
use crate::source::generator::{Revision, is_python, revision};
use crate::source::migration::TransactionMode;
use crate::source::order::Rank;
use crate::source::up_tree::manifest;

pub(super) const LAYOUT: Layout = Layout {
    name: "alembic",
    marks: "a script.py.mako beside versions/*.py",
    recognizes: |home| {
        let above = home.directory.parent().unwrap_or(&home.directory);
        home.shape == Shape::Files
            && above.join("script.py.mako").is_file()
            && home.entries.iter().any(|entry| is_python(&entry.path))
    },
    arrange,
    refine: as_the_file,
};

fn arrange(home: &Home) -> Vec<Arrangement> {
    let revisions: Vec<Option<Revision>> = home.entries.iter().map(|entry| revision(&manifest(&entry.path))).collect();
    let positions = positions(&revisions);
    let arrange = |(entry, revision): (&super::Entry, &Option<Revision>)| {
        let position = revision.as_ref().and_then(|revision| positions.get(revision.name.as_str()));
        let rank = position.map_or_else(|| Rank::named(&entry.name), |position| Rank::Position(*position));
        // What it prints has its own BEGIN and COMMIT.
        Arrangement { role: Role::Up, rank, transaction: TransactionMode::None }
    };
    home.entries.iter().zip(&revisions).map(arrange).collect()
}

/// The place of each revision: after all that it names, those that could come next by name. What is part of a circle, which
/// Alembic refuses, has none.
fn positions(revisions: &[Option<Revision>]) -> BTreeMap<&str, usize> {
    let known: BTreeSet<&str> = revisions.iter().flatten().map(|revision| revision.name.as_str()).collect();
    let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for revision in revisions.iter().flatten() {
        let after = revision.after.iter().map(String::as_str).filter(|name| known.contains(name));
        for before in after {
            *waits.entry(&revision.name).or_default() += 1;
            next.entry(before).or_default().push(&revision.name);
        }
    }
    let mut ready: BTreeSet<&str> = known.into_iter().filter(|name| !waits.contains_key(name)).collect();
    let mut positions = BTreeMap::new();
    while let Some(name) = ready.pop_first() {
        positions.insert(name, positions.len());
        for after in next.get(name).into_iter().flatten() {
            if let Some(left) = waits.get_mut(after) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(after);
                }
            }
        }
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_come_after_those_they_name() {
        let revision = |name: &str, after: &[&str]| {
            Some(Revision { name: name.to_owned(), after: after.iter().map(ToString::to_string).collect() })
        };
        let all = [
            revision("a", &["z"]),
            revision("m", &["a", "b"]),
            revision("z", &[]),
            revision("b", &["z"]),
            revision("x", &["y"]),
            revision("y", &["x"]),
            None,
        ];
        let positions = positions(&all);
        assert_eq!(positions, BTreeMap::from([("z", 0), ("a", 1), ("b", 2), ("m", 3)]), "x and y wait for each other");
    }
}
