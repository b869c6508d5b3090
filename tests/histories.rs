//! Histories under `fixtures/histories/`: each story's findings are a snapshot.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

use std::path::{Path, PathBuf};

use switchback::lint::lint;
use switchback::report::{Report, Style, concise};
use switchback::settings::Settings;
use switchback::source::{Exclude, Input, Request, load};

fn report(story: &Path) -> String {
    let inputs = vec![Input::Path(PathBuf::from("."))];
    let request = Request { directory: story.to_owned(), inputs, exclude: Exclude::default() };
    let sources = load(&request).unwrap();
    let outcome = lint(&sources.migrations, &Settings::default());
    let mut text = Vec::new();
    let style = Style::default();
    let report = Report { outcome: &outcome, migrations: &sources.migrations, style, actions: false };
    concise::write(&report, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    // The last line holds the time.
    text.rsplit_once("checked ").map(|(findings, _)| findings.to_owned()).unwrap()
}

#[test]
fn stories() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/histories");
    let mut stories: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    stories.sort();
    assert!(!stories.is_empty());
    for story in stories {
        let name = story.file_name().unwrap().to_string_lossy().into_owned();
        insta::assert_snapshot!(name, report(&story));
    }
}
