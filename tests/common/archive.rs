//! Test data that is not part of the repository: unpacked where it is, and its absence said aloud.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests are told where their data is, and stop at the first surprise"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder `inner` of the archive that the `variable` of the environment names, or of `../shared/<name>.tar.gz`. The
/// variable may name the folder itself. Call it once for all tests of a binary.
pub(crate) fn unpack(variable: &str, name: &str, inner: &str) -> Option<PathBuf> {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/{name}.tar.gz"));
    let archive = std::env::var(variable).map_or_else(|_| usual(), PathBuf::from);
    if archive.is_dir() {
        return Some(archive);
    }
    if !archive.exists() {
        eprintln!("NOT RUN: there is no {} (set {variable})", archive.display());
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let status = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&folder).status().unwrap();
    assert!(status.success(), "{} unpacks", archive.display());
    Some(folder.join(inner))
}
