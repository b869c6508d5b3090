//! What is new, as git tells: `--base` and `--staged`.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::cli::ReleaseArgs;
use crate::git::base::{self, Surroundings};
use crate::git::{GitError, Repository};
use crate::source::migration::Change;
use crate::source::since::Since;
use crate::source::{Request, Sources};

/// What changed, if that was asked for.
pub(super) fn since(
    args: &ReleaseArgs,
    request: &Request,
    surroundings: &dyn Surroundings,
) -> Result<Option<Since>, super::Error> {
    if args.base.is_none() && !args.staged {
        return Ok(None);
    }
    let paths: Vec<PathBuf> = request.inputs.iter().filter_map(|input| input.path(&request.directory)).collect();
    let first = paths.first().unwrap_or(&request.directory);
    let folder = first.ancestors().find(|path| path.is_dir()).unwrap_or(&request.directory);
    let repository = Repository::open(folder)?;
    if let Some(path) = paths.into_iter().find(|path| !path.starts_with(repository.root())) {
        let root = repository.root().to_owned();
        return Err(GitError::Outside { path, root }.into());
    }
    let Some(base) = &args.base else { return Ok(Some(Since::staged(&repository)?)) };
    let named = if base == "auto" { base::auto(&repository, surroundings)? } else { repository.revision(base)? };
    Ok(Some(Since::base(&repository, repository.merge_base(&named)?)?))
}

/// What is compared, and how much of it is new.
pub(super) fn explain(since: Option<&Since>, sources: &Sources, log: &mut dyn Write) -> io::Result<()> {
    let Some(since) = since else { return Ok(()) };
    let count =
        |wanted: fn(&Change) -> bool| sources.migrations.iter().filter(|found| wanted(&found.standing.change)).count();
    let added = count(|change| *change == Change::Added);
    let modified = count(|change| matches!(change, Change::Modified { .. }));
    let (name, id) = (&since.base.name, since.base.id.short());
    let history = sources.migrations.len() - added - modified;
    writeln!(log, "compared with {name} ({id}): {added} migrations are new, {modified} changed, {history} are history")
}
