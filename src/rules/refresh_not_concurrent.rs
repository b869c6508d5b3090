//! See `rules/refresh-not-concurrent.md`.

use super::support::refresh::{UniqueIndex, unique_index};
use super::support::{edit, lasting, with_impacts};
use crate::fix::{Edit, Fix};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let OperationKind::Refresh { view, concurrently: false, no_data: false } = &step.operation.kind else { return };
    let known = step.before.view.as_deref();
    // What was made WITH NO DATA has no readers yet, and has to be filled this way the first time.
    if known.is_some_and(|known| !known.populated) || !lasting(step).any(|impact| impact.relation == *view) {
        return;
    }
    let index = known.map(unique_index);
    let mut builder = findings
        .on(step, format!("REFRESH MATERIALIZED VIEW stops reads of {} until its query is done", view.short()))
        .label("without CONCURRENTLY")
        .subject(view.to_string());
    builder = with_impacts(builder, lasting(step).filter(|impact| impact.relation == *view));
    if let Some(UniqueIndex::Known(name)) = index {
        builder = builder.note(format!("its unique index {name} is what CONCURRENTLY needs"));
        if let Some(fix) = fix(step) {
            builder = builder.fix(fix);
        }
    }
    builder.help(help(view, index)).emit();
}

fn help(view: &QName, index: Option<UniqueIndex<'_>>) -> String {
    let short = view.short();
    let refresh = format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {short};");
    match index {
        Some(UniqueIndex::Known(_)) => format!("refresh it while it stays readable:\n{refresh}"),
        Some(UniqueIndex::Missing) => {
            let name = edit::made_name(&[&view.name, "key"]);
            format!(
                "give it a unique index once, on columns that tell its rows apart, then refresh it while it stays \
                 readable:\nCREATE UNIQUE INDEX CONCURRENTLY {name} ON {short} (<columns>);\n{refresh}"
            )
        }
        None => format!(
            "refresh it while it stays readable; that needs a unique index on plain columns of the view:\n{refresh}"
        ),
    }
}

/// Runs inside a transaction as well.
fn fix(step: &Step<'_>) -> Option<Fix> {
    if edit::is_elsewhere(step) {
        return None;
    }
    let source = &step.migration.text;
    let tokens = syntax::outline(source, step.operation.span);
    let view = tokens.iter().find(|token| token.of(source).eq_ignore_ascii_case("VIEW"))?;
    Some(Fix::safe("add CONCURRENTLY", vec![Edit::insert(view.end, " CONCURRENTLY")]))
}
