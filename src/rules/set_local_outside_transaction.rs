//! See `rules/set-local-outside-transaction.md`.

use super::support::edit;
use crate::fix::{Edit, Fix};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::outline;
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let OperationKind::Set(setting) = &step.operation.kind else { return };
    let outside = step.session.transaction.is_none() && !step.session.maybe_wrapped;
    // A procedural block is a transaction.
    if !setting.local || !outside || step.operation.body.is_some() {
        return;
    }
    let name = setting.name.as_deref().unwrap_or("all settings");
    let written = matches!(step.statement.kind, StatementKind::Set(_));
    let what = if written { format!("SET LOCAL {name}") } else { format!("set_config('{name}', …, true)") };
    let mut builder = findings
        .on(step, format!("{what} has no effect outside a transaction"))
        .label("ends with the statement itself")
        .subject(name)
        .note("the server only warns, and goes on without the setting");
    let Some(local) = local(step).filter(|_| written) else {
        builder.help("let the last argument be false: then it holds until the session ends").emit();
        return;
    };
    let sql = edit::inserted(step, local, "").map_or_else(String::new, |sql| format!(":\n{sql};"));
    builder = builder.fix(Fix::manual("set it for the session", vec![Edit::delete(local)]));
    builder.help(format!("set it for the rest of the session, or open a transaction around what needs it{sql}")).emit();
}

/// The word `LOCAL` and the blanks before it.
fn local(step: &Step<'_>) -> Option<Span> {
    let words = outline(&step.migration.text, step.statement.span);
    let (set, local) = (words.first()?, words.get(1)?);
    local.of(&step.migration.text).eq_ignore_ascii_case("local").then(|| Span::new(set.end, local.end))
}
