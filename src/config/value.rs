//! Values as people write them, in the configuration file and on the command line.

mod command;

use std::fmt;

pub use self::command::command;
use regex_lite::Regex;

use crate::finding::Level;
use crate::review::session::Timeout;
use crate::rule::RuleId;
use crate::settings::DEFAULT_VERSION;
use crate::settings::Soak;
use crate::settings::policy::{Forbidden, RequiredColumn};
use crate::source;
use crate::source::migration::TransactionMode;
use crate::suggest::nearest;
use crate::syntax;
use crate::syntax::directive::Linter;
use crate::syntax::name::Name;
use crate::syntax::span::Span;
use crate::syntax::types::DataType;

/// The versions of `PostgreSQL` that are known.
const VERSIONS: std::ops::RangeInclusive<u16> = 12..=18;

/// Why a value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ValueError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl fmt::Display for ValueError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(formatter, "; {help}"))
    }
}

/// The lowest level of finding that fails a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Fail on errors.
    #[default]
    Error,
    /// Fail on warnings and errors.
    Warning,
    /// Fail on every finding.
    Note,
    /// Findings never fail the run.
    Never,
}

impl FailOn {
    /// As it is written.
    pub fn name(self) -> &'static str {
        self.level().map_or("never", Level::as_str)
    }

    /// The level, if any.
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Note => Some(Level::Note),
            Self::Never => None,
        }
    }
}

/// Reads `postgres@16`, or `postgres` for the oldest version that is still supported.
pub fn engine(text: &str) -> Result<u16, ValueError> {
    let help = format!("write `postgres@16`; PostgreSQL {} to {} are known", VERSIONS.start(), VERSIONS.end());
    let fail = |message: String| Err(ValueError { message, help: Some(help.clone()) });
    let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
    if !["postgres", "postgresql"].contains(&name) {
        return fail(format!("`{name}` is not supported"));
    }
    let Some(version) = version else { return Ok(DEFAULT_VERSION) };
    // Since version 10 the first number is the major version.
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    match (major.parse(), minor.parse::<u16>()) {
        (Ok(major), Ok(_)) if VERSIONS.contains(&major) => Ok(major),
        _ => fail(format!("`{version}` is not a version that is known")),
    }
}

/// Reads `users=40000000`.
pub fn table_rows(text: &str) -> Result<(String, u64), ValueError> {
    let Some((name, count)) = text.rsplit_once('=') else {
        return Err(ValueError {
            message: format!("`{text}` names no number of rows"),
            help: Some("write `users=40000000`".to_owned()),
        });
    };
    Ok((table(name.trim())?, rows(count.trim())?))
}

/// Reads the name of a table as SQL would: lower case, except between double quotes.
pub fn table(text: &str) -> Result<String, ValueError> {
    let mut name = String::with_capacity(text.len());
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            _ if quoted => name.push(character),
            _ => name.extend(character.to_lowercase()),
        }
    }
    let is_name = !quoted && !name.split('.').any(str::is_empty);
    let help = || Some("write `users` or `billing.invoices`".to_owned());
    if is_name { Ok(name) } else { Err(ValueError { message: format!("`{text}` is not a table name"), help: help() }) }
}

/// Reads `40000000`, `40_000_000` or `40m`.
pub fn rows(text: &str) -> Result<u64, ValueError> {
    let (digits, factor) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (text.get(..text.len() - 1).unwrap_or_default(), 1_000),
        Some(b'm' | b'M') => (text.get(..text.len() - 1).unwrap_or_default(), 1_000_000),
        Some(b'b' | b'B') => (text.get(..text.len() - 1).unwrap_or_default(), 1_000_000_000),
        _ => (text, 1),
    };
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit());
    let number = digits.replace('_', "").parse::<u64>().ok().filter(|_| is_number);
    number.and_then(|number| number.checked_mul(factor)).ok_or_else(|| ValueError {
        message: format!("`{text}` is not a number of rows"),
        help: Some("write `40000000`, `40_000_000` or `40m`".to_owned()),
    })
}

/// Reads `10MB`, `64kB` or `2GB` as bytes, with the units of the server.
pub fn size(text: &str) -> Result<u64, ValueError> {
    let units = [("kB", 10), ("MB", 20), ("GB", 30), ("TB", 40)];
    let found = units.into_iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?.trim_end(), shift)));
    let number = found.and_then(|(digits, shift)| digits.parse::<u64>().ok()?.checked_mul(1 << shift));
    number.filter(|_| text.starts_with(|first: char| first.is_ascii_digit())).ok_or_else(|| ValueError {
        message: format!("`{text}` is not a size"),
        help: Some("write `64kB`, `10MB` or `2GB`".to_owned()),
    })
}

