//! What `switchback plan` says, as a program reads it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;

use crate::Failure;
use crate::scenario::Scenario;

/// How long a step may wait for a lock.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Document {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    what: String,
    no_safe_way: Option<String>,
    releases: Vec<Release>,
}

#[derive(Deserialize)]
pub(crate) struct Release {
    pub(crate) serves: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Deserialize)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) form: String,
    pub(crate) before: Vec<Demand>,
    pub(crate) sql: String,
}

#[derive(Deserialize)]
pub(crate) struct Demand {
    pub(crate) words: String,
    pub(crate) query: Option<String>,
    pub(crate) gives: Option<String>,
}

impl Release {
    /// Whether this version of the application runs on what it leaves.
    pub(crate) fn serves(&self, version: &str) -> bool {
        self.serves.iter().any(|found| found == version)
    }
}

/// The releases of a scenario's change.
pub(crate) fn of(scenario: &Scenario) -> Result<Vec<Release>, Failure> {
    let folder = folder(scenario)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
    let output = command
        .args(["plan", "--no-config", "--engine", "postgres@15", "--output-format", "json"])
        .args(["--lock-timeout", "1s", "--batch-size", "5000", "--pause", "5"])
        .args(&scenario.setting.args)
        .arg("000002_original.up.sql")
        .current_dir(&folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    let document: Document = serde_json::from_str(&said)
        .map_err(|error| format!("{error}:\n{said}{}", String::from_utf8_lossy(&output.stderr)))?;
    let mut releases = Vec::new();
    for change in document.changes {
        if let Some(why) = change.no_safe_way {
            return Err(format!("no safe way to {}: {why}", change.what).into());
        }
        releases.extend(change.releases);
    }
    Ok(releases)
}

/// The scenario as migrations, in files whose down part is a file of its own.
fn folder(scenario: &Scenario) -> Result<PathBuf, Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plans").join(&scenario.name);
    let _ = fs::remove_dir_all(&folder);
    // Nobody looks for a configuration above.
    fs::create_dir_all(folder.join(".git"))?;
    fs::write(folder.join("000001_schema.up.sql"), &scenario.schema)?;
    fs::write(folder.join("000002_original.up.sql"), &scenario.original)?;
    if let Some(down) = &scenario.down {
        fs::write(folder.join("000002_original.down.sql"), down)?;
    }
    Ok(folder)
}
