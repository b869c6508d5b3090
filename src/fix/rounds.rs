//! Fixes that are applied together: which ones, file by file, so that none gets in the way of another.

use std::collections::BTreeMap;

use super::{Edit, Fix, Safety};
use crate::finding::Finding;
use crate::source::next::Draft;

/// Edits of one file that can be made at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// Sorted, not overlapping.
    pub edits: Vec<Edit>,
    /// Migrations to write after the file, in order.
    pub moved: Vec<Draft>,
    /// How many fixes they make up.
    pub fixes: usize,
}

/// The fixes of `findings` that can be applied together, by the number of their file. Of two that touch the same place
/// the first is taken; the other has its turn when the text is checked again. `risky`: also those that a person has to
/// look at.
pub fn together(findings: &[Finding], risky: bool) -> BTreeMap<u32, Edits> {
    let wanted = |fix: &&Fix| fix.safety == Safety::Safe || risky;
    let mut by_file: BTreeMap<u32, Vec<&Fix>> = BTreeMap::new();
    for finding in findings {
        if let Some(fix) = finding.fix.as_ref().filter(wanted).filter(|fix| !fix.edits.is_empty()) {
            by_file.entry(finding.file).or_default().push(fix);
        }
    }
    by_file.into_iter().map(|(file, fixes)| (file, of_file(fixes))).collect()
}

fn of_file(mut fixes: Vec<&Fix>) -> Edits {
    let start = |fix: &Fix| fix.edits.first().map(|edit| edit.span);
    fixes.sort_by_key(|fix| start(fix));
    let mut made = Edits::default();
    // The same edit may answer several findings, such as a timeout that is set once.
    let mut last: Option<&Fix> = None;
    let mut end = None;
    for fix in fixes {
        if last.is_some_and(|last| last.edits == fix.edits) {
            made.fixes += 1;
            continue;
        }
        // Two insertions in one place touch each other, too; what is deleted right behind something deleted does not.
        let deletes = |fix: &Fix| fix.edits.iter().all(|edit| edit.text.is_empty());
        let beside = deletes(fix) && last.is_some_and(deletes);
        let free =
            start(fix).is_some_and(|span| end.is_none_or(|end| span.start > end || (beside && span.start == end)));
        if free {
            end = fix.edits.iter().map(|edit| edit.span.end).max().or(end);
            made.edits.extend(fix.edits.iter().cloned());
            made.moved.extend(fix.moved.iter().cloned());
            made.fixes += 1;
            last = Some(fix);
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::rule::RuleId;
    use crate::syntax::span::Span;

    fn finding(fix: Fix) -> Finding {
        let whole = Span::new(0, 9);
        Finding { fix: Some(fix), ..Finding::new(RuleId("some-rule"), Level::Error, 0, whole, whole, "") }
    }

    fn edit(start: u32, end: u32) -> Edit {
        Edit { span: Span::new(start, end), text: "x".to_owned() }
    }

    #[test]
    fn what_touches_waits_for_the_next_round() {
        let fixes = [
            Fix::safe("", vec![edit(4, 6)]),
            Fix::safe("", vec![edit(0, 2), edit(7, 7)]),
            Fix::safe("", vec![edit(0, 2), edit(7, 7)]),
            Fix::safe("", vec![edit(8, 9)]),
            Fix::manual("", vec![edit(20, 21)]),
        ];
        let findings: Vec<_> = fixes.into_iter().map(finding).collect();
        let safe = together(&findings, false);
        assert_eq!(safe[&0].edits, [edit(0, 2), edit(7, 7), edit(8, 9)]);
        assert_eq!(safe[&0].fixes, 3);
        assert_eq!(together(&findings, true)[&0].fixes, 4);
    }
}
