//! The reference in `docs/` and the README: what they show is what happens, and where they point there is something.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a broken page has to stop the test"
)]

#[path = "docs/commands.rs"]
mod commands;
mod common;
#[path = "docs/links.rs"]
mod links;
#[path = "docs/page.rs"]
mod page;
#[path = "common/repository.rs"]
mod repository;
#[path = "docs/sandbox.rs"]
mod sandbox;
#[path = "docs/tables.rs"]
mod tables;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use page::Page;
use switchback::config;
use switchback::lint::lint;
use switchback::settings::Settings;
use switchback::source::migration::TransactionMode;
use switchback::spec;

/// Types of diagrams that GitHub draws and that the pages use.
const DIAGRAMS: &[&str] = &["flowchart", "sequenceDiagram", "stateDiagram-v2"];

/// Findings that a piece of SQL on a page never has.
const UNREAD: &[&str] = &["unrecognized-statement", "unknown-rule", "allow-without-reason"];

/// The README and every page of `docs/`.
fn pages() -> Vec<Page> {
    let paths = common::files_in("docs", "md").into_iter();
    let paths = paths.map(|path| format!("docs/{}", path.file_name().unwrap().to_string_lossy()));
    std::iter::once("README.md".to_owned()).chain(paths).map(|path| Page::read(&path)).collect()
}

/// What `check` says of every block of a language, if anything.
fn faults(language: &str, check: impl Fn(&str) -> Option<String>) {
    let mut failures = String::new();
    let mut seen = 0;
    for page in pages() {
        for block in page.blocks().iter().filter(|block| block.language == language) {
            seen += 1;
            if let Some(fault) = check(&block.text()) {
                writeln!(failures, "{}:{}: {fault}", page.path, block.line).unwrap();
            }
        }
    }
    assert!(seen > 0, "no page has a block of {language}");
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn configurations_can_be_read() {
    faults("toml", |text| {
        config::parse(Path::new("switchback.toml"), text.to_owned(), &spec::names())
            .err()
            .map(|error| error.to_string())
    });
}

#[test]
fn sql_can_be_read() {
    faults("sql", |text| {
        let migration = common::migration("1.sql", "1", text, TransactionMode::None);
        let unread = lint(&[migration], &Settings::default()).findings;
        unread.into_iter().find(|finding| UNREAD.contains(&finding.rule.0)).map(|finding| finding.message)
    });
}

#[test]
fn diagrams_are_of_known_types() {
    faults("mermaid", |text| {
        let first = text.split_whitespace().next().unwrap_or_default();
        (!DIAGRAMS.contains(&first)).then(|| format!("`{first}` is no diagram"))
    });
}

/// A block that nothing looks at would rot.
#[test]
fn every_block_is_looked_at() {
    let tried: BTreeSet<&str> = ["console", "sh", "toml", "sql", "mermaid", "yaml"].into();
    for page in pages() {
        for block in page.blocks() {
            let known = tried.contains(&*block.language) || block.file.is_some() || block.language == "text";
            assert!(known, "{}:{}: nothing looks at blocks of `{}`", page.path, block.line, block.language);
        }
    }
}
