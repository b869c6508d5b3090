//! Our tokens as the parser crate's. Its locations carry our byte offsets: line 1, column offset + 1.

use sqlparser::ast;
use sqlparser::tokenizer::{Location, Span as SqlSpan, Token, TokenWithSpan};

use crate::syntax::cursor::{Cursor, fold, unquote};
use crate::syntax::hole;
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::span::Span;
use crate::syntax::token::{Token as OurToken, TokenKind};

/// Longer literals are cut: no check reads them.
const MAX_LITERAL: usize = 256;

pub(super) fn convert(cursor: &Cursor<'_>) -> Vec<TokenWithSpan> {
    let tokens = cursor.rest();
    let mut converted = Vec::with_capacity(tokens.len() + 1);
    let mut previous = None;
    for (index, token) in tokens.iter().enumerate() {
        if weakens_row_lock(cursor, tokens, index) {
            continue;
        }
        // Adjacent literals are one to the server.
        if token.kind != TokenKind::String || previous != Some(TokenKind::String) {
            converted.push(TokenWithSpan { token: token_of(cursor, *token), span: location(token.span) });
        }
        previous = Some(token.kind);
    }
    if cursor.at("PERFORM")
        && let Some(first) = converted.first_mut()
    {
        first.token = Token::make_word("SELECT", None);
    }
    converted
}

/// The words that make `FOR NO KEY UPDATE` of `FOR UPDATE` and `FOR KEY SHARE` of `FOR SHARE`. The crate does not know
/// them, and the lock on the table is the same.
fn weakens_row_lock(cursor: &Cursor<'_>, tokens: &[OurToken], index: usize) -> bool {
    let is = |at: Option<usize>, word: &str| {
        at.and_then(|at| tokens.get(at))
            .is_some_and(|token| token.kind == TokenKind::Word && cursor.text_of(*token).eq_ignore_ascii_case(word))
    };
    let before = |count: usize| index.checked_sub(count);
    let at = |count: usize| Some(index + count);
    (is(at(0), "NO") && is(before(1), "FOR") && is(at(1), "KEY") && is(at(2), "UPDATE"))
        || (is(at(0), "KEY") && is(before(2), "FOR") && is(before(1), "NO") && is(at(1), "UPDATE"))
        || (is(at(0), "KEY") && is(before(1), "FOR") && is(at(1), "SHARE"))
}

fn location(span: Span) -> SqlSpan {
    let at = |offset: u32| Location { line: 1, column: u64::from(offset) + 1 };
    SqlSpan { start: at(span.start), end: at(span.end) }
}

pub(super) fn span_of(span: SqlSpan) -> Span {
    let offset = |at: Location| u32::try_from(at.column.saturating_sub(1)).unwrap_or(u32::MAX);
    Span::new(offset(span.start), offset(span.end))
}

pub(super) fn symbol(ident: &ast::Ident) -> Symbol {
    if ident.quote_style.is_some() { ident.value.as_str().into() } else { fold(&ident.value, TokenKind::Word) }
}

pub(super) fn ident(ident: &ast::Ident) -> Ident {
    Ident { name: symbol(ident), span: span_of(ident.span) }
}

pub(super) fn name(object: &ast::ObjectName) -> Option<Name> {
    let mut parts = object.0.iter().filter_map(|part| part.as_ident()).map(ident);
    let first = parts.next()?;
    let mut name = Name { schema: None, name: first };
    for part in parts {
        name.schema = Some(std::mem::replace(&mut name.name, part));
    }
    Some(name)
}

fn token_of(cursor: &Cursor<'_>, token: OurToken) -> Token {
    let text = cursor.text_of(token);
    match token.kind {
        TokenKind::Word => Token::make_word(&hole::fold(text, cursor.source.fills), None),
        TokenKind::Quoted => Token::make_word(&cursor.symbol(token), Some('"')),
        TokenKind::String => literal(text),
        TokenKind::Dollar => Token::SingleQuotedString(short(text)),
        TokenKind::Number => Token::Number(text.to_owned(), false),
        TokenKind::Param => Token::Placeholder(text.to_owned()),
        TokenKind::Operator => operator(text),
        TokenKind::LeftParen => Token::LParen,
        TokenKind::RightParen => Token::RParen,
        TokenKind::LeftBracket => Token::LBracket,
        TokenKind::RightBracket => Token::RBracket,
        TokenKind::Comma => Token::Comma,
        TokenKind::Semicolon | TokenKind::Separator => Token::SemiColon,
        TokenKind::Dot => Token::Period,
        TokenKind::Colon => Token::Colon,
        TokenKind::Unterminated | TokenKind::Include | TokenKind::Stray => Token::Char('\u{fffd}'),
    }
}

fn short(text: &str) -> String {
    if text.len() > MAX_LITERAL { String::new() } else { unquote(text).into_owned() }
}

fn literal(text: &str) -> Token {
    match text.as_bytes().first() {
        Some(b'e' | b'E') => Token::EscapedStringLiteral(short(text)),
        Some(b'n' | b'N') => Token::NationalStringLiteral(short(text)),
        Some(b'x' | b'X') => Token::HexStringLiteral(short(text)),
        _ => Token::SingleQuotedString(short(text)),
    }
}

fn operator(text: &str) -> Token {
    match text {
        "=" => Token::Eq,
        "<>" | "!=" => Token::Neq,
        "<" => Token::Lt,
        ">" => Token::Gt,
        "<=" => Token::LtEq,
        ">=" => Token::GtEq,
        "+" => Token::Plus,
        "-" => Token::Minus,
        "*" => Token::Mul,
        "/" => Token::Div,
        "%" => Token::Mod,
        "||" => Token::StringConcat,
        "::" => Token::DoubleColon,
        ":=" => Token::Assignment,
        "=>" => Token::RArrow,
        "&" => Token::Ampersand,
        "|" => Token::Pipe,
        "^" => Token::Caret,
        "#" => Token::Sharp,
        "~" => Token::Tilde,
        "@" => Token::AtSign,
        "?" => Token::Question,
        _ => json_operator(text),
    }
}

fn json_operator(text: &str) -> Token {
    match text {
        "->" => Token::Arrow,
        "->>" => Token::LongArrow,
        "#>" => Token::HashArrow,
        "#>>" => Token::HashLongArrow,
        "#-" => Token::HashMinus,
        "@>" => Token::AtArrow,
        "<@" => Token::ArrowAt,
        "@?" => Token::AtQuestion,
        "@@" => Token::AtAt,
        "?&" => Token::QuestionAnd,
        "?|" => Token::QuestionPipe,
        "&&" => Token::Overlap,
        "<<" => Token::ShiftLeft,
        ">>" => Token::ShiftRight,
        "~*" => Token::TildeAsterisk,
        "!~" => Token::ExclamationMarkTilde,
        "!~*" => Token::ExclamationMarkTildeAsterisk,
        "~~" => Token::DoubleTilde,
        "~~*" => Token::DoubleTildeAsterisk,
        "!~~" => Token::ExclamationMarkDoubleTilde,
        "!~~*" => Token::ExclamationMarkDoubleTildeAsterisk,
        "|/" => Token::PGSquareRoot,
        "||/" => Token::PGCubeRoot,
        "!" => Token::ExclamationMark,
        "!!" => Token::DoubleExclamationMark,
        _ => Token::CustomBinaryOperator(text.to_owned()),
    }
}
