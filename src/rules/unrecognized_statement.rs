//! See `rules/unrecognized-statement.md`.

use super::support::edit;
use crate::finding::Level;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    match &step.operation.kind {
        OperationKind::Unrecognized(unrecognized) => findings
            .on(step, format!("this statement could not be read, so nothing is known of what it does: {}", unrecognized.reason))
            .at(edit::place(step, unrecognized.at))
            .label("not understood")
            .help("have a person check what it locks; if it is valid SQL, report it as a fault of this tool")
            .emit(),
        OperationKind::DynamicSql => findings
            .on(step, "this SQL is put together at run time, so nothing is known of what it does")
            .label("not checked")
            .help("write the statements out where that is possible, or have a person check what they lock")
            .at_most(Level::Note)
            .emit(),
        _ => {}
    }
}
