//! See `rules/unqualified-name.md`.

use super::support::added::qualifiable;
use crate::review::step::Release;
use crate::rule::Findings;
use crate::schema::operation::OperationKind;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    // The file that said itself where its names belong.
    let mut told = None;
    for step in &release.steps {
        if let OperationKind::Set(setting) = &step.operation.kind
            && setting.name.as_deref() == Some("search_path")
            && setting.value.is_some()
        {
            told = Some(step.file);
        }
        let Some((kind, name, resolved)) = qualifiable(step) else { continue };
        if name.schema.is_some() || told == Some(step.file) {
            continue;
        }
        findings
            .on(step, format!("the {} {name} is created wherever search_path leads", kind.to_lowercase()))
            .at(name.span())
            .label("no schema")
            .subject(resolved.to_string())
            .help(format!("name its schema:\nCREATE {kind} {resolved} …"))
            .emit();
    }
}
