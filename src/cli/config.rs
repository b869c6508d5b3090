//! What can be asked of `switchback config`, `schema`, `completions` and `man`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::Hints;
use super::{ConfigArgs, DatabaseArgs};
use crate::config::value::FailOn;

pub(super) const CONFIG_EXAMPLES: &str = "\
Examples:
  switchback config
  switchback config services/shop/db/migrations
  SWITCHBACK_ENGINE=postgres@16 switchback config --output-format json";

/// Options of `config`.
#[derive(Clone, Debug, Args)]
pub struct ShowConfigArgs {
    /// The file or folder whose configuration is meant [default: the current folder].
    pub path: Option<PathBuf>,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What the checks depend on.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The lowest level of finding that makes the exit code 1.
    #[arg(long, value_enum, value_name = "LEVEL", env = "SWITCHBACK_FAIL_ON", help_heading = "Output")]
    pub fail_on: Option<FailOn>,
    /// The file of findings that are left.
    #[arg(long, value_name = "FILE", env = "SWITCHBACK_BASELINE", help_heading = "Baseline")]
    pub baseline: Option<PathBuf>,
    /// How to write it.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub output_format: ConfigFormat,
    /// What does not exist.
    #[command(flatten)]
    pub hints: Hints,
}

/// How to write the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ConfigFormat {
    /// As a configuration file, with comments that say where values come from.
    #[default]
    Toml,
    /// For programs.
    Json,
}

/// Options of `completions`.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Clone, Debug, Args)]
pub struct ManArgs {
    /// Write one page for each command into this folder, instead of the main one to standard output.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
