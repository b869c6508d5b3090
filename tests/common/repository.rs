//! Real git repositories for tests, and the binary run in them with a scrubbed environment.

#![allow(dead_code, reason = "no test binary uses all of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Git that reads no configuration but its own, and always knows who commits.
pub(crate) const GIT: &[(&str, &str)] = &[
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_AUTHOR_NAME", "a"),
    ("GIT_AUTHOR_EMAIL", "a@example.com"),
    ("GIT_COMMITTER_NAME", "a"),
    ("GIT_COMMITTER_EMAIL", "a@example.com"),
    ("GIT_ALLOW_PROTOCOL", "file"),
];

/// A repository in a folder of its own.
pub(crate) struct Repository(pub(crate) PathBuf);

impl Repository {
    /// An empty repository for the test of this name.
    pub(crate) fn empty(test: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("git").join(test);
        let _ = std::fs::remove_dir_all(&root);
        let repository = Self(root.join("app"));
        std::fs::create_dir_all(&repository.0).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null()).envs(GIT.iter().copied());
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.0.join(path)).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.subcommand("check", arguments)
    }

    pub(crate) fn subcommand(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
        let path = std::env::var_os("PATH").unwrap();
        command.arg(name).args(arguments).current_dir(&self.0).env_clear().env("PATH", path);
        command.envs(GIT.iter().copied()).stdin(Stdio::null());
        command
    }

    pub(crate) fn check(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// `file:line rule` of every finding of a run.
    pub(crate) fn found(&self, arguments: &[&str]) -> Vec<String> {
        findings(&self.check(arguments))
    }
}

/// `file:line rule` of every finding.
pub(crate) fn findings(output: &Output) -> Vec<String> {
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.split('\n').filter(|line| line.contains(": error[") || line.contains(": note["));
    lines
        .map(|line| {
            let place = line.split(':').take(2).collect::<Vec<_>>().join(":");
            let rule = line.split(['[', ']']).nth(1).unwrap();
            format!("{place} {rule}")
        })
        .collect()
}

/// Standard error of a run that could not do its work, on one line.
pub(crate) fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}
