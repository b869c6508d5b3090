//! See `rules/down-loses-data.md`.

use super::support::copies::{Copies, Copy};
use super::support::way_back::name;
use crate::finding::Level;
use crate::review::step::{Release, Step};
use crate::review::way_back::{Means, WayBack};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::ObjectKind;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut copies = None;
    for way in release.ways_back.iter().filter(|way| way.means == Means::Statements && !way.does.unread) {
        let first = release.steps.partition_point(|step| step.file < way.file);
        let steps = release.steps.get(first..).unwrap_or_default();
        for step in steps.iter().take_while(|step| step.file == way.file) {
            if let Some(emptied) = emptied(step, way, release) {
                let copies = copies.get_or_insert_with(|| Copies::of(release));
                report(step, &emptied, way, copies, findings);
            }
        }
    }
}

/// What had data, is dropped by the migration, and comes back without it.
struct Emptied<'s> {
    table: &'s QName,
    column: Option<&'s Symbol>,
}

fn emptied<'s>(step: &'s Step<'_>, way: &WayBack<'_>, release: &Release<'_>) -> Option<Emptied<'s>> {
    if step.is_new(release, step.before.origin) || step.on_new_table(release) {
        return None;
    }
    match &step.operation.kind {
        OperationKind::Drop { kind: ObjectKind::Table, name, .. } => {
            // Of a partition the rows may have gone where they came from.
            let partition = step.before.table.as_ref().is_some_and(|table| !table.parents.is_empty());
            let comes_back = way.does.tables.contains(name) && !way.does.writes.contains(name) && !partition;
            comes_back.then_some(Emptied { table: name, column: None })
        }
        OperationKind::Alter { relation, action, .. } => {
            let ActionKind::DropColumn { column, .. } = &action.kind else { return None };
            let known = step.column(&column.name);
            let derived = known.is_some_and(|column| column.generated.is_some() || column.identity);
            let key = (relation.clone(), column.name.clone());
            let comes_back = way.does.columns.contains(&key) && !way.does.writes.contains(relation) && !derived;
            comes_back.then_some(Emptied { table: relation, column: Some(&column.name) })
        }
        _ => None,
    }
}

fn report(step: &Step<'_>, emptied: &Emptied<'_>, way: &WayBack<'_>, copies: &Copies<'_>, findings: &mut Findings) {
    let Emptied { table, column } = emptied;
    let (what, path) = (spelled(table, *column), name(way));
    let copy = match column {
        Some(column) => copies.of_column(table, column),
        None => copies.of_table(table),
    };
    let lost = copy.as_ref().and_then(|copy| dropped(copy, way));
    let message = match &lost {
        Some(home) => format!("{path} makes {what} again empty, and drops {home}, where its data is by then"),
        None => format!("{path} makes {what} again, but not what was in it"),
    };
    let mut builder = findings.on(step, message).label("the data goes here").subject(what.clone());
    builder = match (&lost, &copy) {
        (Some(home), Some(copy)) => builder
            .related(copy.file, copy.span, "moved here")
            .help(format!("copy the data from {home} back to {what} in {path} before it drops {home}")),
        (None, Some(copy)) => builder
            .related(copy.file, copy.span, "moved here")
            .help(format!("copy the data back to {what} in {path}"))
            .at_most(Level::Note),
        _ => builder
            .help("keep it for a release under another name, so that there is something to go back to; if the data is not needed, allow this with the reason")
            .at_most(Level::Note),
    };
    builder.emit();
}

/// The new home of the data, if the way back drops it.
fn dropped(copy: &Copy<'_>, way: &WayBack<'_>) -> Option<String> {
    if way.does.dropped_tables.contains(copy.target) {
        return Some(copy.target.short());
    }
    let gone = |column: &&Symbol| way.does.dropped_columns.contains(&(copy.target.clone(), Symbol::clone(column)));
    let column = copy.columns.iter().map(|column| &column.name).find(gone)?;
    Some(spelled(copy.target, Some(column)))
}

fn spelled(table: &QName, column: Option<&Symbol>) -> String {
    match column {
        Some(column) => format!("{}.{}", table.short(), Quoted(column)),
        None => table.short(),
    }
}
