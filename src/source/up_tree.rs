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

    /// Whether the Go module that holds the folder names this one among what it uses.
    pub(super) fn go_module_says(&self, module: &str) -> bool {
        self.folders().any(|folder| mentions(&folder.join("go.mod"), |line| line.contains(module)))
    }

    /// Whether a Rust package that uses diesel holds the folder.
    pub(super) fn uses_diesel(&self) -> bool {
        self.folders().any(|folder| {
            folder.join("diesel.toml").is_file()
                || mentions(&folder.join("Cargo.toml"), |line| line.trim_start().starts_with("diesel"))
        })
    }

    /// Whether a Rust package that uses refinery holds the folder.
    pub(super) fn uses_refinery(&self) -> bool {
        self.folders()
            .any(|folder| mentions(&folder.join("Cargo.toml"), |line| line.trim_start().starts_with("refinery")))
    }

    /// Whether a Hasura project holds the folder.
    pub(super) fn uses_hasura(&self) -> bool {
        self.folders()
            .any(|folder| mentions(&folder.join("config.yaml"), |line| line.starts_with("metadata_directory")))
    }

    /// Whether a .NET project that uses Evolve holds the folder.
    pub(super) fn uses_evolve(&self) -> bool {
        let is_project = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "csproj");
        self.folders().any(|folder| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).filter(is_project).any(|project| {
                mentions(&project, |line| line.contains("PackageReference") && line.contains("\"Evolve\""))
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
