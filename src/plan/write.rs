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

/// Words for a file name: letters, digits and underscores.
pub(super) fn slug(parts: &[&str]) -> String {
    let joined = parts.join("_").to_lowercase();
    let plain: String = joined.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let words: Vec<&str> = plain.split('_').filter(|word| !word.is_empty()).collect();
    words.join("_")
}
