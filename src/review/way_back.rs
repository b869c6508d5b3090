//! Takes a migration back in thought: replays what takes it back on the schema it leaves, and compares with the schema it
//! started from.

use std::collections::{BTreeMap, BTreeSet};

use super::replay::{Parsed, Position};
use crate::schema::catalog::{Catalog, Journal, Origin, TypeKind};
use crate::schema::compare::words::How;
use crate::schema::compare::{Basis, ColumnPart, Difference, Pair, compare};
use crate::schema::lower::lower;
use crate::schema::operation::{Operation, OperationKind, QName};
use crate::source::migration::Migration;
use crate::syntax::Script;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;
use crate::syntax::object::ObjectKind;
use crate::syntax::span::Span;
use crate::syntax::statement::{Statement, StatementKind, Transaction};

/// Stands for the file in the origin of what the way back creates: it is in no file of the history.
const WAY_BACK: u32 = u32::MAX;

/// The way back from one migration, and where it leads.
#[derive(Debug)]
pub struct WayBack<'a> {
    /// Index of the file.
    pub file: u32,
    /// The migration.
    pub migration: &'a Migration,
    /// Its first statement, to point at where all of it is meant.
    pub first: Span,
    /// Most migrations of its history have a way back, and one before it has.
    pub usual: bool,
    /// What there is to take it back.
    pub means: Means,
    /// What is not as it was before. Without a way back: what the migration changed.
    pub left: Vec<Left>,
    /// SQL on the way could not be read, so `left` is not to be trusted.
    pub unread: bool,
    /// What the way back does.
    pub does: Does,
}

/// What there is to take a migration back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Nothing.
    None,
    /// A place for it without a statement in it.
    Empty {
        /// A comment there says something in the words of whoever wrote it.
        explained: bool,
    },
    /// Statements.
    Statements,
}

/// Something that is not as it was.
#[derive(Clone, Debug)]
pub struct Left {
    /// "column users.plan text is still there".
    pub words: String,
    /// Where the migration made it, if it did.
    pub made: Option<Origin>,
    /// The table, view or type it is about.
    pub owner: Option<QName>,
}

/// What a way back does to tables and rows.
#[derive(Clone, Debug, Default)]
pub struct Does {
    /// Tables it creates.
    pub tables: BTreeSet<QName>,
    /// Columns it adds.
    pub columns: BTreeSet<(QName, Symbol)>,
    /// Tables it drops.
    pub dropped_tables: BTreeSet<QName>,
    /// Columns it drops.
    pub dropped_columns: BTreeSet<(QName, Symbol)>,
    /// Tables it writes rows of.
    pub writes: BTreeSet<QName>,
    /// Tables it drops constraints of.
    unbound: BTreeSet<QName>,
    /// Names it drops something of, in whatever schema.
    dropped: BTreeSet<Symbol>,
    /// Something it says could hide any of these.
    pub unread: bool,
}

/// A migration that was just replayed.
pub(super) struct Forth<'f, 'a> {
    /// The migration.
    pub(super) parsed: &'a Parsed<'a>,
    /// Where it stands.
    pub(super) position: Position,
    /// What it changed, as it was before.
    pub(super) changed: Journal<'a>,
    /// SQL of it could not be read.
    pub(super) unread: bool,
    /// Every file so far.
    pub(super) files: &'f [&'a Migration],
}

/// Takes a migration back. The catalog is the same before and after.
pub(super) fn take_back<'a>(catalog: &mut Catalog<'a>, downs: &'a [Script], forth: Forth<'_, 'a>) -> WayBack<'a> {
    let Forth { parsed, position, changed, unread, files } = forth;
    let statements = || downs.iter().flat_map(|script| &script.statements);
    let means = means(parsed.migration, statements().any(|statement| !does_nothing(statement)));
    catalog.begin_journal();
    let mut does = Does::default();
    for statement in statements() {
        run(catalog, statement, position, &mut does);
    }
    catalog.end_transaction();
    let back = catalog.end_journal();
    let (before, after) = changed.around(&back, catalog);
    let home = |origin: Origin| files.get(origin.file as usize).map(|migration| migration.standing.home);
    let own = |origin: Option<Origin>| origin.and_then(home).is_none_or(|home| home == parsed.migration.standing.home);
    let differences = compare(&before, &after, Basis { queries: true });
    // What another history of the repository made is no business of this one, though they share names here.
    let counts = |found: &&Difference<'_>| own(was_made(found)) && !does.explains(found);
    let left = differences.iter().filter(counts).filter_map(left).collect();
    catalog.go_back(back);
    let put_together = parsed.migration.carrier.as_ref().is_some_and(|carrier| !carrier.unread.is_empty());
    let unread = does.unread || unread || put_together;
    let first = parsed.first_statement();
    WayBack { file: position.file, migration: parsed.migration, first, usual: false, means, left, unread, does }
}

