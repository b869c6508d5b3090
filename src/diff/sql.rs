//! The plain statements that lead from one schema to the other, in an order in which each finds what it needs.

use crate::schema::catalog::{
    Catalog, Column, ConstraintBody, Function, Index, Publication, Table, TableConstraint, Trigger, UserType, View,
};
use crate::schema::compare::{ColumnPart, Default, Difference, Pair, default_of};
use crate::schema::definition::{self, list, literal};
use crate::schema::operation::QName;
use crate::source::migration::Migration;
use crate::syntax::name::{Quoted, Symbol};

/// One statement.
pub(super) struct Statement {
    /// Number of the difference it is for.
    pub(super) difference: usize,
    /// Without a semicolon.
    pub(super) sql: String,
    phase: Phase,
}

/// What comes before what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// They stand in the way of changes to what they read.
    DropViews,
    DropTriggers,
    /// A table has no more than one.
    DropPrimaryKeys,
    Types,
    Functions,
    Tables,
    Columns,
    Keys,
    ForeignKeys,
    Indexes,
    DropForeignKeys,
    DropConstraints,
    DropIndexes,
    DropColumns,
    DropTables,
    DropOthers,
    Views,
    Triggers,
}

/// The statements of all differences.
pub(super) fn statements(
    differences: &[Difference<'_>],
    new: &Catalog<'_>,
    migrations: &[Migration],
    version: u16,
) -> Vec<Statement> {
    let mut writer = Writer { new, migrations, version, difference: 0, out: Vec::new() };
    for (number, difference) in differences.iter().enumerate() {
        writer.difference = number;
        writer.difference(difference);
    }
    writer.out.sort_by_key(|statement| statement.phase);
    writer.out
}

struct Writer<'d> {
    new: &'d Catalog<'d>,
    migrations: &'d [Migration],
    version: u16,
    difference: usize,
    out: Vec<Statement>,
}

