//! What is told of the migrations that are found.

use std::fmt::Write as _;
use std::path::Path;

use super::schema::violations;
use super::{CREATE, INDEX, Repository, code, stderr, stdout};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_layout_is_listed() {
    let repository = Repository::new("sources", &[]);
    let mut all = String::new();
    let mut trees: Vec<_> = std::fs::read_dir(root().join("fixtures/layouts")).unwrap().map(|it| it.unwrap()).collect();
    trees.sort_by_key(std::fs::DirEntry::file_name);
    let schema = std::fs::read(root().join("fixtures/schemas/switchback-sources-1.json")).unwrap();
    let schema = serde_json::from_slice(&schema).unwrap();
    for tree in trees {
        let name = tree.file_name().into_string().unwrap();
        let run =
            |args: &[&str]| repository.command(args).current_dir(root().join("fixtures/layouts")).output().unwrap();
        let listed = run(&["sources", &name]);
        writeln!(all, "$ switchback sources {name}\n{}{}", stdout(&listed), stderr(&listed)).unwrap();
        if code(&listed) == 0 {
            let json = serde_json::from_slice(&run(&["sources", "--output-format", "json", &name]).stdout).unwrap();
            assert_eq!(violations(&schema, &json), Vec::<String>::new(), "{name}");
        }
    }
    insta::assert_snapshot!("sources", all);
}

#[test]
fn every_layout_is_checked() {
    let repository = Repository::new("checked", &[]);
    let mut all = String::new();
    let mut trees: Vec<_> = std::fs::read_dir(root().join("fixtures/layouts")).unwrap().map(|it| it.unwrap()).collect();
    trees.sort_by_key(std::fs::DirEntry::file_name);
    for tree in trees {
        let name = tree.file_name().into_string().unwrap();
        let mut command = repository.command(&["check", "--no-config", &name]);
        let checked = command.current_dir(root().join("fixtures/layouts")).output().unwrap();
        let duration = regex_lite::Regex::new(r"in [0-9.]+ m?s:").unwrap();
        let text = duration.replace_all(&stdout(&checked), "in … ms:").into_owned();
        writeln!(all, "$ switchback check {name}\n{text}{}", stderr(&checked)).unwrap();
    }
    insta::assert_snapshot!("checked", all);
}

#[test]
fn the_configuration_names_the_layout() {
    let files = [("db/1_create.sql", CREATE), ("db/2_index.sql", INDEX)];
    let repository = Repository::new("layout", &files);
    let listed = |configuration: &str| {
        std::fs::write(repository.0.join("switchback.toml"), configuration).unwrap();
        repository.run(&["sources", "db"])
    };
    assert!(stdout(&listed("")).contains("laid out as plain"));
    let goose = stdout(&listed("[migrations]\nlayout = \"dbmate\"\n"));
    assert!(goose.contains("db: 2 migrations, laid out as dbmate, by the configuration"), "{goose}");
    let flyway = stdout(&listed("[migrations]\nlayout = \"flyway\"\n"));
    assert!(flyway.contains("in a transaction that the tool opens"), "{flyway}");
    let wrong = listed("[migrations]\nlayout = \"flywya\"\n");
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains("did you mean `flyway`?"), "{}", stderr(&wrong));
}

#[test]
fn placeholders_stand_for_what_the_configuration_says() {
    let files = [
        ("db/1_create.sql", "CREATE TABLE ${schema}.users (id bigint PRIMARY KEY, email text);\n"),
        ("db/2_index.sql", "SET lock_timeout = '5s';\nCREATE INDEX users_email ON {{ schema }}.users (email);\n"),
        ("db/3_more.sql", "SET lock_timeout = '5s';\nCREATE INDEX users_email_too ON app.users (email);\n"),
        ("switchback.toml", "[migrations.placeholders]\nschema = \"app\"\n"),
    ];
    let repository = Repository::new("placeholders", &files);
    let found = stdout(&repository.run(&["check", "db"]));
    assert!(
        found.contains(
            "db/2_index.sql:2:1: error[index-not-concurrent]: building index users_email stops writes to app.users"
        ),
        "{found}"
    );
    assert!(found.contains("redundant-index"), "both are indexes of one table: {found}");
    let shown = stdout(&repository.run(&["check", "--output-format", "pretty", "db/2_index.sql"]));
    assert!(shown.contains("CREATE INDEX users_email ON {{ schema }}.users (email);"), "{shown}");
    std::fs::remove_file(repository.0.join("switchback.toml")).unwrap();
    let open = stdout(&repository.run(&["check", "db"]));
    assert!(!open.contains("redundant-index"), "nobody knows that they are: {open}");
}

