//! `switchback init`: looks what is there, and writes a configuration or snippets that fit.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::InitArgs;
use crate::config::FILE_NAME;
use crate::git::Repository;
use crate::init::snippet::{self, Snippet};
use crate::init::{Project, Released, Start};
use crate::source::since::PATTERNS;
use crate::source::{self, Input, Request, Scope, SourceError, Sources};

/// Why nothing is written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum InitError {
    /// There is a configuration.
    #[error("{} is there already", path.display())]
    #[diagnostic(help("`--print` shows what would be written, `--force` replaces it"))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The project is no folder.
    #[error("{} is not a folder", path.display())]
    #[diagnostic(help("name the folder of the project, which holds the migrations and the code"))]
    NotAFolder {
        /// As it was named.
        path: PathBuf,
    },
}

/// Writes or shows what was asked for.
pub fn run(args: &InitArgs, out: &mut dyn Write, log: &mut dyn Write) -> Result<(), super::Error> {
    let here = std::env::current_dir().map_err(super::Error::Directory)?;
    let named = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    let directory = Request::new(here, Vec::new()).absolute(&named);
    if !directory.is_dir() {
        return Err(InitError::NotAFolder { path: named }.into());
    }
    let snippets =
        [(args.pre_commit, Snippet::PreCommit), (args.github, Snippet::Github), (args.gitlab, Snippet::Gitlab)];
    let snippets: Vec<Snippet> = snippets.into_iter().filter_map(|(asked, snippet)| asked.then_some(snippet)).collect();
    if snippets.is_empty() {
        return configuration(args, &named, directory, out);
    }
    let root = Repository::open(&directory).map_or_else(|_| directory.clone(), |found| found.root().to_owned());
    for snippet in &snippets {
        match args.write {
            true => write_snippet(*snippet, &root, out)?,
            false if snippets.len() > 1 => write!(out, "# {}\n{}", snippet.path(), snippet.text())?,
            false => write!(out, "{}", snippet.text())?,
        }
    }
    writeln!(log, "{}", snippet::requirement())?;
    if let Ok(folder) = directory.strip_prefix(&root)
        && !folder.as_os_str().is_empty()
    {
        writeln!(
            log,
            "it runs at the root of the repository; to have it run in {0}, see docs/ci.md",
            folder.display()
        )?;
    }
    Ok(())
}

fn configuration(args: &InitArgs, named: &Path, directory: PathBuf, out: &mut dyn Write) -> Result<(), super::Error> {
    let file = directory.join(FILE_NAME);
    let shown = if named == Path::new(".") { PathBuf::from(FILE_NAME) } else { named.join(FILE_NAME) };
    if !args.print && !args.force && file.symlink_metadata().is_ok() {
        return Err(InitError::Exists { path: shown }.into());
    }
    let mut request = Request::new(directory, vec![Input::Path(PathBuf::from("."))]);
    request.scope = Scope::Likely;
    let sources = match source::load(&request) {
        Err(SourceError::NothingFound { .. }) => Sources::default(),
        loaded => loaded?,
    };
    let project = Project::of(&sources, &request.directory, released(&request.directory).as_ref());
    let text = project.configuration();
    if args.print {
        return Ok(out.write_all(text.as_bytes())?);
    }
    let written = if args.force { fs::write(&file, text) } else { create(&file, &text) };
    written.map_err(|error| super::Error::File { path: shown.clone(), error })?;
    writeln!(out, "wrote {}", shown.display())?;
    tell(&project, named, out)?;
    Ok(())
}

/// What was found, and what comes next.
fn tell(project: &Project, named: &Path, out: &mut dyn Write) -> io::Result<()> {
    for folder in &project.folders {
        writeln!(out, "  {}: {}", folder.path, folder.holds)?;
    }
    if project.folders.is_empty() {
        writeln!(out, "  no migrations were found: write their folder into `paths` under `[migrations]`")?;
        return Ok(());
    }
    match &project.start {
        Start::After { version, branch } => {
            writeln!(
                out,
                "  {branch} has all up to {version}: they are released, and only what comes later is reported"
            )?;
        }
        Start::Several | Start::Unknown(_) => {
            writeln!(
                out,
                "  all of them are reported on: write the last that is released into `start-after`, or leave what is found with a baseline"
            )?;
        }
    }
    let folders: Vec<String> = project.folders.iter().map(|folder| shell_word(&folder.path)).collect();
    let folders = folders.join(" ");
    writeln!(out, "\nnext:")?;
    if named != Path::new(".") {
        writeln!(out, "  cd {}", shell_word(&named.to_string_lossy()))?;
    }
    let steps = [
        ("switchback check".to_owned(), "what comes after `start-after`"),
        (format!("switchback check --no-config {folders}"), "the whole history"),
        ("switchback init --pre-commit".to_owned(), "check each commit"),
        ("switchback init --github".to_owned(), "check each pull request; for GitLab, --gitlab"),
    ];
    let after = matches!(project.start, Start::After { .. });
    let steps = steps.into_iter().enumerate().filter(|(at, _)| after || *at != 1).map(|(_, step)| step);
    let steps: Vec<_> = steps.collect();
    let width = steps.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    for (command, purpose) in steps {
        let purpose = if after || command != "switchback check" { purpose } else { "the whole history" };
        writeln!(out, "  {command:<width$}  # {purpose}")?;
    }
    Ok(())
}

/// What the default branch has, as far as git tells.
fn released(directory: &Path) -> Option<Released> {
    let repository = Repository::open(directory).ok()?;
    let branch = repository.default_branch().ok()??;
    let base = repository.merge_base(&branch).ok()?;
    let changes = repository.changes(&base, PATTERNS).ok()?;
    let new = changes.into_iter().filter(|change| change.before.is_none()).map(|change| change.path).collect();
    Some(Released { branch: branch.name, new })
}

fn write_snippet(snippet: Snippet, root: &Path, out: &mut dyn Write) -> Result<(), super::Error> {
    let file = root.join(snippet.path());
    let failed = |error| super::Error::File { path: PathBuf::from(snippet.path()), error };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    match create(&file, &snippet.text()) {
        Ok(()) => writeln!(out, "wrote {}; {}", snippet.path(), snippet.next())?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            writeln!(out, "# {} is there already; {}:", snippet.path(), snippet.addition())?;
            write!(out, "{}", snippet.text())?;
        }
        Err(error) => return Err(failed(error)),
    }
    Ok(())
}

/// Writes a file that is not there yet.
fn create(file: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(file)?.write_all(text.as_bytes())
}

/// A word for a shell.
fn shell_word(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-".contains(letter);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
