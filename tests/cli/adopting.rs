//! How an old repository begins: a baseline, comments that allow what is there, comments of other linters.

use super::{CREATE, INDEX, Repository, code, stderr, stdout};

const BUILD: &str = "CREATE INDEX users_email ON users (email);\n";
const DROP: &str = "DROP TABLE users;\n";

fn old(test: &str) -> Repository {
    Repository::new(test, &[("db/1_create.sql", CREATE), ("db/2_index.sql", INDEX)])
}

fn write(repository: &Repository, path: &str, text: &str) {
    std::fs::write(repository.0.join(path), text).unwrap();
}

fn read(repository: &Repository, path: &str) -> String {
    std::fs::read_to_string(repository.0.join(path)).unwrap()
}

#[test]
fn what_the_baseline_leaves_is_not_reported() {
    let repository = old("baseline");
    let before = repository.run(&["check", "db"]);
    assert_eq!(code(&before), 1);
    let written = repository.run(&["baseline", "write", "db"]);
    assert_eq!(stdout(&written), "switchback.baseline.json: 1 finding in 1 file (1 new, 0 gone)\n");
    let after = repository.run(&["check", "db"]);
    assert_eq!((code(&after), stderr(&after)), (0, String::new()), "{}", stdout(&after));
    assert!(stdout(&after).contains("no findings, 1 in the baseline"), "{}", stdout(&after));
    assert_eq!(code(&repository.run(&["check", "--no-baseline", "db"])), 1);
    // What is new is found, and an edit above moves nothing.
    write(&repository, "db/3_drop.sql", DROP);
    write(&repository, "db/2_index.sql", &format!("-- moved\n\n{INDEX}"));
    let new = stdout(&repository.run(&["check", "db"]));
    assert!(new.contains("3_drop.sql") && !new.contains("2_index.sql"), "{new}");
    let json = stdout(&repository.run(&["check", "--output-format", "json", "db"]));
    assert_eq!(json.matches("\"by\": \"baseline\"").count(), 1, "{json}");
}

#[test]
fn stale_entries_are_told_and_pruned() {
    let repository = old("baseline_stale");
    write(&repository, "db/3_drop.sql", DROP);
    repository.run(&["baseline", "write", "db"]);
    write(&repository, "db/2_index.sql", "SELECT 1;\n");
    let told = repository.run(&["check", "db"]);
    let warning = "warning: 1 stale entry in switchback.baseline.json, such as index-not-concurrent in db/2_index.sql: \
                   what they leave is not found any more; `switchback baseline prune` takes them out";
    assert_eq!(stderr(&told), warning);
    let other = repository.run(&["check", "db/3_drop.sql"]);
    assert_eq!(stderr(&other), "", "nothing is known of files that were not looked at");
    std::fs::remove_file(repository.0.join("db/3_drop.sql")).unwrap();
    let pruned = stdout(&repository.run(&["baseline", "prune", "db"]));
    assert!(pruned.starts_with("switchback.baseline.json: no findings ("), "{pruned}");
    assert_eq!(stderr(&repository.run(&["check", "db"])), "");
}

#[test]
fn writing_keeps_what_was_not_looked_at() {
    let repository = old("baseline_parts");
    write(&repository, "db/3_drop.sql", DROP);
    repository.run(&["baseline", "write", "db/2_index.sql"]);
    let second = stdout(&repository.run(&["baseline", "write", "db/3_drop.sql"]));
    assert!(second.contains("in 2 files"), "{second}");
    assert_eq!(code(&repository.run(&["check", "db"])), 0);
}

#[test]
fn a_broken_baseline_is_an_error() {
    let repository = old("baseline_broken");
    write(&repository, "switchback.baseline.json", "{\n  \"version\": 1,\n  \"finding\": []\n}\n");
    let broken = repository.run(&["check", "db"]);
    assert_eq!(code(&broken), 2);
    assert!(stderr(&broken).contains("unknown field `finding`"), "{}", stderr(&broken));
    let missing = repository.run(&["check", "--baseline", "left.json", "db"]);
    assert_eq!(code(&missing), 2);
    assert!(stderr(&missing).contains("`switchback baseline write` writes one"), "{}", stderr(&missing));
    write(&repository, "switchback.toml", "baseline = \"ops.json\"\n");
    assert_eq!(code(&repository.run(&["check", "db"])), 2, "the configuration names a file that is not there");
    assert!(stdout(&repository.run(&["baseline", "write", "db"])).starts_with("ops.json: "));
    assert_eq!(code(&repository.run(&["check", "db"])), 0);
}

