//! A difference in words.

use super::{ColumnPart, Default, Difference, Pair, default_of, same};
use crate::schema::catalog::{Column, ConstraintBody, Index, Table, TableConstraint, TypeKind};
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::table::ReferentialAction;

/// How a thing differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Only the new schema has it.
    Added,
    /// Only the old schema has it.
    Gone,
    /// Both have it.
    Changed,
}

/// The longest text of an expression that is shown.
const LONGEST: usize = 60;

impl<'c> Difference<'c> {
    /// Whether it was added, is gone, or differs.
    pub fn how(&self) -> How {
        fn of<T>(pair: &Pair<'_, T>) -> How {
            match (pair.old, pair.new) {
                (None, _) => How::Added,
                (_, None) => How::Gone,
                _ => How::Changed,
            }
        }
        match self {
            Self::Schema { pair, .. } => of(pair),
            Self::Table(pair) => of(pair),
            Self::Column { pair, .. } => of(pair),
            Self::Constraint { pair, .. } => of(pair),
            Self::Index { pair, .. } => of(pair),
            Self::Trigger { pair, .. } => of(pair),
            Self::View(pair) => of(pair),
            Self::Sequence(pair) => of(pair),
            Self::Type(pair) => of(pair),
            Self::EnumValue { pair, .. } => of(pair),
            Self::DomainConstraint { pair, .. } => of(pair),
            Self::Function(pair) => of(pair),
            Self::Publication(pair) => of(pair),
            Self::Persistence { .. } | Self::Parents { .. } | Self::ColumnPart { .. } | Self::DomainNotNull { .. } => {
                How::Changed
            }
        }
    }

    /// The table, view or type it is about, or belongs to.
    pub fn owner(&self) -> Option<&'c QName> {
        match *self {
            Self::Table(pair) => pair.any().map(|table| &table.name),
            Self::Persistence { table, .. }
            | Self::Parents { table, .. }
            | Self::Column { table, .. }
            | Self::ColumnPart { table, .. }
            | Self::Constraint { table, .. }
            | Self::Index { on: table, .. }
            | Self::Trigger { table, .. }
            | Self::EnumValue { name: table, .. }
            | Self::DomainNotNull { name: table, .. }
            | Self::DomainConstraint { name: table, .. } => Some(table),
            Self::View(pair) => pair.any().map(|view| &view.name),
            Self::Sequence(pair) => pair.any().map(|sequence| &sequence.name),
            Self::Type(pair) => pair.any().map(|user_type| &user_type.name),
            Self::Function(pair) => pair.any().map(|function| &function.name),
            Self::Schema { .. } | Self::Publication(_) => None,
        }
    }

    /// What it is about: `column users.plan text`, `index users_email on users (email)`, `default of users.plan`.
    pub fn what(&self) -> String {
        match self {
            Self::Schema { name, .. } => format!("schema {}", Quoted(name)),
            Self::Table(pair) => named("table", pair.any().map(|table| &table.name)),
            Self::Persistence { table, .. } => format!("table {}", table.short()),
            Self::Parents { table, .. } => format!("parent of {}", table.short()),
            Self::Column { table, pair } => pair.any().map_or_else(String::new, |column| self::column(table, column)),
            Self::ColumnPart { table, new, part, .. } => {
                let name = part_name(table, &new.name);
                match part {
                    ColumnPart::Type => format!("type of {name}"),
                    ColumnPart::NotNull => format!("column {name}"),
                    ColumnPart::Default => format!("default of {name}"),
                    ColumnPart::Generated => format!("value of {name}"),
                }
            }
            Self::Constraint { table, pair } => pair.old.or(pair.new).map_or_else(String::new, |found| {
                format!("{} {}", constraint_kind(found), part_name(table, &found.name))
            }),
            Self::Index { on, pair } => pair.old.or(pair.new).map_or_else(String::new, |index| self::index(on, index)),
            Self::Trigger { table, pair } => pair
                .any()
                .map_or_else(String::new, |trigger| format!("trigger {} on {}", Quoted(&trigger.name), table.short())),
            Self::View(pair) => {
                let kind = if pair.any().is_some_and(|view| view.materialized) { "materialized view" } else { "view" };
                named(kind, pair.any().map(|view| &view.name))
            }
            Self::Sequence(pair) => named("sequence", pair.any().map(|sequence| &sequence.name)),
            Self::Type(pair) => {
                let domain = pair.any().is_some_and(|found| matches!(found.kind, TypeKind::Domain { .. }));
                named(if domain { "domain" } else { "type" }, pair.any().map(|user_type| &user_type.name))
            }
            Self::EnumValue { name, pair } => {
                let value = pair.any().map_or("", |value| &value.value);
                format!("value '{}' of {}", value.replace('\'', "''"), name.short())
            }
            Self::DomainNotNull { name, .. } => format!("domain {}", name.short()),
            Self::DomainConstraint { name, pair } => pair
                .any()
                .map_or_else(String::new, |found| format!("check {} of domain {}", Quoted(&found.name), name.short())),
            Self::Function(pair) => named("function", pair.any().map(|function| &function.name)),
            Self::Publication(pair) => {
                pair.any().map_or_else(String::new, |found| format!("publication {}", Quoted(&found.name)))
            }
        }
    }

    /// Of what changed, how it was and how it is, where that can be said in a few words.
    pub fn values(&self) -> Option<(String, String)> {
        match self {
            Self::Persistence { unlogged, .. } => {
                let words = |unlogged: bool| if unlogged { "unlogged" } else { "logged" }.to_owned();
                Some((words(!unlogged), words(*unlogged)))
            }
            Self::Parents { old, new, .. } => Some((parents(old), parents(new))),
            Self::ColumnPart { old, new, part, .. } => Some((value(old, *part), value(new, *part))),
            Self::Constraint { pair: Pair { old: Some(old), new: Some(new) }, .. } => {
                let proven = |constraint: &TableConstraint| {
                    if constraint.validated { "validated" } else { "not valid" }.to_owned()
                };
                if !same::constraints(old, new) {
                    return Some((demand(old), demand(new))).filter(|(old, new)| old != new);
                }
                if old.name == new.name {
                    return Some((proven(old), proven(new)));
                }
                Some((Quoted(&old.name).to_string(), Quoted(&new.name).to_string()))
            }
            Self::Index { on, pair: Pair { old: Some(old), new: Some(new) } } => {
                let words = |found: &Index| {
                    if old.name == new.name { index(on, found) } else { Quoted(&found.name).to_string() }
                };
                Some((words(old), words(new))).filter(|(old, new)| old != new)
            }
            Self::DomainNotNull { not_null, .. } => Some((nullable(!not_null), nullable(*not_null))),
            Self::Type(Pair { old: Some(old), new: Some(new) }) => {
                Some((type_kind(&old.kind), type_kind(&new.kind))).filter(|(old, new)| old != new)
            }
            _ => None,
        }
    }
}

