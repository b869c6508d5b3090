//! Opens procedural bodies: `DO` blocks, and functions and procedures that the catalog knows.

use super::Lowering;
use crate::schema::operation::{BodyPlace, OperationKind, QName};
use crate::syntax::name::Name;
use crate::syntax::object::{Body, BodyStatement, Volatility};
use crate::syntax::span::Span;

/// Bodies within bodies that are opened.
const DEEPEST_BODY: usize = 4;

/// Calls and statements taken from called bodies per top-level statement, so that a few functions that call each other
/// many times cannot make a huge number of operations.
const MOST_TAKEN: u32 = 200;

/// The place of a statement that always runs, once.
const TOP: BodyPlace = BodyPlace { in_loop: false, commits_in_loop: false, conditional: false, called: false };

/// Where the lowering stands among nested bodies.
#[derive(Default)]
pub(super) struct Place {
    /// Of the statement being lowered; none at top level.
    pub(super) body: Option<BodyPlace>,
    /// The outermost call, once a called body is open.
    pub(super) call: Option<Span>,
    /// Names of the open bodies, none for `DO`, outermost first.
    open: Vec<Option<QName>>,
    /// Calls and statements taken from called bodies.
    taken: u32,
}

/// Who calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// A query.
    Function,
    /// `CALL`.
    Procedure,
}

impl<'a> Lowering<'_, 'a> {
    /// `DO`: the block itself, then its statements.
    pub(super) fn run_block(&mut self, body: &'a Body, span: Span) {
        self.push(OperationKind::Do { commits: body.commits }, span, false);
        if self.place.open.len() < DEEPEST_BODY {
            self.run(body, None);
        } else {
            self.push(OperationKind::DynamicSql, span, false);
        }
    }

    /// `CALL p()`.
    pub(super) fn call_procedure(&mut self, name: &Name, span: Span) {
        let procedure = self.catalog.resolve_function(name);
        self.push(OperationKind::Call { procedure }, span, false);
        self.call_function(name, span, Call::Procedure);
    }

    /// The statements of a function or procedure, where its body is known. One that is already open is not opened
    /// again: it would only repeat itself.
    pub(super) fn call_function(&mut self, name: &Name, span: Span, call: Call) {
        let name = self.catalog.resolve_function(name);
        let Some(function) = self.catalog.functions.get(&name) else { return };
        let Some(body) = function.body else { return };
        // A function that is not volatile is refused every statement but a query.
        let harmless = call == Call::Function && function.volatility != Volatility::Volatile;
        let empty = body.statements.is_empty() && body.dynamic.is_empty();
        if harmless || empty || self.place.open.iter().flatten().any(|open| *open == name) {
            return;
        }
        let (outer_call, outer_body) = (self.place.call, self.place.body);
        self.place.call = Some(outer_call.unwrap_or(span));
        self.place.body = Some(BodyPlace { called: true, ..outer_body.unwrap_or(TOP) });
        if self.take() {
            self.push(OperationKind::Do { commits: body.commits }, span, false);
            if self.place.open.len() < DEEPEST_BODY {
                self.run(body, Some(name));
            } else {
                self.push(OperationKind::DynamicSql, span, false);
            }
        }
        (self.place.call, self.place.body) = (outer_call, outer_body);
    }

    /// The statements of a body and the SQL it puts together, in the order they are written.
    fn run(&mut self, body: &'a Body, name: Option<QName>) {
        let outer = self.place.body;
        self.place.open.push(name);
        let mut dynamic = body.dynamic.iter().copied().peekable();
        for part in &body.statements {
            while let Some(span) = dynamic.next_if(|span| span.start < part.statement.span.start) {
                self.dynamic(outer, span);
            }
            self.place.body = Some(place_of(outer, part, body));
            if self.place.call.is_none() || self.take() {
                self.statement(&part.statement);
            }
        }
        for span in dynamic {
            self.dynamic(outer, span);
        }
        self.place.open.pop();
        self.place.body = outer;
    }

    /// Whether it stands in a loop or condition is not known: nothing is claimed.
    fn dynamic(&mut self, outer: Option<BodyPlace>, span: Span) {
        self.place.body = Some(outer.unwrap_or(TOP));
        if self.place.call.is_none() || self.take() {
            self.push(OperationKind::DynamicSql, span, false);
        }
    }

    /// Counts something taken from a called body. The first that is too much stands for all the rest, as SQL that
    /// cannot be read.
    fn take(&mut self) -> bool {
        self.place.taken = self.place.taken.saturating_add(1);
        if self.place.taken == MOST_TAKEN {
            self.push(OperationKind::DynamicSql, Span::default(), false);
        }
        self.place.taken < MOST_TAKEN
    }
}

fn place_of(outer: Option<BodyPlace>, part: &BodyStatement, body: &Body) -> BodyPlace {
    let outer = outer.unwrap_or(TOP);
    BodyPlace {
        in_loop: outer.in_loop || part.in_loop,
        commits_in_loop: outer.commits_in_loop || (part.in_loop && body.commits_in_loop),
        conditional: outer.conditional || part.conditional,
        called: outer.called,
    }
}