fn means(migration: &Migration, statements: bool) -> Means {
    if statements {
        return Means::Statements;
    }
    if !migration.has_down() {
        return Means::None;
    }
    let is_code = migration.is_foreign() || migration.is_of_changelog();
    let read = migration.down.as_ref().is_none_or(|down| down.text.is_some());
    let explained = migration.down_parts().into_iter().any(|(text, span)| is_explained(span.of(text)));
    // A file that cannot be read may hold anything, and code may do it without SQL.
    Means::Empty { explained: explained || !read || is_code }
}

/// What tools write into a new file themselves.
const OF_TOOLS: &[&str] = &[
    "add down migration script here",
    "add migration script here",
    "this file should undo anything in",
    "down migration",
    "down sql",
    "sql in section",
    "write your migrate down",
    "write your down",
    "could not auto-generate a down migration",
    "please write an appropriate down migration",
    "drop here",
    "todo",
];

/// Words of its own in the comments of a part that has nothing else.
fn is_explained(text: &str) -> bool {
    let comments = text.split(['\n', '\r']).map(|line| line.trim().trim_start_matches(['-', '/', '*', ' ']).trim_end());
    comments.map(str::to_ascii_lowercase).any(|line| {
        let mark = line.starts_with(['+', '@']) || line.starts_with("migrate:");
        let words = line.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
        !mark && words >= 2 && !OF_TOOLS.iter().any(|known| line.contains(known))
    })
}

/// A query that only answers, `SELECT 1`, where a tool wants a statement.
fn does_nothing(statement: &Statement) -> bool {
    matches!(&statement.kind, StatementKind::Query(query) if query.changes.is_empty() && query.reads.is_empty() && query.calls.is_empty() && query.into.is_none())
}

/// SQL that may do what nobody can tell, or takes back what stood before it.
fn hides(statement: &Statement) -> bool {
    matches!(
        statement.kind,
        StatementKind::Unrecognized(_)
            | StatementKind::Transaction(Transaction::Rollback { .. } | Transaction::RollbackTo(_))
    )
}

fn run<'a>(catalog: &mut Catalog<'a>, statement: &'a Statement, position: Position, does: &mut Does) {
    does.unread |= hides(statement);
    let operations = lower(statement, catalog);
    for operation in &operations {
        does.note(operation);
        let origin = Origin { release: position.release, file: WAY_BACK, span: operation.span };
        catalog.apply(operation, origin);
    }
    for operation in operations.iter().filter(|operation| operation.is_unknown()) {
        catalog.forget_unknown(operation);
    }
}

/// Whether an operation may do what nobody can tell.
pub(super) fn is_unread(operation: &Operation<'_>) -> bool {
    operation.is_unknown()
        || operation.body.is_some_and(|body| body.contradicted)
        || matches!(operation.kind, OperationKind::DynamicSql | OperationKind::Unrecognized(_))
}

