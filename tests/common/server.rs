//! The servers that are installed.

use std::fs;
use std::path::PathBuf;

/// The folder of the newest server's binaries. None where no server is installed, and that is allowed.
pub(crate) fn newest() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let paths = versions.map(|entry| entry.path()).filter(|path| path.join("bin/postgres").exists());
    let Some(found) = paths.max_by_key(number) else {
        assert_ne!(std::env::var("SWITCHBACK_REQUIRE_POSTGRES").as_deref(), Ok("1"), "no PostgreSQL server found");
        println!("skipped: no PostgreSQL server in /usr/lib/postgresql");
        return None;
    };
    Some(found.join("bin"))
}
