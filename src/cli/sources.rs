//! What can be asked of `switchback sources`.

use clap::{Args, ValueEnum};

use super::output::Hints;
use super::{ConfigArgs, DatabaseArgs, InputArgs};

pub(super) const SOURCES_EXAMPLES: &str = "\
Examples:
  switchback sources
  switchback sources db/migrations
  switchback sources --output-format json . | jq '.skipped'

Exit codes:
  0  migrations were found
  2  there is nothing that can be read";

/// Options of `sources`.
#[derive(Clone, Debug, Args)]
pub struct SourcesArgs {
    /// Which migrations are meant.
    #[command(flatten)]
    pub input: InputArgs,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What the checks depend on.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How to write what was found.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub output_format: SourcesFormat,
    /// What does not exist.
    #[command(flatten)]
    pub hints: Hints,
}

/// How to write what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SourcesFormat {
    /// A list.
    #[default]
    Text,
    /// For programs.
    Json,
}
