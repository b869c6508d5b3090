//! `switchback plan` as people use it: what it prints in every format, what it writes, and how it refuses. That the plans
//! hold is shown on a real server, by `tests/plans`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files and variables of their own")]

mod common;
#[path = "common/repository.rs"]
mod repository;

use std::io::Write as _;
use std::process::{Output, Stdio};

use repository::Repository;
use serde_json::Value;

const HISTORY: &[(&str, &str)] = &[
    (
        "db/0001_shop.sql",
        "CREATE TYPE status AS ENUM ('new', 'payed');\n\
         CREATE TABLE users (\n    id serial PRIMARY KEY,\n    name text NOT NULL DEFAULT '',\n    email text,\n    plan text\n);\n\
         CREATE INDEX users_name_idx ON users (lower(name)) WHERE name <> '';\n\
         CREATE TABLE orders (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    user_id integer REFERENCES users (id),\n    \
         state status NOT NULL DEFAULT 'payed',\n    total numeric,\n    code uuid NOT NULL\n);\n\
         CREATE INDEX orders_total_idx ON orders (total);\n",
    ),
    (
        "db/0002_names.sql",
        "ALTER TABLE users ADD COLUMN first text, ADD COLUMN last text;\n\
         UPDATE users SET first = split_part(name, ' ', 1), last = split_part(name, ' ', 2);\n\
         ALTER TABLE users DROP COLUMN name;\n\
         DROP TABLE orders;\n",
    ),
];

/// Every kind of change, each with how many releases it takes.
const CHANGES: &[(&str, usize)] = &[
    ("ALTER TABLE users RENAME COLUMN name TO full_name", 4),
    ("ALTER TABLE users ALTER COLUMN id TYPE bigint", 4),
    ("ALTER TABLE orders ALTER COLUMN total TYPE text USING total::text", 4),
    ("ALTER TABLE users DROP COLUMN name", 2),
    ("ALTER TABLE orders DROP COLUMN code", 2),
    ("ALTER TABLE users ALTER COLUMN name DROP DEFAULT", 1),
    ("ALTER TABLE users ALTER COLUMN plan SET NOT NULL", 1),
    ("ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()", 3),
    ("ALTER TABLE users ADD CONSTRAINT users_email UNIQUE (email)", 1),
    ("ALTER TABLE users ADD CONSTRAINT users_plan CHECK (plan <> '')", 1),
    ("ALTER TABLE users ADD COLUMN best integer; ALTER TABLE users ADD FOREIGN KEY (best) REFERENCES users (id)", 2),
    ("ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD PRIMARY KEY (code)", 2),
    ("ALTER TABLE users RENAME TO people", 2),
    ("DROP TABLE orders", 2),
    ("ALTER TYPE status RENAME VALUE 'payed' TO 'paid'", 7),
    ("CREATE INDEX users_email ON users (email)", 1),
    ("DROP INDEX orders_total_idx; CREATE INDEX orders_sum_idx ON orders (total, id)", 2),
    ("UPDATE users SET plan = 'free'", 1),
    ("DELETE FROM orders WHERE total = 0", 1),
    (
        "CREATE TABLE plans (user_id integer PRIMARY KEY REFERENCES users (id), plan text); INSERT INTO plans (user_id, plan) \
         SELECT id, plan FROM users; ALTER TABLE users DROP COLUMN plan",
        3,
    ),
    (
        "CREATE TABLE parts (id bigint, user_id integer, state status, total numeric, code uuid, PRIMARY KEY (id)) PARTITION BY \
         HASH (id); CREATE TABLE part_1 PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0); INSERT INTO parts SELECT * \
         FROM orders; DROP TABLE orders; ALTER TABLE parts RENAME TO orders",
        4,
    ),
];

fn shop(test: &str) -> Repository {
    let repository = Repository::empty(&format!("plan_{test}"));
    for (path, text) in HISTORY {
        repository.write(path, text);
    }
    repository.write("shop/0001_shop.sql", HISTORY[0].1);
    repository
}

