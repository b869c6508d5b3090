//! What is said of the configuration, and what is made from the command line.

use serde_json::Value;

use super::schema::violations;
use super::{CREATE, Repository, code, stderr, stdout};

const FILE: &str =
    "engine = \"postgres@16\"\n[tables.rows]\n\"billing.Invoices\" = \"2k\"\n[rules]\nstyle = \"note\"\n";

#[test]
fn every_value_has_an_origin() {
    let repository = Repository::new("config", &[("switchback.toml", FILE), ("db/1.sql", CREATE)]);
    let mut command = repository.command(&["config", "db", "--table-rows", "users=5"]);
    let shown = stdout(&command.env("SWITCHBACK_FAIL_ON", "note").output().unwrap());
    let line = |start: &str| shown.lines().find(|line| line.starts_with(start)).unwrap_or("no such line").to_owned();
    assert!(line("engine").ends_with("= \"postgres@16\"                   # switchback.toml:1"), "{shown}");
    assert!(line("fail-on").ends_with("# SWITCHBACK_FAIL_ON"), "{shown}");
    assert!(line("users").ends_with("# --table-rows"), "{shown}");
    assert!(line("large-rows").ends_with("# default"), "{shown}");
    assert!(line("style").ends_with("# switchback.toml:5"), "{shown}");
    // What comes out goes in again.
    std::fs::write(repository.0.join("again.toml"), &shown).unwrap();
    let again = stdout(&repository.run(&["config", "--config", "again.toml"]));
    let values = |text: &str| text.parse::<toml::Table>().unwrap();
    assert_eq!(values(&again), values(&shown));
    assert_ne!(code(&repository.run(&["check", "--config", "again.toml", "db"])), 2);
}

#[test]
fn the_configuration_for_programs() {
    let repository = Repository::new("config_json", &[("switchback.toml", FILE)]);
    let shown: Value = serde_json::from_slice(&repository.run(&["config", "--output-format", "json"]).stdout).unwrap();
    let entries = shown.as_array().unwrap();
    let find = |key: &str| entries.iter().find(|entry| entry["key"] == key).unwrap().clone();
    assert_eq!(find("tables.rows.\"billing.Invoices\"")["value"], "2k");
    assert_eq!(find("tables.large-rows")["value"], 100_000);
    assert_eq!(find("migrations.start-after")["value"], Value::Null);
    assert!(entries.iter().all(|entry| entry["description"].is_string()));
    let wrong = Repository::new("config_wrong", &[("switchback.toml", "engin = 1\n")]).run(&["config"]);
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains("did you mean `engine`?"), "{}", stderr(&wrong));
}

/// The configuration that the reference shows, and what is wrong in other ones.
#[test]
fn the_schema_knows_what_may_be_set() {
    let repository = Repository::new("config_schema", &[]);
    let schema: Value = serde_json::from_slice(&repository.run(&["schema"]).stdout).unwrap();
    let check = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        violations(&schema, &serde_json::to_value(table).unwrap())
    };
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
    let shown = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(check(shown), Vec::<String>::new());
    for wrong in [
        "engine = \"mysql@8\"",
        "engin = \"postgres@16\"",
        "fail-on = \"warn\"",
        "compat = [\"squak\"]",
        "[tables]\nlarge-rows = -1",
        "[tables]\nlarge-size = 10",
        "[tables.rows]\nusers = \"many\"",
        "[rules]\nmissing-lock-timeouts = \"off\"",
        "[rules]\nstyle = \"on\"",
        "[policy]\nforbidden = [\"triggers\"]",
        "[transitions]\nmax-age = \"a month\"",
        "[session]\nmax-lock-timeout = 30",
    ] {
        assert!(!check(wrong).is_empty(), "{wrong}");
        let found = Repository::new("config_schema_wrong", &[("switchback.toml", wrong)]).run(&["config"]);
        assert_eq!(code(&found), 2, "{wrong}");
    }
}

#[test]
fn completions_and_manual_pages() {
    let repository = Repository::new("manual", &[("man/.keep", "")]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = stdout(&repository.run(&["completions", shell]));
        assert!(script.contains("add-allow") && script.contains("baseline"), "{shell}");
    }
    assert!(stdout(&repository.run(&["man"])).contains(".TH switchback 1"));
    assert_eq!(code(&repository.run(&["man", "--dir", "man"])), 0);
    let page = std::fs::read_to_string(repository.0.join("man/switchback-stats-pull.1")).unwrap();
    assert!(page.contains(".TH switchback-stats-pull 1"), "{page}");
    let nowhere = repository.run(&["man", "--dir", "nowhere"]);
    assert_eq!(code(&nowhere), 2);
    assert!(stderr(&nowhere).contains("nowhere cannot be written"), "{}", stderr(&nowhere));
}
