//! Edits that make a statement safe.

pub mod apply;
pub mod rounds;

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

    fn new(title: String, safety: Safety, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| edit.span);
        Self { title, safety, edits }
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
