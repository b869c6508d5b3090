//! How many of the rows that need it a backfill can have reached.

use std::collections::BTreeSet;

use crate::syntax;
use crate::syntax::assigned::condition;
use crate::syntax::name::Symbol;
use crate::syntax::query::{Reach, RowChange};
use crate::syntax::span::Span;

/// How far a statement that fills a column goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every row that needs it, as far as can be told.
    All,
    /// A range or a handful of rows, once.
    Batch(String),
    /// Its condition leaves out rows for a reason that has nothing to do with what is filled: the condition.
    Narrowed(String),
}

/// Operators that compare a column with a value.
const COMPARISONS: &[&str] = &["=", "<", ">", "<=", ">=", "<>", "!="];

/// Longer conditions make a sentence unreadable.
const LONGEST: usize = 80;

/// The coverage of `change`, whose text is in `source`; none where it reaches no row. `own`: the columns it fills and
/// those it fills them from, which a condition may ask for what is done. `in_loop`: it runs again and again.
pub(super) fn coverage(source: &str, change: &RowChange, own: &BTreeSet<&str>, in_loop: bool) -> Option<Coverage> {
    let condition = condition(source, change);
    let told = condition.map_or_else(String::new, |span| shorten(span.of(source)));
    match change.reach {
        Reach::Nothing => None,
        Reach::Everything => Some(Coverage::All),
        _ if in_loop => Some(Coverage::All),
        Reach::Batch | Reach::Named | Reach::Values => Some(Coverage::Batch(told)),
        Reach::Filtered => {
            let narrow = condition.and_then(|condition| narrowing(source, change, condition, own));
            Some(narrow.map_or(Coverage::All, Coverage::Narrowed))
        }
    }
}

/// The first part of the condition, joined by `AND`, that compares some other column with a value.
fn narrowing(source: &str, change: &RowChange, filter: Span, own: &BTreeSet<&str>) -> Option<String> {
    let tokens = syntax::outline(source, filter);
    let head = syntax::tokens(source, Span::new(change.span.start, filter.start.max(change.span.start)));
    let named: BTreeSet<Symbol> = head.iter().map(|token| syntax::folded(token.of(source))).collect();
    let is = |token: &Span, word: &str| token.of(source).eq_ignore_ascii_case(word);
    if tokens.iter().any(|token| is(token, "or")) {
        return None;
    }
    tokens.split(|token| is(token, "and")).find_map(|part| {
        let operator = part.iter().position(|token| {
            COMPARISONS.contains(&token.of(source))
                || ["is", "in", "like", "between"].iter().any(|word| is(token, word))
        })?;
        let column = syntax::folded(part.get(operator.checked_sub(1)?)?.of(source));
        let qualified = operator >= 3 && part.get(operator - 2).is_some_and(|token| token.of(source) == ".");
        let bare = operator == 1 || (qualified && operator == 3);
        let value = part.get(operator + 1)?.of(source);
        let literal = value.starts_with(|c: char| c.is_ascii_digit() || c == '\'' || c == '(')
            || ["null", "not", "true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
        // Of another table, it picks what is copied; named before the condition, it is part of what is copied.
        let elsewhere = qualified && !change.query.reads.is_empty();
        (bare && literal && !elsewhere && !own.contains(&*column) && !named.contains(&column))
            .then(|| shorten(part.iter().copied().reduce(Span::to).unwrap_or_default().of(source)))
    })
}

/// On one line, and not too long.
fn shorten(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST {
        line = line.chars().take(LONGEST).chain(['…']).collect();
    }
    line
}
