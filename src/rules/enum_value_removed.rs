//! See `rules/enum-value-removed.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::support::{action, column_path, edit};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{EnumValue, Origin, TypeKind, UserType};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::query::RowVerb;
use crate::transition::{Kind, Part, Phase};

/// Values that are named.
const SHOWN: usize = 5;

/// Columns that are looked at for one type.
const COLUMNS_KEPT: usize = 16;

/// Columns of one type that get another with fewer values.
struct Swap<'r, 'a> {
    step: &'r Step<'a>,
    old: &'r UserType,
    new: &'r UserType,
    columns: Vec<String>,
    lost: Vec<&'r EnumValue>,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let swaps = swaps(release);
    let moved = if swaps.is_empty() { BTreeMap::new() } else { moved_before(release) };
    for swap in &swaps {
        let when = |value: &&EnumValue| moved.get(&known_as(&value.value, value.origin)).copied();
        let all: Option<Vec<Origin>> = swap.lost.iter().map(when).collect();
        match all.and_then(|all| all.into_iter().max_by_key(|at| at.file)) {
            Some(at) => allow(swap, at, release, findings),
            None => report(swap, findings),
        }
    }
    for step in &release.steps {
        if let OperationKind::ChangeRows { table, change } = &step.operation.kind
            && change.verb == RowVerb::Delete
            && &*table.name == "pg_enum"
        {
            report_catalog(step, findings);
        }
    }
}

/// The swaps of a release, one for each pair of types.
fn swaps<'r, 'a>(release: &'r Release<'a>) -> Vec<Swap<'r, 'a>> {
    let mut found: Vec<Swap<'r, 'a>> = Vec::new();
    let mut by_pair: BTreeMap<(&QName, &QName), Option<usize>> = BTreeMap::new();
    for step in release.steps.iter().filter(|step| !step.on_new_table(release)) {
        let Some((table, action)) = action(step) else { continue };
        let ActionKind::SetType { column, .. } = &action.kind else { continue };
        let (Some(old), Some(new)) = (step.before.user_type.as_deref(), step.before.new_type.as_deref()) else {
            continue;
        };
        if step.is_new(release, step.before.origin) {
            continue;
        }
        let path = column_path(table, &column.name);
        if let Some(index) = by_pair.get(&(&old.name, &new.name)) {
            let swap = index.and_then(|index| found.get_mut(index));
            if let Some(swap) = swap.filter(|swap| swap.columns.len() < COLUMNS_KEPT) {
                swap.columns.push(path);
            }
            continue;
        }
        let lost = lost(old, new, release);
        by_pair.insert((&old.name, &new.name), (!lost.is_empty()).then_some(found.len()));
        if !lost.is_empty() {
            found.push(Swap { step, old, new, columns: vec![path], lost });
        }
    }
    found
}

/// Values of `old` that `new` lacks. What this release added itself nobody can have used.
fn lost<'r>(old: &'r UserType, new: &UserType, release: &Release<'_>) -> Vec<&'r EnumValue> {
    let (TypeKind::Enum { values: old }, TypeKind::Enum { values: new }) = (&old.kind, &new.kind) else {
        return Vec::new();
    };
    let kept: BTreeSet<&str> = new.iter().map(|value| &*value.value).collect();
    let fresh = |value: &EnumValue| value.origin.is_some_and(|origin| origin.release == release.number);
    old.iter().filter(|value| !kept.contains(&*value.value) && !fresh(value)).collect()
}

/// A value by its text and the place where it was added: the type may have had other names.
type KnownAs<'v> = (&'v str, Option<(u32, u32)>);

fn known_as(value: &str, origin: Option<Origin>) -> KnownAs<'_> {
    (value, origin.map(|origin| (origin.file, origin.span.start)))
}

/// Values that an earlier release moved rows away from, by their text and where they were added.
fn moved_before<'r>(release: &'r Release<'_>) -> BTreeMap<KnownAs<'r>, Origin> {
    let mut moved = BTreeMap::new();
    for transition in release.ledger.transitions().iter().filter(|transition| transition.kind == Kind::Value) {
        let Some(step) = transition.reached(Phase::Backfilled) else { continue };
        if step.event.at.release >= release.number {
            continue;
        }
        for shape in transition.old.iter().filter_map(|id| release.ledger.shape(*id)) {
            if let Part::Value(value) = &shape.key.part {
                moved.insert(known_as(value, shape.origin), step.event.at);
            }
        }
    }
    moved
}

/// `'a', 'b' and 3 more`.
fn listed(values: &[&EnumValue]) -> String {
    let shown: Vec<String> = values.iter().take(SHOWN).map(|value| format!("'{}'", value.value)).collect();
    match values.len().checked_sub(SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

fn message(swap: &Swap<'_, '_>) -> String {
    let noun = if swap.lost.len() == 1 { "value" } else { "values" };
    let column = swap.columns.first().map(String::as_str).unwrap_or_default();
    format!("{column} loses the {noun} {} of {}", listed(&swap.lost), swap.old.name.short())
}

fn allow(swap: &Swap<'_, '_>, at: Origin, release: &Release<'_>, findings: &mut Findings) {
    findings
        .on(swap.step, message(swap))
        .subject(swap.old.name.to_string())
        .allow_by_history(format!("rows moved to another value {}", release.file_name(at.file)));
}

fn report(swap: &Swap<'_, '_>, findings: &mut Findings) {
    let column = swap.columns.first().map(String::as_str).unwrap_or_default();
    let (table, name) = column.rsplit_once('.').unwrap_or_default();
    let first = swap.lost.first().map(|value| &*value.value).unwrap_or_default();
    let mut builder = findings
        .on(swap.step, message(swap))
        .label(format!("not in {}", swap.new.name.short()))
        .subject(swap.old.name.to_string())
        .note(
            "code that is running and writes or compares such a value fails from here on: invalid input value for enum",
        );
    for other in swap.columns.iter().skip(1).take(SHOWN) {
        builder = builder.note(format!("so does {other}"));
    }
    builder
        .help(format!(
            "stop writing the value in one release and move the rows in batches:\nUPDATE {table} SET {name} = … WHERE {name} = \
             '{first}';\nthen take it away in a later one; a value that stays in the type and is no longer used does no harm"
        ))
        .emit();
}

fn report_catalog(step: &Step<'_>, findings: &mut Findings) {
    findings
        .on(step, "a value of an enum is deleted from the system catalog")
        .label("rows and indexes that hold it cannot be read any more")
        .subject(edit::text(step, step.operation.span).split_whitespace().take(3).collect::<Vec<_>>().join(" "))
        .note("the server has no way to drop a value, because nothing tells it who still holds it: even deleted rows and the inner pages of indexes do")
        .help("leave the value in the type and stop using it, or make a new type without it and move the columns to that")
        .emit();
}
