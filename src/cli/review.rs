//! The arguments of `switchback review`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::CheckArgs;
use crate::forge::setup::Kind;

pub(super) const REVIEW_EXAMPLES: &str = "\
Examples:
  switchback review db/migrations
  switchback review --check-run db/migrations
  switchback review --forge gitlab --repository group/shop --number 17 --dry-run db/migrations
  switchback review --findings report.json      in a job that has the token, of a report by one that has not

Exit codes:
  0  nothing found at or above the level of --fail-on
  1  something found
  2  the check could not be made, or its findings not be posted";

/// Options of `review`.
#[derive(Clone, Debug, Args)]
pub struct ReviewArgs {
    /// What is checked, and how.
    #[command(flatten)]
    pub check: CheckArgs,
    /// The code host [default: the one whose CI runs this].
    #[arg(long, value_enum, value_name = "HOST", help_heading = "Pull request")]
    pub forge: Option<ForgeName>,
    /// The repository, as `owner/name` [default: the one that CI tells].
    #[arg(long, value_name = "NAME", help_heading = "Pull request")]
    pub repository: Option<String>,
    /// The number of the pull request [default: the one that CI tells].
    #[arg(long, value_name = "NUMBER", help_heading = "Pull request")]
    pub number: Option<u64>,
    /// The commit that is checked [default: the one that CI tells].
    ///
    /// If the pull request has moved on by then, nothing is posted: the run for the newer commit does that.
    #[arg(long, value_name = "SHA", help_heading = "Pull request")]
    pub commit: Option<String>,
    /// Tells the comments of this run from those of others on the same pull request [default: the folder of the
    /// configuration file].
    #[arg(long, value_name = "KEY", help_heading = "Pull request")]
    pub key: Option<String>,
    /// Annotate through a check run of GitHub instead of comments on lines.
    ///
    /// Annotations show outside the change too. The token needs `checks: write`.
    #[arg(long, help_heading = "Pull request")]
    pub check_run: bool,
    /// Post the findings of a report that `check --output json=FILE` wrote in another job, and check nothing.
    ///
    /// For pull requests from forks: the job that runs their code gets no token, and the job that has one runs no code of
    /// theirs. The report is taken for hostile: it cannot say where to post, offer edits or bring links.
    #[arg(long, value_name = "FILE", help_heading = "Pull request")]
    #[arg(conflicts_with_all = ["paths", "stdin_filename", "staged", "start_after", "table_rows", "select", "ignore"])]
    #[arg(conflicts_with_all = ["output", "github_summary"])]
    pub findings: Option<PathBuf>,
    /// The folder of the repository in which the other job ran the check [default: its root].
    #[arg(long, value_name = "FOLDER", help_heading = "Pull request")]
    #[arg(requires = "findings", conflicts_with = "paths")]
    pub prefix: Option<String>,
    /// Print what would be posted, as JSON, and post nothing.
    #[arg(long, help_heading = "Pull request")]
    pub dry_run: bool,
}

/// A code host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ForgeName {
    /// github.com and GitHub Enterprise (`GITHUB_API_URL`).
    Github,
    /// gitlab.com and others (`CI_API_V4_URL`).
    Gitlab,
    /// Bitbucket Cloud: a report of Code Insights.
    Bitbucket,
}

impl From<ForgeName> for Kind {
    fn from(name: ForgeName) -> Self {
        match name {
            ForgeName::Github => Self::Github,
            ForgeName::Gitlab => Self::Gitlab,
            ForgeName::Bitbucket => Self::Bitbucket,
        }
    }
}
