//! A finding: what is said about one place, before any format.

use crate::engine::lock::LockMode;
use crate::evidence::References;
use crate::evidence::queries::Queries;
use crate::fix::Fix;
use crate::rule::RuleId;
use crate::schema::operation::QName;
use crate::syntax::span::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing; nothing to do.
    Note,
    /// Likely to hurt.
    Warning,
    /// Will hurt.
    Error,
}

impl Level {
    /// `error`, `warning`, `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What is said about one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that says it.
    pub rule: RuleId,
    /// How bad it is, after configuration and table sizes.
    pub level: Level,
    /// Index of the file in the history.
    pub file: u32,
    /// The exact clause.
    pub span: Span,
    /// The whole statement around it.
    pub statement: Span,
    /// What is wrong: one line, lower case, no full stop, names the table and column.
    pub message: String,
    /// A few words under the clause.
    pub label: String,
    /// The thing it is about: `public.users.email`.
    pub subject: Option<String>,
    /// Locks taken, with what they block.
    pub locks: Vec<LockClaim>,
    /// Further facts: why, how long, how big.
    pub notes: Vec<String>,
    /// What to do instead, with the SQL to write.
    pub help: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// Places in code that name what it is about.
    pub code: Option<CodeReferences>,
    /// Recorded queries that name what it is about.
    pub queries: Option<Queries>,
    /// An edit that makes it safe.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding on `span` of `statement` with nothing but its message.
    pub fn new(rule: RuleId, level: Level, file: u32, span: Span, statement: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            level,
            file,
            span,
            statement,
            message: message.into(),
            label: String::new(),
            subject: None,
            locks: Vec::new(),
            notes: Vec::new(),
            help: None,
            related: Vec::new(),
            code: None,
            queries: None,
            fix: None,
        }
    }
}

/// The code that names what a finding is about.
#[derive(Clone, Debug)]
pub struct CodeReferences {
    /// The revision that was searched, as people call it.
    pub revision: String,
    /// What was found there.
    pub references: References,
}

impl CodeReferences {
    /// What is left out of the places: `and 12 more at origin/main (1a2b3c4d5e)`.
    pub fn more(&self) -> Option<String> {
        let more = self.references.total.saturating_sub(self.references.places.len());
        (more > 0).then(|| format!("and {more} more at {}", self.revision))
    }
}

/// A lock a finding speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockClaim {
    /// On what.
    pub relation: QName,
    /// How strong.
    pub mode: LockMode,
}

/// Another place that matters to a finding.
#[derive(Clone, Debug)]
pub struct Related {
    /// Index of the file in the history.
    pub file: u32,
    /// The place.
    pub span: Span,
    /// A few words.
    pub message: String,
}
