//! A change to prove, as a folder of `fixtures/plans/` has it.

use std::fs;

use serde::Deserialize;

use crate::common;

/// A change, the tables it works on, and the code that uses them.
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// The history.
    pub(crate) schema: String,
    /// The rows.
    pub(crate) seed: String,
    /// The change as one would write it for an empty table.
    pub(crate) original: String,
    /// Its down part, if it says how the old follows from the new.
    pub(crate) down: Option<String>,
    pub(crate) setting: Setting,
}

/// `scenario.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setting {
    /// What the change does to those who use the table.
    pub(crate) bad: Bad,
    /// Arguments of `switchback plan`.
    #[serde(default)]
    pub(crate) args: Vec<String>,
    /// Run instead of the change, on a copy that nobody uses, where the change is refused: what it was meant to do.
    pub(crate) meant: Option<String>,
    /// A query that takes its time, asked just before the first migration of every release.
    pub(crate) report: Option<String>,
    /// Rows that nobody writes, as they are in the end: the same whichever way the change was made.
    pub(crate) rows: String,
    pub(crate) old: Version,
    pub(crate) new: Version,
}

/// What the change does to those who use the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub(crate) enum Bad {
    /// Somebody waits for at least half of it.
    Waits(Who),
    /// Old code is told this.
    Fails(String),
    /// The server does not make it: with this SQLSTATE.
    Refused(String),
}

/// Who waits.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    Readers,
    Writers,
}

/// A version of the application.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    /// What its reader asks, in turn. `{row}` is a row that is there from the start.
    pub(crate) read: Vec<String>,
    /// What its writers say, in turn. `{n}` is the number that is written, `{row}` a row of the writer's own that is there
    /// from the start, `{key}` one that is not there yet, `{gone}` one that the writer made.
    pub(crate) write: Vec<String>,
    /// All that writers wrote, as this version sees it: key, number.
    pub(crate) seen: String,
}

/// All scenarios, in order.
pub(crate) fn all() -> Vec<Scenario> {
    let entries = fs::read_dir(common::root().join("fixtures/plans")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let read = |file: &str| {
                fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{name}/{file}: {error}"))
            };
            Scenario {
                schema: read("schema.sql"),
                seed: read("seed.sql"),
                original: read("original.sql"),
                down: fs::read_to_string(folder.join("down.sql")).ok(),
                setting: toml::from_str(&read("scenario.toml")).unwrap_or_else(|error| panic!("{name}: {error}")),
                name,
            }
        })
        .collect()
}
