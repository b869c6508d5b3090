//! See `rules/unrecognized-statement.md`.

use std::collections::BTreeMap;

use super::support::{counted, edit};
use crate::finding::Level;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::statement::Unrecognized;

/// Places that are pointed at beside the first.
const SHOWN: usize = 5;

/// SQL that is not in the file: said once for each file, however often it occurs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Absent {
    /// Put together at run time.
    Dynamic,
    /// Pulled in by a line of a client or template.
    Inserted,
    /// The result of a query, run by psql.
    Result,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut absent: BTreeMap<(u32, Absent), Vec<&Step<'_>>> = BTreeMap::new();
    for step in &release.steps {
        match &step.operation.kind {
            OperationKind::Unrecognized(unrecognized) if unrecognized.elsewhere => {
                let result = edit::text(step, unrecognized.at).starts_with("\\gexec");
                let kind = if result { Absent::Result } else { Absent::Inserted };
                absent.entry((step.file, kind)).or_default().push(step);
            }
            OperationKind::Unrecognized(unrecognized) => unread(step, unrecognized, findings),
            OperationKind::DynamicSql => absent.entry((step.file, Absent::Dynamic)).or_default().push(step),
            _ => {}
        }
    }
    for ((_, kind), steps) in &absent {
        if let Some((first, others)) = steps.split_first() {
            report(first, others, *kind, findings);
        }
    }
}

fn unread(step: &Step<'_>, unrecognized: &Unrecognized, findings: &mut Findings) {
    let reason = &unrecognized.reason;
    findings
        .on(step, format!("this statement could not be read, so nothing is known of what it does: {reason}"))
        .at(edit::place(step, unrecognized.at))
        .label("not understood")
        .help("have a person check what it locks; if it is valid SQL, report it as a fault of this tool")
        .emit();
}

fn report(step: &Step<'_>, others: &[&Step<'_>], kind: Absent, findings: &mut Findings) {
    let (message, help) = match kind {
        Absent::Dynamic => (
            "this SQL is put together at run time, so nothing is known of what it does",
            "write the statements out where that is possible, or have a person check what they lock",
        ),
        Absent::Inserted => (
            "this line inserts SQL from elsewhere, so nothing is known of what it does",
            "check what the line stands for as a file of its own, or write it out here",
        ),
        Absent::Result => (
            "\\gexec runs the result of the query before it, so nothing is known of what it does",
            "write the statements out where that is possible, or have a person check what they lock",
        ),
    };
    let mut builder = findings.on(step, message).label("not checked").help(help);
    if kind == Absent::Dynamic {
        builder = builder.at_most(Level::Note);
    }
    if !others.is_empty() {
        builder = builder.note(format!("the same holds for {} in this file", counted(others.len(), "other place")));
    }
    for other in others.iter().take(SHOWN) {
        builder = builder.related(other.file, other.operation.span, "and here");
    }
    builder.emit();
}
