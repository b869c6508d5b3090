//! Types and domains (facts in the group "Types, domains, enums").

use super::footprint::Footprint;
use crate::engine::lock::LockMode::{AccessExclusive, Share};
use crate::schema::catalog::TypeKind;
use crate::schema::operation::QName;
use crate::syntax::object::ObjectChange;

/// `ALTER TYPE`, `ALTER DOMAIN`. Only a demand that old values must meet touches tables; enum values, names and owners do
/// not (facts `enum-add-value`, `domain-add-constraint*`, `domain-validate`).
pub(super) fn alter(footprint: &mut Footprint<'_, '_>, name: &QName, change: &ObjectChange) {
    match change {
        ObjectChange::AddDomainConstraint(constraint) if !constraint.not_valid => check_values(footprint, name),
        ObjectChange::ValidateDomainConstraint(constraint) => {
            let known = match footprint.catalog.types.get(name).map(|found| &found.kind) {
                Some(TypeKind::Domain { constraints, .. }) => {
                    constraints.iter().find(|known| known.name == constraint.name)
                }
                _ => None,
            };
            if known.is_none_or(|known| !known.validated) {
                check_values(footprint, name);
            }
        }
        ObjectChange::DomainNotNull(true) => {
            let already = matches!(
                footprint.catalog.types.get(name).map(|found| &found.kind),
                Some(TypeKind::Domain { not_null: true, .. })
            );
            if !already {
                check_values(footprint, name);
            }
        }
        ObjectChange::Attribute { retype, cascade: true } => change_typed(footprint, name, *retype),
        _ => {}
    }
}

/// The tables made of the type follow it (facts `type-add-attribute-typed-table-cascade`,
/// `type-rename-attribute-typed-table-cascade`).
fn change_typed(footprint: &mut Footprint<'_, '_>, name: &QName, retype: bool) {
    for table in footprint.catalog.tables_of_type(name) {
        let family = footprint.family(&table);
        footprint.lock_all(&family, AccessExclusive);
        if retype {
            footprint.assume(|| format!("the present type of the attribute of {} is not known", name.short()));
            for leaf in footprint.leaves(&table) {
                footprint.rewrite(&leaf);
            }
        }
    }
}

/// Reads every table with a column of the domain, or of a domain over it, while nobody may write to it.
fn check_values(footprint: &mut Footprint<'_, '_>, domain: &QName) {
    let tables = footprint.catalog.tables_with_type(domain);
    if tables.is_empty() && !footprint.catalog.types.contains_key(domain) {
        footprint.assume(|| format!("the tables that use domain {} are not known", domain.short()));
    }
    for table in tables {
        footprint.lock(&table, Share);
        if !footprint.is_partitioned(&table) {
            footprint.scan(&table);
        }
    }
}

/// `DROP TYPE … CASCADE`, `DROP DOMAIN … CASCADE`: the columns of the type go too (fact `drop-domain-used-cascade`).
pub(super) fn drop(footprint: &mut Footprint<'_, '_>, name: &QName, cascade: bool) {
    if cascade {
        let tables = footprint.catalog.tables_with_type(name);
        footprint.lock_all(&tables, AccessExclusive);
        let typed = footprint.catalog.tables_of_type(name);
        footprint.lock_all(&typed, AccessExclusive);
    }
}
