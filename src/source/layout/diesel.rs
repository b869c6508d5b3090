//! diesel: `2024-01-02-030405_name/up.sql`, in a transaction unless the `metadata.toml` beside it says otherwise.

use super::{Arrangement, Home, Layout, Shape, up_down_folders};
use crate::source::order::Rank;

pub(super) const LAYOUT: Layout = Layout {
    name: "diesel",
    marks: "folders with an up.sql, in the Rust package or with the names of diesel",
    recognizes: |home| {
        home.shape == Shape::UpDownFolders
            && (home.entries.iter().any(|entry| is_dated(&entry.name)) || home.up_tree.uses_diesel())
    },
    arrange,
    ..up_down_folders::LAYOUT
};

fn arrange(home: &Home) -> Vec<Arrangement> {
    let arranged = (up_down_folders::LAYOUT.arrange)(home).into_iter().zip(&home.entries);
    arranged.map(|(arrangement, entry)| Arrangement { rank: rank(&entry.name), ..arrangement }).collect()
}

/// diesel takes what stands before the first `_`, drops the dashes, and compares the rest as text.
fn rank(name: &str) -> Rank {
    Rank::Text(name.split('_').next().unwrap_or_default().replace('-', ""), name.to_owned())
}

/// `2020-03-06-020253_name` or `2020-03-06-020253-0000_name`.
fn is_dated(name: &str) -> bool {
    let version = name.split('_').next().unwrap_or_default();
    let digits = |part: &str| if part.bytes().all(|byte| byte.is_ascii_digit()) { part.len() } else { 0 };
    let lengths: Vec<usize> = version.split('-').map(digits).collect();
    matches!(lengths.as_slice(), [4, 2, 2, 6] | [4, 2, 2, 6, 4])
}
