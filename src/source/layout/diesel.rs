//! diesel: `2024-01-02-030405_name/up.sql`, in a transaction unless the `metadata.toml` beside it says otherwise.

use super::{Layout, Shape, up_down_folders};

pub(super) const LAYOUT: Layout = Layout {
    name: "diesel",
    marks: "folders with an up.sql, in the Rust package or with the names of diesel",
    recognizes: |home| {
        home.shape == Shape::UpDownFolders
            && (home.entries.iter().any(|entry| up_down_folders::is_diesel(&entry.name)) || home.up_tree.uses_diesel())
    },
    ..up_down_folders::LAYOUT
};
