//! Which column of a row change gets which expression.

use crate::syntax;
use crate::syntax::name::Ident;
use crate::syntax::query::{RowChange, RowVerb};
use crate::syntax::span::Span;

/// A filled column and the text of what it is filled with.
pub(crate) type Assigned<'r> = (&'r Ident, &'r str);

/// The assignments of an `UPDATE`, the columns of an `INSERT … SELECT` with the expressions at their places. None where
/// the two cannot be told to belong together.
pub(crate) fn assignments<'r>(source: &'r str, change: &'r RowChange) -> Option<Vec<Assigned<'r>>> {
    let tokens = syntax::outline(source, change.span);
    let is = |token: &Span, words: &[&str]| words.iter().any(|word| token.of(source).eq_ignore_ascii_case(word));
    let (first, last): (&[&str], &[&str]) = match change.verb {
        RowVerb::Update => (&["SET"], &["FROM", "WHERE", "RETURNING"]),
        RowVerb::Insert => (&["SELECT"], &["FROM", "WHERE", "RETURNING", "UNION", "GROUP", "ORDER", "LIMIT"]),
        RowVerb::Delete | RowVerb::Merge => return None,
    };
    let start = tokens.iter().position(|token| is(token, first))?;
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
