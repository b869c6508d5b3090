//! Everything in quotes, and getting back on the road after a quote that never ends.

use super::{Lexer, MAX_RECOVERIES, is_word_part, is_word_start};
use crate::syntax::token::TokenKind;

/// Words that start a statement when they start a line; where lexing resumes after a quote that never ends.
const STATEMENT_WORDS: &[&[u8]] = &[
    b"alter", b"begin", b"commit", b"create", b"delete", b"do", b"drop", b"insert", b"select", b"set", b"update",
    b"with",
];

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

    /// After a word: `E'…'`, `B'…'`, `X'…'`, `N'…'`, `U&'…'`, `U&"…"`.
    pub(super) fn prefixed_quote(&mut self, start: usize) -> Option<Option<TokenKind>> {
        let quote = self.peek(0)?;
        let prefix = self.bytes.get(start..self.at)?;
        match (prefix, quote) {
            (b"e" | b"E", b'\'') => Some(self.string(true)),
            (b"b" | b"B" | b"x" | b"X" | b"n" | b"N", b'\'') => Some(self.string(false)),
            (b"u" | b"U", b'&') => match self.peek(1)? {
                b'\'' => {
                    self.at += 1;
                    Some(self.string(false))
                }
                b'"' => {
                    self.at += 1;
                    Some(self.quoted_identifier())
                }
                _ => None,
            },
            _ => None,
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
