//! Walks a PL/pgSQL block: keeps a stack of open constructs and hands every SQL statement to the statement parser.
//! Iterative, so nesting costs no stack.

use std::sync::Arc;

use super::template::{Names, template};
use super::variables::Variables;
use super::{condition, open_template};
use crate::syntax::cursor::Cursor;
use crate::syntax::object::{Assembled, Body, BodyStatement, Condition, ConditionKind, FieldAssignment, Guard};
use crate::syntax::parse::{perform, statement};
use crate::syntax::span::Span;
use crate::syntax::statement::Statement;
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

/// Words on the right-hand side of an assignment that are kept.
const MOST_READ: usize = 64;

/// A construct that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Block,
    /// The handlers of a block.
    Handler,
    If,
    Case,
    Loop,
}

struct Walk<'t> {
    body: Body,
    open: Vec<Open>,
    /// Of every `IF`, `CASE` and handler that is open, the branch that is being read.
    conditions: Vec<Arc<Condition>>,
    choices: u32,
    loops: Loops,
    variables: Variables<'t>,
    names: Names,
    declaring: bool,
    depth: u8,
}

/// Loops within loops count as the outermost: a `COMMIT` anywhere in it ends its rounds.
#[derive(Default)]
struct Loops {
    open: u32,
    /// Whether each outermost loop so far commits.
    commits: Vec<bool>,
    /// By statement, the outermost loop it is in.
    around: Vec<Option<usize>>,
}

pub(super) fn plpgsql(cursor: Cursor<'_>, depth: u8) -> Body {
    let mut walk = Walk {
        body: Body::default(),
        open: Vec::new(),
        conditions: Vec::new(),
        choices: 0,
        loops: Loops::default(),
        variables: Variables::of(cursor),
        names: Names::default(),
        declaring: false,
        depth,
    };
    let mut rest = cursor;
    while !rest.done() {
        let mut segment = rest.until(|rest| rest.at_kind(TokenKind::Semicolon) || rest.at_kind(TokenKind::Separator));
        rest.bump();
        walk.segment(&mut segment);
    }
    for (statement, around) in walk.body.statements.iter_mut().zip(&walk.loops.around) {
        statement.committed = around.and_then(|number| walk.loops.commits.get(number)).copied().unwrap_or_default();
    }
    walk.body.holes = walk.names.words;
    walk.body
}

impl<'t> Walk<'t> {
    /// One run of tokens up to a semicolon: control words, then at most one statement.
    fn segment(&mut self, segment: &mut Cursor<'t>) {
        while !segment.done() && self.control(segment) {}
        if segment.done() || self.declaring {
            return;
        }
        if segment.eat("EXECUTE") {
            self.execute(segment);
        } else if segment.at_any(&["COMMIT", "ROLLBACK"]) {
            self.body.commits = true;
            if let Some(commits) = self.loops.commits.last_mut().filter(|_| self.loops.open > 0) {
                *commits |= segment.at("COMMIT");
            }
        } else if segment.at_any(PROCEDURAL) {
            // Control words of the language; no SQL.
        } else if assigns(segment) {
            self.body.fields.extend(field(*segment));
        } else if segment.at_any(VERBS) {
            self.sql(*segment);
        }
    }

