//! Holds the model of PostgreSQL against measurements of real servers (`fixtures/postgres/README.md`).
//!
//! For each measured statement the schema is built from the very SQL the measurement started from; then the effects of
//! the statement are worked out for every version and compared. Not compared are:
//! - statements the server refused (but "cannot run inside a transaction block" is),
//! - locks on an index that are no stronger than the one on its table, which tells as much, and those of `CONCURRENTLY`,
//!   which come when nobody can see the index any more,
//! - scans of tables without rows, which measured as nothing,
//! - the new, empty file that `TRUNCATE` and `REFRESH … WITH NO DATA` make: no row is copied.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "our own files are UTF-8 with plain line ends")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use switchback::engine::effect::{Effects, LockedKind};
use switchback::engine::lock::LockMode;
use switchback::engine::{Context, Engine};
use switchback::schema::catalog::{Catalog, Origin, Relation};
use switchback::schema::lower::lower;
use switchback::schema::operation::{OperationKind, QName};
use switchback::syntax::query::RowVerb;
use switchback::syntax::span::Span;
use switchback::syntax::statement::Statement;

/// Where the model is known to differ, and why. This list may only get shorter.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("delete-using", "the planner's choice: a range on the joined table spares its scan"),
    ("select-partitioned-pruned", "the bounds of partitions are not kept"),
    ("update-partitioned-pruned", "the bounds of partitions are not kept"),
];

/// Its length, so that a longer one cannot slip in.
const EXCEPTION_COUNT: usize = 3;

#[derive(Deserialize)]
struct Base {
    base: String,
    fixtures: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    #[serde(default)]
    with: Vec<String>,
    setup: Option<String>,
    pre: Option<String>,
    #[serde(default)]
    tx: Several,
    sql: String,
    facts: Vec<Fact>,
}

/// One statement, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Several {
    One(String),
    Many(Vec<String>),
}

impl Default for Several {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Several {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(sql) => std::slice::from_ref(sql),
            Self::Many(sql) => sql,
        }
    }
}

#[derive(Deserialize)]
struct Fact {
    from: u16,
    to: u16,
    result: Measured,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Measured {
    transaction_ok: Option<bool>,
    locks: Vec<MeasuredLock>,
    locks_released_early: Vec<String>,
    rewrites_table: Vec<String>,
    rewrites_indexes: Vec<String>,
    scans_table: Vec<String>,
    creates: Vec<String>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct MeasuredLock {
    relation: String,
    kind: String,
    #[serde(deserialize_with = "mode")]
    mode: LockMode,
}

#[derive(Deserialize)]
struct Refusal {
    sqlstate: String,
    message: String,
}

/// The schema as the statements so far left it.
#[derive(Clone, Default)]
struct World {
    catalog: Catalog<'static>,
    /// Tables that rows were put into.
    filled: BTreeSet<QName>,
    utc: bool,
}

/// The results of one version.
#[derive(Default)]
struct Count {
    measured: u32,
    compared: u32,
}

/// What the model says of one statement.
#[derive(Default)]
struct Predicted {
    locks: BTreeMap<String, (LockedKind, LockMode)>,
    rewrites: BTreeSet<String>,
    scans: BTreeSet<String>,
    builds: Vec<(String, Option<String>)>,
    no_transaction: bool,
    /// It makes new, empty files.
    empties: bool,
}

#[test]
fn the_model_agrees_with_the_servers() {
    std::thread::Builder::new()
        .stack_size(switchback::syntax::STACK_SIZE)
        .spawn(compare_all)
        .expect("a thread starts")
        .join()
        .expect("the model agrees");
}

fn compare_all() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/postgres");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the fixture can be read");
    let base: Base = serde_json::from_str(&read("base.json")).expect("the base is as described");
    let mut start = World::default();
    start.replay(&base.base);
    let mut rows = 0;
    let mut counts: BTreeMap<u16, Count> = BTreeMap::new();
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    for line in read("facts.jsonl").lines() {
        let case: Case = serde_json::from_str(line).expect("the fact is as described");
        rows += 1;
        let mut world = start.clone();
        for name in &case.with {
            world.replay(&base.fixtures[name]);
        }
        for sql in case.setup.iter().chain(&case.pre) {
            world.replay(sql);
        }
        for fact in &case.facts {
            for version in fact.from..=fact.to {
                let count = counts.entry(version).or_default();
                count.measured += 1;
                if fact.result.error.as_ref().is_some_and(|error| !needs_autocommit(error)) {
                    continue;
                }
                count.compared += 1;
                let differences = compare(&case, &fact.result, &world, version);
                if !differences.is_empty() {
                    wrong.entry(case.id.clone()).or_insert_with(|| {
                        format!("{} on {version}: {}\n    {}", case.id, case.sql, differences.join("\n    "))
                    });
                }
            }
        }
    }
    println!("{rows} statements");
    for (version, Count { measured, compared }) in counts {
        let refused = measured - compared;
        println!("PostgreSQL {version}: {measured} measured, {compared} compared, {refused} refused by the server");
    }
    report(&wrong);
}

