//! SQL for help texts, made from the text of the migration itself.

use crate::review::step::Step;
use crate::syntax::name::Quoted;
use crate::syntax::span::Span;
use crate::syntax::types::DataType;

/// Statements longer than this are not repeated in a help text.
pub(crate) const LONGEST: u32 = 600;

/// An expression longer than this makes a sentence unreadable.
const LONGEST_PHRASE: usize = 60;

/// The text of `span` in the file it is written in: that of `step`, or of a called function. An ellipsis where it is put
/// together from several literals, so that the text in the file is no SQL.
pub(crate) fn text<'s>(step: &'s Step<'_>, span: Span) -> &'s str {
    let text = span.of(&step.source.text);
    let pieces = step.operation.body.is_some_and(|body| body.assembled.pieces);
    if pieces && text.contains("||") { "…" } else { text }
}

/// The text of `span` as part of a sentence: none where it is long or has several lines.
pub(crate) fn phrase<'s>(step: &'s Step<'_>, span: Span) -> Option<&'s str> {
    Some(text(step, span)).filter(|text| text.len() <= LONGEST_PHRASE && !text.contains(['\n', '\r']))
}

/// The place `span`, or the call that leads to it.
pub(crate) fn place(step: &Step<'_>, span: Span) -> Span {
    if is_elsewhere(step) { step.operation.span } else { span }
}

/// Whether the spans inside the operation are those of another file: the body of a function that is called.
pub(crate) fn is_elsewhere(step: &Step<'_>) -> bool {
    step.operation.body.is_some_and(|body| body.called.is_some())
}

/// The text of the whole operation with `insert` in the place of `at`, unless it is too long to repeat.
pub(crate) fn inserted(step: &Step<'_>, at: Span, insert: &str) -> Option<String> {
    let body = step.operation.body;
    let span = body.and_then(|body| body.called).map_or(step.operation.span, |site| site.span);
    if body.is_some_and(|body| body.assembled.pieces) || span.len() > LONGEST {
        return None;
    }
    let head = text(step, Span::new(span.start, at.start));
    let tail = text(step, Span::new(at.end, span.end));
    Some(format!("{head}{insert}{tail}"))
}

/// A name made of parts, as an identifier that the server reads back.
pub(crate) fn made_name(parts: &[&str]) -> String {
    Quoted(&parts.join("_")).to_string()
}

/// A type as people write it.
pub(crate) fn type_words(data_type: &DataType) -> String {
    data_type.to_string()
}

/// The blanks that the line of `at` begins with, if nothing else stands before `at` on that line.
pub(crate) fn indentation(source: &str, at: u32) -> &str {
    let before = source.get(..at as usize).unwrap_or_default();
    let start = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let line = before.get(start..).unwrap_or_default();
    if line.chars().all(|c| c == ' ' || c == '\t') { line } else { "" }
}

/// The line ending of a file.
pub(crate) fn newline(source: &str) -> &'static str {
    match source.find('\n') {
        Some(at) if source.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\r') => "\r\n",
        _ => "\n",
    }
}
