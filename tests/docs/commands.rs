//! The commands of the pages: sessions (`console`) print what is shown, lines to copy (`sh`) can be run.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::Parser as _;
use switchback::cli::Cli;

use super::page::{Block, Page, alone};
use super::sandbox::Sandbox;
use crate::{common, pages};

/// Programs that sessions may call beside `switchback`.
const PROGRAMS: &[&str] = &["cat"];

/// Lines to copy that are not ours, by how they begin, and why they are not run.
const OF_OTHERS: &[(&str, &str)] = &[
    ("cargo install --path .", "builds for minutes"),
    ("cargo run -- check fixtures/demo", "`.ci/run` runs it"),
    ("cargo install --locked --git", "builds for minutes, from what is not here"),
    ("cargo test", "is what runs this"),
    ("docker run", "needs a daemon, and an image that is released"),
    ("gh attestation", "needs a release"),
    ("psql ", "needs a server"),
];

/// Lines of ours that are read, and not run, by what stands in them.
const NOT_RUN: &[(&str, &str)] = &[
    ("stats pull", "needs a server; `tests/stats.rs` has one"),
    ("postgres://", "needs a server"),
    ("switchback init", "finds a configuration in the sandbox; `tests/init.rs` runs it"),
    ("switchback review", "needs a code host; `tests/review` has some"),
];

/// What stands for more output.
const MORE: &str = "…";

#[test]
fn sessions_print_what_is_shown() {
    let _alone = alone();
    let mut failures = String::new();
    for page in pages() {
        let mut blocks = page.blocks();
        if blocks.iter().all(|block| block.language != "console") {
            continue;
        }
        let sandbox = Sandbox::new(&name(&page));
        for block in &mut blocks {
            if let Some(file) = &block.file {
                sandbox.write(file, &block.text());
            }
            if block.language != "console" {
                continue;
            }
            let said = session(&page, block, &sandbox);
            if said != block.lines && !common::updating() {
                writeln!(failures, "{}:{}: is to show\n{}\n", page.path, block.line, said.join("\n")).unwrap();
            }
            block.lines = said;
        }
        if common::updating() {
            page.rewrite(&blocks);
        }
    }
    assert!(failures.is_empty(), "run `UPDATE=1 cargo test --test docs` and read what changes\n{failures}");
}

/// The lines of a session as they are when it is run. What is equal to what is shown, but for durations, stays.
fn session(page: &Page, block: &Block, sandbox: &Sandbox) -> Vec<String> {
    let mut said = Vec::new();
    let mut lines = block.lines.iter().peekable();
    while let Some(line) = lines.next() {
        let place = || format!("{}:{}", page.path, block.line);
        let command = line.strip_prefix("$ ").unwrap_or_else(|| panic!("{}: `{line}` is no command", place()));
        let words = words(command);
        let program = words[0].as_str();
        assert!(program == "switchback" || PROGRAMS.contains(&program), "{}: `{program}` is not run", place());
        let mut shown = Vec::new();
        while let Some(next) = lines.next_if(|next| !next.starts_with("$ ")) {
            shown.push(next.clone());
        }
        let (_, text) = sandbox.run(&words);
        said.push(line.clone());
        said.extend(excerpt(&shown, &text));
    }
    said
}

/// The lines of `text`, cut where `shown` is cut: what stands before the line `…`, and what stands after it.
fn excerpt(shown: &[String], text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.split_terminator('\n').map(|line| line.trim_end().to_owned()).collect();
    if let Some(cut) = shown.iter().position(|line| line == MORE) {
        assert!(shown.len() > 1, "a session that shows nothing but `{MORE}`");
        let after = shown.len() - cut - 1;
        if lines.len() >= shown.len() {
            lines.splice(cut..lines.len() - after, [MORE.to_owned()]);
        }
    }
    let same = |shown: &String, line: &String| timeless(shown) == timeless(line);
    let is_same = shown.len() == lines.len() && shown.iter().zip(&lines).all(|(shown, line)| same(shown, line));
    if is_same { shown.to_vec() } else { lines }
}

