//! The summary of a GitHub Actions job.

use super::{CREATE, INDEX, Repository, code, stderr};

#[test]
fn the_summary_of_a_job_is_added_to() {
    let repository =
        Repository::new("summary", &[("db/1_create.sql", CREATE), ("db/2_index.sql", INDEX), ("s", "# A\n")]);
    let summary = repository.0.join("s");
    let mut command = repository.command(&["check", "db", "--github-summary"]);
    let output = command.env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
    assert_eq!((code(&output), stderr(&output)), (1, String::new()));
    let text = std::fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("# A\n### Switchback: 1 error\n"), "{text}");
    repository.command(&["check", "db"]).env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
    assert_eq!(std::fs::read_to_string(&summary).unwrap(), text, "only where it is asked for");
    std::fs::write(&summary, "x".repeat(1024 * 1024 - 2_000)).unwrap();
    let mut command = repository.command(&["check", "db", "--github-summary"]);
    let output = command.env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("all that GitHub takes"), "{}", stderr(&output));
    let output = repository.run(&["check", "db", "--github-summary"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("GITHUB_STEP_SUMMARY is not set"), "{}", stderr(&output));
}
