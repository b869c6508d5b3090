//! Expressions of one statement, written so that they mean the same elsewhere.

use crate::syntax;
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;

/// `expression` with the names of columns replaced by what `rename` makes of them. A name that is called, or that something
/// else qualifies, is none; where `table` qualifies it, that goes.
pub(super) fn renamed(expression: &str, table: &str, mut rename: impl FnMut(&Symbol) -> Option<String>) -> String {
    let whole = Span::new(0, u32::try_from(expression.len()).unwrap_or(u32::MAX));
    let tokens = syntax::tokens(expression, whole);
    let text = |at: usize| tokens.get(at).map_or("", |token| token.of(expression));
    let mut result = String::with_capacity(expression.len() + 16);
    let mut copied = 0;
    for (at, token) in tokens.iter().enumerate() {
        let word = token.of(expression);
        let is_name = word.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '"'));
        let before = at.checked_sub(1).map_or("", text);
        // The type of a cast or of a literal, the field of a date.
        let is_type = before == "::" || before.eq_ignore_ascii_case("AS") || text(at + 1).starts_with('\'');
        let is_field = text(at + 1).eq_ignore_ascii_case("FROM") && before == "(";
        if !is_name || is_type || is_field || matches!(text(at + 1), "(" | ".") {
            continue;
        }
        let dotted = at.checked_sub(1).is_some_and(|before| text(before) == ".");
        let owner = at.checked_sub(2).map(|before| syntax::folded(text(before)));
        if dotted && owner.as_deref() != Some(table) {
            continue;
        }
        let Some(new) = rename(&syntax::folded(word)) else { continue };
        let start = if dotted { at.saturating_sub(2) } else { at };
        let start = tokens.get(start).map_or(token.start, |token| token.start) as usize;
        result.push_str(expression.get(copied..start).unwrap_or_default());
        result.push_str(&new);
        copied = token.end as usize;
    }
    result.push_str(expression.get(copied..).unwrap_or_default());
    result.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_columns_are_renamed() {
        let new = |name: &Symbol| (&**name == "name").then(|| "NEW.name".to_owned());
        let cases = [
            ("name", "NEW.name"),
            ("split_part(NAME, ' name ', 1)", "split_part(NEW.name, ' name ', 1)"),
            ("users.name || other.name || name(1)", "NEW.name || other.name || name(1)"),
            (" \"name\"::text ", "NEW.name::text"),
            ("\"Name\"", "\"Name\""),
            ("name::name || CAST(name AS name)", "NEW.name::name || CAST(NEW.name AS name)"),
            ("name 'x' || extract(name FROM name)", "name 'x' || extract(name FROM NEW.name)"),
        ];
        for (before, after) in cases {
            assert_eq!(renamed(before, "users", new), after);
        }
    }
}
