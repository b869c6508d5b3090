//! What a hook asks: named files, of which some are no migrations, compared with what they go into.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "common/repository.rs"]
mod repository;

use repository::{Repository, error};

const CREATE: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n";
const INDEX: &str = "SET lock_timeout = '5s';\nCREATE INDEX users_email ON users (email);\n";

/// A repository with a released migration in `folder`, and a bad one on a branch.
fn released(test: &str, folder: &str) -> Repository {
    let repository = Repository::empty(&format!("hook_{test}"));
    repository.write(&format!("{folder}/0001_create.sql"), CREATE);
    repository.commit("released");
    repository.git(&["switch", "--quiet", "--create", "topic"]);
    repository.write(&format!("{folder}/0002_index.sql"), INDEX);
    repository.write("queries/users.sql", "DROP TABLE users;\n");
    repository
}

const HOOK: [&str; 2] = ["--migrations-only", "--base=auto"];

#[test]
fn other_sql_passes() {
    let repository = released("others", "db");
    let named = ["db/0001_create.sql", "db/0002_index.sql", "queries/users.sql"];
    let found = repository.found(&[&HOOK[..], &named].concat());
    assert_eq!(found, ["db/0002_index.sql:2 index-not-concurrent"]);
    let output = repository.check(&[&HOOK[..], &["queries/users.sql", "--verbose"]].concat());
    assert_eq!(output.status.code(), Some(0), "nothing was named that counts");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("skipped queries/users.sql: not where migrations are"), "{said}");
    assert!(!repository.found(&["queries/users.sql"]).is_empty(), "a person who names it means it");
    // Files of other engines, and code of other purposes beside migrations.
    repository.write("db/0003_index.mysql.sql", "DROP TABLE users;\n");
    repository.write("db/migrations/helper.ts", "export const answer = 42;\n");
    repository.write("db/helper.ts", "export const answer = 42;\n");
    for named in ["db/0003_index.mysql.sql", "db/migrations/helper.ts"] {
        assert_eq!(repository.found(&[&HOOK[..], &[named]].concat()), [""; 0]);
        error(&repository.check(&[named]));
    }
    assert_eq!(repository.found(&[&HOOK[..], &["db/helper.ts"]].concat()), [""; 0]);
    // A name on its own is not enough: what is named has to be there.
    let text = error(&repository.check(&[&HOOK[..], &["queries/user.sql"]].concat()));
    assert!(text.contains("did you mean queries/users.sql"), "{text}");
    std::fs::remove_dir_all(repository.0.join("db")).unwrap();
    let text = error(&repository.check(&["--migrations-only", "."]));
    assert!(text.contains("no migrations found"), "a folder without any is a mistake: {text}");
}

#[test]
fn the_configuration_says_where_migrations_are() {
    let repository = released("paths", "sql/changes");
    repository.write("switchback.toml", "[migrations]\npaths = [\"./sql/changes\"]\nstart-after = \"0001\"\n");
    repository.write("migrations/0001_seed.sql", "DROP TABLE users;\n");
    let named = ["migrations/0001_seed.sql", "queries/users.sql", "sql/changes/0002_index.sql"];
    let found = repository.found(&[&HOOK[..], &named].concat());
    assert_eq!(found, ["sql/changes/0002_index.sql:2 index-not-concurrent"]);
    assert_eq!(repository.found(&[&HOOK[..], &["queries/users.sql"]].concat()), [""; 0]);
    // All that the paths hold is history, whichever file is named.
    repository.write("sql/changes/more/0003_table.sql", "ALTER TABLE users ADD COLUMN city text;\n");
    let output = repository.check(&[&HOOK[..], &["sql/changes/more/0003_table.sql", "--verbose"]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("sql/changes: 2 migrations"), "{said}");
}

#[test]
fn what_is_excluded_stays_so_when_it_is_named() {
    let repository = released("excluded", "db");
    repository.write("switchback.toml", "[migrations]\nexclude = [\"db/0002*\"]\n");
    assert_eq!(repository.found(&["db/0002_index.sql"]), [""; 0]);
    assert_eq!(repository.found(&[&HOOK[..], &["db/0002_index.sql"]].concat()), [""; 0]);
}

#[test]
fn numbers_and_names_of_folders_tell_migrations() {
    let repository = released("likely", "db");
    for (path, counts) in [
        ("app/migrations/users.sql", true),
        ("app/schema_migrations/deep/users.sql", true),
        ("flyway/V1__users.sql", true),
        ("plain/2024-01-01-users.sql", true),
        ("immigration/users.sql", false),
        ("reports/2024.sql", true),
        ("reports_by_name/users.sql", false),
    ] {
        repository.write(path, "DROP TABLE users;\n");
        assert_eq!(!repository.found(&["--migrations-only", path]).is_empty(), counts, "{path}");
    }
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let repository = Repository::empty("hook_first");
    repository.write("db/0001_create.sql", CREATE);
    repository.write("db/0002_index.sql", INDEX);
    assert_eq!(repository.found(&["db", "--base=auto"]), [""; 0], "nobody uses the table yet");
    repository.write("db/0003_concurrently.sql", "BEGIN;\nCREATE INDEX CONCURRENTLY i ON users (email);\nCOMMIT;\n");
    let found = repository.found(&["db", "--base=auto"]);
    assert_eq!(found, ["db/0003_concurrently.sql:2 concurrently-in-transaction"]);
}
