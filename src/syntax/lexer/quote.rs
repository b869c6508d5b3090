//! Everything in quotes, and getting back on the road after a quote that never ends.

use super::{Lexer, MAX_RECOVERIES, is_word_part, is_word_start};
use crate::syntax::token::TokenKind;

/// Words that start a statement when they start a line; where lexing resumes after a quote that never ends.
const STATEMENT_WORDS: &[&[u8]] = &[
    b"alter", b"begin", b"commit", b"create", b"delete", b"do", b"drop", b"insert", b"select", b"set", b"update",
    b"with",
];

/// What a prefix makes of the quote after it.
#[derive(Clone, Copy)]
pub(super) enum Prefixed {
    String { escapes: bool },
    UnicodeString,
    UnicodeIdentifier,
}

impl Lexer<'_> {
    /// `'…'`; with `escapes` a backslash hides the next character.
    pub(super) fn string(&mut self, escapes: bool) -> Option<TokenKind> {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if escapes => self.at += 2,
                b'\'' if self.peek(1) == Some(b'\'') => self.at += 2,
                b'\'' => {
                    self.at += 1;
                    return Some(TokenKind::String);
                }
                _ => self.at += 1,
            }
        }
        self.unterminated(start)
    }

    pub(super) fn quoted_identifier(&mut self) -> Option<TokenKind> {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' if self.peek(1) == Some(b'"') => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(TokenKind::Quoted);
                }
                _ => self.at += 1,
            }
        }
        self.unterminated(start)
    }

    /// After a word that may be a prefix: `E'…'`, `B'…'`, `X'…'`, `N'…'`, `U&'…'`, `U&"…"`.
    pub(super) fn prefixed(&self, start: usize) -> Option<Prefixed> {
        let prefix = self.bytes.get(start..self.at)?;
        match (prefix, self.peek(0)?, self.peek(1)) {
            (b"e" | b"E", b'\'', _) => Some(Prefixed::String { escapes: true }),
            (b"b" | b"B" | b"x" | b"X" | b"n" | b"N", b'\'', _) => Some(Prefixed::String { escapes: false }),
            (b"u" | b"U", b'&', Some(b'\'')) => Some(Prefixed::UnicodeString),
            (b"u" | b"U", b'&', Some(b'"')) => Some(Prefixed::UnicodeIdentifier),
            _ => None,
        }
    }

    /// Reads the quote after a prefix.
    pub(super) fn after_prefix(&mut self, prefixed: Prefixed) -> Option<TokenKind> {
        match prefixed {
            Prefixed::String { escapes } => self.string(escapes),
            Prefixed::UnicodeString => {
                self.at += 1;
                self.string(false)
            }
            Prefixed::UnicodeIdentifier => {
                self.at += 1;
                self.quoted_identifier()
            }
        }
    }

    /// `$tag$…$tag$`, `$1`, `${placeholder}` or `$placeholder`.
    pub(super) fn dollar(&mut self) -> Option<TokenKind> {
        let start = self.at;
        if self.peek(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
            while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1;
            }
            return Some(TokenKind::Param);
        }
        if self.placeholder_ahead() {
            return self.template();
        }
        let mut tag_end = self.at + 1;
        if self.bytes.get(tag_end).is_some_and(|byte| is_word_start(*byte)) {
            while self.bytes.get(tag_end).is_some_and(|byte| is_word_part(*byte) && *byte != b'$') {
                tag_end += 1;
            }
        }
        if self.bytes.get(tag_end) != Some(&b'$') {
            self.at = tag_end;
            return Some(if tag_end > start + 1 { TokenKind::Word } else { TokenKind::Stray });
        }
        let tag = self.bytes.get(start..=tag_end).unwrap_or_default();
        self.at = tag_end + 1;
        while let Some(byte) = self.peek(0) {
            if byte == b'$' && self.rest().starts_with(tag) {
                self.at += tag.len();
                return Some(TokenKind::Dollar);
            }
            self.at += 1;
        }
        self.unterminated(start)
    }

    /// Pushes the opening of a quote that never ends, and resumes at the next line that starts like a statement.
    pub(super) fn unterminated(&mut self, start: usize) -> Option<TokenKind> {
        self.recoveries += 1;
        let end = self.bytes.len();
        let resume =
            if self.recoveries > MAX_RECOVERIES { end } else { self.next_statement_line(start).unwrap_or(end) };
        self.at = resume;
        self.push(TokenKind::Unterminated, start);
        self.line_start = true;
        None
    }

    fn next_statement_line(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let line = self.bytes.get(at..)?.iter().position(|byte| matches!(byte, b'\n' | b'\r'))? + at + 1;
            let rest = self.bytes.get(line..)?;
            let word_end = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
            let word = rest.get(..word_end)?;
            if STATEMENT_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)) {
                return Some(line);
            }
            at = line;
        }
    }
}
