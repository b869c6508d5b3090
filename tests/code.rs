//! What a migration takes away is looked for in the code that runs while it does.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "common/repository.rs"]
mod repository;

use repository::Repository;
use std::process::Output;

const CREATE: &str = "CREATE TABLE people (id bigint PRIMARY KEY, full_name text, status text, city text);\n\
    CREATE TYPE ticket_state AS ENUM ('open');\nCREATE VIEW adults AS SELECT id, city FROM people;\n\
    CREATE FUNCTION archive_person(who bigint) RETURNS void LANGUAGE sql AS $$ SELECT 1 $$;\n";

const DROP: &str = "SET lock_timeout = '5s';\nALTER TABLE people DROP COLUMN full_name;\n";

/// A released schema and `files` of code, on `main`; `topic` is checked out.
fn released(test: &str, files: &[(&str, &str)]) -> Repository {
    let repository = Repository::empty(test);
    repository.write("db/1_create.sql", CREATE);
    for (path, text) in files {
        repository.write(path, text);
    }
    repository.commit("released");
    repository.git(&["switch", "--quiet", "--create", "topic"]);
    repository
}

fn report(repository: &Repository) -> String {
    text(&repository.check(&["db", "--base", "main"]))
}

fn text(output: &Output) -> String {
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_clean_search_allows_the_contract() {
    let repository = released("clean", &[("app/person.py", "class Person: pass\n"), ("README.md", "full_name\n")]);
    repository.write("db/2_drop.sql", DROP);
    let output = repository.check(&["db", "--base", "main"]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let line = text.split('\n').next().unwrap();
    let expected = "db/2_drop.sql:2:20: allowed[contract-before-expand]: public.people.full_name: no reference in 1 file at main (";
    assert!(line.starts_with(expected), "{text}");
    assert!(text.contains("1 allowed"), "{text}");
}

#[test]
fn a_search_that_read_no_file_shows_nothing() {
    let repository = released("elsewhere", &[("README.md", "full_name\n")]);
    repository.write("db/2_drop.sql", DROP);
    let report = text(&repository.check(&["db", "--base", "main", "--output-format", "pretty"]));
    assert!(report.contains("error[contract-before-expand]") && !report.contains("allowed"), "{report}");
    assert!(report.contains("no file of running code was found to search"), "{report}");
}

#[test]
fn a_column_that_the_running_code_does_not_name_is_not_demanded_of_it() {
    let demands = [
        ("set", "ALTER TABLE people ALTER COLUMN city SET NOT NULL;\n"),
        ("check", "ALTER TABLE people ADD CONSTRAINT city_there CHECK (city IS NOT NULL) NOT VALID;\n"),
    ];
    for (name, demand) in demands {
        for (code, silent) in [("INSERT INTO people (id) VALUES (1)", false), ("INSERT INTO people (id, city)", true)] {
            let repository = released(&format!("demanded-{name}-{silent}"), &[("app/person.sql.py", code)]);
            repository.write("db/2_demand.sql", &format!("SET lock_timeout = '5s';\n{demand}"));
            let told = report(&repository);
            let expected = !silent;
            assert_eq!(told.contains("error[tighten-before-writers]: people.city"), expected, "{code}\n{told}");
        }
        // Without evidence nothing is said of a column that has been there.
        let repository = released(&format!("demanded-{name}-blind"), &[]);
        repository.write("db/2_demand.sql", &format!("SET lock_timeout = '5s';\n{demand}"));
        assert!(!text(&repository.check(&["db"])).contains("tighten-before-writers"));
    }
}

#[test]
fn a_default_that_the_running_code_leans_on_stays() {
    for (code, told) in [("INSERT INTO cities (id) VALUES (1)", true), ("INSERT INTO cities (id, land)", false)] {
        let repository = Repository::empty(&format!("default-{told}"));
        let create = "CREATE TABLE cities (id bigint PRIMARY KEY, land text NOT NULL DEFAULT 'at');\n";
        repository.write("db/1_create.sql", create);
        repository.write("app/city.py", code);
        repository.commit("released");
        repository.git(&["switch", "--quiet", "--create", "topic"]);
        let drop = "SET lock_timeout = '5s';\nALTER TABLE cities ALTER COLUMN land DROP DEFAULT;\n";
        repository.write("db/2_no_default.sql", drop);
        let text = report(&repository);
        let message =
            "the required column cities.land loses its default, and the code that is running does not name it";
        assert_eq!(text.contains(message), told, "{code}\n{text}");
    }
}

#[test]
fn only_rules_that_run_allow_anything() {
    let repository = released("selected", &[("app/person.py", "pass\n")]);
    repository.write("db/2_drop.sql", DROP);
    for choice in [["--select", "index-not-concurrent"], ["--ignore", "contract-before-expand"]] {
        let output = text(&repository.check(&[&["db", "--base", "main"], &choice[..]].concat()));
        assert!(!output.contains("allowed"), "{output}");
    }
}

#[test]
fn references_are_shown_with_their_places() {
    let code = "name = person.full_name\n".repeat(7);
    let repository = released("places", &[("app/person.py", &code), ("web/form.ts", "const x = this.fullName;\n")]);
    repository.write("db/2_drop.sql", DROP);
    let text = report(&repository);
    assert!(text.contains("error[contract-before-expand]"), "{text}");
    assert!(text.contains("is dropped while the code that is running names it in 8 places"), "{text}");
    assert!(text.contains("(named in app/person.py:1, app/person.py:2,"), "{text}");
    assert!(text.contains("and 3 more at main ("), "{text}");
    let json = repository.check(&["db", "--base", "main", "--output-format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let found = json["findings"].as_array().unwrap().iter().find(|finding| finding["code"].is_object()).unwrap();
    assert_eq!(found["code"]["total"], 8);
    assert_eq!(found["code"]["places"][0]["path"], "app/person.py");
}

#[test]
fn the_code_that_counts_is_that_of_the_base() {
    let repository = released("base", &[("app/person.py", "person.full_name\n")]);
    repository.write("app/person.py", "person.first_name\n");
    repository.write("db/2_drop.sql", DROP);
    repository.commit("use and drop in one pull request");
    assert!(report(&repository).contains("names it in 1 place"), "the branch no longer names it, main does");
    repository.write("switchback.toml", "[migrations]\npost-deploy = [\"db/2_*\"]\n");
    let text = report(&repository);
    assert!(text.contains("no reference in 1 file at the working tree"), "it runs after the deploy: {text}");
}

#[test]
fn common_names_need_their_table_within_reach() {
    let files = [("lib/http.go", "return resp.status\n"), ("app/models/person.rb", "# a model\n")];
    let repository = released("common", &files);
    repository.write("db/2_drop.sql", "SET lock_timeout = '5s';\nALTER TABLE people DROP COLUMN status;\n");
    assert!(report(&repository).contains("allowed[contract-before-expand]: public.people.status"));
    repository.commit("drop it");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("app/models/person.rb", "class Person\n  enum :status\nend\n");
    repository.commit("use it");
    repository.git(&["switch", "--quiet", "topic"]);
    repository.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert!(report(&repository).contains("(named in app/models/person.rb:2)"), "{}", report(&repository));
}

#[test]
fn what_the_schema_still_uses_is_not_free() {
    let repository = released("view", &[("app/person.py", "pass\n")]);
    repository.write("db/2_drop.sql", "SET lock_timeout = '5s';\nALTER TABLE people DROP COLUMN city CASCADE;\n");
    let text = report(&repository);
    assert!(text.contains("error[contract-before-expand]: column people.city is dropped"), "{text}");
}

#[test]
fn tables_types_functions_and_renames_are_looked_for() {
    let files = [
        ("app/a.py", "db.execute('SELECT archive_person(1)')\n"),
        ("app/b.py", "class TicketState(Enum): pass\n"),
        ("app/c.py", "Person.objects.all()\n"),
    ];
    let repository = released("kinds", &files);
    repository.write("db/2_a.sql", "DROP FUNCTION archive_person;\n");
    repository.write("db/3_b.sql", "DROP TYPE ticket_state;\n");
    repository.write("db/4_c.sql", "SET lock_timeout = '5s';\nALTER TABLE people RENAME COLUMN status TO state;\n");
    repository.write("db/5_d.sql", "SET lock_timeout = '5s';\nALTER TABLE people RENAME TO persons;\n");
    let text = report(&repository);
    for expected in [
        "function archive_person is dropped while the code that is running names it in 1 place",
        "type ticket_state is dropped while the code that is running names it in 1 place",
        "allowed[rename-column]: public.people.status: no reference in 3 files",
        "error[rename-table]: renaming people to persons breaks the code that runs",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn what_is_no_running_code_is_left_out() {
    let files = [
        ("app/person.py", "pass\n"),
        ("vendor/x.py", "full_name\n"),
        ("migrations/0001.py", "full_name\n"),
        ("docs/names.html", "full_name\n"),
        ("seeds/a.py", "full_name\n"),
        ("logo.bin", "\0full_name\n"),
        (".switchbackignore", "# documentation\ndocs/\n"),
        ("switchback.toml", "[code]\nexclude = [\"seeds/**\"]\n"),
    ];
    let repository = released("left-out", &files);
    repository.write("untracked.py", "full_name\n");
    repository.write("db/2_drop.sql", DROP);
    assert!(report(&repository).contains("no reference in 1 file at main"), "{}", report(&repository));
    repository.write("switchback.toml", "[code]\nsearch = false\n");
    assert!(report(&repository).contains("nothing shows that the running code has stopped using it"));
    repository.write("switchback.toml", "[code]\npaths = [\"seeds\"]\n");
    assert!(report(&repository).contains("(named in seeds/a.py:1)"), "{}", report(&repository));
}

#[test]
fn an_allow_for_runs_without_evidence_is_not_left_over() {
    let repository = released("allow", &[("app/person.py", "pass\n")]);
    repository
        .write("db/2_drop.sql", &format!("-- switchback: allow-file(contract-before-expand) unused since May\n{DROP}"));
    let text = report(&repository);
    assert!(!text.contains("unused-allow"), "{text}");
}
