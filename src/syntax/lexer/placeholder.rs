//! Template placeholders: `{{name}}`, `${name}`, `{$NAME}`, `#{name}`, `<%= name %>`, `:name`, `:'name'`. A placeholder
//! inside a name is part of it; alone on its line it is control text and dropped.

use super::{Lexer, is_word_part, is_word_start};
use crate::syntax::token::TokenKind;

/// Opening and closing marks.
const MARKS: &[(&[u8], &[u8])] = &[(b"{{", b"}}"), (b"${", b"}"), (b"{$", b"}"), (b"#{", b"}"), (b"<%", b"%>")];

/// A placeholder longer than this is no placeholder. Keeps the search for its end short.
const MAX_LENGTH: usize = 512;

impl Lexer<'_> {
    pub(super) fn placeholder_ahead(&self) -> bool {
        self.placeholder_length().is_some()
    }

    fn placeholder_length(&self) -> Option<usize> {
        let rest = self.rest();
        let (open, close) = MARKS.iter().find(|(open, _)| rest.starts_with(open))?;
        let window = rest.get(open.len()..rest.len().min(MAX_LENGTH))?;
        let end = window.windows(close.len()).position(|found| found == *close)?;
        Some(open.len() + end + close.len())
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
