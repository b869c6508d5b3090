//! Edits that make a statement safe.

pub mod apply;
pub mod rounds;

use crate::source::next::Draft;
use crate::syntax::span::Span;

/// Whether a fix may be applied without being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Same end state, and it runs.
    Safe,
    /// A person has to look.
    Unsafe,
}

/// A set of edits to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "add CONCURRENTLY".
    pub title: String,
    /// Whether it may be applied unread.
    pub safety: Safety,
    /// Sorted, not overlapping.
    pub edits: Vec<Edit>,
    /// Migrations to write after the file, in order: what the edits take out of it.
    pub moved: Vec<Draft>,
}

/// Replaces the bytes of `span` with `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace; empty to insert.
    pub span: Span,
    /// The new text.
    pub text: String,
}

impl Fix {
    /// A fix that keeps the end state and runs.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(title.into(), Safety::Safe, edits)
    }

    /// A fix somebody has to read first.
    pub fn manual(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(title.into(), Safety::Unsafe, edits)
    }

    /// With migrations that get what the edits take out.
    #[must_use]
    pub fn moving(self, moved: Vec<Draft>) -> Self {
        Self { moved, ..self }
    }

    fn new(title: String, safety: Safety, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| edit.span);
        Self { title, safety, edits, moved: Vec::new() }
    }
}

impl Edit {
    /// Inserts `text` at a byte offset.
    pub fn insert(at: u32, text: impl Into<String>) -> Self {
        Self { span: Span::new(at, at), text: text.into() }
    }

    /// Deletes the bytes of `span`.
    pub fn delete(span: Span) -> Self {
        Self { span, text: String::new() }
    }
}

/// The whole line where the comment stands alone on it; else the comment and the blanks before it.
pub(crate) fn with_line(text: &str, comment: Span) -> Span {
    let before = Span::new(0, comment.start).of(text);
    let code = before.trim_end_matches([' ', '\t']);
    let start = u32::try_from(code.len()).unwrap_or(comment.start);
    let alone = code.is_empty() || code.ends_with(['\n', '\r']);
    let after = text.get(comment.end as usize..).unwrap_or_default();
    let newline = ["\r\n", "\n", "\r"].into_iter().find(|newline| after.starts_with(newline));
    match newline {
        Some(newline) if alone => Span::new(start, comment.end + u32::from(newline.len() == 2) + 1),
        _ => Span::new(start, comment.end),
    }
}

/// A statement with its semicolon, and the line it stands on where nothing else does.
pub(crate) fn with_statement(text: &str, statement: Span) -> Span {
    let after = text.get(statement.end as usize..).unwrap_or_default();
    let blanks = after.len() - after.trim_start().len();
    let ended = after.trim_start().starts_with(';');
    let end = if ended { statement.end + u32::try_from(blanks).unwrap_or(0) + 1 } else { statement.end };
    with_line(text, Span::new(statement.start, end))
}
