//! See `rules/lock-timeout-too-long.md`.

use super::support::{blocking, duration};
use crate::review::session::Timeout;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::syntax::statement::StatementKind;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let longest = release.settings.max_lock_timeout;
    let mut reported = None;
    for step in &release.steps {
        if reported != Some(step.file)
            && let Some((millis, impact)) = waits(step, longest)
        {
            reported = Some(step.file);
            report(step, millis, impact, longest, findings);
        }
    }
}

/// The lock a step may wait too long for, and how long.
fn waits<'s>(step: &'s Step<'_>, longest: u64) -> Option<(u64, &'s Impact)> {
    let Timeout::Millis(millis) = step.session.lock_timeout else { return None };
    let gives_up = matches!(step.statement.kind, StatementKind::LockTable { nowait: true, .. });
    if millis <= longest || gives_up || step.session.statement_timeout.ends_within(longest) {
        return None;
    }
    Some((millis, blocking(step).max_by_key(|impact| impact.mode)?))
}

fn report(step: &Step<'_>, millis: u64, impact: &Impact, longest: u64, findings: &mut Findings) {
    let relation = impact.relation.short();
    let (timeout, longest) = (duration(millis), duration(longest));
    let waiting = if impact.mode.blocks_reads() { "queries" } else { "writes" };
    let mut builder = findings
        .on(step, format!("{waiting} of {relation} may wait for {timeout} behind the lock that is requested here"))
        .label(format!("gives up only after {timeout}"))
        .subject(impact.relation.to_string())
        .lock(impact)
        .note(format!(
            "while it waits for running queries to end, new {waiting} wait behind it; {longest} is the limit"
        ));
    if let Some(at) = step.session.lock_timeout_at {
        builder = builder.related(step.file, at, "the lock_timeout is set here");
    }
    builder.help("give up early, and try again:\nSET lock_timeout = '5s';").emit();
}
