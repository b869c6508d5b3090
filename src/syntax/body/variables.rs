//! The variables of a block whose value can be told: declared once, and given a value in one place only.

use std::collections::HashMap;

use crate::syntax::cursor::{Cursor, unquote};
use crate::syntax::name::Symbol;
use crate::syntax::token::{Token, TokenKind};

/// Words after which a name may be that of a variable that gets a value.
const WRITERS: &[&str] = &["INTO", "FOR", "FOREACH", "GET", "CALL"];

/// What is known of one variable.
#[derive(Default)]
struct Variable<'t> {
    declared: u32,
    /// Places that give it a value.
    written: u32,
    /// The value, if one place gives it.
    value: &'t [Token],
}

/// The variables of a block.
#[derive(Default)]
pub(super) struct Variables<'t> {
    known: HashMap<Symbol, Variable<'t>>,
}

impl<'t> Variables<'t> {
    /// Looks through the whole block once. What may give a variable a value counts as doing so.
    pub(super) fn of(block: Cursor<'t>) -> Self {
        let mut variables = Self::default();
        let mut declaring = false;
        for segment in block.rest().split(|token| token.kind == TokenKind::Semicolon) {
            let mut rest = Cursor::new(block.source, segment);
            while rest.at_any(&["DECLARE", "BEGIN", "EXCEPTION"]) {
                declaring = rest.at("DECLARE");
                rest.bump();
            }
            if declaring {
                variables.declare(rest);
            } else {
                variables.look(rest);
            }
        }
        variables
    }

    /// The tokens of the only value `name` ever has.
    pub(super) fn value(&self, name: &Symbol) -> Option<&'t [Token]> {
        let found = self.known.get(name)?;
        (found.declared == 1 && found.written == 1 && !found.value.is_empty()).then_some(found.value)
    }

    /// The text of the only value `name` ever has, if that is one literal.
    pub(super) fn literal(&self, name: &Symbol, cursor: Cursor<'t>) -> Option<Box<str>> {
        match self.value(name)? {
            [token] => literal(cursor, *token),
            _ => None,
        }
    }

    /// Whether the block declares it, or gives it a value.
    pub(super) fn may_change(&self, name: &Symbol) -> bool {
        self.known.contains_key(name)
    }

    fn declare(&mut self, mut segment: Cursor<'t>) {
        let Ok(name) = segment.label("a variable") else { return };
        segment.until(|rest| is_assignment(*rest) || rest.at("DEFAULT"));
        segment.bump();
        let variable = self.known.entry(name.name).or_default();
        variable.declared += 1;
        if !segment.done() {
            variable.written += 1;
            variable.value = segment.rest();
        }
    }

    fn look(&mut self, mut rest: Cursor<'t>) {
        let mut previous: Option<Token> = None;
        let mut head = true;
        while let Some(token) = rest.peek() {
            if rest.at_any(WRITERS) {
                self.write_all(rest);
            }
            let assigns = is_assignment(rest) && (head || rest.text_of(token) == ":=");
            if assigns && let Some(name) = previous {
                let mut value = rest;
                value.bump();
                self.write(rest.symbol(name), value.rest());
            }
            // `IF x = 1 THEN y = 2`: only a name that starts a statement is given a value by `=`.
            head = previous.is_none_or(|before| starts_statement(rest, before));
            previous = Some(token);
            rest.bump();
        }
    }

    /// Every word up to `FROM` or `IN` may be the variable that gets a value.
    fn write_all(&mut self, mut rest: Cursor<'t>) {
        rest.bump();
        while let Some(token) = rest.peek() {
            if rest.at_any(&["FROM", "IN", "LOOP", "THEN"]) || rest.at_any(WRITERS) {
                break;
            }
            if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) {
                self.write(rest.symbol(token), &[]);
            }
            rest.bump();
        }
    }

    fn write(&mut self, name: Symbol, value: &'t [Token]) {
        let variable = self.known.entry(name).or_default();
        variable.written += 1;
        variable.value = value;
    }
}

/// The text of a token that is a plain literal.
pub(super) fn literal(cursor: Cursor<'_>, token: Token) -> Option<Box<str>> {
    let text = cursor.text_of(token);
    let plain = token.kind == TokenKind::Dollar || token.kind == TokenKind::String && text.starts_with('\'');
    plain.then(|| unquote(text).into())
}

fn is_assignment(cursor: Cursor<'_>) -> bool {
    cursor.peek().is_some_and(|token| token.kind == TokenKind::Operator && matches!(cursor.text_of(token), ":=" | "="))
}

fn starts_statement(cursor: Cursor<'_>, before: Token) -> bool {
    let word = cursor.text_of(before);
    ["THEN", "ELSE", "LOOP", "BEGIN"].iter().any(|known| word.eq_ignore_ascii_case(known))
}
