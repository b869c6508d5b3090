//! Which column of a row change gets which expression, and under which condition.

use super::name::Ident;
use super::query::{RowChange, RowVerb};
use super::span::Span;

/// A filled column and the text of what it is filled with.
pub(crate) type Assigned<'r> = (&'r Ident, &'r str);

/// The assignments of an `UPDATE`, the columns of an `INSERT … SELECT` or of the first row of `VALUES` with the expressions
/// at their places. None where the two cannot be told to belong together.
pub(crate) fn assignments<'r>(source: &'r str, change: &'r RowChange) -> Option<Vec<Assigned<'r>>> {
    let tokens = super::outline(source, change.span);
    let is = |token: &Span, words: &[&str]| words.iter().any(|word| token.of(source).eq_ignore_ascii_case(word));
    let (first, last): (&[&str], &[&str]) = match change.verb {
        RowVerb::Update => (&["SET"], &["FROM", "WHERE", "RETURNING"]),
        RowVerb::Insert => (&["SELECT"], &["FROM", "WHERE", "RETURNING", "UNION", "GROUP", "ORDER", "LIMIT"]),
        RowVerb::Delete | RowVerb::Merge => return None,
    };
    let Some(start) = tokens.iter().position(|token| is(token, first)) else { return row(source, change, &tokens) };
    let listed = tokens.get(start + 1..)?;
    let end = listed.iter().position(|token| is(token, last)).unwrap_or(listed.len());
    let parts: Vec<&str> = listed
        .get(..end)?
        .split(|token| token.of(source) == ",")
        .map(|part| part.iter().copied().reduce(Span::to).unwrap_or_default().of(source))
        .collect();
    if parts.len() != change.columns.len() {
        return None;
    }
    let value = |part: &'r str| match change.verb {
        RowVerb::Update => part.split_once('=').map_or(part, |(_, value)| value),
        _ => part,
    };
    Some(change.columns.iter().zip(parts.into_iter().map(value)).collect())
}

/// The condition of a row change: what stands between `WHERE` and `RETURNING`.
pub(crate) fn condition(source: &str, change: &RowChange) -> Option<Span> {
    let tokens = super::outline(source, change.filter?);
    let is = |token: &Span, word: &str| token.of(source).eq_ignore_ascii_case(word);
    // Where the filter is the condition already, no word leads it.
    let first = tokens.iter().position(|token| is(token, "WHERE")).map_or(0, |at| at + 1);
    let listed = tokens.get(first..)?;
    let end = listed.iter().position(|token| is(token, "RETURNING")).unwrap_or(listed.len());
    listed.get(..end)?.iter().copied().reduce(Span::to)
}

/// The columns of an `INSERT … VALUES` with the expressions of its first row.
fn row<'r>(source: &'r str, change: &'r RowChange, tokens: &[Span]) -> Option<Vec<Assigned<'r>>> {
    let values = tokens.iter().position(|token| token.of(source).eq_ignore_ascii_case("VALUES"))?;
    let (open, close) = (tokens.get(values + 1)?, tokens.get(values + 2)?);
    let inner = Span::new(open.end, close.start);
    let parts = super::outline(source, inner);
    let parts = parts.split(|token| token.of(source) == ",");
    let parts: Vec<&str> =
        parts.map(|part| part.iter().copied().reduce(Span::to).unwrap_or_default().of(source)).collect();
    (parts.len() == change.columns.len()).then(|| change.columns.iter().zip(parts).collect())
}
