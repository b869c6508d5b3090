//! Where checking starts in a history that is older than the check.

use super::{CREATE, INDEX, Repository, code, stderr, stdout};

#[test]
fn an_old_history_is_replayed_and_not_reported() {
    let files = [
        ("db/20240101_create.sql", CREATE),
        ("db/20240102_index.sql", INDEX),
        ("db/20240103_more.sql", "CREATE INDEX users_mail ON users (lower(email));\n"),
    ];
    let repository = Repository::new("start_after", &files);
    let found = stdout(&repository.run(&["check", "--start-after", "20240102_index", "db"]));
    assert!(found.contains("20240103_more.sql") && !found.contains("20240102_index.sql"), "{found}");
    assert!(found.contains("checked 1 file"), "{found}");
    let nothing = repository.run(&["check", "--start-after", "20240103_more.sql", "db"]);
    assert_eq!(code(&nothing), 0, "all of it is history");
    let wrong = repository.run(&["check", "--start-after", "20240102_indx", "db"]);
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains("did you mean '20240102_index'?"), "{}", stderr(&wrong));
    std::fs::write(repository.0.join("switchback.toml"), "[migrations]\nstart-after = \"20240102_index\"\n").unwrap();
    let configured = stdout(&repository.run(&["check", "db"]));
    assert!(configured.contains("20240103_more.sql") && !configured.contains("20240102_index.sql"), "{configured}");
}
