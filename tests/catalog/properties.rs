//! Whatever order statements come in, nothing panics, and the reverse maps say what the objects say.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use switchback::schema::catalog::{Catalog, ConstraintBody, Relation, TypeKind};
use switchback::schema::operation::QName;
use switchback::syntax::name::Symbol;

use crate::render::{replay, statements};

/// Statements over a few names, so that they meet; `{t}`, `{c}` and `{n}` stand for a table, a column and a name.
const POOL: &[&str] = &[
    "CREATE TABLE {t} ({c} serial PRIMARY KEY, {c} int UNIQUE, {c} text CHECK ({c} > 0))",
    "CREATE TABLE IF NOT EXISTS {t} ({c} mood, {c} int REFERENCES {t}, UNIQUE ({c}, {c}))",
    "CREATE TABLE {t} ({c} int GENERATED ALWAYS AS IDENTITY, {c} int) PARTITION BY LIST ({c})",
    "CREATE TABLE {t} PARTITION OF {t} DEFAULT",
    "CREATE TABLE {t} ({c} int) INHERITS ({t})",
    "CREATE TABLE {t} (LIKE {t} INCLUDING ALL)",
    "CREATE TABLE {t} AS SELECT {c} FROM {t}",
    "CREATE TEMPORARY TABLE {t} ({c} int)",
    "ALTER TABLE {t} ADD COLUMN {c} {n}",
    "ALTER TABLE {t} ADD COLUMN {c} int REFERENCES {t}",
    "ALTER TABLE {t} DROP COLUMN {c} CASCADE",
    "ALTER TABLE {t} RENAME COLUMN {c} TO {c}",
    "ALTER TABLE {t} RENAME TO {t}",
    "ALTER TABLE {t} RENAME CONSTRAINT {n} TO {n}",
    "ALTER TABLE {t} SET SCHEMA s",
    "ALTER TABLE s.{t} SET SCHEMA public",
    "ALTER TABLE {t} ALTER {c} TYPE {n}",
    "ALTER TABLE {t} ALTER {c} SET NOT NULL, ALTER {c} SET DEFAULT 1",
    "ALTER TABLE {t} ALTER {c} DROP IDENTITY IF EXISTS",
    "ALTER TABLE {t} ADD CONSTRAINT {n} UNIQUE ({c})",
    "ALTER TABLE {t} ADD CONSTRAINT {n} FOREIGN KEY ({c}) REFERENCES {t}",
    "ALTER TABLE {t} ADD CONSTRAINT {n} PRIMARY KEY USING INDEX {n}",
    "ALTER TABLE {t} ADD CHECK ({c} IS NOT NULL) NOT VALID",
    "ALTER TABLE {t} DROP CONSTRAINT {n} CASCADE",
    "ALTER TABLE {t} VALIDATE CONSTRAINT {n}",
    "ALTER TABLE {t} ATTACH PARTITION {t} DEFAULT",
    "ALTER TABLE {t} DETACH PARTITION {t}",
    "ALTER TABLE {t} INHERIT {t}",
    "ALTER TABLE {t} NO INHERIT {t}",
    "CREATE UNIQUE INDEX {n} ON {t} ({c}) WHERE {c} > 0",
    "CREATE INDEX ON {t} ({c}, lower({c}))",
    "CREATE INDEX {n} ON ONLY {t} ({c})",
    "ALTER INDEX {n} RENAME TO {n}",
    "ALTER INDEX {n} ATTACH PARTITION {n}",
    "CREATE VIEW {t} AS SELECT {c} FROM {t}",
    "CREATE OR REPLACE VIEW {n} AS SELECT {c} FROM {t}",
    "CREATE MATERIALIZED VIEW {t} AS SELECT {c} FROM {t}",
    "ALTER VIEW {n} RENAME TO {t}",
    "CREATE SEQUENCE {n} OWNED BY {t}.{c}",
    "CREATE TYPE {n} AS ENUM ('a')",
    "CREATE DOMAIN {n} AS {n} CHECK (VALUE > 0) CONSTRAINT {n} CHECK (VALUE < 9)",
    "ALTER TYPE {n} ADD VALUE 'b'",
    "ALTER TYPE {n} RENAME TO {n}",
    "ALTER TYPE {n} SET SCHEMA s",
    "ALTER DOMAIN {n} ADD CHECK (VALUE > 1)",
    "ALTER DOMAIN {n} DROP CONSTRAINT {n}",
    "ALTER DOMAIN {n} RENAME CONSTRAINT {n} TO {n}",
    "CREATE FUNCTION {n}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DROP TABLE {t}; PERFORM {n}(); END $$",
    "CREATE TRIGGER {n} AFTER INSERT ON {t} EXECUTE FUNCTION {n}()",
    "ALTER FUNCTION {n}() RENAME TO {n}",
    "SELECT {n}()",
    "DO $$ BEGIN ALTER TABLE {t} ADD COLUMN {c} int; EXECUTE x; END $$",
    "DROP TABLE {t}",
    "DROP TABLE IF EXISTS {t} CASCADE",
    "DROP VIEW {n} CASCADE",
    "DROP INDEX {n}",
    "DROP TYPE {n} CASCADE",
    "DROP SEQUENCE {n} CASCADE",
    "DROP FUNCTION {n} CASCADE",
    "DROP TRIGGER {n} ON {t}",
    "ALTER TABLE {t} REPLICA IDENTITY USING INDEX {n}, CLUSTER ON {n}",
    "ALTER TABLE {t} DISABLE TRIGGER {n}, SET (autovacuum_enabled = off)",
    "CREATE PUBLICATION {n} FOR TABLE {t}, {t}",
    "CREATE PUBLICATION p FOR TABLE {t}, TABLES IN SCHEMA s",
    "ALTER PUBLICATION p ADD TABLE {t}",
    "ALTER PUBLICATION p SET TABLE {t}, {t}",
    "ALTER PUBLICATION p DROP TABLE {t}",
    "ALTER PUBLICATION p RENAME TO n",
    "DROP PUBLICATION {n}",
    "CREATE STATISTICS {n} ON {c}, {c} FROM {t}",
    "ALTER STATISTICS {n} RENAME TO {n}",
    "DROP STATISTICS {n}",
    "CREATE TABLE {t} OF {n}",
    "ALTER TABLE {t} OF {n}",
    "CREATE SCHEMA s",
    "ALTER SCHEMA s RENAME TO public",
    "DROP SCHEMA s CASCADE",
    "SET search_path = s, public",
    "SET LOCAL search_path = s",
    "COMMIT",
    "DISCARD ALL",
];

