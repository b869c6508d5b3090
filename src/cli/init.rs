//! The arguments of `switchback init`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  switchback init                        # writes switchback.toml
  switchback init --print                # shows it
  switchback init --github               # shows a workflow of GitHub Actions
  switchback init --pre-commit --write   # writes .pre-commit-config.yaml, if there is none

Exit codes:
  0  it is written or shown
  2  it could not be written";

/// Options of `init`.
#[derive(Clone, Debug, Args)]
#[command(group(ArgGroup::new("snippets").multiple(true)))]
pub struct InitArgs {
    /// The folder of the project, where `switchback.toml` is to be [default: the current folder].
    pub path: Option<PathBuf>,
    /// Show the configuration, and write nothing.
    #[arg(long, conflicts_with_all = ["force", "write", "pre_commit", "github", "gitlab"])]
    pub print: bool,
    /// Replace a `switchback.toml` that is there.
    #[arg(long, conflicts_with_all = ["write", "pre_commit", "github", "gitlab"])]
    pub force: bool,
    /// Show what pre-commit needs, instead of writing the configuration.
    #[arg(long, group = "snippets", help_heading = "Snippets")]
    pub pre_commit: bool,
    /// Show a workflow for GitHub Actions, instead of writing the configuration.
    #[arg(long, group = "snippets", help_heading = "Snippets")]
    pub github: bool,
    /// Show a job for GitLab CI, instead of writing the configuration.
    #[arg(long, group = "snippets", help_heading = "Snippets")]
    pub gitlab: bool,
    /// Write the snippets into their files at the root of the repository. Files that are there are not changed: what to
    /// add to them is shown.
    #[arg(long, help_heading = "Snippets", requires = "snippets")]
    pub write: bool,
}
