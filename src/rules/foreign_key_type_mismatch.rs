//! See `rules/foreign-key-type-mismatch.md`.

use super::support::edit::{self, type_words};
use super::support::end::{End, Kept};
use super::support::{column_path, column_subject};
use crate::review::step::Release;
use crate::rule::Findings;
use crate::schema::catalog::{Catalog, Column, ConstraintBody, TypeKind};
use crate::schema::operation::QName;
use crate::syntax::name::Quoted;
use crate::syntax::types::DataType;

/// Domains over domains that are followed.
const DEEPEST_DOMAIN: usize = 32;

/// Integer types, the narrowest first.
const INTEGERS: &[&str] = &["int2", "int4", "int8"];

/// What is wrong with two types that the server lets a foreign key connect.
#[derive(Clone, Copy)]
enum Fault {
    /// The referencing column runs out of numbers first.
    Narrower,
    /// The referencing column is compared by way of the other type, which its index is no use for.
    Cast,
}

/// A pair of columns that a foreign key connects.
struct Pair<'r> {
    column: &'r Column,
    parent: &'r QName,
    referenced: &'r Column,
    own: DataType,
    other: DataType,
    fault: Fault,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for kept in End::of(release).constraints() {
        if let Some(pair) = pair(&kept, release) {
            report(&kept, &pair, kept.step.is_new(release, pair.column.origin), findings);
        }
    }
}

/// The first pair of columns with a fault.
fn pair<'r>(kept: &Kept<'r, '_>, release: &Release<'r>) -> Option<Pair<'r>> {
    let ConstraintBody::ForeignKey { table: parent, .. } = &kept.constraint.kind else { return None };
    let referenced = release.after.referenced_columns(kept.constraint)?;
    kept.constraint.columns.iter().zip(referenced).find_map(|(name, referenced)| {
        let column = kept.table.column(name)?;
        let (own, other, fault) = fault(release.after, column, referenced)?;
        Some(Pair { column, parent, referenced, own, other, fault })
    })
}

/// The types beneath any domains, and what is wrong with the two.
fn fault(catalog: &Catalog<'_>, column: &Column, referenced: &Column) -> Option<(DataType, DataType, Fault)> {
    let (own, other) = (base(catalog, column)?, base(catalog, referenced)?);
    let rank = |data_type: &DataType| INTEGERS.iter().position(|name| *name == &*data_type.name);
    let fault = match (rank(&own), rank(&other)) {
        (Some(own), Some(other)) if own < other => Fault::Narrower,
        (Some(_), None) if matches!(&*other.name, "numeric" | "float4" | "float8") => Fault::Cast,
        (None, None) if &*own.name == "numeric" && matches!(&*other.name, "float4" | "float8") => Fault::Cast,
        _ => return None,
    };
    Some((own, other, fault))
}

/// The type of a column, or what its domain stands for. None where it is not known, or an array.
fn base(catalog: &Catalog<'_>, column: &Column) -> Option<DataType> {
    let mut data_type = column.data_type.clone()?;
    for _ in 0..DEEPEST_DOMAIN {
        let user_type = catalog.types.get(&catalog.resolve_type(&data_type.as_name()));
        match user_type.map(|found| &found.kind) {
            Some(TypeKind::Domain { base, .. }) if data_type.array == 0 => data_type = (**base).clone(),
            _ => break,
        }
    }
    (data_type.array == 0).then_some(data_type)
}

fn report(kept: &Kept<'_, '_>, pair: &Pair<'_>, new: bool, findings: &mut Findings) {
    let table = &kept.table.name;
    let name = &pair.column.name;
    let path = column_path(table, name);
    let parent = column_path(pair.parent, &pair.referenced.name);
    let (own, other) = (type_words(&pair.own), type_words(&pair.other));
    let note = match pair.fault {
        Fault::Narrower => format!(
            "rows of {parent} beyond the range of {own} cannot be referred to: inserts fail on the day its numbers get that \
             far"
        ),
        Fault::Cast => format!(
            "the server compares the two as {other}, so no index on {path} is of use: every delete or change of a key in \
             {parent} reads all of {}",
            table.short()
        ),
    };
    let help = if new {
        format!("give the column the type it refers to:\n{} {other}", Quoted(name))
    } else {
        format!(
            "put the foreign key on a column of the type it refers to, which takes the place of this one:\nALTER TABLE {} \
             ADD COLUMN {} {other};",
            table.short(),
            edit::made_name(&[name, "new"])
        )
    };
    findings
        .on(kept.step, format!("{path} is {own} and refers to {parent}, which is {other}"))
        .at(edit::place(kept.step, kept.written.span))
        .label(format!("{own} against {other}"))
        .subject(column_subject(table, name))
        .note(note)
        .help(help)
        .emit();
}