fn report(wrong: &BTreeMap<String, String>) {
    let excepted: BTreeSet<&str> = EXCEPTIONS.iter().map(|(id, _)| *id).collect();
    let unexpected: Vec<&String> =
        wrong.iter().filter(|(id, _)| !excepted.contains(id.as_str())).map(|(_, text)| text).collect();
    for text in &unexpected {
        println!("{text}");
    }
    let outdated: Vec<&&str> = excepted.iter().filter(|id| !wrong.contains_key(**id)).collect();
    assert!(unexpected.is_empty(), "{} statements differ", unexpected.len());
    assert!(outdated.is_empty(), "these agree by now and are no exceptions: {outdated:?}");
    assert_eq!(EXCEPTIONS.len(), EXCEPTION_COUNT, "the list of exceptions may only get shorter");
}

fn needs_autocommit(error: &Refusal) -> bool {
    error.sqlstate == "25001"
        && (error.message.contains("cannot run inside a transaction block")
            || error.message.contains("cannot be executed from a function"))
}

fn compare(case: &Case, measured: &Measured, world: &World, version: u16) -> Vec<String> {
    let mut earlier = world.clone();
    let mut held = BTreeSet::new();
    for sql in case.tx.as_slice() {
        let before = earlier.predict(sql, version, &world.catalog);
        held.extend(before.locks.into_iter().map(|(relation, (_, mode))| (relation, mode)));
    }
    let mut predicted = earlier.predict(&case.sql, version, &world.catalog);
    predicted.locks.retain(|relation, (_, mode)| !held.contains(&(relation.clone(), *mode)));
    let mut differences = Vec::new();
    if measured.error.is_some() {
        if !predicted.no_transaction {
            differences.push("it cannot run in a transaction".to_owned());
        }
        return differences;
    }
    if measured.transaction_ok.is_some_and(|ok| ok == predicted.no_transaction) {
        differences.push(format!("transaction: measured {:?}", measured.transaction_ok));
    }
    compare_locks(case, measured, &predicted, world, &mut differences);
    compare_work(measured, &predicted, world, &mut differences);
    differences
}

fn compare_locks(
    case: &Case,
    measured: &Measured,
    predicted: &Predicted,
    world: &World,
    differences: &mut Vec<String>,
) {
    let online = case.sql.contains("CONCURRENTLY");
    let early: BTreeSet<&str> = measured.locks_released_early.iter().map(String::as_str).collect();
    let seen: BTreeMap<&str, &MeasuredLock> =
        measured.locks.iter().map(|lock| (lock.relation.as_str(), lock)).collect();
    let matters = |lock: &MeasuredLock| match kind(&lock.kind) {
        None => false,
        Some(LockedKind::Index) => !online && Some(lock.mode) > mode_on_table(lock, &seen, world),
        Some(_) => true,
    };
    for lock in measured.locks.iter().filter(|lock| matters(lock)) {
        let expected = Some((kind(&lock.kind), lock.mode));
        let found = predicted.locks.get(&lock.relation).map(|(kind, mode)| (Some(*kind), *mode));
        if expected != found {
            differences.push(format!("lock on {}: measured {}, found {found:?}", lock.relation, lock.mode));
        }
    }
    for (relation, (kind, mode)) in &predicted.locks {
        let lock = seen.get(relation.as_str());
        let compared = lock.is_some_and(|lock| lock.mode == *mode || matters(lock));
        let early = early.contains(format!("{relation}:{mode}").as_str());
        let unseen = online && *kind == LockedKind::Index;
        if !compared && !early && !unseen {
            differences.push(format!("lock on {relation}: found {mode}, measured none"));
        }
    }
}

/// The lock on the table of a locked index, if there is one.
fn mode_on_table(lock: &MeasuredLock, seen: &BTreeMap<&str, &MeasuredLock>, world: &World) -> Option<LockMode> {
    let table = world.catalog.indexes.get(&qualified(&lock.relation)).map(QName::short).unwrap_or_default();
    seen.get(table.as_str()).map(|table| table.mode)
}

fn kind(measured: &str) -> Option<LockedKind> {
    match measured {
        "table" | "partitioned table" | "foreign table" => Some(LockedKind::Table),
        "view" => Some(LockedKind::View),
        "matview" => Some(LockedKind::MaterializedView),
        "sequence" => Some(LockedKind::Sequence),
        "index" | "partitioned index" => Some(LockedKind::Index),
        "composite type" => None,
        other => panic!("unknown kind of relation {other}"),
    }
}

fn mode<'de, D: Deserializer<'de>>(measured: D) -> Result<LockMode, D::Error> {
    let name = String::deserialize(measured)?;
    let mode = LockMode::ALL.into_iter().find(|mode| mode.to_string() == name);
    mode.ok_or_else(|| D::Error::custom(format!("unknown lock mode {name}")))
}

