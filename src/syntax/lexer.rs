//! Cuts a section of a file into tokens, once, without copying text.
//!
//! What is not SQL is dropped here so that every offset survives: psql lines (`client`), the data after
//! `COPY … FROM stdin`, template placeholders (`placeholder`), comments. Any bytes give tokens.

mod client;
pub(super) mod placeholder;
mod quote;

use super::directive::foreign;
use super::span::{Source, Span};
use super::token::{Token, TokenKind};

/// Tokens kept of one `INSERT … VALUES` before the rest of its rows is skimmed.
const VALUES_TOKENS: usize = 400;

/// How often lexing starts again after a quote that never ends. Each time costs one pass over the rest of the file.
const MAX_RECOVERIES: u8 = 8;

/// What the lexer found.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    /// Comments that speak to us.
    pub(crate) directives: Vec<Span>,
    /// Comments that speak to other linters.
    pub(crate) foreign: Vec<Span>,
}

/// Tokenises the bytes of `section`.
pub(crate) fn lex(source: Source<'_>, section: Span) -> Lexed {
    let end = (section.end.saturating_sub(source.base) as usize).min(source.text.len());
    let mut lexer = Lexer {
        text: source.text,
        bytes: source.text.as_bytes().get(..end).unwrap_or_default(),
        base: source.base,
        at: section.start.saturating_sub(source.base) as usize,
        line_start: true,
        recoveries: 0,
        statement: StatementState::default(),
        out: Lexed::default(),
    };
    lexer.out.tokens.reserve((section.len() / 6) as usize);
    lexer.run();
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Offset in the file of the first byte.
    base: u32,
    at: usize,
    /// No token yet on this line.
    line_start: bool,
    recoveries: u8,
    statement: StatementState,
    out: Lexed,
}

/// What has to be known of the statement being lexed to tell data from SQL.
#[derive(Default)]
struct StatementState {
    first_token: usize,
    brackets: u32,
    insert: bool,
    copy: bool,
    values: bool,
    from: bool,
    from_stdin: bool,
}

