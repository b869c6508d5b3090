//! What every step of a plan locks: asked of the engine, on the schema that the steps before it leave.

use std::path::PathBuf;

use super::step::Form;
use super::{Options, Planned, Step, Way};
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode;
use crate::review::history;
use crate::review::replay::{Position, Replay};
use crate::review::step;
use crate::schema::operation::QName;
use crate::settings::Settings;
use crate::source::migration::{Direction, Migration, Section, Standing, TransactionMode};
use crate::syntax::span::Span;

/// A lock that a step takes on something that others use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// On what.
    pub relation: QName,
    /// How strong.
    pub mode: LockMode,
    /// For as long as what it works on is big, rather than for a moment.
    pub lasts: bool,
}

/// Fills in the locks of every step.
pub(super) fn tell(changes: &mut [Planned], history: &[Migration], settings: &Settings, options: &Options) {
    let releases = || {
        changes.iter().filter_map(|change| match &change.way {
            Way::Releases(releases) => Some(releases),
            Way::None(_) => None,
        })
    };
    let mut files: Vec<Migration> = history.to_vec();
    let steps: Vec<(usize, &Step)> = releases()
        .flatten()
        .enumerate()
        .flat_map(|(number, release)| release.steps.iter().map(move |step| (number, step)))
        .collect();
    files.extend(steps.iter().map(|(number, step)| migration(*number, step, options)));
    let parsed = history::read(&files, false);
    let mut replay = Replay::new(settings);
    let mut locks = Vec::new();
    let mut release = u32::MAX;
    let mut last = "";
    for (file, parsed) in (0_u32..).zip(&parsed) {
        if parsed.migration.release != last {
            release = release.wrapping_add(1);
            last = &parsed.migration.release;
        }
        let mut steps = Vec::new();
        replay.file(parsed, Position { release, file }, &mut steps);
        if parsed.migration.reported {
            locks.push(of_steps(&steps));
        }
    }
    let mut locks = locks.into_iter();
    let planned = changes.iter_mut().filter_map(|change| match &mut change.way {
        Way::Releases(releases) => Some(releases),
        Way::None(_) => None,
    });
    for step in planned.flatten().flat_map(|release| &mut release.steps) {
        step.locks = locks.next().unwrap_or_default();
    }
}

/// A step as the migration that it becomes.
fn migration(release: usize, step: &Step, options: &Options) -> Migration {
    let text = step.sql(true, &options.lock_timeout);
    let transaction = if step.form == Form::Transaction { TransactionMode::Wrapped } else { TransactionMode::None };
    let span = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    Migration {
        path: PathBuf::from(&step.name),
        sections: vec![Section { span, direction: Direction::Up, transaction }],
        text,
        release: format!("plan {release}"),
        reported: true,
        standing: Standing::default(),
        down: None,
        carrier: None,
    }
}

/// The strongest lock on each table, index or view that was there.
fn of_steps(steps: &[step::Step<'_>]) -> Vec<Lock> {
    let mut locks: Vec<Lock> = Vec::new();
    for impact in steps.iter().flat_map(|step| &step.impacts) {
        if impact.kind == LockedKind::Index || impact.mode < LockMode::RowExclusive {
            continue;
        }
        match locks.iter_mut().find(|lock| lock.relation == impact.relation) {
            Some(known) => {
                known.lasts |= impact.lasts();
                known.mode = known.mode.max(impact.mode);
            }
            None => locks.push(Lock { relation: impact.relation.clone(), mode: impact.mode, lasts: impact.lasts() }),
        }
    }
    locks
}
