//! Gathers what one operation does to the relations that were there before it.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::Context;
use crate::engine::effect::{Effects, Lock, LockedKind};
use crate::engine::lock::LockMode;
use crate::schema::catalog::{Catalog, Index, Relation};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Relations one statement is followed to. No real statement reaches more, and many of them on a huge schema stay cheap.
pub(super) const MOST_REACHED: usize = 4096;

/// The effects so far, with what they are worked out from.
pub(super) struct Footprint<'c, 'a> {
    pub(super) catalog: &'c Catalog<'a>,
    pub(super) context: Context,
    /// It refuses to run inside a transaction block.
    pub(super) no_transaction: bool,
    locks: Vec<Lock>,
    /// Relation → its place in `locks`.
    locked: BTreeMap<QName, usize>,
    rewrites: BTreeSet<QName>,
    scans: BTreeSet<QName>,
    builds: Vec<(QName, Option<Symbol>)>,
    /// The named ones of `builds`.
    built: BTreeSet<(QName, Symbol)>,
    assumed: Option<String>,
}

impl<'c, 'a> Footprint<'c, 'a> {
    pub(super) fn new(catalog: &'c Catalog<'a>, context: Context) -> Self {
        Self {
            catalog,
            context,
            no_transaction: false,
            locks: Vec::new(),
            locked: BTreeMap::new(),
            rewrites: BTreeSet::new(),
            scans: BTreeSet::new(),
            builds: Vec::new(),
            built: BTreeSet::new(),
            assumed: None,
        }
    }

    pub(super) fn into_effects(self) -> Effects {
        Effects {
            locks: self.locks,
            rewrites: self.rewrites.into_iter().collect(),
            scans: self.scans.into_iter().collect(),
            builds: self.builds,
            no_transaction: self.no_transaction,
            assumed: self.assumed,
        }
    }

    /// Whether the server is of this major version or a later one.
    pub(super) fn since(&self, version: u16) -> bool {
        self.context.version >= version
    }

    /// A lock on a relation; one that the history does not know counts as a table.
    pub(super) fn lock(&mut self, relation: &QName, mode: LockMode) {
        self.lock_as(relation, LockedKind::Table, mode);
    }

    /// A lock on a relation that is of `kind` unless the history knows better. What is temporary is nobody else's.
    pub(super) fn lock_as(&mut self, relation: &QName, kind: LockedKind, mode: LockMode) {
        if self.is_temporary(relation) {
            return;
        }
        let at = *self.locked.entry(relation.clone()).or_insert(self.locks.len());
        if let Some(lock) = self.locks.get_mut(at) {
            lock.mode = lock.mode.max(mode);
        } else {
            let kind = self.kind(relation).unwrap_or(kind);
            self.locks.push(Lock { relation: relation.clone(), kind, mode });
        }
    }

    /// The same lock on each.
    pub(super) fn lock_all(&mut self, relations: &[QName], mode: LockMode) {
        for relation in relations {
            self.lock(relation, mode);
        }
    }

    /// Every row of the table is read.
    pub(super) fn scan(&mut self, table: &QName) {
        if !self.is_temporary(table) {
            self.scans.insert(table.clone());
        }
    }

    /// An index of the table is built, for which every row is read.
    pub(super) fn build(&mut self, table: &QName, index: Option<Symbol>) {
        let again = index.as_ref().is_some_and(|index| !self.built.insert((table.clone(), index.clone())));
        if !again && !self.is_temporary(table) {
            self.builds.push((table.clone(), index));
            self.scan(table);
        }
    }

    /// The table is copied row by row, and all its indexes are built anew.
    pub(super) fn rewrite(&mut self, table: &QName) {
        self.copy(table);
        self.scan(table);
        let names: Vec<Symbol> = self.indexes(table).iter().map(|index| index.name.clone()).collect();
        for name in names {
            self.build(table, Some(name));
        }
    }

    /// The table's file is copied as it is.
    pub(super) fn copy(&mut self, table: &QName) {
        if !self.is_temporary(table) {
            self.rewrites.insert(table.clone());
        }
    }

    /// The index's file is copied as it is.
    pub(super) fn copy_index(&mut self, table: &QName, index: &Symbol) {
        if !self.is_temporary(table) && self.built.insert((table.clone(), index.clone())) {
            self.builds.push((table.clone(), Some(index.clone())));
        }
    }

    /// Notes what had to be assumed; the first assumption is the one that matters.
    pub(super) fn assume(&mut self, what: impl FnOnce() -> String) {
        self.assumed.get_or_insert_with(what);
    }

    /// Known indexes of a table or materialized view.
    pub(super) fn indexes(&self, relation: &QName) -> &'c [Index] {
        match self.catalog.relations.get(relation) {
            Some(Relation::Table(table)) => &table.indexes,
            Some(Relation::View(view)) => &view.indexes,
            Some(Relation::Sequence(_)) | None => &[],
        }
    }

    /// Whether the table is known to be partitioned: it has no rows of its own.
    pub(super) fn is_partitioned(&self, table: &QName) -> bool {
        self.catalog.table(table).is_some_and(|table| table.partitioned)
    }

    /// The table with its partitions and inheriting children, theirs too.
    pub(super) fn family(&self, table: &QName) -> Vec<QName> {
        let mut family = vec![table.clone()];
        family.extend(self.catalog.partitions_deep(table));
        family
    }

    /// Those of the family that have rows.
    pub(super) fn leaves(&self, table: &QName) -> Vec<QName> {
        let mut family = self.family(table);
        family.retain(|member| !self.is_partitioned(member));
        family
    }

    /// The partitions that have rows, or just the table: what an index or key on it is built on.
    pub(super) fn parts(&self, table: &QName) -> Vec<QName> {
        if self.is_partitioned(table) { self.leaves(table) } else { vec![table.clone()] }
    }

    /// The partitions of a partitioned table, theirs too; nothing for inheritance.
    pub(super) fn partitions(&self, table: &QName) -> Vec<QName> {
        if self.is_partitioned(table) { self.catalog.partitions_deep(table) } else { Vec::new() }
    }

    /// The partitioned table this one is a partition of.
    pub(super) fn partition_parent(&self, table: &QName) -> Option<&'c QName> {
        self.catalog.table(table)?.parents.iter().find(|parent| self.is_partitioned(parent))
    }

    /// The default partition of a partitioned table.
    pub(super) fn default_partition(&self, table: &QName) -> Option<&'c QName> {
        self.catalog.default_partition(table)
    }

    /// Sequences owned by a column of the table, or by any of them.
    pub(super) fn owned_sequences(&self, table: &QName, column: Option<&str>) -> Vec<QName> {
        let owned = |sequence: &&QName| {
            let owner = self.catalog.sequence(sequence).and_then(|sequence| sequence.owned_by.as_ref());
            column.is_none_or(|column| owner.is_some_and(|(_, owner)| &**owner == column))
        };
        self.catalog.links.owned.get(table).into_iter().flatten().filter(owned).cloned().collect()
    }

    fn kind(&self, relation: &QName) -> Option<LockedKind> {
        Some(match self.catalog.relations.get(relation) {
            Some(Relation::Table(_)) => LockedKind::Table,
            Some(Relation::View(view)) if view.materialized => LockedKind::MaterializedView,
            Some(Relation::View(_)) => LockedKind::View,
            Some(Relation::Sequence(_)) => LockedKind::Sequence,
            None if self.catalog.indexes.contains_key(relation) => LockedKind::Index,
            None => return None,
        })
    }

    fn is_temporary(&self, relation: &QName) -> bool {
        self.catalog.table(relation).is_some_and(|table| table.temporary)
    }
}
