//! See `rules/drop-database.md`.

use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::name::Quoted;
use crate::syntax::object::ObjectKind;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let OperationKind::Drop { kind: ObjectKind::Database, name, .. } = &step.operation.kind else { return };
    let database = Quoted(&name.name);
    findings
        .on(step, format!("database {database} is dropped with everything in it"))
        .label("not part of a change to a schema")
        .subject(database.to_string())
        .note("nothing brings it back but a backup")
        .help(format!(
            "leave it out of the migrations; to get rid of the database, close it for a while first, and drop it by hand \
             when nobody has missed it:\nALTER DATABASE {database} WITH ALLOW_CONNECTIONS false;"
        ))
        .emit();
}
