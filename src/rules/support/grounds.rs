//! What the history shows for taking something away: how far its replacement has got, or that it was retired.

use super::removal::Removed;
use crate::review::step::{Release, Step};
use crate::schema::catalog::Origin;
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};
use crate::transition::{Phase, Standing, Sync, SyncedBy, is_retired, shadow};

/// Versions closer together than this are taken to ship together, unless configured.
const HALF_A_DAY: i64 = 12 * 3600;

/// The verdict of the history on a removal.
#[derive(Clone, Debug)]
pub(crate) enum Grounds<'r> {
    /// The history shows nothing.
    None,
    /// Triggers that name it, or keep it in step with its replacement, are still there when the release is through: every
    /// write would fail.
    StillWritten(Vec<Writer>),
    /// The replacement is there, and the old rows were never copied to it.
    NotFilled(Standing<'r>),
    /// The last step was taken too short a time ago.
    TooSoon(Origin, String),
    /// It is right: "expanded 0012, backfilled 0013".
    Ready(String),
}

/// A trigger that writes what is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    /// Its table.
    pub(crate) table: QName,
    /// Its name.
    pub(crate) name: Symbol,
}

/// What the history says of removing the target of `step`.
pub(crate) fn grounds<'r>(step: &Step<'_>, what: Removed<'_>, release: &'r Release<'_>) -> Grounds<'r> {
    let writers = still_written(step, what, release);
    if !writers.is_empty() {
        return Grounds::StillWritten(writers);
    }
    let shape = step.shape;
    let standings = shape.map(|id| release.ledger.standing(id, release.number, step.order)).unwrap_or_default();
    let judged: Vec<Grounds<'r>> =
        standings.into_iter().filter_map(|standing| judge(standing, step, what, release)).collect();
    let ready = judged.iter().position(|grounds| matches!(grounds, Grounds::Ready(_)));
    let best = match ready {
        Some(index) => judged.into_iter().nth(index),
        None => judged.into_iter().next(),
    };
    match best {
        Some(Grounds::NotFilled(standing)) => {
            loosened(step, what, release).map_or(Grounds::NotFilled(standing), Grounds::Ready)
        }
        Some(grounds) => grounds,
        None => {
            let found = loosened(step, what, release).or_else(|| freed(step, release));
            found.map_or(Grounds::None, Grounds::Ready)
        }
    }
}

fn judge<'r>(
    standing: Standing<'r>,
    step: &Step<'_>,
    what: Removed<'_>,
    release: &'r Release<'_>,
) -> Option<Grounds<'r>> {
    // A trigger on a table that goes, goes with it; what matters is who writes into it from elsewhere.
    let whole = matches!(what, Removed::Object(..));
    let touches = |sync: &Sync| step.shape.is_some_and(|id| sync.to == id || (sync.from == id && !whole));
    let writers = writers(standing.syncs.iter().copied().filter(|sync| touches(sync)), release);
    if !writers.is_empty() {
        return Some(Grounds::StillWritten(writers));
    }
    let before = |phase| standing.reached_before(phase, release.number);
    let replaced = !standing.transition.new.is_empty();
    if replaced && !before(Phase::Backfilled) {
        // What a trigger writes into some other table need not be a replacement.
        return replaces(&standing, release).then_some(Grounds::NotFilled(standing));
    }
    if let Some((at, words)) = too_soon(&standing, step, release) {
        return Some(Grounds::TooSoon(at, words));
    }
    Some(Grounds::Ready(told(&standing, release)))
}

/// Whether old and new are columns of one table, or a comment says that the one is for the other.
fn replaces(standing: &Standing<'_>, release: &Release<'_>) -> bool {
    let transition = standing.transition;
    let mut sides = transition.old.iter().chain(&transition.new).filter_map(|id| release.ledger.shape(*id));
    let first = sides.next();
    let one_table = sides.all(|shape| first.is_some_and(|first| first.key.owner == shape.key.owner));
    transition.declared.is_some() || one_table
}

/// "expanded 0012, backfilled 0013": the first time each phase was reached.
fn told(standing: &Standing<'_>, release: &Release<'_>) -> String {
    let reached = Phase::ALL.iter().filter_map(|phase| standing.transition.reached(*phase));
    let earlier = reached.filter(|step| step.event.at.release < release.number);
    let parts: Vec<String> =
        earlier.map(|step| format!("{} {}", step.phase.word(), release.file_name(step.event.at.file))).collect();
    parts.join(", ")
}

