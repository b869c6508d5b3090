//! Reads the files that ship, side by side, and puts the migrations in order.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::carrier::{self, Language};
use super::home::Arranged;
use super::layout::markers::{self, Marker};
use super::migration::{Carrier, Change, Down, Migration, Section, Standing, TransactionMode};
use super::order::{Rank, is_release, version_prefix};
use super::path::{file_name, shown};
use super::text::{MAX_LENGTH, decode};
use super::{
    LayoutFound, Reason, Request, Skipped, SourceError, Sources, directive, flaws, generator, layout, placeholder,
    section,
};

/// Why a layout is what it is, where the configuration says so.
const CONFIGURED: &str = "the configuration";

/// Reads and orders `arranged`.
pub(super) fn read(request: &Request, mut arranged: Vec<Arranged<'_>>) -> Result<Sources, SourceError> {
    arranged.sort_by(in_order);
    let read: Vec<_> = arranged.par_iter().map(|arranged| read_one(request, arranged)).collect();
    let mut sources = Sources::default();
    let texts = migrations_of(request, &arranged, read, &mut sources.skipped)?;
    let tools = tools(request, &arranged, &texts);
    let (arranged, texts) = in_order_of(&tools, arranged, texts);
    let versions = Versions::of(&arranged);
    let mut read_ones = Vec::with_capacity(arranged.len());
    for (arranged, text) in arranged.iter().zip(texts) {
        let Some(text) = text else { continue };
        read_ones.push(arranged);
        let path = shown(&request.directory, &arranged.file.path);
        // Histories may count alike; the folder keeps them apart.
        let release = match versions.shared_by(arranged) {
            Some(version) => shown(&request.directory, &arranged.group.home.directory).join(version),
            None => path.clone(),
        };
        let dump = is_dump(&text.text);
        if dump {
            sources.skipped.push(Skipped { path: path.clone(), reason: Reason::Dump });
        }
        let tool = tools.get(&arranged.group.number).copied();
        sources.migrations.push(Migration {
            path,
            sections: text.sections(tool),
            reported: arranged.file.reported && !dump,
            standing: standing(request, arranged, tool, dump),
            text: text.text,
            down: text.down,
            carrier: text.carrier,
            release: release.to_string_lossy().into_owned(),
        });
    }
    sources.layouts = layouts(request, &read_ones, &tools);
    sources.warnings = flaws::of(request, &read_ones, &sources.migrations);
    Ok(sources)
}

