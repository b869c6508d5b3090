//! Writes new migrations into every tree of `fixtures/layouts`, and reads them again: they are of the same layout, come
//! last, in order, and run as they were meant to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![allow(clippy::disallowed_methods, reason = "tests write files of their own")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use switchback::date::Moment;
use switchback::source::generator::Generator;
use switchback::source::migration::{Direction, Migration, TransactionMode};
use switchback::source::next::{self, Draft, Next, Unwritable};
use switchback::source::{Input, Request, Sources, load};
use switchback::syntax::span::Span;
use switchback::syntax::statement_spans;

fn now() -> Moment {
    Moment::parse("2026-11-26T10:20:30Z").unwrap()
}

fn draft(name: &str, up: &str, down: &str, outside: bool) -> Draft {
    Draft { name: name.to_owned(), up: up.to_owned(), down: Some(down.to_owned()), outside }
}

fn wrapped() -> Draft {
    let up = "-- for support\nALTER TABLE users ADD COLUMN nick text;\n\
              COMMENT ON COLUMN users.nick IS 'a; \"b\" \\ `c` ${d} it''s';";
    draft("add_users_nick", up, "ALTER TABLE users DROP COLUMN \"nick\";", false)
}

fn outside() -> Draft {
    let up = "CREATE INDEX CONCURRENTLY users_nick ON users (nick)";
    draft("../index users/nick", up, "DROP INDEX CONCURRENTLY \"users_nick\"", true)
}

fn several_outside() -> Draft {
    let up = "CREATE INDEX CONCURRENTLY a ON users (a);\nCREATE INDEX CONCURRENTLY b ON users (b);\n";
    draft("index_both", up, "DROP INDEX CONCURRENTLY b;\nDROP INDEX CONCURRENTLY a;\n", true)
}

/// A tree, copied to where it can be written to.
fn copy_of(tree: &str) -> Request {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("next").join(tree);
    let _ = fs::remove_dir_all(&folder);
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts").join(tree), &folder);
    // The repository ends here: what lies above tells nothing.
    fs::create_dir_all(folder.join(".git")).unwrap();
    let mut request = Request::new(folder.clone(), vec![Input::Path(PathBuf::from("."))]);
    let command = vec!["cat".to_owned(), "{file}".to_owned()];
    request.generator = Some(Generator { command, directory: folder, run: true });
    request
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// The last migration of each history.
fn last_ones(sources: &Sources) -> Vec<&Migration> {
    let homes: BTreeSet<usize> = sources.migrations.iter().map(|migration| migration.standing.home).collect();
    let of = |home| {
        let mut ordered = sources.migrations.iter().rev();
        ordered.find(|migration| migration.standing.home == home && !migration.standing.repeatable)
    };
    homes.into_iter().filter_map(of).collect()
}

fn shown(request: &Request, outcome: &Result<Next, Unwritable>) -> String {
    let mut out = String::new();
    match outcome {
        Ok(next) => {
            for file in &next.files {
                let path = file.path.strip_prefix(&request.directory).unwrap().display();
                let kind = if file.before.is_some() { " (changed)" } else { "" };
                writeln!(out, "--- {path}{kind}\n{}", file.text).unwrap();
            }
            next.notes.iter().for_each(|note| writeln!(out, "note: {note}").unwrap());
        }
        Err(error) => writeln!(out, "error: {error}\nhelp: {}", error.help).unwrap(),
    }
    out
}

/// Writes what was made.
fn write(next: &Next) {
    for file in &next.files {
        match &file.before {
            Some(before) => assert_eq!(&fs::read_to_string(&file.path).unwrap(), before, "{}", file.path.display()),
            None => assert!(!file.path.exists(), "{} is there already", file.path.display()),
        }
        fs::create_dir_all(file.path.parent().unwrap()).unwrap();
        fs::write(&file.path, &file.text).unwrap();
    }
}

fn spans(text: &str) -> Vec<Span> {
    statement_spans(text, Span::new(0, u32::try_from(text.len()).unwrap()))
}

/// The first words of a statement, which survive every way of writing a text.
fn words(text: &str) -> String {
    text.split_whitespace().take(6).collect::<Vec<_>>().join(" ").replace('"', "")
}

/// The statements of the parts of a migration that go this way, with how they run.
fn statements(migration: &Migration, direction: Direction) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for section in migration.sections.iter().filter(|section| section.direction == direction) {
        let spans = statement_spans(&migration.text, section.span);
        let outside = match section.transaction {
            TransactionMode::None => true,
            TransactionMode::SingleQuery | TransactionMode::Unknown => spans.len() <= 1,
            TransactionMode::Wrapped => false,
        };
        found.extend(spans.iter().map(|span| (words(span.of(&migration.text)), outside)));
    }
    found.retain(|(text, _)| !["BEGIN", "COMMIT"].contains(&text.as_str()));
    found
}

