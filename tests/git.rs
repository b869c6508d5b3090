//! Releases from git, on real repositories: what is under review, what is history, and what was done to history.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "common/repository.rs"]
mod repository;

use repository::{Repository, error, findings};

const CREATE: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n";
const COLUMN: &str = "SET lock_timeout = '5s';\nALTER TABLE users ADD COLUMN city text;\n";
const INDEX: &str = "SET lock_timeout = '5s';\nCREATE INDEX users_email ON users (email);\n";
const OTHER: &str = "SET lock_timeout = '5s';\nCREATE INDEX users_city ON users (city);\n";

/// A repository with a released history: a table, and a column.
fn released(test: &str) -> Repository {
    let repository = Repository::empty(test);
    repository.write("db/0001_create.sql", CREATE);
    repository.write("db/0003_city.sql", COLUMN);
    repository.commit("released");
    repository.git(&["switch", "--quiet", "--create", "topic"]);
    repository
}

#[test]
fn new_migrations_are_the_release_under_review() {
    let repository = released("new");
    repository.write("db/0004_index.sql", INDEX);
    repository.commit("add an index");
    assert_eq!(repository.found(&["db", "--base", "main"]), ["db/0004_index.sql:2 index-not-concurrent"]);
    repository.write("db/0005_not_committed.sql", OTHER);
    let both = ["db/0004_index.sql:2 index-not-concurrent", "db/0005_not_committed.sql:2 index-not-concurrent"];
    assert_eq!(repository.found(&["db", "--base", "main"]), both);
    assert_eq!(repository.found(&["db/0005_not_committed.sql", "--base", "main"]), both[1..]);
    assert_eq!(repository.found(&["db", "--base", "topic"]), both[1..]);
}

#[test]
fn nothing_new_is_clean() {
    let repository = released("nothing");
    let output = repository.check(&["db", "--base", "main", "--verbose"]);
    assert_eq!(output.status.code(), Some(0));
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(log.contains("compared with main ("), "{log}");
    assert!(log.contains("0 migrations are new, 0 changed, 2 are history"), "{log}");
}

#[test]
fn files_of_a_release_ship_together() {
    let repository = released("together");
    repository.write("db/0004_town.sql", "SET lock_timeout = '5s';\nALTER TABLE users ADD COLUMN town text;\n");
    repository.write("db/0005_drop.sql", "SET lock_timeout = '5s';\nALTER TABLE users DROP COLUMN city;\n");
    assert_eq!(repository.found(&["db", "--base", "main"]), ["db/0005_drop.sql:2 expand-with-contract"]);
}

#[test]
fn history_is_not_rewritten() {
    let repository = released("rewritten");
    repository.write("db/0003_city.sql", &COLUMN.replace("text", "varchar(40)"));
    assert_eq!(repository.found(&["db", "--base", "main"]), ["db/0003_city.sql:2 history-rewritten"]);
    repository.write("db/0003_city.sql", COLUMN);
    repository.write("db/0001_create.sql", &CREATE.replace("email text", "email text, phone text"));
    assert_eq!(
        repository.found(&["db", "--base", "main"])[0],
        "db/0001_create.sql:1 history-rewritten",
        "inside brackets"
    );
    repository.write("db/0001_create.sql", CREATE);
    repository.write("db/0003_city.sql", &format!("-- where they live\n{COLUMN}"));
    assert_eq!(repository.found(&["db", "--base", "main"]), ["db/0003_city.sql:1 history-rewritten"]);
    let output = repository.check(&["db", "--base", "main"]);
    assert_eq!(output.status.code(), Some(0), "a comment is a note");
    repository.remove("db/0003_city.sql");
    repository.write("db/0004_index.sql", OTHER);
    let found = repository.found(&["db", "--base", "main"]);
    assert_eq!(found, ["db/0003_city.sql:1 history-rewritten", "db/0004_index.sql:2 index-not-concurrent"]);
}