impl Writer<'_> {
    fn add(&mut self, phase: Phase, sql: String) {
        self.out.push(Statement { difference: self.difference, sql, phase });
    }

    fn alter(&mut self, phase: Phase, table: &QName, action: &str) {
        self.add(phase, format!("ALTER TABLE {table} {action}"));
    }

    fn difference(&mut self, difference: &Difference<'_>) {
        match *difference {
            Difference::Schema { name, pair } => {
                let name = Quoted(name);
                if pair.is_gone() {
                    self.add(Phase::DropOthers, format!("DROP SCHEMA {name}"));
                } else {
                    self.add(Phase::Types, format!("CREATE SCHEMA {name}"));
                }
            }
            Difference::Table(pair) => self.table(pair),
            Difference::Persistence { table, unlogged } => {
                self.alter(Phase::Columns, table, if unlogged { "SET UNLOGGED" } else { "SET LOGGED" });
            }
            Difference::Parents { table, old, new } => self.parents(table, old, new),
            Difference::Column { table, pair } => self.column(table, pair),
            Difference::ColumnPart { table, old, new, part } => self.column_part(table, old, new, part),
            Difference::Constraint { table, pair } => self.constraint(table, pair),
            Difference::Index { on, pair } => self.index(on, pair),
            Difference::Trigger { table, pair } => self.trigger(table, pair),
            Difference::View(pair) => self.view(pair),
            Difference::Sequence(pair) => match (pair.old, pair.new) {
                (Some(old), None) => self.add(Phase::DropOthers, format!("DROP SEQUENCE {}", old.name)),
                (_, Some(new)) => self.add(Phase::Types, format!("CREATE SEQUENCE {}", new.name)),
                (None, None) => {}
            },
            Difference::Type(pair) => self.user_type(pair),
            Difference::EnumValue { name, pair } => {
                // No server drops a value.
                if let Some(value) = pair.new {
                    self.add(Phase::Types, format!("ALTER TYPE {name} ADD VALUE {}", literal(&value.value)));
                }
            }
            Difference::DomainNotNull { name, not_null } => {
                let word = if not_null { "SET" } else { "DROP" };
                self.add(Phase::Types, format!("ALTER DOMAIN {name} {word} NOT NULL"));
            }
            Difference::DomainConstraint { name, pair } => {
                if let Some(old) = pair.old {
                    let sql = format!("ALTER DOMAIN {name} DROP CONSTRAINT {}", Quoted(&old.name));
                    self.add(Phase::Types, sql);
                }
                if let Some(new) = pair.new {
                    let valid = if new.validated { "" } else { " NOT VALID" };
                    let check = format!("CONSTRAINT {} CHECK ({}){valid}", Quoted(&new.name), new.text);
                    self.add(Phase::Types, format!("ALTER DOMAIN {name} ADD {check}"));
                }
            }
            Difference::Function(pair) => self.function(pair),
            Difference::Publication(pair) => self.publication(pair),
        }
    }

    fn table(&mut self, pair: Pair<'_, Table>) {
        let is_key = |constraint: &&TableConstraint| matches!(constraint.kind, ConstraintBody::ForeignKey { .. });
        match (pair.old, pair.new) {
            (Some(old), None) => {
                // Tables that point to each other can go in any order then.
                for constraint in old.constraints.iter().filter(is_key) {
                    let action = format!("DROP CONSTRAINT {}", Quoted(&constraint.name));
                    self.alter(Phase::DropForeignKeys, &old.name, &action);
                }
                self.add(Phase::DropTables, format!("DROP TABLE {}", old.name));
            }
            (_, Some(new)) => {
                self.add(Phase::Tables, definition::table(self.new, new));
                let later = new.constraints.iter().filter(|constraint| definition::comes_later(constraint));
                for sql in later.filter_map(|constraint| definition::constraint(new, constraint)) {
                    self.alter(Phase::ForeignKeys, &new.name, &format!("ADD {sql}"));
                }
                for index in new.indexes.iter().filter(|index| index.constraint.is_none()) {
                    self.add(Phase::Indexes, definition::index(&new.name, index));
                }
                for trigger in &new.triggers {
                    self.add(Phase::Triggers, definition::trigger(&new.name, trigger));
                }
            }
            (None, None) => {}
        }
    }

    fn parents(&mut self, table: &QName, old: &Table, new: &Table) {
        let partitioned =
            |catalog: &Catalog<'_>, parent: &QName| catalog.table(parent).is_some_and(|parent| parent.partitioned);
        for parent in old.parents.iter().filter(|parent| !new.parents.contains(parent)) {
            if partitioned(self.new, parent) {
                self.alter(Phase::Columns, parent, &format!("DETACH PARTITION {table}"));
            } else {
                self.alter(Phase::Columns, table, &format!("NO INHERIT {parent}"));
            }
        }
        for parent in new.parents.iter().filter(|parent| !old.parents.contains(parent)) {
            if partitioned(self.new, parent) {
                let bound = if new.default_partition { "DEFAULT" } else { "FOR VALUES IN (NULL)" };
                self.alter(Phase::Columns, parent, &format!("ATTACH PARTITION {table} {bound}"));
            } else {
                self.alter(Phase::Columns, table, &format!("INHERIT {parent}"));
            }
        }
    }

    fn column(&mut self, table: &QName, pair: Pair<'_, Column>) {
        match (pair.old, pair.new) {
            (Some(old), None) => self.alter(Phase::DropColumns, table, &format!("DROP COLUMN {}", Quoted(&old.name))),
            (_, Some(new)) => {
                let sql = format!("ADD COLUMN {}", definition::column(table, new));
                self.alter(Phase::Columns, table, &sql);
            }
            (None, None) => {}
        }
    }

    fn column_part(&mut self, table: &QName, old: &Column, new: &Column, part: ColumnPart) {
        let name = Quoted(&new.name);
        match part {
            ColumnPart::Type => {
                let collation = new.collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE {name}"));
                let sql = format!("ALTER COLUMN {name} TYPE {}{collation}", definition::data_type(new));
                self.alter(Phase::Columns, table, &sql);
            }
            ColumnPart::NotNull => {
                let word = if new.not_null == Some(true) { "SET" } else { "DROP" };
                self.alter(Phase::Columns, table, &format!("ALTER COLUMN {name} {word} NOT NULL"));
            }
            ColumnPart::Default => self.default(table, old, new),
            ColumnPart::Generated => match (default_of(old), default_of(new)) {
                (Some(Default::Generated(_)), Some(Default::Generated(text))) if self.version >= 17 => {
                    let sql = format!("ALTER COLUMN {name} SET EXPRESSION AS ({text})");
                    self.alter(Phase::Columns, table, &sql);
                }
                (_, Some(Default::Generated(_))) => {
                    self.alter(Phase::Columns, table, &format!("DROP COLUMN {name}"));
                    let sql = format!("ADD COLUMN {}", definition::column(table, new));
                    self.alter(Phase::Columns, table, &sql);
                }
                _ => {
                    self.alter(Phase::Columns, table, &format!("ALTER COLUMN {name} DROP EXPRESSION"));
                    self.default(table, old, new);
                }
            },
        }
    }

    fn default(&mut self, table: &QName, old: &Column, new: &Column) {
        let name = Quoted(&new.name);
        match default_of(old) {
            Some(Default::Identity) => self.alter(Phase::Columns, table, &format!("ALTER COLUMN {name} DROP IDENTITY")),
            Some(Default::Serial | Default::Expression(_)) => {
                self.alter(Phase::Columns, table, &format!("ALTER COLUMN {name} DROP DEFAULT"));
            }
            _ => {}
        }
        match default_of(new) {
            Some(Default::Identity) => {
                let sql = format!("ALTER COLUMN {name} ADD GENERATED BY DEFAULT AS IDENTITY");
                self.alter(Phase::Columns, table, &sql);
            }
            Some(default) => {
                if let Some(text) = definition::default_text(table, new, &default) {
                    self.alter(Phase::Columns, table, &format!("ALTER COLUMN {name} SET DEFAULT {text}"));
                }
            }
            None => {}
        }
    }

    fn constraint(&mut self, table: &QName, pair: Pair<'_, TableConstraint>) {
        let kind = |constraint: &TableConstraint| match constraint.kind {
            ConstraintBody::ForeignKey { .. } => Phase::ForeignKeys,
            _ => Phase::Keys,
        };
        let drop = |name: &Symbol| format!("DROP CONSTRAINT {}", Quoted(name));
        match (pair.old, pair.new) {
            (Some(old), None) => {
                let phase = match old.kind {
                    ConstraintBody::PrimaryKey => Phase::DropPrimaryKeys,
                    ConstraintBody::ForeignKey { .. } => Phase::DropForeignKeys,
                    _ => Phase::DropConstraints,
                };
                self.alter(phase, table, &drop(&old.name));
            }
            (Some(old), Some(new)) if old.name != new.name => {
                let sql = format!("RENAME CONSTRAINT {} TO {}", Quoted(&old.name), Quoted(&new.name));
                self.alter(kind(new), table, &sql);
            }
            (Some(old), Some(new)) if new.validated && !old.validated && old.columns == new.columns => {
                self.alter(kind(new), table, &format!("VALIDATE CONSTRAINT {}", Quoted(&new.name)));
            }
            (old, Some(new)) => {
                if let Some(old) = old {
                    self.alter(kind(new), table, &drop(&old.name));
                }
                let sql = self.new.table(table).and_then(|table| definition::constraint(table, new));
                if let Some(sql) = sql {
                    self.alter(kind(new), table, &format!("ADD {sql}"));
                }
            }
            (None, None) => {}
        }
    }

    fn index(&mut self, on: &QName, pair: Pair<'_, Index>) {
        let name = |index: &Index| format!("{}.{}", Quoted(&on.schema), Quoted(&index.name));
        match (pair.old, pair.new) {
            (Some(old), None) => self.add(Phase::DropIndexes, format!("DROP INDEX {}", name(old))),
            (Some(old), Some(new)) if old.name != new.name => {
                self.add(Phase::Indexes, format!("ALTER INDEX {} RENAME TO {}", name(old), Quoted(&new.name)));
            }
            (old, Some(new)) => {
                if let Some(old) = old {
                    self.add(Phase::Indexes, format!("DROP INDEX {}", name(old)));
                }
                self.add(Phase::Indexes, definition::index(on, new));
            }
            (None, None) => {}
        }
    }

    fn trigger(&mut self, table: &QName, pair: Pair<'_, Trigger>) {
        if let Some(old) = pair.old {
            self.add(Phase::DropTriggers, format!("DROP TRIGGER {} ON {table}", Quoted(&old.name)));
        }
        if let Some(new) = pair.new {
            self.add(Phase::Triggers, definition::trigger(table, new));
        }
    }

    fn view(&mut self, pair: Pair<'_, View>) {
        let kind = |view: &View| if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        if let Some(old) = pair.old {
            self.add(Phase::DropViews, format!("DROP {} {}", kind(old), old.name));
        }
        if let Some(new) = pair.new {
            self.add(Phase::Views, format!("CREATE {} {} AS {}", kind(new), new.name, new.text));
            for index in &new.indexes {
                self.add(Phase::Triggers, definition::index(&new.name, index));
            }
        }
    }

    fn user_type(&mut self, pair: Pair<'_, UserType>) {
        let is_domain = |found: &UserType| matches!(found.kind, crate::schema::catalog::TypeKind::Domain { .. });
        match (pair.old, pair.new) {
            (None, Some(new)) => self.add(Phase::Types, definition::user_type(new)),
            (Some(old), None) => {
                let kind = if is_domain(old) { "DOMAIN" } else { "TYPE" };
                self.add(Phase::DropOthers, format!("DROP {kind} {}", old.name));
            }
            // It has to be made anew under another name, and every column with it.
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn function(&mut self, pair: Pair<'_, Function<'_>>) {
        match (pair.old, pair.new) {
            (Some(old), None) => self.add(Phase::DropOthers, format!("DROP FUNCTION {}", old.name)),
            (_, Some(new)) => {
                let migration = new.defined.and_then(|place| Some((place, self.migrations.get(place.file as usize)?)));
                if let Some((place, migration)) = migration {
                    self.add(Phase::Functions, replacing(place.span.of(&migration.text)));
                }
            }
            (None, None) => {}
        }
    }

    fn publication(&mut self, pair: Pair<'_, Publication>) {
        let objects = |publication: &Publication| {
            if publication.all_tables {
                return "FOR ALL TABLES".to_owned();
            }
            let tables: Vec<String> = publication.tables.iter().map(ToString::to_string).collect();
            let schemas: Vec<Symbol> = publication.schemas.iter().cloned().collect();
            let tables = (!tables.is_empty()).then(|| format!("TABLE {}", tables.join(", ")));
            let schemas = (!schemas.is_empty()).then(|| format!("TABLES IN SCHEMA {}", list(&schemas)));
            let all: Vec<String> = tables.into_iter().chain(schemas).collect();
            if all.is_empty() { String::new() } else { format!("FOR {}", all.join(", ")) }
        };
        if let Some(old) = pair.old {
            let phase = if pair.is_gone() { Phase::DropOthers } else { Phase::DropViews };
            self.add(phase, format!("DROP PUBLICATION {}", Quoted(&old.name)));
        }
        if let Some(new) = pair.new {
            self.add(Phase::Views, format!("CREATE PUBLICATION {} {}", Quoted(&new.name), objects(new)));
        }
    }
}

/// `CREATE OR REPLACE …` for `CREATE …`.
fn replacing(create: &str) -> String {
    let rest = create.get("CREATE".len()..).unwrap_or_default();
    let replaces = rest.trim_start().get(..3).is_some_and(|word| word.eq_ignore_ascii_case("OR "));
    if replaces { create.to_owned() } else { format!("CREATE OR REPLACE{rest}") }
}