/// Whether the last step of the transition is so recent that the code has hardly moved: with no dual write in between,
/// what it wrote meanwhile is lost.
fn too_soon(standing: &Standing<'_>, step: &Step<'_>, release: &Release<'_>) -> Option<(Origin, String)> {
    let soak = release.settings.soak;
    let earlier = |found: &&crate::transition::Move| found.event.at.release < release.number;
    let moves = standing.transition.moves.iter().filter(earlier);
    let last = |phase: Phase| moves.clone().filter(|found| found.phase == phase).max_by_key(|found| found.event.order);
    let last = last(Phase::Backfilled).or_else(|| last(Phase::Retired))?;
    let releases = release.number.saturating_sub(last.event.at.release);
    if releases < soak.releases {
        let words = format!("only {} after it was {}", super::counted(releases as usize, "release"), last.phase.word());
        return Some((last.event.at, words));
    }
    let kept_in_step = moves.clone().any(|found| found.phase == Phase::Syncing);
    let then = release.time(last.event.at.file)?;
    let now = step.migration.time()?;
    let seconds = now.seconds.saturating_sub(then.seconds);
    // Steps of one day ship together as often as not; a dual write makes that harmless.
    let wanted = if kept_in_step { soak.seconds.unwrap_or(0) } else { soak.seconds.unwrap_or(HALF_A_DAY) };
    (0..wanted)
        .contains(&seconds)
        .then(|| (last.event.at, format!("only {} after it was {}", super::span_words(seconds), last.phase.word())))
}

/// An earlier release copied the column to another one of a like name, or had a trigger fill it, so that code was free to
/// leave it alone.
fn freed(step: &Step<'_>, release: &Release<'_>) -> Option<String> {
    let id = step.shape?;
    let earlier = |at: Origin| at.release < release.number;
    let copied = release
        .ledger
        .copied(id)
        .filter(|(_, event)| earlier(event.at))
        .map(|(to, event)| format!("copied to {} {}", release.ledger.name(to), release.file_name(event.at.file)));
    let filled = || {
        let (words, event) = release.ledger.filled(id).filter(|(_, event)| earlier(event.at))?;
        Some(format!("filled by {words} since {}", release.file_name(event.at.file)))
    };
    copied.or_else(filled)
}

/// An earlier release began to retire the thing: it made the column optional for those who insert, or renamed the object
/// to a name that says so.
fn loosened(step: &Step<'_>, what: Removed<'_>, release: &Release<'_>) -> Option<String> {
    let earlier = |origin: Option<Origin>| origin.filter(|origin| origin.release < release.number);
    match what {
        Removed::Column(_, column) => {
            let column = step.column(&column.name)?;
            let renamed = earlier(column.renamed).filter(|_| is_retired(&column.name));
            let words = if renamed.is_some() { "renamed" } else { "made optional" };
            let at = renamed.or(earlier(column.loosened))?;
            Some(format!("{words} {}", release.file_name(at.file)))
        }
        Removed::Object(_, name) => {
            let renamed = step.before.renamed.or(step.before.table.as_ref().and_then(|table| table.renamed));
            if let Some(at) = earlier(renamed).filter(|_| is_retired(&name.name)) {
                return Some(format!("renamed {}", release.file_name(at.file)));
            }
            backup(step, &name.name, release)
        }
        Removed::Schema(_) => None,
    }
}

/// A copy of another table that an earlier release made, whose name says that it is one.
fn backup(step: &Step<'_>, name: &str, release: &Release<'_>) -> Option<String> {
    let base = shadow(name).filter(|_| is_retired(name))?;
    let sources = release.ledger.towards(step.shape?).flat_map(|transition| &transition.old);
    let is_copy = sources.into_iter().any(|old| release.ledger.name(*old).ends_with(base));
    let at = step.before.origin.filter(|origin| is_copy && origin.release < release.number)?;
    Some(format!("a copy of {base} since {}", release.file_name(at.file)))
}

/// Triggers on other tables that write into a dropped one and outlive the release.
pub(crate) fn writers_into(step: &Step<'_>, release: &Release<'_>) -> Vec<Writer> {
    let Some(id) = step.shape else { return Vec::new() };
    let into = release.ledger.syncs_of(id).filter(|sync| sync.to == id && sync.ended.is_none());
    writers(into, release)
}

/// The triggers among `syncs` that outlive the release, each once.
fn writers<'l>(syncs: impl Iterator<Item = &'l Sync>, release: &Release<'_>) -> Vec<Writer> {
    let triggers = syncs.filter_map(|sync| match &sync.by {
        SyncedBy::Trigger { table, name, .. } => Some(Writer { table: table.clone(), name: name.clone() }),
        SyncedBy::Generated | SyncedBy::View | SyncedBy::Declared(_) => None,
    });
    let stays =
        |writer: &Writer| release.after.table(&writer.table).is_some_and(|table| table.trigger(&writer.name).is_some());
    let mut writers: Vec<Writer> = triggers.filter(stays).collect();
    writers.dedup_by(|a, b| (&a.table, &a.name) == (&b.table, &b.name));
    writers
}

/// Triggers that name a dropped column and outlive the release.
fn still_written(step: &Step<'_>, what: Removed<'_>, release: &Release<'_>) -> Vec<Writer> {
    let Removed::Column(table, column) = what else { return writers_into(step, release) };
    let Some(after) = release.after.table(table) else { return Vec::new() };
    let names = |function| release.after.links.mentions.get(&column.name).is_some_and(|named| named.contains(function));
    let named_before = |trigger: &str| {
        let words = format!("trigger {} on {}", Quoted(trigger), table.short());
        step.before.dependents.contains(&words)
    };
    let left = after.triggers.iter().filter(|trigger| names(&trigger.function) && named_before(&trigger.name));
    left.map(|trigger| Writer { table: table.clone(), name: trigger.name.clone() }).collect()
}