/// What was read of each file; none where it is no migration, which is noted where it matters.
fn migrations_of(
    request: &Request,
    arranged: &[Arranged<'_>],
    read: Vec<Result<Look, SourceError>>,
    skipped: &mut Vec<Skipped>,
) -> Result<Vec<Option<FileRead>>, SourceError> {
    let mut texts = Vec::with_capacity(read.len());
    for (arranged, look) in arranged.iter().zip(read) {
        let reason = match look {
            Ok(Look::Migration(text)) => {
                texts.push(Some(*text));
                continue;
            }
            Ok(Look::None(reason)) => reason,
            Err(error) if arranged.file.reported => return Err(error),
            Err(_) => Some(Reason::Unreadable),
        };
        let path = shown(&request.directory, &arranged.file.path);
        skipped.extend(reason.map(|reason| Skipped { path, reason }));
        texts.push(None);
    }
    Ok(texts)
}

fn standing(request: &Request, arranged: &Arranged<'_>, tool: Option<Tool>, dump: bool) -> Standing {
    Standing {
        named: arranged.file.reported && !dump,
        layout: tool.map_or(arranged.group.layout.name, |tool| tool.name),
        home: arranged.group.number,
        repeatable: matches!(arranged.place.ranks.last(), Some(Rank::Repeatable(_))),
        change: Change::Unknown,
        post_deploy: request.post_deploy.contains(&arranged.file.path),
        committed: None,
    }
}

/// Whether the text is what `pg_dump` wrote: where a history starts, not a change to a server in use.
fn is_dump(text: &str) -> bool {
    let head = text.as_bytes().get(..text.len().min(400)).unwrap_or_default();
    let header = b"-- PostgreSQL database dump";
    head.windows(header.len()).any(|found| found == header)
}

/// A file, read.
struct FileRead {
    text: String,
    marks: Marks,
    down: Option<Down>,
    carrier: Option<Carrier>,
}

/// What the text says about how it runs.
enum Marks {
    /// A file of another language carries it.
    Carried(&'static Language, Vec<Section>),
    /// A tool marked its sections.
    Tool(&'static Marker, Vec<Section>),
    /// Its only section runs like this, for reasons of its own.
    Known(TransactionMode),
    /// Nothing.
    None,
}

impl FileRead {
    fn sections(&self, tool: Option<Tool>) -> Vec<Section> {
        match (&self.marks, tool) {
            (Marks::Tool(_, sections) | Marks::Carried(_, sections), _) => sections.clone(),
            (Marks::Known(mode), _) => section::whole(&self.text, *mode),
            (Marks::None, tool) => {
                section::whole(&self.text, tool.map_or(TransactionMode::Unknown, |tool| tool.unmarked))
            }
        }
    }
}

/// What a file turned out to be.
enum Look {
    Migration(Box<FileRead>),
    /// No migration, for a reason that is worth to be said or none.
    None(Option<Reason>),
}

impl From<FileRead> for Look {
    fn from(read: FileRead) -> Self {
        Self::Migration(Box::new(read))
    }
}

/// Reads a file.
fn read_one(request: &Request, arranged: &Arranged<'_>) -> Result<Look, SourceError> {
    let text = read_text(request, &arranged.file.path, arranged.file.bytes.as_ref())?;
    let down = arranged.down.as_deref().map(|path| read_down(request, path, arranged.file.reported));
    if generator::is_python(&arranged.file.path) {
        return generated(request, arranged, &text);
    }
    if let Some(language) = carrier::of(&arranged.file.path, &text) {
        let (sql, sections, carrier) = (language.read)(&text).into_parts(text);
        if sections.is_empty() && carrier.unread.is_empty() {
            return Ok(Look::None(Some(Reason::Includes)));
        }
        let marks = Marks::Carried(language, sections);
        return Ok(FileRead { text: sql, marks, down, carrier: Some(carrier) }.into());
    }
    if carrier::may_be(&arranged.file.path) {
        let is_code = !carrier::is_data(&arranged.file.path);
        return Ok(Look::None(is_code.then_some(Reason::Code)));
    }
    let filled = placeholder::filled(&text, &request.placeholders);
    let (text, carrier) = filled.map_or((text, None), |(sql, carrier)| (sql, Some(carrier)));
    if let Some(tool) = markers::find(&text) {
        let sections = (tool.cut)(&text);
        let (text, carrier) = match (tool.sql)(&text) {
            Some(sql) => {
                let carrier = carrier.unwrap_or_else(|| Carrier { text: text.clone(), ..Carrier::default() });
                (sql, Some(carrier))
            }
            None => (text, carrier),
        };
        return Ok(FileRead { text, marks: Marks::Tool(tool, sections), down, carrier }.into());
    }
    let layout = arranged.group.layout;
    let by_layout = || (layout.refine)(&arranged.group.home, arranged.transaction, &text);
    let marks = match directive::transaction(&text).unwrap_or_else(by_layout) {
        TransactionMode::Unknown => Marks::None,
        mode => Marks::Known(mode),
    };
    Ok(FileRead { text, marks, down, carrier }.into())
}

/// A migration in Python, by what its command prints.
fn generated(request: &Request, arranged: &Arranged<'_>, text: &str) -> Result<Look, SourceError> {
    if !generator::is_migration(text) {
        return Ok(Look::None(None));
    }
    let Some(generator) = request.generator.as_ref().filter(|generator| generator.run) else {
        return Ok(Look::None(Some(Reason::Generated)));
    };
    if !arranged.file.path.exists() {
        // It is known from git alone, and no command makes anything of what is gone.
        return Ok(Look::None(Some(Reason::Unreadable)));
    }
    let sql = generator.sql(&arranged.file.path, text)?;
    let carrier = Carrier { text: sql.clone(), foreign: true, generated: true, ..Carrier::default() };
    let marks = Marks::Known(TransactionMode::None);
    Ok(FileRead { text: sql, marks, down: None, carrier: Some(carrier) }.into())
}

/// What takes a migration back; its text only where the migration is reported on. One that cannot be read is there all
/// the same.
fn read_down(request: &Request, path: &Path, wanted: bool) -> Down {
    let bytes = request.overlay.get(path).and_then(Option::as_ref);
    let text = if wanted { read_text(request, path, bytes).ok() } else { None };
    Down { path: shown(&request.directory, path), text }
}

fn read_text(request: &Request, file: &Path, bytes: Option<&Vec<u8>>) -> Result<String, SourceError> {
    let path = || shown(&request.directory, file);
    let unreadable = |error| SourceError::Unreadable { path: path(), error };
    let bytes = match bytes {
        Some(bytes) => bytes.clone(),
        None if fs::metadata(file).map_err(unreadable)?.len() > MAX_LENGTH => {
            return Err(SourceError::TooLarge { path: path() });
        }
        None => fs::read(file).map_err(unreadable)?,
    };
    let text = decode(bytes);
    // Decoding UTF-16 can make a text longer than its file.
    if text.len() as u64 > MAX_LENGTH { Err(SourceError::TooLarge { path: path() }) } else { Ok(text) }
}

/// The tool of a group, by what its files say.
#[derive(Clone, Copy)]
struct Tool {
    name: &'static str,
    marks: &'static str,
    /// How files run that it did not mark.
    unmarked: TransactionMode,
}

/// The tool that marks the files of a group, by the first file that is marked.
fn tools(request: &Request, arranged: &[Arranged<'_>], texts: &[Option<FileRead>]) -> BTreeMap<usize, Tool> {
    let mut tools = BTreeMap::new();
    if let Some(Marker { name, unmarked, .. }) = request.layout.as_deref().and_then(markers::named) {
        let tool = Tool { name, marks: CONFIGURED, unmarked: *unmarked };
        tools.extend(arranged.iter().map(|arranged| (arranged.group.number, tool)));
    }
    for (arranged, text) in arranged.iter().zip(texts) {
        let tool = match text.as_ref().map(|text| &text.marks) {
            Some(Marks::Tool(Marker { name, marks, unmarked, .. }, _)) => Tool { name, marks, unmarked: *unmarked },
            Some(Marks::Carried(Language { name, marks, .. }, _)) => {
                Tool { name, marks, unmarked: TransactionMode::Unknown }
            }
            _ => continue,
        };
        tools.entry(arranged.group.number).or_insert(tool);
    }
    tools
}

/// Puts the files of tools that compare names as text in that order; which tool it is, only texts tell.
fn in_order_of<'a>(
    tools: &BTreeMap<usize, Tool>,
    arranged: Vec<Arranged<'a>>,
    texts: Vec<Option<FileRead>>,
) -> (Vec<Arranged<'a>>, Vec<Option<FileRead>>) {
    let by_text = |number: &usize| tools.get(number).is_some_and(|tool| layout::orders_by_text(tool.name));
    let mut read: Vec<_> = arranged.into_iter().zip(texts).collect();
    for (arranged, _) in &mut read {
        if by_text(&arranged.group.number)
            && let Some(rank) = arranged.place.ranks.last_mut()
        {
            *rank = Rank::Text(arranged.name.clone(), String::new());
        }
    }
    read.sort_by(|(left, _), (right, _)| in_order(left, right));
    read.into_iter().unzip()
}

fn in_order(left: &Arranged<'_>, right: &Arranged<'_>) -> Ordering {
    left.place.cmp(&right.place).then_with(|| left.file.path.cmp(&right.file.path))
}

fn layouts(request: &Request, arranged: &[&Arranged<'_>], tools: &BTreeMap<usize, Tool>) -> Vec<LayoutFound> {
    let mut counts: BTreeMap<(&Path, &'static str, &'static str), usize> = BTreeMap::new();
    for arranged in arranged {
        let group = arranged.group;
        let marks = if request.layout.is_some() { CONFIGURED } else { group.layout.marks };
        let by_layout = (group.layout.name, marks);
        let (layout, why) = tools.get(&group.number).map_or(by_layout, |tool| (tool.name, tool.marks));
        let mut folder = group.home.directory.as_path();
        while let Some(parent) = folder.parent()
            && is_release(&file_name(folder))
        {
            folder = parent;
        }
        *counts.entry((folder, layout, why)).or_insert(0) += 1;
    }
    let found = counts.into_iter().map(|((folder, layout, why), migrations)| LayoutFound {
        folder: shown(&request.directory, folder),
        layout,
        why,
        migrations,
    });
    found.collect()
}

/// How many files of each group have a version.
struct Versions<'a> {
    files: BTreeMap<(usize, &'a str), usize>,
}

impl<'a> Versions<'a> {
    fn of(arranged: &'a [Arranged<'a>]) -> Self {
        let mut files = BTreeMap::new();
        for arranged in arranged {
            if let Some(version) = version_prefix(&arranged.name) {
                *files.entry((arranged.group.number, version)).or_insert(0) += 1;
            }
        }
        Self { files }
    }

    /// The version of a file, if it is not the only one that has it.
    fn shared_by<'b>(&self, arranged: &'b Arranged<'_>) -> Option<&'b str> {
        let version = version_prefix(&arranged.name)?;
        self.files.get(&(arranged.group.number, version)).is_some_and(|files| *files > 1).then_some(version)
    }
}
