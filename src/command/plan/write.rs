//! `switchback plan --write`: a folder for each release, with its migrations as their tool wants them and its jobs, and the
//! runbook beside them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use super::Found;
use crate::date::Moment;
use crate::plan::{Form, Options, Plan, Release, Step};
use crate::report;
use crate::report::plan::{Planning, markdown};
use crate::source::Request;
use crate::source::next::{self, Draft, Next};

/// What the runbook is called.
const RUNBOOK: &str = "README.md";

/// Where jobs are in the folder of a release.
const JOBS: &str = "jobs";

/// A file of the plan: its path in the folder, and what it says.
type File = (PathBuf, String);

/// Writes the plan to `folder`, which must not be there or be empty.
pub(super) fn write(
    folder: &Path,
    planning: &Planning<'_>,
    found: &Found,
    request: &Request,
    now: Moment,
    log: &mut dyn Write,
) -> Result<(), crate::command::Error> {
    let shown = folder;
    let folder = &request.directory.join(folder);
    let error = |path: &Path| {
        let path = path.to_owned();
        move |error| crate::command::Error::File { path, error }
    };
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(crate::command::Error::NotEmpty { path: shown.to_owned() });
    }
    let (mut files, notes) = files(planning.plan, planning.options, found, request, now)?;
    let mut runbook = Vec::new();
    markdown::write(planning, &mut runbook)?;
    files.push((PathBuf::from(RUNBOOK), String::from_utf8_lossy(&runbook).into_owned()));
    for (path, text) in &files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(error(parent))?;
        }
        fs::write(&path, text).map_err(error(&path))?;
    }
    for note in notes {
        writeln!(log, "note: {note}")?;
    }
    writeln!(log, "{} in {}: start with {RUNBOOK}", report::counted(files.len(), "file"), shown.display())?;
    Ok(())
}

/// The files of all releases, and what is left to people.
fn files(
    plan: &Plan,
    options: &Options,
    found: &Found,
    request: &Request,
    now: Moment,
) -> Result<(Vec<File>, Vec<String>), crate::command::Error> {
    let (mut files, mut notes) = (Vec::new(), Vec::new());
    let mut drafts = Vec::new();
    let mut written: BTreeMap<PathBuf, String> = BTreeMap::new();
    for (number, release) in plan.releases().enumerate() {
        let folder = PathBuf::from(format!("{}-{}", number + 1, release.phase.word()));
        files.extend(jobs(release, options).map(|(name, text)| (folder.join(JOBS).join(name), text)));
        let before = drafts.len();
        drafts
            .extend(release.steps.iter().filter(|step| step.form != Form::Job).map(|step| draft(step, found, options)));
        if drafts.len() == before {
            continue;
        }
        // Everything up to here, so that names go on from release to release and lists of files grow with them.
        let Migrations { files: next, notes: more } = migrations(&drafts, found, request, now)?;
        notes.extend(more);
        for file in next {
            if written.get(&file.0) != Some(&file.1) {
                files.push((folder.join(&file.0), file.1.clone()));
                written.insert(file.0, file.1);
            }
        }
    }
    notes.sort();
    notes.dedup();
    Ok((files, notes))
}

/// The scripts of a release, numbered as they run.
fn jobs<'r>(release: &'r Release, options: &'r Options) -> impl Iterator<Item = (String, String)> + 'r {
    let jobs = release.steps.iter().enumerate().filter(|(_, step)| step.form == Form::Job);
    jobs.map(|(number, step)| {
        let text = format!(
            "-- {}\n-- Run it with psql, outside of any transaction.\n\n{}",
            step.words,
            step.sql(false, &options.lock_timeout)
        );
        (format!("{}_{}.sql", number + 1, step.name), text)
    })
}

fn draft(step: &Step, found: &Found, options: &Options) -> Draft {
    Draft {
        name: step.name.clone(),
        up: format!("-- {}\n{}", step.words, step.sql(found.wrapped, &options.lock_timeout)),
        down: step.down_sql(found.wrapped, &options.lock_timeout),
        outside: step.form == Form::Outside,
    }
}

/// What `files` makes of drafts, with paths as they are in the repository.
struct Migrations {
    files: Vec<File>,
    notes: Vec<String>,
}

/// The migrations, as the tool of the history wants them; plain numbered files where there is no history.
fn migrations(
    drafts: &[Draft],
    found: &Found,
    request: &Request,
    now: Moment,
) -> Result<Migrations, crate::command::Error> {
    let beside = found.beside.and_then(|at| found.sources.migrations.get(at));
    let Some(beside) = beside else {
        return Ok(Migrations { files: plain(drafts), notes: Vec::new() });
    };
    let Next { files, notes } = next::files(request, &found.sources, beside, drafts, now)?;
    let files = files.into_iter().map(|file| (inside(&request.directory, &file.path), file.text)).collect();
    Ok(Migrations { files, notes })
}

fn plain(drafts: &[Draft]) -> Vec<File> {
    let mut files = Vec::new();
    for (number, draft) in drafts.iter().enumerate() {
        let name = format!("{:03}_{}", number + 1, draft.name);
        files.push((PathBuf::from(format!("{name}.sql")), draft.up.clone()));
        files.extend(draft.down.iter().map(|down| (PathBuf::from(format!("{name}.down.sql")), down.clone())));
    }
    files
}

/// A path below the working directory; of another one only its names, so that nothing is written beside the folder.
fn inside(directory: &Path, path: &Path) -> PathBuf {
    let below = path.strip_prefix(directory).unwrap_or(path);
    below.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}
