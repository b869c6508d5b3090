//! See `rules/reindex-not-concurrent.md`.

use super::support::{add_concurrently, blocking, edit, lasting, leave_first, with_impacts};
use crate::engine::effect::LockedKind;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax;
use crate::syntax::name::Quoted;
use crate::syntax::span::Span;
use crate::syntax::statement::ReindexTarget;

/// The first version that rebuilds the indexes of partitioned tables.
const PARTITIONED: u16 = 14;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    let OperationKind::Reindex { target, name, concurrently: false } = &step.operation.kind else { return };
    let partitioned = step.before.table.as_ref().is_some_and(|table| table.partitioned);
    if partitioned && release.version < PARTITIONED {
        return;
    }
    let Some(impact) = rebuilt(step) else { return };
    let relation = impact.relation.short();
    let mut builder = findings
        .on(step, format!("REINDEX rebuilds {relation} while reads and writes wait"))
        .label("without CONCURRENTLY")
        .subject(impact.relation.to_string());
    builder = with_impacts(builder, blocking(step).filter(|other| other.lasts() || !impact.lasts()))
        .note("planning a query locks every index of its tables, so readers wait as well");
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed);
    }
    if let Some(fix) = keyword(step, *target).and_then(|at| add_concurrently(step, Span::new(at.end, at.end))) {
        builder = builder.fix(fix);
    }
    builder.help(help(step, *target, name.as_ref())).emit();
}

/// The table whose indexes are rebuilt, or the index where its table is unknown.
fn rebuilt<'s>(step: &'s Step<'_>) -> Option<&'s Impact> {
    let known = lasting(step).max_by_key(|impact| impact.mode);
    known.or_else(|| blocking(step).find(|impact| impact.kind == LockedKind::Index))
}

/// The word after which `CONCURRENTLY` goes.
fn keyword(step: &Step<'_>, target: ReindexTarget) -> Option<Span> {
    let source = &step.migration.text;
    let tokens = syntax::outline(source, step.operation.span);
    tokens.into_iter().find(|token| token.of(source).eq_ignore_ascii_case(word(target)))
}

fn word(target: ReindexTarget) -> &'static str {
    match target {
        ReindexTarget::Index => "INDEX",
        ReindexTarget::Table => "TABLE",
        ReindexTarget::Schema => "SCHEMA",
        ReindexTarget::Database => "DATABASE",
        ReindexTarget::System => "SYSTEM",
    }
}

fn help(step: &Step<'_>, target: ReindexTarget, name: Option<&QName>) -> String {
    let name = match (target, name) {
        (ReindexTarget::Index | ReindexTarget::Table, Some(name)) => format!(" {}", name.short()),
        (_, Some(name)) => format!(" {}", Quoted(&name.name)),
        (_, None) => String::new(),
    };
    let written = keyword(step, target)
        .filter(|_| !edit::is_elsewhere(step))
        .and_then(|at| edit::inserted(step, Span::new(at.end, at.end), " CONCURRENTLY"));
    let sql = written.unwrap_or_else(|| format!("REINDEX {} CONCURRENTLY{name}", word(target)));
    format!("{}rebuild it while it stays in use:\n{sql};", leave_first(step))
}
