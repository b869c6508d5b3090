//! See `rules/missing-lock-timeout.md`.

use std::collections::BTreeMap;

use super::support::related::{Words, main_relation, relation_words};
use super::support::{blocking, counted, edit};
use crate::engine::effect::LockedKind;
use crate::fix::{Edit, Fix};
use crate::review::session::{Lapse, Lapsed, OpenTransaction, Timeout};
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::source::migration::TransactionMode;
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;

/// Tables that a message names, and locks that a finding spells out.
const SHOWN: usize = 3;

type Locked<'r> = (&'r Impact, Option<Words>);

/// The first statement of a file that may wait for ever, and how many more do.
struct Unbounded<'r, 'a> {
    step: &'r Step<'a>,
    /// What it locks, each with how it hangs together with what the statement is about.
    locks: Vec<Locked<'r>>,
    /// Where in `locks` each relation stands: a statement may name thousands.
    known: BTreeMap<&'r QName, usize>,
    last: u32,
    more: usize,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut file: Option<Unbounded<'_, '_>> = None;
    let mut settings: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for step in &release.steps {
        if sets(step) {
            settings.entry(step.file).or_default().push(step.operation.span);
        }
        if !waits(step, release) {
            continue;
        }
        match &mut file {
            Some(first) if first.step.file == step.file => {
                if first.step.statement_index == step.statement_index {
                    first.add(step, release);
                }
                first.more += usize::from(first.last != step.statement_index);
                first.last = step.statement_index;
            }
            _ => {
                let mut next =
                    Unbounded { step, locks: Vec::new(), known: BTreeMap::new(), last: step.statement_index, more: 0 };
                next.add(step, release);
                if let Some(done) = file.replace(next) {
                    report(&done, &settings, findings);
                }
            }
        }
    }
    if let Some(done) = file {
        report(&done, &settings, findings);
    }
}

/// Whether it sets a `lock_timeout`.
fn sets(step: &Step<'_>) -> bool {
    let OperationKind::Set(setting) = &step.operation.kind else { return false };
    let value = setting.value.as_deref();
    setting.name.as_deref() == Some("lock_timeout") && value.is_some_and(|value| Timeout::parse(value).ends())
}

/// Whether a step may wait for a lock without limit while others wait behind it.
fn waits(step: &Step<'_>, release: &Release<'_>) -> bool {
    let session = &step.session;
    // The limit of the whole statement limits its wait as well.
    let limited =
        session.lock_timeout.ends() || session.statement_timeout.ends_within(release.settings.max_lock_timeout);
    let gives_up = matches!(step.statement.kind, StatementKind::LockTable { nowait: true, .. });
    !limited && !gives_up && blocking(step).next().is_some()
}

impl<'r, 'a> Unbounded<'r, 'a> {
    /// Adds the locks of a step of the statement: the table it is about first, indexes only where nothing else is.
    fn add(&mut self, step: &'r Step<'a>, release: &Release<'_>) {
        let main = main_relation(step);
        let mut locks: Vec<_> = blocking(step).collect();
        locks.sort_by_key(|impact| (Some(&impact.relation) != main, std::cmp::Reverse(impact.mode)));
        let tables = locks.iter().any(|impact| impact.kind != LockedKind::Index);
        for impact in locks.into_iter().filter(|impact| impact.kind != LockedKind::Index || !tables) {
            let at = *self.known.entry(&impact.relation).or_insert(self.locks.len());
            match self.locks.get_mut(at) {
                Some((known, _)) if known.mode < impact.mode => *known = impact,
                Some(_) => {}
                None => self.locks.push((impact, relation_words(step, release, &impact.relation))),
            }
        }
    }
}

fn report(file: &Unbounded<'_, '_>, settings: &BTreeMap<u32, Vec<Span>>, findings: &mut Findings) {
    let Unbounded { step, locks, more, .. } = file;
    let Some((impact, _)) = locks.first() else { return };
    let relation = impact.relation.short();
    let later = settings.get(&step.file).and_then(|set| set.iter().find(|set| set.start > step.operation.span.start));
    let lapsed = step.session.lapsed.filter(|lapsed| later.is_none() || lapsed.why != Lapse::SessionEnded);
    let (state, why) = state(step.session.lock_timeout, lapsed.map(|lapsed| lapsed.why), later.is_some());
    let message =
        format!("{state} when {} is requested{}{why}", requested(locks), others(locks.get(1..).unwrap_or_default()));
    let mut builder = findings
        .on(step, message)
        .label("may wait without limit, and everybody behind it")
        .subject(impact.relation.to_string());
    for (impact, _) in locks.iter().take(SHOWN) {
        builder = builder.lock(impact);
    }
    builder = builder.note(waiting(impact.mode.blocks_reads(), &relation));
    if *more > 0 {
        let verb = if *more == 1 { "waits" } else { "wait" };
        builder = builder.note(format!("{} of this file {verb} in the same way", counted(*more, "more statement")));
    }
    if let Some(lapsed) = lapsed {
        for (file, span, words) in places(step, &lapsed) {
            builder = builder.related(file, span, words);
        }
    } else if step.session.lock_timeout == Timeout::Off
        && let Some(at) = step.session.lock_timeout_at
    {
        builder = builder.related(step.file, at, "switched off here");
    } else if let Some(later) = later {
        builder = builder.related(step.file, *later, "set here, after the statement");
    }
    if let Some(fix) = fix(step) {
        builder = builder.fix(fix);
    }
    builder
        .help(format!("set a timeout before it, and run the migration again when it strikes:\n{}", setting(step)))
        .emit();
}

