//! refinery: files named as for Flyway in a Rust package that uses it, each in a transaction whatever it holds.

use super::{Layout, as_the_file, flyway};

pub(super) const LAYOUT: Layout = Layout {
    name: "refinery",
    marks: "files named like V1__name.sql in a Rust package that uses refinery",
    recognizes: |home| (flyway::LAYOUT.recognizes)(home) && home.up_tree.uses_refinery(),
    refine: as_the_file,
    ..flyway::LAYOUT
};
