//! What can be asked of `switchback check`.

use std::path::PathBuf;

use clap::Args;

use super::output::OutputArgs;
use super::{ConfigArgs, DatabaseArgs, FixArgs, InputArgs, LeaveArgs};

/// Options of `check`.
#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// Which migrations are meant.
    #[command(flatten)]
    pub input: InputArgs,
    /// Leave out what is named and no migration. For a hook, which names every SQL file that changed.
    ///
    /// Migrations are the files below the `paths` of the configuration, which are then all read as history. Without
    /// `paths`, they are in folders that are laid out for a migration tool, called after migrations, or numbered. If nothing
    /// that was named is left, there is nothing to report.
    #[arg(long)]
    pub migrations_only: bool,
    /// What is new.
    #[command(flatten)]
    pub release: ReleaseArgs,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What the checks depend on.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// What is known of the queries.
    #[command(flatten)]
    pub evidence: EvidenceArgs,
    /// Which rules run.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// What is done with fixes.
    #[command(flatten)]
    pub fix: FixArgs,
    /// Write a comment above each statement with findings that allows them, with this reason. What is left after that is
    /// reported.
    ///
    /// For migrations that have not run yet. Where they have, tools that keep checksums refuse a changed file: use a
    /// baseline or `start-after`.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub add_allow: Option<String>,
    /// What is left.
    #[command(flatten)]
    pub leave: LeaveArgs,
    /// What comes out.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What is new.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Release")]
pub struct ReleaseArgs {
    /// Report only on migrations that are new or changed since this git revision, such as `origin/main`.
    ///
    /// They are the release under review, and ship together. Those that were there are history: what they said at that
    /// revision is replayed, and changing it is a finding. `auto` takes what GitHub Actions, GitLab CI, Bitbucket
    /// Pipelines, Buildkite or Azure Pipelines compare with, else the last commit in common with the default branch.
    #[arg(long, value_name = "REV", env = "SWITCHBACK_BASE", conflicts_with = "staged")]
    pub base: Option<String>,
    /// Report only on migrations that the next commit adds or changes, as they are staged. For a pre-commit hook.
    #[arg(long)]
    pub staged: bool,
    /// Report only on migrations after this one, named by its version or its file. For a history that is older than the
    /// check: what came before is still replayed.
    #[arg(long, value_name = "VERSION")]
    pub start_after: Option<String>,
}

/// What is known of the queries.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Evidence")]
pub struct EvidenceArgs {
    /// Queries that the server was asked: an export of `pg_stat_statements` as JSON or CSV, or its log.
    ///
    /// What is dropped or renamed must not be named in them. They are shown without their values.
    #[arg(long, value_name = "FILE", env = "SWITCHBACK_QUERY_STATS")]
    pub query_stats: Option<PathBuf>,
}

/// Which rules run.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArgs {
    /// Run only these rules, or the rules of these groups.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Run all but these rules, or the rules of these groups.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
}

/// Reads a reason that fits into a comment of one line.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("say why the statements are safe here".to_owned());
    }
    if text.contains(['\n', '\r']) {
        return Err("the reason has to fit on one line".to_owned());
    }
    Ok(text.to_owned())
}
