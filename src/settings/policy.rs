//! The rules a team gives itself: `[policy]` of the configuration, resolved. Empty unless configured.

use regex_lite::Regex;

use crate::syntax::name::Symbol;
use crate::syntax::types::DataType;

/// What a team asks of its migrations.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// How names have to look.
    pub names: Vec<Convention>,
    /// Columns every new table has.
    pub required_columns: Vec<RequiredColumn>,
    /// Types no new column has.
    pub types: Vec<ForbiddenType>,
    /// A `statement_timeout` has to be set.
    pub statement_timeout: bool,
    /// What cannot be undone has to be signed.
    pub sign_off: bool,
    /// What no migration uses.
    pub forbidden: Vec<Forbidden>,
}

/// What the names of one kind of object have to look like.
#[derive(Clone, Debug)]
pub struct Convention {
    /// The kind of object.
    pub kind: NameKind,
    /// What its name has to match.
    pub pattern: Regex,
}

/// A column every new table has.
#[derive(Clone, Debug)]
pub struct RequiredColumn {
    /// As the configuration says it: `created_at timestamptz`.
    pub written: String,
    /// Its folded name.
    pub name: Symbol,
    /// Its type, where one is asked for.
    pub data_type: Option<DataType>,
}

/// A type no new column has.
#[derive(Clone, Debug)]
pub struct ForbiddenType {
    /// The type. Without modifiers it stands for all lengths and precisions.
    pub data_type: DataType,
    /// What to use instead; may be empty.
    pub advice: String,
}

/// Kinds of things that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum NameKind {
    Table,
    Column,
    Index,
    /// Any constraint that has no convention of its own.
    Constraint,
    PrimaryKey,
    ForeignKey,
    Unique,
    Check,
    View,
    Function,
    Type,
    Sequence,
    Trigger,
    Schema,
}

/// What a team may do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Forbidden {
    ForeignKey,
    OnDeleteCascade,
    Trigger,
    Enum,
    Domain,
    Partition,
    Function,
    View,
    MaterializedView,
    Rule,
}

impl Policy {
    /// What the name of an object of this kind has to match, if anything.
    pub fn convention(&self, kind: NameKind) -> Option<&Regex> {
        let of = |kind| self.names.iter().find(|convention| convention.kind == kind);
        let general = || if kind.is_constraint() { of(NameKind::Constraint) } else { None };
        of(kind).or_else(general).map(|convention| &convention.pattern)
    }
}

impl RequiredColumn {
    /// Whether a column of this type will do. A serial is an integer, and a precision nobody asked for does no harm.
    pub fn accepts(&self, found: &DataType) -> bool {
        self.data_type.as_ref().is_none_or(|wanted| {
            wanted.name == found.name
                && wanted.schema == found.schema
                && wanted.array == found.array
                && (wanted.modifiers.is_empty() || wanted.modifiers == found.modifiers)
        })
    }
}

impl ForbiddenType {
    /// Whether it is this type, or an array of it.
    pub fn matches(&self, found: &DataType) -> bool {
        let wanted = &self.data_type;
        wanted.name == found.name
            && wanted.schema == found.schema
            && wanted.serial == found.serial
            && (wanted.modifiers.is_empty() || wanted.modifiers == found.modifiers)
    }
}

impl NameKind {
    /// "foreign key", as people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Column => "column",
            Self::Index => "index",
            Self::Constraint => "constraint",
            Self::PrimaryKey => "primary key",
            Self::ForeignKey => "foreign key",
            Self::Unique => "unique constraint",
            Self::Check => "check constraint",
            Self::View => "view",
            Self::Function => "function",
            Self::Type => "type",
            Self::Sequence => "sequence",
            Self::Trigger => "trigger",
            Self::Schema => "schema",
        }
    }

    fn is_constraint(self) -> bool {
        matches!(self, Self::PrimaryKey | Self::ForeignKey | Self::Unique | Self::Check)
    }
}

impl Forbidden {
    /// Everything that can be forbidden, by the word of the configuration.
    pub const ALL: &[(&str, Self)] = &[
        ("foreign-key", Self::ForeignKey),
        ("on-delete-cascade", Self::OnDeleteCascade),
        ("trigger", Self::Trigger),
        ("enum", Self::Enum),
        ("domain", Self::Domain),
        ("partition", Self::Partition),
        ("function", Self::Function),
        ("view", Self::View),
        ("materialized-view", Self::MaterializedView),
        ("rule", Self::Rule),
    ];

    /// The word of the configuration.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| word)
    }
}
