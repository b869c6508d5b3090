//! The command in a repository: exit codes, and what git tells.

use serde_json::Value;

use super::repository::Repository;

const OPEN: &str = "ALTER TABLE t ADD COLUMN b integer;\n-- switchback: retire t.a replaced-by(t.b) owner(@us)";

fn run(repository: &Repository, arguments: &[&str]) -> (i32, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_switchback"));
    let path = std::env::var_os("PATH").unwrap();
    command.arg("status").args(arguments).current_dir(&repository.0).env_clear().env("PATH", path);
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn exit_codes() {
    let repository = Repository::empty("status-codes");
    assert_eq!(run(&repository, &["."]).0, 2, "nothing to read");
    repository.write("db/1.sql", "CREATE TABLE t (a integer);");
    repository.write("db/2.sql", &format!("{OPEN} by(2020-01-01)\n"));
    assert_eq!(run(&repository, &["db"]).0, 0);
    assert_eq!(run(&repository, &["db", "--fail-on", "overdue"]).0, 1);
    repository.write("db/2.sql", &format!("{OPEN} by(2999-01-01)\n"));
    assert_eq!(run(&repository, &["db", "--fail-on", "overdue"]).0, 0);
    repository.write("switchback.toml", "[transitions]\nmax-age = \"2w\"\n");
    assert_eq!(run(&repository, &["db", "--fail-on", "overdue"]).0, 0, "nothing tells its age");
    assert_eq!(run(&repository, &["db", "--since", "v1"]).0, 2, "no such revision");
}

#[test]
fn git_tells_the_age_and_what_is_new() {
    let repository = Repository::empty("status-git");
    repository.write("db/1.sql", "CREATE TABLE t (a integer);");
    repository.commit("first");
    repository.git(&["tag", "v1"]);
    repository.write("db/2.sql", &format!("{OPEN}\n"));
    repository.commit("second");
    let date = repository.git(&["log", "-1", "--format=%cs"]);
    let json = |arguments: &[&str]| -> Value {
        let (code, text) = run(&repository, &[arguments, &["db", "--output-format", "json"]].concat());
        assert_eq!(code, 0);
        serde_json::from_str(&text).unwrap()
    };
    let document = json(&["--since", "v1"]);
    assert_eq!(document["transitions"][0]["opened"], date.as_str());
    assert_eq!(document["summary"]["moved"], 1);
    assert_eq!(json(&["--since", "HEAD"])["summary"]["moved"], 0);
    assert_eq!(json(&["--since", "2020-01-01"])["summary"]["moved"], 1);
    assert_eq!(json(&["--since", "2999-01-01"])["summary"]["moved"], 0);
}