    /// Reads one control word, if one comes next.
    fn control(&mut self, segment: &mut Cursor<'t>) -> bool {
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
            self.open(Open::Handler, ConditionKind::Handler, segment.here());
        } else if segment.eat("IF") {
            let condition = segment.until(|segment| segment.at("THEN"));
            segment.eat("THEN");
            self.open(Open::If, ConditionKind::If, condition.whole());
            self.branch(ConditionKind::If, Some(condition));
        } else if segment.at_any(&["ELSIF", "ELSEIF", "WHEN"]) {
            segment.bump();
            let condition = segment.until(|segment| segment.at("THEN"));
            segment.eat("THEN");
            let kind = match self.open.last() {
                Some(Open::If) => ConditionKind::If,
                Some(Open::Handler) => ConditionKind::Handler,
                _ => ConditionKind::Case,
            };
            self.branch(kind, Some(condition));
        } else if segment.eat("CASE") {
            let subject = segment.until(|segment| segment.at("WHEN"));
            self.open(Open::Case, ConditionKind::Case, subject.whole());
        } else if segment.eat("ELSE") {
            let is_if = self.open.last() == Some(&Open::If);
            self.branch(if is_if { ConditionKind::Else } else { ConditionKind::Case }, None);
        } else {
            return self.loop_head(segment);
        }
        true
    }

    fn loop_head(&mut self, segment: &mut Cursor<'t>) -> bool {
        if segment.eat("LOOP") {
            self.open.push(Open::Loop);
            if self.loops.open == 0 {
                self.loops.commits.push(false);
            }
            self.loops.open += 1;
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

    fn open(&mut self, open: Open, kind: ConditionKind, span: Span) {
        self.open.push(open);
        self.choices += 1;
        self.conditions.push(Arc::new(Condition { kind, span, guard: None, choice: self.choices, branch: 0 }));
    }

    /// The next branch of the innermost construct. Without `condition` it is the one where all others fail.
    fn branch(&mut self, kind: ConditionKind, condition: Option<Cursor<'t>>) {
        if !matches!(self.open.last(), Some(Open::If | Open::Case | Open::Handler)) {
            return;
        }
        let Some(last) = self.conditions.last_mut() else { return };
        let guard = match condition {
            Some(condition) => condition::guard(condition),
            None => last.guard.clone().map(|guard| Guard { absent: !guard.absent, ..guard }),
        };
        let span = condition.map_or(last.span, |condition| condition.whole());
        *last = Arc::new(Condition { kind, span, guard, choice: last.choice, branch: last.branch + 1 });
    }

    /// Closes the innermost construct; the handler part of a block closes with it.
    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Handler) => {
                self.conditions.pop();
                self.open.pop();
            }
            Some(Open::If | Open::Case) => {
                self.conditions.pop();
            }
            Some(Open::Loop) => self.loops.open = self.loops.open.saturating_sub(1),
            Some(Open::Block) | None => {}
        }
    }

    fn push(&mut self, statement: Statement, assembled: Assembled) {
        let in_loop = self.loops.open > 0;
        let condition = self.conditions.last().cloned();
        self.body.statements.push(BodyStatement { statement, in_loop, committed: false, condition, assembled });
        self.loops.around.push(self.loops.commits.len().checked_sub(1).filter(|_| in_loop));
    }

    /// After `EXECUTE`: what the literals tell is read, anything else is said to be dynamic.
    fn execute(&mut self, segment: &mut Cursor<'t>) {
        let argument = segment.until(|segment| segment.at_any(&["USING", "INTO"]));
        let opened = template(argument, &self.variables, &mut self.names)
            .and_then(|template| open_template(&template, &self.names.fills, self.depth + 1));
        match opened {
            Some(opened) => {
                self.body.words.extend(opened.words);
                self.body.dynamic.extend(opened.dynamic);
                for inner in opened.statements {
                    self.push(inner.statement, inner.assembled);
                }
            }
            None if harmless(argument) => {}
            None => self.body.dynamic.push(argument.whole()),
        }
    }

    fn sql(&mut self, segment: Cursor<'t>) {
        let tokens = without_into(segment);
        let cursor = Cursor::new(segment.source, &tokens);
        let statement = if segment.at("PERFORM") { perform(cursor) } else { statement(cursor, self.depth + 1) };
        self.push(statement, Assembled::default());
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

/// The field of the new row that an assignment fills.
fn field(mut segment: Cursor<'_>) -> Option<FieldAssignment> {
    let dotted = segment.eat("NEW") && segment.eat_kind(TokenKind::Dot);
    let column = segment.label("a column").ok().filter(|_| dotted)?.name;
    let names = segment.rest().iter().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
    let reads = names.take(MOST_READ).map(|token| segment.symbol(*token)).collect();
    Some(FieldAssignment { column, reads })
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
