//! Walks a PL/pgSQL block: keeps a stack of open constructs and hands every SQL statement to the statement parser.
//! Iterative, so nesting costs no stack.

use super::open_literal;
use crate::syntax::cursor::Cursor;
use crate::syntax::object::{Body, BodyStatement};
use crate::syntax::parse::{perform, statement};
use crate::syntax::token::{Token, TokenKind};

/// Statements of the procedural language itself.
const PROCEDURAL: &[&str] = &[
    "RAISE", "RETURN", "NULL", "EXIT", "CONTINUE", "GET", "OPEN", "FETCH", "CLOSE", "MOVE", "ASSERT", "DECLARE",
    "ALIAS",
];

/// Verbs of statements that must not be lost: if one cannot be read, that is said.
const VERBS: &[&str] = &[
    "ALTER", "CREATE", "DROP", "TRUNCATE", "UPDATE", "DELETE", "INSERT", "MERGE", "LOCK", "REINDEX", "CLUSTER",
    "VACUUM", "REFRESH", "SELECT", "WITH", "SET", "RESET", "CALL", "COMMENT", "GRANT", "REVOKE", "COPY", "ANALYZE",
    "DO", "PERFORM",
];

/// Verbs whose operand, whatever it turns out to be, is no table's rows or shape.
const HARMLESS: &[&str] = &["COMMENT", "GRANT", "NOTIFY", "REVOKE"];

/// A construct that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Block,
    Handler,
    If,
    Case,
    Loop,
}

struct Walk {
    body: Body,
    open: Vec<Open>,
    declaring: bool,
    depth: u8,
}

pub(super) fn plpgsql(cursor: Cursor<'_>, depth: u8) -> Body {
    let mut walk = Walk { body: Body::default(), open: Vec::new(), declaring: false, depth };
    let mut rest = cursor;
    while !rest.done() {
        let mut segment = rest.until(|rest| rest.at_kind(TokenKind::Semicolon) || rest.at_kind(TokenKind::Separator));
        rest.bump();
        walk.segment(&mut segment);
    }
    walk.body
}

impl Walk {
    /// One run of tokens up to a semicolon: control words, then at most one statement.
    fn segment(&mut self, segment: &mut Cursor<'_>) {
        while !segment.done() && self.control(segment) {}
        if segment.done() || self.declaring {
            return;
        }
        if segment.eat("EXECUTE") {
            self.execute(segment);
        } else if segment.at_any(&["COMMIT", "ROLLBACK"]) {
            self.body.commits = true;
            self.body.commits_in_loop |= self.open.contains(&Open::Loop) && segment.at("COMMIT");
        } else if !segment.at_any(PROCEDURAL) && !assigns(segment) && segment.at_any(VERBS) {
            self.sql(*segment);
        }
    }

    /// Reads one control word, if one comes next.
    fn control(&mut self, segment: &mut Cursor<'_>) -> bool {
        if segment.eat("DECLARE") {
            self.declaring = true;
        } else if segment.eat("BEGIN") {
            self.declaring = false;
            self.open.push(Open::Block);
        } else if self.declaring {
            segment.finish();
        } else if segment.at_any(&["END IF", "END LOOP", "END CASE", "END"]) {
            segment.finish();
            self.close();
        } else if segment.eat("EXCEPTION") {
            self.open.push(Open::Handler);
        } else if segment.eat("IF") {
            segment.until(|segment| segment.at("THEN"));
            segment.eat("THEN");
            self.open.push(Open::If);
        } else if segment.eat_any(&["ELSIF", "ELSEIF", "WHEN"]) {
            segment.until(|segment| segment.at("THEN"));
            segment.eat("THEN");
        } else if segment.eat("CASE") {
            segment.until(|segment| segment.at("WHEN"));
            self.open.push(Open::Case);
        } else if segment.eat("ELSE") {
        } else {
            return self.loop_head(segment);
        }
        true
    }

    fn loop_head(&mut self, segment: &mut Cursor<'_>) -> bool {
        if segment.eat("LOOP") {
            self.open.push(Open::Loop);
        } else if segment.eat_any(&["WHILE", "FOREACH"]) {
            segment.until(|segment| segment.at("LOOP"));
        } else if segment.at("FOR") {
            segment.until(|segment| segment.at_any(&["IN", "LOOP"]));
            segment.eat("IN");
            segment.eat("REVERSE");
            let mut source = segment.until(|segment| segment.at("LOOP"));
            if source.eat("EXECUTE") {
                self.execute(&mut source);
            } else if source.at_any(VERBS) {
                self.sql(source);
            }
        } else if segment.peek().is_some_and(|token| segment.text_of(token) == "<<") {
            segment.until(|segment| segment.peek().is_some_and(|token| segment.text_of(token) == ">>"));
            segment.bump();
        } else {
            return false;
        }
        true
    }

