//! See `rules/constraint-never-validated.md`.

use super::support::open_since::open_since;
use crate::review::step::Release;
use crate::rule::Findings;
use crate::schema::catalog::ConstraintBody;
use crate::syntax::name::Quoted;
use crate::transition::{Kind, Part, Phase, Transition};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let open = release.ledger.transitions().iter().filter(|transition| transition.kind == Kind::Constraint);
    for transition in open.filter(|transition| transition.reached(Phase::Verified).is_none()) {
        report(transition, release, findings);
    }
}

fn report(transition: &Transition, release: &Release<'_>, findings: &mut Findings) {
    let Some(added) = transition.reached(Phase::Expanded) else { return };
    let shape = transition.new.first().and_then(|id| release.ledger.shape(*id));
    let Some(shape) = shape.filter(|shape| shape.ended.is_none()) else { return };
    let Part::Constraint(name) = &shape.key.part else { return };
    let table = &shape.key.owner;
    let found = release.after.table(table).and_then(|table| table.constraint(name));
    let Some(constraint) = found.filter(|found| !found.validated && found.enforced) else { return };
    let Some(since) = open_since(release, added.event.at) else { return };
    let (table, name) = (table.short(), Quoted(name));
    let rows = match constraint.kind {
        ConstraintBody::ForeignKey { .. } => "rows that refer to nothing",
        _ => "rows that break it",
    };
    findings
        .at(added.event.at.file, added.event.at.span, format!("{name} on {table} was added NOT VALID {since} ago and never validated"))
        .label("holds for new rows only")
        .subject(format!("{}.{name}", shape.key.owner))
        .note(format!("{rows} may be there from before, and the planner cannot use it until they are ruled out"))
        .help(format!(
            "look for {rows}, mend them, and validate it; reads and writes go on meanwhile:\nALTER TABLE {table} VALIDATE \
             CONSTRAINT {name};"
        ))
        .emit();
}
