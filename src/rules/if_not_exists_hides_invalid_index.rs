//! See `rules/if-not-exists-hides-invalid-index.md`.

use std::collections::BTreeSet;

use super::support::{edit, on_new_relation};
use crate::finding::Level;
use crate::fix::{Edit, Fix};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::source::migration::TransactionMode;
use crate::syntax::object::{CreateIndex, ObjectKind};
use crate::syntax::outline;
use crate::syntax::span::Span;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut dropped: BTreeSet<&QName> = BTreeSet::new();
    for step in &release.steps {
        match &step.operation.kind {
            OperationKind::Drop { kind: ObjectKind::Index, name, .. } => {
                dropped.insert(name);
            }
            OperationKind::CreateIndex { table, def } if def.concurrently && def.if_not_exists => {
                // Inside a transaction it fails, whatever is there.
                let fails = step.session.transaction.is_some() || step.operation.body.is_some();
                let Some(name) = def.name.as_ref().filter(|_| !fails && !on_new_relation(step, release)) else {
                    continue;
                };
                let index = QName { schema: table.schema.clone(), name: name.name.clone() };
                if !dropped.contains(&index) {
                    report(step, table, &index, def, findings);
                }
            }
            _ => {}
        }
    }
}

fn report(step: &Step<'_>, table: &QName, index: &QName, def: &CreateIndex, findings: &mut Findings) {
    let name = index.short();
    let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {name};");
    let promise = if def.unique { "does not keep duplicates out" } else { "no query uses it" };
    let mut builder = findings
        .on(step, format!("if index {name} is left INVALID by a build that failed, this takes it for the finished one"))
        .label("a second try succeeds with a notice")
        .subject(index.to_string())
        .note(format!("an INVALID index slows writes to {} down, and {promise}", table.short()));
    if !def.unique {
        builder = builder.at_most(Level::Note);
    }
    let statement = step.operation.span;
    // A second statement would make one transaction of a file that is sent as one string.
    if step.mode == TransactionMode::SingleQuery {
        let Some(words) = if_not_exists(step, def) else { return builder.emit() };
        let sql = edit::inserted(step, words, "").map_or_else(String::new, |sql| format!("\n{sql};"));
        builder = builder.fix(Fix::manual("leave out IF NOT EXISTS", vec![Edit::delete(words)]));
        builder
            .help(format!(
                "leave IF NOT EXISTS out, so that a second try fails:{sql}\nand drop what is left before a third:\n{drop}"
            ))
            .emit();
        return;
    }
    let source = &step.migration.text;
    let at = step.statement.span.start;
    let text = format!("{drop}{}{}", edit::newline(source), edit::indentation(source, at));
    builder = builder.fix(Fix::manual("drop what a failed build left", vec![Edit::insert(at, text)]));
    let start = Span::new(statement.start, statement.start);
    let sql = edit::inserted(step, start, "").map_or_else(String::new, |sql| format!("\n{sql};"));
    builder.help(format!("drop what may be left before it:\n{drop}{sql}")).emit();
}

/// The words `IF NOT EXISTS`, with the blanks up to the name.
fn if_not_exists(step: &Step<'_>, def: &CreateIndex) -> Option<Span> {
    let name = def.name.as_ref()?.span;
    let words = outline(&step.migration.text, step.statement.span);
    let at = words.iter().position(|word| word.start == name.start)?;
    let first = words.get(at.checked_sub(3)?)?;
    first.of(&step.migration.text).eq_ignore_ascii_case("if").then(|| Span::new(first.start, name.start))
}
