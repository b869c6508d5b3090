//! What statistics of tables change in reports: how long, how bad, how old.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use switchback::stats::Moment;

const MIGRATION: &str = "SET lock_timeout = '5s';\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\n\
    CREATE INDEX ON events (at);\nALTER TABLE countries ALTER COLUMN code SET NOT NULL;\n\
    ALTER TABLE middle ALTER COLUMN code SET NOT NULL;\nUPDATE logs SET level = 1;\n";

/// A folder with a migration, and statistics that are `days` old.
fn folder(test: &str, days: u64) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sizes").join(test);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join("1.sql"), MIGRATION).unwrap();
    fs::write(root.join("stats.json"), statistics(days)).unwrap();
    root
}

fn statistics(days: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let taken_at = Moment(now.saturating_sub(Duration::from_secs(days * 86_400)).as_secs());
    let table = |name: &str, rows: &str, bytes: u64, writes: f64| {
        format!(
            r#"{{"schema": "public", "name": "{name}", "kind": "table", "partition_of": null, "partitions": 0,
                "rows": {rows}, "bytes": {bytes}, "toast_bytes": 0, "index_bytes": 0, "indexes": [],
                "writes_per_second": {{"inserts": {writes}, "updates": 0, "deletes": 0}}}}"#
        )
    };
    let tables = [
        table("users", "41000000", 18 << 30, 119.7),
        table("events", "null", 700 << 20, 0.0),
        table("countries", "249", 16_384, 5.0),
        table("middle", "200000", 50 << 20, 3.0),
        table("logs", "9000000", 1 << 30, 0.1),
    ];
    let rates = r#"{"since": "stats-reset", "seconds": 86400}"#;
    format!(r#"{{"version": 1, "taken_at": "{taken_at}", "rates": {rates}, "tables": [{}]}}"#, tables.join(", "))
}

fn run(root: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
    command.args(args).current_dir(root).env_clear().stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn pretty(root: &Path, args: &[&str]) -> String {
    stdout(&run(root, &[&["check", "1.sql", "--output-format", "pretty"], args].concat()))
}

#[test]
fn findings_say_how_long_and_follow_the_size() {
    let root = folder("words", 1);
    let text = pretty(&root, &["--stats", "stats.json"]);
    for said in [
        "scan of users, 41 M rows / 18 GB: minutes, not seconds (assuming 100 MB/s)",
        "120 rows a second are written to users, and would wait",
        "index build of events, 700 MB: about a minute (assuming 15 MB/s)",
        "countries is known to have 249 rows / 16 kB, under the large-rows and large-size thresholds, so this is only a note",
        "scan of middle, 200 k rows / 50 MB: under a second (assuming 100 MB/s), so this is only a warning",
        "logs is known to have 9 M rows / 1 GB",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    assert!(!text.contains("scan of logs"), "rows that are written take longer than a scan: {text}");
    let output = run(&root, &["check", "1.sql", "--stats", "stats.json"]);
    let lines = stdout(&output);
    for (line, level) in [(2, "error"), (3, "error"), (4, "note"), (5, "warning"), (6, "error")] {
        assert!(lines.contains(&format!("1.sql:{line}:")) && lines.contains(&format!(": {level}[")), "{lines}");
        let found = lines.split('\n').filter(|text| text.starts_with(&format!("1.sql:{line}:")));
        assert!(found.clone().any(|text| text.contains(&format!(": {level}["))), "{line} {level}: {lines}");
    }
    assert_eq!(stderr(&output), "");
}

#[test]
fn rows_that_people_name_count_for_more() {
    let root = folder("named", 1);
    let text = pretty(&root, &["--stats", "stats.json", "--table-rows", "users=82m", "--table-rows", "events=5"]);
    assert!(text.contains("scan of users, 82 M rows / 36 GB: minutes, not seconds"), "as wide as before: {text}");
    assert!(text.contains("events is known to have 5 rows, under the large-rows threshold"), "{text}");
}

#[test]
fn the_configuration_names_statistics_and_thresholds() {
    let root = folder("configured", 10);
    let config = "[tables]\nstats = \"stats.json\"\nmax-age = \"11d\"\nlarge-rows = 300_000\nlarge-size = \"60MB\"\n";
    fs::write(root.join("switchback.toml"), config).unwrap();
    let output = run(&root, &["check", "1.sql"]);
    assert!(stdout(&output).contains("1.sql:5:20: note[set-not-null-scan]"), "{}", stdout(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn stale_statistics_are_said() {
    let root = folder("stale", 45);
    let output = run(&root, &["check", "1.sql", "--stats", "stats.json", "--output-format", "pretty"]);
    let said = "warning: stats.json is 45 days old, more than the 30 days of `max-age`: pull it again";
    assert_eq!(stderr(&output), said);
    let text = stdout(&output);
    for table in ["users", "countries", "logs"] {
        let note = format!("the statistics that the size of {table} is from are 45 days old");
        assert!(text.contains(&note), "{note}\n{text}");
    }
    let locks = run(&root, &["locks", "1.sql", "--stats", "stats.json"]);
    assert_eq!(stderr(&locks), said);
}

#[test]
fn locks_show_sizes_and_times() {
    let root = folder("locks", 1);
    let text = stdout(&run(&root, &["locks", "1.sql", "--stats", "stats.json"]));
    assert!(text.contains("full scan (minutes, not seconds)") && text.contains("41m, 18 GB"), "{text}");
    assert!(text.contains("times assume 100 MB/s for a scan, 15 MB/s for a rewrite or an index build"), "{text}");
    let json = stdout(&run(&root, &["locks", "1.sql", "--stats", "stats.json", "--output-format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let lock = &json["statements"][1]["locks"][0];
    assert_eq!((&lock["rows"], &lock["duration"]), (&41_000_000.into(), &"minutes, not seconds".into()), "{json}");
    assert_eq!(lock["bytes"], 18_u64 << 30);
}

#[test]
fn files_that_are_no_statistics_are_pointed_at() {
    let root = folder("broken", 1);
    let header = "taken_at,rates_since,rates_seconds,schema,name,kind,parent_schema,parent_name,rows,bytes,toast_bytes,\
                  inserts,updates,deletes\n";
    let row = "2026-11-26T10:00:00Z,stats-reset,60,public,t,table,,,";
    for (text, said) in [
        (String::new(), "there are no tables"),
        ("{".to_owned(), "EOF while parsing an object"),
        (statistics(1).replace("41000000", "\"many\""), "invalid type: string \"many\", expected u64"),
        (statistics(1).replace("\"version\": 1", "\"version\": 2"), "version 2 of the format is not known, only 1"),
        (format!("{header}{row}5,1,0,0,0,0\n{row}x,1,0,0,0,0\n"), "column 9: invalid digit found in string"),
        (format!("{header}{row}\n"), "the row has 9 values, not 14 as the header"),
        ("name,size\nusers,5\n".to_owned(), "missing field `taken_at`"),
        (format!("{header}{}", "yesterday,stats-reset,60,public,t,table,,,5,1,0,0,0,0\n"), "`yesterday` is no moment"),
    ] {
        fs::write(root.join("broken"), text).unwrap();
        let output = run(&root, &["check", "1.sql", "--stats", "broken"]);
        assert_eq!(output.status.code(), Some(2));
        let told = stderr(&output);
        assert!(told.contains("broken: ") && told.contains(said), "{said}: {told}");
    }
    let output = run(&root, &["check", "1.sql", "--stats", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nowhere: cannot be read: No such file"), "{}", stderr(&output));
}
