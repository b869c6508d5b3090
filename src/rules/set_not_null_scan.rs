//! See `rules/set-not-null-scan.md`.

use super::support::{action, column_path, column_subject, edit, lasting, with_impacts};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{ConstraintBody, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Quoted};

/// The first version that takes a NOT NULL constraint without checking old rows.
const NATIVE_NOT_VALID: u16 = 18;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    let Some((table, action)) = action(step) else { return };
    let ActionKind::SetNotNull { column } = &action.kind else { return };
    if lasting(step).all(|impact| impact.rewrite) {
        return;
    }
    let path = column_path(table, &column.name);
    let builder = findings
        .on(step, format!("setting {path} NOT NULL reads every row of {} while reads and writes wait", table.short()))
        .label("every row is checked under the strongest lock")
        .subject(column_subject(table, &column.name));
    with_impacts(builder, lasting(step)).help(help(step, release, table, column)).emit();
}

fn help(step: &Step<'_>, release: &Release<'_>, table: &QName, column: &Ident) -> String {
    let short = table.short();
    let name = Quoted(&column.name);
    let known = proof(step, column);
    if let Some(check) = known.filter(|check| check.validated) {
        let check = Quoted(&check.name);
        return format!("drop {check}, which proves it, in a later statement: without it every row has to be read");
    }
    if let Some(check) = known {
        let check = Quoted(&check.name);
        return format!(
            "validate {check} first, in a transaction of its own; then nothing is left to read:\nALTER TABLE {short} \
             VALIDATE CONSTRAINT {check};"
        );
    }
    let check = edit::made_name(&[&table.name, &column.name, "not_null"]);
    if release.version >= NATIVE_NOT_VALID {
        return format!(
            "add the constraint without checking old rows, then check them in a transaction of its own:\nALTER TABLE \
             {short} ADD CONSTRAINT {check} NOT NULL {name} NOT VALID;\nALTER TABLE {short} VALIDATE CONSTRAINT {check};"
        );
    }
    format!(
        "prove it by a check constraint first, validated in a transaction of its own:\nALTER TABLE {short} ADD CONSTRAINT \
         {check} CHECK ({name} IS NOT NULL) NOT VALID;\nALTER TABLE {short} VALIDATE CONSTRAINT {check};\nALTER TABLE \
         {short} ALTER COLUMN {name} SET NOT NULL;\nALTER TABLE {short} DROP CONSTRAINT {check};"
    )
}

/// A constraint that proves the column not null, or would if it were validated.
fn proof<'s>(step: &'s Step<'_>, column: &Ident) -> Option<&'s TableConstraint> {
    let table = step.before.table.as_ref()?;
    let proves = |constraint: &&TableConstraint| match &constraint.kind {
        ConstraintBody::Check { not_null, .. } => constraint.enforced && not_null.contains(&column.name),
        ConstraintBody::NotNull => constraint.columns.contains(&column.name),
        _ => false,
    };
    let mut proofs = table.constraints.iter().filter(proves);
    let first = proofs.next()?;
    Some(if first.validated { first } else { proofs.find(|proof| proof.validated).unwrap_or(first) })
}
