//! Where migrations come from: files, the layout they follow, their order, and what each part of a file is for.

mod carrier;
mod dialect;
mod directive;
mod discover;
mod error;
mod flaws;
pub mod generator;
mod glob;
mod home;
mod layout;
pub mod migration;
pub mod next;
mod order;
pub mod origin;
mod path;
pub mod placeholder;
mod read;
mod scope;
mod section;
pub mod since;
pub mod start_after;
mod text;
mod up_tree;
mod ways_back;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

pub use error::SourceError;
pub use glob::Exclude;
use layout::liquibase::Changelogs;
use migration::Migration;
pub(crate) use path::absolute;
pub use scope::Scope;

/// What to load.
#[derive(Clone, Debug)]
pub struct Request {
    /// The working directory, absolute: paths are seen from it and shown relative to it.
    pub directory: PathBuf,
    /// What was named. A folder is walked; of a file's neighbors, those in its folder are read as history.
    pub inputs: Vec<Input>,
    /// What is not to be read, even where it was named.
    pub exclude: Exclude,
    /// Which of the SQL files count as migrations.
    pub scope: Scope,
    /// Migrations that run when the new code does, rather than before it.
    pub post_deploy: Exclude,
    /// The layout, where somebody said which; one of `layout_names`.
    pub layout: Option<String>,
    /// How migrations in code become SQL.
    pub generator: Option<generator::Generator>,
    /// What template placeholders stand for.
    pub placeholders: placeholder::Values,
    /// What to read instead of what is on disk.
    pub overlay: Overlay,
    /// Nothing on disk counts: the overlay is all there is.
    pub overlay_only: bool,
}

/// Files, by absolute path, that are read as if they were on disk with this content, or (none) as if they were not there.
pub type Overlay = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Something that was named.
#[derive(Clone, Debug)]
pub enum Input {
    /// A file or folder.
    Path(PathBuf),
    /// Text that is not on disk, or newer than what is. With a name it stands for that file among its neighbors.
    Text {
        /// The file it stands for.
        name: Option<PathBuf>,
        /// The text as it came.
        bytes: Vec<u8>,
    },
}

impl Request {
    /// For `inputs`, seen from `directory`, with nothing else said.
    pub fn new(directory: PathBuf, inputs: Vec<Input>) -> Self {
        Self {
            directory,
            inputs,
            exclude: Exclude::default(),
            scope: Scope::default(),
            post_deploy: Exclude::default(),
            layout: None,
            generator: None,
            placeholders: placeholder::Values::new(),
            overlay: Overlay::new(),
            overlay_only: false,
        }
    }

    /// A path as it is shown, absolute again.
    pub fn absolute(&self, shown: &Path) -> PathBuf {
        path::absolute(&self.directory, shown)
    }
}

impl Input {
    /// The absolute path it stands for, seen from `directory`.
    pub fn path(&self, directory: &Path) -> Option<PathBuf> {
        match self {
            Self::Path(path) | Self::Text { name: Some(path), .. } => Some(path::absolute(directory, path)),
            Self::Text { name: None, .. } => None,
        }
    }
}

/// What was loaded.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The migrations that ship, in the order in which they run. What takes them back is left out, except where it
    /// stands in the same file.
    pub migrations: Vec<Migration>,
    /// What was found and left out.
    pub skipped: Vec<Skipped>,
    /// Where migrations live, and by which convention.
    pub layouts: Vec<LayoutFound>,
    /// What the migration tool will not like, a line each.
    pub warnings: Vec<String>,
}

/// A file or folder that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The path as it is shown.
    pub path: PathBuf,
    /// Why.
    pub reason: Reason,
}

