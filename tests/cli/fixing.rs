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
    assert_eq!(
        stdout(&fixed).lines().last().map(|line| line.contains("no findings")),
        Some(true),
        "{}",
        stdout(&fixed)
    );
    // CONCURRENTLY cannot run in the transaction of goose.
    let moved = read(&repository, "db/4_create_users_email.sql");
    assert!(
        moved.starts_with("-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY users_email"),
        "{moved}"
    );
    assert!(!read(&repository, "db/2_index.sql").contains("INDEX"), "{}", read(&repository, "db/2_index.sql"));

    let again = repository.run(&["check", "--fix-only", "db"]);
    assert_eq!((code(&again), stdout(&again).as_str(), stderr(&again).as_str()), (0, "", "nothing to fix"));
    assert_eq!(code(&repository.run(&["check", "--diff", "db"])), 0);
}

#[test]
fn a_fix_that_needs_a_look_is_asked_for() {
    let file = "CREATE INDEX users_name ON users (name);\n";
    let repository = Repository::new("fix_unsafe", &[("db/1.sql", CREATE), ("db/2.sql", file)]);
    assert_eq!(
        code(&repository.run(&["check", "--diff", "db"])),
        0,
        "nothing tells whether the tool opens a transaction"
    );
    let shown = stdout(&repository.run(&["check", "--diff", "--unsafe-fixes", "db"]));
    assert!(shown.contains("+CREATE INDEX CONCURRENTLY users_name"), "{shown}");
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

#[test]
fn what_has_to_run_elsewhere_moves_with_its_way_back() {
    let files = [
        ("db/1_init.up.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text, age int);\n"),
        ("db/1_init.down.sql", "DROP TABLE users;\n"),
        (
            "db/2_more.up.sql",
            "SET lock_timeout = '5s';\nCREATE INDEX users_email ON users (email);\nALTER TABLE users ADD CONSTRAINT users_age CHECK \
             (age > 0);\n",
        ),
        ("db/2_more.down.sql", "ALTER TABLE users DROP CONSTRAINT users_age;\nDROP INDEX users_email;\n"),
    ];
    let repository = Repository::new("fix_moved", &files);
    let shown = stdout(&repository.run(&["check", "--diff", "db"]));
    assert!(shown.contains("--- /dev/null\n+++ b/db/3_create_users_email.up.sql\n"), "{shown}");
    assert!(!repository.0.join("db/3_create_users_email.up.sql").exists(), "nothing is written");

    let fixed = repository.run(&["check", "--fix", "db"]);
    assert_eq!(code(&fixed), 0, "{}", stdout(&fixed));
    assert!(stdout(&fixed).contains("no findings"), "{}", stdout(&fixed));
    assert_eq!(
        read(&repository, "db/3_create_users_email.up.sql"),
        "CREATE INDEX CONCURRENTLY users_email ON users (email);\n"
    );
    assert_eq!(read(&repository, "db/3_create_users_email.down.sql"), "DROP INDEX CONCURRENTLY users_email;\n");
    assert_eq!(
        read(&repository, "db/4_validate_users_age.up.sql"),
        "ALTER TABLE users VALIDATE CONSTRAINT users_age;\n"
    );
    assert_eq!(
        read(&repository, "db/2_more.up.sql"),
        "SET lock_timeout = '5s';\nALTER TABLE users ADD CONSTRAINT users_age CHECK (age > 0) NOT VALID;\n"
    );
    assert_eq!(read(&repository, "db/2_more.down.sql"), "ALTER TABLE users DROP CONSTRAINT users_age;\n");
    assert_eq!(stderr(&repository.run(&["check", "--fix-only", "db"])), "nothing to fix");
}

#[test]
fn a_migration_that_does_nothing_else_is_written_anew() {
    let files = [
        ("db/1_init.sql", "-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\n"),
        ("db/2_index.sql", "-- +goose Up\nCREATE INDEX users_email ON users (email);\n"),
    ];
    let repository = Repository::new("fix_whole", &files);
    let fixed = repository.run(&["check", "--fix", "db"]);
    assert!(stderr(&fixed).contains("db/2_index.sql is gone: the new one takes its place"), "{}", stderr(&fixed));
    assert!(read(&repository, "db/2_create_users_email.sql").contains("NO TRANSACTION"), "{}", stderr(&fixed));
    assert!(stdout(&fixed).contains("no findings"), "{}", stdout(&fixed));
}
