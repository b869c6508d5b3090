//! Where every change stands: the shop of `fixtures/status` in every format, the steps that are told, and the binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files and variables of their own")]

mod common;
#[path = "status/in_a_repository.rs"]
mod in_a_repository;
#[path = "common/repository.rs"]
mod repository;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::Value;
use switchback::date::Date;
use switchback::report::Style;
use switchback::report::status::{Board, html, json, markdown, text};
use switchback::settings::Settings;
use switchback::source::migration::{Migration, TransactionMode};
use switchback::source::origin::Origin;
use switchback::source::{Input, Request, load};
use switchback::status::{self, Item, Since, State, Status};
use switchback::syntax::parse;
use switchback::syntax::span::Span;
use switchback::syntax::statement::StatementKind;

type Format = fn(&Board<'_>, &mut dyn Write) -> io::Result<()>;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn shop() -> Vec<Migration> {
    let inputs = vec![Input::Path(PathBuf::from("fixtures/status"))];
    load(&Request::new(common::root().to_owned(), inputs)).unwrap().migrations
}

/// The shop on the day of the pages, and what moved in the week before.
fn shop_status(migrations: &[Migration]) -> Status {
    let new = migrations.iter().map(|one| one.time().unwrap().date() >= day("2026-11-19")).collect();
    let since = Since { name: "2026-11-19".to_owned(), new };
    status::of(migrations, &Settings::default(), day("2026-11-26"), Some(since))
}

/// Files of one history, one release each, on one day.
fn of(files: &[&str]) -> (Vec<Migration>, Status) {
    let one = |(number, sql): (usize, &&str)| {
        let path = format!("202601{:02}000000_m.sql", number + 1);
        common::migration(&path, &path, sql, TransactionMode::None)
    };
    let migrations: Vec<Migration> = files.iter().enumerate().map(one).collect();
    let status = status::of(&migrations, &Settings::default(), day("2026-02-01"), None);
    (migrations, status)
}

fn only(status: &Status) -> &Item {
    assert_eq!(status.items.len(), 1, "{:?}", status.items);
    &status.items[0]
}

fn written(format: Format, status: &Status, migrations: &[Migration], all: bool, style: Style) -> String {
    let origin = Origin::default();
    let mut bytes = Vec::new();
    format(&Board { status, migrations, origin: &origin, all, style, actions: false }, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn shop_in(format: Format, all: bool, style: Style) -> String {
    let migrations = shop();
    written(format, &shop_status(&migrations), &migrations, all, style)
}

#[test]
fn text_on_a_terminal() {
    let style = Style { color: true, width: 100, ..Style::default() };
    insta::assert_snapshot!(shop_in(text::write, true, style).replace('\u{1b}', "⎋"));
}

#[test]
fn text_in_ascii_on_a_narrow_terminal() {
    let style = Style { unicode: false, width: 80, ..Style::default() };
    let text = shop_in(text::write, false, style);
    assert!(text.is_ascii(), "{text}");
    let sql = " ".repeat(12);
    let too_wide = text.split('\n').filter(|line| line.len() > 80 && !line.starts_with(&sql));
    assert_eq!(too_wide.collect::<Vec<_>>(), Vec::<&str>::new());
    insta::assert_snapshot!(text);
}

#[test]
fn the_weekly_update() {
    insta::assert_snapshot!(shop_in(markdown::write, false, Style::default()));
}

#[test]
fn json_document() {
    let text = shop_in(json::write, true, Style::default());
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "[version]"));
}