#[cfg(unix)]
#[test]
fn a_change_of_mode_is_none_of_text() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = released("mode");
    let file = repository.0.join("db/0003_city.sql");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(repository.found(&["db", "--base", "main"]), [""; 0]);
    repository.git(&["add", "db/0003_city.sql"]);
    repository.write("db/0003_city.sql", INDEX);
    assert_eq!(repository.found(&["db", "--staged"]), [""; 0], "what is not staged is not looked at");
}

#[test]
fn a_renamed_migration_is_history_under_its_new_name() {
    let repository = released("renamed");
    repository.git(&["mv", "db/0003_city.sql", "db/0002_city.sql"]);
    repository.write("db/0004_index.sql", OTHER);
    let found = repository.found(&["db", "--base", "main"]);
    assert_eq!(found, ["db/0002_city.sql:1 history-rewritten", "db/0004_index.sql:2 index-not-concurrent"]);
}

#[test]
fn a_late_version_is_out_of_order() {
    let repository = released("late");
    repository.write("db/0002_index.sql", INDEX);
    let found = repository.found(&["db", "--base", "main"]);
    assert_eq!(found, ["db/0002_index.sql:1 out-of-order", "db/0002_index.sql:2 index-not-concurrent"]);
}

#[test]
fn repeatable_migrations_are_meant_to_change() {
    let repository = released("repeatable");
    repository.write("flyway/V1__create.sql", CREATE);
    repository.write("flyway/R__view.sql", "CREATE OR REPLACE VIEW mails AS SELECT email FROM users;\n");
    repository.commit("released");
    repository.git(&["branch", "--force", "main"]);
    repository.write("flyway/R__view.sql", "CREATE OR REPLACE VIEW mails AS SELECT email, id FROM users;\n");
    repository.write("flyway/V2__city.sql", COLUMN);
    let rules = repository.found(&["flyway", "--base", "main"]);
    assert!(
        rules.iter().all(|found| !found.contains("history-rewritten") && !found.contains("out-of-order")),
        "{rules:?}"
    );
}

#[test]
fn the_base_is_where_the_branches_part() {
    let repository = released("merge");
    repository.write("db/0005_index.sql", INDEX);
    repository.commit("on the branch");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("db/0004_other.sql", OTHER);
    repository.commit("on main");
    repository.git(&["switch", "--quiet", "topic"]);
    let own = ["db/0005_index.sql:2 index-not-concurrent"];
    assert_eq!(repository.found(&["db", "--base", "main"]), own, "main went on");
    repository.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(repository.found(&["db", "--base", "main"]), own, "main was merged into the branch");
}

#[test]
fn staged_is_what_the_next_commit_holds() {
    let repository = released("staged");
    repository.write("db/0004_index.sql", INDEX);
    repository.git(&["add", "db/0004_index.sql"]);
    repository.write("db/0004_index.sql", "SELECT 1;\n");
    repository.write("db/0005_not_staged.sql", OTHER);
    assert_eq!(repository.found(&["db", "--staged"]), ["db/0004_index.sql:2 index-not-concurrent"]);
    assert_eq!(repository.found(&["db/0004_index.sql", "--staged"]), ["db/0004_index.sql:2 index-not-concurrent"]);
    repository.git(&["rm", "--quiet", "--cached", "db/0003_city.sql"]);
    let found = repository.found(&["db", "--staged"]);
    assert_eq!(found, ["db/0003_city.sql:1 history-rewritten", "db/0004_index.sql:2 index-not-concurrent"]);
}

