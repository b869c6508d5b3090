//! Plans of anything: nothing panics, and what was understood is planned in statements that are understood.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]
#![allow(clippy::disallowed_methods, reason = "tests read files of their own")]

mod common;

use common::migration;
use proptest::prelude::*;
use switchback::plan::{Options, Plan, SyncBy, Way, plan};
use switchback::settings::Settings;
use switchback::source::migration::{Migration, TransactionMode};
use switchback::syntax::span::Span;
use switchback::syntax::statement::{Statement, StatementKind};
use switchback::syntax::{parse, statement_spans};

/// Statements by family, as data.
const FORMS: &str = include_str!("../fixtures/grammar/forms.sql");

/// Tables to change.
const HISTORY: &str = r#"
    CREATE SCHEMA "Odd";
    CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL DEFAULT 'x', email text UNIQUE, age int CHECK (age > 0));
    CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int NOT NULL REFERENCES users,
        total text, UNIQUE (user_id, total));
    CREATE TABLE "Odd"."a$$b" ("x, y" uuid, "b'c" text, "q""r" int, PRIMARY KEY ("x, y", "q""r"));
    CREATE TABLE bare (a int, b text);
    CREATE INDEX users_name ON users (lower(name)) WHERE name <> '';
    CREATE INDEX "odd i" ON "Odd"."a$$b" ("b'c");
    CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TYPE mood AS ENUM ('a', 'b');
    CREATE TABLE t (a int PRIMARY KEY, b text, c mood);
"#;

/// Changes that a plan has something to say about, on names that get in the way.
const CHANGES: &[&str] = &[
    r#"ALTER TABLE "Odd"."a$$b" RENAME COLUMN "b'c" TO "d$$e""#,
    r#"ALTER TABLE "Odd"."a$$b" RENAME TO "c)d""#,
    r#"ALTER TABLE "Odd"."a$$b" ALTER COLUMN "q""r" TYPE bigint USING "q""r"::bigint"#,
    r#"ALTER TABLE "Odd"."a$$b" DROP COLUMN "b'c""#,
    "ALTER TABLE users RENAME COLUMN name TO \"new\nline; DROP TABLE users; --\"",
    "ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE, ADD PRIMARY KEY (email)",
    "ALTER TABLE users ADD COLUMN a text NOT NULL DEFAULT '$$' || random()::text",
    "ALTER TABLE users ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED, ADD CHECK (age > 0 AND name <> ')')",
    "ALTER TABLE orders ADD FOREIGN KEY (total) REFERENCES users (email) ON DELETE SET NULL",
    "ALTER TABLE bare ADD PRIMARY KEY (a)",
    "ALTER TABLE bare RENAME COLUMN b TO c",
    "ALTER TABLE users ALTER COLUMN id TYPE bigint",
    "ALTER TABLE orders ALTER COLUMN id TYPE bigint, ALTER COLUMN user_id TYPE bigint",
    "ALTER TABLE users ALTER COLUMN age SET NOT NULL",
    "ALTER TABLE users ALTER COLUMN name DROP DEFAULT",
    "ALTER TABLE users ADD COLUMN f text; UPDATE users SET f = split_part(name, ' ', 1); ALTER TABLE users DROP COLUMN name",
    "CREATE INDEX ON parts (id); CREATE UNIQUE INDEX IF NOT EXISTS \"index\" ON users (age); DROP INDEX users_name",
    "DROP INDEX \"Odd\".\"odd i\"; CREATE INDEX \"odd i\" ON \"Odd\".\"a$$b\" (\"b'c\", \"q\"\"r\")",
    "CREATE INDEX parts_id ON parts (id)",
    "DROP TABLE users CASCADE; DROP TABLE \"Odd\".\"a$$b\"",
    "UPDATE users SET name = '$$' WHERE age > 3; DELETE FROM bare; DELETE FROM \"Odd\".\"a$$b\"",
    "ALTER TYPE mood RENAME VALUE 'a' TO '$$'",
    "CREATE TABLE new_users (id bigint PRIMARY KEY, n text); INSERT INTO new_users SELECT id, name FROM users",
    "ALTER TABLE {{table}} ADD COLUMN ${x} int NOT NULL",
    "ALTER TABLE users ALTER COLUMN age TYPE bigint USING ((((age",
    "ALTER TABEL users",
];

