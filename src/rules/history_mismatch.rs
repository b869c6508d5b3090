//! See `rules/history-mismatch.md`.

use crate::review::step::{Release, Step};
use crate::rule::Findings;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    for mismatch in &step.mismatches {
        let mut finding = findings
            .on(step, format!("by the migrations before this one, {mismatch}"))
            .label("does not fit the history")
            .help("see whether the statement names what it should, or whether a step of the history is missing here");
        if let Some(earlier) = mismatch.earlier {
            finding = finding.related(earlier.file, earlier.span, "created here");
        }
        finding.emit();
    }
}
