//! See `rules/sync-one-way.md`.

use std::collections::BTreeSet;

use super::support::meant::served;
use crate::review::step::Release;
use crate::rule::Findings;
use crate::schema::catalog::Table;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::TriggerEvent;
use crate::transition::{Kind, Ledger, Part, Phase, Sync, SyncedBy, Transition, shadow};

/// Releases after its birth in which a column counts as the replacement of what fills it, by its name alone.
const YOUNG: u32 = 1;

/// What no trigger reacts to.
enum Gap {
    Insert,
    Update,
    /// `UPDATE OF` leaves out the column that is read.
    UpdateOf,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let Some(first) = release.steps.first() else { return };
    let mut seen = BTreeSet::new();
    let mut told = BTreeSet::new();
    for sync in release.ledger.syncs_since(first.order).iter().filter(|sync| sync.ended.is_none()) {
        if !matches!(sync.by, SyncedBy::Trigger { .. }) || !seen.insert((sync.from, sync.to)) {
            continue;
        }
        if served(sync, release).is_some_and(|transition| is_meant(transition, sync, release))
            && !never_changes(sync, release)
            && let Some(gap) = gap(sync, release.ledger)
            && told.insert(sync.started.order)
        {
            report(sync, &gap, release, findings);
        }
    }
}

/// Whether one side replaces the other, rather than being worked out from it: a comment or the history says so, or the new
/// one is hardly older than the trigger and is called like the old one.
fn is_meant(transition: &Transition, sync: &Sync, release: &Release<'_>) -> bool {
    let told = [Phase::Retired, Phase::Contracted].into_iter().any(|phase| transition.reached(phase).is_some());
    let (Some(from), Some(to)) = (release.ledger.shape(sync.from), release.ledger.shape(sync.to)) else { return false };
    let young = to.origin.is_some_and(|origin| release.number.saturating_sub(origin.release) <= YOUNG);
    let alike = match (&from.key.part, &to.key.part) {
        (Part::Column(from), Part::Column(to)) => {
            shadow(from) == Some(to) || shadow(to) == Some(from) || share(from, to)
        }
        _ => transition.kind == Kind::Table,
    };
    transition.declared.is_some() || told || (alike && (young || release.ledger.is_replacement(transition)))
}

/// Whether the names end alike: `full_name` and `display_name`. One that says that it is an earlier value is no replacement.
fn share(from: &str, to: &str) -> bool {
    let last = |name: &str| name.rsplit('_').next().map(str::to_lowercase).filter(|part| part.len() > 2);
    let earlier = to.split_once('_').is_some_and(|(first, rest)| rest == from && EARLIER.contains(&first));
    !earlier && last(from).is_some_and(|part| !STAMPS.contains(&&*part) && last(to).is_some_and(|other| other == part))
}

/// Beginnings of names of values that were.
const EARLIER: &[&str] = &["first", "initial", "last", "lower", "normalized", "original", "previous", "prior"];

/// Endings that say what kind of value it is, and nothing of what it means.
const STAMPS: &[&str] = &["count", "date", "key", "time", "total"];

/// Keys are written once: there is no update to react to.
fn never_changes(sync: &Sync, release: &Release<'_>) -> bool {
    let Some(key) = release.ledger.shape(sync.from).map(|shape| &shape.key) else { return true };
    let Part::Column(column) = &key.part else { return false };
    let primary = release.after.table(&key.owner).and_then(|table| table.primary_key().map(|key| &key.columns));
    column.starts_with("creat") || primary.is_some_and(|columns| columns.contains(column))
}

/// What all open triggers that fill the same from the same leave out.
fn gap(sync: &Sync, ledger: &Ledger) -> Option<Gap> {
    let from = ledger.shape(sync.from)?;
    let (mut inserts, mut updates, mut reads) = (false, false, false);
    let same = |other: &&Sync| other.from == sync.from && other.to == sync.to && other.ended.is_none();
    for other in ledger.kept(sync.to).filter(same) {
        let SyncedBy::Trigger { events, update_of, .. } = &other.by else { return None };
        inserts |= events.contains(&TriggerEvent::Insert);
        let on_update = events.contains(&TriggerEvent::Update);
        updates |= on_update;
        reads |= on_update && (update_of.is_empty() || names(&from.key.part, update_of));
    }
    match (inserts, updates, reads) {
        (false, ..) => Some(Gap::Insert),
        (_, false, _) => Some(Gap::Update),
        (.., false) => Some(Gap::UpdateOf),
        _ => None,
    }
}

/// Of a table, which column counts cannot be told.
fn names(part: &Part, update_of: &[Symbol]) -> bool {
    match part {
        Part::Column(column) => update_of.contains(column),
        _ => true,
    }
}

fn report(sync: &Sync, gap: &Gap, release: &Release<'_>, findings: &mut Findings) {
    let SyncedBy::Trigger { table, name, function, update_of, .. } = &sync.by else { return };
    let Ok(at) = release.steps.binary_search_by_key(&sync.started.order, |step| step.order) else { return };
    let Some(step) = release.steps.get(at) else { return };
    let (from, to) = (release.ledger.name(sync.from), release.ledger.name(sync.to));
    let trigger = format!("trigger {} on {}", Quoted(name), table.short());
    let (misses, label) = match gap {
        Gap::Insert => ("does not fire on INSERT".to_owned(), "new rows are missed"),
        Gap::Update => ("does not fire on UPDATE".to_owned(), "changes to old rows are missed"),
        Gap::UpdateOf => (format!("does not fire on updates of {from}"), "changes of what it reads are missed"),
    };
    let timing = release.after.table(table).and_then(|found| timing(found, name)).unwrap_or("BEFORE");
    let of = match gap {
        Gap::UpdateOf => {
            let read = release.ledger.shape(sync.from).map(|shape| &shape.key.part);
            let read = read.and_then(|part| if let Part::Column(column) = part { Some(column) } else { None });
            let columns: Vec<_> = update_of.iter().chain(read).map(|column| Quoted(column).to_string()).collect();
            format!(" OF {}", columns.join(", "))
        }
        Gap::Insert | Gap::Update => String::new(),
    };
    findings
        .on(step, format!("{trigger} fills {to} from {from}, and {misses}"))
        .label(label)
        .subject(to)
        .note("what is written that way differs between old and new, and no backfill comes back for it")
        .help(format!(
            "let it fire on both:\nCREATE TRIGGER {} {timing} INSERT OR UPDATE{of} ON {} FOR EACH ROW EXECUTE FUNCTION {}();",
            Quoted(name),
            table.short(),
            function.short()
        ))
        .emit();
}

fn timing(table: &Table, trigger: &str) -> Option<&'static str> {
    use crate::syntax::object::TriggerTiming;
    Some(match table.trigger(trigger)?.timing {
        TriggerTiming::Before => "BEFORE",
        TriggerTiming::After => "AFTER",
        TriggerTiming::InsteadOf => "INSTEAD OF",
    })
}
