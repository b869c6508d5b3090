//! What the subcommands do: one file each.

pub mod baseline;
pub mod check;
pub mod config;
pub mod diff;
pub mod explain;
mod fix;
pub mod init;
mod inputs;
pub mod locks;
pub mod manual;
mod outputs;
pub mod plan;
mod projects;
mod release;
pub mod review;
pub mod rules;
pub mod sources;
pub mod stats;
pub mod status;

use std::io::{self, Read, Write};
use std::path::PathBuf;

pub use self::init::InitError;
pub use self::outputs::OutputError;
use crate::baseline::BaselineError;
use crate::config::ConfigError;
use crate::database::DatabaseError;
use crate::date::Moment;
use crate::evidence::queries::QueryError;
use crate::forge::ForgeError;
use crate::git::GitError;
use crate::report::Style;
use crate::source::SourceError;
use crate::source::next::Unwritable;
use crate::spec;
use crate::stats::StatsError;
use crate::suggest::nearest;

/// What the surroundings say: everything that is not an argument.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Standard output is a terminal.
    pub interactive: bool,
    /// What it can show.
    pub style: Style,
    /// A GitHub Actions step reads what is printed.
    pub actions: bool,
    /// The time of the run.
    pub now: Moment,
}

/// Where a run reads and writes.
pub struct Streams<'a> {
    /// Standard input, for `-`.
    pub input: &'a mut dyn Read,
    /// The report.
    pub out: &'a mut dyn Write,
    /// Everything else.
    pub log: &'a mut dyn Write,
}

/// Why a command could not do its work. Exit code 2.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The configuration.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] ConfigError),
    /// The migrations.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Source(#[from] SourceError),
    /// The repository.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    /// Statistics of tables.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Stats(#[from] StatsError),
    /// The findings that are left.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Baseline(Box<BaselineError>),
    /// A record of queries.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Queries(#[from] QueryError),
    /// A file that is named in an argument.
    #[error("{} cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The database.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Database(#[from] DatabaseError),
    /// What the database says of its tables.
    #[error("{server} gives no statistics: {message}")]
    #[diagnostic(help("look whether it is the right database, and whether the user may see its tables"))]
    Facts {
        /// Without user and password.
        server: String,
        /// What is wrong.
        message: String,
    },
    /// The file to write.
    #[error("{} cannot be written: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The code host.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Forge(#[from] ForgeError),
    /// A report of another job.
    #[error("{} is not taken: {why}", path.display())]
    #[diagnostic(help("it has to be what `switchback check --output json=FILE` of this version wrote"))]
    Findings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A rule's name in an argument.
    #[error("there is no rule named '{name}'")]
    #[diagnostic(help("{}`switchback rules` lists them all", near.map(|near| format!("did you mean '{near}'? ")).unwrap_or_default()))]
    UnknownRule {
        /// As written.
        name: String,
        /// What was probably meant.
        near: Option<&'static str>,
    },
    /// There is no command to run.
    #[error("there is no command that makes SQL of migrations in code")]
    #[diagnostic(help(
        "write it to switchback.toml: `command = \"python manage.py sqlmigrate {{app}} {{name}}\"` under `[migrations]`"
    ))]
    NoCommand,
    /// The name of a project in an argument.
    #[error("there is no project named '{name}' in the configuration")]
    #[diagnostic(help("{}", near.as_ref().map_or_else(|| "they stand under `[projects]` in switchback.toml".to_owned(), |near| format!("did you mean '{near}'?"))))]
    UnknownProject {
        /// As written.
        name: String,
        /// What was probably meant.
        near: Option<String>,
    },
    /// Projects that have to be looked at one by one.
    #[error("the configuration has several projects, and they can be shown one by one only")]
    #[diagnostic(help("name one of them with `--project`, or the files that are meant"))]
    SeveralProjects,
    /// Where a plan is to be written.
    #[error("{} is not empty", path.display())]
    #[diagnostic(help("name a folder that is not there yet"))]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// Migrations that cannot be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unwritable(#[from] Unwritable),
    /// What is to be planned.
    #[error("{} holds no migration that could be planned", path.display())]
    #[diagnostic(help("name a migration, a statement of it as FILE:LINE, or write the SQL itself"))]
    NoChange {
        /// As written.
        path: PathBuf,
    },
    /// A side of a comparison.
    #[error("{name} is neither a file or folder nor a git revision with a path")]
    #[diagnostic(help("write a path, or what a revision has there: {name}:db/migrations"))]
    UnknownSide {
        /// As written.
        name: String,
    },
    /// A path of a revision.
    #[error("{revision} has nothing at {path}")]
    #[diagnostic(help(
        "the path counts from the root of the repository; `git ls-tree --name-only {revision}` shows what is there"
    ))]
    NotInRevision {
        /// The revision, as written.
        revision: String,
        /// The path, as written.
        path: String,
    },
    /// Where checking starts.
    #[error("no migration is called '{name}', after which reporting is to start")]
    #[diagnostic(help("{}write the version or the name of the last migration that is not to be reported on", near.as_ref().map(|near| format!("did you mean '{near}'? ")).unwrap_or_default()))]
    StartAfter {
        /// As written.
        name: String,
        /// What was probably meant.
        near: Option<String>,
    },
    /// The working directory.
    #[error("the working directory cannot be read: {0}")]
    Directory(io::Error),
    /// Standard input.
    #[error("standard input cannot be read: {0}")]
    Input(io::Error),
    /// The place of a configuration.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Init(#[from] InitError),
    /// The place of a report.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Place(#[from] OutputError),
    /// Writing the report.
    #[error("the report cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Error {
    /// For a name that is none of the rules'.
    fn unknown_rule(name: &str) -> Self {
        let names = spec::names().into_iter().flat_map(|(rule, group)| [rule, group]);
        Self::UnknownRule { name: name.to_owned(), near: nearest(name, names) }
    }
}
