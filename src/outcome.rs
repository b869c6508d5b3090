//! The outcome of a check, as every report reads it.

use std::time::Duration;

use crate::finding::{Finding, Level};

/// Everything a check found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// In order of file, place and rule.
    pub findings: Vec<Finding>,
    /// Findings that a directive or evidence allowed.
    pub allowed: Vec<Allowed>,
    /// Figures.
    pub summary: Summary,
}

/// A finding that was allowed.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// What was found.
    pub finding: Finding,
    /// The reason given.
    pub reason: String,
    /// Who allowed it.
    pub by: AllowedBy,
}

/// Who allowed a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowedBy {
    /// A directive in the file.
    Directive,
    /// What is known from outside the migrations.
    Evidence,
    /// The history: it was replaced or retired before.
    History,
    /// The baseline: the team leaves it.
    Baseline,
}

/// The figures of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files reported on.
    pub files: usize,
    /// Statements in them.
    pub statements: usize,
    /// Statements not understood.
    pub unrecognized: usize,
    /// Findings by level.
    pub errors: usize,
    /// Findings by level.
    pub warnings: usize,
    /// Findings by level.
    pub notes: usize,
    /// Wall time.
    pub duration: Duration,
}

impl Outcome {
    /// Whether any finding is at or above `level`.
    pub fn reaches(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.level >= level)
    }

    /// Adds what was found in another history, whose files come after `files` others.
    pub(crate) fn add(&mut self, other: Self, files: usize) {
        let files = u32::try_from(files).unwrap_or(u32::MAX);
        let moved = |mut finding: Finding| {
            finding.file += files;
            finding.related.iter_mut().for_each(|related| related.file += files);
            finding
        };
        self.findings.extend(other.findings.into_iter().map(moved));
        let allowed = other.allowed.into_iter().map(|allowed| Allowed { finding: moved(allowed.finding), ..allowed });
        self.allowed.extend(allowed);
        let (own, other) = (&mut self.summary, other.summary);
        own.files += other.files;
        own.statements += other.statements;
        own.unrecognized += other.unrecognized;
        own.duration += other.duration;
        self.count();
    }

    /// Counts the findings by level again.
    pub(crate) fn count(&mut self) {
        let level = |wanted: Level| self.findings.iter().filter(|finding| finding.level == wanted).count();
        let (errors, warnings, notes) = (level(Level::Error), level(Level::Warning), level(Level::Note));
        self.summary = Summary { errors, warnings, notes, ..self.summary };
    }

    /// How many findings somebody allowed in particular, and how many the baseline did as a lot.
    pub(crate) fn allowed_and_left(&self) -> (usize, usize) {
        let left = self.allowed.iter().filter(|allowed| allowed.by == AllowedBy::Baseline).count();
        (self.allowed.len() - left, left)
    }
}
