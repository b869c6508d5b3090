//! Enums, domains and other types.

use super::{Log, name};
use crate::schema::catalog::edit::MOST_PARTS;
use crate::schema::catalog::{Catalog, DomainConstraint, EnumValue, TypeKind, UserType};
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::{CreateDomain, ObjectChange, TypeBody};
use crate::syntax::table::{Constraint, ConstraintKind};

pub(super) fn create_type(catalog: &mut Catalog<'_>, name: &QName, body: &TypeBody, log: &mut Log) {
    let kind = match body {
        TypeBody::Enum(values) => {
            let values = values.iter().take(MOST_PARTS).cloned();
            TypeKind::Enum { values: values.map(|value| EnumValue { value, origin: Some(log.origin) }).collect() }
        }
        TypeBody::Composite => TypeKind::Composite,
        TypeBody::Range | TypeBody::Base => TypeKind::Other,
    };
    put(catalog, name, kind, log);
}

pub(super) fn create_domain(catalog: &mut Catalog<'_>, name: &QName, def: &CreateDomain, log: &mut Log) {
    let kind = TypeKind::Domain {
        base: Box::new(def.base.clone()),
        not_null: def.not_null,
        default: def.default.clone().map(Box::new),
        constraints: Vec::new(),
    };
    if put(catalog, name, kind, log) {
        for constraint in &def.constraints {
            add_constraint(catalog, name, constraint, true);
        }
    }
}

/// What happens to a type besides getting a new name.
pub(super) fn alter_type(catalog: &mut Catalog<'_>, name: &QName, change: &ObjectChange, log: &mut Log) {
    match change {
        ObjectChange::AddEnumValue { value, if_not_exists } => add_value(catalog, name, value, *if_not_exists, log),
        ObjectChange::RenameEnumValue { from, to } => rename_value(catalog, name, from, to, log),
        ObjectChange::AddDomainConstraint(constraint) => add_constraint(catalog, name, constraint, false),
        ObjectChange::ValidateDomainConstraint(constraint) => edit_domain(catalog, name, |_, constraints| {
            for found in constraints.iter_mut().filter(|found| found.name == constraint.name) {
                found.validated = true;
            }
        }),
        ObjectChange::DropDomainConstraint(constraint) => drop_constraint(catalog, name, &constraint.name, log),
        ObjectChange::RenameDomainConstraint { from, to } => {
            rename_constraint(catalog, name, &from.name, &to.name, log);
        }
        ObjectChange::DomainNotNull(required) => edit_domain(catalog, name, |not_null, _| *not_null = *required),
        _ => {}
    }
}

fn drop_constraint(catalog: &mut Catalog<'_>, domain: &QName, name: &Symbol, log: &mut Log) {
    if has_constraint(catalog, domain, name, log) {
        edit_domain(catalog, domain, |_, constraints| constraints.retain(|found| found.name != *name));
        catalog.forget_constraint_name(&domain.beside(name));
    }
}

fn rename_constraint(catalog: &mut Catalog<'_>, domain: &QName, from: &Symbol, to: &Symbol, log: &mut Log) {
    if !has_constraint(catalog, domain, from, log) {
        return;
    }
    edit_domain(catalog, domain, |_, constraints| {
        for found in constraints.iter_mut().filter(|found| found.name == *from) {
            found.name = to.clone();
        }
    });
    catalog.forget_constraint_name(&domain.beside(from));
    catalog.note_constraint_name(&domain.beside(to));
}

fn has_constraint(catalog: &Catalog<'_>, domain: &QName, name: &Symbol, log: &mut Log) -> bool {
    let Some(TypeKind::Domain { constraints, .. }) = catalog.types.get(domain).map(|found| &found.kind) else {
        return false;
    };
    let has = constraints.iter().any(|found| found.name == *name);
    if !has {
        log.missing("constraint", format!("{}.{}", domain.short(), Quoted(name)));
    }
    has
}

fn put(catalog: &mut Catalog<'_>, name: &QName, kind: TypeKind, log: &mut Log) -> bool {
    if let Some(known) = catalog.types.get(name) {
        if !log.exists("type", name.short(), known.origin) {
            return false;
        }
        catalog.take_type(name);
    }
    catalog.put_type(UserType { name: name.clone(), kind, origin: Some(log.origin), renamed: None });
    true
}

fn add_value(catalog: &mut Catalog<'_>, name: &QName, value: &str, lenient: bool, log: &mut Log) {
    if !catalog.types.contains_key(name) {
        let kind = TypeKind::Enum { values: Vec::new() };
        catalog.put_type(UserType { name: name.clone(), kind, origin: None, renamed: None });
    }
    let Some(TypeKind::Enum { values }) = catalog.types.get(name).map(|found| &found.kind) else { return };
    if let Some(known) = values.iter().find(|known| &*known.value == value) {
        if !lenient {
            log.exists("enum value", format!("{}.{}", name.short(), Quoted(value)), known.origin);
        }
        return;
    }
    if values.len() < MOST_PARTS
        && let Some(TypeKind::Enum { values }) = catalog.edit_type(name).map(|found| &mut found.kind)
    {
        values.push(EnumValue { value: value.into(), origin: Some(log.origin) });
    }
}

fn rename_value(catalog: &mut Catalog<'_>, name: &QName, from: &str, to: &str, log: &mut Log) {
    let Some(known) = catalog.types.get(name) else { return };
    let TypeKind::Enum { values } = &known.kind else { return };
    let Some(position) = values.iter().position(|value| &*value.value == from) else {
        if known.origin.is_some() {
            log.missing("enum value", format!("{}.{}", name.short(), Quoted(from)));
        }
        return;
    };
    if let Some(TypeKind::Enum { values }) = catalog.edit_type(name).map(|found| &mut found.kind)
        && let Some(value) = values.get_mut(position)
    {
        value.value = to.into();
    }
}

fn add_constraint(catalog: &mut Catalog<'_>, domain: &QName, def: &Constraint, new: bool) {
    let ConstraintKind::Check(expr) = &def.kind else {
        if matches!(def.kind, ConstraintKind::NotNull(_)) {
            edit_domain(catalog, domain, |not_null, _| *not_null = true);
        }
        return;
    };
    let name = def.name.as_ref().map(|name| name.name.clone());
    let name = name.unwrap_or_else(|| name::constraint(catalog, domain, None, "check"));
    let constraint = DomainConstraint { name: name.clone(), text: expr.text.clone(), validated: new || !def.not_valid };
    let mut added = false;
    edit_domain(catalog, domain, |_, constraints| {
        if constraints.len() < MOST_PARTS {
            constraints.push(constraint.clone());
            added = true;
        }
    });
    if added {
        catalog.note_constraint_name(&domain.beside(&name));
    }
}

fn edit_domain(catalog: &mut Catalog<'_>, name: &QName, mut edit: impl FnMut(&mut bool, &mut Vec<DomainConstraint>)) {
    if let Some(TypeKind::Domain { not_null, constraints, .. }) = catalog.edit_type(name).map(|found| &mut found.kind) {
        edit(not_null, constraints);
    }
}