/// What is read again is what was meant.
fn check(what: &str, layout: &str, drafts: &[Draft], before: &Sources, after: &Sources) {
    let layouts = |sources: &Sources| {
        sources.layouts.iter().map(|found| (found.folder.clone(), found.layout)).collect::<BTreeSet<_>>()
    };
    assert_eq!(layouts(before), layouts(after), "{what}");
    assert_eq!(before.warnings, after.warnings, "{what}");
    let old: BTreeSet<(&Path, &str)> =
        before.migrations.iter().map(|one| (one.path.as_path(), one.file_text())).collect();
    let is_new = |one: &&Migration| !old.contains(&(one.path.as_path(), one.file_text()));
    let new: Vec<&Migration> = after.migrations.iter().filter(is_new).collect();
    assert!(!new.is_empty(), "{what}: nothing new is read");
    let home = new[0].standing.home;
    let ordered = after.migrations.iter().filter(|one| one.standing.home == home && !one.standing.repeatable);
    let ordered: Vec<&Path> = ordered.map(|one| one.path.as_path()).collect();
    let paths: Vec<&Path> = new.iter().map(|one| one.path.as_path()).collect();
    assert!(ordered.ends_with(&paths), "{what}: {ordered:?} does not end with {paths:?}");
    assert!(new.iter().all(|one| one.standing.layout == layout), "{what}: another layout");
    if matches!(layout, "alembic" | "django") {
        // What they print is not what the file says.
        return;
    }
    let ups: Vec<_> = new.iter().flat_map(|one| statements(one, Direction::Up)).collect();
    let wanted = drafts.iter().flat_map(|draft| {
        spans(&draft.up).into_iter().map(|span| (words(span.of(&draft.up)), draft.outside)).collect::<Vec<_>>()
    });
    let wanted: Vec<_> = wanted.collect();
    let ups = &ups[ups.len().saturating_sub(wanted.len())..];
    for ((up, runs_outside), (wanted, outside)) in ups.iter().zip(&wanted) {
        assert_eq!(up, wanted, "{what}: {ups:?}");
        assert!(*runs_outside || !outside, "{what}: {up} is in a transaction");
    }
    assert_eq!(ups.len(), wanted.len(), "{what}: {ups:?}");
    check_downs(what, &new, drafts);
}

/// What takes the migrations back stands in the sections or files for that, in as many statements.
fn check_downs(what: &str, new: &[&Migration], drafts: &[Draft]) {
    let mut downs = Vec::new();
    for one in new.iter().rev() {
        for (text, span) in one.down_parts() {
            downs.extend(statement_spans(text, span).iter().map(|span| words(span.of(text))));
        }
    }
    downs.retain(|text| !["BEGIN", "COMMIT"].contains(&text.as_str()));
    let wanted = drafts.iter().rev().filter_map(|draft| draft.down.as_deref());
    let wanted: Vec<String> =
        wanted.flat_map(|down| spans(down).into_iter().map(|span| words(span.of(down))).collect::<Vec<_>>()).collect();
    if !downs.is_empty() {
        let (downs, wanted): (BTreeSet<_>, BTreeSet<_>) = (downs.into_iter().collect(), wanted.into_iter().collect());
        assert!(wanted.is_subset(&downs), "{what}: {downs:?} is not {wanted:?}");
    }
}

/// Writes drafts beside the last migration of one history, and shows what was written.
fn attempt(tree: &str, history: usize, drafts: &[Draft]) -> Option<(String, bool)> {
    let request = copy_of(tree);
    let sources = load(&request).ok()?;
    let beside = (*last_ones(&sources).get(history)?).clone();
    let outcome = next::files(&request, &sources, &beside, drafts, now());
    let layout = beside.standing.layout;
    let out = format!("=== {layout}, beside {}\n{}", beside.path.display(), shown(&request, &outcome));
    if let Ok(next) = &outcome {
        write(next);
        let what = format!("{tree} {}\n{out}", beside.path.display());
        check(&what, layout, drafts, &sources, &load(&request).unwrap());
    }
    Some((out, outcome.is_ok()))
}

