//! Template placeholders: `{{name}}`, `${name}`, `{$NAME}`, `#{name}`, `<%= name %>`, `:name`, `:'name'`. A placeholder
//! inside a name is part of it; alone on its line it is control text and dropped.

use std::ops::Range;

use super::{Lexer, is_word_part, is_word_start};
use crate::syntax::token::TokenKind;

/// Opening and closing marks.
const MARKS: &[(&[u8], &[u8])] = &[(b"{{", b"}}"), (b"${", b"}"), (b"{$", b"}"), (b"#{", b"}"), (b"<%", b"%>")];

/// A placeholder longer than this is no placeholder. Keeps the search for its end short.
const MAX_LENGTH: usize = 512;

/// The placeholders of a text, each with the name in it, in order.
pub(in crate::syntax) fn all(text: &str) -> Vec<(Range<usize>, &str)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    let begins = |byte: &u8| matches!(byte, b'{' | b':' | b'$' | b'#' | b'<');
    while let Some(next) = bytes.get(at..).unwrap_or_default().iter().position(begins) {
        at += next;
        let rest = bytes.get(at..).unwrap_or_default();
        let marked = length(rest).map(|(open, length)| (at..at + length, open..length));
        let range = marked.or_else(|| variable(bytes, at).map(|length| (at..at + length, 1..length)));
        let Some((range, inner)) = range else {
            at += 1;
            continue;
        };
        let inner = text.get(range.start + inner.start..range.start + inner.end).unwrap_or_default();
        let name = inner.trim_matches(|character: char| !(character.is_alphanumeric() || character == '_'));
        at = range.end;
        found.push((range, name));
    }
    found
}

/// The length of `:name` at `at`, which is no cast, no slice and no part of a URL.
fn variable(bytes: &[u8], at: usize) -> Option<usize> {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let after = bytes.get(at + 1..).unwrap_or_default();
    let alone = !before.is_some_and(|before| is_word_part(*before) || matches!(before, b':' | b']' | b')'));
    let length = after.iter().take_while(|byte| is_word_part(**byte)).count();
    let named = bytes.get(at) == Some(&b':') && alone && after.first().is_some_and(|first| is_word_start(*first));
    named.then_some(1 + length)
}

/// The lengths of the opening mark and of the whole placeholder at the start of `rest`.
fn length(rest: &[u8]) -> Option<(usize, usize)> {
    let (open, close) = MARKS.iter().find(|(open, _)| rest.starts_with(open))?;
    let window = rest.get(open.len()..rest.len().min(MAX_LENGTH))?;
    let end = window.windows(close.len()).position(|found| found == *close)?;
    Some((open.len(), open.len() + end + close.len()))
}

impl Lexer<'_> {
    pub(super) fn placeholder_ahead(&self) -> bool {
        self.placeholder_length().is_some()
    }

    fn placeholder_length(&self) -> Option<usize> {
        length(self.rest()).map(|(_, length)| length)
    }

    pub(super) fn skip_placeholder(&mut self) {
        self.at += self.placeholder_length().unwrap_or(1);
    }

    /// A placeholder at the start of a token.
    pub(super) fn template(&mut self) -> Option<TokenKind> {
        let start = self.at;
        self.skip_placeholder();
        let alone = self.line_start
            && self
                .rest()
                .iter()
                .find(|byte| !matches!(byte, b' ' | b'\t'))
                .is_none_or(|byte| matches!(byte, b'\n' | b'\r'));
        if !alone {
            return self.word();
        }
        let inner = self.bytes.get(start..self.at).unwrap_or_default();
        let inner = inner.get(2..).unwrap_or_default().trim_ascii_start();
        let includes = [&b"template"[..], b"include", b"partial", b">"].iter().any(|word| inner.starts_with(word));
        includes.then_some(TokenKind::Include)
    }

    /// `::`, `:=`, a psql variable, or a colon.
    pub(super) fn colon(&mut self) -> Option<TokenKind> {
        let in_slice = self.out.tokens.last().is_some_and(|token| {
            matches!(token.kind, TokenKind::LeftBracket | TokenKind::Number | TokenKind::Word)
                && token.span.end as usize == self.at
        });
        match self.peek(1) {
            Some(b':' | b'=') => {
                self.at += 2;
                Some(TokenKind::Operator)
            }
            Some(b'\'') => {
                self.at += 1;
                self.string(false)
            }
            Some(b'"') => {
                self.at += 1;
                self.quoted_identifier()
            }
            Some(next) if is_word_start(next) && !in_slice => {
                self.at += 1;
                while self.peek(0).is_some_and(is_word_part) {
                    self.at += 1;
                }
                Some(TokenKind::Word)
            }
            _ => {
                self.at += 1;
                Some(TokenKind::Colon)
            }
        }
    }
}
