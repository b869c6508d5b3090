//! Hasura: `migrations/default/1650000000000_name/up.sql`, in a transaction.

use super::{Layout, Shape, up_down_folders};

pub(super) const LAYOUT: Layout = Layout {
    name: "hasura",
    marks: "folders with an up.sql, below a config.yaml that says metadata_directory",
    recognizes: |home| home.shape == Shape::UpDownFolders && home.up_tree.uses_hasura(),
    ..up_down_folders::LAYOUT
};
