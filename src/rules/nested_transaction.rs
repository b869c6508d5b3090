//! See `rules/nested-transaction.md`.

use super::support::transaction_words;
use crate::review::session::OpenTransaction;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::statement::Transaction;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for steps in release.steps.chunk_by(|a, b| (a.file, a.section) == (b.file, b.section)) {
        section(steps, findings);
    }
}

/// One finding for a `BEGIN` and what ends the transaction it does not open.
fn section(steps: &[Step<'_>], findings: &mut Findings) {
    let mut inner: Option<(&Step<'_>, OpenTransaction)> = None;
    for (at, step) in steps.iter().enumerate() {
        let (OperationKind::Transaction(transaction), None) = (&step.operation.kind, step.operation.body) else {
            continue;
        };
        match (transaction, step.session.transaction) {
            (Transaction::Begin, Some(outer @ (OpenTransaction::Explicit(_) | OpenTransaction::Tool(_)))) => {
                if let Some((begin, outer)) = inner.replace((step, outer)) {
                    nested(begin, outer, None, findings);
                }
            }
            (Transaction::Commit { .. } | Transaction::Rollback { .. } | Transaction::Prepare, outer) => {
                let follows = at + 1 < steps.len();
                match inner.take() {
                    Some((begin, outer)) => nested(begin, outer, Some((step, follows)), findings),
                    None => {
                        if let Some(outer @ OpenTransaction::Tool(_)) = outer {
                            ends(step, outer, follows, findings);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    if let Some((begin, outer)) = inner {
        nested(begin, outer, None, findings);
    }
}

/// `BEGIN` inside `outer`; `end` is the statement that ends both, and whether more follows it.
fn nested(begin: &Step<'_>, outer: OpenTransaction, end: Option<(&Step<'_>, bool)>, findings: &mut Findings) {
    let word = first_word(begin);
    let mut builder = findings
        .on(begin, format!("{word} opens no transaction inside {}", transaction_words(outer)))
        .label("does nothing but warn");
    if let OpenTransaction::Explicit(span) = outer {
        builder = builder.related(begin.file, span, "this transaction is still open");
    }
    if let Some((end, follows)) = end {
        let words = format!("{} ends {}", first_word(end), transaction_words(outer));
        builder = builder.related(end.file, end.operation.span, words);
        builder = builder.note(consequence(outer, follows));
    }
    let help = match outer {
        OpenTransaction::Tool(_) => {
            "leave BEGIN and COMMIT to the migration tool, or tell the tool to run this file without a transaction"
        }
        _ => "commit before the second BEGIN, or leave it out; SAVEPOINT is what can be rolled back by itself",
    };
    builder.help(help).emit();
}

/// `COMMIT` or `ROLLBACK` of a transaction that is not the file's.
fn ends(step: &Step<'_>, outer: OpenTransaction, follows: bool, findings: &mut Findings) {
    findings
        .on(step, format!("{} ends {}", first_word(step), transaction_words(outer)))
        .label("not the file's own to end")
        .note(consequence(outer, follows))
        .help(
            "leave it out; what has to run outside a transaction goes to a file of its own that the tool runs without \
             one (most tools have a marker or an option for that)",
        )
        .emit();
}

fn consequence(outer: OpenTransaction, follows: bool) -> &'static str {
    match (outer, follows) {
        (OpenTransaction::Tool(_), true) => {
            "what follows runs outside any transaction, and the tool's own bookkeeping with it: a failure leaves the \
             migration half done"
        }
        (OpenTransaction::Tool(_), false) => {
            "the tool's own bookkeeping then runs outside: if it fails, the migration is done and not recorded"
        }
        (_, true) => "what follows runs outside any transaction: a failure leaves the migration half done",
        (_, false) => "the statements before the second BEGIN are committed or rolled back with those after it",
    }
}

/// `BEGIN`, `START`, `COMMIT`, as written.
fn first_word(step: &Step<'_>) -> String {
    let text = step.operation.span.of(&step.migration.text);
    text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_uppercase()
}
