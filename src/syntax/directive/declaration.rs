//! What a comment says of a schema change in flight: what replaces what, who fills it, who keeps it in step.

use super::Problem;
use crate::suggest::nearest;
use crate::syntax::name::{Name, Symbol};
use crate::syntax::span::Span;

/// A statement about a schema change that SQL cannot show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What is said.
    pub said: Said,
    /// Of what; none for `point-of-no-return`.
    pub target: Option<Declared>,
    /// `replaced-by(…)`.
    pub replaced_by: Vec<Declared>,
    /// `owner(…)`: who sees it through.
    pub owner: Option<Box<str>>,
    /// `by(…)`: of `retire` the day it is to be done, of `sync` who does it.
    pub by: Option<Box<str>>,
    /// `job(…)`: what fills it.
    pub job: Option<Box<str>>,
    /// `approved(…)`: who signed.
    pub approved: Option<Box<str>>,
    /// What else is written, as a reason.
    pub reason: String,
}

/// A table, `users`, or a part of one, `users.full_name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declared {
    /// Folded names, one to three: `schema.table.column`.
    pub parts: Vec<Symbol>,
}

/// What a declaration says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The thing is on its way out: nothing new uses it.
    Retire,
    /// It is filled outside SQL.
    Backfill,
    /// It is kept in step outside SQL.
    Sync,
    /// Its rows have been checked.
    Verified,
    /// The statement below cannot be undone, and somebody has agreed to that.
    PointOfNoReturn,
}

impl Said {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Retire, Self::Backfill, Self::Sync, Self::Verified, Self::PointOfNoReturn];

    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Retire => "retire",
            Self::Backfill => "backfill",
            Self::Sync => "sync",
            Self::Verified => "verified",
            Self::PointOfNoReturn => "point-of-no-return",
        }
    }

    /// The one that is written so.
    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|said| said.word() == word)
    }

    /// What can be said with it.
    fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Retire => &["replaced-by", "owner", "by"],
            Self::Backfill => &["job", "owner"],
            Self::Sync => &["by", "owner"],
            Self::Verified => &["owner", "job"],
            Self::PointOfNoReturn => &["approved"],
        }
    }

    /// One that is complete, for help.
    fn example(self) -> &'static str {
        match self {
            Self::Retire => {
                "-- switchback: retire users.full_name replaced-by(users.first_name) owner(@team) by(2026-12-01)"
            }
            Self::Backfill => "-- switchback: backfill users.first_name job(backfill-names)",
            Self::Sync => "-- switchback: sync users.full_name by(application)",
            Self::Verified => "-- switchback: verified users.first_name",
            Self::PointOfNoReturn => "-- switchback: point-of-no-return approved(@dba) reason",
        }
    }
}

/// Reads what follows the word.
pub(super) fn read(said: Said, text: &str) -> Result<Declaration, Problem> {
    let mut declaration = Declaration {
        said,
        target: None,
        replaced_by: Vec::new(),
        owner: None,
        by: None,
        job: None,
        approved: None,
        reason: String::new(),
    };
    let mut rest = text;
    if said != Said::PointOfNoReturn {
        let (target, after) = rest.split_at(end_of_name(rest));
        declaration.target = Some(declared(said, target)?);
        rest = after.trim_start();
    }
    while let Some((name, value, after)) = attribute(rest) {
        if !said.attributes().contains(&name) {
            return Err(unknown(said, name));
        }
        let text = Some(Box::from(value));
        match name {
            "replaced-by" => {
                let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
                declaration.replaced_by = names.map(|name| declared(said, name)).collect::<Result<_, _>>()?;
            }
            "owner" => declaration.owner = text,
            "by" => declaration.by = text,
            "job" => declaration.job = text,
            _ => declaration.approved = text,
        }
        rest = after.trim_start();
    }
    rest.trim().clone_into(&mut declaration.reason);
    if said == Said::Retire
        && let Some(by) = declaration.by.as_deref().filter(|by| crate::date::Date::parse(by).is_none())
    {
        return Err(Problem {
            message: format!("'{by}' is not a date"),
            help: "write the day it is to be done as by(2026-12-01)".to_owned(),
        });
    }
    Ok(declaration)
}

/// Where the name at the start of `text` ends: at the first blank that stands in no quotes.
fn end_of_name(text: &str) -> usize {
    let mut quoted = false;
    let end = text.find(|c: char| {
        quoted ^= c == '"';
        c.is_whitespace() && !quoted
    });
    end.unwrap_or(text.len())
}

/// `name(value)` at the start of `text`, and what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('(')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let (value, after) = rest.split_once(')').filter(|_| is_name)?;
    Some((name, value.trim(), after))
}

fn unknown(said: Said, name: &str) -> Problem {
    let known = said.attributes();
    Problem {
        message: format!("'{}' has no {name}(…)", said.word()),
        help: match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean {near}(…)?"),
            None => format!("write `{}`", said.example()),
        },
    }
}

fn declared(said: Said, text: &str) -> Result<Declared, Problem> {
    let wrong = || Problem {
        message: match text {
            "" => format!("'{}' does not say of what", said.word()),
            _ => format!("'{text}' is not the name of a table or column"),
        },
        help: format!("write `{}`", said.example()),
    };
    let (table, column) = text.rsplit_once('.').unwrap_or((text, ""));
    let name = Name::in_text(table, Span::default()).ok_or_else(wrong)?;
    let mut parts: Vec<Symbol> = name.schema.iter().map(|schema| schema.name.clone()).collect();
    parts.push(name.name.name.clone());
    if !column.is_empty() {
        parts.push(Name::in_text(column, Span::default()).ok_or_else(wrong)?.name.name);
    }
    let plain = |part: &Symbol| part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | ' ' | '-'));
    if parts.iter().all(plain) { Ok(Declared { parts }) } else { Err(wrong()) }
}
