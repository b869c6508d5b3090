//! New constraints, with the indexes that some of them bring along.

use super::{Log, column, drop, name, part_name};
use crate::schema::catalog::{Catalog, ConstraintBody, Index, Origin, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::expr::Expr;
use crate::syntax::index::KeyForm;
use crate::syntax::name::{Ident, Symbol};
use crate::syntax::table::{Constraint, ConstraintKind, ForeignKey, Key};

/// A constraint as it is asked for.
pub(super) struct Wanted<'d> {
    pub(super) def: &'d Constraint,
    /// The column it stands in, if it is written inline.
    pub(super) column: Option<&'d Symbol>,
    /// There are no rows yet that could break it.
    pub(super) proven: bool,
    /// `ONLY`: partitions get no part of it.
    pub(super) only: bool,
}

impl Wanted<'_> {
    fn name(&self) -> Option<Symbol> {
        self.def.name.as_ref().map(|name| name.name.clone())
    }

    /// The columns written, or the one it stands in.
    pub(super) fn columns(&self, written: &[Ident]) -> Vec<Symbol> {
        match self.column {
            Some(column) if written.is_empty() => vec![column.clone()],
            _ => written.iter().map(|ident| ident.name.clone()).collect(),
        }
    }

    fn constraint(&self, name: Symbol, kind: ConstraintBody, columns: Vec<Symbol>, origin: Origin) -> TableConstraint {
        let enforced = !self.def.not_enforced;
        let validated = enforced && (self.proven || !self.def.not_valid);
        let deferrable = self.def.deferrable;
        TableConstraint { name, kind, validated, enforced, deferrable, columns, origin: Some(origin) }
    }
}

/// Adds a constraint to a table, and to its partitions and heirs where it is passed on.
pub(super) fn add(catalog: &mut Catalog<'_>, table: &QName, wanted: &Wanted<'_>, log: &mut Log) {
    if let Some(name) = wanted.name()
        && !make_room(catalog, table, &name, log)
    {
        return;
    }
    match &wanted.def.kind {
        ConstraintKind::Check(expr) => add_check(catalog, table, wanted, expr, log.origin),
        ConstraintKind::NotNull(ident) => add_not_null(catalog, table, wanted, ident, log.origin),
        ConstraintKind::Unique(key) => add_key(catalog, table, wanted, key, &ConstraintBody::Unique, log),
        ConstraintKind::PrimaryKey(key) => add_key(catalog, table, wanted, key, &ConstraintBody::PrimaryKey, log),
        ConstraintKind::Exclude(columns) => {
            let key = Key { columns: columns.clone(), ..Key::default() };
            add_key(catalog, table, wanted, &key, &ConstraintBody::Exclude, log);
        }
        ConstraintKind::ForeignKey(key) => add_foreign_key(catalog, table, wanted, key, log.origin),
    }
}

/// Whether the name is free, or what has it is replaced: the history missed its end.
fn make_room(catalog: &mut Catalog<'_>, table: &QName, name: &Symbol, log: &mut Log) -> bool {
    let Some(known) = catalog.table(table).and_then(|found| found.constraint(name)) else { return true };
    let replaced = log.exists("constraint", part_name(table, name), known.origin);
    if replaced {
        catalog.take_constraint(table, name);
    }
    replaced
}

fn add_check(catalog: &mut Catalog<'_>, table: &QName, wanted: &Wanted<'_>, expr: &Expr, origin: Origin) {
    let mut columns = expr.columns.clone();
    match catalog.table(table) {
        Some(found) if found.complete => columns.retain(|column| found.column(column).is_some()),
        _ => column::learn(catalog, table, &columns),
    }
    columns.sort();
    columns.dedup();
    let only_column = match columns.as_slice() {
        [column] => Some(&**column),
        _ => None,
    };
    let name = wanted.name().unwrap_or_else(|| name::constraint(catalog, table, only_column, "check"));
    let kind = ConstraintBody::Check { not_null: expr.not_null.clone(), expr: Some(expr.clone()) };
    pass_on(catalog, table, wanted.constraint(name, kind, columns, origin));
}

