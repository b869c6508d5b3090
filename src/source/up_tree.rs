//! What the folders above a migration folder tell about the tool that runs it. Few looks, and none outside the
//! repository.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How many folders up to look where no repository ends the search.
const LEVELS: usize = 6;

/// The longest part of a manifest to read.
const MAX_MANIFEST: u64 = 1 << 20;

/// The folders above one folder, looked at once and only if asked.
#[derive(Debug, Default)]
pub(super) struct UpTree {
    directory: PathBuf,
    sqlx: OnceLock<bool>,
    flyway_mixed: OnceLock<bool>,
}

impl UpTree {
    /// The folder and those above it.
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory, ..Self::default() }
    }

    /// Whether a Rust package that uses sqlx holds the folder.
    pub(super) fn uses_sqlx(&self) -> bool {
        *self.sqlx.get_or_init(|| {
            self.folders().any(|folder| {
                folder.join(".sqlx").is_dir()
                    || folder.join("sqlx-data.json").is_file()
                    || mentions(&folder.join("Cargo.toml"), |line| line.contains("sqlx"))
            })
        })
    }

    /// Whether Flyway is told to mix statements that need a transaction with statements that cannot be in one.
    pub(super) fn flyway_mixes(&self) -> bool {
        let mixed = |line: &str| {
            let setting = line.split_whitespace().collect::<String>();
            matches!(setting.as_str(), "flyway.mixed=true" | "mixed=true" | "spring.flyway.mixed=true")
        };
        *self.flyway_mixed.get_or_init(|| {
            self.folders().any(|folder| {
                ["flyway.toml", "flyway.conf", "conf/flyway.conf", "application.properties"]
                    .iter()
                    .any(|name| mentions(&folder.join(name), mixed))
            })
        })
    }

    fn folders(&self) -> impl Iterator<Item = &Path> {
        let mut inside = true;
        self.directory.ancestors().take(LEVELS).take_while(move |folder| {
            let take = inside;
            inside = !folder.join(".git").exists();
            take
        })
    }
}

/// Whether a line of a file that is not a comment satisfies `accepts`.
fn mentions(path: &Path, accepts: impl Fn(&str) -> bool) -> bool {
    manifest(path).split(['\n', '\r']).any(|line| !line.trim_start().starts_with('#') && accepts(line))
}

/// The text of a small file that tells about others; nothing where there is none.
pub(super) fn manifest(path: &Path) -> String {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MAX_MANIFEST).read_to_end(&mut bytes)) {
        Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    }
}
