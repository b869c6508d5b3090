//! What is said of a finding beside its message: costs, other places, the remedy. Each with its name, in the order
//! people read them.

use super::files::Files;
use super::text::{one_line, several_lines};
use crate::engine::lock::LockMode;
use crate::evidence::queries::Queries;
use crate::figures::grouped;
use crate::finding::{CodeReferences, Finding, Level, LockClaim};
use crate::fix::Safety;
use crate::spec::{self, Planned};

/// Other places named for one finding.
pub(super) const MOST_RELATED: usize = 8;

/// `note: …`, `code: …`, `help: …`, `fix: …`. A help may have several lines; nothing else has.
pub(super) fn of(finding: &Finding, files: &Files<'_>) -> Vec<(&'static str, String)> {
    let mut details: Vec<_> = finding.notes.iter().map(|note| ("note", one_line(note))).collect();
    let elsewhere = finding.related.iter().filter(|related| related.file != finding.file);
    for related in elsewhere.clone().take(MOST_RELATED) {
        let line = files.position(related.file, related.span.start).line;
        details.push(("note", one_line(&format!("{}:{line}: {}", files.path(related.file), related.message))));
    }
    let left_out = elsewhere.count().saturating_sub(MOST_RELATED);
    if left_out > 0 {
        details.push(("note", format!("and {left_out} more in other files")));
    }
    details.extend(code(finding).into_iter().map(|line| ("code", line)));
    details.extend(queries(finding).into_iter().map(|line| ("query", line)));
    details.extend(finding.help.iter().map(|help| ("help", several_lines(help))));
    details.extend(fix(finding).map(|fix| ("fix", fix)));
    details.extend(plan(finding, files).map(|command| ("help", plan_words(&command))));
    details
}

/// The command that plans the safe way, where there is one.
pub(super) fn plan(finding: &Finding, files: &Files<'_>) -> Option<String> {
    let planned = spec::of(finding.rule)?.plan?;
    let path = files.path(finding.file);
    // A note says that there is nothing to do; and what no file says cannot be named.
    if finding.level == Level::Note || path.starts_with('<') || files.is_generated(finding.file) {
        return None;
    }
    let line = files.position(finding.file, finding.span.start).line;
    let named = if planned == Planned::Statement { format!("{path}:{line}") } else { path };
    Some(one_line(&format!("switchback plan {}", argument(&named))))
}

/// The same as a sentence.
pub(super) fn plan_words(command: &str) -> String {
    format!("run `{command}` for the releases that lead there safely")
}

/// An argument as a shell takes it: names of files may hold anything.
fn argument(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | '+' | ',');
    if text.chars().all(plain) && !text.starts_with('-') {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The places in code that name what the finding is about, and how many are left out.
pub(super) fn code(finding: &Finding) -> Vec<String> {
    finding.code.as_ref().map(references).unwrap_or_default()
}

/// Places in code, and how many are left out.
pub(crate) fn references(code: &CodeReferences) -> Vec<String> {
    let places = code.references.places.iter().map(|place| {
        let sure = if place.sure { "" } else { " (perhaps)" };
        one_line(&format!("{}:{}:{sure} {}", place.path, place.line, place.text))
    });
    places.chain(code.more().map(|more| one_line(&more))).collect()
}

/// The recorded queries that name what the finding is about, and how many are left out.
pub(super) fn queries(finding: &Finding) -> Vec<String> {
    finding.queries.as_ref().map(recorded).unwrap_or_default()
}

/// Recorded queries, and how many are left out.
pub(crate) fn recorded(queries: &Queries) -> Vec<String> {
    let shown = queries.shown.iter().map(|query| {
        let times = if query.calls == 1 { "once" } else { &format!("{} times", grouped(query.calls)) };
        one_line(&format!("{} ({times})", query.text))
    });
    let more = queries.total.saturating_sub(queries.shown.len());
    shown.chain((more > 0).then(|| format!("and {more} more"))).collect()
}

/// What an edit would do, and whether it may be applied unread.
pub(super) fn fix(finding: &Finding) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    let safety = match fix.safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "to be read first",
    };
    Some(one_line(&format!("{} ({safety})", fix.title)))
}

/// `SHARE on users; blocks writes`.
pub(super) fn lock(LockClaim { relation, mode }: &LockClaim) -> String {
    one_line(&format!("{} on {}; blocks {}", mode.words(), relation.short(), LockMode::blocked(*mode)))
}

/// All of it as lines, for formats that know nothing but text.
pub(super) fn lines(finding: &Finding, files: &Files<'_>) -> Vec<String> {
    let locks = finding.locks.iter().map(|claim| format!("lock: {}", lock(claim)));
    locks.chain(of(finding, files).into_iter().map(|(name, text)| format!("{name}: {text}"))).collect()
}
