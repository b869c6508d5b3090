//! Repositories of git, for what depends on them.

use std::process::{Command, Output};

use super::Repository;

impl Repository {
    /// Makes the folder a repository, instead of one that only looks like it.
    pub(super) fn init_git(&self) {
        std::fs::remove_dir_all(self.0.join(".git")).unwrap();
        self.git(&["init", "--quiet"]);
    }

    /// Runs git, by an author of its own and without settings from outside.
    pub(super) fn git(&self, args: &[&str]) {
        let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
        let mut command = Command::new("git");
        command.args(identity).args(args).current_dir(&self.0).env_clear().env("HOME", &self.0);
        assert!(command.env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap().status.success(), "{args:?}");
    }

    /// Runs the binary where it finds git.
    pub(super) fn run_with_git(&self, args: &[&str]) -> Output {
        self.command(args).env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap()
    }
}