#[test]
fn json_keeps_to_its_schema() {
    let path = common::root().join("fixtures/schemas/switchback-status-1.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut document: Value = serde_json::from_str(&shop_in(json::write, true, Style::default())).unwrap();
    assert_eq!(common::schema::violations(&schema, &document), Vec::<String>::new());
    document["transitions"][0]["state"] = "maybe".into();
    document["extra"] = 1.into();
    assert_eq!(common::schema::violations(&schema, &document).len(), 2, "the schema forbids what it has to");
}

/// A change of one column, file by file, and the step that comes next after each.
#[test]
fn every_phase_has_its_next_step() {
    let story = [
        "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, \"Order\" text);",
        "ALTER TABLE users ADD COLUMN name_new text;\n-- switchback: retire users.name replaced-by(users.name_new)\n",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name_new := NEW.name; RETURN NEW; END $$;
         CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();",
        "UPDATE users SET name_new = name WHERE name_new IS NULL;",
        "ALTER TABLE users ALTER COLUMN name_new SET NOT NULL;",
        "-- switchback: retire users.name replaced-by(users.name_new)\nSELECT 1;",
        "DROP TRIGGER keep ON users; DROP FUNCTION f(); ALTER TABLE users DROP COLUMN name;",
    ];
    let next = |until: usize| {
        let (_, status) = of(&story[..until]);
        let item = only(&status).clone();
        item.next.map(|next| next.sql.unwrap())
    };
    assert!(next(2).unwrap().contains("    NEW.name_new := NEW.name;"), "first every write reaches both");
    assert_eq!(
        next(3).unwrap(),
        "UPDATE users SET name = name\nWHERE name IS NOT NULL AND name_new IS NULL AND id >= 1 AND id < 1001;",
        "the trigger fills what is touched"
    );
    assert_eq!(
        next(4).unwrap(),
        "SELECT count(*) FROM users WHERE name_new IS DISTINCT FROM name;\n-- switchback: verified users.name_new"
    );
    assert!(
        next(5).unwrap().contains("-- switchback: retire users.name"),
        "what was said before the backfill was the plan"
    );
    assert_eq!(
        next(6).unwrap(),
        "SET lock_timeout = '5s';\nDROP TRIGGER keep ON users;\nDROP FUNCTION f();\nALTER TABLE users DROP COLUMN name;"
    );
    assert_eq!(next(7), None);
}

#[test]
fn a_sync_is_proposed_before_a_backfill() {
    let (_, status) = of(&[
        "CREATE TABLE \"Users\" (a integer, b integer);",
        "ALTER TABLE \"Users\" ADD COLUMN a_new bigint;\nALTER TABLE \"Users\" ADD COLUMN b_new bigint;\n\
         UPDATE \"Users\" SET a_new = a WHERE a_new IS NULL;",
        "SELECT 1;\n-- switchback: verified \"Users\".a_new\n",
    ]);
    let item = only(&status);
    assert_eq!(
        item.next.as_ref().unwrap().sql.as_deref().unwrap(),
        "-- switchback: retire \"Users\".a replaced-by(\"Users\".a_new)"
    );
    assert_eq!(item.returns, ["dropping \"Users\".a: its data is gone"]);
}

/// Indexes that find the same are a replacement when one of them goes, or when their names say so; else both may be wanted.
#[test]
fn an_index_takes_over_from_another() {
    let table = "CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, placed date);\n\
                 CREATE INDEX orders_customer ON orders (customer);";
    let wider = "CREATE INDEX CONCURRENTLY orders_customer_placed ON orders (customer, placed);";
    let (_, status) = of(&[table, wider]);
    assert!(status.items.is_empty(), "both may be wanted");
    let (_, status) = of(&[table, wider, "DROP INDEX CONCURRENTLY orders_customer;"]);
    let item = only(&status);
    assert_eq!(item.what("→"), "index orders_customer → index orders_customer_placed");
    assert_eq!((item.percent, &item.next), (100, &None));
    let (_, status) = of(&[table, "CREATE INDEX CONCURRENTLY orders_customer_new ON orders (customer);"]);
    let next = only(&status).next.clone().unwrap();
    assert_eq!(next.sql.as_deref(), Some("DROP INDEX CONCURRENTLY orders_customer;"));
    let (_, status) = of(&[table, "CREATE INDEX orders_new ON orders (placed);", "DROP INDEX orders_customer;"]);
    assert!(status.items.is_empty(), "it finds something else");
}

#[test]
fn what_is_not_proven_is_to_be_validated() {
    let (_, status) = of(&[
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (a bigint);",
        "ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a) REFERENCES a NOT VALID;",
    ]);
    let item = only(&status);
    assert_eq!((item.percent, item.state), (50, State::Open));
    let old =
        ["CREATE TABLE users_old (a integer);", "ALTER TABLE users_old ADD CONSTRAINT c CHECK (a > 0) NOT VALID;"];
    assert_eq!(of(&old).1.open(), 1, "whatever the table is called");
    assert!(item.next.as_ref().unwrap().sql.as_ref().unwrap().ends_with("ALTER TABLE b VALIDATE CONSTRAINT b_a;"));
}

#[test]
fn tables_and_values_have_steps_too() {
    let (_, tables) = of(&[
        "CREATE TABLE items (id bigint PRIMARY KEY, name text); CREATE TABLE other (id bigint);",
        "CREATE TABLE items_new (id bigint PRIMARY KEY, name text);",
        "INSERT INTO items_new (id, name) SELECT id, name FROM items;",
    ]);
    let sql = only(&tables).next.as_ref().unwrap().sql.clone().unwrap();
    assert!(sql.starts_with("SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM items_new);"), "{sql}");
    let (_, values) = of(&[
        "CREATE TYPE state AS ENUM ('new', 'old'); CREATE TABLE t (s state);",
        "ALTER TYPE state ADD VALUE 'fresh';",
        "UPDATE t SET s = 'fresh' WHERE s = 'new';",
    ]);
    assert_eq!(only(&values).next.as_ref().unwrap().sql.as_deref(), Some("SELECT count(*) FROM t WHERE s = 'new';"));
}

/// Every step of the shop and of its first files, and those of hostile names.
#[test]
fn the_sql_of_a_step_can_be_read() {
    let all = shop();
    let mut seen = 0;
    for until in 1..=all.len() {
        let status = status::of(&all[..until], &Settings::default(), day("2026-11-26"), None);
        let hostile = of(HOSTILE).1;
        for sql in status.items.iter().chain(&hostile.items).filter_map(|item| item.next.as_ref()?.sql.as_ref()) {
            let script = parse(sql, Span::new(0, u32::try_from(sql.len()).unwrap()));
            let unread = |kind: &StatementKind| matches!(kind, StatementKind::Unrecognized(_));
            assert!(script.statements.iter().all(|statement| !unread(&statement.kind)), "{sql}");
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

/// What a history of one base table shows, as it is listed.
fn listed(files: &[&str]) -> Vec<String> {
    let base = "CREATE TABLE users (id bigint PRIMARY KEY, name text, old_city text);";
    let (_, status) = of(&[&[base], files].concat());
    status.items.iter().map(|item| item.what("->")).collect()
}

#[test]
fn what_only_looks_like_a_replacement_is_left_out() {
    let nothing: [&str; 0] = [];
    let seeds = ["CREATE TABLE user_settings (id bigint);", "INSERT INTO user_settings (id) SELECT id FROM users;"];
    assert_eq!(listed(&seeds), nothing, "a table that is filled once");
    let backup = [
        "CREATE TABLE users_backup (id bigint, name text);",
        "INSERT INTO users_backup (id, name) SELECT id, name FROM users; ALTER TABLE users DROP COLUMN name;",
    ];
    assert_eq!(listed(&backup), nothing, "kept in case the old is missed");
    let derived = [
        "ALTER TABLE users ADD COLUMN lower_name text;",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.lower_name := lower(NEW.name); RETURN NEW; END $$;
         CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();",
        "UPDATE users SET lower_name = lower(name);",
    ];
    assert_eq!(listed(&derived), nothing, "another form of what stays");
    let scratch = ["ALTER TABLE users ADD COLUMN new_id bigint;", "UPDATE users SET new_id = id; DROP TABLE users;"];
    assert_eq!(listed(&scratch), nothing, "gone together");
    let looser = [
        "CREATE TABLE log (name text);",
        "INSERT INTO log (name) SELECT name FROM users; ALTER TABLE users ALTER COLUMN name SET DEFAULT '';",
    ];
    assert_eq!(listed(&looser), nothing, "a default alone retires nothing");
}

#[test]
fn what_is_replaced_is_listed_once() {
    let columns = ["ALTER TABLE users ADD COLUMN city text;", "UPDATE users SET city = old_city;"];
    assert_eq!(listed(&columns), ["users.old_city -> users.city"]);
    let table = [
        "CREATE TABLE users_new (id bigint PRIMARY KEY, name text);",
        "INSERT INTO users_new (id, name) SELECT id, name FROM users;",
        "DROP TABLE users; ALTER TABLE users_new RENAME TO users;",
    ];
    assert_eq!(listed(&table), ["users -> users (new)"], "its columns go with it");
    let moved = [
        "CREATE TABLE profiles (id bigint PRIMARY KEY, name text);",
        "INSERT INTO profiles (id, name) SELECT id, name FROM users; ALTER TABLE users DROP COLUMN name;",
    ];
    assert_eq!(listed(&moved), ["users.name -> profiles.name"]);
    let given_up = [
        "ALTER TABLE users ADD COLUMN city text;",
        "UPDATE users SET city = old_city;",
        "ALTER TABLE users DROP COLUMN city;",
    ];
    assert_eq!(listed(&given_up), ["users.old_city -> users.city"]);
}

#[test]
fn what_is_late_is_told() {
    let (migrations, _) = of(&[
        "CREATE TABLE t (a integer);",
        "ALTER TABLE t ADD COLUMN b integer;\n-- switchback: retire t.a replaced-by(t.b) by(2026-03-01)\n",
    ]);
    let overdue = |today: &str, max_age: Option<i64>| {
        let settings = Settings { max_age, ..Settings::default() };
        status::of(&migrations, &settings, day(today), None).overdue()
    };
    assert_eq!(overdue("2026-03-01", None), 0, "the day itself is in time");
    assert_eq!(overdue("2026-03-02", None), 1);
    assert_eq!(overdue("2026-02-01", Some(30 * 86_400)), 0, "exactly 30 days");
    assert_eq!(overdue("2026-02-02", Some(30 * 86_400)), 1);
}

/// Names, values and owners that would like to be something else.
const HOSTILE: &[&str] = &[
    "CREATE TYPE mood AS ENUM ('<script>alert(1)</script>', 'other');
     CREATE TABLE m (s mood, \"a'|`&\" text);
     CREATE TABLE t (a integer);",
    "ALTER TYPE mood ADD VALUE '</pre></style>\u{202e}new';
     ALTER TABLE m ADD COLUMN \"new|`\u{202e}\" text;
     ALTER TABLE t ADD COLUMN b integer;
     -- switchback: retire t.a replaced-by(t.b) owner(</script><script>document.title='owned'</script>) by(2026-01-01)",
    "UPDATE m SET s = '</pre></style>\u{202e}new' WHERE s = '<script>alert(1)</script>';
     UPDATE m SET \"new|`\u{202e}\" = \"a'|`&\";
     ALTER TABLE m DROP COLUMN \"a'|`&\";",
];

#[test]
fn text_of_strangers_is_text() {
    let (migrations, status) = of(HOSTILE);
    assert_eq!(status.items.len(), 3);
    let page = written(html::write, &status, &migrations, true, Style::default());
    assert_eq!(page.matches("<script>").count(), 1, "its own");
    assert_eq!(page.matches("</script>").count(), 1, "its own");
    assert!(!page.contains("</pre></style>") && !page.contains('\u{202e}'));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    let update = written(markdown::write, &status, &migrations, true, Style::default());
    assert!(update.contains("\\</script\\>\\<script\\>"), "{update}");
    let rows: Vec<&str> = update.split('\n').filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 4, "{update}");
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
    }
    let plain = written(text::write, &status, &migrations, true, Style::default());
    assert!(!plain.contains('\u{202e}'), "{plain}");
}

#[test]
fn no_transitions_is_an_answer() {
    let (migrations, status) = of(&["CREATE TABLE t (a integer);"]);
    let text = written(text::write, &status, &migrations, true, Style::default());
    assert_eq!(text, "no transitions (2026-02-01)\n");
    for format in [markdown::write as Format, json::write, html::write] {
        assert!(!written(format, &status, &migrations, true, Style::default()).is_empty());
    }
}
