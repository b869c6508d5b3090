//! See `rules/unclosed-transaction.md`.

use super::support::{blocking, edit};
use crate::fix::{Edit, Fix};
use crate::review::session::OpenTransaction;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::statement::Transaction;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for steps in release.steps.chunk_by(|a, b| a.file == b.file) {
        if let Some((begin, rest)) = open(steps) {
            report(begin, rest, findings);
        }
    }
}

/// The transaction that a file leaves open, and its steps from there on. Sections of one file are taken together: a tool
/// that runs them one by one does so in one session.
fn open<'r, 'a>(steps: &'r [Step<'a>]) -> Option<(&'r Step<'a>, &'r [Step<'a>])> {
    let mut open = None;
    for (at, step) in steps.iter().enumerate() {
        let (OperationKind::Transaction(transaction), None) = (&step.operation.kind, step.operation.body) else {
            continue;
        };
        match transaction {
            // A second BEGIN opens nothing, nor does one in the tool's transaction, which the tool ends.
            Transaction::Begin if matches!(step.session.transaction, Some(OpenTransaction::Tool(_))) => {}
            Transaction::Begin => {
                open.get_or_insert((step, at));
            }
            Transaction::Commit { chain: true } | Transaction::Rollback { chain: true } => open = Some((step, at)),
            Transaction::Commit { .. } | Transaction::Rollback { .. } | Transaction::Prepare => open = None,
            Transaction::Savepoint(_) | Transaction::Release(_) | Transaction::RollbackTo(_) => {}
        }
    }
    open.map(|(step, at)| (step, steps.get(at..).unwrap_or_default()))
}

fn report(begin: &Step<'_>, rest: &[Step<'_>], findings: &mut Findings) {
    let Some(last) = rest.last() else { return };
    let mut builder = findings
        .on(begin, "the transaction that is opened here is never committed")
        .label("no COMMIT or ROLLBACK up to the end of the file")
        .note("when the session ends, everything since is rolled back, and the migration may count as done");
    let strongest = rest.iter().flat_map(blocking).max_by_key(|impact| impact.mode);
    if let Some(impact) = strongest {
        let (lock, relation) = (impact.mode.words(), impact.relation.short());
        builder =
            builder.note(format!("until then {lock} on {relation} is held, and blocks {}", impact.mode.blocked()));
    }
    builder.fix(fix(last)).help("commit at the end of the file:\nCOMMIT;").emit();
}

fn fix(last: &Step<'_>) -> Fix {
    let source = &last.migration.text;
    let end = last.statement.span.end;
    let after = source.get(end as usize..).unwrap_or_default();
    let blank = after.len() - after.trim_start().len();
    let newline = edit::newline(source);
    let (at, semicolon) = if after.get(blank..).unwrap_or_default().starts_with(';') {
        (end.saturating_add(u32::try_from(blank + 1).unwrap_or_default()), "")
    } else {
        (end, ";")
    };
    Fix::manual("commit it", vec![Edit::insert(at, format!("{semicolon}{newline}COMMIT;"))])
}
