//! The repository in which the commands of a page run: a small shop with a branch, a base and a tag.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use clap::Parser as _;
use switchback::cli::{self, Cli};
use switchback::command::{self, Streams, Terminal};
use switchback::date::{Date, Moment};
use switchback::report::Style;

use crate::common;
use crate::repository::{GIT, Repository};

/// The columns of the terminal that the pages show.
const WIDTH: usize = 112;

/// The day on which everything is committed.
const DAY: &str = "2026-11-26T09:00:00Z";

/// Folders of the product's own repository that pages speak of.
const FIXTURES: &[&str] = &["fixtures/demo", "fixtures/locks", "fixtures/status"];

pub(crate) struct Sandbox(Repository);

impl Sandbox {
    /// `fixtures/docs/main` is committed as the base, `fixtures/docs/branch` on top of it, on a branch.
    pub(crate) fn new(name: &str) -> Self {
        let sandbox = Self(Repository::empty(&format!("docs-{name}")));
        let root = &sandbox.0.0;
        for folder in FIXTURES {
            copy(&common::root().join(folder), &root.join(folder));
        }
        fs::create_dir_all(root.join(".git/info")).unwrap();
        // What is no part of the shop, or changes from day to day.
        fs::write(root.join(".git/info/exclude"), "/fixtures\n/switchback.stats.json\n").unwrap();
        copy(&common::root().join("fixtures/docs/main"), root);
        let now = Moment::of_clock(std::time::SystemTime::now());
        let stats = fs::read_to_string(root.join("switchback.stats.json")).unwrap();
        fs::write(root.join("switchback.stats.json"), stats.replace("TODAY", &now.date().to_string())).unwrap();
        sandbox.git(&["add", "--all"]);
        sandbox.git(&["commit", "--quiet", "--message", "The shop that is running"]);
        sandbox.git(&["tag", "v1.4"]);
        sandbox.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        sandbox.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        sandbox.git(&["switch", "--quiet", "--create", "full-name"]);
        copy(&common::root().join("fixtures/docs/branch"), root);
        sandbox.git(&["add", "--all"]);
        sandbox.git(&["commit", "--quiet", "--message", "Call it full_name"]);
        sandbox
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        self.0.write(path, text);
    }

    /// What a command prints on a terminal, errors first.
    pub(crate) fn run(&self, words: &[String]) -> (Option<i32>, String) {
        match words[0].as_str() {
            // The state of a change depends on the day.
            "switchback" if words.get(1).is_some_and(|word| word == "status") => self.status(words),
            "switchback" => {
                let shown = words.get(1).is_some_and(|word| word == "check" || word == "locks");
                let shown = shown && !words.iter().any(|word| word.starts_with("--output"));
                let mut arguments: Vec<&str> = words[2..].iter().map(String::as_str).collect();
                if shown {
                    arguments.extend(["--output-format", "pretty"]);
                }
                let mut command = self.0.subcommand(&words[1], &arguments);
                printed(&command.env("COLUMNS", WIDTH.to_string()).output().unwrap())
            }
            program => printed(&self.command(program, &words[1..]).output().unwrap()),
        }
    }

    /// `switchback status` in this process, on the day the fixtures speak of.
    fn status(&self, words: &[String]) -> (Option<i32>, String) {
        let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
        let cli::Command::Status(args) = &cli.command else { panic!("{words:?}") };
        let day = Date::parse(&DAY[..10]).unwrap();
        let style = Style { width: WIDTH, ..Style::default() };
        let terminal = Terminal { interactive: true, style, actions: false, now: Moment::start_of(day) };
        let (mut out, mut log) = (Vec::new(), Vec::new());
        std::env::set_current_dir(&self.0.0).unwrap();
        let streams = Streams { input: &mut io::empty(), out: &mut out, log: &mut log };
        let result = command::status::run(args, cli.global.verbose, terminal, streams);
        if let Err(error) = &result {
            writeln!(log, "{error}").unwrap();
        }
        log.extend(out);
        (Some(result.map_or(2, i32::from)), String::from_utf8(log).unwrap())
    }

    fn git(&self, arguments: &[&str]) {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let output = self.command("git", &arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn command(&self, program: &str, arguments: &[String]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.0.0).envs(GIT.iter().copied());
        command.env("GIT_COMMITTER_DATE", DAY).env("GIT_AUTHOR_DATE", DAY);
        command
    }
}

fn printed(output: &Output) -> (Option<i32>, String) {
    let bytes = [&*output.stderr, &*output.stdout].concat();
    (output.status.code(), String::from_utf8(bytes).unwrap())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
