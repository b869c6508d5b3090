//! What the test binaries share: the fixed findings every format is tried on, the specifications with their examples,
//! and files that are compared, or rewritten under `UPDATE=1`.

#![allow(dead_code, reason = "no test binary uses all of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files of their own")]

pub(crate) mod fixture;
pub(crate) mod formats;
pub(crate) mod schema;
pub(crate) mod specs;
pub(crate) mod xml;

use std::fs;
use std::path::{Path, PathBuf};

use switchback::source::migration::{Direction, Migration, Section, Standing, TransactionMode};
use switchback::syntax::span::Span;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Generated files are rewritten instead of compared.
pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Fails unless the generated file `path` holds `text`; under `UPDATE=1` makes it so.
pub(crate) fn expect_file(path: &str, text: &str) {
    let path = root().join(path);
    if updating() {
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(found == text, "{} is not up to date; run `UPDATE=1 cargo test`", path.display());
}

/// The files of a folder whose names end with `.extension`, in order; not those of folders inside it.
pub(crate) fn files_in(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

/// A migration of one section.
pub(crate) fn migration(path: &str, release: &str, text: &str, transaction: TransactionMode) -> Migration {
    let span = Span::new(0, u32::try_from(text.len()).unwrap());
    Migration {
        path: path.into(),
        text: text.to_owned(),
        sections: vec![Section { span, direction: Direction::Up, transaction }],
        release: release.to_owned(),
        reported: true,
        standing: Standing::default(),
        down: None,
        carrier: None,
    }
}
