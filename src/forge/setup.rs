//! Which change on which host is meant, and with whose token: from arguments, else from what CI says of itself.

use std::fmt;

use serde_json::Value;

use super::error::ForgeError;
use crate::git::base::Surroundings;

/// A token. It is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The hosts that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// github.com, and GitHub Enterprise.
    Github,
    /// gitlab.com, and others.
    Gitlab,
    /// Bitbucket Cloud.
    Bitbucket,
}

/// What arguments say.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The host.
    pub kind: Option<Kind>,
    /// `owner/name`.
    pub repository: Option<String>,
    /// The pull request.
    pub number: Option<u64>,
    /// The commit that was checked.
    pub commit: Option<String>,
}

/// What is meant.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The host.
    pub kind: Kind,
    /// The address of its API.
    pub api: String,
    /// `owner/name`; at GitLab also a number.
    pub repository: String,
    /// The pull request, or how to find it.
    pub change: Change,
    /// The commit that was checked.
    pub commit: Option<String>,
    /// Who asks.
    pub token: Option<Secret>,
}

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// By its number.
    Number(u64),
    /// By the branch it comes from: the event of a `workflow_run` does not tell the number of a fork's pull request.
    Branch {
        /// Whose repository it is in.
        owner: String,
        /// Its name.
        branch: String,
    },
    /// None: only a commit.
    Commit,
}

impl Setup {
    /// What is meant.
    pub fn new(wanted: &Wanted, surroundings: &dyn Surroundings) -> Result<Self, ForgeError> {
        let value = |name: &str| surroundings.variable(name).filter(|value| !value.is_empty());
        let says = |name: &str| value(name).is_some();
        let kind = match wanted.kind {
            Some(kind) => kind,
            None if says("GITHUB_ACTIONS") => Kind::Github,
            None if says("GITLAB_CI") => Kind::Gitlab,
            None if says("BITBUCKET_BUILD_NUMBER") => Kind::Bitbucket,
            None => {
                return Err(ForgeError::setup(
                    "no code host is named, and no CI of one runs this",
                    "write `--forge github`, `--forge gitlab` or `--forge bitbucket`",
                ));
            }
        };
        let known = Known::of(kind, &value, surroundings);
        let repository = wanted.repository.clone().or(known.repository).ok_or_else(|| missing("repository"))?;
        let change = match wanted.number.map(Change::Number).or(known.change) {
            Some(change) => change,
            None if kind == Kind::Bitbucket => Change::Commit,
            None => return Err(missing("number")),
        };
        let token = ["SWITCHBACK_TOKEN", kind.token_variable()].into_iter().find_map(value);
        let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
        if token.as_ref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(ForgeError::setup(
                "the token holds what no token does: blanks or characters beyond ASCII",
                format!("look at what {} or SWITCHBACK_TOKEN is set to", kind.token_variable()),
            ));
        }
        Ok(Self {
            kind,
            api: known.api,
            repository,
            change,
            commit: wanted.commit.clone().or(known.commit),
            token: token.map(Secret),
        })
    }
}

fn missing(what: &str) -> ForgeError {
    let (what, option) = match what {
        "number" => ("which pull request is meant", "--number 123"),
        _ => ("which repository is meant", "--repository owner/name"),
    };
    ForgeError::setup(
        format!("it is not known {what}"),
        format!("write `{option}`, or run it in a job for pull requests, which tells it"),
    )
}

impl Kind {
    /// Where the token stands.
    pub fn token_variable(self) -> &'static str {
        match self {
            Self::Github => "GITHUB_TOKEN",
            Self::Gitlab => "GITLAB_TOKEN",
            Self::Bitbucket => "BITBUCKET_TOKEN",
        }
    }
}

/// What CI says of itself.
struct Known {
    api: String,
    repository: Option<String>,
    change: Option<Change>,
    commit: Option<String>,
}

impl Known {
    fn of(kind: Kind, value: &dyn Fn(&str) -> Option<String>, surroundings: &dyn Surroundings) -> Self {
        let or = |name: &str, default: &str| value(name).unwrap_or_else(|| default.to_owned());
        let number = |name: &str| Some(Change::Number(value(name)?.parse().ok()?));
        match kind {
            Kind::Github => {
                let event = surroundings.event().and_then(|event| serde_json::from_str(&event).ok());
                let (change, commit) = event.as_ref().map(github_event).unwrap_or_default();
                let api = or("GITHUB_API_URL", "https://api.github.com");
                Self { api, repository: value("GITHUB_REPOSITORY"), change, commit }
            }
            // A merge request from a fork is checked in the fork, and belongs to the project it goes into.
            Kind::Gitlab => Self {
                api: or("CI_API_V4_URL", "https://gitlab.com/api/v4"),
                repository: value("CI_MERGE_REQUEST_PROJECT_ID").or_else(|| value("CI_PROJECT_ID")),
                change: number("CI_MERGE_REQUEST_IID"),
                // With merged results, `CI_COMMIT_SHA` is a commit that nobody made.
                commit: value("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").or_else(|| value("CI_COMMIT_SHA")),
            },
            Kind::Bitbucket => Self {
                api: or("BITBUCKET_API_URL", "https://api.bitbucket.org/2.0"),
                repository: value("BITBUCKET_REPO_FULL_NAME"),
                change: number("BITBUCKET_PR_ID"),
                commit: value("BITBUCKET_COMMIT"),
            },
        }
    }
}

