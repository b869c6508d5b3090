//! The walk over a history: its files read in parallel, replayed in order, and handed on release by release.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::replay::{Parsed, Position, Replay};
use super::step::Release;
use super::way_back::{WayBack, usual_in};
use crate::evidence::Evidence;
use crate::settings::Settings;
use crate::source::migration::{Direction, Migration};
use crate::syntax::{STACK_SIZE, parse, parse_filled};

/// Reads the sections that ship; of migrations that are reported on, what takes them back too, where `downs` are wanted.
pub fn read(migrations: &[Migration], downs: bool) -> Vec<Parsed<'_>> {
    // The parser crate wants a deep stack; every thread that parses gets one.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_SIZE).build();
    let read = || migrations.par_iter().map(|migration| read_one(migration, downs)).collect();
    match &pool {
        Ok(pool) => pool.install(read),
        Err(_) => read(),
    }
}

fn read_one(migration: &Migration, downs: bool) -> Parsed<'_> {
    let scripts = migration
        .sections
        .iter()
        .filter(|section| section.direction == Direction::Up)
        .map(|section| (*section, parse_filled(&migration.text, section.span, migration.fills())))
        .collect();
    let downs = (downs && migration.reported)
        .then(|| migration.down_parts().into_iter().map(|(text, span)| parse(text, span)).collect());
    Parsed { migration, scripts, downs }
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
    let usual = if parsed.iter().any(|parsed| parsed.downs.is_some()) { usual_in(parsed) } else { BTreeMap::new() };
    let mut file = 0;
    for (number, shipped) in (0_u32..).zip(releases) {
        let (mut steps, mut ways_back) = (Vec::new(), Vec::new());
        for parsed in shipped {
            let taken_back = replay.file(parsed, Position { release: number, file }, &mut steps);
            let usual = usual.get(&parsed.migration.standing.home).is_some_and(|first| *first < file);
            ways_back.extend(taken_back.map(|way| WayBack { usual, ..way }));
            file += 1;
        }
        let release = Release {
            number,
            last: file as usize == parsed.len(),
            steps,
            ways_back,
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