fn named(kind: &str, name: Option<&QName>) -> String {
    name.map_or_else(String::new, |name| format!("{kind} {}", name.short()))
}

fn part_name(table: &QName, part: &Symbol) -> String {
    format!("{}.{}", table.short(), Quoted(part))
}

fn column(table: &QName, column: &Column) -> String {
    let name = part_name(table, &column.name);
    let required = column.not_null == Some(true) && column.has_default == Some(false);
    let required = if required { " NOT NULL" } else { "" };
    let data_type = column.data_type.as_ref().map_or_else(String::new, |data_type| format!(" {data_type}"));
    format!("column {name}{data_type}{required}")
}

fn index(on: &QName, index: &Index) -> String {
    let unique = if index.unique { "unique " } else { "" };
    let key = |(at, key): (usize, &Option<Symbol>)| match key {
        Some(column) => Quoted(column).to_string(),
        None => index.forms.get(at).map_or_else(String::new, |form| form.expression.concat()),
    };
    let keys: Vec<String> = index.keys.iter().enumerate().map(key).collect();
    let partial = if index.partial { " where …" } else { "" };
    format!("{unique}index {} on {} ({}){partial}", Quoted(&index.name), on.short(), shortened(&keys.join(", ")))
}

fn constraint_kind(constraint: &TableConstraint) -> &'static str {
    match constraint.kind {
        ConstraintBody::Check { .. } => "check",
        ConstraintBody::NotNull => "not-null constraint",
        ConstraintBody::Unique => "unique constraint",
        ConstraintBody::PrimaryKey => "primary key",
        ConstraintBody::Exclude => "exclusion constraint",
        ConstraintBody::ForeignKey { .. } => "foreign key",
    }
}

fn demand(constraint: &TableConstraint) -> String {
    let columns = || constraint.columns.iter().map(|column| Quoted(column).to_string()).collect::<Vec<_>>().join(", ");
    match &constraint.kind {
        ConstraintBody::Check { expr: Some(expr), .. } => shortened(&expr.text),
        ConstraintBody::ForeignKey { table, on_delete, on_update, .. } => {
            let acts = |event: &str, action: &ReferentialAction| match action {
                ReferentialAction::NoAction => String::new(),
                action => format!(" {event} {}", action.words()),
            };
            let (delete, update) = (acts("ON DELETE", on_delete), acts("ON UPDATE", on_update));
            format!("({}) to {}{delete}{update}", columns(), table.short())
        }
        _ => format!("({})", columns()),
    }
}

fn parents(table: &Table) -> String {
    if table.parents.is_empty() {
        return "none".to_owned();
    }
    table.parents.iter().map(QName::short).collect::<Vec<_>>().join(", ")
}

fn value(column: &Column, part: ColumnPart) -> String {
    match part {
        ColumnPart::Type => {
            let data_type = column.data_type.as_ref().map_or_else(String::new, ToString::to_string);
            match &column.collation {
                Some(collation) => format!("{data_type} COLLATE {collation}"),
                None => data_type,
            }
        }
        ColumnPart::NotNull => nullable(column.not_null == Some(true)),
        ColumnPart::Default | ColumnPart::Generated => match default_of(column) {
            Some(Default::Expression(text)) => shortened(text),
            Some(Default::Serial) => "the next number of its sequence".to_owned(),
            Some(Default::Identity) => "identity".to_owned(),
            Some(Default::Generated(text)) => format!("generated as {}", shortened(text)),
            Some(Default::Null) | None => "none".to_owned(),
        },
    }
}

fn nullable(not_null: bool) -> String {
    if not_null { "NOT NULL" } else { "nullable" }.to_owned()
}

fn type_kind(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Enum { .. } => "an enum".to_owned(),
        TypeKind::Domain { base, .. } => format!("a domain over {base}"),
        TypeKind::Composite => "a composite type".to_owned(),
        TypeKind::Other => "another kind of type".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