/// Reads `30s`, `500ms` or `2min` as milliseconds, with the units of the server. A number alone might mean seconds.
pub fn duration(text: &str) -> Result<u64, ValueError> {
    let has_unit = text.ends_with(|last: char| last.is_ascii_alphabetic());
    match Timeout::parse(text) {
        Timeout::Millis(millis) if has_unit => Ok(millis),
        _ => Err(ValueError {
            message: format!("`{text}` is not a duration"),
            help: Some("write `30s`, `500ms` or `2min`".to_owned()),
        }),
    }
}

/// Reads a time in hours, days or weeks, in seconds: `36h`, `14d`, `2w`.
pub fn period(text: &str) -> Result<i64, ValueError> {
    let units = [('h', 3_600), ('d', 86_400), ('w', 604_800)];
    let found = units.into_iter().find_map(|(unit, seconds)| {
        let number = text.strip_suffix(unit)?.trim_end();
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = Some(number).filter(|_| digits)?;
        number.parse::<u32>().ok().map(|number| i64::from(number) * seconds)
    });
    found.ok_or_else(|| ValueError {
        message: format!("`{text}` is not a time"),
        help: Some("write `36h`, `14d` or `2w`".to_owned()),
    })
}

/// Reads how long something must have been replaced or retired before it goes: `14d`, or a number of releases.
pub fn soak(text: &str) -> Result<Soak, ValueError> {
    if let Ok(releases) = text.parse::<u32>() {
        return Ok(Soak { releases: releases.max(1), seconds: Some(0) });
    }
    match period(text) {
        Ok(seconds) => Ok(Soak { releases: 1, seconds: Some(seconds) }),
        Err(error) => {
            Err(ValueError { help: Some("write `14d`, or a number of releases such as `2`".to_owned()), ..error })
        }
    }
}

