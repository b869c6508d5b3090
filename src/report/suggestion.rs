//! A safe fix as whole lines, which is what reviews on code hosts can apply.

use super::files::Files;
use super::position::LineIndex;
use crate::finding::Finding;
use crate::fix::{Fix, Safety};

/// Bytes of the lines that a suggestion replaces.
const LONGEST: usize = 8_192;

/// Lines and what is to stand there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The first line that is replaced, from 1.
    pub first: u32,
    /// The last line that is replaced.
    pub last: u32,
    /// The new lines, without the end of the last.
    pub text: String,
}

/// What may be applied unread. None for edits that do not fit the text, or where a reviewer would have to read a book.
pub(super) fn of(finding: &Finding, files: &Files<'_>) -> Option<Suggestion> {
    let fix = finding.fix.as_ref().filter(|fix| fix.safety == Safety::Safe && fix.moved.is_empty())?;
    whole_lines(fix, files.index(finding.file)?)
}

fn whole_lines(fix: &Fix, index: &LineIndex<'_>) -> Option<Suggestion> {
    let (first, last) = (fix.edits.first()?, fix.edits.last()?);
    let (first, last) = (index.position(first.span.start).line, index.position(last.span.end).line);
    let (mut at, end) = (index.line(first).start, index.line(last).end);
    if end.saturating_sub(at) > LONGEST {
        return None;
    }
    let mut text = String::new();
    for edit in &fix.edits {
        text.push_str(index.text().get(at..edit.span.start as usize)?);
        text.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    // An edit that takes the end of the last line leaves nothing of it.
    text.push_str(index.text().get(at..end.max(at))?);
    Some(Suggestion { first, last, text })
}
