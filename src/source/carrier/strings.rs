//! Calls that are given several statements at once: without a transaction around it, each is still sent as one string.

use super::mask::Text;
use crate::source::migration::{Section, TransactionMode};
use crate::syntax::span::Span;

/// The place of a call, if it may be given more than one statement in `sql`. Where that is not known it is what the call
/// is given.
pub(super) fn of_several(text: &str, call: Span, sql: Option<&Text>) -> Option<Span> {
    let given = sql.map_or(call, |sql| sql.span).of(text);
    let several = given.split_once(';').is_some_and(|(_, rest)| rest.contains(char::is_alphabetic));
    several.then(|| statement(text, call))
}

/// Cuts a part at these calls.
pub(super) fn cut(section: Section, strings: &[Span]) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut at = section.span.start;
    let end = section.span.end;
    for string in strings.iter().filter(|string| section.span.contains(**string)) {
        sections.push(Section { span: Span::new(at, string.start), ..section });
        sections.push(Section { span: *string, transaction: TransactionMode::SingleQuery, ..section });
        at = string.end;
    }
    sections.push(Section { span: Span::new(at, end), ..section });
    sections.retain(|section| !section.span.is_empty());
    sections
}

/// The lines of a call, where nothing else stands on them; else the call with the place in which its statement ends.
fn statement(text: &str, call: Span) -> Span {
    let (before, after) = (text.get(..call.start as usize), text.get(call.end as usize..));
    let before = before.unwrap_or_default().trim_end_matches(|c: char| c.is_alphanumeric() || "_$. \t".contains(c));
    let rest = after.unwrap_or_default().trim_start_matches([')', ',', ';', ' ', '\t', '\r']);
    if !before.ends_with('\n') || !rest.starts_with('\n') {
        let closed = after.is_some_and(|after| after.starts_with([')', ',']));
        return Span::new(call.start, call.end + u32::from(closed));
    }
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(before.len()), offset(text.len() - rest.len() + 1))
}