/// Why something is left out. Displays as a phrase: `written for MySQL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is for this other engine.
    Engine(&'static str),
    /// The configuration excludes it.
    Excluded,
    /// It is in none of the folders that hold migrations.
    NotMigration,
    /// It takes a migration back.
    Down,
    /// It sets up an empty database, in place of the migrations before it.
    Baseline,
    /// It was written by `pg_dump`: where a history starts. It is read, and not reported on.
    Dump,
    /// It only checks what a migration did.
    OnlyChecks,
    /// A file of the same name for `PostgreSQL` runs instead.
    Replaced,
    /// A link to a folder; following it could lead anywhere.
    LinkedFolder,
    /// A migration in code whose SQL a command makes, which nobody asked to be run.
    Generated,
    /// A migration in code that holds no SQL we can see.
    Code,
    /// A changelog that holds nothing but the names of others.
    Includes,
    /// A changelog includes it, and it is not there.
    Missing,
    /// The tool does not run it by itself: it is in no plan.
    NotListed,
    /// It cannot be read, and was not named.
    Unreadable,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Engine(engine) => return write!(formatter, "written for {engine}"),
            Self::Excluded => "excluded by the configuration",
            Self::NotMigration => "not where migrations are",
            Self::Down => "takes a migration back",
            Self::Baseline => "only sets up an empty database",
            Self::Dump => "a dump: read as the start of the history, not reported on",
            Self::OnlyChecks => "only checks a migration",
            Self::Replaced => "replaced by the file for PostgreSQL",
            Self::LinkedFolder => "a link to a folder",
            Self::Generated => {
                "its SQL is made by a command: see `command` under `[migrations]`, and `--run-generators`"
            }
            Self::Code => "code without SQL in it",
            Self::Includes => "only includes others",
            Self::Missing => "included by a changelog, and not found",
            Self::NotListed => "the tool does not run it by itself",
            Self::Unreadable => "could not be read",
        })
    }
}

/// A folder of migrations and the convention it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutFound {
    /// The folder as it is shown. For folders that are named after releases, the one that holds them.
    pub folder: PathBuf,
    /// The name of the layout: `goose`, `flyway`, `plain`.
    pub layout: &'static str,
    /// Why it is that one: `files named like V1__name.sql`.
    pub why: &'static str,
    /// How many migrations in it ship.
    pub migrations: usize,
}

impl LayoutFound {
    /// Whether the tool opens one transaction around all pending files, unless it is told otherwise.
    pub fn shares_transaction(&self) -> bool {
        layout::outside::is_shared(self.layout)
    }
}

/// What layouts are called.
pub fn layout_names() -> Vec<&'static str> {
    layout::names()
}

/// Finds, reads, orders and cuts the migrations that were named.
pub fn load(request: &Request) -> Result<Sources, SourceError> {
    let (sources, on_purpose) = gather(request)?;
    // A commit may touch nothing but a down file; a hook that names it must not fail.
    if on_purpose || sources.migrations.iter().any(|migration| migration.reported) {
        return Ok(sources);
    }
    Err(error::nothing_found(request, &sources.skipped))
}

/// The same for what makes up a schema, where a dump is as good as migrations. Of a file that was named, its neighbors are
/// left out.
pub fn load_schema(request: &Request) -> Result<Sources, SourceError> {
    let (mut sources, _) = gather(request)?;
    let named: Vec<PathBuf> = request.inputs.iter().filter_map(|input| input.path(&request.directory)).collect();
    sources.migrations.retain(|migration| {
        let path = request.absolute(&migration.path);
        named.iter().any(|named| path.starts_with(named))
    });
    if sources.migrations.is_empty() {
        return Err(error::nothing_found(request, &sources.skipped));
    }
    Ok(sources)
}

/// Everything, and whether something was left out on purpose.
fn gather(request: &Request) -> Result<(Sources, bool), SourceError> {
    let mut found = discover::discover(request)?;
    scope::leave_out_outside(request, &mut found);
    let changelogs = Changelogs::of(&found.files);
    let mut homes = home::group(&found.files, &changelogs, request.layout.as_deref(), request)?;
    let unlike = scope::leave_out_unlike(request, &mut homes);
    let (arranged, left_out) = home::arrange(&homes);
    let mut sources = read::read(request, arranged)?;
    let mut on_purpose = found.left_out_on_purpose || scope::may_be_empty(request);
    let unlike = unlike.into_iter().map(|file| (file, Reason::NotMigration));
    for (file, reason) in left_out.into_iter().chain(unlike) {
        on_purpose |= file.named && reason == Reason::Down;
        sources.skipped.push(Skipped { path: path::shown(&request.directory, &file.path), reason });
    }
    for (path, reason) in &found.skipped {
        sources.skipped.push(Skipped { path: path::shown(&request.directory, path), reason: *reason });
    }
    for path in &changelogs.missing {
        sources.skipped.push(Skipped { path: path::shown(&request.directory, path), reason: Reason::Missing });
    }
    sources.skipped.sort_by(|left, right| left.path.cmp(&right.path));
    Ok((sources, on_purpose))
}
