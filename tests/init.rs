//! `switchback init` as people run it: what it finds, what it writes, and what it never touches.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

#[path = "common/repository.rs"]
mod repository;

use std::process::Output;

use repository::{Repository, error};

const CREATE: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n";
const INDEX: &str = "SET lock_timeout = '5s';\nCREATE INDEX users_email ON users (email);\n";

/// What a run that went well printed.
fn printed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn init(repository: &Repository, arguments: &[&str]) -> Output {
    repository.subcommand("init", arguments).output().unwrap()
}

fn read(repository: &Repository, path: &str) -> String {
    std::fs::read_to_string(repository.0.join(path)).unwrap()
}

/// A repository of two released migrations, with a third on a branch.
fn released(test: &str) -> Repository {
    let repository = Repository::empty(&format!("init_{test}"));
    repository.write("db/migrations/20240101120000_create.sql", CREATE);
    repository.write("db/migrations/20240102120000_index.sql", INDEX);
    repository.write("queries/users.sql", "SELECT id FROM users;\n");
    repository.commit("released");
    repository.git(&["switch", "--quiet", "--create", "topic"]);
    repository.write("db/migrations/20240103120000_more.sql", "CREATE INDEX users_id ON users (id);\n");
    repository
}

#[test]
fn what_the_default_branch_has_is_released() {
    let repository = released("released");
    let told = printed(&init(&repository, &[]));
    insta::assert_snapshot!(told, @r"
    wrote switchback.toml
      db/migrations: 3 migrations in a plain folder
      main has all up to 20240102120000: they are released, and only what comes later is reported

    next:
      switchback check                            # what comes after `start-after`
      switchback check --no-config db/migrations  # the whole history
      switchback init --pre-commit                # check each commit
      switchback init --github                    # check each pull request; for GitLab, --gitlab
    ");
    let text = read(&repository, "switchback.toml");
    assert!(text.contains("\nstart-after = \"20240102120000\"\n"), "{text}");
    assert!(text.contains("    \"db/migrations\", # 3 migrations in a plain folder\n"), "{text}");
    let output = repository.check(&[]);
    assert_eq!(output.status.code(), Some(1));
    let found = String::from_utf8(output.stdout).unwrap();
    assert!(found.contains("20240103120000_more.sql") && !found.contains("20240102120000"), "{found}");
}

#[test]
fn without_a_history_in_git_everything_is_reported() {
    let repository = Repository::empty("init_unborn");
    repository.write("migrations/0001_create.sql", CREATE);
    let told = printed(&init(&repository, &[]));
    assert!(told.contains("all of them are reported on"), "{told}");
    assert!(
        told.contains("switchback check                # the whole history") || told.contains("# the whole history")
    );
    let text = read(&repository, "switchback.toml");
    assert!(text.contains("\n#start-after = \"0001\"\n"), "{text}");
}

#[test]
fn several_histories_have_no_common_version() {
    let repository = Repository::empty("init_several");
    repository.write("shop/migrations/0001_create.sql", CREATE);
    repository.write("mail/migrations/0007_create.sql", "CREATE TABLE mails (id bigint PRIMARY KEY);\n");
    repository.commit("released");
    let text = printed(&init(&repository, &["--print"]));
    assert!(text.contains("\"mail/migrations\"") && text.contains("\"shop/migrations\""), "{text}");
    assert!(!text.contains("start-after") && text.contains("--base auto"), "{text}");
    assert!(!repository.0.join("switchback.toml").exists(), "--print writes nothing");
}

#[test]
fn nothing_is_found_where_there_is_nothing() {
    let repository = Repository::empty("init_nothing");
    repository.write("queries/users.sql", "SELECT 1;\n");
    let told = printed(&init(&repository, &[]));
    assert!(told.contains("no migrations were found"), "{told}");
    assert!(read(&repository, "switchback.toml").contains("\n#paths = "));
}

#[test]
fn what_is_there_stays() {
    let repository = released("stays");
    repository.write("switchback.toml", "fail-on = \"never\"\n");
    let text = error(&init(&repository, &[]));
    assert!(text.contains("switchback.toml is there already") && text.contains("--force"), "{text}");
    assert_eq!(read(&repository, "switchback.toml"), "fail-on = \"never\"\n");
    printed(&init(&repository, &["--force"]));
    assert!(read(&repository, "switchback.toml").contains("[migrations]"));
    let text = error(&init(&repository, &["nowhere"]));
    assert!(text.contains("nowhere is not a folder"), "{text}");
    let text = error(&init(&repository, &["--write"]));
    assert!(text.contains("--pre-commit"), "says which: {text}");
}

#[test]
fn a_folder_can_be_named() {
    let repository = Repository::empty("init_named");
    repository.write("services/the shop/db/0001_create.sql", CREATE);
    repository.commit("released");
    let told = printed(&init(&repository, &["services/the shop"]));
    assert!(told.contains("wrote services/the shop/switchback.toml"), "{told}");
    assert!(told.contains("\n  cd 'services/the shop'\n"), "{told}");
    assert!(read(&repository, "services/the shop/switchback.toml").contains("\"db\", # 1 migration"));
}

#[test]
fn snippets_are_shown_and_written_but_never_over_others() {
    let repository = released("snippets");
    let output = init(&repository, &["--pre-commit"]);
    let shown = printed(&output);
    let version = env!("CARGO_PKG_VERSION");
    assert!(shown.contains(&format!("rev: v{version}\n")) && shown.contains("- id: switchback\n"), "{shown}");
    assert!(!repository.0.join(".pre-commit-config.yaml").exists());
    assert!(String::from_utf8_lossy(&output.stderr).contains("takes the release"), "says what it takes");
    let all = printed(&init(&repository, &["--pre-commit", "--github", "--gitlab"]));
    for path in [".pre-commit-config.yaml", ".github/workflows/switchback.yml", ".gitlab-ci.yml"] {
        assert!(all.contains(&format!("# {path}\n")), "{all}");
    }
    assert!(printed(&init(&repository, &["--pre-commit", "--write"])).contains("wrote .pre-commit-config.yaml"));
    assert_eq!(read(&repository, ".pre-commit-config.yaml"), shown);
    // From a folder inside, it is the root that counts.
    repository.write(".gitlab-ci.yml", "stages: [test]\n");
    let command = &mut repository.subcommand("init", &["--github", "--gitlab", "--write"]);
    let output = command.current_dir(repository.0.join("db")).output().unwrap();
    let told = printed(&output);
    assert!(told.contains("wrote .github/workflows/switchback.yml"), "{told}");
    assert!(told.contains("# .gitlab-ci.yml is there already; add this job to it:\nswitchback:\n"), "{told}");
    assert_eq!(read(&repository, ".gitlab-ci.yml"), "stages: [test]\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("to have it run in db"));
    assert!(!repository.0.join("switchback.toml").exists(), "snippets alone");
}
