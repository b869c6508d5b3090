//! Why git could not answer, and what helps.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Why git could not answer.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum GitError {
    /// There is no git, or it cannot be run.
    #[error("git cannot be run: {0}")]
    #[diagnostic(help("install git, or leave --base and --staged out"))]
    NotRun(io::Error),
    /// The folder lies in no repository.
    #[error("{} is not in a git repository", directory.display())]
    NotARepository {
        /// The folder.
        directory: PathBuf,
        /// What git says, where it says more than that.
        #[help]
        help: String,
    },
    /// No commit is called so.
    #[error("there is no revision '{name}'")]
    #[diagnostic(help("{}", revision_help(*shallow)))]
    UnknownRevision {
        /// As it was given.
        name: String,
        /// The repository holds a part of the history only.
        shallow: bool,
    },
    /// The two have no commit in common.
    #[error("'{name}' and HEAD have no commit in common here")]
    #[diagnostic(help("{}", merge_base_help(*shallow)))]
    NoMergeBase {
        /// As it was given.
        name: String,
        /// The repository holds a part of the history only.
        shallow: bool,
    },
    /// Nothing told what to compare with.
    #[error("nothing tells what to compare with")]
    #[diagnostic(help("name the branch you merge into: --base origin/main"))]
    NoBase,
    /// A file that is checked lies outside the repository.
    #[error("{} lies outside the repository {}", path.display(), root.display())]
    #[diagnostic(help("check one repository at a time; a submodule is a repository of its own"))]
    Outside {
        /// What was to be checked.
        path: PathBuf,
        /// The repository.
        root: PathBuf,
    },
    /// An object is not there.
    #[error("git does not hold the object {id}")]
    #[diagnostic(help("the clone is partial or damaged; fetch it whole: git fetch --refetch"))]
    MissingObject {
        /// Its name.
        id: String,
    },
    /// A command failed.
    #[error("git {command} failed: {message}")]
    Failed {
        /// The subcommand.
        command: String,
        /// The first line of what git says.
        message: String,
    },
}

impl GitError {
    pub(super) fn not_a_repository(directory: &Path, output: &Output) -> Self {
        let said = first_line(output);
        let help = if said.contains("dubious ownership") {
            format!(
                "git refuses it because it belongs to somebody else: git config --global --add safe.directory {}",
                directory.display()
            )
        } else if said.contains("not a git repository") {
            "run it inside the repository that holds the migrations, or leave --base and --staged out".to_owned()
        } else {
            format!("git says: {said}")
        };
        Self::NotARepository { directory: directory.to_owned(), help }
    }

    pub(super) fn failed(arguments: &[&str], output: &Output) -> Self {
        let command = arguments.first().copied().unwrap_or_default().to_owned();
        Self::Failed { command, message: first_line(output) }
    }
}

fn first_line(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.split(['\n', '\r']).next().unwrap_or_default().trim_start_matches("fatal: ").to_owned()
}

fn revision_help(shallow: bool) -> &'static str {
    if shallow {
        "the clone is shallow, so it may not hold that revision: fetch it (git fetch origin main), or clone the whole \
         history (fetch-depth: 0 in GitHub Actions, GIT_DEPTH: 0 in GitLab CI)"
    } else {
        "a branch of the remote has to be fetched first, and is called origin/main rather than main"
    }
}

fn merge_base_help(shallow: bool) -> &'static str {
    if shallow {
        "the clone is shallow and ends before the two meet: clone the whole history (fetch-depth: 0 in GitHub Actions, \
         GIT_DEPTH: 0 in GitLab CI, clone: depth: full in Bitbucket, fetchDepth: 0 in Azure), or git fetch --unshallow"
    } else {
        "their histories are unrelated; name the branch you merge into"
    }
}