fn history() -> Vec<Migration> {
    vec![migration("1.sql", "1", HISTORY, TransactionMode::Unknown)]
}

fn planned(history: &[Migration], sql: &str) -> Plan {
    let change = migration("2.sql", "2", sql, TransactionMode::Unknown);
    let mut plans = [SyncBy::Trigger, SyncBy::Application].map(|sync| {
        let fill = [("age", "1"), ("b", "NULL"), ("name", "f || '$$'")];
        let fill = fill.into_iter().map(|(column, text)| (column.into(), text.to_owned())).collect();
        plan(history, &change, None, &Settings::default(), &Options { sync, fill, ..Options::default() })
    });
    plans.sort_by_key(|plan| plan.releases().count());
    let [_, plan] = plans;
    plan
}

fn read(sql: &str) -> Vec<Statement> {
    parse(sql, Span::new(0, u32::try_from(sql.len()).unwrap())).statements
}

fn is_understood(sql: &str) -> bool {
    !read(sql).iter().any(|statement| matches!(statement.kind, StatementKind::Unrecognized(_)))
}

/// Every statement of every step can be read, and is one statement.
fn check(history: &[Migration], sql: &str) {
    let plan = planned(history, sql);
    let understood = is_understood(sql);
    for step in plan.releases().flat_map(|release| &release.steps) {
        for statement in step.statements.iter().chain(&step.down) {
            let count = statement_spans(statement, Span::new(0, u32::try_from(statement.len()).unwrap())).len();
            assert!(!understood || (count == 1 && is_understood(statement)), "{sql}\n{}: {statement}", step.name);
        }
        for text in [Some(step.sql(false, "2s")), step.down_sql(true, "2s")].into_iter().flatten() {
            assert!(!understood || is_understood(&text), "{sql}\n{text}");
        }
    }
}

#[test]
fn names_and_texts_that_get_in_the_way_end_nothing() {
    let history = history();
    for change in CHANGES {
        check(&history, change);
        if is_understood(change) {
            assert!(!planned(&history, change).changes.is_empty(), "{change}");
        }
    }
}

/// Each form alone, on a history that has all of them, and on one that knows nothing.
#[test]
fn every_form_is_planned_in_statements_that_can_be_read() {
    let known = [history(), vec![migration("f.sql", "f", FORMS, TransactionMode::Unknown)]].concat();
    for statement in read(FORMS) {
        let sql = statement.span.of(FORMS);
        check(&known, sql);
        check(&[], sql);
    }
}

#[test]
fn what_is_too_much_is_said() {
    let many: String = (0..400)
        .flat_map(|n| {
            ["ALTER TABLE users ADD COLUMN c".to_owned(), n.to_string(), " int NOT NULL DEFAULT random();\n".to_owned()]
        })
        .collect();
    let plan = planned(&history(), &many);
    assert!(matches!(plan.changes.last().map(|last| &last.way), Some(Way::None(_))));
    let deep =
        format!("ALTER TABLE users ALTER COLUMN age TYPE bigint USING {}age{}", "(".repeat(8_000), ")".repeat(8_000));
    check(&history(), &deep);
    let long = format!("ALTER TABLE users ADD CHECK (age > 0{})", " AND age > 0".repeat(8_000));
    check(&history(), &long);
    let wide: Vec<String> = (0..1_500).map(|n| format!("ADD CHECK (age <> {n})")).collect();
    check(&history(), &format!("ALTER TABLE users {}", wide.join(", ")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_strung_together_are_planned(picks in proptest::collection::vec(0..CHANGES.len(), 1..5)) {
        let sql: Vec<&str> = picks.iter().map(|pick| CHANGES[*pick]).collect();
        check(&history(), &sql.join(";\n"));
    }

    #[test]
    fn forms_strung_together_are_planned(picks in proptest::collection::vec(any::<proptest::sample::Index>(), 1..6)) {
        let forms: Vec<&str> = read(FORMS).iter().map(|statement| statement.span.of(FORMS)).collect();
        let sql: Vec<&str> = picks.iter().map(|pick| *pick.get(&forms)).collect();
        check(&history(), &sql.join(";\n"));
    }

    #[test]
    fn what_is_cut_off_never_panics(pick in 0..CHANGES.len(), cut in 0_usize..120) {
        let text = CHANGES[pick];
        let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        planned(&history(), &text[..cut]);
    }
}
