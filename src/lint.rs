//! The whole walk: read every file, replay the history, run the rules, apply directives and levels.

mod carried;

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::time::Instant;

use crate::evidence::{self, Evidence, Target};
use crate::finding::{Finding, Level};
use crate::outcome::{Allowed, AllowedBy, Outcome};
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
    let Ok(outcome) = lint_with(migrations, settings, |_| Ok::<_, Infallible>(Evidence::default()));
    outcome
}

/// Checks the migrations on evidence: `gather` is given what the migrations under review take away.
pub fn lint_with<E>(
    migrations: &[Migration],
    settings: &Settings,
    gather: impl FnOnce(&BTreeSet<Target>) -> Result<Evidence, E>,
) -> Result<Outcome, E> {
    let start = Instant::now();
    let parsed = history::read(migrations, ways_back(migrations, settings));
    let targets = evidence::wanted(&parsed);
    let evidence = if targets.is_empty() { Evidence::default() } else { gather(&targets)? };
    let mut outcome = replay(&parsed, settings, &evidence);
    outcome.findings.extend(check_history(&parsed));
    carried::say(migrations, &mut outcome.findings);
    suppress::apply(&parsed, settings, &mut outcome);
    outcome.findings.retain_mut(|finding| settle(finding, settings));
    outcome.allowed.retain(|allowed| allowed.by == AllowedBy::Directive || settings.runs(allowed.finding.rule));
    outcome.allowed.sort_by_key(|allowed| (allowed.finding.file, allowed.finding.span));
    outcome.findings.sort_by(|a, b| (a.file, a.span, a.rule, &a.message).cmp(&(b.file, b.span, b.rule, &b.message)));
    outcome.findings.dedup_by(|a, b| (a.file, a.span, a.rule, &a.message) == (b.file, b.span, b.rule, &b.message));
    outcome.count();
    outcome.summary.duration = start.elapsed();
    Ok(outcome)
}

/// Whether there are ways back and anybody asks for them, which costs a second replay.
fn ways_back(migrations: &[Migration], settings: &Settings) -> bool {
    migrations.iter().any(Migration::has_down)
        && RULES.iter().any(|rule| spec::group(rule.id) == "rollback" && settings.runs(rule.id))
}

/// Runs the rules release by release.
fn replay(parsed: &[Parsed<'_>], settings: &Settings, evidence: &Evidence) -> Outcome {
    let mut outcome = Outcome::default();
    // A rule that has to be asked for costs nothing unless it is. The others run even where they are switched off: what
    // they speak of is no business of the catch-alls.
    let rules: Vec<&Rule> = RULES.iter().filter(|rule| !spec::is_opt_in(rule.id) || settings.runs(rule.id)).collect();
    history::replay(parsed, settings, evidence, |files, release| {
        for parsed in files.iter().filter(|parsed| parsed.migration.reported) {
            outcome.summary.files += 1;
            outcome.summary.statements +=
                parsed.scripts.iter().map(|(_, script)| script.statements.len()).sum::<usize>();
        }
        if !release.steps.is_empty() || !release.ways_back.is_empty() {
            outcome.summary.unrecognized += unrecognized(&release.steps);
            outcome.findings.extend(check(release, &rules, &mut outcome.allowed));
        }
        if release.last {
            outcome.findings.extend(check_end(release, &rules));
        }
    });
    outcome
}

/// Findings on what the history as a whole left behind, where it stands in files that are reported.
fn check_end(release: &Release<'_>, rules: &[&Rule]) -> Vec<Finding> {
    let mut found = gather(rules.iter().copied(), |check, findings| {
        if let Check::End(check) = check {
            check(release, findings);
        }
    });
    found.retain(|finding| release.files.get(finding.file as usize).is_some_and(|file| file.reported));
    found
}

/// Findings on what was done to the history itself.
fn check_history(parsed: &[Parsed<'_>]) -> Vec<Finding> {
    gather(RULES.iter(), |check, findings| {
        if let Check::History(check) = check {
            check(parsed, findings);
        }
    })
}

/// What `run` finds with the check of each rule.
fn gather<'r>(rules: impl Iterator<Item = &'r Rule>, run: impl Fn(&Check, &mut Findings)) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rules {
        let mut findings = Findings::new(rule.id, spec::level(rule.id));
        run(&rule.check, &mut findings);
        found.extend(findings.into_vec());
    }
    found
}

fn unrecognized(steps: &[Step<'_>]) -> usize {
    steps.iter().filter(|step| matches!(step.operation.kind, OperationKind::Unrecognized(_))).count()
}

/// Every finding of every rule; the catch-alls only on clauses that no specific rule speaks of.
fn check(release: &Release<'_>, rules: &[&Rule], allowed: &mut Vec<Allowed>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for rule in rules {
        let mut findings = Findings::new(rule.id, spec::level(rule.id));
        match rule.check {
            Check::Step(check) => release.steps.iter().for_each(|step| check(step, release, &mut findings)),
            Check::Release(check) => check(release, &mut findings),
            Check::End(_) | Check::History(_) | Check::Directive(_) => {}
        }
        allowed.extend(findings.take_allowed());
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
