//! Procedural code, opened: the SQL statements in it, and what decides whether they run.

use std::sync::Arc;

use crate::syntax::name::Symbol;
use crate::syntax::span::Span;
use crate::syntax::statement::Statement;

/// The opened body of a function or `DO` block.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// The text inside the quotes.
    pub span: Span,
    /// Statements in it that are SQL, in order. Control words are not statements.
    pub statements: Vec<BodyStatement>,
    /// There is a `COMMIT` or `ROLLBACK` anywhere.
    pub commits: bool,
    /// SQL put together at run time that could not be read: `EXECUTE` of an expression.
    pub dynamic: Vec<Span>,
    /// What the holes of its templates stand for, by number: the name of a parameter that keeps its value, or `$1`.
    pub holes: Vec<Option<Symbol>>,
    /// Fields of the new row that it fills, `NEW.c := …`, in order.
    pub fields: Vec<FieldAssignment>,
    /// Every word of the body, folded and sorted, for "does it name this column".
    pub words: Vec<Symbol>,
}

/// `NEW.column := …` in the body of a trigger function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldAssignment {
    /// The column that is filled.
    pub column: Symbol,
    /// Folded words on the right-hand side, in order of appearance: columns of the row are among them.
    pub reads: Vec<Symbol>,
}

/// One SQL statement inside a body.
#[derive(Clone, Debug)]
pub struct BodyStatement {
    /// The statement.
    pub statement: Statement,
    /// It is inside `LOOP`.
    pub in_loop: bool,
    /// It is inside a loop that has a `COMMIT`: what it does is kept round by round.
    pub committed: bool,
    /// The innermost `IF`, `CASE` or exception handler it is inside: it may not run.
    pub condition: Option<Arc<Condition>>,
    /// How it was put together, if at run time. Spans are those of the literals.
    pub assembled: Assembled,
}

/// How much of a statement is only known at run time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assembled {
    /// A name in it is not known.
    pub unknown: bool,
    /// It is cut into several literals, so its text in the file is not SQL.
    pub pieces: bool,
}

/// What decides whether a statement of a body runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// In which kind of construct.
    pub kind: ConditionKind,
    /// The text between the words around it; of an `ELSE` that of the `IF`.
    pub span: Span,
    /// It asks the server's catalog whether something exists.
    pub guard: Option<Guard>,
    /// Number of the construct in its body.
    pub choice: u32,
    /// Number of the branch in the construct.
    pub branch: u32,
}

/// The construct a condition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// `IF`, `ELSIF`
    If,
    /// `ELSE` of an `IF`
    Else,
    /// `CASE … WHEN`, and its `ELSE`
    Case,
    /// `EXCEPTION WHEN`
    Handler,
}

/// A question to the server's catalog: `NOT EXISTS (SELECT … FROM information_schema.columns WHERE …)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The branch runs if it is not there.
    pub absent: bool,
    /// The names in its literals.
    pub names: Vec<Symbol>,
}
