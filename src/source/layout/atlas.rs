//! Atlas: dated files with `atlas.sum` beside them, each in its own transaction.

use super::{Layout, Shape, as_the_file, up};
use crate::source::migration::TransactionMode;

pub(super) const LAYOUT: Layout = Layout {
    name: "atlas",
    marks: "an atlas.sum",
    recognizes: |home| home.shape == Shape::Files && home.directory.join("atlas.sum").is_file(),
    arrange: |home| home.entries.iter().map(|entry| up(entry, TransactionMode::Wrapped)).collect(),
    refine: as_the_file,
};