impl Lexer<'_> {
    fn run(&mut self) {
        if self.rest().starts_with("\u{feff}".as_bytes()) {
            self.at += 3;
        }
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\n' | b'\r' => {
                    self.at += 1;
                    self.line_start = true;
                }
                b' ' | b'\t' | 0x0b | 0x0c | 0 => self.at += 1,
                b'-' if self.peek(1) == Some(b'-') => self.line_comment(),
                b'/' if self.peek(1) == Some(b'*') => self.block_comment(),
                b'\\' => self.client_command(),
                _ => self.token(byte),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// From `start` to where the lexer stands, as offsets in the file. They fit: `source` refuses files of 4 GiB.
    fn span_from(&self, start: usize) -> Span {
        let offset = |at: usize| self.base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        Span::new(offset(start), offset(self.at))
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn token(&mut self, byte: u8) {
        let start = self.at;
        let kind = match byte {
            b'(' => self.single(TokenKind::LeftParen),
            b')' => self.single(TokenKind::RightParen),
            b'[' => self.single(TokenKind::LeftBracket),
            b']' => self.single(TokenKind::RightBracket),
            b',' => self.single(TokenKind::Comma),
            b';' => self.single(TokenKind::Semicolon),
            b'.' if !self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.single(TokenKind::Dot),
            b'\'' => self.string(false),
            b'"' => self.quoted_identifier(),
            b'$' => self.dollar(),
            b':' => self.colon(),
            b'{' | b'<' | b'#' if self.placeholder_ahead() => self.template(),
            b'0'..=b'9' | b'.' => self.number(),
            _ if is_operator(byte) => self.operator(),
            _ if is_word_start(byte) => self.word(),
            _ => self.stray(),
        };
        if let Some(kind) = kind {
            self.push(kind, start);
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every arm of `token` has this shape")]
    fn single(&mut self, kind: TokenKind) -> Option<TokenKind> {
        self.at += 1;
        Some(kind)
    }

    #[expect(clippy::unnecessary_wraps, reason = "every arm of `token` has this shape")]
    fn stray(&mut self) -> Option<TokenKind> {
        self.at += 1;
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        Some(TokenKind::Stray)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span_from(start);
        let starts_line = std::mem::take(&mut self.line_start);
        self.out.tokens.push(Token { kind, starts_line, span });
        match kind {
            TokenKind::Word => self.note_word(start),
            TokenKind::LeftParen => self.statement.brackets += 1,
            TokenKind::RightParen => self.statement.brackets = self.statement.brackets.saturating_sub(1),
            TokenKind::Semicolon => self.end_statement(),
            TokenKind::Separator | TokenKind::Include | TokenKind::Unterminated => self.start_statement(),
            _ => {}
        }
        let state = &self.statement;
        if state.values && self.out.tokens.len() > state.first_token + VALUES_TOKENS {
            self.skim_values();
        }
    }

    fn start_statement(&mut self) {
        self.statement = StatementState { first_token: self.out.tokens.len(), ..StatementState::default() };
    }

    fn end_statement(&mut self) {
        if self.statement.copy && self.statement.from_stdin {
            self.skip_copy_data();
        }
        // A semicolon inside brackets (CREATE RULE) does not end the statement, but nothing here depends on that.
        self.start_statement();
    }

    /// Watches for the heads of statements that carry data.
    fn note_word(&mut self, start: usize) {
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        let state = &mut self.statement;
        if self.out.tokens.len() == state.first_token + 1 {
            state.insert = word.eq_ignore_ascii_case(b"insert") || word.eq_ignore_ascii_case(b"replace");
            state.copy = word.eq_ignore_ascii_case(b"copy");
        } else if state.insert && state.brackets == 0 {
            state.values |= word.eq_ignore_ascii_case(b"values");
        } else if state.copy {
            state.from_stdin |= state.from && word.eq_ignore_ascii_case(b"stdin");
            state.from = word.eq_ignore_ascii_case(b"from");
        }
    }

    fn word(&mut self) -> Option<TokenKind> {
        let start = self.at;
        while let Some(byte) = self.peek(0) {
            if is_word_part(byte) {
                self.at += 1;
            } else if matches!(byte, b'{' | b'$') && self.placeholder_ahead() {
                self.skip_placeholder();
            } else {
                break;
            }
        }
        match self.prefixed(start) {
            Some(prefixed) => self.after_prefix(prefixed),
            None => Some(TokenKind::Word),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every arm of `token` has this shape")]
    fn number(&mut self) -> Option<TokenKind> {
        while let Some(byte) = self.peek(0) {
            let exponent = matches!(byte, b'+' | b'-')
                && matches!(self.bytes.get(self.at - 1), Some(b'e' | b'E'))
                && self.peek(1).is_some_and(|next| next.is_ascii_digit());
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || exponent {
                self.at += 1;
            } else {
                break;
            }
        }
        Some(TokenKind::Number)
    }

    /// The longest run of operator characters, as the server cuts it: a comment ends it, and `+` or `-` may end it only
    /// if some character that is no arithmetic stands in it.
    #[expect(clippy::unnecessary_wraps, reason = "every arm of `token` has this shape")]
    fn operator(&mut self) -> Option<TokenKind> {
        let start = self.at;
        while let Some(byte) = self.peek(0).filter(|byte| is_operator(*byte)) {
            let comment = matches!((byte, self.peek(1)), (b'-', Some(b'-')) | (b'/', Some(b'*')));
            if self.at > start && (comment || self.placeholder_ahead()) {
                break;
            }
            self.at += 1;
        }
        let special = |byte: &u8| matches!(byte, b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?');
        while self.at > start + 1
            && matches!(self.bytes.get(self.at - 1), Some(b'+' | b'-'))
            && !self.bytes.get(start..self.at).unwrap_or_default().iter().any(special)
        {
            self.at -= 1;
        }
        Some(TokenKind::Operator)
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.skip_line();
        let comment = self.bytes.get(start..self.at).unwrap_or_default();
        let words = comment.trim_ascii_start_matching(b'-');
        if words.starts_with(b"switchback:") {
            self.out.directives.push(self.span_from(start));
        } else if foreign::speaks(words) {
            self.out.foreign.push(self.span_from(start));
        } else if client::ends_statement(comment) {
            self.push(TokenKind::Separator, start);
            self.line_start = true;
        }
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0_u32;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        let inner = self.bytes.get(start + 2..self.at).unwrap_or_default();
                        let words = inner.trim_ascii_start();
                        if words.starts_with(b"switchback:") {
                            self.out.directives.push(self.span_from(start));
                        } else if foreign::speaks(words) {
                            self.out.foreign.push(self.span_from(start));
                        }
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.unterminated(start);
    }

    fn skip_line(&mut self) {
        while self.peek(0).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
            self.at += 1;
        }
    }
}

fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'+' | b'-'
            | b'*'
            | b'/'
            | b'<'
            | b'>'
            | b'='
            | b'~'
            | b'!'
            | b'@'
            | b'#'
            | b'%'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
    )
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_part(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

trait TrimStart {
    /// Without leading `byte`s and then white space.
    fn trim_ascii_start_matching(&self, byte: u8) -> &[u8];
}

impl TrimStart for [u8] {
    fn trim_ascii_start_matching(&self, byte: u8) -> &[u8] {
        let past = self.iter().position(|found| *found != byte).unwrap_or(self.len());
        self.get(past..).unwrap_or_default().trim_ascii_start()
    }
}
