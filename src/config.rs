//! `switchback.toml`: found, read, and resolved into settings.

mod options;
mod policy;
mod projects;
#[cfg(test)]
mod schema;
pub mod shown;
#[cfg(test)]
mod tests;
pub mod value;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{NamedSource, SourceSpan};
use options::{Options, Problem};
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;
use value::FailOn;

use crate::date::DAY;
use crate::settings::Settings;
use crate::source::{Exclude, placeholder};

/// The name of the configuration file.
pub const FILE_NAME: &str = "switchback.toml";

/// The age from which statistics of tables are stale, unless configured: 30 days.
pub const DEFAULT_STATS_AGE: i64 = 30 * DAY;

/// What a configuration file says, over the defaults.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the checks depend on.
    pub settings: Settings,
    /// At which level findings fail the run.
    pub fail_on: FailOn,
    /// What to check where nothing is named.
    pub paths: Vec<PathBuf>,
    /// What not to read.
    pub exclude: Exclude,
    /// Migrations that run when the new code does, rather than before it.
    pub post_deploy: Exclude,
    /// The command that makes SQL of migrations in code.
    pub command: Vec<String>,
    /// What template placeholders in migrations stand for.
    pub placeholders: placeholder::Values,
    /// The layout of the migrations, where somebody said which.
    pub layout: Option<String>,
    /// The last migration that is not reported on, by its version or its name.
    pub start_after: Option<String>,
    /// The folder of the configuration file, where there is one.
    pub folder: Option<PathBuf>,
    /// The findings that are left.
    pub baseline: Option<PathBuf>,
    /// The file of statistics.
    pub stats: Option<PathBuf>,
    /// The age from which it is stale.
    pub max_stats_age: i64,
    /// Histories with settings of their own.
    pub projects: Vec<Project>,
}

/// One of several histories under a configuration.
#[derive(Clone, Debug)]
pub struct Project {
    /// What it is called.
    pub name: String,
    /// Its settings, over the common ones. It has no projects of its own.
    pub config: Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            fail_on: FailOn::default(),
            paths: Vec::new(),
            exclude: Exclude::default(),
            post_deploy: Exclude::default(),
            command: Vec::new(),
            placeholders: placeholder::Values::new(),
            layout: None,
            start_after: None,
            folder: None,
            baseline: None,
            stats: None,
            max_stats_age: DEFAULT_STATS_AGE,
            projects: Vec::new(),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    #[source_code]
    pub text: Arc<NamedSource<String>>,
    /// The bytes at fault, where the text could be read.
    #[label]
    pub span: Option<SourceSpan>,
    /// What is wrong: lower case, no full stop. Names the file only where there is no span to show it.
    pub message: String,
    /// What to write instead.
    #[help]
    pub help: Option<String>,
}

/// Finds the configuration for a path that is to be checked: in its folder or the nearest one above, up to the root of
/// the repository. `path` is absolute.
pub fn find(path: &Path) -> Option<PathBuf> {
    let mut inside = true;
    path.ancestors()
        .take_while(|folder| {
            let take = inside;
            inside = !folder.join(".git").exists();
            take
        })
        .map(|folder| folder.join(FILE_NAME))
        .find(|file| file.is_file())
}

/// Reads a configuration file. `path` is absolute; `known` are the rules, each with its group.
pub fn read(path: &Path, known: &[(&'static str, &'static str)]) -> Result<Config, ConfigError> {
    parse(path, open(path)?, known)
}

/// The text of a configuration file that can be used.
pub fn text(path: &Path, known: &[(&'static str, &'static str)]) -> Result<String, ConfigError> {
    let text = open(path)?;
    parse(path, text.clone(), known)?;
    Ok(text)
}

fn open(path: &Path) -> Result<String, ConfigError> {
    let text = fs::read(path).and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other));
    text.map_err(|error| ConfigError {
        path: path.to_owned(),
        text: Arc::new(NamedSource::new(FILE_NAME, String::new())),
        span: None,
        message: format!("{} cannot be read: {error}", path.display()),
        help: None,
    })
}

/// Reads the text of the configuration file `path`, against which its paths are seen.
pub fn parse(path: &Path, text: String, known: &[(&'static str, &'static str)]) -> Result<Config, ConfigError> {
    resolve(path.parent().unwrap_or(Path::new("")), &text, known).map_err(|problem| ConfigError {
        path: path.to_owned(),
        text: Arc::new(NamedSource::new(path.to_string_lossy(), text)),
        span: problem.span.map(SourceSpan::from),
        message: problem.message,
        help: problem.help,
    })
}

fn resolve(base: &Path, text: &str, known: &[(&'static str, &'static str)]) -> Result<Config, Problem> {
    let mut root = DeTable::parse(text)?;
    let parts = projects::split(&mut root)?;
    let read = |table: Spanned<DeTable<'_>>| {
        options::resolve(&Options::deserialize(toml::de::Deserializer::from(table))?, base, known)
    };
    let mut config = read(root)?;
    for projects::Part { name, at, table } in parts {
        let own = read(table)?;
        if own.paths.is_empty() || own.paths == config.paths {
            return Err(projects::without_paths(&name, at));
        }
        config.projects.push(Project { name, config: own });
    }
    Ok(config)
}
