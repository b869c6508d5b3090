//! What kind of change a difference is for those who use the schema.

use crate::schema::catalog::{Column, Index, TableConstraint};
use crate::schema::compare::words::How;
use crate::schema::compare::{ColumnPart, Default, Difference, Pair, default_of};

/// The kinds of changes, from the one to fear most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Takes something away that somebody may use.
    Contract,
    /// Copies a table that is in use.
    Rewrite,
    /// Refuses what was accepted before, or demands more.
    Tighten,
    /// Accepts what was refused before, or demands less.
    Loosen,
    /// Adds something that nobody has to use.
    Expand,
    /// Nobody who names what they use can tell.
    Neutral,
}

impl Class {
    /// All, in their order.
    pub const ALL: [Self; 6] =
        [Self::Contract, Self::Rewrite, Self::Tighten, Self::Loosen, Self::Expand, Self::Neutral];

    /// `contract`, `rewrite`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Rewrite => "rewrite",
            Self::Tighten => "tighten",
            Self::Loosen => "loosen",
            Self::Expand => "expand",
            Self::Neutral => "neutral",
        }
    }
}

/// The class of a difference that copies no table.
pub(super) fn of(difference: &Difference<'_>) -> Class {
    match difference {
        Difference::Schema { .. }
        | Difference::Table(_)
        | Difference::View(_)
        | Difference::Sequence(_)
        | Difference::Type(_)
        | Difference::EnumValue { .. } => thing(difference.how()),
        Difference::Function(_) | Difference::Publication(_) => match difference.how() {
            How::Changed => Class::Neutral,
            how => thing(how),
        },
        Difference::Persistence { .. } => Class::Rewrite,
        Difference::Parents { new, .. } => demand(!new.parents.is_empty()),
        Difference::Column { pair, .. } => column(pair),
        Difference::ColumnPart { old, new, part, .. } => column_part(old, new, *part),
        Difference::Constraint { pair, .. } => constraint(pair),
        Difference::Index { pair, .. } => index(pair),
        // Every write runs it, and it may refuse. Without it, what it kept in step falls apart.
        Difference::Trigger { pair, .. } => {
            if pair.is_gone() {
                Class::Contract
            } else {
                Class::Tighten
            }
        }
        Difference::DomainNotNull { not_null, .. } => demand(*not_null),
        Difference::DomainConstraint { pair, .. } => demand(!pair.is_gone()),
    }
}

/// A thing that is used by its name. What changed as a whole is taken away, and made anew.
fn thing(how: How) -> Class {
    if how == How::Added { Class::Expand } else { Class::Contract }
}

fn demand(more: bool) -> Class {
    if more { Class::Tighten } else { Class::Loosen }
}

fn column(pair: &Pair<'_, Column>) -> Class {
    let required = |column: &Column| column.not_null == Some(true) && column.has_default == Some(false);
    match pair.new {
        None => Class::Contract,
        Some(column) if required(column) => Class::Tighten,
        Some(_) => Class::Expand,
    }
}

fn column_part(old: &Column, new: &Column, part: ColumnPart) -> Class {
    match part {
        ColumnPart::Type => match (&old.data_type, &new.data_type) {
            (Some(old), Some(new)) => demand(!(old.widens_to(new) || new.narrows_to(old))),
            _ => Class::Tighten,
        },
        ColumnPart::NotNull => demand(new.not_null == Some(true)),
        ColumnPart::Default => match (default_of(old), default_of(new)) {
            (Some(Default::Null), _) => Class::Loosen,
            (_, Some(Default::Null)) => Class::Tighten,
            _ => Class::Neutral,
        },
        ColumnPart::Generated => demand(new.generated.is_some()),
    }
}

fn constraint(pair: &Pair<'_, TableConstraint>) -> Class {
    match (pair.old, pair.new) {
        (Some(old), Some(new)) if old.name != new.name => Class::Neutral,
        (Some(old), Some(new)) if old.columns == new.columns && old.validated != new.validated => {
            if new.validated {
                Class::Neutral
            } else {
                Class::Loosen
            }
        }
        (_, new) => demand(new.is_some()),
    }
}

fn index(pair: &Pair<'_, Index>) -> Class {
    match (pair.old, pair.new) {
        (Some(old), Some(new)) if old.name != new.name => Class::Neutral,
        (_, Some(new)) if new.unique => Class::Tighten,
        (Some(old), _) if old.unique => Class::Loosen,
        _ => Class::Neutral,
    }
}
