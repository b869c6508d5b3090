//! What is new, as git tells: `--base` and `--staged`.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::cli::ReleaseArgs;
use crate::evidence::code::{self, At};
use crate::evidence::{Evidence, Target};
use crate::git::base::{self, Surroundings};
use crate::git::{GitError, Repository};
use crate::source::migration::{Change, Migration};
use crate::source::since::Since;
use crate::source::{Request, Sources};

/// What is compared.
pub(super) struct Compared {
    /// Where the migrations and the code are.
    repository: Repository,
    /// What changed there.
    pub(super) since: Since,
}

/// What changed, if that was asked for.
pub(super) fn compare(
    args: &ReleaseArgs,
    request: &Request,
    surroundings: &dyn Surroundings,
) -> Result<Option<Compared>, super::Error> {
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
    let since = match &args.base {
        None => Since::staged(&repository)?,
        Some(base) if base == "auto" && repository.find("HEAD")?.is_none() => {
            // Before the first commit everything is new.
            Since::base(&repository, repository.head()?)?
        }
        Some(base) => {
            let auto = base == "auto";
            let named = if auto { base::auto(&repository, surroundings)? } else { repository.revision(base)? };
            Since::base(&repository, repository.merge_base(&named)?)?
        }
    };
    Ok(Some(Compared { repository, since }))
}

/// Migrations that the default branch has, absolute: nobody may change them. Where there is no repository, or nothing to
/// compare with, nobody knows of any.
pub(super) fn released(
    compared: Option<&Compared>,
    request: &Request,
    surroundings: &dyn Surroundings,
    migrations: &[Migration],
) -> BTreeSet<PathBuf> {
    let args = ReleaseArgs { base: Some("auto".to_owned()), staged: false, start_after: None };
    let own = if compared.is_none() { compare(&args, request, surroundings).ok().flatten() } else { None };
    let Some(Compared { repository, since }) = compared.or(own.as_ref()) else { return BTreeSet::new() };
    let there: BTreeSet<PathBuf> =
        repository.tree(&since.base).unwrap_or_default().into_iter().map(|file| file.path).collect();
    migrations.iter().map(|migration| request.absolute(&migration.path)).filter(|path| there.contains(path)).collect()
}

impl Compared {
    /// Searches the code that runs while the migrations do for what they take away. `records` are files about the
    /// database, absolute: they name everything, and are no code.
    pub(super) fn evidence(
        &self,
        request: &Request,
        migrations: &[Migration],
        options: &code::Options,
        targets: &BTreeSet<Target>,
        records: &[PathBuf],
    ) -> Result<Evidence, GitError> {
        if options.off {
            return Ok(Evidence::default());
        }
        let own = migrations.iter().map(|migration| request.absolute(&migration.path));
        let own = own.chain(records.iter().cloned()).collect();
        let search = |at| code::search(&self.repository, at, targets, options, &own).map(Some);
        let under_review = |late: bool| {
            migrations.iter().any(|migration| migration.reported && migration.standing.post_deploy == late)
        };
        Ok(Evidence {
            running: if under_review(false) { search(At::Revision(&self.since.base))? } else { None },
            coming: if under_review(true) { search(At::WorkingTree)? } else { None },
            queries: None,
        })
    }
}

/// What is compared, and how much of it is new.
pub(super) fn explain(since: &Since, sources: &Sources, log: &mut dyn Write) -> io::Result<()> {
    let count =
        |wanted: fn(&Change) -> bool| sources.migrations.iter().filter(|found| wanted(&found.standing.change)).count();
    let added = count(|change| *change == Change::Added);
    let modified = count(|change| matches!(change, Change::Modified { .. }));
    let (name, id) = (&since.base.name, since.base.id.short());
    let history = sources.migrations.len() - added - modified;
    writeln!(log, "compared with {name} ({id}): {added} migrations are new, {modified} changed, {history} are history")
}