#[test]
fn staged_works_before_the_first_commit() {
    let repository = released("first");
    let fresh = Repository(repository.0.join("../fresh"));
    std::fs::create_dir_all(&fresh.0).unwrap();
    fresh.git(&["init", "--quiet"]);
    fresh.write("db/1_create.sql", CREATE);
    fresh.git(&["add", "db"]);
    let output = fresh.check(&["db", "--staged", "--verbose"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 migrations are new"));
}

#[test]
fn services_tell_the_base() {
    let repository = released("services");
    repository.write("db/0004_index.sql", INDEX);
    repository.commit("add an index");
    repository.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    repository.git(&["update-ref", "refs/remotes/origin/release", "topic"]);
    let own = ["db/0004_index.sql:2 index-not-concurrent"];
    assert_eq!(repository.found(&["db", "--base", "auto"]), own, "the default branch");
    let output = repository.command(&["db", "--base", "auto"]).env("GITHUB_BASE_REF", "release").output().unwrap();
    assert_eq!(findings(&output), [""; 0]);
    let event = repository.0.join("event.json");
    std::fs::write(&event, format!("{{\"before\": \"{}\"}}", repository.git(&["rev-parse", "main"]))).unwrap();
    let output = repository.command(&["db", "--base", "auto"]).env("GITHUB_EVENT_PATH", &event).output().unwrap();
    assert_eq!(findings(&output), own);
    let output = repository.command(&["db", "--base", "auto"]).env("GITHUB_BASE_REF", "gone").output().unwrap();
    assert!(error(&output).contains("there is no revision 'origin/gone'"), "{}", error(&output));
}

#[test]
fn a_shallow_clone_says_what_fixes_it() {
    let repository = released("shallow");
    for step in 0..3 {
        repository.write(&format!("notes/{step}.txt"), "a step");
        repository.commit("a step");
    }
    let source = format!("file://{}", repository.0.display());
    let clone = Repository(repository.0.join("../clone"));
    let _ = std::fs::remove_dir_all(&clone.0);
    let target = clone.0.to_str().unwrap();
    repository.git(&["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=topic", &source, target]);
    let text = error(&clone.check(&["db", "--base", "origin/main"]));
    assert!(text.contains("'origin/main' and HEAD have no commit in common here"), "{text}");
    assert!(text.contains("fetch-depth: 0"), "{text}");
    let text = error(&clone.check(&["db", "--base", "origin/nowhere"]));
    assert!(text.contains("there is no revision 'origin/nowhere'") && text.contains("shallow"), "{text}");
}

#[test]
fn mistakes_are_explained() {
    let repository = released("mistakes");
    let text = error(&repository.check(&["db", "--base", "mian"]));
    assert!(text.contains("there is no revision 'mian'"), "{text}");
    let text = error(&repository.check(&["db", "--base=--output=/tmp/x"]));
    assert!(text.contains("there is no revision"), "an option is no revision: {text}");
    let outside = std::env::temp_dir().join("switchback-no-repository");
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("1.sql"), CREATE).unwrap();
    let text = error(&repository.command(&[".", "--base", "main"]).current_dir(&outside).output().unwrap());
    assert!(text.contains("is not in a git repository"), "{text}");
    let text = error(&repository.check(&["db", outside.to_str().unwrap(), "--base", "main"]));
    assert!(text.contains("lies outside the repository"), "{text}");
}

#[test]
fn worktrees_and_submodules_are_repositories() {
    let repository = released("trees");
    repository.write("db/0004_index.sql", INDEX);
    repository.commit("add an index");
    let own = ["db/0004_index.sql:2 index-not-concurrent"];
    let tree = Repository(repository.0.join("../tree"));
    repository.git(&["worktree", "add", "--quiet", "--detach", "../tree", "topic"]);
    assert_eq!(tree.found(&["db", "--base", "main"]), own);
    let outer = Repository(repository.0.join("../outer"));
    std::fs::create_dir_all(&outer.0).unwrap();
    outer.git(&["init", "--quiet", "--initial-branch=main"]);
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../app", "app"]);
    outer.commit("hold the app");
    assert_eq!(outer.found(&["app/db", "--base", "origin/main"]), ["app/db/0004_index.sql:2 index-not-concurrent"]);
}

#[test]
fn it_works_from_a_folder_inside() {
    let repository = released("inside");
    repository.write("db/0004_index.sql", INDEX);
    let output = repository.command(&[".", "--base", "main"]).current_dir(repository.0.join("db")).output().unwrap();
    assert_eq!(findings(&output), ["0004_index.sql:2 index-not-concurrent"]);
}

/// What `switchback diff` prints.
fn compared(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let output = repository.subcommand("diff", arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().split('\n').map(str::to_owned).collect()
}

#[test]
fn a_side_of_a_comparison_may_be_what_a_revision_has() {
    let repository = released("compared");
    repository.write("db/0004_plan.sql", "ALTER TABLE users ADD COLUMN plan text;\n");
    let added = ["expand    column users.plan text added", "1 change: 1 expand; no findings"];
    assert_eq!(compared(&repository, &["main:db", "db"]), added);
    // What is not committed is in no revision.
    let none = ["no differences between main:db and HEAD:db"];
    assert_eq!(compared(&repository, &["main:db", "HEAD:db"]), none);
    repository.commit("a column");
    assert_eq!(compared(&repository, &["main:db", "HEAD:./db"]), added);
    // Its folder may be gone by now, and a file stands for itself.
    repository.git(&["mv", "db", "migrations"]);
    repository.commit("moved");
    assert_eq!(compared(&repository, &["main:db", "migrations"]), added);
    let file = compared(&repository, &["main:db/0001_create.sql", "main:db"]);
    assert_eq!(file, ["expand    column users.city text added", "1 change: 1 expand; no findings"]);
}

#[test]
fn a_side_that_is_not_there_is_named() {
    let repository = released("compared_to_nothing");
    let failed = |old: &str| error(&repository.subcommand("diff", &[old, "db"]).output().unwrap());
    assert!(failed("main:migrations").contains("main has nothing at migrations"), "{}", failed("main:migrations"));
    assert!(failed("mian:db").contains("mian"), "{}", failed("mian:db"));
    assert!(failed("main").contains("main is neither a file or folder nor a git revision with a path"));
    assert!(failed("dbs/").contains("did you mean db"), "{}", failed("dbs/"));
}

/// Drizzle, with this journal and these new files.
fn drizzle(test: &str, new: &[(&str, &str)]) -> Vec<String> {
    let repository = Repository::empty(test);
    let journal = |tags: &[&str]| {
        let entries: Vec<String> = tags
            .iter()
            .enumerate()
            .map(|(at, tag)| format!("{{\"idx\":{at},\"when\":{at},\"tag\":\"{tag}\"}}"))
            .collect();
        format!("{{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[{}]}}", entries.join(","))
    };
    repository.write(
        "drizzle/0000_a.sql",
        "CREATE TABLE users (id bigint PRIMARY KEY, state text);\n\
         CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\nCREATE INDEX orders_user ON orders (user_id);\n\
         CREATE TYPE mood AS ENUM ('sad');\nALTER TABLE users ADD COLUMN mood mood;\n",
    );
    repository.write("drizzle/meta/_journal.json", &journal(&["0000_a"]));
    repository.commit("released");
    let mut tags = vec!["0000_a"];
    for (tag, text) in new {
        repository.write(&format!("drizzle/{tag}.sql"), text);
        tags.push(tag);
    }
    repository.write("drizzle/meta/_journal.json", &journal(&tags));
    repository.found(&["drizzle", "--base", "HEAD"])
}

#[test]
fn pending_files_share_the_transaction_where_the_tool_opens_only_one() {
    let add = "SET lock_timeout = '5s';\nALTER TABLE orders ADD CONSTRAINT known FOREIGN KEY (user_id) REFERENCES users NOT VALID;\n";
    let validate = "ALTER TABLE orders VALIDATE CONSTRAINT known;\n";
    assert_eq!(
        drizzle("shared-validate", &[("0001_add", add), ("0002_validate", validate)]),
        ["drizzle/0002_validate.sql:1 validate-in-same-transaction"],
        "the timeout of the first file holds in the second, and so do its locks"
    );
    assert_eq!(
        drizzle(
            "shared-enum",
            &[
                ("0001_mood", "ALTER TYPE mood ADD VALUE 'glad';\n"),
                ("0002_use", "ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'glad';\n"),
            ]
        )
        .last()
        .map(String::as_str),
        Some("drizzle/0002_use.sql:1 enum-value-used-in-same-transaction")
    );
    // What ends the transaction ends it for the files that follow.
    let committed = format!("{add}COMMIT;\n");
    let found = drizzle("shared-ended", &[("0001_add", &committed), ("0002_validate", validate)]);
    assert!(!found.iter().any(|found| found.contains("validate-in-same-transaction")), "{found:?}");
}
