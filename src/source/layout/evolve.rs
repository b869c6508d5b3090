//! Evolve: files named as for Flyway in a .NET project that uses it, each in a transaction unless it says `evolve-tx-off`.

use super::{Layout, as_the_file, flyway};

pub(super) const LAYOUT: Layout = Layout {
    name: "evolve",
    marks: "files named like V1__name.sql in a .NET project that uses Evolve",
    recognizes: |home| (flyway::LAYOUT.recognizes)(home) && home.up_tree.uses_evolve(),
    refine: as_the_file,
    ..flyway::LAYOUT
};
