//! `switchback config`: the settings that hold in a place, each with its origin.

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::cli::{ConfigFormat, InputArgs, ShowConfigArgs};
use crate::config;
use crate::config::shown::{self, Entry, Origin};
use crate::source::origin;

/// Columns before a comment.
const COMMENT: usize = 40;

/// Shows the settings. `given` names the argument or variable that an option was given by, if it was.
pub fn run(
    args: &ShowConfigArgs,
    given: &dyn Fn(&str) -> Option<String>,
    out: &mut dyn Write,
) -> Result<(), super::Error> {
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let input = InputArgs { paths: args.path.iter().cloned().collect(), stdin_filename: None, run_generators: false };
    let file = super::inputs::file(&input, &args.config, &directory);
    let text = file.as_ref().map(|file| config::text(file, &crate::spec::names())).transpose()?.unwrap_or_default();
    let project = args.config.project.as_deref();
    let unknown = || super::Error::UnknownProject { name: project.unwrap_or_default().to_owned(), near: None };
    let mut entries = shown::entries(&text, project).ok_or_else(unknown)?;
    overridden(&mut entries, args, given);
    let file = file.map(|file| origin::Origin::of(&directory).shown(&file));
    match args.output_format {
        ConfigFormat::Toml => as_toml(&entries, file.as_deref(), out)?,
        ConfigFormat::Json => as_json(&entries, file.as_deref(), out)?,
    }
    Ok(())
}

/// What arguments and variables say counts for more than the file.
fn overridden(entries: &mut Vec<Entry>, args: &ShowConfigArgs, given: &dyn Fn(&str) -> Option<String>) {
    let shown = |path: &Path| Value::from(path.to_string_lossy());
    let level = |level: config::value::FailOn| level.name().into();
    let options = [
        ("engine", "engine", args.database.engine.map(|version| format!("postgres@{version}").into())),
        ("fail-on", "fail_on", args.fail_on.map(level)),
        ("baseline", "baseline", args.baseline.as_deref().map(shown)),
        ("tables.stats", "stats", args.database.stats.as_deref().map(shown)),
    ];
    for (key, option, value) in options {
        let entry = entries.iter_mut().find(|entry| entry.key() == key);
        if let (Some(entry), Some(value), Some(place)) = (entry, value, given(option)) {
            (entry.value, entry.origin) = (Some(value), Origin::Elsewhere(place));
        }
    }
    for (name, rows) in &args.database.table_rows {
        let table = vec!["tables".to_owned(), "rows".to_owned()];
        entries.retain(|entry| !(entry.table == table && entry.name == *name));
        let at = entries.iter().rposition(|entry| entry.table.first() == table.first()).map_or(0, |at| at + 1);
        let origin = Origin::Elsewhere(given("table_rows").unwrap_or_default());
        let entry =
            Entry { table, name: name.clone(), description: String::new(), value: Some((*rows).into()), origin };
        entries.insert(at, entry);
    }
}

fn as_toml(entries: &[Entry], file: Option<&Path>, out: &mut dyn Write) -> Result<(), super::Error> {
    match file {
        Some(file) => writeln!(out, "# {}", file.display())?,
        None => writeln!(out, "# no {} was found", config::FILE_NAME)?,
    }
    let mut table: &[String] = &[];
    for entry in entries {
        if entry.table != table {
            table = &entry.table;
            let parts: Vec<_> = table.iter().map(|part| shown::bare(part)).collect();
            writeln!(out, "\n[{}]", parts.join("."))?;
        }
        let name = shown::bare(&entry.name);
        match entry.value.as_ref().and_then(toml) {
            Some(value) => {
                writeln!(out, "{:COMMENT$} # {}", format!("{name} = {value}"), entry.origin(file))?;
            }
            None => writeln!(out, "{:COMMENT$} # not set", format!("# {name} ="))?,
        }
    }
    Ok(())
}

/// A value as TOML writes it, on one line.
fn toml(value: &Value) -> Option<String> {
    let value = toml::Value::try_from(value).ok()?;
    Some(value.to_string())
}

#[derive(Serialize)]
struct Shown<'a> {
    key: String,
    value: Option<&'a Value>,
    origin: String,
    description: &'a str,
}

fn as_json(entries: &[Entry], file: Option<&Path>, out: &mut dyn Write) -> Result<(), super::Error> {
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| Shown {
            key: entry.key(),
            value: entry.value.as_ref(),
            origin: entry.origin(file),
            description: &entry.description,
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &shown).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
