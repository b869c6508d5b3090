//! See `rules/rename-schema.md`.

use std::collections::BTreeSet;

use super::support::counted;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::Relation;
use crate::schema::operation::OperationKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::{ObjectChange, ObjectKind};

/// Tables that are named.
const TABLES_SHOWN: usize = 3;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    // The second half of a swap takes a name that the first half set free; the first half is reported.
    let mut vacated: BTreeSet<&Symbol> = BTreeSet::new();
    for step in &release.steps {
        let Some((old, new)) = rename(step) else { continue };
        if step.is_new(release, step.before.origin) {
            continue;
        }
        if !vacated.contains(new) {
            report(step, old, new, release, findings);
        }
        vacated.insert(old);
    }
}

fn rename<'s>(step: &'s Step<'_>) -> Option<(&'s Symbol, &'s Symbol)> {
    match &step.operation.kind {
        OperationKind::AlterObject { name: Some(name), def, .. } if def.kind == ObjectKind::Schema => match &def.change
        {
            ObjectChange::Rename(to) => Some((&name.name, &to.name)),
            _ => None,
        },
        _ => None,
    }
}

fn report(step: &Step<'_>, old: &Symbol, new: &Symbol, release: &Release<'_>, findings: &mut Findings) {
    let (old, shown) = (Quoted(old), Quoted(new));
    let mut builder = findings
        .on(step, format!("renaming schema {old} to {shown} breaks the code that names anything in it"))
        .label("the old name is gone at once")
        .subject(old.to_string());
    if let Some(tables) = tables(new, release) {
        builder = builder.note(format!("it moves {tables}"));
    }
    builder
        .note("a search_path that names the old schema finds nothing there any more, without an error")
        .note("until the deploy is complete, and again in a rollback, the previous release runs against this schema")
        .help(format!(
            "keep the old name alive: create schema {shown}, move the tables one by one, each with a view under its old \
             name, and drop {old} when nothing names it any more:\nCREATE SCHEMA {shown};\nALTER TABLE {old}.<table> SET \
             SCHEMA {shown};\nCREATE VIEW {old}.<table> AS SELECT * FROM {shown}.<table>;"
        ))
        .emit();
}

/// "tables leads, offers and 3 more".
fn tables(schema: &Symbol, release: &Release<'_>) -> Option<String> {
    let first = crate::schema::operation::QName { schema: schema.clone(), name: "".into() };
    let inside = release.after.relations.range(first..).take_while(|(name, _)| name.schema == *schema);
    let tables: Vec<_> = inside.filter(|(_, relation)| matches!(relation, Relation::Table(_))).collect();
    let shown: Vec<_> = tables.iter().take(TABLES_SHOWN).map(|(name, _)| Quoted(&name.name).to_string()).collect();
    match tables.len().checked_sub(TABLES_SHOWN).filter(|more| *more > 0) {
        Some(more) => Some(format!("{} and {}", shown.join(", "), counted(more, "more table"))),
        None => (!shown.is_empty()).then(|| shown.join(", ")),
    }
}