/// "ACCESS EXCLUSIVE on users".
fn requested(locks: &[Locked<'_>]) -> String {
    let Some((impact, words)) = locks.first() else { return String::new() };
    let words = words.map_or_else(String::new, |(one, _)| format!(", {one},"));
    format!("{} on {}{words}", impact.mode.words(), impact.relation.short())
}

/// ", and on users, which the foreign key refers to".
fn others(locks: &[Locked<'_>]) -> String {
    let (shown, rest) = locks.split_at(locks.len().min(SHOWN - 1));
    let alike = shown.chunk_by(|(_, left), (_, right)| left == right).map(|alike| {
        let names: Vec<_> = alike.iter().map(|(impact, _)| impact.relation.short()).collect();
        let words = alike.first().and_then(|(_, words)| *words);
        let words = words.map(|(one, many)| if alike.len() == 1 { one } else { many });
        format!(", and on {}{}", names.join(" and "), words.map_or_else(String::new, |words| format!(", {words}")))
    });
    let more = (!rest.is_empty()).then(|| format!(", and on {}", counted(rest.len(), "more relation")));
    alike.chain(more).collect()
}

/// What is wrong with the timeout, and why.
fn state(timeout: Timeout, lapse: Option<Lapse>, later: bool) -> (&'static str, &'static str) {
    if timeout == Timeout::Off {
        return ("lock_timeout is switched off", "");
    }
    let why = match lapse {
        Some(Lapse::OutsideTransaction) => ": SET LOCAL does nothing outside a transaction",
        Some(Lapse::TransactionEnded) => ": SET LOCAL ended with its transaction",
        Some(Lapse::RolledBack) => ": the setting was rolled back",
        Some(Lapse::Reset) => ": it was reset before",
        Some(Lapse::NewSessions) => ": what is set for a role or database counts for later sessions",
        Some(Lapse::SessionEnded) => ": the one of an earlier file ended with its session",
        Some(Lapse::SwitchedOff) => ": it was switched off before",
        None if later => ": it is set only later in the file",
        None => return ("no lock_timeout is set", ""),
    };
    ("no lock_timeout is in effect", why)
}

/// Where the setting is that does not hold, and where it ended.
fn places(step: &Step<'_>, lapsed: &Lapsed) -> Vec<(u32, Span, &'static str)> {
    let ended = match lapsed.why {
        Lapse::TransactionEnded => "ended with the transaction here",
        Lapse::RolledBack => "rolled back here",
        Lapse::Reset => "reset here",
        Lapse::SwitchedOff => "switched off here",
        Lapse::OutsideTransaction | Lapse::NewSessions | Lapse::SessionEnded => "ended here",
    };
    let set = lapsed.set.map(|set| (lapsed.file, set, "set here"));
    set.into_iter().chain(lapsed.at.map(|at| (step.file, at, ended))).collect()
}

fn setting(step: &Step<'_>) -> &'static str {
    match step.session.transaction {
        Some(OpenTransaction::Explicit(_) | OpenTransaction::Tool(_)) => "SET LOCAL lock_timeout = '5s';",
        Some(OpenTransaction::Implicit) | None => "SET lock_timeout = '5s';",
    }
}

/// To be read first: whether the migration can be run again after a timeout is not ours to know.
fn fix(step: &Step<'_>) -> Option<Fix> {
    // With a second statement the file would become a transaction, which this command refuses.
    if step.effects.no_transaction && step.mode != TransactionMode::None {
        return None;
    }
    let source = &step.migration.text;
    let at = step.statement.span.start;
    let text = format!("{}{}{}", setting(step), edit::newline(source), edit::indentation(source, at));
    Some(Fix::manual("set a lock_timeout", vec![Edit::insert(at, text)]))
}

/// Who waits behind the statement while it waits itself. Reads neither hold up `SHARE` nor queue behind it.
fn waiting(blocks_reads: bool, relation: &str) -> String {
    if blocks_reads {
        format!("while it waits behind one long query, every later query on {relation} waits behind it")
    } else {
        format!("while it waits behind one long write, every later write to {relation} waits behind it")
    }
}
