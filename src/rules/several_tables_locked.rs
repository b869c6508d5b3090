//! See `rules/several-tables-locked.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::support::held::Held;
use super::support::transaction::{dropped, renamed, same_statement, transactions, whole};
use super::support::{blocking, transaction_words};
use crate::engine::effect::LockedKind;
use crate::review::size::Size;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::QName;

/// Tables that a finding names, and whose order is compared with that of other transactions.
const SHOWN: usize = 5;

/// The first statement of a transaction that closes a table no earlier one had anything to do with.
struct Closed<'r, 'a> {
    step: &'r Step<'a>,
    impact: &'r Impact,
    whole: &'r QName,
}

/// Pairs of tables in the order some transaction locks them, with the statement that locks the second.
type Orders<'r, 'a> = BTreeMap<(&'r QName, &'r QName), &'r Step<'a>>;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let dropped = dropped(release);
    let mut orders = Orders::new();
    for transaction in transactions(release) {
        let closed = closed(release, transaction, &dropped);
        if let [first, second, ..] = closed.as_slice() {
            report(first, second, &closed, opposite(&closed, &orders), findings);
            for (at, later) in closed.iter().take(SHOWN).enumerate() {
                for earlier in closed.iter().take(at) {
                    orders.entry((earlier.whole, later.whole)).or_insert(later.step);
                }
            }
        }
    }
}

fn closed<'r, 'a>(
    release: &'r Release<'a>,
    transaction: &'r [Step<'a>],
    dropped: &BTreeSet<&QName>,
) -> Vec<Closed<'r, 'a>> {
    let mut closed: Vec<Closed<'r, 'a>> = Vec::new();
    let mut seen: BTreeSet<QName> = BTreeSet::new();
    for statement in transaction.chunk_by(same_statement) {
        let locked = statement.iter().flat_map(|step| {
            let counts = |impact: &&Impact| {
                impact.kind == LockedKind::Table
                    && !matches!(impact.size, Size::Small(_))
                    && !dropped.contains(&impact.relation)
            };
            blocking(step).filter(counts).map(move |impact| (step, impact))
        });
        let locked: Vec<_> =
            locked.map(|(step, impact)| Closed { step, impact, whole: whole(release, &impact.relation) }).collect();
        let tables: Vec<&QName> = locked.iter().map(|closed| closed.whole).collect();
        // The other table of a foreign key is locked along with one that is closed already; a table that takes the name of
        // one is swapped with it, which has to happen at once.
        let swapped = statement.iter().filter_map(renamed).any(|(_, new)| seen.contains(&new));
        let related = swapped || tables.iter().any(|table| seen.contains(*table));
        seen.extend(tables.into_iter().cloned());
        seen.extend(statement.iter().filter_map(renamed).map(|(_, new)| new));
        closed.extend(locked.into_iter().next().filter(|_| !related));
    }
    closed
}

/// An earlier transaction that locks two of the tables the other way round.
fn opposite<'r, 'a>(closed: &[Closed<'r, 'a>], orders: &Orders<'r, 'a>) -> Option<&'r Step<'a>> {
    let shown = closed.iter().take(SHOWN).enumerate();
    let mut pairs = shown.flat_map(|(at, later)| closed.iter().take(at).map(|earlier| (later.whole, earlier.whole)));
    pairs.find_map(|pair| orders.get(&pair)).copied()
}

fn report(
    first: &Closed<'_, '_>,
    second: &Closed<'_, '_>,
    closed: &[Closed<'_, '_>],
    opposite: Option<&Step<'_>>,
    findings: &mut Findings,
) {
    let until =
        second.step.session.transaction.map_or("the procedural block, which is one transaction", transaction_words);
    let held = Held {
        relation: &first.impact.relation,
        mode: first.impact.mode,
        by: first.step.operation.span,
        file: first.step.file,
        until,
    };
    let (short, waited) = (first.impact.relation.short(), second.impact.relation.short());
    let blocked = first.impact.mode.blocked();
    let mut builder = findings
        .on(second.step, format!("{blocked} of {short} wait until the lock on {waited} is granted, too"))
        .label(format!("waits its turn while {short} stays locked"))
        .subject(second.impact.relation.to_string())
        .lock(&held.impact(false, Size::Unknown))
        .lock(second.impact)
        .related(first.step.file, first.step.operation.span, held.taken());
    if closed.len() > 2 {
        let names: Vec<_> = closed.iter().take(SHOWN).map(|closed| closed.impact.relation.short()).collect();
        let more = closed.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        builder = builder.note(format!("one transaction locks {}{more}", names.join(", ")));
    }
    builder = match opposite {
        Some(other) => builder
            .note("another transaction of this release locks them in the other order; at the same time, they deadlock")
            .related(other.file, other.operation.span, "locked in the other order"),
        None => {
            builder.note("a transaction of somebody else that locks them in the other order would deadlock with it")
        }
    };
    builder
        .help("change one table in each transaction, so that no lock is held while another one is waited for")
        .emit();
}
