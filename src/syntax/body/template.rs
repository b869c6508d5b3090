//! SQL that is put together at run time, as far as its literals tell it: `format('… %I …', …)`, `'…' || name || '…'`.
//!
//! Everything between the literals becomes white space or a hole of the same length, so that every clause keeps its place
//! in the file.

use std::collections::HashMap;

use super::format::{Kind, specifier, unescape};
use super::inside;
use super::variables::{Variables, literal};
use crate::syntax::cursor::Cursor;
use crate::syntax::hole;
use crate::syntax::name::Symbol;
use crate::syntax::span::{Source, Span};
use crate::syntax::token::{Token, TokenKind};

/// Brackets and variables around a template that are looked through.
const DEEPEST: u32 = 8;
/// Text taken from variables in one block. Beyond that it is left alone: a long text could be run over and over.
const MOST_EXPANDED: u32 = 4 << 20;

/// A name longer than this is none.
const LONGEST_NAME: usize = 63;

/// The expressions of a block that stand for names, so that each has a number of its own.
#[derive(Default)]
pub(super) struct Names {
    numbers: HashMap<String, usize>,
    /// By number: the name, where a literal tells it.
    pub(super) fills: Vec<Option<Box<str>>>,
    /// By number: what may be a parameter.
    pub(super) words: Vec<Option<Symbol>>,
    /// Bytes taken from variables.
    expanded: u32,
}

impl Names {
    fn number(&mut self, expression: Expression) -> usize {
        let next = self.fills.len();
        let number = *self.numbers.entry(expression.key).or_insert(next);
        if number == next {
            self.fills.push(expression.fill);
            self.words.push(expression.word);
        }
        number
    }

    fn is_told(&self, number: usize) -> bool {
        hole::is_own(number) && self.fills.get(number).is_some_and(Option::is_some)
    }
}

/// What is put in a hole.
#[derive(Default)]
struct Expression {
    /// What tells it from others.
    key: String,
    /// The name it is, if a literal tells it.
    fill: Option<Box<str>>,
    /// The parameter it may be.
    word: Option<Symbol>,
}

impl Expression {
    fn keyed(key: String) -> Self {
        Self { key, ..Self::default() }
    }
}

/// The text of a template.
pub(super) struct Template {
    pub(super) text: String,
    /// From the start of the first literal.
    pub(super) span: Span,
    /// Holes that may stand for more than a name or a literal.
    pub(super) raw: Vec<Span>,
    /// Some of it stands between literals, so the text in the file is not SQL.
    pub(super) pieces: bool,
    /// Something of it is only known at run time.
    pub(super) unknown: bool,
}

/// One operand of `||`.
enum Piece<'t> {
    Literal(Token, Option<usize>),
    Hole(Cursor<'t>),
}

/// The arguments of one call of `format`.
struct Arguments<'t> {
    list: Vec<Cursor<'t>>,
    next: usize,
}

/// Reads the expression `argument`. None where it does not begin with a literal.
pub(super) fn template<'t>(argument: Cursor<'t>, variables: &Variables<'t>, names: &mut Names) -> Option<Template> {
    let mut pieces = Vec::new();
    let mut formats = Vec::new();
    let resolved = resolved(argument, variables);
    if resolved.whole().start < argument.whole().start {
        names.expanded = names.expanded.saturating_add(resolved.whole().len());
        if names.expanded > MOST_EXPANDED {
            return None;
        }
    }
    operands(resolved, &mut pieces, &mut formats);
    let Some(Piece::Literal(first, _)) = pieces.first() else { return None };
    let start = inside(argument.source, first.kind, first.span).0.start;
    let mut assembly = Assembly {
        source: argument.source,
        variables,
        names,
        formats,
        start,
        bytes: Vec::new(),
        ends_word: false,
        pending: None,
        raw: Vec::new(),
        pieces: pieces.len() > 1,
        unknown: false,
    };
    for piece in pieces {
        match piece {
            Piece::Literal(token, format) => assembly.literal(token, format),
            Piece::Hole(expression) => assembly.hole(expression),
        }
    }
    assembly.finish()
}

/// Without brackets around it, and with its value in the place of a variable.
fn resolved<'t>(argument: Cursor<'t>, variables: &Variables<'t>) -> Cursor<'t> {
    let mut found = argument;
    for _ in 0..DEEPEST {
        let mut rest = found;
        found = if let Ok(inner) = rest.group()
            && rest.done()
        {
            inner
        } else if let [token] = found.rest()
            && matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
            && let Some(value) = variables.value(&found.symbol(*token))
        {
            Cursor::new(found.source, value)
        } else {
            break;
        };
    }
    found
}

