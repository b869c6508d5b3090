//! The arguments of `switchback plan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::Hints;
use super::{ConfigArgs, DatabaseArgs};

pub(super) const PLAN_EXAMPLES: &str = "\
Examples:
  switchback plan db/migrations/0042_rename_name.sql
  switchback plan db/migrations/0042_rename_name.sql:7
  switchback plan 'ALTER TABLE users RENAME COLUMN name TO full_name'
  switchback plan --output-format markdown db/migrations/0042_rename_name.sql > runbook.md
  switchback plan --fill \"plan = 'free'\" 'ALTER TABLE users ALTER COLUMN plan SET NOT NULL'
  git show HEAD:db/0042.sql | switchback plan - --migrations db

Exit codes:
  0  the plan is shown
  1  for some of the change no safe way is known
  2  there is nothing that can be read";

/// Options of `plan`.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// The change: a migration, a statement of it as `FILE:LINE`, SQL, or `-` for standard input.
    #[arg(value_name = "FILE|SQL|-")]
    pub change: String,
    /// The migrations that made the schema, where the change is not one of them; may be repeated.
    ///
    /// Without any, the `paths` of the configuration file are read, or else the current folder. Of a file, the migrations
    /// before it in its folder are read.
    #[arg(long, value_name = "PATH")]
    pub migrations: Vec<PathBuf>,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What the plan depends on.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How the plan is made.
    #[command(flatten)]
    pub way: WayArgs,
    /// Write the files of the plan to this new folder: one folder for each release, and the runbook.
    ///
    /// Migrations are named and marked as those of the repository are, and stand under the path that they get there. What is
    /// not for migrations, such as backfills, is in `jobs`, to be run with psql.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub write: Option<PathBuf>,
    /// How to write the plan.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub output_format: PlanFormat,
    /// What does not exist.
    #[command(flatten)]
    pub hints: Hints,
}

/// How a plan is made.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Plan")]
pub struct WayArgs {
    /// Who writes a value to its old and its new place while both are there.
    #[arg(long, value_enum, value_name = "WHO", default_value_t)]
    pub sync: SyncName,
    /// What fills a column, such as `plan = 'free'`, where the change does not say it; may be repeated.
    ///
    /// Old columns that are split or merged can be filled from the new ones in this way, so that the trigger works in both
    /// directions.
    #[arg(long, value_name = "COLUMN=EXPRESSION", value_parser = fill)]
    pub fill: Vec<(String, String)>,
    /// How long a step waits for a lock before it gives up, to be tried again.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = time)]
    pub lock_timeout: String,
    /// Rows that a backfill changes in one transaction.
    #[arg(long, value_name = "ROWS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub batch_size: u32,
    /// Milliseconds that a backfill rests between two batches.
    #[arg(long, value_name = "MS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=3_600_000))]
    pub pause: u32,
}

/// How to write a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people, release by release, colored on a terminal.
    #[default]
    Text,
    /// A runbook with boxes to check.
    Markdown,
    /// For programs.
    Json,
}

/// Who keeps old and new in step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SyncName {
    /// A trigger: whoever writes.
    #[default]
    Trigger,
    /// The application: every writer, before the backfill starts.
    Application,
}

/// Reads `COLUMN=EXPRESSION`.
fn fill(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, expression)) if !column.trim().is_empty() && !expression.trim().is_empty() => {
            Ok((column.trim().to_owned(), expression.trim().to_owned()))
        }
        _ => Err("write `column = expression`, such as `plan = 'free'`".to_owned()),
    }
}

/// Reads a time as the server does: `2s`, `500ms`, `1min`.
fn time(text: &str) -> Result<String, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let known = matches!(unit, "" | "ms" | "s" | "min");
    match digits.parse::<u32>() {
        Ok(number) if known && number > 0 => Ok(text.to_owned()),
        Ok(0) => Err("0 waits for ever; write `2s` or `500ms`".to_owned()),
        _ => Err("write a number and `ms`, `s` or `min`, such as `2s` or `500ms`".to_owned()),
    }
}
