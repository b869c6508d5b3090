//! See `rules/out-of-order.md`.

use std::collections::BTreeMap;

use crate::review::replay::Parsed;
use crate::rule::Findings;
use crate::source::migration::{Change, Migration};

pub(crate) fn check(history: &[Parsed<'_>], findings: &mut Findings) {
    // The newest migration of each home that was released.
    let mut newest: BTreeMap<usize, (u32, &Migration)> = BTreeMap::new();
    let is_released = |migration: &Migration| {
        matches!(migration.standing.change, Change::Released | Change::Modified { .. } | Change::Deleted)
    };
    for (at, parsed) in (0_u32..).zip(history) {
        if is_released(parsed.migration) && !parsed.migration.standing.repeatable {
            newest.insert(parsed.migration.standing.home, (at, parsed.migration));
        }
    }
    for (at, parsed) in (0_u32..).zip(history) {
        let migration = parsed.migration;
        let new = migration.standing.change == Change::Added && migration.reported && !migration.standing.repeatable;
        let Some((_, released)) = newest.get(&migration.standing.home).filter(|(last, _)| new && at < *last) else {
            continue;
        };
        let (name, before) = (migration.path.display(), released.path.display());
        findings
            .at(at, parsed.first_statement(), format!("{name} is new and sorts before {before}, which was released"))
            .label("servers that have run the later one skip it, or refuse to start")
            .help("give it a version after the newest one, and read it again: it runs on the schema that the later ones left")
            .emit();
    }
}
