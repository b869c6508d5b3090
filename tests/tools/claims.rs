//! What `switchback` tells about a tree, and whether the server saw that.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::watched::Seen;

/// What is told about a tree.
pub(crate) struct Claims {
    migrations: Vec<Migration>,
    /// Each part of a file takes back a changeset, and the last changeset goes first.
    changesets: bool,
    /// The files in which something cannot run because of the transaction it is in.
    pub(crate) refused: Vec<String>,
}

struct Migration {
    path: String,
    /// Of up and down.
    sections: Vec<Section>,
}

/// A part of a file that runs in one way.
pub(crate) struct Section {
    path: String,
    direction: String,
    /// How it runs; none where nothing is told.
    transaction: Option<String>,
    text: String,
}

impl Claims {
    /// Asks for them.
    pub(crate) fn of(tree: &Path) -> Self {
        let listed = switchback(tree, &["sources", "--output-format", "json", "migrations"]);
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let checked = switchback(tree, &["check", "--output-format", "concise", "migrations"]);
        let findings = checked.split('\n').filter(|line| line.contains("[concurrently-in-transaction]"));
        let files: BTreeSet<_> = findings.filter_map(|line| line.split(':').next()).map(str::to_owned).collect();
        let changesets = listed["layouts"][0]["layout"] == "liquibase";
        let migrations = listed["migrations"].as_array().unwrap().iter().map(|found| migration(tree, found)).collect();
        Self { migrations, changesets, refused: Vec::from_iter(files) }
    }

    /// How many migrations there are.
    pub(crate) fn count(&self) -> usize {
        self.migrations.len()
    }

    /// What ships, in order.
    pub(crate) fn ups(&self) -> Vec<&Section> {
        let sections = self.migrations.iter().flat_map(|migration| &migration.sections);
        sections.filter(|section| section.direction == "up").collect()
    }

    /// What takes it back, the last migration first.
    pub(crate) fn downs(&self) -> Vec<&Section> {
        let of_one = |migration: &'_ Migration| -> Vec<usize> {
            let numbers = 0..migration.sections.len();
            if self.changesets { numbers.rev().collect() } else { numbers.collect() }
        };
        let all = self.migrations.iter().rev();
        let sections = all.flat_map(|one| of_one(one).into_iter().map(|number| &one.sections[number]));
        sections.filter(|section| section.direction == "down").collect()
    }

    /// Compares what `sections` say with what the server saw of `command`.
    pub(crate) fn hold(&self, command: &str, sections: &[&Section], seen: &[Seen]) {
        let order: Vec<&str> = self.migrations.iter().map(|migration| &*migration.path).collect();
        let written: Vec<&str> = sections.iter().flat_map(|section| section.names(command)).collect();
        let ours: BTreeSet<&str> = written.iter().copied().collect();
        // The tool has tables of its own.
        let seen: Vec<&Seen> = seen.iter().filter(|seen| ours.contains(&*seen.name)).collect();
        let names: Vec<&str> = seen.iter().map(|seen| &*seen.name).collect();
        assert!(
            !names.is_empty() && names == written,
            "the order is told as {order:?}\n{written:?}, and was {names:?}"
        );
        for section in sections {
            let names = section.names(command);
            let all: Vec<_> = names.iter().map(|name| seen.iter().find(|seen| seen.name == **name).unwrap()).collect();
            let transactions: BTreeSet<&str> = all.iter().map(|seen| &*seen.transaction).collect();
            let holds = match section.transaction.as_deref() {
                Some("per-file" | "single-query") => transactions.len() <= 1,
                // The script opens one.
                Some("none") if section.text.contains("BEGIN;") => transactions.len() <= 1,
                Some("none") => transactions.len() == all.len(),
                Some(_) => false,
                None => true,
            };
            let Section { path, transaction, .. } = section;
            assert!(holds, "{path}: its transaction is told as {transaction:?}, and the server saw {all:?}");
        }
    }
}

impl Section {
    /// The tables and indexes that it makes or drops, in order.
    fn names(&self, command: &str) -> Vec<&str> {
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let words = self.text.split(|character| !is_name(character)).filter(|word| !word.is_empty());
        let mut words = words.peekable();
        let mut names = Vec::new();
        while let Some(word) = words.next() {
            if word == command && words.next_if(|word| matches!(*word, "TABLE" | "INDEX")).is_some() {
                words.next_if_eq(&"CONCURRENTLY");
                names.extend(words.next());
            }
        }
        names
    }
}

/// In what the schema that the migrations of a tree lead to differs from the database.
pub(crate) fn differences(tree: &Path, url: &str) -> Vec<String> {
    let compared = switchback(tree, &["diff", "--output-format", "json", "migrations", url]);
    let compared: Value = serde_json::from_str(&compared).unwrap();
    let changes = compared["changes"].as_array().unwrap().iter().map(|change| change["change"].as_str().unwrap());
    // What we watch with, and a table of TypeORM and db-migrate whose name says little.
    let is_ours = |change: &&str| change.contains(" watch") || *change == "table migrations added";
    changes.filter(|change| !is_ours(change)).map(str::to_owned).collect()
}

fn migration(tree: &Path, found: &Value) -> Migration {
    let path = found["path"].as_str().unwrap().to_owned();
    let text = fs::read_to_string(tree.join(&path)).unwrap();
    let mut sections: Vec<Section> = found["sections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|section| {
            let line = |name: &str| usize::try_from(section[name].as_u64().unwrap()).unwrap();
            let lines = text.split_inclusive('\n').take(line("last_line")).skip(line("first_line") - 1);
            Section {
                path: path.clone(),
                direction: section["direction"].as_str().unwrap().to_owned(),
                transaction: Some(section["transaction"].as_str().unwrap().to_owned()),
                text: lines.collect(),
            }
        })
        .collect();
    // How a down file runs is not told.
    if let Some(down) = found["down"].as_str() {
        let text = fs::read_to_string(tree.join(down)).unwrap();
        sections.push(Section { path: down.to_owned(), direction: "down".to_owned(), transaction: None, text });
    }
    Migration { path, sections }
}

fn switchback(tree: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
    let output = command.args(args).current_dir(tree).env_clear().stdin(Stdio::null()).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