fn run(repository: &Repository, arguments: &[&str]) -> Output {
    repository.subcommand("plan", arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The plan for SQL after the first migration, as JSON.
fn planned(repository: &Repository, sql: &str) -> Value {
    let output = run(repository, &["--migrations", "shop", "--output-format", "json", sql]);
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
}

#[test]
fn every_kind_of_change_has_its_releases() {
    let repository = shop("kinds");
    let path = common::root().join("fixtures/schemas/switchback-plan-1.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (sql, releases) in CHANGES {
        let document = planned(&repository, sql);
        assert_eq!(common::schema::violations(&schema, &document), Vec::<String>::new(), "{sql}");
        let changes = document["changes"].as_array().unwrap();
        assert!(changes.iter().all(|change| change["no_safe_way"].is_null()), "{sql}: {document:#}");
        let found: usize = changes.iter().map(|change| change["releases"].as_array().unwrap().len()).sum();
        assert_eq!(found, *releases, "{sql}");
        let steps = || changes.iter().flat_map(|change| change["releases"].as_array().unwrap());
        for step in steps().flat_map(|release| release["steps"].as_array().unwrap()) {
            assert_ne!(step["back"], "", "{sql}: {step:#}");
            let lasting = step["locks"].as_array().unwrap().iter().filter(|lock| lock["lasts"] == true);
            let blocks = lasting.filter(|lock| lock["blocks_writes"] == true).count();
            assert_eq!(blocks, 0, "{sql}: nobody waits for as long as a table is big: {step:#}");
        }
    }
}

#[test]
fn formats() {
    let repository = shop("formats");
    let text = stdout(&run(&repository, &["--migrations", "shop", CHANGES[0].0]));
    insta::assert_snapshot!("plan_text", text);
    let runbook = stdout(&run(&repository, &["--migrations", "shop", "--output-format", "markdown", CHANGES[1].0]));
    insta::assert_snapshot!("plan_markdown", runbook);
}

#[test]
fn a_migration_is_planned_on_what_was_before_it() {
    let repository = shop("file");
    let whole = run(&repository, &["db/0002_names.sql"]);
    assert_eq!(whole.status.code(), Some(0), "{}", stderr(&whole));
    let text = stdout(&whole);
    assert!(text.starts_with("split name of users into first, last\n"), "{text}");
    assert!(text.contains("NEW.first := split_part(NEW.name, ' ', 1);"), "{text}");
    assert!(text.contains("drop table orders"), "{text}");
    let one = stdout(&run(&repository, &["db/0002_names.sql:4"]));
    assert!(one.starts_with("drop table orders\n"), "{one}");
    let piped = {
        let mut command = repository.subcommand("plan", &["--migrations", "shop", "-"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"DROP TABLE orders;").unwrap();
        stdout(&child.wait_with_output().unwrap())
    };
    assert_eq!(piped, one);
    repository
        .write("db/0003_old_mac.sql", "ALTER TABLE users DROP COLUMN email;\r  ALTER TABLE users DROP COLUMN plan;\r");
    let second = stdout(&run(&repository, &["db/0003_old_mac.sql:2"]));
    assert!(second.starts_with("drop column users.plan\n"), "lines end as reports count them: {second}");
}

/// The SQL of the steps of a plan, and of what takes them back, by name of the step.
fn steps(repository: &Repository, sql: &str) -> Vec<(String, Value)> {
    let document = planned(repository, sql);
    let releases =
        document["changes"].as_array().unwrap().iter().flat_map(|change| change["releases"].as_array().unwrap());
    let steps = releases.flat_map(|release| release["steps"].as_array().unwrap());
    steps.map(|step| (step["name"].as_str().unwrap().to_owned(), step.clone())).collect()
}

#[test]
fn numbers_of_deleted_rows_do_not_come_again() {
    let repository = shop("numbers");
    let fill = "INSERT INTO new SELECT * FROM users; DROP TABLE users; ALTER TABLE new RENAME TO users";
    let swap = |columns: &str| {
        let free = "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey";
        let steps = steps(&repository, &format!("{free}; CREATE TABLE new ({columns}, PRIMARY KEY (id)); {fill}"));
        let (_, step) = steps.into_iter().find(|(name, _)| name == "swap_users").unwrap();
        ["sql", "down"].map(|part| step[part].as_str().unwrap().to_owned())
    };
    let rest = "name text, email text, plan text";
    let sequence = |table: &str| format!("pg_get_serial_sequence('{table}', 'id')");
    let goes_on = |from: &str| format!("setval({}, nextval({}))", sequence("users"), sequence(from));
    for own in ["integer GENERATED ALWAYS AS IDENTITY", "bigserial"] {
        let [sql, down] = swap(&format!("id {own}, {rest}"));
        assert!(sql.contains(&goes_on("users_old")), "{sql}");
        assert!(down.contains(&goes_on("new")), "{down}");
    }
    for part in swap(&format!("id integer DEFAULT nextval('users_id_seq'), {rest}")) {
        assert!(part.contains("ALTER SEQUENCE users_id_seq OWNED BY users.id;"), "{part}");
    }
}

#[test]
fn what_stays_behind_in_a_split_is_not_waited_for() {
    let repository = shop("strict");
    let steps = steps(
        &repository,
        "CREATE TABLE mails (user_id integer PRIMARY KEY, email text NOT NULL); INSERT INTO mails (user_id, email) SELECT id, \
         email FROM users WHERE id > 7; ALTER TABLE users DROP COLUMN email",
    );
    let (_, drop) = steps.iter().find(|(name, _)| name == "drop_users_email").unwrap();
    let complete = drop["before"][0]["query"].as_str().unwrap();
    assert!(complete.contains("WHERE ((id > 7) AND email IS NOT NULL) AND NOT EXISTS"), "{complete}");
}

#[test]
fn a_copy_takes_the_rows_that_its_query_takes() {
    let repository = shop("query");
    let split = |query: &str| {
        let create = "CREATE TABLE mails (user_id integer PRIMARY KEY, email text)";
        let document =
            planned(&repository, &format!("{create}; INSERT INTO mails {query}; ALTER TABLE users DROP COLUMN email"));
        document["changes"].to_string()
    };
    for query in [
        "SELECT u.id, u.email FROM users AS u WHERE u.plan = 'free' ORDER BY u.id",
        "(user_id, email) SELECT users.id, users.email FROM users WHERE users.plan = 'free' ON CONFLICT DO NOTHING",
        "SELECT id, email FROM public.users u WHERE plan = 'free'",
    ] {
        let plan = split(query);
        assert!(plan.contains("IF NOT coalesce(NEW.plan = 'free', false) THEN"), "{query}: {plan}");
        assert!(plan.contains("VALUES (NEW.id, NEW.email)"), "{query}: {plan}");
        assert!(plan.contains("SELECT id, email FROM users\\n            WHERE id >="), "{query}: {plan}");
    }
    for query in [
        "SELECT min(id), email FROM users GROUP BY email",
        "SELECT DISTINCT ON (email) id, email FROM users",
        "SELECT id, email FROM users LIMIT 10",
        "SELECT id, email FROM users UNION SELECT -id, email FROM users",
        "SELECT id, email FROM users JOIN users AS others USING (id)",
    ] {
        let plan = split(query);
        assert!(!plan.contains("to a table mails"), "{query}: {plan}");
    }
}

#[test]
fn the_way_back_of_a_split_demands_values_again() {
    let repository = shop("required");
    let steps = steps(
        &repository,
        "CREATE TABLE codes (order_id bigint PRIMARY KEY, code uuid); INSERT INTO codes (order_id, code) SELECT id, code FROM \
         orders; ALTER TABLE orders DROP COLUMN code",
    );
    let create = &steps[0].1;
    assert!(create["sql"].as_str().unwrap().contains("ALTER COLUMN code DROP NOT NULL"), "{create:#}");
    assert!(create["down"].as_str().unwrap().contains("ALTER COLUMN code SET NOT NULL"), "{create:#}");
}

#[test]
fn what_leads_back_makes_the_trigger_work_both_ways() {
    let repository = shop("back");
    let fill = "name = first || ' ' || last";
    let text = stdout(&run(&repository, &["--fill", fill, "db/0002_names.sql"]));
    assert!(text.contains("NEW.name := NEW.first || ' ' || NEW.last;"), "{text}");
    repository.write("goose/1_a.sql", &format!("-- +goose Up\n{}", HISTORY[0].1));
    let down = "UPDATE users SET name = concat_ws(' ', first, last);";
    repository.write("goose/2_b.sql", &format!("-- +goose Up\n{}-- +goose Down\n{down}\n", HISTORY[1].1));
    let text = stdout(&run(&repository, &["goose/2_b.sql"]));
    assert!(text.contains("NEW.name := concat_ws(' ', NEW.first, NEW.last);"), "{text}");
    let by_hand = stdout(&run(&repository, &["--sync", "application", "goose/2_b.sql"]));
    assert!(!by_hand.contains("TRIGGER") && by_hand.contains("every writer, before the backfill"), "{by_hand}");
}

#[test]
fn files_are_those_of_the_repository() {
    let repository = shop("write");
    let written = run(&repository, &["--write", "plan", "--migrations", "shop", CHANGES[0].0]);
    assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
    let mut files: Vec<String> = walkdir::WalkDir::new(repository.0.join("plan"))
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&repository.0).unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    insta::assert_snapshot!("plan_files", files.join("\n"));
    let again = run(&repository, &["--write", "plan", "--migrations", "shop", CHANGES[0].0]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("plan is not empty"), "{}", stderr(&again));
}

#[test]
fn what_cannot_be_planned_is_said() {
    let repository = shop("refused");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["VACUUM FULL users"], 1, "no way is known that keeps users in use meanwhile"),
        (&["ALTER TABLE users ADD COLUMN age int NOT NULL"], 1, "say so with --fill 'age = expression'"),
        (&["ALTER TABLE users RENAME COLUMN gone TO here"], 1, "name the migrations that made it with --migrations"),
        (&["ALTER TABEL users"], 1, "it cannot be read"),
    ];
    for (arguments, code, said) in cases {
        let output = run(&repository, &[&["--migrations", "shop"], *arguments].concat());
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}");
        assert!(stdout(&output).contains(said), "{arguments:?}: {}", stdout(&output));
    }
    let wrong: &[(&[&str], &str)] = &[
        (&["db/0009.sql"], "db/0009.sql"),
        (&["--fill", "plan", "DROP TABLE users"], "write `column = expression`"),
        (&["--lock-timeout", "0", "DROP TABLE users"], "0 waits for ever"),
        (&["--lock-timeout", "2 weeks", "DROP TABLE users"], "such as `2s` or `500ms`"),
        (&["--format", "json", "DROP TABLE users"], "--output-format"),
    ];
    for (arguments, said) in wrong {
        let output = run(&repository, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    }
}
