//! See `rules/domain-constraint-scan.md`.

use super::support::{counted, edit, lasting, with_impacts};
use crate::finding::Level;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::Quoted;
use crate::syntax::object::{ObjectChange, ObjectKind};
use crate::syntax::table::Constraint;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let OperationKind::AlterObject { name: Some(domain), def, .. } = &step.operation.kind else { return };
    if def.kind != ObjectKind::Domain {
        return;
    }
    let short = domain.short();
    let (what, help) = match &def.change {
        ObjectChange::AddDomainConstraint(constraint) if !constraint.not_valid => {
            (format!("a new constraint of domain {short}"), new_constraint(step, domain, constraint))
        }
        ObjectChange::ValidateDomainConstraint(constraint) => {
            (format!("validating {} of domain {short}", Quoted(&constraint.name)), quiet_time())
        }
        ObjectChange::DomainNotNull(true) => (format!("making domain {short} NOT NULL"), not_null(step)),
        _ => return,
    };
    let tables = lasting(step).count();
    let scanned = match (lasting(step).next(), tables) {
        (Some(impact), 1) => impact.relation.short(),
        (Some(_), _) => format!("{} that use it", counted(tables, "table")),
        // The history never saw the domain, so its tables are unknown, but not that it has some.
        (None, _) if step.effects.assumed.is_some() => "every table that uses it".to_owned(),
        (None, _) => return,
    };
    let mut builder = findings
        .on(step, format!("{what} reads every row of {scanned} while writes wait"))
        .label("old values are checked at once")
        .subject(domain.to_string());
    builder = with_impacts(builder, lasting(step));
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed).at_most(Level::Warning);
    }
    builder.help(help).emit();
}

fn new_constraint(step: &Step<'_>, domain: &QName, constraint: &Constraint) -> String {
    let short = domain.short();
    let clause = edit::text(step, constraint.span);
    let made = edit::made_name(&[&domain.name, "check"]);
    let (add, name) = match &constraint.name {
        Some(name) => (clause.to_owned(), Quoted(&name.name).to_string()),
        None => (format!("CONSTRAINT {made} {clause}"), made),
    };
    format!(
        "leave the old values unchecked; validate them at a quiet time with a lock_timeout, since that takes the same \
         lock:\nALTER DOMAIN {short} ADD {add} NOT VALID;\nALTER DOMAIN {short} VALIDATE CONSTRAINT {name};"
    )
}

/// A check on each column can be validated without stopping writes; one on the domain cannot.
fn not_null(step: &Step<'_>) -> String {
    let example = lasting(step).next().map(|impact| impact.relation.short());
    let table = example.unwrap_or_else(|| "<table>".to_owned());
    let check = edit::made_name(&[table.rsplit('.').next().unwrap_or_default(), "not_null"]);
    format!(
        "require it of each column instead, with a constraint that is validated without stopping writes:\nALTER TABLE \
         {table} ADD CONSTRAINT {check} CHECK (<column> IS NOT NULL) NOT VALID;\nALTER TABLE {table} VALIDATE CONSTRAINT \
         {check};"
    )
}

fn quiet_time() -> String {
    "it has no gentler form: run it when the tables that use the domain are quiet, with a lock_timeout".to_owned()
}
