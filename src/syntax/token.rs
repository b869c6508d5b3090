//! Tokens: what the lexer cuts the text into. Twelve bytes each; the text stays in the file.

use super::span::Span;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Nothing but white space and comments stands before it on its line.
    pub(crate) starts_line: bool,
    pub(crate) span: Span,
}

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// An unquoted word, key words included. May hold placeholders: `${schema}_users`.
    Word,
    /// `"…"`
    Quoted,
    /// `'…'` with any prefix.
    String,
    /// `$tag$…$tag$`
    Dollar,
    Number,
    /// `$1`
    Param,
    /// One or more operator characters, `::` and `:=` among them.
    Operator,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Comma,
    Semicolon,
    Dot,
    Colon,
    /// A place where a tool ends a statement without a semicolon: a marker comment, a psql command.
    Separator,
    /// A quote or comment that never ends.
    Unterminated,
    /// A psql or template line that pulls in SQL from elsewhere.
    Include,
    /// A character SQL has no use for.
    Stray,
}
