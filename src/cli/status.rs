//! The arguments of `switchback status`.

use clap::{Args, ValueEnum};

use super::output::Hints;
use super::{ConfigArgs, InputArgs};

pub(super) const STATUS_EXAMPLES: &str = "\
Examples:
  switchback status db/migrations
  switchback status --since 2026-11-19 --output-format markdown db/migrations
  switchback status --all --output-format html db/migrations > changes.html
  switchback status --fail-on overdue db/migrations

Exit codes:
  0  nothing that --fail-on names
  1  a transition is overdue, under --fail-on overdue
  2  there is nothing that can be read";

/// Options of `status`.
#[derive(Clone, Debug, Args)]
pub struct StatusArgs {
    /// Which migrations are meant.
    #[command(flatten)]
    pub input: InputArgs,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Mark what moved since then, and list what is done since then too.
    ///
    /// A day such as `2026-11-19`, as the versions of the migrations or git tell their age; or a git revision, such as a
    /// tag: what the migrations moved that were added since.
    #[arg(long, value_name = "REV|DATE", help_heading = "Status")]
    pub since: Option<String>,
    /// List those that are done too.
    #[arg(long, help_heading = "Status")]
    pub all: bool,
    /// What makes the exit code 1.
    ///
    /// A transition is overdue after the day that its comment gives, or when it is open longer than `max-age` in the
    /// `[transitions]` of the configuration allows.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t, help_heading = "Output")]
    pub fail_on: StatusFailOn,
    /// How to write it.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub output_format: StatusFormat,
    /// What does not exist.
    #[command(flatten)]
    pub hints: Hints,
}

/// What makes `status` fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StatusFailOn {
    /// Nothing.
    #[default]
    Never,
    /// A transition that is overdue.
    Overdue,
}

/// How to write where transitions stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    /// A table, with what to do about each.
    #[default]
    Text,
    /// A weekly update.
    Markdown,
    /// For programs.
    Json,
    /// A page to publish.
    Html,
}
