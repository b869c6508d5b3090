//! What can be asked of `switchback baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ConfigArgs, DatabaseArgs, InputArgs};

pub(super) const BASELINE_EXAMPLES: &str = "\
Examples:
  switchback baseline write db/migrations     leave what is found today
  switchback baseline prune db/migrations     forget what is not found any more
  switchback check --no-baseline db/migrations";

/// What to do with the baseline.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Leave everything that is found today: write it to the baseline.
    ///
    /// What the baseline says of files that are not checked this time stays as it is.
    Write(BaselineArgs),
    /// Forget the entries that are not found any more, and those of files that are gone.
    Prune(BaselineArgs),
}

/// Options of `baseline write` and `baseline prune`.
#[derive(Clone, Debug, Args)]
pub struct BaselineArgs {
    /// Which migrations are meant.
    #[command(flatten)]
    pub input: InputArgs,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What the checks depend on.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The file [default: the `baseline` of the configuration, else `switchback.baseline.json` beside it].
    #[arg(long, value_name = "FILE", env = "SWITCHBACK_BASELINE")]
    pub baseline: Option<PathBuf>,
}

/// Which findings `check` leaves.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub struct LeaveArgs {
    /// Leave the findings of this baseline [default: the `baseline` of the configuration, else
    /// `switchback.baseline.json` beside it, where there is one].
    #[arg(long, value_name = "FILE", env = "SWITCHBACK_BASELINE", conflicts_with = "no_baseline")]
    pub baseline: Option<PathBuf>,
    /// Report what the baseline leaves, too.
    #[arg(long)]
    pub no_baseline: bool,
}
