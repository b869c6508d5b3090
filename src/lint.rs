//! The whole walk: read every file, replay the history, run the rules, apply directives and levels.

use std::collections::HashMap;
use std::time::Instant;

use rayon::prelude::*;

use crate::finding::{Finding, Level};
use crate::outcome::{Outcome, Summary};
use crate::review::replay::{Parsed, Position, Replay};
use crate::review::step::{Release, Step};
use crate::rule::{Check, Findings};
use crate::rules::RULES;
use crate::schema::operation::OperationKind;
use crate::settings::Settings;
use crate::source::migration::{Direction, Migration};
use crate::spec;
use crate::suppress;
use crate::syntax::span::Span;
use crate::syntax::{STACK_SIZE, parse};

/// Rules that speak for statements no specific rule names.
const CATCH_ALL: &[&str] = &["blocking-scan", "blocking-rewrite"];

/// Checks the migrations, which are in the order they run.
pub fn lint(migrations: &[Migration], settings: &Settings) -> Outcome {
    let start = Instant::now();
    // The parser crate wants a deep stack; every thread that parses gets one.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_SIZE).build();
    let read = || migrations.par_iter().map(read).collect::<Vec<Parsed<'_>>>();
    let parsed = match &pool {
        Ok(pool) => pool.install(read),
        Err(_) => read(),
    };
    let mut outcome = replay(&parsed, settings);
    outcome.findings.extend(check_history(&parsed));
    suppress::apply(&parsed, settings, &mut outcome);
    outcome.findings.retain_mut(|finding| settle(finding, settings));
    outcome.findings.sort_by(|a, b| (a.file, a.span, a.rule, &a.message).cmp(&(b.file, b.span, b.rule, &b.message)));
    outcome.findings.dedup_by(|a, b| (a.file, a.span, a.rule, &a.message) == (b.file, b.span, b.rule, &b.message));
    count(&mut outcome);
    outcome.summary.duration = start.elapsed();
    outcome
}

fn read(migration: &Migration) -> Parsed<'_> {
    let scripts = migration
        .sections
        .iter()
        .filter(|section| section.direction == Direction::Up)
        .map(|section| (*section, parse(&migration.text, section.span)))
        .collect();
    Parsed { migration, scripts }
}

/// Replays the history release by release; only the steps of one release are alive at a time.
fn replay(parsed: &[Parsed<'_>], settings: &Settings) -> Outcome {
    let mut outcome = Outcome::default();
    let mut replay = Replay::new(settings);
    let releases = parsed.chunk_by(|a, b| a.migration.release == b.migration.release);
    let mut file = 0;
    for (number, files) in (0_u32..).zip(releases) {
        let mut steps = Vec::new();
        for parsed in files {
            replay.file(parsed, Position { release: number, file }, &mut steps);
            file += 1;
            if parsed.migration.reported {
                outcome.summary.files += 1;
                outcome.summary.statements +=
                    parsed.scripts.iter().map(|(_, script)| script.statements.len()).sum::<usize>();
            }
        }
        if steps.is_empty() {
            continue;
        }
        outcome.summary.unrecognized += unrecognized(&steps);
        let release = Release { number, steps, version: settings.version, after: replay.catalog(), settings };
        outcome.findings.extend(check(&release));
    }
    outcome
}

/// Findings on what was done to the history itself.
fn check_history(parsed: &[Parsed<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in RULES {
        if let Check::History(check) = rule.check {
            let mut findings = Findings::new(rule.id, spec::level(rule.id));
            check(parsed, &mut findings);
            found.extend(findings.into_vec());
        }
    }
    found
}

fn unrecognized(steps: &[Step<'_>]) -> usize {
    steps.iter().filter(|step| matches!(step.operation.kind, OperationKind::Unrecognized(_))).count()
}

/// Every finding of every rule; the catch-alls only on clauses that no specific rule speaks of.
fn check(release: &Release<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for rule in RULES {
        let mut findings = Findings::new(rule.id, spec::level(rule.id));
        match rule.check {
            Check::Step(check) => release.steps.iter().for_each(|step| check(step, release, &mut findings)),
            Check::Release(check) => check(release, &mut findings),
            Check::History(_) | Check::Directive(_) => {}
        }
        found.extend(findings.into_vec());
    }
    let is_catch_all = |finding: &Finding| CATCH_ALL.contains(&finding.rule.0);
    let specific: HashMap<(u32, Span), Vec<Span>> = found
        .iter()
        .filter(|finding| {
            !is_catch_all(finding) && spec::group(finding.rule) != "meta" && finding.rule.0 != "missing-lock-timeout"
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
