//! What a client reads for itself: psql commands, the data after `COPY … FROM stdin`, marker comments of migration
//! tools; and the rows of a long `INSERT`, which nobody here reads.

use super::Lexer;
use crate::syntax::token::TokenKind;

/// Whether a comment line is a tool's marker that ends the statement before it.
pub(super) fn ends_statement(comment: &[u8]) -> bool {
    let words = comment.strip_prefix(b"--").unwrap_or_default();
    let after_space = words.trim_ascii_start();
    words.starts_with(b"> statement-breakpoint")
        || words.starts_with(b"! split")
        || after_space.starts_with(b"+goose Statement")
        || after_space.starts_with(b"+migrate Statement")
}

impl Lexer<'_> {
    /// A psql command: the rest of its line is not SQL. It ends the statement before it, as `\g` does, and most
    /// stand where no statement is open.
    pub(super) fn client_command(&mut self) {
        let start = self.at;
        self.at += 1;
        let word_start = self.at;
        while self.peek(0).is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        let word = self.bytes.get(word_start..self.at).unwrap_or_default();
        let includes = matches!(word, b"i" | b"ir" | b"include" | b"include_relative" | b"gexec");
        self.skip_line();
        self.push(if includes { TokenKind::Include } else { TokenKind::Separator }, start);
        self.line_start = true;
    }

    /// From the line after the `;` to the line `\.`, or to the end.
    pub(super) fn skip_copy_data(&mut self) {
        self.skip_line();
        while self.at < self.bytes.len() {
            if matches!(self.peek(0), Some(b'\r')) {
                self.at += 1;
            }
            if matches!(self.peek(0), Some(b'\n')) {
                self.at += 1;
            }
            let start = self.at;
            self.skip_line();
            if self.bytes.get(start..self.at).unwrap_or_default().trim_ascii() == b"\\." {
                break;
            }
        }
        self.line_start = true;
    }

    /// Passes over the remaining rows of an `INSERT … VALUES` without making tokens, up to its semicolon.
    pub(super) fn skim_values(&mut self) {
        self.statement.values = false;
        let first = self.at;
        let mut depth = self.statement.brackets;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\'' => {
                    let escapes = matches!(self.bytes.get(self.at - 1), Some(b'E' | b'e'));
                    if self.string(escapes).is_none() {
                        return;
                    }
                    continue;
                }
                b'"' => {
                    if self.quoted_identifier().is_none() {
                        return;
                    }
                    continue;
                }
                b'$' => {
                    self.dollar();
                    continue;
                }
                b'-' if self.peek(1) == Some(b'-') => self.skip_line(),
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                b';' if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(self.bytes.len());
        let end = self.span_from(first).end;
        // What was skimmed stands as one word, so that the statement's span reaches its end.
        if let Some(token) = self.out.tokens.last_mut() {
            token.span.end = end;
        }
        self.statement.brackets = 0;
    }
}