    /// Closes the innermost construct; the handler part of a block closes with it.
    fn close(&mut self) {
        if self.open.pop() == Some(Open::Handler) {
            self.open.pop();
        }
    }

    fn place(&self, statement: crate::syntax::statement::Statement, executed: bool) -> BodyStatement {
        BodyStatement {
            statement,
            in_loop: self.open.contains(&Open::Loop),
            conditional: self.open.iter().any(|open| matches!(open, Open::If | Open::Case | Open::Handler)),
            executed,
        }
    }

    /// After `EXECUTE`: a literal is read, anything else is said to be dynamic.
    fn execute(&mut self, segment: &mut Cursor<'_>) {
        let written = *segment;
        let literal = segment.bump();
        let alone = segment.done() || segment.at_any(&["USING", "INTO"]);
        match literal {
            Some(token) if matches!(token.kind, TokenKind::String | TokenKind::Dollar) && alone => {
                let opened = open_literal(segment.source, token, self.depth + 1);
                self.body.words.extend(opened.words);
                self.body.dynamic.extend(opened.dynamic);
                for inner in opened.statements {
                    let placed = self.place(inner.statement, true);
                    self.body.statements.push(placed);
                }
            }
            _ if harmless(written) => {}
            _ => self.body.dynamic.push(Cursor::new(written.source, written.rest()).whole()),
        }
    }

    fn sql(&mut self, segment: Cursor<'_>) {
        let tokens = without_into(segment);
        let cursor = Cursor::new(segment.source, &tokens);
        let statement = if segment.at("PERFORM") { perform(cursor) } else { statement(cursor, self.depth + 1) };
        self.body.statements.push(self.place(statement, false));
    }
}

/// Whether SQL put together at run time starts with a verb that touches no table: `format('GRANT … %I')`,
/// `'REVOKE … ' || name`. The literal must hold one statement only.
fn harmless(mut written: Cursor<'_>) -> bool {
    if written.eat("FORMAT") {
        written.eat_kind(TokenKind::LeftParen);
    }
    let Ok(text) = written.string("a literal") else { return false };
    let verb = text.split_whitespace().next().unwrap_or_default();
    HARMLESS.iter().any(|known| verb.eq_ignore_ascii_case(known))
        && !text.trim_end().trim_end_matches(';').contains(';')
}

/// `variable := …`, `variable = …`, `record.field := …`, `array[1] := …`.
fn assigns(segment: &Cursor<'_>) -> bool {
    let mut head = *segment;
    if head.label("a variable").is_err() {
        return false;
    }
    while head.eat_kind(TokenKind::Dot) {
        if head.label("a field").is_err() {
            return false;
        }
    }
    if head.eat_kind(TokenKind::LeftBracket) {
        head.until(|head| head.at_kind(TokenKind::RightBracket));
        head.eat_kind(TokenKind::RightBracket);
    }
    head.eat_operator(":=") || head.eat_operator("=")
}

/// Without `INTO [STRICT] a, b`: in a body that names variables, not a table.
fn without_into(segment: Cursor<'_>) -> Vec<Token> {
    let mut kept = Vec::with_capacity(segment.rest().len());
    let mut rest = segment;
    let definition = segment.at_any(&["CREATE", "ALTER", "DROP", "GRANT", "COMMENT"]);
    let mut depth = 0_u32;
    while let Some(token) = rest.peek() {
        let inserting = kept.last().is_some_and(|last: &Token| {
            let text = rest.text_of(*last);
            text.eq_ignore_ascii_case("insert") || text.eq_ignore_ascii_case("merge")
        });
        if depth == 0 && !definition && !inserting && rest.eat("INTO") {
            rest.eat("STRICT");
            while rest.label("a variable").is_ok() {
                while rest.eat_kind(TokenKind::Dot) {
                    rest.bump();
                }
                if !rest.eat_kind(TokenKind::Comma) {
                    break;
                }
            }
            continue;
        }
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        kept.push(token);
        rest.bump();
    }
    kept
}