fn add_not_null(catalog: &mut Catalog<'_>, table: &QName, wanted: &Wanted<'_>, ident: &Ident, origin: Origin) {
    column::learn(catalog, table, [&ident.name]);
    let name = wanted.name().unwrap_or_else(|| name::constraint(catalog, table, Some(&ident.name), "not_null"));
    let constraint = wanted.constraint(name, ConstraintBody::NotNull, vec![ident.name.clone()], origin);
    if constraint.validated {
        require(catalog, table, std::slice::from_ref(&ident.name));
    }
    pass_on(catalog, table, constraint);
}

fn add_foreign_key(catalog: &mut Catalog<'_>, table: &QName, wanted: &Wanted<'_>, key: &ForeignKey, origin: Origin) {
    let columns = wanted.columns(&key.columns);
    column::learn(catalog, table, &columns);
    let parts = name::joined(columns.iter().map(|column| &**column));
    let name = wanted.name().unwrap_or_else(|| name::constraint(catalog, table, Some(&parts), "fkey"));
    let kind = ConstraintBody::ForeignKey {
        table: catalog.resolve(&key.table),
        referenced: key.referenced.iter().map(|column| column.name.clone()).collect(),
        on_delete: key.on_delete,
        on_update: key.on_update,
        match_full: key.match_full,
    };
    let constraint = wanted.constraint(name, kind, columns, origin);
    if catalog.table(table).is_some_and(|found| found.partitioned) {
        pass_on(catalog, table, constraint);
    } else {
        catalog.put_constraint(table, constraint);
    }
}

/// Puts a constraint on a table and, under the same name, on whatever inherits from it.
fn pass_on(catalog: &mut Catalog<'_>, table: &QName, constraint: TableConstraint) {
    for heir in catalog.partitions_deep(table) {
        if catalog.table(&heir).is_some_and(|found| found.constraint(&constraint.name).is_none()) {
            catalog.put_constraint(&heir, constraint.clone());
        }
    }
    catalog.put_constraint(table, constraint);
}

fn add_key(
    catalog: &mut Catalog<'_>,
    table: &QName,
    wanted: &Wanted<'_>,
    key: &Key,
    kind: &ConstraintBody,
    log: &mut Log,
) {
    if let Some(index) = &key.using_index {
        return adopt_index(catalog, table, wanted, &index.name, kind, log);
    }
    let columns = wanted.columns(&key.columns);
    column::learn(catalog, table, &columns);
    if let Some(name) = wanted.name() {
        let index = table.beside(&name);
        if catalog.is_relation(&index) {
            if !log.exists("index", index.short(), catalog.index_origin(&index)) {
                return;
            }
            drop::drop_index(catalog, &index);
        }
    }
    let included: Vec<Symbol> = key.included.iter().map(|column| column.name.clone()).collect();
    let words = columns.iter().chain(&included).cloned().collect();
    let new = NewKey {
        kind,
        columns,
        included,
        words,
        deferrable: wanted.def.deferrable,
        nulls_not_distinct: key.nulls_not_distinct,
    };
    let name = put_key(catalog, table, wanted.name(), &new, log.origin);
    if !catalog.table(table).is_some_and(|found| found.partitioned) {
        return;
    }
    if wanted.only {
        if let Some(index) = catalog.edit_index(&table.beside(&name)) {
            index.only = true;
        }
    } else {
        for partition in catalog.partitions_deep(table) {
            put_key(catalog, &partition, None, &new, log.origin);
        }
    }
}

/// A unique, primary key or exclusion constraint to be put on a table.
pub(super) struct NewKey<'k> {
    pub(super) kind: &'k ConstraintBody,
    pub(super) columns: Vec<Symbol>,
    /// `INCLUDE (…)`.
    pub(super) included: Vec<Symbol>,
    /// What it is called after, if it has no name.
    pub(super) words: Vec<Symbol>,
    pub(super) deferrable: bool,
    pub(super) nulls_not_distinct: bool,
}

