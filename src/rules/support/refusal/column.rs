//! Columns of partitions, of partition keys, and such as something else is made of.

use super::{Refusal, in_words, refused};
use crate::review::step::{Release, Step};
use crate::schema::catalog::Table;
use crate::schema::operation::QName;
use crate::syntax::name::{Ident, Quoted};
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind};

/// Before this version, `DROP COLUMN` drops generated columns that are made of it without a word.
const GENERATED_KEEPS: u16 = 15;

pub(super) fn add(step: &Step<'_>, table: &QName, column: &ColumnDef) -> Option<Refusal> {
    if let Some(parent) = parent(step) {
        let help = format!("add it to {}, which adds it to every partition", parent.name.short());
        return Some(refused(step, table, "cannot add column to a partition".to_owned(), help));
    }
    let known = step.before.table.as_ref().filter(|known| known.partitioned && !known.partition_key.is_empty())?;
    let is_key =
        |constraint: &&Constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_));
    let constraint = column.constraints.iter().find(is_key)?;
    let missing = known.partition_key.iter().find(|key| **key != column.name.name)?;
    let help = "add the column alone; a key has to contain the partition key".to_owned();
    let words = super::key::partition_key_words(missing);
    Some(Refusal { at: constraint.span, ..refused(step, table, words, help) })
}

pub(super) fn drop(step: &Step<'_>, release: &Release<'_>, table: &QName, column: &Ident) -> Vec<Refusal> {
    let name = in_words(&column.name);
    if let Some(parent) = parent(step).filter(|parent| parent.column(&column.name).is_some()) {
        let help = format!("drop it from {}, which drops it from every partition", parent.name.short());
        return vec![refused(step, table, format!("cannot drop inherited column {name}"), help)];
    }
    if let Some(words) = of_partition_key(step, table, column, "drop") {
        return vec![refused(step, table, words, another_table(table))];
    }
    let made = made_of(step, column).filter(|_| release.version >= GENERATED_KEEPS);
    let user = match (step.before.readers.first(), made) {
        (Some(view), _) => (format!("view {} reads it", view.short()), replaced_view(view)),
        (None, Some(generated)) => (
            format!("generated column {} is made of it", Quoted(&generated)),
            format!(
                "drop the generated column first:\nALTER TABLE {} DROP COLUMN {};",
                table.short(),
                Quoted(&generated)
            ),
        ),
        (None, None) => return Vec::new(),
    };
    let words = format!(
        "cannot drop column {} of table {} because other objects depend on it: {}",
        column.name, table.name, user.0
    );
    vec![refused(step, table, words, user.1)]
}

pub(super) fn set_type(step: &Step<'_>, table: &QName, column: &Ident) -> Option<Refusal> {
    let name = in_words(&column.name);
    if let Some(parent) = parent(step).filter(|parent| parent.column(&column.name).is_some()) {
        let help = format!("change it in {}, which changes it in every partition", parent.name.short());
        return Some(refused(step, table, format!("cannot alter inherited column {name}"), help));
    }
    if let Some(words) = of_partition_key(step, table, column, "alter") {
        return Some(refused(step, table, words, another_table(table)));
    }
    if let Some(view) = step.before.readers.first() {
        let words = format!("cannot alter type of a column used by a view or rule: {} reads {name}", view.short());
        return Some(refused(step, table, words, replaced_view(view)));
    }
    let generated = made_of(step, column)?;
    let words =
        format!("cannot alter type of a column used by a generated column: {} is made of {name}", in_words(&generated));
    let help = format!(
        "drop the generated column first, and add it again after:\nALTER TABLE {} DROP COLUMN {};",
        table.short(),
        Quoted(&generated)
    );
    Some(refused(step, table, words, help))
}

pub(super) fn drop_not_null(step: &Step<'_>, table: &QName, column: &Ident) -> Option<Refusal> {
    let key = step.before.table.as_ref()?.primary_key().filter(|key| key.columns.contains(&column.name))?;
    let help = format!("a primary key holds no nulls; drop {} first, if it is to go", Quoted(&key.name));
    Some(refused(step, table, format!("column {} is in a primary key", in_words(&column.name)), help))
}

/// The partitioned table that decides about the columns of this one.
fn parent<'s>(step: &'s Step<'_>) -> Option<&'s Table> {
    step.before.partition.as_ref()?.parent.as_deref()
}

fn of_partition_key(step: &Step<'_>, table: &QName, column: &Ident, verb: &str) -> Option<String> {
    let known = step.before.table.as_ref().filter(|known| known.partitioned)?;
    known.partition_key.contains(&column.name).then(|| {
        format!(
            "cannot {verb} column {} because it is part of the partition key of relation {}",
            in_words(&column.name),
            in_words(&table.name)
        )
    })
}

fn another_table(table: &QName) -> String {
    format!("make a table with another partition key and move the rows of {} there in batches", table.short())
}

/// A generated column that this one goes into.
fn made_of(step: &Step<'_>, column: &Ident) -> Option<String> {
    let columns = &step.before.table.as_ref()?.columns;
    let found = columns
        .iter()
        .find(|other| other.generated.as_ref().is_some_and(|generated| generated.columns.contains(&column.name)));
    found.map(|other| other.name.to_string())
}

fn replaced_view(view: &QName) -> String {
    format!(
        "drop the view in the same transaction, and create it again after the change if it is still needed:\nDROP VIEW {};",
        view.short()
    )
}