/// Files of other tools are held against their schemas by `packaging/tests`; here their commands of ours are read.
#[test]
fn commands_in_files_of_other_tools_can_be_read() {
    let mut failures = String::new();
    let mut seen = 0;
    for page in pages() {
        for block in page.blocks().iter().filter(|block| block.language == "yaml") {
            for (index, line) in block.lines.iter().enumerate() {
                let command = line.trim_start_matches(|c: char| c.is_whitespace() || c == '-');
                let command =
                    ["run:", "command:", "script:"].iter().find_map(|key| command.strip_prefix(key)).unwrap_or(command);
                let words = words(command.trim());
                if words.first().is_none_or(|word| word != "switchback") || words.len() < 2 {
                    continue;
                }
                let end = words
                    .iter()
                    .position(|word| matches!(word.as_str(), ">" | "||" | "&&" | "|"))
                    .unwrap_or(words.len());
                seen += 1;
                if let Err(error) = Cli::try_parse_from(&words[..end]) {
                    writeln!(failures, "{}:{}: `{line}`: {error}", page.path, block.line + 1 + index).unwrap();
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(seen > 5, "{seen} commands");
}

/// Without durations and ids of commits.
fn timeless(line: &str) -> String {
    let changing = regex_lite::Regex::new(r"in [0-9.]+ m?s\b|\([0-9a-f]{10}\)").unwrap();
    changing.replace_all(line, "…").into_owned()
}

#[test]
fn lines_to_copy_can_be_run() {
    let mut failures = String::new();
    for page in pages() {
        let blocks = page.blocks();
        let mut scripts = blocks.iter().filter(|block| block.language == "sh").peekable();
        if scripts.peek().is_none() {
            continue;
        }
        let sandbox = Sandbox::new(&format!("{}-lines", name(&page)));
        for block in &blocks {
            if let Some(file) = &block.file {
                sandbox.write(file, &block.text());
            }
        }
        for block in scripts {
            for (index, line) in block.lines.iter().enumerate() {
                if let Err(failure) = try_line(line, &sandbox) {
                    writeln!(failures, "{}:{}: `{line}`: {failure}", page.path, block.line + 1 + index).unwrap();
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

fn try_line(line: &str, sandbox: &Sandbox) -> Result<(), String> {
    let words = words(line);
    for command in words.split(|word| word == "|" || word == "&&") {
        // Settings for the one command stand before it, and a file for its output after it.
        let is_setting =
            |word: &&String| word.split_once('=').is_some_and(|(name, _)| name.chars().all(is_of_variable));
        let settings = command.iter().take_while(is_setting).count();
        let end = command.iter().position(|word| word == ">").unwrap_or(command.len());
        let Some(command) = command.get(settings..end).filter(|words| !words.is_empty()) else { continue };
        let joined = command.join(" ");
        if command[0] != "switchback" {
            let known = OF_OTHERS.iter().any(|(start, _)| format!("{joined} ").starts_with(start));
            known.then_some(()).ok_or("is neither ours nor in the list of those that are not run")?;
            continue;
        }
        // The variable that stands for an argument is none of this process.
        let url = words.iter().find_map(|word| word.strip_prefix("DATABASE_URL="));
        let url = url.into_iter().flat_map(|url| ["--database-url", url]).map(str::to_owned);
        if let Err(error) = Cli::try_parse_from(command.iter().cloned().chain(url)) {
            return Err(error.to_string());
        }
        if NOT_RUN.iter().any(|(part, _)| line.contains(part)) {
            continue;
        }
        let (code, text) = sandbox.run(command);
        if !matches!(code, Some(0 | 1)) {
            return Err(format!("exit code {code:?}\n{text}"));
        }
    }
    Ok(())
}

fn is_of_variable(c: char) -> bool {
    c.is_ascii_uppercase() || c == '_'
}

/// The words of a command line as a shell cuts them, without comments.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (_, Some(open)) if c == open => quote = None,
            (_, None) if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            ('#', None) if word.is_none() => break,
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn name(page: &Page) -> String {
    page.path.trim_end_matches(".md").replace('/', "-").to_lowercase()
}

#[test]
fn every_exception_is_needed() {
    let pages = pages();
    let lines = |language: &str| -> BTreeSet<String> {
        let blocks = pages.iter().flat_map(Page::blocks).filter(|block| block.language == language);
        blocks.flat_map(|block| block.lines).collect()
    };
    for (part, why) in OF_OTHERS.iter().chain(NOT_RUN) {
        assert!(lines("sh").iter().any(|line| line.contains(part)), "no page says `{part}`: {why}");
    }
    for program in PROGRAMS {
        let called = format!("$ {program} ");
        assert!(lines("console").iter().any(|line| line.starts_with(&called)), "no session calls {program}");
    }
}