/// Splits at `||`; literals without anything between them are one to the server.
fn operands<'t>(mut rest: Cursor<'t>, pieces: &mut Vec<Piece<'t>>, formats: &mut Vec<Arguments<'t>>) {
    while !rest.done() {
        let operand = rest.until(|rest| at_joint(*rest));
        let joined = rest.bump().is_none_or(|_| !operand.done());
        if !joined {
            // A bracket without its partner: nothing to be read.
            pieces.clear();
            return;
        }
        if operand.rest().iter().all(|token| is_literal(*token)) {
            pieces.extend(operand.rest().iter().map(|token| Piece::Literal(*token, None)));
        } else if let Some((text, list)) = format_call(operand) {
            formats.push(Arguments { list, next: 0 });
            let number = formats.len() - 1;
            pieces.extend(text.into_iter().map(|token| Piece::Literal(token, Some(number))));
        } else {
            pieces.push(Piece::Hole(operand));
        }
    }
}

fn at_joint(cursor: Cursor<'_>) -> bool {
    cursor.peek().is_some_and(|token| token.kind == TokenKind::Operator && cursor.text_of(token) == "||")
}

fn is_literal(token: Token) -> bool {
    matches!(token.kind, TokenKind::String | TokenKind::Dollar)
}

/// The literals of the first argument of `format(…)`, and its other arguments.
fn format_call(operand: Cursor<'_>) -> Option<(Vec<Token>, Vec<Cursor<'_>>)> {
    let mut rest = operand;
    if rest.eat("PG_CATALOG") {
        rest.eat_kind(TokenKind::Dot);
    }
    if !rest.eat("FORMAT") {
        return None;
    }
    let mut inner = rest.group().ok().filter(|_| rest.done())?;
    let text = inner.until_comma();
    let joint = |token: &Token| token.kind == TokenKind::Operator && operand.text_of(*token) == "||";
    if text.rest().is_empty() || !text.rest().iter().all(|token| is_literal(*token) || joint(token)) {
        return None;
    }
    let mut list = Vec::new();
    while inner.eat_kind(TokenKind::Comma) {
        list.push(inner.until_comma());
    }
    Some((text.rest().iter().copied().filter(|token| is_literal(*token)).collect(), list))
}

/// A hole that waits for the literal after it: it reaches up to there.
struct Pending {
    number: usize,
    kind: Kind,
    end: u32,
}

struct Assembly<'t, 'w> {
    source: Source<'t>,
    variables: &'w Variables<'t>,
    names: &'w mut Names,
    formats: Vec<Arguments<'t>>,
    /// Offset in the file of the first byte.
    start: u32,
    bytes: Vec<u8>,
    /// The last byte that is not blank belongs to a word.
    ends_word: bool,
    pending: Option<Pending>,
    raw: Vec<Span>,
    pieces: bool,
    unknown: bool,
}

