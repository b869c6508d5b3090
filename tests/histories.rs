//! Histories under `fixtures/histories/`: each story's findings are a snapshot; those that are right have none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use switchback::config;
use switchback::lint::lint;
use switchback::report::{Report, Style, concise};
use switchback::settings::Settings;
use switchback::source::migration::Migration;
use switchback::source::origin::Origin;
use switchback::source::{Input, Request, load};
use switchback::spec;

/// Stories whose name ends so are right, on every version of the server from that of their configuration on.
const RIGHT: &str = "-the-safe-way";

/// The newest version known.
const NEWEST: u16 = 18;

fn settings(story: &Path) -> Settings {
    let file = story.join(config::FILE_NAME);
    let oldest = Settings { version: 12, ..Settings::default() };
    if file.exists() { config::read(&file, &spec::names()).unwrap().settings } else { oldest }
}

fn report(story: &Path, settings: &Settings) -> String {
    let migrations = migrations(story);
    let outcome = lint(&migrations, settings);
    let mut text = Vec::new();
    let style = Style::default();
    let origin = Origin::default();
    let report = Report { outcome: &outcome, migrations: &migrations, origin: &origin, style, actions: false };
    concise::write(&report, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    // The last line holds the time.
    text.rsplit_once("checked ").map(|(findings, _)| findings.to_owned()).unwrap()
}

#[test]
fn stories() {
    for (name, story) in folders().into_iter().filter(|(name, _)| !name.ends_with(RIGHT)) {
        insta::assert_snapshot!(name, report(&story, &Settings::default()));
    }
}

#[test]
fn what_is_right_is_met_with_silence() {
    let mut failures = String::new();
    let right: Vec<_> = folders().into_iter().filter(|(name, _)| name.ends_with(RIGHT)).collect();
    assert!(right.len() > 15);
    for (name, story) in right {
        let oldest = settings(&story);
        for version in oldest.version..=NEWEST {
            let found = report(&story, &Settings { version, ..oldest.clone() });
            if !found.is_empty() {
                writeln!(failures, "{name} on {version}:\n{found}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_story_says_in_a_line_what_it_tells() {
    for (name, story) in folders() {
        let words = std::fs::read(story.join("README.md")).unwrap_or_default();
        let words = String::from_utf8(words).unwrap();
        assert!(words.trim_end().ends_with('.') && !words.trim_end().contains('\n'), "{name}/README.md: {words:?}");
    }
}

/// Every release of a right history is right when it is the one under review, and nothing comes after it yet.
#[test]
fn every_step_of_what_is_right_is_right() {
    let mut failures = String::new();
    for (name, story) in folders().into_iter().filter(|(name, _)| name.ends_with(RIGHT)) {
        let settings = settings(&story);
        let migrations = migrations(&story);
        for last in 0..migrations.len() {
            let mut prefix = migrations[..=last].to_vec();
            let release = prefix[last].release.clone();
            for migration in &mut prefix {
                migration.reported = migration.release == release;
            }
            for finding in lint(&prefix, &settings).findings {
                writeln!(failures, "{name}, {}: {}: {}", release, finding.rule.0, finding.message).unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

fn migrations(story: &Path) -> Vec<Migration> {
    let inputs = vec![Input::Path(PathBuf::from("."))];
    load(&Request::new(story.to_owned(), inputs)).unwrap().migrations
}

fn folders() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/histories");
    let stories = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut stories: Vec<_> =
        stories.map(|story| (story.file_name().unwrap().to_string_lossy().into_owned(), story)).collect();
    stories.sort();
    stories
}
