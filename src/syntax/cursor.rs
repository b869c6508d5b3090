//! Walks over the tokens of one statement. Every parser of ours is written with these few words.

use std::borrow::Cow;

use super::hole;
use super::keyword::is_reserved;
use super::name::{Ident, Name, Symbol};
use super::span::{Source, Span};
use super::token::{Token, TokenKind};

/// The server cuts longer identifiers (`NAMEDATALEN` is 64).
const MAX_IDENTIFIER: usize = 63;

/// Why a statement could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The end of a sentence: "expected a column name".
    pub(crate) reason: String,
    pub(crate) at: Span,
}

pub(crate) type Parse<T> = Result<T, Refusal>;

/// A position in the tokens of one statement.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    pub(crate) source: Source<'a>,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(source: Source<'a>, tokens: &'a [Token]) -> Self {
        Self { source, tokens, at: 0 }
    }

    pub(crate) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(crate) fn peek_ahead(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(crate) fn done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(crate) fn bump(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// The tokens not yet read.
    pub(crate) fn rest(&self) -> &'a [Token] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    /// Moves to the end.
    pub(crate) fn finish(&mut self) {
        self.at = self.tokens.len();
    }

    /// The next token's place, or the end of the last one.
    pub(crate) fn here(&self) -> Span {
        self.peek().map_or_else(
            || self.tokens.last().map_or(Span::default(), |last| Span::new(last.span.end, last.span.end)),
            |token| token.span,
        )
    }

    /// From the start of `from` to the end of the last token read.
    pub(crate) fn since(&self, from: Span) -> Span {
        let end =
            self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(from.end, |token| token.span.end);
        Span::new(from.start, end.max(from.start))
    }

    pub(crate) fn text_of(&self, token: Token) -> &'a str {
        self.source.at(token.span)
    }

    /// The name an identifier token stands for.
    pub(crate) fn symbol(&self, token: Token) -> Symbol {
        fold(&hole::fold(self.text_of(token), self.source.fills), token.kind)
    }

    pub(crate) fn refuse<T>(&self, expected: &str) -> Parse<T> {
        Err(Refusal { reason: format!("expected {expected}"), at: self.here() })
    }

    pub(crate) fn expect_end(&self) -> Parse<()> {
        if self.done() { Ok(()) } else { self.refuse("the end of the statement") }
    }

    // --- key words -------------------------------------------------------------------------------------------------

    pub(crate) fn at_word_ahead(&self, ahead: usize, word: &str) -> bool {
        self.peek_ahead(ahead)
            .is_some_and(|token| token.kind == TokenKind::Word && self.text_of(token).eq_ignore_ascii_case(word))
    }

    /// Whether the next words are these, upper case, separated by single spaces in `words`.
    pub(crate) fn at(&self, words: &str) -> bool {
        // Most questions are answered by the first letter.
        let first = self
            .peek()
            .filter(|token| token.kind == TokenKind::Word)
            .and_then(|token| self.text_of(token).as_bytes().first());
        first.map(u8::to_ascii_uppercase) == words.as_bytes().first().copied()
            && words.split(' ').enumerate().all(|(ahead, word)| self.at_word_ahead(ahead, word))
    }

    pub(crate) fn at_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.at(word))
    }

    /// Reads the words if they come next.
    pub(crate) fn eat(&mut self, words: &str) -> bool {
        let found = self.at(words);
        if found {
            self.at += words.split(' ').count();
        }
        found
    }

    pub(crate) fn eat_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|words| self.eat(words))
    }

    pub(crate) fn expect(&mut self, words: &str) -> Parse<()> {
        if self.eat(words) { Ok(()) } else { self.refuse(words) }
    }

    // --- punctuation -----------------------------------------------------------------------------------------------

    pub(crate) fn at_kind(&self, kind: TokenKind) -> bool {
        self.peek().is_some_and(|token| token.kind == kind)
    }

    pub(crate) fn eat_kind(&mut self, kind: TokenKind) -> bool {
        let found = self.at_kind(kind);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect_kind(&mut self, kind: TokenKind, name: &str) -> Parse<Token> {
        match self.peek() {
            Some(token) if token.kind == kind => {
                self.at += 1;
                Ok(token)
            }
            _ => self.refuse(name),
        }
    }

    pub(crate) fn eat_operator(&mut self, operator: &str) -> bool {
        let found =
            self.peek().is_some_and(|token| token.kind == TokenKind::Operator && self.text_of(token) == operator);
        self.at += usize::from(found);
        found
    }

    // --- names -----------------------------------------------------------------------------------------------------

    /// An identifier. Reserved words count only where the server would take them, which is after a dot or `AS`; use
    /// `label` there.
    pub(crate) fn ident(&mut self, what: &str) -> Parse<Ident> {
        match self.peek() {
            Some(token) if token.kind == TokenKind::Word && is_reserved(&self.text_of(token).to_ascii_lowercase()) => {
                self.refuse(what)
            }
            _ => self.label(what),
        }
    }

    /// An identifier where any word is allowed.
    pub(crate) fn label(&mut self, what: &str) -> Parse<Ident> {
        match self.peek() {
            Some(token) if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) => {
                self.at += 1;
                Ok(Ident { name: self.symbol(token), span: token.span })
            }
            _ => self.refuse(what),
        }
    }

    /// `a`, `a.b` or `a.b.c`.
    pub(crate) fn name(&mut self, what: &str) -> Parse<Name> {
        let mut name = Name { schema: None, name: self.ident(what)? };
        while self.at_kind(TokenKind::Dot) {
            self.at += 1;
            name.schema = Some(std::mem::replace(&mut name.name, self.label(what)?));
        }
        Ok(name)
    }

    pub(crate) fn names(&mut self, what: &str) -> Parse<Vec<Name>> {
        self.list(|cursor| cursor.name(what))
    }

    /// One or more, separated by commas.
    pub(crate) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parse<T>) -> Parse<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat_kind(TokenKind::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub(crate) fn if_exists(&mut self) -> bool {
        self.eat("IF EXISTS")
    }

    pub(crate) fn if_not_exists(&mut self) -> bool {
        self.eat("IF NOT EXISTS")
    }

    /// A string literal's text.
    pub(crate) fn string(&mut self, what: &str) -> Parse<Box<str>> {
        match self.peek() {
            Some(token) if matches!(token.kind, TokenKind::String | TokenKind::Dollar) => {
                self.at += 1;
                Ok(unquote(self.text_of(token)).into())
            }
            _ => self.refuse(what),
        }
    }

    // --- passing over ----------------------------------------------------------------------------------------------

    /// Passes over a bracketed group; the cursor stands on its opening bracket. Returns what is inside.
    pub(crate) fn group(&mut self) -> Parse<Self> {
        self.expect_kind(TokenKind::LeftParen, "an opening bracket")?;
        let start = self.at;
        let mut depth = 1_u32;
        while let Some(token) = self.bump() {
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let inner = self.tokens.get(start..self.at - 1).unwrap_or_default();
                return Ok(Cursor::new(self.source, inner));
            }
        }
        self.refuse("a closing bracket")
    }

    pub(crate) fn skip_group_if_any(&mut self) -> Parse<bool> {
        if !self.at_kind(TokenKind::LeftParen) {
            return Ok(false);
        }
        self.group().map(|_| true)
    }

    /// Reads tokens up to the first one outside brackets for which `stop` holds, or the end.
    pub(crate) fn until(&mut self, stop: impl Fn(&Self) -> bool) -> Self {
        let start = self.at;
        let mut depth = 0_u32;
        while let Some(token) = self.peek() {
            if depth == 0
                && (stop(self) || token.kind == TokenKind::RightParen || token.kind == TokenKind::RightBracket)
            {
                break;
            }
            match token.kind {
                TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
                TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        Cursor::new(self.source, self.tokens.get(start..self.at).unwrap_or_default())
    }

    /// Reads up to the next comma outside brackets, or the end.
    pub(crate) fn until_comma(&mut self) -> Self {
        self.until(|cursor| cursor.at_kind(TokenKind::Comma))
    }

    /// From the first token to the last, whatever was read.
    pub(crate) fn whole(&self) -> Span {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }
}

/// The name an identifier stands for.
pub(crate) fn fold(text: &str, kind: TokenKind) -> Symbol {
    let name: Cow<'_, str> = if kind == TokenKind::Quoted {
        let inner = text.trim_start_matches([':', 'U', 'u', '&']);
        let inner = inner.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(inner);
        if inner.contains("\"\"") { inner.replace("\"\"", "\"").into() } else { inner.into() }
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) && !text.contains(['{', '<']) {
        text.to_ascii_lowercase().into()
    } else {
        text.into()
    };
    let mut end = name.len().min(MAX_IDENTIFIER);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default().into()
}

/// The text of a string literal: prefix, quotes and doubled quotes removed. Backslash escapes stay as written.
pub(crate) fn unquote(text: &str) -> Cow<'_, str> {
    if text.starts_with('$') {
        let tag = text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
        return text.get(tag..text.len().saturating_sub(tag)).unwrap_or_default().into();
    }
    let start = text.find('\'').map_or(0, |at| at + 1);
    let inner = text.get(start..text.len().saturating_sub(1).max(start)).unwrap_or_default();
    if inner.contains("''") { inner.replace("''", "'").into() } else { inner.into() }
}
