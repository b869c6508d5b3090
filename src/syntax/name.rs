//! Identifiers as `PostgreSQL` reads them: folded to lower case unless quoted.

use std::fmt;
use std::sync::Arc;

use super::hole;
use super::span::Span;

/// A folded identifier. Cheap to clone: the catalog keeps many.
pub type Symbol = Arc<str>;

/// One identifier at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name the server looks up: lower-cased when unquoted, unescaped when quoted.
    pub name: Symbol,
    /// Where it is written.
    pub span: Span,
}

/// A possibly qualified name, `schema.name`. A database part is read and dropped: the server accepts only its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The part before the last dot.
    pub schema: Option<Ident>,
    /// The last part.
    pub name: Ident,
}

impl Name {
    /// From the first part to the last.
    pub fn span(&self) -> Span {
        self.schema.as_ref().map_or(self.name.span, |schema| schema.span.to(self.name.span))
    }

    /// Reads the name inside a literal, `nextval('public.s')`, as the server's `regclass` does. Its spans are `span`.
    pub fn in_text(text: &str, span: Span) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        loop {
            let (part, after) = if let Some(quoted) = rest.strip_prefix('"') {
                quoted.split_once('"').map(|(part, after)| (part.to_owned(), after))?
            } else {
                let end = rest.find('.').unwrap_or(rest.len());
                let (part, after) = rest.split_at(end);
                (part.to_ascii_lowercase(), after)
            };
            parts.push(Ident { name: part.into(), span });
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return None,
            }
        }
        let name = parts.pop().filter(|name| !name.name.is_empty())?;
        Some(Self { schema: parts.pop(), name })
    }

    /// The last part, folded.
    pub fn last(&self) -> &Symbol {
        &self.name.name
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", Quoted(&schema.name))?;
        }
        write!(f, "{}", Quoted(&self.name.name))
    }
}

/// Whether a placeholder stands in a name: what it will be is not in the file.
pub(crate) fn is_template(name: &str) -> bool {
    name.contains(['{', '}', '<', '>', '#', '%', ':'])
}

/// Prints an identifier so that the server reads the same name back.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if hole::is_open(self.0) {
            return f.write_str(&hole::shown(self.0));
        }
        let plain = !self.0.is_empty()
            && !self.0.starts_with(|c: char| c.is_ascii_digit() || c == '$')
            && self
                .0
                .chars()
                .all(|c| c == '_' || c == '$' || c.is_ascii_digit() || (c.is_alphabetic() && !c.is_uppercase()))
            && !super::keyword::is_reserved(self.0);
        if plain { f.write_str(self.0) } else { write!(f, "\"{}\"", self.0.replace('"', "\"\"")) }
    }
}
