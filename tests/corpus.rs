//! Thousands of real migrations that nobody here wrote: each is answered, in bounded time, and nearly every statement is
//! understood. Runs where the corpus is: `SWITCHBACK_CORPUS`, or `../shared/corpus.tar.gz`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

#[path = "common/archive.rs"]
mod archive;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use switchback::lint::lint;
use switchback::settings::Settings;
use switchback::source::{Input, Request, load};
use switchback::syntax::span::Span;
use switchback::syntax::statement::StatementKind;
use switchback::syntax::{STACK_SIZE, parse};

/// Hashes of the statements that `libpg_query` refuses; see `fixtures/corpus/README.md`.
const REFUSED: &str = include_str!("../fixtures/corpus/refused.txt");

/// Of the statements `libpg_query` accepts, at least this many in ten thousand are understood.
const UNDERSTOOD: usize = 9_990;

/// No repository takes longer, also unoptimised on a busy machine.
const LONGEST: Duration = Duration::from_secs(120);

/// The corpus, unpacked once for all tests.
fn corpus() -> Option<PathBuf> {
    static CORPUS: OnceLock<Option<PathBuf>> = OnceLock::new();
    CORPUS.get_or_init(|| archive::unpack("SWITCHBACK_CORPUS", "corpus", "corpus")).clone()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let sql = |path: &Path| path.extension().is_some_and(|extension| extension == "sql" || extension == "postgres");
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.map(walkdir::DirEntry::into_path).filter(|path| sql(path)).collect()
}

/// FNV-1a, as the script that made the list computes it.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn statements_are_understood() {
    let Some(corpus) = corpus() else { return };
    let refused: HashSet<u64> = REFUSED.split_whitespace().map(|line| u64::from_str_radix(line, 16).unwrap()).collect();
    let (mut valid, mut lost) = (0, 0);
    let mut heads: BTreeMap<String, usize> = BTreeMap::new();
    for path in files(&corpus) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let length = u32::try_from(text.len()).unwrap();
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE);
        let (script, text) = thread.spawn(move || (parse(&text, Span::new(0, length)), text)).unwrap().join().unwrap();
        for statement in &script.statements {
            let sql = statement.span.of(&text);
            if refused.contains(&hash(sql)) {
                continue;
            }
            valid += 1;
            if matches!(statement.kind, StatementKind::Unrecognized(_)) {
                lost += 1;
                let head = sql.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
                *heads.entry(head).or_default() += 1;
            }
        }
    }
    let mut heads: Vec<(String, usize)> = heads.into_iter().collect();
    heads.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    println!("understood {} of {valid} valid statements; most frequent heads of the others:", valid - lost);
    for (head, count) in heads.iter().take(10) {
        println!("{count:6} {head}");
    }
    assert!(valid > 50_000, "the corpus is all there");
    assert!((valid - lost) * 10_000 >= valid * UNDERSTOOD, "{lost} of {valid} valid statements are not understood");
}

#[test]
fn every_repository_is_answered() {
    let Some(corpus) = corpus() else { return };
    let (mut files, mut statements, mut findings) = (0, 0, 0);
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let directory = entry.unwrap().path();
        let inputs = vec![Input::Path(PathBuf::from("."))];
        let start = Instant::now();
        let Ok(sources) = load(&Request::new(directory.clone(), inputs)) else {
            println!("no migrations for us in {}", directory.display());
            continue;
        };
        let outcome = lint(&sources.migrations, &Settings::default());
        let taken = start.elapsed();
        assert!(taken < LONGEST, "{} took {taken:?}", directory.display());
        files += outcome.summary.files;
        statements += outcome.summary.statements;
        findings += outcome.findings.len();
    }
    println!("{files} files, {statements} statements, {findings} findings");
    assert!(files > 5_000);
}
