//! The whole walk: read every file, replay the history, run the rules, apply directives and levels.

use std::collections::HashMap;
use std::time::Instant;

use crate::finding::{Finding, Level};
use crate::outcome::{Outcome, Summary};
use crate::review::history;
use crate::review::replay::Parsed;
use crate::review::step::{Release, Step};
use crate::rule::{Check, Findings, Rule};
use crate::rules::RULES;
use crate::schema::operation::OperationKind;
use crate::settings::Settings;
use crate::source::migration::Migration;
use crate::spec;
use crate::suppress;
use crate::syntax::span::Span;

/// Rules that speak for statements no specific rule names.
const CATCH_ALL: &[&str] = &["blocking-scan", "blocking-rewrite"];

/// Families of rules that say what a statement does to those who use the table: one of theirs stands in for a catch-all.
const SPEAKS_FOR_CATCH_ALL: &[&str] = &["backfill", "compatibility", "failure", "locking"];

/// Their rules that speak of who waits for whom, and not of how long the work of the statement takes.
const WAITING: &[&str] = &[
    "drop-locks-referenced-table",
    "lock-timeout-too-long",
    "missing-lock-timeout",
    "partition-locks-parent",
    "several-tables-locked",
    "slow-work-under-lock",
];

/// Checks the migrations, which are in the order they run.
pub fn lint(migrations: &[Migration], settings: &Settings) -> Outcome {
    let start = Instant::now();
    let parsed = history::read(migrations);
    let mut outcome = replay(&parsed, settings);
    suppress::apply(&parsed, settings, &mut outcome);
    outcome.findings.retain_mut(|finding| settle(finding, settings));
    outcome.findings.sort_by(|a, b| (a.file, a.span, a.rule, &a.message).cmp(&(b.file, b.span, b.rule, &b.message)));
    outcome.findings.dedup_by(|a, b| (a.file, a.span, a.rule, &a.message) == (b.file, b.span, b.rule, &b.message));
    count(&mut outcome);
    outcome.summary.duration = start.elapsed();
    outcome
}

/// Runs the rules release by release.
fn replay(parsed: &[Parsed<'_>], settings: &Settings) -> Outcome {
    let mut outcome = Outcome::default();
    // A rule that has to be asked for costs nothing unless it is. The others run even where they are switched off: what
    // they speak of is no business of the catch-alls.
    let rules: Vec<&Rule> = RULES.iter().filter(|rule| !spec::is_opt_in(rule.id) || settings.runs(rule.id)).collect();
    history::replay(parsed, settings, |files, release| {
        for parsed in files.iter().filter(|parsed| parsed.migration.reported) {
            outcome.summary.files += 1;
            outcome.summary.statements +=
                parsed.scripts.iter().map(|(_, script)| script.statements.len()).sum::<usize>();
        }
        if !release.steps.is_empty() {
            outcome.summary.unrecognized += unrecognized(&release.steps);
            outcome.findings.extend(check(release, &rules));
        }
    });
    outcome
}

fn unrecognized(steps: &[Step<'_>]) -> usize {
    steps.iter().filter(|step| matches!(step.operation.kind, OperationKind::Unrecognized(_))).count()
}

/// Every finding of every rule; the catch-alls only on clauses that no specific rule speaks of.
fn check(release: &Release<'_>, rules: &[&Rule]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for rule in rules {
        let mut findings = Findings::new(rule.id, spec::level(rule.id));
        match rule.check {
            Check::Step(check) => release.steps.iter().for_each(|step| check(step, release, &mut findings)),
            Check::Release(check) => check(release, &mut findings),
            Check::Directive(_) => {}
        }
        found.extend(findings.into_vec());
    }
    let is_catch_all = |finding: &Finding| CATCH_ALL.contains(&finding.rule.0);
    let specific: HashMap<(u32, Span), Vec<Span>> = found
        .iter()
        .filter(|finding| {
            SPEAKS_FOR_CATCH_ALL.contains(&spec::group(finding.rule))
                && !is_catch_all(finding)
                && !WAITING.contains(&finding.rule.0)
        })
        .fold(HashMap::new(), |mut spans, finding| {
            spans.entry((finding.file, finding.statement)).or_default().push(finding.span);
            spans
        });
    let spoken = |finding: &Finding| {
        let spans = specific.get(&(finding.file, finding.statement));
        spans.is_some_and(|spans| {
            spans.iter().any(|span| span.start < finding.span.end && finding.span.start < span.end)
        })
    };
    found.retain(|finding| !(is_catch_all(finding) && spoken(finding)));
    found
}

/// Applies selection and configured levels; whether the finding stays.
fn settle(finding: &mut Finding, settings: &Settings) -> bool {
    if !settings.runs(finding.rule) {
        return false;
    }
    if let Some(Some(level)) = settings.levels.get(&finding.rule) {
        // A finding softened to a note because the table is small stays a note.
        let softened = finding.level < spec::level(finding.rule) && finding.level == Level::Note;
        finding.level = if softened { Level::Note } else { *level };
    }
    true
}

fn count(outcome: &mut Outcome) {
    let level = |wanted: Level| outcome.findings.iter().filter(|finding| finding.level == wanted).count();
    let (errors, warnings, notes) = (level(Level::Error), level(Level::Warning), level(Level::Note));
    outcome.summary = Summary { errors, warnings, notes, ..outcome.summary };
}
