//! Replays migrations into the catalog and makes the steps of the ones that are reported.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::declared::Declarations;
use super::fresh::{fresh, made};
use super::session::{Lapsed, Session};
use super::size::Size;
use super::snapshots::{Snapshots, State};
use super::step::{Impact, Step};
use super::track::{Carried, Tracker, Turn, Values};
use super::way_back::{self, Forth, WayBack, take_back};
use crate::engine::effect::{Effects, LockedKind};
use crate::engine::{Context, Engine};
use crate::schema::catalog::{Catalog, ConstraintBody, Origin, Table};
use crate::schema::lower::lower;
use crate::schema::operation::{Operation, OperationKind, QName};
use crate::settings::Settings;
use crate::source::migration::{Migration, Section, TransactionMode};
use crate::syntax::Script;
use crate::syntax::alter::ActionKind;
use crate::syntax::directive::Declaration;
use crate::syntax::object::{ObjectChange, ObjectKind};
use crate::syntax::span::Span;
use crate::syntax::statement::{Statement, StatementKind};
use crate::syntax::table::{Constraint, ConstraintKind};
use crate::transition::{Event, Ledger, Scene};

/// A migration with its sections that ship, read.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The file.
    pub migration: &'a Migration,
    /// The sections that ship.
    pub scripts: Vec<(Section, Script)>,
    /// What takes it back; none where nobody asked.
    pub downs: Option<Vec<Script>>,
}

impl Parsed<'_> {
    /// Its first statement, to point at where all of it is meant; the start of the file where there is none.
    pub fn first_statement(&self) -> Span {
        let mut statements = self.scripts.iter().flat_map(|(_, script)| &script.statements);
        statements.next().map(|statement| statement.span).unwrap_or_default()
    }
}

/// The history so far.
pub struct Replay<'a> {
    catalog: Catalog<'a>,
    /// What is in flight.
    ledger: Ledger,
    settings: &'a Settings,
    /// What sessions start with.
    defaults: Values,
    /// A `lock_timeout` that the file before set for itself.
    left: Option<Left>,
    /// The transaction that is open still, with its release and history.
    open: Option<(u32, usize, Carried)>,
    /// Tables that the present file creates.
    made: BTreeSet<QName>,
    /// Every file so far.
    files: Vec<&'a Migration>,
    /// Declarations that name nothing the history knows: the file and the comment.
    unknown: Vec<(u32, Span)>,
    /// SQL of the present file could not be read.
    unread: bool,
}

/// A setting that ended with the session of its file.
#[derive(Clone, Copy)]
struct Left {
    lapsed: Lapsed,
    release: u32,
    /// Its file does nothing but set.
    alone: bool,
}

/// Where in the history a file stands.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// Number of the release.
    pub release: u32,
    /// Index of the file.
    pub file: u32,
}

impl<'a> Replay<'a> {
    /// Before the first migration.
    pub fn new(settings: &'a Settings) -> Self {
        let ledger = Ledger::default();
        Self {
            catalog: Catalog::default(),
            ledger,
            settings,
            defaults: Values::default(),
            left: None,
            open: None,
            made: BTreeSet::new(),
            files: Vec::new(),
            unknown: Vec::new(),
            unread: false,
        }
    }

