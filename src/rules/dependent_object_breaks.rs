//! See `rules/dependent-object-breaks.md`.

use std::collections::BTreeSet;

use super::support::grounds::{Writer, writers_into};
use super::support::{action, counted};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::object::ObjectKind;

/// Functions that are named.
const SHOWN: usize = 5;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let made: BTreeSet<String> = release.steps.iter().filter_map(made).map(QName::short).collect();
    for step in &release.steps {
        if let Some((what, verb)) = loses_its_name(step, release) {
            report(step, release, (&what, verb), &made, findings);
        }
    }
}

/// A function that the step makes or replaces.
fn made<'s>(step: &'s Step<'_>) -> Option<&'s QName> {
    match &step.operation.kind {
        OperationKind::CreateFunction { name, .. } => Some(name),
        _ => None,
    }
}

/// What is dropped or renamed, and which of the two.
fn loses_its_name(step: &Step<'_>, release: &Release<'_>) -> Option<(String, &'static str)> {
    if step.on_new_table(release) || step.is_new(release, step.before.origin) {
        return None;
    }
    if let OperationKind::Drop { kind: ObjectKind::Table | ObjectKind::View, name, .. } = &step.operation.kind {
        let again = release.after.is_relation(name);
        return (!again).then(|| (name.short(), "dropped"));
    }
    let (table, action) = action(step)?;
    let column = |name| super::support::column_path(table, name);
    let back = |name: &str| release.after.table(table).is_some_and(|found| found.column(name).is_some());
    match &action.kind {
        ActionKind::DropColumn { column: name, .. } if !back(&name.name) => Some((column(&name.name), "dropped")),
        ActionKind::RenameColumn { column: name, .. } if !back(&name.name) => Some((column(&name.name), "renamed")),
        ActionKind::Rename { .. } if !release.after.is_relation(table) => Some((table.short(), "renamed")),
        _ => None,
    }
}

fn report(
    step: &Step<'_>,
    release: &Release<'_>,
    (what, verb): (&str, &str),
    made: &BTreeSet<String>,
    findings: &mut Findings,
) {
    // `contract-before-sync-removed` speaks of those.
    let called = |writer: &Writer| {
        let trigger = release.after.table(&writer.table)?.trigger(&writer.name)?;
        Some(trigger.function.short())
    };
    let told: BTreeSet<String> = writers_into(step, release).iter().filter_map(called).collect();
    let broken: Vec<&str> = step
        .before
        .dependents
        .iter()
        .filter_map(|dependent| dependent.strip_prefix("function "))
        .filter(|name| !made.contains(*name) && !told.contains(*name))
        .filter(|name| release.after.functions.keys().any(|known| known.short() == **name))
        .collect();
    let Some(first) = broken.first() else { return };
    let more =
        if broken.len() > 1 { format!(" and {}", counted(broken.len() - 1, "more function")) } else { String::new() };
    let names = if broken.len() > 1 { "name" } else { "names" };
    let shown: Vec<&str> = broken.iter().take(SHOWN).copied().collect();
    findings
        .on(step, format!("{what} is {verb}, and function {first}{more} still {names} it"))
        .label("named in the body of a function")
        .subject(what)
        .note("the server does not look into the bodies of functions when a name goes; they fail when they are called")
        .help(format!(
            "replace {} in this release with CREATE OR REPLACE, or drop what is not used any more",
            shown.join(", ")
        ))
        .emit();
}
