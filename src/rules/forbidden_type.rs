//! See `rules/forbidden-type.md`.

use super::support::added::each_type;
use super::support::{column_path, column_subject, edit};
use crate::review::step::Release;
use crate::rule::Findings;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let forbidden = &release.settings.policy.types;
    if forbidden.is_empty() {
        return;
    }
    for step in &release.steps {
        each_type(step, |typed| {
            let Some(rule) = forbidden.iter().find(|rule| rule.matches(typed.data_type)) else { return };
            if typed.old.is_some_and(|old| rule.matches(old)) {
                return;
            }
            let path = column_path(typed.table, &typed.column.name);
            let words = edit::text(step, typed.data_type.span);
            let help = if rule.advice.is_empty() {
                "use a type that [policy.types] in switchback.toml does not list".to_owned()
            } else {
                format!("{} ([policy.types] in switchback.toml)", rule.advice)
            };
            findings
                .on(step, format!("{path} is of the type {}, which is forbidden here", one_line(words)))
                .at(typed.data_type.span)
                .label("forbidden")
                .subject(column_subject(typed.table, &typed.column.name))
                .help(help)
                .emit();
        });
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