/// Reads the name of a rule, or that of a group: all its rules. `known` are the rules, each with its group.
pub fn rules(text: &str, known: &[(&'static str, &'static str)]) -> Result<Vec<RuleId>, ValueError> {
    let found = known.iter().filter(|(rule, group)| [*rule, *group].contains(&text));
    let found: Vec<_> = found.map(|(rule, _)| RuleId(rule)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let names: Vec<_> = known.iter().flat_map(|(rule, group)| [*rule, *group]).collect();
    let mut error = unknown("rule", text, &names);
    // A list of every rule would bury the message.
    error.help = error.help.filter(|help| help.starts_with("did")).or(Some("see `switchback rules`".to_owned()));
    Err(error)
}

/// Reads the level of a rule; none is `off`.
pub fn rule_level(text: &str) -> Result<Option<Level>, ValueError> {
    match text {
        "off" => Ok(None),
        "note" => Ok(Some(Level::Note)),
        "warning" => Ok(Some(Level::Warning)),
        "error" => Ok(Some(Level::Error)),
        _ => Err(unknown("level", text, &["off", "note", "warning", "error"])),
    }
}

/// Reads the level on which to fail.
pub fn fail_on(text: &str) -> Result<FailOn, ValueError> {
    match text {
        "error" => Ok(FailOn::Error),
        "warning" => Ok(FailOn::Warning),
        "note" => Ok(FailOn::Note),
        "never" => Ok(FailOn::Never),
        _ => Err(unknown("level", text, &["error", "warning", "note", "never"])),
    }
}

/// Reads how a file runs.
pub fn transaction(text: &str) -> Result<TransactionMode, ValueError> {
    match text {
        "per-file" => Ok(TransactionMode::Wrapped),
        "single-query" => Ok(TransactionMode::SingleQuery),
        "none" => Ok(TransactionMode::None),
        _ => Err(unknown("transaction mode", text, &["per-file", "single-query", "none"])),
    }
}

/// Reads the name of a layout.
pub fn layout(text: &str) -> Result<String, ValueError> {
    let known = source::layout_names();
    if known.contains(&text) { Ok(text.to_owned()) } else { Err(unknown("layout", text, &known)) }
}

/// Reads the name of a linter whose comments are obeyed.
pub fn linter(text: &str) -> Result<Linter, ValueError> {
    let found = Linter::ALL.iter().find(|(name, _)| *name == text).map(|(_, linter)| *linter);
    found.ok_or_else(|| unknown("linter", text, &Linter::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>()))
}

/// Reads a regular expression.
pub fn pattern(text: &str) -> Result<Regex, ValueError> {
    Regex::new(text).map_err(|error| ValueError {
        message: format!("`{text}` is no regular expression: {error}"),
        help: Some("write one like `^[a-z][a-z0-9_]*$`".to_owned()),
    })
}

/// Reads `created_at` or `created_at timestamptz`.
pub fn required_column(text: &str) -> Result<RequiredColumn, ValueError> {
    let text = text.trim();
    let column = syntax::column(text).map(|(name, data_type)| (name.name, Some(data_type)));
    let bare = || Name::in_text(text, Span::default()).filter(|name| name.schema.is_none() && !text.contains(' '));
    let (name, data_type) = column.or_else(|| Some((bare()?.name.name, None))).ok_or_else(|| ValueError {
        message: format!("`{text}` is not a column"),
        help: Some("write `created_at` or `created_at timestamptz`".to_owned()),
    })?;
    Ok(RequiredColumn { written: text.to_owned(), name, data_type })
}

/// Reads a data type. Without brackets it stands for all lengths: `char` is `char(n)`, not `char(1)`.
pub fn data_type(text: &str) -> Result<DataType, ValueError> {
    let (_, mut data_type) = syntax::column(&format!("a {text}")).ok_or_else(|| ValueError {
        message: format!("`{text}` is not a data type"),
        help: Some("write `json`, `varchar(255)` or `billing.currency`".to_owned()),
    })?;
    if !text.contains('(') {
        data_type.modifiers.clear();
    }
    Ok(data_type)
}

/// Reads whether something is required.
pub fn requirement(text: &str) -> Result<bool, ValueError> {
    match text {
        "required" => Ok(true),
        "off" => Ok(false),
        _ => Err(unknown("value", text, &["required", "off"])),
    }
}

/// Reads what migrations may not use.
pub fn forbidden(text: &str) -> Result<Forbidden, ValueError> {
    let found = Forbidden::ALL.iter().find(|(word, _)| *word == text).map(|(_, kind)| *kind);
    let words = || Forbidden::ALL.iter().map(|(word, _)| *word).collect::<Vec<_>>();
    found.ok_or_else(|| unknown("word", text, &words()))
}

/// The error for a name that is none of the `known`, with the nearest of them.
pub fn unknown(kind: &str, text: &str, known: &[&str]) -> ValueError {
    let help = if let Some(name) = nearest(text, known.iter().copied()) {
        format!("did you mean `{name}`?")
    } else {
        let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        format!("known {kind}s: {}", names.join(", "))
    };
    ValueError { message: format!("unknown {kind} `{text}`"), help: Some(help) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn engines() {
        assert_eq!(engine("postgres@16"), Ok(16));
        assert_eq!(engine("postgresql@16.3"), Ok(16));
        assert_eq!(engine("postgres"), Ok(DEFAULT_VERSION));
        for wrong in ["postgres@11", "postgres@", "postgres@x", "mysql@8", "", "postgres@16.x"] {
            assert!(engine(wrong).is_err(), "{wrong}");
        }
        let error = engine("postgres@11").unwrap_err().to_string();
        assert_eq!(error, "`11` is not a version that is known; write `postgres@16`; PostgreSQL 12 to 18 are known");
    }

    #[test]
    fn row_counts() {
        assert_eq!(rows("40000000"), Ok(40_000_000));
        assert_eq!(rows("40_000_000"), Ok(40_000_000));
        assert_eq!(rows("40m"), Ok(40_000_000));
        assert_eq!(rows("2K"), Ok(2_000));
        for wrong in ["", "m", "-1", "+1", "_1", "1.5m", "99999999999999999999", "18446744073709551615m", "é"] {
            assert!(rows(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations() {
        assert_eq!(duration("30s"), Ok(30_000));
        assert_eq!(duration("1500 ms"), Ok(1_500));
        assert_eq!(duration("0.5min"), Ok(30_000));
        for wrong in ["30", "0s", "s", "", "-1s", "1 week", "é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_and_ages() {
        assert_eq!((size("10MB"), size("64 kB"), size("1TB")), (Ok(10 << 20), Ok(64 << 10), Ok(1 << 40)));
        assert_eq!((period("30d"), period("12h")), (Ok(30 * 86_400), Ok(12 * 3_600)));
        for wrong in ["", "MB", "10", "+1MB", "-1MB", "1.5GB", "10mb", "99999999999TB", "é"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "d", "30", "1y", "-1d", "+1d", "99999999999999999999d", "é"] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tables() {
        assert_eq!(table_rows("Users=1k"), Ok(("users".to_owned(), 1_000)));
        assert_eq!(table_rows("billing.\"Big=T\" = 5"), Ok(("billing.Big=T".to_owned(), 5)));
        for wrong in ["users", "=5", "a..b=5", "\"a=5", "users=many"] {
            assert!(table_rows(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn unknown_rules_without_a_neighbor_point_to_the_list() {
        let known = [("char-type", "style"), ("column-drop", "compatibility"), ("serial-column", "style")];
        let error = rules("xyz", &known).unwrap_err();
        assert_eq!(error.to_string(), "unknown rule `xyz`; see `switchback rules`");
        assert_eq!(rules("colum-drop", &known).unwrap_err().help.unwrap(), "did you mean `column-drop`?");
        assert_eq!(rules("column-drop", &known), Ok(vec![RuleId("column-drop")]));
        assert_eq!(rules("style", &known), Ok(vec![RuleId("char-type"), RuleId("serial-column")]));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = (engine(&text), table_rows(&text), rows(&text), size(&text), period(&text), soak(&text), duration(&text), fail_on(&text), transaction(&text));
            let _ = (pattern(&text), required_column(&text), data_type(&text), forbidden(&text));
        }
    }
}
