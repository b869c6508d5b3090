//! Rules about the repository itself: what belongs together is there, generated files are up to date, messages read
//! alike, and files stay short.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken repository has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files and variables of their own")]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use common::specs;
use switchback::fix::Safety;
use switchback::init::snippet::Snippet;
use switchback::rules::RULES;
use switchback::spec;

/// The longest file under `src` and `examples`, in lines.
const LONGEST_FILE: usize = 400;

/// The longest function there, in lines.
const LONGEST_FUNCTION: usize = 60;

/// Files in `src/rules` that are no rules: what several of them share.
const SHARED: &[&str] = &["support"];

/// Rules of this group report on the check itself: there may be nothing to do instead.
const WITHOUT_HELP: &str = "meta";

#[test]
fn a_rule_is_one_specification_one_module_and_one_line() {
    let listed: Vec<&str> = RULES.iter().map(|rule| rule.id.0).collect();
    let unique: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(listed, unique.iter().copied().collect::<Vec<_>>(), "the list is sorted and names no rule twice");
    for id in &listed {
        let kebab = id.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(kebab, "{id}: a rule is named by lower-case words joined by hyphens");
    }
    let specified: Vec<String> = specs::all().into_iter().map(|file| file.id).collect();
    assert_eq!(specified, listed, "rules/*.md and the list in src/rules.rs");
    let folder = common::root().join("src/rules");
    let modules = if folder.exists() { common::files_in("src/rules", "rs") } else { Vec::new() };
    let stems = modules.iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned());
    let mut checks: Vec<String> =
        stems.filter(|stem| !SHARED.contains(&&**stem)).map(|stem| stem.replace('_', "-")).collect();
    checks.sort();
    assert_eq!(checks, listed, "src/rules/*.rs and the list in src/rules.rs");
}

#[test]
fn specifications_can_be_read() {
    for file in specs::all() {
        if let Err(failure) = file.read() {
            panic!("{failure}");
        }
    }
    for rule in RULES {
        assert!(spec::of(rule.id).is_some(), "{}: no specification at run time", rule.id.0);
        let group = spec::group(rule.id);
        assert!(spec::GROUPS.contains(&group), "{}: `{group}` is none of the groups", rule.id.0);
    }
}

#[test]
fn the_index_of_the_rules_is_up_to_date() {
    let mut index = String::from(
        "# Rules\n\n<!-- Generated from the files beside it by `UPDATE=1 cargo test`. -->\n\n\
        | rule | level | group | fix | reports |\n|---|---|---|---|---|\n",
    );
    for file in specs::all() {
        let (spec, _) = file.read().unwrap();
        let fix = match spec.fix {
            Some(Safety::Safe) => "safe",
            Some(Safety::Unsafe) => "unsafe",
            None => "",
        };
        let summary = spec.summary.replace('|', "\\|");
        let (id, level, group) = (spec.id, spec.level.as_str(), &spec.group);
        writeln!(index, "| [{id}]({id}.md) | {level} | {group} | {fix} | {summary} |").unwrap();
    }
    common::expect_file("rules/README.md", &index);
}

#[test]
fn packages_have_one_version() {
    let version = env!("CARGO_PKG_VERSION");
    for (path, text, times) in [
        ("setup.py", format!("version=\"{version}\""), 1),
        ("setup.py", format!("\"switchback-sql=={version}\""), 1),
        ("packaging/action/run.sh", format!("own_version=\"{version}\""), 1),
        ("docs/ci.md", format!("switchback-sql=={version}\n"), 6),
        ("docs/ci.md", format!("switchback-sql/switchback@v{version}\n"), 2),
        ("docs/ci.md", format!("rev: v{version}\n"), 1),
    ] {
        let found = fs::read_to_string(common::root().join(path)).unwrap().replace("\r\n", "\n");
        assert!(found.matches(&text).count() >= times, "{path} does not say `{}`; `just version` sets it", text.trim());
    }
}

#[test]
fn examples_of_the_documentation_are_what_init_writes() {
    let document = fs::read_to_string(common::root().join("docs/ci.md")).unwrap().replace("\r\n", "\n");
    for snippet in [Snippet::PreCommit, Snippet::Github, Snippet::Gitlab] {
        assert!(document.contains(&format!("```yaml\n{}```\n", snippet.text())), "docs/ci.md: {}", snippet.path());
    }
}

#[test]
fn messages_read_alike() {
    let mut failures = String::new();
    for file in specs::all() {
        let (_, examples) = file.read().unwrap();
        for example in &examples {
            for finding in specs::run(&file.id, example, &specs::history(example)).findings {
                let helped = finding.help.is_some() || spec::group(finding.rule) == WITHOUT_HELP;
                let faults = [
                    (finding.message.contains('\n'), "is not one line"),
                    (!begins_low(&finding.message), "begins with a capital"),
                    (finding.message.ends_with('.'), "ends with a full stop"),
                    (!helped, "comes without help"),
                ];
                for (_, fault) in faults.iter().filter(|(found, _)| *found) {
                    let rule = finding.rule.0;
                    writeln!(failures, "{}:{}: {rule}: `{}` {fault}", file.shown(), example.line, finding.message)
                        .unwrap();
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    let mut failures = String::new();
    let of = |folder: &str| sources(&common::root().join(folder));
    // A test that tells a whole story may be long; its file may not.
    let all = [of("src"), of("examples"), of("tests")].concat();
    for path in all {
        let shown = path.strip_prefix(common::root()).unwrap().display();
        let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        if !text.starts_with("//! ") {
            writeln!(failures, "{shown}:1: no `//!` sentence that says what the file is for").unwrap();
        }
        let lines = text.split_terminator('\n').count();
        if lines > LONGEST_FILE {
            writeln!(failures, "{shown}: {lines} lines, more than {LONGEST_FILE}").unwrap();
        }
        let is_test = path.starts_with(common::root().join("tests"));
        let too_long = |length: usize| length > LONGEST_FUNCTION && !is_test;
        for (line, length) in functions(&text).into_iter().filter(|(_, length)| too_long(*length)) {
            writeln!(failures, "{shown}:{line}: a function of {length} lines, more than {LONGEST_FUNCTION}").unwrap();
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// Lower case, or a name or keyword of SQL.
fn begins_low(message: &str) -> bool {
    let word = message.split_whitespace().next().unwrap_or_default();
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let keyword = letters.len() > 1 && letters.iter().all(|letter| letter.is_uppercase());
    !word.starts_with(char::is_uppercase) || keyword
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            paths.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    paths.sort();
    paths
}

/// The first line and the length of every function. The formatter closes each with a brace under its first word.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_function = code.starts_with("fn ") || (code.starts_with("pub") && code.contains(" fn "));
        if !is_function || code.ends_with(';') || code.ends_with('}') {
            continue;
        }
        let indent = &line[..line.len() - code.len()];
        let end = lines[index..].iter().position(|line| line.strip_prefix(indent) == Some("}"));
        found.extend(end.map(|length| (index + 1, length + 1)));
    }
    found
}
