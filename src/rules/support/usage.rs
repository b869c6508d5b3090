//! What the search of code says about a thing that a migration takes away.

use crate::evidence::{CodeSearch, References, Target, TargetKind};
use crate::review::step::{Release, Step};
use crate::rule::Builder;
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// What is known of the code that runs while the migration does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Usage<'r> {
    /// It was not searched.
    Unknown,
    /// It does not name the thing.
    Unused(&'r CodeSearch),
    /// It names the thing.
    Used(&'r CodeSearch, &'r References),
}

impl<'r> Usage<'r> {
    /// For the step of a release.
    pub(crate) fn of(step: &Step<'_>, release: &Release<'r>, target: &Target) -> Self {
        let Some(code) = release.evidence.code(step.migration.standing.post_deploy) else { return Self::Unknown };
        match code.references(target) {
            None => Self::Unknown,
            Some(references) if references.total == 0 => Self::Unused(code),
            Some(references) => Self::Used(code, references),
        }
    }

    /// Whether code names the thing.
    pub(crate) fn is_used(self) -> bool {
        matches!(self, Self::Used(..))
    }

    /// The places, or that there are none.
    pub(crate) fn show(self, builder: Builder<'_>) -> Builder<'_> {
        match self {
            Self::Unknown => builder,
            Self::Unused(code) => builder.note(code.nothing_found()),
            Self::Used(code, references) => builder.code(code.revision.clone(), references),
        }
    }

    /// Reports the finding with the places; without any, and with nothing in the schema that leans on the thing
    /// (`free`), allows it.
    pub(crate) fn conclude(self, builder: Builder<'_>, free: bool) {
        match self {
            Self::Unused(code) if free => builder.allow(code.nothing_found()),
            _ => self.show(builder).emit(),
        }
    }
}

/// A column.
pub(crate) fn column(table: &QName, column: &Symbol) -> Target {
    Target { kind: TargetKind::Column, name: column.clone(), owner: Some(table.name.clone()) }
}

/// A table or view.
pub(crate) fn relation(name: &QName) -> Target {
    Target { kind: TargetKind::Relation, name: name.name.clone(), owner: None }
}