#[test]
fn every_layout() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts");
    let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let trees: BTreeSet<String> = names.collect();
    for tree in trees {
        let mut out = String::new();
        for history in 0.. {
            let Some((shown, written)) = attempt(&tree, history, &[wrapped(), outside(), several_outside()]) else {
                break;
            };
            out += &shown;
            if !written {
                out += &attempt(&tree, history, &[wrapped()]).unwrap().0;
            }
        }
        insta::assert_snapshot!(format!("next_{tree}"), out);
    }
}

/// A folder of these files, and its request.
fn folder(name: &str, files: &[(&str, &str)]) -> Request {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("next-own").join(name);
    let _ = fs::remove_dir_all(&folder);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::create_dir_all(folder.join(".git")).unwrap();
    Request::new(folder, vec![Input::Path(PathBuf::from("."))])
}

fn written(request: &Request, drafts: &[Draft]) -> Result<Next, Unwritable> {
    let sources = load(request).unwrap();
    next::files(request, &sources, sources.migrations.last().unwrap(), drafts, now())
}

/// The paths that drafts get in a folder of files that have these names.
fn paths(names: &[&str], drafts: &[Draft]) -> Vec<String> {
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "SELECT 1;\n")).collect();
    let request = folder("paths", &files);
    let next = match written(&request, drafts) {
        Ok(next) => next,
        Err(error) => return vec![error.to_string()],
    };
    write(&next);
    let shown = |path: &Path| path.strip_prefix(&request.directory).unwrap().display().to_string();
    next.files.iter().map(|file| shown(&file.path)).collect()
}

fn simple(name: &str) -> Draft {
    Draft { name: name.to_owned(), up: "SELECT 2;".to_owned(), down: Some("SELECT 3;".to_owned()), outside: false }
}

#[test]
fn names_go_on_as_they_are() {
    let two = [simple("add_users_name"), simple("Drop it!")];
    let check = |names: &[&str], expected: &[&str]| assert_eq!(paths(names, &two), expected, "{names:?}");
    check(&["001_a.sql", "002_b.sql"], &["003_add_users_name.sql", "004_drop_it.sql"]);
    check(&["8_a.sql", "9_b.sql"], &["10_add_users_name.sql", "11_drop_it.sql"]);
    check(&["0001-add-a.sql"], &["0002-add-users-name.sql", "0003-drop-it.sql"]);
    check(&["202401010000_a.sql"], &["202611261020_add_users_name.sql", "202611261021_drop_it.sql"]);
    check(&["2024-01-01-a.sql"], &["2026-11-26-add-users-name.sql", "2026-11-27-drop-it.sql"]);
    check(&["20991231235959_a.sql"], &["21000101000000_add_users_name.sql", "21000101000001_drop_it.sql"]);
    check(&["V1__Add_a.sql", "V1.5__b.sql"], &["V1.6__add_users_name.sql", "V1.7__drop_it.sql"]);
    check(&["v20240101120000__a.sql"], &["v20261126102030__add_users_name.sql", "v20261126102031__drop_it.sql"]);
    check(
        &["1_a.up.sql", "1_a.down.sql"],
        &["2_add_users_name.up.sql", "2_add_users_name.down.sql", "3_drop_it.up.sql", "3_drop_it.down.sql"],
    );
    check(
        &["1_a/up.sql"],
        &["2_add_users_name/up.sql", "2_add_users_name/down.sql", "3_drop_it/up.sql", "3_drop_it/down.sql"],
    );
    check(
        &["5_a.sql", "rollback/5_a.sql"],
        &["6_add_users_name.sql", "rollback/6_add_users_name.sql", "7_drop_it.sql", "rollback/7_drop_it.sql"],
    );
    // A file for another engine has its number too.
    check(&["1_a.sql", "2_b.mysql.sql"], &["3_add_users_name.sql", "4_drop_it.sql"]);
    // A number that only a way back has is taken as well.
    check(
        &["1_a.up.sql", "2_b.down.sql"],
        &["3_add_users_name.up.sql", "3_add_users_name.down.sql", "4_drop_it.up.sql", "4_drop_it.down.sql"],
    );
}

#[test]
fn what_has_no_next_name_says_so() {
    let check = |names: &[&str], expected: &str| {
        let found = paths(names, &[simple("a")]);
        assert!(found.len() == 1 && found[0].contains(expected), "{found:?}");
    };
    check(&["users.sql"], "have no numbers or dates");
    check(&["4.1.0/4.1.0.sql"], "named after a release");
    check(&["9_a/migration.sql"], "compares names as text");
}

