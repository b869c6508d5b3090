//! Fixes: applied, shown, and left alone.

use super::{CREATE, Repository, code, stderr, stdout};

/// goose opens a transaction around the second file, and none around the third.
const FILES: &[(&str, &str)] = &[
    ("db/1_create.sql", "-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, email text, name text);\n"),
    (
        "db/2_index.sql",
        "-- +goose Up\nSET LOCAL lock_timeout = '5s';\n/* why */ CREATE INDEX users_email\r\n    ON users (email);\n",
    ),
    (
        "db/3_index.sql",
        "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX users_name ON users (name); -- for support\n",
    ),
];

fn read(repository: &Repository, path: &str) -> String {
    std::fs::read_to_string(repository.0.join(path)).unwrap()
}

#[test]
fn safe_fixes_are_applied_and_the_rest_is_reported() {
    let repository = Repository::new("fix", FILES);
    let shown = repository.run(&["check", "--diff", "db"]);
    assert_eq!(code(&shown), 1);
    let diff = stdout(&shown);
    assert!(diff.contains("--- a/db/3_index.sql\n+++ b/db/3_index.sql\n"), "{diff}");
    assert!(diff.contains("+CREATE INDEX CONCURRENTLY users_name ON users (name); -- for support\n"), "{diff}");
    assert_eq!(read(&repository, "db/3_index.sql"), FILES[2].1, "nothing is changed");

    let fixed = repository.run(&["check", "--fix", "db"]);
    let after = read(&repository, "db/3_index.sql");
    assert!(after.starts_with("-- +goose NO TRANSACTION\n-- +goose Up\n"), "{after}");
    assert!(after.contains("CREATE INDEX CONCURRENTLY users_name ON users (name); -- for support\n"), "{after}");
    assert!(stdout(&fixed).contains("db/2_index.sql:3:11: error[index-not-concurrent]"), "{}", stdout(&fixed));
    assert!(!stdout(&fixed).contains("db/3_index.sql"), "{}", stdout(&fixed));
    assert_eq!(read(&repository, "db/2_index.sql"), FILES[1].1, "CONCURRENTLY cannot run in the transaction of goose");

    let again = repository.run(&["check", "--fix-only", "db"]);
    assert_eq!((code(&again), stdout(&again).as_str(), stderr(&again).as_str()), (0, "", "nothing to fix"));
    assert_eq!(code(&repository.run(&["check", "--diff", "db"])), 0);
}

#[test]
fn a_fix_that_needs_a_look_is_asked_for() {
    let file = "SET lock_timeout = '5s';\nALTER TABLE users ADD CONSTRAINT users_name CHECK (name <> '');\n";
    let repository = Repository::new("fix_unsafe", &[("db/1.sql", CREATE), ("db/2.sql", file)]);
    assert_eq!(code(&repository.run(&["check", "--diff", "db"])), 0);
    let shown = stdout(&repository.run(&["check", "--diff", "--unsafe-fixes", "db"]));
    assert!(shown.contains("CHECK (name <> '') NOT VALID;"), "{shown}");
    let wrong = repository.run(&["check", "--diff", "--fix", "db"]);
    assert_eq!(code(&wrong), 2);
}

#[test]
fn released_migrations_are_left_as_they_are() {
    let repository = Repository::new("fix_released", FILES);
    repository.init_git();
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "release"]);
    let left = repository.run_with_git(&["check", "--fix-only", "db"]);
    assert_eq!(read(&repository, "db/3_index.sql"), FILES[2].1);
    assert!(stderr(&left).contains("db/3_index.sql is released, and left as it is"), "{}", stderr(&left));
    std::fs::write(repository.0.join("db/4.sql"), FILES[2].1.replace("users_name", "users_too")).unwrap();
    let fixed = repository.run_with_git(&["check", "--fix-only", "db"]);
    assert!(read(&repository, "db/4.sql").contains("CONCURRENTLY"), "{}", stderr(&fixed));
}

#[test]
fn what_is_piped_in_is_left_as_it_is() {
    let repository = Repository::new("fix_piped", FILES);
    for name in ["db/3_index.sql", "db/4_new.sql"] {
        let left = repository.feed(&["check", "--fix", "-", "--stdin-filename", name], FILES[2].1);
        assert_eq!(code(&left), 1);
        assert!(
            stderr(&left).contains(&format!("{name} was piped in, and there is no file to fix")),
            "{}",
            stderr(&left)
        );
    }
    assert_eq!(read(&repository, "db/3_index.sql"), FILES[2].1);
}
