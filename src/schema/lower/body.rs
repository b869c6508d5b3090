//! Opens procedural bodies: `DO` blocks, and functions and procedures that the catalog knows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Lowering;
use crate::schema::operation::{Asked, BodyPlace, OperationKind, QName, Site};
use crate::syntax::alter::ActionKind;
use crate::syntax::hole;
use crate::syntax::name::{Name, Symbol};
use crate::syntax::object::{Assembled, Body, BodyStatement, Volatility};
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;

/// Bodies within bodies that are opened.
const DEEPEST_BODY: usize = 4;

/// Calls and statements taken from called bodies per top-level statement, so that a few functions that call each other
/// many times cannot make a huge number of operations.
const MOST_TAKEN: u32 = 200;

/// The place of a statement that always runs, once.
const TOP: BodyPlace<'_> = BodyPlace {
    in_loop: false,
    commits_in_loop: false,
    condition: None,
    called: None,
    assembled: Assembled { unknown: false, pieces: false },
    contradicted: false,
};

/// Where the lowering stands among nested bodies.
#[derive(Default)]
pub(super) struct Place<'a> {
    /// Of the statement being lowered; none at top level.
    pub(super) body: Option<BodyPlace<'a>>,
    /// The outermost call, once a called body is open.
    pub(super) call: Option<Span>,
    /// Names of the open bodies, none for `DO`, outermost first.
    open: Vec<Option<QName>>,
    /// Of the innermost called body, what its holes are known to be by the literals of the call.
    fills: Vec<Option<Box<str>>>,
    /// The file of the innermost called body.
    file: Option<u32>,
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
    pub(super) fn call_procedure(&mut self, name: &Name, literals: &[Option<Box<str>>], span: Span) {
        let procedure = self.catalog.resolve_function(name);
        self.push(OperationKind::Call { procedure }, span, false);
        self.call_function(name, literals, span, Call::Procedure);
    }

    /// The statements of a function or procedure, where its body is known. One that is already open is not opened
    /// again: it would only repeat itself.
    pub(super) fn call_function(&mut self, name: &Name, literals: &[Option<Box<str>>], span: Span, call: Call) {
        let name = self.catalog.resolve_function(name);
        let Some(function) = self.catalog.functions.get(&name) else { return };
        let (Some(body), Some(origin)) = (function.body, function.origin) else { return };
        // A function that is not volatile is refused every statement but a query.
        let harmless = call == Call::Function && function.volatility != Volatility::Volatile;
        let empty = body.statements.is_empty() && body.dynamic.is_empty();
        if harmless || empty || self.place.open.iter().flatten().any(|open| *open == name) {
            return;
        }
        let (outer_call, outer_body, outer_file) = (self.place.call, self.place.body, self.place.file);
        self.place.call = Some(outer_call.unwrap_or(span));
        self.place.file = Some(origin.file);
        let outer_fills = std::mem::replace(&mut self.place.fills, fills(&function.parameters, body, literals));
        let outer = outer_body.unwrap_or(TOP);
        // A procedure that commits ends the round of a loop around its call.
        let commits_in_loop = outer.commits_in_loop || (outer.in_loop && body.commits);
        let called = Some(Site { file: origin.file, span: body.span });
        self.place.body = Some(BodyPlace { commits_in_loop, called, ..outer });
        if self.take() {
            self.push(OperationKind::Do { commits: body.commits }, span, false);
            if self.place.open.len() < DEEPEST_BODY {
                self.run(body, Some(name));
            } else {
                self.push(OperationKind::DynamicSql, span, false);
            }
        }
        (self.place.call, self.place.body, self.place.file) = (outer_call, outer_body, outer_file);
        self.place.fills = outer_fills;
    }

    /// A name with the holes filled that the call tells.
    pub(super) fn told<'n>(&self, name: &'n Name) -> Cow<'n, Name> {
        let open = |part: &Symbol| hole::is_open(part);
        if self.place.fills.is_empty() || !(open(name.last()) || name.schema.as_ref().is_some_and(|it| open(&it.name)))
        {
            return Cow::Borrowed(name);
        }
        let text = name.schema.iter().chain([&name.name]).map(|part| hole::fold(&part.name, &self.place.fills));
        let text = text.collect::<Vec<_>>().join(".");
        Name::in_text(&text, name.span()).map_or(Cow::Borrowed(name), Cow::Owned)
    }

    /// The statements of a body and the SQL it puts together, in the order they are written.
    fn run(&mut self, body: &'a Body, name: Option<QName>) {
        let outer = self.place.body;
        self.place.open.push(name);
        let mut dynamic = body.dynamic.iter().copied().peekable();
        let mut branches = Branches::default();
        for part in &body.statements {
            while let Some(span) = dynamic.next_if(|span| span.start < part.statement.span.start) {
                self.dynamic(outer, span);
            }
            let contradicted = branches.contradict(part);
            self.place.body = Some(self.place_of(outer, part, contradicted));
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
    fn dynamic(&mut self, outer: Option<BodyPlace<'a>>, span: Span) {
        self.place.body = Some(self.sited(outer.unwrap_or(TOP), span));
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

    fn place_of(&self, outer: Option<BodyPlace<'a>>, part: &'a BodyStatement, contradicted: bool) -> BodyPlace<'a> {
        let outer = outer.unwrap_or(TOP);
        let asked = part.condition.as_deref().map(|condition| Asked { condition, file: self.place.file });
        let place = BodyPlace {
            in_loop: outer.in_loop || part.in_loop,
            commits_in_loop: outer.commits_in_loop || part.committed,
            condition: asked.or(outer.condition),
            called: outer.called,
            assembled: Assembled {
                unknown: outer.assembled.unknown || part.assembled.unknown,
                pieces: outer.assembled.pieces || part.assembled.pieces,
            },
            contradicted: outer.contradicted || contradicted,
        };
        self.sited(place, part.statement.span)
    }

    /// In a called body, `span` is the place in its file.
    fn sited(&self, place: BodyPlace<'a>, span: Span) -> BodyPlace<'a> {
        BodyPlace { called: self.place.file.map(|file| Site { file, span }), ..place }
    }
}

/// What the holes of `body` are, by number, where the call gives a literal for the parameter in them.
fn fills(parameters: &[Option<Symbol>], body: &Body, literals: &[Option<Box<str>>]) -> Vec<Option<Box<str>>> {
    let position = |word: &Symbol| match word.strip_prefix('$').and_then(|number| number.parse::<usize>().ok()) {
        Some(number) => number.checked_sub(1),
        None => parameters.iter().position(|parameter| parameter.as_ref() == Some(word)),
    };
    let fill = |word: &Symbol| literals.get(position(word)?).cloned().flatten();
    body.holes.iter().map(|word| word.as_ref().and_then(fill)).collect()
}

/// What the branches of each condition of a body do to the shape of which relation.
#[derive(Default)]
struct Branches {
    /// Condition and relation to the branches that take something away, and those that add something.
    seen: BTreeMap<(u32, Symbol), [Option<u32>; 2]>,
}

impl Branches {
    /// Whether an earlier branch of the same condition does the opposite to the same relation.
    fn contradict(&mut self, part: &BodyStatement) -> bool {
        let Some(condition) = part.condition.as_deref() else { return false };
        let Some((relation, removes)) = turn(&part.statement.kind) else { return false };
        let [taken, added] = self.seen.entry((condition.choice, relation)).or_default();
        let (own, opposite) = if removes { (taken, *added) } else { (added, *taken) };
        own.get_or_insert(condition.branch);
        opposite.is_some_and(|branch| branch != condition.branch)
    }
}

/// The relation whose shape a statement changes, and whether it takes away (or renames) rather than adds.
fn turn(statement: &StatementKind) -> Option<(Symbol, bool)> {
    match statement {
        StatementKind::CreateTable(def) => Some((def.name.last().clone(), false)),
        StatementKind::CreateView(def) => Some((def.name.last().clone(), false)),
        StatementKind::CreateIndex(def) => Some((def.name.as_ref()?.name.clone(), false)),
        StatementKind::Drop(def) => Some((def.names.first()?.last().clone(), true)),
        StatementKind::AlterTable(alter) => {
            let removes = alter.actions.iter().any(|action| {
                matches!(
                    action.kind,
                    ActionKind::DropColumn { .. }
                        | ActionKind::DropConstraint { .. }
                        | ActionKind::RenameColumn { .. }
                        | ActionKind::RenameConstraint { .. }
                        | ActionKind::Rename { .. }
                        | ActionKind::DropNotNull { .. }
                )
            });
            Some((alter.name.last().clone(), removes))
        }
        _ => None,
    }
}