fn compare_work(measured: &Measured, predicted: &Predicted, world: &World, differences: &mut Vec<String>) {
    let scanned: BTreeSet<String> = measured.scans_table.iter().cloned().collect();
    for table in scanned.difference(&predicted.scans) {
        differences.push(format!("scan of {table} missing"));
    }
    for table in predicted.scans.difference(&scanned).filter(|table| world.has_rows(&qualified(table))) {
        differences.push(format!("scan of {table} not measured"));
    }
    if predicted.empties {
        return;
    }
    let rewritten: BTreeSet<String> = measured.rewrites_table.iter().cloned().collect();
    if rewritten != predicted.rewrites {
        differences.push(format!("rewrites: measured {rewritten:?}, found {:?}", predicted.rewrites));
    }
    // What a new table brings along is nobody's business.
    let new_table = measured.creates.iter().any(|created| created.starts_with("table ") || created.contains("view "));
    let created = measured.creates.iter().filter_map(|created| created.strip_prefix("index ")).filter(|_| !new_table);
    let built: BTreeSet<&str> = measured.rewrites_indexes.iter().map(String::as_str).chain(created).collect();
    let strange = predicted.builds.iter().filter_map(|(_, index)| index.as_deref()).any(|index| !built.contains(index));
    if strange || built.len() != predicted.builds.len() {
        differences.push(format!("index builds: measured {built:?}, found {:?}", predicted.builds));
    }
}

fn qualified(name: &str) -> QName {
    let (schema, name) = name.split_once('.').unwrap_or(("public", name));
    QName { schema: schema.into(), name: name.into() }
}

fn statements(sql: &str) -> &'static [Statement] {
    let span = Span::new(0, u32::try_from(sql.len()).expect("SQL is short"));
    switchback::syntax::parse(sql, span).statements.leak()
}

impl World {
    fn replay(&mut self, sql: &str) {
        for statement in statements(sql) {
            for operation in lower(statement, &self.catalog) {
                match &operation.kind {
                    OperationKind::ChangeRows { table, change } if change.verb == RowVerb::Insert => {
                        self.filled.insert(table.clone());
                    }
                    OperationKind::CreateView { view, def } if def.materialized && !def.no_data => {
                        self.filled.insert(view.clone());
                    }
                    OperationKind::Set(setting) if setting.name.as_deref() == Some("timezone") => {
                        self.utc = matches!(setting.value.as_deref(), Some("UTC" | "Etc/UTC" | "GMT"));
                    }
                    OperationKind::Unrecognized(unrecognized) => panic!("{sql}: {}", unrecognized.reason),
                    _ => {}
                }
                self.catalog.apply(&operation, Origin { release: 0, file: 0, span: operation.span });
            }
        }
    }

    /// The effects on what was there in `before`; the world moves on.
    fn predict(&mut self, sql: &str, version: u16, before: &Catalog<'_>) -> Predicted {
        let mut predicted = Predicted::default();
        let context = Context { version, utc: self.utc };
        for statement in statements(sql) {
            for operation in lower(statement, &self.catalog) {
                predicted.add(Engine::Postgres.effects(&operation, &self.catalog, context), before);
                predicted.empties |= matches!(
                    operation.kind,
                    OperationKind::Truncate { .. } | OperationKind::Refresh { no_data: true, .. }
                );
                self.catalog.apply(&operation, Origin { release: 1, file: 1, span: operation.span });
            }
        }
        predicted
    }

    fn has_rows(&self, relation: &QName) -> bool {
        let parents = match self.catalog.relations.get(relation) {
            Some(Relation::Table(table)) => table.parents.clone(),
            _ => Vec::new(),
        };
        self.filled.contains(relation) || parents.iter().any(|parent| self.has_rows(parent))
    }
}

impl Predicted {
    fn add(&mut self, effects: Effects, before: &Catalog<'_>) {
        let known = |name: &QName| before.relations.contains_key(name) || before.indexes.contains_key(name);
        for lock in effects.locks.into_iter().filter(|lock| known(&lock.relation)) {
            let entry = self.locks.entry(lock.relation.short()).or_insert((lock.kind, lock.mode));
            entry.1 = entry.1.max(lock.mode);
        }
        self.rewrites.extend(effects.rewrites.iter().filter(|name| known(name)).map(QName::short));
        self.scans.extend(effects.scans.iter().filter(|name| known(name)).map(QName::short));
        for (table, index) in effects.builds.iter().filter(|(table, _)| known(table)) {
            let build = (table.short(), index.as_ref().map(ToString::to_string));
            if build.1.is_none() || !self.builds.contains(&build) {
                self.builds.push(build);
            }
        }
        self.no_transaction |= effects.no_transaction;
    }
}
