//! The binary as people run it: arguments, exit codes, streams; with a scrubbed environment.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

#[path = "cli/adopting.rs"]
mod adopting;
#[path = "cli/configured.rs"]
mod configured;
#[path = "cli/fixing.rs"]
mod fixing;
#[path = "cli/generators.rs"]
mod generators;
#[path = "cli/git.rs"]
mod git;
#[path = "cli/job_summary.rs"]
mod job_summary;
#[path = "cli/old_history.rs"]
mod old_history;
#[path = "cli/projects.rs"]
mod projects;
#[path = "common/schema.rs"]
mod schema;
#[path = "cli/sources.rs"]
mod sources;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of its own for one test, with an end to the search for configuration.
struct Repository(PathBuf);

impl Repository {
    fn new(test: &str, files: &[(&str, &str)]) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(root.join(".git")).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(root)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
        command.args(args).current_dir(&self.0).env_clear().stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn feed(&self, args: &[&str], input: &str) -> Output {
        let mut child =
            self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error without the lines' decoration.
fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

const CREATE: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text);";
const INDEX: &str = "SET lock_timeout = '5s';\nCREATE INDEX users_email ON users (email);\n";

#[test]
fn findings_exit_with_one_and_clean_with_zero() {
    let repository = Repository::new("codes", &[("db/1_create.sql", CREATE), ("db/2_index.sql", INDEX)]);
    let output = repository.run(&["check", "db"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).starts_with("db/2_index.sql:2:1: error[index-not-concurrent]: "), "{}", stdout(&output));
    assert_eq!(stderr(&output), "");
    assert_eq!(code(&repository.run(&["check", "db", "--ignore", "index-not-concurrent"])), 0);
    assert_eq!(code(&repository.run(&["check", "db", "--table-rows", "users=1k"])), 0, "a note does not fail");
    assert_eq!(code(&repository.run(&["check", "db", "--table-rows", "users=1k", "--fail-on", "note"])), 1);
    assert_eq!(code(&repository.run(&["check", "db", "--fail-on", "never"])), 0);
}

#[test]
fn a_named_file_is_reported_on_and_its_folder_is_history() {
    let repository = Repository::new(
        "named",
        &[("db/1_create.sql", CREATE), ("db/2_index.sql", INDEX), ("db/3_drop.sql", "DROP TABLE users;")],
    );
    let output = repository.run(&["check", "db/2_index.sql"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("checked 1 file, 2 statements"), "{}", stdout(&output));
}

#[test]
fn standard_input_is_checked() {
    let repository = Repository::new("stdin", &[("db/1_create.sql", CREATE)]);
    let output = repository.feed(&["check", "-"], "DROP TABLE users;");
    assert_eq!(code(&output), 1);
    let output = repository.feed(&["check", "-", "--stdin-filename", "db/2_index.sql"], INDEX);
    assert!(stdout(&output).starts_with("db/2_index.sql:2:1: error[index-not-concurrent]"), "{}", stdout(&output));
}

#[test]
fn what_cannot_be_done_exits_with_two_and_says_why() {
    let repository = Repository::new("errors", &[("migrations/1_create.sql", CREATE), ("empty/readme.md", "")]);
    let output = repository.run(&["check", "migratons"]);
    assert_eq!((code(&output), stdout(&output)), (2, String::new()));
    assert!(stderr(&output).contains("migratons does not exist"), "{}", stderr(&output));
    assert!(stderr(&output).contains("migrations"), "suggests the folder: {}", stderr(&output));
    let output = repository.run(&["check", "empty"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("no migrations found"), "{}", stderr(&output));
    let output = repository.run(&["check", "migrations", "--select", "index-not-concurent"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean 'index-not-concurrent'"), "{}", stderr(&output));
    for args in [
        &["check", "--engine", "postgres@9", "migrations"][..],
        &["check", "--engine", "oracle", "migrations"],
        &["chekc"],
    ] {
        assert_eq!(code(&repository.run(args)), 2, "{args:?}");
    }
}

#[test]
fn configuration_is_found_upward_and_its_mistakes_are_shown() {
    let config = "engine = \"postgres@16\"\n[rules]\nindex-not-concurrent = \"warning\"\n";
    let repository = Repository::new(
        "config",
        &[
            ("switchback.toml", config),
            ("a/db/1_create.sql", CREATE),
            ("a/db/2_index.sql", INDEX),
            ("bad/switchback.toml", "[rules]\nindex-not-concurent = \"off\"\n"),
            ("bad/1.sql", CREATE),
            ("odd/switchback.toml", "engin = \"postgres\"\n"),
            ("odd/1.sql", CREATE),
        ],
    );
    let output = repository.run(&["check", "a/db"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(stdout(&output).contains("warning[index-not-concurrent]"));
    assert_eq!(code(&repository.run(&["check", "a/db", "--no-config"])), 1);
    let output = repository.run(&["check", "bad"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("switchback.toml:2:1"), "{}", stderr(&output));
    assert!(stderr(&output).contains("index-not-concurrent"), "{}", stderr(&output));
    let output = repository.run(&["check", "odd"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("engine"), "{}", stderr(&output));
}

#[test]
fn json_goes_to_standard_output_alone() {
    let repository = Repository::new("json", &[("db/1_create.sql", CREATE), ("db/2_index.sql", INDEX)]);
    let output = repository.run(&["check", "db", "--output-format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["summary"]["files"], 2);
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "index-not-concurrent");
    assert_eq!(finding["subject"], "public.users");
    assert_eq!(finding["locks"][0]["mode"], "ShareLock");
    assert_eq!(finding["locks"][0]["relation"], "public.users");
    assert_eq!(finding["locks"][0]["blocks"], serde_json::json!(["writes"]));
    assert_eq!(finding["start"], serde_json::json!({"line": 2, "column": 1, "byte": 25}));
}

/// Every format with a file for it.
const REPORTS: &[&str] = &[
    "pretty=out/p",
    "concise=out/c",
    "json=out/j",
    "json-lines=out/jl",
    "github=out/gh",
    "sarif=out/s",
    "gitlab=out/gl",
    "rdjson=out/r",
    "checkstyle=out/cs",
    "junit=out/ju",
    "sonarqube=out/sq",
    "markdown=out/m",
];

fn with_reports<'a>(args: &[&'a str]) -> Vec<&'a str> {
    args.iter().copied().chain(REPORTS.iter().flat_map(|report| ["--output", report])).collect()
}

#[test]
fn one_run_writes_many_reports() {
    let repository = Repository::new(
        "reports",
        &[("db/1_create.sql", CREATE), ("db/2_index.sql", INDEX), ("clean/1.sql", CREATE), ("out/old", "")],
    );
    let read = |name: &str| std::fs::read_to_string(repository.0.join("out").join(name)).unwrap();
    let output = repository.run(&with_reports(&["check", "db"]));
    assert_eq!((code(&output), stderr(&output)), (1, String::new()));
    let concise = stdout(&output);
    assert!(concise.starts_with("db/2_index.sql:2:1: error[index-not-concurrent]"), "and standard output: {concise}");
    for name in ["p", "c", "j", "jl", "gh", "s", "gl", "r", "cs", "ju", "sq", "m"] {
        assert!(read(name).contains("db/2_index"), "{name}");
    }
    // The rule of a result is the one that its index leads to.
    let log: serde_json::Value = serde_json::from_str(&read("s")).unwrap();
    let (result, rules) = (&log["runs"][0]["results"][0], &log["runs"][0]["tool"]["driver"]["rules"]);
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(
        (&result["ruleId"], &rules[index]["id"]),
        (&"index-not-concurrent".into(), &"index-not-concurrent".into())
    );

    let output = repository.run(&with_reports(&["check", "clean"]));
    assert_eq!(code(&output), 0);
    assert_eq!((read("gl"), read("gh")), ("[]\n".to_owned(), String::new()), "old reports are replaced");

    let output = repository.run(&["check", "db", "--output", "json=-", "--output", "gitlab=out/gl"]);
    assert_eq!(code(&output), 1, "the exit code does not depend on the format");
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok(), "`-` takes the place of the default");
}

#[test]
fn reports_that_cannot_be_written_say_which_and_why() {
    let repository = Repository::new("no-reports", &[("db/1_create.sql", CREATE)]);
    let fails = |args: &[&str], said: &[&str]| {
        let output = repository.run(&[&["check", "db"], args].concat());
        assert_eq!((code(&output), stdout(&output)), (2, String::new()), "{args:?}");
        for words in said {
            assert!(stderr(&output).contains(words), "{args:?}: {}", stderr(&output));
        }
    };
    fails(
        &["--output", "sarif=out/a.sarif"],
        &["out/a.sarif cannot be written", "there is no folder out", "mkdir -p out"],
    );
    fails(&["--output", "sarif=db"], &["db cannot be written: it is a folder"]);
    fails(&["--output", "sarif=a", "--output", "json=a"], &["two reports would be written to a"]);
    fails(&["--output", "sarif=-", "--output-format", "json"], &["two reports would be written to standard output"]);
    fails(&["--output", "sariff=a"], &["did you mean `sarif`?"]);
    fails(&["--output", "a.sarif"], &["write `FORMAT=a.sarif`"]);
    fails(&["--format", "json"], &["unexpected argument '--format", "'--output-format'"]);
}

/// Code hosts name files from the root of the repository, wherever the check runs.
#[test]
fn forges_get_paths_from_the_root() {
    let repository = Repository::new("roots", &[("app/db/1_create.sql", CREATE), ("app/db/2_index.sql", INDEX)]);
    let run = |format: &str| {
        let mut command = repository.command(&["check", "db", "--output-format", format]);
        stdout(&command.current_dir(repository.0.join("app")).output().unwrap())
    };
    for format in ["github", "sarif", "gitlab", "sonarqube"] {
        assert!(run(format).contains("app/db/2_index.sql"), "{format}");
    }
    for format in ["concise", "json", "rdjson", "checkstyle", "junit"] {
        let text = run(format);
        assert!(text.contains("db/2_index.sql") && !text.contains("app/db"), "{format}: {text}");
    }
    let print = |text: String| text.split("\"fingerprint\": ").nth(1).unwrap()[..34].to_owned();
    let from_root = repository.run(&["check", "app/db", "--output-format", "json"]);
    assert_eq!(print(run("json")), print(stdout(&from_root)), "and fingerprints do not depend on it");
}

#[test]
fn any_bytes_go_through_every_format() {
    let repository = Repository::new("bytes", &[("out/old", ""), ("db/1_create.sql", CREATE)]);
    let texts: &[&[u8]] = &[
        b"",
        b"\xef\xbb\xbfDROP TABLE users;",
        b"DROP TABLE users;\r\n-- \xff\xfe\r\nDROP TABLE \"\xe9t\xe9\";\r\n",
        b"DROP TABLE users;\rDROP TABLE b;\r",
        b"-- \xf0\x9f\x98\x80\0\x1b[2J ##[error]a\nDROP TABLE users",
    ];
    for text in texts {
        std::fs::write(repository.0.join("db/2_drop.sql"), text).unwrap();
        let output = repository.run(&with_reports(&["check", "db/2_drop.sql"]));
        assert_eq!(code(&output), i32::from(!text.is_empty()), "{}", stderr(&output));
        for name in ["j", "s", "gl", "r", "sq"] {
            let bytes = std::fs::read(repository.0.join("out").join(name)).unwrap();
            assert!(!bytes.starts_with(b"\xef\xbb\xbf"), "no byte order mark");
            serde_json::from_slice::<serde_json::Value>(&bytes).unwrap();
        }
        for name in ["cs", "ju"] {
            let text = std::fs::read_to_string(repository.0.join("out").join(name)).unwrap();
            roxmltree::Document::parse(&text).unwrap();
        }
    }
}

#[test]
fn locks_are_shown_and_judged_by_nobody() {
    let repository = Repository::new("locks", &[("db/1_create.sql", CREATE), ("db/2_index.sql", INDEX)]);
    let output = repository.run(&["locks", "db/2_index.sql", "--table-rows", "users=40m"]);
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
    let text = stdout(&output);
    assert!(text.starts_with("db/2_index.sql: 2 statements"), "the folder is history: {text}");
    assert!(
        text.contains("2  2     users     SHARE  writes  index build (users_email)  statement end  40m   5s"),
        "{text}"
    );
    assert!(stdout(&repository.run(&["locks", "db"])).contains("db/1_create.sql: 1 statement"), "a folder");
    let output = repository.feed(&["locks", "-", "--stdin-filename", "db/3.sql"], "DROP TABLE users;");
    assert!(stdout(&output).starts_with("db/3.sql: 1 statement"), "{}", stdout(&output));
    let output = repository.run(&["locks", "nothing"]);
    assert_eq!((code(&output), stdout(&output)), (2, String::new()));
    let mut command = repository.command(&["locks", "db", "--output-format", "pretty"]);
    let text = stdout(&command.env("GITHUB_ACTIONS", "true").output().unwrap());
    assert!(text.starts_with("::stop-commands::"), "{text}");
}

#[test]
fn colors_only_where_asked() {
    let repository = Repository::new("colors", &[("db/1_drop.sql", "DROP TABLE users;")]);
    let escape = |args: &[&str], no_color: bool| {
        let mut command = repository.command(args);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        stdout(&command.output().unwrap()).contains('\u{1b}')
    };
    let pretty = ["check", "db", "--output-format", "pretty"];
    assert!(!escape(&pretty, false), "a pipe gets plain text");
    assert!(!escape(&pretty, true));
    assert!(escape(&["check", "db", "--output-format", "pretty", "--color", "always"], true), "an argument wins");
}

#[test]
fn sql_cannot_command_github_actions() {
    let repository = Repository::new("actions", &[("db/1.sql", "DROP TABLE \"x\n::error::pwned\";")]);
    let mut command = repository.command(&["check", "db", "--output-format", "pretty"]);
    let text = stdout(&command.env("GITHUB_ACTIONS", "true").output().unwrap());
    assert!(text.starts_with("::stop-commands::"), "{text}");
}

#[test]
fn rules_are_listed_and_explained() {
    let repository = Repository::new("explain", &[]);
    let listed = stdout(&repository.run(&["rules"]));
    assert!(listed.contains("index-not-concurrent") && listed.contains("contract-before-expand"));
    let explained = stdout(&repository.run(&["explain", "index-not-concurrent"]));
    assert!(explained.starts_with("# index-not-concurrent"), "{explained}");
    let peer = stdout(&repository.run(&["explain", "squawk:require-concurrent-index-creation"]));
    assert!(peer.starts_with("# index-not-concurrent"), "{peer}");
    let output = repository.run(&["explain", "index-not-concurent"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean 'index-not-concurrent'"));
}

#[test]
fn help_is_a_snapshot() {
    let repository = Repository::new("help", &[]);
    for command in ["", "check", "explain", "locks", "rules", "status"] {
        let args: Vec<&str> = [command, "--help"].into_iter().filter(|arg| !arg.is_empty()).collect();
        let name = if command.is_empty() { "help" } else { command };
        insta::assert_snapshot!(format!("help_{name}"), stdout(&repository.run(&args)));
    }
}

#[test]
fn a_comparison_fails_only_where_it_is_told_to() {
    let old = "CREATE TABLE users (id bigint PRIMARY KEY, name text);";
    let dump = "--\n-- PostgreSQL database dump\n--\nCREATE TABLE public.users (id bigint NOT NULL);\n\
                ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);\n";
    let repository = Repository::new("diff", &[("db/1.sql", old), ("structure.sql", dump), ("other.sql", "SELECT 1;")]);
    let output = repository.run(&["diff", "db", "structure.sql"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("contract  column users.name text dropped\n"), "{text}");
    assert_eq!(repository.run(&["diff", "db", "structure.sql", "--fail-on", "error"]).status.code(), Some(1));
    let muted = ["diff", "db", "structure.sql", "--fail-on", "error", "--ignore", "compatibility"];
    assert_eq!(repository.run(&muted).status.code(), Some(0));
    let json = repository.run(&["diff", "structure.sql", "db", "--output-format", "json"]).stdout;
    assert!(String::from_utf8(json).unwrap().contains("\"change\": \"column users.name text added\""));
}
