//! The arguments of `switchback diff`.

use clap::{Args, ValueEnum};

use super::{ConfigArgs, DatabaseArgs, RuleArgs};
use crate::config::value::FailOn;

pub(super) const DIFF_EXAMPLES: &str = "\
Examples:
  switchback diff origin/main:db/migrations db/migrations
  switchback diff structure.sql db/migrations
  switchback diff postgres://reader@db.example.org/shop db/migrations
  switchback diff --fail-on error v1.4:db/structure.sql HEAD:db/structure.sql

Exit codes:
  0  the schemas are compared, and no finding reaches --fail-on
  1  findings reach --fail-on
  2  a side cannot be read";

/// Options of `diff`.
#[derive(Clone, Debug, Args)]
pub struct DiffArgs {
    /// The schema as it is: a folder, a file, REV:PATH, or the URL of a database.
    pub old: String,
    /// The schema as it is to be: a folder, a file, REV:PATH, or the URL of a database.
    pub new: String,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What the verdicts depend on.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Which rules run.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// The lowest level of finding that makes the exit code 1. The configuration file does not count here.
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "never", help_heading = "Output")]
    pub fail_on: FailOn,
    /// How to write the comparison.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub output_format: DiffFormat,
}

/// How to write a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// A line for each change and each finding, colored on a terminal.
    #[default]
    Text,
    /// A table for a comment on a pull request.
    Markdown,
    /// For programs.
    Json,
}
