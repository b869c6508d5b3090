//! The lock timeline of `fixtures/locks` in every format.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files and variables of their own")]

mod common;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Value, json};
use switchback::report::Style;
use switchback::report::timeline::{Picture, concise, json as document, pretty};
use switchback::settings::Settings;
use switchback::source::migration::{Migration, TransactionMode};
use switchback::source::{Input, Request, load};
use switchback::timeline;

type Format = fn(&Picture<'_>, &mut dyn Write) -> io::Result<()>;

fn migrations() -> Vec<Migration> {
    let inputs = vec![Input::Path(PathBuf::from("fixtures/locks"))];
    load(&Request::new(common::root().to_owned(), inputs)).unwrap().migrations
}

fn written(format: Format, migrations: &[Migration], style: Style) -> String {
    let settings = Settings { table_rows: [("users".to_owned(), 40_000_000)].into(), ..Settings::default() };
    let files = timeline::of(migrations, &settings);
    let mut bytes = Vec::new();
    format(&Picture { files: &files, version: settings.version, style, actions: false }, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// One file, whose statements run as `mode` says.
fn one(sql: &str, mode: TransactionMode) -> Value {
    let migration = common::migration("1.sql", "1", sql, mode);
    serde_json::from_str(&written(document::write, &[migration], Style::default())).unwrap()
}

#[test]
fn pretty_on_a_terminal() {
    let style = Style { color: true, width: 100, ..Style::default() };
    insta::assert_snapshot!(written(pretty::write, &migrations(), style).replace('\u{1b}', "⎋"));
}

#[test]
fn pretty_in_ascii_on_a_narrow_terminal() {
    let style = Style { unicode: false, width: 80, ..Style::default() };
    let text = written(pretty::write, &migrations(), style);
    assert!(text.is_ascii(), "{text}");
    let too_wide = text.split('\n').filter(|line| line.starts_with(['|', '+']) && line.len() > 80);
    assert_eq!(too_wide.collect::<Vec<_>>(), Vec::<&str>::new());
    insta::assert_snapshot!(text);
}

#[test]
fn concise_in_a_pipe() {
    insta::assert_snapshot!(written(concise::write, &migrations(), Style::default()));
}

#[test]
fn json_document() {
    let text = written(document::write, &migrations()[..2], Style::default());
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "[version]"));
}

#[test]
fn json_keeps_to_its_schema() {
    let path = common::root().join("fixtures/schemas/switchback-locks-1.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut document: Value = serde_json::from_str(&written(document::write, &migrations(), Style::default())).unwrap();
    assert_eq!(common::schema::violations(&schema, &document), Vec::<String>::new());
    document["statements"][0]["transaction"] = "maybe".into();
    document["extra"] = 1.into();
    assert_eq!(common::schema::violations(&schema, &document).len(), 2, "the schema forbids what it has to");
}

/// SQL, how it runs, and for every statement that locks: the number of the one that releases it, and how.
type Held = (&'static str, TransactionMode, &'static [(u64, &'static str)]);

/// Statement by statement: with the end of which one the first lock is released, and by what.
#[test]
fn locks_are_held_until_something_releases_them() {
    let cases: &[Held] = &[
        ("DROP TABLE a; DROP TABLE b;", TransactionMode::None, &[(1, "statement-end"), (2, "statement-end")]),
        ("DROP TABLE a; DROP TABLE b;", TransactionMode::Wrapped, &[(2, "transaction-end"), (2, "transaction-end")]),
        ("DROP TABLE a;", TransactionMode::SingleQuery, &[(1, "statement-end")]),
        (
            "DROP TABLE a; COMMIT; DROP TABLE b;",
            TransactionMode::SingleQuery,
            &[(2, "transaction-end"), (3, "transaction-end")],
        ),
        (
            "DROP TABLE a; BEGIN; DROP TABLE b; COMMIT;",
            TransactionMode::SingleQuery,
            &[(4, "transaction-end"), (4, "transaction-end")],
        ),
        (
            "BEGIN; DROP TABLE a; COMMIT AND CHAIN; DROP TABLE b; ROLLBACK;",
            TransactionMode::None,
            &[(3, "transaction-end"), (5, "transaction-end")],
        ),
        ("BEGIN; DROP TABLE a;", TransactionMode::None, &[(2, "transaction-end")]),
        (
            "BEGIN; SAVEPOINT s; DROP TABLE a; ROLLBACK TO s; DROP TABLE b; COMMIT;",
            TransactionMode::None,
            &[(4, "savepoint-rollback"), (6, "transaction-end")],
        ),
        (
            "BEGIN; SAVEPOINT s; DROP TABLE a; RELEASE s; ROLLBACK TO s; COMMIT;",
            TransactionMode::None,
            &[(6, "transaction-end")],
        ),
        ("DO $$ BEGIN DROP TABLE a; COMMIT; END $$;", TransactionMode::Unknown, &[(1, "commit-in-block")]),
        (
            "CREATE INDEX CONCURRENTLY i ON a (b); DROP TABLE a;",
            TransactionMode::Wrapped,
            &[(1, "statement-end"), (2, "transaction-end")],
        ),
    ];
    for (sql, mode, expected) in cases {
        let document = one(sql, *mode);
        let statements = document["statements"].as_array().unwrap();
        let held: Vec<Value> = statements
            .iter()
            .filter_map(|statement| statement["locks"].get(0))
            .map(|lock| json!([lock["held_until"]["number"], lock["held_until"]["event"]]))
            .collect();
        let expected: Vec<Value> = expected.iter().map(|(number, event)| json!([number, event])).collect();
        assert_eq!(held, expected, "{sql} ({mode:?})");
    }
}

/// Several actions are one statement, with the strongest lock and all of the work.
#[test]
fn actions_are_merged() {
    let sql = "ALTER TABLE t VALIDATE CONSTRAINT c, ALTER COLUMN a TYPE bigint, ADD COLUMN b int;";
    let document = one(sql, TransactionMode::None);
    let statement = &document["statements"][0];
    assert_eq!(document["statements"].as_array().unwrap().len(), 1);
    assert_eq!(statement["locks"].as_array().unwrap().len(), 1);
    assert_eq!(statement["locks"][0]["mode"], "AccessExclusiveLock");
    assert_eq!(statement["rewrites"], json!(["public.t"]));
    assert_eq!((&statement["start"], &statement["end"]), (&json!(0), &json!(sql.len() - 1)));
}

#[test]
fn what_is_not_known_is_said() {
    for sql in [
        "ALTER TABEL t;",
        "CALL p();",
        "DO $$ BEGIN EXECUTE format('x %I', y); END $$;",
        "EXECUTE plan;",
        "\\i other.sql\n",
    ] {
        let document = one(sql, TransactionMode::None);
        let notes = document["statements"][0]["notes"].to_string();
        assert!(notes.contains("which locks it takes is not known"), "{sql}: {notes}");
    }
}

/// Nothing in a migration may steer the terminal, and no table is wider than it.
#[test]
fn hostile_text_stays_text() {
    let name = "x\u{1b}[2J\n::error::pwned \u{202e}日本".repeat(20);
    let sql = format!("BEGIN; ALTER TABLE \"{name}\" ADD a int; CREATE INDEX \"{name}i\" ON \"{name}\" (a); COMMIT;");
    let migration = [common::migration("a\u{1b}.sql", "1", &sql, TransactionMode::None)];
    for width in [0, 60, 100] {
        for format in [pretty::write as Format, concise::write] {
            let text = written(format, &migration, Style { width, ..Style::default() });
            let steering = text.chars().filter(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
            assert_eq!(steering.collect::<String>(), "");
            assert!(!text.split('\n').any(|line| line.trim_start().starts_with("::")), "{text}");
        }
    }
}
