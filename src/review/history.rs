//! The walk over a history: its files read in parallel, replayed in order, and handed on release by release.

use rayon::prelude::*;

use super::replay::{Parsed, Position, Replay};
use super::step::Release;
use crate::evidence::Evidence;
use crate::settings::Settings;
use crate::source::migration::{Direction, Migration};
use crate::syntax::{STACK_SIZE, parse};

/// Reads the sections that ship.
pub fn read(migrations: &[Migration]) -> Vec<Parsed<'_>> {
    // The parser crate wants a deep stack; every thread that parses gets one.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_SIZE).build();
    let read = || migrations.par_iter().map(read_one).collect();
    match &pool {
        Ok(pool) => pool.install(read),
        Err(_) => read(),
    }
}

fn read_one(migration: &Migration) -> Parsed<'_> {
    let scripts = migration
        .sections
        .iter()
        .filter(|section| section.direction == Direction::Up)
        .map(|section| (*section, parse(&migration.text, section.span)))
        .collect();
    Parsed { migration, scripts }
}

/// Replays the history, which is in the order it runs. `visit` is given every release with its files; only the steps of
/// one release are alive at a time.
pub fn replay<'a>(
    parsed: &'a [Parsed<'a>],
    settings: &'a Settings,
    evidence: &'a Evidence,
    mut visit: impl FnMut(&'a [Parsed<'a>], &Release<'_>),
) {
    let mut replay = Replay::new(settings);
    let releases = parsed.chunk_by(|a, b| a.migration.release == b.migration.release);
    let mut file = 0;
    for (number, shipped) in (0_u32..).zip(releases) {
        let mut steps = Vec::new();
        for parsed in shipped {
            replay.file(parsed, Position { release: number, file }, &mut steps);
            file += 1;
        }
        let release = Release {
            number,
            last: file as usize == parsed.len(),
            steps,
            version: settings.version,
            after: replay.catalog(),
            ledger: replay.ledger(),
            files: replay.files(),
            unknown_declarations: replay.unknown_declarations(),
            settings,
            evidence,
        };
        visit(shipped, &release);
    }
}
