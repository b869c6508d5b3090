//! Comparing schemas: what is found, of which class, with which verdict; and that the statements judged lead from the one
//! to the other.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files and variables of their own")]

mod common;
#[path = "common/repository.rs"]
mod repository;

use std::fmt::Write as _;
use std::fs;

use proptest::prelude::*;
use serde_json::Value;
use switchback::diff::{Diff, Side, diff};
use switchback::report::Style;
use switchback::report::diff::{Comparison, json, markdown, text};
use switchback::settings::Settings;
use switchback::source::migration::TransactionMode;

fn side(sql: &str) -> Side {
    Side { migrations: vec![common::migration("schema.sql", "1", sql, TransactionMode::Unknown)], printed: false }
}

fn compared(old: &str, new: &str) -> Diff {
    diff(side(old), side(new), &Settings { version: 18, ..Settings::default() })
}

/// `class: words` of every change.
fn changes(old: &str, new: &str) -> Vec<String> {
    let changes = compared(old, new).changes;
    changes.iter().map(|change| format!("{}: {}", change.class.as_str(), change.words)).collect()
}

const USERS: &str =
    "CREATE TABLE users (id bigint PRIMARY KEY, name text, email varchar(20) NOT NULL, age int DEFAULT 1);";

/// The one change that `sql` makes to `USERS`.
#[track_caller]
fn one(sql: &str) -> String {
    let new = format!("{USERS}\n{sql}");
    let found = changes(USERS, &new);
    assert_eq!(found.len(), 1, "{found:?}");
    let back = changes(&new, USERS);
    assert!(!back.is_empty());
    found.into_iter().next().unwrap()
}

#[test]
fn books_of_migration_tools_are_left_out() {
    let books = "CREATE TABLE \"SequelizeMeta\" (name text); CREATE TABLE kysely_migration (name text);\n\
                 CREATE SCHEMA sqitch; CREATE TABLE sqitch.changes (id text); CREATE TABLE migrations (id int);";
    assert_eq!(changes("", books), ["expand: table migrations added"]);
}

