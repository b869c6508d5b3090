//! A contract is refused while recorded queries name what it takes away.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "common/repository.rs"]
mod repository;

use std::fmt::Write as _;

use repository::{Repository, error};

const CREATE: &str = "CREATE TABLE people (id bigint PRIMARY KEY, full_name text, nickname text);\n";

const DROP: &str = "SET lock_timeout = '5s';\nALTER TABLE people DROP COLUMN full_name;\n";

const LOG: &str = "2026-11-26 10:00:00 UTC [7] app@shop LOG:  duration: 0.2 ms  execute <unnamed>: SELECT id,\n\
    \tfull_name FROM people WHERE nickname = 'Ann Secret'\n\
    2026-11-26 10:00:00 UTC [7] app@shop DETAIL:  parameters: $1 = 'Bob Secret'\n\
    2026-11-26 10:00:01 UTC [7] app@shop LOG:  statement: SELECT id,  full_name FROM people WHERE nickname = 'Bo Secret'\n\
    2026-11-26 10:00:02 UTC [7] app@shop LOG:  statement: SELECT 1\n";

/// A released schema with code that is clean; the drop is on a branch.
fn released(test: &str) -> Repository {
    let repository = Repository::empty(&format!("queries_{test}"));
    repository.write("db/1_create.sql", CREATE);
    repository.write("app/person.py", "class Person: pass\n");
    repository.commit("released");
    repository.git(&["switch", "--quiet", "--create", "topic"]);
    repository.write("db/2_drop.sql", DROP);
    repository
}

fn report(repository: &Repository, record: &str, args: &[&str]) -> String {
    repository.write("queries", record);
    let output = repository.check(&[&["db", "--base", "main", "--query-stats", "queries"], args].concat());
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_query_refuses_what_the_code_allows() {
    let repository = released("refused");
    for record in [
        r#"[{"query": "SELECT id, full_name FROM people WHERE nickname = $1", "calls": 12345}]"#,
        "query,calls\n\"SELECT id, full_name\n FROM people WHERE nickname = $1\",12345\nSELECT 1,7\n",
    ] {
        let text = report(&repository, record, &["--output-format", "pretty"]);
        assert!(text.contains("column people.full_name is dropped while 1 recorded query names it"), "{text}");
        let shown = "query: SELECT id, full_name FROM people WHERE nickname = $1 (12,345 times)";
        assert!(text.contains(shown), "{text}");
        assert!(text.contains("no reference in 1 file at main ("), "{text}");
    }
}

#[test]
fn a_log_refuses_it_without_showing_a_value() {
    let repository = released("log");
    for format in ["pretty", "concise", "json"] {
        let text = report(&repository, LOG, &["--output-format", format]);
        assert!(text.contains("SELECT id, full_name FROM people WHERE nickname = ?"), "{text}");
        assert!(text.contains("1 recorded query names it"), "the same but for its value: {text}");
        assert!(!text.contains("Secret"), "{text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&report(&repository, LOG, &["--output-format", "json"])).unwrap();
    let queries = &json["findings"][0]["queries"];
    assert_eq!((&queries["total"], &queries["shown"][0]["calls"]), (&1.into(), &2.into()), "{json}");
}

#[test]
fn a_clean_record_is_part_of_the_verdict() {
    let repository = released("clean");
    let record = "query,calls\nSELECT nickname FROM people,3\nSELECT full_name FROM pets,1\n";
    let text = report(&repository, record, &[]);
    let start = "db/2_drop.sql:2:20: allowed[contract-before-expand]: public.people.full_name: no reference in 1 file at main (";
    assert!(text.starts_with(start) && text.contains("), nor in 2 recorded queries\n"), "{text}");
    let text = report(&repository, "SELECT * FROM people;\n", &[]);
    assert!(
        text.contains("nor in 1 recorded query; 1 recorded query reads every column of the table by `*`"),
        "{text}"
    );
}

#[test]
fn queries_alone_allow_nothing() {
    let repository = released("alone");
    repository.write("queries", "query\nSELECT 1\n");
    let output = repository.check(&[
        "db/1_create.sql",
        "db/2_drop.sql",
        "--query-stats",
        "queries",
        "--output-format",
        "pretty",
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("error[contract-before-expand]"), "{text}");
    assert!(text.contains("no reference in 1 recorded query of queries"), "{text}");
}

#[test]
fn renames_are_looked_for_too() {
    let repository = released("renames");
    repository.write("db/2_drop.sql", "SET lock_timeout = '5s';\nALTER TABLE people RENAME COLUMN nickname TO nick;\n");
    let text = report(&repository, "UPDATE people SET nickname = 'x' WHERE id = 1;\n", &[]);
    assert!(
        text.contains("error[rename-column]")
            && text.contains("(named by `UPDATE people SET nickname = ? WHERE id = ?`)"),
        "{text}"
    );
}

#[test]
fn what_runs_after_the_deploy_is_not_held_against_old_queries() {
    let repository = released("post_deploy");
    repository.write("switchback.toml", "[migrations]\npost-deploy = [\"db/2_drop.sql\"]\n");
    assert!(report(&repository, LOG, &[]).contains("allowed[contract-before-expand]"));
}

#[test]
fn records_of_the_database_are_no_code() {
    let repository = released("records");
    repository.write("app/person.py", "pass\n");
    let table = "2026-11-26T10:00:00Z,stats-reset,60,public,people,table,,,5,1,0,0,0,0\n";
    let header = "taken_at,rates_since,rates_seconds,schema,name,kind,parent_schema,parent_name,rows,bytes,toast_bytes,\
                  inserts,updates,deletes\n";
    for (name, text) in [("ops/stats.py", format!("{header}{table}")), ("switchback.stats.json", "people".to_owned())] {
        repository.write(name, &text);
    }
    repository.write("db/2_drop.sql", "SET lock_timeout = '5s';\nDROP TABLE people;\n");
    repository.write(
        "switchback.toml",
        "[migrations]\npost-deploy = [\"db/2_drop.sql\"]\n[tables]\nstats = \"ops/stats.py\"\n",
    );
    let text = report(&repository, "SELECT 1 FROM people;\n", &[]);
    assert!(text.contains("allowed[contract-before-expand]: public.people: no reference in "), "{text}");
}

#[test]
fn a_file_without_queries_is_an_error() {
    let repository = released("empty");
    for (record, said) in [
        ("2026-11-26 LOG:  checkpoint starting: time\n", "queries: there is no query in it"),
        ("[{\"query\": 7}]", "queries: invalid type: integer `7`, expected a string at line 1 column 12"),
    ] {
        repository.write("queries", record);
        let told = error(&repository.check(&["db", "--base", "main", "--query-stats", "queries"]));
        assert!(told.contains(said) && told.contains("export of pg_stat_statements"), "{told}");
    }
    let told = error(&repository.check(&["db", "--base", "main", "--query-stats", "nowhere"]));
    assert!(told.contains("nowhere cannot be read: No such file"), "{told}");
}

#[test]
fn a_log_of_a_hundred_thousand_lines_is_read_in_one_pass() {
    let repository = released("long");
    let mut log = String::new();
    for number in 0..100_000 {
        writeln!(
            log,
            "2026-11-26 [7] LOG:  duration: 0.1 ms  execute s: SELECT nickname FROM people WHERE id = {number}"
        )
        .unwrap();
    }
    log.push_str("2026-11-26 [7] LOG:  statement: SELECT full_name FROM people\n");
    let text = report(&repository, &log, &[]);
    assert!(text.contains("(named by `SELECT full_name FROM people`)"), "{text}");
}