/// The pull request and the commit that an event of GitHub is about. GitHub wrote the event, not who opened the request.
fn github_event(event: &Value) -> (Option<Change>, Option<String>) {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let number = |pointer: &str| event.pointer(pointer).and_then(Value::as_u64).map(Change::Number);
    if event.get("workflow_run").is_some() {
        let branch = || {
            let owner = text("/workflow_run/head_repository/owner/login")?;
            Some(Change::Branch { owner, branch: text("/workflow_run/head_branch")? })
        };
        let change = number("/workflow_run/pull_requests/0/number").or_else(branch);
        return (change, text("/workflow_run/head_sha"));
    }
    (number("/pull_request/number"), text("/pull_request/head/sha"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(&'static [(&'static str, &'static str)], &'static str);

    impl Surroundings for Fixed {
        fn variable(&self, name: &str) -> Option<String> {
            self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        }

        fn event(&self) -> Option<String> {
            Some(self.1.to_owned())
        }
    }

    fn setup(variables: &'static [(&'static str, &'static str)], event: &'static str) -> Result<Setup, String> {
        Setup::new(&Wanted::default(), &Fixed(variables, event)).map_err(|error| error.to_string())
    }

    const ACTIONS: &[(&str, &str)] =
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "o/r"), ("GITHUB_TOKEN", " secret\n")];

    #[test]
    fn a_job_for_pull_requests_tells_everything() {
        let event = r#"{"number": 9, "pull_request": {"number": 7, "head": {"sha": "ab12"}}}"#;
        let found = setup(ACTIONS, event).unwrap();
        assert_eq!((found.kind, &*found.repository, found.change), (Kind::Github, "o/r", Change::Number(7)));
        assert_eq!(found.commit.as_deref(), Some("ab12"));
        assert_eq!(found.token.as_ref().unwrap().reveal(), "secret");
        assert_eq!(format!("{:?}", found.token), "Some(Secret)");
    }

    #[test]
    fn a_run_after_another_finds_the_pull_request_of_a_fork() {
        let event = r#"{"workflow_run": {"head_sha": "ab12", "head_branch": "fix/a b", "pull_requests": [],
            "head_repository": {"owner": {"login": "stranger"}}}}"#;
        let branch = Change::Branch { owner: "stranger".to_owned(), branch: "fix/a b".to_owned() };
        assert_eq!(setup(ACTIONS, event).unwrap().change, branch);
    }

    #[test]
    fn gitlab_and_bitbucket_tell_too() {
        let gitlab = &[
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", "https://git.example.org/api/v4"),
            ("CI_PROJECT_ID", "2"),
            ("CI_MERGE_REQUEST_PROJECT_ID", "1"),
            ("CI_MERGE_REQUEST_IID", "5"),
            ("CI_COMMIT_SHA", "merged"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "head"),
        ];
        let found = setup(gitlab, "").unwrap();
        assert_eq!((&*found.api, &*found.repository), ("https://git.example.org/api/v4", "1"));
        assert_eq!((found.change, found.commit.as_deref()), (Change::Number(5), Some("head")));
        let bitbucket =
            &[("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_REPO_FULL_NAME", "w/r"), ("BITBUCKET_COMMIT", "ab")];
        assert_eq!(setup(bitbucket, "").unwrap().change, Change::Commit);
    }

    #[test]
    fn what_is_missing_is_asked_for() {
        assert_eq!(setup(&[], "").unwrap_err(), "no code host is named, and no CI of one runs this");
        assert_eq!(setup(ACTIONS, "not json").unwrap_err(), "it is not known which pull request is meant");
        let odd = &[("GITHUB_ACTIONS", "1"), ("GITHUB_REPOSITORY", "o/r"), ("SWITCHBACK_TOKEN", "a\nb")];
        let error = setup(odd, r#"{"pull_request": {"number": 7}}"#).unwrap_err();
        assert!(error.starts_with("the token holds what no token does"), "{error}");
        assert_eq!(setup(&[("GITLAB_CI", "1")], "").unwrap_err(), "it is not known which repository is meant");
    }
}