#[test]
fn versions_that_the_tool_refuses_are_told() {
    let up = "-- +goose Up\nSELECT 1;\n";
    let repository = Repository::new("doubles", &[("db/1_a.sql", up), ("db/01_b.sql", up), ("db/2_c.sql", up)]);
    let listed = stdout(&repository.run(&["sources", "db"]));
    assert!(listed.contains("warning: db/01_b.sql has the version of db/1_a.sql, and goose refuses that"), "{listed}");
    assert!(stderr(&repository.run(&["check", "-v", "db"])).contains("has the version of db/1_a.sql"));
}

/// A tool, and a tree of it in which an index is built in a transaction.
const WRAPPED: &[(&str, &[(&str, &str)])] = &[
    ("atlas", &[("m/1_a.sql", BUILD), ("m/atlas.sum", "")]),
    ("dbmate", &[("m/1_a.sql", "-- migrate:up\nCREATE INDEX CONCURRENTLY i ON t (a);\n")]),
    ("diesel", &[("m/2024-01-01-000000_a/up.sql", BUILD)]),
    ("drizzle", &[("m/0000_a.sql", BUILD), ("m/meta/_journal.json", r#"{"dialect": "postgresql"}"#)]),
    ("flyway", &[("m/V1__a.sql", BUILD)]),
    ("golang-migrate", &[("m/1_a.up.sql", BUILD)]),
    ("goose", &[("m/1_a.sql", "-- +goose Up\nCREATE INDEX CONCURRENTLY i ON t (a);\n")]),
    (
        "goose, as one query",
        &[(
            "m/1_a.sql",
            "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\n\
        SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a);\n-- +goose StatementEnd\n",
        )],
    ),
    ("knex", &[("migrations/1_a.js", "exports.up = (knex) => knex.raw('CREATE INDEX CONCURRENTLY i ON t (a)');\n")]),
    (
        "knex, as one query",
        &[(
            "migrations/1_a.js",
            "exports.config = { transaction: false };\n\
        exports.up = (knex) => knex.raw('SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a)');\n",
        )],
    ),
    ("node-pg-migrate", &[("m/1_a.sql", "-- Up Migration\nCREATE INDEX CONCURRENTLY i ON t (a);\n")]),
    ("prisma", &[("m/20240101000000_a/migration.sql", BUILD)]),
    ("sql-migrate", &[("m/1_a.sql", "-- +migrate Up\nCREATE INDEX CONCURRENTLY i ON t (a);\n")]),
    ("tern", &[("m/001_a.sql", "CREATE INDEX CONCURRENTLY i ON t (a);\n---- create above / drop below ----\n")]),
    (
        "typeorm",
        &[(
            "migrations/1-a.ts",
            "class A implements MigrationInterface { async up(q) {\n\
        await q.query(`CREATE INDEX CONCURRENTLY i ON t (a)`);\n} }\n",
        )],
    ),
];

const BUILD: &str = "SET lock_timeout = '5s';\nCREATE INDEX CONCURRENTLY i ON t (a);\n";

#[test]
fn the_way_out_of_a_transaction_is_that_of_the_tool() {
    let mut all = String::new();
    for (tool, files) in WRAPPED {
        let repository = Repository::new("way_out", files);
        let found = stdout(&repository.run(&["check", "--output-format", "concise", "."]));
        let line = found.split('\n').find(|line| line.contains("[concurrently-in-transaction]")).unwrap_or(&found);
        let help = line.split_once("help: ").map_or(line, |(_, help)| help);
        let help = help.split_once(" plan: ").map_or(help, |(help, _)| help);
        writeln!(all, "{tool}: {help}").unwrap();
    }
    insta::assert_snapshot!("ways_out", all);
}
