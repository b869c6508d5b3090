//! See `rules/blocking-rewrite.md`.

use super::support::{column_subject, lasting, with_impacts};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;

/// What is said about a statement that rewrites a table.
struct Words {
    what: String,
    subject: Option<String>,
    help: String,
}

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    // Of an empty view nothing can be read, so nobody waits while it is filled for the first time.
    if matches!(step.operation.kind, OperationKind::Refresh { .. }) {
        return;
    }
    let Some(impact) = lasting(step).find(|impact| impact.rewrite) else { return };
    let words = words(step, &impact.relation);
    let mut builder = findings
        .on(step, format!("{} rewrites {} while {} wait", words.what, impact.relation.short(), impact.mode.blocked()))
        .label("every row is written anew under the lock")
        .subject(words.subject.unwrap_or_else(|| impact.relation.to_string()));
    builder = with_impacts(builder, lasting(step).filter(|impact| impact.rewrite));
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed);
    }
    builder.help(words.help).emit();
}

fn words(step: &Step<'_>, relation: &QName) -> Words {
    let short = relation.short();
    let plain = |what: &str, help: String| Words { what: what.to_owned(), subject: None, help };
    match &step.operation.kind {
        OperationKind::Alter { relation, action, .. } => action_words(relation, &action.kind),
        OperationKind::Vacuum { .. } => plain(
            "VACUUM FULL",
            "plain VACUUM stops nobody and is enough to reuse the space; to give it back, use an online tool such as \
             pg_repack"
                .to_owned(),
        ),
        OperationKind::Cluster { .. } => plain(
            "CLUSTER",
            "use an online tool such as pg_repack; the order is lost again with the first writes in any case"
                .to_owned(),
        ),
        OperationKind::Truncate { .. } => {
            plain("TRUNCATE", format!("delete the rows of {short} in batches, or take the lock with a lock_timeout"))
        }
        _ => plain("this statement", online_copy(&short)),
    }
}

fn action_words(table: &QName, action: &ActionKind) -> Words {
    let short = table.short();
    let plain = |what: &str| Words { what: what.to_owned(), subject: None, help: online_copy(&short) };
    match action {
        ActionKind::SetLogged(true) => plain("SET LOGGED"),
        ActionKind::SetLogged(false) => plain("SET UNLOGGED"),
        ActionKind::SetTablespace => plain("SET TABLESPACE"),
        ActionKind::SetAccessMethod { .. } => plain("SET ACCESS METHOD"),
        ActionKind::SetExpression { column, .. } => Words {
            what: "SET EXPRESSION".to_owned(),
            subject: Some(column_subject(table, &column.name)),
            help: "add a new column that a trigger keeps up to date, fill it in batches, and move readers to it"
                .to_owned(),
        },
        _ => plain("this change"),
    }
}

fn online_copy(table: &str) -> String {
    format!("copy {table} into a table of the new form in batches while a trigger keeps both in step, then swap them")
}
