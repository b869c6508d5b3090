//! See `rules/security-definer-without-search-path.md`.

use std::collections::BTreeMap;

use super::support::edit;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::object::ObjectChange;
use crate::syntax::span::Span;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    // A function that is made several times counts once, unless these are several functions.
    let mut last: BTreeMap<&QName, usize> = BTreeMap::new();
    let found: Vec<_> = release.steps.iter().filter_map(|step| Some((step, definer(step)?))).collect();
    for (index, (_, (name, _))) in found.iter().enumerate() {
        last.insert(name, index);
    }
    for (index, (step, (name, place))) in found.iter().enumerate() {
        let Some(function) = release.after.functions.get(name) else { continue };
        let counts = function.overloads > 1 || last.get(name) == Some(&index);
        if counts && function.security_definer && !function.search_path && !is_bound(step) {
            report(step, name, *place, findings);
        }
    }
}

/// The function that the step makes one that runs with its owner's rights, and where it says so.
fn definer<'r>(step: &'r Step<'_>) -> Option<(&'r QName, Span)> {
    match &step.operation.kind {
        OperationKind::CreateFunction { name, def } => def.security_definer.map(|place| (name, place)),
        OperationKind::AlterObject { name: Some(name), def, .. } => match def.change {
            ObjectChange::FunctionOptions { security_definer: Some(true), .. } => Some((name, def.span)),
            _ => None,
        },
        _ => None,
    }
}

/// `BEGIN ATOMIC`: names were looked up when the function was made.
fn is_bound(step: &Step<'_>) -> bool {
    let text = edit::text(step, step.operation.span);
    let mut words = text.split_ascii_whitespace();
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case("begin")
            && words.clone().next().is_some_and(|next| next.eq_ignore_ascii_case("atomic"))
        {
            return true;
        }
    }
    false
}

fn report(step: &Step<'_>, name: &QName, place: Span, findings: &mut Findings) {
    let short = name.short();
    let kind = match &step.operation.kind {
        OperationKind::CreateFunction { def, .. } if def.procedure => ("procedure", "PROCEDURE"),
        _ => ("function", "FUNCTION"),
    };
    findings
        .on(step, format!("{} {short} runs with its owner's rights and looks names up where its caller says", kind.0))
        .at(edit::place(step, place))
        .label("without SET search_path")
        .subject(name.to_string())
        .note(
            "a caller can put a table or operator of the same name first in the search path, pg_temp included, and have it \
             used with the owner's rights",
        )
        .help(format!(
            "fix the path, with pg_temp last:\nALTER {} {short} SET search_path = {}, pg_temp;",
            kind.1,
            crate::syntax::name::Quoted(&name.schema)
        ))
        .emit();
}
