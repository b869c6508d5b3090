//! See `rules/naming-convention.md`.

use super::support::added::each_name;
use crate::review::step::Release;
use crate::rule::Findings;
use crate::syntax::name::{Quoted, is_template};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let policy = &release.settings.policy;
    if policy.names.is_empty() {
        return;
    }
    for step in &release.steps {
        each_name(step, |named| {
            let Some(pattern) = policy.convention(named.kind) else { return };
            let name = &*named.ident.name;
            if is_template(name) || pattern.is_match(name) {
                return;
            }
            let kind = named.kind.words();
            let place = named.table.map(|table| format!(" of {}", table.short())).unwrap_or_default();
            findings
                .on(step, format!("the name of the {kind} {}{place} does not follow the convention", Quoted(name)))
                .at(named.ident.span)
                .label(format!("does not match {pattern}"))
                .help(format!("choose a name that matches {pattern} ([policy.names] in switchback.toml)"))
                .emit();
        });
    }
}
