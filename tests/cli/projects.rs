//! Several histories under one configuration.

use super::{CREATE, Repository, code, stderr, stdout};

const FILE: &str = "engine = \"postgres@16\"\n[rules]\nmissing-lock-timeout = \"off\"\n\
    [projects.shop.migrations]\npaths = [\"shop\"]\n\
    [projects.billing]\nengine = \"postgres@14\"\nfail-on = \"never\"\n\
    [projects.billing.migrations]\npaths = [\"services/billing\"]\n";

const BUILD: &str = "CREATE INDEX users_email ON users (email);\n";

fn repository(test: &str) -> Repository {
    let files = [
        ("switchback.toml", FILE),
        ("shop/1_create.sql", CREATE),
        ("shop/2_index.sql", BUILD),
        ("services/billing/1_create.sql", CREATE),
        ("services/billing/2_index.sql", BUILD),
    ];
    Repository::new(test, &files)
}

#[test]
fn each_project_is_a_history_of_its_own() {
    let repository = repository("projects");
    for paths in [&[][..], &["."]] {
        let all = repository.run(&[&["check"], paths].concat());
        assert_eq!(code(&all), 1, "{}", stderr(&all));
        let text = stdout(&all);
        for file in ["shop/2_index.sql:1:1: error[index", "services/billing/2_index.sql:1:1: error[index"] {
            assert!(text.contains(file), "{text}");
        }
        assert!(text.contains("checked 4 files, 4 statements"), "{text}");
        assert!(!text.contains("missing-lock-timeout"), "the common settings hold: {text}");
    }
    let one = repository.run(&["check", "--project", "billing"]);
    assert_eq!(code(&one), 0, "fail-on is its own: {}", stdout(&one));
    assert!(stdout(&one).contains("checked 2 files"), "{}", stdout(&one));
    let file = stdout(&repository.run(&["check", "services/billing/2_index.sql"]));
    assert!(file.contains("checked 1 file"), "{file}");
    let wrong = repository.run(&["check", "--project", "biling"]);
    assert_eq!(code(&wrong), 2);
    assert!(stderr(&wrong).contains("did you mean 'billing'?"), "{}", stderr(&wrong));
}

#[test]
fn what_can_be_shown_of_one_project_only_says_so() {
    let repository = repository("projects_one");
    let several = repository.run(&["sources"]);
    assert_eq!(code(&several), 2);
    assert!(stderr(&several).contains("`--project`"), "{}", stderr(&several));
    let one = stdout(&repository.run(&["sources", "--project", "billing"]));
    assert!(one.starts_with("services/billing: 2 migrations") && one.contains("postgres@14"), "{one}");
    let settings = stdout(&repository.run(&["config", "--project", "billing"]));
    assert!(settings.contains("engine = \"postgres@14\"                   # switchback.toml:7"), "{settings}");
    assert!(settings.contains("missing-lock-timeout = \"off\"             # switchback.toml:3"), "{settings}");
}

#[test]
fn mistakes_in_projects_are_pointed_at() {
    let wrong = |text: &str| {
        let repository = Repository::new("projects_wrong", &[("switchback.toml", text), ("db/1.sql", CREATE)]);
        let output = repository.run(&["check", "db"]);
        assert_eq!(code(&output), 2, "{text}");
        stderr(&output)
    };
    let nowhere = wrong("[projects.shop]\nengine = \"postgres@16\"\n");
    assert!(nowhere.contains("the project `shop` does not say where its migrations are"), "{nowhere}");
    let unknown = wrong("[projects.shop]\nengin = \"postgres@16\"\n[projects.shop.migrations]\npaths = [\"db\"]\n");
    assert!(unknown.contains("did you mean `engine`?") && unknown.contains("switchback.toml:2"), "{unknown}");
    let value = wrong("projects = 3\n");
    assert!(value.contains("a project is a table of settings"), "{value}");
}