#[test]
fn names_stay_in_the_folder() {
    for hostile in ["../../etc/passwd", "/root", "a\0b", "..", "C:\\x", "a\nb", "\u{202e}gpj", &"x".repeat(500)] {
        for path in paths(&["1_a.sql"], &[simple(hostile)]) {
            let own = path.strip_prefix("2_").unwrap().strip_suffix(".sql").unwrap();
            assert!(own.len() <= 60 && own.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{path}");
        }
    }
}

#[test]
fn marks_among_the_statements_are_refused() {
    let goose = ("1_a.sql", "-- +goose Up\nSELECT 1;\n");
    for mark in ["-- +goose Down", "-- migrate:down", "--! no-transaction", "-- no-transaction", "-- //@UNDO"] {
        let request = folder("marks", &[goose]);
        let draft = Draft { up: format!("{mark}\nDROP TABLE users;"), ..simple("a") };
        let error = written(&request, &[draft]).unwrap_err();
        assert!(error.reason.contains("is a mark for"), "{mark}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let journal = (
        "meta/_journal.json",
        "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[{\"idx\":0,\"tag\":\"0000_a\"}]}",
    );
    let request = folder("links", &[("0000_a.sql", "SELECT 1;\n"), ("elsewhere.json", journal.1), ("meta/x", "")]);
    std::os::unix::fs::symlink("../elsewhere.json", request.directory.join(journal.0)).unwrap();
    let error = written(&request, &[simple("a")]).unwrap_err();
    assert!(error.reason.contains("cannot be read"), "{error}");

    let request =
        folder("linked-folder", &[("5_a.sql", "SELECT 1;\n"), ("5_a_down.sql", "SELECT 1;\n"), ("x/6_b.sql", "")]);
    std::os::unix::fs::symlink("/nowhere/at/all", request.directory.join("6_b.sql")).unwrap();
    let next = written(&request, &[simple("b")]).unwrap();
    assert!(next.files[0].path.ends_with("7_b.sql"), "a link to nothing is something: {:?}", next.files);
}

#[test]
fn an_atlas_sum_goes_on() {
    let first = "CREATE TABLE t (c int);\n";
    let sum =
        "h1:H/FLGV8iHC/a5vi9T3xIE36kPExRfZiNEU4dt7L7Noc=\n1.sql h1:7Q3L162HzLFrMZSKQw/EzKh6ysOuAR40yHfyjWzjFio=\n";
    let request = folder("atlas", &[("1.sql", first), ("atlas.sum", sum)]);
    let next = written(&request, &[Draft { up: "DROP TABLE t;".to_owned(), ..simple("a") }]).unwrap();
    let extended = "h1:igjIL7RjhZCMPQ0tFLIgZ7rGMYbLIedL7BsjSiAxjuc=\n\
                    1.sql h1:7Q3L162HzLFrMZSKQw/EzKh6ysOuAR40yHfyjWzjFio=\n\
                    2.sql h1:lpV8gxH4q8H6Vuacx+qrUqwwNgakMXVLwO6gq4MBVE8=\n";
    assert_eq!(next.files.last().unwrap().text, extended);
    assert_eq!(next.notes, Vec::<String>::new());
}

#[test]
fn a_changelog_alone_is_added_to() {
    let xml = "<databaseChangeLog>\n    <changeSet id=\"1\" author=\"a\">\n        <sql>SELECT 1</sql>\n    </changeSet>\n\
               </databaseChangeLog>\n";
    let yaml =
        "databaseChangeLog:\n- changeSet:\n    id: 1\n    author: a\n    changes:\n    - sql:\n        sql: SELECT 1\n";
    let mut out = String::new();
    for (name, text) in [("db/changelog.xml", xml), ("db/changelog.yaml", yaml)] {
        let request = folder("changelog", &[(name, text)]);
        let sources = load(&request).unwrap();
        let drafts = [wrapped(), outside(), several_outside()];
        let outcome = next::files(&request, &sources, &sources.migrations[0], &drafts, now());
        out += &shown(&request, &outcome);
        write(&outcome.unwrap());
        let after = load(&request).unwrap();
        let before = Sources { migrations: Vec::new(), ..sources.clone() };
        check(name, "liquibase", &drafts, &before, &after);
    }
    insta::assert_snapshot!(out);
}
