//! Loads every tree in `fixtures/layouts` and shows what was made of it: order, sections, and how they run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use switchback::source::{Exclude, Input, Request, SourceError, Sources, load};

fn request(inputs: Vec<Input>) -> Request {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts");
    Request::new(directory, inputs)
}

fn named(paths: &[&str]) -> Vec<Input> {
    paths.iter().map(|path| Input::Path(PathBuf::from(path))).collect()
}

fn rendered(result: &Result<Sources, SourceError>) -> String {
    let mut out = String::new();
    let sources = match result {
        Ok(sources) => sources,
        Err(error) => {
            let help = miette::Diagnostic::help(error).map(|help| help.to_string());
            return format!("error: {error}\nhelp: {}\n", help.unwrap_or_default());
        }
    };
    for found in &sources.layouts {
        writeln!(out, "{}: {}, {}", found.folder.display(), found.layout, found.migrations).unwrap();
    }
    for warning in &sources.warnings {
        writeln!(out, "warning: {warning}").unwrap();
    }
    for skipped in &sources.skipped {
        writeln!(out, "skipped {}: {}", skipped.path.display(), skipped.reason).unwrap();
    }
    for migration in &sources.migrations {
        write!(out, "\n{}", migration.path.display()).unwrap();
        if Path::new(&migration.release) != migration.path {
            write!(out, " (release {})", migration.release).unwrap();
        }
        writeln!(out, "{}", if migration.reported { "" } else { " (history)" }).unwrap();
        for section in &migration.sections {
            let text = section.span.of(&migration.text);
            writeln!(out, "  {:?} {:?} {text:?}", section.direction, section.transaction).unwrap();
        }
    }
    out
}

#[test]
fn every_layout() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts");
    let mut trees: Vec<String> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    trees.sort();
    for tree in trees {
        insta::assert_snapshot!(tree.clone(), rendered(&load(&request(named(&[&tree])))));
    }
}

#[test]
fn neighbors_of_a_named_file_are_history() {
    insta::assert_snapshot!(
        "named_files",
        [
            &["plain/2_orders.sql"][..],
            &["diesel/2024-01-02-030405_users/up.sql"],
            &["delta/57/02_c.SQL", "delta/9/1_a.sql"],
            &["golang-migrate/000009_users.up.sql", "golang-migrate"],
        ]
        .map(|paths| format!("{paths:?}\n{}\n", rendered(&load(&request(named(paths))))))
        .concat()
    );
}

#[test]
fn what_is_not_there_is_an_error_that_helps() {
    insta::assert_snapshot!(
        "errors",
        [&["plian"][..], &["golang-migrat/000009_users.up.sql"], &["nowhere/at/all"], &["plain/node_modules/none"]]
            .map(|paths| format!("{paths:?}\n{}\n", rendered(&load(&request(named(paths))))))
            .concat()
    );
}

#[test]
fn a_hook_that_names_only_a_down_file_does_not_fail() {
    for path in ["golang-migrate/000009_users.down.sql", "plain/rollback/12_items.sql"] {
        let sources = load(&request(named(&[path]))).unwrap();
        assert!(sources.migrations.iter().all(|migration| !migration.reported), "{path}");
    }
}

#[test]
fn excluded_files_are_left_out_even_where_named() {
    let mut request = request(named(&["plain/2_orders.sql"]));
    request.exclude = Exclude::new(request.directory.clone(), &["**/2_*".to_owned()]);
    let sources = load(&request).unwrap();
    assert!(sources.migrations.is_empty());
    request.inputs = named(&["plain"]);
    let sources = load(&request).unwrap();
    assert!(!sources.migrations.iter().any(|migration| migration.path.ends_with("2_orders.sql")));
}

#[test]
fn text_from_elsewhere_takes_the_place_of_its_file() {
    let text = |name: Option<&str>| Input::Text { name: name.map(PathBuf::from), bytes: b"SELECT 1;\n".to_vec() };
    let alone = load(&request(vec![text(None)])).unwrap();
    assert_eq!(alone.migrations.len(), 1);
    assert_eq!(alone.migrations[0].path, Path::new("<stdin>"));

    let replaced = load(&request(vec![text(Some("plain/2_orders.sql"))])).unwrap();
    let orders = replaced.migrations.iter().find(|migration| migration.path.ends_with("2_orders.sql")).unwrap();
    assert_eq!((orders.text.as_str(), orders.reported), ("SELECT 1;\n", true));
    assert!(replaced.migrations[0].path.ends_with("1_users.sql") && !replaced.migrations[0].reported);

    let new = load(&request(vec![text(Some("goose/00004_new.sql"))])).unwrap();
    assert!(new.migrations.last().unwrap().path.ends_with("00004_new.sql"));
}
