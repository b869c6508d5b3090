//! Django: `app/migrations/0001_name.py`. Its SQL is made by a command (`source/generator.rs`).

use super::{Layout, Shape, as_the_file, up};
use crate::source::generator::is_python;
use crate::source::migration::TransactionMode;
use crate::source::order::version_prefix;

pub(super) const LAYOUT: Layout = Layout {
    name: "django",
    marks: "a package of numbered Python files called migrations",
    recognizes: |home| {
        home.shape == Shape::Files
            && home.directory.ends_with("migrations")
            && home.directory.join("__init__.py").is_file()
            && home.entries.iter().any(|entry| is_python(&entry.path) && version_prefix(&entry.name).is_some())
    },
    // What it prints has its own BEGIN and COMMIT.
    arrange: |home| home.entries.iter().map(|entry| up(entry, TransactionMode::None)).collect(),
    refine: as_the_file,
};
