//! Names and lists, as SQL.

use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};

/// Bytes that the server keeps of a name.
const LONGEST_NAME: usize = 63;

/// An identifier.
pub(super) fn quoted(name: &str) -> String {
    Quoted(name).to_string()
}

/// Identifiers, separated by commas.
pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n Symbol>) -> String {
    names.into_iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// A name put together from parts. Of one that is too long the beginning is cut, not the end, which tells it from others.
pub(super) fn made(base: &str, ending: &str) -> Symbol {
    let room = LONGEST_NAME.saturating_sub(ending.len() + 1);
    let mut end = base.len().min(room);
    while !base.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{ending}", base.get(..end).unwrap_or_default()).into()
}

/// `name` in the schema of `table`, as people write it.
pub(super) fn beside(table: &QName, name: &Symbol) -> String {
    QName { schema: table.schema.clone(), name: name.clone() }.short()
}

/// `ALTER TABLE table action`.
pub(super) fn alter(table: &QName, action: &str) -> String {
    format!("ALTER TABLE {} {action}", table.short())
}

/// Text in quotes.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Has the sequence of one column go on where that of another one is: the numbers of rows that were deleted do not come again.
pub(super) fn numbers_go_on(from: (&QName, &str), to: (&QName, &str)) -> String {
    format!("SELECT setval({}, nextval({}))", sequence_of(to), sequence_of(from))
}

/// The sequence that numbers the rows of a table in a column, whatever it is called.
pub(super) fn sequence_of((table, column): (&QName, &str)) -> String {
    format!("pg_get_serial_sequence({}, {})", literal(&table.short()), literal(column))
}

/// Words for a file name: letters, digits and underscores.
pub(super) fn slug(parts: &[&str]) -> String {
    let joined = parts.join("_").to_lowercase();
    let plain: String = joined.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let words: Vec<&str> = plain.split('_').filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// Text in dollar quotes that do not occur in it.
pub(super) fn dollar_quoted(text: &str) -> String {
    let mut tag = "$$".to_owned();
    let mut number = 0_u32;
    // A text holds fewer tags than bytes, so that one is free.
    while text.contains(if number == 0 { "$" } else { &tag }) {
        number += 1;
        tag = format!("$body{number}$");
    }
    format!("{tag}\n{text}\n{tag}")
}

/// The comment that says what is on its way out, and for what, as a line of its own; none where a name is so odd that a
/// comment cannot hold it.
pub(super) fn retire(old: &str, new: Option<&str>) -> String {
    let plain =
        |name: &str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | ' ' | '-' | '.' | ',' | '"'));
    if !plain(old) || !new.is_none_or(plain) {
        return String::new();
    }
    let replaced = new.map_or_else(String::new, |new| format!(" replaced-by({new})"));
    format!("-- switchback: retire {old}{replaced}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_quoted_body() {
        assert_eq!(dollar_quoted("a"), "$$\na\n$$");
        assert_eq!(dollar_quoted("a $$ b"), "$body1$\na $$ b\n$body1$");
        assert_eq!(dollar_quoted("$1 $body1$"), "$body2$\n$1 $body1$\n$body2$");
    }

    #[test]
    fn no_name_ends_a_comment() {
        assert_eq!(retire("t.\"A b\"", None), "-- switchback: retire t.\"A b\"\n");
        assert_eq!(retire("\"a\nDROP TABLE t\"", None), "");
        assert_eq!(retire("t.a", Some("\"b)\"")), "");
    }
}