#[test]
fn every_change_has_a_class() {
    let cases = [
        ("ALTER TABLE users ADD COLUMN plan text;", "expand: column users.plan text added"),
        ("ALTER TABLE users ADD COLUMN plan text NOT NULL;", "tighten: column users.plan text NOT NULL added"),
        ("ALTER TABLE users ADD COLUMN code uuid DEFAULT gen_random_uuid();", "rewrite: column users.code uuid added"),
        ("ALTER TABLE users DROP COLUMN age;", "contract: column users.age integer dropped"),
        ("ALTER TABLE users ALTER name SET NOT NULL;", "tighten: column users.name changes from nullable to NOT NULL"),
        (
            "ALTER TABLE users ALTER email DROP NOT NULL;",
            "loosen: column users.email changes from NOT NULL to nullable",
        ),
        ("ALTER TABLE users ALTER email TYPE text;", "loosen: type of users.email changes from varchar(20) to text"),
        (
            "ALTER TABLE users ALTER name TYPE varchar(9);",
            "rewrite: type of users.name changes from text to varchar(9)",
        ),
        ("ALTER TABLE users ALTER age TYPE bigint;", "rewrite: type of users.age changes from integer to bigint"),
        ("ALTER TABLE users ALTER age DROP DEFAULT;", "tighten: default of users.age changes from 1 to none"),
        ("ALTER TABLE users ALTER age SET DEFAULT 2;", "neutral: default of users.age changes from 1 to 2"),
        ("ALTER TABLE users ALTER name SET DEFAULT '';", "loosen: default of users.name changes from none to ''"),
        ("ALTER TABLE users ADD CONSTRAINT old CHECK (age > 9);", "tighten: check users.old added"),
        ("ALTER TABLE users ADD CONSTRAINT one UNIQUE (email);", "tighten: unique constraint users.one added"),
        ("ALTER TABLE users DROP CONSTRAINT users_pkey;", "loosen: primary key users.users_pkey dropped"),
        (
            "ALTER TABLE users RENAME CONSTRAINT users_pkey TO pk;",
            "neutral: primary key users.users_pkey changes from users_pkey to pk",
        ),
        (
            "CREATE INDEX by_name ON users (lower(name)) WHERE age > 1;",
            "neutral: index by_name on users (lower(name)) where … added",
        ),
        ("CREATE UNIQUE INDEX one ON users (email);", "tighten: unique index one on users (email) added"),
        ("ALTER TABLE users SET UNLOGGED;", "rewrite: table users changes from logged to unlogged"),
        ("CREATE TABLE orders (id int);", "expand: table orders added"),
        ("DROP TABLE users;", "contract: table users dropped"),
        ("CREATE VIEW names AS SELECT name FROM users;", "expand: view names added"),
        ("CREATE TYPE mood AS ENUM ('ok');", "expand: type mood added"),
        ("CREATE SEQUENCE numbers;", "expand: sequence numbers added"),
        ("CREATE SCHEMA app;", "expand: schema app added"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", "expand: function f added"),
    ];
    for (sql, expected) in cases {
        assert_eq!(one(sql), expected, "{sql}");
    }
}

#[test]
fn the_same_in_other_words_is_the_same() {
    let cases = [
        ("CREATE TABLE a (b int DEFAULT 1);", "CREATE TABLE public.a (b integer DEFAULT (1)::integer);"),
        (
            "CREATE TYPE e AS ENUM ('a'); CREATE TABLE a (b e DEFAULT 'a');",
            "CREATE TYPE e AS ENUM ('a'); create table a (b public.e default 'a'::public.e);",
        ),
        (
            "CREATE TABLE a (id serial);",
            "CREATE TABLE a (id int NOT NULL); CREATE SEQUENCE a_id_seq OWNED BY a.id;
          ALTER TABLE a ALTER id SET DEFAULT nextval('public.a_id_seq'::regclass);",
        ),
        (
            "CREATE TABLE a (b text CHECK (b IN ('x', 'y')));",
            "CREATE TABLE a (b text, CONSTRAINT a_b_check CHECK ((b = ANY (ARRAY['x'::text, 'y'::text]))));",
        ),
        ("CREATE TABLE a (b int, c int);", "CREATE TABLE a (c int, b int);"),
        ("CREATE TABLE a (b numeric(10), c char);", "CREATE TABLE a (b numeric(10,0), c character(1));"),
        ("CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b';", "CREATE TYPE e AS ENUM ('b', 'a');"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$;",
            "CREATE OR REPLACE FUNCTION public.f() RETURNS integer AS 'SELECT  1' LANGUAGE sql;",
        ),
        ("CREATE VIEW v AS SELECT  1 AS one;", "CREATE OR REPLACE VIEW v AS select 1 as one;"),
        ("ALTER TABLE unknown ADD COLUMN a int;", "ALTER TABLE unknown ADD a integer;"),
        // What one side never saw being created may be there on the other.
        (
            "CREATE TABLE a (b int, c int);",
            "ALTER TABLE a ALTER b SET DEFAULT 1; CREATE INDEX i ON a (b); DROP INDEX i;",
        ),
    ];
    for (old, new) in cases.iter().take(10) {
        assert_eq!(changes(old, new), Vec::<String>::new(), "{old}\n{new}");
        assert_eq!(changes(new, old), Vec::<String>::new(), "{new}\n{old}");
    }
    let (old, new) = cases[10];
    assert_eq!(changes(old, new), ["loosen: default of a.b changes from none to 1"]);
}

#[test]
fn verdicts_are_those_of_the_check() {
    let found = compared(USERS, &format!("{USERS} ALTER TABLE users ALTER name SET NOT NULL; DROP TABLE users;"));
    let rules: Vec<&str> = found.changes[0].findings.iter().map(|finding| finding.rule.0).collect();
    assert!(rules.contains(&"contract-before-expand"), "{rules:?}");
    let found = compared(USERS, &format!("{USERS} CREATE INDEX i ON users (name);"));
    assert_eq!(found.changes[0].findings[0].rule.0, "index-not-concurrent");
    assert!(
        compared(USERS, &format!("{USERS} CREATE TABLE other (id bigint PRIMARY KEY);")).changes[0].findings.is_empty()
    );
}

#[test]
fn a_column_that_goes_while_its_like_comes_may_be_a_rename() {
    let found = compared(USERS, &format!("{USERS} ALTER TABLE users RENAME name TO full_name;"));
    let notes: Vec<_> = found.changes.iter().map(|change| change.note.as_deref().unwrap_or_default()).collect();
    assert_eq!(notes.len(), 2);
    assert!(notes.iter().all(|note| note.starts_with("looks like a rename of name to full_name")), "{notes:?}");
}

const OLD: &str = "CREATE TYPE tier AS ENUM ('free');
CREATE TABLE users (id bigint PRIMARY KEY, name text, email text NOT NULL, age int DEFAULT 1);
CREATE INDEX by_age ON users (age);
CREATE VIEW names AS SELECT name FROM users;";

const NEW: &str = "CREATE TYPE tier AS ENUM ('free', 'paid');
CREATE TABLE users (id bigint PRIMARY KEY, full_name text, email text, age bigint DEFAULT 1, tier tier);
CREATE TABLE \"o|r`d<ers\" (id bigint PRIMARY KEY, user_id bigint REFERENCES users);";

type Format = fn(&Comparison<'_>, &mut dyn std::io::Write) -> std::io::Result<()>;

fn written(format: Format, style: Style) -> String {
    shown(&compared(OLD, NEW), format, style)
}

fn shown(found: &Diff, format: Format, style: Style) -> String {
    let mut bytes = Vec::new();
    let comparison = Comparison { diff: found, old: "old.sql", new: "new.sql", version: 18, style, actions: false };
    format(&comparison, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn formats() {
    insta::assert_snapshot!("diff_text", written(text::write, Style::default()));
    let colored = written(text::write, Style { color: true, ..Style::default() });
    assert!(colored.contains("\u{1b}[31mcontract"), "{colored}");
    insta::assert_snapshot!("diff_markdown", written(markdown::write, Style::default()));
    let document = written(json::write, Style::default());
    insta::assert_snapshot!("diff_json", document.replace(env!("CARGO_PKG_VERSION"), "[version]"));
    let schema = fs::read_to_string(common::root().join("fixtures/schemas/switchback-diff-1.json")).unwrap();
    let (schema, value): (Value, Value) =
        (serde_json::from_str(&schema).unwrap(), serde_json::from_str(&document).unwrap());
    assert_eq!(common::schema::violations(&schema, &value), Vec::<String>::new());
}

/// The runner of GitHub Actions obeys `##[name]` anywhere in a line, and Markdown calls people and links addresses.
#[test]
fn names_of_strangers_command_nobody() {
    let table = "CREATE TABLE \"##[error]x @team https://e.org\" (id bigint PRIMARY KEY);";
    let found = compared("", table);
    for format in [markdown::write as Format, json::write as Format] {
        let text = shown(&found, format, Style::default());
        assert!(text.contains("error") && !text.contains("##["), "{text}");
    }
    let text = shown(&found, markdown::write, Style::default());
    assert!(!text.contains("@team") && !text.contains("https://e.org"), "{text}");
}

/// A schema of few names, so that two of them have much in common.
fn schemas() -> impl Strategy<Value = String> {
    let types = prop::sample::select(&["int", "bigint", "text", "varchar(9)", "numeric(8, 2)", "timestamptz", "e"][..]);
    let defaults = prop::sample::select(&["", "", " DEFAULT NULL", " NOT NULL", " UNIQUE"][..]);
    let column = (prop::sample::select(&["a", "b", "\"C d\""][..]), types, defaults);
    let extras = prop::sample::subsequence(
        &[
            "CREATE INDEX {t}_i ON {t} (id DESC) WHERE id > 1;",
            "CREATE UNIQUE INDEX {t}_u ON {t} (lower(id::text));",
            "ALTER TABLE {t} ADD CONSTRAINT {t}_c CHECK (id > 0) NOT VALID;",
            "ALTER TABLE {t} ADD CONSTRAINT {t}_c2 CHECK (id < 9 AND id <> 4);",
            "ALTER TABLE {t} ALTER id SET DEFAULT 7;",
            "ALTER TABLE {t} ADD n int GENERATED ALWAYS AS IDENTITY;",
            "CREATE VIEW {t}_v AS SELECT id FROM {t};",
            "CREATE TRIGGER {t}_t BEFORE INSERT OR UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION f();",
            "ALTER TABLE {t} SET UNLOGGED;",
            "ALTER TABLE {t} ADD CONSTRAINT {t}_f FOREIGN KEY (id) REFERENCES one (id) ON DELETE CASCADE;",
        ][..],
        0..=10,
    );
    let table = (prop::sample::select(&["one", "two", "\"Three\""][..]), prop::collection::vec(column, 0..4), extras);
    let others = prop::sample::subsequence(
        &[
            "CREATE SCHEMA s;",
            "CREATE SEQUENCE q;",
            "CREATE DOMAIN d AS int CONSTRAINT d_c CHECK (value > 0);",
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;",
            "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$SELECT 1$$;",
        ][..],
        0..=5,
    );
    (prop::collection::vec(table, 0..4), others).prop_map(|(tables, others)| {
        let mut sql = "CREATE TYPE e AS ENUM ('x');\nCREATE TABLE one (id int PRIMARY KEY);\n".to_owned();
        for other in others {
            writeln!(sql, "{other}").unwrap();
        }
        let mut names = vec!["one"];
        for (table, columns, extras) in &tables {
            if !names.contains(table) {
                names.push(table);
                writeln!(sql, "CREATE TABLE {table} (id int);").unwrap();
            }
            for (name, data_type, rest) in columns {
                writeln!(sql, "ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} {data_type}{rest};").unwrap();
            }
            let bare = table.trim_matches('"').to_lowercase();
            for extra in extras.iter().filter(|extra| !(extra.contains("_f ") && *table == "one")) {
                // A name is given once.
                let line = extra.replace("{t}_", &format!("{bare}_")).replace("{t}", table);
                if !sql.contains(&line) {
                    writeln!(sql, "{line}").unwrap();
                }
            }
        }
        sql
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_schema_does_not_differ_from_itself(sql in schemas()) {
        prop_assert_eq!(changes(&sql, &sql), Vec::<String>::new());
    }

    #[test]
    fn the_statements_lead_from_old_to_new(old in schemas(), new in schemas()) {
        let found = compared(&old, &new);
        let changed = format!("{old}\n{}", found.sql);
        prop_assert_eq!(changes(&changed, &new), Vec::<String>::new(), "{}", found.sql);
    }
}
