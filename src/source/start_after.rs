//! Where checking starts in a history that is older than the check: what came before is replayed, and not reported.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::migration::Migration;

/// Stops reporting on the migrations up to and with the one called `version`, by its version or its name, in every history
/// that has one. False where none has.
pub fn start_after(migrations: &mut [Migration], version: &str) -> bool {
    let homes: BTreeSet<usize> = migrations.iter().map(|migration| migration.standing.home).collect();
    let mut found = false;
    for home in homes {
        let own = |migration: &Migration| migration.standing.home == home;
        let last = migrations.iter().rposition(|migration| own(migration) && is_called(migration, version));
        let Some(last) = last else { continue };
        found = true;
        for migration in migrations.iter_mut().take(last + 1).filter(|migration| own(migration)) {
            migration.reported = false;
        }
    }
    found
}

/// Whether `version` is the version of the migration, its file, or its folder.
fn is_called(migration: &Migration, version: &str) -> bool {
    let named = |part: Option<&OsStr>| part.and_then(OsStr::to_str) == Some(version);
    let folder = migration.path.parent().and_then(|folder| folder.file_name());
    migration.short_name() == version
        || named(migration.path.file_name())
        || named(migration.path.file_stem())
        || named(folder)
}
