//! Which revision a change is to be compared with, as the continuous integration that runs us tells.

use super::{GitError, Repository, Revision};

/// The variables that are looked at. The binary reads them; nothing else reads the environment.
pub const VARIABLES: &[&str] = &[
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CI_COMMIT_BEFORE_SHA",
    "CI_DEFAULT_BRANCH",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "GITHUB_BASE_REF",
    "GITHUB_EVENT_PATH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
];

/// What the surroundings say.
pub trait Surroundings {
    /// The value of a variable of the environment, where it is set and not empty.
    fn variable(&self, name: &str) -> Option<String>;
    /// The text of the file that GitHub describes an event in.
    fn event(&self) -> Option<String>;
}

/// The revision to compare with: what the pull request goes into, what a push came on top of, else the default branch
/// (`CircleCI` tells nothing).
pub fn auto(repository: &Repository, surroundings: &dyn Surroundings) -> Result<Revision, GitError> {
    let candidates = candidates(surroundings);
    for name in &candidates {
        if let Some(found) = repository.find(name)? {
            return Ok(found);
        }
    }
    // The service said what to compare with, and it is not here: that is a mistake of the set-up, not to be hidden.
    match candidates.into_iter().next() {
        Some(name) => repository.revision(&name),
        None => repository.default_branch()?.ok_or(GitError::NoBase),
    }
}

/// What may be meant, the likeliest first. Empty where no service says anything.
fn candidates(surroundings: &dyn Surroundings) -> Vec<String> {
    let value = |name: &str| surroundings.variable(name).filter(|value| !value.is_empty());
    let mut names = Vec::new();
    let mut branch = |name: &str| {
        let name = name.strip_prefix("refs/heads/").unwrap_or(name);
        names.extend([format!("origin/{name}"), name.to_owned()]);
    };
    // GitHub, Bitbucket, Buildkite (which says `false` outside a pull request) and Azure name the branch of a pull request.
    for variable in [
        "GITHUB_BASE_REF",
        "BITBUCKET_PR_DESTINATION_BRANCH",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
        "SYSTEM_PULLREQUEST_TARGETBRANCH",
    ] {
        if let Some(name) = value(variable) {
            branch(&name);
            return names;
        }
    }
    if let Some(commit) = value("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        names.push(commit);
    }
    if let Some(name) = value("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") {
        let mut branches = vec![format!("origin/{name}"), name];
        names.append(&mut branches);
        return names;
    }
    // A push: what it came on top of. A new branch came on top of nothing, which is written as zeros.
    let before = surroundings.event().and_then(|event| before(&event)).or_else(|| value("CI_COMMIT_BEFORE_SHA"));
    names.extend(before.filter(|commit| commit.bytes().any(|digit| digit != b'0')));
    if names.is_empty()
        && let Some(name) = value("CI_DEFAULT_BRANCH")
    {
        names.extend([format!("origin/{name}"), name]);
    }
    names
}

/// The commit that a push or merge queue of GitHub came on top of.
fn before(event: &str) -> Option<String> {
    let event: serde_json::Value = serde_json::from_str(event).ok()?;
    let queued = event.get("merge_group").and_then(|group| group.get("base_sha"));
    queued.or_else(|| event.get("before")).and_then(|commit| commit.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(&'static [(&'static str, &'static str)], Option<&'static str>);

    impl Surroundings for Fixed {
        fn variable(&self, name: &str) -> Option<String> {
            assert!(VARIABLES.contains(&name), "{name} is not among the variables that are read");
            self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        }

        fn event(&self) -> Option<String> {
            self.1.map(str::to_owned)
        }
    }

    fn named(variables: &'static [(&'static str, &'static str)], event: Option<&'static str>) -> Vec<String> {
        candidates(&Fixed(variables, event))
    }

    #[test]
    fn every_service_is_understood() {
        assert_eq!(named(&[("GITHUB_BASE_REF", "main")], None), ["origin/main", "main"]);
        assert_eq!(named(&[("BITBUCKET_PR_DESTINATION_BRANCH", "develop")], None), ["origin/develop", "develop"]);
        assert_eq!(named(&[("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "")], None), [""; 0]);
        assert_eq!(
            named(&[("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/release/1")], None),
            ["origin/release/1", "release/1"]
        );
        assert_eq!(
            named(&[("CI_MERGE_REQUEST_DIFF_BASE_SHA", "ab12"), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")], None),
            ["ab12", "origin/main", "main"]
        );
        assert_eq!(named(&[("GITHUB_BASE_REF", "")], Some(r#"{"before": "cd34"}"#)), ["cd34"]);
        assert_eq!(named(&[], Some(r#"{"merge_group": {"base_sha": "ef56"}, "before": "0"}"#)), ["ef56"]);
        assert_eq!(
            named(&[("CI_COMMIT_BEFORE_SHA", "0000000000"), ("CI_DEFAULT_BRANCH", "trunk")], None),
            ["origin/trunk", "trunk"],
            "a new branch"
        );
        assert_eq!(named(&[], None), [""; 0], "CircleCI does not tell");
        assert_eq!(named(&[], Some("not json")), [""; 0]);
    }
}
