//! Snippets that run the check where it belongs: in pre-commit, GitHub Actions and GitLab CI.

/// The release that they name: this one.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the snippets take for granted.
pub fn requirement() -> String {
    format!(
        "it takes the release v{VERSION} of Switchback; docs/ci.md in its repository says what to do before it is out"
    )
}

/// A file of another tool that runs the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snippet {
    /// Hooks of git, by pre-commit.
    PreCommit,
    /// A workflow of GitHub Actions.
    Github,
    /// A job of GitLab CI.
    Gitlab,
}

impl Snippet {
    /// The file it belongs into, seen from the root of the repository.
    pub fn path(self) -> &'static str {
        match self {
            Self::PreCommit => ".pre-commit-config.yaml",
            Self::Github => ".github/workflows/switchback.yml",
            Self::Gitlab => ".gitlab-ci.yml",
        }
    }

    /// The whole file.
    pub fn text(self) -> String {
        let template = match self {
            Self::PreCommit => include_str!("pre-commit.yml"),
            Self::Github => include_str!("github.yml"),
            Self::Gitlab => include_str!("gitlab.yml"),
        };
        template.replace("{version}", VERSION)
    }

    /// What to do where the file is there already.
    pub fn addition(self) -> &'static str {
        match self {
            Self::PreCommit => "add this entry to its `repos`",
            Self::Github => "compare it with this",
            Self::Gitlab => "add this job to it",
        }
    }

    /// What comes after writing it.
    pub fn next(self) -> &'static str {
        match self {
            Self::PreCommit => "run `pre-commit install`",
            Self::Github | Self::Gitlab => "commit it",
        }
    }
}
