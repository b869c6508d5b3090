//! A page of Markdown as its code blocks, which are tried out and may be rewritten.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::common;

/// Tests run at once, and two of them may rewrite the same page.
static REWRITING: Mutex<()> = Mutex::new(());

/// Held from reading a page until it is rewritten.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    REWRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A page, by its path from the root of the repository.
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The line of its fence, from 1.
    pub(crate) line: usize,
    /// The first word behind the fence.
    pub(crate) language: String,
    /// `file=PATH` behind the fence: the block is this file.
    pub(crate) file: Option<String>,
    /// The lines between the fences.
    pub(crate) lines: Vec<String>,
}

impl Block {
    pub(crate) fn text(&self) -> String {
        let ended = self.lines.iter().flat_map(|line| [line.as_str(), "\n"]);
        ended.collect()
    }
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(common::root().join(path)).unwrap().replace("\r\n", "\n");
        Self { path: path.to_owned(), text }
    }

    /// The blocks, in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open = false;
        for (index, line) in self.text.split_terminator('\n').enumerate() {
            let fence = line.strip_prefix("```");
            assert!(
                fence.is_some() || !line.trim_start().starts_with("```"),
                "{}:{}: an indented fence",
                self.path,
                index + 1
            );
            match (fence, open) {
                (Some(info), false) => {
                    let mut words = info.split_whitespace();
                    let language = words.next().unwrap_or_default().to_owned();
                    let file = words.find_map(|word| word.strip_prefix("file=")).map(str::to_owned);
                    blocks.push(Block { line: index + 1, language, file, lines: Vec::new() });
                    open = true;
                }
                (Some(_), true) => open = false,
                (None, true) => blocks.last_mut().unwrap().lines.push(line.to_owned()),
                (None, false) => {}
            }
        }
        assert!(!open, "{}: a block that never ends", self.path);
        blocks
    }

    /// The page with the lines of some blocks replaced, written where they differ.
    pub(crate) fn rewrite(&self, blocks: &[Block]) {
        let old = self.blocks();
        let lines: Vec<&str> = self.text.split_terminator('\n').collect();
        let mut text = String::new();
        let mut at = 0;
        for (old, new) in old.iter().zip(blocks) {
            text.extend(lines[at..old.line].iter().map(|line| format!("{line}\n")));
            text.push_str(&new.text());
            at = old.line + old.lines.len();
        }
        text.extend(lines[at..].iter().map(|line| format!("{line}\n")));
        if text != self.text {
            fs::write(common::root().join(&self.path), text).unwrap();
        }
    }

    /// The lines outside blocks, each with its number from 1.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        let mut open = false;
        let mut prose = Vec::new();
        for (index, line) in self.text.split_terminator('\n').enumerate() {
            if line.starts_with("```") {
                open = !open;
            } else if !open {
                prose.push((index + 1, line));
            }
        }
        prose
    }
}