const TABLES: &[&str] = &["a", "b", "c", "s.a", "s.d"];
const COLUMNS: &[&str] = &["x", "y", "z", "w"];
const NAMES: &[&str] = &["a", "n", "mood", "a_x_idx", "a_pkey", "b_x_check", "int", "s.n"];

/// A statement of the pool, every blank filled in at random.
fn statement() -> impl Strategy<Value = String> {
    (prop::sample::select(POOL), prop::collection::vec(any::<u8>(), 8)).prop_map(|(template, choices)| {
        let mut choices = choices.into_iter().cycle();
        let mut text = template.to_owned();
        for (blank, words) in [("{t}", TABLES), ("{c}", COLUMNS), ("{n}", NAMES)] {
            while text.contains(blank) {
                let choice = usize::from(choices.next().unwrap_or_default()) % words.len();
                text = text.replacen(blank, words[choice], 1);
            }
        }
        text + ";\n"
    })
}

proptest! {
    #[test]
    fn any_sequence_replays(script in prop::collection::vec(statement(), 0..60)) {
        let sql = script.concat();
        let statements = statements(&sql);
        let mut catalog = Catalog::default();
        replay(&statements, &mut catalog);
        check(&catalog)?;
        catalog.end_session();
        check(&catalog)?;
    }
}

type Sets = BTreeMap<QName, BTreeSet<QName>>;

/// The reverse maps, worked out from the objects.
#[derive(Default)]
struct Expected {
    indexes: BTreeMap<QName, QName>,
    referencing: Sets,
    children: Sets,
    readers: Sets,
    owned: Sets,
    triggered: Sets,
    statistics: BTreeMap<QName, QName>,
    published: BTreeMap<QName, BTreeSet<Symbol>>,
    constraints: BTreeMap<QName, u32>,
}

fn check(catalog: &Catalog<'_>) -> Result<(), TestCaseError> {
    let mut expected = Expected::default();
    for (name, relation) in &catalog.relations {
        let own = match relation {
            Relation::Table(table) => &table.name,
            Relation::View(view) => &view.name,
            Relation::Sequence(sequence) => &sequence.name,
        };
        prop_assert_eq!(name, own);
        expected.add(name, relation);
    }
    for found in catalog.types.values() {
        if let TypeKind::Domain { constraints, .. } = &found.kind {
            for constraint in constraints {
                *expected.constraints.entry(beside(&found.name, &constraint.name)).or_default() += 1;
            }
        }
    }
    for (name, publication) in &catalog.publications {
        prop_assert_eq!(name, &publication.name);
        for table in &publication.tables {
            expected.published.entry(table.clone()).or_default().insert(name.clone());
        }
    }
    prop_assert_eq!(&expected.indexes, &catalog.indexes);
    prop_assert_eq!(&expected.referencing, &catalog.referencing);
    prop_assert_eq!(&expected.children, &catalog.children);
    prop_assert_eq!(&expected.readers, &catalog.links.readers);
    prop_assert_eq!(&expected.owned, &catalog.links.owned);
    prop_assert_eq!(&expected.triggered, &catalog.links.triggered);
    prop_assert_eq!(&expected.statistics, &catalog.statistics);
    prop_assert_eq!(&expected.published, &catalog.links.published);
    prop_assert_eq!(&expected.constraints, &catalog.links.constraints);
    Ok(())
}

impl Expected {
    fn add(&mut self, name: &QName, relation: &Relation) {
        match relation {
            Relation::Table(table) => {
                for index in &table.indexes {
                    self.indexes.insert(beside(name, &index.name), name.clone());
                }
                for constraint in &table.constraints {
                    *self.constraints.entry(beside(name, &constraint.name)).or_default() += 1;
                    if let ConstraintBody::ForeignKey { table: parent, .. } = &constraint.kind {
                        self.referencing.entry(parent.clone()).or_default().insert(name.clone());
                    }
                }
                for statistics in &table.statistics {
                    self.statistics.insert(statistics.clone(), name.clone());
                }
                for parent in &table.parents {
                    self.children.entry(parent.clone()).or_default().insert(name.clone());
                }
                for trigger in &table.triggers {
                    self.triggered.entry(trigger.function.clone()).or_default().insert(name.clone());
                }
            }
            Relation::View(view) => {
                for index in &view.indexes {
                    self.indexes.insert(beside(name, &index.name), name.clone());
                }
                for read in &view.reads {
                    self.readers.entry(read.clone()).or_default().insert(name.clone());
                }
            }
            Relation::Sequence(sequence) => {
                if let Some((table, _)) = &sequence.owned_by {
                    self.owned.entry(table.clone()).or_default().insert(name.clone());
                }
            }
        }
    }
}

fn beside(name: &QName, other: &std::sync::Arc<str>) -> QName {
    QName { schema: name.schema.clone(), name: other.clone() }
}
