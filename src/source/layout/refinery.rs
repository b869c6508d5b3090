//! refinery: `V1__name.sql` and `U1__name.sql` in a Rust package that uses it, in the order of their versions and each in
//! a transaction whatever it holds. The names are Flyway's, but for `U`: it lets a version come late, and takes nothing back.

use super::{Arrangement, Entry, Layout, Role, Shape, as_the_file, stem, up};
use crate::source::Reason;
use crate::source::migration::TransactionMode;
use crate::source::order::{Natural, Rank, Version};

pub(super) const LAYOUT: Layout = Layout {
    name: "refinery",
    marks: "files named like V1__name.sql in a Rust package that uses refinery",
    recognizes: |home| {
        home.shape == Shape::Files
            && home.entries.iter().any(|entry| version(&entry.name).is_some())
            && home.up_tree.uses_refinery()
    },
    arrange: |home| home.entries.iter().map(arrange).collect(),
    refine: as_the_file,
};

fn arrange(entry: &Entry) -> Arrangement {
    let wrapped = up(entry, TransactionMode::Wrapped);
    match version(&entry.name) {
        Some(version) => Arrangement { rank: Rank::Version(version, Natural::new(stem(&entry.name))), ..wrapped },
        None => Arrangement { role: Role::NotRun(Reason::NotListed), ..wrapped },
    }
}

/// The number in a name that refinery reads; it passes over all others.
fn version(name: &str) -> Option<Version> {
    let (version, name) = stem(name).strip_prefix(['U', 'V'])?.split_once("__")?;
    let is_name = !name.is_empty() && name.chars().all(|character| character.is_alphanumeric() || character == '_');
    let is_number = version.bytes().all(|byte| byte.is_ascii_digit());
    Version::parse(version).filter(|_| is_name && is_number)
}
