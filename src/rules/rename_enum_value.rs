//! See `rules/rename-enum-value.md`.

use std::collections::BTreeMap;

use super::support::{column_path, counted};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::TypeKind;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::object::ObjectChange;

/// Columns of the type that are named.
const COLUMNS_SHOWN: usize = 3;

/// The first value of a type that a file renames, and how many more it does.
struct Renamed<'r, 'a> {
    step: &'r Step<'a>,
    name: &'r QName,
    from: &'r str,
    to: &'r str,
    more: usize,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut renamed: BTreeMap<(u32, &QName), Renamed<'_, '_>> = BTreeMap::new();
    for step in &release.steps {
        let OperationKind::AlterObject { name: Some(name), def, .. } = &step.operation.kind else { continue };
        let ObjectChange::RenameEnumValue { from, to } = &def.change else { continue };
        if !is_unused(step, release, from) {
            let first = renamed.entry((step.file, name));
            first.and_modify(|first| first.more += 1).or_insert(Renamed { step, name, from, to, more: 0 });
        }
    }
    for renamed in renamed.values() {
        report(renamed, release, findings);
    }
}

fn report(renamed: &Renamed<'_, '_>, release: &Release<'_>, findings: &mut Findings) {
    let Renamed { step, name, from, to, more } = renamed;
    let mood = name.short();
    let (old, new) = (quoted(from), quoted(to));
    let mut builder = findings
        .on(step, format!("renaming {old} of {mood} to {new} breaks the code that runs"))
        .label("the old label is gone at once")
        .subject(name.to_string())
        .note(format!("what writes {old} or compares with it fails with an error; what reads the rows meets {new}"));
    if *more > 0 {
        let verb = if *more == 1 { "is" } else { "are" };
        builder = builder.note(format!("{} of it {verb} renamed in this file", counted(*more, "more value")));
    }
    if let Some(columns) = columns(name, release) {
        builder = builder.note(format!("{columns} of this type"));
    }
    builder
        .note("logical replication does not carry it over: a subscriber refuses rows with the new label")
        .help(format!(
            "add {new} as a value of its own, let the code accept both, move the rows in batches, and leave {old} \
             unused:\nALTER TYPE {mood} ADD VALUE {new};"
        ))
        .emit();
}

/// Whether no released code can know the value: it or the type is of this release.
fn is_unused(step: &Step<'_>, release: &Release<'_>, value: &str) -> bool {
    let of_value = step.before.user_type.as_ref().and_then(|user_type| match &user_type.kind {
        TypeKind::Enum { values } => values.iter().find(|known| &*known.value == value).and_then(|known| known.origin),
        _ => None,
    });
    step.is_new(release, step.before.origin) || step.is_new(release, of_value)
}

/// "users.mood and 2 more columns are".
fn columns(name: &QName, release: &Release<'_>) -> Option<String> {
    let columns = release.after.columns_of_type(name);
    let shown: Vec<_> = columns.iter().take(COLUMNS_SHOWN).map(|(table, column)| column_path(table, column)).collect();
    let verb = if columns.len() == 1 { "is" } else { "are" };
    match columns.len().checked_sub(COLUMNS_SHOWN).filter(|more| *more > 0) {
        Some(more) => Some(format!("{} and {} {verb}", shown.join(", "), counted(more, "more column"))),
        None => (!shown.is_empty()).then(|| format!("{} {verb}", shown.join(", "))),
    }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