#[test]
fn comments_that_allow_are_added() {
    let repository =
        Repository::new("add_allow", &[("db/1.sql", CREATE), ("db/2.sql", "  CREATE INDEX i ON users (email);\r\n")]);
    let added = repository.run(&["check", "--add-allow", "the table is tiny", "db"]);
    assert_eq!(code(&added), 0, "{}", stdout(&added));
    assert_eq!(stderr(&added), "1 comment in 1 file added, for 2 findings");
    let expected =
        "  -- switchback: allow(index-not-concurrent, missing-lock-timeout) the table is tiny\r\n  CREATE INDEX";
    assert!(read(&repository, "db/2.sql").starts_with(expected), "{}", read(&repository, "db/2.sql"));
    let after = repository.run(&["check", "db"]);
    assert_eq!(code(&after), 0);
    assert!(stdout(&after).contains("no findings, 2 allowed"), "{}", stdout(&after));
    let none = repository.run(&["check", "--add-allow", " ", "db"]);
    assert_eq!(code(&none), 2);
    let piped = repository.feed(&["check", "--add-allow", "small", "-", "--stdin-filename", "db/3.sql"], INDEX);
    assert_eq!(code(&piped), 1, "what cannot be written is reported");
    assert!(stderr(&piped).contains("db/3.sql is left as it is: "), "{}", stderr(&piped));
}

#[test]
fn comments_of_other_linters_are_obeyed_where_asked() {
    let repository = Repository::new("compat", &[("db/1.sql", CREATE)]);
    let check = |comment: &str, linter: &str| {
        write(&repository, "db/2.sql", &format!("SET lock_timeout = '5s';\n\n{comment}\n{BUILD}"));
        write(&repository, "switchback.toml", &format!("compat = [{linter}]\n"));
        code(&repository.run(&["check", "db"]))
    };
    assert_eq!(check("-- squawk-ignore require-concurrent-index-creation", "\"squawk\""), 0);
    assert_eq!(check("-- squawk-ignore require-concurrent-index-creation", ""), 1, "nobody asked");
    assert_eq!(check("-- squawk-ignore ban-drop-column", "\"squawk\""), 1, "another rule");
    assert_eq!(check("-- squawk-ignore-file", "\"squawk\""), 0);
    assert_eq!(check("-- eugene: ignore E6", "\"eugene\", \"squawk\""), 0);
    assert_eq!(check("-- pgfence-ignore", "\"pgfence\""), 0);
    assert_eq!(check("-- pgm-lint:suppress PGM001", "\"pg-migration-lint\""), 0);
    assert_eq!(check("-- atlas:nolint PG101", "\"atlas\""), 0);
    assert_eq!(check("-- atlas:nolint concurrent_index", "\"atlas\""), 0);
    assert_eq!(check("-- atlas:nolint destructive", "\"atlas\""), 1);
    assert_eq!(check("-- safety-assured:start", "\"diesel-guard\""), 0);
    assert_eq!(check("-- safety-assured:start\nSELECT 1;\n-- safety-assured:end", "\"diesel-guard\""), 1);
    let wrong = repository.run(&["check", "db"]);
    assert_eq!(code(&wrong), 1);
    write(&repository, "switchback.toml", "compat = [\"squak\"]\n");
    assert!(stderr(&repository.run(&["check", "db"])).contains("did you mean `squawk`?"));
    let top = format!("-- atlas:nolint\n\nSELECT 1;\n{BUILD}");
    write(&repository, "switchback.toml", "compat = [\"atlas\"]\n");
    write(&repository, "db/2.sql", &top);
    assert_eq!(code(&repository.run(&["check", "db"])), 0, "the whole file");
}
