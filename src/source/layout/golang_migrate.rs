//! golang-migrate: `N_name.up.sql` in a Go module that uses it, each file sent as one string.

use super::{Layout, up_down_files};

pub(super) const LAYOUT: Layout = Layout {
    name: "golang-migrate",
    marks: "files named like 1_name.up.sql in a Go module that uses golang-migrate",
    recognizes: |home| {
        up_down_files::is(home)
            && !up_down_files::names_pop(home)
            && home.up_tree.go_module_says("golang-migrate/migrate")
    },
    ..up_down_files::LAYOUT
};