impl<'t> Assembly<'t, '_> {
    fn literal(&mut self, token: Token, format: Option<usize>) {
        let (inner, text) = inside(self.source, token.kind, token.span);
        let Some(at) = inner.start.checked_sub(self.start).map(|at| at as usize) else { return };
        let mut text = text.into_owned().into_bytes();
        if token.kind == TokenKind::String && self.source.at(token.span).starts_with(['e', 'E']) {
            unescape(&mut text);
        }
        let holes = format.map(|format| self.fill_in(&mut text, inner.start, format));
        let begins_word = text.iter().find(|byte| **byte != 0).is_some_and(|byte| is_word(*byte));
        self.bridge(at, begins_word);
        if let Some(last) = text.iter().rev().find(|byte| **byte != 0) {
            self.ends_word = is_word(*last);
        }
        self.bytes.extend(text);
        self.raw.extend(holes.into_iter().flatten());
    }

    /// What stands between the last literal and the next one, or the end, at `to`.
    fn bridge(&mut self, to: usize, begins_word: bool) {
        let from = self.bytes.len();
        let ends_word = self.ends_word;
        let pending = self.pending.take();
        self.bytes.resize(to.max(from), 0);
        let (number, kind) = match pending {
            Some(pending) => (pending.number, pending.kind),
            None if from > 0 && begins_word && ends_word => {
                (self.names.number(Expression::keyed(format!("|| {to}"))), Kind::Raw)
            }
            None => return,
        };
        let first = from + usize::from(!ends_word);
        let last = to.saturating_sub(usize::from(!begins_word)).max(first);
        let Some(hole) = self.bytes.get_mut(first..last) else { return };
        put(hole, number, kind);
        self.ends_word = kind != Kind::Literal;
        self.unknown |= kind != Kind::Literal && !self.names.is_told(number);
        if kind == Kind::Raw {
            let offset = |at: usize| self.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            self.raw.push(Span::new(offset(first), offset(last)));
        }
    }

    fn hole(&mut self, expression: Cursor<'t>) {
        let (mut kind, inner) = quoting(expression);
        let mut told = self.told(inner);
        if let Some(before) = &self.pending {
            told = Expression::keyed(format!("{} || {}", before.number, told.key));
            kind = Kind::Raw;
        }
        let number = self.names.number(told);
        self.pending = Some(Pending { number, kind, end: expression.whole().end });
    }

    fn told(&self, expression: Cursor<'t>) -> Expression {
        let tokens = match expression.rest() {
            // A cast changes nothing about the name.
            [token, cast, _] if expression.text_of(*cast) == "::" => std::slice::from_ref(token),
            tokens => tokens,
        };
        let (mut value, mut word) = (None, None);
        match tokens {
            [token] if is_literal(*token) => value = literal(expression, *token),
            [token] if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) => {
                let name = expression.symbol(*token);
                value = self.variables.literal(&name, expression);
                word = Some(name).filter(|name| !self.variables.may_change(name));
            }
            [token] if token.kind == TokenKind::Param => word = Some(expression.text_of(*token).into()),
            _ => {}
        }
        if let Some(value) = value.filter(|value| is_plain_name(value)) {
            return Expression { key: format!("= {value}"), fill: Some(value), word: None };
        }
        let words: Vec<_> = tokens.iter().map(|token| expression.text_of(*token).to_ascii_lowercase()).collect();
        Expression { key: words.join(" "), fill: None, word }
    }

    /// Puts holes in the place of `%I`, `%L`, `%s`; returns the raw ones.
    fn fill_in(&mut self, text: &mut [u8], start: u32, format: usize) -> Vec<Span> {
        let mut raw = Vec::new();
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'%')) {
            let first = at + found;
            let (length, position, kind) = specifier(text.get(first + 1..).unwrap_or_default());
            at = first + 1 + length;
            let Some(hole) = text.get_mut(first..at) else { break };
            let Some(kind) = kind else {
                // `%%` is one of them.
                if let Some(byte) = hole.first_mut().filter(|_| length > 0) {
                    *byte = 0;
                }
                continue;
            };
            let number = self.argument(format, position);
            put(hole, number, kind);
            self.unknown |= kind != Kind::Literal && !self.names.is_told(number);
            if kind == Kind::Raw {
                let offset = |at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
                raw.push(Span::new(offset(first), offset(at)));
            }
        }
        raw
    }

    /// The number of the expression that is argument `position` of `format`, or the next one.
    fn argument(&mut self, format: usize, position: Option<usize>) -> usize {
        let mut found = None;
        if let Some(arguments) = self.formats.get_mut(format) {
            let index = position.map_or(arguments.next, |position| position.saturating_sub(1));
            arguments.next = index + 1;
            found = arguments.list.get(index).copied().filter(|argument| !argument.at("VARIADIC"));
        }
        let told = match found {
            Some(argument) => self.told(argument),
            None => Expression::keyed(format!("% {format} {position:?} {}", self.bytes.len())),
        };
        self.names.number(told)
    }

    fn finish(mut self) -> Option<Template> {
        if let Some(end) = self.pending.as_ref().map(|pending| pending.end) {
            self.bridge(end.saturating_sub(self.start) as usize, false);
        }
        let text = String::from_utf8(self.bytes).ok()?;
        let end = self.start.saturating_add(u32::try_from(text.len()).ok()?);
        let span = Span::new(self.start, end);
        Some(Template { text, span, raw: self.raw, pieces: self.pieces, unknown: self.unknown })
    }
}

/// `quote_ident(x)`, `quote_literal(x)`: what kind of hole it is, and what is in it.
fn quoting(expression: Cursor<'_>) -> (Kind, Cursor<'_>) {
    let mut rest = expression;
    if rest.eat("PG_CATALOG") {
        rest.eat_kind(TokenKind::Dot);
    }
    let kind = if rest.eat("QUOTE_IDENT") {
        Kind::Name
    } else if rest.eat_any(&["QUOTE_LITERAL", "QUOTE_NULLABLE"]) {
        Kind::Literal
    } else {
        return (Kind::Raw, expression);
    };
    match rest.group() {
        Ok(inner) if rest.done() => (kind, inner),
        _ => (Kind::Raw, expression),
    }
}

fn put(hole: &mut [u8], number: usize, kind: Kind) {
    if kind != Kind::Literal {
        return hole::write(hole, number);
    }
    hole.fill(b' ');
    if let [first, .., last] = hole {
        (*first, *last) = (b'\'', b'\'');
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// A name that is the same with and without quotes.
fn is_plain_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
