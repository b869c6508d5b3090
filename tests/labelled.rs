//! Real histories that a reviewer labelled line by line: what the reviewer wants to be told is found, what the reviewer
//! passes is met with silence. Runs where the histories are: `SWITCHBACK_LABELLED`, or
//! `../shared/labelled-histories.tar.gz`.
//!
//! Judged are the labels that can be decided from the SQL of the file itself, and those that the files before it decide. `missing-lock-timeout` and the rules on
//! the check itself are left out: the reviewer did not judge them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

#[path = "common/archive.rs"]
mod archive;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use switchback::finding::{Finding, Level};
use switchback::lint::lint;
use switchback::rule::Check;
use switchback::rules::RULES;
use switchback::settings::Settings;
use switchback::source::migration::Migration;
use switchback::source::{Input, Request, load};
use switchback::spec;

/// At least this share of the `flag` labels is found.
const FOUND_PERCENT: usize = 95;

/// At least this share of the labels that only the files before decide agrees.
const HISTORY_PERCENT: usize = 90;

/// At most this share of the `allow` labels is flagged.
const FALSE_PERCENT: usize = 5;

#[derive(Deserialize)]
struct History {
    engine: String,
    order: Vec<String>,
    labels: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    file: String,
    line: usize,
    stmt_line: usize,
    family: String,
    verdict: String,
    decidable: String,
}

/// How many labels of a kind there are, how many were flagged, and which went wrong.
#[derive(Default)]
struct Score {
    labels: usize,
    flagged: usize,
    wrong: Vec<String>,
}

#[test]
fn verdicts_agree_with_the_reviewer() {
    let found = archive::unpack("SWITCHBACK_LABELLED", "labelled-histories", "histories");
    let Some(folder) = found else { return };
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    let mut scores: BTreeMap<(String, String), Score> = BTreeMap::new();
    for folder in folders {
        judge(&folder, &mut scores);
    }
    let score = |verdict: &str| scores.get(&(verdict.to_owned(), "sql".to_owned())).expect("there are such labels");
    for ((verdict, decidable), score) in &scores {
        println!("{verdict}, decidable from {decidable}: {} of {} flagged", score.flagged, score.labels);
        score.wrong.iter().for_each(|wrong| println!("    {wrong}"));
    }
    let history = |verdict: &str| &scores[&(verdict.to_owned(), "history".to_owned())];
    let (told, silent) = (history("flag"), history("allow"));
    let agreed = told.flagged + silent.labels - silent.flagged;
    assert!(agreed * 100 >= (told.labels + silent.labels) * HISTORY_PERCENT, "{agreed} agree");
    let (flag, allow) = (score("flag"), score("allow"));
    assert!(flag.flagged * 100 >= flag.labels * FOUND_PERCENT, "{} of {} found", flag.flagged, flag.labels);
    assert!(allow.flagged * 100 <= allow.labels * FALSE_PERCENT, "{} of {} flagged", allow.flagged, allow.labels);
}

fn judge(folder: &Path, scores: &mut BTreeMap<(String, String), Score>) {
    let bytes = std::fs::read(folder.join("expected.json")).unwrap();
    let history: History = serde_json::from_slice(&bytes).unwrap();
    if history.engine != "pg" {
        return;
    }
    let files = folder.join("files");
    let request = Request::new(files.clone(), vec![Input::Path(files)]);
    let mut migrations = load(&request).unwrap().migrations;
    // Some tools keep their order outside the folder; the reviewer wrote it down.
    let place = |migration: &Migration| history.order.iter().position(|path| Path::new(path) == migration.path);
    migrations.retain(|migration| place(migration).is_some());
    migrations.sort_by_key(place);
    let findings = lint(&migrations, &Settings::default()).findings;
    for label in &history.labels {
        let score = scores.entry((label.verdict.clone(), label.decidable.clone())).or_default();
        score.labels += 1;
        let told = findings.iter().find(|finding| tells(finding, label, &migrations));
        score.flagged += usize::from(told.is_some());
        if told.is_some() != (label.verdict == "flag") {
            let rule = told.map_or("nothing", |finding| finding.rule.0);
            let name = folder.file_name().unwrap().to_string_lossy();
            score.wrong.push(format!("{name}: {}:{} {}: {rule}", label.file, label.line, label.family));
        }
    }
}

/// Whether the finding speaks of the clause or statement of the label.
fn tells(finding: &Finding, label: &Label, migrations: &[Migration]) -> bool {
    let migration = &migrations[finding.file as usize];
    // These are slices of histories: what was never finished may be finished in a file that is not here.
    let at_the_end = RULES.iter().any(|rule| rule.id == finding.rule && matches!(rule.check, Check::End(_)));
    let judged = finding.rule.0 == "unrecognized-statement"
        || (finding.rule.0 != "missing-lock-timeout"
            && spec::group(finding.rule) != "meta"
            && finding.level >= Level::Warning);
    // A label on a drop judges the contract. What else is said of it, of locks or of functions that break, is another matter.
    let contract = finding.rule.0.starts_with("contract-") || finding.rule.0 == "expand-with-contract";
    let other = label.verdict == "allow" && label.family.starts_with("drop-") && !contract;
    if other || at_the_end || !judged || Path::new(&label.file) != migration.path {
        return false;
    }
    let line = |offset: u32| 1 + migration.text[..offset as usize].matches('\n').count();
    // What a finding points at as its cause is told as well; it is no reproach to that line.
    let related = finding.related.iter().filter(|related| related.file == finding.file).map(|related| related.span);
    let related = related.filter(|_| label.verdict == "flag");
    let places = related.chain([finding.span, finding.statement]);
    let told = places.map(|span| line(span.start)).any(|found| [label.line, label.stmt_line].contains(&found));
    // A finding on another clause of the same statement is no reproach to this one.
    let elsewhere =
        finding.span != finding.statement && label.verdict == "allow" && line(finding.span.start) != label.line;
    told && !elsewhere
}