    /// The schema so far.
    pub fn catalog(&self) -> &Catalog<'a> {
        &self.catalog
    }

    /// Every file so far, by its number.
    pub fn files(&self) -> &[&'a Migration] {
        &self.files
    }

    /// Declarations so far that name nothing the history knows: the file and the comment.
    pub fn unknown_declarations(&self) -> &[(u32, Span)] {
        &self.unknown
    }

    /// The changes in flight so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Replays one file; adds its steps to `steps` if it is reported. Takes it back in between, if anybody asked.
    pub fn file(
        &mut self,
        parsed: &'a Parsed<'a>,
        position: Position,
        steps: &mut Vec<Step<'a>>,
    ) -> Option<WayBack<'a>> {
        let Some(downs) = &parsed.downs else {
            self.forth(parsed, position, steps);
            return None;
        };
        self.unread = false;
        self.catalog.begin_journal();
        self.forth(parsed, position, steps);
        let changed = self.catalog.end_journal();
        let forth = Forth { parsed, position, changed, unread: self.unread, files: &self.files };
        Some(take_back(&mut self.catalog, downs, forth))
    }

    fn forth(&mut self, parsed: &'a Parsed<'a>, position: Position, steps: &mut Vec<Step<'a>>) {
        self.files.push(parsed.migration);
        self.made = made(parsed, &self.catalog);
        // Of an earlier release only what was meant for all that follow is worth a word.
        let left = self.left.filter(|left| left.alone || left.release == position.release);
        let mut tracker = Tracker::new(position.file, self.defaults, left.map(|left| left.lapsed));
        let (release, home) = (position.release, parsed.migration.standing.home);
        let carried = self.open.take().filter(|(open, history, _)| (*open, *history) == (release, home));
        if parsed.migration.shares_transaction() {
            tracker = tracker.shares(carried.map(|(_, _, carried)| carried));
        }
        let first = steps.len();
        let mut statement_index = 0;
        for (number, (section, script)) in (0_u32..).zip(&parsed.scripts) {
            let mode = match section.transaction {
                TransactionMode::Unknown => self.settings.transaction.unwrap_or(TransactionMode::Unknown),
                mode => mode,
            };
            tracker.enter(mode, &script.statements);
            let mut snapshots = Snapshots::new(&script.statements);
            snapshots.take(None, &self.catalog, &self.ledger);
            let mut declarations = Declarations::of(script, &parsed.migration.text);
            for statement in &script.statements {
                declarations.before(statement.span.start, |span, said| self.declare(said, span, position));
                let signed = declarations.signed(statement.span);
                let place = Place { parsed, position, mode, statement, statement_index, section: number, signed };
                self.statement(place, &mut tracker, &mut snapshots, steps);
                statement_index += 1;
            }
            let unknown = declarations.finish(|span, said| self.declare(said, span, position));
            self.unknown.extend(unknown.into_iter().map(|span| (position.file, span)));
            self.catalog.end_transaction();
        }
        self.defaults = tracker.handed_on();
        let sets = |statement: &Statement| matches!(statement.kind, StatementKind::Set(_));
        let alone = parsed.scripts.iter().flat_map(|(_, script)| &script.statements).all(sets);
        if let Some(lapsed) = tracker.left() {
            self.left = Some(Left { lapsed, release: position.release, alone });
        }
        self.open = tracker.leaves_open().map(|carried| (release, home, carried));
        let locks = tracker.into_locks();
        for step in steps.iter_mut().skip(first) {
            step.session.locks = Arc::clone(&locks);
        }
        // `SET search_path` and temporary tables die with their session.
        self.catalog.end_session();
    }

    fn statement(
        &mut self,
        place: Place<'a>,
        tracker: &mut Tracker,
        snapshots: &mut Snapshots<'a>,
        steps: &mut Vec<Step<'a>>,
    ) {
        tracker.next_statement();
        let operations = lower(place.statement, &self.catalog);
        let made: Vec<_> = operations.iter().filter(|operation| operation.is_unknown()).cloned().collect();
        for operation in operations {
            self.unread |= way_back::is_unread(&operation);
            if matches!(operation.kind, OperationKind::Do { commits: true }) {
                tracker.commits();
            }
            let session = tracker.session();
            self.follow(&operation, tracker, snapshots);
            let origin = Origin { release: place.position.release, file: place.position.file, span: operation.span };
            let event = self.ledger.next(origin);
            if place.parsed.migration.reported {
                let step = self.step(place, operation, session);
                let step = Step { order: event.order, shape: self.ledger.target(&step.operation), ..step };
                tracker.hold(&step.impacts, step.operation.span);
                let mismatches = self.catalog.apply(&step.operation, origin);
                self.observe(&step.operation, event, step.source);
                steps.push(Step { mismatches, ..step });
            } else {
                self.catalog.apply(&operation, origin);
                let source = self.source(&operation, place.parsed.migration);
                self.observe(&operation, event, source);
            }
        }
        for operation in &made {
            self.catalog.forget_unknown(operation);
        }
    }

    /// What a comment says of what is in flight; false where it names nothing that is there.
    fn declare(&mut self, declaration: &Declaration, span: Span, position: Position) -> bool {
        let event = self.ledger.next(Origin { release: position.release, file: position.file, span });
        self.ledger.declare(&self.catalog, declaration, event)
    }

    /// What an operation means for what is in flight. Its clauses are written in `source`.
    fn observe(&mut self, operation: &Operation<'a>, event: Event, source: &Migration) {
        let files = &self.files;
        let file = |index: u32| files.get(index as usize).map_or("", |file| file.text.as_str());
        self.ledger.observe(&self.catalog, operation, event, &Scene { text: &source.text, file: &file });
    }

    /// The file the clauses of an operation are written in.
    fn source(&self, operation: &Operation<'_>, own: &'a Migration) -> &'a Migration {
        let called = operation.body.and_then(|body| body.called);
        called.and_then(|site| self.files.get(site.file as usize)).copied().unwrap_or(own)
    }

    /// What an operation does to the session.
    fn follow(&mut self, operation: &Operation<'a>, tracker: &mut Tracker, snapshots: &mut Snapshots<'a>) {
        match &operation.kind {
            OperationKind::Transaction(transaction) => {
                let turn = tracker.control(transaction, operation.span);
                self.turn(turn, snapshots);
            }
            OperationKind::Set(setting) => tracker.set(setting, operation.span, operation.body.is_some()),
            OperationKind::AlterObject { def, .. } => {
                if let ObjectChange::Setting(setting) = &def.change {
                    tracker.store(setting, operation.span, def.kind == ObjectKind::Database);
                }
            }
            _ => {}
        }
    }

    fn turn(&mut self, turn: Turn, snapshots: &mut Snapshots<'a>) {
        match turn {
            Turn::None => {}
            Turn::Began | Turn::Committed => snapshots.take(None, &self.catalog, &self.ledger),
            Turn::Saved(name) => snapshots.take(Some(name), &self.catalog, &self.ledger),
            Turn::RolledBack => self.restore(snapshots.back_to(None)),
            Turn::RolledBackTo(name) => self.restore(snapshots.back_to(Some(&name))),
        }
    }

    fn restore(&mut self, state: Option<State<'a>>) {
        if let Some((catalog, ledger)) = state {
            self.catalog = catalog;
            self.ledger.back_to(ledger);
        }
    }

    fn step(&self, place: Place<'a>, operation: Operation<'a>, session: Session) -> Step<'a> {
        let context = Context { version: self.settings.version, utc: session.utc };
        let effects = Engine::Postgres.effects(&operation, &self.catalog, context);
        let before = super::before::before(&self.catalog, &operation);
        let fresh = fresh(&self.catalog, &self.made, &operation, &effects, place.position.release);
        let mut impacts = self.impacts(&effects, &fresh);
        // Whose rows are looked up: those of the table that gets the key, or of the partition that joins one with keys.
        let attached = before.partition.as_ref().and_then(|partition| partition.table.as_ref());
        let origin = attached.or(before.table.as_ref()).and_then(|table| table.origin);
        if origin.is_some_and(|origin| origin.release == place.position.release) {
            // A new table has no rows to look up in the tables its foreign keys refer to.
            let referenced = self.referenced(&operation, before.table.as_deref());
            for impact in impacts.iter_mut().filter(|impact| referenced.contains(&impact.relation)) {
                impact.scan = false;
            }
        }
        let source = self.source(&operation, place.parsed.migration);
        Step {
            migration: place.parsed.migration,
            file: place.position.file,
            section: place.section,
            source,
            mode: place.mode,
            statement: place.statement,
            statement_index: place.statement_index,
            operation,
            effects,
            impacts,
            fresh,
            before,
            session,
            order: 0,
            shape: None,
            signed: place.signed,
            mismatches: Vec::new(),
        }
    }

    /// The effects on tables and views that others may be using.
    fn impacts(&self, effects: &Effects, fresh: &[QName]) -> Vec<Impact> {
        let built: BTreeSet<&QName> = effects.builds.iter().map(|(table, _)| table).collect();
        effects
            .locks
            .iter()
            .filter(|lock| lock.kind != LockedKind::Sequence && fresh.binary_search(&lock.relation).is_err())
            .map(|lock| Impact {
                relation: lock.relation.clone(),
                kind: lock.kind,
                mode: lock.mode,
                rewrite: effects.rewrites.binary_search(&lock.relation).is_ok(),
                scan: effects.scans.binary_search(&lock.relation).is_ok(),
                build: built.contains(&lock.relation),
                size: Size::of(self.settings.extent(&lock.relation), self.settings),
            })
            .collect()
    }

    /// The tables, with their partitions, in which rows of `table` are looked up: a foreign key to them is added or
    /// validated.
    fn referenced(&self, operation: &Operation<'_>, table: Option<&Table>) -> BTreeSet<QName> {
        let target = |constraint: &Constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(self.catalog.resolve(&key.table)),
            _ => None,
        };
        let OperationKind::Alter { relation, action, .. } = &operation.kind else { return BTreeSet::new() };
        let direct: Vec<QName> = match &action.kind {
            ActionKind::AddConstraint(constraint) => target(constraint).into_iter().collect(),
            ActionKind::AddColumn { column, .. } => column.constraints.iter().filter_map(target).collect(),
            ActionKind::ValidateConstraint { constraint } => {
                match table.and_then(|table| table.constraint(&constraint.name)).map(|known| &known.kind) {
                    Some(ConstraintBody::ForeignKey { table, .. }) => vec![table.clone()],
                    _ => Vec::new(),
                }
            }
            ActionKind::AttachPartition { .. } => self.catalog.fk_parents(relation),
            _ => Vec::new(),
        };
        let partitions: Vec<QName> = direct.iter().flat_map(|table| self.catalog.partitions_deep(table)).collect();
        direct.into_iter().chain(partitions).collect()
    }
}

/// Where a statement stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    parsed: &'a Parsed<'a>,
    position: Position,
    mode: TransactionMode,
    statement: &'a Statement,
    statement_index: u32,
    section: u32,
    signed: Option<&'a Declaration>,
}
