//! Statements as flat runs of names, values and marks: for whoever looks for names in SQL without reading its grammar.

use super::cursor::fold;
use super::lexer;
use super::name::Symbol;
use super::span::{Source, Span};
use super::token::TokenKind;

/// One word or mark.
#[derive(Clone, Debug)]
pub(crate) struct Piece<'t> {
    pub(crate) kind: PieceKind,
    /// As written.
    pub(crate) text: &'t str,
    /// White space or a comment stands before it.
    pub(crate) apart: bool,
}

/// Kinds of pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A name as the server reads it, or a key word; `quoted`: certainly a name.
    Name { name: Symbol, quoted: bool },
    /// A value, or what may be the rest of one.
    Value,
    /// A bracket, comma, dot, operator or parameter.
    Mark,
}

impl Piece<'_> {
    /// The name it is.
    pub(crate) fn name(&self) -> Option<&Symbol> {
        match &self.kind {
            PieceKind::Name { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether it is this key word, given in lower case.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(&self.kind, PieceKind::Name { name, quoted: false } if **name == *word)
    }

    /// Whether it is this mark.
    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        self.kind == PieceKind::Mark && self.text == mark
    }
}

/// The statements of `text`, cut at semicolons.
pub(crate) fn statements(text: &str) -> Vec<Vec<Piece<'_>>> {
    let source = Source::of(text);
    let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let mut statements = Vec::new();
    let mut pieces = Vec::new();
    let mut end = 0;
    for token in lexer::lex(source, whole).tokens {
        let text = source.at(token.span);
        let kind = match token.kind {
            TokenKind::Semicolon => {
                statements.push(std::mem::take(&mut pieces));
                continue;
            }
            TokenKind::Word | TokenKind::Quoted => {
                PieceKind::Name { name: fold(text, token.kind), quoted: token.kind == TokenKind::Quoted }
            }
            TokenKind::Operator
            | TokenKind::Param
            | TokenKind::LeftParen
            | TokenKind::RightParen
            | TokenKind::LeftBracket
            | TokenKind::RightBracket
            | TokenKind::Comma
            | TokenKind::Dot
            | TokenKind::Colon => PieceKind::Mark,
            _ => PieceKind::Value,
        };
        pieces.push(Piece { kind, text, apart: token.span.start > end });
        end = token.span.end;
    }
    statements.push(pieces);
    statements.retain(|pieces| !pieces.is_empty());
    statements
}