/// Puts a key on one table, with its index, and tells its name.
pub(super) fn put_key(
    catalog: &mut Catalog<'_>,
    table: &QName,
    name: Option<Symbol>,
    key: &NewKey<'_>,
    origin: Origin,
) -> Symbol {
    let parts = name::index_words(&key.words);
    let (second, label) = match key.kind {
        ConstraintBody::PrimaryKey => (None, "pkey"),
        ConstraintBody::Exclude => (Some(parts.as_str()), "excl"),
        _ => (Some(parts.as_str()), "key"),
    };
    let name = name.unwrap_or_else(|| name::relation(catalog, table, second, label, true));
    let exclude = matches!(key.kind, ConstraintBody::Exclude);
    let index = Index {
        name: name.clone(),
        unique: !exclude,
        method: if exclude { "gist" } else { "btree" }.into(),
        keys: key.columns.iter().cloned().map(Some).collect(),
        forms: vec![KeyForm::default(); key.columns.len()],
        included: key.included.clone(),
        columns: key.columns.iter().chain(&key.included).cloned().collect(),
        words: key.words.clone(),
        computed: Vec::new(),
        partial: false,
        predicate: Vec::new(),
        nulls_not_distinct: key.nulls_not_distinct,
        clustered: false,
        replica_identity: false,
        constraint: Some(name.clone()),
        only: false,
        origin: Some(origin),
    };
    catalog.put_index(table, index);
    let demand = demand(name.clone(), key.kind, key.columns.clone(), key.deferrable, origin);
    put_demand(catalog, table, demand);
    name
}

/// `USING INDEX`: the index takes the constraint's name, or gives it its own.
fn adopt_index(
    catalog: &mut Catalog<'_>,
    table: &QName,
    wanted: &Wanted<'_>,
    index: &Symbol,
    kind: &ConstraintBody,
    log: &mut Log,
) {
    let name = wanted.name().unwrap_or_else(|| index.clone());
    let old = table.beside(index);
    let known = catalog.index(&old);
    if known.is_none() && catalog.table(table).is_some_and(|found| found.complete) {
        log.missing("index", old.short());
    }
    let columns = known.map(|found| found.keys.iter().flatten().cloned().collect()).unwrap_or_default();
    if name != *index {
        catalog.rename_index(&old, &name);
    }
    if let Some(found) = catalog.edit_index(&table.beside(&name)) {
        found.constraint = Some(name.clone());
    }
    put_demand(catalog, table, demand(name, kind, columns, wanted.def.deferrable, log.origin));
}

/// A constraint that an index upholds: it holds from the start.
fn demand(
    name: Symbol,
    kind: &ConstraintBody,
    columns: Vec<Symbol>,
    deferrable: bool,
    origin: Origin,
) -> TableConstraint {
    let kind = kind.clone();
    TableConstraint { name, kind, validated: true, enforced: true, deferrable, columns, origin: Some(origin) }
}

fn put_demand(catalog: &mut Catalog<'_>, table: &QName, constraint: TableConstraint) {
    if matches!(constraint.kind, ConstraintBody::PrimaryKey) {
        require(catalog, table, &constraint.columns);
    }
    catalog.put_constraint(table, constraint);
}

/// Makes columns `NOT NULL`, in the table and whatever inherits from it.
pub(super) fn require(catalog: &mut Catalog<'_>, table: &QName, columns: &[Symbol]) {
    let mut tables = catalog.partitions_deep(table);
    tables.push(table.clone());
    for table in tables {
        let loose = |found: &crate::schema::catalog::Table| {
            found.columns.iter().any(|column| column.not_null != Some(true) && columns.contains(&column.name))
        };
        if !catalog.table(&table).is_some_and(|found| loose(found)) {
            continue;
        }
        let Some(found) = catalog.edit_table(&table) else { continue };
        for column in found.columns.iter_mut().filter(|column| columns.contains(&column.name)) {
            column.not_null = Some(true);
        }
    }
}
