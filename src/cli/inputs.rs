//! What the commands that read migrations can be asked: which ones, with which settings, on which database.

use std::path::PathBuf;

use clap::Args;

use crate::config::value;

/// Which migrations are meant.
#[derive(Clone, Debug, Args)]
pub struct InputArgs {
    /// Files and folders to read, or `-` for standard input.
    ///
    /// Without any, the `paths` of the configuration file are read, or else the current folder.
    pub paths: Vec<PathBuf>,
    /// The file that standard input stands for.
    ///
    /// Its neighbors are then read as history, and reports show its name. The file need not exist.
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<PathBuf>,
    /// Run the `command` of the configuration for migrations of Alembic and Django, to learn their SQL.
    ///
    /// It runs code of the repository: do not ask for it where a stranger may have changed that.
    #[arg(long)]
    pub run_generators: bool,
}

/// Where settings come from.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    /// Read settings from this file.
    ///
    /// Without it, `switchback.toml` is looked for beside the first path to check and in the folders above it, up to
    /// the root of the repository.
    #[arg(long, value_name = "FILE", env = "SWITCHBACK_CONFIG", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Which of the `[projects]` of the configuration is meant, by its name.
    ///
    /// Without it, files are checked as part of the project whose `paths` hold them; without files, all projects are.
    #[arg(long, value_name = "NAME", conflicts_with = "no_config")]
    pub project: Option<String>,
    /// Do not look for a configuration file.
    #[arg(long)]
    pub no_config: bool,
}

/// What the checks depend on.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArgs {
    /// The database the migrations run on, such as `postgres@16`.
    ///
    /// Versions 12 to 18 are known. Without one, the oldest that is still supported is assumed.
    #[arg(long, value_name = "ENGINE", env = "SWITCHBACK_ENGINE", value_parser = value::engine)]
    pub engine: Option<u16>,
    /// How many rows a table has, such as `users=40m`; may be repeated.
    ///
    /// A finding on a table known to be small is only a note. The number may have underscores, and end with `k`, `m`
    /// or `b`.
    #[arg(long, value_name = "NAME=ROWS", value_parser = value::table_rows)]
    pub table_rows: Vec<(String, u64)>,
    /// How big the tables are: a file of `switchback stats pull`, or the CSV of `switchback stats query`.
    ///
    /// Findings then say how long the work takes, and their level follows the size. What `--table-rows` says counts for
    /// more.
    #[arg(long, value_name = "FILE", env = "SWITCHBACK_STATS")]
    pub stats: Option<PathBuf>,
}
