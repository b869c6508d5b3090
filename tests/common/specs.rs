//! The specifications of the repository, and what the checks find in their examples.

use std::fs;
use std::path::PathBuf;

use switchback::config;
use switchback::lint::lint;
use switchback::outcome::Outcome;
use switchback::rules::RULES;
use switchback::settings::Settings;
use switchback::source::migration::{Down, Migration, TransactionMode};
use switchback::spec::example::Example;
use switchback::spec::{self, Spec};

use super::{files_in, migration, root};

/// A file of `rules/`.
pub(crate) struct SpecFile {
    pub(crate) path: PathBuf,
    pub(crate) id: String,
    pub(crate) text: String,
}

/// Every specification; `README.md` is their index.
pub(crate) fn all() -> Vec<SpecFile> {
    let paths = files_in("rules", "md").into_iter().filter(|path| !path.ends_with("README.md"));
    let mut files: Vec<SpecFile> = paths
        .map(|path| {
            let id = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            SpecFile { path, id, text }
        })
        .collect();
    files.sort_by(|left, right| left.id.cmp(&right.id));
    files
}

impl SpecFile {
    /// Its path as people write it, for messages: `rules/a.md`.
    pub(crate) fn shown(&self) -> String {
        self.path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
    }

    /// Reads it, or says where it is wrong.
    pub(crate) fn read(&self) -> Result<(Spec<'_>, Vec<Example<'_>>), String> {
        let spec = Spec::parse(&self.id, &self.text).map_err(|error| format!("{}:{error}", self.shown()))?;
        let examples = spec.examples().map_err(|error| format!("{}:{error}", self.shown()))?;
        Ok((spec, examples))
    }
}

/// The files of an example as a history. Without `release=` each file is a release.
pub(crate) fn history(example: &Example<'_>) -> Vec<Migration> {
    let files = example.shipped();
    files
        .map(|file| {
            let release = file.release.map_or_else(|| file.name.clone(), |number| number.to_string());
            let down = example.down_of(file);
            let down = down.map(|down| Down { path: (&down.name).into(), text: Some(down.sql.clone()) });
            let transaction = file.transaction.unwrap_or(TransactionMode::Unknown);
            Migration { down, ..migration(&file.name, &release, &file.sql, transaction) }
        })
        .collect()
}

/// What the checks find in an example of the specification of `rule`.
pub(crate) fn run(rule: &str, example: &Example<'_>, history: &[Migration]) -> Outcome {
    lint(history, &settings(rule, example))
}

fn settings(rule: &str, example: &Example<'_>) -> Settings {
    let known = spec::names();
    let configuration = example.configuration.unwrap_or_default().to_owned();
    let mut settings = config::parse("switchback.toml".as_ref(), configuration, &known).unwrap().settings;
    if let Some(rule) = RULES.iter().map(|known| known.id).find(|known| known.0 == rule && spec::is_opt_in(*known)) {
        settings.levels.entry(rule).or_insert(Some(spec::level(rule)));
    }
    settings.today = example.today;
    settings.version = example.version.unwrap_or(settings.version);
    settings.table_rows.extend(example.rows.iter().cloned());
    settings
}