/// The histories, by number, of which most migrations have a way back; each with the index of the first that has one.
/// Those before it are from before that was the habit.
pub(super) fn usual_in(parsed: &[Parsed<'_>]) -> BTreeMap<usize, u32> {
    let mut counts: BTreeMap<usize, (usize, usize, u32)> = BTreeMap::new();
    let migrations = (0_u32..).zip(parsed.iter().map(|parsed| parsed.migration));
    for (file, migration) in migrations.filter(|(_, found)| !found.standing.repeatable) {
        let (with, without, first) = counts.entry(migration.standing.home).or_insert((0, 0, u32::MAX));
        if migration.has_down() {
            *with += 1;
            *first = (*first).min(file);
        } else {
            *without += 1;
        }
    }
    let most = counts.into_iter().filter(|(_, (with, without, _))| with > without);
    most.map(|(home, (_, _, first))| (home, first)).collect()
}

impl Does {
    /// Whether it meant to undo a difference, and could not do better.
    fn explains(&self, difference: &Difference<'_>) -> bool {
        match difference {
            // A key leaves its columns `NOT NULL`.
            Difference::ColumnPart { table, new, part: ColumnPart::NotNull, .. } if new.not_null == Some(true) => {
                self.unbound.contains(*table)
            }
            // A column comes back to rows that have no value for it.
            Difference::ColumnPart { old, new, part: ColumnPart::NotNull | ColumnPart::Default, .. } => {
                old.not_null == Some(true) && is_of_way_back(new.origin)
            }
            // The tool may set another search path than the history tells.
            Difference::Index { pair, .. } => pair.new.is_some_and(|index| self.dropped.contains(&index.name)),
            Difference::View(_) | Difference::Type(_) | Difference::Function(_) | Difference::Sequence(_) => {
                difference.how() == How::Added
                    && difference.owner().is_some_and(|name| self.dropped.contains(&name.name))
            }
            _ => false,
        }
    }

    fn note(&mut self, operation: &Operation<'_>) {
        self.unread |= is_unread(operation);
        if let OperationKind::Drop { name, .. } = &operation.kind {
            self.dropped.insert(name.name.clone());
        }
        match &operation.kind {
            OperationKind::CreateTable { table, def } => {
                self.tables.insert(table.clone());
                if def.query.is_some() {
                    self.writes.insert(table.clone());
                }
            }
            OperationKind::SelectInto { table, .. } => {
                self.tables.insert(table.clone());
                self.writes.insert(table.clone());
            }
            OperationKind::Drop { kind: ObjectKind::Table, name, .. } => {
                self.dropped_tables.insert(name.clone());
            }
            OperationKind::Alter { relation, action, .. } => match &action.kind {
                ActionKind::AddColumn { column, .. } => {
                    self.columns.insert((relation.clone(), column.name.name.clone()));
                }
                ActionKind::DropConstraint { .. } => {
                    self.unbound.insert(relation.clone());
                }
                ActionKind::DropColumn { column, .. } => {
                    self.dropped_columns.insert((relation.clone(), column.name.clone()));
                }
                // The rows are those of the table that got the name.
                ActionKind::Rename { to } => {
                    self.writes.insert(QName { schema: relation.schema.clone(), name: to.name.clone() });
                }
                ActionKind::RenameColumn { .. } => {
                    self.writes.insert(relation.clone());
                }
                _ => {}
            },
            OperationKind::ChangeRows { table, .. } | OperationKind::Copy { table: Some(table), from: true } => {
                self.writes.insert(table.clone());
            }
            _ => {}
        }
    }
}

/// What a difference says, unless it does no harm or the history does not know what was there before.
fn left(difference: &Difference<'_>) -> Option<Left> {
    let made = made(difference);
    let by_way_back = is_of_way_back(made);
    let how = difference.how();
    if (how == How::Added && by_way_back) || is_harmless(difference) {
        return None;
    }
    let what = difference.what();
    let words = match (how, difference.values()) {
        (How::Added, _) => format!("{what} is still there"),
        (How::Gone, _) => format!("{what} is missing"),
        (How::Changed, Some((old, new))) => format!("{what} is {new} instead of {old}"),
        (How::Changed, None) => format!("{what} is not what it was"),
    };
    let made = made.filter(|_| how == How::Added);
    Some(Left { words, made, owner: difference.owner().cloned() })
}

fn is_of_way_back(origin: Option<Origin>) -> bool {
    origin.is_some_and(|origin| origin.file == WAY_BACK)
}

/// Where what only the old schema has was made.
fn was_made(difference: &Difference<'_>) -> Option<Origin> {
    match difference {
        Difference::Table(pair) => pair.old?.origin,
        Difference::Column { pair, .. } => pair.old?.origin,
        Difference::Constraint { pair, .. } => pair.old?.origin,
        Difference::Index { pair, .. } => pair.old?.origin,
        Difference::Trigger { pair, .. } => pair.old?.origin,
        Difference::View(pair) => pair.old?.origin,
        Difference::Sequence(pair) => pair.old?.origin,
        Difference::Type(pair) => pair.old?.origin,
        Difference::Function(pair) => pair.old?.origin,
        _ => None,
    }
}

/// Where what only the new schema has was made.
fn made(difference: &Difference<'_>) -> Option<Origin> {
    match difference {
        Difference::Schema { pair, .. } => pair.new.copied(),
        Difference::Table(pair) => pair.new?.origin,
        Difference::Column { pair, .. } => pair.new?.origin,
        Difference::Constraint { pair, .. } => pair.new?.origin,
        Difference::Index { pair, .. } => pair.new?.origin,
        Difference::Trigger { pair, .. } => pair.new?.origin,
        Difference::View(pair) => pair.new?.origin,
        Difference::Sequence(pair) => pair.new?.origin,
        Difference::Type(pair) => pair.new?.origin,
        Difference::Function(pair) => pair.new?.origin,
        Difference::Publication(pair) => pair.new?.origin,
        Difference::EnumValue { pair, .. } => pair.new?.origin,
        _ => None,
    }
}

fn is_harmless(difference: &Difference<'_>) -> bool {
    match difference {
        // A server cannot take back a value of an enum; nobody has to use it.
        Difference::EnumValue { pair, .. } => pair.is_added(),
        // Another name, or proven for more rows than before.
        Difference::Constraint { pair: Pair { old: Some(old), new: Some(new) }, .. } => {
            old.name != new.name || (old.validated != new.validated && new.validated)
        }
        Difference::Index { pair: Pair { old: Some(old), new: Some(new) }, .. } => old.name != new.name,
        // The server keeps no more of a type than its kind.
        Difference::Type(pair) => pair
            .old
            .zip(pair.new)
            .is_some_and(|(old, new)| matches!((&old.kind, &new.kind), (TypeKind::Other, _) | (_, TypeKind::Other))),
        Difference::ColumnPart { part: ColumnPart::NotNull, old, new, .. } => old.identity || new.identity,
        _ => false,
    }
}
