//! Migrations in Python, whose SQL a command of the project makes.

use super::{Repository, code, stderr, stdout};

const FIRST: &str = "revision = 'ff01'\ndown_revision = None\n\ndef upgrade():\n    pass\n";
const SECOND: &str = "revision = 'aa02'\ndown_revision = 'ff01'\n\ndef upgrade():\n    pass\n";

/// Alembic's folder, and instead of Alembic a program that is everywhere.
fn repository(test: &str, command: &str) -> Repository {
    let configuration = format!("[migrations]\npaths = [\"alembic\"]\ncommand = '{command}'\n");
    let files = [
        ("switchback.toml", configuration.as_str()),
        ("alembic/script.py.mako", ""),
        ("alembic/versions/ff01_create.py", FIRST),
        ("alembic/versions/aa02_index.py", SECOND),
        ("alembic/versions/helper.py", "x = 1\n"),
        ("sql/base-ff01", "BEGIN;\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\nCOMMIT;\n"),
        ("sql/ff01-aa02", "BEGIN;\n\nCREATE INDEX users_email ON users (email);\nCOMMIT;\n"),
    ];
    Repository::new(test, &files)
}

#[test]
fn a_command_makes_the_sql_where_it_is_asked_for() {
    let repository = repository("generators", "/bin/cat \"sql/{down_revision}-{revision}\"");
    let without = repository.run(&["check"]);
    assert_eq!(code(&without), 2);
    assert!(stderr(&without).contains("its SQL is made by a command"), "{}", stderr(&without));
    let checked = repository.run(&["check", "--run-generators"]);
    let text = stdout(&checked);
    assert!(
        text.contains("alembic/versions/aa02_index.py:3:1: error[index-not-concurrent]"),
        "{text}{}",
        stderr(&checked)
    );
    assert!(text.contains("checked 2 files"), "{text}");
    let github = stdout(&repository.run(&["check", "--run-generators", "--output-format", "github"]));
    assert!(github.contains("file=alembic/versions/aa02_index.py,line=1,"), "the file has other lines: {github}");
    let listed = stdout(&repository.run(&["sources", "--run-generators"]));
    assert!(listed.starts_with("alembic/versions: 2 migrations, laid out as alembic"), "{listed}");
    let (first, second) = (listed.find("ff01_create").unwrap(), listed.find("aa02_index").unwrap());
    assert!(first < second && listed.contains("SQL made by a command"), "{listed}");
}

#[test]
fn a_command_that_fails_is_an_error() {
    let fails = repository("generators_fail", "/bin/cat sql/{name}");
    let output = fails.run(&["check", "--run-generators"]);
    assert_eq!(code(&output), 2);
    let said = stderr(&output);
    assert!(said.contains("alembic/versions/ff01_create.py cannot be made by `/bin/cat sql/ff01_create`"), "{said}");
    let nothing = repository("generators_nothing", "/bin/nothing-is-called-so");
    assert_eq!(code(&nothing.run(&["check", "--run-generators"])), 2);
    std::fs::write(nothing.0.join("switchback.toml"), "[migrations]\ncommand = 'a \"b'\n").unwrap();
    assert!(stderr(&nothing.run(&["check"])).contains("a quote that does not end"));
    std::fs::write(nothing.0.join("switchback.toml"), "").unwrap();
    assert!(stderr(&nothing.run(&["check", "--run-generators", "alembic"])).contains("there is no command"));
}

#[test]
fn a_new_migration_in_python_is_new() {
    let repository = repository("generators_new", "/bin/cat \"sql/{down_revision}-{revision}\"");
    repository.init_git();
    repository.git(&["add", "alembic/versions/ff01_create.py", "alembic/script.py.mako"]);
    repository.git(&["commit", "--quiet", "--message", "the first"]);
    let text = stdout(&repository.run_with_git(&["check", "--run-generators", "--base", "HEAD"]));
    assert!(
        text.contains("aa02_index.py:3:1: error[index-not-concurrent]") && text.contains("checked 1 file"),
        "{text}"
    );
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "the second"]);
    std::fs::remove_file(repository.0.join("alembic/versions/aa02_index.py")).unwrap();
    let gone = repository.run_with_git(&["check", "-v", "--run-generators", "--base", "HEAD"]);
    assert_eq!(code(&gone), 0, "{}", stderr(&gone));
    assert!(stderr(&gone).contains("aa02_index.py: could not be read"), "{}", stderr(&gone));
}
