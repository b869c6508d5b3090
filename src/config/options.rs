//! The keys of `switchback.toml`, and what they mean.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::policy::{self, PolicyOptions};
#[cfg(test)]
use super::schema;
use super::value::{self, ValueError};
use super::{Config, DEFAULT_STATS_AGE};
use crate::evidence::code;
use crate::finding::Level;
use crate::rule::RuleId;
use crate::settings::Settings;
use crate::source::Exclude;

/// The settings of Switchback for the migrations below this folder.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Options {
    /// The database the migrations run on: `postgres@16`.
    #[cfg_attr(test, schemars(with = "schema::Engine", extend("default" = format!("postgres@{}", crate::settings::DEFAULT_VERSION))))]
    engine: Option<Spanned<String>>,
    /// The lowest level of finding that fails the run: `error`, `warning`, `note` or `never`.
    #[cfg_attr(test, schemars(with = "schema::FailOn", extend("default" = "error")))]
    fail_on: Option<Spanned<String>>,
    /// The findings that are left, a file relative to the configuration file. Unless set, `switchback.baseline.json` beside
    /// it, where there is one.
    #[cfg_attr(test, schemars(with = "String"))]
    baseline: Option<PathBuf>,
    /// Linters whose comments are obeyed as if they were ours: `squawk`, `eugene`, `diesel-guard`, `pgfence`,
    /// `pg-migration-lint`, `atlas`.
    #[cfg_attr(test, schemars(with = "Vec<schema::Linter>"))]
    compat: Vec<Spanned<String>>,
    /// Which files are migrations.
    migrations: Migrations,
    /// Where running code is.
    code: Code,
    /// What is known about tables.
    tables: Tables,
    /// What is demanded of the sessions that run migrations.
    session: Session,
    /// What is demanded of changes that take several releases.
    transitions: Transitions,
    /// A level for a rule or a group of rules, or `off`.
    #[cfg_attr(test, schemars(with = "schema::Rules"))]
    rules: BTreeMap<Spanned<String>, Spanned<String>>,
    /// The rules a team gives itself.
    policy: PolicyOptions,
    /// Several histories, each by its name with `migrations.paths` and whatever else differs from the common settings.
    // Taken out before the rest is read; here for the schema and the list of known keys.
    #[cfg_attr(test, schemars(with = "schema::Projects"))]
    projects: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Migrations {
    /// What to check where nothing is named, relative to the configuration file.
    paths: Vec<PathBuf>,
    /// Files and folders not to read, as globs relative to the configuration file.
    exclude: Vec<String>,
    /// The migration tool whose layout they follow, where its marks do not tell.
    #[cfg_attr(test, schemars(with = "schema::Layout"))]
    layout: Option<Spanned<String>>,
    /// How files run whose layout does not tell: `per-file`, `single-query` or `none`.
    #[cfg_attr(test, schemars(with = "schema::Transaction"))]
    transaction: Option<Spanned<String>>,
    /// The command that prints the SQL of a migration in Python, with `{app}`, `{name}`, `{file}`, `{revision}` and
    /// `{down_revision}`: `python manage.py sqlmigrate {app} {name}`. Run in the folder of the configuration file, with
    /// `--run-generators` only.
    #[cfg_attr(test, schemars(with = "String"))]
    command: Option<Spanned<String>>,
    /// What template placeholders stand for, by name: `schema = "app"` for `${schema}`, `{{ schema }}` or `:schema`.
    #[cfg_attr(test, schemars(with = "schema::Placeholders"))]
    placeholders: BTreeMap<String, String>,
    /// The last migration that is not reported on, by its version or its name.
    #[cfg_attr(test, schemars(with = "String"))]
    start_after: Option<String>,
    /// Files that run when the new code does, rather than before it, as globs relative to the configuration file.
    post_deploy: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Code {
    /// Whether code is searched for what migrations take away, where a revision to compare with is given.
    search: bool,
    /// Folders and files of code, relative to the configuration file; the whole repository where there are none.
    paths: Vec<PathBuf>,
    /// Files that legitimately name what is gone, as globs relative to the configuration file.
    exclude: Vec<String>,
}

impl Default for Code {
    fn default() -> Self {
        Self { search: true, paths: Vec::new(), exclude: Vec::new() }
    }
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Tables {
    /// The rows from which a table is large.
    #[cfg_attr(test, schemars(with = "schema::Rows", extend("default" = crate::settings::LARGE_ROWS)))]
    large_rows: Option<Spanned<toml::Value>>,
    /// The bytes from which a table is large, however few its rows: `10MB`.
    #[cfg_attr(test, schemars(with = "schema::Size", extend("default" = format!("{}MB", crate::settings::LARGE_SIZE >> 20))))]
    large_size: Option<Spanned<toml::Value>>,
    /// A file of statistics, relative to the configuration file.
    #[cfg_attr(test, schemars(with = "String"))]
    stats: Option<PathBuf>,
    /// The age from which statistics are stale: `30d`.
    #[cfg_attr(test, schemars(with = "schema::Period", extend("default" = format!("{}d", DEFAULT_STATS_AGE / crate::date::DAY))))]
    max_age: Option<Spanned<toml::Value>>,
    /// The rows of tables, by name.
    #[cfg_attr(test, schemars(with = "schema::RowsByTable"))]
    rows: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Session {
    /// The longest `lock_timeout` that is not reported: `30s`.
    #[cfg_attr(test, schemars(with = "schema::Duration", extend("default" = format!("{}s", crate::settings::MAX_LOCK_TIMEOUT / 1000))))]
    max_lock_timeout: Option<Spanned<toml::Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Transitions {
    /// How long something must have been replaced or retired before it goes: `14d`, or a number of releases. Unless set,
    /// one release.
    #[cfg_attr(test, schemars(with = "schema::Soak"))]
    soak: Option<Spanned<toml::Value>>,
    /// How long a transition may stay open: `180d`.
    #[cfg_attr(test, schemars(with = "schema::Period"))]
    max_age: Option<Spanned<toml::Value>>,
}

/// What is wrong with a configuration, before it is known where it came from.
#[derive(Debug)]
pub(super) struct Problem {
    pub span: Option<Range<usize>>,
    pub message: String,
    pub help: Option<String>,
}

/// Resolves options over the defaults. Paths are seen from `base`.
pub(super) fn resolve(
    options: &Options,
    base: &Path,
    known: &[(&'static str, &'static str)],
) -> Result<Config, Problem> {
    let max_age = options.tables.max_age.as_ref().map(|age| as_text(age, value::period)).transpose()?;
    Ok(Config {
        projects: Vec::new(),
        folder: Some(base.to_owned()),
        baseline: options.baseline.as_ref().map(|path| base.join(path)),
        stats: options.tables.stats.as_ref().map(|path| base.join(path)),
        max_stats_age: max_age.unwrap_or(DEFAULT_STATS_AGE),
        post_deploy: Exclude::new(base.to_owned(), &options.migrations.post_deploy),
        layout: options.migrations.layout.as_ref().map(|name| at(name, value::layout)).transpose()?,
        command: options
            .migrations
            .command
            .as_ref()
            .map(|text| at(text, value::command))
            .transpose()?
            .unwrap_or_default(),
        placeholders: options.migrations.placeholders.clone(),
        start_after: options.migrations.start_after.clone(),
        settings: settings(options, base, known)?,
        fail_on: options.fail_on.as_ref().map(|level| at(level, value::fail_on)).transpose()?.unwrap_or_default(),
        paths: options.migrations.paths.iter().map(|path| base.join(path)).collect(),
        exclude: Exclude::new(base.to_owned(), &options.migrations.exclude),
    })
}

/// What the checks depend on.
fn settings(options: &Options, base: &Path, known: &[(&'static str, &'static str)]) -> Result<Settings, Problem> {
    let mut settings = Settings::default();
    if let Some(engine) = &options.engine {
        settings.version = at(engine, value::engine)?;
    }
    if let Some(transaction) = &options.migrations.transaction {
        settings.transaction = Some(at(transaction, value::transaction)?);
    }
    if let Some(rows) = &options.tables.large_rows {
        settings.large_rows = as_text(rows, value::rows)?;
    }
    if let Some(size) = &options.tables.large_size {
        settings.large_size = as_text(size, value::size)?;
    }
    for (table, rows) in &options.tables.rows {
        settings.table_rows.insert(at(table, value::table)?, as_text(rows, value::rows)?);
    }
    if let Some(longest) = &options.session.max_lock_timeout {
        settings.max_lock_timeout = as_text(longest, value::duration)?;
    }
    if let Some(soak) = &options.transitions.soak {
        settings.soak = as_text(soak, value::soak)?;
    }
    if let Some(age) = &options.transitions.max_age {
        settings.max_age = Some(as_text(age, value::period)?);
    }
    settings.levels = levels(&options.rules, known)?;
    settings.code = code::Options {
        off: !options.code.search,
        paths: options.code.paths.iter().map(|path| base.join(path)).collect(),
        exclude: Exclude::new(base.to_owned(), &options.code.exclude),
    };
    settings.compat = options.compat.iter().map(|name| at(name, value::linter)).collect::<Result<_, _>>()?;
    settings.policy = policy::resolve(&options.policy)?;
    Ok(settings)
}

/// The level of each rule that is named, by itself or by its group. Its own name counts for more.
fn levels(
    named: &BTreeMap<Spanned<String>, Spanned<String>>,
    known: &[(&'static str, &'static str)],
) -> Result<BTreeMap<RuleId, Option<Level>>, Problem> {
    let mut levels = BTreeMap::new();
    let mut own = BTreeMap::new();
    for (name, level) in named {
        let rules = at(name, |name| value::rules(name, known))?;
        let level = at(level, value::rule_level)?;
        let is_rule = rules.first().is_some_and(|rule| rule.0 == name.get_ref());
        let list = if is_rule { &mut own } else { &mut levels };
        list.extend(rules.into_iter().map(|rule| (rule, level)));
    }
    levels.extend(own);
    Ok(levels)
}

/// Reads a value, and on failure says where it stands.
pub(super) fn at<T>(text: &Spanned<String>, read: impl FnOnce(&str) -> Result<T, ValueError>) -> Result<T, Problem> {
    read(text.get_ref()).map_err(|error| Problem::new(error, text.span()))
}

/// A value that may be written as a number or as text with a suffix.
fn as_text<T>(value: &Spanned<toml::Value>, read: impl FnOnce(&str) -> Result<T, ValueError>) -> Result<T, Problem> {
    let text = match value.get_ref() {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    read(&text).map_err(|error| Problem::new(error, value.span()))
}

impl Problem {
    fn new(error: ValueError, span: Range<usize>) -> Self {
        Self { span: Some(span), message: error.message, help: error.help }
    }
}

impl From<toml::de::Error> for Problem {
    fn from(error: toml::de::Error) -> Self {
        let problem = unknown_key(error.message()).unwrap_or_else(|| {
            let message = error.message().split('\n').collect::<Vec<_>>().join(", ");
            ValueError { message, help: None }
        });
        Self { span: error.span(), message: problem.message, help: problem.help }
    }
}

/// serde names the unknown key first, and the known ones after it, all between backquotes.
fn unknown_key(message: &str) -> Option<ValueError> {
    let names = message.strip_prefix("unknown field ")?;
    let mut names = names.split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    Some(value::unknown("key", unknown, &names.collect::<Vec<_>>()))
}
