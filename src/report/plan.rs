//! A plan, in every format.

pub mod json;
pub mod markdown;
pub mod text;

use super::{Style, counted};
use crate::plan::{Form, Lock, Options, Plan, Release, Step, Way};
use crate::source::migration::Migration;

/// What a format is given.
#[derive(Clone, Copy, Debug)]
pub struct Planning<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What the change is called.
    pub name: &'a str,
    /// The file it stands in.
    pub change: &'a Migration,
    /// What was asked.
    pub options: &'a Options,
    /// The migration tool opens a transaction around each file.
    pub wrapped: bool,
    /// The server it is for.
    pub version: u16,
    /// What the receiver can show.
    pub style: Style,
    /// The report goes to the log of a GitHub Actions step.
    pub actions: bool,
}

impl Planning<'_> {
    /// The SQL of a step, as it stands in a migration.
    fn sql(&self, step: &Step) -> String {
        step.sql(self.wrapped, &self.options.lock_timeout)
    }

    /// The SQL that takes a step back.
    fn down(&self, step: &Step) -> Option<String> {
        step.down_sql(self.wrapped, &self.options.lock_timeout)
    }

    /// How many releases and steps there are, and what has no plan.
    fn summary(&self) -> String {
        let releases = self.plan.releases().count();
        let steps = self.plan.releases().map(|release| release.steps.len()).sum();
        let unplanned = self.plan.changes.iter().filter(|change| matches!(change.way, Way::None(_))).count();
        let said = format!("{} in {}", counted(steps, "step"), counted(releases, "release"));
        if unplanned == 0 { said } else { format!("{said}; no safe way for {}", counted(unplanned, "change")) }
    }
}

/// What a step is.
fn form(step: &Step) -> &'static str {
    match step.form {
        Form::Transaction => "migration, in one transaction",
        Form::Outside => "migration, outside of any transaction",
        Form::Job => "job, run with psql while everything is in use",
    }
}

/// A lock in words: "users: ACCESS EXCLUSIVE for a moment, blocks reads and writes".
fn lock(lock: &Lock) -> String {
    let time = if lock.lasts { "while it works" } else { "for a moment" };
    let blocks = if lock.mode.blocks_writes() {
        format!(", blocks {}", lock.mode.blocked())
    } else {
        ", blocks no reader and no writer".to_owned()
    };
    format!("{}: {} {time}{blocks}", lock.relation.short(), lock.mode.words())
}

/// Which code runs on what a release leaves.
fn serves(release: &Release) -> &'static str {
    match (release.serves.old, release.serves.new) {
        (true, true) => "old and new code run on it",
        (true, false) => "old code runs on it, new code not yet",
        (false, true) => "only new code runs on it",
        (false, false) => "no code runs on it",
    }
}
