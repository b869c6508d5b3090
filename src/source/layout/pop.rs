//! pop (Buffalo, Ory): `TIME_name.postgres.autocommit.up.sql`, in a transaction but for files that say `autocommit`.

use super::{Layout, up_down_files};

pub(super) const LAYOUT: Layout = Layout {
    name: "pop",
    marks: "files named like 1_name.postgres.up.sql or 1_name.autocommit.up.sql",
    recognizes: |home| up_down_files::is(home) && up_down_files::names_pop(home),
    ..up_down_files::LAYOUT
};
