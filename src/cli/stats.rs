//! The arguments of `switchback stats`.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand};

const PULL_EXAMPLES: &str = "\
Examples:
  DATABASE_URL=postgres://reader@db.example.org/shop switchback stats pull
  switchback check --stats switchback.stats.json db/migrations
  switchback stats query | psql --csv > switchback.stats.csv

Exit codes:
  0  the file is written
  2  the database cannot be reached or read";

/// Options of `stats`.
#[derive(Clone, Debug, Args)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub struct StatsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: StatsCommand,
}

/// What to do about statistics.
#[derive(Clone, Debug, Subcommand)]
pub enum StatsCommand {
    /// Read the sizes of all tables from a live server.
    ///
    /// Opens one session that cannot write, asks the catalog and the statistics views for row estimates, bytes, index
    /// sizes, partitions and write rates, and writes them to a sorted file to commit or keep. No row of yours is read.
    #[command(after_help = PULL_EXAMPLES, after_long_help = PULL_EXAMPLES)]
    Pull(PullArgs),
    /// Print the query behind `pull`, for those who may run SQL but not connect from here.
    Query,
}

/// Options of `stats pull`.
#[derive(Clone, Debug, Args)]
pub struct PullArgs {
    /// The server and database: `postgres://user@host:5432/database?sslmode=verify-full`.
    ///
    /// Its password may also stand in `PGPASSWORD`. `sslmode` and `sslrootcert` mean what they mean to psql.
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: DatabaseUrl,
    /// The file to write, or `-` for standard output.
    #[arg(long, value_name = "FILE", default_value = "switchback.stats.json")]
    pub out: PathBuf,
}

/// An URL that may hold a password, so that it is never shown.
#[derive(Clone)]
pub struct DatabaseUrl(pub String);

impl From<&str> for DatabaseUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}
